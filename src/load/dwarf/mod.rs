//! What the debug information of one object file says about where its code and data come from.
//!
//! Only DWARF is read here, and only for units in which something changed: it is by far the largest part of an
//! object file. Nothing in it is trusted; what cannot be read ends as a sentence in [`Dwarf::troubles`], and the
//! rest is used.
//!
//! Addresses are places: a section index and an offset in bytes. In a relocatable file all sections begin at
//! address 0, so the reader gives each section a range of its own before it applies relocations and translates
//! back afterwards.

mod attributes;
mod index;
mod paths;
pub mod prototypes;
mod reader;
pub mod types;

use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::compare::Extent;
use crate::error::{Error, Result};

/// Index in [`Dwarf::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// Index in [`Dwarf::subprograms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubprogramId(pub u32);

/// A function as the source defines it, however often the compiler copied, cloned or inlined it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subprogram {
    /// DW_AT_name.
    pub name: String,
    /// DW_AT_decl_file.
    pub file: Option<FileId>,
    /// DW_AT_decl_line, the line of the name as the compiler saw it; 0 when it is not known.
    pub line: u32,
    /// Whether the unit holds a definition at file scope, rather than a declaration or a nested function.
    pub defined: bool,
}

/// A variable with a fixed place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// DW_AT_name.
    pub name: String,
    /// DW_AT_decl_file.
    pub file: Option<FileId>,
    /// DW_AT_decl_line as the compiler saw it; 0 when it is not known.
    pub line: u32,
    /// Section index.
    pub section: u32,
    /// Offset in bytes from the start of the section.
    pub offset: u64,
}

/// A source line of a function's code, as the compiler numbered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeLine {
    /// The file.
    pub file: FileId,
    /// 1-based line as the compiler saw it.
    pub line: u32,
    /// Index in [`FunctionEvidence::inlined`] of the innermost inlined body that holds the instruction; `None`
    /// for the function's own code.
    pub inlined: Option<usize>,
}

/// A body that was inlined into a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlinedBody {
    /// What was inlined.
    pub subprogram: SubprogramId,
    /// Index in [`FunctionEvidence::inlined`] of the inlined body around this one; always a smaller index.
    pub parent: Option<usize>,
    /// How many inlined bodies are around this one.
    pub depth: u32,
    /// Lowest offset of its instructions, in bytes from the start of the function's first fragment; `None` when
    /// it has none there.
    pub at: Option<u64>,
    /// File of the call.
    pub call_file: Option<FileId>,
    /// Line of the call as the compiler saw it; 0 when it is not known.
    pub call_line: u32,
}

/// What debug information says about one function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionEvidence {
    /// The function itself; `None` when no DIE covers its code.
    pub subprogram: Option<SubprogramId>,
    /// The lines of its code, ordered and each once.
    pub lines: Vec<CodeLine>,
    /// The bodies inlined into it, outer ones first, then by offset.
    pub inlined: Vec<InlinedBody>,
}

/// Evidence of one object file.
#[derive(Debug, Default)]
pub struct Dwarf {
    /// Source files: relative to the tree where they lie in it, without `.` and `..`.
    pub files: Vec<PathBuf>,
    /// Functions of the source that are defined or used in the unit.
    pub subprograms: Vec<Subprogram>,
    /// Variables with a fixed place, ordered by place.
    pub variables: Vec<Variable>,
    /// Sentences about what could not be read.
    pub troubles: Vec<String>,
    bodies: Vec<Body>,
    instances: Vec<Instance>,
    spots: Vec<Spot>,
    rows: Vec<Row>,
    inlined_names: FxHashSet<SubprogramId>,
}

/// A run of code that belongs to a function's out-of-line body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Body {
    section: u32,
    start: u64,
    end: u64,
    subprogram: SubprogramId,
}

/// One DW_TAG_inlined_subroutine.
#[derive(Debug, Clone)]
struct Instance {
    subprogram: SubprogramId,
    parent: Option<u32>,
    depth: u32,
    call_file: Option<FileId>,
    call_line: u32,
}

/// A run of code of an inlined body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    section: u32,
    start: u64,
    end: u64,
    instance: u32,
}

/// A run of code that comes from one line. Empty runs are kept: they name a line all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    section: u32,
    start: u64,
    end: u64,
    file: FileId,
    line: u32,
}

