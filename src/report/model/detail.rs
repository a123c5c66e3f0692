//! What a report holds beside the verdicts when `--show` asked for it: instructions and contents, the text of the fix,
//! and who calls whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AbiRole;
use crate::inspect::model::Use;
use crate::pair::{Pair, Side};

/// Both sides of a changed thing, aligned for reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listing {
    /// The instructions of a function, or the content of a data object.
    pub lines: Vec<ListingLine>,
    /// Nameless content that references of it lead to and that differs; each part is led to by the listing or by a
    /// part before it.
    pub parts: Vec<Part>,
    /// Sentences about what is not shown.
    pub notes: Vec<String>,
}

/// Nameless content that something refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Where it is reached from and what it is, such as `f+0x4 -> 24 bytes at .rodata+0x20`.
    pub name: String,
    /// Its content.
    pub lines: Vec<ListingLine>,
}

/// One instruction, or a few bytes of content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListingLine {
    /// How the sides differ here.
    pub op: ListingOp,
    /// Where in the thing it is, on the sides that have it.
    pub at: Pair<Option<Place>>,
    /// The instruction with symbolic operands in GNU syntax, or the content, on the sides that have it. What reads the
    /// same on both sides is the patched text only.
    pub text: Pair<Option<String>>,
    /// The line of the source that the instruction was made of, on the sides of which debug information tells it.
    #[serde(default)]
    pub source: Pair<Option<super::Location>>,
}

impl ListingLine {
    /// The text that a side has here.
    pub fn text(&self, side: Side) -> Option<&str> {
        self.at.get(side).and(self.text.get(side).as_deref().or(self.text.patched.as_deref()))
    }
}

/// Where a line of a listing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Offset in bytes from the start of the thing.
    Offset(u64),
    /// 1-based line of the assembly file.
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

/// How the sides of a line differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListingOp {
    /// Not at all.
    Equal,
    /// Only the original has it.
    Removed,
    /// Only the patched side has it.
    Added,
    /// The patched side has another one in its place.
    Replaced,
    /// It reads the same, and what it leads to, or what a table says of it, differs.
    Behind,
}

/// One file that the fix touches, as a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixFile {
    /// Path relative to the tree on the sides that have the file.
    pub path: Pair<Option<String>>,
    /// Its changed lines with some equal ones around them.
    pub hunks: Vec<FixHunk>,
}

/// A run of lines of a touched file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixHunk {
    /// The lines; those that go away stand before the ones that come in their place.
    pub lines: Vec<FixLine>,
}

/// One line of a touched file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixLine {
    /// 1-based line on disk, on the sides that have it: both for a line that the fix leaves alone.
    pub line: Pair<Option<u32>>,
    /// The text without its line break; bytes that are no UTF-8 are replaced.
    pub text: String,
}

/// Lines of a touched file that a function or data object is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SourceRange {
    /// The side that the file and the lines are of.
    pub side: Side,
    /// Path relative to the tree.
    pub file: String,
    /// The first line, 1-based, as on disk.
    pub first: u32,
    /// The last line.
    pub last: u32,
    /// The inlined function whose lines they are; `null` for its own.
    pub inlined: Option<String>,
}

/// One function that calls this one or that it calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// Whether the other one is the caller or the callee.
    pub role: AbiRole,
    /// Entry of this report of the other one, where it has one.
    pub id: Option<String>,
    /// Name of the other one.
    pub name: String,
    /// The unit that defines it; `null` when no compared unit does.
    pub unit: Option<String>,
    /// How the caller refers to the callee.
    #[serde(rename = "use")]
    pub using: Use,
    /// Number of places.
    pub count: u64,
}
