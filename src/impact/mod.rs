//! Comparison and fix ↦ why each thing changed.
//!
//! Three witnesses are heard: the comparison itself (what differs), debug information of both sides (which lines
//! and which inlined bodies the code comes from), and the text of the sources (how far a function goes, which
//! macros it uses). Nothing is judged anew here: what did not change has no causes.
//!
//! The causes are this stage's own type and not the report's, because a report names entries by ids that do not
//! exist before it is put together.
//!
//! Cause `ipa` needs evidence of what functions relied on ([`abi`](crate::abi)), where that was asked for; it takes
//! the place of `compiler` then ([`name_optimisations`]).

mod declared;
mod entry;
mod evidence;
mod extent;
mod function;
mod ipa;
mod layout;
mod leftover;
mod macros;
mod side;
mod text;
mod touched;

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::compare::{Comparison, DifferenceKind, Entry, EntryKind, Status};
use crate::inputs::LineMap;
use crate::inputs::pairing::ObjectSource;
use crate::load::MappedFile;
use crate::load::dwarf::Dwarf;
use crate::pair::{Pair, Side};

use layout::Layouts;

pub use ipa::name_optimisations;
pub use touched::{FixEvidence, Sources, TreeSources};

/// Why a function or data object changed; the order is the one they are listed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseKind {
    /// Its own lines are in the patch.
    Source,
    /// It inlines something whose lines are in the patch.
    Inline,
    /// It uses a macro whose lines are in the patch.
    Macro,
    /// A structure's member moved.
    Layout,
    /// The same instructions refer to something that changed.
    Reference,
    /// A table tied to the function differs.
    Special,
    /// A data object's own content, size or alignment.
    Data,
    /// Section, binding or visibility.
    Attributes,
    /// The compiler specialised it differently.
    Ipa,
    /// None of these: scheduling or register allocation moved.
    Compiler,
    /// The comparison could not decide, or there is no evidence to go by.
    Unsure,
}

/// One cause with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Which cause.
    pub kind: CauseKind,
    /// One sentence, without a full stop.
    pub summary: String,
    /// The function, macro, data object or type it names.
    pub symbol: Option<String>,
    /// Where in the source.
    pub location: Option<Location>,
    /// The way from the function to what changed.
    pub chain: Vec<ChainLink>,
}

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// Path relative to the tree; absolute for a file outside of it.
    pub file: PathBuf,
    /// 1-based line as on disk, on the patched side (the original side for what was removed).
    pub line: u32,
}

/// One step of a cause's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// Index in [`Comparison::entries`], where it is an entry.
    pub entry: Option<usize>,
    /// What it is: a symbol's name or a description of something nameless.
    pub what: String,
    /// Offset in bytes from the start of the thing before it in the chain.
    pub at: Option<u64>,
}

/// Lines of a touched file that a function or data object is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceRange {
    /// The side that the file and the lines are of.
    pub side: Side,
    /// Path relative to the tree.
    pub file: PathBuf,
    /// The lines as on disk, 1-based and half open.
    pub lines: (u32, u32),
    /// The inlined function whose lines they are; `None` for its own.
    pub inlined: Option<String>,
}

/// One unit whose entries ask for causes.
#[derive(Clone, Copy)]
pub struct UnitEvidence<'a> {
    /// What was found to differ.
    pub comparison: &'a Comparison,
    /// The object files that were compared.
    pub objects: Pair<Option<&'a ObjectSource>>,
    /// How the patched side's lines were numbered, by path relative to the tree; `None`: as on disk.
    pub map: &'a (dyn Fn(&Path) -> Option<&'a LineMap> + Sync),
}

/// The causes of one unit.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Causes {
    /// One list for each entry of the comparison, in its order: at least one cause for what is changed, new or
    /// removed, and none for the rest. Ordered by kind, location and symbol.
    pub entries: Vec<Vec<Cause>>,
    /// For each entry of the comparison the lines it is made of, its own and those of what it inlines, of which the
    /// fix edits some. Ordered.
    pub sources: Vec<Vec<SourceRange>>,
    /// Sentences about debug information that is missing or cannot be read.
    pub warnings: Vec<String>,
}

