//! The main job on a project that is not ours: zlib's sources at two versions, out of a crate that carries them.
//!
//! The truth comes from elsewhere: both versions are compiled by hand with the same flags, and the functions are
//! compared as `objdump` prints them.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use common::rows::{Row, report, rows};
use common::{fixscope, run, sh, tool};

/// Versions of the crate `libz-sys` and the version of zlib inside.
const VERSIONS: [(&str, &str); 3] = [("1.1.12", "1.2.11"), ("1.1.14", "1.3"), ("1.1.20", "1.3.1")];

/// The flags of the build, and those that fixscope adds.
const CFLAGS: &str = "-O2 -D_LARGEFILE64_SOURCE=1 -DHAVE_HIDDEN -DHAVE_UNISTD_H";
const ADDED: &str = "-ffunction-sections -fdata-sections -g";

/// The crate ships no usable Makefile, hence ours. The archive and the library folder are as usual projects have
/// them: a part made by a second make.
const MAKEFILE: &str = "
CFLAGS = @CFLAGS@
OBJS = $(patsubst %.c,%.o,$(wildcard *.c))

all: libz.a
libz.a: $(OBJS)
\t$(AR) rcs $@ $^
clean:
\trm -f *.o libz.a
.PHONY: all clean
";

/// Puts zlib's sources at `version` of the crate below `target/` and returns their folder.
fn sources(version: &str, zlib: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("zlib-{zlib}"));
    let tree = folder.join("tree");
    if tree.exists() {
        return tree;
    }
    let throwaway = folder.join("throwaway");
    fs::create_dir_all(throwaway.join("src")).expect("target/ is writable");
    fs::write(throwaway.join("src/lib.rs"), "").expect("target/ is writable");
    let manifest = format!(
        "[package]\nname = \"throwaway\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\nlibz-sys = \
         \"={version}\"\n\n[workspace]\n"
    );
    fs::write(throwaway.join("Cargo.toml"), manifest).expect("target/ is writable");
    sh(&[env!("CARGO"), "vendor", "--quiet"], &throwaway);
    let vendored = throwaway.join("vendor/libz-sys/src/zlib");
    let header = fs::read_to_string(vendored.join("zlib.h")).expect("the crate carries zlib");
    assert!(
        header.contains(&format!("#define ZLIB_VERSION \"{zlib}\"")),
        "libz-sys {version} has no zlib {zlib}"
    );

    let unfinished = folder.join("unfinished");
    fs::create_dir_all(&unfinished).expect("target/ is writable");
    for entry in fs::read_dir(&vendored).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.extension().is_some_and(|extension| extension == "c" || extension == "h") {
            fs::copy(&path, unfinished.join(path.file_name().expect("a file"))).expect("target/ is writable");
        }
    }
    fs::write(unfinished.join("Makefile"), MAKEFILE.replace("@CFLAGS@", CFLAGS))
        .expect("target/ is writable");
    fs::rename(&unfinished, &tree).expect("target/ is writable");
    tree
}

/// What `objdump` says of one object file.
#[derive(Default)]
struct Dump {
    /// Instructions and relocations of each function; names that the compiler numbers are taken out.
    loose: BTreeMap<String, Vec<String>>,
    /// The same with all names as they are.
    strict: BTreeMap<String, Vec<String>>,
    /// Section of each symbol.
    section_of: BTreeMap<String, String>,
    /// Bytes and relocations of each section of data.
    content: BTreeMap<String, String>,
}

fn objdump(arguments: &[&str], object: &Path) -> String {
    let mut words: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    words.push(object.as_os_str());
    tool("objdump", &words, Path::new("/"))
}

/// Takes numbers of the compiler out of a relocation: `.LC3-0x4` and `.rodata.f.str1.1+0x10` depend on what else
/// the unit holds, and so does `table.0`.
fn without_numbers(reference: &str) -> String {
    let name = reference.split(['+', '-']).next().unwrap_or(reference);
    if name.starts_with(".LC") {
        return ".LC".to_owned();
    }
    if name.starts_with('.') {
        return name.to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{stem}{}", &reference[name.len()..])
        }
        _ => reference.to_owned(),
    }
}

