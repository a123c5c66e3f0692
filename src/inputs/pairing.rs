//! Two files or folders ↦ pairs of object files to compare.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::load::archive::{self, Member};
use crate::load::file::MappedFile;
use crate::pair::{Pair, Side};

/// Where the bytes of one object file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSource {
    /// The file.
    pub path: PathBuf,
    /// Offset and size in bytes of the member, for one inside an archive.
    pub member: Option<(u64, u64)>,
    /// The member's name.
    pub member_name: Option<String>,
}

impl ObjectSource {
    /// The object file that a path names.
    pub fn file(path: PathBuf) -> Self {
        ObjectSource { path, member: None, member_name: None }
    }

    /// The path as shown, with the member in parentheses.
    pub fn shown(&self) -> PathBuf {
        match &self.member_name {
            Some(name) => PathBuf::from(format!("{}({name})", self.path.display())),
            None => self.path.clone(),
        }
    }

    /// The bytes of the object file within its mapped file.
    ///
    /// # Errors
    /// When the file has become shorter than it was.
    pub fn bytes<'f>(&self, file: &'f MappedFile) -> Result<&'f [u8]> {
        let Some((offset, size)) = self.member else { return Ok(file.bytes()) };
        let end = offset.saturating_add(size);
        file.bytes()
            .get(offset as usize..end as usize)
            .ok_or_else(|| Error::input(&self.path, "truncated", "became shorter while it was read"))
    }
}

/// Two object files to compare, or one that the other side does not have.
#[derive(Debug, Clone)]
pub struct ObjectPair {
    /// What the unit is called: the path below the folders, the member's name, or the patched path.
    pub name: String,
    /// The object files.
    pub objects: Pair<Option<ObjectSource>>,
}

/// Pairs two files or two folders. Folders are paired by relative path; archives, also inside folders, by the
/// names of their members, and members of one name by their order.
///
/// # Errors
/// When a path does not exist, when one is a folder and the other a file, or when two folders hold no object file.
pub fn pair(sides: Pair<&Path>) -> Result<Vec<ObjectPair>> {
    let metadata = |path: &Path| std::fs::metadata(path).map_err(|e| Error::io(path, e));
    let (o, p) = (metadata(sides.original)?, metadata(sides.patched)?);
    match (o.is_dir(), p.is_dir()) {
        (true, true) => pair_folders(sides),
        (false, false) => {
            let name = sides.patched.display().to_string();
            pair_files(&name, sides.map(|path| Some(path.to_path_buf())))
        }
        _ => Err(Error::Request(format!(
            "{} and {}: one is a folder and the other is not; name two files or two folders",
            sides.original.display(),
            sides.patched.display()
        ))),
    }
}

fn pair_folders(folders: Pair<&Path>) -> Result<Vec<ObjectPair>> {
    let mut by_path: BTreeMap<PathBuf, Pair<Option<PathBuf>>> = BTreeMap::new();
    for side in Side::BOTH {
        let folder = folders.get(side);
        for path in object_files(folder)? {
            // A thin archive names files, and those in the folder are listed themselves.
            if is_thin(&path) && names_only_files_below(&path, folder) {
                continue;
            }
            let relative = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
            *by_path.entry(relative).or_default().get_mut(side) = Some(path);
        }
    }
    join_assembly(&mut by_path);
    if by_path.is_empty() {
        return Err(Error::Request(format!(
            "{} and {}: neither folder holds an object file (ELF or archive) or assembly (.s)",
            folders.original.display(),
            folders.patched.display()
        )));
    }
    let pairs: Vec<Vec<ObjectPair>> = by_path
        .into_par_iter()
        .map(|(relative, paths)| pair_files(&relative.display().to_string(), paths))
        .collect::<Result<_>>()?;
    Ok(pairs.into_iter().flatten().collect())
}

/// Puts an object file of one side beside the assembly of the same name of the other, where neither has its like:
/// that they cannot be compared must be said, and not that everything came or went.
fn join_assembly(by_path: &mut BTreeMap<PathBuf, Pair<Option<PathBuf>>>) {
    let alone: Vec<PathBuf> = by_path
        .iter()
        .filter(|(path, pair)| {
            path.extension().is_some_and(|e| e == "s") && pair.as_ref().map(Option::as_ref).both().is_none()
        })
        .map(|(path, _)| path.clone())
        .collect();
    for path in alone {
        let object = path.with_extension("o");
        let (Some(text), Some(of)) = (by_path.get(&path).cloned(), by_path.get_mut(&object)) else {
            continue;
        };
        if of.original.is_some() != text.original.is_some() && of.patched.is_some() != text.patched.is_some()
        {
            *of = Pair::new(of.original.take().or(text.original), of.patched.take().or(text.patched));
            by_path.remove(&path);
        }
    }
}

/// The object files and archives below a folder. Names that build systems give to object files are taken at
/// their word, so that a damaged one is trouble and not passed over; others are looked into. Linked programs and
/// shared libraries are left out, unless there is nothing else.
fn object_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).follow_links(false).build();
    for entry in walk {
        let entry =
            entry.map_err(|e| Error::Request(format!("{}: cannot be listed: {e}", folder.display())))?;
        if entry.file_type().is_some_and(|t| t.is_file() || t.is_symlink() && entry.path().is_file()) {
            found.push(entry.into_path());
        }
    }
    let of_kind: Vec<(PathBuf, FileKind)> = found
        .into_par_iter()
        .map(|path| {
            let kind = file_kind(&path);
            (path, kind)
        })
        .collect();
    // What is linked was made of the object files beside it, which are compared.
    let kinds = [FileKind::Object, FileKind::Linked];
    let kind = kinds.into_iter().find(|kind| of_kind.iter().any(|(_, k)| k == kind));
    let mut found: Vec<PathBuf> =
        of_kind.into_iter().filter(|(_, k)| Some(*k) == kind).map(|(path, _)| path).collect();
    found.sort();
    Ok(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Object,
    Linked,
    Other,
}

