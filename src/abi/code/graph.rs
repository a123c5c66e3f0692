//! The flow of control in one function: its instructions with those of its cold parts, in blocks with edges.
//!
//! Edges come from branches, from tables that computed jumps go through, and from the kernel's tables: `__jump_table`
//! (`asm goto`), `__ex_table` (an instruction that faults goes on at its fixup) and `__bug_table` (a trap that only warns
//! goes on behind itself). Landing pads of C++ have no edges: the unwinder restores none of the registers that are looked
//! at here, so that nothing is live into one; their own code is a block like others.

use fixscope_arch::{Effects, Insn, InsnKind, RegSet, RelocKind, code::Via};

use super::callee::{self, Callee};
use super::places::Places;
use super::tables;
use crate::load::Reloc;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

/// One instruction.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Index in [`Body::pieces`].
    pub piece: u32,
    /// Offset in bytes from the start of the piece.
    pub offset: u32,
    /// Registers it reads and writes by itself; what it calls is not counted in.
    pub effects: Effects,
    /// Those of which it reads or writes only the lowest byte ([`fixscope_arch::Arch::low_parts`]).
    pub low: Effects,
    /// Nothing is known of what it does with registers: it may read and write any.
    pub is_dark: bool,
    /// What it writes may stay unwritten: it may fault and go on elsewhere.
    pub is_weak: bool,
    /// What it calls.
    pub call: Option<Callee>,
}

/// How control leaves a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// It goes back to the caller.
    Returns,
    /// It goes on in another function, which returns to the caller.
    Tail(Callee),
    /// It is not known where it goes.
    Lost,
}

/// Instructions of which only the last one branches and only the first one is branched to.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Indices of its steps.
    pub steps: std::ops::Range<usize>,
    /// Indices of the blocks that may come next.
    pub next: Vec<u32>,
    /// How control may leave the function at its end.
    pub leaves: Option<Leaves>,
}

/// A function with its cold parts.
#[derive(Debug)]
pub(super) struct Body {
    /// The function, then its cold parts.
    pub pieces: Vec<EntityId>,
    /// All instructions, by piece and offset.
    pub steps: Vec<Step>,
    /// By the order of their steps; the first one is the entry.
    pub blocks: Vec<Block>,
    /// Steps from where it is not known how things go on, and why.
    pub unfollowed: Vec<(usize, String)>,
}

impl Body {
    /// The function.
    pub fn id(&self) -> EntityId {
        self.pieces[0]
    }

    /// The steps that call something.
    pub fn calls(&self) -> impl Iterator<Item = (usize, Callee)> + '_ {
        self.steps.iter().enumerate().filter_map(|(i, s)| Some((i, s.call?)))
    }

    /// The functions that it goes on in without coming back.
    pub fn tails(&self) -> impl Iterator<Item = Callee> + '_ {
        self.blocks.iter().filter_map(|b| match b.leaves {
            Some(Leaves::Tail(callee)) => Some(callee),
            _ => None,
        })
    }
}

/// Reads the flow of one function.
pub(super) fn body(n: &Normalized<'_, '_>, places: &Places, pieces: Vec<EntityId>) -> Body {
    Builder::new(n, places, pieces).build()
}

struct Builder<'b, 'u, 'd> {
    n: &'b Normalized<'u, 'd>,
    places: &'b Places,
    pieces: Vec<EntityId>,
    /// By piece: its instructions.
    insns: Vec<&'b [Insn]>,
    /// By piece: the index of its first step.
    first: Vec<usize>,
    steps: Vec<Step>,
    /// By step: whether a block ends behind it, and whether control may go on there.
    ends: Vec<bool>,
    goes_on: Vec<bool>,
    leaves: Vec<(usize, Leaves)>,
    edges: Vec<(usize, usize)>,
    computed: Vec<usize>,
    unfollowed: Vec<(usize, String)>,
}

/// What a branch leads to.
enum Lead {
    Step(usize),
    Function(Callee),
    Lost(String),
}

impl<'b, 'u, 'd> Builder<'b, 'u, 'd> {
    fn new(n: &'b Normalized<'u, 'd>, places: &'b Places, pieces: Vec<EntityId>) -> Self {
        let insns: Vec<&[Insn]> = pieces.iter().map(|&id| &n.decoded(id).insns[..]).collect();
        let mut count = 0;
        let mut first = Vec::with_capacity(pieces.len());
        for part in &insns {
            first.push(count);
            count += part.len();
        }
        Builder {
            n,
            places,
            pieces,
            insns,
            first,
            steps: Vec::with_capacity(count),
            ends: vec![false; count],
            goes_on: vec![true; count],
            leaves: Vec::new(),
            edges: Vec::new(),
            computed: Vec::new(),
            unfollowed: Vec::new(),
        }
    }

