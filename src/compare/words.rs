//! Differences in words: what, where, from what to what.

use crate::normalize::{EntityId, Normalized};

use super::delta::{Link, Place};

/// At most so many characters of a string are told in a sentence.
const TOLD: usize = 60;
/// So many equal characters stand before the first different one, when not all can stand there.
const LEAD: usize = 16;

/// The place `at` bytes from the start of a thing.
pub(super) fn place(n: &Normalized<'_, '_>, id: EntityId, at: u64) -> Place {
    let entity = n.entity(id);
    let line = entity.section.and_then(|s| n.unit.line(s, entity.offset.checked_add(at)?));
    line.map_or(Place::Offset(at), Place::Line)
}

/// The way from a thing to what differs, such as `at +0x4 -> table, at +0x18 -> string "abc" became "abd"`.
/// Each place counts from the start of the thing before it, the first from the start of what was compared.
pub(super) fn path(chain: &[Link]) -> String {
    if chain.is_empty() {
        return "a reference differs".to_owned();
    }
    let steps = chain.iter().map(|link| match link.at {
        Some(at) => format!("at +{at:#x} -> {}", link.what),
        None => link.what.clone(),
    });
    steps.collect::<Vec<_>>().join(", ")
}

/// Two descriptions as one: the name alone where they are equal, and a kind that both begin with only once.
pub(super) fn became(original: &str, patched: &str) -> String {
    const KINDS: [&str; 2] = ["string ", "constant "];
    if original == patched {
        return patched.to_owned();
    }
    let kind = KINDS.into_iter().find(|kind| original.starts_with(kind)).unwrap_or_default();
    format!("{original} became {}", patched.strip_prefix(kind).unwrap_or(patched))
}

/// What differs between two texts, in quotes; of long ones the part around the first difference. `None` when the
/// texts are equal.
pub(super) fn strings(original: &str, patched: &str) -> Option<String> {
    let same = original.chars().zip(patched.chars()).take_while(|(a, b)| a == b).count();
    let longest = original.chars().count().max(patched.chars().count());
    if original == patched {
        return None;
    }
    let from = if longest > TOLD { same.saturating_sub(LEAD) } else { 0 };
    let part = |text: &str| {
        let shown: String = text.chars().skip(from).take(TOLD).collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if text.chars().count() > from + TOLD { "…" } else { "" };
        format!("{before}{shown:?}{after}")
    };
    Some(format!("string {} became {}", part(original), part(patched)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_where_each_step_is() {
        let link = |what: &str, at| Link::new(what, at);
        let chain = [link("table", Some(4)), link("string \"abc\" became \"abd\"", Some(24))];
        assert_eq!(path(&chain), "at +0x4 -> table, at +0x18 -> string \"abc\" became \"abd\"");
    }

    #[test]
    fn a_kind_is_named_once() {
        assert_eq!(became("string \"a\"", "string \"b\""), "string \"a\" became \"b\"");
        assert_eq!(became("f", "string \"b\""), "f became string \"b\"");
        assert_eq!(became("f", "f"), "f");
    }

    #[test]
    fn of_long_strings_the_part_that_differs_is_told() {
        let text = |tail: &str| format!("{}{tail}", "x".repeat(100));
        let told = strings(&text("old tail"), &text("new tail")).expect("they differ");
        let lead = "x".repeat(16);
        assert_eq!(told, format!("string …\"{lead}old tail\" became …\"{lead}new tail\""));
        let told = strings("a", &"b".repeat(70)).expect("they differ");
        assert_eq!(told, format!("string \"a\" became \"{}\"…", "b".repeat(60)));
        assert_eq!(strings("a", "a"), None);
    }
}
