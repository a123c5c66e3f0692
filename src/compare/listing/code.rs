//! The instructions of both sides of a function.

use fixscope_arch::{Insn, InsnKind, Operand};

use crate::compare::delta::{Difference, DifferenceKind, Place};
use crate::compare::function::{Outcome, references, relocs_of_insn};
use crate::compare::references::{Sides, Visiting, describe};
use crate::compare::words;
use crate::normalize::{EntityId, Normalized, Target};
use crate::pair::{Pair, Side};

use super::data::Parts;
use super::{Listing, ListingOp, OneSided, align, lines, texts};

/// One instruction as shown.
struct Shown {
    at: u64,
    place: Place,
    insn: Insn,
    /// Text without the place a jump inside the function leads to, because such places move with every insertion,
    /// and without the place of nameless content.
    key: String,
    /// Where a jump inside the function leads to, counted in instructions.
    to: Option<u32>,
    text: String,
}

impl OneSided for Shown {
    fn place(&self) -> Place {
        self.place
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn key(&self) -> &str {
        &self.key
    }
}

/// Aligns the instructions of two functions of which `differences` have been found.
pub(in crate::compare) fn function(
    sides: &Sides<'_>,
    ids: Pair<EntityId>,
    differences: &[Difference],
) -> Listing {
    let shown = Pair::new(
        instructions(sides, Side::Original, ids.original),
        instructions(sides, Side::Patched, ids.patched),
    );
    let (o, p) = (&shown.original, &shown.patched);
    let pairs = align::align(o, p);
    // Which patched instruction an original one stands beside: a jump is the same if its target is.
    let mut beside = vec![None; o.len()];
    for &(i, j) in &pairs {
        beside[i] = Some(j as u32);
    }
    // What has been found to differ is marked in any case, also where only a table tied to the instruction does. In
    // the place of an instruction that counts as padding the next one is marked.
    let marks = |side: Side, lines: &[Shown]| -> Vec<u64> {
        let is_one = |d: &&Difference| matches!(d.kind, DifferenceKind::Reference | DifferenceKind::Special);
        let at = differences.iter().filter(is_one).filter_map(|d| *d.at.get(side));
        at.filter_map(|at| lines.iter().find(|l| l.at >= at).or(lines.last())).map(|l| l.at).collect()
    };
    let (marks_o, marks_p) = (marks(Side::Original, o), marks(Side::Patched, p));
    let places = pairs.iter().map(|&(i, j)| (o[i].at as i64, p[j].at as i64)).collect();
    let mut parts = Parts::new(sides).beside(ids, places);
    let lines = lines(Pair::new(o, p), &pairs, |i, j| {
        let (a, b) = (&o[i], &p[j]);
        let is_marked = marks_o.contains(&a.at) || marks_p.contains(&b.at);
        let jump_same = |to: u32, other| beside.get(to as usize).copied().flatten() == other;
        let differs = match (a.to, b.to) {
            (Some(to), Some(_)) if a.key == b.key && jump_same(to, b.to) => None,
            // Both places are as far from their starts, by accident.
            (Some(_), Some(_)) if a.text == b.text => Some("another instruction now"),
            (None, None) => match sides.compare_instructions(ids, Pair::new(a.insn, b.insn)) {
                Outcome::Same => None,
                Outcome::Reference(_) => match lead_to(&mut parts, sides, ids, Pair::new(a, b)) {
                    false => None,
                    true if a.text == b.text => return (ListingOp::Behind, texts(&a.text, &b.text)),
                    true => Some(""),
                },
                Outcome::Other => Some("other bytes now"),
            },
            _ => Some(""),
        };
        match differs {
            None if is_marked => (ListingOp::Behind, texts(&a.text, &b.text)),
            None => (ListingOp::Equal, texts(&a.text, &b.text)),
            // Only the reason tells the two apart.
            Some(why) if a.text == b.text && !why.is_empty() => (
                ListingOp::Replaced,
                texts(&a.text, &format!("{}  ({why}{})", b.text, bytes(sides, ids, a, b))),
            ),
            Some(_) => (ListingOp::Replaced, texts(&a.text, &b.text)),
        }
    });
    let mut listing = parts.finish(lines);
    if !sides.patched.arch.is_decoded() {
        listing.notes.push(format!(
            "instructions are words of hexadecimal digits, with what they refer to: nothing here decodes {}",
            sides.patched.arch.name()
        ));
    } else if sides.patched.unit.text.is_none() && o.iter().chain(p).any(is_unread) {
        listing.notes.push(format!(
            "some bytes are not decoded as {}, and compared as they are",
            sides.patched.arch.name()
        ));
    }
    listing
}

/// Whether nothing is known of what stands there. Of words of one length the kind is known all the same, and only what is
/// written for them says it.
fn is_unread(line: &Shown) -> bool {
    line.insn.kind == InsnKind::Unknown || line.text.starts_with(".inst ")
}

/// The bytes of two instructions that read the same, where they are not.
fn bytes(sides: &Sides<'_>, ids: Pair<EntityId>, a: &Shown, b: &Shown) -> String {
    let (code_o, code_p) = (sides.original.code(ids.original), sides.patched.code(ids.patched));
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ");
    let (o, p) = (hex(code_o.bytes_of(&a.insn)), hex(code_p.bytes_of(&b.insn)));
    if o == p || a.to.is_some() { String::new() } else { format!(": {p} instead of {o}") }
}

/// Notes the nameless content that a pair of instructions leads to. Gives whether they lead to anything that differs.
fn lead_to(parts: &mut Parts<'_, '_>, sides: &Sides<'_>, ids: Pair<EntityId>, lines: Pair<&Shown>) -> bool {
    let of = |side: Side| {
        let (n, id, line) = (sides.get(side), *ids.get(side), *lines.get(side));
        references(n, id, &line.insn, relocs_of_insn(n, id, &line.insn))
    };
    let from = || match lines.patched.place {
        Place::Offset(at) => format!("{}+{at:#x}", sides.patched.name(ids.patched)),
        Place::Line(line) => format!("{} at line {line}", sides.patched.name(ids.patched)),
    };
    let mut differs = false;
    for (a, b) in of(Side::Original).iter().flatten().zip(of(Side::Patched).iter().flatten()) {
        let pair = Pair::new(a.target, b.target);
        if sides.same_target(pair, &mut Visiting::new()).is_err() && !parts.only_moved(pair) {
            parts.lead_to(from(), pair);
            differs = true;
        }
    }
    differs
}

fn instructions(sides: &Sides<'_>, side: Side, id: EntityId) -> Vec<Shown> {
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
            let key = format(sides, side, id, &insn, true);
            let at = u64::from(insn.offset);
            Shown { at, place: words::place(n, id, at), insn, key, to, text }
        })
        .collect()
}

