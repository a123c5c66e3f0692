//! The cases of `testdata/cases`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Flags that must not change any verdict.
pub const WAYS: &[&str] = &[
    "-O2",
    "-O2 -ffunction-sections -fdata-sections -g",
    "-Os -fcf-protection=branch",
    "-O2 -fPIC -ffunction-sections",
    "-O2 -mcmodel=kernel -mno-red-zone -fno-pic -pg -mfentry -mrecord-mcount",
];

/// One case.
pub struct Case {
    /// Where its sources are.
    pub folder: PathBuf,
    /// Flags for the compiler.
    pub flags: Vec<String>,
    /// The only compiler that makes of it what the case is about.
    pub compiler: Option<String>,
    /// The entries that must be listed: `STATUS KIND NAME [CAUSE]`.
    pub expected: BTreeSet<String>,
}

/// All cases, ordered by name.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut cases: Vec<Case> = std::fs::read_dir(&root)
        .expect("testdata/cases can be listed")
        .map(|entry| {
            let folder = entry.expect("an entry").path();
            let text = std::fs::read_to_string(folder.join("expect")).expect("each case has an expect file");
            let mut case = Case { folder, flags: Vec::new(), compiler: None, expected: BTreeSet::new() };
            for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
                match line.split_once(' ') {
                    Some(("flags", flags)) => case.flags.extend(flags.split_whitespace().map(str::to_owned)),
                    Some(("compiler", name)) => case.compiler = Some(name.to_owned()),
                    _ => _ = case.expected.insert(line.to_owned()),
                }
            }
            case
        })
        .collect();
    cases.sort_by(|a, b| a.folder.cmp(&b.folder));
    assert!(cases.len() > 20, "the cases are there");
    cases
}