impl Dump {
    fn read(object: &Path) -> Self {
        let mut dump = Dump::default();
        let mut function = None::<String>;
        for line in objdump(&["-dr", "--no-show-raw-insn"], object).lines() {
            if let Some(name) =
                line.strip_suffix(">:").and_then(|line| line.split_once('<')).map(|(_, name)| name)
            {
                function = Some(name.to_owned());
                dump.loose.entry(name.to_owned()).or_default();
                dump.strict.entry(name.to_owned()).or_default();
                continue;
            }
            let (Some(name), Some((_, text))) =
                (&function, line.split_once(":\t").or_else(|| line.split_once(": ")))
            else {
                function = function.filter(|_| !line.starts_with("Disassembly"));
                continue;
            };
            let text = text.trim();
            let loose = dump.loose.entry(name.clone()).or_default();
            let strict = dump.strict.entry(name.clone()).or_default();
            if text.starts_with("R_") {
                let (kind, reference) = text.split_once('\t').expect("a relocation has a type and a target");
                // What objdump printed as the target of the instruction is the field before relocation.
                for lines in [&mut *loose, &mut *strict] {
                    if let Some(last) = lines.last_mut() {
                        let cut = last
                            .split(" <")
                            .next()
                            .unwrap_or_default()
                            .split(" #")
                            .next()
                            .unwrap_or_default();
                        let words: Vec<&str> = cut.split_whitespace().collect();
                        *last = match words[..] {
                            [call, _] if call.starts_with(['c', 'j']) => call.to_owned(),
                            _ => words.join(" "),
                        };
                    }
                }
                loose.push(format!("{kind} {}", without_numbers(reference)));
                strict.push(format!("{kind} {reference}"));
            } else {
                // `jmp 3f <f+0x1f>`: the address depends on the section's layout, the offset does not.
                let words: Vec<&str> = text.split_whitespace().collect();
                let text = match words[..] {
                    [jump, _, target] if target.starts_with('<') => format!("{jump} {target}"),
                    _ => words.join(" "),
                };
                // Padding behind a function belongs to nobody.
                let text = text.split(" #").next().unwrap_or_default().to_owned();
                loose.push(text.clone());
                strict.push(text);
            }
        }
        for lines in dump.loose.values_mut().chain(dump.strict.values_mut()) {
            while lines.last().is_some_and(|line| line.contains("nop") || line == "xchg %ax,%ax") {
                lines.pop();
            }
        }
        for line in objdump(&["-t"], object).lines() {
            let mut words = line.split_whitespace().rev();
            let (Some(name), _, Some(section)) = (words.next(), words.next(), words.next()) else { continue };
            // With a visibility such as `.hidden` there is one word more.
            let section = if section.starts_with(|first: char| first.is_ascii_digit()) {
                words.next().unwrap_or(section)
            } else {
                section
            };
            dump.section_of.insert(name.to_owned(), section.to_owned());
        }
        let sections: BTreeSet<String> = dump
            .section_of
            .values()
            .filter(|section| [".rodata", ".data", ".bss"].iter().any(|prefix| section.starts_with(prefix)))
            .cloned()
            .collect();
        for section in sections {
            // The first lines name the file.
            let body = |text: String| text.lines().skip(3).collect::<Vec<_>>().join("\n");
            let bytes = body(objdump(&["-s", "-j", &section], object));
            let relocations = body(objdump(&["-r", "-j", &section], object));
            dump.content.insert(section, format!("{bytes}\n{relocations}"));
        }
        dump
    }

