//! The witnesses of one unit, and what they share.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::pair::{Pair, Side};

use super::declared::Declared;
use super::macros::MacroClosure;
use super::side::{Hit, SideView, TextRange};
use super::text::SourceText;
use super::touched::{FixEvidence, Touched};
use super::{Location, SourceRange};

/// The witnesses of one unit. A side is `None` when the unit does not exist there or its debug information
/// cannot be read.
pub(super) struct Evidence<'a> {
    pub(super) fix: &'a FixEvidence<'a>,
    pub(super) views: Pair<Option<SideView<'a>>>,
    macros: OnceCell<MacroClosure>,
    declared: OnceCell<Vec<&'a Declared>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(fix: &'a FixEvidence<'a>, views: Pair<Option<SideView<'a>>>) -> Self {
        Evidence { fix, views, macros: OnceCell::new(), declared: OnceCell::new() }
    }

    /// Whether the unit can have read a touched file. Debug information names the files that code and types come
    /// from; a header of macros alone is not among them, so only another source is surely not read.
    pub(super) fn may_read(&self, touched: &Touched) -> bool {
        let header = |path: &Path| !path.extension().is_some_and(|e| e == "c" || e == "S" || e == "cc");
        Side::BOTH.into_iter().any(|side| {
            touched.paths.get(side).as_deref().is_some_and(|path| {
                header(path) || self.views.get(side).as_ref().is_some_and(|v| v.reads(path))
            })
        })
    }

    /// The macros through which the unit reaches a touched one.
    pub(super) fn macros(&self) -> &MacroClosure {
        self.macros.get_or_init(|| {
            let touched: Vec<Vec<u8>> = self
                .fix
                .macros()
                .iter()
                .filter(|m| self.may_read(&self.fix.touched()[m.touched]))
                .map(|m| m.name.clone())
                .collect();
            if touched.is_empty() {
                return MacroClosure::default();
            }
            let mut texts: Vec<Arc<SourceText>> = Vec::new();
            for file in self.fix.touched().iter().filter(|t| self.may_read(t)) {
                texts.extend(file.texts.patched.iter().chain(&file.texts.original).cloned());
            }
            let mut paths: Vec<&Path> = Vec::new();
            for view in [&self.views.patched, &self.views.original].into_iter().flatten() {
                paths.extend(view.dwarf.files.iter().map(PathBuf::as_path));
            }
            paths.sort_unstable();
            paths.dedup();
            for path in paths {
                if Side::BOTH.into_iter().all(|side| self.fix.touched_at(side, path).is_none()) {
                    texts.extend(self.fix.text(Side::Patched, path));
                }
            }
            MacroClosure::new(&touched, texts.iter().map(AsRef::as_ref))
        })
    }

    /// The names that the fix declares anew, for each file the unit may read.
    pub(super) fn declared(&self) -> &[&'a Declared] {
        self.declared.get_or_init(|| {
            let read = self.fix.touched().iter().filter(|t| self.may_read(t));
            read.map(Touched::declared).filter(|names| !names.is_empty()).collect()
        })
    }

    /// Those of the ranges of which the fix edits a line.
    pub(super) fn edited(&self, ranges: &[(Side, &TextRange)]) -> Vec<SourceRange> {
        let edits = |&&(side, range): &&(Side, &TextRange)| {
            let touched = self.fix.touched_at(side, &range.file);
            touched.is_some_and(|touched| touched.first_hit(side, &range.lines).is_some())
        };
        let range = |&(side, range): &(Side, &TextRange)| SourceRange {
            side,
            file: range.file.clone(),
            lines: (range.lines.start, range.lines.end),
            inlined: range.inlined.clone(),
        };
        ranges.iter().filter(edits).map(range).collect()
    }

    /// Where a line of one side is shown.
    pub(super) fn shown(&self, side: Side, hit: &Hit, removed: bool) -> Option<Location> {
        let touched = self.fix.touched_at(side, &hit.file)?;
        let (file, line) = touched.shown(side, hit.line, removed);
        Some(Location { file, line })
    }
}
