//! Relocations for linked files, which have none in their code: what each address in an instruction or a datum means,
//! written as the relocation that the linker resolved.
//!
//! So everything behind works on linked files as on object files. What is sure comes from the instruction itself (a
//! branch, a place relative to the instruction) or from the dynamic linker's relocations. In programs that are linked
//! to fixed addresses a number may look like an address. There, a number counts as an address when it lies in a
//! section, and in code only at the start of a function: a number that changed with the addresses alone would have to
//! hit the very start of the matched thing on both sides to go unnoticed.

use std::collections::BTreeMap;
use std::ops::Range;

use fixscope_arch::code::Via;
use fixscope_arch::{Address, AddressForm, Code, DynamicKind, RelocKind};
use object::elf;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::entities::{EntityId, EntityKind};
use super::normalized::Normalized;
use super::sections::Treatment;
use crate::load::{Linked, Reloc, Section, SymbolKind, SymbolPlace};

/// What was found out about a linked unit.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// By section index: its relocations, ordered by offset.
    pub(super) relocs: Vec<Vec<Reloc>>,
    /// By section and offset: how many bytes from there instructions touch, where all that use the place say so.
    pub(super) touched: FxHashMap<(u32, u64), u32>,
}

const DISTANCE: RelocKind = RelocKind::Relative { size: 4, via: Via::Direct };
const THROUGH_PLT: RelocKind = RelocKind::Relative { size: 4, via: Via::Plt };
const THROUGH_GOT: RelocKind = RelocKind::Relative { size: 4, via: Via::Got };
const POINTER: RelocKind = RelocKind::Absolute { size: 8 };

/// A place: symbol and bytes behind it.
type Place = (u32, i64);

/// Works out the relocations of a linked unit.
pub(super) fn resolve(n: &Normalized<'_, '_>, linked: &Linked) -> Resolved {
    let resolver = Resolver::new(n, linked);
    let mut found = Resolved {
        relocs: (0..n.unit.sections.len() as u32).map(|s| n.unit.relocs(s)).collect(),
        touched: FxHashMap::default(),
    };
    let pieces = pieces(n);
    let of_pieces: Vec<OfPiece> =
        pieces.par_iter().with_min_len(64).map(|piece| resolver.piece(piece)).collect();
    let mut tables: BTreeMap<(u32, u64), Vec<EntityId>> = BTreeMap::new();
    for (piece, of) in pieces.into_iter().zip(of_pieces) {
        found.relocs[piece.section as usize].extend(of.relocs);
        for (place, bytes) in of.uses {
            let touched = found.touched.entry(place).or_insert(bytes);
            *touched = if bytes == 0 || *touched == 0 { 0 } else { bytes.max(*touched) };
        }
        if of.jumps
            && let Some(id) = piece.function
        {
            for place in of.taken {
                tables.entry(place).or_default().push(id);
            }
        }
    }
    resolver.data(&mut found);
    for relocs in &mut found.relocs {
        relocs.sort_by_key(|r| r.offset);
    }
    resolver.jump_tables(&tables, &mut found);
    found.touched.retain(|_, bytes| *bytes > 0);
    found
}

/// A function, or code that no symbol names.
struct Piece {
    section: u32,
    range: Range<u64>,
    function: Option<EntityId>,
}

fn pieces(n: &Normalized<'_, '_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for section in 0..n.unit.sections.len() as u32 {
        let info = &n.unit.sections[section as usize];
        // Where the linker kept its relocations they say more, and the rest stays inside of the section.
        if !info.is_code() || !n.is_ordinary(section) || n.unit.raw_relocs(section).next().is_some() {
            continue;
        }
        let (first, entities) = n.entities_in(section);
        pieces.extend(entities.iter().enumerate().filter(|(_, e)| e.kind == EntityKind::Function).map(
            |(i, e)| Piece {
                section,
                range: e.offset..e.end(),
                function: Some(EntityId(first.0 + i as u32)),
            },
        ));
        let nameless =
            n.gaps(section).into_iter().filter(|gap| !n.arch.is_padding(n.bytes(section, gap.clone())));
        pieces.extend(nameless.map(|range| Piece { section, range, function: None }));
    }
    pieces
}

