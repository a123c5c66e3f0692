//! Builds of configured Linux trees.
//!
//! A unit that the tree has built is compiled by its recorded command, without make. Units without a record are
//! made by one call of make for all of them, which leaves the records behind. Units reached through a header are
//! found by the dependencies in the records.

mod classify;
mod cmdfile;
mod configured;
mod driver;
mod dry;
mod generated;
mod index;
mod make;
mod records;

use std::fs;
use std::path::{Path, PathBuf};

pub(super) use driver::build;
pub(super) use dry::dry_run;

use super::command::normalise;
use super::shadow::Shadow;
use crate::error::{Error, Result};

/// Where a kernel's sources and objects are, in the user's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// Root of the sources.
    pub(super) source: PathBuf,
    /// The folder with `.config`; the same, unless the kernel is built with `O=`.
    pub(super) objects: PathBuf,
}

/// Whether `tree` is a kernel tree, or a folder in which one is built with `O=`.
pub(super) fn is_kernel(tree: &Path) -> bool {
    is_source(tree) || source_of_objects(tree).is_some()
}

fn is_source(tree: &Path) -> bool {
    tree.join("Kbuild").is_file() && tree.join("scripts/Makefile.build").is_file()
}

/// The sources of a folder made by `make O=`.
fn source_of_objects(tree: &Path) -> Option<PathBuf> {
    if is_source(tree) {
        return None;
    }
    if let Ok(real) = fs::canonicalize(tree.join("source"))
        && is_source(&real)
    {
        return Some(real);
    }
    // Before the first target is built there may be no link yet, but always a Makefile that includes the real one.
    let text = fs::read_to_string(tree.join("Makefile")).ok()?;
    text.lines().find_map(|line| {
        let path = line.strip_prefix("include ").or_else(|| line.strip_prefix("export KBUILD_SOURCE := "))?;
        let real = fs::canonicalize(tree.join(path.trim())).ok()?;
        let root = if real.is_file() { real.parent()?.to_path_buf() } else { real };
        is_source(&root).then_some(root)
    })
}

/// Finds sources and objects of the kernel at `tree`.
///
/// Fails with [`Error::Request`] when the tree has no configuration, naming the file that is missing.
pub(super) fn locate(tree: &Path) -> Result<Places> {
    let tree = fs::canonicalize(tree).map_err(|e| Error::io(tree, e))?;
    let source = match source_of_objects(&tree) {
        Some(source) => source,
        None if is_source(&tree) => tree.clone(),
        None => {
            return Err(Error::Request(format!(
                "{} is no kernel tree: it has neither scripts/Makefile.build nor a link `source` to a tree that has",
                tree.display()
            )));
        }
    };
    if !tree.join(".config").is_file() {
        return Err(Error::Request(format!(
            "{} is missing, so this kernel tree is not configured; run `make defconfig` (or copy your \
             configuration there and run `make olddefconfig`), or give the folder it is built in (`O=`) as the tree",
            tree.join(".config").display()
        )));
    }
    Ok(Places { source, objects: tree })
}

/// A kernel tree in its shadow.
#[derive(Debug)]
struct Kernel<'a> {
    /// Root of the sources, in the user's terms, without symbolic links.
    source: PathBuf,
    /// Folder of the objects, likewise.
    objects: PathBuf,
    source_shadow: PathBuf,
    objects_shadow: PathBuf,
    /// What make calls the architecture (`ARCH`).
    make_architecture: String,
    /// The name of its folder below `arch`.
    architecture: String,
    config: String,
    shadows: Vec<&'a Shadow>,
}

