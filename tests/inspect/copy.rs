//! `copy`: what is cut out assembles, links and does what the original does.

use std::collections::BTreeSet;
use std::path::Path;

use super::{folder, look, object};
use crate::common::sh;

/// Calls a copy and the original, which have state of their own, the same way and compares what they give.
const MAIN: &str = r#"
extern int printf(const char *, ...), strcmp(const char *, const char *);
static int failed, sum;
int outside(int x) { sum = sum * 7 + x; return x * 13 + 5; }
void fail(const char *text, int x) { while (*text) sum = sum * 3 + *text++; sum += x; }
extern int shared;
static void check(const char *name, int copy(int), int original(int))
{
	for (int x = -40; x < 200; x++) {
		int before = shared;
		sum = 0;
		int a = copy(x), of_a = sum;
		shared = before;
		sum = 0;
		int b = original(x), of_b = sum;
		if (a != b || of_a != of_b) {
			printf("%s(%d): %d and %d, %d and %d\n", name, x, a, b, of_a, of_b);
			failed = 1;
		}
	}
}
"#;

fn source(folder: &Path, compiler: &str, flags: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/inspect/copy.c");
    let path = path.display().to_string();
    let mut words = vec![compiler, "-S", "-o", "copy.s"];
    words.extend(flags);
    words.push(&path);
    sh(&words, folder);
    sh(&[compiler, "-c", "-o", "original.o", "copy.s"], folder);
}

/// Copies every function by itself, links the copies beside the original and runs all.
fn runs(folder: &Path, compiler: &str, pie: &str) {
    let mut program = MAIN.to_owned();
    let mut words =
        vec![compiler.to_owned(), pie.to_owned(), "-o".to_owned(), "program".to_owned(), "main.c".to_owned()];
    let mut calls = String::new();
    for name in FUNCTIONS {
        look(folder, &["copy", "-q", &format!("copy.s:{name}"), "-o", "part.s"], 0);
        // What the assembler does not warn about is written as it wants it.
        let part = format!("{name}.o");
        sh(&[compiler, "-c", "-Wa,--fatal-warnings", "-o", &part, "part.s"], folder);
        sh(&["objcopy", "--redefine-sym", &format!("{name}=copy_{name}"), &part], folder);
        program += &format!("extern int {name}(int), copy_{name}(int);\n");
        // The copies share no state with each other, and so each is run in a process of its own.
        calls += &format!("\tif (!strcmp(v[1], \"{name}\")) check(v[1], copy_{name}, {name});\n");
        words.push(part);
    }
    // The original has one function that nobody else can see.
    sh(&["objcopy", "--globalize-symbol=hidden", "original.o"], folder);
    words.push("original.o".to_owned());
    program += &format!("int main(int c, char **v)\n{{\n{calls}\treturn failed;\n}}\n");
    std::fs::write(folder.join("main.c"), program).expect("it is written");
    sh(&words.iter().map(String::as_str).collect::<Vec<_>>(), folder);
    for name in FUNCTIONS {
        sh(&["./program", name], folder);
    }
}

/// Functions of `testdata/inspect/copy.c` that take and give an `int`.
const FUNCTIONS: [&str; 11] = [
    "needs_much",
    "careful",
    "choose",
    "letters",
    "recorded",
    "dispatched",
    "hidden",
    "named",
    "also_named",
    "starting",
    "visible",
];

#[test]
fn what_is_cut_out_runs_as_the_original() {
    let forms: [(&[&str], &str); 6] = [
        (&["-O2", "-fPIC"], "-pie"),
        (&["-O2", "-fno-pic"], "-no-pie"),
        (&["-O0", "-g"], "-pie"),
        (&["-O3", "-ffunction-sections", "-fdata-sections", "-g"], "-pie"),
        (&["-Os", "-fno-asynchronous-unwind-tables", "-fcommon"], "-pie"),
        (&["-O2", "-fpatchable-function-entry=5,3", "-fcf-protection=full"], "-pie"),
    ];
    for (flags, pie) in forms {
        let dir = folder();
        source(dir.path(), "gcc", flags);
        runs(dir.path(), "gcc", pie);
    }
}

#[test]
#[ignore = "needs Clang"]
fn what_is_cut_out_of_clangs_assembly_runs_as_the_original() {
    for (flags, pie) in
        [(&["-O2", "-fPIC"][..], "-pie"), (&["-O2", "-fno-pic"], "-no-pie"), (&["-O0", "-g"], "-pie")]
    {
        let dir = folder();
        source(dir.path(), "clang", flags);
        runs(dir.path(), "clang", pie);
    }
}

/// Names of an object file by what `nm` says of them.
fn names(folder: &Path, file: &str, which: &str) -> BTreeSet<String> {
    let text = sh(&["nm", "--format=posix", which, file], folder);
    let names = text.lines().filter_map(|line| line.split(' ').next());
    names
        .filter(|name| !name.starts_with(".L") && *name != "_GLOBAL_OFFSET_TABLE_")
        .map(str::to_owned)
        .collect()
}

