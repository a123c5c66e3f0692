//! Each folder of `testdata/abi` is a unit in which GCC lets one function rely on another one's body, and what `fixscope
//! abi` must say of it.
//!
//! `expect` holds comments (`#`, what the caller relies on), `flags …` for the compiler, and lines that must hold:
//!
//! - `symbol NAME`, `gone NAME`: the object file has such a symbol, or has none;
//! - `differs OPTION FUNCTION`: the compiler makes other instructions of the function with the option, so that the
//!   optimisation did something. Both are said of the test's own compilation, by `nm` and `objdump`;
//! - `KIND ON BY STRENGTH`: a reliance that must be told, with evidence as strong as that; `no KIND ON BY`: one that
//!   must not be;
//! - `knock-on OPAQUE CHANGED`: a change that proves nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fixscope::report::model::{AbiRole, Report, UnitReport};
use rayon::prelude::*;

fn succeed(command: &mut Command) -> String {
    let output = command.output().expect("it can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("its output is text")
}

fn fixscope(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fixscope"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .expect("fixscope runs")
}

/// A tree of one unit that `make` compiles with `compiler` and `flags`.
fn tree(folder: &Path, source: &str, compiler: &str, flags: &str) -> PathBuf {
    let tree = folder.join("tree");
    fs::create_dir_all(&tree).expect("the folder can be made");
    fs::write(tree.join("original.c"), source).expect("the source is written");
    let rule = format!("original.o: original.c\n\t{compiler} -O2 {flags} -c original.c -o original.o\n");
    fs::write(tree.join("Makefile"), rule).expect("the Makefile is written");
    tree
}

fn report(output: &Output) -> Report {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The reliances of a unit as kind, relied on, relying and strength.
fn reliances(unit: &UnitReport) -> Vec<[String; 4]> {
    let mut found = Vec::new();
    for symbol in &unit.symbols {
        for entry in symbol.abi.iter().flatten() {
            let strength = format!("{:?}", entry.strength).to_lowercase();
            let (on, by) = match entry.role {
                AbiRole::Caller => (&symbol.name, &entry.other.name),
                AbiRole::Callee => (&entry.other.name, &symbol.name),
            };
            assert!(!entry.evidence.is_empty() && !entry.action.summary.is_empty());
            found.push([entry.kind.clone(), on.clone(), by.clone(), strength]);
        }
    }
    found
}

/// The instructions of one function, as objdump prints them, without addresses.
fn instructions(object: &Path, function: &str) -> Vec<String> {
    let section = format!(".text.{function}");
    let text = succeed(
        Command::new("objdump")
            .args(["-d", "-r", "--no-addresses", "--no-show-raw-insn", "-j", &section])
            .arg(object),
    );
    text.lines().skip_while(|line| !line.contains(&format!("<{function}>"))).map(str::to_owned).collect()
}

fn compile(source: &Path, flags: &[&str], object: &Path) {
    let mut command = Command::new("gcc");
    command.args(["-O2", "-ffunction-sections", "-c"]).args(flags).arg(source).arg("-o").arg(object);
    succeed(&mut command);
}

fn check(case: &Path) {
    let name = case.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    let source = case.join("original.c");
    let expect = fs::read_to_string(case.join("expect")).expect("it says what to expect");
    let lines: Vec<&str> = expect.lines().filter(|l| !l.starts_with('#')).collect();
    let flags = lines.iter().find_map(|l| l.strip_prefix("flags ")).unwrap_or("");
    let words: Vec<&str> = flags.split_whitespace().collect();
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("plain.o");
    compile(&source, &words, &plain);
    let symbols = succeed(Command::new("nm").arg(&plain));
    let has = |wanted: &str| symbols.lines().any(|l| l.split_whitespace().next_back() == Some(wanted));

    let text = fs::read_to_string(&source).expect("the source can be read");
    let tree = tree(folder.path(), &text, "gcc", flags);
    let run = fixscope(
        &[
            "abi",
            "--unit",
            "original.c",
            "--prove=all",
            "--format=json",
            "--tree",
            &tree.display().to_string(),
        ],
        folder.path(),
    );
    let report = report(&run);
    assert_eq!(run.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    let unit = &report.units[0];
    let about = unit.abi.as_ref().expect("it was asked");
    assert_eq!(about.missing, Vec::<String>::new(), "{name}");
    let found = reliances(unit);
    for line in lines {
        let fields: Vec<&str> = line.split(' ').collect();
        let holds = match fields[..] {
            ["flags", ..] | [""] => true,
            ["symbol", symbol] => has(symbol),
            ["gone", symbol] => !has(symbol),
            ["differs", option, function] => {
                let other = folder.path().join("other.o");
                compile(&source, &[&words[..], &[option]].concat(), &other);
                let (with, without) = (instructions(&plain, function), instructions(&other, function));
                !with.is_empty() && with != without
            }
            ["knock-on", opaque, changed] => {
                about.knock_on.iter().any(|k| k.opaque == opaque && k.changed == changed)
            }
            ["no", kind, on, by] => !found.iter().any(|f| f[..3] == [kind, on, by]),
            [kind, on, by, strength] => found.iter().any(|f| f[..] == [kind, on, by, strength]),
            _ => panic!("{name}: {line}: is no line that this test understands"),
        };
        assert!(holds, "{name}: {line}: {found:#?}\n{about:#?}\n{symbols}");
    }
}

#[test]
#[ignore = "compiles each case two dozen times"]
fn each_kind_of_reliance_is_told_and_proved() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/abi");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(root).expect("the cases are there").map(|e| e.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() >= 18);
    cases.par_iter().for_each(|case| check(case));
}

const CONTRACT: &str = include_str!("../testdata/abi/register-contract/original.c");

/// What the fix changes is one number of `pick`; `user` keeps its own values in registers that `pick` does not touch.
#[test]
fn an_unchanged_caller_that_relies_on_registers_is_in_the_closure() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = tree(folder.path(), CONTRACT, "gcc", "");
    let patched = folder.path().join("patched");
    fs::create_dir(&patched).expect("the folder can be made");
    fs::write(patched.join("original.c"), CONTRACT.replace("+ 3;", "+ 4;")).expect("the source is written");
    fs::copy(tree.join("Makefile"), patched.join("Makefile")).expect("it can be copied");
    let tree = tree.display().to_string();
    let analyze = |more: &[&str]| {
        let mut arguments = vec!["analyze", "--patched", "patched", "--tree", &tree];
        arguments.extend(more);
        fixscope(&arguments, folder.path())
    };
    let run = analyze(&["--closure", "--format=json"]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let report = report(&run);
    let symbol = |name: &str| report.units[0].symbols.iter().find(|s| s.name == name).expect("it is listed");
    let user = symbol("user");
    assert_eq!(format!("{:?}", user.status), "Unchanged");
    let closure = user.closure.as_ref().expect("it was asked");
    assert!(closure.member);
    assert_eq!(closure.because, [symbol("pick").id.clone()]);
    let chain = "pick changed -> user relies on pick: register-contract, proved";
    assert!(closure.summary.starts_with(chain), "{}", closure.summary);
    // The code tells which registers, and where.
    assert!(closure.summary.contains(" at +0x"), "{}", closure.summary);
    assert_eq!(report.summary.closure, Some(2));
    let text = analyze(&["--closure"]);
    let text = String::from_utf8_lossy(&text.stdout);
    assert!(text.contains("user: pick changed -> user relies on pick"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // Nobody asked, so nobody looked.
    let plain: Report = serde_json::from_slice(&analyze(&["--format=json"]).stdout).expect("a report");
    assert!(plain.units[0].symbols.iter().all(|s| s.abi.is_none() && s.closure.is_none()));
}

#[test]
fn records_of_the_compiler_change_no_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/abi");
    for case in ["part", "constprop", "argument-by-value", "folded"] {
        let source = root.join(case).join("original.c");
        let (plain, recorded) = (folder.path().join("plain.o"), folder.path().join("recorded.o"));
        compile(&source, &[], &plain);
        let record = |name: &str| folder.path().join(name).display().to_string();
        let clones = format!("-fdump-ipa-clones={}", record("clones"));
        let sra = format!("-fdump-ipa-sra-details={}", record("sra"));
        compile(&source, &[&clones, &sra], &recorded);
        assert_eq!(fs::read(&plain).ok(), fs::read(&recorded).ok(), "{case}");
        assert!(folder.path().join("clones").is_file() && folder.path().join("sra").is_file());
    }
}

/// Writes a compiler that refuses the options that match `refused`, and is GCC else.
fn compiler(folder: &Path, refused: &str, version: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("gcc");
    let script = format!(
        "#!/bin/sh\nfor a; do case $a in {refused}) echo \"gcc: error: unrecognized option $a\" >&2; exit 1;; \
         -dumpversion) echo {version}; exit;; --help=optimizers) exit;; esac; done\nexec gcc \"$@\"\n"
    );
    fs::write(&path, script).expect("the script is written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
    path.display().to_string()
}

#[test]
fn a_compiler_without_records_and_options_is_told_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let compiler = compiler(folder.path(), "-fdump-ipa-*", "4.8");
    let source = include_str!("../testdata/abi/inlined-into/original.c");
    let tree = tree(folder.path(), source, &compiler, "");
    let run = fixscope(
        &[
            "abi",
            "--unit",
            "original.c",
            "--prove=all",
            "--format=json",
            "--tree",
            &tree.display().to_string(),
        ],
        folder.path(),
    );
    let report = report(&run);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let about = report.units[0].abi.as_ref().expect("it was asked");
    assert!(about.missing.iter().any(|m| m.contains("-fdump-ipa-clones")), "{about:?}");
    assert!(about.missing.iter().any(|m| m.contains("noipa")), "{about:?}");
    assert!(about.unproved.iter().any(|m| m.contains("none was switched off")), "{about:?}");
    // Debug information tells it all the same.
    let expected = ["inlined-into", "triple", "one", "recorded"].map(str::to_owned);
    assert!(reliances(&report.units[0]).contains(&expected));
}

#[test]
fn what_no_time_was_left_for_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = tree(folder.path(), CONTRACT, "gcc", "");
    let run = fixscope(
        &[
            "abi",
            "--unit",
            "original.c",
            "--prove=all",
            "--prove-limit=0",
            "--format=json",
            "--tree",
            &tree.display().to_string(),
        ],
        folder.path(),
    );
    let report = report(&run);
    let about = report.units[0].abi.as_ref().expect("it was asked");
    assert!(
        about.unproved.iter().any(|u| u.starts_with("pick: ") && u.contains("--prove-limit")),
        "{about:?}"
    );
    assert!(about.unproved.iter().any(|u| u.starts_with("-fno-ipa-ra: ")), "{about:?}");
}

#[test]
fn object_files_tell_what_symbols_and_debug_information_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/abi/constprop/original.c");
    let plain = folder.path().join("plain.o");
    for version in
        ["-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5", "-gdwarf-5 -gz", "-g -gsplit-dwarf", "-g0"]
    {
        let flags: Vec<&str> = version.split(' ').collect();
        compile(&source, &flags, &plain);
        let run = fixscope(&["abi", "plain.o", "--format=json"], folder.path());
        assert_eq!(run.status.code(), Some(1), "{version}: {}", String::from_utf8_lossy(&run.stderr));
        let report = report(&run);
        let expected = ["clone", "sum.constprop.0", "user", "recorded"].map(str::to_owned);
        assert!(reliances(&report.units[0]).contains(&expected), "{version}");
        let missing = &report.units[0].abi.as_ref().expect("it was asked").missing;
        let says = |what: &str| missing.iter().any(|m| m.contains(what));
        assert_eq!(says("no debug information"), version == "-g0", "{version}: {missing:?}");
        assert_eq!(says(".dwo"), version.contains("split"), "{version}: {missing:?}");
    }
    let nobody = fixscope(&["abi", "plain.o:nobody"], folder.path());
    assert_eq!(nobody.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("no function nobody"));
    fs::write(folder.path().join("torn.o"), b"\x7fELF torn").expect("the file is written");
    assert_eq!(fixscope(&["abi", "torn.o"], folder.path()).status.code(), Some(2));
}

const COPY: &str = include_str!("../testdata/abi/constprop/original.c");

/// The kernel can redirect no copy that the compiler made, so whoever calls it carries it, and their callers stay.
#[test]
fn a_copy_that_changed_is_carried_by_its_callers() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = format!("{COPY}\nint far(int n)\n{{\n\treturn user(n) + 4;\n}}\n")
        .replace("int user", "__attribute__((noipa)) int user");
    let tree = tree(folder.path(), &source, "gcc", "");
    let patched = folder.path().join("patched");
    fs::create_dir(&patched).expect("the folder can be made");
    fs::write(patched.join("original.c"), source.replace("int s = 0;", "int s = 9;")).expect("it is written");
    fs::copy(tree.join("Makefile"), patched.join("Makefile")).expect("it can be copied");
    let tree = tree.display().to_string();
    let run = fixscope(
        &[
            "analyze",
            "--patched",
            "patched",
            "--tree",
            &tree,
            "--closure",
            "--prove=off",
            "--all",
            "--format=json",
        ],
        folder.path(),
    );
    let report = report(&run);
    let symbol = |name: &str| report.units[0].symbols.iter().find(|s| s.name == name).expect("it is listed");
    let member = |name: &str| symbol(name).closure.clone().expect("it was asked");
    assert_eq!(format!("{:?}", symbol("user").status), "Unchanged");
    assert!(member("sum.constprop.0").member && member("user").member && !member("far").member);
    assert_eq!(member("sum.constprop.0").carried_by, [symbol("user").id.clone()]);
    assert_eq!(report.summary.closure, Some(2));
}

