//! Object files of all architectures that come with fixscope, so that the verdicts on them are tested where no cross
//! compiler is installed.
//!
//! Each folder `testdata/prebuilt/ARCH/NAME` holds `original.o` and `patched.o`, the sources they were made of, what
//! must be listed (`expect`, as in `testdata/cases`), and in `recipe` the command that compiles one source. The script
//! `testdata/prebuilt/make` makes the object files again.

mod common;

use std::path::{Path, PathBuf};

use common::cases::Case;
use common::verdicts::verdict;
use rayon::prelude::*;

/// All folders of pairs, with the name of the architecture.
fn pairs() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/prebuilt");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("the folder can be listed");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| path.is_dir()).collect()
    };
    let mut found = Vec::new();
    for arch in folders(&root) {
        let name = arch.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.extend(folders(&arch).into_iter().map(|folder| (name.clone(), folder)));
    }
    found.sort();
    found
}

#[test]
fn verdicts_on_prebuilt_objects() {
    let pairs = pairs();
    assert!(!pairs.is_empty(), "the pairs are there");
    let failures: Vec<String> = pairs
        .into_par_iter()
        .filter_map(|(arch, folder)| {
            let expect =
                std::fs::read_to_string(folder.join("expect")).expect("each pair has an expect file");
            let recipe = std::fs::read_to_string(folder.join("recipe")).expect("each pair has a recipe");
            let case = Case::new(folder.clone(), &expect);
            let has_debug = recipe.split_whitespace().any(|word| word.starts_with("-g") && word != "-g0");
            let found = verdict(&folder.join("original.o"), &folder.join("patched.o"));
            let wrong = found.differs_from(&case.expected[usize::from(has_debug)], &case.tolerated);
            let wrong_arch = (found.arch != arch).then(|| format!("  is called {}", found.arch));
            Some(format!("{}:\n{}", folder.display(), wrong.or(wrong_arch)?))
        })
        .collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
