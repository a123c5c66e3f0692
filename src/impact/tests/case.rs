//! A unit in two versions, compiled, with a comparison made by hand.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

use crate::compare::{Comparison, Difference, DifferenceKind, Entry, EntryKind, Extent, Shifts, Status};
use crate::impact::{Cause, FixEvidence, TreeSources, UnitEvidence, causes};
use crate::inputs::pairing::ObjectSource;
use crate::inputs::{Fix, Hunk, LineMap, TouchedFile};
use crate::load::Binding;
use crate::pair::{Pair, Side};

/// A unit on both sides, in one folder that plays the tree.
pub(super) struct Case {
    pub(super) dir: tempfile::TempDir,
    pub(super) compiler: &'static str,
    pub(super) flags: Vec<&'static str>,
    pub(super) files: Vec<(&'static str, Option<String>, Option<String>)>,
    pub(super) maps: Vec<(PathBuf, LineMap)>,
    pub(super) debug: bool,
}

impl Case {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder can be made");
        Case { dir, compiler: "gcc", flags: Vec::new(), files: Vec::new(), maps: Vec::new(), debug: true }
    }

    /// A file with its text on both sides; the first one is the unit.
    pub(super) fn file(mut self, name: &'static str, original: &str, patched: &str) -> Self {
        self.files.push((name, Some(original.to_owned()), Some(patched.to_owned())));
        self
    }

