//! Which functions of the original must be replaced together.
//!
//! The smallest set that holds what changed and what is gone and still reachable, with each member whoever relies on
//! its original body, and with each member that has no entry of its own to redirect those who carry it: its callers.
//! All of that ends at the unit, because nobody outside of it has seen the bodies; a function of a header is in every
//! unit that holds a copy, and each of those units is one that the fix reaches.

use std::collections::BTreeMap;

use super::combine::is_fitted_to_its_caller;
use super::functions::Functions;
use super::reliance::{Kind, Reliance, Source, Strength};
use crate::normalize::EntityId;

/// What brought a function in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is not the same on both sides.
    Changed,
    /// The patched side does not have it, and the original can still come to it.
    Removed,
    /// It relies on the original body of a member.
    Relies {
        /// The member.
        on: EntityId,
        /// In which way.
        kind: Kind,
        /// How strong the evidence is.
        strength: Strength,
        /// What shows it: one sentence.
        evidence: String,
        /// Offset in bytes from its start to the instruction that shows it.
        at: Option<u64>,
    },
    /// It calls a member that has no entry to redirect.
    Carries {
        /// The member.
        of: EntityId,
    },
}

/// A member of the closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The function of the original.
    pub id: EntityId,
    /// What brought it in first; following the members named here leads to one that changed or was removed.
    pub reason: Reason,
    /// Further members that it relies on or carries.
    pub also: Vec<EntityId>,
    /// Whether it has an entry that can be redirected.
    pub has_entry: bool,
    /// The functions that carry it when it has none. Empty then: nothing in the unit calls it, so that it cannot be
    /// replaced.
    pub carried_by: Vec<EntityId>,
}

/// Where the closure begins.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    /// Functions of the original that changed, cold parts counted as their functions.
    pub changed: Vec<EntityId>,
    /// Functions that only the original has.
    pub removed: Vec<EntityId>,
}

/// The closure, ordered by function. `has_entry` tells whether a function that is no copy can be redirected.
pub fn closure(
    functions: &Functions<'_, '_, '_>,
    reliances: &[Reliance],
    roots: &Roots,
    has_entry: &dyn Fn(EntityId) -> bool,
) -> Vec<Member> {
    let mut on: BTreeMap<EntityId, Vec<&Reliance>> = BTreeMap::new();
    for reliance in reliances {
        if let (Some(of), Some(by)) = (reliance.on.entity, reliance.by.entity)
            && of != by
            && !is_fitted_to_its_caller(functions, reliance)
        {
            on.entry(of).or_default().push(reliance);
        }
    }
    let mut members: BTreeMap<EntityId, Member> = BTreeMap::new();
    let mut left: std::collections::VecDeque<EntityId> = std::collections::VecDeque::new();
    let mut join = |id: EntityId, reason: Reason, left: &mut std::collections::VecDeque<EntityId>| {
        let from = match &reason {
            Reason::Changed | Reason::Removed => None,
            Reason::Relies { on, .. } => Some(*on),
            Reason::Carries { of } => Some(*of),
        };
        match members.get_mut(&id) {
            Some(member) => {
                let first = match &member.reason {
                    Reason::Changed | Reason::Removed => None,
                    Reason::Relies { on, .. } => Some(*on),
                    Reason::Carries { of } => Some(*of),
                };
                if let Some(from) = from.filter(|f| Some(*f) != first && !member.also.contains(f)) {
                    member.also.push(from);
                }
            }
            None => {
                let has_entry = !functions.is_copy(id) && has_entry(id);
                members
                    .insert(id, Member { id, reason, also: Vec::new(), has_entry, carried_by: Vec::new() });
                left.push_back(id);
            }
        }
    };
    for &id in &roots.changed {
        join(id, Reason::Changed, &mut left);
    }
    for &id in roots.removed.iter().filter(|&&id| is_reachable(functions, id)) {
        join(id, Reason::Removed, &mut left);
    }
    let mut carried: BTreeMap<EntityId, Vec<EntityId>> = BTreeMap::new();
    // In the order they come in, so that each chain is one of the shortest.
    while let Some(id) = left.pop_front() {
        for reliance in on.get(&id).into_iter().flatten() {
            let Some(by) = reliance.by.entity else { continue };
            // The code names the register and the place, where it tells anything.
            let code = reliance.evidence.iter().find(|e| e.source == Source::Code);
            let evidence = code.or(reliance.evidence.first());
            let reason = Reason::Relies {
                on: id,
                kind: reliance.kind,
                strength: reliance.strength(),
                evidence: evidence.map(|e| e.summary.clone()).unwrap_or_default(),
                at: reliance.evidence.iter().find_map(|e| e.at),
            };
            join(by, reason, &mut left);
        }
        if functions.is_copy(id) || !has_entry(id) {
            let callers: Vec<EntityId> = functions.callers(id).filter(|&caller| caller != id).collect();
            for &caller in &callers {
                join(caller, Reason::Carries { of: id }, &mut left);
            }
            carried.insert(id, callers);
        }
    }
    for (id, callers) in carried {
        if let Some(member) = members.get_mut(&id) {
            member.carried_by = callers;
        }
    }
    members.into_values().collect()
}

/// Whether the original can come to a function that the patched side does not have. What other units see may be called
/// from anywhere.
fn is_reachable(functions: &Functions<'_, '_, '_>, id: EntityId) -> bool {
    functions.n.symbol(id).binding != crate::load::Binding::Local || functions.is_referred_to(id)
}
