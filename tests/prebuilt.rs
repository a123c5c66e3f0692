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
use fixscope::compare::{DifferenceKind, Entry, Options, Status, compare};
use fixscope::load::elf;
use fixscope::normalize::{EntityKind, Normalized};
use fixscope::pair::Pair;
use fixscope_arch::{InsnKind, REACH_MADE};
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

/// Whether any bit of a function that is in no field of fixscope's makes the function changed.
fn flipped(arch: &str, folder: &Path) -> (usize, Vec<String>) {
    let path = folder.join("original.o");
    let sound = std::fs::read(&path).expect("the object can be read");
    let original = elf::read(&path, &sound).expect("an object file");
    let n = Normalized::new(&original, original.arch().expect("a known machine"));
    let mut failures = Vec::new();
    let mut count = 0;
    for id in n.ids().filter(|&id| n.entity(id).kind == EntityKind::Function) {
        let code = n.code(id);
        let in_file = code.bytes.as_ptr() as usize - sound.as_ptr() as usize;
        let name = n.name(id);
        // As the file has them, for others stand in their place where variables are reached from anchors.
        let relocs = original.relocs(n.entity(id).section.expect("code lies in a section"));
        for at in 0..code.bytes.len() {
            // One bit of each byte, every one in turn.
            let bit = at % 8;
            let insn = n.decoded(id).covering(at as u64).expect("all bytes are covered");
            let in_distance =
                insn.field.is_some_and(|f| f.bits_at(at - insn.offset as usize) >> bit & 1 == 1);
            let filled = relocs.iter().any(|r| {
                let inside = code.address + at as u64;
                let place = inside.checked_sub(r.offset).filter(|&place| place < 8);
                let size = n.arch.relocation(r.r_type).size().unwrap_or(0);
                let bits = n.arch.relocated_bits(r.r_type);
                place.is_some_and(|p| p < u64::from(size) && bits >> (8 * p) >> bit & 1 == 1)
            });
            // What only makes an address is compared where the address is used: no assembler writes one in a register
            // and uses it in another.
            let place = code.address + u64::from(insn.offset)..code.address + u64::from(insn.end());
            let mut made = n.relocs_of(id).iter().filter(|r| place.contains(&r.offset)).peekable();
            if made.peek().is_some() && made.all(|r| r.r_type == REACH_MADE) {
                continue;
            }
            // A branch to filler leads to what is behind it.
            if filled || in_distance || insn.kind == InsnKind::Nop {
                continue;
            }
            let mut altered = sound.clone();
            altered[in_file + at] ^= 1 << bit;
            let patched = elf::read(&path, &altered).expect("only code was altered");
            let comparison =
                compare(Pair::new(&original, &patched), Options::default()).expect("two of one machine");
            let is_listed = |e: &Entry| e.name == name && e.status == Status::Changed;
            if !comparison.entries.iter().any(is_listed) {
                failures.push(format!("{arch}: bit {bit} of {name} + {at:#x}"));
            }
            count += 1;
        }
    }
    (count, failures)
}

#[test]
fn flipped_bits_of_prebuilt_objects_are_seen() {
    let pairs = pairs();
    let (counts, failures): (Vec<usize>, Vec<Vec<String>>) =
        pairs.par_iter().map(|(arch, folder)| flipped(arch, folder)).unzip();
    let failures = failures.concat();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(counts.iter().all(|&count| count > 20), "enough bits were flipped: {counts:?}");
}

