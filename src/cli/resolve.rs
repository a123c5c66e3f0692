//! What was typed ↦ what is to be done. Files are looked at here, so that a request that cannot be carried out
//! fails before any work.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use fixscope::error::{Error, Result};
use fixscope::pair::Pair;
use fixscope::plan::{AbiPlan, AnalyzePlan, BuildKind, BuildPlan, DiffPlan, FixSource, PatchText, Prove};
use fixscope::report::listing::{Layout, View};
use fixscope::report::style::Style;
use fixscope::report::text::TextOptions;
use xxhash_rust::xxh3::xxh3_64;

use super::args::abi::AbiArgs;
use super::args::{self, AnalyzeArgs, Build, Colour, DiffArgs, Emit, Format, OutputArgs, ViewArgs};
use super::config;
use super::environment::Environment;
use super::file_symbol;
use super::output::Destination;

/// Columns of what is written where no terminal says how many there are.
const DEFAULT_COLUMNS: usize = 80;

/// Columns beyond which a line of text is tiring to read.
const WIDEST: usize = 140;
/// Equal lines around changed ones.
const CONTEXT: usize = 3;

/// How the outcome is shown.
#[derive(Debug)]
pub struct Presentation {
    /// Form of the report.
    pub format: Format,
    /// Equal lines around changed ones, in forms that always show those; `None`: all there are.
    pub context: Option<usize>,
    /// How the text form is written.
    pub text: TextOptions,
    /// Where the report goes.
    pub destination: Destination,
    /// Only how much of which unit differs.
    pub stat: bool,
    /// Show names in their language's own notation.
    pub demangle: bool,
    /// The pager that shows it, as a command of the shell.
    pub pager: Option<String>,
    /// Where a picture of what changes because of what goes, when one was asked for.
    pub graph: Option<Destination>,
    /// Where a skeleton goes, when one was asked for.
    pub skeleton: Option<PathBuf>,
    /// Show neither progress nor warnings.
    pub quiet: bool,
}

/// Resolves the arguments of `analyze`.
///
/// # Errors
/// When an argument names something that is not there or cannot be used, with what to do about it.
pub fn analyze(
    mut args: AnalyzeArgs,
    environment: &Environment,
    stdin: impl Read,
) -> Result<(AnalyzePlan, Presentation)> {
    let tree = match (&args.tree, &args.rev) {
        (Some(tree), _) => folder(tree)?,
        (None, None) => folder(Path::new("."))?,
        // Paths of a commit are relative to the checkout's root, wherever in it one stands.
        (None, Some(_)) => checkout(&folder(Path::new("."))?)?,
    };
    config::fill(&mut args, &tree)?;
    let fix = if let Some(patched) = &args.patched {
        let patched = folder(patched)?;
        if patched == tree {
            return Err(Error::Request(format!(
                "{}: is the original tree itself; name the tree that has the fix in it",
                patched.display()
            )));
        }
        FixSource::PatchedDir(patched)
    } else if let Some(rev) = &args.rev {
        revisions(rev, args.allow_dirty)?
    } else {
        FixSource::Patches { patches: patches(&args.patch, stdin)?, strip: args.strip }
    };
    let work_dir = work_dir(args.work_dir.as_deref(), &tree, environment)?;
    let kind = build_kind(args.build, args.build_command.as_deref())?;
    let cflags = cflags(&args.cflags)?;
    if let Some(dir) = &args.skeleton {
        fixscope::livepatch::skeleton::check_destination(dir)?;
    }
    let plan = AnalyzePlan {
        tree,
        fix,
        build: BuildPlan {
            kind,
            command: args.build_command,
            cflags,
            launcher: args.launcher,
            emit_asm: args.emit == Some(Emit::Asm),
            keep_line_changes: args.keep_line_changes,
            units: args.units,
        },
        work_dir,
        keep: args.keep,
        dry_run: args.dry_run,
        all: args.output.all,
        show: wants_listings(&args.output.view),
        detail: wants_detail(&args.output.view),
        skeleton: args.skeleton.is_some(),
        abi: abi(&args.abi),
        jobs: jobs(&args.output, environment),
    };
    let graph = args.graph.as_deref().map(|path| Destination::resolve(Some(path))).transpose()?;
    let shown = presentation(&args.output.view, args.skeleton, environment)?;
    Ok((plan, Presentation { graph, ..shown }))
}

