//! The folder of scripts that stand in for compilers while a build is recorded, and the records they write.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::inputs::command::{is_compiler, is_launcher};
use crate::inputs::runner::Invocation;

/// Variables that decide what a compiler does, and that builds set for single calls.
const VARIABLES: &[&str] = &[
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "GCC_EXEC_PREFIX",
    "COMPILER_PATH",
    "SOURCE_DATE_EPOCH",
    "CCC_OVERRIDE_OPTIONS",
];

/// The last field of a record. A record without it was cut short.
const END: &[u8] = b"end";

/// Set for everything a recorded compiler starts, so that a compiler behind a launcher is recorded once.
pub(super) const GUARD: &str = "FIXSCOPE_RECORDED";

/// Scripts in place of compilers, and the folder they write to.
#[derive(Debug)]
pub(super) struct Wrappers {
    folder: PathBuf,
    /// Scripts that stand for a path rather than for a name in `PATH`, by that path.
    absolute: BTreeMap<PathBuf, PathBuf>,
    /// The real compilers by the path of their script.
    real: BTreeMap<PathBuf, PathBuf>,
}

/// One call of a compiler as a script wrote it down.
#[derive(Debug)]
pub(super) struct Record {
    /// The call; the working directory is the one the compiler saw.
    pub call: Invocation,
    /// Response files of the call that existed at that time: their path as joined to the working directory.
    pub response_files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Wrappers {
    /// Makes a script for every compiler and launcher that `path` (a value of `PATH`) leads to.
    pub(super) fn make(folder: PathBuf, path: &OsStr) -> Result<Wrappers> {
        for sub in ["bin", "records"] {
            let sub = folder.join(sub);
            fs::create_dir_all(&sub).map_err(|e| Error::io(&sub, e))?;
        }
        let mut wrappers = Wrappers { folder, absolute: BTreeMap::new(), real: BTreeMap::new() };
        for dir in std::env::split_paths(path).filter(|dir| dir.is_absolute()) {
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name();
                if !(is_compiler(&name) || is_launcher(&name)) || !is_program(&entry.path()) {
                    continue;
                }
                let script = wrappers.bin().join(&name);
                if !wrappers.real.contains_key(&script) {
                    wrappers.write(script, entry.path())?;
                }
            }
        }
        Ok(wrappers)
    }

    /// The folder to put first in `PATH`.
    pub(super) fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Whether any compiler was found in `PATH`.
    pub(super) fn is_empty(&self) -> bool {
        self.real.is_empty()
    }

    /// The script that stands for the compiler at `path` (absolute), made when it is asked for first; `None` when
    /// there is no compiler or launcher at `path`.
    pub(super) fn absolute(&mut self, path: &Path) -> Result<Option<&Path>> {
        let name = path.file_name().unwrap_or_default();
        if !(is_compiler(name) || is_launcher(name)) || path.starts_with(&self.folder) || !is_program(path) {
            return Ok(None);
        }
        if !self.absolute.contains_key(path) {
            let relative = path.strip_prefix("/").unwrap_or(path);
            let script = self.folder.join("abs").join(relative);
            self.write(script.clone(), path.to_path_buf())?;
            self.absolute.insert(path.to_path_buf(), script);
        }
        Ok(self.absolute.get(path).map(PathBuf::as_path))
    }

    /// The folder of the scripts and their records.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// All scripts with the compilers they stand for; a script comes before those whose path begins its own.
    pub(super) fn scripts(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.real.iter().rev().map(|(script, compiler)| (script.as_path(), compiler.as_path()))
    }

    fn write(&mut self, script: PathBuf, real: PathBuf) -> Result<()> {
        let parent = script.parent().expect("a script lies in a folder");
        fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
        let text = script_text(&real, &self.folder.join("records"), &self.bin());
        fs::write(&script, text).map_err(|e| Error::io(&script, e))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(|e| Error::io(&script, e))?;
        self.real.insert(script, real);
        Ok(())
    }

    /// Removes the records written so far.
    pub(super) fn forget(&self) -> Result<()> {
        let records = self.folder.join("records");
        fs::remove_dir_all(&records)
            .and_then(|()| fs::create_dir(&records))
            .map_err(|e| Error::io(&records, e))
    }

