//! Which registers hold values that are still needed, and which hold values at all.

use fixscope_arch::RegSet;

use super::contract::{Known, results};
use super::graph::{Body, Leaves, Step};

/// Registers, of which some are meant by their lowest byte alone: an instruction that sets this byte and leaves the rest
/// (`sete %al`) neither needs the rest nor replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sets {
    /// Registers meant beyond the lowest byte.
    rest: RegSet,
    /// Registers meant by the lowest byte.
    low: RegSet,
}

impl Sets {
    fn whole(registers: RegSet) -> Sets {
        Sets { rest: registers, low: registers }
    }

    /// All that are meant somehow.
    pub fn any(self) -> RegSet {
        self.rest.union(self.low)
    }

    /// Those that are meant whole, or by their lowest byte. Of the others something sets the lowest byte before all of the
    /// register is read: compilers copy bytes so, and the rest is of no matter then.
    pub fn meant(self) -> RegSet {
        self.low
    }

    fn union(self, other: Sets) -> Sets {
        Sets { rest: self.rest.union(other.rest), low: self.low.union(other.low) }
    }

    fn without(self, other: Sets) -> Sets {
        Sets { rest: self.rest.without(other.rest), low: self.low.without(other.low) }
    }
}

/// Live registers of a function.
pub(super) struct Live<'l, 'k, 'u, 'd> {
    known: &'l Known<'k, 'u, 'd>,
    body: &'l Body,
    /// What is needed only possibly counts too.
    all: Option<&'l Defined>,
    /// By block: what is live at its start.
    start: Vec<Sets>,
}

impl<'l, 'k, 'u, 'd> Live<'l, 'k, 'u, 'd> {
    /// Registers that some instruction reads, as far as that is sure: by itself, or because it calls what is known to take
    /// an argument there.
    pub fn surely(known: &'l Known<'k, 'u, 'd>, body: &'l Body) -> Self {
        Self::of(known, body, None)
    }

    /// Those, and registers that may be read: arguments of what has no known prototype, as far as the registers have values
    /// at all; results of functions without one; and everything where it is not known how things go on.
    pub fn possibly(known: &'l Known<'k, 'u, 'd>, body: &'l Body, defined: &'l Defined) -> Self {
        Self::of(known, body, Some(defined))
    }

    fn of(known: &'l Known<'k, 'u, 'd>, body: &'l Body, all: Option<&'l Defined>) -> Self {
        let mut live = Live { known, body, all, start: vec![Sets::default(); body.blocks.len()] };
        let mut before = vec![Vec::new(); body.blocks.len()];
        for (i, block) in body.blocks.iter().enumerate() {
            for &next in &block.next {
                before[next as usize].push(i);
            }
        }
        let mut waiting: Vec<usize> = (0..body.blocks.len()).collect();
        let mut is_waiting = vec![true; body.blocks.len()];
        while let Some(i) = waiting.pop() {
            is_waiting[i] = false;
            let mut now = live.at_end(i);
            for at in body.blocks[i].steps.clone().rev() {
                now = live.before(at, now);
            }
            if now == live.start[i] {
                continue;
            }
            live.start[i] = now;
            for &b in &before[i] {
                if !std::mem::replace(&mut is_waiting[b], true) {
                    waiting.push(b);
                }
            }
        }
        live
    }

    /// What is live where the function begins.
    pub fn at_entry(&self) -> RegSet {
        self.start.first().map_or(RegSet::EMPTY, |s| s.any())
    }

    /// Calls `look` with each step of a block that calls something, and what is live behind it.
    pub fn behind_calls(&self, block: usize, mut look: impl FnMut(usize, Sets)) {
        let mut now = self.at_end(block);
        for at in self.body.blocks[block].steps.clone().rev() {
            if self.body.steps[at].call.is_some() {
                look(at, now);
            }
            now = self.before(at, now);
        }
    }

    fn at_end(&self, block: usize) -> Sets {
        let found = &self.body.blocks[block];
        let mut now = Sets::default();
        for &next in &found.next {
            now = now.union(self.start[next as usize]);
        }
        let last = found.steps.end - 1;
        let leaving = match found.leaves {
            None => RegSet::EMPTY,
            Some(Leaves::Returns) => self.returned(last),
            Some(Leaves::Tail(callee)) => {
                let rules = self.known.rules(callee);
                let possibly = match self.all {
                    Some(defined) if rules.is_open => defined.arguments(self.known, last),
                    _ => RegSet::EMPTY,
                };
                rules.takes.union(possibly)
            }
            Some(Leaves::Lost) if self.all.is_some() => RegSet::ALL,
            Some(Leaves::Lost) => RegSet::EMPTY,
        };
        let kept = if found.leaves.is_some() { self.known.c.callee_saved } else { RegSet::EMPTY };
        now.union(Sets::whole(leaving.union(kept)))
    }