/// Resolves the arguments of `diff`.
///
/// # Errors
/// When an argument names something that is not there or cannot be used, with what to do about it.
pub fn diff(args: DiffArgs, environment: &Environment) -> Result<(DiffPlan, Presentation)> {
    let sides = Pair::new(file_symbol::parse(&args.original)?, file_symbol::parse(&args.patched)?);
    let is_dir = |path: &Path| path.metadata().map(|data| data.is_dir()).map_err(|e| Error::io(path, e));
    if is_dir(&sides.original.path)? != is_dir(&sides.patched.path)? {
        return Err(Error::Request(format!(
            "{} and {}: one is a folder and the other is a file; name two folders or two files",
            sides.original.path.display(),
            sides.patched.path.display()
        )));
    }
    let presentation = presentation(&args.output.view, None, environment)?;
    let plan = DiffPlan {
        syntax: args.text.syntax(),
        all: args.output.all,
        show: wants_listings(&args.output.view),
        detail: wants_detail(&args.output.view),
        jobs: jobs(&args.output, environment),
        sides,
    };
    Ok((plan, presentation))
}

/// How the tree is built.
///
/// # Errors
/// When a command was named for a kind of build that runs none.
pub fn build_kind(build: Build, command: Option<&str>) -> Result<BuildKind> {
    match (build, command) {
        (Build::Auto, None) => Ok(BuildKind::Auto),
        (Build::Auto | Build::Make, _) => Ok(BuildKind::Make),
        (Build::Kbuild, None) => Ok(BuildKind::Kbuild),
        (Build::Compdb, None) => Ok(BuildKind::Compdb),
        (Build::Kbuild | Build::Compdb, Some(_)) => Err(Error::Request(
            "--build-command: only --build make runs a command; leave one of the two out".to_owned(),
        )),
    }
}

/// Flags as words.
///
/// # Errors
/// When a quote is never closed.
pub fn cflags(typed: &[String]) -> Result<Vec<String>> {
    let mut cflags = Vec::new();
    for flags in typed {
        cflags.extend(shlex::split(flags).ok_or_else(|| {
            Error::Request(format!("--cflags {flags}: a quote or backslash has no partner; add it"))
        })?);
    }
    Ok(cflags)
}

/// How closely it is looked at what callers rely on, if at all.
fn abi(args: &AbiArgs) -> Option<AbiPlan> {
    let asked = args.abi || args.closure || args.prove.is_some();
    let default = if args.closure { Prove::Changed } else { Prove::Off };
    asked.then(|| AbiPlan {
        closure: args.closure,
        prove: args.prove.map_or(default, prove),
        limit: args.prove_limit,
    })
}

/// What is shown by compiling again.
pub fn prove(typed: args::abi::Prove) -> Prove {
    match typed {
        args::abi::Prove::Off => Prove::Off,
        args::abi::Prove::Changed => Prove::Changed,
        args::abi::Prove::Functions => Prove::Functions,
        args::abi::Prove::Optimisations => Prove::Optimisations,
        args::abi::Prove::All => Prove::All,
    }
}

fn jobs(output: &OutputArgs, environment: &Environment) -> usize {
    output.jobs.map_or(environment.processors, usize::from).max(1)
}

/// How a report is shown that `args` ask for.
///
/// # Errors
/// When the output cannot be written, or the form has no room for what shall be shown.
pub fn presentation(
    args: &ViewArgs,
    skeleton: Option<PathBuf>,
    environment: &Environment,
) -> Result<Presentation> {
    let destination = Destination::resolve(args.output.as_deref())?;
    let style = style(args.color, &destination, environment);
    let view = view(args, environment);
    let is_terminal = environment.terminal && destination == Destination::Stdout;
    let columns = environment.columns.filter(|_| is_terminal).unwrap_or(DEFAULT_COLUMNS);
    let width = columns.clamp(DEFAULT_COLUMNS, WIDEST);
    let text = TextOptions { style, verbose: args.verbose, width, view: shows(args).then_some(view) };
    let context = (!args.full).then_some(args.context.unwrap_or(CONTEXT));
    let paged = is_terminal && !args.no_pager && args.format == Format::Text;
    Ok(Presentation {
        stat: args.stat,
        demangle: !args.no_demangle,
        pager: environment.pager.clone().filter(|_| paged),
        graph: None,
        format: args.format,
        context,
        text,
        destination,
        skeleton,
        quiet: args.quiet,
    })
}

