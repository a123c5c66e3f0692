//! The numbers that differ between the instructions of two functions that are not the same.
//!
//! They decide nothing here: they are what later parts explain, by lines that moved or members that did.

use fixscope_arch::{Insn, InsnKind, NumberRole, RegSet, Shape};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::normalize::{DecodedFunction, EntityId, Normalized, Target};
use crate::pair::{Pair, Side};

use super::delta::{Callee, Load, Shift, Shifts};
use super::function::{Outcome, nth, references, relocs_of_insn, same_kind};
use super::references::{Sides, Visiting};

/// At most so many numbers are kept of one function; more never explain more.
const KEPT: usize = 4096;

/// Largest number of comparisons that aligning two functions may come to. A bound in time would make the outcome
/// depend on the machine.
const ALIGNED: usize = 4_000_000;

/// How many instructions may stand between an argument and the call that takes it.
const TO_CALL: usize = 64;

impl Sides<'_> {
    /// The numbers that differ between two functions. Where instructions came or went, the rest is aligned only
    /// with `align`: that costs time, and serves causes alone.
    pub(super) fn shifts(&self, ids: Pair<EntityId>, align: bool) -> Shifts {
        let of = Pair::new(self.original.decoded(ids.original), self.patched.decoded(ids.patched));
        let mut shifts = Shifts::default();
        if of.original.significant.len() == of.patched.significant.len()
            && self.in_lockstep(ids, of, &mut shifts)
        {
            return shifts;
        }
        shifts.nothing_else = false;
        if align {
            shifts.list.clear();
            for (i, j) in self.aligned(ids, of) {
                let insns = Pair::new(nth(of.original, i), nth(of.patched, j));
                shifts.list.extend(self.differing(ids, insns).unwrap_or_default());
            }
            shifts.list.truncate(KEPT);
        }
        shifts
    }

    /// Compares instruction by instruction; gives up when one differs in more than its numbers.
    fn in_lockstep(&self, ids: Pair<EntityId>, of: Pair<&DecodedFunction>, shifts: &mut Shifts) -> bool {
        shifts.nothing_else = true;
        for i in 0..of.original.significant.len() {
            let insns = Pair::new(nth(of.original, i), nth(of.patched, i));
            match self.compare_instructions(ids, insns) {
                Outcome::Same => {}
                Outcome::Reference(_) => shifts.nothing_else = false,
                Outcome::Other => {
                    let same_references = self.same_references(ids, insns);
                    let Some(mut found) = self.differing(ids, insns).filter(|_| same_references) else {
                        return false;
                    };
                    for shift in &mut found {
                        shift.load = self.load(ids, of, i);
                    }
                    shifts.list.extend(found);
                }
            }
        }
        shifts.nothing_else &= shifts.list.len() <= KEPT;
        shifts.list.truncate(KEPT);
        true
    }

    /// The numbers that differ between two instructions of the same shape; `None` when they are of two shapes, or
    /// differ in something else alone.
    fn differing(&self, ids: Pair<EntityId>, insns: Pair<Insn>) -> Option<Vec<Shift>> {
        let (o, p) = (self.original, self.patched);
        if insns.original.kind != insns.patched.kind {
            return None;
        }
        let a = o.arch.numbers(&o.code(ids.original), &insns.original)?;
        let b = p.arch.numbers(&p.code(ids.patched), &insns.patched)?;
        let roles = |n: &fixscope_arch::Numbers| n.values.map(|v| v.map(|v| v.role));
        if a.shape != b.shape || roles(&a) != roles(&b) {
            return None;
        }
        let at = insns.map(|i| u64::from(i.offset));
        let pairs = a.values.into_iter().zip(b.values).filter_map(|(a, b)| a.zip(b));
        let found: Vec<Shift> = pairs
            .filter(|(a, b)| a.value != b.value)
            .map(|(a, b)| Shift { at, values: Pair::new(a.value, b.value), role: a.role, load: None })
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// Whether two instructions of one shape lead to the same things.
    fn same_references(&self, ids: Pair<EntityId>, insns: Pair<Insn>) -> bool {
        let (o, p) = (self.original, self.patched);
        let relocs = Pair::new(
            relocs_of_insn(o, ids.original, &insns.original),
            relocs_of_insn(p, ids.patched, &insns.patched),
        );
        if relocs.original.len() != relocs.patched.len() {
            return false;
        }
        let refs_o = references(o, ids.original, &insns.original, relocs.original);
        let refs_p = references(p, ids.patched, &insns.patched, relocs.patched);
        let mut visiting = Visiting::new();
        refs_o.iter().zip(&refs_p).all(|pair| match pair {
            (Some(a), Some(b)) => {
                same_kind(a.kind, b.kind)
                    && self.same_target(Pair::new(a.target, b.target), &mut visiting).is_ok()
            }
            (None, None) => true,
            _ => false,
        })
    }

    /// Where the `i`th instruction of both sides puts a number, when it does nothing else.
    fn load(&self, ids: Pair<EntityId>, of: Pair<&DecodedFunction>, i: usize) -> Option<Load> {
        let n = self.patched;
        let code = n.code(ids.patched);
        let insn = nth(of.patched, i);
        if !n.arch.numbers(&code, &insn)?.loads_immediate {
            return None;
        }
        let effects = n.arch.effects(&code, &insn);
        let stack = n.arch.stack_register();
        // Flags that say something of the number, and that nobody asks before a call.
        let flags = n.arch.flags().intersection(effects.writes);
        let mut written = effects.writes.without(flags).iter().filter(|&r| r != stack);
        match (written.next(), written.next()) {
            (Some(register), None) if effects.reads.is_empty() => {
                // Where C functions take their arguments from the stack, a register can only be one of the other way
                // that a build may choose for all of them.
                let convention = n.arch.conventions().iter().find(|c| !c.arguments.is_empty())?;
                let index = convention.arguments.iter().position(|&r| r == register)?;
                if !n.arch.stores_immediates() && !self.is_handed_over(ids, of, i, register, flags) {
                    return None;
                }
                let callee = self.callee(ids, of, i, register);
                // Where the first argument and the result are in one register, it may be what the function returns.
                if callee.is_none() && convention.results.first() == Some(&register) {
                    return None;
                }
                Some(Load::Argument { index: index as u8, callee })
            }
            (None, None) if effects.reads.iter().eq([stack]) => Some(Load::Stack),
            _ => None,
        }
    }

    /// Whether nothing but a call can be the next to take what the `i`th instruction put into `register`, and nobody asks
    /// the `flags` that it set.
    fn is_handed_over(
        &self,
        ids: Pair<EntityId>,
        of: Pair<&DecodedFunction>,
        i: usize,
        register: u8,
        flags: RegSet,
    ) -> bool {
        let n = self.patched;
        let code = n.code(ids.patched);
        let range = n.entity(ids.patched).offset..n.entity(ids.patched).end();
        for j in i + 1..of.patched.significant.len().min(i.saturating_add(TO_CALL)) {
            let insn = nth(of.patched, j);
            match insn.kind {
                InsnKind::Call | InsnKind::IndirectCall => return true,
                InsnKind::Jump => return !insn.target.is_some_and(|t| range.contains(&t)),
                InsnKind::Plain | InsnKind::Nop | InsnKind::LandingPad => {
                    let effects = n.arch.effects(&code, &insn);
                    let asks = !effects.reads.intersection(flags).is_empty();
                    if asks || effects.reads.contains(register) || effects.writes.contains(register) {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        false
    }

    /// The call that takes what the `i`th instruction put into `register`, when nothing else can take it.
    fn callee(
        &self,
        ids: Pair<EntityId>,
        of: Pair<&DecodedFunction>,
        i: usize,
        register: u8,
    ) -> Option<Callee> {
        let n = self.patched;
        let code = n.code(ids.patched);
        let range = n.entity(ids.patched).offset..n.entity(ids.patched).end();
        let end = of.patched.significant.len().min(i.saturating_add(TO_CALL));
        for j in i + 1..end {
            let insn = nth(of.patched, j);
            match insn.kind {
                InsnKind::Plain | InsnKind::Nop | InsnKind::LandingPad => {
                    let effects = n.arch.effects(&code, &insn);
                    if effects.reads.contains(register) || effects.writes.contains(register) {
                        return None;
                    }
                }
                // A jump to another function is its last call.
                InsnKind::Call | InsnKind::IndirectCall | InsnKind::Jump
                    if !insn.target.is_some_and(|t| range.contains(&t)) =>
                {
                    let name = called(n, ids.patched, &insn)?;
                    let at = Pair::new(nth(of.original, j), insn).map(|i| u64::from(i.offset));
                    return Some(Callee { name, at });
                }
                _ => return None,
            }
        }
        None
    }

    /// Pairs of instructions that may be the same one, by their number among the significant ones.
    fn aligned(&self, ids: Pair<EntityId>, of: Pair<&DecodedFunction>) -> Vec<(usize, usize)> {
        let keys = Side::BOTH.map(|side| keys(self.get(side), *ids.get(side), of.get(side)));
        let [o, p] = &keys;
        let prefix = o.iter().zip(p).take_while(|(a, b)| a == b).count();
        let (rest_o, rest_p) = (&o[prefix..], &p[prefix..]);
        let suffix = rest_o.iter().rev().zip(rest_p.iter().rev()).take_while(|(a, b)| a == b).count();
        let (middle_o, middle_p) = (&rest_o[..rest_o.len() - suffix], &rest_p[..rest_p.len() - suffix]);
        let mut pairs: Vec<(usize, usize)> = (0..prefix).map(|i| (i, i)).collect();
        if middle_o.len().saturating_mul(middle_p.len()) <= ALIGNED {
            for op in capture_diff_slices(Algorithm::Patience, middle_o, middle_p) {
                if let DiffOp::Equal { old_index, new_index, len } = op {
                    pairs.extend((0..len).map(|n| (prefix + old_index + n, prefix + new_index + n)));
                }
            }
        }
        pairs.extend((0..suffix).rev().map(|n| (o.len() - 1 - n, p.len() - 1 - n)));
        pairs
    }
}

/// What an instruction is aligned by: all but its numbers and what it refers to.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Shape(Shape),
    Branch(u32),
    Unknown(InsnKind),
}

fn keys(n: &Normalized<'_, '_>, id: EntityId, decoded: &DecodedFunction) -> Vec<Key> {
    let code = n.code(id);
    let key = |insn: Insn| match n.arch.numbers(&code, &insn) {
        Some(numbers) => Key::Shape(numbers.shape),
        None if insn.opcode != 0 => Key::Branch(insn.opcode),
        None => Key::Unknown(insn.kind),
    };
    (0..decoded.significant.len()).map(|i| key(nth(decoded, i))).collect()
}

/// The name of the function that a call leads to.
fn called(n: &Normalized<'_, '_>, id: EntityId, insn: &Insn) -> Option<String> {
    let target = match insn.target {
        Some(target) => n.target_at(n.entity(id).section?, target as i64),
        None => {
            let [reloc] = relocs_of_insn(n, id, insn) else { return None };
            n.target_in_function(id, reloc)
        }
    };
    match target {
        Target::Symbol { index, addend: 0 } => Some(n.unit.symbols.get(index as usize)?.name.to_string()),
        Target::Entity { id, offset: 0 } => Some(n.name(id).to_owned()),
        _ => None,
    }
}

impl Shift {
    /// Whether the number stands for a place in an object or its size, rather than in the function's own frame.
    pub fn may_be_layout(&self) -> bool {
        self.role != NumberRole::Frame
    }
}
