//! Evidence of all sources ↦ one reliance for each kind and pair of functions.

use std::collections::{BTreeMap, BTreeSet};

use super::functions::Functions;
use super::reliance::{Evidence, Kind, Party, Reliance};

/// Merges reliances of one kind between the same two functions. All evidence is kept, the strongest first, so that a
/// reader sees where sources agree and where only one speaks. Ordered by the function that is relied on, the one that
/// relies, and the kind.
pub fn combine(reliances: impl IntoIterator<Item = Reliance>) -> Vec<Reliance> {
    let mut all: BTreeMap<(Party, Party, Kind), Reliance> = BTreeMap::new();
    for reliance in reliances {
        let key = (reliance.on.clone(), reliance.by.clone(), reliance.kind);
        match all.get_mut(&key) {
            Some(known) => {
                known.evidence.extend(reliance.evidence);
                known.through.extend(reliance.through);
            }
            None => _ = all.insert(key, reliance),
        }
    }
    let mut all: Vec<Reliance> = all.into_values().collect();
    for reliance in &mut all {
        reliance.evidence.sort_by(|a, b| order(a).cmp(&order(b)));
        reliance.evidence.dedup();
    }
    // What nothing explains is explained where any other source names the way.
    let explained: BTreeSet<(Party, Party)> =
        all.iter().filter(|r| r.kind != Kind::Unexplained).map(|r| (r.on.clone(), r.by.clone())).collect();
    all.retain(|r| r.kind != Kind::Unexplained || !explained.contains(&(r.on.clone(), r.by.clone())));
    all
}

fn order(evidence: &Evidence) -> impl Ord + '_ {
    (evidence.strength, evidence.source, evidence.at, &evidence.summary)
}

/// Whether a reliance is that of a function that was fitted to its callers, rather than of a caller on what it calls.
///
/// Such a function is compared with the one that the patched unit has, which was fitted to the patched callers: where
/// that is the same, it fits them, and so it need not be replaced with them.
pub fn is_fitted_to_its_caller(functions: &Functions<'_, '_, '_>, reliance: &Reliance) -> bool {
    let (Some(on), Some(by)) = (reliance.on.entity, reliance.by.entity) else { return false };
    reliance.kind == Kind::Specialised && functions.calls(on, by) && !functions.calls(by, on)
}

#[cfg(test)]
mod tests {
    use super::super::reliance::{Source, Strength};
    use super::*;

    #[test]
    fn the_stronger_comes_first_and_both_are_kept() {
        let party = |name: &str| Party { entity: None, name: name.to_owned() };
        let made = |kind, strength, source| Reliance {
            kind,
            on: party("f"),
            by: party("g"),
            evidence: vec![Evidence { source, strength, summary: "s".to_owned(), at: None }],
            through: Default::default(),
        };
        let all = combine([
            made(Kind::Clone, Strength::Recorded, Source::Symbols),
            made(Kind::Clone, Strength::Proved, Source::Recompile),
            made(Kind::Clone, Strength::Recorded, Source::Symbols),
            made(Kind::Unexplained, Strength::Proved, Source::Recompile),
        ]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].strength(), Strength::Proved);
        assert_eq!(all[0].evidence.len(), 2);
        let alone = combine([made(Kind::Unexplained, Strength::Proved, Source::Recompile)]);
        assert_eq!(alone.len(), 1);
    }
}