impl Dwarf {
    /// Reads the debug information of the object file at `path`. Paths below one of `roots` become relative.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read, [`Error::Input`] when it is no ELF file. Trouble inside the
    /// debug information is no error, see [`Dwarf::troubles`].
    pub fn open(path: &Path, roots: &[PathBuf]) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|e| Error::io(path, e))?;
        // SAFETY: the object files of a run lie in its own work folder, or were named by the user for reading;
        // as with every mapped file, nobody may shorten one while it is read.
        let data = unsafe { memmap2::Mmap::map(&file) }.map_err(|e| Error::io(path, e))?;
        Self::parse(&data, path, roots)
    }

    /// Reads the debug information of an object file that is already in memory; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Input`] when `data` is no ELF file.
    pub fn parse(data: &[u8], path: &Path, roots: &[PathBuf]) -> Result<Self> {
        let sections = reader::Sections::read(data, path)?;
        Ok(index::build(&sections, roots))
    }

    /// Whether there is anything to go by.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.bodies.is_empty() && self.variables.is_empty()
    }

    /// The file that `id` stands for.
    pub fn file(&self, id: FileId) -> &Path {
        &self.files[id.0 as usize]
    }

    /// The function that `id` stands for.
    pub fn subprogram(&self, id: SubprogramId) -> &Subprogram {
        &self.subprograms[id.0 as usize]
    }

    /// Whether some code of the unit lies in an out-of-line body of `id`.
    pub fn has_body(&self, id: SubprogramId) -> bool {
        self.bodies.iter().any(|b| b.subprogram == id)
    }

    /// Whether `id` was inlined somewhere in the unit.
    pub fn is_inlined(&self, id: SubprogramId) -> bool {
        self.inlined_names.contains(&id)
    }

    /// Functions of the source that are called `name`.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = SubprogramId> + 'a {
        (0u32..).zip(&self.subprograms).filter(move |(_, s)| s.name == name).map(|(i, _)| SubprogramId(i))
    }

    /// The variable that begins at the start of `extent`.
    pub fn variable(&self, extent: Extent) -> Option<&Variable> {
        let place = (extent.section, extent.offset);
        let i = self.variables.partition_point(|v| (v.section, v.offset) < place);
        self.variables.get(i).filter(|v| (v.section, v.offset) == place)
    }

    /// What is known about the function that lies in `fragments`: its own extent first, then its cold parts.
    pub fn function(&self, fragments: &[Extent]) -> FunctionEvidence {
        let Some(first) = fragments.first() else { return FunctionEvidence::default() };
        let mut evidence = FunctionEvidence { subprogram: self.body_of(*first), ..Default::default() };
        let mut spots: Vec<Spot> = Vec::new();
        for fragment in fragments {
            let end = fragment.offset.saturating_add(fragment.size);
            spots.extend(between(&self.spots, fragment.section, fragment.offset, end, |s| {
                (s.section, s.start)
            }));
        }
        let place_in_evidence = self.collect_inlined(&spots, *first, &mut evidence);
        for fragment in fragments {
            self.collect_lines(*fragment, &spots, &place_in_evidence, &mut evidence);
        }
        evidence.lines.sort_unstable();
        evidence.lines.dedup();
        evidence
    }

    /// The lines that the instruction at `offset` bytes of a section comes from, with their level: 0 for its own,
    /// 1 for the call of the innermost inlined body that holds it, and so on outwards. Places without a line are
    /// left out.
    pub fn lines_at(&self, section: u32, offset: u64) -> Vec<(u32, FileId, u32)> {
        let mut lines = Vec::new();
        let end = self.rows.partition_point(|r| (r.section, r.start) <= (section, offset));
        for row in self.rows[..end].iter().rev().take_while(|r| r.section == section) {
            if row.end > offset || row.start == offset {
                lines.push((0, row.file, row.line));
            }
            // Empty rows at the place itself stand before the one that holds it.
            if row.start < offset {
                break;
            }
        }
        let end = self.spots.partition_point(|s| (s.section, s.start) <= (section, offset));
        let around = self.spots[..end].iter().rev().take_while(|s| s.section == section);
        let mut instances: Vec<&Instance> = around
            .filter(|s| s.end > offset)
            .filter_map(|s| self.instances.get(s.instance as usize))
            .collect();
        instances.sort_by_key(|i| std::cmp::Reverse(i.depth));
        instances.dedup_by_key(|i| i.depth);
        for (level, instance) in (1..).zip(instances) {
            if let Some(file) = instance.call_file.filter(|_| instance.call_line > 0) {
                lines.push((level, file, instance.call_line));
            }
        }
        lines
    }

    /// The body of a function. GCC leaves out the NOPs that `-fpatchable-function-entry` puts at its start.
    fn body_of(&self, extent: Extent) -> Option<SubprogramId> {
        self.body_at(extent.section, extent.offset).or_else(|| {
            let behind =
                self.bodies.partition_point(|b| (b.section, b.start) <= (extent.section, extent.offset));
            let body = self.bodies.get(behind)?;
            let end = extent.offset.saturating_add(extent.size);
            (body.section == extent.section && body.start < end).then_some(body.subprogram)
        })
    }

    fn body_at(&self, section: u32, offset: u64) -> Option<SubprogramId> {
        // Bodies do not overlap, but for aliases of folded functions, where each is as good as the other.
        let i = self.bodies.partition_point(|b| (b.section, b.start) <= (section, offset));
        let body = self.bodies[..i].last()?;
        (body.section == section && offset < body.end).then_some(body.subprogram)
    }

    /// Fills `evidence.inlined`; returns where each instance ended up there.
    fn collect_inlined(
        &self,
        spots: &[Spot],
        first: Extent,
        evidence: &mut FunctionEvidence,
    ) -> FxHashMap<u32, usize> {
        let mut lowest: FxHashMap<u32, Option<u64>> = FxHashMap::default();
        for spot in spots {
            let at = (spot.section == first.section
                && spot.start >= first.offset
                && spot.start - first.offset < first.size)
                .then(|| spot.start - first.offset);
            let known = lowest.entry(spot.instance).or_insert(at);
            *known = match (*known, at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            // A parent without code of its own left still belongs to the chain. Where nothing is learned about
            // one, nothing is learned about those around it either.
            let mut up = self.instances[spot.instance as usize].parent;
            while let Some(parent) = up {
                match lowest.entry(parent) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(at);
                    }
                    Entry::Occupied(mut known) => match (*known.get(), at) {
                        (Some(a), Some(b)) if b < a => {
                            known.insert(at);
                        }
                        (None, Some(_)) => {
                            known.insert(at);
                        }
                        _ => break,
                    },
                }
                up = self.instances[parent as usize].parent;
            }
        }
        let mut order: Vec<u32> = lowest.keys().copied().collect();
        order
            .sort_unstable_by_key(|&i| (self.instances[i as usize].depth, lowest[&i].unwrap_or(u64::MAX), i));
        let places: FxHashMap<u32, usize> = order.iter().copied().zip(0..).collect();
        evidence.inlined = order
            .iter()
            .map(|i| {
                let instance = &self.instances[*i as usize];
                InlinedBody {
                    subprogram: instance.subprogram,
                    parent: instance.parent.and_then(|p| places.get(&p).copied()),
                    depth: instance.depth,
                    at: lowest[i],
                    call_file: instance.call_file,
                    call_line: instance.call_line,
                }
            })
            .collect();
        places
    }

    fn collect_lines(
        &self,
        fragment: Extent,
        spots: &[Spot],
        places: &FxHashMap<u32, usize>,
        evidence: &mut FunctionEvidence,
    ) {
        let end = fragment.offset.saturating_add(fragment.size);
        let rows = between(&self.rows, fragment.section, fragment.offset, end, |r| (r.section, r.start));
        let mut coming =
            between(spots, fragment.section, fragment.offset, end, |s| (s.section, s.start)).peekable();
        let mut active: Vec<Spot> = Vec::new();
        for row in rows {
            while let Some(spot) = coming.next_if(|s| s.start <= row.start) {
                active.push(*spot);
            }
            active.retain(|s| s.end > row.start);
            if row.start == fragment.offset && row.end == row.start {
                // It may be the last line of what lies before.
                continue;
            }
            let innermost =
                active.iter().max_by_key(|s| (self.instances[s.instance as usize].depth, s.start));
            evidence.lines.push(CodeLine {
                file: row.file,
                line: row.line,
                inlined: innermost.and_then(|s| places.get(&s.instance).copied()),
            });
        }
    }
}

/// The items of an ordered list that begin in `start..end` of `section`.
fn between<T: Copy>(
    list: &[T],
    section: u32,
    start: u64,
    end: u64,
    place: impl Fn(&T) -> (u32, u64),
) -> impl Iterator<Item = &T> {
    let from = list.partition_point(|t| place(t) < (section, start));
    let to = list.partition_point(|t| place(t) < (section, end)).max(from);
    list[from..to].iter()
}

#[cfg(test)]
mod tests;
