//! What debug information tells: functions that only have another `__LINE__`, and members that moved.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::rows::{Row, assert_rows, expected, report, rows};
use common::{compile, fixscope, run_expecting, sh};

const HEADER: &str = "struct packet {\n\tlong head;\n\tlong from;\n\tint length;\n};\n\
                      struct slot { long a, b; };\n";

const UNIT: &str = "#include \"packet.h\"
void report(const char *what, int line);
int work(long);

int reads(struct packet *p)
{
	return p->length + 1;
}

long indexed(struct slot *slots, long i)
{
	return slots[i].b;
}

int checks(long x)
{
	if (!x)
		report(\"x\", __LINE__);
	return work(x);
}

int number(long x)
{
	report(\"code\", 24);
	return work(x);
}

int untouched(long x)
{
	return work(x) + 2;
}
";

/// A tree with a Makefile and a copy of it in which `unit.c` and `packet.h` are others.
struct Trees {
    home: tempfile::TempDir,
}

impl Trees {
    fn new(unit: &str, header: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        for (side, unit, header) in [("original", UNIT, HEADER), ("patched", unit, header)] {
            let folder = home.path().join(side);
            fs::create_dir(&folder).expect("the temporary folder is writable");
            let makefile = "unit.o: unit.c packet.h\n\tcc -O2 -g -c -o $@ unit.c\n";
            for (name, text) in [("Makefile", makefile), ("unit.c", unit), ("packet.h", header)] {
                fs::write(folder.join(name), text).expect("the temporary folder is writable");
            }
        }
        Trees { home }
    }

    fn side(&self, side: &str) -> PathBuf {
        self.home.path().join(side)
    }

    fn analyze(&self, arguments: &[&str], code: i32) -> Vec<Row> {
        let mut command = fixscope(self.home.path());
        command.arg("analyze").arg("--tree").arg(self.side("original"));
        command.arg("--patched").arg(self.side("patched")).args(["--format", "json"]).args(arguments);
        rows(&report(&run_expecting(&mut command, code).stdout))
    }

    fn diff(&self, code: i32) -> Vec<Row> {
        for side in ["original", "patched"] {
            sh(&["make", "-s"], &self.side(side));
        }
        diff(
            self.home.path(),
            &self.side("original").join("unit.o"),
            &self.side("patched").join("unit.o"),
            code,
        )
    }
}

fn diff(home: &Path, original: &Path, patched: &Path, code: i32) -> Vec<Row> {
    let mut command = fixscope(home);
    command.args(["diff", "--format", "json"]).args([original, patched]);
    let mut report = report(&run_expecting(&mut command, code).stdout);
    report.units[0].name = "unit.c".to_owned();
    rows(&report)
}

#[test]
fn lines_that_moved_change_no_function() {
    let trees =
        Trees::new(&UNIT.replace("int work(long);\n", "int work(long);\n\n/* a comment */\n"), HEADER);
    let line_only = expected("unit.c function checks line_only *");
    assert_rows(&trees.analyze(&[], 0), &[], "with line directives");
    assert_rows(&trees.analyze(&["--keep-line-changes"], 0), &line_only, "without them");
    assert_rows(&trees.diff(0), &line_only, "two object files");
}

/// The number of `number` is 24 on line 24, and 26 on line 26: by the objects alone it is `__LINE__`.
#[test]
fn a_number_that_was_edited_is_no_line_though_it_equals_it() {
    let patched =
        UNIT.replace("int work(long);\n", "int work(long);\n\n/* a comment */\n").replace("24", "26");
    assert_eq!(UNIT.lines().position(|l| l.contains("24")), Some(23), "it stands on its own line");
    let trees = Trees::new(&patched, HEADER);
    let edited = "unit.c function number changed source\n";
    assert_rows(&trees.analyze(&[], 1), &expected(edited), "with line directives");
    let both = expected(&format!("{edited}unit.c function checks line_only *"));
    assert_rows(&trees.analyze(&["--keep-line-changes"], 1), &both, "without them");
    let taken = expected("unit.c function number line_only *\nunit.c function checks line_only *");
    assert_rows(&trees.diff(0), &taken, "two object files, whose sources are not known");
}

#[test]
fn a_header_that_moves_a_member_is_the_cause() {
    let header = HEADER.replace("\tlong from;\n", "\tlong added;\n\tlong from;\n").replace("a, b", "a, x, b");
    let trees = Trees::new(UNIT, &header);
    let moved = expected("unit.c function reads changed layout\nunit.c function indexed changed layout");
    assert_rows(&trees.analyze(&[], 1), &moved, "a tree");
    // Where the elements take another multiplication, two objects alone do not tell why.
    let found = trees.diff(1);
    let [indexed, reads] = &found[..] else { panic!("{found:?}") };
    assert_eq!((indexed.name.as_str(), reads.name.as_str()), ("indexed", "reads"));
    assert!(reads.causes.iter().eq(["layout"]), "{reads:?}");
}

/// Debug information tells `line_only` from `changed` and causes, and nothing else.
#[test]
fn the_same_functions_are_listed_with_and_without_debug_information() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let header = HEADER.replace("\tlong from;\n", "\tlong added;\n\tlong from;\n");
    let patched = UNIT.replace("int work(long);\n", "int work(long);\n\n\n").replace("+ 1", "+ 3");
    let unit = |text: &str, header: &str| text.replace("#include \"packet.h\"\n", header);
    let mut listed = Vec::new();
    for flags in [&["-g0"][..], &["-g"], &["-gdwarf-4", "-fdebug-types-section"]] {
        let original = compile(home.path(), "original.o", &unit(UNIT, HEADER), flags);
        let patched = compile(home.path(), "patched.o", &unit(&patched, &header), flags);
        let found = diff(home.path(), &original, &patched, 1);
        listed.push(found.into_iter().map(|row| (row.kind, row.name)).collect::<Vec<_>>());
    }
    assert_eq!(listed[0].len(), 2, "{listed:?}");
    assert!(listed.iter().all(|names| *names == listed[0]), "{listed:?}");
}
