//! Where jumps through registers and memory go.

use fixscope_arch::{Insn, InsnKind, JumpTable, RegSet, TablePlace};

use super::graph::Step;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

/// A computed jump.
pub(super) struct Asked<'a, 'u, 'd> {
    pub n: &'a Normalized<'u, 'd>,
    /// The function and its cold parts.
    pub pieces: &'a [EntityId],
    /// The one that the jump is in.
    pub piece: usize,
    /// Its instructions, and what they do.
    pub insns: &'a [Insn],
    pub steps: &'a [Step],
    /// Index of the jump.
    pub jump: usize,
}

/// So many instructions in front of a jump are looked at for what its register comes from.
const NEAR: usize = 256;

/// No table of a compiler has more entries.
const MOST_ENTRIES: u64 = 1 << 16;

/// The places in the function that a jump may lead to; empty where it leaves the function, as far as can be seen.
///
/// The table is what the jump's register was made from: from the jump backwards, the instructions that make what it
/// reads are followed, and the tables that they name are taken. Where they name none (the address was made far away), all
/// tables that the function names are taken, which are too many at the worst.
pub(super) fn places(asked: &Asked<'_, '_, '_>) -> Vec<Target> {
    let mut named = Vec::new();
    let mut needed = asked.steps[asked.jump].effects.reads.without(stack(asked));
    name(asked, asked.jump, &mut named);
    for at in (asked.jump.saturating_sub(NEAR)..asked.jump).rev() {
        if needed.is_empty() {
            break;
        }
        let effects = asked.steps[at].effects;
        if effects.writes.intersection(needed).is_empty() || asked.steps[at].call.is_some() {
            continue;
        }
        name(asked, at, &mut named);
        needed = needed.without(effects.writes).union(effects.reads).without(stack(asked));
    }
    if named.is_empty() {
        (0..asked.insns.len()).for_each(|at| name(asked, at, &mut named));
    }
    if named.is_empty() {
        resolved(asked, &mut named);
    }
    named
}

fn stack(asked: &Asked<'_, '_, '_>) -> RegSet {
    RegSet::from_iter([asked.n.arch.stack_register()])
}

/// Adds the places that the tables named by one instruction hold, and places of the function that it takes the address of.
fn name(asked: &Asked<'_, '_, '_>, at: usize, named: &mut Vec<Target>) {
    let n = asked.n;
    let (id, insn) = (asked.pieces[asked.piece], &asked.insns[at]);
    if insn.kind.is_direct_branch() {
        return;
    }
    let entity = n.entity(id);
    let Some(section) = entity.section else { return };
    let start = entity.offset + u64::from(insn.offset);
    let relocs = n.relocs_in(section, start..start + u64::from(insn.len));
    let mut leads: Vec<Target> = relocs.iter().map(|r| n.target_in_function(id, r)).collect();
    if insn.kind != InsnKind::Data {
        leads.extend(insn.target.map(|place| n.target_at(section, place as i64)));
    }
    for lead in leads {
        match lead {
            Target::Nameless { section, offset, .. } => {
                let run = n.nameless_run(section, offset);
                let targets = n.relocs_in(section, run).iter();
                named.extend(
                    targets.map(|r| n.target_in_nameless(section, offset, r)).filter(|t| inside(asked, t)),
                );
            }
            Target::Entity { id, .. } if n.entity(id).kind == EntityKind::Object => {
                let Some(section) = n.entity(id).section else { continue };
                let targets = n.relocs_of(id).iter().map(|r| n.target_in_data(section, r));
                named.extend(targets.filter(|t| inside(asked, t)));
            }
            _ => {}
        }
    }
}

/// A place in the function that is not its entry, whose address is another matter.
fn inside(asked: &Asked<'_, '_, '_>, target: &Target) -> bool {
    matches!(target, Target::Entity { id, offset } if *offset != 0 && asked.pieces.contains(id))
}

/// Adds the places of tables that the assembler resolved, as far as the architecture tells where they are.
fn resolved(asked: &Asked<'_, '_, '_>, named: &mut Vec<Target>) {
    let id = asked.pieces[asked.piece];
    let mut tables = Vec::new();
    asked.n.arch.jump_tables(&asked.n.code(id), asked.insns, &mut tables);
    for table in tables.iter().filter(|t| t.jump as usize == asked.jump) {
        entries(asked, table, named);
    }
}

fn entries(asked: &Asked<'_, '_, '_>, table: &JumpTable, named: &mut Vec<Target>) {
    let n = asked.n;
    let id = asked.pieces[asked.piece];
    let Some((own, base)) = n.entity(id).section.zip(table.base) else { return };
    let place = match table.table {
        TablePlace::Here(offset) => Some((own, offset)),
        TablePlace::Site(site) => {
            let at = n.entity(id).offset + u64::from(site);
            let reloc = n.relocs_in(own, at..at + 1).first();
            reloc.and_then(|r| n.place_of(n.target_in_function(id, r)))
        }
    };
    let Some((section, start)) = place else { return };
    let size = u64::from(table.entry.clamp(1, 8));
    let end = match (table.count, table.table) {
        (Some(count), _) => start.saturating_add(u64::from(count) * size),
        (None, TablePlace::Site(_)) => n.nameless_run(section, start).end,
        (None, TablePlace::Here(_)) => return,
    };
    for at in (start..end).step_by(size as usize).take(MOST_ENTRIES as usize) {
        let bytes = n.bytes(section, at..at + size);
        if bytes.len() as u64 != size {
            break;
        }
        let target = n.target_at(own, base.wrapping_add_signed(number(n, bytes, table)) as i64);
        // Behind the table lies something else.
        if table.count.is_none() && !inside(asked, &target) {
            break;
        }
        named.push(target);
    }
}

/// An entry's distance in bytes.
fn number(n: &Normalized<'_, '_>, bytes: &[u8], table: &JumpTable) -> i64 {
    let little = n.unit.endian == object::Endianness::Little;
    let len = bytes.len();
    let raw = bytes.iter().enumerate().fold(0u64, |value, (i, &byte)| {
        let shift = if little { i } else { len - 1 - i };
        value | u64::from(byte) << (8 * shift)
    });
    let unused = 64 - 8 * len as u32;
    let value = if table.signed { (raw << unused) as i64 >> unused } else { raw as i64 };
    value.wrapping_shl(u32::from(table.shift))
}