#[test]
fn local_things_come_along_and_global_ones_stay_where_they_are() {
    let dir = folder();
    source(dir.path(), "gcc", &["-O2", "-fno-pic"]);
    let cut = |symbols: &[&str]| {
        let typed: Vec<String> = symbols.iter().map(|s| format!("copy.s:{s}")).collect();
        let mut words = vec!["copy", "-o", "part.s"];
        words.extend(typed.iter().map(String::as_str));
        let run = look(dir.path(), &words, 0);
        sh(&["gcc", "-c", "-o", "part.o", "part.s"], dir.path());
        (
            names(dir.path(), "part.o", "--defined-only"),
            names(dir.path(), "part.o", "--undefined-only"),
            run.stderr,
        )
    };
    let set = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<BTreeSet<_>>();
    let is_like = |names: &BTreeSet<String>, stems: &[&str]| {
        let found: BTreeSet<&str> = names.iter().map(|n| n.split('.').next().unwrap_or(n)).collect();
        assert_eq!(found, stems.iter().copied().collect::<BTreeSet<_>>());
    };
    let (defined, undefined, warnings) = cut(&["needs_much"]);
    is_like(&defined, &["needs_much", "deep", "deepest", "calls", "last", "primes"]);
    assert_eq!(undefined, set(&["outside", "shared", "visible"]));
    assert!(warnings.contains("its own calls, last"), "{warnings}");
    let (defined, undefined, warnings) = cut(&["named"]);
    assert_eq!((defined, undefined, warnings.as_str()), (set(&["named"]), set(&[]), ""));
    let (defined, undefined, _) = cut(&["dispatched"]);
    is_like(&defined, &["dispatched", "add", "twice", "operations"]);
    assert_eq!(undefined, set(&["visible"]));
    let (defined, _, _) = cut(&["dispatched", "visible", "words"]);
    assert!(defined.is_superset(&set(&["visible", "dispatched", "words"])));
    // A local function that is asked for can be called from outside; one that comes along cannot.
    cut(&["hidden"]);
    assert_eq!(names(dir.path(), "part.o", "--extern-only"), set(&["hidden", "visible"]));
    cut(&["needs_much"]);
    let global = names(dir.path(), "part.o", "--extern-only");
    assert!(!global.contains("deep") && global.contains("needs_much"));
    let (defined, _, _) = cut(&["careful"]);
    assert!(defined.contains("careful.cold"), "{defined:?}");
}

#[test]
fn statements_for_debuggers_are_left_out_and_those_of_frames_are_kept() {
    let dir = folder();
    source(dir.path(), "gcc", &["-O2", "-g"]);
    let text = look(dir.path(), &["copy", "-q", "copy.s:careful"], 0).stdout;
    assert!(!text.contains(".loc ") && !text.contains(".debug_"), "{text}");
    assert_eq!(text.matches(".cfi_startproc").count(), text.matches(".cfi_endproc").count());
    assert_eq!(text.matches(".cfi_startproc").count(), 2, "{text}");
    let original = std::fs::read_to_string(dir.path().join("copy.s")).expect("it is there");
    for line in text.lines().filter(|l| l.starts_with('\t') && !l.contains("section")) {
        assert!(original.contains(line.trim()), "{line}");
    }
}

#[test]
fn two_symbols_share_what_both_need() {
    let dir = folder();
    source(dir.path(), "gcc", &["-O2"]);
    let text = look(dir.path(), &["copy", "-q", "copy.s:needs_much", "copy.s:choose"], 0).stdout;
    assert_eq!(text.matches("\ndeep:\n").count(), 1, "{text}");
}

#[test]
fn entries_of_tables_come_with_their_function() {
    let dir = folder();
    source(dir.path(), "gcc", &["-O2", "-pg", "-mfentry", "-mrecord-mcount", "-fno-pic"]);
    look(dir.path(), &["copy", "-q", "copy.s:recorded", "-o", "part.s"], 0);
    sh(&["gcc", "-c", "-o", "part.o", "part.s"], dir.path());
    let sizes = sh(&["size", "-A", "part.o"], dir.path());
    let size = |name: &str| {
        let line = sizes.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{name}: {sizes}"));
        line.split_whitespace().nth(1).expect("a number").to_owned()
    };
    assert_eq!((size("places"), size("__mcount_loc")), ("16".to_owned(), "8".to_owned()));
}

#[test]
fn what_cannot_be_copied_is_said() {
    let dir = folder();
    object(dir.path(), "two.c", "two.o", &[]);
    source(dir.path(), "gcc", &["-O2"]);
    std::fs::copy(dir.path().join("copy.s"), dir.path().join("other.s")).expect("it is copied");
    let refused = |words: &[&str]| look(dir.path(), &[&["copy"], words].concat(), 2);
    assert!(refused(&["two.o:second"]).stderr.contains("holds machine code"));
    assert!(refused(&["copy.s:carefull"]).stderr.contains("is it careful"));
    assert!(refused(&["copy.s:.LC0"]).stderr.contains("no function or data object"));
    assert!(refused(&["copy.s:outside"]).stderr.contains("copy.s"));
    assert!(refused(&["copy.s"]).stderr.contains("copy.s:SYMBOL"));
    assert!(refused(&["copy.s:named", "other.s:named"]).stderr.contains("one file at a time"));
    assert!(refused(&["."]).stderr.contains(":SYMBOL"));
    let before = refused(&["copy.s:nothing", "-o", "part.s"]);
    assert!(before.stdout.is_empty() && !dir.path().join("part.s").exists());
}
