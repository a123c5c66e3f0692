//! What names and symbols alone tell: copies, and functions that share their code.

use std::collections::BTreeSet;

use super::functions::Functions;
use super::reliance::{Evidence, Kind, Reliance, Source, Strength};
use crate::load::names;
use crate::load::{SymbolKind, SymbolPlace};
use crate::normalize::EntityId;

/// What a suffix of GCC means (`clone_function_name` and its users).
fn meaning(name: &str) -> &'static str {
    let has = |suffix| names::has_suffix(name, suffix);
    match () {
        () if has("constprop") => "made for arguments whose values are known",
        () if has("isra") => "made with other arguments or without a result",
        () if has("part") || has("split") => "a part of the function whose other part went into its callers",
        () => "a copy made for some callers",
    }
}

/// The reliances that names tell.
pub fn evidence(functions: &Functions<'_, '_, '_>) -> Vec<Reliance> {
    let mut found = Vec::new();
    for &id in functions.all() {
        if functions.is_copy(id) {
            copy(functions, id, &mut found);
        }
        folded(functions, id, &mut found);
    }
    found
}

fn seen(summary: String, at: Option<u64>, strength: Strength) -> Vec<Evidence> {
    vec![Evidence { source: Source::Symbols, strength, summary, at }]
}

fn copy(functions: &Functions<'_, '_, '_>, id: EntityId, found: &mut Vec<Reliance>) {
    let name = functions.n.name(id);
    let stem = names::stem(name);
    found.push(Reliance {
        kind: Kind::Clone,
        on: functions.source_party(stem),
        by: functions.party(id),
        evidence: seen(
            format!("`{name}` is by its name of `{stem}`: {}", meaning(name)),
            None,
            Strength::Recorded,
        ),
        through: BTreeSet::new(),
    });
    for caller in functions.callers(id) {
        // A copy that calls itself relies on nobody else.
        if caller == id {
            continue;
        }
        let at = functions.edges(caller).iter().find(|e| e.to == id && e.calls).map(|e| e.at);
        let summary = format!("calls `{name}`, {}", meaning(name));
        for on in [functions.party(id), functions.source_party(stem)] {
            found.push(Reliance {
                kind: Kind::Clone,
                on,
                by: functions.party(caller),
                evidence: seen(summary.clone(), at, Strength::Recorded),
                through: BTreeSet::new(),
            });
        }
    }
}

/// Two names of one piece of code are a folded pair or an alias that the source asks for; symbols do not tell which.
fn folded(functions: &Functions<'_, '_, '_>, id: EntityId, found: &mut Vec<Reliance>) {
    let n = functions.n;
    let symbols = n.entity(id).names.iter().map(|&s| &n.unit.symbols[s as usize]);
    let named: BTreeSet<&str> = symbols
        .filter(|s| s.kind == SymbolKind::Function && matches!(s.place, SymbolPlace::Section(_)))
        .map(|s| s.name.as_ref())
        .collect();
    let own = n.name(id);
    for other in named.into_iter().filter(|name| *name != own) {
        let mut party = functions.party(id);
        party.name = other.to_owned();
        found.push(Reliance {
            kind: Kind::Folded,
            on: functions.party(id),
            by: party,
            evidence: seen(
                format!(
                    "`{other}` and `{own}` are names of one piece of code: folded, or an alias in the source"
                ),
                None,
                Strength::Suspected,
            ),
            through: BTreeSet::new(),
        });
    }
}
