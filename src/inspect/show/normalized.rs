//! As the comparison sees it: what only says where things lie is taken out.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::raw;
use super::{entries, family};
use crate::inspect::data::{self, Row};
use crate::inspect::model::ShownLine;
use crate::inspect::references::references;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

/// The instructions that are no padding. Places that jumps lead to are numbered in order, through the function and
/// its cold parts. Below stand the entries that tables have for the function, and nameless data that does not fit in an
/// operand, which is numbered by its first use.
pub(super) fn function(n: &Normalized<'_, '_>, id: EntityId) -> Vec<ShownLine> {
    let labels = labels(n, id);
    let contents = Contents::new(n, &labels);
    let decoded = n.decoded(id);
    let mut lines = Vec::new();
    for (ordinal, &i) in decoded.significant.iter().enumerate() {
        let insn = &decoded.insns[i as usize];
        lines.push(ShownLine {
            label: labels.get(&(id, ordinal as u32)).map(|number| label(*number)),
            text: raw::text(n, id, insn, &|target| contents.name(target)),
            ..ShownLine::default()
        });
    }
    for entry in entries::of_function(n, id) {
        entries::write(&contents, &entry, &mut lines);
    }
    contents.below(&mut lines);
    lines
}

/// The bytes of a data object outside of references, and what the references lead to.
pub(super) fn object(n: &Normalized<'_, '_>, id: EntityId) -> Vec<ShownLine> {
    let labels = Labels::new();
    let contents = Contents::new(n, &labels);
    let entity = n.entity(id);
    let mut lines = Vec::new();
    match entity.section {
        Some(section) => {
            contents.run(section, entity.offset..entity.end(), entity.by_content, None, &mut lines);
        }
        None => lines.push(ShownLine { text: format!(".zero {}", entity.size), ..ShownLine::default() }),
    }
    contents.below(&mut lines);
    lines
}

/// Numbers of the places that something inside leads to: by function and instruction, counted from its start.
type Labels = BTreeMap<(EntityId, u32), usize>;

fn label(number: usize) -> String {
    format!(".L{number}")
}

/// The places in a function and its cold parts that jumps and jump tables of them lead to.
fn labels(n: &Normalized<'_, '_>, id: EntityId) -> Labels {
    let family = family(n, id);
    let mut places: BTreeSet<(usize, u32)> = BTreeSet::new();
    let mut add = |to: EntityId, offset: u64| {
        // The start is called by the function's name from everywhere.
        if offset == 0 {
            return;
        }
        let Some(member) = family.iter().position(|&f| f == to) else { return };
        let Some(ordinal) = n.decoded(to).ordinal(offset) else { return };
        places.insert((member, ordinal));
    };
    for &member in &family {
        for insn in &n.decoded(member).insns {
            let Some(place) = insn.target else { continue };
            let target = n.entity(member).section.map(|s| n.target_at(s, place as i64));
            if let Some(Target::Entity { id: to, offset }) = target {
                add(to, offset.max(0) as u64);
            }
        }
        for reloc in n.relocs_of(member) {
            if let Target::Entity { id: to, offset } = n.target_in_function(member, reloc) {
                add(to, offset.max(0) as u64);
            }
        }
        for entry in entries::of_function(n, member) {
            entries::places(n, &entry, &mut add);
        }
        for found in references(n, member) {
            if let Target::Nameless { section, offset, .. } = found.target
                && let Some((to, table)) = data::jump_table(n, section, offset)
            {
                table.into_iter().for_each(|at| add(to, at));
            }
        }
    }
    places.into_iter().enumerate().map(|(i, (member, ordinal))| ((family[member], ordinal), i + 1)).collect()
}

/// Nameless data that is shown below, in the order of its first use.
pub(super) struct Contents<'c, 'u, 'd> {
    pub(super) n: &'c Normalized<'u, 'd>,
    labels: &'c Labels,
    list: std::cell::RefCell<Vec<Content>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    section: u32,
    range: Range<u64>,
}

/// A constant of no more bytes stands in the operand.
const SHORT: u64 = 16;