impl<'a> Kernel<'a> {
    /// The kernel as `shadows` hold it; with none, as it lies in the user's folders, for looking only.
    fn new(places: &Places, shadows: &[&'a Shadow]) -> Result<Kernel<'a>> {
        let in_shadow = |path: &Path| {
            shadows
                .iter()
                .find_map(|s| path.strip_prefix(s.real_tree()).ok().map(|rel| s.root().join(rel)))
                .map_or_else(|| path.to_path_buf(), |p| p.components().collect())
        };
        let path = places.objects.join(".config");
        let config = fs::read(&path).map_err(|e| Error::io(&path, e))?;
        let config = String::from_utf8_lossy(&config).into_owned();
        // The first lines: `# Linux/x86 6.1.0 Kernel Configuration`.
        let make_architecture = config
            .lines()
            .take(10)
            .find_map(|l| l.strip_prefix("# Linux/")?.split_whitespace().next())
            .unwrap_or("x86")
            .to_owned();
        // The kernel's Makefile has these names for one folder each.
        let architecture = match make_architecture.as_str() {
            "i386" | "x86_64" => "x86",
            "sparc32" | "sparc64" => "sparc",
            "parisc64" => "parisc",
            other => other,
        }
        .to_owned();
        Ok(Kernel {
            source: places.source.clone(),
            objects: places.objects.clone(),
            source_shadow: in_shadow(&places.source),
            objects_shadow: in_shadow(&places.objects),
            make_architecture,
            architecture,
            config,
            shadows: shadows.to_vec(),
        })
    }

    /// Whether objects have a folder of their own.
    fn is_separate(&self) -> bool {
        self.source != self.objects
    }

    /// Whether the configuration has `CONFIG_NAME=y`.
    fn option(&self, name: &str) -> bool {
        let wanted = format!("CONFIG_{name}=y");
        self.config.lines().any(|l| l == wanted)
    }

    /// What stands in front of the names of the compiler and its tools (`CROSS_COMPILE`), told from the compiler that
    /// the configuration was made with. `None` for the machine's own tools, and for Clang.
    fn tool_prefix(&self) -> Option<&str> {
        let version = self.config.lines().find_map(|l| l.strip_prefix("CONFIG_CC_VERSION_TEXT=\""))?;
        let compiler = version.split_whitespace().next()?;
        // The name may end in the compiler's version: `aarch64-linux-gnu-gcc-12`.
        let (prefix, rest) = compiler.split_at(compiler.rfind("gcc")?);
        let is_version = rest["gcc".len()..].bytes().all(|b| b == b'-' || b == b'.' || b.is_ascii_digit());
        Some(prefix).filter(|prefix| is_version && prefix.ends_with('-'))
    }

    /// A path as kbuild recorded it, absolute in the user's terms.
    fn in_user_terms(&self, recorded: &Path) -> PathBuf {
        let path = normalise(&self.objects.join(recorded));
        for (shadow, user) in [(&self.objects_shadow, &self.objects), (&self.source_shadow, &self.source)] {
            if let Ok(rel) = path.strip_prefix(shadow) {
                return user.join(rel);
            }
        }
        path
    }

    /// A path in the user's terms as fixscope finds it in the shadow.
    fn in_shadow(&self, path: &Path) -> PathBuf {
        for (shadow, user) in [(&self.objects_shadow, &self.objects), (&self.source_shadow, &self.source)] {
            if let Ok(rel) = path.strip_prefix(user) {
                return shadow.join(rel);
            }
        }
        path.to_path_buf()
    }

    /// A path in the user's terms relative to the sources, or, for a generated file elsewhere, to the objects.
    fn relative(&self, path: &Path) -> PathBuf {
        let rel = path.strip_prefix(&self.source).or_else(|_| path.strip_prefix(&self.objects));
        rel.unwrap_or(path).to_path_buf()
    }

    /// Whether the user has built all that the configuration selects, so that the records are complete.
    fn is_built(&self) -> bool {
        let has = |name: &str| self.objects.join(name).is_file();
        (has("vmlinux") || has("vmlinux.o") || has("vmlinux.a"))
            && (!self.option("MODULES") || has("modules.order"))
    }

    /// Whether the user's own tree has a record of making `target`.
    fn user_recorded(&self, target: &str) -> bool {
        make::record_of(&self.objects.join(target)).is_file()
    }
}

#[cfg(test)]
mod tests;
