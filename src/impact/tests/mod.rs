//! Small programs, compiled on both sides, and the causes that must come out for them.

mod case;

use std::path::Path;

use case::{Case, hunks, short};

use super::*;
use crate::compare::{Difference, DifferenceKind, Entry, EntryKind, Link};
use crate::inputs::lines::LineSegment;
use crate::load::Binding;

#[test]
fn a_changed_line_is_source() {
    let original = "int f(int x)\n{\n\tx += 1;\n\treturn x;\n}\n\nint g(int x)\n{\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("x += 1", "x += 2"));
    assert_eq!(case.told(&["f", "g"]), [vec!["source a.c:3"], vec!["compiler"]]);
}

#[test]
fn source_is_found_in_every_form_of_debug_information() {
    let original = "int f(int x)\n{\n\tx += 1;\n\treturn x;\n}\n\nint g(int x)\n{\n\treturn x;\n}\n";
    for flags in [
        &["-gdwarf-2"][..],
        &["-gdwarf-3"],
        &["-gdwarf-4"],
        &["-gdwarf-5"],
        &["-gz"],
        &["-gdwarf-4", "-gz=zlib-gnu"],
        &["-g3"],
        &["-ffunction-sections", "-fdata-sections"],
        &["-fdebug-types-section"],
        &["-ffile-prefix-map=tree=."],
        &["-m32"],
    ] {
        let case = Case::new().file("a.c", original, &original.replace("x += 1", "x += 2")).flags(flags);
        assert_eq!(case.told(&["g", "f"]), [vec!["compiler"], vec!["source a.c:3"]], "{flags:?}");
    }
}

#[test]
fn a_hunk_just_above_a_function_is_not_its_own() {
    let original = "int f(int x)\n{\n\treturn x;\n}\nint g(int x)\n{\n\treturn x + 1;\n}\n";
    let patched = "int f(int x)\n{\n\tx++;\n\tx *= 3;\n\tx--;\n\tx *= 3;\n\treturn x;\n}\nint g(int x)\n{\n\treturn x + 1;\n}\n";
    let case = Case::new().file("a.c", original, patched);
    assert_eq!(case.told(&["f", "g"]), [vec!["source a.c:3"], vec!["compiler"]]);
}

#[test]
fn lines_are_mapped_back_when_directives_moved_them() {
    let original = "int f(int x)\n{\n\treturn x;\n}\nint g(int x)\n{\n\treturn x + 1;\n}\n";
    let patched = "int f(int x)\n{\n\tx++;\n\tx *= 3;\n\treturn x;\n}\nint g(int x)\n{\n\treturn x + 1;\n}\n";
    let mut case = Case::new().file("a.c", original, patched);
    // What the compiler reads; the fix still holds the patched text as it is on disk.
    let mut compiled = Case::new().file(
        "a.c",
        original,
        "int f(int x)\n{\n#line 60000\n\tx++;\n\tx *= 3;\n#line 3\n\treturn x;\n}\nint g(int x)\n{\n\treturn x + 1;\n}\n",
    );
    std::mem::swap(&mut compiled.dir, &mut case.dir);
    compiled.compile(Side::Original);
    compiled.compile(Side::Patched);
    let map = LineMap {
        segments: vec![
            LineSegment { seen: 1, disk: 1, len: 2 },
            LineSegment { seen: 3, disk: 5, len: 6 },
            LineSegment { seen: 60000, disk: 3, len: 2 },
        ],
    };
    let named = [("f", Some(DifferenceKind::Instructions)), ("g", Some(DifferenceKind::Instructions))];
    let comparison = compiled.comparison(&named);
    let fix = case.fix();
    let sources = TreeSources { root: compiled.dir.path().join("tree") };
    let evidence = FixEvidence::new(&fix, vec![compiled.dir.path().join("tree")], &sources);
    let (original, patched) = (compiled.source(Side::Original), compiled.source(Side::Patched));
    let found = causes(
        UnitEvidence {
            comparison: &comparison,
            objects: Pair::new(Some(&original), Some(&patched)),
            map: &|_: &Path| Some(&map),
        },
        Some(&evidence),
    );
    let told: Vec<Vec<String>> = found.entries.iter().map(|l| l.iter().map(short).collect()).collect();
    assert_eq!(told, [vec!["source a.c:3"], vec!["compiler"]]);
}

#[test]
fn a_deletion_is_shown_where_the_lines_stood() {
    let original = "int f(int x)\n{\n\tx += 1;\n\tx *= 5;\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("\tx *= 5;\n", ""));
    assert_eq!(case.told(&["f"]), [["source a.c:4"]]);
}

