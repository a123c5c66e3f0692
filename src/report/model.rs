//! The report: plain data, exactly as the JSON form shows it.
//!
//! `None` means *not looked at*; an empty list means *looked and found nothing*.

mod detail;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use detail::{
    Call, FixFile, FixHunk, FixLine, Listing, ListingLine, ListingOp, Part, Place, SourceRange,
};

/// Version of the JSON form. It grows when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything one run found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this form, [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote the report.
    pub tool: Tool,
    /// What was compared, and with what.
    pub request: Request,
    /// One entry for each translation unit, ordered by name.
    pub units: Vec<UnitReport>,
    /// Files the fix touches that did not end as a compared unit, ordered by path.
    pub skipped: Vec<Skipped>,
    /// Counts over all units.
    pub summary: Summary,
    /// The text of the fix, file by file and ordered by path, when it was asked for and there is one.
    #[serde(default)]
    pub fix: Option<Vec<FixFile>>,
    /// What the run cost, when it compiled anything and was asked to tell.
    pub cost: Option<Cost>,
}

/// Name and version of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `fixscope`.
    pub name: String,
    /// The package version.
    pub version: String,
}

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// The original side, as the user named it.
    pub original: String,
    /// The patched side, as the user named it: a folder, a file, patches or a revision range.
    pub patched: String,
    /// The compilers that built the units; empty when nothing was compiled.
    pub compilers: Vec<Compiler>,
    /// Whether `#line` directives kept line numbers in place below each hunk.
    pub line_directives: bool,
}

/// A compiler and how many units it compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Compiler {
    /// First line of its `--version`.
    pub version: String,
    /// Target triplet as it names it.
    pub target: String,
    /// Number of units compiled with it.
    pub units: u32,
}

/// One translation unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnitReport {
    /// Path of the source, else of the object file, relative to the tree.
    pub name: String,
    /// Architecture, such as `x86_64`.
    pub arch: String,
    /// The kernel's name of the module the unit is linked into, or `vmlinux`.
    pub module: Option<String>,
    /// Object file of the original side.
    pub original: Option<String>,
    /// Object file of the patched side.
    pub patched: Option<String>,
    /// Symbols and sections with a status, ordered by section and offset.
    pub symbols: Vec<SymbolReport>,
    /// What there is to know of the unit as a whole about what callers rely on.
    pub abi: Option<AbiUnit>,
    /// What went wrong with this unit.
    pub errors: Vec<ReportError>,
}

/// How closely it was looked at what callers rely on in a unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbiUnit {
    /// Evidence that could not be had, one sentence each.
    pub missing: Vec<String>,
    /// Functions and options of which compiling again showed nothing, with the reason.
    pub unproved: Vec<String>,
    /// Functions that differ when the compiler may not look into another one, and that do not rely on it.
    pub knock_on: Vec<KnockOn>,
    /// Suspicions that compiling again showed to be wrong, one sentence each.
    pub refuted: Vec<String>,
    /// The functions that differ without an optimisation, by its option; empty when none was switched off.
    pub shaped: Vec<Shaped>,
}

/// A change that proves no reliance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct KnockOn {
    /// The function that the compiler was not let look into.
    pub opaque: String,
    /// The function that differs.
    pub changed: String,
}

/// What an optimisation shaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shaped {
    /// The option that switches it off.
    pub option: String,
    /// Names of the functions that differ then.
    pub functions: Vec<String>,
}

/// What kind of thing an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// STT_FUNC or STT_GNU_IFUNC.
    Function,
    /// STT_OBJECT or STT_TLS: a data object.
    Object,
    /// Bytes of a section that no symbol owns.
    Section,
}

/// Symbol binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// STB_GLOBAL.
    Global,
    /// STB_LOCAL.
    Local,
    /// STB_WEAK.
    Weak,
    /// STB_GNU_UNIQUE.
    Unique,
}

/// How a symbol fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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

/// One function, data object or section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SymbolReport {
    /// Unique in the report.
    pub id: String,
    /// Name on the patched side (on the original side for `removed`).
    pub name: String,
    /// Name on the original side, when it is another one.
    pub original_name: Option<String>,
    /// The name in its language's own notation, for mangled names.
    pub demangled: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its binding.
    pub binding: Binding,
    /// Name of the section it lies in.
    pub section: Option<String>,
    /// Its FILE symbol, when the same name occurs more than once in the unit.
    pub file: Option<String>,
    /// How it fared.
    pub status: Status,
    /// Size on the original side, in bytes.
    pub original_size: Option<u64>,
    /// Size on the patched side, in bytes.
    pub patched_size: Option<u64>,
    /// Why it changed; at least one for `changed`.
    pub causes: Vec<Cause>,
    /// The function this cold part belongs to.
    pub cold_of: Option<String>,
    /// What callers rely on beyond the calling convention.
    pub abi: Option<Vec<AbiEntry>>,
    /// Whether it belongs to the closure, and why.
    pub closure: Option<Closure>,
    /// Whether the kernel can replace it.
    pub patchability: Option<Patchability>,
    /// Its instructions or content on both sides, when they were asked for and it changed.
    #[serde(default)]
    pub listing: Option<Listing>,
    /// The lines it is made of that the fix edits, where debug information tells them, when they were asked for.
    #[serde(default)]
    pub source: Option<Vec<SourceRange>>,
    /// Who calls it and whom it calls on the patched side (the original side for `removed`), when that was asked for.
    #[serde(default)]
    pub calls: Option<Vec<Call>>,
}

