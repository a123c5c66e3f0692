//! What the machine code of a unit shows of functions that rely on more of each other than the calling convention.
//!
//! From the instructions of all functions come their contracts ([`Contract`]): which registers each really takes and
//! changes, with what it calls inside of the unit. Against these every direct call is held: a register that the
//! convention lets the callee change, that the callee as compiled does not change, and whose value from before the call
//! is still needed behind it, is one that the caller relies on (GCC's `-fipa-ra`), whatever the callee is called.
//!
//! # What is sure
//!
//! [`Strength::Seen`] takes an instruction that reads the register, or a call of something that is known to take an
//! argument there: a function of the unit by its code, one elsewhere by its prototype in the debug information. What may
//! be read counts too, as [`Strength::Suspected`]: arguments of what has no known prototype (registers with values, up to
//! the first one without), results of functions without one, and all registers where it is not known how things go on
//! ([`Unfollowed`]). So what is not understood reports too much, and says so by its strength. One kind of suspicion is
//! dropped: in a unit of functions that call the tracer (`-pg`) or have room for it (`-fpatchable-function-entry`), GCC
//! keeps no values in such registers at all (gcc/opts.cc and gcc/toplev.cc, `flag_ipa_ra`), and what is only possible is
//! taken not to be.
//!
//! A register that the callee may change in any of its instructions counts as changed, as GCC has it
//! (`collect_fn_hard_reg_usage` in gcc/final.cc); to ask whether it does so on the way that is taken was the alternative,
//! and no compiler relies on that.

mod callee;
mod contract;
mod exits;
mod graph;
mod live;
mod places;
mod prototype;
mod reliances;
mod tables;

use fixscope_arch::RegSet;
use rayon::prelude::*;

use super::Reliance;
#[cfg(doc)]
use super::Strength;
use crate::load::dwarf::prototypes;
use crate::normalize::{EntityId, EntityKind, Normalized};

pub use contract::{Contract, Exit};

/// What the code of a unit shows.
#[derive(Debug, Default)]
pub struct CodeEvidence {
    /// By relying function, function relied on, and kind; each pair once for each kind.
    pub reliances: Vec<Reliance>,
    /// Where code could not be followed, by function and place.
    pub unfollowed: Vec<Unfollowed>,
    /// By function; cold parts are their functions'.
    contracts: Vec<Contract>,
}

/// A place from which it is not known how things go on, or what happens to registers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unfollowed {
    /// The function; `None` where it is the whole unit.
    pub function: Option<EntityId>,
    /// Offset of the instruction in bytes from the start of the function, or of its cold part.
    pub at: Option<u64>,
    /// Why, as a clause.
    pub why: String,
}

impl CodeEvidence {
    /// What a function does to registers as it was compiled. `None` for what is no function with code, and for cold
    /// parts, which are in their function's contract.
    pub fn contract(&self, id: EntityId) -> Option<&Contract> {
        let found = self.contracts.binary_search_by_key(&id, |c| c.function).ok()?;
        self.contracts.get(found)
    }

    /// All contracts, by function.
    pub fn contracts(&self) -> &[Contract] {
        &self.contracts
    }
}

/// What the machine code of a unit shows, without prototypes: of arguments and results only those are sure that
/// functions of the unit are seen to take and to give.
pub fn evidence(unit: &Normalized<'_, '_>) -> CodeEvidence {
    of_unit(unit, None)
}

/// As [`evidence`], with the prototypes that the unit's debug information has: far less is left in doubt.
pub fn evidence_with(unit: &Normalized<'_, '_>, prototypes: &prototypes::Prototypes) -> CodeEvidence {
    of_unit(unit, Some(prototypes))
}

fn of_unit(n: &Normalized<'_, '_>, prototypes: Option<&prototypes::Prototypes>) -> CodeEvidence {
    let conventions = n.arch.conventions();
    // Text is not looked at: what its instructions do to registers is known for some mnemonics only.
    let Some(c) = conventions.first().filter(|_| n.unit.text.is_none()) else {
        let why = format!("registers of {} are not looked at", n.arch.name());
        let unfollowed = vec![Unfollowed { function: None, at: None, why }];
        return CodeEvidence { unfollowed, ..CodeEvidence::default() };
    };
    let bodies = bodies(n);
    let prototypes = prototype::Prototypes::new(n, prototypes);
    let known = contract::Known::new(n, c, ignored(n), &prototypes, &bodies);
    let reliances = reliances::all(&known);
    let mut unfollowed: Vec<Unfollowed> = Vec::new();
    for body in &bodies {
        for (step, why) in &body.unfollowed {
            let at = Some(u64::from(body.steps[*step].offset));
            unfollowed.push(Unfollowed { function: Some(body.id()), at, why: why.clone() });
        }
    }
    unfollowed.sort();
    let mut contracts = known.contracts;
    contracts.sort_by_key(|c| c.function);
    CodeEvidence { reliances, unfollowed, contracts }
}

/// Flags and what is no register of its own: no compiler keeps a value there over a call. The x87 stack is among them,
/// because what an instruction does to one of its places is not told.
fn ignored(n: &Normalized<'_, '_>) -> RegSet {
    const NAMES: [&str; 16] = [
        "flags", "x87", "cr", "dr", "bnd", "other", "nzcv", "ffr", "fpstatus", "system", "cpsr", "es", "cs",
        "ss", "ds", "?",
    ];
    (0..128u8).filter(|&r| NAMES.contains(&n.arch.register_name(r))).collect::<RegSet>().union(n.arch.flags())
}

/// The flow of each function, callees mostly first.
fn bodies(n: &Normalized<'_, '_>) -> Vec<graph::Body> {
    let is_code = |id: &EntityId| n.entity(*id).kind == EntityKind::Function;
    let mut colds: rustc_hash::FxHashMap<EntityId, Vec<EntityId>> = rustc_hash::FxHashMap::default();
    for id in n.ids().filter(is_code) {
        if let Some(parent) = n.entity(id).cold_of {
            colds.entry(parent).or_default().push(id);
        }
    }
    let places = places::Places::read(n);
    let own = |id: &EntityId| {
        let entity = n.entity(*id);
        entity.cold_of.is_none() && entity.prefix_of.is_none() && entity.size > 0
    };
    let functions: Vec<Vec<EntityId>> = n
        .ids()
        .filter(|id| is_code(id) && own(id))
        .map(|id| std::iter::once(id).chain(colds.get(&id).into_iter().flatten().copied()).collect())
        .collect();
    functions
        .into_par_iter()
        .with_min_len(16)
        .map(|pieces| graph::body(n, &places, pieces))
        .filter(|body| !body.steps.is_empty())
        .collect()
}