    pub(super) fn flags(mut self, flags: &[&'static str]) -> Self {
        self.flags.extend(flags);
        self
    }

    pub(super) fn object(&self, side: Side) -> PathBuf {
        self.dir.path().join(format!("{side}.o"))
    }

    pub(super) fn source(&self, side: Side) -> ObjectSource {
        ObjectSource::file(self.object(side))
    }

    pub(super) fn compile(&self, side: Side) {
        let tree = self.dir.path().join("tree");
        std::fs::create_dir_all(tree.join("include")).expect("the tree can be made");
        for (name, original, patched) in &self.files {
            let text = match side {
                Side::Original => original,
                Side::Patched => patched,
            };
            if let Some(text) = text {
                std::fs::write(tree.join(name), text).expect("a source can be written");
            }
        }
        let mut command = Command::new(self.compiler);
        command.current_dir(&tree).args(["-c", "-O2", "-Iinclude"]);
        if self.debug {
            command.arg("-g");
        }
        let output = command
            .args(&self.flags)
            .arg(self.files[0].0)
            .arg("-o")
            .arg(self.object(side))
            .output()
            .expect("the compiler runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Compiles both sides and tells the causes of the named entries: name, and how it differs (`None` where it
    /// stands on one side only).
    pub(super) fn causes(&self, named: &[(&str, Option<DifferenceKind>)]) -> Vec<Vec<Cause>> {
        self.compile(Side::Original);
        self.compile(Side::Patched);
        let comparison = self.comparison(named);
        let fix = self.fix();
        let sources = TreeSources { root: self.dir.path().join("tree") };
        let evidence = FixEvidence::new(&fix, vec![self.dir.path().join("tree")], &sources);
        let (original, patched) = (self.source(Side::Original), self.source(Side::Patched));
        let map = |path: &Path| self.maps.iter().find(|(p, _)| p == path).map(|(_, m)| m);
        let unit = UnitEvidence {
            comparison: &comparison,
            objects: Pair::new(Some(&original), Some(&patched)),
            map: &map,
        };
        let found = causes(unit, Some(&evidence));
        assert_eq!(found.warnings, [] as [String; 0]);
        assert_eq!(found.entries.len(), comparison.entries.len());
        found.entries
    }

    /// The causes as short words: kind, symbol and location.
    pub(super) fn told(&self, named: &[&str]) -> Vec<Vec<String>> {
        let named: Vec<_> = named.iter().map(|n| (*n, Some(DifferenceKind::Instructions))).collect();
        self.causes(&named).iter().map(|list| list.iter().map(short).collect()).collect()
    }

    pub(super) fn comparison(&self, named: &[(&str, Option<DifferenceKind>)]) -> Comparison {
        let symbols = Pair::new(symbols(&self.object(Side::Original)), symbols(&self.object(Side::Patched)));
        let mut entries: Vec<Entry> = Vec::new();
        for (name, difference) in named {
            let find = |side| symbols.get(side).iter().find(|(n, ..)| n == name);
            let (original, patched) = (find(Side::Original), find(Side::Patched));
            let (_, kind, _) = patched.or(original).unwrap_or_else(|| panic!("no symbol {name}"));
            let status = match (original, patched) {
                (Some(_), Some(_)) => Status::Changed,
                (None, _) => Status::New,
                (_, None) => Status::Removed,
            };
            let differences = difference.filter(|_| status == Status::Changed).map(|kind| Difference {
                kind,
                at: Pair::new(Some(4), Some(8)),
                what: format!("{kind:?}"),
                chain: Vec::new(),
            });
            let parent = name.strip_suffix(".cold");
            let cold_of = parent.and_then(|parent| entries.iter().position(|e| e.name == parent));
            if let Some(parent) = cold_of {
                entries[parent].differences.push(Difference {
                    kind: DifferenceKind::ColdPart,
                    at: Pair::default(),
                    what: "its cold part differs".to_owned(),
                    chain: Vec::new(),
                });
            }
            entries.push(Entry {
                kind: *kind,
                name: (*name).to_owned(),
                original_name: None,
                binding: Binding::Global,
                section: None,
                file: None,
                status,
                extent: Pair::new(original.map(|s| s.2), patched.map(|s| s.2)),
                size: Pair::new(original.map(|s| s.2.size), patched.map(|s| s.2.size)),
                differences: differences.into_iter().collect(),
                shifts: Shifts::default(),
                cold_of,
                listing: None,
            });
        }
        Comparison { entries, unlisted_unchanged: 0 }
    }

    pub(super) fn fix(&self) -> Fix {
        let bytes = |text: &Option<String>| text.as_ref().map(|t| Arc::from(t.as_bytes()));
        let mut files: Vec<TouchedFile> = self
            .files
            .iter()
            .filter(|(_, original, patched)| original != patched)
            .map(|(name, original, patched)| TouchedFile {
                original_path: original.as_ref().map(|_| PathBuf::from(name)),
                patched_path: patched.as_ref().map(|_| PathBuf::from(name)),
                original: bytes(original),
                patched: bytes(patched),
                executable: None,
                hunks: hunks(original.as_deref().unwrap_or(""), patched.as_deref().unwrap_or("")),
            })
            .collect();
        files.sort_by(|a, b| a.path().cmp(b.path()));
        Fix { files, ..Fix::default() }
    }
}

pub(super) fn hunks(original: &str, patched: &str) -> Vec<Hunk> {
    let diff = similar::TextDiff::from_lines(original, patched);
    diff.ops()
        .iter()
        .filter(|op| op.tag() != similar::DiffTag::Equal)
        .map(|op| {
            let lines = |r: std::ops::Range<usize>| r.start as u32 + 1..r.end as u32 + 1;
            Hunk { original: lines(op.old_range()), patched: lines(op.new_range()) }
        })
        .collect()
}

fn symbols(path: &Path) -> Vec<(String, EntryKind, Extent)> {
    let data = std::fs::read(path).expect("the object file can be read");
    let file = object::File::parse(&*data).expect("the compiler writes ELF");
    file.symbols()
        .filter(|s| matches!(s.kind(), SymbolKind::Text | SymbolKind::Data))
        .filter_map(|s| {
            let section = file.section_by_index(s.section_index()?).ok()?;
            let kind = if s.kind() == SymbolKind::Text { EntryKind::Function } else { EntryKind::Object };
            let extent = Extent { section: section.index().0 as u32, offset: s.address(), size: s.size() };
            Some((s.name().ok()?.to_owned(), kind, extent))
        })
        .collect()
}

pub(super) fn short(cause: &Cause) -> String {
    let mut out = format!("{:?}", cause.kind).to_lowercase();
    if let Some(symbol) = &cause.symbol {
        out.push_str(&format!(" {symbol}"));
    }
    if let Some(at) = &cause.location {
        out.push_str(&format!(" {}:{}", at.file.display(), at.line));
    }
    out
}