#[test]
fn a_deletion_between_functions_blames_neither() {
    let original = "int f(int x)\n{\n\treturn x;\n}\n\nint unused(int);\n\nint g(int x)\n{\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("int unused(int);\n\n", ""));
    assert_eq!(case.told(&["f", "g"]), [["compiler"], ["compiler"]]);
}

#[test]
fn lines_without_code_count_when_they_are_the_functions_own() {
    let original = "void use(char *);\nextern volatile int v;\nint f(int x)\n{\n\tchar buffer[16];\n\n\tuse(buffer);\n\treturn x;\n}\nstatic\nint\ng(int x)\n{\n\tv = x;\n\treturn x;\n}\nint h(int x) { return g(x) + f(x); }\n";
    let case = Case::new().file("a.c", original, &original.replace("[16]", "[64]"));
    assert_eq!(case.told(&["f"]), [["source a.c:5"]]);
    let case = Case::new().file(
        "a.c",
        original,
        &original.replace("static\nint\n", "__attribute__((noinline)) static\nlong\n"),
    );
    assert_eq!(case.told(&["h", "f"]), [vec!["inline g a.c:10"], vec!["compiler"]]);
}

#[test]
fn an_inlined_body_is_named_with_its_chain() {
    let original = "volatile int v;\nstatic inline int deep(int x)\n{\n\tv = x;\n\treturn x + 1;\n}\nstatic inline int mid(int x)\n{\n\tv = 7;\n\treturn deep(x) * 2;\n}\nint f(int x)\n{\n\tv = 1;\n\treturn mid(x);\n}\nint g(int x)\n{\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("x + 1", "x + 3"));
    let found =
        case.causes(&[("f", Some(DifferenceKind::Instructions)), ("g", Some(DifferenceKind::Instructions))]);
    assert_eq!(found[0].iter().map(short).collect::<Vec<_>>(), ["inline deep a.c:5"]);
    let chain: Vec<&str> = found[0][0].chain.iter().map(|l| l.what.as_str()).collect();
    assert_eq!(chain, ["mid", "deep"]);
    assert!(found[0][0].chain.iter().all(|l| l.at.is_some()), "{:?}", found[0][0].chain);
    assert_eq!(found[1].iter().map(short).collect::<Vec<_>>(), ["compiler"]);
}

#[test]
fn a_headers_inline_function_is_named_with_its_own_file() {
    let header = "static inline int twice(int x)\n{\n\treturn x * 2;\n}\n";
    let unit = "#include \"h.h\"\nint f(int x)\n{\n\treturn twice(x);\n}\nint g(int x)\n{\n\treturn x;\n}\n";
    let case =
        Case::new().file("a.c", unit, unit).file("include/h.h", header, &header.replace("x * 2", "x * 3"));
    assert_eq!(case.told(&["f", "g"]), [vec!["inline twice include/h.h:3"], vec!["compiler"]]);
}

#[test]
fn an_inlined_body_counts_when_one_side_alone_has_it() {
    let original = "volatile int v;\nstatic __attribute__((noinline)) int help(int x)\n{\n\tv = x;\n\treturn x + 1;\n}\nint f(int x)\n{\n\treturn help(x) + help(3);\n}\n";
    let case =
        Case::new().file("a.c", original, &original.replace("__attribute__((noinline)) int", "inline int"));
    let found = case.causes(&[("f", Some(DifferenceKind::Instructions)), ("help", None)]);
    assert_eq!(short(&found[0][0]), "inline help a.c:2");
    assert!(found[0][0].summary.ends_with("on the patched side only"), "{}", found[0][0].summary);
    assert_eq!(short(&found[1][0]), "source a.c:2");
}

#[test]
fn a_macro_is_named_directly_and_through_others() {
    let header = "#define LIMIT 4\n#define SCALED(x) \\\n\t((x) * LIMIT)\n#define OTHER 9\n";
    let unit = "#include \"h.h\"\nint f(int x)\n{\n\treturn x + LIMIT;\n}\nint g(int x)\n{\n\treturn SCALED(x);\n}\nint h(int x)\n{\n\treturn x + OTHER; /* LIMIT */\n}\n";
    let case = Case::new().file("a.c", unit, unit).file("include/h.h", header, &header.replace('4', "5"));
    assert_eq!(
        case.told(&["f", "g", "h"]),
        [["macro LIMIT include/h.h:1"], ["macro LIMIT include/h.h:1"], ["compiler"]]
    );
    let found = case.causes(&[("g", Some(DifferenceKind::Instructions))]);
    let chain: Vec<&str> = found[0][0].chain.iter().map(|l| l.what.as_str()).collect();
    assert_eq!(chain, ["SCALED", "LIMIT"]);
}

