//! The fix as evidence needs it: which lines of which files it really alters, on both sides.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use crate::inputs::{Fix, Hunk, TouchedFile};
use crate::pair::{Pair, Side};

use super::declared::{self, Declared};
use super::text::{DirectiveKind, Lines, SourceText};

/// Source files the fix does not touch.
pub trait Sources: Sync {
    /// Content of the file at `path` on `side`; `path` is relative to the tree, or absolute for files outside.
    fn text(&self, side: Side, path: &Path) -> Option<Arc<[u8]>>;
}

/// Reads files below the root of a tree, which both sides share but for what the fix touches.
#[derive(Debug, Clone)]
pub struct TreeSources {
    /// Root of the tree.
    pub root: PathBuf,
}

impl Sources for TreeSources {
    fn text(&self, _side: Side, path: &Path) -> Option<Arc<[u8]>> {
        std::fs::read(self.root.join(path)).ok().map(Arc::from)
    }
}

/// The fix and the texts it is read against, shared by all units of a run. Texts are kept: units read the same
/// headers.
pub struct FixEvidence<'a> {
    roots: Vec<PathBuf>,
    sources: &'a dyn Sources,
    touched: Vec<Touched>,
    by_path: Pair<FxHashMap<PathBuf, usize>>,
    macros: Vec<TouchedMacro>,
    kept: Mutex<FxHashMap<PathBuf, Option<Arc<SourceText>>>>,
}

/// A macro whose definition the fix alters.
pub(super) struct TouchedMacro {
    pub(super) name: Vec<u8>,
    /// The `#define` as it is shown.
    pub(super) file: PathBuf,
    pub(super) line: u32,
    /// Index of the touched file.
    pub(super) touched: usize,
}

/// One touched file.
pub(super) struct Touched {
    pub(super) paths: Pair<Option<PathBuf>>,
    pub(super) texts: Pair<Option<Arc<SourceText>>>,
    hunks: Vec<Hunk>,
    /// The lines on each side that hold code and belong to a hunk that alters more than comments and spacing.
    lines: Pair<Vec<u32>>,
    /// Conditional groups whose `#if` or `#else` is altered: from `#if` to `#endif`, and the altered line.
    groups: Pair<Vec<(Lines, u32)>>,
    declared: OnceLock<Declared>,
}

impl<'a> FixEvidence<'a> {
    /// Reads the touched files of `fix`. `roots` are the folders under which debug information may name the
    /// tree; other sources come from `sources`.
    pub fn new(fix: &Fix, roots: Vec<PathBuf>, sources: &'a dyn Sources) -> Self {
        let touched: Vec<Touched> = fix.files.iter().map(Touched::new).collect();
        let mut by_path: Pair<FxHashMap<PathBuf, usize>> = Pair::default();
        for (i, file) in touched.iter().enumerate() {
            for side in Side::BOTH {
                if let Some(path) = file.paths.get(side) {
                    by_path.get_mut(side).insert(path.clone(), i);
                }
            }
        }
        let macros = touched.iter().enumerate().flat_map(|(i, file)| touched_macros(i, file)).collect();
        FixEvidence { roots, sources, touched, by_path, macros, kept: Mutex::default() }
    }

    /// The macros whose definitions the fix alters, by file; patched definitions before those that went away.
    pub(super) fn macros(&self) -> &[TouchedMacro] {
        &self.macros
    }

    /// The folders under which debug information may name the tree.
    pub(super) fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// Whether a line on disk of the original side and one of the patched side are the same, unaltered one.
    pub fn same_line(&self, lines: Pair<(&Path, u32)>) -> bool {
        let ((path_o, line_o), (path_p, line_p)) = (lines.original, lines.patched);
        let touched =
            Pair::new(self.by_path.original.get(path_o).copied(), self.by_path.patched.get(path_p).copied());
        match (touched.original, touched.patched) {
            (Some(o), Some(p)) if o == p => {
                let file = &self.touched[o];
                let altered = |side, line| file.lines(side).binary_search(&line).is_ok();
                !altered(Side::Original, line_o)
                    && !altered(Side::Patched, line_p)
                    && file.patched_line(line_o) == line_p
            }
            (None, None) => path_o == path_p && line_o == line_p,
            _ => false,
        }
    }

