//! What GCC writes of the arguments and results that it takes away (`-fdump-ipa-sra-details`, since version 10).
//!
//! Behind `Evaluating analysis results for NAME/ORDER` stand lines such as `Will remove return value.`,
//! `Will remove parameter 1` and `Will split parameter 0` (`process_isra_node_results` in GCC's `ipa-sra.cc`). The rest
//! of the dump is passed over.

use std::collections::BTreeMap;

use super::super::functions::Functions;
use super::super::reliance::{Evidence, Kind, Reliance, Source, Strength};
use crate::load::names;

/// What became of a function's arguments and result, by the name it has in the source: in which way its callers rely on
/// that, and in GCC's words.
pub type Adjusted = BTreeMap<String, Vec<(Kind, String)>>;

/// Reads a dump. What is not understood is passed over: it may be of another version, whose copies are told by name.
pub fn parse(text: &[u8]) -> Adjusted {
    let text = String::from_utf8_lossy(text);
    let mut adjusted = Adjusted::new();
    let mut current: Option<&str> = None;
    for line in text.lines() {
        if let Some(node) = line.strip_prefix("Evaluating analysis results for ") {
            current = node.rsplit_once('/').map(|(name, _)| names::stem(name));
            continue;
        }
        // What belongs to a function is indented.
        let Some(name) = current.filter(|_| line.starts_with("  ")) else {
            if !line.is_empty() {
                current = None;
            }
            continue;
        };
        let words = line.trim();
        let number = |start: &str| words.strip_prefix(start).and_then(|n| n.trim().parse::<u32>().ok());
        let found = if words.starts_with("Will remove return value") {
            Some((Kind::ReturnDropped, "its result was dropped".to_owned()))
        } else if let Some(n) = number("Will remove parameter ") {
            Some((Kind::ArgumentDropped, format!("its argument number {} was dropped", u64::from(n) + 1)))
        } else {
            number("Will split parameter ").map(|n| {
                let n = u64::from(n) + 1;
                (Kind::ArgumentByValue, format!("parts of its argument number {n} are passed by value"))
            })
        };
        adjusted.entry(name.to_owned()).or_default().extend(found);
    }
    adjusted.retain(|_, found| !found.is_empty());
    adjusted
}

/// The reliances of those who call a function without the arguments or the result that it has in the source.
pub fn evidence(functions: &Functions<'_, '_, '_>, adjusted: &Adjusted) -> Vec<Reliance> {
    let mut found = Vec::new();
    for &id in functions.all() {
        let name = functions.n.name(id);
        let Some(list) = adjusted.get(names::stem(name)).filter(|_| names::has_suffix(name, "isra")) else {
            continue;
        };
        for caller in functions.callers(id).filter(|&caller| caller != id) {
            let at = functions.edges(caller).iter().find(|e| e.to == id && e.calls).map(|e| e.at);
            for (kind, what) in list {
                for on in [functions.party(id), functions.source_party(names::stem(name))] {
                    found.push(Reliance {
                        kind: *kind,
                        on,
                        by: functions.party(caller),
                        evidence: vec![Evidence {
                            source: Source::Dump,
                            strength: Strength::Recorded,
                            summary: format!("calls `{name}`, and the compiler's record says that {what}"),
                            at,
                        }],
                        through: Default::default(),
                    });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_read_and_the_rest_is_passed_over() {
        let adjusted = parse(
            b"Summary for node first/1:\n  Descriptor for parameter 0:\n\n\
              ========== IPA-SRA decisions ==========\n\n\
              Evaluating analysis results for first/1\n  Will split parameter 0\n    - component at byte offset 0, size 4\n\
              \n  Created adjustments:\n  Created new node first.isra/3\n\n\
              Evaluating analysis results for note.constprop/8\n  Will remove return value.\n  Will remove parameter 1\n\
              Reclaiming functions:\n  Will remove parameter 3\n",
        );
        let kinds = |name: &str| adjusted[name].iter().map(|(kind, _)| *kind).collect::<Vec<_>>();
        assert_eq!(kinds("first"), [Kind::ArgumentByValue]);
        assert_eq!(kinds("note"), [Kind::ReturnDropped, Kind::ArgumentDropped]);
        assert!(adjusted["note"][1].1.contains("number 2"));
    }

    #[test]
    fn torn_dumps_give_what_is_there() {
        assert!(parse(b"Evaluating analysis results for f/1\n  Will remove param").is_empty());
        assert!(parse(b"\xff\xfe\0Evaluating analysis results for \n  Will split parameter x\n").is_empty());
    }
}
