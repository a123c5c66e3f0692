//! What a file says ↦ [`Unit`]: parts put together, fields filled or made relocations, symbols given numbers.

use std::borrow::Cow;
use std::path::Path;

use fixscope_arch::text::relocs::{Form, r_type};
use object::{Endianness, elf};
use rustc_hash::FxHashMap;

use super::builder::Builder;
use super::expr::{Expr, Place, Sum, SymbolId, Term};
use super::parts::Part;
use super::sections::SectionHead;
use super::symbols::{Entry, Value};
use super::token::Name;
use crate::load::unit::Text;
use crate::load::{Reloc, Section, SymbolKind, Unit};

/// What went wrong in which line.
pub(super) type Trouble = (u32, String);

/// Symbols set to symbols set to symbols deeper than this are a circle.
const DEEPEST: u32 = 50;

/// A relocation before symbols have numbers.
pub(super) struct Reference {
    pub offset: u64,
    pub r_type: u32,
    pub symbol: Option<Base>,
    pub addend: i64,
}

/// What a relocation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Base {
    Symbol(SymbolId),
    /// A place without a name.
    Here(Place),
}

pub(super) struct Resolver<'b, 't> {
    pub builder: &'b Builder<'t>,
    /// By part: offset in bytes from the start of its section.
    pub(super) starts: Vec<u64>,
    /// By section: index in the unit.
    indices: Vec<u32>,
}

/// Puts a unit together. `heads` are the sections of the file.
pub(super) fn unit<'t>(
    path: &Path,
    mut builder: Builder<'t>,
    heads: &[SectionHead<'t>],
) -> Result<Unit<'t>, Trouble> {
    let address = if builder.syntax.is_64 { 8 } else { 4 };
    let mut sections = vec![empty_section()];
    let mut indices = vec![0; heads.len()];
    let mut starts = vec![0; builder.parts.all.len()];
    let mut lines: Vec<Vec<(u64, u32)>> = vec![Vec::new()];
    name_sections(&mut builder, heads);
    let mut of_section: Vec<Vec<usize>> = vec![Vec::new(); heads.len()];
    for (i, part) in builder.parts.all.iter().enumerate() {
        of_section[part.section.0 as usize].push(i);
    }
    for (id, (head, mut parts)) in heads.iter().zip(of_section).enumerate() {
        if parts.is_empty() || !head.is_allocated() {
            continue;
        }
        parts.sort_by_key(|&i| builder.parts.all[i].number);
        indices[id] = sections.len() as u32;
        let (section, section_lines) = joined(&mut builder.parts.all, &parts, &mut starts, head, address);
        sections.push(section);
        lines.push(section_lines);
    }
    let resolver = Resolver { builder: &builder, starts, indices };
    let mut references: Vec<Vec<Reference>> = sections.iter().map(|_| Vec::new()).collect();
    for part in 0..builder.parts.all.len() {
        let index = resolver.index(part as u32) as usize;
        if index != 0 {
            resolver.fields(part, sections[index].data.to_mut(), &mut references[index])?;
        }
    }
    if let Some((section, relocs)) = resolver.frames()? {
        sections.push(section);
        references.push(relocs);
        lines.push(Vec::new());
    }
    let (symbols, numbers) = resolver.symbols(&sections, &references)?;
    let relocs = references.iter().map(|list| numbered(list, &numbers)).collect();
    Ok(Unit {
        path: path.to_path_buf(),
        machine: builder.syntax.machine,
        is_64: builder.syntax.is_64,
        endian: Endianness::Little,
        e_flags: 0,
        e_type: elf::ET_REL,
        sections,
        symbols,
        raw_symbols: (&[], &[]),
        raw_relocs: Vec::new(),
        linked: None,
        text: Some(Text { relocs, lines }),
    })
}

