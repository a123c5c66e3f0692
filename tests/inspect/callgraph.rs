//! `callgraph` against `objdump` and Graphviz.

use std::collections::BTreeSet;
use std::path::Path;

use fixscope::inspect::model::{CallGraph, Node, NodeKind, Use};

use super::{assembled, folder, look, object};
use crate::common::sh;

fn graph(folder: &Path, words: &[&str]) -> CallGraph {
    let run = look(folder, &[&["callgraph", "--format", "json"], words].concat(), 0);
    serde_json::from_str(&run.stdout).expect("it is what the schema says")
}

fn both() -> tempfile::TempDir {
    let dir = folder();
    for flags in ["one", "two"] {
        object(dir.path(), &format!("{flags}.c"), &format!("{flags}.o"), &["-fno-pic"]);
    }
    dir
}

fn edges(graph: &CallGraph) -> BTreeSet<(&str, &str, Use)> {
    graph.edges.iter().map(|e| (e.from.as_str(), e.to.as_str(), e.using)).collect()
}

fn names(graph: &CallGraph) -> BTreeSet<&str> {
    graph.nodes.iter().map(|n| n.name.as_str()).collect()
}

fn node<'g>(graph: &'g CallGraph, id: &str) -> &'g Node {
    graph.nodes.iter().find(|n| n.id == id).unwrap_or_else(|| panic!("{id}: {:#?}", graph.nodes))
}

/// Calls and jumps from one function to another, read off objdump's text: names of relocated places, and places
/// that the assembler has resolved itself.
fn branches(folder: &Path, file: &str) -> BTreeSet<(String, String)> {
    let text = sh(&["objdump", "-drw", "--no-show-raw-insn", file], folder);
    let whole = |name: &str| name.strip_suffix(".cold").unwrap_or(name).to_owned();
    let mut found = BTreeSet::new();
    let mut function = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_suffix(">:").and_then(|l| l.split_once(" <")) {
            function = whole(name.1);
            continue;
        }
        let Some((_, rest)) = line.split_once(":\t") else { continue };
        let mnemonic = rest.split_whitespace().next().unwrap_or_default();
        if !mnemonic.starts_with("call") && !mnemonic.starts_with('j') || rest.contains('*') {
            continue;
        }
        let target = match rest.split_once("R_X86_64_") {
            Some((_, reloc)) => reloc.split_whitespace().nth(1).unwrap_or_default(),
            None => rest.split_once('<').map_or("", |t| t.1.trim_end_matches('>')),
        };
        let target = target.split(['+', '-']).next().unwrap_or_default();
        // Local functions in other sections are reached by the section. Where it holds more than one function,
        // these are jumps between a function and its cold part.
        let target = match target.strip_prefix(".text.unlikely").or_else(|| target.strip_prefix(".text")) {
            Some("") => function.clone(),
            Some(name) => whole(&name[1..]),
            None => whole(target),
        };
        // A jump inside the function has its name and an offset too; a call of itself is one.
        if target != function || mnemonic.starts_with("call") {
            found.insert((function.clone(), target));
        }
    }
    found
}

#[test]
fn calls_and_tail_calls_are_those_of_objdump() {
    for flags in [&["-fno-pic"][..], &["-O1"], &["-Os", "-ffunction-sections"], &["-O3"]] {
        let dir = folder();
        object(dir.path(), "one.c", "one.o", flags);
        let found = graph(dir.path(), &["--external", "--calls-only", "one.o"]);
        let name = |id: &str| id.rsplit('#').next().unwrap_or(id).to_owned();
        let listed: BTreeSet<(String, String)> =
            found.edges.iter().map(|e| (name(&e.from), name(&e.to))).collect();
        let truth = branches(dir.path(), "one.o");
        assert!(truth.len() >= 5, "{truth:?}");
        assert_eq!(listed, truth, "{flags:?}");
    }
}

#[test]
fn calls_through_the_global_offset_table_are_calls() {
    let dir = folder();
    object(dir.path(), "two.c", "two.o", &["-fPIC", "-fno-plt", "-O1"]);
    let found = graph(dir.path(), &["--external", "two.o"]);
    assert!(edges(&found).contains(&("two.o#second", "recursive", Use::Call)), "{:#?}", found.edges);
    assert!(found.nodes.iter().all(|n| n.indirect_calls == 0));
}