    fn build(mut self) -> Body {
        for piece in 0..self.pieces.len() {
            let code = self.n.code(self.pieces[piece]);
            for insn in self.insns[piece] {
                let is_code = !matches!(insn.kind, InsnKind::Data | InsnKind::Nop | InsnKind::LandingPad);
                let (effects, low) = match is_code {
                    true => (self.n.arch.effects(&code, insn), self.n.arch.low_parts(&code, insn)),
                    false => (Effects::default(), Effects::default()),
                };
                let is_dark = is_code && effects.reads == RegSet::ALL;
                let effects = if is_dark { Effects::default() } else { effects };
                let (piece_number, offset) = (piece as u32, insn.offset);
                self.steps.push(Step {
                    piece: piece_number,
                    offset,
                    effects,
                    low,
                    is_dark,
                    is_weak: false,
                    call: None,
                });
                self.flow(piece, insn);
            }
            if let Some(last) = self.steps.len().checked_sub(1) {
                (self.ends[last], self.goes_on[last]) = (true, false);
            }
        }
        self.tabled();
        self.warnings();
        for jump in std::mem::take(&mut self.computed) {
            self.computed_jump(jump);
        }
        self.stray();
        self.finish()
    }

    /// The step at an offset of a piece.
    fn step_at(&self, piece: usize, offset: u64) -> Option<usize> {
        let found = self.insns[piece].binary_search_by_key(&offset, |i| u64::from(i.offset)).ok()?;
        Some(self.first[piece] + found)
    }

    /// The step that a place in code is, where that is one of the function.
    fn step_of(&self, target: Target) -> Option<usize> {
        let Target::Entity { id, offset } = target else { return None };
        let piece = self.pieces.iter().position(|&p| p == id)?;
        self.step_at(piece, u64::try_from(offset).ok()?)
    }