/// The name of a section stands for its start where nothing else is called so.
fn name_sections(builder: &mut Builder<'_>, heads: &[SectionHead<'_>]) {
    let mut starts: FxHashMap<&str, usize> = FxHashMap::default();
    for (i, part) in builder.parts.all.iter().enumerate() {
        let start = starts.entry(&heads[part.section.0 as usize].name).or_insert(i);
        let first = &builder.parts.all[*start];
        if part.section == first.section && part.number < first.number {
            *start = i;
        }
    }
    for entry in &mut builder.symbols.all {
        if let (Name::Symbol(name), Value::Undefined) = (&entry.name, &entry.value)
            && let Some(&part) = starts.get(&**name)
        {
            entry.value = Value::Label(Place { part: part as u32, offset: 0 });
            entry.kind = Some(SymbolKind::Section);
        }
    }
}

fn numbered(list: &[Reference], numbers: &FxHashMap<Base, u32>) -> Vec<Reloc> {
    let mut relocs: Vec<Reloc> = list
        .iter()
        .map(|r| Reloc {
            offset: r.offset,
            r_type: r.r_type,
            symbol: r.symbol.and_then(|s| numbers.get(&s).copied()).unwrap_or(0),
            addend: Some(r.addend),
        })
        .collect();
    relocs.sort_by_key(|r| r.offset);
    relocs
}

fn empty_section() -> Section<'static> {
    Section {
        name: Cow::Borrowed(""),
        sh_type: 0,
        flags: 0,
        address: 0,
        of_linker: false,
        size: 0,
        align: 0,
        entsize: 0,
        data: Cow::Borrowed(&[]),
        reloc_sections: Vec::new(),
        group: None,
    }
}

/// The parts of a section one behind the other. `address` is the size of an address in bytes.
fn joined<'t>(
    all: &mut [Part],
    parts: &[usize],
    starts: &mut [u64],
    head: &SectionHead<'t>,
    address: u64,
) -> (Section<'t>, Vec<(u64, u32)>) {
    let (mut data, mut size, mut align, mut lines) = (Vec::new(), 0u64, 1, Vec::new());
    for &i in parts {
        let part = &mut all[i];
        let start = if head.is_code() { size } else { size.next_multiple_of(part.align) };
        align = align.max(part.align);
        starts[i] = start;
        if head.sh_type != elf::SHT_NOBITS {
            data.resize(start as usize, 0);
            match data.is_empty() {
                true => data = std::mem::take(&mut part.bytes),
                false => data.append(&mut part.bytes),
            }
        }
        lines.extend(part.lines.iter().map(|(at, line)| (start + at, *line)));
        size = start.saturating_add(part.size);
    }
    let section = Section {
        name: head.name.clone(),
        sh_type: head.sh_type,
        flags: head.flags,
        address: 0,
        of_linker: false,
        size,
        align,
        entsize: match head.sh_type {
            // Arrays of addresses (gABI, "Special Sections").
            elf::SHT_INIT_ARRAY | elf::SHT_FINI_ARRAY | elf::SHT_PREINIT_ARRAY => address,
            _ => head.entsize,
        },
        data: Cow::Owned(data),
        reloc_sections: Vec::new(),
        group: head.group.clone(),
    };
    (section, lines)
}

impl Resolver<'_, '_> {
    pub(super) fn part(&self, part: u32) -> &Part {
        &self.builder.parts.all[part as usize]
    }

    /// Index in the unit of a part's section; 0 for one that is not loaded.
    pub(super) fn index(&self, part: u32) -> u32 {
        self.indices[self.part(part).section.0 as usize]
    }

    pub(super) fn offset(&self, place: Place) -> u64 {
        self.starts[place.part as usize] + place.offset
    }

