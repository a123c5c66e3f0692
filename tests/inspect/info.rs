//! `info` against `nm` and the compiler's options.

use std::collections::{BTreeMap, BTreeSet};

use fixscope::inspect::model::{Flag, Info, InfoUnit, ReferenceKind, Symbol, TracingKind, Use};
use fixscope::report::model::{Binding, Kind};

use super::{assembled, folder, look, object};
use crate::common::sh;

fn units(folder: &std::path::Path, words: &[&str]) -> Vec<InfoUnit> {
    let run = look(folder, &[&["info", "--format", "json"], words].concat(), 0);
    let info: Info = serde_json::from_str(&run.stdout).expect("it is what the schema says");
    assert_eq!(info.schema_version, 1);
    info.units
}

fn symbol<'u>(unit: &'u InfoUnit, name: &str) -> &'u Symbol {
    unit.symbols.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("{name}: {unit:#?}"))
}

#[test]
fn every_symbol_of_nm_is_listed_with_its_place_size_and_binding() {
    let dir = folder();
    for flags in [&[][..], &["-fcommon"], &["-ffunction-sections", "-fdata-sections", "-g"]] {
        object(dir.path(), "one.c", "one.o", flags);
        let unit = units(dir.path(), &["one.o"]).remove(0);
        let mut listed: BTreeMap<String, (u64, u64, bool)> = BTreeMap::new();
        for s in &unit.symbols {
            let common = s.flags.contains(&Flag::Common);
            // Of a common symbol nm gives the size as the value too.
            let size = s.size.expect("object files have sizes");
            let value = if common { size } else { s.offset.expect("it has a place") };
            listed.insert(s.name.clone(), (value, size, s.binding == Binding::Local));
            for alias in &s.aliases {
                listed.insert(alias.name.clone(), (value, size, alias.binding == Binding::Local));
            }
        }
        let mut truth = BTreeMap::new();
        for line in sh(&["nm", "--format=posix", "--radix=d", "--defined-only", "one.o"], dir.path()).lines()
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, letter, value, ref rest @ ..] = words[..] else { panic!("{line}") };
            // Assemblers leave labels of strings in the table; those are no things of their own.
            if name.starts_with(".L") {
                continue;
            }
            let number = |text: &str| text.parse::<u64>().expect("nm writes numbers");
            let size = rest.first().map_or(0, |size| number(size));
            let is_local =
                letter.chars().all(|c| c.is_ascii_lowercase()) && !["w", "v", "u", "i"].contains(&letter);
            let is_static =
                ["choose", "chosen_at_load", "helper", "hidden_state", "first.cold"].contains(&name);
            truth.insert(name.to_owned(), (number(value), size, is_local || is_static));
        }
        assert!(truth.len() > 20);
        assert_eq!(listed, truth, "{flags:?}");
    }
}

#[test]
fn kinds_and_flags() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &["-fcommon"]);
    let unit = units(dir.path(), &["one.o"]).remove(0);
    let has = |name: &str, flag: Flag| symbol(&unit, name).flags.contains(&flag);
    assert!(has("starting", Flag::Init) && !has("starting", Flag::Exit));
    assert!(has("leaving", Flag::Exit) && !has("first", Flag::Init));
    assert!(has("perhaps", Flag::Common) && !has("counter", Flag::Common));
    assert!(has("of_thread", Flag::Tls) && has("by_processor", Flag::Ifunc));
    assert_eq!(symbol(&unit, "feeble").binding, Binding::Weak);
    assert_eq!(symbol(&unit, "first.cold").cold_of.as_deref(), Some("first"));
    assert_eq!(symbol(&unit, "first").cold_parts, ["first.cold"]);
    let pointed = symbol(&unit, "pointed");
    assert_eq!(pointed.aliases.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["other_name"]);
    assert_eq!(symbol(&unit, "table").kind, Kind::Object);
    assert_eq!(symbol(&unit, "helper").file.as_deref(), Some("one.c"));
}

