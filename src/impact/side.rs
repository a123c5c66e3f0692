//! What one side's debug information and source text say about a function.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::compare::Extent;
use crate::inputs::LineMap;
use crate::load::dwarf::{CodeLine, Dwarf, FileId, FunctionEvidence, SubprogramId};
use crate::pair::Side;

use super::extent::{self, Neighbours};
use super::text::Lines;
use super::touched::{FixEvidence, Touched};

/// One side of a unit.
pub(super) struct SideView<'a> {
    pub(super) side: Side,
    pub(super) dwarf: Dwarf,
    fix: &'a FixEvidence<'a>,
    map: &'a (dyn Fn(&Path) -> Option<&'a LineMap> + Sync),
    /// For each file the lines on which functions are defined, ordered.
    defined: FxHashMap<FileId, Vec<u32>>,
    extents: RefCell<FxHashMap<SubprogramId, Option<(Lines, bool)>>>,
}

/// What was found for one function on one side.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Whether any debug information covers the function.
    pub(super) covered: bool,
    /// Lines of the function itself that are in the patch: side, file and line as on disk; the first of each file.
    pub(super) source: Vec<Hit>,
    /// Bodies inlined into it whose lines are in the patch.
    pub(super) inline: Vec<InlineHit>,
    /// Its own text and that of what it inlines.
    pub(super) texts: Vec<TextRange>,
    /// Names of everything it inlines.
    pub(super) inlined: BTreeSet<String>,
}

/// A line of a touched file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// Path on this side.
    pub(super) file: PathBuf,
    /// Line on disk, on this side.
    pub(super) line: u32,
}

/// An inlined body whose lines are in the patch.
#[derive(Debug)]
pub(super) struct InlineHit {
    pub(super) name: String,
    pub(super) hit: Hit,
    /// From the function down: name, and offset from the start of the body before it.
    pub(super) chain: Vec<(String, Option<u64>)>,
}

/// A run of source lines that belong to a function.
#[derive(Debug)]
pub(super) struct TextRange {
    pub(super) file: PathBuf,
    pub(super) lines: Lines,
    /// The inlined function they belong to; `None` for the function itself.
    pub(super) inlined: Option<String>,
}

