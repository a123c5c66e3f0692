//! What becomes of addresses that relocations make, followed forward through a function.
//!
//! Each register holds a set of definitions: instructions that made an address, or a part of one. Sets are joined where
//! ways meet, and where an instruction may not be executed. What an instruction does that is not known here loses the
//! address, and so does every use of a register that may hold something else too.

mod accesses;
mod flow;

use super::effects::{self, SP};
use super::literals::{self, word_of};
use super::{a32, block};
use crate::{Base, Code, Field, Insn, InsnKind, Mode, Reach, ReachHow, RegSet, RelocKind};
use accesses::Access;
pub(super) use accesses::FIELDS;
use flow::{Block, blocks};

/// A set of definitions, and in its last bits what else is known of a value.
type Set = u128;
/// It may be none of them.
const OTHER: Set = 1 << 127;
/// It may be a number: one that is added to an address may lead to another data object.
const NUMBER: Set = 1 << 126;
/// An index is added. Compilers fold the lowest index into the address, so that what follows begins anywhere.
const INDEXED: Set = 1 << 125;
/// Functions with more definitions are not followed.
const MOST: usize = 125;
/// So often the ways into a block may change what is known there.
const ROUNDS: u32 = 64;

/// No number counts into the address.
pub(super) const NONE: Field = Field { offset: 0, size: 4, bits: 0 };

const STACK: u32 = SP as u32;

struct Definition {
    insn: u32,
    base: Base,
    plus: i64,
    /// It is half of an address, or a distance.
    is_part: bool,
    /// Where the number stands that the value ends in.
    number: Option<Field>,
    /// The value is used as it is.
    is_used: bool,
    is_lost: bool,
}

/// By general register, without the program counter.
type State = [Set; 15];

struct Flow<'c> {
    code: &'c Code<'c>,
    insns: &'c [Insn],
    definitions: Vec<Definition>,
    /// By instruction, which definition it is; `u8::MAX` for none.
    at: Vec<u8>,
    overflow: bool,
    /// Index of the first instruction of the block.
    block: usize,
    /// The condition of the last instruction, and what registers hold where it is not true and where it is.
    under: Option<(u32, State, State)>,
    /// What is found out, once all states are known.
    out: Option<Vec<Reach>>,
}

/// Appends what becomes of the addresses of `code`.
pub(super) fn reaches(code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reach>) {
    if code.sites.is_empty() {
        return;
    }
    let at = vec![u8::MAX; insns.len()];
    let mut flow =
        Flow { code, insns, definitions: Vec::new(), at, overflow: false, block: 0, under: None, out: None };
    let blocks = blocks(code, insns);
    let states = flow.states(&blocks);
    let Some(states) = states.filter(|_| !flow.overflow) else {
        flow.give_up(out);
        return;
    };
    flow.out = Some(Vec::new());
    for (block, state) in blocks.iter().zip(states) {
        let Some(mut state) = state else { continue };
        (flow.block, flow.under) = (block.first, None);
        for i in block.first..block.end {
            flow.step(i, &mut state);
        }
    }
    out.extend(flow.out.take().unwrap_or_default());
    flow.tell(out);
    out.sort_by_key(|r| r.insn);
}

