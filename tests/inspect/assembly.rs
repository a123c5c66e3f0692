//! `info`, `show` and `callgraph` of assembly text against the object file that an assembler makes of it.

use std::collections::BTreeSet;

use fixscope::inspect::model::{CallGraph, Info, Show, Symbol};

use super::{folder, look, object};
use crate::common::sh;

fn both(flags: &[&str]) -> tempfile::TempDir {
    let dir = folder();
    object(dir.path(), "one.c", "one.s", &[flags, &["-S"]].concat());
    sh(&["gcc", "-c", "-o", "one.o", "one.s"], dir.path());
    dir
}

const FORMS: [&[&str]; 3] = [&["-fno-pic"], &["-fPIC", "-fno-plt"], &["-O1", "-g", "-ffunction-sections"]];

#[test]
fn the_same_symbols_and_references() {
    for flags in FORMS {
        let dir = both(flags);
        let symbols = |file: &str| -> Vec<Symbol> {
            let text = look(dir.path(), &["info", "--refs", "--format", "json", file], 0).stdout;
            let mut info: Info = serde_json::from_str(&text).expect("it is what the schema says");
            info.units.remove(0).symbols
        };
        let facts = |symbols: &[Symbol]| -> BTreeSet<String> {
            let fact = |s: &Symbol| {
                let aliases: BTreeSet<&str> =
                    s.aliases.iter().map(|a| a.name.as_str()).chain([s.name.as_str()]).collect();
                format!(
                    "{aliases:?} {:?} {:?} {:?} {:?} {:?}",
                    s.kind, s.section, s.cold_of, s.flags, s.visibility
                )
            };
            symbols.iter().map(fact).collect()
        };
        let (text, object) = (symbols("one.s"), symbols("one.o"));
        assert_eq!(facts(&text), facts(&object), "{flags:?}");
        // Operands keep their offsets in the text, and where a table lies is another place.
        let names = |symbols: &[Symbol]| -> BTreeSet<String> {
            let all = symbols.iter().flat_map(|s| s.references.iter().flatten().map(move |r| (s, r)));
            all.map(|(s, r)| {
                let what = r
                    .symbol
                    .clone()
                    .unwrap_or_else(|| r.what.split(" at ").next().unwrap_or_default().to_owned());
                format!("{} {:?} {:?} {what}", s.name, r.using, r.kind)
            })
            .collect()
        };
        assert_eq!(names(&text), names(&object), "{flags:?}");
        let helper = text.iter().find(|s| s.name == "helper").expect("it is listed");
        assert_eq!((helper.size, helper.offset), (None, None));
        let source = std::fs::read_to_string(dir.path().join("one.s")).expect("it is there");
        let line = helper.line.expect("it has one") as usize;
        let begin = source.lines().position(|l| l == "helper:").expect("it is there");
        let between = source.lines().skip(begin + 1).take(line - begin - 2);
        let is_no_instruction = |l: &str| !l.starts_with('\t') || l.starts_with("\t.");
        assert!(line > begin && between.clone().all(is_no_instruction), "line {line} of {source}");
        for reference in helper.references.iter().flatten().filter(|r| r.what == "outside") {
            assert!(reference.at.is_empty());
            for &line in &reference.lines {
                let text = source.lines().nth(line as usize - 1).expect("there is such a line");
                assert!(text.contains("call") && text.contains("outside"), "{text}");
            }
        }
        let table = text.iter().find(|s| s.name == "table").expect("it is listed");
        assert_eq!(table.size, Some(16));
    }
}

#[test]
fn the_same_call_graph() {
    for flags in FORMS {
        let dir = both(flags);
        let edges = |file: &str| -> BTreeSet<String> {
            let text = look(dir.path(), &["callgraph", "--external", "--format", "json", file], 0).stdout;
            let graph: CallGraph = serde_json::from_str(&text).expect("it is what the schema says");
            let name = |id: &str| id.rsplit('#').next().unwrap_or(id).to_owned();
            let edges =
                graph.edges.iter().map(|e| format!("{} {:?} {}", name(&e.from), e.using, name(&e.to)));
            let marks = graph.nodes.iter().filter(|n| n.indirect_calls + n.indirect_jumps > 0);
            let marks = marks.map(|n| format!("{} {} {}", n.name, n.indirect_calls, n.indirect_jumps));
            edges.chain(marks).collect()
        };
        let text = edges("one.s");
        assert!(text.len() > 15);
        assert_eq!(text, edges("one.o"), "{flags:?}");
    }
}

#[test]
fn lines_are_those_of_the_file() {
    let dir = both(&["-fno-pic"]);
    let text = look(dir.path(), &["show", "--format", "json", "one.s:first"], 0).stdout;
    let show: Show = serde_json::from_str(&text).expect("it is what the schema says");
    let source = std::fs::read_to_string(dir.path().join("one.s")).expect("it is there");
    assert_eq!(show.symbols.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["first", "first.cold"]);
    for line in show.symbols.iter().flat_map(|s| &s.lines) {
        assert_eq!((line.at, &line.bytes), (None, &None));
        let number = line.line.expect("each has one");
        let original = source.lines().nth(number as usize - 1).expect("there is such a line");
        let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
        assert_eq!(word(&line.text), word(original));
    }
}
