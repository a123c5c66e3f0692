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

#[test]
fn architecture_and_tools_are_told_from_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("it is there");
    write(&root, "Kbuild", "");
    write(&root, "scripts/Makefile.build", "");
    let told = |arch: &str, compiler: &str| {
        let version = format!("CONFIG_CC_VERSION_TEXT=\"{compiler} (Debian 12.2.0-14) 12.2.0\"\n");
        write(&root, ".config", &format!("# Linux/{arch} 6.1.0 Kernel Configuration\n{version}"));
        let kernel = Kernel::new(&locate(&root).expect("it is configured"), &[]).expect("it can be read");
        (
            kernel.make_architecture.clone(),
            kernel.architecture.clone(),
            kernel.tool_prefix().map(str::to_owned),
        )
    };
    let of = |make: &str, folder: &str, prefix: Option<&str>| {
        (make.to_owned(), folder.to_owned(), prefix.map(str::to_owned))
    };
    assert_eq!(told("x86", "gcc-12"), of("x86", "x86", None));
    assert_eq!(told("x86_64", "gcc"), of("x86_64", "x86", None));
    assert_eq!(told("arm64", "aarch64-linux-gnu-gcc"), of("arm64", "arm64", Some("aarch64-linux-gnu-")));
    assert_eq!(told("arm", "arm-linux-gnueabihf-gcc-12"), of("arm", "arm", Some("arm-linux-gnueabihf-")));
    assert_eq!(told("x86", "clang version 16.0.6"), of("x86", "x86", None));
}