impl SymbolReport {
    /// The name as people read it.
    pub fn shown_name(&self) -> &str {
        self.demangled.as_deref().unwrap_or(&self.name)
    }
}

/// Why a function or data object changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// Its own lines are in the patch.
    Source,
    /// It inlines something whose lines are in the patch.
    Inline,
    /// It uses a macro whose lines are in the patch.
    Macro,
    /// A structure's member moved.
    Layout,
    /// The same instructions refer to something that changed.
    Reference,
    /// A table tied to the function differs.
    Special,
    /// A data object's own content, size or alignment.
    Data,
    /// Section, binding or visibility.
    Attributes,
    /// The compiler specialised it differently.
    Ipa,
    /// None of these: scheduling or register allocation moved.
    Compiler,
    /// The comparison could not decide.
    Unsure,
}

/// One cause with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// Which cause.
    pub kind: CauseKind,
    /// One sentence.
    pub summary: String,
    /// The function, macro, data object or type it names.
    pub symbol: Option<String>,
    /// Where in the source.
    pub location: Option<Location>,
    /// The way from the function to what changed.
    pub chain: Vec<ChainLink>,
}

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Path relative to the tree.
    pub file: String,
    /// 1-based line as on disk, on the patched side (the original side for `removed`).
    pub line: u32,
}

/// One step of a cause's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChainLink {
    /// The entry of this report it speaks of, where there is one.
    pub id: Option<String>,
    /// What it is: a symbol's name or a description of something nameless.
    pub what: String,
    /// Offset in bytes from the start of the thing before it in the chain.
    pub at: Option<u64>,
}

/// What a caller relies on beyond the calling convention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbiEntry {
    /// Which kind of reliance.
    pub kind: String,
    /// The function at the other end.
    pub other: AbiOther,
    /// Whether `other` is the caller or the callee.
    pub role: AbiRole,
    /// How strong the evidence is.
    pub strength: Strength,
    /// The evidence.
    pub evidence: Vec<AbiEvidence>,
    /// The compiler option that switches the optimisation off.
    pub option: Option<String>,
    /// What to do.
    pub action: Action,
}

/// The function at the other end of a reliance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbiOther {
    /// Its entry in this report.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
}

/// Which end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AbiRole {
    /// The one that calls.
    Caller,
    /// The one that is called.
    Callee,
}

/// How strong evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Shown by compiling again.
    Proved,
    /// Written down by the compiler.
    Recorded,
    /// Visible in the code.
    Seen,
    /// Possible.
    Suspected,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbiEvidence {
    /// Where it comes from.
    pub source: EvidenceSource,
    /// One sentence.
    pub summary: String,
    /// Offset in bytes from the start of the function, when it is about an instruction.
    pub at: Option<u64>,
}

/// Where evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// The symbol table.
    Symbols,
    /// The compiler's dumps.
    Dump,
    /// Debug information.
    Dwarf,
    /// The machine code.
    Code,
    /// A second compilation.
    Recompile,
}

/// What a person should do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    /// Stable code.
    pub code: String,
    /// One sentence.
    pub summary: String,
}

/// Membership in the closure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closure {
    /// Whether it must be replaced.
    pub member: bool,
    /// Entries that brought it in.
    pub because: Vec<String>,
    /// Entries that carry it when it has no entry the kernel can redirect.
    pub carried_by: Vec<String>,
    /// The way from a changed function to this one.
    pub summary: String,
}

/// Whether the kernel can replace a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Patchability {
    /// The answer.
    pub verdict: PatchabilityVerdict,
    /// What to mind.
    pub notes: Vec<Note>,
}

/// Answer to "can the kernel replace it?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatchabilityVerdict {
    /// Yes.
    Ok,
    /// Yes, with care.
    Care,
    /// No.
    No,
}

/// One thing to mind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Stable code.
    pub code: String,
    /// One sentence.
    pub summary: String,
    /// What to do.
    pub action: String,
    /// Where in the source.
    pub location: Option<Location>,
}

/// Something that went wrong with a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportError {
    /// Stable code, such as `compile` or `not-elf`.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
    /// The file it is about.
    pub path: Option<String>,
}

/// A touched file that did not end as a compared unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Skipped {
    /// Path relative to the tree.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why a touched file was not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// This configuration does not build it.
    NotBuilt,
    /// A header or source that no recorded compilation reads.
    NotCompiled,
    /// Makefile, Kconfig, linker script or another input of the build.
    BuildFile,
    /// Documentation: nothing to compare, and no trouble.
    Documentation,
    /// A kind of file fixscope cannot compare, such as a device tree.
    Unsupported,
}

/// Counts over all units. Cold parts are counted with their functions; sections count as symbols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Entries with status `changed`.
    pub changed: u64,
    /// Entries with status `new`.
    pub new: u64,
    /// Entries with status `removed`.
    pub removed: u64,
    /// Entries with status `line_only`.
    pub line_only: u64,
    /// Entries with status `unchanged`.
    pub unchanged: u64,
    /// Members of the closure.
    pub closure: Option<u64>,
    /// Units compared, the failed ones included.
    pub units: u64,
    /// Units with errors.
    pub units_failed: u64,
}

/// What a run cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Compilations run, both sides together.
    pub compilations: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
}