/// No more than this many nameless things are shown below one function; what is left is named by its place.
const MOST: usize = 1000;

impl<'c, 'u, 'd> Contents<'c, 'u, 'd> {
    fn new(n: &'c Normalized<'u, 'd>, labels: &'c Labels) -> Self {
        Contents { n, labels, list: std::cell::RefCell::default() }
    }

    /// What a target is called.
    pub(super) fn name(&self, target: Target) -> String {
        let n = self.n;
        match target {
            Target::Entity { id, offset } if n.entity(id).kind == EntityKind::Function => {
                let ordinal = u64::try_from(offset).ok().and_then(|at| n.decoded(id).ordinal(at));
                match ordinal.and_then(|o| self.labels.get(&(id, o))) {
                    Some(&number) => label(number),
                    _ => n.describe(target),
                }
            }
            Target::Entity { id, offset } if n.entity(id).by_content => {
                let entity = n.entity(id);
                let Some(section) = entity.section else { return n.describe(target) };
                if offset == 0
                    && let Some(text) = data::string(n, section, entity.offset..entity.end())
                {
                    return text;
                }
                let content = Content { section, range: entity.offset..entity.end() };
                self.numbered(content, offset).unwrap_or_else(|| n.describe(target))
            }
            Target::Nameless { section, offset, inner } => {
                let range = n.nameless_extent(section, offset);
                if let Some(text) = data::string(n, section, range.clone()).filter(|_| inner == 0) {
                    return text;
                }
                if range.end - range.start <= SHORT && n.relocs_in(section, range.clone()).is_empty() {
                    return n.describe(target);
                }
                self.numbered(Content { section, range }, inner).unwrap_or_else(|| n.describe(target))
            }
            _ => n.describe(target),
        }
    }

    fn numbered(&self, content: Content, offset: i64) -> Option<String> {
        let mut list = self.list.borrow_mut();
        let i = match list.iter().position(|c| *c == content) {
            Some(i) => i,
            None if list.len() < MOST => {
                list.push(content);
                list.len() - 1
            }
            None => return None,
        };
        Some(match offset {
            0 => format!(".Ldata{}", i + 1),
            o if o > 0 => format!(".Ldata{}+{o:#x}", i + 1),
            o => format!(".Ldata{}-{:#x}", i + 1, o.unsigned_abs()),
        })
    }

    /// Writes what has been numbered; that may lead to more.
    fn below(&self, lines: &mut Vec<ShownLine>) {
        let mut i = 0;
        loop {
            let next = self.list.borrow().get(i).cloned();
            let Some(Content { section, range }) = next else { break };
            i += 1;
            self.run(section, range, true, Some(format!(".Ldata{i}")), lines);
        }
    }

    pub(super) fn run(
        &self,
        section: u32,
        range: Range<u64>,
        nameless: bool,
        label: Option<String>,
        lines: &mut Vec<ShownLine>,
    ) {
        let n = self.n;
        let start = range.start;
        let mut rows = data::rows(n, section, range.clone(), |reloc| match nameless {
            true => n.target_in_nameless(section, start, reloc),
            false => n.target_in_data(section, reloc),
        });
        // Zeros at the end of something nameless may be no more than what fills up to what follows.
        let round = n.unit.section(section).map_or(1, |s| s.align).max(8);
        if label.is_some()
            && rows.len() > 1
            && matches!(rows.last(), Some(Row::Zeros(_, len)) if *len < round)
        {
            rows.pop();
        }
        let mut label = label;
        for row in rows {
            let text = match row {
                Row::Bytes(at, len) => {
                    let bytes = n.bytes(section, at..at + len);
                    let values: Vec<String> = bytes.iter().map(|b| format!("{b:#04x}")).collect();
                    format!(".byte {}  # {}", values.join(","), data::readable(bytes))
                }
                Row::Zeros(_, len) => format!(".zero {len}"),
                Row::Reference(_, size, target) => {
                    format!("{} {}", data::statement(size), self.name(target))
                }
            };
            lines.push(ShownLine { label: label.take(), text, ..ShownLine::default() });
        }
    }
}
