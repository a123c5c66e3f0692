//! Relocations for linked files, which have none in their code: what each address in an instruction or a datum means,
//! written as the relocation that the linker resolved.
//!
//! So everything behind works on linked files as on object files. What is sure comes from the instruction itself (a
//! branch, a place relative to the instruction) or from the dynamic linker's relocations. In programs that are linked
//! to fixed addresses a number may look like an address. There, a number counts as an address when it lies in a
//! section, and in code only at the start of a function: a number that changed with the addresses alone would have to
//! hit the very start of the matched thing on both sides to go unnoticed.

mod data;

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
        if !info.is_code() || n.unit.raw_relocs(section).next().is_some() {
            continue;
        }
        match n.treatment(section) {
            Treatment::Ordinary => {}
            // Replacement code is one run, whose parts stand behind one another.
            Treatment::ThroughTable => {
                pieces.push(Piece { section, range: 0..info.size, function: None });
                continue;
            }
            Treatment::Table(_) | Treatment::Bookkeeping | Treatment::ModuleInfo | Treatment::Index => {
                continue;
            }
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
        self.n.arch.addresses(&Code { bytes, address, sites: &[], modes: &[] }, &mut addresses);
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
        let code = Code {
            bytes: n.bytes(piece.section, piece.range.clone()),
            address: start,
            sites: &[],
            modes: &[],
        };
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

    /// Whether a function or data object begins at an offset of a section.
    fn starts(&self, section: u32, offset: u64) -> bool {
        self.n.entities_in(section).1.binary_search_by_key(&offset, |e| e.offset).is_ok()
    }

    /// What a number leads to that may be an address.
    fn absolute(&self, value: u64) -> Option<Place> {
        // Only a program that is linked to fixed addresses holds them.
        if self.n.unit.e_type != elf::ET_EXEC {
            return None;
        }
        if let Some(section) = self.section_at(value) {
            let info = self.section(section);
            let offset = value - info.address;
            if info.of_linker {
                let to = if info.is_code() { self.through_plt(info, value) } else { None };
                return Some(to.unwrap_or((self.linked.tables, 0)));
            }
            let is_place = !info.is_code() || self.starts(section, offset);
            return is_place.then(|| self.place_in(section, value));
        }
        // Small numbers are common; only one at the very start of a variable is taken for its address.
        let section = self.processor.filter(|&s| self.section(s).holds(value))?;
        self.starts(section, value - self.section(section).address).then(|| self.place_in(section, value))
    }
}

/// Where the kernel has the variables that each processor has its own of.
const PROCESSOR: &str = ".data..percpu";