#[test]
fn a_macro_inside_an_inlined_body_counts() {
    let header = "#define LIMIT 4\n";
    let other = "#define MAX LIMIT\nstatic inline int cap(int x)\n{\n\treturn x > MAX ? MAX : x;\n}\n";
    let unit = "#include \"h.h\"\n#include \"o.h\"\nint f(int x)\n{\n\treturn cap(x);\n}\n";
    let case = Case::new()
        .file("a.c", unit, unit)
        .file("include/h.h", header, &header.replace('4', "5"))
        .file("include/o.h", other, other);
    let found = case.causes(&[("f", Some(DifferenceKind::Instructions))]);
    assert_eq!(found[0].iter().map(short).collect::<Vec<_>>(), ["macro LIMIT include/h.h:1"]);
    assert_eq!(
        found[0][0].summary,
        "it inlines `cap`, which uses macro `LIMIT` through `MAX`, whose definition is in the patch"
    );
}

#[test]
fn a_table_has_the_line_that_changed() {
    let original =
        "static const int table[] = {\n\t1,\n\t2,\n\t3,\n};\nint f(int i)\n{\n\treturn table[i];\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("\t2,", "\t7,"));
    let found =
        case.causes(&[("f", Some(DifferenceKind::Reference)), ("table", Some(DifferenceKind::Content))]);
    assert_eq!(short(&found[0][0]), "reference");
    assert_eq!(found[0].len(), 1);
    assert_eq!(found[1].iter().map(short).collect::<Vec<_>>(), ["data a.c:3"]);
}

#[test]
fn a_cold_part_speaks_for_its_function() {
    let original = "void log_it(int) __attribute__((cold));\nint f(int x)\n{\n\tif (__builtin_expect(x < 0, 0)) {\n\t\tlog_it(3);\n\t\treturn -1;\n\t}\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("log_it(3)", "log_it(4)"));
    let found = case.causes(&[("f", None), ("f.cold", Some(DifferenceKind::Instructions))]);
    assert_eq!(
        found.iter().map(|l| l.iter().map(short).collect()).collect::<Vec<Vec<_>>>(),
        [["source a.c:5"], ["source a.c:5"]]
    );
}

#[test]
fn what_is_inlined_into_the_cold_part_counts_for_the_function() {
    let original = "void log_it(int) __attribute__((cold));\nvolatile int v;\nstatic inline void report(int x)\n{\n\tv = x;\n\tlog_it(3);\n}\nint f(int x)\n{\n\tif (__builtin_expect(x < 0, 0)) {\n\t\treport(x);\n\t\treturn -1;\n\t}\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("log_it(3)", "log_it(4)"));
    let found = case.causes(&[("f", None), ("f.cold", Some(DifferenceKind::Instructions))]);
    assert_eq!(short(&found[0][0]), "inline report a.c:6");
    assert_eq!(found[0].len(), 1);
}

#[test]
fn new_and_removed_functions() {
    let original = "volatile int v;\nint f(int x)\n{\n\treturn x;\n}\nint gone(int x)\n{\n\tv = x;\n\treturn x + 1;\n}\n";
    let patched = "volatile int v;\n__attribute__((noinline)) static int fresh(int x)\n{\n\tv = 2;\n\treturn x + v;\n}\nint f(int x)\n{\n\treturn fresh(x);\n}\n";
    let case = Case::new().file("a.c", original, patched);
    let found = case.causes(&[("fresh", None), ("gone", None)]);
    assert_eq!(short(&found[0][0]), "source a.c:2");
    assert_eq!(found[0][0].summary, "the patch adds it");
    // Lines of the original file: the function is not in the patched one.
    assert_eq!(short(&found[1][0]), "source a.c:6");
    assert_eq!(found[1][0].summary, "the patch removes it");
}

