//! One walk over the DIEs and line programs of an object file.

use std::path::{Path, PathBuf};

use gimli::{AttributeValue, DebugInfoOffset, UnitOffset, UnitSectionOffset, UnitType};
use rustc_hash::FxHashMap;

use super::attributes::Attributes;
use super::paths::relative;
use super::reader::{Sections, Slice};
use super::{Body, Dwarf, FileId, Instance, Row, Spot, Subprogram, SubprogramId, Variable};

/// How many DW_AT_abstract_origin and DW_AT_specification steps are followed; compilers write three at most,
/// and a broken file may go in circles.
const MAX_STEPS: usize = 8;

/// How many code ranges are read from one object file: a broken file may let every DIE name the same long list.
const MAX_RANGES: usize = 4_000_000;

type Unit<'a> = gimli::Unit<Slice<'a>>;

/// Reads everything that [`Dwarf`] answers from.
pub(super) fn build(sections: &Sections<'_>, roots: &[PathBuf]) -> Dwarf {
    let mut builder = Builder {
        sections,
        dwarf: sections.dwarf(),
        roots,
        out: Dwarf { troubles: sections.troubles.clone(), ..Dwarf::default() },
        files: FxHashMap::default(),
        dies: FxHashMap::default(),
        bodies: Vec::new(),
        instances: Vec::new(),
        variables: Vec::new(),
        ranges_left: MAX_RANGES,
    };
    builder.read_units();
    builder.finish()
}

/// The attributes of a subprogram or variable DIE that name it, before its origin is followed.
#[derive(Debug, Default, Clone)]
struct Die<'a> {
    name: Option<Slice<'a>>,
    file: Option<FileId>,
    line: u32,
    origin: Option<usize>,
    declaration: bool,
    variable: bool,
    /// Depth in the tree; 1 is the file scope.
    depth: u32,
}

/// A run of code.
#[derive(Debug, Clone, Copy)]
struct CodeRange {
    section: u32,
    start: u64,
    end: u64,
}

/// A DIE that can hold inlined bodies and whose children are being read.
struct OpenDie {
    depth: isize,
    /// The inlined body it is; `None` for a subprogram.
    instance: Option<u32>,
    /// Where its code begins.
    first: Option<(u32, u64)>,
}

struct RawInstance {
    origin: Option<usize>,
    /// Whether its parent was kept, and which it is.
    parent: Option<u32>,
    depth: u32,
    call_file: Option<FileId>,
    call_line: u32,
    ranges: Vec<CodeRange>,
}

struct Builder<'a, 'data> {
    sections: &'a Sections<'data>,
    dwarf: gimli::Dwarf<Slice<'a>>,
    roots: &'a [PathBuf],
    out: Dwarf,
    files: FxHashMap<PathBuf, FileId>,
    /// Subprograms and variables by their offset in `.debug_info`.
    dies: FxHashMap<usize, Die<'a>>,
    bodies: Vec<(usize, Vec<CodeRange>)>,
    instances: Vec<RawInstance>,
    variables: Vec<(usize, (u32, u64))>,
    ranges_left: usize,
}

