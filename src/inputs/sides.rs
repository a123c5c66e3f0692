//! Which content the files of a shadow have: that of the original or that of the patched side.
//!
//! There is one shadow for both sides, so that the compiler sees the same paths on both. The stages put one side
//! in place, compile, and put the other one in place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fix::{Fix, TouchedFile};
use super::lines::{NoDirectives, with_directives};
use super::shadow::Shadow;
use crate::error::{Error, Result};
use crate::pair::{Pair, Side};

/// Content of a file; `None`: there is no such file.
pub(crate) type Content = Option<Arc<[u8]>>;

/// What can be put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The files as they were before the fix.
    Original,
    /// The files with the fix; with `#line` directives where they are possible and asked for.
    Patched,
    /// The files with the fix, as they are on disk.
    PatchedPlain,
}

impl Place {
    /// The side this belongs to.
    pub(crate) fn side(self) -> Side {
        match self {
            Place::Original => Side::Original,
            Place::Patched | Place::PatchedPlain => Side::Patched,
        }
    }
}

impl From<Side> for Place {
    fn from(side: Side) -> Place {
        match side {
            Side::Original => Place::Original,
            Side::Patched => Place::Patched,
        }
    }
}

/// The versions of one file.
#[derive(Debug, Clone, Default)]
struct Versions {
    plain: Pair<Content>,
    directed: Option<Arc<[u8]>>,
    executable: Option<bool>,
    /// A build made the content of both sides.
    generated: bool,
}

/// Switches the files of a shadow between the sides.
#[derive(Debug)]
pub(crate) struct Sides<'a> {
    /// The shadow of the sources, and, where objects have a folder of their own, the shadow of that.
    shadows: Vec<&'a Shadow>,
    files: BTreeMap<(usize, PathBuf), Versions>,
    /// What lies in the shadow now.
    current: BTreeMap<(usize, PathBuf), Content>,
    place: Place,
    /// Why files that move lines have no directives, for the user.
    warnings: Vec<String>,
}

impl<'a> Sides<'a> {
    /// Puts the original side of `fix` into `shadows`, the first of which is that of the sources.
    ///
    /// `held_back` names touched files that keep their original content on both sides.
    pub(crate) fn new(
        shadows: &[&'a Shadow],
        fix: &Fix,
        directives: bool,
        held_back: &dyn Fn(&Path) -> bool,
    ) -> Result<Sides<'a>> {
        let mut sides = Sides {
            shadows: shadows.to_vec(),
            files: BTreeMap::new(),
            current: BTreeMap::new(),
            place: Place::Original,
            warnings: Vec::new(),
        };
        for (path, content) in &fix.baseline {
            let plain = Pair::new(content.clone(), content.clone());
            sides.files.insert((0, path.clone()), Versions { plain, ..Versions::default() });
        }
        // The sides of a renamed file have different paths, and the path of one side may be that of another file's
        // other side; so what a side says of a path is laid over what is known of it.
        let mut touched: BTreeMap<PathBuf, Versions> = BTreeMap::new();
        for file in fix.files.iter().filter(|f| !held_back(f.path())) {
            if let Some(path) = &file.original_path {
                touched.entry(path.clone()).or_default().plain.original = file.original.clone();
            }
            if let Some(path) = &file.patched_path {
                let versions = touched.entry(path.clone()).or_default();
                versions.plain.patched = file.patched.clone();
                versions.executable = file.executable;
                if directives {
                    versions.directed = sides.directed(file);
                }
            }
        }
        sides.files.extend(touched.into_iter().map(|(path, versions)| ((0, path), versions)));
        sides.put(Place::Original)?;
        Ok(sides)
    }

    fn directed(&mut self, file: &TouchedFile) -> Option<Arc<[u8]>> {
        match with_directives(file, None) {
            Ok(directed) => Some(directed.text.into()),
            Err(NoDirectives::Needless | NoDirectives::NotC) => None,
            Err(reason) => {
                self.warnings.push(format!(
                    "{}: compiled without #line directives, because {reason}; functions that use __LINE__ below its \
                     hunks may be listed as changed",
                    file.path().display()
                ));
                None
            }
        }
    }

    /// What is in place.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Whether any file has directives.
    pub(crate) fn any_directed(&self) -> bool {
        self.files.values().any(|v| v.directed.is_some())
    }

    /// Whether `path`, relative to the tree, has directives on the patched side.
    pub(crate) fn is_directed(&self, path: &Path) -> bool {
        self.files.get(&(0, path.to_path_buf())).is_some_and(|v| v.directed.is_some())
    }

    /// Takes the warnings gathered so far.
    pub(crate) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Whether the file at `path`, an absolute path in a shadow, is one that the sides differ in.
    pub(crate) fn touches(&self, path: &Path) -> Option<&Path> {
        self.shadows.iter().enumerate().find_map(|(i, shadow)| {
            let rel = path.strip_prefix(shadow.root()).ok()?;
            let (key, _) = self.files.get_key_value(&(i, rel.to_path_buf()))?;
            Some(key.1.as_path())
        })
    }

    /// The paths that exist on one side only.
    pub(crate) fn one_sided(&self) -> impl Iterator<Item = &Path> {
        self.files
            .iter()
            .filter(|(_, v)| v.plain.original.is_some() != v.plain.patched.is_some())
            .map(|((_, path), _)| path.as_path())
    }

    /// Adds a file whose content a build made differently on the two sides; `shadow` is the index of its shadow,
    /// and the patched content is in place.
    pub(crate) fn add_generated(&mut self, shadow: usize, path: PathBuf, plain: Pair<Content>) {
        let key = (shadow, path);
        self.current.insert(key.clone(), plain.get(self.place.side()).clone());
        self.files.insert(key, Versions { plain, generated: true, ..Versions::default() });
    }

    /// Puts the original side in place for good: what a build generated for it stays when the shadows are closed.
    pub(crate) fn leave_original(&mut self) -> Result<()> {
        self.put(Place::Original)?;
        for ((shadow, path), _) in self.files.iter().filter(|(_, versions)| versions.generated) {
            self.shadows[*shadow].leave(path);
        }
        Ok(())
    }

    /// Puts `place` in place. Files that have the right content already are not touched.
    pub(crate) fn put(&mut self, place: Place) -> Result<()> {
        for ((shadow, path), versions) in &self.files {
            let wanted = match (place, &versions.directed) {
                (Place::Patched, Some(directed)) => Some(directed),
                _ => versions.plain.get(place.side()).as_ref(),
            };
            let key = (*shadow, path.clone());
            let current = match self.current.get(&key) {
                Some(current) => current.clone(),
                None => read(&self.shadows[*shadow].root().join(path))?,
            };
            if current.as_deref() != wanted.map(AsRef::as_ref) {
                let executable = if place == Place::Original { None } else { versions.executable };
                self.shadows[*shadow].put(path, wanted.map(AsRef::as_ref), executable)?;
            }
            self.current.insert(key, wanted.cloned());
        }
        self.place = place;
        Ok(())
    }
}

fn read(path: &Path) -> Result<Content> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes.into())),
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(e) => Err(Error::io(path, e)),
    }
}
