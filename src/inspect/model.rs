//! What the commands that look into files found: plain data, exactly as the JSON forms show it.
//!
//! `None` means *not looked at*; an empty list means *looked and found nothing*.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::model::{Binding, Kind, ReportError, Tool};

/// Version of the JSON forms of `info`, `show` and `callgraph`. It grows when a field changes its meaning or goes
/// away.
pub const SCHEMA_VERSION: u32 = 1;

/// What `fixscope info` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Info {
    /// Version of this form, [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// One entry for each file, or member of an archive, in the order they were named.
    pub units: Vec<InfoUnit>,
}

/// The functions and data objects of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InfoUnit {
    /// The file, with the member in parentheses for archives.
    pub name: String,
    /// Architecture, such as `x86_64`; `null` when the file could not be read.
    pub arch: Option<String>,
    /// Functions and data objects, ordered by section and offset.
    pub symbols: Vec<Symbol>,
    /// What went wrong with this file.
    pub errors: Vec<ReportError>,
}

/// One function or data object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Symbol {
    /// Name.
    pub name: String,
    /// The name in its language's own notation, for mangled names.
    pub demangled: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its binding.
    pub binding: Binding,
    /// ELF visibility (gABI, `st_other`).
    pub visibility: Visibility,
    /// Name of the section it lies in; `null` for a common symbol.
    pub section: Option<String>,
    /// Offset in bytes from the start of the section; `null` for a common symbol, and for code of an assembly file.
    pub offset: Option<u64>,
    /// Size in bytes; `null` for code of an assembly file, which only an assembler knows.
    pub size: Option<u64>,
    /// Line of an assembly file, counted from 1.
    pub line: Option<u32>,
    /// The FILE symbol of a local symbol: the source, as the compiler was told it.
    pub file: Option<String>,
    /// Other names of the same bytes.
    pub aliases: Vec<Alias>,
    /// The function this cold part belongs to.
    pub cold_of: Option<String>,
    /// Its cold parts.
    pub cold_parts: Vec<String>,
    /// What else there is to know.
    pub flags: Vec<Flag>,
    /// Where the kernel can redirect the function; `null` for data objects.
    pub tracing: Option<Vec<TracingSite>>,
    /// What it refers to, by first use; `null` when that was not asked for.
    pub references: Option<Vec<Reference>>,
}

/// ELF visibility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// STV_DEFAULT.
    Default,
    /// STV_INTERNAL.
    Internal,
    /// STV_HIDDEN.
    Hidden,
    /// STV_PROTECTED.
    Protected,
}

/// Another name of a function or data object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// Its binding.
    pub binding: Binding,
}

/// Facts about a function or data object that its name and place do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// In a section that the kernel frees after booting (`.init.*`).
    Init,
    /// In a section that only unloading a module needs (`.exit.*`).
    Exit,
    /// It has an entry that the kernel can redirect: see the field `tracing`.
    Traced,
    /// It has no such entry, although functions of the same file have.
    Notrace,
    /// The kernel's modules can use it (`EXPORT_SYMBOL`).
    Exported,
    /// STT_GNU_IFUNC: it chooses the function that callers get.
    Ifunc,
    /// STT_COMMON or SHN_COMMON: the linker makes room for it.
    Common,
    /// STT_TLS: every thread has its own.
    Tls,
    /// The compiler made or numbered this constant; it is compared by content.
    ByContent,
    /// In a COMDAT group, of which the linker keeps one.
    Comdat,
    /// STT_NOTYPE: a label of hand-written assembly.
    Untyped,
}

/// A place where the kernel can redirect a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct TracingSite {
    /// What says so.
    pub kind: TracingKind,
    /// Offset in bytes from the start of the function; negative for places in front of it. `null` in an assembly file.
    pub at: Option<i64>,
}

/// What says that a function can be redirected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TracingKind {
    /// A call of `__fentry__` or `mcount` at its entry (GCC's `-pg`).
    Call,
    /// An entry of `__mcount_loc` (GCC's `-mrecord-mcount`, the kernel's `recordmcount` and objtool).
    McountLoc,
    /// An entry of `__patchable_function_entries` (`-fpatchable-function-entry`).
    Patchable,
}

/// Something that a function or data object refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// How it is used.
    #[serde(rename = "use")]
    pub using: Use,
    /// What it is.
    pub kind: ReferenceKind,
    /// A symbol's name with an offset, or the content of something nameless.
    pub what: String,
    /// Name of the symbol, where it has one.
    pub symbol: Option<String>,
    /// Where it is used: offsets in bytes from the start of the function or data object; empty for code of an
    /// assembly file.
    pub at: Vec<u64>,
    /// Where it is used: lines of an assembly file, counted from 1.
    pub lines: Vec<u32>,
}