/// What one piece of code gave.
#[derive(Default)]
struct OfPiece {
    relocs: Vec<Reloc>,
    /// Places in data that it uses, with the number of bytes it touches there; 0 when that is not known.
    uses: Vec<((u32, u64), u32)>,
    /// Places in data whose address it takes.
    taken: Vec<(u32, u64)>,
    /// Whether it has an indirect jump.
    jumps: bool,
}

struct Resolver<'r, 'u, 'd> {
    n: &'r Normalized<'u, 'd>,
    linked: &'r Linked,
    /// Sections that take room among the addresses, ordered by address.
    by_address: Vec<u32>,
    /// The kernel's variables for each processor, whose addresses begin at 0.
    processor: Option<u32>,
    /// By function: its cold parts.
    cold_parts: FxHashMap<EntityId, Vec<EntityId>>,
}

impl<'r, 'u, 'd> Resolver<'r, 'u, 'd> {
    fn new(n: &'r Normalized<'u, 'd>, linked: &'r Linked) -> Self {
        let sections = &n.unit.sections;
        let takes_room = |s: &Section<'_>| s.size > 0 && s.holds(s.address) && s.name != PROCESSOR;
        let mut by_address: Vec<u32> =
            (0..sections.len() as u32).filter(|&s| takes_room(&sections[s as usize])).collect();
        by_address.sort_by_key(|&s| sections[s as usize].address);
        let processor = sections.iter().position(|s| s.is_allocated() && s.name == PROCESSOR);
        let mut cold_parts: FxHashMap<EntityId, Vec<EntityId>> = FxHashMap::default();
        for id in n.ids() {
            if let Some(parent) = n.entity(id).cold_of {
                cold_parts.entry(parent).or_default().push(id);
            }
        }
        Resolver { n, linked, by_address, processor: processor.map(|s| s as u32), cold_parts }
    }

    fn section(&self, index: u32) -> &'r Section<'d> {
        &self.n.unit.sections[index as usize]
    }

    /// The section that holds an address; else the one that ends there.
    fn section_at(&self, address: u64) -> Option<u32> {
        let after = self.by_address.partition_point(|&s| self.section(s).address <= address);
        let index = *self.by_address.get(after.checked_sub(1)?)?;
        let section = self.section(index);
        (address - section.address <= section.size).then_some(index)
    }

    /// A place in a section as symbol and bytes behind it.
    fn place_in(&self, section: u32, address: u64) -> Place {
        let symbol = self.linked.section_symbols.get(section as usize).copied().unwrap_or(0);
        (symbol, address.wrapping_sub(self.section(section).address) as i64)
    }

    fn place(&self, address: u64) -> Option<Place> {
        self.section_at(address).map(|section| self.place_in(section, address))
    }

