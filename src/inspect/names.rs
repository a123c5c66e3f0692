//! Finding what somebody calls by name.

use crate::load::names::demangled;
use crate::normalize::{EntityId, Normalized};

/// The functions and data objects that are called `name`, by any of their names or in the language's own notation,
/// in the order of the unit.
pub fn matching(n: &Normalized<'_, '_>, name: &str) -> Vec<EntityId> {
    let is_named = |id: EntityId, same: &dyn Fn(&str) -> bool| {
        n.entity(id).names.iter().any(|&symbol| same(&n.unit.symbols[symbol as usize].name))
    };
    let plain: Vec<EntityId> = n.ids().filter(|&id| is_named(id, &|s| s == name)).collect();
    // Only names that the language's own notation could give are worth demangling all others for.
    if !plain.is_empty() || !name.contains("::") && !name.contains('(') {
        return plain;
    }
    n.ids().filter(|&id| is_named(id, &|s| demangled(s).is_some_and(|d| d == name))).collect()
}

/// Names that look much like `name`, the nearest first.
pub fn near<'s>(name: &str, names: impl IntoIterator<Item = &'s str>) -> Vec<String> {
    let mut all: Vec<&str> = names.into_iter().filter(|n| !n.is_empty()).collect();
    all.sort_unstable();
    all.dedup();
    let near = similar::get_close_matches(name, &all, 3, 0.7);
    near.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_those_with_a_slip() {
        let names = ["audit_log_start", "audit_log_end", "audit_log", "kfree", "audit_log_start", ""];
        assert_eq!(near("audit_log_strat", names)[0], "audit_log_start");
        assert!(near("nothing_like_it", names).is_empty());
        assert_eq!(near("kfre", names), ["kfree"]);
    }
}
