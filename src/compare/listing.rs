//! The instructions of both sides of a changed function, aligned for showing.

use std::time::{Duration, Instant};

use fixscope_arch::{Insn, Operand};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use crate::normalize::{EntityId, Normalized, Target};
use crate::pair::{Pair, Side};

use super::delta::{Listing, ListingLine, ListingOp};
use super::references::{Sides, describe};

/// Aligning is for reading and must not take long: then the rest stands one behind the other.
const PATIENCE: Duration = Duration::from_millis(500);

/// One instruction as shown.
struct Shown {
    at: u64,
    /// Text without the place a jump inside the function leads to: such places move with every insertion.
    key: String,
    /// Where a jump inside the function leads to, counted in instructions.
    to: Option<u32>,
    text: String,
}

/// Aligns the instructions of two functions.
pub(super) fn listing(sides: &Sides<'_>, ids: Pair<EntityId>) -> Listing {
    let o = lines(sides, Side::Original, ids.original);
    let p = lines(sides, Side::Patched, ids.patched);
    let keys = |lines: &[Shown]| lines.iter().map(|l| l.key.clone()).collect::<Vec<_>>();
    let (keys_o, keys_p) = (keys(&o), keys(&p));
    let pairs = aligned(&keys_o, &keys_p);
    // Which patched instruction an original one stands beside: a jump is the same if its target is.
    let mut beside = vec![None; o.len()];
    for &(i, j) in &pairs {
        beside[i] = Some(j as u32);
    }
    let removed = |l: &Shown| ListingLine {
        op: ListingOp::Removed,
        at: Pair::new(Some(l.at), None),
        text: l.text.clone(),
    };
    let added = |l: &Shown| ListingLine {
        op: ListingOp::Added,
        at: Pair::new(None, Some(l.at)),
        text: l.text.clone(),
    };
    let mut lines = Vec::new();
    let (mut next_o, mut next_p) = (0, 0);
    for (i, j) in pairs.into_iter().chain([(o.len(), p.len())]) {
        lines.extend(o[next_o..i].iter().map(removed));
        lines.extend(p[next_p..j].iter().map(added));
        (next_o, next_p) = (i + 1, j + 1);
        let (Some(a), Some(b)) = (o.get(i), p.get(j)) else { break };
        let target = a.to.and_then(|t| beside.get(t as usize).copied().flatten());
        if a.to.is_some() && target != b.to {
            lines.push(removed(a));
            lines.push(added(b));
        } else {
            lines.push(ListingLine {
                op: ListingOp::Equal,
                at: Pair::new(Some(a.at), Some(b.at)),
                text: b.text.clone(),
            });
        }
    }
    Listing { lines }
}

/// Pairs of equal lines, ascending on both sides. Only the equal runs of `similar` 2 are relied on: the positions
/// it gives for insertions and deletions can be off by the runs around them.
fn aligned(original: &[String], patched: &[String]) -> Vec<(usize, usize)> {
    let deadline = Some(Instant::now() + PATIENCE);
    let ops = capture_diff_slices_deadline(Algorithm::Patience, original, patched, deadline);
    ops.iter()
        .filter_map(|op| match *op {
            DiffOp::Equal { old_index, new_index, len } => {
                Some((0..len).map(move |n| (old_index + n, new_index + n)))
            }
            _ => None,
        })
        .flatten()
        .collect()
}

fn lines(sides: &Sides<'_>, side: Side, id: EntityId) -> Vec<Shown> {
    let n = sides.get(side);
    let decoded = n.decoded(id);
    decoded
        .significant
        .iter()
        .map(|&i| {
            let insn = decoded.insns[i as usize];
            let inside = inside_target(n, id, &insn);
            let to = inside.and_then(|at| decoded.ordinal(at));
            let text = format(sides, side, id, &insn, false);
            let key = if inside.is_some() { format(sides, side, id, &insn, true) } else { text.clone() };
            Shown { at: u64::from(insn.offset), key, to, text }
        })
        .collect()
}

/// The offset, from the start of the function, that a jump inside it leads to.
fn inside_target(n: &Normalized<'_, '_>, id: EntityId, insn: &Insn) -> Option<u64> {
    let entity = n.entity(id);
    let target = insn.target.filter(|_| insn.kind.is_direct_branch())?;
    (entity.offset..entity.end()).contains(&target).then(|| target - entity.offset)
}

fn format(sides: &Sides<'_>, side: Side, id: EntityId, insn: &Insn, hide_inside: bool) -> String {
    let n = sides.get(side);
    let entity = n.entity(id);
    let name = |target: Target| {
        let text = describe(n, target);
        // On both sides a reference goes by the patched name, so that a number of the compiler's is no change.
        match (side, target) {
            (Side::Original, Target::Entity { id, .. }) => match sides.matching.patched(id) {
                Some(p) => text.replacen(n.name(id), sides.patched.name(p), 1),
                None => text,
            },
            _ => text,
        }
    };
    let code = n.code(id);
    n.arch.format(&code, insn, &|operand| match operand {
        Operand::Site(offset) => {
            let at = entity.offset + u64::from(offset);
            let reloc = n.relocs_of(id).iter().find(|r| r.offset == at)?;
            Some(name(n.target_in_function(id, reloc)))
        }
        Operand::Target(target) => {
            if (entity.offset..entity.end()).contains(&target) {
                let at = target - entity.offset;
                if let Some(line) =
                    entity.section.and_then(|s| n.unit.line(s, target)).filter(|_| !hide_inside)
                {
                    return Some(format!("line {line}"));
                }
                return Some(if hide_inside { ".".to_owned() } else { format!("{}+{at:#x}", n.name(id)) });
            }
            Some(name(n.target_at(entity.section?, target as i64)))
        }
    })
}
