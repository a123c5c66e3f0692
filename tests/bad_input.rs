//! Bad input: each kind gives exit status 2 and a message that names the file; nothing panics, nothing is lost.

mod common;

use std::path::{Path, PathBuf};

use common::listing::{assert_same, listing};
use common::rows::{assert_rows, expected, report, rows};
use common::{Random, Run, compile, copy_demo, demo, fixscope, run, run_expecting, tool};

const ORIGINAL: &str = "
static const int table[4] = { 1, 2, 3, 5 };
extern int other(const char *);
int pick(unsigned n) { return n < 4 ? table[n] : other(\"none\"); }
int twice(int n) { return 2 * n; }
";

const PATCHED: &str = "
static const int table[4] = { 1, 2, 3, 5 };
extern int other(const char *);
int pick(unsigned n) { return n < 4 ? table[n] : other(\"none\"); }
int twice(int n) { return 3 * n; }
";

/// A folder with two sound object files.
struct Pair {
    folder: tempfile::TempDir,
    original: PathBuf,
    patched: PathBuf,
}

impl Pair {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let original = compile(folder.path(), "original.o", ORIGINAL, &["-g"]);
        let patched = compile(folder.path(), "patched.o", PATCHED, &["-g"]);
        Pair { folder, original, patched }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the temporary folder is writable");
        path
    }

    fn diff(&self, original: &Path, patched: &Path) -> Run {
        run(fixscope(self.folder.path()).arg("diff").arg(original).arg(patched))
    }

    /// Both orders must end with 2 and a message that names `bad` and says one of `words`.
    fn assert_refused(&self, bad: &Path, words: &[&str]) {
        let name = bad.file_name().expect("a file").to_string_lossy().into_owned();
        for run in [self.diff(&self.original, bad), self.diff(bad, &self.patched)] {
            assert_eq!(run.code, 2, "{name}\n{}\n{}", run.stdout, run.stderr);
            assert!(run.stderr.contains(&name), "{name} is not named:\n{}", run.stderr);
            let text = run.stderr.to_lowercase();
            assert!(
                words.is_empty() || words.iter().any(|word| text.contains(word)),
                "none of {words:?} is said of {name}:\n{}",
                run.stderr
            );
        }
    }
}

#[test]
fn two_sound_files_are_compared() {
    let pair = Pair::new();
    let run = pair.diff(&pair.original, &pair.patched);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("twice") && !run.stdout.contains("pick"), "{}", run.stdout);
    assert_eq!(run.stderr, "");
    assert_eq!(pair.diff(&pair.original, &pair.original).code, 0);
}

#[test]
fn a_file_that_is_not_elf() {
    let pair = Pair::new();
    pair.assert_refused(&pair.write("text.o", b"int main(void) { return 0; }\n"), &["elf", "object file"]);
    pair.assert_refused(&pair.write("short.o", b"\x7fEL"), &[]);
    pair.assert_refused(&pair.write("magic-only.o", b"\x7fELF"), &[]);
}

#[test]
fn an_empty_file() {
    let pair = Pair::new();
    pair.assert_refused(&pair.write("empty.o", b""), &["empty"]);
}

#[test]
fn a_missing_file() {
    let pair = Pair::new();
    pair.assert_refused(&pair.path("missing.o"), &["no such file", "not found", "does not exist"]);
}

#[test]
fn a_folder_against_a_file() {
    let pair = Pair::new();
    let folder = pair.path("folder");
    std::fs::create_dir(&folder).expect("the temporary folder is writable");
    std::fs::copy(&pair.original, folder.join("original.o")).expect("the file can be copied");
    pair.assert_refused(&folder, &["folder", "directory"]);
}

#[test]
fn a_truncated_file() {
    let pair = Pair::new();
    let bytes = std::fs::read(&pair.patched).expect("the object is readable");
    // The section headers end the file, so that every shorter file lacks something.
    for length in (1..bytes.len()).step_by(61).chain([bytes.len() - 1]) {
        let path = pair.write(&format!("cut-{length}.o"), &bytes[..length]);
        pair.assert_refused(&path, &[]);
    }
}

#[test]
fn files_with_flipped_bits() {
    let pair = Pair::new();
    let bytes = std::fs::read(&pair.patched).expect("the object is readable");
    let seed = 0x5eed_b175;
    let mut random = Random(seed);
    for round in 0..250 {
        let mut broken = bytes.clone();
        // Early rounds hit the ELF header and the section headers, where a bit does most harm.
        let (from, span) = match round % 3 {
            0 => (0, 64),
            1 => (broken.len() - 64 * 16, 64 * 16),
            _ => (0, broken.len()),
        };
        for _ in 0..=random.below(4) {
            let at = from + usize::try_from(random.below(span as u64)).expect("an offset in a small file");
            broken[at] ^= 1 << random.below(8);
        }
        let path = pair.write(&format!("flipped-{round}.o"), &broken);
        // Which status is right depends on the bit; that there is one of the three, without a panic, does not.
        let run = pair.diff(&pair.original, &path);
        if run.code == 2 {
            let name = format!("flipped-{round}.o");
            assert!(run.stderr.contains(&name), "seed {seed:#x}, {name} is not named:\n{}", run.stderr);
        }
        std::fs::remove_file(&path).expect("the file is ours");
    }
}

#[test]
fn two_architectures() {
    let pair = Pair::new();
    let mut bytes = std::fs::read(&pair.patched).expect("the object is readable");
    // e_machine, 18 bytes into every ELF header (gABI), becomes EM_AARCH64 or, on such a machine, EM_X86_64.
    let other: u16 = if bytes[18] == 183 { 62 } else { 183 };
    bytes[18..20].copy_from_slice(&other.to_le_bytes());
    pair.assert_refused(&pair.write("other-machine.o", &bytes), &["architecture", "machine", "aarch64"]);
}

#[test]
fn llvm_bitcode() {
    let pair = Pair::new();
    let mut bytes = b"BC\xC0\xDE".to_vec();
    bytes.extend([0x35, 0x14, 0, 0, 5, 0, 0, 0]);
    pair.assert_refused(&pair.write("bitcode.o", &bytes), &["bitcode"]);
}

#[test]
fn slim_lto_of_gcc() {
    let pair = Pair::new();
    let path = compile(pair.folder.path(), "slim.o", ORIGINAL, &["-flto", "-fno-fat-lto-objects"]);
    pair.assert_refused(&path, &["lto"]);
}

#[test]
fn a_unit_without_symbols() {
    let pair = Pair::new();
    let text = |body| format!("int f(int n) {{ {body} }}");
    let flags = ["-fno-asynchronous-unwind-tables"];
    let original = compile(pair.folder.path(), "stripped-a.o", &text("return 7 * n;"), &flags);
    let patched = compile(pair.folder.path(), "stripped-b.o", &text("return 9 - n;"), &flags);
    for path in [&original, &patched] {
        tool("strip", &["-s".as_ref(), path.as_os_str()], pair.folder.path());
    }
    // Code that no symbol owns is compared under its section or refused by name; it never passes for unchanged.
    let run = pair.diff(&original, &patched);
    assert_ne!(run.code, 0, "{}", run.stdout);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains(".text") || said.contains("stripped-"), "{said}");

    let empty = compile(pair.folder.path(), "nothing.o", "typedef int nothing;", &flags);
    assert_eq!(pair.diff(&empty, &empty).code, 0);
}

#[test]
fn one_bad_file_in_a_folder_hides_no_other() {
    let pair = Pair::new();
    for (side, sound) in [("a", &pair.original), ("b", &pair.patched)] {
        let folder = pair.path(side);
        std::fs::create_dir(&folder).expect("the temporary folder is writable");
        std::fs::copy(sound, folder.join("sound.o")).expect("the file can be copied");
        std::fs::write(folder.join("broken.o"), b"\x7fELF and no more").expect("the folder is writable");
    }
    let run = pair.diff(&pair.path("a"), &pair.path("b"));
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("broken.o"), "{}", run.stderr);
    assert!(run.stdout.contains("sound") && run.stdout.contains("twice"), "{}", run.stdout);
}