    /// Reads what the scripts wrote, in no particular order, and the number of records that were cut short.
    pub(super) fn records(&self) -> Result<(Vec<Record>, usize)> {
        let folder = self.folder.join("records");
        let mut records = Vec::new();
        let mut broken = 0;
        for entry in fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))? {
            let path = entry.map_err(|e| Error::io(&folder, e))?.path();
            if path.extension().is_none_or(|e| e != "call") {
                continue;
            }
            let bytes = fs::read(&path).map_err(|e| Error::io(&path, e))?;
            match self.parse(&bytes, &path) {
                Some(record) => records.push(record),
                None => broken += 1,
            }
        }
        Ok((records, broken))
    }

    fn parse(&self, bytes: &[u8], path: &Path) -> Option<Record> {
        let text = |field: &[u8]| OsString::from_vec(field.to_vec());
        let mut fields = bytes.split(|b| *b == 0);
        let directory = PathBuf::from(text(fields.next()?));
        let program = text(fields.next()?);
        let count: usize = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
        let mut arguments = Vec::new();
        for _ in 0..count {
            arguments.push(self.behind_script(text(fields.next()?)));
        }
        let mut environment = Vec::new();
        let mut response_files = BTreeMap::new();
        loop {
            let field = fields.next()?;
            if field == END {
                break;
            }
            match field.strip_prefix(b"@") {
                // The copy lies beside the record under the argument's number.
                Some(number) => {
                    let index: usize = std::str::from_utf8(number).ok()?.parse().ok()?;
                    let copy = path.with_extension(format!("{index}.rsp"));
                    let name = arguments.get(index.checked_sub(1)?)?.as_bytes().strip_prefix(b"@")?;
                    if let Ok(content) = fs::read(copy) {
                        response_files.insert(directory.join(OsStr::from_bytes(name)), content);
                    }
                }
                None => {
                    let equals = field.iter().position(|b| *b == b'=')?;
                    environment.push((text(&field[..equals]), text(&field[equals + 1..])));
                }
            }
        }
        let call = Invocation { program, arguments, directory, environment, ..Invocation::default() };
        Some(Record { call, response_files })
    }

    /// The real compiler, where a launcher was handed the path of a script.
    fn behind_script(&self, argument: OsString) -> OsString {
        match self.real.get(Path::new(&argument)) {
            Some(real) => real.clone().into_os_string(),
            None => argument,
        }
    }
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// A script that writes its call down and becomes the real compiler.
///
/// It starts no process of its own (but `cat` for a response file), since builds call compilers thousands of times.
/// The process number makes the record's name unique among running processes, the counter among all. A record is
/// whole when its last field is there; writing to another name first and renaming it would cost a process.
fn script_text(real: &Path, records: &Path, bin: &Path) -> Vec<u8> {
    let mut text = b"#!/bin/sh\n".to_vec();
    for (name, value) in [("real", real), ("records", records), ("bin", bin)] {
        text.extend_from_slice(format!("fixscope_{name}=").as_bytes());
        text.extend(quoted(value));
        text.push(b'\n');
    }
    text.extend_from_slice(
        format!("if [ -z \"${{{GUARD}-}}\" ]; then\n{GUARD}=1\nexport {GUARD}\n").as_bytes(),
    );
    text.extend_from_slice(
        br#"fixscope_n=0
while [ -e "$fixscope_records/$$-$fixscope_n.call" ]; do fixscope_n=$((fixscope_n + 1)); done
fixscope_file=$fixscope_records/$$-$fixscope_n
{
printf '%s\0' "$PWD" "$fixscope_real" "$#"
[ $# -eq 0 ] || printf '%s\0' "$@"
"#,
    );
    for name in VARIABLES {
        text.extend_from_slice(
            format!("[ -z \"${{{name}+x}}\" ] || printf '%s\\0' \"{name}=${name}\"\n").as_bytes(),
        );
    }
    text.extend_from_slice(
        br#"fixscope_n=0
for fixscope_a; do
fixscope_n=$((fixscope_n + 1))
case $fixscope_a in
@*) [ ! -f "${fixscope_a#@}" ] || { cat "${fixscope_a#@}" >"$fixscope_file.$fixscope_n.rsp"; printf '%s\0' "@$fixscope_n"; } ;;
esac
done
printf '%s\0' end
} >"$fixscope_file.call"
fi
case $PATH in
*"$fixscope_bin":*) PATH=${PATH%%"$fixscope_bin":*}${PATH#*"$fixscope_bin":} ;;
esac
exec "$fixscope_real" "$@"
"#,
    );
    text
}

/// `path` in single quotes for a shell.
fn quoted(path: &Path) -> Vec<u8> {
    let mut out = vec![b'\''];
    for &b in path.as_os_str().as_bytes() {
        match b {
            b'\'' => out.extend_from_slice(br"'\''"),
            _ => out.push(b),
        }
    }
    out.push(b'\'');
    out
}
