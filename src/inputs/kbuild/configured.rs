//! Whether the configuration of a kernel tree builds a source.
//!
//! `make path/foo.o` compiles any source for which a pattern fits, configured or not, so it cannot be asked. Here
//! make evaluates the Kbuild files of the folders on the way down, with the tree's configuration, and lists what
//! they name.

use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Kernel;
use crate::error::{Error, Result};
use crate::inputs::runner::{DATA_LIMIT, Invocation, Runner};

/// The answer for one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Configured {
    /// A Kbuild file lists it, and everything above is descended into.
    Yes,
    /// The Kbuild files name it under a condition that does not hold, or do not name it at all.
    No,
    /// The Kbuild files compute names in a way that is not followed here.
    Unknown,
}

/// What the Kbuild file of one folder says.
#[derive(Debug)]
struct Folder {
    /// Objects and folders it lists, relative to the folder.
    listed: FxHashSet<String>,
    text: String,
}

/// Asks make about folders, each once.
pub(super) struct Query<'a> {
    kernel: &'a Kernel<'a>,
    runner: &'a Runner,
    script: PathBuf,
    folders: FxHashMap<PathBuf, Option<Folder>>,
}

/// Makes the lists that `scripts/Makefile.lib` works with from those that Kbuild files fill. A part of a composite
/// object is listed under `NAME-objs` or `NAME-y`.
const SCRIPT: &str = r"include $(FIXSCOPE_CONFIG)
srctree := .
objtree := .
src := $(FIXSCOPE_FOLDER)
obj := $(FIXSCOPE_FOLDER)
BITS := $(if $(CONFIG_64BIT),64,32)
include $(FIXSCOPE_FILE)
fixscope-top := $(obj-y) $(obj-m) $(lib-y) $(lib-m) $(extra-y) $(always-y) $(always-m) $(core-y) $(libs-y) $(drivers-y)
fixscope-all := $(fixscope-top) $(subdir-y) $(subdir-m) $(addsuffix /,$(subdir-y) $(subdir-m)) \
  $(foreach o,$(fixscope-top),$($(o:.o=)-objs) $($(o:.o=)-y) $($(o:.o=)-m))
$(info fixscope-list: $(fixscope-all))
.PHONY: fixscope-nothing
.DEFAULT_GOAL :=
fixscope-nothing: ; @:
";

impl<'a> Query<'a> {
    pub(super) fn new(kernel: &'a Kernel<'a>, runner: &'a Runner, scratch: &Path) -> Result<Query<'a>> {
        let script = scratch.join("configured.mk");
        fs::write(&script, SCRIPT).map_err(|e| Error::io(&script, e))?;
        Ok(Query { kernel, runner, script, folders: FxHashMap::default() })
    }

    /// Whether the configuration builds `source`, relative to the tree, as a unit of its own.
    pub(super) fn ask(&mut self, source: &Path) -> Configured {
        let object = source.with_extension("o");
        let Some(folder) = source.parent() else { return Configured::Unknown };
        let mut named = false;
        for above in folder.ancestors() {
            if above.as_os_str().is_empty() {
                break;
            }
            let rel = object.strip_prefix(above).unwrap_or(&object).to_string_lossy().into_owned();
            if self.lists(above, &rel) {
                return if self.reached(above) { Configured::Yes } else { Configured::No };
            }
            named |= self.folder(above).is_some_and(|f| mentions(&f.text, &rel));
        }
        if named {
            return Configured::No;
        }
        match self.folder(folder) {
            Some(f) if !computes_names(&f.text) => Configured::No,
            _ => Configured::Unknown,
        }
    }

    fn reached(&mut self, folder: &Path) -> bool {
        let depth = folder.components().count();
        // The top of the tree names the first level in ways that changed often; what it does not build is rare
        // there (`samples`).
        if depth <= 1 || (depth == 2 && folder.starts_with("arch")) {
            return true;
        }
        let above: Vec<PathBuf> =
            folder.ancestors().skip(1).filter(|a| !a.as_os_str().is_empty()).map(Path::to_path_buf).collect();
        let mut any_named = false;
        for above in above {
            let rel = format!("{}/", folder.strip_prefix(&above).unwrap_or(folder).display());
            if self.lists(&above, &rel) {
                return self.reached(&above);
            }
            any_named |= self.folder(&above).is_some_and(|f| mentions(&f.text, &rel));
        }
        // Nobody names it: reached in a way that is not followed here.
        !any_named
    }

    fn lists(&mut self, folder: &Path, rel: &str) -> bool {
        self.folder(folder).is_some_and(|f| f.listed.contains(rel))
    }

    fn folder(&mut self, folder: &Path) -> Option<&Folder> {
        if !self.folders.contains_key(folder) {
            let read = self.read(folder);
            self.folders.insert(folder.to_path_buf(), read);
        }
        self.folders.get(folder).and_then(Option::as_ref)
    }

    fn read(&self, folder: &Path) -> Option<Folder> {
        let file = ["Kbuild", "Makefile"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|f| self.kernel.source_shadow.join(f).is_file())?;
        let text = fs::read_to_string(self.kernel.source_shadow.join(&file)).ok()?;
        let config = self.kernel.objects_shadow.join(".config");
        let mut arguments = vec!["-rRs".into(), "-f".into(), self.script.clone().into_os_string()];
        for (name, value) in [
            ("FIXSCOPE_CONFIG", config.display().to_string()),
            ("FIXSCOPE_FOLDER", folder.display().to_string()),
            ("FIXSCOPE_FILE", file.display().to_string()),
            ("SRCARCH", self.kernel.architecture.clone()),
        ] {
            arguments.push(format!("{name}={value}").into());
        }
        arguments.push("fixscope-nothing".into());
        let call = Invocation {
            program: "make".into(),
            arguments,
            directory: self.kernel.source.clone(),
            stdout_limit: DATA_LIMIT,
            ..Invocation::default()
        };
        let done = self.runner.run(&call).ok()?;
        let out = String::from_utf8_lossy(&done.stdout);
        let list = out.lines().find_map(|l| l.strip_prefix("fixscope-list:"))?;
        let prefix = format!("{}/", folder.display());
        // Some files name their objects from the top of the tree.
        let listed =
            list.split_whitespace().map(|w| w.strip_prefix(&prefix).unwrap_or(w).to_owned()).collect();
        Some(Folder { listed, text })
    }
}

/// Whether `text` has `name` as a word.
fn mentions(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}

/// Whether `text` puts names of objects together from variables or patterns.
fn computes_names(text: &str) -> bool {
    text.lines().filter(|l| !l.trim_start().starts_with('#')).any(|line| {
        line.contains("$(foreach")
            || line.contains("$(wildcard")
            || line.contains("$(addprefix")
            || line.contains("$(patsubst")
            || line.contains("$(shell")
            || line.contains(").o")
            || (line.contains("$(")
                && line.split_whitespace().any(|w| w.starts_with("$(") && w.ends_with(".o")))
            || line.split_whitespace().any(|w| w.contains("_$(") && w.contains(".o"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        let text = "obj-$(CONFIG_A) += audit.o sub/\nx-y := my_audit.o\n";
        assert!(mentions(text, "audit.o") && mentions(text, "sub/"));
        assert!(!mentions("x-y := my_audit.o", "audit.o") && !mentions("obj-y += audit.od", "audit.o"));
        assert!(computes_names("obj-y += head_$(BITS).o"));
        assert!(!computes_names("obj-$(CONFIG_A) += a.o b.o\nccflags-y += -I$(src)\n"));
    }
}
