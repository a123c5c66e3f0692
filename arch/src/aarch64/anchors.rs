//! What becomes of addresses that relocations make, followed forward through a function.
//!
//! Each register holds a set of definitions: instructions that made an address. Sets are joined where ways meet. What an
//! instruction does that is not known here loses the address, and so does every use of a register that may hold something
//! else too.

use super::decode::word_of;
use super::effects::{self, SP};
use super::numbers;
use crate::{Base, Code, Field, Insn, InsnKind, Reach, ReachHow, RelocKind, Site, code::Via};

/// A set of definitions; the last bit says that it may be none of them.
type Set = u128;
const OTHER: Set = 1 << 127;
/// Functions with more definitions are not followed.
const MOST: usize = 127;
/// So often the ways into a block may change what is known there.
const ROUNDS: u32 = 64;

/// The immediate of `add`, and of loads and stores with a positive, scaled one.
pub(super) const IMM12: Field = Field { offset: 0, size: 4, bits: 0x003f_fc00 };
/// That of loads and stores with a signed one.
pub(super) const IMM9: Field = Field { offset: 0, size: 4, bits: 0x001f_f000 };
/// That of loads and stores of pairs.
pub(super) const IMM7: Field = Field { offset: 0, size: 4, bits: 0x003f_8000 };
pub(super) const NONE: Field = Field { offset: 0, size: 4, bits: 0 };

struct Definition {
    insn: u32,
    base: Base,
    plus: i64,
    /// It is the address of the page only.
    is_half: bool,
    /// Where the number stands that the value ends in.
    number: Option<Field>,
    /// The value is used as it is.
    is_used: bool,
    is_lost: bool,
}

type State = [Set; 31];

struct Flow<'c> {
    code: &'c Code<'c>,
    insns: &'c [Insn],
    definitions: Vec<Definition>,
    /// By instruction, which definition it is; `u8::MAX` for none.
    at: Vec<u8>,
    overflow: bool,
    /// By general register, what it is ever set to.
    constants: [Constant; 31],
    /// By general register, how many blocks read it.
    readers: [u32; 31],
    /// Index of the first instruction of the block, and of the one behind it.
    block: (usize, usize),
    /// What is found out, once all states are known.
    out: Option<Vec<Reach>>,
}

/// Appends what becomes of the addresses of `code`.
pub(super) fn reaches(code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reach>) {
    let at = vec![u8::MAX; insns.len()];
    let constants = constants(code, insns);
    let blocks = blocks(code, insns);
    let mut readers = [0; 31];
    for block in &blocks {
        let read = read(code, &insns[block.first..block.end]);
        readers.iter_mut().enumerate().filter(|(r, _)| read.contains(*r as u8)).for_each(|(_, n)| *n += 1);
    }
    let definitions = Vec::new();
    let mut flow =
        Flow { code, insns, definitions, at, overflow: false, constants, readers, block: (0, 0), out: None };
    let states = flow.states(&blocks);
    let Some(states) = states.filter(|_| !flow.overflow) else {
        flow.give_up(out);
        return;
    };
    flow.out = Some(Vec::new());
    for (block, state) in blocks.iter().zip(states) {
        let Some(mut state) = state else { continue };
        flow.block = (block.first, block.end);
        for i in block.first..block.end {
            flow.step(i, &mut state);
        }
    }
    out.extend(flow.out.take().unwrap_or_default());
    flow.tell(out);
    out.sort_by_key(|r| r.insn);
}

/// What a register is set to in a whole function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Constant {
    Never,
    Always(i64),
    Varies,
}

fn constants(code: &Code<'_>, insns: &[Insn]) -> [Constant; 31] {
    let mut found = [Constant::Never; 31];
    for insn in insns {
        let Some(word) = word_of(code, insn) else { continue };
        let set = numbers::constant(word).map(|(d, value)| (d, Constant::Always(value)));
        if let Some((d, value)) = set {
            if let Some(place) = found.get_mut(usize::from(d)) {
                *place = if *place == Constant::Never || *place == value { value } else { Constant::Varies };
            }
            continue;
        }
        let writes = effects::of_word(word).map_or(crate::RegSet::ALL, |e| e.writes);
        for (r, place) in found.iter_mut().enumerate() {
            if writes.contains(r as u8) {
                *place = Constant::Varies;
            }
        }
    }
    found
}

