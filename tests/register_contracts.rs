//! Register contracts in real code: the C sources that two crates carry.
//!
//! The truth is another compilation, with `-fno-ipa-ra`: in a function that differs in more than which of the registers
//! that calls keep holds what, the compiler used the optimisation.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fixscope::abi::Strength;

use common::contracts::{contracts, differing, really_differing, relying};
use common::sh;

/// Crates with C sources: name, version, the folder of the sources.
/// The second one takes minutes, and comes only with `REGISTER_CONTRACTS=all` in the environment.
const CRATES: [(&str, &str, &str); 2] =
    [("libz-sys", "1.1.20", "src/zlib"), ("libsqlite3-sys", "0.30.1", "sqlite3")];

/// Brings the sources of the crates and returns the folders.
fn sources() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("register-contracts");
    fs::create_dir_all(folder.join("src")).expect("target/ is writable");
    fs::write(folder.join("src/lib.rs"), "").expect("target/ is writable");
    let mut manifest = String::from(
        "[package]\nname = \"throwaway\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n[dependencies]\n",
    );
    for (name, version, _) in CRATES {
        // Two crates may not link the same library twice, and these do not.
        manifest += &format!("{name} = \"={version}\"\n");
    }
    if !folder.join("vendor").exists() {
        fs::write(folder.join("Cargo.toml"), manifest).expect("target/ is writable");
        sh(&[env!("CARGO"), "vendor", "--quiet"], &folder);
    }
    CRATES.iter().map(|(name, _, inner)| folder.join("vendor").join(name).join(inner)).collect()
}

/// The C sources in a folder that compile by themselves.
fn units(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the crate carries the sources");
    let mut all: Vec<PathBuf> = entries.map(|e| e.expect("the folder is readable").path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e == "c"));
    all.sort();
    all
}

fn compiled(source: &Path, folder: &Path, name: &str, flag: &str) -> PathBuf {
    let object = folder.join(name);
    let (target, source_name) = (object.display().to_string(), source.display().to_string());
    let inner = source.parent().expect("it lies in a folder");
    let flags = ["-D_LARGEFILE64_SOURCE=1", "-DHAVE_UNISTD_H", "-DSQLITE_THREADSAFE=1"];
    let mut words = vec!["cc", "-O2", "-g", "-w", "-c", flag];
    words.extend(flags);
    words.extend(["-o", &target, &source_name]);
    sh(&words, inner);
    object
}

#[test]
#[ignore = "brings the crates libz-sys and libsqlite3-sys"]
fn register_contracts_of_real_code_are_found() {
    let is_all = std::env::var_os("REGISTER_CONTRACTS").is_some_and(|value| value == "all");
    let crates = if is_all { 2 } else { 1 };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut proved, mut found, mut too_many, mut missed) = (0, 0, 0, BTreeSet::new());
    println!("unit | functions that differ | by more than names | seen | suspected only | pairs | missed");
    for source in sources().iter().take(crates).flat_map(|folder| units(folder)) {
        let one = compiled(&source, folder.path(), "one.o", "-fipa-ra");
        let other = compiled(&source, folder.path(), "other.o", "-fno-ipa-ra");
        let name = source.file_name().expect("a file").to_string_lossy().into_owned();
        let changed = differing("objdump", &one, &other);
        let really = really_differing("objdump", &one, &other);
        let all = relying(&one);
        let seen: BTreeSet<String> =
            all.iter().filter(|(_, s)| **s == Strength::Seen).map(|(name, _)| name.clone()).collect();
        let pairs = contracts(&one).len();
        if !changed.is_empty() || !all.is_empty() {
            let lost = really.iter().filter(|f| !all.contains_key(*f)).count();
            println!(
                "{name} | {} | {} | {} | {} | {pairs} | {lost}",
                changed.len(),
                really.len(),
                seen.len(),
                all.len() - seen.len()
            );
        }
        // Nothing can rely on a register there, and so it tells how much is reported that is none.
        let off = relying(&other);
        let wrong: Vec<&String> = off.iter().filter(|(_, s)| **s == Strength::Seen).map(|(f, _)| f).collect();
        let unproved: Vec<&String> = seen.difference(&changed).collect();
        if !wrong.is_empty() || !unproved.is_empty() {
            println!(
                "  without the optimisation {} seen: {wrong:?}; do not differ: {unproved:?}",
                wrong.len()
            );
        }
        too_many += wrong.len() + unproved.len();
        proved += seen.intersection(&changed).count();
        found += all.len();
        missed.extend(really.into_iter().filter(|f| !all.contains_key(f)).map(|f| format!("{name}: {f}")));
    }
    println!("proved {proved}, found {found}, differing and not found {}: {missed:?}", missed.len());
    if is_all {
        assert!(proved >= 50, "{proved} register contracts are proved");
    } else {
        assert_eq!((too_many, missed), (0, BTreeSet::new()));
        assert!(proved >= 20, "{proved} register contracts are proved");
    }
}
