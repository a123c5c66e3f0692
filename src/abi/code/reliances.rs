//! Reliances that the code shows.

use std::collections::{BTreeMap, BTreeSet};

use fixscope_arch::RegSet;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::callee::{self, Callee};
use super::contract::Known;
use super::graph::Body;
use super::live::{self, Defined, Live};
use crate::abi::{Evidence, Kind, Party, Reliance, Source, Strength};
use crate::load::names;
use crate::normalize::EntityId;

/// The evidence for each reliance: who relies, on whom, in which way.
type Found = BTreeMap<(EntityId, EntityId, Kind), Vec<Evidence>>;

/// So much evidence is kept for one reliance; one piece is enough, and more only shows more places.
const MOST: usize = 16;

/// All reliances, ordered by who relies and on whom.
pub(super) fn all(known: &Known<'_, '_, '_>) -> Vec<Reliance> {
    let is_traced = is_traced(known);
    let found = known.bodies.par_iter().map(|body| of_body(known, body, is_traced)).reduce(
        Found::default,
        |mut all, more| {
            for (key, evidence) in more {
                all.entry(key).or_default().extend(evidence);
            }
            all
        },
    );
    let party = |id: EntityId| Party { entity: Some(id), name: known.n.name(id).to_owned() };
    found
        .into_iter()
        .map(|((by, on, kind), mut evidence)| {
            evidence.sort_by(|a, b| (a.strength, a.at, &a.summary).cmp(&(b.strength, b.at, &b.summary)));
            evidence.dedup();
            evidence.truncate(MOST);
            Reliance { kind, on: party(on), by: party(by), evidence, through: BTreeSet::new() }
        })
        .collect()
}

/// Whether the unit was compiled for tracing.
fn is_traced(known: &Known<'_, '_, '_>) -> bool {
    let is_tracer = |callee: Callee| {
        matches!(callee, Callee::Outside(symbol)
        if names::is_tracer(callee::outside_name(known.n, symbol)))
    };
    let has_room = known.n.unit.sections.iter().any(|s| s.name == "__patchable_function_entries");
    has_room || known.bodies.iter().any(|b| b.calls().take(1).any(|(_, callee)| is_tracer(callee)))
}

fn of_body(known: &Known<'_, '_, '_>, body: &Body, is_traced: bool) -> Found {
    let mut found = Found::default();
    let inside = |callee: Callee| match callee {
        Callee::Inside(id) if known.of(id).is_some() => Some(id),
        _ => None,
    };
    if !body.calls().any(|(_, callee)| inside(callee).is_some()) {
        return found;
    }
    let taken = known.of(body.id()).map_or(RegSet::EMPTY, |c| c.takes);
    let defined = Defined::of(known, body, taken);
    // A register that is read and that nobody in the function or among its arguments sets has a meaning of another kind,
    // such as the shadow stack's pointer in x18. One that is set is not: `push %rcx`, which only aligns the stack, reads it.
    let set = body.steps.iter().fold(RegSet::EMPTY, |all, step| all.union(step.effects.writes));
    let foreign = taken.without(live::own_arguments(known, body)).without(set);
    for (strength, live) in [
        (Strength::Seen, Live::surely(known, body)),
        (Strength::Suspected, Live::possibly(known, body, &defined)),
    ] {
        for block in 0..body.blocks.len() {
            live.behind_calls(block, |at, behind| {
                let Some(on) = body.steps[at].call.and_then(inside) else { return };
                let Some(contract) = known.of(on).filter(|c| c.returns) else { return };
                let behind = if strength == Strength::Seen { behind.meant() } else { behind.any() };
                let kept = behind
                    .intersection(known.c.caller_saved)
                    .intersection(defined.before[at])
                    .without(contract.changes)
                    .without(body.steps[at].effects.writes)
                    .without(known.ignored)
                    .without(foreign);
                if kept.is_empty() || callee::is_pc_thunk(known.n.name(on)) {
                    return;
                }
                if strength == Strength::Suspected && is_traced {
                    return;
                }
                registers(known, body, at, on, kept, strength, &mut found);
            });
        }
    }
    found
}

/// Notes that a caller keeps values in registers: it relies on the function that it calls and on all that this one calls.
fn registers(
    known: &Known<'_, '_, '_>,
    body: &Body,
    at: usize,
    on: EntityId,
    kept: RegSet,
    strength: Strength,
    found: &mut Found,
) {
    let step = &body.steps[at];
    let piece = body.pieces[step.piece as usize];
    let list: Vec<&str> = kept.iter().map(|r| known.n.arch.register_name(r)).collect();
    let (what, may) = match (list.len(), strength) {
        (1, Strength::Seen) => ("a value", "keeps"),
        (_, Strength::Seen) => ("values", "keeps"),
        (1, _) => ("a value", "may keep"),
        _ => ("values", "may keep"),
    };
    let list = list.join(", ");
    let callee = known.n.name(on);
    // Bytes count from the start of the function; a cold part has its own.
    let place = match piece == body.id() {
        true => String::new(),
        false => format!(" at {}+{:#x}", known.n.name(piece), step.offset),
    };
    let offset = (piece == body.id()).then_some(u64::from(step.offset));
    let mut seen = FxHashSet::from_iter([on]);
    let mut waiting = vec![on];
    while let Some(id) = waiting.pop() {
        if id != body.id() {
            let through = match id == on {
                true => String::new(),
                false => format!(", which calls {}", known.n.name(id)),
            };
            let summary = format!("{may} {what} in {list} across the call of {callee}{through}{place}");
            let evidence = Evidence { source: Source::Code, strength, summary, at: offset };
            let all = found.entry((body.id(), id, Kind::RegisterContract)).or_default();
            // What is sure is also possible.
            let is_known = all.iter().any(|e| e.at == offset && e.strength < strength);
            if !is_known {
                all.push(evidence);
            }
        }
        for &next in known.of(id).map_or(&[][..], |c| &c.calls) {
            if seen.insert(next) {
                waiting.push(next);
            }
        }
    }
}