#[test]
fn names_are_resolved_between_files() {
    let dir = both();
    let found = graph(dir.path(), &["one.o", "two.o"]);
    let edges = edges(&found);
    for expected in [
        ("one.o#first", "one.o#helper", Use::Call),
        ("one.o#first", "two.o#second", Use::Call),
        ("two.o#helper", "one.o#first", Use::Call),
        ("two.o#second", "two.o#helper", Use::Call),
        ("two.o#second", "one.o#recursive", Use::Call),
        ("one.o#tail", "one.o#helper", Use::TailCall),
        ("one.o#recursive", "one.o#recursive", Use::Call),
        // A strong definition takes the place of a weak one.
        ("one.o#uses_feeble", "two.o#feeble", Use::Call),
        ("one.o#address", "one.o#recursive", Use::Address),
        ("one.o#chosen", "one.o#operations", Use::Address),
        ("one.o#operations", "one.o#pointed", Use::Address),
    ] {
        assert!(edges.contains(&expected), "{expected:?}: {edges:#?}");
    }
    assert!(!edges.iter().any(|e| e.1 == "one.o#feeble"));
    assert!(!names(&found).contains("outside") && !names(&found).contains("first.cold"));
    assert_eq!(node(&found, "one.o#operations").kind, NodeKind::Object);
    assert!(!names(&found).contains("counter"), "it leads to no function");
    assert_eq!(node(&found, "one.o#indirect").indirect_calls, 2);
    assert_eq!(node(&found, "one.o#several").indirect_jumps, 1);
    assert_eq!(node(&found, "one.o#pointed").aliases, ["other_name"]);
    // One file by itself keeps its own.
    let alone = graph(dir.path(), &["one.o"]);
    assert!(self::edges(&alone).contains(&("one.o#uses_feeble", "one.o#feeble", Use::Call)));
}

#[test]
fn external_symbols_are_shown_when_asked_for() {
    let dir = both();
    let found = graph(dir.path(), &["--external", "one.o", "two.o"]);
    assert_eq!(node(&found, "outside").kind, NodeKind::External);
    assert!(edges(&found).contains(&("one.o#helper", "outside", Use::Call)));
    assert_eq!(node(&found, "fail").unit, None);
}

