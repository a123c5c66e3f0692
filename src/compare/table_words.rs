//! Differences of table entries in words: which field, from what to what.

use std::ops::Range;

use super::delta::{Link, Place};
use super::words;

/// Bytes of an entry, and what they hold.
type Field = (Range<u64>, &'static str);

/// Fields of an entry by section and by its size in bytes: what each holds, and where. The layouts are those of Linux
/// on x86 (`include/linux/jump_label.h`, `arch/x86/include/asm/{bug,extable,alternative}.h`,
/// `include/linux/static_call_types.h`).
const FIELDS: &[(&str, u64, &[Field])] = &[
    ("__jump_table", 16, &[(0..4, "place"), (4..8, "jump target"), (8..16, "static key")]),
    ("__jump_table", 24, &[(0..8, "place"), (8..16, "jump target"), (16..24, "static key")]),
    ("__jump_table", 12, &[(0..4, "place"), (4..8, "jump target"), (8..12, "static key")]),
    ("__bug_table", 12, &[(0..4, "place"), (4..8, "file"), (8..10, "line"), (10..12, "flags")]),
    ("__bug_table", 8, &[(0..4, "place"), (4..6, "flags")]),
    ("__ex_table", 8, &[(0..4, "place"), (4..8, "fixup")]),
    ("__ex_table", 12, &[(0..4, "place"), (4..8, "fixup"), (8..12, "handler type and data")]),
    (
        ".altinstructions",
        12,
        &[
            (0..4, "place"),
            (4..8, "replacement"),
            (8..10, "CPU feature"),
            (10..11, "length"),
            (11..12, "length of the replacement"),
        ],
    ),
    (
        ".altinstructions",
        13,
        &[
            (0..4, "place"),
            (4..8, "replacement"),
            (8..10, "CPU feature"),
            (10..11, "length"),
            (11..12, "length of the replacement"),
            (12..13, "length of the padding"),
        ],
    ),
    (
        ".altinstructions",
        14,
        &[
            (0..4, "place"),
            (4..8, "replacement"),
            (8..10, "CPU feature"),
            (10..12, "flags"),
            (12..13, "length"),
            (13..14, "length of the replacement"),
        ],
    ),
    (".static_call_sites", 8, &[(0..4, "place"), (4..8, "static call key")]),
];

/// How the entry of `section` for the place `at` of a function differs. The first link of `chain` has the offset in
/// the entry; `entries` are the bytes of both sides. A link that tells of a byte tells of its field afterwards.
pub(super) fn entry(section: &str, at: Option<Place>, chain: &mut [Link], entries: (&[u8], &[u8])) -> String {
    let place = at.map(|at| format!(" for {at}")).unwrap_or_default();
    let detail = detail(section, chain, entries);
    if let [only] = chain {
        only.what.clone_from(&detail);
    }
    format!("its entry of {section}{place} differs: {detail}")
}

fn detail(section: &str, chain: &[Link], (original, patched): (&[u8], &[u8])) -> String {
    let Some((first, rest)) = chain.split_first() else { return "it refers to something else".to_owned() };
    let fields = FIELDS.iter().find(|(name, size, _)| *name == section && *size == patched.len() as u64);
    let field = first.at.and_then(|at| fields?.2.iter().find(|(range, _)| range.contains(&at)));
    let Some((range, field)) = field else { return words::path(chain) };
    let number = |bytes: &[u8]| {
        let bytes = bytes.get(range.start as usize..range.end as usize)?;
        Some(bytes.iter().rev().fold(0u64, |n, &b| n << 8 | u64::from(b)))
    };
    if let (true, Some(a), Some(b)) = (first.what.starts_with("byte "), number(original), number(patched)) {
        return format!("{field} {a:#x} became {b:#x}");
    }
    match rest {
        [] => format!("{field} {}", first.what),
        rest => format!("{field} {}, {}", first.what, words::path(rest)),
    }
}

/// How many entries of `section` a function has, where that differs; `at` is the place of one that only one side has.
pub(super) fn count(section: &str, at: Option<Place>, original: usize, patched: usize) -> String {
    let entries = |n: usize| match n {
        0 => "no entry".to_owned(),
        1 => "1 entry".to_owned(),
        n => format!("{n} entries"),
    };
    let place = at.map(|at| format!(", one of them for {at}")).unwrap_or_default();
    match (original, patched) {
        (0, 1) | (1, 0) => {
            let place = at.map(|at| format!(" for {at}")).unwrap_or_default();
            let verb = if patched == 1 { "now has an entry" } else { "no longer has the entry" };
            format!("it {verb} of {section}{place}")
        }
        _ => format!("{} of {section} became {}{place}", entries(original), entries(patched)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(what: &str, at: u64) -> Link {
        Link::new(what, Some(at))
    }

    #[test]
    fn fields_are_named_with_both_values() {
        let (mut o, mut p) = ([0; 12], [0; 12]);
        (o[10], p[10], p[11]) = (1, 3, 9);
        assert_eq!(
            entry("__bug_table", Some(Place::Offset(7)), &mut [link("byte 0x01 became 0x03", 10)], (&o, &p)),
            "its entry of __bug_table for +0x7 differs: flags 0x1 became 0x903"
        );
        assert_eq!(
            entry("__jump_table", None, &mut [link("a became b", 8)], (&[0; 16], &[0; 16])),
            "its entry of __jump_table differs: static key a became b"
        );
        // A layout that is not known.
        assert_eq!(
            entry("__bug_table", None, &mut [link("byte 0x01 became 0x03", 10)], (&[0; 20], &[0; 20])),
            "its entry of __bug_table differs: at +0xa -> byte 0x01 became 0x03"
        );
    }

    #[test]
    fn fields_lie_behind_each_other() {
        for (name, size, fields) in FIELDS {
            let ends = fields.windows(2).all(|pair| pair[0].0.end == pair[1].0.start);
            assert!(
                ends && fields[0].0.start == 0 && fields.last().is_some_and(|f| f.0.end <= *size),
                "{name}"
            );
        }
    }

    #[test]
    fn entries_that_come_and_go() {
        assert_eq!(
            count("__jump_table", Some(Place::Offset(5)), 0, 1),
            "it now has an entry of __jump_table for +0x5"
        );
        assert_eq!(
            count("__ex_table", Some(Place::Offset(5)), 1, 0),
            "it no longer has the entry of __ex_table for +0x5"
        );
        assert_eq!(
            count("__ex_table", Some(Place::Offset(5)), 1, 3),
            "1 entry of __ex_table became 3 entries, one of them for +0x5"
        );
    }
}