#[test]
fn a_file_on_one_side_only_is_reported() {
    let pair = Pair::new();
    for (side, sound) in [("a", &pair.original), ("b", &pair.original)] {
        let folder = pair.path(side);
        std::fs::create_dir(&folder).expect("the temporary folder is writable");
        std::fs::copy(sound, folder.join("sound.o")).expect("the file can be copied");
    }
    std::fs::copy(&pair.patched, pair.path("b").join("added.o")).expect("the file can be copied");
    let run = pair.diff(&pair.path("a"), &pair.path("b"));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("added") && run.stdout.contains("twice"), "{}", run.stdout);
}

/// `analyze` of a copy of the demo with `patch`; returns the run and whether the work folder holds anything.
fn analyze(patch: &str, code: i32) -> (Run, bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = copy_demo(&folder.path().join("tree"));
    let file = folder.path().join("broken.patch");
    std::fs::write(&file, patch).expect("the temporary folder is writable");
    let before = listing(&tree);
    let work = folder.path().join("work");
    let mut command = fixscope(folder.path());
    command.args(["analyze", "--format", "json", "--tree"]).arg(&tree);
    command.arg("--patch").arg(&file).arg("--work-dir").arg(&work);
    let run = run_expecting(&mut command, code);
    assert_same(&before, &listing(&tree), "after a bad patch");
    let left = work.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    (run, left)
}

