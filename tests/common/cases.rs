//! The cases of `testdata/cases`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Flags that must not change any verdict.
pub const WAYS: &[&str] = &[
    "-O2",
    "-O2 -ffunction-sections -fdata-sections -g",
    "-Os -fcf-protection=branch",
    "-O2 -fPIC -ffunction-sections",
    "-O2 -mcmodel=kernel -mno-red-zone -fno-pic -pg -mfentry -mrecord-mcount -gdwarf-4",
];

/// Architectures whose instructions nothing decodes, so that `expect.raw` counts where there is no `expect.ARCH`.
const NOT_DECODED: &[&str] = &["ppc64le", "s390x", "riscv64", "loongarch64", "mips"];

/// One case.
pub struct Case {
    /// Where its sources are.
    pub folder: PathBuf,
    /// Flags for the compiler.
    pub flags: Vec<String>,
    /// Flags for GCC only.
    pub gcc_flags: Vec<String>,
    /// Flags for Clang only.
    pub clang_flags: Vec<String>,
    /// The only compiler that makes of it what the case is about.
    pub compiler: Option<String>,
    /// The only architectures that make of it what the case is about; empty for all.
    pub only: Vec<String>,
    /// What may be listed as well.
    pub tolerated: BTreeSet<String>,
    /// What must be listed, without and with debug information.
    pub expected: [BTreeSet<String>; 2],
}

impl Case {
    /// Reads what a case expects.
    pub fn new(folder: PathBuf, text: &str) -> Case {
        let mut case = Case {
            folder,
            flags: Vec::new(),
            gcc_flags: Vec::new(),
            clang_flags: Vec::new(),
            compiler: None,
            only: Vec::new(),
            tolerated: BTreeSet::new(),
            expected: Default::default(),
        };
        for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            match line.split_once(' ') {
                Some(("flags", flags)) => case.flags.extend(flags.split_whitespace().map(str::to_owned)),
                Some(("gcc-flags", flags)) => {
                    case.gcc_flags.extend(flags.split_whitespace().map(str::to_owned));
                }
                Some(("clang-flags", flags)) => {
                    case.clang_flags.extend(flags.split_whitespace().map(str::to_owned));
                }
                Some(("only", names)) => case.only.extend(names.split_whitespace().map(str::to_owned)),
                Some(("compiler", name)) => case.compiler = Some(name.to_owned()),
                Some(("may", line)) => _ = case.tolerated.insert(line.to_owned()),
                Some(("without-debug", line)) => _ = case.expected[0].insert(line.to_owned()),
                Some(("with-debug", line)) => _ = case.expected[1].insert(line.to_owned()),
                _ => case.expected.iter_mut().for_each(|e| _ = e.insert(line.to_owned())),
            }
        }
        let named = |e: &BTreeSet<String>| -> BTreeSet<String> {
            e.iter().map(|l| l.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
        };
        let [without, with] = &case.expected;
        assert_eq!(named(without), named(with), "{}: debug information hides nothing", case.folder.display());
        case
    }
}

/// The cases for an architecture, ordered by name.
pub fn cases(arch: &str) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut cases: Vec<Case> = std::fs::read_dir(&root)
        .expect("testdata/cases can be listed")
        .map(|entry| {
            let folder = entry.expect("an entry").path();
            let own = std::fs::read_to_string(folder.join(format!("expect.{arch}")));
            let raw = || std::fs::read_to_string(folder.join("expect.raw"));
            let text = own
                .or_else(|e| if NOT_DECODED.contains(&arch) { raw() } else { Err(e) })
                .or_else(|_| std::fs::read_to_string(folder.join("expect")))
                .expect("each case has an expect file");
            Case::new(folder, &text)
        })
        .filter(|case: &Case| case.only.is_empty() || case.only.iter().any(|name| name == arch))
        .collect();
    cases.sort_by(|a, b| a.folder.cmp(&b.folder));
    assert!(cases.len() > 20, "the cases are there");
    cases
}