#[test]
fn what_is_reached_from_a_function() {
    let dir = both();
    let from = |words: &[&str]| {
        let found = graph(dir.path(), &[words, &["one.o", "two.o"]].concat());
        names(&found).into_iter().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let set = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(from(&["--from", "tail"]), set(&["tail", "helper"]));
    assert_eq!(from(&["--from", "second"]), set(&["second", "helper", "recursive", "first"]));
    assert_eq!(from(&["--from", "second", "--max-depth", "1"]), set(&["second", "helper", "recursive"]));
    assert_eq!(from(&["--from", "second", "--max-depth", "0"]), set(&["second"]));
    assert_eq!(from(&["--from", "other_name", "--from", "alone"]), set(&["pointed", "alone"]));
    assert_eq!(
        from(&["--from", "chosen", "--max-depth", "2"]),
        set(&["chosen", "operations", "pointed", "tail"])
    );
    assert_eq!(from(&["--from", "chosen", "--calls-only"]), set(&["chosen"]));
    let callers = from(&["--from", "recursive", "--callers", "--max-depth", "1"]);
    assert_eq!(callers, set(&["recursive", "second", "address"]));
    assert_eq!(from(&["--from", "outside", "--callers", "--max-depth", "1"]).len(), 1 + 5);
    // Of two functions of one name the file tells which.
    let found = graph(dir.path(), &["one.o", "two.o:helper", "--max-depth", "0"]);
    assert_eq!(found.nodes.iter().map(|n| n.id.as_str()).collect::<Vec<_>>(), ["two.o#helper"]);
    assert!(found.nodes[0].root);
}

#[test]
fn tables_without_a_name_are_followed() {
    let dir = folder();
    let text = ".text\n.globl f\n.type f, @function\nf:\n lea .Ltable(%rip), %rax\n ret\n.size f, .-f\n\
                .globl g\n.type g, @function\ng:\n ret\n.size g, .-g\n\
                .section .data.rel.ro.local,\"aw\"\n.Ltable:\n .quad g\n .quad out\n";
    assembled(dir.path(), "t.o", text);
    let found = graph(dir.path(), &["t.o"]);
    assert!(edges(&found).contains(&("t.o#f", "t.o#g", Use::Address)), "{:#?}", found.edges);
}

#[test]
fn tables_of_places_inside_a_function_are_no_references_to_it() {
    let dir = folder();
    let text = ".text\n.globl f\n.type f, @function\nf:\n jmp *places(,%rdi,8)\n.L1:\n nop\n.L2:\n ret\n.size f, .-f\n\
                .section .rodata\n.type places, @object\n.size places, 16\nplaces:\n .quad .L1\n .quad .L2\n";
    assembled(dir.path(), "t.o", text);
    let found = graph(dir.path(), &["t.o"]);
    assert_eq!((names(&found), found.edges.len()), (BTreeSet::from(["f"]), 0), "{found:#?}");
    assert_eq!(found.nodes[0].indirect_jumps, 1);
}

#[test]
fn thunks_are_indirect_calls() {
    let dir = folder();
    let text = ".text\n.globl f\n.type f, @function\nf:\n call __x86_indirect_thunk_rax\n call *%rax\n\
                 je __x86_indirect_thunk_rcx\n jmp __x86_return_thunk\n.size f, .-f\n";
    assembled(dir.path(), "t.o", text);
    let found = graph(dir.path(), &["--external", "t.o"]);
    let counts = (found.nodes[0].indirect_calls, found.nodes[0].indirect_jumps);
    assert_eq!((found.nodes.len(), counts), (1, (2, 1)), "{:#?}", found.nodes);
}

/// Names that would end a quoted string, a label or the graph, if they were not quoted.
const STRANGE: &str = ".text\n.globl \"a;b\"\n.type \"a;b\", @function\n\"a;b\":\n call \"x->y\"\n ret\n.size \"a;b\", 6\n\
                       .globl \"x->y\"\n.type \"x->y\", @function\n\"x->y\":\n ret\n.size \"x->y\", 1\n\
                       .globl \"q&amp;}\"\n.type \"q&amp;}\", @function\n\"q&amp;}\":\n ret\n.size \"q&amp;}\", 1\n";

#[test]
fn two_runs_write_the_same_graph() {
    let dir = both();
    let run = || look(dir.path(), &["callgraph", "--external", "-j", "2", "one.o", "two.o"], 0).stdout;
    let text = run();
    assert_eq!(text, run());
    let verbose = look(dir.path(), &["callgraph", "-v", "one.o"], 0).stdout;
    assert!(
        verbose.contains("\"one.o#operations\" -> \"one.o#pointed\" [style=dashed, label=\"1\"];"),
        "{verbose}"
    );
    assert!(text.starts_with("digraph callgraph {\n") && text.ends_with("}\n"));
    let json = graph(dir.path(), &["--external", "one.o", "two.o"]);
    assert_eq!(text.matches(" -> ").count(), json.edges.len());
    assert_eq!(
        text.matches("arrowhead=empty").count(),
        json.edges.iter().filter(|e| e.using == Use::TailCall).count()
    );
}

#[test]
#[ignore = "needs Graphviz"]
fn graphviz_draws_every_node_and_edge() {
    let dir = both();
    assembled(dir.path(), "strange.o", STRANGE);
    let words = ["--external", "one.o", "two.o", "strange.o"];
    let found = graph(dir.path(), &words);
    look(dir.path(), &[&["callgraph", "-o", "graph.dot"], &words[..]].concat(), 0);
    let svg = sh(&["dot", "-Tsvg", "graph.dot"], dir.path());
    let unescaped = |text: &str| {
        let text =
            text.replace("&#45;", "-").replace("&gt;", ">").replace("&lt;", "<").replace("&quot;", "\"");
        text.replace("&amp;", "&")
    };
    let titles = |class: &str| -> BTreeSet<String> {
        let mark = format!("class=\"{class}\">\n<title>");
        let parts = svg.split(&mark).skip(1);
        parts.map(|part| unescaped(part.split("</title>").next().unwrap_or_default())).collect()
    };
    let nodes: BTreeSet<String> = found.nodes.iter().map(|n| unescaped(&n.id)).collect();
    assert_eq!(titles("node"), nodes);
    let edges: BTreeSet<String> =
        found.edges.iter().map(|e| unescaped(&format!("{}->{}", e.from, e.to))).collect();
    assert_eq!(titles("edge"), edges);
    assert_eq!(titles("cluster").len(), 3);
    // What is read in the picture is the name as it is.
    for text in ["a;b", "x&#45;&gt;y", "q&amp;amp;}", "indirect"] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text}");
    }
    assert!(svg.contains(">2 indirect calls</text>"));
}
