//! Listings of trees that show whether anything at all was written to them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// All that a listing holds of one file, folder or link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Type and permissions.
    pub mode: u32,
    /// Size in bytes; of folders 0, because it depends on what a folder once held.
    pub size: u64,
    /// Modification time in nanoseconds; of folders too, where it tells of files that came and went.
    pub modified: i128,
    /// Number of hard links.
    pub links: u64,
    /// Hash of a file's content; 0 for all else.
    pub content: u64,
    /// Where a symbolic link points.
    pub target: Option<PathBuf>,
}

/// Everything below (and with) `root`, by path relative to it.
pub fn listing(root: &Path) -> BTreeMap<PathBuf, Item> {
    let mut items = BTreeMap::new();
    add(root, Path::new(""), &mut items);
    items
}

fn add(root: &Path, relative: &Path, items: &mut BTreeMap<PathBuf, Item>) {
    let path = root.join(relative);
    let data = fs::symlink_metadata(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let kind = data.file_type();
    let item = Item {
        mode: data.mode(),
        size: if kind.is_dir() { 0 } else { data.size() },
        modified: i128::from(data.mtime()) * 1_000_000_000 + i128::from(data.mtime_nsec()),
        links: data.nlink(),
        content: if kind.is_file() {
            xxhash_rust::xxh3::xxh3_64(&fs::read(&path).expect("the file is readable"))
        } else {
            0
        },
        target: kind.is_symlink().then(|| fs::read_link(&path).expect("the link is readable")),
    };
    items.insert(relative.to_path_buf(), item);
    if kind.is_dir() {
        for entry in fs::read_dir(&path).expect("the folder is readable") {
            add(root, &relative.join(entry.expect("the folder is readable").file_name()), items);
        }
    }
}

/// Panics with the paths that differ, when any do.
pub fn assert_same(before: &BTreeMap<PathBuf, Item>, after: &BTreeMap<PathBuf, Item>, when: &str) {
    let mut trouble = Vec::new();
    for (path, item) in before {
        match after.get(path) {
            None => trouble.push(format!("{} is gone", path.display())),
            Some(now) if now != item => {
                trouble.push(format!("{} was {item:?} and is {now:?}", path.display()));
            }
            Some(_) => {}
        }
    }
    for path in after.keys().filter(|path| !before.contains_key(*path)) {
        trouble.push(format!("{} appeared", path.display()));
    }
    assert!(trouble.is_empty(), "{when}: the tree was written to:\n{}", trouble.join("\n"));
}