fn fix() -> String {
    std::fs::read_to_string(demo().join("fix.patch")).expect("the demo has a patch")
}

#[test]
fn a_patch_that_does_not_apply() {
    let patch = fix().replace(" \tframe->kind = (enum frame_kind)kind;", " \tframe->kind = kind;");
    let (run, left) = analyze(&patch, 2);
    for word in ["broken.patch", "lib/frame.c", "hunk"] {
        assert!(run.stderr.contains(word), "{word} is missing:\n{}", run.stderr);
    }
    let places = ["39", "hunk 1", "hunk #1", "first hunk"];
    assert!(places.iter().any(|place| run.stderr.contains(place)), "which hunk?\n{}", run.stderr);
    assert!(!left, "the work folder is not empty");
}

#[test]
fn a_patch_of_a_file_that_is_not_there() {
    let (run, left) = analyze(&fix().replace("lib/frame.c", "lib/missing.c"), 2);
    assert!(run.stderr.contains("lib/missing.c"), "{}", run.stderr);
    assert!(!left, "the work folder is not empty");
}

#[test]
fn a_patch_that_ends_inside_a_hunk() {
    let patch = fix();
    let cut = patch.find("+\t\tframe->count = 0;").expect("the patch has that line");
    let (run, left) = analyze(&patch[..cut], 2);
    assert!(run.stderr.contains("broken.patch"), "{}", run.stderr);
    assert!(!left, "the work folder is not empty");
}

#[test]
fn a_patch_that_is_none() {
    for text in ["", "Nothing to see here.\n"] {
        let (run, left) = analyze(text, 2);
        assert!(run.stderr.contains("broken.patch"), "{}", run.stderr);
        assert!(!left, "the work folder is not empty");
    }
}

#[test]
fn a_patch_that_leaves_the_tree() {
    let (run, left) = analyze(&fix().replace("lib/frame.c", "../elsewhere.c"), 2);
    assert!(run.stderr.contains("elsewhere.c"), "{}", run.stderr);
    assert!(!left, "the work folder is not empty");
}

#[test]
fn a_binary_hunk() {
    let patch = "diff --git a/logo.png b/logo.png\nindex 0000000..1111111 100644\nGIT binary patch\nliteral \
                 4\nLc${NkU|;|M00aO5\n\nliteral 0\nHcmV?d00001\n\n";
    let (run, _) = analyze(patch, 2);
    assert!(run.stderr.contains("logo.png") && run.stderr.contains("binary"), "{}", run.stderr);
}

#[test]
fn a_compiler_that_fails_in_one_unit() {
    let patch =
        fix().replace("+\t[FRAME_TEMPERATURE] = \"temperature\",", "+\t[FRAME_TEMPERATURE] = temperature,");
    let (run, _) = analyze(&patch, 2);
    assert!(run.stderr.contains("lib/name.c"), "the unit is not named:\n{}", run.stderr);
    assert!(run.stderr.contains("temperature"), "the compiler's message is missing:\n{}", run.stderr);

    let report = report(&run.stdout);
    let verdicts = "
        lib/frame.c function frame_decode changed *
        lib/frame.c function frame_skip changed *
        src/stats.c function stats_banner changed *
    ";
    assert_rows(&rows(&report), &expected(verdicts), "the other units");
    let failed = report.units.iter().find(|unit| unit.name == "lib/name.c").expect("a failed unit is listed");
    assert!(failed.errors.iter().any(|error| error.message.contains("temperature")), "{:?}", failed.errors);
    assert_eq!(report.summary.units_failed, 1);
}

#[test]
fn a_kernel_tree_without_configuration() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = folder.path().join("tree");
    for (file, text) in [
        ("Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION =\nNAME = none\n"),
        ("Kbuild", "obj-y += lib/\n"),
        ("Kconfig", "mainmenu \"none\"\n"),
        ("scripts/Makefile.build", "# none\n"),
        ("lib/Makefile", "obj-y += bcd.o\n"),
        ("lib/bcd.c", "int bcd(int n)\n{\n\treturn n & 15;\n}\n"),
    ] {
        let path = tree.join(file);
        std::fs::create_dir_all(path.parent().expect("a file in the tree")).expect("the folder can be made");
        std::fs::write(path, text).expect("the folder is writable");
    }
    let patch = folder.path().join("bcd.patch");
    std::fs::write(
        &patch,
        "--- a/lib/bcd.c\n+++ b/lib/bcd.c\n@@ -1,4 +1,4 @@\n int bcd(int n)\n {\n-\treturn n & 15;\n+\treturn n & \
         7;\n }\n",
    )
    .expect("the folder is writable");
    let before = listing(&tree);
    for build in ["kbuild", "auto"] {
        let mut command = fixscope(folder.path());
        command.args(["analyze", "--build", build, "--tree"]).arg(&tree).arg("--patch").arg(&patch);
        let run = run_expecting(command.arg("--work-dir").arg(folder.path().join("work")), 2);
        assert!(run.stderr.contains(".config"), "{build}: {}", run.stderr);
        assert_same(&before, &listing(&tree), build);
    }
}