impl<'a> SideView<'a> {
    pub(super) fn new(
        side: Side,
        dwarf: Dwarf,
        fix: &'a FixEvidence<'a>,
        map: &'a (dyn Fn(&Path) -> Option<&'a LineMap> + Sync),
    ) -> Self {
        let mut view =
            SideView { side, dwarf, fix, map, defined: FxHashMap::default(), extents: RefCell::default() };
        let mut defined: FxHashMap<FileId, Vec<u32>> = FxHashMap::default();
        for subprogram in view.dwarf.subprograms.iter().filter(|s| s.defined) {
            if let Some(file) = subprogram.file
                && let Some(line) = view.disk(file, subprogram.line)
            {
                defined.entry(file).or_default().push(line);
            }
        }
        defined.values_mut().for_each(|lines| lines.sort_unstable());
        view.defined = defined;
        view
    }

    /// The line on disk of a line as the compiler saw it. Only the patched side is compiled with directives.
    fn disk(&self, file: FileId, line: u32) -> Option<u32> {
        let line = match self.side {
            Side::Original => Some(line),
            Side::Patched => match (self.map)(self.dwarf.file(file)) {
                Some(map) => map.to_disk(line),
                None => Some(line),
            },
        };
        line.filter(|l| *l > 0)
    }

    /// The lines on disk of a function, and whether its end was found in the text.
    fn extent(&self, id: SubprogramId) -> Option<(Lines, bool)> {
        if let Some(known) = self.extents.borrow().get(&id) {
            return known.clone();
        }
        let found = self.find_extent(id);
        self.extents.borrow_mut().insert(id, found.clone());
        found
    }

    fn find_extent(&self, id: SubprogramId) -> Option<(Lines, bool)> {
        let subprogram = self.dwarf.subprogram(id);
        let file = subprogram.file?;
        let name = self.disk(file, subprogram.line)?;
        let Some(text) = self.fix.text(self.side, self.dwarf.file(file)) else {
            return Some((name..name + 1, false));
        };
        let defined = self.defined.get(&file).map_or(&[][..], Vec::as_slice);
        let before = defined[..defined.partition_point(|l| *l < name)].last().copied();
        let after = defined.get(defined.partition_point(|l| *l <= name));
        let after = after.map(|l| extent::head(&text, *l).max(name + 1));
        Some(extent::function(&text, &subprogram.name, name, Neighbours { before, after }))
    }

    /// The lines of a function as [`SideView::extent`] has them, stretched to its lines of code where the text
    /// did not tell the end.
    fn stretched(&self, id: SubprogramId, lines: &[CodeLine], inlined: &[usize]) -> Option<(FileId, Lines)> {
        let file = self.dwarf.subprogram(id).file?;
        let (mut range, found) = self.extent(id)?;
        if !found {
            let own = lines
                .iter()
                .filter(|l| l.file == file && l.inlined.map_or(inlined.is_empty(), |i| inlined.contains(&i)));
            let last = own.filter_map(|l| self.disk(file, l.line)).max();
            let bound = self.defined.get(&file).and_then(|defined| {
                defined.get(defined.partition_point(|l| *l <= range.start.max(range.end - 1))).copied()
            });
            if let Some(last) = last
                && bound.is_none_or(|bound| last < bound)
            {
                range.end = range.end.max(last + 1);
            }
        }
        Some((file, range))
    }

    /// Everything known about the function that lies in `fragments`; `stem` is its name without what the compiler
    /// appended.
    pub(super) fn findings(&self, fragments: &[Extent], stem: &str) -> Findings {
        let evidence = self.dwarf.function(fragments);
        let own = self.own(&evidence, stem);
        let mut findings =
            Findings { covered: !own.is_empty() || !evidence.lines.is_empty(), ..Findings::default() };
        let mut covered: Vec<(FileId, Lines)> = Vec::new();
        for id in &own {
            let Some((file, range)) = self.stretched(*id, &evidence.lines, &[]) else { continue };
            if let Some(hit) = self.hit(file, &range) {
                findings.source.push(hit);
            }
            findings.texts.push(self.text_range(file, &range, None));
            covered.push((file, range));
        }
        self.look_at_inlined(&evidence, &own, &mut covered, &mut findings);
        self.look_at_lines(&evidence, &own, &covered, &mut findings);
        findings
    }

    /// The functions of the source that the code is: the one that debug information names, and the one called as
    /// the symbol is. Where the compiler folded equal functions into one these differ, and the code is right for
    /// both; the one that was folded away has no code in debug information.
    fn own(&self, evidence: &FunctionEvidence, stem: &str) -> Vec<SubprogramId> {
        let mut own: Vec<SubprogramId> = evidence.subprogram.into_iter().collect();
        if evidence.subprogram.is_none_or(|id| self.dwarf.subprogram(id).name != stem) {
            let mut named = self.dwarf.named(stem).filter(|id| self.dwarf.subprogram(*id).defined);
            if let (Some(id), None) = (named.next(), named.next()) {
                own.push(id);
            }
        }
        own
    }

    fn look_at_inlined(
        &self,
        evidence: &FunctionEvidence,
        own: &[SubprogramId],
        covered: &mut Vec<(FileId, Lines)>,
        findings: &mut Findings,
    ) {
        let mut bodies: FxHashMap<SubprogramId, Vec<usize>> = FxHashMap::default();
        let mut order: Vec<SubprogramId> = Vec::new();
        for (i, body) in evidence.inlined.iter().enumerate() {
            let list = bodies.entry(body.subprogram).or_default();
            if list.is_empty() {
                order.push(body.subprogram);
            }
            list.push(i);
        }
        for id in order {
            let name = self.dwarf.subprogram(id).name.clone();
            findings.inlined.insert(name.clone());
            let Some((file, range)) = self.stretched(id, &evidence.lines, &bodies[&id]) else { continue };
            if own.contains(&id) {
                // A recursive function inlined into itself is still itself.
                continue;
            }
            if let Some(hit) = self.hit(file, &range) {
                let chain = self.chain(evidence, bodies[&id][0]);
                findings.inline.push(InlineHit { name: name.clone(), hit, chain });
            }
            findings.texts.push(self.text_range(file, &range, Some(name)));
            covered.push((file, range));
        }
    }

    /// Lines of code that lie in no function's text: a body that is an included file, or a function whose text
    /// could not be read.
    fn look_at_lines(
        &self,
        evidence: &FunctionEvidence,
        own: &[SubprogramId],
        covered: &[(FileId, Lines)],
        findings: &mut Findings,
    ) {
        for line in &evidence.lines {
            let path = self.dwarf.file(line.file);
            let Some(touched) = self.fix.touched_at(self.side, path) else { continue };
            let Some(disk) = self.disk(line.file, line.line) else { continue };
            if touched.first_hit(self.side, &(disk..disk + 1)).is_none()
                || covered.iter().any(|(file, range)| *file == line.file && range.contains(&disk))
            {
                continue;
            }
            let hit = Hit { file: path.to_path_buf(), line: disk };
            let owner = self.owner(line.file, disk).filter(|o| !own.contains(o));
            let (name, chain) = match (owner, line.inlined) {
                (Some(owner), _) => {
                    let name = self.dwarf.subprogram(owner).name.clone();
                    (name.clone(), vec![(name, None)])
                }
                (None, Some(i)) => {
                    let name = self.dwarf.subprogram(evidence.inlined[i].subprogram).name.clone();
                    (name, self.chain(evidence, i))
                }
                (None, None) => {
                    if findings.source.iter().all(|h| h.file != hit.file) {
                        findings.source.push(hit);
                    }
                    continue;
                }
            };
            if findings.inline.iter().all(|i| i.name != name) {
                findings.inline.push(InlineHit { name, hit, chain });
            }
        }
    }

    /// The function of the unit whose text holds a line.
    fn owner(&self, file: FileId, line: u32) -> Option<SubprogramId> {
        let named = (0u32..).zip(&self.dwarf.subprograms);
        named
            .filter(|(_, s)| s.defined && s.file == Some(file))
            .map(|(i, _)| SubprogramId(i))
            .find(|id| self.extent(*id).is_some_and(|(range, _)| range.contains(&line)))
    }

    fn hit(&self, file: FileId, range: &Lines) -> Option<Hit> {
        let path = self.dwarf.file(file);
        let line = self.fix.touched_at(self.side, path)?.first_hit(self.side, range)?;
        Some(Hit { file: path.to_path_buf(), line })
    }

    fn text_range(&self, file: FileId, range: &Lines, inlined: Option<String>) -> TextRange {
        TextRange { file: self.dwarf.file(file).to_path_buf(), lines: range.clone(), inlined }
    }

    fn chain(&self, evidence: &FunctionEvidence, body: usize) -> Vec<(String, Option<u64>)> {
        let mut chain = Vec::new();
        let mut at = Some(body);
        while let Some(i) = at {
            let body = &evidence.inlined[i];
            let around = body.parent.map_or(Some(0), |p| evidence.inlined[p].at);
            let offset = body.at.zip(around).and_then(|(inner, outer)| inner.checked_sub(outer));
            chain.push((self.dwarf.subprogram(body.subprogram).name.clone(), offset));
            at = body.parent;
        }
        chain.reverse();
        chain
    }

    /// The text of the data object at `extent`: name, file and lines on disk.
    pub(super) fn object(&self, extent: Extent) -> Option<(PathBuf, Lines)> {
        let variable = self.dwarf.variable(extent)?;
        let file = variable.file?;
        let line = self.disk(file, variable.line)?;
        let path = self.dwarf.file(file);
        let lines = match self.fix.text(self.side, path) {
            Some(text) => extent::object(&text, line),
            None => line..line + 1,
        };
        Some((path.to_path_buf(), lines))
    }

    /// The first line of `lines` in the file at `path` that the fix alters.
    pub(super) fn touched_line(&self, path: &Path, lines: &Lines) -> Option<(&'a Touched, u32)> {
        let touched = self.fix.touched_at(self.side, path)?;
        Some((touched, touched.first_hit(self.side, lines)?))
    }

    /// Whether the unit reads the file, as far as debug information tells.
    pub(super) fn reads(&self, path: &Path) -> bool {
        self.dwarf.files.iter().any(|f| f == path)
    }
}
