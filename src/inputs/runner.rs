//! Running compilers and build tools inside a shadow.
//!
//! A process sees the shadow in one of two ways. *In place*: it runs inside the shadow and names the shadow's paths.
//! *Mounted over*: the shadow is mounted over the user's tree in a mount namespace of its own, so that a build
//! that knows absolute paths of the tree works on the shadow without knowing. Paths handed to this module are
//! always those of the user's tree.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;

use super::shadow::Shadow;
use crate::error::{Error, Result};

/// Bytes of a process's output that are kept when nothing else is asked: enough for any compiler's diagnostics.
pub const OUTPUT_LIMIT: usize = 64 * 1024;

/// Bytes kept of an output that is data, such as a list of dependencies.
pub const DATA_LIMIT: usize = 64 * 1024 * 1024;

/// Variables of an outer `make`, and of habits that change what tools print; none of them reaches a build.
const REMOVED: &[&str] = &[
    "MAKEFLAGS",
    "MFLAGS",
    "GNUMAKEFLAGS",
    "MAKEFILES",
    "MAKELEVEL",
    "MAKEOVERRIDES",
    "MAKE_TERMOUT",
    "MAKE_TERMERR",
    "MAKECMDGOALS",
    "GCC_COLORS",
    "CLICOLOR_FORCE",
    "DEPENDENCIES_OUTPUT",
    "SUNPRO_DEPENDENCIES",
    "LC_MESSAGES",
    "LC_CTYPE",
    "LANGUAGE",
];

/// How processes see a shadow.
#[derive(Debug, Clone)]
pub struct Runner {
    /// Pairs of a root in the user's terms and the shadow's root, the longest first.
    roots: Vec<(PathBuf, PathBuf)>,
    mounted: bool,
}

/// A process to run.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// A path, or a name to be found in `PATH`.
    pub program: OsString,
    /// Its arguments. Only the caller knows which of them are paths: see [`Runner::visible`].
    pub arguments: Vec<OsString>,
    /// Working directory in the user's terms.
    pub directory: PathBuf,
    /// Variables set in addition to fixscope's own environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Bytes of standard output to keep; 0 stands for [`OUTPUT_LIMIT`].
    pub stdout_limit: usize,
    /// Bytes of standard error to keep; 0 stands for [`OUTPUT_LIMIT`].
    pub stderr_limit: usize,
}

/// What a process left behind.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// The beginning of its standard output.
    pub stdout: Vec<u8>,
    /// The beginning of its standard error.
    pub stderr: Vec<u8>,
    /// Whether either output was longer than what was kept.
    pub cut: bool,
}

impl Finished {
    /// Whether it ended with status 0.
    pub fn success(&self) -> bool {
        self.status.success()
    }

    /// The message to show: standard error, or standard output when that is empty, at most `limit` bytes.
    pub fn message(&self, limit: usize) -> String {
        let bytes = if self.stderr.trim_ascii().is_empty() { &self.stdout } else { &self.stderr };
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end();
        if text.is_empty() {
            return self.status.to_string();
        }
        if text.len() <= limit {
            return text.to_owned();
        }
        let cut = (0..=limit).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        format!("{}\n[…]", text[..cut].trim_end())
    }
}

impl Runner {
    /// Processes run inside `shadows` and name their paths.
    pub fn in_place(shadows: &[&Shadow]) -> Runner {
        Runner { roots: roots(shadows), mounted: false }
    }

    /// Processes see `shadow` mounted over the user's tree.
    ///
    /// Fails with [`Error::Request`] where the system does not allow that; the message says what it said.
    pub fn mounted_over(shadow: &Shadow) -> Result<Runner> {
        Runner::probe().map_err(|reason| {
            Error::Request(format!(
                "this build knows the absolute path of {}, so its shadow has to be mounted over it, which this \
                 system does not allow: {reason}; allow user namespaces (sysctl kernel.unprivileged_userns_clone, \
                 user.max_user_namespaces) or build in a tree without absolute paths",
                shadow.tree().display()
            ))
        })?;
        Ok(Runner { roots: roots(&[shadow]), mounted: true })
    }

