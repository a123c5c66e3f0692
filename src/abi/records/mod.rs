//! What the compiler wrote down: its record of copies, and debug information.

pub mod clones;
pub mod sra;

use std::collections::BTreeSet;

use self::clones::Clones;
use super::functions::Functions;
use super::reliance::{Evidence, Kind, Reliance, Source, Strength};

/// The reliances that the compiler's records tell of `functions`, which have been made with the same records.
pub fn evidence(functions: &Functions<'_, '_, '_>, clones: Option<&Clones>) -> Vec<Reliance> {
    let mut found = Vec::new();
    for &id in functions.all() {
        for (name, inlined) in functions.inlined(id) {
            let evidence = inlined.sources.iter().map(|&source| {
                let who = if source == Source::Dwarf { "debug information" } else { "the compiler's record" };
                Evidence {
                    source,
                    strength: Strength::Recorded,
                    summary: format!("{who} says that it holds a copy of `{name}`"),
                    at: inlined.at.filter(|_| source == Source::Dwarf),
                }
            });
            found.push(Reliance {
                kind: Kind::InlinedInto,
                on: functions.source_party(name),
                by: functions.party(id),
                evidence: evidence.collect(),
                through: BTreeSet::new(),
            });
        }
    }
    for copy in clones.into_iter().flat_map(|c| &c.copies) {
        // A copy without code of its own went into its callers, which the record of inlining tells.
        let Some(id) = functions.named(&copy.is.name) else { continue };
        let Some(kind) = kind_of_copy(&copy.reason) else { continue };
        let evidence = |summary: String, at: Option<u64>| {
            vec![Evidence { source: Source::Dump, strength: Strength::Recorded, summary, at }]
        };
        let what = format!("`{}` was made of `{}` ({})", copy.is.name, copy.of.name, copy.reason);
        found.push(Reliance {
            kind,
            on: functions.source_party(&copy.of.name),
            by: functions.party(id),
            evidence: evidence(format!("the compiler's record says that {what}"), None),
            through: BTreeSet::new(),
        });
        for caller in functions.callers(id).filter(|&caller| caller != id) {
            let at = functions.edges(caller).iter().find(|e| e.to == id && e.calls).map(|e| e.at);
            for on in [functions.party(id), functions.source_party(&copy.of.name)] {
                found.push(Reliance {
                    kind,
                    on,
                    by: functions.party(caller),
                    evidence: evidence(format!("calls a copy; the compiler's record says that {what}"), at),
                    through: BTreeSet::new(),
                });
            }
        }
    }
    found
}

/// What a copy of that reason is to its callers; `None` for one that is as good as what it is a copy of.
fn kind_of_copy(reason: &str) -> Option<Kind> {
    match reason {
        // Local names for what is also called from elsewhere, with the same body and the same arguments.
        "localalias" | "local" => None,
        _ => Some(Kind::Clone),
    }
}
