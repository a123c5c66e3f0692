//! What a touched file of a kernel tree is, by its path.

use std::path::Path;

/// Kinds of files, by what a fix to them means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// C or assembly that may be a unit of its own.
    Source,
    /// Something units include.
    Header,
    /// Decides how things are built; nothing of it can be compared.
    BuildFile,
    /// Input of something the build runs: a table, a script, a linker script's source.
    Input,
    /// Nothing to compare.
    Documentation,
    /// Cannot be compared.
    Unsupported,
}

/// The kind of the file at `path`, relative to the tree.
pub(super) fn kind(path: &Path) -> Kind {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let text = path.to_string_lossy();
    let ending = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    if ["Makefile", "Kbuild", "Kconfig"].contains(&name.as_str())
        || name.starts_with("Kconfig.")
        || name.starts_with("Makefile.")
        || name.starts_with("Kbuild.")
        || name.ends_with(".lds")
        || name.ends_with(".lds.S")
        || name.ends_with(".lds.h")
        || name.ends_with("_defconfig")
        || (text.starts_with("kernel/configs/") || text.contains("/configs/")) && ending == "config"
    {
        return Kind::BuildFile;
    }
    let named =
        ["MAINTAINERS", "CREDITS", "COPYING", "README", "TODO", ".mailmap", ".gitignore", ".gitattributes"];
    if text.starts_with("Documentation/")
        || text.starts_with("LICENSES/")
        || named.contains(&name.as_str())
        || ["rst", "txt", "md"].contains(&ending.as_str())
        || [".clang-format", ".get_maintainer.ignore", ".cocciconfig", ".editorconfig"]
            .contains(&name.as_str())
    {
        return Kind::Documentation;
    }
    match ending.as_str() {
        "c" | "S" | "s" => Kind::Source,
        "h" | "inc" => Kind::Header,
        "dts" | "dtsi" | "dtso" | "rs" | "yaml" => Kind::Unsupported,
        _ => Kind::Input,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_paths() {
        for (path, expected) in [
            ("kernel/audit.c", Kind::Source),
            ("arch/x86/entry/entry_64.S", Kind::Source),
            ("arch/x86/kernel/vmlinux.lds.S", Kind::BuildFile),
            ("include/asm-generic/vmlinux.lds.h", Kind::BuildFile),
            ("include/linux/audit.h", Kind::Header),
            ("kernel/Makefile", Kind::BuildFile),
            ("drivers/net/Kconfig.debug", Kind::BuildFile),
            ("arch/x86/entry/syscalls/syscall_64.tbl", Kind::Input),
            ("scripts/gen.py", Kind::Input),
            ("arch/arm/boot/dts/a.dts", Kind::Unsupported),
            ("Documentation/kbuild/makefiles.rst", Kind::Documentation),
            ("Documentation/devicetree/bindings/a.yaml", Kind::Documentation),
            ("MAINTAINERS", Kind::Documentation),
            ("drivers/staging/x/TODO", Kind::Documentation),
        ] {
            assert_eq!(kind(Path::new(path)), expected, "{path}");
        }
    }
}
