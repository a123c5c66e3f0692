//! Numbers in instructions that differ because a structure's member lies elsewhere.
//!
//! The types of both sides are compared once for a unit; what differs between the instructions of a changed function
//! is then looked for among what differs between the types. A type is named only if the very number on the original
//! side and the very number on the patched side are an offset or a size of it, on their sides. Where several types
//! would do, the one that explains most is named, then one that the function's variables are of.

mod changes;

use std::path::Path;

use rustc_hash::FxHashSet;

use fixscope_arch::NumberRole;

use crate::compare::{Entry, Extent, Shift};
use crate::inputs::pairing::ObjectSource;
use crate::load::MappedFile;
use crate::load::dwarf::types::Types;
use crate::pair::{Pair, Side};

use super::entry::plain;
use super::{Cause, CauseKind};
use changes::{MemberPair, RecordChange};

/// At most so many types are named for one function.
const NAMED: usize = 4;

/// The types that differ between the sides of a unit.
pub(super) struct Layouts {
    changes: Vec<RecordChange>,
    types: Pair<Types>,
}

/// What the types of a unit tell about one function.
pub(super) struct Explained {
    /// One for each type that explains some number.
    pub(super) causes: Vec<Cause>,
    /// Whether there are numbers and each is explained.
    pub(super) all: bool,
}

impl Layouts {
    /// Compares the types of two object files; `None` where one has none that can be read. What cannot be read is
    /// told by those who read the rest of debug information.
    pub(super) fn read(objects: Pair<&ObjectSource>) -> Option<Layouts> {
        let read = |source: &ObjectSource| {
            let file = MappedFile::open(&source.path).ok()?;
            Types::parse(source.bytes(&file).ok()?, Path::new(&source.path)).ok()
        };
        let (o, p) = rayon::join(|| read(objects.original), || read(objects.patched));
        let types = Pair::new(o?, p?);
        Some(Layouts { changes: changes::find(&types), types })
    }

    /// Looks for the numbers in which a function differs. `cold` are its cold parts.
    pub(super) fn explain(&self, entry: &Entry, cold: &[&Entry]) -> Explained {
        let mut explained = Explained { causes: Vec::new(), all: false };
        let parts = || std::iter::once(entry).chain(cold.iter().copied());
        let shifts: Vec<&Shift> = parts().flat_map(|e| &e.shifts.list).collect();
        let mut open: Vec<&Shift> = shifts.iter().copied().filter(|s| s.may_be_layout()).collect();
        if open.is_empty() || self.changes.is_empty() {
            return explained;
        }
        let used = self.used(entry);
        for _ in 0..NAMED {
            let found = self.changes.iter().filter_map(|change| {
                let is_used = Side::BOTH.into_iter().any(|s| used.get(s).contains(change.ids.get(s)));
                let reasons: Vec<Option<Reason<'_>>> =
                    open.iter().map(|s| change.reason(s).filter(|r| is_used || r.is_telling(s))).collect();
                let count = reasons.iter().flatten().count();
                (count > 0).then_some((count, is_used, change, reasons))
            });
            // Of equal ones the first by name, since `changes` are ordered so and the last maximum wins.
            let best =
                found.rev().max_by_key(|(count, is_used, change, _)| (*count, *is_used, change.is_direct));
            let Some((_, _, change, reasons)) = best else { break };
            explained.causes.push(cause(change, reasons.iter().flatten().copied()));
            let mut reasons = reasons.into_iter();
            open.retain(|_| reasons.next().flatten().is_none());
        }
        explained.all = open.is_empty() && shifts.iter().all(|s| s.may_be_layout());
        explained
    }

    /// The types that differ among those of a function's variables, as causes: all that can be said where not
    /// only numbers differ, as with a member of another size or elements that take another multiplication.
    pub(super) fn used_by(&self, entry: &Entry) -> Vec<Cause> {
        let used = self.used(entry);
        let of_variables = |c: &&RecordChange| {
            c.is_direct && Side::BOTH.into_iter().all(|side| used.get(side).contains(c.ids.get(side)))
        };
        let changes = self.changes.iter().filter(of_variables).take(NAMED);
        changes
            .map(|change| {
                let what = change.first();
                let summary = format!("it has variables of a type that is laid out anew: {what}");
                Cause { symbol: Some(change.name.clone()), ..plain(CauseKind::Layout, summary) }
            })
            .collect()
    }

    fn used(&self, entry: &Entry) -> Pair<FxHashSet<crate::load::dwarf::types::RecordId>> {
        let of = |types: &Types, extent: Option<Extent>| {
            extent.map_or_else(FxHashSet::default, |e| {
                types.used_by(e.section, e.offset..e.offset.saturating_add(e.size))
            })
        };
        Pair::new(
            of(&self.types.original, entry.extent.original),
            of(&self.types.patched, entry.extent.patched),
        )
    }
}

/// How a type explains a number.
#[derive(Debug, Clone, Copy)]
enum Reason<'c> {
    /// The place of a member.
    Moved(&'c MemberPair),
    /// The size of a member.
    Resized(&'c MemberPair),
    /// The type's own size.
    Size,
}

impl Reason<'_> {
    /// Whether the number says something also where the function is not known to use the type: an offset that is
    /// added to an address does, and a plain number may be anything.
    fn is_telling(self, shift: &Shift) -> bool {
        shift.role == NumberRole::Displacement && !matches!(self, Reason::Resized(_))
    }
}