#[test]
fn what_is_listed_can_be_chosen() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &[]);
    let names = |words: &[&str]| -> BTreeSet<String> {
        units(dir.path(), &[words, &["one.o"]].concat())
            .remove(0)
            .symbols
            .into_iter()
            .map(|s| s.name)
            .collect()
    };
    let (all, functions, objects) = (names(&[]), names(&["--functions"]), names(&["--objects"]));
    assert_eq!(all, names(&["--all"]));
    assert_eq!(all, functions.union(&objects).cloned().collect());
    assert!(functions.contains("helper") && !functions.contains("table") && objects.contains("table"));
    let (global, local) = (names(&["--global"]), names(&["--local"]));
    assert_eq!(all, global.union(&local).cloned().collect());
    assert!(global.contains("feeble") && global.contains("counter") && !global.contains("helper"));
    let both: BTreeSet<String> = functions.intersection(&local).cloned().collect();
    assert_eq!(names(&["--functions", "--local"]), both);
    assert!(both.contains("helper") && both.contains("first.cold"));
}

#[test]
fn references_have_names_or_content() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &["-fno-pic"]);
    let unit = units(dir.path(), &["--refs", "one.o"]).remove(0);
    let of = |name: &str| -> BTreeSet<(Use, ReferenceKind, String)> {
        let references = symbol(&unit, name).references.as_ref().expect("they were asked for");
        references.iter().map(|r| (r.using, r.kind, r.what.clone())).collect()
    };
    let row = |using, kind, what: &str| (using, kind, what.to_owned());
    assert_eq!(
        of("first.cold"),
        BTreeSet::from([
            row(Use::Call, ReferenceKind::External, "fail"),
            row(Use::Address, ReferenceKind::String, "string \"first: x is negative\""),
            row(Use::Address, ReferenceKind::GlobalObject, "zeros+0x4"),
        ])
    );
    assert_eq!(
        of("operations"),
        BTreeSet::from([
            row(Use::Address, ReferenceKind::GlobalFunction, "pointed"),
            row(Use::Address, ReferenceKind::GlobalFunction, "tail"),
            row(Use::Address, ReferenceKind::String, "string \"the operations\""),
        ])
    );
    assert!(of("tail").contains(&row(Use::TailCall, ReferenceKind::LocalFunction, "helper")));
    assert!(of("recursive").contains(&row(Use::Call, ReferenceKind::GlobalFunction, "recursive")));
    assert!(of("address").contains(&row(Use::Address, ReferenceKind::GlobalFunction, "recursive")));
    let table = of("several").into_iter().find(|r| r.2.starts_with("jump table of 7 places"));
    assert!(table.is_some(), "{:?}", of("several"));
    // The places where something is used are those of the relocations.
    let outside = &symbol(&unit, "several").references.as_ref().expect("they were asked for")[..];
    let calls: usize = outside.iter().filter(|r| r.what == "outside").map(|r| r.at.len()).sum();
    let text = sh(&["objdump", "-dr", "one.o"], dir.path());
    let several =
        text.split("<several>:\n").nth(1).and_then(|t| t.split("\n\n").next()).expect("it is there");
    assert_eq!(calls, several.matches("outside-0x4").count());
    assert!(calls >= 7);
}

#[test]
fn one_symbol_has_its_references_and_its_cold_part() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &[]);
    let units = units(dir.path(), &["one.o:first"]);
    let names: Vec<&str> = units[0].symbols.iter().map(|s| s.name.as_str()).collect();
    assert_eq!((names.as_slice(), units.len()), (&["first", "first.cold"][..], 1));
    assert!(units[0].symbols.iter().all(|s| s.references.is_some()));
}

