//! What the comparison of one unit found.

use fixscope_arch::NumberRole;

use crate::load::{Binding, names};
use crate::pair::Pair;

use super::listing::Listing;

/// All compared things of one unit, ordered by section and offset (patched side first, then what was removed).
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Functions, data objects and unowned section bytes.
    pub entries: Vec<Entry>,
    /// Number of functions and data objects that are unchanged and were not listed, because nothing in the unit
    /// differs and nobody asked for them.
    pub unlisted_unchanged: u64,
}

/// What kind of thing was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// STT_FUNC, STT_GNU_IFUNC, or code that a symbol without type names.
    Function,
    /// STT_OBJECT, STT_TLS, STT_COMMON.
    Object,
    /// Bytes of an allocated section that no symbol owns.
    Section,
}

/// How a thing fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// On both sides, and not the same.
    Changed,
    /// Only on the patched side.
    New,
    /// Only on the original side.
    Removed,
    /// Nothing but `__LINE__` values moved.
    LineOnly,
    /// The same on both sides.
    Unchanged,
}

/// Where a thing lies in an object file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extent {
    /// Index of the section in the section header table.
    pub section: u32,
    /// Offset in bytes from the start of the section.
    pub offset: u64,
    /// Size in bytes.
    pub size: u64,
}

/// One compared function, data object or run of unowned bytes.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Name on the patched side; of the original side when it was removed.
    pub name: String,
    /// Name on the original side when that is another one.
    pub original_name: Option<String>,
    /// Binding on the patched side; of the original side when it was removed.
    pub binding: Binding,
    /// Section it lies in, on the same side as `name`; `None` for a common symbol.
    pub section: Option<String>,
    /// Its FILE symbol, when `name` occurs more than once in the unit.
    pub file: Option<String>,
    /// How it fared.
    pub status: Status,
    /// Where it lies on the sides it exists on; `None` also for a common symbol.
    pub extent: Pair<Option<Extent>>,
    /// Sizes in bytes on the sides it exists on.
    pub size: Pair<Option<u64>>,
    /// How the sides differ: at least one for `Changed`, none for the others.
    pub differences: Vec<Difference>,
    /// Index in [`Comparison::entries`] of the function this cold part belongs to. A cold part's change is also
    /// a difference (kind [`DifferenceKind::ColdPart`]) of that function.
    pub cold_of: Option<usize>,
    /// Numbers that differ between its instructions, when the entry is a changed function or cold part.
    pub shifts: Shifts,
    /// Instructions or content of both sides, when they were asked for and the entry is changed.
    pub listing: Option<Listing>,
}

impl Entry {
    /// Whether it is a function that goes by another name on the patched side, in more than what the compiler or a
    /// counting macro chose. Such entries are worth listing though nothing else differs. (The names of data objects
    /// follow: Clang's have the function's in them.)
    pub fn is_renamed(&self) -> bool {
        let original = self.original_name.as_ref();
        self.kind == EntryKind::Function
            && original.is_some_and(|name| !names::same_but_chosen(name, &self.name))
    }

    /// Whether a report without unchanged things lists it.
    pub fn is_worth_listing(&self) -> bool {
        self.status != Status::Unchanged || self.is_renamed() && self.cold_of.is_none()
    }
}

/// A place in a function or data object, as reports show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Offset in bytes from its start.
    Offset(u64),
    /// A line of the assembly file, counted from 1: how far the text of code is from a start, means nothing.
    Line(u32),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Offset(at) => write!(f, "+{at:#x}"),
            Place::Line(line) => write!(f, "line {line}"),
        }
    }
}

/// One way in which two matched things differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which way.
    pub kind: DifferenceKind,
    /// Offset in bytes from the start of the thing, on each side, where the difference begins.
    pub at: Pair<Option<u64>>,
    /// One sentence, without a full stop.
    pub what: String,
    /// From the thing itself to what differs, for references.
    pub chain: Vec<Link>,
}

/// Ways to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DifferenceKind {
    /// Instructions were added, removed or altered.
    Instructions,
    /// The instructions (or the data) are the same and refer to something else or to something nameless whose
    /// content differs.
    Reference,
    /// Bytes of a data object or section differ, or its size.
    Content,
    /// Section, binding, visibility, type, alignment of data, or aliases differ.
    Attributes,
    /// A table tied to the function differs.
    Special,
    /// The function's cold part differs.
    ColdPart,
    /// It could not be decided whether the sides are the same.
    Unsure,
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is: a symbol's name, or a description of something nameless such as `string "abc"`.
    pub what: String,
    /// Index in [`Comparison::entries`], where it is an entry.
    pub entry: Option<usize>,
    /// Offset in bytes from the start of the thing before it in the chain, on the patched side.
    pub at: Option<u64>,
    /// Whether it is not sure that the thing before it in the chain reaches that far.
    pub in_doubt: bool,
}

impl Link {
    /// Something that is no entry, `at` bytes from the start of what leads there.
    pub(super) fn new(what: impl Into<String>, at: Option<u64>) -> Link {
        Link { what: what.into(), entry: None, at, in_doubt: false }
    }
}

/// Numbers that differ between corresponding instructions of both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shifts {
    /// The numbers, in the order of the patched instructions.
    pub list: Vec<Shift>,
    /// Whether the functions' own instructions differ in nothing else: as many on both sides, each the same as the
    /// one in its place but for these numbers, with references to the same things.
    pub nothing_else: bool,
}

/// A number that differs between two corresponding instructions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Offset of the instruction in bytes from the start of the function.
    pub at: Pair<u64>,
    /// The number, extended with its sign.
    pub values: Pair<i64>,
    /// What it is for.
    pub role: NumberRole,
    /// Where it goes, when the instruction does nothing but put it there. Only told when [`Shifts::nothing_else`].
    pub load: Option<Load>,
}

/// Where a number goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Load {
    /// Into the register of an argument.
    Argument {
        /// 0 for the first.
        index: u8,
        /// The call that takes it, when nothing else can.
        callee: Option<Callee>,
    },
    /// Onto the stack.
    Stack,
}

/// A call and what is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callee {
    /// Name of the function.
    pub name: String,
    /// Offset of the call in bytes from the start of the calling function.
    pub at: Pair<u64>,
}