fn file_kind(path: &Path) -> FileKind {
    use FileKind::{Linked, Object, Other};
    use std::io::Read;
    // Modules are installed compressed; that they cannot be compared so must not pass in silence.
    let name = path.file_name().map(std::ffi::OsStr::to_string_lossy).unwrap_or_default();
    if [".ko.xz", ".ko.zst", ".ko.gz"].iter().any(|end| name.ends_with(end)) {
        return Object;
    }
    match path.extension().and_then(|e| e.to_str()) {
        Some("o" | "ko" | "a" | "obj" | "lo" | "s") => return Object,
        // Sources make up most of a tree, and none of them is worth a look.
        Some("c" | "h" | "S" | "cmd" | "d" | "rst" | "txt" | "dts" | "dtsi" | "py" | "sh") => {
            return Other;
        }
        _ => {}
    }
    let mut start = [0; 18];
    let Ok(mut file) = std::fs::File::open(path) else { return Other };
    let Ok(n) = file.read(&mut start) else { return Other };
    if archive::is_archive(&start[..n]) {
        return Object;
    }
    if n < start.len() || !start.starts_with(b"\x7fELF") {
        return Other;
    }
    // `e_type`: ET_REL, ET_EXEC, ET_DYN, in either byte order.
    match (start[16], start[17]) {
        (1, 0) | (0, 1) => Object,
        (2 | 3, 0) | (0, 2 | 3) => Linked,
        _ => Other,
    }
}

fn is_thin(path: &Path) -> bool {
    use std::io::Read;
    let mut magic = [0; 8];
    path.extension().is_some_and(|e| e == "a")
        && std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut magic)).is_ok()
        && &magic == b"!<thin>\n"
}

/// Whether all members of a thin archive lie below a folder, as their names go.
fn names_only_files_below(archive: &Path, folder: &Path) -> bool {
    let Ok(members) = MappedFile::open(archive).and_then(|file| archive::members(&file)) else {
        return false;
    };
    members.iter().all(|member| {
        let mut place = PathBuf::new();
        for part in archive::outside_path(archive, member.name()).components() {
            match part {
                Component::ParentDir if place.file_name().is_some() => _ = place.pop(),
                part => place.push(part),
            }
        }
        place.starts_with(folder)
    })
}

fn pair_files(name: &str, paths: Pair<Option<PathBuf>>) -> Result<Vec<ObjectPair>> {
    let members = |path: &Option<PathBuf>| -> Result<Option<Vec<ObjectSource>>> {
        let Some(path) = path else { return Ok(None) };
        // What is no archive is opened once more when it is compared; kernel trees hold thin archives by the
        // hundred and object files by the thousand, and only the name tells them apart without opening.
        let may_be = path.extension().is_none_or(|e| e != "o" && e != "ko");
        if !may_be {
            return Ok(None);
        }
        let Ok(file) = MappedFile::open(path) else { return Ok(None) };
        if !archive::is_archive(file.bytes()) {
            return Ok(None);
        }
        let members = archive::members(&file)?;
        Ok(Some(members.into_iter().map(|m| member_source(path, m)).collect()))
    };
    let lists = Pair::new(members(&paths.original)?, members(&paths.patched)?);
    if lists.original.is_none() && lists.patched.is_none() {
        let objects = paths.map(|p| p.map(ObjectSource::file));
        return Ok(vec![ObjectPair { name: name.to_owned(), objects }]);
    }
    let is_other =
        |list: &Option<Vec<ObjectSource>>, path: &Option<PathBuf>| list.is_none() && path.is_some();
    if is_other(&lists.original, &paths.original) || is_other(&lists.patched, &paths.patched) {
        return Err(Error::Request(format!(
            "{name}: an archive on one side and something else on the other"
        )));
    }
    let mut by_name: BTreeMap<(String, usize), Pair<Option<ObjectSource>>> = BTreeMap::new();
    for side in Side::BOTH {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for source in lists.get(side).iter().flatten() {
            let member = source.member_name.clone().unwrap_or_default();
            let nth = seen.entry(member.clone()).or_default();
            *by_name.entry((member, *nth)).or_default().get_mut(side) = Some(source.clone());
            *nth += 1;
        }
    }
    Ok(by_name
        .into_iter()
        .map(|((member, nth), objects)| {
            let again = if nth == 0 { String::new() } else { format!("#{}", nth + 1) };
            ObjectPair { name: format!("{name}({member}){again}"), objects }
        })
        .collect())
}

pub(super) fn member_source(path: &Path, member: Member) -> ObjectSource {
    match member {
        Member::Inside { name, range } => {
            ObjectSource { path: path.to_path_buf(), member: Some(range), member_name: Some(name) }
        }
        Member::Outside { name } => {
            let path = archive::outside_path(path, &name);
            ObjectSource { path, member: None, member_name: Some(name) }
        }
    }
}
