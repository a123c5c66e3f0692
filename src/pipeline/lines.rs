//! Debug information of both sides as the witness of [`line_only`].

use std::path::{Path, PathBuf};

use crate::compare::Comparison;
use crate::compare::line_only::{self, LineOracle, SourceLine};
use crate::inputs::pairing::ObjectSource;
use crate::load::MappedFile;
use crate::load::dwarf::Dwarf;
use crate::pair::{Pair, Side};

/// What else is known about the sources of a run.
pub(super) trait LineTexts {
    /// The folders under which debug information may name the tree.
    fn roots(&self) -> &[PathBuf];

    /// As [`LineOracle::same_text`].
    fn same_text(&self, lines: Pair<(&Path, u32)>) -> bool;
}

/// Nothing is known, as for two object files.
pub(super) struct NoTexts;

impl LineTexts for NoTexts {
    fn roots(&self) -> &[PathBuf] {
        &[]
    }

    fn same_text(&self, _lines: Pair<(&Path, u32)>) -> bool {
        true
    }
}

/// Takes functions in which only lines moved out of the changed ones.
pub(super) fn find(comparison: &mut Comparison, objects: Pair<&ObjectSource>, texts: &dyn LineTexts) {
    // Debug information is by far the largest part of an object file.
    if !line_only::has_candidates(comparison) {
        return;
    }
    let roots = texts.roots();
    // What cannot be read is told where causes are looked for.
    let read = |source: &ObjectSource| {
        let file = MappedFile::open(&source.path).ok()?;
        Dwarf::parse(source.bytes(&file).ok()?, &source.shown(), roots).ok()
    };
    let sides = rayon::join(|| read(objects.original), || read(objects.patched));
    match Pair::new(sides.0, sides.1).both().filter(|s| !s.original.is_empty() && !s.patched.is_empty()) {
        Some(sides) => line_only::find(comparison, Some(&Oracle { sides, texts })),
        None => line_only::find(comparison, None),
    }
}

struct Oracle<'a> {
    sides: Pair<Dwarf>,
    texts: &'a dyn LineTexts,
}

impl LineOracle for Oracle<'_> {
    fn lines(&self, side: Side, section: u32, offset: u64) -> Vec<SourceLine> {
        let dwarf = self.sides.get(side);
        let lines = dwarf.lines_at(section, offset).into_iter();
        lines
            .map(|(level, file, line)| SourceLine { level, file: dwarf.file(file).to_path_buf(), line })
            .collect()
    }

    fn same_text(&self, lines: Pair<(&PathBuf, u32)>) -> bool {
        self.texts.same_text(lines.map(|(path, line)| (path.as_path(), line)))
    }
}
