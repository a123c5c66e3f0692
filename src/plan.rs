//! What was asked, after the command line has been resolved: no stage below reads arguments or the environment.

use std::path::PathBuf;

use fixscope_arch::Syntax;

/// A request of `fixscope analyze`.
#[derive(Debug, Clone)]
pub struct AnalyzePlan {
    /// Root of the user's tree, absolute.
    pub tree: PathBuf,
    /// Where the fix comes from.
    pub fix: FixSource,
    /// How the tree is built.
    pub build: BuildPlan,
    /// Folder that holds the shadow tree and the objects of both sides; never inside `tree`.
    pub work_dir: PathBuf,
    /// Keep the objects (and, with `emit_asm`, the assembly) of both sides after the run.
    pub keep: bool,
    /// List units and commands, and compile nothing.
    pub dry_run: bool,
    /// Report unchanged symbols too.
    pub all: bool,
    /// Keep the instructions and contents of what changed, for showing.
    pub show: bool,
    /// Also keep the text of the fix, the source line of each shown instruction, and who calls what changed.
    pub detail: bool,
    /// Collect what a livepatch skeleton is made of.
    pub skeleton: bool,
    /// Look at what callers rely on beyond the calling convention.
    pub abi: Option<AbiPlan>,
    /// Number of jobs at a time, at least 1.
    pub jobs: usize,
}

/// How closely it is looked at what callers rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbiPlan {
    /// Work out which functions must be replaced together.
    pub closure: bool,
    /// What is shown by compiling again.
    pub prove: Prove,
    /// Seconds after which no further compilation begins.
    pub limit: u64,
}

/// What is shown by compiling again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prove {
    /// Nothing.
    Off,
    /// Who relies on the functions that the fix changes or removes.
    Changed,
    /// Who relies on each function of the unit.
    Functions,
    /// Which function was shaped by which optimisation.
    Optimisations,
    /// Both of the last two.
    All,
}

impl Prove {
    /// Whether each function of a unit is looked at.
    pub fn all_functions(self) -> bool {
        matches!(self, Prove::Functions | Prove::All)
    }

    /// Whether each optimisation is switched off in turn.
    pub fn optimisations(self) -> bool {
        matches!(self, Prove::Optimisations | Prove::All)
    }
}

/// A request of `fixscope abi`.
#[derive(Debug, Clone)]
pub enum AbiRequest {
    /// Object files as they are; of one with a symbol only that function.
    Files {
        /// The files.
        files: Vec<FileSymbol>,
        /// Number of jobs at a time, at least 1.
        jobs: usize,
    },
    /// Units of a tree, which are compiled for it.
    Units {
        /// The tree and the units, as [`FixSource::Nothing`].
        plan: Box<AnalyzePlan>,
        /// The functions asked for; empty for all.
        functions: Vec<String>,
    },
}

/// Where the fix comes from.
#[derive(Debug, Clone)]
pub enum FixSource {
    /// Nowhere: these sources, relative to the tree, are compiled as they are.
    Nothing(Vec<PathBuf>),
    /// Unified diffs, applied one after the other.
    Patches {
        /// The patches; `None` in `path` is standard input, already read into `text`.
        patches: Vec<PatchText>,
        /// Leading path components to strip; `None`: found out, 1 first, then 0.
        strip: Option<usize>,
    },
    /// A second tree.
    PatchedDir(PathBuf),
    /// Two revisions of the git checkout.
    Revisions {
        /// The original revision, as typed; `None`: the first parent of `patched`.
        original: Option<String>,
        /// The patched revision, as typed.
        patched: String,
        /// Accept tracked files that differ from the checked out revision.
        allow_dirty: bool,
    },
}

/// One patch, read whole.
#[derive(Debug, Clone)]
pub struct PatchText {
    /// Name for messages: the path, or `-`.
    pub name: String,
    /// The bytes.
    pub text: Vec<u8>,
}

/// How units are found and compiled.
#[derive(Debug, Clone)]
pub struct BuildPlan {
    /// Which kind of build.
    pub kind: BuildKind,
    /// The command of a `make` build.
    pub command: Option<String>,
    /// Flags added to every compilation, after those fixscope adds.
    pub cflags: Vec<String>,
    /// A program put in front of the compiler, such as `ccache` or `distcc`.
    pub launcher: Option<String>,
    /// Also keep assembly of both sides.
    pub emit_asm: bool,
    /// Compile with the line numbers of the files as they are.
    pub keep_line_changes: bool,
    /// Sources to look at for a header in a tree that was never built, as globs relative to the tree.
    pub units: Vec<String>,
}