/// How a reference is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// It is called.
    Call,
    /// Something else goes on there and does not come back: a jump to another function.
    TailCall,
    /// Its address or its content is taken.
    Address,
}

/// What a reference leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// A global or weak function of this file.
    GlobalFunction,
    /// A local function of this file.
    LocalFunction,
    /// A global or weak data object of this file.
    GlobalObject,
    /// A local data object of this file.
    LocalObject,
    /// A symbol of another file.
    External,
    /// A string without a name.
    String,
    /// Other data without a name.
    Data,
    /// A place in a section that is no part of functions and data objects.
    Section,
    /// A number.
    Number,
}

/// What `fixscope show` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// Version of this form, [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// The symbols that were asked for, in that order, each with its cold parts behind it.
    pub symbols: Vec<ShownSymbol>,
    /// What went wrong.
    pub errors: Vec<ReportError>,
}

/// One function or data object, as fixscope sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownSymbol {
    /// The file, with the member in parentheses for archives.
    pub unit: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its binding.
    pub binding: Binding,
    /// Name of the section it lies in; `null` for a common symbol.
    pub section: Option<String>,
    /// Offset in bytes from the start of the section; `null` for a common symbol, and for code of an assembly file.
    pub offset: Option<u64>,
    /// Size in bytes; `null` for code of an assembly file, which only an assembler knows.
    pub size: Option<u64>,
    /// Line of an assembly file, counted from 1.
    pub line: Option<u32>,
    /// The FILE symbol of a local symbol.
    pub file: Option<String>,
    /// Other names of the same bytes.
    pub aliases: Vec<String>,
    /// The function this cold part belongs to.
    pub cold_of: Option<String>,
    /// Whether it is shown as the comparison sees it.
    pub normalized: bool,
    /// Its lines.
    pub lines: Vec<ShownLine>,
}

/// One line of a shown symbol: an instruction, a run of data, or a label.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownLine {
    /// A label that stands at this place, without a line of its own.
    pub label: Option<String>,
    /// Offset in bytes from the start of the symbol; `null` in the normalized form and for code of an assembly file.
    pub at: Option<u64>,
    /// Line of an assembly file, counted from 1; `null` in the normalized form.
    pub line: Option<u32>,
    /// The bytes in hexadecimal; `null` in the normalized form and for code of an assembly file.
    pub bytes: Option<String>,
    /// The instruction in GNU syntax, or a statement of data.
    pub text: String,
}

/// What `fixscope callgraph` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallGraph {
    /// Version of this form, [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// The files in the order they were named.
    pub units: Vec<GraphUnit>,
    /// Functions, data objects that hold addresses of functions, and symbols of other files.
    pub nodes: Vec<Node>,
    /// Which node refers to which, at most one of a kind between two.
    pub edges: Vec<Edge>,
    /// What went wrong that belongs to no file.
    pub errors: Vec<ReportError>,
}

/// One file of a call graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GraphUnit {
    /// The file, with the member in parentheses for archives.
    pub name: String,
    /// What went wrong with it.
    pub errors: Vec<ReportError>,
}

/// One node of a call graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Unique in the graph.
    pub id: String,
    /// Name.
    pub name: String,
    /// The name in its language's own notation, for mangled names.
    pub demangled: Option<String>,
    /// What it is.
    pub kind: NodeKind,
    /// Index in `units` of its file; `null` for a symbol of none of them.
    pub unit: Option<usize>,
    /// Its binding; `null` for a symbol of none of the files.
    pub binding: Option<Binding>,
    /// Other names of the same bytes.
    pub aliases: Vec<String>,
    /// Number of calls through a register or memory, of which nobody can tell where they lead.
    pub indirect_calls: u64,
    /// Number of jumps through a register or memory: a `switch`, or a call at the end of the function.
    pub indirect_jumps: u64,
    /// Whether the graph was asked to begin here.
    pub root: bool,
}

/// Kinds of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A function with its cold parts.
    Function,
    /// A data object that holds addresses of functions, such as a table of operations.
    Object,
    /// A symbol that none of the files defines.
    External,
}

/// One edge of a call graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edge {
    /// Id of the node that refers.
    pub from: String,
    /// Id of the node it refers to.
    pub to: String,
    /// How.
    #[serde(rename = "use")]
    pub using: Use,
    /// Number of places.
    pub count: u64,
}
