//! Which functions a data object's change reaches although their own code and references stay the same.

use rustc_hash::FxHashSet;

use crate::normalize::{EntityId, EntityKind, Normalized};

use super::builder::Outcome;
use super::delta::{DifferenceKind, Link};
use super::references::Sides;

/// So many are named in the sentence; the chain has them all.
const NAMED: usize = 8;

/// A function that refers to a data object.
struct Reader<'n> {
    name: &'n str,
    /// The data object with a pointer to it that the function refers to, when it does not do so itself.
    through: Option<&'n str>,
}

/// Names the functions that refer to each data object whose content differs. A function that goes on referring to
/// the same named data object is not changed, so that nothing else would lead to it.
pub(super) fn name(sides: &Sides<'_>, outcomes: &mut [Outcome]) {
    for outcome in outcomes {
        let Some(ids) = outcome.ids.both() else { continue };
        if sides.patched.entity(ids.patched).kind != EntityKind::Object {
            continue;
        }
        let mut about = outcome
            .differences
            .iter_mut()
            .filter(|d| matches!(d.kind, DifferenceKind::Content | DifferenceKind::Reference));
        let Some(difference) = about.next() else { continue };
        let readers = readers(sides.patched, ids.patched);
        if readers.is_empty() {
            continue;
        }
        let named: Vec<String> = readers
            .iter()
            .take(NAMED)
            .map(|r| match r.through {
                Some(object) => format!("{} (through {object})", r.name),
                None => r.name.to_owned(),
            })
            .collect();
        let more = match readers.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        difference.what = format!("{}; used by {}{more}", difference.what, named.join(", "));
        // A chain that leads to what differs stays; where the bytes themselves differ there is none.
        if difference.kind == DifferenceKind::Content {
            let link = |r: &Reader<'_>| Link::new(r.name, None);
            difference.chain.extend(readers.iter().map(link));
        }
    }
}

/// The functions that refer to a data object, those that do so themselves first, each in the order of the file.
fn readers<'n>(n: &Normalized<'n, '_>, object: EntityId) -> Vec<Reader<'n>> {
    let mut direct: Vec<(EntityId, Option<&'n str>)> = Vec::new();
    let mut seen = FxHashSet::from_iter([object]);
    let mut left: Vec<(EntityId, Option<&'n str>)> = vec![(object, None)];
    while let Some((id, through)) = left.pop() {
        for referrer in n.referrers(id) {
            let from = n.entity(referrer.from);
            match from.kind {
                EntityKind::Function => direct.push((from.cold_of.unwrap_or(referrer.from), through)),
                EntityKind::Object if seen.insert(referrer.from) => {
                    // A constant without a name of its own is not worth naming.
                    let name = (!from.by_content).then(|| n.name(referrer.from));
                    left.push((referrer.from, through.or(name)));
                }
                EntityKind::Object => {}
            }
        }
    }
    direct.sort_by_key(|&(id, through)| (through.is_some(), id, through));
    let mut seen = FxHashSet::default();
    direct.retain(|(id, _)| seen.insert(*id));
    direct.into_iter().map(|(id, through)| Reader { name: n.name(id), through }).collect()
}