    /// Content of all that `function` refers to, by section.
    fn referenced(&self, function: &str) -> BTreeMap<&str, &str> {
        let lines = self.strict.get(function).into_iter().flatten();
        lines
            .filter_map(|line| line.strip_prefix("R_").and_then(|line| line.split_once(' ')))
            .map(|(_, reference)| reference.split(['+', '-']).next().unwrap_or(reference))
            .filter_map(|name| {
                let section = self.section_of.get(name).map_or(name, String::as_str);
                self.content.get_key_value(section).map(|(section, text)| (section.as_str(), text.as_str()))
            })
            .collect()
    }
}

/// The function that a cold part belongs to, or the name itself.
fn parent(name: &str) -> &str {
    name.split(".cold").next().unwrap_or(name)
}

/// All object files of a build by hand.
fn build_by_hand(tree: &Path, folder: &Path) -> BTreeMap<String, Dump> {
    let mut dumps = BTreeMap::new();
    fs::create_dir_all(folder).expect("the temporary folder is writable");
    for entry in fs::read_dir(tree).expect("the tree is readable") {
        let source = entry.expect("the tree is readable").path();
        if source.extension().is_none_or(|extension| extension != "c") {
            continue;
        }
        let name = source.file_name().expect("a file").to_string_lossy().into_owned();
        let object = folder.join(&name).with_extension("o");
        let mut words = vec!["cc"];
        words.extend(CFLAGS.split(' '));
        words.extend(ADDED.split(' '));
        let output = object.display().to_string();
        words.extend(["-c", "-o", &output, &name]);
        sh(&words, tree);
        dumps.insert(name, Dump::read(&object));
    }
    dumps
}

/// What fixscope says about the two trees, function by function.
fn verdicts(original: &Path, patched: &Path) -> Vec<Row> {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = fixscope(home.path());
    command.args(["analyze", "--format", "json", "--build", "make", "-j2", "--tree"]).arg(original);
    command.arg("--patched").arg(patched).arg("--work-dir").arg(home.path().join("work"));
    let run = run(&mut command);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report = report(&run.stdout);
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    assert_eq!(report.summary.units_failed, 0);
    rows(&report)
}

fn check(original: (&str, &str), patched: (&str, &str)) {
    let trees = [sources(original.0, original.1), sources(patched.0, patched.1)];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = build_by_hand(&trees[0], &folder.path().join("original"));
    let after = build_by_hand(&trees[1], &folder.path().join("patched"));
    let rows = verdicts(&trees[0], &trees[1]);
    let listed = |unit: &str, name: &str, status: &[&str]| {
        rows.iter().any(|row| row.unit == unit && row.name == name && status.contains(&row.status.as_str()))
    };

    let mut trouble = Vec::new();
    let mut changed = 0;
    let nothing = Dump::default();
    for (unit, dump) in &before {
        let other = after.get(unit).unwrap_or(&nothing);
        for (function, text) in &dump.loose {
            let name = parent(function);
            match other.loose.get(function) {
                Some(now) if now == text => {}
                Some(_) => {
                    changed += 1;
                    if !listed(unit, name, &["changed"]) {
                        trouble.push(format!("{unit}: {function} differs and is not listed"));
                    }
                }
                None if name == function && !listed(unit, name, &["removed"]) => {
                    trouble.push(format!("{unit}: {function} is gone and is not listed"));
                }
                None => {}
            }
        }
        for function in other.loose.keys().filter(|function| !dump.loose.contains_key(*function)) {
            let name = parent(function);
            if name == function && !listed(unit, name, &["new"]) {
                trouble.push(format!("{unit}: {function} is new and is not listed"));
            }
        }
    }
    for row in rows.iter().filter(|row| row.kind == "function" && row.status == "changed") {
        let (Some(original), Some(patched)) = (before.get(&row.unit), after.get(&row.unit)) else {
            trouble.push(format!("{row:?} is of a unit that nobody compiled"));
            continue;
        };
        let parts =
            original.strict.keys().chain(patched.strict.keys()).filter(|name| parent(name) == row.name);
        let differs = parts.clone().any(|name| {
            original.strict.get(name) != patched.strict.get(name)
                || original.referenced(name) != patched.referenced(name)
        });
        if !differs {
            trouble.push(format!("{row:?}: neither its text nor what it refers to differs"));
        }
        if row.causes.is_empty() {
            trouble.push(format!("{row:?} has no cause"));
        }
    }
    assert!(trouble.is_empty(), "{} to {}:\n{}", original.1, patched.1, trouble.join("\n"));
    assert!(
        changed > 0,
        "zlib {} and {} differ in no function: the comparison saw nothing",
        original.1,
        patched.1
    );
    eprintln!("zlib {} to {}: {changed} functions differ, {} rows", original.1, patched.1, rows.len());
}