#[test]
fn a_function_that_is_now_inlined_everywhere_is_explained() {
    let original = "volatile int v;\nstatic int help(int x)\n{\n\tv = x; v = x; v = x; v = x; v = x; v = x; v = x; v = x; v = x;\n\treturn x + 1;\n}\nint f(int x)\n{\n\treturn help(x);\n}\nint g(int x)\n{\n\treturn help(x + 1);\n}\n";
    let patched = original.replace("int g(int x)\n{\n\treturn help(x + 1);\n}\n", "");
    let case = Case::new()
        .file("a.c", original, &patched)
        .flags(&["-fno-inline-functions", "-fno-inline-small-functions"]);
    let found = case.causes(&[("help", None)]);
    assert_eq!(short(&found[0][0]), "compiler");
    assert!(found[0][0].summary.contains("now inlined"), "{}", found[0][0].summary);
}

#[test]
fn a_function_that_was_folded_into_its_twin_has_its_own_lines() {
    let original = "struct s { int a, b; };\nvoid put(int);\nstatic void one(struct s *s)\n{\n\tput(s->a);\n\tput(s->b);\n}\n\nstatic void two(struct s *s)\n{\n\tput(s->a);\n\tput(s->b);\n}\nvoid (*const calls[])(struct s *) = { one, two };\n";
    let patched = original.replace("two(struct s *s)\n{\n\tput(s->a);", "two(struct s *s)\n{\n\tput(7);");
    let case = Case::new().file("a.c", original, &patched);
    assert_eq!(case.told(&["two", "one"]), [vec!["source a.c:11"], vec!["compiler"]]);
}

#[test]
fn a_renamed_file_is_shown_by_its_new_path() {
    let unit = "#include UNIT\nint f(int x)\n{\n\treturn helper(x);\n}\n";
    let text = "static inline int helper(int x)\n{\n\treturn x + 1;\n}\n";
    let mut case = Case::new().file("a.c", unit, unit);
    case.files.push(("include/first.h", Some(text.to_owned()), None));
    case.files.push(("include/second.h", None, Some(text.replace("x + 1", "x + 2"))));
    for (side, flag) in [(Side::Original, "-DUNIT=<first.h>"), (Side::Patched, "-DUNIT=<second.h>")] {
        case.flags = vec![flag];
        case.compile(side);
    }
    let comparison = case.comparison(&[("f", Some(DifferenceKind::Instructions))]);
    let mut fix = case.fix();
    let second = fix.files.remove(1);
    let file = &mut fix.files[0];
    file.hunks = hunks(text, &text.replace("x + 1", "x + 2"));
    (file.patched_path, file.patched) = (second.patched_path, second.patched);
    let sources = TreeSources { root: case.dir.path().join("tree") };
    let evidence = FixEvidence::new(&fix, vec![case.dir.path().join("tree")], &sources);
    let (original, patched) = (case.source(Side::Original), case.source(Side::Patched));
    let objects = Pair::new(Some(&original), Some(&patched));
    let found =
        causes(UnitEvidence { comparison: &comparison, objects, map: &|_: &Path| None }, Some(&evidence));
    assert_eq!(found.entries[0].iter().map(short).collect::<Vec<_>>(), ["inline helper include/second.h:3"]);
}

#[test]
fn a_declaration_that_matters_is_named() {
    let header = "enum kind {\n\tA = 1,\n\tB = 2,\n};\nextern int other(int);\n";
    let unit = "#include \"h.h\"\nint f(int x)\n{\n\treturn x == B;\n}\nint g(int x)\n{\n\treturn x;\n}\n";
    let case =
        Case::new().file("a.c", unit, unit).file("include/h.h", header, &header.replace("B = 2", "B = 3"));
    assert_eq!(case.told(&["f", "g"]), [vec!["compiler B include/h.h:3"], vec!["compiler"]]);
}

#[test]
fn comments_in_the_patch_are_no_cause() {
    let original = "int f(int x)\n{\n\t/* one */\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, &original.replace("/* one */", "/* two */\n\t// three"));
    assert_eq!(case.told(&["f"]), [["compiler"]]);
}

#[test]
fn differences_that_speak_for_themselves() {
    let original = "int f(int x)\n{\n\treturn x;\n}\n";
    let case = Case::new().file("a.c", original, original);
    for (difference, kind) in [
        (DifferenceKind::Attributes, CauseKind::Attributes),
        (DifferenceKind::Special, CauseKind::Special),
        (DifferenceKind::Unsure, CauseKind::Unsure),
        (DifferenceKind::Reference, CauseKind::Reference),
    ] {
        let found = case.causes(&[("f", Some(difference))]);
        assert_eq!(found[0].iter().map(|c| c.kind).collect::<Vec<_>>(), [kind]);
    }
}

