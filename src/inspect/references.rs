//! What functions and data objects refer to, and how.

use fixscope_arch::{Insn, InsnKind, REACH_LOST, REACH_MADE, RelocKind, code::Via};

use super::model::Use;
use crate::load::{Reloc, names};
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

/// One reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Offset in bytes from the start of the function or data object.
    pub at: u64,
    /// What it leads to.
    pub target: Target,
    /// How it is used.
    pub using: Use,
}

/// The references of a function or data object, ordered by offset. Jumps of a function inside itself, or between it
/// and its cold part, are none.
pub(crate) fn references(n: &Normalized<'_, '_>, id: EntityId) -> Vec<Found> {
    match n.entity(id).kind {
        EntityKind::Function => of_function(n, id),
        EntityKind::Object => of_object(n, id),
    }
}

fn of_object(n: &Normalized<'_, '_>, id: EntityId) -> Vec<Found> {
    let entity = n.entity(id);
    let Some(section) = entity.section else { return Vec::new() };
    let found = |reloc: &Reloc| {
        let target = match entity.by_content {
            true => n.target_in_nameless(section, entity.offset, reloc),
            false => n.target_in_data(section, reloc),
        };
        Found { at: reloc.offset - entity.offset, target, using: Use::Address }
    };
    n.relocs_of(id).iter().filter(|r| !is_marker(n, r)).map(found).collect()
}

fn of_function(n: &Normalized<'_, '_>, id: EntityId) -> Vec<Found> {
    let entity = n.entity(id);
    let Some(section) = entity.section else { return Vec::new() };
    let decoded = n.decoded(id);
    let mut found = Vec::new();
    for reloc in n.relocs_of(id).iter().filter(|r| !is_marker(n, r)) {
        let at = reloc.offset - entity.offset;
        let target = n.target_in_function(id, reloc);
        let insn = decoded.covering(at);
        let using = insn.map_or(Use::Address, |insn| use_of(n, id, insn, Some(reloc)));
        found.push(Found { at, target, using });
    }
    for insn in &decoded.insns {
        let Some(place) = insn.target else { continue };
        let target = n.target_at(section, place as i64);
        found.push(Found { at: u64::from(insn.offset), target, using: use_of(n, id, insn, None) });
    }
    found.retain(|f| !is_inside(n, id, f));
    found.sort_by_key(|f| f.at);
    found
}

/// A relocation that marks an instruction and fills nothing, or for whose instruction others tell what is meant.
fn is_marker(n: &Normalized<'_, '_>, reloc: &Reloc) -> bool {
    n.arch.relocation(reloc.r_type).size() == Some(0) || matches!(reloc.r_type, REACH_MADE | REACH_LOST)
}

fn use_of(n: &Normalized<'_, '_>, id: EntityId, insn: &Insn, reloc: Option<&Reloc>) -> Use {
    // Through the global offset table the address is read from memory and is all the same the symbol's own.
    let through_got = reloc.is_some_and(|r| is_through_got(n, id, insn, r));
    match insn.kind {
        InsnKind::Call => Use::Call,
        InsnKind::Jump | InsnKind::ConditionalJump => Use::TailCall,
        InsnKind::IndirectCall if through_got => Use::Call,
        InsnKind::IndirectJump if through_got => Use::TailCall,
        _ => Use::Address,
    }
}

/// Whether an instruction reaches a symbol through the global offset table.
pub(super) fn is_through_got(n: &Normalized<'_, '_>, id: EntityId, insn: &Insn, reloc: &Reloc) -> bool {
    if n.unit.text.is_none() {
        return matches!(
            n.arch.relocation(reloc.r_type),
            RelocKind::Relative { via: Via::Got, .. } | RelocKind::FromTable { via: Via::Got, .. }
        );
    }
    // Assembly says so in words, which stand in the instruction as they are.
    const MARK: &[u8] = b"@GOTPCREL";
    n.code(id).bytes_of(insn).windows(MARK.len()).any(|word| word == MARK)
}

/// Whether a jump stays in the function and its cold parts. A function that calls itself does not stay inside, nor
/// does one that takes its own address.
fn is_inside(n: &Normalized<'_, '_>, id: EntityId, found: &Found) -> bool {
    let Target::Entity { id: to, .. } = found.target else { return false };
    found.using == Use::TailCall && whole(n, to) == whole(n, id)
}

/// The function that a cold part belongs to; anything else is whole itself.
pub(crate) fn whole(n: &Normalized<'_, '_>, id: EntityId) -> EntityId {
    n.entity(id).cold_of.unwrap_or(id)
}

/// How often a function goes where nobody can tell from its code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Indirect {
    /// Calls through a register or memory.
    pub calls: u64,
    /// Jumps through a register or memory.
    pub jumps: u64,
}

/// Counts a function's indirect branches. The kernel's and the compilers' thunks for them count as what they do.
pub(super) fn indirect(n: &Normalized<'_, '_>, id: EntityId) -> Indirect {
    let mut count = Indirect::default();
    let entity = n.entity(id);
    for insn in &n.decoded(id).insns {
        let start = entity.offset + u64::from(insn.offset);
        let relocs =
            || entity.section.map_or(&[][..], |s| n.relocs_in(s, start..start + u64::from(insn.len)));
        let is_plain = || !relocs().iter().any(|r| use_of(n, id, insn, Some(r)) != Use::Address);
        let leads_to_thunk = || {
            let name =
                |r: &Reloc| n.unit.symbols.get(r.symbol as usize).map(|s| names::is_indirect_thunk(&s.name));
            relocs().iter().any(|r| name(r) == Some(true))
        };
        match insn.kind {
            InsnKind::IndirectCall if is_plain() => count.calls += 1,
            InsnKind::IndirectJump if is_plain() => count.jumps += 1,
            InsnKind::Call if leads_to_thunk() => count.calls += 1,
            InsnKind::Jump | InsnKind::ConditionalJump if leads_to_thunk() => count.jumps += 1,
            _ => {}
        }
    }
    count
}
