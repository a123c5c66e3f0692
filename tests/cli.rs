//! The command line from outside: what is printed where, and with which exit status.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;

fn fixscope(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fixscope"));
    command.current_dir(dir);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.env("XDG_CACHE_HOME", dir.join("cache"));
    command
}

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

fn run(dir: &Path, words: &[&str]) -> Run {
    finish(fixscope(dir).args(words))
}

fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    Run {
        status: output.status.code().expect("it was not killed"),
        stdout: String::from_utf8(output.stdout).expect("it writes text"),
        stderr: String::from_utf8(output.stderr).expect("it writes text"),
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Compiles `text` to the object file `name` in `dir`.
fn compile(dir: &Path, name: &str, text: &str) -> PathBuf {
    let (source, object) = (dir.join("unit.c"), dir.join(name));
    std::fs::create_dir_all(object.parent().expect("it has one")).expect("it is made");
    std::fs::write(&source, text).expect("it is written");
    Command::new("gcc").args(["-O2", "-c", "-o"]).arg(&object).arg(&source).assert().success();
    std::fs::remove_file(source).expect("it is ours");
    object
}

const ORIGINAL: &str = "int twice(int n) { return 2 * n; }\nint same(int n) { return n ^ 85; }\n";
const PATCHED: &str = "int twice(int n) { return 3 * n; }\nint same(int n) { return n ^ 85; }\n";

/// A folder with `o.o` and `p.o`, which differ in the function `twice`.
fn pair() -> tempfile::TempDir {
    let dir = folder();
    compile(dir.path(), "o.o", ORIGINAL);
    compile(dir.path(), "p.o", PATCHED);
    dir
}

#[test]
fn help_and_version_are_no_trouble() {
    let dir = folder();
    for words in [&["--help"][..], &["analyze", "--help"], &["diff", "--help"], &["--version"]] {
        let run = run(dir.path(), words);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{words:?}");
        assert!(run.stdout.contains("fixscope") || run.stdout.contains("Exit status"), "{}", run.stdout);
    }
}

#[test]
fn what_cannot_be_understood_ends_with_two_and_nothing_on_standard_output() {
    let dir = folder();
    for words in [
        &[][..],
        &["frobnicate"],
        &["analyze"],
        &["analyze", "--patch", "a", "--patched", "b"],
        &["analyze", "--rev", "a..b", "--strip", "1"],
        &["analyze", "--patch", "a", "--allow-dirty"],
        &["diff", "a"],
        &["diff", "a", "b", "-j", "0"],
        &["diff", "a", "b", "-v", "-q"],
        &["diff", "a", "b", "--format", "yaml"],
    ] {
        let run = run(dir.path(), words);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{words:?}");
        assert!(!run.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn trouble_names_the_file_and_what_to_do() {
    let dir = folder();
    std::fs::create_dir_all(dir.path().join("tree/full")).expect("it is made");
    std::fs::write(dir.path().join("fix.patch"), "").expect("it is written");
    let tree = ["analyze", "--tree", "tree", "--patch", "fix.patch"];
    for (words, said) in [
        (&["analyze", "--tree", "none", "--patch", "fix.patch"][..], "none: No such file"),
        (&["analyze", "--tree", "tree", "--patch", "none.patch"], "none.patch: No such file"),
        (&["analyze", "--tree", "fix.patch", "--patch", "fix.patch"], "name the root of a source tree"),
        (&["analyze", "--tree", "tree", "--patched", "tree"], "name the tree that has the fix in it"),
        (&[&tree[..], &["--work-dir", "tree/work"]].concat(), "tree/work: the work folder lies in the tree"),
        (&[&tree[..], &["--work-dir", "."]].concat(), "the work folder holds the tree"),
        (&[&tree[..], &["--skeleton", "tree"]].concat(), "tree: is not empty; name a new folder"),
        (&[&tree[..], &["-o", "none/report"]].concat(), "none/report: its folder does not exist"),
        (&["diff", "tree", "fix.patch"], "name two folders or two files"),
    ] {
        let run = run(dir.path(), words);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{words:?}");
        assert!(
            run.stderr.starts_with("fixscope: ") && run.stderr.contains(said),
            "{words:?}: {}",
            run.stderr
        );
    }
    assert_eq!(std::fs::read_dir(dir.path().join("tree")).expect("it is there").count(), 1);
}

#[test]
fn a_list_of_what_changed() {
    let dir = pair();
    let run = run(dir.path(), &["diff", "o.o", "p.o"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert!(run.stdout.contains("  * changed    twice\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("same"), "{}", run.stdout);
    assert!(run.stdout.ends_with("1 function changed, in 1 unit; 1 unchanged.\n"), "{}", run.stdout);
}

#[test]
fn the_same_twice_is_no_difference() {
    let dir = pair();
    let run = run(dir.path(), &["diff", "o.o", "o.o"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.starts_with("Nothing changed"), "{}", run.stdout);
}

#[test]
fn instructions_are_shown_when_asked_for() {
    let dir = pair();
    let run = run(dir.path(), &["diff", "-s", "-U", "0", "o.o", "p.o"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("@@ twice +0x"), "{}", run.stdout);
    let starts = |mark: char| {
        run.stdout.lines().any(|line| line.trim_start().starts_with(mark) && line.contains("lea"))
    };
    assert!(starts('-') && starts('+'), "{}", run.stdout);
}

#[test]
fn json_is_the_same_each_time_and_all_lists_all() {
    let dir = pair();
    let words = ["diff", "o.o", "p.o", "--format", "json"];
    let first = run(dir.path(), &words);
    assert_eq!((first.status, first.stderr.as_str()), (1, ""));
    assert_eq!(first.stdout, run(dir.path(), &words).stdout);
    let names = |text: &str| -> Vec<String> {
        let report: fixscope::report::model::Report = serde_json::from_str(text).expect("it is a report");
        report.units.into_iter().flat_map(|unit| unit.symbols).map(|symbol| symbol.name).collect()
    };
    assert_eq!(names(&first.stdout), ["twice"]);
    let mut all = names(&run(dir.path(), &[&words[..], &["--all"]].concat()).stdout);
    all.sort();
    assert_eq!(all, ["same", "twice"]);
}

#[test]
fn colour_only_when_it_is_wanted() {
    let dir = pair();
    let coloured = |words: &[&str], variable: Option<(&str, &str)>| {
        let mut command = fixscope(dir.path());
        command.args(["diff", "o.o", "p.o"]).args(words).envs(variable);
        finish(&mut command).stdout.contains('\x1b')
    };
    assert!(!coloured(&[], None), "standard output is no terminal");
    assert!(coloured(&["--color", "always"], None));
    assert!(coloured(&["--color", "always"], Some(("NO_COLOR", "1"))), "the flag is asked last and wins");
    assert!(coloured(&[], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["--format", "json", "--color", "always"], None));
}

#[test]
fn a_report_goes_to_a_file_whole() {
    let dir = pair();
    std::fs::write(dir.path().join("report"), "what was there").expect("it is written");
    let written = run(dir.path(), &["diff", "o.o", "p.o", "-o", "report"]);
    assert_eq!((written.status, written.stdout.as_str()), (1, ""));
    let plain = run(dir.path(), &["diff", "o.o", "p.o"]).stdout;
    assert_eq!(std::fs::read_to_string(dir.path().join("report")).expect("it is there"), plain);
    let refused = run(dir.path(), &["diff", "o.o", "none.o", "-o", "report"]);
    assert_eq!(refused.status, 2);
    assert_eq!(std::fs::read_to_string(dir.path().join("report")).expect("it is there"), plain);
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let dir = pair();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_fixscope"))
        .args(["diff", "o.o", "p.o"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(1), ""));
}

#[test]
fn folders_are_compared_file_by_file() {
    let dir = folder();
    for (side, twice) in [("o", ORIGINAL), ("p", PATCHED)] {
        compile(dir.path(), &format!("{side}/sub/twice.o"), twice);
        compile(dir.path(), &format!("{side}/same.o"), ORIGINAL);
    }
    compile(dir.path(), "p/added.o", "int added(void) { return 1; }\n");
    let run = run(dir.path(), &["diff", "o", "p"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let place = |text: &str| run.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", run.stdout));
    assert!(place("added.o") < place("+ new        added"));
    assert!(place("+ new        added") < place("sub/twice.o"));
    assert!(place("sub/twice.o") < place("* changed    twice"));
}

/// A function that calls itself and a static one, under two names, and one that is something else.
const NAMES: &str = "\
static __attribute__((noinline)) int helper(int *p) { return p[0] * 3 + p[1]; }
int NAME(int *p, int n) { return n ? NAME(p + 1, n - 1) * helper(p) : 0; }
int other(int *p, int n) { return p[n] + helper(p); }
";

#[test]
fn one_symbol_is_compared_whatever_its_names() {
    let dir = folder();
    let gone = "int gone(int x) { return x ^ 77; }\n";
    compile(dir.path(), "a.o", &(NAMES.replace("NAME", "foo") + gone));
    compile(dir.path(), "b.o", &NAMES.replace("NAME", "bar").replace("return p[n]", "return 2 * p[n]"));
    let status = |original: &str, patched: &str| {
        let run = run(dir.path(), &["diff", original, patched]);
        assert_eq!(run.stderr, "", "{original} {patched}");
        (run.status, run.stdout)
    };
    assert_eq!(status("a.o:foo", "b.o:bar").0, 0);
    assert_eq!(status("a.o:helper", "b.o:helper").0, 0);
    let (code, text) = status("a.o:foo", "b.o:other");
    assert_eq!(code, 1);
    assert!(text.contains("* changed    other  (was foo)"), "{text}");
    // Nothing else is reported, although all else differs.
    for (original, patched) in [("a.o:other", "b.o:other"), ("a.o:other", "b.o"), ("a.o", "b.o:other")] {
        let (code, text) = status(original, patched);
        assert_eq!(code, 1, "{original} {patched}");
        assert!(
            text.contains("* changed    other\n") && !text.contains("foo") && !text.contains("bar"),
            "{text}"
        );
    }
    // A counterpart that nobody names is found by its code.
    let (code, text) = status("a.o:foo", "b.o");
    assert_eq!((code, text.contains("= unchanged  bar  (was foo)")), (0, true), "{text}");
    let (code, text) = status("a.o:gone", "b.o");
    assert_eq!((code, text.contains("- removed    gone")), (1, true), "{text}");
    let (code, text) = status("a.o:bar", "b.o:bar");
    assert_eq!((code, text.contains("+ new        bar")), (1, true), "{text}");
}

#[test]
fn what_stands_in_front_of_a_function_goes_with_it() {
    let dir = folder();
    let text = "__asm__(\".text\\n.type __cfi_f,@function\\n__cfi_f: movl $1111, %eax\\n.size __cfi_f,.-__cfi_f\\n\"\n\
                \".globl f\\n.type f,@function\\nf: ret\\n.size f,.-f\");\n";
    compile(dir.path(), "a.o", text);
    compile(dir.path(), "b.o", &text.replace("1111", "2222"));
    for (original, patched) in [("a.o", "b.o"), ("a.o:f", "b.o:f"), ("a.o:f", "b.o")] {
        let run = run(dir.path(), &["diff", original, patched]);
        assert_eq!(run.status, 1, "{}", run.stdout);
        assert!(run.stdout.contains("* changed    f\n"), "{}", run.stdout);
        assert!(run.stdout.contains("prefix __cfi_f differs"), "{}", run.stdout);
    }
}

#[test]
fn a_cold_part_goes_with_its_function() {
    let dir = folder();
    let text = "void cold(int) __attribute__((cold));\n\
                int f(int x) { if (__builtin_expect(x == 5, 0)) { cold(1); return -1; } return x * 2; }\n\
                int g(int x) { return x ^ 1; }\n";
    compile(dir.path(), "a.o", text);
    compile(dir.path(), "b.o", &text.replace("cold(1)", "cold(2)").replace("x ^ 1", "x ^ 2"));
    let run = run(dir.path(), &["diff", "-v", "a.o:f", "b.o:f"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("* changed    f  "), "{}", run.stdout);
    assert!(run.stdout.contains("f.cold  (cold part"), "{}", run.stdout);
    assert!(!run.stdout.contains("changed    g"), "{}", run.stdout);
}

#[test]
fn a_symbol_that_is_not_there_or_there_twice_is_said_so() {
    let dir = folder();
    compile(
        dir.path(),
        "a.o",
        "int frame_decode(int x) { return x; }\nint out(int);\nint g(int x) { return out(x) + 1; }\n",
    );
    // The FILE symbols are the names of the sources.
    for (name, n) in [("one", 3), ("two", 5)] {
        let source = dir.path().join(format!("{name}.c"));
        std::fs::write(
            &source,
            format!("static __attribute__((noinline, used)) int twice(int x) {{ return x * {n}; }}\n"),
        )
        .expect("it is written");
        Command::new("gcc")
            .current_dir(dir.path())
            .args(["-O2", "-c"])
            .arg(format!("{name}.c"))
            .assert()
            .success();
    }
    Command::new("ld")
        .current_dir(dir.path())
        .args(["-r", "-o", "both.o", "one.o", "two.o"])
        .assert()
        .success();
    for (words, said) in [
        (
            ["a.o:frame_decod", "a.o:g"],
            "a.o: has no function or data object `frame_decod`; near: frame_decode",
        ),
        (["a.o:frame_decod", "a.o"], "near: frame_decode"),
        (["a.o:out", "a.o"], "only references to it; name the file that defines it"),
        (
            ["both.o:twice", "both.o"],
            "has 2 symbols called `twice`; choose one of twice@1 (function of one.c",
        ),
        (["both.o:twice@three.c", "both.o"], "has no `twice` of `three.c`; choose one of twice@1"),
        ([".:frame_decod", "."], "no object file in it has a function or data object `frame_decod`"),
    ] {
        let run = run(dir.path(), &["diff", words[0], words[1]]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{words:?}");
        assert!(run.stderr.contains(said), "{words:?}: {}", run.stderr);
    }
    let status = |original: &str, patched: &str| run(dir.path(), &["diff", original, patched]).status;
    assert_eq!(status("both.o:twice@one.c", "both.o:twice@1"), 0);
    assert_eq!(status("both.o:twice@2", "two.o:twice"), 0);
    assert_eq!(status("both.o:twice@one.c", "both.o:twice@two.c"), 1);
    assert_eq!(status(".:g", "."), 0, "the symbol is looked for in all files of a folder");
}

/// Functions that refer to what changed without changing themselves, and data that changed.
const BEHIND: &str = "\
const char *name(unsigned i) { static const char *const names[] = { \"alpha\", \"beta\", \"gamma\" }; return i < 3 ? names[i] : 0; }
int value(int x) { switch (x) { case 0: return 11; case 1: return 23; case 2: return 5; case 3: return 99; case 4: return 1234; default: return -1; } }
struct entry { long key; const char *name; };
const struct entry table[] = { { 1, \"one\" }, { 2, \"two\" }, { 3, \"three\" } };
int twice(int *p) { return p[0] * 3; }
";

fn behind() -> tempfile::TempDir {
    let dir = folder();
    compile(dir.path(), "o.o", BEHIND);
    let patched = BEHIND
        .replace("gamma", "delta")
        .replace("1234", "1235")
        .replace("{ 3, ", "{ 9, \"nine\" }, { 3, ")
        .replace("p[0] * 3", "p[0] * 3 + p[1]");
    compile(dir.path(), "p.o", &patched);
    dir
}

#[test]
fn what_a_reference_leads_to_is_shown_with_both_contents() {
    let dir = behind();
    let run = run(dir.path(), &["diff", "-s", "-U", "0", "o.o", "p.o"]);
    assert_eq!(run.status, 1);
    let lines: Vec<&str> = run.stdout.lines().map(str::trim).collect();
    let has = |wanted: &[&str]| {
        assert!(
            lines.iter().any(|line| wanted.iter().all(|part| line.contains(part))),
            "{wanted:?} in {}",
            run.stdout
        );
    };
    has(&["same instructions; at +0x", "-> names.0, at +0x10 -> string"]);
    has(&["\"gamma\" became \"delta\""]);
    has(&["*", "lea names.0(%rip)"]);
    has(&["@@ name+0x", "-> names.0 +0x10 / +0x10 @@"]);
    has(&["-   +0x10  -> string \"gamma\""]);
    has(&["+   +0x10  -> string \"delta\""]);
    has(&["*", "lea CSWTCH."]);
    has(&["-   +0x10  d2 04 00 00"]);
    has(&["+   +0x10  d3 04 00 00"]);
    // An entry that is put in between moves the others and does not change them.
    has(&["@@ table - / +0x20 @@"]);
    has(&["+   +0x28  -> string \"nine\""]);
    assert!(!run.stdout.contains("\"three\""), "{}", run.stdout);
}

#[test]
fn side_by_side_is_as_wide_as_it_is_told() {
    let dir = behind();
    let pretty = |columns: &str, words: &[&str]| {
        let mut command = fixscope(dir.path());
        command.env("COLUMNS", columns).args(["diff", "-p", "o.o", "p.o"]).args(words);
        finish(&mut command).stdout
    };
    for columns in ["40", "80", "120", "200"] {
        let shown = pretty(columns, &[]);
        // The list around it is as wide as ever.
        let listing = shown
            .lines()
            .filter(|line| line.starts_with("    ") && !line.starts_with("     ") || line.contains(" | "));
        let widest = listing.map(|line| line.chars().count()).max().expect("something is shown");
        assert!(widest <= columns.parse().expect("a number"), "{widest} of {columns}: {shown}");
        assert!(shown.contains("original") && shown.contains("patched"), "{shown}");
    }
    let wide = pretty("120", &[]);
    let row = wide
        .lines()
        .find(|line| line.contains("gamma") && line.contains(" | "))
        .expect("they stand side by side");
    let (left, right) = row.split_once(" | ").expect("it has a middle");
    assert!(left.contains("\"gamma\"") && right.contains("\"delta\""), "{row}");
    assert!(pretty("80", &["--full"]).contains("-> string \"alpha\""));
    assert!(!pretty("80", &["-U0"]).contains("-> string \"alpha\""));
}

#[test]
fn what_only_moved_is_not_shown_and_what_reads_alike_is() {
    let dir = folder();
    // A jump table, whose entries all move when the first of the places they lead to gets longer.
    let jumps = "int puts(const char *);\n\
        int jumps(int x, int y) { switch (x) { case 0: return y * 3; case 1: puts(\"a\"); return y + 1;\n\
        case 2: puts(\"b\"); return 4; case 3: return y / 7; case 4: puts(\"c\"); return 9; case 5: return y ^ 3;\n\
        default: return -1; } }\n";
    // Two encodings of one instruction (Intel SDM, MOV: 89 /r and 8B /r).
    let bytes = "int bytes(int x) { int y; asm(\".byte 0x89,0xd0\" : \"=a\"(y) : \"d\"(x)); return y; }\n";
    // Strings that differ only behind what a line has room for.
    let long =
        format!("int puts(const char *); void text(void) {{ puts(\"{}Z\"); }}\n", "many words ".repeat(12));
    let source = [jumps, bytes, long.as_str()].concat();
    compile(dir.path(), "o.o", &source);
    let changed = source
        .replace("return y * 3", "return y * 3 + 1")
        .replace("0x89,0xd0", "0x8b,0xc2")
        .replace("Z\"", "Y\"");
    compile(dir.path(), "p.o", &changed);
    let run = run(dir.path(), &["diff", "-s", "-U0", "o.o", "p.o"]);
    assert_eq!(run.status, 1);
    let after = |name: &str| {
        let start = run.stdout.find(name).unwrap_or_else(|| panic!("{name}: {}", run.stdout));
        run.stdout[start..]
            .split("\n  ")
            .skip(1)
            .take_while(|line| line.starts_with(' '))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let jumps = after("changed    jumps");
    assert!(jumps.contains("-   +0x") && !jumps.contains("*  "), "{jumps}");
    let bytes = after("changed    bytes");
    assert!(bytes.contains("(other bytes now: 8b c2 instead of 89 d0)"), "{bytes}");
    let text = after("changed    text");
    assert!(text.contains("became …\"") && text.contains("*    +0x"), "{text}");
    assert!(
        text.lines()
            .any(|line| line.trim().starts_with("-    +0x0  \"many words") && line.ends_with("Z\" 00")),
        "{text}"
    );
    assert!(
        text.lines()
            .any(|line| line.trim().starts_with("+    +0x0  \"many words") && line.ends_with("Y\" 00")),
        "{text}"
    );
}
