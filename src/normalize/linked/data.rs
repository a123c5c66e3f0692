//! References in the data of linked files.

use std::collections::BTreeMap;

use fixscope_arch::DynamicKind;
use object::elf;
use rustc_hash::FxHashSet;

use super::super::entities::EntityId;
use super::super::sections::{self, Treatment};
use super::{DISTANCE, POINTER, Resolved, Resolver};
use crate::load::Reloc;

impl Resolver<'_, '_, '_> {
    /// Adds relocations of data: those of the dynamic linker, and where addresses are fixed, all words that hold one.
    pub(super) fn data(&self, found: &mut Resolved) {
        let pointer = self.n.arch.relocation_type(POINTER).unwrap_or(0);
        for reloc in &self.linked.dynamic {
            let Some(section) = self.section_at(reloc.offset) else { continue };
            let offset = reloc.offset - self.section(section).address;
            if self.section(section).of_linker || self.n.arch.dynamic(reloc.r_type) == DynamicKind::Copy {
                continue;
            }
            // A relocation that the linker kept says the same once more.
            if self.n.unit.raw_relocs(section).next().is_some() {
                continue;
            }
            let (r_type, place) = match self.pointee(reloc) {
                Some(place) => (pointer, place),
                None => (reloc.r_type, (reloc.symbol, reloc.addend.unwrap_or(0))),
            };
            self.put(found, section, Reloc { offset, r_type, symbol: place.0, addend: Some(place.1) });
        }
        for section in 0..self.n.unit.sections.len() as u32 {
            let info = self.section(section);
            if !info.is_allocated() || info.of_linker || info.data.is_empty() {
                continue;
            }
            // A kept relocation says more than a guess.
            if self.n.unit.raw_relocs(section).next().is_some() {
                continue;
            }
            match self.n.treatment(section) {
                Treatment::Table(_) => self.table(section, found),
                Treatment::Ordinary if info.name.starts_with(".gcc_except_table") => {
                    self.distances(section, found);
                }
                Treatment::Ordinary if !info.is_code() => {
                    if self.n.unit.e_type == elf::ET_EXEC {
                        self.pointers(section, found);
                    }
                    self.distances_to_starts(section, found);
                }
                _ if info.name == ".eh_frame" => self.frames(section, found),
                _ => {}
            }
        }
    }

    fn put(&self, found: &mut Resolved, section: u32, reloc: Reloc) {
        if let Some(in_data) = reloc.addend.and_then(|addend| self.in_data((reloc.symbol, addend))) {
            found.touched.insert(in_data, 0);
        }
        found.relocs[section as usize].push(reloc);
    }

    /// All aligned words of a section that hold the address of something.
    fn pointers(&self, section: u32, found: &mut Resolved) {
        let info = self.section(section);
        let Some(r_type) = self.n.arch.relocation_type(POINTER) else { return };
        let first = info.address.wrapping_neg() % 8;
        for (i, word) in
            info.data.get(first as usize..).unwrap_or_default().as_chunks::<8>().0.iter().enumerate()
        {
            let value = u64::from_le_bytes(*word);
            let Some(to) = self.section_at(value) else { continue };
            let place = match self.section(to).of_linker {
                true if self.section(to).is_code() => self.through_plt(self.section(to), value),
                true => None,
                false => Some(self.place_in(to, value)),
            };
            let Some((symbol, addend)) = place else { continue };
            let reloc = Reloc { offset: first + i as u64 * 8, r_type, symbol, addend: Some(addend) };
            self.put(found, section, reloc);
        }
    }

    /// All aligned half words of a table that hold the distance from themselves to another section.
    fn distances(&self, section: u32, found: &mut Resolved) {
        let info = self.section(section);
        let Some(r_type) = self.n.arch.relocation_type(DISTANCE) else { return };
        for (i, word) in info.data.as_chunks::<4>().0.iter().enumerate() {
            let offset = i as u64 * 4;
            let at = info.address.wrapping_add(offset);
            let to = at.wrapping_add_signed(i64::from(i32::from_le_bytes(*word)));
            let Some((symbol, addend)) = self.place(to).filter(|_| self.section_at(to) != Some(section))
            else {
                continue;
            };
            self.put(found, section, Reloc { offset, r_type, symbol, addend: Some(addend) });
        }
    }

    /// The fields of a table that hold distances: two words, or the wider third one too. They are known by the layout
    /// in which all entries begin with a place in code.
    fn table(&self, section: u32, found: &mut Resolved) {
        let info = self.section(section);
        let Some(r_type) = self.n.arch.relocation_type(DISTANCE) else { return };
        let target = |offset: u64| {
            let field = info.data.get(offset as usize..)?.first_chunk::<4>()?;
            let at = info.address.wrapping_add(offset);
            Some(at.wrapping_add_signed(i64::from(i32::from_le_bytes(*field))))
        };
        let in_code = |offset| {
            let section = target(offset).and_then(|to| self.section_at(to));
            section.is_some_and(|to| self.section(to).is_code())
        };
        let entries = |entry: u64| (0..info.size).step_by(entry as usize);
        let fits = |entry: u64| info.size.is_multiple_of(entry) && entries(entry).all(in_code);
        let Some(entry) = sections::layouts(&info.name).map(|layout| layout.entry).find(|&entry| fits(entry))
        else {
            return;
        };
        let fields: &[u64] = if entry == 16 { &[0, 4, 8] } else { &[0, 4] };
        for start in entries(entry) {
            for field in fields {
                let offset = start + field;
                if let Some((symbol, addend)) = target(offset).and_then(|to| self.place(to)) {
                    self.put(found, section, Reloc { offset, r_type, symbol, addend: Some(addend) });
                }
            }
        }
    }

    /// Fields of small data objects that hold the distance from themselves to the very start of something in another
    /// section: the kernel's tables of exports and of functions to call at start
    /// (`CONFIG_HAVE_ARCH_PREL32_RELOCATIONS`). In large tables of numbers some would lead somewhere by chance.
    fn distances_to_starts(&self, section: u32, found: &mut Resolved) {
        let info = self.section(section);
        let Some(r_type) = self.n.arch.relocation_type(DISTANCE) else { return };
        let known: FxHashSet<u64> = found.relocs[section as usize].iter().map(|r| r.offset & !7).collect();
        let (_, entities) = self.n.entities_in(section);
        for entity in
            entities.iter().filter(|e| e.size <= 16 && e.size.is_multiple_of(4) && e.offset % 4 == 0)
        {
            let bytes = self.n.bytes(section, entity.offset..entity.end());
            if bytes.is_ascii() {
                continue;
            }
            for (i, word) in bytes.as_chunks::<4>().0.iter().enumerate() {
                let offset = entity.offset + i as u64 * 4;
                let distance = i64::from(i32::from_le_bytes(*word));
                // Small numbers lead nowhere but to neighbours.
                if distance.unsigned_abs() < 256 || known.contains(&(offset & !7)) {
                    continue;
                }
                let to = info.address.wrapping_add(offset).wrapping_add_signed(distance);
                let of_processor = || self.processor.filter(|&s| self.section(s).holds(to));
                let target = self.section_at(to).or_else(of_processor).filter(|&target| target != section);
                let Some(target) = target else { continue };
                let (symbol, addend) = self.place_in(target, to);
                if self.starts(target, addend as u64) {
                    self.put(found, section, Reloc { offset, r_type, symbol, addend: Some(addend) });
                }
            }
        }
    }

    /// The records of `.eh_frame` tell which function has which table of exception handlers. The table's place is
    /// put in the first field behind the function's start and size, wherever the record has it.
    fn frames(&self, section: u32, found: &mut Resolved) {
        use gimli::UnwindSection;
        let info = self.section(section);
        let Some(r_type) = self.n.arch.relocation_type(DISTANCE) else { return };
        let frame = gimli::EhFrame::new(&info.data, gimli::LittleEndian);
        let bases = gimli::BaseAddresses::default().set_eh_frame(info.address);
        let mut entries = frame.entries(&bases);
        while let Ok(Some(entry)) = entries.next() {
            let gimli::CieOrFde::Fde(partial) = entry else { continue };
            let Ok(fde) = partial.parse(|_, bases, offset| frame.cie_from_offset(bases, offset)) else {
                continue;
            };
            let Some(gimli::Pointer::Direct(table)) = fde.lsda() else { continue };
            let offset = fde.offset() as u64 + 8;
            for (offset, to) in [(offset, fde.initial_address()), (offset + 8, table)] {
                if let Some((symbol, addend)) = self.place(to) {
                    found.relocs[section as usize].push(Reloc {
                        offset,
                        r_type,
                        symbol,
                        addend: Some(addend),
                    });
                }
            }
        }
    }

    /// Adds relocations of jump tables in position-independent code: runs of distances from the table's start to
    /// instructions of the function that takes the table's address and jumps indirectly.
    pub(super) fn jump_tables(&self, tables: &BTreeMap<(u32, u64), Vec<EntityId>>, found: &mut Resolved) {
        let Some(r_type) = self.n.arch.relocation_type(DISTANCE) else { return };
        let starts: Vec<&(u32, u64)> = tables.keys().collect();
        let mut touched: Vec<(u32, u64)> = found.touched.keys().copied().collect();
        touched.sort_unstable();
        for &&(section, start) in &starts {
            let info = self.section(section);
            let (_, entities) = self.n.entities_in(section);
            let in_entity = entities.partition_point(|e| e.offset <= start).checked_sub(1);
            if in_entity.is_some_and(|i| start < entities[i].end()) || start % 4 != 0 {
                continue;
            }
            let next_entity =
                entities.get(entities.partition_point(|e| e.offset <= start)).map_or(info.size, |e| e.offset);
            let next = touched.get(touched.partition_point(|&t| t <= (section, start)));
            let end = next.filter(|t| t.0 == section).map_or(next_entity, |t| t.1.min(next_entity));
            let own = self.with_parts(&tables[&(section, start)]);
            let base = info.address.wrapping_add(start);
            let words =
                info.data.get(start as usize..end.min(info.data.len() as u64) as usize).unwrap_or_default();
            for (i, word) in words.as_chunks::<4>().0.iter().enumerate() {
                let to = base.wrapping_add_signed(i64::from(i32::from_le_bytes(*word)));
                let Some((symbol, addend)) =
                    self.place(to).filter(|_| own.iter().any(|&id| self.lies_in(id, to)))
                else {
                    break;
                };
                let at = i as u64 * 4;
                let addend = Some(addend.wrapping_add(at as i64));
                found.relocs[section as usize].push(Reloc { offset: start + at, r_type, symbol, addend });
            }
        }
        for relocs in &mut found.relocs {
            relocs.sort_by_key(|r| r.offset);
        }
    }

    /// Functions with their cold parts, and cold parts with their functions.
    fn with_parts(&self, ids: &[EntityId]) -> Vec<EntityId> {
        let mut all: Vec<EntityId> = ids.iter().map(|&id| self.n.entity(id).cold_of.unwrap_or(id)).collect();
        all.sort_unstable();
        all.dedup();
        let colds: Vec<EntityId> =
            all.iter().filter_map(|id| self.cold_parts.get(id)).flatten().copied().collect();
        all.extend(colds);
        all
    }

    fn lies_in(&self, id: EntityId, address: u64) -> bool {
        let entity = self.n.entity(id);
        let Some(section) = entity.section else { return false };
        let start = self.section(section).address.wrapping_add(entity.offset);
        address.checked_sub(start).is_some_and(|offset| offset < entity.size)
    }
}