#[test]
fn entries_that_the_kernel_can_redirect() {
    let dir = folder();
    let text = "int out(int);\n__attribute__((no_instrument_function)) int quiet(int x) { return out(x) + 2; }\n\
                int loud(int x) { return out(x) + 1; }\n";
    let sites = |flags: &[&str]| {
        crate::common::compile(dir.path(), "t.o", text, flags);
        let unit = units(dir.path(), &["t.o"]).remove(0);
        let of = |name: &str| {
            let symbol = symbol(&unit, name);
            let flags = (symbol.flags.contains(&Flag::Traced), symbol.flags.contains(&Flag::Notrace));
            let sites = symbol.tracing.clone().expect("it is a function");
            (flags, sites.iter().map(|s| (s.kind, s.at.expect("bytes are known"))).collect::<Vec<_>>())
        };
        (of("loud"), of("quiet"))
    };
    let none = || ((false, true), Vec::new());
    let plain = &["-pg", "-mfentry", "-fcf-protection=none"];
    assert_eq!(sites(plain), (((true, false), vec![(TracingKind::Call, 0)]), none()));
    let recorded = [&plain[..], &["-mrecord-mcount", "-fno-pie"]].concat();
    let both = vec![(TracingKind::Call, 0), (TracingKind::McountLoc, 0)];
    assert_eq!(sites(&recorded), (((true, false), both), none()));
    // The call is not there any more, and only the table tells.
    let nops = [&recorded[..], &["-mnop-mcount"]].concat();
    assert_eq!(sites(&nops), (((true, false), vec![(TracingKind::McountLoc, 0)]), none()));
    let entries = |at| ((true, false), vec![(TracingKind::Patchable, at)]);
    let patchable = ["-fpatchable-function-entry=5", "-fcf-protection=none"];
    assert_eq!(sites(&patchable), (entries(0), entries(0)));
    let before = ["-fpatchable-function-entry=5,3", "-fcf-protection=none"];
    assert_eq!(sites(&before), (entries(-3), entries(-3)));
    let without = sites(&[]);
    assert_eq!(without, (((false, false), Vec::new()), ((false, false), Vec::new())));
}

#[test]
fn all_members_of_an_archive() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &[]);
    object(dir.path(), "two.c", "two.o", &[]);
    sh(&["ar", "rcs", "lib.a", "one.o", "two.o"], dir.path());
    let names: Vec<String> = units(dir.path(), &["lib.a"]).into_iter().map(|u| u.name).collect();
    assert_eq!(names, ["lib.a(one.o)", "lib.a(two.o)"]);
    // Members of a thin archive are files.
    sh(&["ar", "rcsT", "thin.a", "one.o", "two.o"], dir.path());
    let names: Vec<String> = units(dir.path(), &["thin.a"]).into_iter().map(|u| u.name).collect();
    assert_eq!(names, ["one.o", "two.o"]);
    let found = units(dir.path(), &["lib.a:alone"]);
    assert_eq!(found.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["lib.a(two.o)"]);
}

#[test]
fn exported_symbols_and_labels_without_type() {
    let dir = folder();
    let text = ".text\n.globl f\n.type f, @function\nf:\n ret\n.size f, 1\nbare:\n nop\n ret\n\
                .section ___ksymtab+f,\"a\"\n__ksymtab_f:\n .long f-.\n .long 0\n";
    assembled(dir.path(), "e.o", text);
    let unit = units(dir.path(), &["e.o"]).remove(0);
    assert!(symbol(&unit, "f").flags.contains(&Flag::Exported));
    assert!(symbol(&unit, "bare").flags.contains(&Flag::Untyped));
    assert!(!symbol(&unit, "bare").flags.contains(&Flag::Exported));
    assert_eq!((symbol(&unit, "bare").kind, symbol(&unit, "bare").size), (Kind::Function, Some(2)));
}

#[test]
fn the_list_for_people() {
    let dir = folder();
    object(dir.path(), "two.c", "two.o", &["-fno-pic"]);
    let text = look(dir.path(), &["info", "--refs", "two.o"], 0).stdout;
    let line = text.lines().find(|l| l.contains(" second")).expect("it is listed");
    assert!(line.starts_with("  function  global  "), "{text}");
    let rest: Vec<&str> = text.lines().skip_while(|l| !l.contains("  second")).skip(1).take(2).collect();
    assert!(rest[0].contains("calls") && rest[0].contains("(local function)"), "{text}");
    assert!(text.ends_with("  4 functions, 0 data objects\n"), "{text}");
}