/// The style of text that goes to `destination`.
pub fn style(color: Colour, destination: &Destination, environment: &Environment) -> Style {
    let coloured = match color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            let terminal = environment.coloured_terminal && *destination == Destination::Stdout;
            environment.colour.unwrap_or(terminal)
        }
    };
    Style { coloured }
}

/// Whether instructions and contents are shown at all: how they are shown says so too.
fn shows(args: &ViewArgs) -> bool {
    args.show || args.pretty || args.full
}

/// Whether the report shall hold instructions and contents.
fn wants_listings(args: &ViewArgs) -> bool {
    shows(args) || matches!(args.format, Format::Html | Format::Markdown)
}

/// Whether the report shall hold all that any view shows, because it will be saved.
fn wants_detail(args: &ViewArgs) -> bool {
    matches!(args.format, Format::Html | Format::Markdown) || args.format == Format::Json && shows(args)
}

fn view(args: &ViewArgs, environment: &Environment) -> View {
    let layout = match args.pretty {
        true => Layout::SideBySide { columns: environment.columns.unwrap_or(DEFAULT_COLUMNS) },
        false => Layout::Unified,
    };
    View { layout, context: (!args.full).then_some(args.context.unwrap_or(CONTEXT)) }
}

/// The root of the git checkout that holds `folder`.
fn checkout(folder: &Path) -> Result<PathBuf> {
    // A linked worktree has a file of this name.
    let root = folder.ancestors().find(|above| above.join(".git").exists());
    root.map(Path::to_path_buf).ok_or_else(|| {
        Error::Request(format!("--rev: {} lies in no git checkout; name one with --tree", folder.display()))
    })
}

/// The absolute path of a folder that is there.
pub fn folder(path: &Path) -> Result<PathBuf> {
    let found = path.canonicalize().map_err(|e| Error::io(path, e))?;
    if !found.is_dir() {
        return Err(Error::Request(format!(
            "{}: is not a folder; name the root of a source tree",
            path.display()
        )));
    }
    Ok(found)
}

fn patches(paths: &[PathBuf], mut stdin: impl Read) -> Result<Vec<PatchText>> {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == "-";
    if paths.iter().filter(is_stdin).count() > 1 {
        return Err(Error::Request(
            "--patch -: standard input can be read only once; name it once".to_owned(),
        ));
    }
    let read = |path: &PathBuf| {
        let mut text = Vec::new();
        if is_stdin(&path) {
            stdin.read_to_end(&mut text).map_err(|e| Error::io("standard input", e))?;
        } else {
            text = std::fs::read(path).map_err(|e| Error::io(path, e))?;
        }
        Ok(PatchText { name: path.display().to_string(), text })
    };
    paths.iter().map(read).collect()
}

fn revisions(typed: &str, allow_dirty: bool) -> Result<FixSource> {
    let refuse = |what: &str| Err(Error::Request(format!("--rev {typed}: {what}")));
    if typed.contains("...") {
        return refuse(
            "three dots mean the revisions' common ancestor; write A..B with the revision you mean",
        );
    }
    let head = |name: &str| if name.is_empty() { "HEAD" } else { name }.to_owned();
    let (original, patched) = match typed.split_once("..") {
        Some(("", "")) => return refuse("names no revision; write A..B or one commit"),
        Some((original, patched)) => (Some(head(original)), head(patched)),
        None if typed.is_empty() => return refuse("names no revision; write A..B or one commit"),
        None => (None, typed.to_owned()),
    };
    // Git would take it for an option.
    if original.iter().chain([&patched]).any(|name| name.starts_with('-')) {
        return refuse("a revision does not begin with a dash; write A..B or one commit");
    }
    Ok(FixSource::Revisions { original, patched, allow_dirty })
}

