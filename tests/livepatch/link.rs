//! Linked modules as readelf reads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::common::{Run, fixscope, run_expecting, sh};

const SYMVERS: &str = "0x00000000\tklp_enable_patch\tvmlinux\tEXPORT_SYMBOL_GPL\t\n\
                       0x00000000\t__this_module\tvmlinux\tEXPORT_SYMBOL\t\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("Module.symvers"), SYMVERS).expect("it is writable");
    folder
}

fn module(folder: &Path, compiler: &[&str], flags: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/livepatch/module.c");
    let target = folder.join("lp.ko");
    let (source, shown) = (source.display().to_string(), target.display().to_string());
    let mut words = compiler.to_vec();
    words.extend(["-O2", "-g", "-c", "-fno-pic", "-fno-common"]);
    words.extend(flags);
    words.extend(["-o", &shown, &source]);
    sh(&words, folder);
    target
}

fn link(folder: &Path, words: &[&str], status: i32) -> Run {
    let mut command = fixscope(folder);
    command.current_dir(folder).args(["livepatch", "link"]).args(words);
    run_expecting(&mut command, status)
}

/// A section as readelf lists it: type, size, flags, link, info.
type Row = (String, String, String, String, String);

fn sections(file: &Path) -> BTreeMap<String, Row> {
    let text = sh(&["readelf", "-SW", &file.display().to_string()], Path::new("/"));
    let rows = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_once(']')?.1.split_whitespace().collect();
        // The first section and the heading have another form; a section without flags has a word less.
        let (first, rest) = words.split_at_checked(6)?;
        let (flags, rest) = if rest.len() == 4 { (rest[0], &rest[1..]) } else { ("", rest) };
        let [link, info, _] = rest else { return None };
        let row = (first[1].into(), first[4].into(), flags.into(), (*link).into(), (*info).into());
        Some((first[0].to_owned(), row))
    });
    rows.collect()
}

/// The relocations of each section: place, type, and what they refer to.
fn relocations(file: &Path) -> BTreeMap<String, Vec<String>> {
    let text = sh(&["readelf", "-rW", &file.display().to_string()], Path::new("/"));
    let mut all = BTreeMap::new();
    let mut rows: &mut Vec<String> = &mut Vec::new();
    for line in text.lines() {
        if let Some(name) = line.split('\'').nth(1).filter(|_| line.starts_with("Relocation section")) {
            rows = all.entry(name.to_owned()).or_default();
        } else if line.starts_with(|first: char| first.is_ascii_hexdigit()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            rows.push(format!("{} {} {}", words[0], words[2], words[4..].join(" ")));
        }
    }
    all
}

fn symbols(file: &Path) -> Vec<String> {
    let text = sh(&["readelf", "-sW", &file.display().to_string()], Path::new("/"));
    let rows = text.lines().filter(|line| line.contains(": 0"));
    rows.map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")).collect()
}

fn contents(file: &Path, section: &str) -> String {
    sh(&["readelf", "-x", section, &file.display().to_string()], Path::new("/"))
}

fn kernels(name: &str) -> String {
    name.trim_matches('"').replace('$', ",")
}

/// Links `before` and holds everything about the outcome against what readelf says of `before`.
fn check(folder: &Path, before: &Path) -> PathBuf {
    let after = folder.join("linked.ko");
    let words = ["lp.ko", "-o", "linked.ko", "--symvers", "Module.symvers"];
    link(folder, &words, 0);
    let (old, new) = (sections(before), sections(&after));
    let is_klp = |name: &str| name.starts_with(".klp.rela.");

    // Relocations: each is in the section it was in, or in the one of its object, and nowhere else.
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (section, rows) in relocations(before) {
        let target = section.strip_prefix(".rela").expect("these are relocations with addends");
        let loaded = old[target].2.contains('A');
        for row in rows {
            let (place, symbol) = row.split_at(
                row.rfind(".klp.sym")
                    .map_or(row.len(), |at| if row[..at].ends_with('"') { at - 1 } else { at }),
            );
            let object = symbol.trim_start_matches('"').split('.').nth(3);
            let row = format!("{place}{}", kernels(symbol).replace('"', ""));
            let section = match object {
                Some("vmlinux") if loaded => format!(".klp.rela.vmlinux.{target}"),
                Some(_) if loaded => format!(".klp.rela.driver.{target}"),
                _ => section.clone(),
            };
            expected.entry(section).or_default().push(row);
        }
    }
    assert!(expected.keys().any(|name| is_klp(name)), "nothing to link in {expected:?}");
    assert_eq!(relocations(&after), expected);

    // Sections: the new ones have the form that the kernel wants; the others are what they were.
    let numbers: Vec<&str> = old.keys().map(String::as_str).collect();
    assert!(numbers.iter().all(|name| new.contains_key(*name)), "a section is gone");
    for (name, (kind, _, flags, link, info)) in &new {
        if is_klp(name) {
            let target = name.splitn(5, '.').nth(4).expect("the name has these parts");
            let original = &old[&format!(".rela{}", &target)];
            assert_eq!((kind.as_str(), flags.as_str()), ("RELA", "AIo"), "{name}");
            assert_eq!((link, info), (&original.3, &original.4), "{name}");
            continue;
        }
        let (was, is) = (&old[name], &new[name]);
        assert_eq!((&was.0, &was.2, &was.3, &was.4), (&is.0, &is.2, &is.3, &is.4), "{name}");
        let named = matches!(name.as_str(), ".symtab" | ".strtab" | ".shstrtab");
        if !named && !name.starts_with(".rela") && kind != "NOBITS" && was.1 != "000000" {
            assert_eq!(contents(before, name), contents(&after, name), "{name}");
        }
    }

    // Symbols: the same ones in the same order.
    let expected: Vec<String> = symbols(before)
        .iter()
        .map(|row| match row.split_once(" UND ") {
            Some((head, name)) if name.contains(".klp.sym") => {
                format!("{head} OS [0xff20] {}", kernels(name))
            }
            _ => row.clone(),
        })
        .collect();
    assert_eq!(symbols(&after), expected);
    after
}

