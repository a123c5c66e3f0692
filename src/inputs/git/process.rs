//! Calling git so that it writes nothing, asks nothing and runs nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use super::Content;
use crate::error::{Error, Result};

/// A checkout, or a folder of one.
#[derive(Debug)]
pub struct Git {
    /// The folder, canonical.
    pub root: PathBuf,
    /// Its path in the checkout, with a slash at the end; empty for the checkout itself.
    pub prefix: Vec<u8>,
}

/// One entry of a comparison of trees.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Path on the original side, from the top of the checkout.
    pub from: Vec<u8>,
    /// Path on the patched side; the same unless the file was renamed.
    pub to: Vec<u8>,
    /// Mode on the original side, 0 for nothing.
    pub original_mode: u32,
    /// Mode on the patched side, 0 for nothing.
    pub patched_mode: u32,
    /// Id of the blob on the original side.
    pub original_blob: String,
    /// Id of the blob on the patched side; zeros when git did not look at the file.
    pub patched_blob: String,
}

impl Git {
    /// Finds out which checkout `root` belongs to.
    pub fn open(root: &Path) -> Result<Git> {
        let mut git = Git { root: root.to_path_buf(), prefix: Vec::new() };
        let prefix = git.bytes(&["rev-parse", "--show-prefix"]).map_err(|e| {
            Error::Request(format!(
                "{}: cannot be read as a git checkout: {e}; --rev needs one, else give the fix with --patch or --patched",
                root.display()
            ))
        })?;
        git.prefix = prefix.strip_suffix(b"\n").unwrap_or(&prefix).to_vec();
        Ok(git)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(&self.root)
            .args(["--no-optional-locks", "--no-pager", "--literal-pathspecs"])
            // A file system monitor is a program of the user's choice, and starts a daemon.
            .args([
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.untrackedCache=false",
                "-c",
                "core.quotePath=false",
            ])
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        // Set when a hook of another checkout called us.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
            command.env_remove(variable);
        }
        command
    }

    /// What a git command prints; its own message when it fails.
    fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = self.command().args(arguments).output().map_err(not_started)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr);
        Err(Error::Request(format!("git {}: {}", arguments[0], message.trim())))
    }

    /// Likewise, as text.
    pub fn text(&self, arguments: &[&str]) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes(arguments)?).into_owned())
    }

    /// The id of the commit that `revision` names.
    pub fn commit(&self, revision: &str) -> Result<String> {
        let unknown = |why: &str| {
            Error::Request(format!(
                "`{revision}` is no revision of the checkout at {}{why}; see `git log`",
                self.root.display()
            ))
        };
        if revision.starts_with('-') {
            return Err(unknown(""));
        }
        let commit = format!("{revision}^{{commit}}");
        let id = self
            .text(&["rev-parse", "--verify", "--quiet", &commit])
            .map_err(|_| unknown(if revision == "HEAD" { ", which has no commit yet" } else { "" }))?;
        Ok(id.trim().to_string())
    }

    /// The first parent of a commit; the empty tree if it has none.
    pub fn first_parent(&self, commit: &str) -> Result<String> {
        // The commit itself tells: `rev-parse` and `rev-list` hide the parents that a shallow clone left out.
        let text = self.text(&["cat-file", "commit", commit])?;
        let header = text.split("\n\n").next().unwrap_or_default();
        let Some(parent) = header.lines().find_map(|l| l.strip_prefix("parent ")) else {
            return Ok(self.text(&["hash-object", "-t", "tree", "--stdin"])?.trim().to_string());
        };
        match self.text(&["cat-file", "-t", parent]) {
            Ok(_) => Ok(parent.to_string()),
            Err(_) => Err(Error::Request(format!(
                "the parent {parent} of {commit} is not in the checkout at {}, a shallow clone; get it with `git fetch \
                 --deepen=1`",
                self.root.display()
            ))),
        }
    }

    /// The first line of a commit's message.
    pub fn subject(&self, commit: &str) -> Result<Option<String>> {
        let text = self.text(&["cat-file", "commit", commit])?;
        let message = text.split_once("\n\n").map_or("", |(_, message)| message);
        Ok(message.lines().map(str::trim).find(|l| !l.is_empty()).map(str::to_string))
    }

    /// The files that differ between two revisions.
    pub fn diff(&self, original: &str, patched: &str, renames: bool) -> Result<Vec<Entry>> {
        let renames = if renames { "-M" } else { "--no-renames" };
        entries(&self.bytes(&[
            "diff-tree",
            "-r",
            "-z",
            "--raw",
            "--no-abbrev",
            "--full-index",
            renames,
            original,
            patched,
        ])?)
    }

    /// Tracked files below the folder that may differ from `HEAD`, going by the index's time stamps.
    pub fn changed_files(&self) -> Result<Vec<Entry>> {
        entries(&self.bytes(&[
            "diff-index",
            "-z",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--ignore-submodules=all",
            "HEAD",
            "--",
            ".",
        ])?)
    }

    /// The ids that files, named relative to the folder, have as blobs as they are on disk.
    pub fn hashes<'p>(&self, paths: impl Iterator<Item = &'p Path>) -> Result<Vec<String>> {
        let mut list = Vec::new();
        let mut count = 0;
        for path in paths {
            list.extend_from_slice(path.as_os_str().as_bytes());
            list.push(b'\n');
            count += 1;
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut child = self
            .command()
            .args(["hash-object", "--no-filters", "--stdin-paths"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let mut stdin = child.stdin.take().expect("the pipe was asked for");
        let writer = std::thread::spawn(move || stdin.write_all(&list));
        let output = child.wait_with_output().map_err(not_started)?;
        // A failure to write shows as a failure of the command.
        let _ = writer.join();
        let hashes: Vec<String> =
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect();
        if !output.status.success() || hashes.len() != count {
            return Err(Error::Request(format!(
                "git hash-object failed in {}: a tracked file cannot be read, or changed meanwhile",
                self.root.display()
            )));
        }
        Ok(hashes)
    }

    /// A process that answers with the content of blobs.
    pub fn blobs(&self) -> Result<Blobs> {
        let mut child = self
            .command()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_started)?;
        let stdin = child.stdin.take().expect("the pipe was asked for");
        let stdout = BufReader::new(child.stdout.take().expect("the pipe was asked for"));
        Ok(Blobs { child, stdin: Some(stdin), stdout, root: self.root.clone() })
    }
}

/// `git cat-file --batch`.
#[derive(Debug)]
pub struct Blobs {
    child: Child,
    /// Taken away to end the process.
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    root: PathBuf,
}

impl Blobs {
    /// The content of a regular file's blob; `None` for anything else.
    pub fn regular(&mut self, mode: u32, blob: &str) -> Result<Option<Content>> {
        if mode & 0o170_000 != 0o100_000 {
            return Ok(None);
        }
        self.content(blob).map(Some)
    }

    /// The content of a blob.
    pub fn content(&mut self, blob: &str) -> Result<Content> {
        let missing = |what: &str| {
            Error::Request(format!(
                "git cannot read the blob {blob} of the checkout at {} ({what}); a partial clone fetches it with `git \
                 cat-file -p {blob}`, else see `git fsck`",
                self.root.display()
            ))
        };
        let stdin = self.stdin.as_mut().expect("it is taken on drop only");
        let asked = stdin.write_all(format!("{blob}\n").as_bytes()).and_then(|()| stdin.flush());
        let mut header = String::new();
        asked.and_then(|()| self.stdout.read_line(&mut header)).map_err(|e| missing(&e.to_string()))?;
        // `ID blob SIZE`, or `ID missing`.
        let size = match header.split_ascii_whitespace().collect::<Vec<_>>()[..] {
            [_, "blob", size] => size.parse::<usize>().map_err(|e| missing(&e.to_string()))?,
            _ => return Err(missing(header.trim())),
        };
        let mut content = Vec::new();
        let read = (&mut self.stdout).take(size as u64 + 1).read_to_end(&mut content);
        if read.map_err(|e| missing(&e.to_string()))? != size + 1 {
            return Err(missing("it is cut off"));
        }
        content.pop();
        Ok(Arc::from(content))
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // Without input the process ends; waiting leaves no zombie.
        self.stdin.take();
        let _ = self.child.wait();
    }
}

fn not_started(error: std::io::Error) -> Error {
    Error::Request(format!(
        "git cannot be run: {error}; install git, or give the fix with --patch or --patched"
    ))
}

/// Reads the output of `--raw -z`: `:100644 100644 ID ID M`, a NUL, the path, a NUL, and for renames another path.
fn entries(raw: &[u8]) -> Result<Vec<Entry>> {
    let strange = || Error::Request("git printed a list of changes that cannot be read".to_string());
    let mut fields = raw.split(|&b| b == 0);
    let mut entries = Vec::new();
    while let Some(field) = fields.next() {
        if field.is_empty() {
            break;
        }
        // A single commit given as one tree is printed before its changes.
        let Some(field) = field.strip_prefix(b":") else { return Err(strange()) };
        let words: Vec<&str> = std::str::from_utf8(field).map_err(|_| strange())?.split(' ').collect();
        let [original_mode, patched_mode, original_blob, patched_blob, status] = words[..] else {
            return Err(strange());
        };
        let mode = |text: &str| u32::from_str_radix(text, 8).map_err(|_| strange());
        let from = fields.next().ok_or_else(strange)?.to_vec();
        let to = if status.starts_with(['R', 'C']) {
            fields.next().ok_or_else(strange)?.to_vec()
        } else {
            from.clone()
        };
        entries.push(Entry {
            from,
            to,
            original_mode: mode(original_mode)?,
            patched_mode: mode(patched_mode)?,
            original_blob: original_blob.to_string(),
            patched_blob: patched_blob.to_string(),
        });
    }
    Ok(entries)
}
