//! Livepatches on Debian's stock kernel, booted in QEMU without acceleration: the behaviour changes, and goes back.
//!
//! The same functions are changed by `fixes.patch` in the kernel's source, and `verify` holds the livepatch against what
//! is compiled of that.
//!
//! `FIXSCOPE_KERNEL_TREE` names a tree as `tests/kernel/prepare` makes it, and `FIXSCOPE_STOCK_KERNEL` names what `tests/livepatch/kernel/prepare` made; without it, it is made.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{fixscope, run_expecting, sh, tool};

fn stock_kernel() -> PathBuf {
    prepared("FIXSCOPE_STOCK_KERNEL", "tests/livepatch/kernel/prepare", "target/stock-kernel", "")
}

fn kernel_tree() -> PathBuf {
    prepared("FIXSCOPE_KERNEL_TREE", "tests/kernel/prepare", "target/kernel", "linux")
}

/// The folder that a variable names, or else what a script makes of it.
fn prepared(variable: &str, script: &str, folder: &str, part: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os(variable) {
        return std::fs::canonicalize(folder).unwrap_or_else(|_| panic!("{variable} names a folder"));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join(folder);
    tool(root.join(script), &[folder.as_os_str()], root);
    folder.join(part)
}

/// Files of these tests.
fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/livepatch/kernel").join(name)
}

/// Builds a module against the headers of the stock kernel.
fn build(kernel: &Path, folder: &Path, name: &str, flags: &str) -> PathBuf {
    let makefile = format!("obj-m := {name}.o\nccflags-y := {flags}\n");
    std::fs::write(folder.join("Makefile"), makefile).expect("it is writable");
    let headers = format!("{}", kernel.join("headers").display());
    let this = format!("M={}", folder.display());
    sh(&["make", "-s", "-C", &headers, &this, "KBUILD_MODPOST_WARN=1", "modules"], folder);
    folder.join(format!("{name}.ko"))
}

/// Starts the kernel with these files beside `init`, and returns what stands on its console.
fn boot(kernel: &Path, folder: &Path, files: &[(&Path, &str)]) -> String {
    let root = folder.join("initramfs");
    std::fs::create_dir_all(root.join("bin")).expect("it is writable");
    let busybox = Path::new("/bin/busybox");
    let init = ours("init");
    for (from, name) in files.iter().copied().chain([(busybox, "bin/busybox"), (&init, "init")]) {
        std::fs::copy(from, root.join(name)).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
    }
    sh(&["sh", "-c", "find . | cpio -o -H newc --quiet >../initramfs.cpio"], &root);
    let output = Command::new("timeout")
        .args([
            "180",
            "qemu-system-x86_64",
            "-accel",
            "tcg",
            "-m",
            "512",
            "-nographic",
            "-no-reboot",
            "-kernel",
        ])
        .arg(kernel.join("vmlinuz"))
        .args(["-initrd", "initramfs.cpio", "-append", "console=ttyS0 quiet panic=-1"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("QEMU starts");
    let console = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    assert!(console.contains("== end"), "the kernel did not come to an end: {console}");
    console
}

/// The lines below a heading.
fn below<'c>(console: &'c str, heading: &str) -> Vec<&'c str> {
    let start = format!("== {heading}");
    let lines = console.lines().skip_while(|line| *line != start).skip(1);
    lines.take_while(|line| !line.starts_with("==")).collect()
}

/// What is under a heading for a word.
fn value<'c>(console: &'c str, heading: &str, word: &str) -> Option<&'c str> {
    below(console, heading).into_iter().find_map(|line| line.strip_prefix(word)?.strip_prefix(": "))
}