    /// The touched files, ordered by path.
    pub(super) fn touched(&self) -> &[Touched] {
        &self.touched
    }

    /// The touched file that is at `path` on `side`.
    pub(super) fn touched_at(&self, side: Side, path: &Path) -> Option<&Touched> {
        self.by_path.get(side).get(path).map(|i| &self.touched[*i])
    }

    /// The text of any file on one side.
    pub(super) fn text(&self, side: Side, path: &Path) -> Option<Arc<SourceText>> {
        if let Some(touched) = self.touched_at(side, path) {
            return touched.texts.get(side).clone();
        }
        // A panic of another thread leaves at worst an entry out.
        if let Some(known) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return known.clone();
        }
        let text = self.sources.text(side, path).map(|raw| Arc::new(SourceText::new(raw)));
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_path_buf(), text.clone());
        text
    }
}

impl Touched {
    fn new(file: &TouchedFile) -> Self {
        let text = |raw: &Option<Arc<[u8]>>| raw.clone().map(|raw| Arc::new(SourceText::new(raw)));
        let texts = Pair::new(text(&file.original), text(&file.patched));
        let hunks: Vec<Hunk> = file.hunks.iter().map(|h| slide(h.clone(), &texts)).collect();
        let mut lines: Pair<Vec<u32>> = Pair::default();
        for hunk in &hunks {
            let alters = alteration(hunk, &texts);
            for side in Side::BOTH {
                let Some(text) = texts.get(side) else { continue };
                lines.get_mut(side).extend(hunk_lines(hunk, side).filter(|l| match alters {
                    Alteration::None => false,
                    Alteration::Code => text.is_significant(*l),
                    Alteration::Comments => true,
                }));
            }
        }
        let groups = Pair {
            original: texts.original.as_ref().map_or_else(Vec::new, |t| altered_groups(t, &lines.original)),
            patched: texts.patched.as_ref().map_or_else(Vec::new, |t| altered_groups(t, &lines.patched)),
        };
        Touched {
            paths: Pair::new(file.original_path.clone(), file.patched_path.clone()),
            texts,
            hunks,
            lines,
            groups,
            declared: OnceLock::new(),
        }
    }

    /// The names that the altered lines declare outside of functions and macros; read at the first call.
    pub(super) fn declared(&self) -> &Declared {
        self.declared.get_or_init(|| declared::declared(self))
    }

    /// The first line within `range` that the fix alters on `side`; else the altered directive of a conditional
    /// that decides whether the range is there at all.
    pub(super) fn first_hit(&self, side: Side, range: &Lines) -> Option<u32> {
        let around = |(group, _): &&(Lines, u32)| group.start < range.start && range.end <= group.end;
        first_within(self.lines.get(side), range)
            .or_else(|| self.groups.get(side).iter().find(around).map(|(_, line)| *line))
    }

    /// All lines that the fix alters on `side`, in order.
    pub(super) fn lines(&self, side: Side) -> &[u32] {
        self.lines.get(side)
    }

    /// Where a line of `side` is to be shown: the file and line on the patched side, or on the original one with
    /// `removed` or for a removed file.
    pub(super) fn shown(&self, side: Side, line: u32, removed: bool) -> (PathBuf, u32) {
        let original = self.paths.original.as_ref();
        match (&self.paths.patched, side) {
            (Some(path), Side::Patched) => (path.clone(), line),
            (Some(path), Side::Original) if !removed || original.is_none() => {
                (path.clone(), self.patched_line(line))
            }
            (None, _) | (Some(_), Side::Original) => (original.cloned().unwrap_or_default(), line),
        }
    }