#[test]
fn assembly_has_lines_and_no_functions() {
    let original = "\t.text\n\t.globl f\n\t.type f, @function\nf:\n\tmovl $1, %eax\n\tret\n\t.size f, .-f\n\t.globl g\n\t.type g, @function\ng:\n\tmovl $2, %eax\n\tret\n\t.size g, .-g\n";
    let case = Case::new().file("a.S", original, &original.replace("$2", "$3"));
    assert_eq!(case.told(&["f", "g"]), [vec!["compiler"], vec!["source a.S:11"]]);
}

#[test]
fn without_debug_information_nothing_is_claimed() {
    let original = "int f(int x)\n{\n\treturn x;\n}\n";
    let mut case = Case::new().file("a.c", original, &original.replace("x;", "-x;"));
    case.debug = false;
    case.compile(Side::Original);
    case.compile(Side::Patched);
    let comparison = case.comparison(&[("f", Some(DifferenceKind::Instructions))]);
    let fix = case.fix();
    let sources = TreeSources { root: case.dir.path().join("tree") };
    let evidence = FixEvidence::new(&fix, Vec::new(), &sources);
    let (original, patched) = (case.source(Side::Original), case.source(Side::Patched));
    let objects = Pair::new(Some(&original), Some(&patched));
    let found =
        causes(UnitEvidence { comparison: &comparison, objects, map: &|_: &Path| None }, Some(&evidence));
    assert_eq!(found.entries[0].iter().map(|c| c.kind).collect::<Vec<_>>(), [CauseKind::Unsure]);
    assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);

    let found = causes(UnitEvidence { comparison: &comparison, objects, map: &|_: &Path| None }, None);
    assert_eq!(found.warnings, [] as [String; 0]);
    assert_eq!(
        found.entries[0][0].summary,
        "instructions differ at +0x4 (original) and +0x8 (patched); without the patch the source of it is not known"
    );
}

#[test]
fn chains_of_references_are_kept() {
    let entry = |entries: &mut Vec<Entry>| {
        entries.push(Entry {
            kind: EntryKind::Function,
            name: "f".to_owned(),
            original_name: None,
            binding: Binding::Global,
            section: None,
            file: None,
            status: Status::Changed,
            extent: Pair::default(),
            size: Pair::default(),
            differences: vec![Difference {
                kind: DifferenceKind::Reference,
                at: Pair::default(),
                what: "the string \"abc\" at +0x12 became \"abd\"".to_owned(),
                chain: vec![
                    Link { what: "table".to_owned(), entry: Some(1), at: Some(3), in_doubt: false },
                    Link { what: "string \"abd\"".to_owned(), entry: None, at: Some(0x12), in_doubt: false },
                ],
            }],
            shifts: crate::compare::Shifts::default(),
            cold_of: None,
            listing: None,
        });
    };
    let mut comparison = Comparison::default();
    entry(&mut comparison.entries);
    let unit = UnitEvidence { comparison: &comparison, objects: Pair::default(), map: &|_: &Path| None };
    let found = causes(unit, None);
    assert_eq!(found.entries[0].len(), 1);
    assert_eq!(found.entries[0][0].summary, "same instructions; the string \"abc\" at +0x12 became \"abd\"");
    assert_eq!(found.entries[0][0].chain[0].entry, Some(1));
    assert_eq!(found.entries[0][0].chain[1].at, Some(0x12));
}

#[test]
#[ignore = "needs clang"]
fn clang_tells_the_same() {
    let original = "volatile int v;\nstatic inline int deep(int x)\n{\n\tv = x;\n\treturn x + 1;\n}\nint f(int x)\n{\n\tv = 1;\n\treturn deep(x);\n}\nint g(int x)\n{\n\treturn x;\n}\nint h(int x)\n{\n\treturn x;\n}\nconst int table[] = {\n\t1,\n};\n";
    let patched = original
        .replace("x + 1", "x + 3")
        .replace("int g(int x)\n{\n\treturn x", "int g(int x)\n{\n\treturn 2 * x")
        .replace("\t1,", "\t2,");
    for flags in [&["-gdwarf-4"][..], &["-gdwarf-5"], &["-gz", "-ffunction-sections"]] {
        let mut case = Case::new().file("a.c", original, &patched).flags(flags);
        case.compiler = "clang";
        let told = case.told(&["f", "g", "h"]);
        assert_eq!(told, [vec!["inline deep a.c:5"], vec!["source a.c:14"], vec!["compiler"]], "{flags:?}");
        let found = case.causes(&[("table", Some(DifferenceKind::Content))]);
        assert_eq!(short(&found[0][0]), "data a.c:21", "{flags:?}");
    }
}
