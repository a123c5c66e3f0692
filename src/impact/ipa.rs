//! Cause `ipa`: what evidence of reliance explains and no line of the fix does.

use super::{Cause, CauseKind};
use crate::abi::{Kind, Reliance, Strength, actions};
use crate::compare::{Comparison, EntryKind, Status};
use crate::load::names;

/// Replaces the cause `compiler` of functions by `ipa` where evidence names the optimisation: the function relied, in
/// the original, on one that is not the same any more (`relied_on` tells by the entry's index in which way), or it is a
/// copy that only one side has.
///
/// That no line of a function or of what it inlines is in the patch, `compiler` says already.
pub fn name_optimisations<'r>(
    causes: &mut [Vec<Cause>],
    comparison: &Comparison,
    relied_on: &dyn Fn(usize) -> Vec<&'r Reliance>,
) {
    for (index, (causes, entry)) in causes.iter_mut().zip(&comparison.entries).enumerate() {
        if entry.kind != EntryKind::Function || !causes.iter().any(|c| c.kind == CauseKind::Compiler) {
            continue;
        }
        let mut found = Vec::new();
        for reliance in relied_on(index) {
            // An inlined body is another cause, and where its lines are not in the patch it is no explanation.
            if reliance.kind == Kind::InlinedInto || reliance.strength() == Strength::Suspected {
                continue;
            }
            let through =
                actions::option(reliance).map(|o| format!(", {o} switches that off")).unwrap_or_default();
            found.push(Cause {
                kind: CauseKind::Ipa,
                summary: format!(
                    "the compiler fitted it to `{}`, which is not the same any more ({}{through})",
                    reliance.on.name,
                    reliance.kind.name(),
                ),
                symbol: Some(reliance.on.name.clone()),
                location: None,
                chain: Vec::new(),
            });
        }
        let one_sided = matches!(entry.status, Status::New | Status::Removed);
        if found.is_empty() && one_sided && names::is_copy(&entry.name) {
            found.extend(causes.iter().filter(|c| c.kind == CauseKind::Compiler).map(|c| Cause {
                kind: CauseKind::Ipa,
                symbol: Some(names::stem(&entry.name).to_owned()),
                ..c.clone()
            }));
        }
        if !found.is_empty() {
            causes.retain(|c| c.kind != CauseKind::Compiler);
            causes.extend(found);
            causes.sort_by(|a, b| super::order(a).cmp(&super::order(b)));
            causes.dedup();
        }
    }
}