    /// Whether shadows can be mounted over a tree on this system; the error is the reason why not. Asked once.
    pub fn probe() -> Result<(), String> {
        static ANSWER: OnceLock<Result<(), String>> = OnceLock::new();
        ANSWER
            .get_or_init(|| {
                let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
                let (over, under) = (folder.path().join("over"), folder.path().join("under"));
                for dir in [&over, &under] {
                    std::fs::create_dir(dir).map_err(|e| e.to_string())?;
                }
                std::fs::write(under.join("seen"), "").map_err(|e| e.to_string())?;
                let mut command = mounting(&under, &over, &over);
                command.args(["test", "-e", "seen"]);
                let out = command
                    .env("LC_ALL", "C")
                    .stdin(Stdio::null())
                    .output()
                    .map_err(|e| format!("unshare (of util-linux) cannot be run: {e}"))?;
                if out.status.success() {
                    return Ok(());
                }
                Err(String::from_utf8_lossy(&out.stderr).trim().to_owned())
            })
            .clone()
    }

    /// Whether the shadow is mounted over the tree.
    pub fn is_mounted(&self) -> bool {
        self.mounted
    }

    /// `path` (absolute, in the user's terms) as the processes see it: unchanged when the shadow is mounted over
    /// the tree, else the shadow's path.
    pub fn visible(&self, path: &Path) -> PathBuf {
        if self.mounted { path.to_path_buf() } else { self.in_shadow(path) }
    }

    /// Where fixscope itself finds `path` (absolute, in the user's terms).
    pub fn in_shadow(&self, path: &Path) -> PathBuf {
        for (tree, shadow) in &self.roots {
            if let Ok(rel) = path.strip_prefix(tree) {
                return if rel.as_os_str().is_empty() { shadow.clone() } else { shadow.join(rel) };
            }
        }
        path.to_path_buf()
    }

    /// The roots in the user's terms with the shadows' roots.
    pub fn roots(&self) -> &[(PathBuf, PathBuf)] {
        &self.roots
    }