/// Clang has no record and no way to make a function opaque from outside; debug information tells what it inlined.
#[test]
#[ignore = "needs Clang"]
fn clang_is_told_from_gcc_and_debug_information_speaks() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = tree(folder.path(), include_str!("../testdata/abi/inlined-into/original.c"), "clang", "");
    let run = fixscope(
        &[
            "abi",
            "--unit",
            "original.c",
            "--prove=all",
            "--format=json",
            "--tree",
            &tree.display().to_string(),
        ],
        folder.path(),
    );
    let report = report(&run);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let about = report.units[0].abi.as_ref().expect("it was asked");
    for what in ["-fdump-ipa-clones", "noipa"] {
        assert!(about.missing.iter().any(|m| m.contains(what)), "{what}: {about:?}");
    }
    let expected = ["inlined-into", "triple", "two", "recorded"].map(str::to_owned);
    assert!(reliances(&report.units[0]).contains(&expected));
}

/// The compiler's record may be of another version or cut off; what can be read of it is used.
#[test]
fn a_torn_record_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gcc");
    // Puts half a line behind the record, as a full disk would leave it.
    let script = "#!/bin/sh\ngcc \"$@\" || exit 1\nfor a; do case $a in -fdump-ipa-clones=*) \
                  printf 'Callgraph clone;triple;1;orig' >>\"${a#*=}\";; esac; done\n";
    fs::write(&path, script).expect("the script is written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
    let source = include_str!("../testdata/abi/inlined-into/original.c");
    let tree = tree(folder.path(), source, &path.display().to_string(), "");
    let run = fixscope(
        &[
            "abi",
            "--unit",
            "original.c",
            "--prove=off",
            "--format=json",
            "--tree",
            &tree.display().to_string(),
        ],
        folder.path(),
    );
    let report = report(&run);
    let about = report.units[0].abi.as_ref().expect("it was asked");
    assert!(about.missing.iter().any(|m| m.contains("1 lines") && m.contains("torn")), "{about:?}");
    let expected = ["inlined-into", "triple", "one", "recorded"].map(str::to_owned);
    assert!(reliances(&report.units[0]).contains(&expected));
}