/// The offset, from the start of the function, that a jump inside it leads to.
fn inside_target(n: &Normalized<'_, '_>, id: EntityId, insn: &Insn) -> Option<u64> {
    let entity = n.entity(id);
    let target = insn.target.filter(|_| insn.kind.is_direct_branch())?;
    (entity.offset..entity.end()).contains(&target).then(|| target - entity.offset)
}

/// What a reference leads to, in words. On both sides it goes by the patched name, so that a number of the
/// compiler's is no change.
pub(super) fn target_text(sides: &Sides<'_>, side: Side, target: Target) -> String {
    let text = describe(sides.get(side), target);
    match (side, target) {
        (Side::Original, Target::Entity { id, .. }) => match sides.matching.patched(id) {
            Some(p) => text.replacen(sides.original.name(id), sides.patched.name(p), 1),
            None => text,
        },
        _ => text,
    }
}

/// The same for aligning: without what only says where nameless content or a place in code lies.
pub(super) fn target_key(sides: &Sides<'_>, side: Side, target: Target) -> String {
    let n = sides.get(side);
    match target {
        Target::Entity { id, .. } if n.entity(id).by_content => "content".to_owned(),
        Target::Entity { id, offset }
            if offset != 0 && n.entity(id).kind == crate::normalize::EntityKind::Function =>
        {
            target_text(sides, side, Target::Entity { id, offset: 0 })
        }
        Target::Nameless { section, .. } if n.unit.section(section).is_none_or(|s| !s.is_strings()) => {
            "content".to_owned()
        }
        _ => target_text(sides, side, target),
    }
}

fn format(sides: &Sides<'_>, side: Side, id: EntityId, insn: &Insn, for_key: bool) -> String {
    let n = sides.get(side);
    let entity = n.entity(id);
    let name = |target| match for_key {
        true => target_key(sides, side, target),
        false => target_text(sides, side, target),
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
                return Some(if for_key { ".".to_owned() } else { words::place(n, id, at).to_string() });
            }
            Some(name(n.target_at(entity.section?, target as i64)))
        }
    })
}