    /// Runs a process to its end.
    ///
    /// Its standard input is empty, and its environment is fixscope's own with `LC_ALL=C`, without what an outer
    /// `make` left, and with a fixed date for `__DATE__` (both sides must see the same one). Fails with
    /// [`Error::Build`] when it cannot be started; a process that fails is no error here.
    pub fn run(&self, what: &Invocation) -> Result<Finished> {
        let mut command = if self.mounted {
            let (tree, shadow) = self
                .roots
                .iter()
                .find(|(tree, _)| what.directory.starts_with(tree))
                .or(self.roots.first())
                .expect("a runner has at least one shadow");
            let mut command = mounting(shadow, tree, &what.directory);
            command.arg(&what.program);
            command
        } else {
            let mut command = Command::new(&what.program);
            command.current_dir(self.in_shadow(&what.directory));
            command
        };
        command.args(&what.arguments);
        for name in REMOVED {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C");
        command.env("SOURCE_DATE_EPOCH", "0");
        command.envs(what.environment.iter().map(|(k, v)| (k, v)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|e| Error::Build {
            what: format!(
                "{} cannot be run in {}: {e}",
                Path::new(&what.program).display(),
                what.directory.display()
            ),
        })?;
        let limit = |asked: usize| if asked == 0 { OUTPUT_LIMIT } else { asked };
        collect(Guard(child), limit(what.stdout_limit), limit(what.stderr_limit)).map_err(|e| Error::Build {
            what: format!("{}: reading its output failed: {e}", Path::new(&what.program).display()),
        })
    }
}

fn roots(shadows: &[&Shadow]) -> Vec<(PathBuf, PathBuf)> {
    let mut roots = Vec::new();
    for shadow in shadows {
        for tree in [shadow.tree(), shadow.real_tree()] {
            let root = (tree.to_path_buf(), shadow.root().to_path_buf());
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
    }
    roots.sort_by_key(|(tree, _)| std::cmp::Reverse(tree.components().count()));
    roots
}

/// The beginning of a command that runs the arguments appended to it with `shadow` mounted over `tree`.
fn mounting(shadow: &Path, tree: &Path, directory: &Path) -> Command {
    const SCRIPT: &str = r#"mount --bind "$1" "$2" && cd "$3" && shift 3 && exec "$@""#;
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", SCRIPT, "sh"]);
    command.args([shadow.as_os_str(), tree.as_os_str(), directory.as_os_str()]);
    command
}

/// Ends the process when it is dropped before its end.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

fn collect(mut guard: Guard, stdout_limit: usize, stderr_limit: usize) -> std::io::Result<Finished> {
    let stdout = guard.0.stdout.take().expect("standard output is a pipe");
    let stderr = guard.0.stderr.take().expect("standard error is a pipe");
    // Both pipes are drained at the same time: a process blocks when either of them is full.
    let (out, err) = std::thread::scope(|scope| {
        let err = scope.spawn(|| keep_beginning(stderr, stderr_limit));
        let out = keep_beginning(stdout, stdout_limit);
        (out, err.join().expect("reading a pipe does not panic"))
    });
    let ((stdout, cut_out), (stderr, cut_err)) = (out?, err?);
    let status = guard.0.wait()?;
    Ok(Finished { status, stdout, stderr, cut: cut_out || cut_err })
}

fn keep_beginning(mut from: impl Read, limit: usize) -> std::io::Result<(Vec<u8>, bool)> {
    let mut kept = Vec::new();
    from.by_ref().take(limit as u64).read_to_end(&mut kept)?;
    let more = std::io::copy(&mut from, &mut std::io::sink())?;
    Ok((kept, more > 0))
}

/// A command line as a person would type it into a shell.
pub fn shell_line(program: &OsStr, arguments: &[OsString]) -> String {
    std::iter::once(program)
        .chain(arguments.iter().map(OsString::as_os_str))
        .map(|word| {
            let word = word.to_string_lossy();
            match shlex::try_quote(&word) {
                Ok(quoted) => quoted.into_owned(),
                Err(_) => word.into_owned(),
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::shadow::{Policy, WorkDir};

    fn shadow(folder: &Path) -> Shadow {
        let tree = folder.join("tree");
        std::fs::create_dir_all(tree.join("sub")).expect("the folder can be made");
        std::fs::write(tree.join("sub/a"), "user").expect("the file can be written");
        let work = WorkDir::open(&folder.join("work"), &tree).expect("the work folder is free");
        Shadow::prepare(&work, "tree", &tree, Policy::CopyAll { without_outputs: false })
            .expect("it can be made")
    }

    fn sh(script: &str, directory: PathBuf) -> Invocation {
        Invocation {
            program: "sh".into(),
            arguments: vec!["-c".into(), script.into()],
            directory,
            ..Invocation::default()
        }
    }

    #[test]
    fn runs_in_the_shadow_with_a_clean_environment_and_bounded_output() {
        let folder = tempfile::tempdir().expect("a folder");
        let shadow = shadow(folder.path());
        let runner = Runner::in_place(&[&shadow]);
        let script = "pwd; echo $LC_ALL; echo made > a; yes x | head -c 1000000 >&2; exit 3";
        let done = runner.run(&sh(script, shadow.tree().join("sub"))).expect("sh can be run");
        assert_eq!(done.status.code(), Some(3));
        let root = shadow.root().join("sub");
        assert_eq!(String::from_utf8_lossy(&done.stdout), format!("{}\nC\n", root.display()));
        assert_eq!(done.stderr.len(), OUTPUT_LIMIT);
        assert!(done.cut);
        assert_eq!(std::fs::read(shadow.tree().join("sub/a")).expect("readable"), b"user");
        assert_eq!(done.message(9), "x\nx\nx\nx\nx\n[…]");
    }

    #[test]
    fn a_shadow_mounted_over_the_tree_takes_the_writes() {
        if let Err(reason) = Runner::probe() {
            eprintln!("mounting is not possible here: {reason}");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let shadow = shadow(folder.path());
        let runner = Runner::mounted_over(&shadow).expect("the probe said it works");
        let inside = shadow.tree().join("sub");
        let script = format!("pwd; echo made > {}/a", inside.display());
        let done = runner.run(&sh(&script, inside.clone())).expect("sh can be run");
        assert!(done.success(), "{}", done.message(1000));
        assert_eq!(String::from_utf8_lossy(&done.stdout), format!("{}\n", inside.display()));
        assert_eq!(std::fs::read(inside.join("a")).expect("readable"), b"user");
        assert_eq!(std::fs::read(shadow.root().join("sub/a")).expect("readable"), b"made\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let shadow = shadow(folder.path());
        let what = Invocation {
            program: "no-such-compiler".into(),
            directory: shadow.tree().to_path_buf(),
            ..Invocation::default()
        };
        let error = Runner::in_place(&[&shadow]).run(&what).expect_err("it is not there");
        assert!(error.to_string().contains("no-such-compiler"));
    }
}
