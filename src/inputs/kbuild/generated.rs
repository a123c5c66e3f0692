//! Headers that the build generates, and what a fix changes in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Kernel;
use crate::error::{Error, Result};
use crate::inputs::sides::Content;
use crate::pair::Pair;

/// The generated files at one time, by their path relative to the folder of the objects.
#[derive(Debug, Default)]
pub(super) struct Generated(BTreeMap<PathBuf, Arc<[u8]>>);

impl Generated {
    /// Reads all generated headers of the tree.
    pub(super) fn read(kernel: &Kernel<'_>) -> Result<Generated> {
        let mut generated = Generated::default();
        let root = &kernel.objects_shadow;
        generated.add(root, Path::new("include/generated"))?;
        let arch = Path::new("arch").join(&kernel.architecture).join("include/generated");
        generated.add(root, &arch)?;
        Ok(generated)
    }

    fn add(&mut self, root: &Path, rel: &Path) -> Result<()> {
        let here = root.join(rel);
        let Ok(entries) = fs::read_dir(&here) else { return Ok(()) };
        for entry in entries {
            let entry = entry.map_err(|e| Error::io(&here, e))?;
            let path = rel.join(entry.file_name());
            let kind = entry.file_type().map_err(|e| Error::io(root.join(&path), e))?;
            if kind.is_dir() {
                self.add(root, &path)?;
            } else if kind.is_file() {
                let bytes = fs::read(root.join(&path)).map_err(|e| Error::io(root.join(&path), e))?;
                self.0.insert(path, bytes.into());
            }
        }
        Ok(())
    }

    /// The headers that differ between this and `patched`, with both contents.
    pub(super) fn changes(&self, patched: &Generated) -> Vec<(PathBuf, Pair<Content>)> {
        let mut paths: Vec<&PathBuf> = self.0.keys().chain(patched.0.keys()).collect();
        paths.sort();
        paths.dedup();
        paths
            .into_iter()
            // Records of commands and intermediate files are for make, no unit reads them.
            .filter(|p| p.extension().is_some_and(|e| e == "h" || e == "inc" || e == "c" || e == "S"))
            .map(|p| (p, Pair::new(self.0.get(p).cloned(), patched.0.get(p).cloned())))
            .filter(|(_, pair)| pair.original.as_deref() != pair.patched.as_deref())
            .map(|(p, pair)| (p.clone(), pair))
            .collect()
    }
}