    fn relocs(&self, piece: usize, insn: &Insn) -> &'b [Reloc] {
        let entity = self.n.entity(self.pieces[piece]);
        let start = entity.offset + u64::from(insn.offset);
        self.n.relocs_in(entity.section.unwrap_or(0), start..start + u64::from(insn.len))
    }

    /// What a direct branch leads to, or one through the global offset table.
    fn target(&self, piece: usize, insn: &Insn) -> Option<Target> {
        let id = self.pieces[piece];
        let is_direct = insn.kind.is_direct_branch();
        let means = |r: &&Reloc| match self.n.arch.relocation(r.r_type) {
            RelocKind::Relative { via: Via::Got, .. } | RelocKind::FromTable { via: Via::Got, .. } => true,
            kind => is_direct && kind.size() != Some(0),
        };
        if let Some(reloc) = self.relocs(piece, insn).iter().find(means) {
            return Some(self.n.target_in_function(id, reloc));
        }
        let section = self.n.entity(id).section?;
        insn.target.filter(|_| is_direct).map(|place| self.n.target_at(section, place as i64))
    }

    fn lead(&self, target: Option<Target>, is_call: bool) -> Lead {
        let Some(target) = target else { return Lead::Lost("its target is not known".to_owned()) };
        if !is_call && let Some(step) = self.step_of(target) {
            return Lead::Step(step);
        }
        match target {
            Target::Entity { id, offset: 0 } if self.n.entity(id).kind == EntityKind::Function => {
                Lead::Function(Callee::Inside(self.n.entity(id).cold_of.unwrap_or(id)))
            }
            Target::Symbol { index, .. } => Lead::Function(Callee::Outside(index)),
            other => Lead::Lost(format!("it leads to {}", self.n.describe(other))),
        }
    }

    fn flow(&mut self, piece: usize, insn: &Insn) {
        let at = self.steps.len() - 1;
        match insn.kind {
            InsnKind::Call | InsnKind::IndirectCall => self.call(piece, insn, at),
            InsnKind::Jump | InsnKind::ConditionalJump => {
                self.ends[at] = true;
                self.goes_on[at] = insn.kind == InsnKind::ConditionalJump;
                match self.lead(self.target(piece, insn), false) {
                    Lead::Step(to) => self.edges.push((at, to)),
                    Lead::Function(callee) => self.jump_away(at, callee),
                    Lead::Lost(why) => {
                        self.leaves.push((at, Leaves::Lost));
                        self.unfollowed.push((at, why));
                    }
                }
            }
            InsnKind::IndirectJump => {
                (self.ends[at], self.goes_on[at]) = (true, false);
                match self.target(piece, insn).map(|t| self.lead(Some(t), false)) {
                    Some(Lead::Function(callee)) => self.jump_away(at, callee),
                    _ => self.computed.push(at),
                }
            }
            InsnKind::Return => {
                (self.ends[at], self.goes_on[at]) = (true, false);
                self.leaves.push((at, Leaves::Returns));
            }
            InsnKind::Trap | InsnKind::Data => (self.ends[at], self.goes_on[at]) = (true, false),
            InsnKind::Unknown | InsnKind::Raw => self.steps[at].is_dark = true,
            InsnKind::Plain | InsnKind::Nop | InsnKind::LandingPad => {}
        }
        if self.steps[at].is_dark {
            self.unfollowed.push((at, "nothing is known of the registers of the instruction".to_owned()));
        }
    }

    fn call(&mut self, piece: usize, insn: &Insn, at: usize) {
        // Position-independent code of i386 calls the instruction behind to learn where it is.
        if insn.kind == InsnKind::Call && insn.target == Some(self.place(piece) + u64::from(insn.end())) {
            return;
        }
        let marked = || {
            let marks = |r: &Reloc| self.n.arch.relocation(r.r_type).size() == Some(0);
            self.relocs(piece, insn).iter().any(marks)
        };
        let callee = match (insn.kind, self.target(piece, insn)) {
            // A mark at an indirect call says that it goes to the resolver of thread-local variables (R_X86_64_TLSDESC_CALL,
            // R_AARCH64_TLSDESC_CALL).
            (InsnKind::IndirectCall, None) if marked() => Callee::ThreadLocal,
            (InsnKind::IndirectCall, None) => Callee::Unknown,
            (_, target) => match self.lead(target, true) {
                Lead::Function(callee) => callee,
                Lead::Step(_) | Lead::Lost(_) => Callee::Unknown,
            },
        };
        let callee = match callee {
            Callee::Outside(symbol) if callee::is_indirect_thunk(self.n, symbol) => {
                self.through_thunk(at, symbol);
                Callee::Unknown
            }
            callee => callee,
        };
        self.steps[at].call = Some(callee);
    }

    /// A thunk jumps through the register that its name ends in.
    fn through_thunk(&mut self, at: usize, symbol: u32) {
        let register = callee::thunk_register(self.n, symbol);
        self.steps[at].effects.reads = self.steps[at].effects.reads.union(register);
    }

    fn jump_away(&mut self, at: usize, callee: Callee) {
        match callee {
            Callee::Outside(symbol) if callee::is_return_thunk(self.n, symbol) => {
                self.leaves.push((at, Leaves::Returns));
            }
            Callee::Outside(symbol) if callee::is_indirect_thunk(self.n, symbol) => {
                self.through_thunk(at, symbol);
                self.computed.push(at);
            }
            callee => self.leaves.push((at, Leaves::Tail(callee))),
        }
    }

    /// Offset of a piece from the start of its section.
    fn place(&self, piece: usize) -> u64 {
        self.n.entity(self.pieces[piece]).offset
    }

    /// Edges that the kernel's tables tell of.
    fn tabled(&mut self) {
        for piece in 0..self.pieces.len() {
            for &(at, target) in self.places.edges_of(self.pieces[piece]) {
                let Some(from) = self.step_at(piece, at) else { continue };
                self.ends[from] = true;
                self.steps[from].is_weak = true;
                match self.step_of(target) {
                    Some(to) => self.edges.push((from, to)),
                    None => {
                        self.leaves.push((from, Leaves::Lost));
                        let what = self.n.describe(target);
                        self.unfollowed.push((from, format!("a table says that it may go on at {what}")));
                    }
                }
            }
        }
    }

    /// Traps that go on behind themselves.
    fn warnings(&mut self) {
        for piece in 0..self.pieces.len() {
            for &at in self.places.warnings_of(self.pieces[piece]) {
                let Some(step) = self.step_at(piece, at) else { continue };
                let is_last = step + 1 >= self.first[piece] + self.insns[piece].len();
                self.goes_on[step] |= self.kind(step) == InsnKind::Trap && !is_last;
            }
        }
    }

    fn kind(&self, step: usize) -> InsnKind {
        let piece = self.steps[step].piece as usize;
        self.insns[piece][step - self.first[piece]].kind
    }

    /// A jump through a register or memory: by a table of places in the function, else out of it.
    fn computed_jump(&mut self, jump: usize) {
        let found = tables::places(&tables::Asked {
            n: self.n,
            pieces: &self.pieces,
            piece: self.steps[jump].piece as usize,
            insns: self.insns[self.steps[jump].piece as usize],
            steps: &self.steps[self.first[self.steps[jump].piece as usize]..],
            jump: jump - self.first[self.steps[jump].piece as usize],
        });
        let steps: Vec<usize> = found.into_iter().filter_map(|target| self.step_of(target)).collect();
        if steps.is_empty() {
            self.leaves.push((jump, Leaves::Tail(Callee::Unknown)));
        }
        self.edges.extend(steps.into_iter().map(|to| (jump, to)));
    }

    /// Code that nothing seen leads to is reached all the same, else the compiler had left it out: by a computed jump that
    /// was taken for one out of the function, from behind a trap that goes on (`hlt`), or as a landing pad.
    fn stray(&mut self) {
        let mut reached = vec![false; self.steps.len()];
        for &(_, to) in &self.edges {
            reached[to] = true;
        }
        let mut strays = Vec::new();
        for (piece, insns) in self.insns.iter().enumerate() {
            let first = self.first[piece];
            let mut open = piece == 0;
            let mut trap = None;
            for i in 0..insns.len() {
                let at = first + i;
                let fills = matches!(insns[i].kind, InsnKind::Nop | InsnKind::Data)
                    || insns[i].kind == InsnKind::Trap && !open;
                if !open && !reached[at] && !fills {
                    match trap {
                        Some(trap) => self.goes_on[trap] = true,
                        None => strays.push(at),
                    }
                    open = true;
                }
                open |= reached[at];
                if self.ends[at] && !self.goes_on[at] && open {
                    trap = (insns[i].kind == InsnKind::Trap).then_some(at);
                    open = false;
                }
            }
        }
        let lost: Vec<usize> =
            self.leaves.iter().filter(|(_, l)| *l == Leaves::Tail(Callee::Unknown)).map(|l| l.0).collect();
        for &to in &strays {
            // Where an exception lands, the frames' tables say; every other stray is a computed jump's.
            let starts = to.checked_sub(1);
            self.edges.extend(lost.iter().map(|&from| (from, to)));
            if let Some(before) = starts {
                self.ends[before] = true;
            }
        }
        let has_handlers = self.pieces.iter().any(|&id| self.places.has_handlers(id));
        if !strays.is_empty() && !has_handlers {
            for from in lost {
                let why = "a jump goes through a table that is not understood".to_owned();
                self.unfollowed.push((from, why));
            }
        }
    }

    fn finish(self) -> Body {
        let count = self.steps.len();
        let mut leads = vec![false; count + 1];
        for &first in &self.first {
            leads[first.min(count)] = true;
        }
        for &(from, to) in &self.edges {
            leads[to] = true;
            leads[from + 1] = true;
        }
        for i in 0..count {
            leads[i + 1] |= self.ends[i];
        }
        let mut block_of = vec![0u32; count];
        let mut blocks: Vec<Block> = Vec::new();
        for i in 0..count {
            if leads[i] || i == 0 {
                blocks.push(Block { steps: i..i, ..Block::default() });
            }
            let number = blocks.len() - 1;
            blocks[number].steps.end = i + 1;
            block_of[i] = number as u32;
        }
        for (i, block) in (1u32..).zip(&mut blocks) {
            let last = block.steps.end - 1;
            if self.goes_on[last] && last + 1 < count {
                block.next.push(i);
            }
        }
        for (from, to) in self.edges {
            blocks[block_of[from] as usize].next.push(block_of[to]);
        }
        for (at, leaves) in self.leaves {
            let block = &mut blocks[block_of[at] as usize];
            // What is lost says more than another way out.
            if block.leaves.is_none() || leaves == Leaves::Lost {
                block.leaves = Some(leaves);
            }
        }
        for block in &mut blocks {
            block.next.sort_unstable();
            block.next.dedup();
        }
        Body { pieces: self.pieces, steps: self.steps, blocks, unfollowed: self.unfollowed }
    }
}
