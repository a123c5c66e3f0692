//! The tables that say where an exception goes: each belongs to the function that `.eh_frame`, or on Arm `.ARM.exidx`, ties
//! it to.
//!
//! Sources: Linux Standard Base, "Exception Frames" (records of `.eh_frame`: length, identifier, and behind them
//! the function's start, its size and a pointer to the table); Itanium C++ ABI, "Exception Handling Tables". The
//! tables name the types that are caught, and code that catches another type is the same code.

use rustc_hash::FxHashMap;

use object::elf::SHT_ARM_EXIDX;

use crate::load::SymbolPlace;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

use super::content::Run;

/// Whether a section of this name holds such tables.
fn holds_tables(name: &str) -> bool {
    name.starts_with(".gcc_except_table") || name.starts_with(".ARM.extab")
}

/// By function: the tables it has.
pub(super) fn collect(n: &Normalized<'_, '_>) -> FxHashMap<EntityId, Vec<Run>> {
    let mut found: FxHashMap<EntityId, Vec<Run>> = FxHashMap::default();
    if !n.unit.sections.iter().any(|s| holds_tables(&s.name)) {
        return found;
    }
    let mut starts: Vec<(u32, u64, EntityId)> = Vec::new();
    for (index, section) in n.unit.sections.iter().enumerate() {
        if section.name == ".eh_frame" && section.is_allocated() {
            frames(n, index as u32, &section.data, &mut starts);
        }
        if section.sh_type == SHT_ARM_EXIDX && section.is_allocated() {
            indexed(n, index as u32, section.size, &mut starts);
        }
    }
    starts.sort_unstable();
    for (i, &(section, start, id)) in starts.iter().enumerate() {
        // It ends where the next one begins.
        let next = starts.get(i + starts[i..].partition_point(|s| (s.0, s.1) <= (section, start)));
        let next = next.filter(|s| s.0 == section);
        let size = n.unit.section(section).map_or(0, |s| s.size);
        let end = next.map_or(size, |s| s.1.min(size));
        if start < end {
            found.entry(id).or_default().push((section, start..end));
        }
    }
    found
}

/// Reads one `.ARM.exidx` (Exception Handling ABI for the Arm Architecture, 6): each entry is the distance to a function,
/// and one to its table or what takes its place.
fn indexed(n: &Normalized<'_, '_>, section: u32, size: u64, starts: &mut Vec<(u32, u64, EntityId)>) {
    for at in (0..size.saturating_sub(7)).step_by(8) {
        let target = |at: u64| {
            let reloc = n.relocs_in(section, at..at + 4).iter().find(|r| {
                // The personality routine that an entry without a table needs is named by a mark.
                n.arch.relocation(r.r_type).size() != Some(0)
            })?;
            Some(n.target_in_data(section, reloc))
        };
        let (Some(Target::Entity { id, .. }), Some(table)) = (target(at), target(at + 4)) else { continue };
        if n.entity(id).kind == EntityKind::Function
            && let Some((table, offset)) = n.place_of(table)
            && n.unit.section(table).is_some_and(|s| holds_tables(&s.name) && offset < s.size)
        {
            starts.push((table, offset, id));
        }
    }
}

/// Reads the records of one `.eh_frame`: which table begins where, and the function it is for.
fn frames(n: &Normalized<'_, '_>, section: u32, data: &[u8], starts: &mut Vec<(u32, u64, EntityId)>) {
    let word = |at: usize| Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?));
    let mut at = 0;
    // A length of 0 ends the section, and one of 2^32 - 1 announces a 64-bit length, which no compiler needs.
    while let (Some(length), Some(identifier)) = (word(at), word(at + 4)) {
        if length == 0 || length == u32::MAX {
            break;
        }
        let end = at + 4 + length as usize;
        let relocs = n.relocs_in(section, at as u64..end as u64);
        at = end;
        // Identifier 0 marks what several records have in common.
        if identifier == 0 {
            continue;
        }
        let function = relocs.first().map(|r| n.target_in_data(section, r));
        let Some(Target::Entity { id, .. }) = function else { continue };
        if n.entity(id).kind != EntityKind::Function {
            continue;
        }
        for reloc in &relocs[1..] {
            let Some(symbol) = n.unit.symbols.get(reloc.symbol as usize) else { continue };
            let SymbolPlace::Section(table) = symbol.place else { continue };
            let offset = symbol.offset.wrapping_add_signed(n.addend_of(section, reloc));
            if n.unit.section(table).is_some_and(|s| holds_tables(&s.name) && offset < s.size) {
                starts.push((table, offset, id));
            }
        }
    }
}