    /// The patched line that stands where an original line stood.
    fn patched_line(&self, line: u32) -> u32 {
        let i = self.hunks.partition_point(|h| h.original.end <= line);
        let last = self.texts.patched.as_ref().map_or(1, |t| t.len().max(1));
        let found = match self.hunks.get(i) {
            Some(h) if h.original.start <= line => {
                let offset = (line - h.original.start).min(h.patched.len().saturating_sub(1) as u32);
                h.patched.start + offset
            }
            _ => match i.checked_sub(1).and_then(|i| self.hunks.get(i)) {
                Some(h) => h.patched.end + (line - h.original.end),
                None => line,
            },
        };
        found.clamp(1, last)
    }
}

/// The first of the ordered `lines` that lies in `range`.
fn first_within(lines: &[u32], range: &Lines) -> Option<u32> {
    lines.get(lines.partition_point(|l| *l < range.start)).copied().filter(|l| *l < range.end)
}

/// The conditional groups of `text` that have an `#if` or `#else` on one of the altered `lines`, inner ones first.
fn altered_groups(text: &SourceText, lines: &[u32]) -> Vec<(Lines, u32)> {
    let mut open: Vec<(u32, Option<u32>)> = Vec::new();
    let mut groups = Vec::new();
    for directive in text.directives() {
        let hit = first_within(lines, &directive.lines);
        match directive.kind {
            DirectiveKind::If => open.push((directive.lines.start, hit)),
            DirectiveKind::Else => {
                if let Some((_, known)) = open.last_mut() {
                    *known = known.or(hit);
                }
            }
            DirectiveKind::Endif => {
                // An `#endif` decides nothing, and a differ likes to slide onto one: that of a header's guard would
                // make the whole header altered.
                if let Some((start, Some(line))) = open.pop() {
                    groups.push((start..directive.lines.end, line));
                }
            }
            _ => {}
        }
    }
    groups
}

fn touched_macros(index: usize, file: &Touched) -> Vec<TouchedMacro> {
    let mut found: Vec<TouchedMacro> = Vec::new();
    for side in [Side::Patched, Side::Original] {
        let Some(text) = file.texts.get(side) else { continue };
        for definition in text.macros() {
            if file.first_hit(side, &definition.lines).is_none()
                || found.iter().any(|m| m.name == definition.name)
            {
                continue;
            }
            let (path, line) = file.shown(side, definition.lines.start, false);
            found.push(TouchedMacro { name: definition.name.clone(), file: path, line, touched: index });
        }
    }
    found
}

fn hunk_lines(hunk: &Hunk, side: Side) -> Lines {
    match side {
        Side::Original => hunk.original.clone(),
        Side::Patched => hunk.patched.clone(),
    }
}

/// What a hunk does to the code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alteration {
    /// It alters comments and white space only.
    None,
    /// It alters the code on its own lines.
    Code,
    /// It opens or closes a comment, so that even lines of it that hold no code alter what is code.
    Comments,
}

fn alteration(hunk: &Hunk, texts: &Pair<Option<Arc<SourceText>>>) -> Alteration {
    let Pair { original: Some(original), patched: Some(patched) } = texts else { return Alteration::Code };
    let opens = |original_line, patched_line| {
        original.begins_in_comment(original_line) != patched.begins_in_comment(patched_line)
    };
    if opens(hunk.original.start, hunk.patched.start) || opens(hunk.original.end, hunk.patched.end) {
        return Alteration::Comments;
    }
    let essence = |text: &SourceText, lines: Lines| -> Vec<Vec<u8>> {
        lines.map(|l| text.essence(l)).filter(|e| !e.is_empty()).collect()
    };
    if essence(original, hunk.original.clone()) == essence(patched, hunk.patched.clone()) {
        Alteration::None
    } else {
        Alteration::Code
    }
}

