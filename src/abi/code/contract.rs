//! What each function of a unit does to registers, worked out over the calls between them.

use fixscope_arch::{Convention, RegSet};
use rustc_hash::FxHashMap;

use super::callee::{self, Callee, Rules};
use super::graph::{Body, Leaves};
use super::live::Live;
use super::prototype::Prototypes;
use crate::normalize::{EntityId, Normalized};

/// How a function is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The function, or the cold part of it, in which the instruction stands.
    pub piece: EntityId,
    /// Offset of the instruction in bytes from the start of the piece.
    pub at: u64,
    /// Whether it goes on in another function in place of returning.
    pub is_tail_call: bool,
    /// Registers that the convention says a call keeps, and that may have another value here.
    pub changed: RegSet,
}

/// What a function does to registers as it was compiled, whatever its prototype says. Register numbers are those of the
/// unit's [`fixscope_arch::Arch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The function.
    pub function: EntityId,
    /// Registers whose value at its entry matters to it or to what it calls, those that calls keep left out: arguments
    /// that it really takes, and what else its callers must leave there.
    pub takes: RegSet,
    /// Registers that may have another value when it comes back, by its own doing or by what it calls. What the
    /// convention lets any function change is in here only where this one does.
    pub changes: RegSet,
    /// Those of the convention's result registers that it changes.
    pub results: RegSet,
    /// Where it is left, by place.
    pub exits: Vec<Exit>,
    /// Functions of the unit that it calls or goes on in, ordered.
    pub calls: Vec<EntityId>,
    /// Whether it calls what is not in the unit or not known; all that the convention allows is in `changes` then.
    pub calls_outside: bool,
    /// Whether it may come back.
    pub returns: bool,
    /// Whether all of its code could be followed. Where it could not, `takes` may be too little.
    pub is_followed: bool,
}

/// All that is known of the functions of a unit.
pub(super) struct Known<'k, 'u, 'd> {
    pub n: &'k Normalized<'u, 'd>,
    pub c: &'static Convention,
    /// Flags and the like, of which nobody keeps a value.
    pub ignored: RegSet,
    pub prototypes: &'k Prototypes<'k>,
    pub bodies: &'k [Body],
    /// By function: index in `bodies` and `contracts`.
    pub index: FxHashMap<EntityId, usize>,
    pub contracts: Vec<Contract>,
}

impl<'k, 'u, 'd> Known<'k, 'u, 'd> {
    /// Works out the contracts.
    pub fn new(
        n: &'k Normalized<'u, 'd>,
        c: &'static Convention,
        ignored: RegSet,
        prototypes: &'k Prototypes<'k>,
        bodies: &'k [Body],
    ) -> Self {
        let index: FxHashMap<EntityId, usize> = bodies.iter().enumerate().map(|(i, b)| (b.id(), i)).collect();
        let mut known = Known { n, c, ignored, prototypes, bodies, index, contracts: Vec::new() };
        known.contracts = bodies.iter().map(|b| known.own(b)).collect();
        let callers = known.callers();
        known.spread_changes(&callers);
        known.spread_returns(&callers);
        known.spread_takes(&callers);
        known
    }

    /// The contract of a function.
    pub fn of(&self, id: EntityId) -> Option<&Contract> {
        self.index.get(&id).map(|&i| &self.contracts[i])
    }

    /// What a function does by itself.
    fn own(&self, body: &Body) -> Contract {
        let mut changes = RegSet::EMPTY;
        for step in &body.steps {
            changes = changes.union(if step.is_dark { RegSet::ALL } else { step.effects.writes });
        }
        let exits = super::exits::exits(self.n, self.c, body);
        let spoilt = exits.iter().fold(RegSet::EMPTY, |all, e| all.union(e.changed));
        changes = changes.without(self.c.callee_saved.without(spoilt));
        let mut calls = Vec::new();
        let mut calls_outside = false;
        for callee in body.calls().map(|(_, callee)| callee).chain(body.tails()) {
            match callee {
                Callee::Inside(id) if self.index.contains_key(&id) => calls.push(id),
                other => {
                    calls_outside = true;
                    changes = changes.union(self.outside(other).changes);
                }
            }
        }
        if body.blocks.iter().any(|b| b.leaves == Some(Leaves::Lost)) {
            calls_outside = true;
            changes = changes.union(self.c.caller_saved);
        }
        calls.sort_unstable();
        calls.dedup();
        Contract {
            function: body.id(),
            takes: RegSet::EMPTY,
            changes,
            results: RegSet::EMPTY,
            exits,
            calls,
            calls_outside,
            returns: false,
            is_followed: body.unfollowed.is_empty(),
        }
    }

    /// The rules of what is not in the unit.
    fn outside(&self, callee: Callee) -> Rules {
        let mut rules = callee::rules(self.n, callee, self.ignored);
        if let Callee::Outside(symbol) = callee
            && rules.is_open
            && let Some(prototype) = self.prototypes.outside(callee::outside_name(self.n, symbol))
        {
            rules.takes = prototype.arguments(self.c);
            rules.is_open = prototype.is_variadic();
        }
        rules
    }

