//! Livepatches that are what the fix is, and ones that are not, each in one way.

use std::path::{Path, PathBuf};

use crate::common::{Run, fixscope, run_expecting, sh};

/// As the kernel lists them, of all bindings and ordered by address.
const KALLSYMS: &str = "\
ffffffff81000000 T _text
ffffffff81000010 T counted
ffffffff81000020 T twice
ffffffff81000030 t helper
ffffffff81000040 T untraced
ffffffff81000050 t other
ffffffff81000060 T other
ffffffff82000000 b calls
ffffffff82000008 b calls
ffffffff82000010 D elsewhere
ffffffffc0000000 t twice\t[driver]
";

fn compile(folder: &Path, name: &str, flags: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/livepatch/unit.c");
    let target = folder.join(name);
    let (source, shown) = (source.display().to_string(), target.display().to_string());
    // As the kernel is compiled for x86-64, as far as tracing goes; other machines trace otherwise.
    let tracing: &[&str] = if cfg!(target_arch = "x86_64") { &["-mfentry", "-mrecord-mcount"] } else { &[] };
    let mut words = vec!["gcc", "-O2", "-c", "-fno-pic", "-fno-pie", "-fno-common", "-pg"];
    words.extend(tracing);
    words.extend(flags);
    words.extend(["-o", &shown, &source]);
    sh(&words, folder);
    target
}

/// Builds, links and verifies a livepatch that is compiled with `flags`.
fn verify(flags: &[&str], words: &[&str], status: i32) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    compile(folder, "unit.o", &[]);
    let mut all = vec!["-DMODULE", "-DDEPENDS=\"\""];
    if !flags.iter().any(|flag| flag.starts_with("-DSECOND")) {
        all.push("-DSECOND=\"two\"");
    }
    if flags.iter().any(|flag| flag.starts_with("-DDEPENDS")) {
        all.remove(1);
    }
    all.extend(flags);
    compile(folder, "lp.ko", &all);
    let exported: String =
        ["klp_enable_patch", "__fentry__", "mcount", "_mcount", "__this_module", "exported"]
            .iter()
            .map(|name| format!("0x00000000\t{name}\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"))
            .collect();
    std::fs::write(folder.join("Module.symvers"), exported).expect("it is writable");
    std::fs::write(folder.join("kallsyms"), KALLSYMS).expect("it is writable");
    std::fs::write(folder.join("hidden"), "0000000000000000 T counted\n").expect("it is writable");
    let stub = "ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n";
    std::fs::write(folder.join("stub"), stub).expect("it is writable");
    let mut command = fixscope(folder);
    let link = ["livepatch", "link", "-q", "lp.ko", "--symvers", "Module.symvers"];
    run_expecting(command.current_dir(folder).args(link), 0);
    let mut command = fixscope(folder);
    run_expecting(command.current_dir(folder).args(["livepatch", "verify", "lp.ko"]).args(words), status)
}

const ALL: [&str; 4] = ["--patched", "unit.o", "--base", "kallsyms"];

#[test]
fn a_livepatch_that_is_the_fix_is_told_so() {
    let run = verify(&[], &ALL, 0);
    assert_eq!(run.stdout, "the same as in the patched build: counted, twice\n", "{}", run.stderr);
    let run = verify(&[], &[&ALL[..], &["--format", "json"]].concat(), 0);
    assert!(run.stdout.contains("\"findings\": []"), "{}", run.stdout);
}

/// Each livepatch differs from the fix in one thing, which is named, and nothing else is.
#[test]
fn each_difference_is_listed() {
    for (flags, said) in [
        (&["-DCONSTANT=6"][..], &["counted (different)"][..]),
        // The code is the same, and a string behind a table is not.
        (&["-DSECOND=\"zwei\""], &["words (different)"]),
        (&["-DHELPER=\".klp.sym.vmlinux.other$1\""], &["counted (different)"]),
        (
            &["-DHELPER=\".klp.sym.vmlinux.other$3\""],
            &["counted (different)", ".klp.sym.vmlinux.other,3 (symbol)"],
        ),
        (&["-DHELPER=\".klp.sym.vmlinux.helper$2\""], &[".klp.sym.vmlinux.helper,2 (symbol)"]),
        // A function of the same code stands under another name in the build.
        (&["-DTWICE=\"thrice\""], &["thrice (not-in-build)", "thrice (symbol)"]),
        (&["-DOWN"], &["calls (own-copy)"]),
        (&["-DDEPENDS=\"crc32\""], &["lp.ko (depends)"]),
        (&["-DOBJECT=\"snd-pcm\""], &["snd-pcm (object)"]),
    ] {
        let run = verify(flags, &ALL, 1);
        let mut found: Vec<&str> =
            run.stdout.lines().filter_map(|line| Some(line.split_once("): ")?.0)).collect();
        found.sort_unstable();
        let mut expected: Vec<&str> =
            said.iter().map(|said| said.strip_suffix(')').expect("it ends so")).collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{flags:?}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn what_the_kernel_cannot_redirect_is_named() {
    let run = verify(&["-DUNPATCHABLE"], &ALL, 1);
    assert!(run.stdout.contains("untraced (unpatchable)"), "{}", run.stdout);
    assert!(run.stdout.contains("at_boot (unpatchable): is in .init.text"), "{}", run.stdout);
    // `at_boot` is not in the kernel's list either, once it is gone.
    assert!(run.stdout.contains("at_boot (symbol)"), "{}", run.stdout);
}

#[test]
fn what_was_not_checked_is_said() {
    let run = verify(&[], &[], 0);
    assert!(run.stderr.contains("--patched") && run.stderr.contains("of vmlinux"), "{}", run.stderr);
    let run = verify(&["-DOBJECT=\"driver\""], &["--base", "stub"], 2);
    assert!(run.stderr.contains("/proc/kallsyms"), "{}", run.stderr);
    let run = verify(&[], &["--base", "hidden"], 2);
    assert!(run.stderr.contains("as root"), "{}", run.stderr);
    let run = verify(&[], &["--base", "unit.o", "Module.symvers"], 2);
    assert!(run.stderr.contains("Module.symvers: line 1"), "{}", run.stderr);
}