impl RecordChange {
    /// How the change explains a number, if it does.
    fn reason(&self, shift: &Shift) -> Option<Reason<'_>> {
        let values = shift.values;
        if let Some(member) = self.moved(values) {
            return Some(Reason::Moved(member));
        }
        if shift.role == NumberRole::Immediate {
            if let Some(member) = self.members.iter().find(|m| m.bits_explain(values)) {
                return Some(Reason::Moved(member));
            }
            let resized = |m: &&MemberPair| !m.is_bit_field && sizes(m.size.map(|b| b / 8), values);
            if let Some(member) = self.members.iter().filter(|m| m.is_resized()).find(resized) {
                return Some(Reason::Resized(member));
            }
        }
        if sizes(self.size, values) {
            return Some(Reason::Size);
        }
        let relative = self.relative(values);
        relative.or_else(|| self.in_other_element(values).then_some(Reason::Size))
    }

    /// The moved member that lies at these offsets, or around them.
    fn moved(&self, values: Pair<i64>) -> Option<&MemberPair> {
        let moved = || self.members.iter().filter(|m| m.is_moved());
        let exact = moved().find(|m| m.lies_at(values));
        exact.or_else(|| moved().find(|m| m.holds_place(values)))
    }

    /// Whether the numbers are those of a member of another element of an array, in front of or behind the one that
    /// is pointed at.
    fn in_other_element(&self, values: Pair<i64>) -> bool {
        self.members.iter().any(|member| {
            let start = member.start();
            let inner = |side| i64::wrapping_sub(*values.get(side), *start.get(side));
            element(self.size, Pair::new(inner(Side::Original), inner(Side::Patched)))
        })
    }

    /// The distance between two members, or between one and the record's start: what `container_of` subtracts.
    fn relative(&self, values: Pair<i64>) -> Option<Reason<'_>> {
        let anchors = self.members.iter().filter(|m| m.holds_record);
        for anchor in anchors {
            let (from, moved) = (anchor.start(), anchor.is_moved());
            let sum = |side| i64::wrapping_add(*values.get(side), *from.get(side));
            let sum = Pair::new(sum(Side::Original), sum(Side::Patched));
            if sum == Pair::new(0, 0) && moved {
                return Some(Reason::Moved(anchor));
            }
            let other = self.members.iter().filter(|m| !m.is_bit_field && m.start() == sum);
            for other in other {
                if moved || other.is_moved() {
                    return Some(Reason::Moved(if other.is_moved() { other } else { anchor }));
                }
            }
        }
        None
    }

    /// The first thing that differs, for a sentence.
    fn first(&self) -> String {
        let own = self.members.iter().find(|m| m.is_resized()).map(Reason::Resized);
        let own = own.or_else(|| self.members.iter().find(|m| m.is_moved()).map(Reason::Moved));
        sentence(self, own.unwrap_or(Reason::Size))
    }
}

/// Whether two numbers are so many times the sizes in bytes, or count the words or halves of words that are copied.
fn sizes(size: Pair<u64>, values: Pair<i64>) -> bool {
    let copied = |word: u64| {
        size.original.is_multiple_of(word)
            && size.patched.is_multiple_of(word)
            && values == Pair::new((size.original / word) as i64, (size.patched / word) as i64)
    };
    element(size, values) || size.original != size.patched && (copied(4) || copied(8))
}

/// Whether the two numbers are the same multiple, other than 0, of a size that differs.
fn element(size: Pair<u64>, values: Pair<i64>) -> bool {
    let (Ok(o), Ok(p)) = (i64::try_from(size.original), i64::try_from(size.patched)) else { return false };
    o != p
        && o > 0
        && p > 0
        && values.original != 0
        && values.original % o == 0
        && values.patched % p == 0
        && values.original / o == values.patched / p
}

fn cause<'c>(change: &RecordChange, reasons: impl Iterator<Item = Reason<'c>>) -> Cause {
    let mut sentences: Vec<String> = Vec::new();
    for reason in reasons {
        let sentence = sentence(change, reason);
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    let more = match sentences.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(", and {more} more in it"),
    };
    let summary = format!("{}{more}", sentences.first().map_or("", String::as_str));
    Cause { symbol: Some(change.name.clone()), ..plain(CauseKind::Layout, summary) }
}

fn sentence(change: &RecordChange, reason: Reason<'_>) -> String {
    let name = &change.name;
    let grew = |size: Pair<u64>| if size.original < size.patched { "grew" } else { "shrank" };
    match reason {
        Reason::Moved(m) => {
            let place = |at: u64| match m.is_bit_field {
                true => format!("bit {} of byte {}", at % 8, at / 8),
                false => (at / 8).to_string(),
            };
            format!(
                "{name}: member {} moved from {} to {}",
                m.path,
                place(m.at.original),
                place(m.at.patched)
            )
        }
        Reason::Resized(m) => {
            let (unit, size) =
                if m.is_bit_field { ("bits", m.size) } else { ("bytes", m.size.map(|b| b / 8)) };
            let Pair { original, patched } = size;
            format!("{name}: member {} {} from {original} to {patched} {unit}", m.path, grew(size))
        }
        Reason::Size => {
            let Pair { original, patched } = change.size;
            format!("{name} {} from {original} to {patched} bytes", grew(change.size))
        }
    }
}
