//! What a touched file is for, by its name: the reason to give when it did not end as a unit.

use std::ffi::OsStr;
use std::path::Path;

use crate::report::model::SkipReason;

/// Kinds of files in a tree that is built by make and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// C, C++ or assembly that is compiled by itself.
    Source,
    /// Read by sources: headers, and fragments such as `.inc` and `.def`.
    Header,
    /// Says how to build.
    BuildFile,
    /// Nothing that ends in the program.
    Documentation,
    /// Anything else: inputs of generators, data, scripts.
    Other,
}

impl FileKind {
    /// The kind of the file at `path` (relative to the tree).
    pub fn of(path: &Path) -> FileKind {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if is_build_file(name, &lower, extension) {
            return FileKind::BuildFile;
        }
        match extension {
            "c" | "i" | "ii" | "cc" | "cp" | "cxx" | "cpp" | "CPP" | "c++" | "C" | "S" | "s" | "sx" | "m"
            | "mm" => {
                return FileKind::Source;
            }
            "h" | "hh" | "H" | "hp" | "hxx" | "hpp" | "HPP" | "h++" | "tcc" | "inl" | "inc" | "ipp"
            | "def" => {
                return FileKind::Header;
            }
            _ => {}
        }
        if is_documentation(path, &lower, extension) { FileKind::Documentation } else { FileKind::Other }
    }

    /// Why a file of this kind that no unit reads is not compared.
    pub fn skip_reason(self) -> SkipReason {
        match self {
            FileKind::Source => SkipReason::NotBuilt,
            FileKind::Header => SkipReason::NotCompiled,
            FileKind::BuildFile => SkipReason::BuildFile,
            FileKind::Documentation => SkipReason::Documentation,
            FileKind::Other => SkipReason::Unsupported,
        }
    }

    /// Whether a change of such a file can change what is compiled, or how, without being read by a compiler.
    pub fn steers_build(self) -> bool {
        matches!(self, FileKind::BuildFile | FileKind::Other)
    }
}

fn is_build_file(name: &str, lower: &str, extension: &str) -> bool {
    const NAMES: &[&str] = &[
        "gnumakefile",
        "makefile",
        "cmakelists.txt",
        "configure",
        "config.guess",
        "config.sub",
        "ltmain.sh",
        "install-sh",
        "missing",
        "depcomp",
        "compile",
        "meson.build",
        "meson_options.txt",
        "meson.options",
        "build.ninja",
        "wscript",
        "sconstruct",
        "sconscript",
        "build.bazel",
        "build",
        "workspace",
        "dune",
        "package.json",
        "cargo.toml",
        "kbuild",
        "compile_commands.json",
        "autogen.sh",
        "bootstrap",
        "conanfile.txt",
    ];
    NAMES.contains(&lower)
        || name.starts_with("Makefile.")
        || name.starts_with("Kconfig")
        || name.starts_with("configure.")
        || matches!(
            extension,
            "mk" | "mak"
                | "make"
                | "cmake"
                | "am"
                | "ac"
                | "in"
                | "m4"
                | "ninja"
                | "gn"
                | "gni"
                | "bzl"
                | "pro"
                | "pri"
                | "lds"
                | "ld"
                | "map"
                | "ver"
                | "sym"
                | "syms"
                | "exports"
        )
}

fn is_documentation(path: &Path, lower: &str, extension: &str) -> bool {
    const NAMES: &[&str] = &[
        "readme",
        "changes",
        "changelog",
        "news",
        "authors",
        "license",
        "licence",
        "copying",
        "copyright",
        "todo",
        "install",
        "contributing",
        "maintainers",
        "credits",
        "thanks",
        "history",
        "faq",
        "notice",
        "security",
        "bugs",
        "hacking",
        "release-notes",
        "releasenotes",
    ];
    // Files that steer tools of the developers, not the program.
    const ABOUT: &[&str] = &[
        ".gitignore",
        ".gitattributes",
        ".mailmap",
        ".editorconfig",
        ".clang-format",
        ".clang-tidy",
        ".dir-locals.el",
        ".git-blame-ignore-revs",
        ".gitmodules",
        ".travis.yml",
        ".cirrus.yml",
        ".gitlab-ci.yml",
    ];
    let stem = lower.split('.').next().unwrap_or(lower);
    let text = matches!(extension, "" | "txt" | "md" | "rst" | "html" | "adoc");
    let manual = matches!(extension, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9");
    let folder = path.parent().into_iter().flat_map(Path::components).any(|c| {
        c.as_os_str().to_str().is_some_and(|c| {
            matches!(
                c.to_ascii_lowercase().as_str(),
                "doc" | "docs" | "documentation" | "man" | ".github" | ".circleci"
            )
        })
    });
    folder
        || ABOUT.contains(&lower)
        || manual
        || matches!(extension, "md" | "rst" | "adoc" | "texi" | "texinfo" | "pod" | "html" | "tex" | "pdf")
        || stem == "readme"
        || (text && (NAMES.contains(&stem) || stem.starts_with("readme") || stem.starts_with("changes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_name() {
        use FileKind::{BuildFile, Documentation, Header, Other, Source};
        for (path, kind) in [
            ("src/a.c", Source),
            ("a.C", Source),
            ("arch/entry.S", Source),
            ("doc/example.c", Source),
            ("a.h", Header),
            ("tables.def", Header),
            ("Makefile", BuildFile),
            ("src/Makefile.am", BuildFile),
            ("CMakeLists.txt", BuildFile),
            ("configure.ac", BuildFile),
            ("config.h.in", BuildFile),
            ("cmake/Find.cmake", BuildFile),
            ("libz.map", BuildFile),
            ("meson.build", BuildFile),
            ("README", Documentation),
            ("README.md", Documentation),
            ("README.686", Documentation),
            ("ChangeLog", Documentation),
            ("doc/algorithm.txt", Documentation),
            ("zlib.3", Documentation),
            (".gitignore", Documentation),
            (".github/workflows/ci.yml", Documentation),
            ("parse.y", Other),
            ("scan.l", Other),
            ("gen.py", Other),
            ("table.txt", Other),
            ("tool", Other),
            ("install.sh", Other),
        ] {
            assert_eq!(FileKind::of(Path::new(path)), kind, "{path}");
        }
    }
}