#[test]
fn code_of_an_unknown_machine_is_compared_as_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/prebuilt/s390x/reference");
    let home = tempfile::tempdir().expect("a temporary folder");
    for side in ["original", "patched"] {
        let mut bytes = std::fs::read(folder.join(format!("{side}.o"))).expect("the object can be read");
        // e_machine, 18 bytes into every ELF header (gABI): a number that no machine has.
        bytes[18..20].copy_from_slice(&0x7ff1_u16.to_be_bytes());
        std::fs::write(home.path().join(format!("{side}.o")), bytes).expect("a copy can be written");
    }
    let mut command = common::fixscope(home.path());
    command.current_dir(home.path()).args(["diff", "original.o", "patched.o", "--format", "json"]);
    let run = common::run_expecting(&mut command, 1);
    assert!(
        run.stderr.contains("most of its code is no elf-32753 that fixscope can decode"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.matches("most of its code").count(), 1, "once for both sides");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    assert_eq!(report["units"][0]["arch"], "elf-32753");
    let symbols = report["units"][0]["symbols"].as_array().expect("symbols");
    let changed =
        symbols.iter().find(|s| s["name"] == "changed").expect("the function that differs is listed");
    assert_eq!(changed["status"], "changed");
    // Relocations are compared by type and symbol, so that a string that differs is seen.
    assert!(symbols.iter().any(|s| s["name"] == "told" && s["status"] == "changed"), "{symbols:?}");
    assert!(!symbols.iter().any(|s| s["name"] == "after"), "{symbols:?}");
}

#[test]
fn what_is_not_decoded_is_not_sure() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/prebuilt/x86_64/reference");
    let path = folder.join("original.o");
    let sound = std::fs::read(&path).expect("the object can be read");
    let unit = elf::read(&path, &sound).expect("an object file");
    let n = Normalized::new(&unit, unit.arch().expect("x86-64"));
    let id = n.ids().find(|&id| n.name(id) == "changed").expect("the function");
    let in_file = n.bytes_of(id).as_ptr() as usize - sound.as_ptr() as usize;
    // `push %es` and `pop %es` are no instructions of 64-bit code (Intel's manual, volume 2).
    let altered = |byte: u8| {
        let mut bytes = sound.clone();
        bytes[in_file] = byte;
        bytes
    };
    let (first, second) = (altered(0x06), altered(0x07));
    let sides = Pair::new(elf::read(&path, &first), elf::read(&path, &second));
    let (original, patched) = (sides.original.expect("an object"), sides.patched.expect("an object"));
    let comparison = compare(Pair::new(&original, &patched), Options::default()).expect("two of one machine");
    let entry = comparison.entries.iter().find(|e| e.name == "changed").expect("it is listed");
    let unsure = entry.differences.iter().find(|d| d.kind == DifferenceKind::Unsure).expect("it is not sure");
    assert_eq!(unsure.at.patched, Some(0));
    assert!(unsure.what.contains("+0x0 on is not decoded"), "{}", unsure.what);
    let text = n.arch.format(&n.code(id), &n.decoded(id).insns[0], &|_| None);
    assert!(!text.starts_with(".byte"), "the sound one decodes: {text}");
}

#[test]
fn views_say_that_code_is_words_of_digits() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/prebuilt/ppc64le/reference");
    let home = tempfile::tempdir().expect("a temporary folder");
    let run = |arguments: &[&str], code| {
        let mut command = common::fixscope(home.path());
        common::run_expecting(command.current_dir(&folder).args(arguments), code).stdout
    };
    let listed = run(&["diff", "original.o", "patched.o", "-s"], 1);
    // `told` and `changed` have listings; the table that changed has no instructions.
    assert_eq!(listed.matches("nothing here decodes ppc64le").count(), 2, "{listed}");
    let shown = run(&["show", "original.o:told"], 0);
    assert_eq!(shown.matches("nothing here decodes ppc64le").count(), 1, "{shown}");
    // As objdump gives the words of this function, with the symbols of its relocations.
    for line in ["3c4c0000  .TOC.", "48000001  clamp", "f8010010", "4e800020"] {
        assert!(shown.contains(line), "{line} is missing in:\n{shown}");
    }
    let x86 = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/prebuilt/x86_64/reference/original.o");
    let shown = run(&["show", &format!("{}:told", x86.display())], 0);
    assert!(!shown.contains("nothing here decodes"), "{shown}");
}