/// Tells why each entry of the unit's comparison changed.
///
/// Without a `fix` (two object files of unknown origin) only the differences themselves speak, and of debug
/// information the types alone. Trouble with debug information is no failure: it ends in [`Causes::warnings`], and what
/// cannot be told without it is [`CauseKind::Unsure`].
pub fn causes<'a>(unit: UnitEvidence<'a>, fix: Option<&'a FixEvidence<'a>>) -> Causes {
    let mut causes = Causes::default();
    let entries = &unit.comparison.entries;
    let asked = |status| matches!(status, Status::Changed | Status::New | Status::Removed);
    if !entries.iter().any(|e| asked(e.status)) {
        causes.entries.resize_with(entries.len(), Vec::new);
        causes.sources.resize_with(entries.len(), Vec::new);
        return causes;
    }
    let evidence = fix.map(|fix| {
        let (original, patched) = rayon::join(
            || open(Side::Original, unit.objects.original, fix),
            || open(Side::Patched, unit.objects.patched, fix),
        );
        let mut view = |side, opened: Option<Result<Dwarf, String>>| {
            let dwarf = match opened? {
                Ok(dwarf) => dwarf,
                Err(what) => {
                    causes.warnings.push(what);
                    return None;
                }
            };
            causes.warnings.extend(dwarf.troubles.iter().cloned());
            Some(side::SideView::new(side, dwarf, fix, unit.map))
        };
        let views = Pair::new(view(Side::Original, original), view(Side::Patched, patched));
        evidence::Evidence::new(fix, views)
    });
    causes.warnings.dedup();
    // Types are asked for numbers in instructions alone.
    let shifted = |e: &Entry| e.status == Status::Changed && e.kind == EntryKind::Function;
    let layouts = match unit.objects.both() {
        Some(objects) if entries.iter().any(|e| shifted(e) && needs_layout(e)) => Layouts::read(objects),
        _ => None,
    };
    let mut cold_parts: FxHashMap<usize, Vec<&Entry>> = FxHashMap::default();
    for part in entries {
        if let Some(parent) = part.cold_of {
            cold_parts.entry(parent).or_default().push(part);
        }
    }
    for (i, entry) in entries.iter().enumerate() {
        let (mut found, mut sources) = if asked(entry.status) {
            let cold = cold_parts.get(&i).map_or(&[][..], Vec::as_slice);
            entry::causes(entry, cold, evidence.as_ref(), layouts.as_ref())
        } else {
            Default::default()
        };
        found.sort_by(|a, b| order(a).cmp(&order(b)));
        found.dedup();
        causes.entries.push(found);
        sources.sort();
        sources.dedup();
        causes.sources.push(sources);
    }
    causes
}

fn open(side: Side, source: Option<&ObjectSource>, fix: &FixEvidence<'_>) -> Option<Result<Dwarf, String>> {
    let source = source?;
    let read = || {
        let file = MappedFile::open(&source.path)?;
        Dwarf::parse(source.bytes(&file)?, &source.shown(), fix.roots())
    };
    Some(match read() {
        Ok(dwarf) if dwarf.is_empty() => Err(format!(
            "{}: the {side} object file holds no debug information, so causes cannot be told; compile with -g",
            source.shown().display()
        )),
        Ok(dwarf) => Ok(dwarf),
        Err(e) => Err(e.to_string()),
    })
}

/// Whether a function has different instructions, so that types may tell why.
fn needs_layout(entry: &Entry) -> bool {
    entry
        .differences
        .iter()
        .any(|d| matches!(d.kind, DifferenceKind::Instructions | DifferenceKind::ColdPart))
}

/// The order causes are listed in.
fn order(cause: &Cause) -> impl Ord + '_ {
    (
        cause.kind,
        cause.location.as_ref().map(|l| (&l.file, l.line)),
        &cause.symbol,
        cause.chain.first().and_then(|l| l.at),
        &cause.summary,
    )
}

#[cfg(test)]
mod tests;