/// The work folder, which neither lies in the tree nor holds it.
pub fn work_dir(typed: Option<&Path>, tree: &Path, environment: &Environment) -> Result<PathBuf> {
    let wanted = match (typed, &environment.cache) {
        (Some(typed), _) => typed.to_path_buf(),
        (None, Some(cache)) => {
            let name = tree.file_name().unwrap_or_default().to_string_lossy();
            let hash = xxh3_64(tree.as_os_str().as_encoded_bytes());
            cache.join("fixscope").join(format!("{name}-{hash:016x}"))
        }
        (None, None) => {
            return Err(Error::Request(
                "neither XDG_CACHE_HOME nor HOME says where the cache folder is; name a folder with --work-dir"
                    .to_owned(),
            ));
        }
    };
    let dir = canonical_although_absent(&wanted)?;
    if dir.starts_with(tree) {
        return Err(Error::Request(format!(
            "{}: the work folder lies in the tree, which is never written to; name another with --work-dir",
            dir.display()
        )));
    }
    if tree.starts_with(&dir) {
        return Err(Error::Request(format!(
            "{}: the work folder holds the tree; name another with --work-dir",
            dir.display()
        )));
    }
    if dir.exists() && !dir.is_dir() {
        return Err(Error::Request(format!(
            "{}: is not a folder; name another with --work-dir",
            dir.display()
        )));
    }
    Ok(dir)
}