#[test]
#[ignore = "takes zlib's sources from the package registry"]
fn zlib_from_1_3_to_1_3_1() {
    check(VERSIONS[1], VERSIONS[2]);
}

#[test]
#[ignore = "takes zlib's sources from the package registry"]
fn zlib_from_1_2_11_to_1_3() {
    check(VERSIONS[0], VERSIONS[1]);
}

/// What `fixscope diff` lists, by status, kind and name.
fn listed_by_diff(original: &Path, patched: &Path) -> BTreeSet<String> {
    let home = tempfile::tempdir().expect("a temporary folder");
    let run = run(fixscope(home.path()).args(["diff", "--format", "json"]).args([original, patched]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    rows(&report(&run.stdout)).iter().map(|row| format!("{} {} {}", row.status, row.kind, row.name)).collect()
}

/// The shared libraries of two versions differ in what their object files differ in.
fn check_linked(original: (&str, &str), patched: (&str, &str)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let build = |version: (&str, &str), side: &str| {
        let tree = sources(version.0, version.1);
        let place = folder.path().join(side);
        fs::create_dir_all(&place).expect("the temporary folder is writable");
        let mut objects = Vec::new();
        for entry in fs::read_dir(&tree).expect("the tree is readable") {
            let source = entry.expect("the tree is readable").path();
            if source.extension().is_some_and(|extension| extension == "c") {
                let name = source.file_name().expect("a file").to_string_lossy().into_owned();
                let object = place.join(&name).with_extension("o").display().to_string();
                let flags = CFLAGS.split(' ').chain(["-fPIC", "-c", "-o"]);
                let words: Vec<&str> =
                    ["cc"].into_iter().chain(flags).chain([object.as_str(), &name]).collect();
                sh(&words, &tree);
                objects.push(object);
            }
        }
        objects.sort();
        let library = folder.path().join(format!("{side}.so"));
        let shown = library.display().to_string();
        let words = ["cc", "-shared", "-o", &shown].into_iter().chain(objects.iter().map(String::as_str));
        sh(&words.collect::<Vec<_>>(), folder.path());
        (place, library)
    };
    let (o, p) = (build(original, "original"), build(patched, "patched"));
    let (apart, together) = (listed_by_diff(&o.0, &p.0), listed_by_diff(&o.1, &p.1));
    let of_functions = |set: &BTreeSet<String>| -> BTreeSet<String> {
        set.iter().filter(|line| line.contains(" function ")).cloned().collect()
    };
    let (apart, together) = (of_functions(&apart), of_functions(&together));
    let missing: Vec<&String> = apart.difference(&together).collect();
    let more: Vec<&String> = together.difference(&apart).collect();
    eprintln!(
        "zlib {} to {}: {} functions differ, and in the libraries also {more:?}",
        original.1,
        patched.1,
        apart.len()
    );
    assert!(missing.is_empty(), "the libraries do not show {missing:?}");
    assert!(more.len() * 20 <= apart.len(), "the libraries show too much: {more:?}");
}

#[test]
#[ignore = "takes zlib's sources from the package registry"]
fn zlib_as_shared_libraries() {
    check_linked(VERSIONS[1], VERSIONS[2]);
    check_linked(VERSIONS[0], VERSIONS[1]);
}