#[test]
#[ignore = "needs QEMU, and downloads Debian's kernel"]
fn livepatches_load_and_change_what_they_should() {
    let kernel = stock_kernel();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    std::fs::copy(ours("fixes.c"), folder.join("fixes.c")).expect("it is there");
    let module = build(&kernel, folder, "fixes", "");
    let unlinked = folder.join("unlinked.ko");
    std::fs::copy(&module, &unlinked).expect("it is there");
    let symvers = kernel.join("headers/Module.symvers");
    let mut link = fixscope(folder);
    run_expecting(link.args(["livepatch", "link", "--symvers"]).args([&symvers, &module]), 0);
    // Another text in one of the functions, and names that the kernel does not have.
    let source = std::fs::read_to_string(ours("fixes.c")).expect("it is there");
    let source = source.replacen("\"patched \"", "\"Patched \"", 1);
    let source = source
        .replace("vmlinux.uts_sem$0", "vmlinux.uts_smem$0")
        .replace(".old_sympos = 1", ".old_sympos = 7");
    std::fs::write(folder.join("other.c"), source).expect("it is writable");
    let other = build(&kernel, folder, "other", "");
    run_expecting(fixscope(folder).args(["livepatch", "link", "-q"]).arg(&other), 0);
    let pktgen = kernel.join("modules/kernel/net/core/pktgen.ko");
    let files =
        [(&*module, "fixes.ko"), (&*unlinked, "unlinked.ko"), (&*other, "other.ko"), (&*pktgen, "pktgen.ko")];
    let console = boot(&kernel, folder, &files);

    assert!(!console.contains("loaded without being linked"), "{console}");
    assert!(!console.contains("loaded with a wrong name"), "{console}");
    let command_line = "console=ttyS0 quiet panic=-1";
    let patched = format!("patched {command_line}");
    for (heading, is_patched, pktgen_is_there) in [
        ("before", false, true),
        ("patched", true, true),
        ("disabled", false, true),
        ("patched-early", true, false),
        ("patched-late", true, true),
        ("disabled-again", false, true),
    ] {
        let is = |word| value(&console, heading, word);
        let expected = if is_patched { &*patched } else { command_line };
        assert_eq!(is("cmdline"), Some(expected), "{heading}: {console}");
        let node = if is_patched { "patched" } else { "(none)" };
        assert_eq!(is("node"), Some(node), "{heading}: {console}");
        // The list is the kernel's own, as long as before, and only its text differs.
        let (count, first) = is("filesystems").and_then(|text| text.split_once(' ')).expect("there are some");
        assert!(count.parse::<u32>().is_ok_and(|count| count > 10), "{heading}: {console}");
        assert_eq!(first.ends_with(" patched"), is_patched, "{heading}: {console}");
        let version = is("pktgen").map(|text| (text.starts_with("patched "), text.contains("Version: ")));
        assert_eq!(version, pktgen_is_there.then_some((is_patched, true)), "{heading}: {console}");
    }
    assert_eq!(console.matches("removed").count(), 2, "{console}");

    // What the kernel that ran says of its symbols is the truth for `verify`.
    let kallsyms = below(&console, "symbols").join("\n") + "\n";
    std::fs::write(folder.join("kallsyms"), kallsyms).expect("it is writable");
    let work = folder.join("work");
    let mut analyze = fixscope(folder);
    analyze.args(["analyze", "--keep", "--patch"]).arg(ours("fixes.patch")).arg("--tree").arg(kernel_tree());
    run_expecting(analyze.arg("--work-dir").arg(&work), 1);
    let objects = ["fs/proc/cmdline.o", "fs/filesystems.o", "kernel/sys.o", "net/core/pktgen.o"];
    let objects = objects.map(|object| work.join("objects/patched").join(object));
    let vmlinuz = kernel.join("vmlinuz");
    let verify = |module: &Path, base: &Path, status| {
        let mut verify = fixscope(folder);
        verify.args(["livepatch", "verify"]).arg(module).arg("--patched").args(&objects);
        run_expecting(verify.arg("--base").args([base, &pktgen]), status)
    };
    let same = "__do_sys_newuname, __x64_sys_newuname, cmdline_proc_show, filesystems_proc_show, pgctrl_show";
    // The image has the same names as the kernel that runs.
    for base in [&folder.join("kallsyms"), &vmlinuz] {
        let run = verify(&module, base, 0);
        assert_eq!(run.stdout, format!("the same as in the patched build: {same}\n"));
        assert_eq!(run.stderr, "", "everything can be checked");

        let run = verify(&other, base, 1);
        let found: Vec<&str> =
            run.stdout.lines().filter_map(|line| Some(line.split_once("): ")?.0)).collect();
        let expected = [
            ".klp.sym.vmlinux.uts_smem,0 (symbol",
            "__do_sys_newuname (different",
            "cmdline_proc_show (different",
            "filesystems_proc_show (symbol",
        ];
        assert_eq!(found, expected, "{}", run.stdout);
        assert!(run.stdout.contains("became \"Patched \""), "{}", run.stdout);
        assert!(run.stdout.contains("is number 7 of 1 in vmlinux"), "{}", run.stdout);
    }
    // The module as the kernel's build made it is the same code, and would not load.
    let run = verify(&unlinked, &vmlinuz, 1);
    assert!(run.stdout.contains(".klp.sym.vmlinux.uts_sem$0 (unlinked)"), "{}", run.stdout);
    assert!(run.stdout.contains(same), "{}", run.stdout);

    let mut stub = fixscope(folder);
    stub.args(["livepatch", "verify"]).arg(&module).arg("--base").arg(kernel.join("System.map"));
    let run = run_expecting(&mut stub, 2);
    assert!(run.stderr.contains("name the vmlinuz"), "{}", run.stderr);
}