#[test]
fn a_build_that_compiles_nothing_is_trouble() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = copy_demo(&folder.path().join("tree"));
    let mut command = fixscope(folder.path());
    command.args(["analyze", "--build", "make", "--build-command", "true", "--tree"]).arg(&tree);
    command.arg("--patch").arg(demo().join("fix.patch")).arg("--work-dir").arg(folder.path().join("work"));
    let run = run_expecting(&mut command, 2);
    assert!(run.stderr.to_lowercase().contains("compil"), "{}", run.stderr);
    assert!(!run.stdout.contains("0 changed"), "{}", run.stdout);
}

#[test]
fn a_tree_that_is_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = fixscope(folder.path());
    command.args(["analyze", "--tree"]).arg(folder.path().join("no-such-tree"));
    let run = run_expecting(command.arg("--patch").arg(demo().join("fix.patch")), 2);
    assert!(run.stderr.contains("no-such-tree"), "{}", run.stderr);
}

#[test]
fn a_touched_file_that_nothing_compiles_is_listed_as_skipped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = copy_demo(&folder.path().join("tree"));
    std::fs::write(tree.join("lib/spare.c"), "int spare(void)\n{\n\treturn 1;\n}\n")
        .expect("the copy is ours");
    let patch = folder.path().join("spare.patch");
    let text = "--- a/lib/spare.c\n+++ b/lib/spare.c\n@@ -1,4 +1,4 @@\n int spare(void)\n {\n-\treturn \
                1;\n+\treturn 2;\n }\n";
    std::fs::write(&patch, text).expect("the folder is writable");
    let mut command = fixscope(folder.path());
    command.args(["analyze", "--format", "json", "--tree"]).arg(&tree).arg("--patch").arg(&patch);
    let run = run_expecting(command.arg("--work-dir").arg(folder.path().join("work")), 2);
    assert!(run.stderr.contains("lib/spare.c"), "{}", run.stderr);
    let report = report(&run.stdout);
    assert!(report.skipped.iter().any(|skipped| skipped.path == "lib/spare.c"), "{:?}", report.skipped);
}

#[test]
fn touched_documentation_is_no_trouble() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = copy_demo(&folder.path().join("tree"));
    let patch = folder.path().join("readme.patch");
    let readme = std::fs::read_to_string(tree.join("README")).expect("the demo has one");
    let first = readme.lines().next().expect("a line");
    let added = format!("--- a/README\n+++ b/README\n@@ -1 +1,2 @@\n {first}\n+More.\n");
    let fix = fix();
    let (hunks, _signature) = fix.split_once("\n-- \n").expect("git format-patch signs with a version");
    std::fs::write(&patch, format!("{hunks}\n{added}")).expect("the folder is writable");
    let mut command = fixscope(folder.path());
    command.args(["analyze", "--format", "json", "--tree"]).arg(&tree).arg("--patch").arg(&patch);
    let run = run_expecting(command.arg("--work-dir").arg(folder.path().join("work")), 1);
    let report = report(&run.stdout);
    assert!(report.skipped.iter().any(|skipped| skipped.path == "README"), "{:?}", report.skipped);
}

#[test]
fn a_byte_that_is_no_instruction_is_shown_compared_and_noted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let object = |name: &str, byte: &str| {
        let text = format!(
            "__asm__(\".globl f\\n.type f,@function\\nf: nop\\n.byte {byte}\\nret\\n.size f,.-f\\n\");\n"
        );
        compile(folder.path(), name, &text, &[])
    };
    // `push %es` and `pop %es` are none of 64-bit code.
    let (original, patched) = (object("original.o", "0x06"), object("patched.o", "0x07"));
    let run = run(fixscope(folder.path()).arg("diff").arg("--show").args([&original, &patched]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    for shown in [".byte 0x06", ".byte 0x07", "some bytes are not decoded as x86_64"] {
        assert!(run.stdout.contains(shown), "{shown}\n{}", run.stdout);
    }
}
