//! Names that the kernel and its modules export.

use std::path::Path;

use rustc_hash::FxHashSet;

use crate::error::{Error, Result};
use crate::livepatch::module::Module;

/// Bytes of one row of `__versions`: a checksum of 8 bytes and the name (`struct modversion_info` of
/// include/linux/module.h, for 64 bits).
const VERSION_ROW: usize = 64;

/// Names that the kernel and its modules export.
#[derive(Debug, Clone, Default)]
pub struct Exported {
    names: FxHashSet<String>,
}

impl Exported {
    /// Reads a `Module.symvers` (Documentation/kbuild/modules.rst, "Symbols from the kernel"): checksum, name, module,
    /// kind of export and perhaps a namespace, with tabs between them.
    ///
    /// # Errors
    /// [`Error::Input`] with the code `not-symvers` that names the first line that is none.
    pub fn read(path: &Path, text: &str) -> Result<Exported> {
        let mut names = FxHashSet::default();
        for (number, line) in text.lines().enumerate() {
            let mut words = line.split('\t');
            match (words.next(), words.next(), words.next(), words.next()) {
                (Some(checksum), Some(name), Some(_), Some(export))
                    if checksum.starts_with("0x") && export.starts_with("EXPORT_") =>
                {
                    names.insert(name.to_owned());
                }
                _ => {
                    let what = format!(
                        "line {} is none of a Module.symvers; name the one beside the kernel's headers",
                        number + 1
                    );
                    return Err(Error::input(path, "not-symvers", what));
                }
            }
        }
        Ok(Exported { names })
    }

    /// The names whose versions the kernel's build noted in a module: it notes those it found.
    ///
    /// # Errors
    /// When the module is damaged.
    pub fn noted_in(module: &Module<'_>) -> Result<Exported> {
        let Some(header) = module.section_by_name("__versions")? else { return Ok(Exported::default()) };
        let rows = module.contents(header)?.chunks_exact(VERSION_ROW);
        let names = rows.map(|row| {
            let name = row[8..].split(|&b| b == 0).next().unwrap_or_default();
            String::from_utf8_lossy(name).into_owned()
        });
        Ok(Exported { names: names.collect() })
    }

    /// Takes in the names of another file.
    pub fn extend(&mut self, other: Exported) {
        self.names.extend(other.names);
    }

    /// Whether a name is exported.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether no name is known.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}