#[test]
fn references_become_what_the_kernel_resolves() {
    let folder = folder();
    let before = module(folder.path(), &["gcc"], &["-ffunction-sections"]);
    let bytes = std::fs::read(&before).expect("it is there");
    let after = check(folder.path(), &before);
    assert_eq!(std::fs::read(&before).expect("it is there"), bytes, "the module itself was changed");

    // Once more, and in place: nothing is left to do.
    let linked = std::fs::read(&after).expect("it is there");
    let run = link(folder.path(), &["linked.ko", "--symvers", "Module.symvers"], 0);
    assert!(run.stderr.contains("nothing to link"), "{}", run.stderr);
    assert_eq!(std::fs::read(&after).expect("it is there"), linked);
    link(folder.path(), &["lp.ko", "-q", "--symvers", "Module.symvers"], 0);
    assert_eq!(std::fs::read(&before).expect("it is there"), linked, "in place or not is the same");
}

#[test]
fn quoted_names_are_the_same() {
    let folder = folder();
    let before = module(folder.path(), &["gcc"], &["-DQUOTED"]);
    check(folder.path(), &before);
}

#[test]
fn what_cannot_be_loaded_is_refused_and_left_as_it_was() {
    for (flags, words, said) in [
        (&["-DMISSPELT"][..], &["--symvers", "Module.symvers"][..], "exports klp_enable_ptach"),
        (&[], &[], "--symvers"),
        (&["-DPLAIN"], &["--symvers", "Module.symvers"], "MODULE_INFO(livepatch"),
        (&["-DEARLY"], &["--symvers", "Module.symvers"], "callback"),
        (&[], &["--symvers", "lp.c"], "lp.c: line 1"),
    ] {
        let folder = folder();
        std::fs::write(folder.path().join("lp.c"), "int x;\n").expect("it is writable");
        let module = module(folder.path(), &["gcc"], flags);
        let bytes = std::fs::read(&module).expect("it is there");
        let mut all = vec!["lp.ko"];
        all.extend(words);
        let run = link(folder.path(), &all, 2);
        assert!(run.stderr.contains(said), "{flags:?} {words:?}: {}", run.stderr);
        assert_eq!(std::fs::read(&module).expect("it is there"), bytes);
    }
}

#[test]
fn only_64_bits_have_livepatches() {
    let folder = folder();
    let module = module(folder.path(), &["gcc"], &[]);
    let mut bytes = std::fs::read(&module).expect("it is there");
    // EI_CLASS: ELFCLASS32.
    bytes[4] = 1;
    std::fs::write(&module, bytes).expect("it is writable");
    let run = link(folder.path(), &["lp.ko", "--symvers", "Module.symvers"], 2);
    assert!(run.stderr.contains("32 bit"), "{}", run.stderr);
}

#[test]
fn a_signature_would_become_void() {
    let folder = folder();
    let module = module(folder.path(), &["gcc"], &[]);
    let mut bytes = std::fs::read(&module).expect("it is there");
    bytes.extend_from_slice(b"~Module signature appended~\n");
    std::fs::write(&module, bytes).expect("it is writable");
    let run = link(folder.path(), &["lp.ko", "--symvers", "Module.symvers"], 2);
    assert!(run.stderr.contains("signed"), "{}", run.stderr);
}

#[test]
fn a_module_cut_short_is_trouble_and_no_panic() {
    let folder = folder();
    let module = module(folder.path(), &["gcc"], &["-g0"]);
    let bytes = std::fs::read(&module).expect("it is there");
    for length in (0..bytes.len()).step_by(bytes.len() / 40) {
        std::fs::write(&module, &bytes[..length]).expect("it is writable");
        link(folder.path(), &["lp.ko", "--symvers", "Module.symvers"], 2);
    }
}

#[test]
#[ignore = "needs cross compilers and Clang"]
fn other_architectures_and_clang() {
    for (compiler, flags) in [
        (&["aarch64-linux-gnu-gcc"][..], &["-mcmodel=small"][..]),
        (&["powerpc64le-linux-gnu-gcc"], &["-mcmodel=medium"]),
        // Big-endian.
        (&["s390x-linux-gnu-gcc"], &["-march=z13"]),
        (&["clang-14"], &["-mcmodel=kernel"]),
        (&["clang-14", "--target=aarch64-linux-gnu"], &[]),
    ] {
        let folder = folder();
        let before = module(folder.path(), compiler, flags);
        check(folder.path(), &before);
    }
}