    fn dynamic_at(&self, address: u64) -> Option<&'r Reloc> {
        let all = &self.linked.dynamic;
        all.get(all.partition_point(|r| r.offset < address)).filter(|r| r.offset == address)
    }

    /// The eight bytes at an address.
    fn word_at(&self, address: u64) -> Option<u64> {
        let section = self.section(self.section_at(address)?);
        let offset = usize::try_from(address - section.address).ok()?;
        Some(u64::from_le_bytes(section.data.get(offset..offset.checked_add(8)?)?.try_into().ok()?))
    }

    /// What the dynamic linker makes a word point to.
    fn pointee(&self, reloc: &Reloc) -> Option<Place> {
        match self.n.arch.dynamic(reloc.r_type) {
            DynamicKind::Address | DynamicKind::Resolver => {}
            _ => return None,
        }
        // Packed relocations keep the address in the field.
        let addend = reloc.addend.or_else(|| Some(self.word_at(reloc.offset)? as i64))?;
        if reloc.symbol != 0 { Some((reloc.symbol, addend)) } else { self.place(addend as u64) }
    }

    /// What an entry of the global offset table leads to.
    fn through_got(&self, slot: u64) -> Option<Place> {
        if let Some(reloc) = self.dynamic_at(slot) {
            return match self.n.arch.dynamic(reloc.r_type) {
                DynamicKind::ThreadModule if reloc.symbol == 0 => self.thread_local_block(slot),
                DynamicKind::ThreadModule | DynamicKind::ThreadOffset => {
                    self.in_thread_block(reloc.symbol, reloc.addend?)
                }
                _ => self.pointee(reloc),
            };
        }
        // Without a relocation the entry is what it says already; 0 for a weak symbol that nobody defines.
        let value = self.word_at(slot)?;
        self.place(value).or(Some((0, value as i64)))
    }

    /// Of a pair of entries that tell module and offset without a symbol, the second has the offset. A pair for the
    /// block as a whole has no offset, and the code holds the offsets.
    fn thread_local_block(&self, slot: u64) -> Option<Place> {
        match self.word_at(slot.checked_add(8)?)? {
            0 => Some((self.linked.tls_layout, 0)),
            offset => self.in_thread_block(0, offset as i64),
        }
    }

    fn in_thread_block(&self, symbol: u32, offset: i64) -> Option<Place> {
        if symbol != 0 {
            return Some((symbol, offset));
        }
        let address = self.linked.tls.as_ref()?.start.wrapping_add_signed(offset);
        let sections = self.n.unit.sections.iter().enumerate();
        let (index, _) = sections.into_iter().find(|(_, s)| {
            s.flags & u64::from(elf::SHF_TLS) != 0
                && address.checked_sub(s.address).is_some_and(|inside| inside < s.size)
        })?;
        Some(self.place_in(index as u32, address))
    }

    /// What an entry of the procedure linkage table jumps to: its first indirect jump goes through the global offset
    /// table, whatever stands before it.
    fn through_plt(&self, section: &Section<'_>, address: u64) -> Option<Place> {
        let start = usize::try_from(address - section.address).ok()?;
        let bytes = section.data.get(start..section.data.len().min(start.saturating_add(16)))?;
        let mut addresses = Vec::new();
        self.n.arch.addresses(&Code { bytes, address, sites: &[] }, &mut addresses);
        let jump = addresses.first()?;
        match jump.form {
            AddressForm::Relative => self.through_got(jump.value),
            _ => None,
        }
    }

    fn piece(&self, piece: &Piece) -> OfPiece {
        let n = self.n;
        let mut found = OfPiece::default();
        let start = self.section(piece.section).address.wrapping_add(piece.range.start);
        let code = Code { bytes: n.bytes(piece.section, piece.range.clone()), address: start, sites: &[] };
        let mut addresses = Vec::new();
        n.arch.addresses(&code, &mut addresses);
        for address in &addresses {
            let Some((kind, place)) = self.reference(piece, address) else { continue };
            let Some(r_type) = n.arch.relocation_type(kind) else { continue };
            // Code without a name is not decoded when it is compared; see `behind_in_data`.
            let behind = match (kind.is_relative(), piece.function) {
                (true, Some(_)) => i64::from(address.end - address.field),
                (true, None) => 4,
                (false, _) => 0,
            };
            let reloc = Reloc {
                offset: piece.range.start + u64::from(address.field),
                r_type,
                symbol: place.0,
                addend: Some(place.1.wrapping_sub(behind)),
            };
            if let Some(in_data) = self.in_data(place) {
                // What is read from the global offset table is the address.
                let access = address.access.filter(|_| kind != THROUGH_GOT);
                found.uses.push((in_data, access.unwrap_or(0)));
                if access.is_none() {
                    found.taken.push(in_data);
                }
            }
            found.relocs.push(reloc);
        }
        if !found.taken.is_empty() {
            let mut insns = Vec::new();
            n.arch.decode(&code, &mut insns);
            found.jumps = insns.iter().any(|i| i.kind == fixscope_arch::InsnKind::IndirectJump);
        }
        found
    }

    fn in_data(&self, (symbol, offset): Place) -> Option<(u32, u64)> {
        let symbol = self.n.unit.symbols.get(symbol as usize).filter(|s| s.kind == SymbolKind::Section)?;
        let SymbolPlace::Section(section) = symbol.place else { return None };
        (!self.section(section).is_code()).then_some((section, u64::try_from(offset).ok()?))
    }

    /// How a field of code leads where; `None` when it is a number, or stays where decoding shows where it leads: in
    /// the section of a function, in the run of code without a name.
    fn reference(&self, piece: &Piece, address: &Address) -> Option<(RelocKind, Place)> {
        let value = address.value;
        let unresolved = (self.linked.tables, 0);
        match address.form {
            AddressForm::Branch | AddressForm::Relative => {
                // What the prefix for the processor's block makes of it lies at the address all the same.
                let low = || self.processor.filter(|&s| self.section(s).holds(value));
                let Some(to) = self.section_at(value).or_else(low) else {
                    return Some((self.distance(address)?, (0, value as i64)));
                };
                let section = self.section(to);
                if !section.of_linker {
                    let kind = self.distance(address)?;
                    let offset = value.wrapping_sub(section.address);
                    let stays =
                        to == piece.section && (piece.function.is_some() || piece.range.contains(&offset));
                    return (!stays).then(|| (kind, self.place_in(to, value)));
                }
                if address.size != 4 {
                    return None;
                }
                if section.is_code() {
                    return Some((THROUGH_PLT, self.through_plt(section, value).unwrap_or(unresolved)));
                }
                Some((THROUGH_GOT, self.through_got(value).unwrap_or(unresolved)))
            }
            AddressForm::Absolute => {
                let kind = RelocKind::Absolute { size: address.size };
                self.absolute(value).map(|place| (kind, place))
            }
            AddressForm::Processor => {
                let section = self.processor.filter(|&s| self.section(s).holds(value))?;
                Some((RelocKind::Absolute { size: address.size }, self.place_in(section, value)))
            }
            AddressForm::Thread => {
                let end = self.linked.tls.as_ref()?.end;
                let kind = RelocKind::Other { size: address.size };
                match value as i64 {
                    // The thread pointer itself: what is done with it is not seen.
                    0 => Some((kind, (self.linked.tls_layout, 0))),
                    offset if offset < 0 => {
                        let from_start =
                            end.wrapping_add_signed(offset).wrapping_sub(self.linked.tls.as_ref()?.start);
                        Some((kind, self.in_thread_block(0, from_start as i64)?))
                    }
                    _ => None,
                }
            }
        }
    }

    fn distance(&self, address: &Address) -> Option<RelocKind> {
        let kind = RelocKind::Relative { size: address.size, via: Via::Direct };
        self.n.arch.relocation_type(kind).map(|_| kind)
    }

    /// What a number leads to that may be an address.
    fn absolute(&self, value: u64) -> Option<Place> {
        // Only a program that is linked to fixed addresses holds them.
        if self.n.unit.e_type != elf::ET_EXEC {
            return None;
        }
        let starts = |section: u32, offset: u64| {
            let (_, entities) = self.n.entities_in(section);
            entities.binary_search_by_key(&offset, |e| e.offset).is_ok()
        };
        if let Some(section) = self.section_at(value) {
            let info = self.section(section);
            let offset = value - info.address;
            if info.of_linker {
                let to = if info.is_code() { self.through_plt(info, value) } else { None };
                return Some(to.unwrap_or((self.linked.tables, 0)));
            }
            let is_place = !info.is_code() || starts(section, offset);
            return is_place.then(|| self.place_in(section, value));
        }
        // Small numbers are common; only one at the very start of a variable is taken for its address.
        let section = self.processor.filter(|&s| self.section(s).holds(value))?;
        starts(section, value - self.section(section).address).then(|| self.place_in(section, value))
    }

    /// Adds relocations of data: those of the dynamic linker, and where addresses are fixed, all words that hold one.
    fn data(&self, found: &mut Resolved) {
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
                Treatment::Table(_) => self.distances(section, found),
                Treatment::Ordinary if info.name.starts_with(".gcc_except_table") => {
                    self.distances(section, found);
                }
                Treatment::Ordinary if self.n.unit.e_type == elf::ET_EXEC && !info.is_code() => {
                    self.pointers(section, found);
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

    /// The records of `.eh_frame` tell which function has which table of exception handlers. The table's place is
    /// put in the first field behind the function's start and size, wherever the record has it.
    fn frames(&self, section: u32, found: &mut Resolved) {
        use gimli::UnwindSection;
        let info = self.section(section);
        let Some(r_type) = self.n.arch.relocation_type(DISTANCE) else { return };
        let frame = gimli::EhFrame::new(info.data, gimli::LittleEndian);
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
    fn jump_tables(&self, tables: &BTreeMap<(u32, u64), Vec<EntityId>>, found: &mut Resolved) {
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

/// Where the kernel has the variables that each processor has its own of.
const PROCESSOR: &str = ".data..percpu";