impl Flow<'_> {
    /// What the registers hold where each block begins; `None` for blocks that nothing leads to directly. `None`
    /// altogether when it would take too long.
    fn states(&mut self, blocks: &[Block]) -> Option<Vec<Option<State>>> {
        let mut states: Vec<Option<State>> = vec![None; blocks.len()];
        let mut rounds = vec![0; blocks.len()];
        // Blocks that a table of jumps may lead to begin with nothing known.
        let mut led_to = vec![false; blocks.len()];
        for next in blocks.iter().flat_map(|b| &b.next) {
            led_to[*next] = true;
        }
        let mut work: Vec<usize> = (0..blocks.len()).filter(|&b| b == 0 || !led_to[b]).collect();
        for &b in &work {
            states[b] = Some([OTHER; 15]);
        }
        work.reverse();
        while let Some(b) = work.pop() {
            rounds[b] += 1;
            if rounds[b] > ROUNDS {
                return None;
            }
            let Some(mut state) = states[b] else { continue };
            (self.block, self.under) = (blocks[b].first, None);
            for i in blocks[b].first..blocks[b].end {
                self.step(i, &mut state);
            }
            for &next in &blocks[b].next {
                let joined = match states[next] {
                    None => state,
                    Some(there) => std::array::from_fn(|r| there[r] | state[r]),
                };
                if states[next] != Some(joined) {
                    states[next] = Some(joined);
                    work.push(next);
                }
            }
        }
        Some(states)
    }

    /// Nothing is known of any address.
    fn give_up(&self, out: &mut Vec<Reach>) {
        for (i, insn) in self.insns.iter().enumerate() {
            if let Some((_, base, _)) = self.made(insn) {
                out.push(Reach { insn: i as u32, base, how: ReachHow::Lost });
            }
        }
    }

    /// Tells of the definitions themselves.
    fn tell(&self, out: &mut Vec<Reach>) {
        for d in &self.definitions {
            let mut push = |how| out.push(Reach { insn: d.insn, base: d.base, how });
            match d.number {
                _ if !d.is_used && !d.is_lost => push(ReachHow::Makes),
                Some(field) => push(ReachHow::Leads(field, d.plus)),
                None if matches!(d.base, Base::Literal(_)) => push(ReachHow::Leads(NONE, 0)),
                None => {}
            }
            if d.is_lost {
                push(ReachHow::Lost);
            }
        }
    }

    /// The register that an instruction puts an address or a part of one into by a relocation, and whether it is a part.
    fn made(&self, insn: &Insn) -> Option<(u32, Base, bool)> {
        let (register, site) = literals::load(self.code, insn)?;
        let at = self.code.sites.binary_search_by_key(&site, |s| s.offset).ok()?;
        let (is_distance, is_literal) = match self.code.sites[at].kind {
            RelocKind::Absolute { size: 4 } => (false, site != insn.offset),
            RelocKind::Relative { size: 4, .. } => (true, site != insn.offset),
            _ => return None,
        };
        let base = if is_literal { Base::Literal(insn.offset) } else { Base::Site(insn.offset) };
        let (mode, word) = word_of(self.code, insn)?;
        let is_lower = !is_literal && !literals::is_upper(mode, word);
        Some((register, base, is_distance || is_lower))
    }

    /// The set of the definition that an instruction is.
    fn define(&mut self, i: usize, base: Base, plus: i64, is_part: bool, number: Option<Field>) -> Set {
        let known = self.at[i];
        if known != u8::MAX {
            return 1 << known;
        }
        if self.definitions.len() >= MOST {
            self.overflow = true;
            return OTHER;
        }
        let own = self.definitions.len() as u8;
        self.at[i] = own;
        let insn = i as u32;
        self.definitions.push(Definition {
            insn,
            base,
            plus,
            is_part,
            number,
            is_used: false,
            is_lost: false,
        });
        1 << own
    }

    /// The only definition of a set, where there is no doubt.
    fn only(&self, set: Set) -> Option<usize> {
        (set & OTHER == 0 && set.is_power_of_two()).then(|| set.trailing_zeros() as usize)
    }

    /// Whether all of a set begin with one address.
    fn is_one_family(&self, set: Set) -> bool {
        let mut bases = members(set).map(|d| self.definitions[d].base);
        let first = bases.next();
        set & OTHER == 0 && bases.all(|base| Some(base) == first)
    }

    /// The values are used as they are; nobody uses a part so.
    fn used(&mut self, set: Set) {
        for d in members(set) {
            let definition = &mut self.definitions[d];
            definition.is_used = true;
            definition.is_lost |= definition.is_part;
        }
    }

    fn lost(&mut self, set: Set) {
        members(set).for_each(|d| self.definitions[d].is_lost = true);
    }

    /// An access so many bytes behind what a register holds.
    fn accessed(&mut self, i: usize, set: Set, field: Field, plus: i64) {
        match self.only(set) {
            Some(d) if !self.definitions[d].is_part => {
                let (base, plus) = (self.definitions[d].base, self.definitions[d].plus.wrapping_add(plus));
                if let Some(out) = &mut self.out {
                    out.push(Reach { insn: i as u32, base, how: ReachHow::Leads(field, plus) });
                }
            }
            _ if plus == 0 => self.used(set),
            _ => self.lost(set),
        }
    }

    /// Whether a register may hold a number.
    fn is_numbered(state: &State, register: u32) -> bool {
        get(state, register) & NUMBER != 0
    }

    /// The address so many bytes behind another one; the number stands in `field`.
    fn moved(&mut self, i: usize, from: Set, number: i64, field: Field) -> Set {
        match self.only(from) {
            Some(d) if !self.definitions[d].is_part => {
                let (base, plus) = (self.definitions[d].base, self.definitions[d].plus.wrapping_add(number));
                let known = self.at[i];
                // Another way into a loop led here from something else before.
                if known == u8::MAX || {
                    let known = &self.definitions[usize::from(known)];
                    known.base == base && known.plus == plus
                } {
                    return self.define(i, base, plus, false, Some(field));
                }
                self.lost(from);
                OTHER
            }
            // A pointer that walks through what it points to.
            _ if from & INDEXED == 0
                && self.is_one_family(from)
                && members(from).all(|d| !self.definitions[d].is_part) =>
            {
                self.used(from);
                from
            }
            _ => {
                self.lost(from);
                OTHER
            }
        }
    }

    /// The program counter is added to a distance: only now it is an address.
    fn completed(&mut self, i: usize, set: Set) -> Set {
        match self.only(set) {
            Some(d) if self.definitions[d].is_part && self.definitions[d].number.is_none() => {
                let base = self.definitions[d].base;
                let known = self.at[i];
                if known == u8::MAX || self.definitions[usize::from(known)].base == base {
                    return self.define(i, base, 0, false, None);
                }
                self.lost(set);
                OTHER
            }
            _ => {
                self.lost(set);
                OTHER
            }
        }
    }

    /// The number that a register holds before an instruction, where the block shows it.
    fn constant(&self, i: usize, register: u32) -> Option<i64> {
        let own = register as u8;
        for insn in self.insns[self.block..i].iter().rev() {
            let is_call = matches!(insn.kind, InsnKind::Call | InsnKind::IndirectCall);
            if is_call && matches!(register, 0..=3 | 12 | 14) {
                return None;
            }
            let effects = effects::effects(self.code, insn);
            if !effects.writes.contains(own) {
                continue;
            }
            let numbers = super::numbers::numbers(self.code, insn).filter(|n| n.loads_immediate)?;
            // Where it may not be executed it counts as reading its result.
            return numbers.values[0].filter(|_| !effects.reads.contains(own)).map(|n| n.value);
        }
        None
    }

    /// What one instruction does. States only grow, and so do the marks of definitions, so that going through a block
    /// several times does no harm.
    fn step(&mut self, i: usize, state: &mut State) {
        let insn = self.insns[i];
        let Some((mode, word)) = word_of(self.code, &insn) else { return };
        let effects = effects::effects(self.code, &insn);
        if insn.kind != InsnKind::Plain && insn.kind != InsnKind::Nop {
            self.under = None;
        }
        match insn.kind {
            InsnKind::Call | InsnKind::IndirectCall => return self.call(&insn, effects.reads, state),
            // A second register of the result is left out: it mostly holds what is left from before.
            InsnKind::Return => return self.used(state[0]),
            InsnKind::IndirectJump => {
                // Where it leads is not known here.
                let all = state.iter().fold(0, |all, set| all | set);
                return self.lost(all);
            }
            InsnKind::Jump | InsnKind::ConditionalJump => return self.jump(&insn, effects.reads, state),
            _ => {}
        }
        let condition = match mode {
            Mode::Code => Some(word >> 28).filter(|&c| c < 0xe),
            _ => block::condition(self.code, &insn),
        };
        let Some(condition) = condition else {
            return self.execute_always(i, &insn, mode, word, state);
        };
        if effects.reads == RegSet::ALL && a32_leaves(mode, word, insn.len) {
            return self.used(state[0]);
        }
        // Instructions of one condition side by side are executed together or not at all. Behind them, what they set may
        // be what was there before.
        let (skipped, mut executed) = match self.under {
            Some((before, skipped, executed)) if before == condition => (skipped, executed),
            _ => (*state, *state),
        };
        self.execute(i, &insn, mode, word, &mut executed);
        *state = std::array::from_fn(|r| skipped[r] | executed[r]);
        let asks_anew = effects.writes.contains(effects::FLAGS);
        self.under = (!asks_anew).then_some((condition, skipped, executed));
    }

    /// An instruction without a condition. The condition in force stays so where it asks for nothing that depends on it.
    fn execute_always(&mut self, i: usize, insn: &Insn, mode: Mode, word: u32, state: &mut State) {
        let effects = effects::effects(self.code, insn);
        let Some((condition, mut skipped, mut executed)) =
            self.under.take().filter(|(_, skipped, executed)| {
                let is_alike = |r: usize| !effects.reads.contains(r as u8) || skipped[r] == executed[r];
                !effects.writes.contains(effects::FLAGS) && (0..15).all(is_alike)
            })
        else {
            return self.execute(i, insn, mode, word, state);
        };
        self.execute(i, insn, mode, word, &mut executed);
        for r in (0..15).filter(|&r| effects.writes.contains(r as u8)) {
            skipped[r] = executed[r];
        }
        *state = std::array::from_fn(|r| skipped[r] | executed[r]);
        self.under = Some((condition, skipped, executed));
    }

    fn execute(&mut self, i: usize, insn: &Insn, mode: Mode, word: u32, state: &mut State) {
        if let Some((register, base, is_part)) = self.made(insn) {
            // The lower half is used up by the upper one, which may still be a distance.
            if !matches!(base, Base::Literal(_)) && literals::is_upper(mode, word) {
                let lower = get(state, register);
                let is_half = self.only(lower).is_some_and(|d| self.definitions[d].is_part);
                if !is_half {
                    self.lost(lower);
                }
            }
            let set = self.define(i, base, 0, is_part, None);
            return put(state, register, set);
        }
        // A literal may be a number.
        if literals::load(self.code, insn).is_some_and(|(_, site)| site != insn.offset) {
            let writes = effects::effects(self.code, insn).writes;
            for r in (0..15).filter(|&r| writes.contains(r as u8)) {
                put(state, r, OTHER | NUMBER);
            }
            return;
        }
        if let Some((register, result)) = literals::plain_addition(mode, word, insn.len) {
            let set = get(state, register);
            if members(set).next().is_some() {
                let set = self.completed(i, set);
                match result {
                    Some(result) => put(state, result, set),
                    // A load from there.
                    None => {
                        let complete = set;
                        self.accessed(i, complete, NONE, 0);
                        self.written(insn, state);
                    }
                }
                return;
            }
        }
        if let Some(access) = Access::of(mode, word, insn.len) {
            return self.access(i, insn, access, state);
        }
        self.calculate(i, insn, mode, word, state);
    }

    /// Registers that an instruction writes hold something else now.
    fn written(&self, insn: &Insn, state: &mut State) {
        let writes = effects::effects(self.code, insn).writes;
        for r in (0..15).filter(|&r| writes.contains(r as u8)) {
            put(state, r, OTHER);
        }
    }

    fn call(&mut self, insn: &Insn, reads: RegSet, state: &mut State) {
        if insn.kind == InsnKind::IndirectCall {
            for r in (0..15).filter(|&r| reads.contains(r as u8)) {
                self.used(get(state, r));
            }
        }
        self.used((0..4).fold(0, |all, r| all | get(state, r)));
        // A function of the same unit may be known to leave registers alone (GCC's -fipa-ra).
        for r in [1, 2, 3, 12] {
            put(state, r, get(state, r) | OTHER);
        }
        let result = if insn.target.is_some() { get(state, 0) | OTHER } else { OTHER };
        put(state, 0, result);
        put(state, 14, OTHER);
    }

    /// Jumps inside of the code change nothing. From outside of it, a cold part may go on with every register; for other
    /// functions only arguments mean something.
    fn jump(&mut self, insn: &Insn, reads: RegSet, state: &State) {
        // cbz, cbnz
        for r in (0..8).filter(|&r| reads.contains(r as u8)) {
            self.used(get(state, r));
        }
        let inside = insn.target.and_then(|t| t.checked_sub(self.code.address));
        if inside.is_some_and(|at| at < self.code.bytes.len() as u64) {
            return;
        }
        let is_conditional = insn.kind == InsnKind::ConditionalJump;
        for (r, &set) in state.iter().enumerate() {
            if r < 4 && !is_conditional { self.used(set) } else { self.lost(set) }
        }
    }

    /// Loads and stores.
    fn access(&mut self, i: usize, insn: &Insn, access: Access, state: &mut State) {
        let effects = effects::effects(self.code, insn);
        let base = get(state, access.base);
        let index = access.index.and_then(|index| self.constant(i, index));
        let by_number = index.zip(access.shift).map(|(number, shift)| number << shift);
        match (access.place, by_number) {
            (Some((field, plus)), _) => self.accessed(i, base, field, plus),
            (None, Some(number)) => self.accessed(i, base, NONE, number),
            // By another register, or by several accesses, or with what is added afterwards.
            (None, None) => self.used(base),
        }
        if let Some(index) = access.index.filter(|_| by_number.is_none()) {
            // Which of the two is the address is not known; a number that is added may lead to another data object.
            let set = get(state, index);
            if Self::is_numbered(state, index) {
                self.lost(base);
            } else {
                self.used(set);
            }
            if Self::is_numbered(state, access.base) {
                self.lost(set);
            }
        }
        // What is stored comes back from there; from the stack, to this function.
        let on_stack = matches!(access.base, STACK | 11 | 7);
        let read = |r: u32| effects.reads.contains(r as u8) && r != access.base && access.index != Some(r);
        for r in (0..15).filter(|&r| read(r)) {
            let set = get(state, r);
            if on_stack { self.lost(set) } else { self.used(set) }
        }
        if access.stores_base {
            self.used(base);
        }
        for r in (0..15).filter(|&r| effects.writes.contains(r as u8)) {
            if access.writes_back && r == access.base {
                self.used(base);
            } else {
                put(state, r, OTHER);
            }
        }
    }

    /// Calculations with registers.
    fn calculate(&mut self, i: usize, insn: &Insn, mode: Mode, word: u32, state: &mut State) {
        if let Some(sum) = accesses::addition(mode, word, insn.len) {
            let set = self.moved_or_other(i, get(state, sum.base), sum.number, sum.field);
            return put(state, sum.result, set);
        }
        if let Some((result, from)) = accesses::copy(mode, word, insn.len) {
            return put(state, result, get(state, from));
        }
        if let Some((result, first, second, is_plain)) = accesses::sum(mode, word, insn.len) {
            let (a, b) = (get(state, first), get(state, second));
            let (has_a, has_b) = (members(a).next().is_some(), members(b).next().is_some());
            let parts = members(a | b).any(|d| self.definitions[d].is_part);
            let set = match (has_a, has_b) {
                (false, false) => OTHER,
                _ if parts => {
                    self.lost(a | b);
                    OTHER
                }
                (true, false) if is_plain && self.constant(i, second).is_some() => {
                    let number = self.constant(i, second).unwrap_or(0);
                    self.moved(i, a, number, NONE)
                }
                (false, true) if is_plain && self.constant(i, first).is_some() => {
                    let number = self.constant(i, first).unwrap_or(0);
                    self.moved(i, b, number, NONE)
                }
                // An index is added.
                (true, false) if !Self::is_numbered(state, second) => a | INDEXED,
                (false, true) if !Self::is_numbered(state, first) => b | INDEXED,
                _ => {
                    self.lost(a | b);
                    OTHER
                }
            };
            return put(state, result, set);
        }
        let effects = effects::effects(self.code, insn);
        let numbers = super::numbers::numbers(self.code, insn).filter(|n| n.loads_immediate);
        let is_upper = is_moved(mode, word, insn.len) && literals::is_upper(mode, word);
        if numbers.is_some() || is_upper {
            // Nothing is added with 0.
            let is_zero = numbers.is_some_and(|n| n.values[0].is_some_and(|v| v.value == 0));
            let number = if is_zero { OTHER } else { OTHER | NUMBER };
            for r in (0..15).filter(|&r| effects.writes.contains(r as u8)) {
                put(state, r, number);
            }
            return;
        }
        let compares = effects.writes.iter().all(|r| r == effects::FLAGS);
        for r in (0..15).filter(|&r| effects.reads.contains(r as u8)) {
            let set = get(state, r);
            if compares { self.used(set) } else { self.lost(set) }
        }
        self.written(insn, state);
    }

    fn moved_or_other(&mut self, i: usize, from: Set, number: i64, field: Field) -> Set {
        if members(from).next().is_none() { OTHER } else { self.moved(i, from, number, field) }
    }
}

/// Whether it is a `movw` or `movt`.
fn is_moved(mode: Mode, word: u32, len: u8) -> bool {
    len == 4 && literals::moved(mode, word).is_some()
}

fn a32_leaves(mode: Mode, word: u32, len: u8) -> bool {
    match (mode, len) {
        (Mode::Code, _) => a32::leaves(word),
        _ => true,
    }
}

fn members(set: Set) -> impl Iterator<Item = usize> {
    let mut rest = set & !(OTHER | NUMBER | INDEXED);
    std::iter::from_fn(move || {
        let next = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
        rest &= rest - 1;
        Some(next)
    })
}

fn get(state: &State, register: u32) -> Set {
    state.get(register as usize).copied().unwrap_or(OTHER)
}

fn put(state: &mut State, register: u32, set: Set) {
    if let Some(place) = state.get_mut(register as usize) {
        *place = set;
    }
}
