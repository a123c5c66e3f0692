use std::fs;

use super::*;

fn write(root: &Path, rel: &str, text: &str) {
    let path = root.join(rel);
    fs::create_dir_all(path.parent().expect("a parent")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

#[test]
fn trees_are_found_and_a_missing_configuration_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("it is there");
    let source = root.join("linux");
    write(&source, "Kbuild", "");
    write(&source, "scripts/Makefile.build", "");
    assert!(is_kernel(&source) && !is_kernel(&root));
    let error = locate(&source).expect_err("it has no configuration").to_string();
    assert!(error.contains("linux/.config") && error.contains("make defconfig"), "{error}");
    write(&root, "out/.config", "# Linux/x86 6.1.0 Kernel Configuration\n");
    write(&root, "out/Makefile", "# Automatically generated\ninclude ../linux/Makefile\n");
    write(&source, "Makefile", "");
    let places = locate(&root.join("out")).expect("it is configured");
    assert_eq!(places, Places { source: source.clone(), objects: root.join("out") });
    write(&source, ".config", "# Linux/arm64 6.1.0 Kernel Configuration\nCONFIG_MODULES=y\n");
    let kernel = Kernel::new(&locate(&source).expect("it is configured"), &[]).expect("it can be read");
    assert_eq!(kernel.architecture, "arm64");
    assert!(kernel.option("MODULES") && !kernel.option("MODULE"));
    write(&source, "vmlinux.o", "");
    assert!(!kernel.is_built(), "the modules are missing");
    write(&source, "modules.order", "");
    assert!(kernel.is_built());
}

/// Runs the patch `FIXSCOPE_KERNEL_PATCH` on the tree `FIXSCOPE_KERNEL_TREE` with the work folder
/// `FIXSCOPE_KERNEL_WORK` and prints what came of it; `FIXSCOPE_KERNEL_UNITS` is `--units`.
#[test]
#[ignore = "needs a kernel tree named by FIXSCOPE_KERNEL_TREE"]
fn a_patch_on_a_kernel() {
    use crate::inputs::{build, fix, progress::Progress};
    use crate::plan::{AnalyzePlan, BuildKind, BuildPlan, FixSource, PatchText};

    struct Print(std::time::Instant);
    impl Progress for Print {
        fn stage(&self, text: &str, total: Option<u64>) {
            eprintln!("{:8.2} {text} {total:?}", self.0.elapsed().as_secs_f64());
        }
        fn advance(&self) {}
    }
    let variable = |name: &str| std::env::var(format!("FIXSCOPE_KERNEL_{name}")).ok();
    let path = variable("PATCH").expect("a patch");
    let patch = PatchText { name: path.clone(), text: fs::read(path).expect("it can be read") };
    let plan = AnalyzePlan {
        tree: variable("TREE").expect("a tree").into(),
        fix: FixSource::Patches { patches: vec![patch], strip: None },
        build: BuildPlan {
            kind: BuildKind::Auto,
            command: None,
            cflags: Vec::new(),
            launcher: variable("LAUNCHER"),
            emit_asm: variable("ASM").is_some(),
            keep_line_changes: false,
            units: variable("UNITS").into_iter().collect(),
        },
        work_dir: variable("WORK").expect("a work folder").into(),
        keep: true,
        dry_run: false,
        all: false,
        show: false,
        skeleton: false,
        jobs: 2,
    };
    let progress = Print(std::time::Instant::now());
    let fix = fix::resolve(&build::source_root(&plan), &plan.fix).expect("it applies");
    if variable("DRY").is_some() {
        eprintln!("{:#?}", build::dry_run(&plan, &fix, &progress).expect("it can be planned"));
        return;
    }
    let built = build::build(&plan, &fix, &progress).expect("it can be built");
    progress.stage("done", None);
    if built.units.len() > 12 {
        eprintln!(
            "{} units, {} same text",
            built.units.len(),
            built.units.iter().filter(|u| u.same_text).count()
        );
        for unit in built.units.iter().filter(|u| !u.errors.is_empty()) {
            eprintln!("{unit:#?}");
        }
    } else {
        eprintln!("{:#?}", built.units);
    }
    eprintln!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}\ncompilations {}",
        built.skipped, built.errors, built.compilers, built.warnings, built.compilations
    );
}