/// Moves a hunk that only adds or only removes down over the closing brace it begins with, where the same lines
/// follow it: a differ may say that a function was put between the last line of its predecessor and that
/// predecessor's brace, and blame the wrong one.
fn slide(mut hunk: Hunk, texts: &Pair<Option<Arc<SourceText>>>) -> Hunk {
    let side = match (hunk.original.is_empty(), hunk.patched.is_empty()) {
        (true, false) => Side::Patched,
        (false, true) => Side::Original,
        _ => return hunk,
    };
    let Some(text) = texts.get(side) else { return hunk };
    let line = |l: u32| text.raw(text.bytes(&(l..l + 1))).trim_ascii_end().to_vec();
    let original = hunk.clone();
    let closing = |l: u32| matches!(text.essence(l).as_slice(), b"}" | b"};");
    loop {
        let range = hunk_lines(&hunk, side);
        let first = range.clone().find(|l| text.is_significant(*l));
        if !first.is_some_and(&closing) {
            return hunk;
        }
        if range.end > text.len() || line(range.start) != line(range.end) {
            return original;
        }
        hunk.original = hunk.original.start + 1..hunk.original.end + 1;
        hunk.patched = hunk.patched.start + 1..hunk.patched.end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(original: &str, patched: &str, hunks: &[(Lines, Lines)]) -> Touched {
        Touched::new(&TouchedFile {
            original_path: Some("a.c".into()),
            patched_path: Some("a.c".into()),
            original: Some(Arc::from(original.as_bytes())),
            patched: Some(Arc::from(patched.as_bytes())),
            executable: None,
            hunks: hunks.iter().map(|(o, p)| Hunk { original: o.clone(), patched: p.clone() }).collect(),
        })
    }

    #[test]
    fn a_hunk_of_comments_and_spacing_alters_nothing() {
        let file = touched("a;\n/* x */\nb;\n", "a;\n/* y\n z */\n  b;  // w\n", &[(2..4, 2..5)]);
        assert_eq!(file.lines(Side::Patched), [] as [u32; 0]);
        let file = touched("a;\nb;\nc;\n/* */\n", "a;\n/*\nb;\nc;\n/* */\n", &[(2..2, 2..3)]);
        assert_eq!(file.lines(Side::Patched), [2], "an opened comment takes code away");
    }

    #[test]
    fn an_altered_conditional_alters_what_it_decides_about() {
        let original = "#ifdef A\n#define X 1\nint f(void)\n{\n}\n#endif\nint g(void)\n{\n}\n";
        let file = touched(original, &original.replace("ifdef A", "if B"), &[(1..2, 1..2)]);
        assert_eq!(file.first_hit(Side::Patched, &(3..6)), Some(1));
        assert_eq!(file.first_hit(Side::Patched, &(7..10)), None);
        let names: Vec<_> = touched_macros(0, &file).into_iter().map(|m| (m.name, m.line)).collect();
        assert_eq!(names, [(b"X".to_vec(), 2)]);
        let file = touched(original, &original.replace("endif", "endif A"), &[(6..7, 6..7)]);
        assert_eq!(file.first_hit(Side::Patched, &(3..6)), None);
    }

    #[test]
    fn a_changed_string_alters_code() {
        let file = touched("f(\"a\");\n", "f(\"b\");\n", &[(1..2, 1..2)]);
        assert_eq!(file.lines(Side::Patched), [1]);
    }

    #[test]
    fn an_added_function_does_not_begin_with_its_neighbours_brace() {
        let original = "int f(void)\n{\n}\n\nint h(void)\n{\n}\n";
        let patched = "int f(void)\n{\n}\n\nint g(void)\n{\n}\n\nint h(void)\n{\n}\n";
        let file = touched(original, patched, &[(3..3, 3..7)]);
        assert_eq!(file.lines(Side::Patched), [5, 6, 7]);
    }

    #[test]
    fn original_lines_are_shown_where_they_stood() {
        let original = "1\n2\n3\n4\n5\n6\n7\n";
        let patched = "1\nx\ny\n3\n4\n6\n7\n";
        let file = touched(original, patched, &[(2..3, 2..4), (5..6, 6..6)]);
        let at = |line| file.shown(Side::Original, line, false).1;
        assert_eq!([at(1), at(2), at(3), at(5), at(6), at(7)], [1, 2, 4, 6, 6, 7]);
        assert_eq!(file.shown(Side::Original, 5, true).1, 5);
    }
}