    pub(super) fn entry(&self, id: SymbolId) -> &Entry<'_> {
        self.builder.symbols.get(id)
    }

    /// What a symbol is set to, where that is no place: a number, or another symbol without a place.
    pub(super) fn value(&self, id: SymbolId) -> Option<Sum> {
        let sum = self.set_to(id, 0)?;
        let named = !self.entry(id).is_alias;
        match &sum.plus[..] {
            // What is set to a place is a symbol of its own.
            [term] if sum.minus.is_empty() && named && self.place(*term).is_some() => None,
            _ => Some(sum),
        }
    }

    fn set_to(&self, id: SymbolId, depth: u32) -> Option<Sum> {
        let Value::Set(expr) = &self.entry(id).value else { return None };
        if depth > DEEPEST {
            return None;
        }
        expr.sum(&|id| self.set_to(id, depth + 1), &|a, b| self.distance(a, b)).ok()
    }

    pub(super) fn place(&self, term: Term) -> Option<Place> {
        match term {
            Term::Here(place) => Some(place),
            Term::Symbol(id, None) => match &self.entry(id).value {
                Value::Label(place) => Some(*place),
                Value::Set(_) => {
                    let sum = self.set_to(id, 0)?;
                    let [term] = sum.plus[..] else { return None };
                    let place = match term {
                        Term::Symbol(other, None) => match self.entry(other).value {
                            Value::Label(place) => place,
                            _ => return None,
                        },
                        Term::Symbol(..) => return None,
                        Term::Here(place) => place,
                    };
                    let offset = i128::from(place.offset) + sum.constant;
                    let inside = sum.minus.is_empty();
                    let offset = u64::try_from(offset).ok().filter(|_| inside)?;
                    Some(Place { offset, ..place })
                }
                _ => None,
            },
            Term::Symbol(..) => None,
        }
    }

    /// Bytes between two places of one section; among code in records.
    pub(super) fn distance(&self, a: Term, b: Term) -> Option<i128> {
        let (a, b) = (self.place(a)?, self.place(b)?);
        (self.index(a.part) == self.index(b.part) && self.index(a.part) != 0)
            .then(|| i128::from(self.offset(a)) - i128::from(self.offset(b)))
    }

    pub(super) fn number(&self, expr: &Expr) -> Option<i128> {
        let distance = |a, b| self.distance(a, b);
        expr.sum(&|id| self.value(id), &distance).ok()?.number(&distance)
    }

    pub(super) fn base(&self, term: Term) -> (Base, Option<u8>) {
        match term {
            Term::Symbol(id, modifier) => (Base::Symbol(id), modifier),
            Term::Here(place) => (Base::Here(place), None),
        }
    }

    pub(super) fn is_local_label(&self, name: &Name<'_>) -> bool {
        match name {
            Name::Symbol(name) => name.starts_with(self.builder.syntax.local_prefix),
            Name::Numeric { .. } => true,
        }
    }

    /// The section that the assembler makes of call frame information, as far as it ties functions to their tables
    /// of exception handlers: one record for each, of length, identifier, start, size and table (Linux Standard
    /// Base, "Exception Frames").
    fn frames(&self) -> Result<Option<(Section<'static>, Vec<Reference>)>, Trouble> {
        if self.builder.handlers.is_empty() {
            return Ok(None);
        }
        let (mut data, mut references) = (Vec::new(), Vec::new());
        for (function, table, line) in &self.builder.handlers {
            let sum = table.sum(&|id| self.value(id), &|a, b| self.distance(a, b));
            let sum = sum.map_err(|what| (*line, what))?;
            let [table] = sum.plus[..] else {
                return Err((*line, "`.cfi_lsda` with what is no symbol".to_owned()));
            };
            let start = data.len() as u64;
            for word in [16u32, 1, 0, 0, 0] {
                data.extend_from_slice(&word.to_le_bytes());
            }
            let mut refer = |at, symbol, addend| {
                let r_type = r_type(Form::Distance, 4, None);
                references.push(Reference { offset: start + at, r_type, symbol: Some(symbol), addend });
            };
            refer(8, Base::Here(*function), 0);
            refer(16, self.base(table).0, sum.constant as i64);
        }
        let section = Section {
            name: Cow::Borrowed(".eh_frame"),
            sh_type: elf::SHT_PROGBITS,
            flags: u64::from(elf::SHF_ALLOC),
            size: data.len() as u64,
            align: 8,
            data: Cow::Owned(data),
            ..empty_section()
        };
        Ok(Some((section, references)))
    }
}