    /// The rules of a call.
    pub fn rules(&self, callee: Callee) -> Rules {
        let Callee::Inside(id) = callee else { return self.outside(callee) };
        let Some(contract) = self.of(id) else { return self.outside(Callee::Unknown) };
        let mut rules = Rules {
            kills: contract.changes,
            changes: contract.changes,
            takes: contract.takes,
            gives: contract.results,
            is_open: false,
        };
        // A variadic function saves every register that may hold an argument, whatever it is called with.
        if let Some(prototype) = self.prototypes.inside(id).filter(super::prototype::Prototype::is_variadic) {
            let all: RegSet = self.c.arguments.iter().chain(self.c.vector_arguments).copied().collect();
            let named = prototype.arguments(self.c);
            rules.takes = contract.takes.without(all).union(contract.takes.intersection(named));
            rules.is_open = true;
        }
        rules
    }

    /// Whether what is called may come back.
    pub fn comes_back(&self, callee: Callee) -> bool {
        match callee {
            Callee::Inside(id) => self.of(id).is_none_or(|c| c.returns),
            Callee::Outside(symbol) => {
                let prototype = self.prototypes.outside(callee::outside_name(self.n, symbol));
                !callee::ends(self.n, symbol) && !prototype.is_some_and(|p| p.ends())
            }
            Callee::Unknown | Callee::ThreadLocal => true,
        }
    }

    /// By function: who calls it.
    fn callers(&self) -> Vec<Vec<usize>> {
        let mut callers = vec![Vec::new(); self.bodies.len()];
        for (i, contract) in self.contracts.iter().enumerate() {
            for callee in &contract.calls {
                callers[self.index[callee]].push(i);
            }
        }
        callers
    }

    /// What a function calls changes registers too.
    fn spread_changes(&mut self, callers: &[Vec<usize>]) {
        self.spread(callers, |known, i| {
            let mut changes = known.contracts[i].changes;
            for callee in &known.contracts[i].calls {
                changes = changes.union(known.contracts[known.index[callee]].changes);
            }
            let is_more = changes != known.contracts[i].changes;
            known.contracts[i].changes = changes;
            is_more
        });
        let results: RegSet = self.c.results.iter().copied().collect();
        for contract in &mut self.contracts {
            contract.results = contract.changes.intersection(results);
        }
    }

    /// A function comes back when one of its ways leads to a return, or to what comes back.
    fn spread_returns(&mut self, callers: &[Vec<usize>]) {
        self.spread(callers, |known, i| {
            if known.contracts[i].returns {
                return false;
            }
            known.contracts[i].returns = known.may_return(&known.bodies[i]);
            known.contracts[i].returns
        });
    }

    fn may_return(&self, body: &Body) -> bool {
        let mut seen = vec![false; body.blocks.len()];
        let mut waiting = vec![0];
        while let Some(block) = waiting.pop() {
            let Some(found) = body.blocks.get(block).filter(|_| !std::mem::replace(&mut seen[block], true))
            else {
                continue;
            };
            let mut calls = body.steps[found.steps.clone()].iter().filter_map(|s| s.call);
            if calls.any(|callee| !self.comes_back(callee)) {
                continue;
            }
            let returns = match found.leaves {
                Some(Leaves::Returns | Leaves::Lost) => true,
                Some(Leaves::Tail(callee)) => self.comes_back(callee),
                None => false,
            };
            if returns {
                return true;
            }
            waiting.extend(found.next.iter().map(|&b| b as usize));
        }
        false
    }

    /// A function takes what it reads and what the functions take that it calls.
    fn spread_takes(&mut self, callers: &[Vec<usize>]) {
        self.spread(callers, |known, i| {
            let live = Live::surely(known, &known.bodies[i]);
            let takes = live.at_entry().without(known.c.callee_saved).without(known.ignored);
            let is_more = takes != known.contracts[i].takes;
            known.contracts[i].takes = takes;
            is_more
        });
    }

    /// Works something out for all functions, again for the callers of each for which it became more. What is worked out
    /// only grows, in sets of at most 128 registers, so that it ends; callees mostly come first in a unit.
    fn spread(&mut self, callers: &[Vec<usize>], mut work: impl FnMut(&mut Self, usize) -> bool) {
        let mut is_waiting = vec![true; self.bodies.len()];
        let mut waiting: std::collections::VecDeque<usize> = (0..self.bodies.len()).collect();
        while let Some(i) = waiting.pop_front() {
            is_waiting[i] = false;
            if !work(self, i) {
                continue;
            }
            for &caller in &callers[i] {
                if !std::mem::replace(&mut is_waiting[caller], true) {
                    waiting.push_back(caller);
                }
            }
        }
    }
}

/// What a function's caller may use of what it gives back, by its prototype.
pub(super) fn results(known: &Known<'_, '_, '_>, body: &Body) -> Option<RegSet> {
    Some(known.prototypes.inside(body.id())?.results(known.c))
}