/// Kinds of builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildKind {
    /// Choose by what the tree holds.
    Auto,
    /// A configured Linux kernel tree.
    Kbuild,
    /// `compile_commands.json`.
    Compdb,
    /// Any command, with compilations recorded.
    Make,
}

/// A request of `fixscope diff`.
#[derive(Debug, Clone)]
pub struct DiffPlan {
    /// The two files or folders, with the symbol of them that is compared, if only one is. With a symbol on one side
    /// only, its counterpart is.
    pub sides: crate::pair::Pair<FileSymbol>,
    /// How assembly files are written; `None` where their text tells it.
    pub syntax: Option<&'static Syntax>,
    /// Report unchanged symbols too.
    pub all: bool,
    /// Keep the instructions and contents of what changed, for showing.
    pub show: bool,
    /// Also keep the text of the fix, the source line of each shown instruction, and who calls what changed.
    pub detail: bool,
    /// Number of jobs at a time, at least 1.
    pub jobs: usize,
}

/// A file, or one symbol of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSymbol {
    /// The file or folder.
    pub path: PathBuf,
    /// Name of the symbol.
    pub symbol: Option<String>,
}

/// A request of `fixscope info`.
#[derive(Debug, Clone)]
pub struct InfoPlan {
    /// The files; of one with a symbol only that is listed, with what it refers to.
    pub files: Vec<FileSymbol>,
    /// As [`DiffPlan::syntax`].
    pub syntax: Option<&'static Syntax>,
    /// What is listed of the others.
    pub selection: crate::inspect::Selection,
    /// Number of jobs at a time, at least 1.
    pub jobs: usize,
}

/// A request of `fixscope show`.
#[derive(Debug, Clone)]
pub struct ShowPlan {
    /// The files, each with a symbol.
    pub symbols: Vec<FileSymbol>,
    /// As [`DiffPlan::syntax`].
    pub syntax: Option<&'static Syntax>,
    /// How they are shown.
    pub form: crate::inspect::Form,
    /// Number of jobs at a time, at least 1.
    pub jobs: usize,
}

/// A request of `fixscope callgraph`.
#[derive(Debug, Clone)]
pub struct CallGraphPlan {
    /// The files; a symbol is one that the graph begins at.
    pub files: Vec<FileSymbol>,
    /// As [`DiffPlan::syntax`].
    pub syntax: Option<&'static Syntax>,
    /// Names that the graph begins at, of any of the files.
    pub from: Vec<String>,
    /// Reach callers instead of callees.
    pub callers: bool,
    /// Show only what is reached over that many edges.
    pub max_depth: Option<u64>,
    /// Show symbols that none of the files defines.
    pub external: bool,
    /// Leave out addresses, and data objects that hold them.
    pub calls_only: bool,
    /// Number of jobs at a time, at least 1.
    pub jobs: usize,
}

/// A request of `fixscope copy`.
#[derive(Debug, Clone)]
pub struct CopyPlan {
    /// The assembly file.
    pub file: PathBuf,
    /// The symbols to cut out of it, at least one.
    pub symbols: Vec<String>,
    /// As [`DiffPlan::syntax`].
    pub syntax: Option<&'static Syntax>,
}

/// A request of `fixscope livepatch link`.
#[derive(Debug, Clone)]
pub struct LinkPlan {
    /// The module.
    pub module: PathBuf,
    /// Lists of what is exported; with none, what the module notes is believed.
    pub symvers: Vec<PathBuf>,
    /// As [`crate::livepatch::link::Request::patched_by`].
    pub patched_by: std::collections::BTreeMap<String, String>,
}

/// A request of `fixscope livepatch verify`.
#[derive(Debug, Clone)]
pub struct VerifyPlan {
    /// The linked module.
    pub module: PathBuf,
    /// Object files of the patched build.
    pub patched: Vec<PathBuf>,
    /// Files with symbols of the kernel and of its modules.
    pub base: Vec<PathBuf>,
}