impl<'a> Builder<'a, '_> {
    fn trouble(&mut self, what: impl std::fmt::Display) {
        self.out.troubles.push(format!("{}: {what}", self.sections.path));
    }

    fn read_units(&mut self) {
        // The copy of the sections is a handful of slices; it frees `self` for writing.
        let debug_info = self.dwarf.debug_info;
        let mut headers = debug_info.units();
        loop {
            let header = match headers.next() {
                Ok(Some(header)) => header,
                Ok(None) => break,
                Err(e) => {
                    self.trouble(format_args!("debug information is damaged: {e}"));
                    break;
                }
            };
            let offset = match header.offset() {
                UnitSectionOffset::DebugInfoOffset(DebugInfoOffset(offset)) => offset,
                UnitSectionOffset::DebugTypesOffset(_) => continue,
            };
            match header.type_() {
                UnitType::Compilation | UnitType::Partial | UnitType::Skeleton(_) => {}
                _ => continue,
            }
            let unit = match self.dwarf.unit(header) {
                Ok(unit) => unit,
                Err(e) => {
                    self.trouble(format_args!("debug information at {offset:#x} is damaged: {e}"));
                    continue;
                }
            };
            if unit.dwo_id.is_some() {
                self.trouble(
                    "debug information is split into a .dwo file, which fixscope does not read; \
                     compile without -gsplit-dwarf",
                );
            }
            if let Err(e) = self.read_unit(&unit, offset) {
                self.trouble(format_args!("debug information at {offset:#x} is damaged: {e}"));
            }
        }
    }

    fn read_unit(&mut self, unit: &Unit<'a>, offset: usize) -> gimli::Result<()> {
        let files = self.read_files(unit);
        let lines = self.read_lines(unit, &files);
        let dies = self.read_dies(unit, offset, &files);
        lines.and(dies)
    }

    /// The file table of the unit's line program: DWARF's index ↦ file.
    fn read_files(&mut self, unit: &Unit<'a>) -> Vec<Option<FileId>> {
        let Some(program) = &unit.line_program else { return Vec::new() };
        let header = program.header();
        let comp_dir = unit.comp_dir.map(path_of).unwrap_or_default();
        // Before version 5 files count from 1, and index 0 means that there is none.
        let first = usize::from(header.version() < 5);
        let mut files = vec![None; first];
        for entry in header.file_names() {
            let Ok(name) = self.dwarf.attr_string(unit, entry.path_name()) else {
                files.push(None);
                continue;
            };
            let mut path = comp_dir.clone();
            if let Some(dir) = entry.directory(header).and_then(|d| self.dwarf.attr_string(unit, d).ok()) {
                path.push(path_of(dir));
            }
            path.push(path_of(name));
            files.push(Some(self.intern(&path)));
        }
        files
    }

    fn intern(&mut self, path: &Path) -> FileId {
        if let Some(id) = self.files.get(path) {
            return *id;
        }
        let shown = relative(path, self.roots);
        // Two spellings may come to the same path.
        let id = match self.files.get(&shown) {
            Some(id) => *id,
            None => {
                let id = FileId(self.out.files.len() as u32);
                self.out.files.push(shown.clone());
                self.files.insert(shown, id);
                id
            }
        };
        self.files.insert(path.to_path_buf(), id);
        id
    }

    fn read_lines(&mut self, unit: &Unit<'a>, files: &[Option<FileId>]) -> gimli::Result<()> {
        let Some(program) = unit.line_program.clone() else { return Ok(()) };
        let mut rows = program.rows();
        let mut open: Option<(u64, Option<FileId>, u32)> = None;
        let mut section: Option<(u32, u64)> = None;
        while let Some((_, row)) = rows.next_row()? {
            if open.is_none() {
                // A sequence never leaves its section, so one look for its first address serves all its rows.
                section = self.sections.place(row.address()).map(|(s, at)| (s, row.address() - at));
            }
            if let (Some((start, Some(file), line)), Some((section, base))) = (open, section)
                && line != 0
                && start >= base
            {
                let end = row.address().max(start);
                self.out.rows.push(Row { section, start: start - base, end: end - base, file, line });
            }
            open = (!row.end_sequence()).then(|| {
                let file =
                    usize::try_from(row.file_index()).ok().and_then(|i| files.get(i).copied().flatten());
                let line = row.line().and_then(|l| u32::try_from(l.get()).ok()).unwrap_or(0);
                (row.address(), file, line)
            });
        }
        Ok(())
    }

    fn read_dies(&mut self, unit: &Unit<'a>, offset: usize, files: &[Option<FileId>]) -> gimli::Result<()> {
        let mut entries = unit.entries_raw(None)?;
        let mut open: Vec<OpenDie> = Vec::new();
        while !entries.is_empty() {
            let at = offset + entries.next_offset().0;
            let depth = entries.next_depth();
            let Some(abbrev) = entries.read_abbreviation()? else { continue };
            while open.last().is_some_and(|o| o.depth >= depth) {
                open.pop();
            }
            let tag = abbrev.tag();
            let wanted = matches!(
                tag,
                gimli::DW_TAG_subprogram | gimli::DW_TAG_inlined_subroutine | gimli::DW_TAG_variable
            );
            if !wanted {
                entries.skip_attributes(abbrev.attributes())?;
                continue;
            }
            let mut attrs = Attributes::default();
            for spec in abbrev.attributes() {
                let attr = entries.read_attribute(*spec)?;
                attrs.take(attr.name(), attr.value());
            }
            let mut die = Die { depth: depth.try_into().unwrap_or(u32::MAX), ..Die::default() };
            die.name = attrs.name.and_then(|v| self.dwarf.attr_string(unit, v).ok());
            die.variable = tag == gimli::DW_TAG_variable;
            die.file = attrs.file.and_then(|i| files.get(i).copied().flatten());
            die.line = attrs.line;
            die.declaration = attrs.declaration;
            die.origin = attrs.origin.as_ref().and_then(|v| global_offset(v, offset));
            if die.variable {
                if let Some(place) = attrs.location.as_ref().and_then(|v| self.fixed_place(unit, v)) {
                    self.variables.push((at, place));
                }
                self.dies.insert(at, die);
                continue;
            }
            let ranges = self.ranges(unit, &attrs)?;
            if tag == gimli::DW_TAG_subprogram {
                open.push(OpenDie { depth, instance: None, first: begin_of(&ranges) });
                if !ranges.is_empty() {
                    self.bodies.push((at, ranges));
                }
                self.dies.insert(at, die);
            } else {
                let parent = open.last().and_then(|o| o.instance);
                let near = open.last().and_then(|o| o.first);
                let id = self.instances.len() as u32;
                let first = begin_of(&ranges).or(near);
                open.push(OpenDie { depth, instance: Some(id), first });
                // A body of which no instruction is left still was inlined where the one around it begins.
                let ranges = if ranges.is_empty() {
                    near.map(|(section, start)| CodeRange { section, start, end: start })
                        .into_iter()
                        .collect()
                } else {
                    ranges
                };
                self.instances.push(RawInstance {
                    origin: die.origin,
                    parent,
                    depth: parent.map_or(0, |p| self.instances[p as usize].depth + 1),
                    call_file: attrs.call_file.and_then(|i| files.get(i).copied().flatten()),
                    call_line: attrs.call_line,
                    ranges,
                });
            }
        }
        Ok(())
    }

    /// The code of a DIE as section, start and end offset.
    fn ranges(&mut self, unit: &Unit<'a>, attrs: &Attributes<'a>) -> gimli::Result<Vec<CodeRange>> {
        let mut found = Vec::new();
        let mut push = |begin: u64, end: u64| {
            if let Some((section, start)) = self.sections.place(begin)
                && end > begin
            {
                found.push(CodeRange { section, start, end: start + (end - begin) });
            }
        };
        if let Some(list) = attrs.ranges.map(|v| self.dwarf.attr_ranges(unit, v)).transpose()?.flatten() {
            let mut list = list;
            while let Some(range) = list.next()? {
                if self.ranges_left == 0 {
                    break;
                }
                self.ranges_left -= 1;
                push(range.begin, range.end);
            }
        } else if let Some(low) = attrs.low_pc
            && let Some(begin) = self.dwarf.attr_address(unit, low)?
        {
            match attrs.high_pc {
                Some(AttributeValue::Udata(size)) => push(begin, begin.saturating_add(size)),
                Some(v) => match v.udata_value() {
                    Some(size) => push(begin, begin.saturating_add(size)),
                    None => {
                        if let Some(end) = self.dwarf.attr_address(unit, v)? {
                            push(begin, end);
                        }
                    }
                },
                None => {}
            }
        }
        Ok(found)
    }

    /// The place of a variable whose location is one constant address.
    fn fixed_place(&self, unit: &Unit<'a>, location: &AttributeValue<Slice<'a>>) -> Option<(u32, u64)> {
        let AttributeValue::Exprloc(expression) = location else { return None };
        let mut operations = expression.operations(unit.encoding());
        let address = match operations.next().ok()?? {
            gimli::Operation::Address { address } => address,
            gimli::Operation::AddressIndex { index } => self.dwarf.address(unit, index).ok()?,
            _ => return None,
        };
        match operations.next() {
            Ok(None) => self.sections.place(address),
            _ => None,
        }
    }

    fn finish(mut self) -> Dwarf {
        let mut subprograms: FxHashMap<Subprogram, SubprogramId> = FxHashMap::default();
        let mut by_die: FxHashMap<usize, Option<SubprogramId>> = FxHashMap::default();
        let mut out = std::mem::take(&mut self.out);
        let mut resolve = |offset: usize, out: &mut Dwarf| -> Option<SubprogramId> {
            *by_die.entry(offset).or_insert_with(|| {
                let die = resolved(&self.dies, offset)?;
                let subprogram = Subprogram {
                    name: text(die.name?),
                    file: die.file,
                    line: die.line,
                    defined: !die.declaration && die.depth <= 1,
                };
                Some(*subprograms.entry(subprogram.clone()).or_insert_with(|| {
                    let id = SubprogramId(out.subprograms.len() as u32);
                    out.subprograms.push(subprogram);
                    id
                }))
            })
        };
        for (offset, ranges) in &self.bodies {
            let Some(subprogram) = resolve(*offset, &mut out) else { continue };
            out.bodies.extend(ranges.iter().map(|r| Body {
                section: r.section,
                start: r.start,
                end: r.end,
                subprogram,
            }));
        }
        // An instance whose origin is not known takes its children's place in the chain: it is left out, and they
        // hang on what is around it. Parents come before their children.
        let mut kept: Vec<Option<u32>> = Vec::with_capacity(self.instances.len());
        for raw in &self.instances {
            let parent = raw.parent.and_then(|p| kept[p as usize]);
            let Some(subprogram) = raw.origin.and_then(|o| resolve(o, &mut out)) else {
                kept.push(parent);
                continue;
            };
            let instance = out.instances.len() as u32;
            kept.push(Some(instance));
            out.inlined_names.insert(subprogram);
            out.spots.extend(raw.ranges.iter().map(|r| Spot {
                section: r.section,
                start: r.start,
                end: r.end,
                instance,
            }));
            let depth = parent.map_or(0, |p| out.instances[p as usize].depth + 1);
            out.instances.push(Instance {
                subprogram,
                parent,
                depth,
                call_file: raw.call_file,
                call_line: raw.call_line,
            });
        }
        // Also the functions that have no code left: their lines bound those of their neighbours.
        let mut offsets: Vec<usize> = self
            .dies
            .iter()
            .filter(|(_, d)| d.depth == 1 && !d.variable && !d.declaration && d.origin.is_none())
            .map(|(o, _)| *o)
            .collect();
        offsets.sort_unstable();
        for offset in offsets {
            resolve(offset, &mut out);
        }
        for (offset, (section, place)) in &self.variables {
            let Some(die) = resolved(&self.dies, *offset) else { continue };
            let Some(name) = die.name.map(text) else { continue };
            out.variables.push(Variable {
                name,
                file: die.file,
                line: die.line,
                section: *section,
                offset: *place,
            });
        }
        out.rows.sort_unstable();
        out.bodies.sort_unstable();
        out.spots.sort_unstable();
        out.variables.sort_by_key(|v| (v.section, v.offset));
        out
    }
}