    /// Results that the caller may look at.
    fn returned(&self, last: usize) -> RegSet {
        match (results(self.known, self.body), self.all) {
            (Some(results), _) => results,
            (None, Some(defined)) => {
                let all: RegSet = self.known.c.results.iter().copied().collect();
                all.intersection(defined.before[last])
            }
            (None, None) => RegSet::EMPTY,
        }
    }

    /// What is live before a step, from what is live behind it.
    fn before(&self, at: usize, behind: Sets) -> Sets {
        let step = &self.body.steps[at];
        if step.is_dark {
            return if self.all.is_some() { Sets::whole(RegSet::ALL) } else { behind };
        }
        let mut now = behind;
        let own = own(step);
        if let Some(callee) = step.call {
            let rules = self.known.rules(callee);
            if !self.known.comes_back(callee) {
                now = Sets::default();
            }
            let open = match self.all {
                Some(defined) if rules.is_open => defined.arguments(self.known, at),
                _ => RegSet::EMPTY,
            };
            now = now.without(Sets::whole(rules.kills));
            now = now.without(own.0).union(Sets::whole(rules.takes.union(open)));
        } else if !step.is_weak {
            now = now.without(own.0);
        }
        now.union(own.1)
    }
}

/// What a step replaces and what it needs by itself.
fn own(step: &Step) -> (Sets, Sets) {
    let (e, low) = (step.effects, step.low);
    let replaces = Sets { rest: e.writes.without(low.writes), low: e.writes };
    let needed = e.reads.without(low.writes).without(low.reads);
    let needs = Sets { rest: needed, low: needed.union(low.reads) };
    (replaces, needs)
}

/// The registers that a function's own arguments may be in.
pub(super) fn own_arguments(known: &Known<'_, '_, '_>, body: &Body) -> RegSet {
    let all = || known.c.arguments.iter().chain(known.c.vector_arguments).copied().collect();
    known.prototypes.inside(body.id()).map_or_else(all, |p| p.arguments(known.c))
}

/// By step: registers that may hold a value that somebody gave them, before it. What a call leaves in registers that it
/// may change is none, but for results.
pub(super) struct Defined {
    pub before: Vec<RegSet>,
}

impl Defined {
    /// Works it out for one function.
    pub fn of(known: &Known<'_, '_, '_>, body: &Body, taken: RegSet) -> Defined {
        let c = known.c;
        let arguments = own_arguments(known, body);
        // Without a prototype, what is read is an argument.
        let taken = if known.prototypes.inside(body.id()).is_some() { RegSet::EMPTY } else { taken };
        let mut start = vec![RegSet::EMPTY; body.blocks.len()];
        let mut before = vec![RegSet::EMPTY; body.steps.len()];
        if let Some(entry) = start.first_mut() {
            *entry = arguments.union(taken).union(c.callee_saved);
        }
        let mut waiting: Vec<usize> = (0..body.blocks.len()).rev().collect();
        let mut is_waiting = vec![true; body.blocks.len()];
        while let Some(i) = waiting.pop() {
            is_waiting[i] = false;
            let mut now = start[i];
            for at in body.blocks[i].steps.clone() {
                before[at] = now;
                let step = &body.steps[at];
                if let Some(callee) = step.call {
                    let rules = known.rules(callee);
                    now = now.without(rules.kills).union(rules.gives);
                }
                now = now.union(step.effects.writes);
            }
            for &next in &body.blocks[i].next {
                let next = next as usize;
                let more = start[next].union(now);
                if more != start[next] {
                    start[next] = more;
                    if !std::mem::replace(&mut is_waiting[next], true) {
                        waiting.push(next);
                    }
                }
            }
        }
        Defined { before }
    }

    /// The registers in which a call without a known prototype may take arguments: those with values, up to the first one
    /// without.
    fn arguments(&self, known: &Known<'_, '_, '_>, at: usize) -> RegSet {
        let values = self.before[at];
        let run = |list: &[u8]| list.iter().copied().take_while(|&r| values.contains(r)).collect::<RegSet>();
        run(known.c.arguments).union(run(known.c.vector_arguments))
    }
}