/// Instructions that are done one after the other, and where to go on.
struct Block {
    first: usize,
    end: usize,
    next: Vec<usize>,
}

fn blocks(code: &Code<'_>, insns: &[Insn]) -> Vec<Block> {
    let index_of = |target: u64| {
        let at = u32::try_from(target.checked_sub(code.address)?).ok()?;
        insns.binary_search_by_key(&at, |i| i.offset).ok()
    };
    let mut starts = vec![false; insns.len() + 1];
    starts[0] = true;
    for (i, insn) in insns.iter().enumerate() {
        let is_jump = matches!(insn.kind, InsnKind::Jump | InsnKind::ConditionalJump);
        if is_jump && let Some(to) = insn.target.and_then(index_of) {
            starts[to] = true;
        }
        if is_jump || insn.kind.ends_flow() {
            starts[i + 1] = true;
        }
    }
    starts[insns.len()] = true;
    let firsts: Vec<usize> = (0..=insns.len()).filter(|&i| starts[i]).collect();
    let block_at = |i: usize| firsts[..firsts.len() - 1].binary_search(&i).ok();
    firsts
        .windows(2)
        .map(|pair| {
            let last = &insns[pair[1] - 1];
            let mut next = Vec::new();
            if matches!(last.kind, InsnKind::Jump | InsnKind::ConditionalJump) {
                next.extend(last.target.and_then(index_of).and_then(block_at));
            }
            // What raises an exception may go on behind itself, as the kernel's warnings do.
            if !last.kind.ends_flow() || last.kind == InsnKind::Trap {
                next.extend(block_at(pair[1]));
            }
            Block { first: pair[0], end: pair[1], next }
        })
        .collect()
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
            states[b] = Some([OTHER; 31]);
        }
        work.reverse();
        while let Some(b) = work.pop() {
            rounds[b] += 1;
            if rounds[b] > ROUNDS {
                return None;
            }
            let Some(mut state) = states[b] else { continue };
            self.block = (blocks[b].first, blocks[b].end);
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
            if self.makes_address(insn) {
                out.push(Reach { insn: i as u32, base: Base::Site(insn.offset), how: ReachHow::Lost });
            }
        }
    }

    /// Whether a relocation of the instruction puts an address into a register.
    fn makes_address(&self, insn: &Insn) -> bool {
        let Some(word) = word_of(self.code, insn) else { return false };
        self.site(insn).is_some() && (is_adr(word) || is_add(word))
    }

    /// Tells of the definitions themselves.
    fn tell(&self, out: &mut Vec<Reach>) {
        for d in &self.definitions {
            let mut push = |how| out.push(Reach { insn: d.insn, base: d.base, how });
            match d.number {
                _ if !d.is_used && !d.is_lost && d.is_half => push(ReachHow::Begins),
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

    fn site(&self, insn: &Insn) -> Option<Site> {
        let sites = self.code.sites;
        let first = sites.partition_point(|s| s.offset < insn.offset);
        sites[first..]
            .iter()
            .take_while(|s| s.offset < insn.end())
            .find(|s| s.kind.size() != Some(0))
            .copied()
    }

    /// The set of the definition that an instruction is.
    fn define(&mut self, i: usize, base: Base, plus: i64, is_half: bool, number: Option<Field>) -> Set {
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
            is_half,
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

    /// The values are used as they are; nobody uses a page so.
    fn used(&mut self, set: Set) {
        for d in members(set) {
            let definition = &mut self.definitions[d];
            definition.is_used = true;
            definition.is_lost |= definition.is_half;
        }
    }

    /// A caller or callee may use the values; of a page, only what is left from before lies there.
    fn handed_over(&mut self, set: Set) {
        for d in members(set) {
            let definition = &mut self.definitions[d];
            definition.is_used |= !definition.is_half;
        }
    }

    fn lost(&mut self, set: Set) {
        members(set).for_each(|d| self.definitions[d].is_lost = true);
    }

    /// Pages that a relocation completes are used up by it.
    fn completed(&mut self, set: Set) {
        for d in members(set) {
            let definition = &mut self.definitions[d];
            definition.is_lost |= !definition.is_half;
        }
    }

    /// An access at the place that the instruction's own relocation names.
    fn named(&mut self, i: usize, insn: &Insn, site: Site) {
        if let (RelocKind::Absolute { .. } | RelocKind::Other { .. }, Some(out)) = (site.kind, &mut self.out)
        {
            let how = ReachHow::Leads(IMM12, 0);
            out.push(Reach { insn: i as u32, base: Base::Site(insn.offset), how });
        }
    }

    /// An access so many bytes behind what a register holds.
    fn accessed(&mut self, i: usize, set: Set, field: Field, plus: i64) {
        match self.only(set) {
            Some(d) if !self.definitions[d].is_half => {
                let (base, plus) = (self.definitions[d].base, self.definitions[d].plus.wrapping_add(plus));
                if let Some(out) = &mut self.out {
                    out.push(Reach { insn: i as u32, base, how: ReachHow::Leads(field, plus) });
                }
            }
            _ if plus == 0 => self.used(set),
            _ => self.lost(set),
        }
    }

    /// The number that a register holds before an instruction, where it is one.
    fn constant(&self, i: usize, register: u32) -> Option<i64> {
        let own = (register & 31) as u8;
        for insn in self.insns[self.block.0..i].iter().rev() {
            let is_call = matches!(insn.kind, InsnKind::Call | InsnKind::IndirectCall);
            let word = word_of(self.code, insn).filter(|_| !is_call || own > 18)?;
            match numbers::constant(word) {
                Some((d, value)) if d == own => return Some(value),
                _ if effects::of_word(word).is_none_or(|e| e.writes.contains(own)) => return None,
                _ => {}
            }
        }
        match self.constants.get(usize::from(own)) {
            Some(Constant::Always(value)) => Some(*value),
            _ => None,
        }
    }

    /// What one instruction does. States only grow, and so do the marks of definitions, so that going through a block
    /// several times does no harm.
    fn step(&mut self, i: usize, state: &mut State) {
        let insn = self.insns[i];
        let Some(word) = word_of(self.code, &insn) else { return };
        let (d, n) = (word & 31, word >> 5 & 31);
        match insn.kind {
            InsnKind::Call | InsnKind::IndirectCall => return self.call(&insn, n, state),
            InsnKind::Return => {
                // A second register of the result is left out: it mostly holds what is left from before.
                return self.handed_over(get(state, 0));
            }
            InsnKind::IndirectJump => {
                return self.jump_anywhere(state);
            }
            InsnKind::Jump | InsnKind::ConditionalJump => return self.jump(&insn, d, state),
            _ => {}
        }
        let site = self.site(&insn);
        if is_adr(word) {
            let is_half = word >> 31 == 1;
            let direct = site.filter(|s| matches!(s.kind, RelocKind::Relative { via: Via::Direct, .. }));
            // What the global offset table, or a resolver of thread-local addresses, gives back is not followed.
            if let (None, Some(_), Some(out)) = (direct, site, &mut self.out) {
                let base = Base::Site(insn.offset);
                out.push(Reach { insn: i as u32, base, how: ReachHow::Lost });
            }
            let set = match direct {
                Some(_) => self.define(i, Base::Site(insn.offset), 0, is_half, None),
                None => OTHER,
            };
            return put(state, d, set);
        }
        if is_add(word) {
            let set = self.add(i, &insn, word, site, get(state, n));
            return put(state, d, set);
        }
        // mov of registers
        if word & 0xffe0_ffe0 == 0xaa00_03e0 {
            return put(state, d, get(state, word >> 16));
        }
        if word & 0x3a00_0000 == 0x2800_0000 || word & 0x3a00_0000 == 0x3800_0000 {
            return self.access(i, &insn, word, site, state);
        }
        // ldr of a literal with 64 bits
        if word >> 24 == 0x58 {
            let set = self.define(i, Base::Literal(insn.offset), 0, false, None);
            return put(state, d, set);
        }
        self.calculate(i, word, state);
    }

    /// add and sub of 64 bits with a number.
    fn add(&mut self, i: usize, insn: &Insn, word: u32, site: Option<Site>, from: Set) -> Set {
        if let Some(site) = site {
            self.completed(from);
            // The upper part of a distance from the thread pointer is half of one.
            let is_half = word >> 22 & 1 == 1;
            return match site.kind {
                RelocKind::Absolute { .. } | RelocKind::Other { .. } => {
                    self.define(i, Base::Site(insn.offset), 0, is_half, (!is_half).then_some(IMM12))
                }
                _ => OTHER,
            };
        }
        let number = i64::from(word >> 10 & 0xfff) << if word >> 22 & 1 == 1 { 12 } else { 0 };
        let number = if word >> 30 & 1 == 1 { -number } else { number };
        self.moved(i, from, number, IMM12)
    }

    /// The address so many bytes behind another one; the number stands in `field`.
    fn moved(&mut self, i: usize, from: Set, number: i64, field: Field) -> Set {
        match self.only(from) {
            Some(d) if !self.definitions[d].is_half => {
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
            _ if self.is_one_family(from) && members(from).all(|d| !self.definitions[d].is_half) => {
                self.used(from);
                from
            }
            _ => {
                self.lost(from);
                OTHER
            }
        }
    }

    fn call(&mut self, insn: &Insn, register: u32, state: &mut State) {
        if insn.kind == InsnKind::IndirectCall {
            self.used(get(state, register));
        }
        let arguments = (0..=8).fold(0, |all, r| all | get(state, r));
        self.handed_over(arguments);
        // A function of the same unit may be known to leave registers alone (GCC's -fipa-ra).
        for r in 1..=18 {
            put(state, r, get(state, r) | OTHER);
        }
        let result = if insn.target.is_some() { get(state, 0) | OTHER } else { OTHER };
        put(state, 0, result);
        put(state, 30, OTHER);
    }

    /// Where it leads is not known here, but what no other block reads is only left over.
    fn jump_anywhere(&mut self, state: &State) {
        let own = read(self.code, &self.insns[self.block.0..self.block.1]);
        for (r, &set) in state.iter().enumerate() {
            if self.readers[r] > u32::from(own.contains(r as u8)) {
                self.lost(set);
            }
        }
    }

    /// Jumps inside of the code change nothing. From outside of it, a cold part may go on with every register; for other
    /// functions only arguments mean something.
    fn jump(&mut self, insn: &Insn, tested: u32, state: &State) {
        let bytes = self.code.bytes_of(insn);
        // cbz, cbnz, tbz, tbnz
        if bytes.last().is_some_and(|top| top & 0x7c == 0x34) {
            self.used(get(state, tested));
        }
        let inside = insn.target.and_then(|t| t.checked_sub(self.code.address));
        if inside.is_some_and(|at| at < self.code.bytes.len() as u64) {
            return;
        }
        let is_conditional = insn.kind == InsnKind::ConditionalJump;
        for (r, &set) in state.iter().enumerate() {
            if r <= 8 && !is_conditional { self.handed_over(set) } else { self.lost(set) }
        }
    }

    /// Loads and stores of one register or a pair.
    fn access(&mut self, i: usize, insn: &Insn, word: u32, site: Option<Site>, state: &mut State) {
        let Some(effects) = effects::of_word(word) else { return self.unknown(word, state) };
        let (t, n) = (word & 31, word >> 5 & 31);
        let is_vector = word >> 26 & 1 == 1;
        let base = get(state, n);
        let place = displacement(word);
        match (site, place) {
            (Some(site), _) => {
                self.completed(base);
                self.named(i, insn, site);
            }
            (None, Some((field, plus))) => self.accessed(i, base, field, plus),
            (None, None) => match self.constant_index(i, word) {
                Some(number) => self.accessed(i, base, NONE, number),
                // By another register, atomically, or with what is added afterwards.
                None => self.used(base),
            },
        }
        // What is stored comes back from there; from the stack, to this function.
        let stored = [t, if is_pair(word) { word >> 10 & 31 } else { t }];
        let on_stack = matches!(n, 29 | 31);
        for r in (0..31).filter(|&r| effects.reads.contains(r as u8) && r != n) {
            let set = get(state, r);
            if on_stack && !is_vector && stored.contains(&r) { self.lost(set) } else { self.used(set) }
        }
        if !is_vector && stored.contains(&n) && effects.writes.intersection(one(t)).is_empty() {
            self.used(base);
        }
        let writes_back = n != u32::from(SP) && effects.writes.contains(n as u8) && !is_loaded(word, n);
        for r in (0..31).filter(|&r| effects.writes.contains(r as u8)) {
            if writes_back && r == n {
                self.used(base);
            } else {
                put(state, r, OTHER);
            }
        }
        // A whole pointer, from where a relocation leads: a literal, perhaps.
        let is_pointer = word & 0xffc0_0000 == 0xf940_0000;
        if is_pointer && site.is_some_and(|s| matches!(s.kind, RelocKind::Absolute { .. })) {
            let set = self.define(i, Base::Literal(insn.offset), 0, false, None);
            put(state, t, set);
        }
    }

    /// The bytes that the second register of an address adds, where they are known.
    fn constant_index(&self, i: usize, word: u32) -> Option<i64> {
        if word & 0x3b20_0c00 != 0x3820_0800 || word >> 13 & 7 != 3 {
            return None;
        }
        let is_wide = word >> 26 & 1 == 1 && word >> 23 & 1 == 1;
        let scale = if is_wide { 4 } else { word >> 30 };
        let number = self.constant(i, word >> 16)?;
        Some(if word >> 12 & 1 == 1 { number << scale } else { number })
    }

    /// Calculations with registers.
    fn calculate(&mut self, i: usize, word: u32, state: &mut State) {
        let (d, n, m) = (word & 31, word >> 5 & 31, word >> 16 & 31);
        let (a, b) = (get(state, n), get(state, m));
        let is_64 = word >> 31 == 1;
        let is_sum =
            is_64 && matches!(word & 0x7f20_0000, 0x0b00_0000 | 0x0b20_0000 | 0x4b00_0000 | 0x4b20_0000);
        let is_difference = word >> 30 & 1 == 1;
        if is_sum && (members(a).next().is_some() || members(b).next().is_some()) {
            let plain = word >> 10 & 63 == 0 && word >> 21 & 1 == 0;
            let halves = members(a | b).any(|d| self.definitions[d].is_half);
            let set = match (members(a).next().is_some(), members(b).next().is_some()) {
                _ if halves => None,
                // An index is added, or a number too large for an instruction.
                (true, false) => Some(match self.constant(i, m) {
                    Some(number) if plain => {
                        self.moved(i, a, if is_difference { -number } else { number }, NONE)
                    }
                    _ => a,
                }),
                (false, true) if plain && !is_difference => Some(match self.constant(i, n) {
                    Some(number) => self.moved(i, b, number, NONE),
                    None => b,
                }),
                (true, true) if is_difference => {
                    self.used(a | b);
                    Some(OTHER)
                }
                _ => None,
            };
            if let Some(set) = set {
                return put(state, d, set);
            }
            self.lost(a | b);
            return put(state, d, OTHER);
        }
        // cmp and tst
        if is_64 && d == 31 && matches!(word & 0x1f00_0000, 0x0a00_0000 | 0x0b00_0000) && word >> 29 & 1 == 1
        {
            return self.used(a | b);
        }
        // csel
        if word & 0xffe0_0c00 == 0x9a80_0000 {
            let set = |r, set| if r == 31 { OTHER } else { set };
            self.used(a | b);
            return put(state, d, set(n, a) | set(m, b));
        }
        self.unknown(word, state);
    }

    /// An instruction of which only the registers are known, or not even those.
    fn unknown(&mut self, word: u32, state: &mut State) {
        let effects = effects::of_word(word);
        let touches = |set: Option<crate::RegSet>, r: u32| set.is_none_or(|set| set.contains(r as u8));
        // Exclusive and atomic accesses, and those of several vectors, take the address as it is.
        let is_access = word & 0x0a00_0000 == 0x0800_0000;
        for r in 0..31 {
            if touches(effects.map(|e| e.reads), r) {
                let set = get(state, r);
                if is_access && effects.is_some() { self.used(set) } else { self.lost(set) }
            }
        }
        for r in 0..31 {
            if touches(effects.map(|e| e.writes), r) {
                put(state, r, OTHER);
            }
        }
    }
}

fn one(register: u32) -> crate::RegSet {
    crate::RegSet::from_iter([register as u8])
}

/// Registers that instructions read, and those of what they hand over.
fn read(code: &Code<'_>, insns: &[Insn]) -> crate::RegSet {
    insns.iter().fold(crate::RegSet::EMPTY, |all, insn| {
        let own =
            word_of(code, insn).map(|word| effects::of_word(word).map_or(crate::RegSet::ALL, |e| e.reads));
        let leaves =
            insn.kind.is_direct_branch() || insn.kind.ends_flow() || insn.kind == InsnKind::IndirectCall;
        let handed_over = if leaves { crate::RegSet::from_iter(0..=8) } else { crate::RegSet::EMPTY };
        all.union(own.unwrap_or_default()).union(handed_over)
    })
}

fn members(set: Set) -> impl Iterator<Item = usize> {
    let mut rest = set & !OTHER;
    std::iter::from_fn(move || {
        let next = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
        rest &= rest - 1;
        Some(next)
    })
}

fn get(state: &State, register: u32) -> Set {
    state.get((register & 31) as usize).copied().unwrap_or(OTHER)
}

fn put(state: &mut State, register: u32, set: Set) {
    if let Some(place) = state.get_mut((register & 31) as usize) {
        *place = set;
    }
}

/// adr and adrp.
fn is_adr(word: u32) -> bool {
    word & 0x1f00_0000 == 0x1000_0000
}

/// add and sub of 64 bits with a number.
fn is_add(word: u32) -> bool {
    word & 0xbf80_0000 == 0x9100_0000
}

fn is_pair(word: u32) -> bool {
    word & 0x3a00_0000 == 0x2800_0000
}

/// Whether a load sets this register with what it reads.
fn is_loaded(word: u32, register: u32) -> bool {
    let is_load = if is_pair(word) { word >> 22 & 1 == 1 } else { word >> 22 & 3 != 0 };
    let is_vector = word >> 26 & 1 == 1;
    let loads = word & 31 == register || is_pair(word) && word >> 10 & 31 == register;
    is_load && !is_vector && loads
}

/// The field of a load or store that holds a number of bytes, and these, where the place is that far behind the base.
fn displacement(word: u32) -> Option<(Field, i64)> {
    let is_vector = word >> 26 & 1 == 1;
    if is_pair(word) {
        // Not where it is added afterwards.
        if word >> 23 & 3 == 1 {
            return None;
        }
        let scale = match (is_vector, word >> 30) {
            (true, size) => 2 + size,
            (false, 0 | 1) => 2,
            (false, _) => 3,
        };
        return Some((IMM7, i64::from((word << 10) as i32 >> 25) << scale));
    }
    if word >> 24 & 1 == 1 {
        let is_wide = is_vector && word >> 23 & 1 == 1;
        let scale = if is_wide { 4 } else { word >> 30 };
        return Some((IMM12, i64::from(word >> 10 & 0xfff) << scale));
    }
    // With bit 21 another register or an atomic operation; 1 in bits 10 and 11 adds afterwards.
    if word >> 21 & 1 == 1 || word >> 10 & 3 == 1 {
        return None;
    }
    Some((IMM9, i64::from((word << 11) as i32 >> 23)))
}