fn begin_of(ranges: &[CodeRange]) -> Option<(u32, u64)> {
    ranges.first().map(|r| (r.section, r.start))
}

/// The naming attributes of the DIE at `offset`, what it leaves out taken from its origins.
fn resolved<'a>(dies: &FxHashMap<usize, Die<'a>>, offset: usize) -> Option<Die<'a>> {
    let mut die = dies.get(&offset)?.clone();
    let mut origin = die.origin;
    for _ in 0..MAX_STEPS {
        let Some(next) = origin.and_then(|o| dies.get(&o)) else { break };
        if die.name.is_none() {
            die.name = next.name;
        }
        // A file without a line, or a line without a file, is completed from the same DIE it came from: the file
        // is left out of a definition when it is the file of its declaration.
        if die.file.is_none() {
            die.file = next.file;
        }
        if die.line == 0 {
            die.line = next.line;
        }
        die.depth = die.depth.min(next.depth);
        origin = next.origin;
    }
    Some(die)
}

fn global_offset(value: &AttributeValue<Slice<'_>>, unit: usize) -> Option<usize> {
    match value {
        AttributeValue::UnitRef(UnitOffset(offset)) => unit.checked_add(*offset),
        AttributeValue::DebugInfoRef(DebugInfoOffset(offset)) => Some(*offset),
        _ => None,
    }
}

fn text(name: Slice<'_>) -> String {
    String::from_utf8_lossy(name.slice()).into_owned()
}

fn path_of(text: Slice<'_>) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(text.slice()))
}