/// The absolute path without links of something that need not be there yet.
fn canonical_although_absent(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(|e| Error::io(path, e))?;
    for there in absolute.ancestors() {
        let Ok(found) = there.canonicalize() else { continue };
        let rest = absolute.strip_prefix(there).expect("an ancestor is a prefix");
        // Where `..` leads cannot be told before the folder above it is there.
        if rest.components().any(|part| part == Component::ParentDir) {
            break;
        }
        return Ok(found.join(rest));
    }
    Err(Error::Request(format!(
        "{}: holds `..` below a folder that does not exist; write the path out",
        path.display()
    )))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::{Cli, Command};
    use super::*;

    fn environment(cache: &Path) -> Environment {
        Environment { cache: Some(cache.to_path_buf()), processors: 3, ..Environment::default() }
    }

    fn resolve(words: &[&str], environment: &Environment) -> Result<(AnalyzePlan, Presentation)> {
        let cli = Cli::try_parse_from(["fixscope", "analyze"].iter().chain(words)).expect("it parses");
        let Command::Analyze(args) = cli.command else { panic!("it is analyze") };
        analyze(*args, environment, &b"from standard input"[..])
    }

    fn message(result: Result<(AnalyzePlan, Presentation)>) -> String {
        result.expect_err("it is refused").to_string()
    }

    #[test]
    fn a_plain_request() {
        let (dir, cache) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let tree = dir.path().to_str().expect("it is text");
        let words =
            ["--tree", tree, "--patch", "-", "--strip", "2", "--cflags", "-O1 '-DX=a b'", "--cflags=-g3"];
        let (plan, shown) = resolve(&words, &environment(cache.path())).expect("it resolves");
        assert_eq!(plan.build.cflags, ["-O1", "-DX=a b", "-g3"]);
        assert_eq!((plan.jobs, plan.build.kind), (3, BuildKind::Auto));
        assert!(
            plan.work_dir.starts_with(cache.path().canonicalize().expect("it is there").join("fixscope"))
        );
        let FixSource::Patches { patches, strip } = plan.fix else { panic!("it is a patch") };
        assert_eq!((patches[0].text.as_slice(), strip), (&b"from standard input"[..], Some(2)));
        assert_eq!(shown.text.view, None);
    }

    #[test]
    fn exactly_one_fix() {
        for words in [
            &["analyze"][..],
            &["analyze", "--patch", "a", "--rev", "b"],
            &["analyze", "--strip", "1", "--rev", "b"],
        ] {
            assert!(Cli::try_parse_from(["fixscope"].iter().chain(words)).is_err(), "{words:?}");
        }
    }

    #[test]
    fn revisions_as_git_writes_them() {
        let parts = |typed| match revisions(typed, false) {
            Ok(FixSource::Revisions { original, patched, .. }) => Some((original, patched)),
            _ => None,
        };
        let pair = |a: &str, b: &str| Some((Some(a.to_owned()), b.to_owned()));
        assert_eq!(parts("v1..v2"), pair("v1", "v2"));
        assert_eq!(parts("v1.."), pair("v1", "HEAD"));
        assert_eq!(parts("..v2"), pair("HEAD", "v2"));
        assert_eq!(parts("v2"), Some((None, "v2".to_owned())));
        for refused in ["", "..", "a...b", "--output=x", "a..-b"] {
            assert_eq!(parts(refused), None, "{refused}");
        }
    }

    #[test]
    fn work_folder_is_never_in_the_tree_nor_around_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().canonicalize().expect("it is there");
        let tree = root.join("tree");
        std::fs::create_dir_all(tree.join("sub")).expect("it is made");
        std::os::unix::fs::symlink(tree.join("sub"), root.join("link")).expect("it is made");
        let environment = environment(&tree.join("cache"));
        for refused in [tree.join("work"), tree.clone(), root.clone(), root.join("link/deep/work")] {
            assert!(work_dir(Some(&refused), &tree, &environment).is_err(), "{}", refused.display());
        }
        assert!(work_dir(Some(&root.join("none/../tree/work")), &tree, &environment).is_err());
        assert!(work_dir(None, &tree, &environment).is_err(), "the cache folder lies in the tree");
        assert_eq!(
            work_dir(Some(&root.join("a/b")), &tree, &environment).expect("it is fine"),
            root.join("a/b")
        );
        let near = root.join("tree-work");
        assert_eq!(work_dir(Some(&near), &tree, &environment).expect("it is fine"), near);
    }

    #[test]
    fn refusals_say_what_to_do() {
        let (dir, cache) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let tree = dir.path().to_str().expect("it is text");
        let environment = environment(cache.path());
        let refused =
            |words: &[&str]| message(resolve(&[&["--tree", tree][..], words].concat(), &environment));
        assert!(refused(&["--patched", tree]).contains("name the tree that has the fix"));
        assert!(refused(&["--patch", "-", "-"]).contains("only once"));
        assert!(refused(&["--patch", "/none.patch"]).starts_with("/none.patch: "));
        assert!(refused(&["--patch", "-", "--cflags", "'x"]).contains("no partner"));
        assert!(
            refused(&["--patch", "-", "--build", "kbuild", "--build-command", "make"]).contains("leave one")
        );
        let no_tree = message(resolve(&["--tree", "/none", "--patch", "-"], &environment));
        assert!(no_tree.starts_with("/none: "));
    }

    #[test]
    fn what_is_shown_follows_the_flags_and_its_width_the_terminal() {
        let view = |words: &[&str], columns| {
            let words = ["fixscope", "diff", "/", "/"].iter().chain(words);
            let Command::Diff(args) = Cli::try_parse_from(words).expect("it parses").command else {
                panic!("diff")
            };
            let environment = Environment { columns, ..Environment::default() };
            let (plan, shown) = diff(args, &environment).expect("it resolves");
            assert_eq!(plan.show, shown.text.view.is_some());
            shown.text.view.map(|view| (view.layout, view.context))
        };
        let beside = |columns| Layout::SideBySide { columns };
        assert_eq!(view(&[], Some(90)), None);
        assert_eq!(view(&["-s"], Some(90)), Some((Layout::Unified, Some(3))));
        assert_eq!(view(&["-p"], Some(90)), Some((beside(90), Some(3))));
        assert_eq!(view(&["-sp", "-U", "1"], None), Some((beside(80), Some(1))));
        assert_eq!(view(&["--full"], None), Some((Layout::Unified, None)));
        assert!(Cli::try_parse_from(["fixscope", "diff", "a", "b", "--full", "-U", "1"]).is_err());
    }

    #[test]
    fn colour_follows_the_flag_then_the_variables_then_the_terminal() {
        let output = |words: &[&str], environment: &Environment| {
            let words = ["fixscope", "diff", "/", "/"].iter().chain(words);
            let Command::Diff(args) = Cli::try_parse_from(words).expect("it parses").command else {
                panic!("diff")
            };
            diff(args, environment).expect("it resolves").1.text.style.coloured
        };
        let terminal = Environment { coloured_terminal: true, ..Environment::default() };
        let no_color = Environment { colour: Some(false), ..terminal.clone() };
        assert!(output(&[], &terminal));
        assert!(!output(&["-o", "/dev/null"], &terminal));
        assert!(!output(&[], &no_color));
        assert!(output(&["--color", "always"], &no_color));
        assert!(!output(&["--color", "never"], &terminal));
        assert!(!output(&[], &Environment::default()));
    }
}
