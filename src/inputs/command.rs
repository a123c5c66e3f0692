//! One compilation as it was recorded, and what has to change in it to compile a unit for comparison.
//!
//! A recorded call of a compiler driver may compile several sources, link them at once, write dependencies, and
//! name its options in response files. [`compilations`] takes it apart into one [`CompileCommand`] for each source;
//! [`CompileCommand::for_object`] and its like put together the call that compiles that source alone, with the
//! flags that decide about the code kept as they were and in their order.

mod depfile;
mod names;
mod parse;
mod paths;
mod response;

pub use depfile::prerequisites;
pub use names::{Family, family, is_compiler, is_launcher};
pub use parse::Language;
pub use paths::{names as names_path, normalise, renamed, within};
pub use response::{expand as expand_response_files, split as split_response_file};

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use parse::{Item, Mode, Role, items};
use xxhash_rust::xxh3::Xxh3;

use super::runner::{Invocation, shell_line};

/// One compilation of one source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileCommand {
    /// Working directory, absolute, as the user's tree has it (not the shadow's path).
    pub directory: PathBuf,
    /// The compiler as called: a path or a name to be found in `PATH`.
    pub compiler: OsString,
    /// Its arguments, the response files expanded.
    pub arguments: Vec<OsString>,
    /// Environment variables that the compiler reads and that differ from fixscope's own, such as `CPATH`.
    pub environment: Vec<(OsString, OsString)>,
    /// The source as named in the arguments.
    pub source: PathBuf,
    /// The output as named in the arguments or derived from the source. A call that links what it compiles names
    /// the program here, for each of its sources.
    pub output: PathBuf,
}

/// Takes a call of a compiler apart: one command for each C, C++ or assembly source that it makes code of.
///
/// Launchers in front of the compiler (ccache, distcc) are dropped, and response files that still exist are read,
/// relative names counting from the working directory. There is no command for calls that make no code of a
/// file: linkers and their like, linking, `-E`, `-M`, `-fsyntax-only`, `--version`, standard input, headers to
/// precompile. Compilations of sources that are gone since, such as the probes of a configure script, are for the
/// caller to leave out.
pub fn compilations(call: &Invocation) -> Vec<CompileCommand> {
    let Some((compiler, arguments)) = names::without_launchers(&call.program, &call.arguments) else {
        return Vec::new();
    };
    if names::is_other_tool(compiler) {
        return Vec::new();
    }
    let read = |path: &Path| std::fs::read(path).ok();
    let arguments = response::expand(arguments.to_vec(), &call.directory, &read);
    let items = items(&arguments);
    let mode = mode(&items);
    if mode == Mode::NoCode {
        return Vec::new();
    }
    let named_output = items.iter().rev().find_map(|item| match item.role {
        Role::Output(path) => Some(PathBuf::from(path)),
        _ => None,
    });
    let mut sources: Vec<&OsStr> = Vec::new();
    for item in &items {
        if let (Role::Source { .. }, [source, ..]) = (&item.role, item.words)
            && !sources.contains(&source.as_os_str())
        {
            sources.push(source);
        }
    }
    sources
        .into_iter()
        .map(|source| CompileCommand {
            directory: call.directory.clone(),
            compiler: compiler.to_os_string(),
            environment: call.environment.clone(),
            source: source.into(),
            output: named_output.clone().unwrap_or_else(|| default_output(source, mode)),
            arguments: arguments.clone(),
        })
        .collect()
}

fn mode(items: &[Item<'_>]) -> Mode {
    items
        .iter()
        .filter_map(|item| match item.role {
            Role::Mode(mode) => Some(mode),
            _ => None,
        })
        .max()
        .unwrap_or(Mode::Link)
}

/// What a driver calls its output when nothing names it: in the working directory, wherever the source lies.
fn default_output(source: &OsStr, mode: Mode) -> PathBuf {
    let name = Path::new(source).file_name().unwrap_or(source);
    match mode {
        Mode::Assembly => Path::new(name).with_extension("s"),
        Mode::Object => Path::new(name).with_extension("o"),
        Mode::Link | Mode::NoCode => PathBuf::from("a.out"),
    }
}

/// What a compilation is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Object,
    Assembly,
    Preprocessed,
    Dependencies,
}

impl CompileCommand {
    /// The call that compiles this source alone to the object file `output` (absolute, or relative to
    /// [`directory`](Self::directory)).
    ///
    /// What writes other files goes (dependencies, `-save-temps`, precompiled headers), and so does what concerns
    /// linking. Link-time optimisation and bitcode are switched off, so that the object file holds machine code;
    /// [`notes`](Self::notes) says so. `extra` stands behind the recorded flags and wins over them.
    pub fn for_object(&self, output: &Path, extra: &[OsString]) -> Invocation {
        self.call(Want::Object, Some(output), extra)
    }

    /// The call that compiles this source to assembly; an assembly source is only preprocessed.
    pub fn for_assembly(&self, output: &Path, extra: &[OsString]) -> Invocation {
        let want = match self.language() {
            Language::Assembly | Language::AssemblyWithCpp => Want::Preprocessed,
            Language::C | Language::Cxx => Want::Assembly,
        };
        self.call(want, Some(output), extra)
    }

    /// The call that writes the preprocessed text of this source to `output`.
    pub fn for_preprocess(&self, output: &Path, extra: &[OsString]) -> Invocation {
        self.call(Want::Preprocessed, Some(output), extra)
    }

    /// The call that compiles `text`, which is what [`for_preprocess`](Self::for_preprocess) wrote of this source, to
    /// the object file `output`. Without warnings: what a macro of a system header does was silent before.
    pub fn for_text(&self, text: &Path, output: &Path, extra: &[OsString]) -> Invocation {
        self.on_text(Want::Object, text, Some(output), extra)
    }

    /// The call that has the compiler's front end read `text`, and makes nothing.
    pub fn for_syntax(&self, text: &Path, extra: &[OsString]) -> Invocation {
        let mut extra = extra.to_vec();
        extra.push("-fsyntax-only".into());
        self.on_text(Want::Object, text, None, &extra)
    }

    fn on_text(&self, want: Want, text: &Path, output: Option<&Path>, extra: &[OsString]) -> Invocation {
        let mut call = self.call(want, output, extra);
        let language = match self.language() {
            Language::Cxx => "c++-cpp-output",
            _ => "cpp-output",
        };
        // The source stands at the end, behind the language that was forced on it if one was.
        call.arguments.pop();
        call.arguments.extend(["-w".into(), "-x".into(), language.into(), text.into()]);
        call
    }

    /// The call that writes a make rule with all files this source reads to standard output: see
    /// [`prerequisites`]. System headers are included; assembly without preprocessor reads only itself there.
    pub fn for_dependencies(&self, extra: &[OsString]) -> Invocation {
        let mut call = self.call(Want::Dependencies, None, extra);
        call.stdout_limit = super::runner::DATA_LIMIT;
        call
    }

    fn call(&self, want: Want, output: Option<&Path>, extra: &[OsString]) -> Invocation {
        let items = items(&self.arguments);
        let clang = family(&self.compiler) == Family::Clang;
        let mut arguments = self.kept_flags(&items);
        if items.iter().any(|item| item.role == Role::Lto) {
            arguments.push("-fno-lto".into());
        }
        if clang {
            // Clang warns of options that a call has no use for, and `-Werror` makes that fatal.
            arguments.push("-Qunused-arguments".into());
        } else if want == Want::Object || want == Want::Assembly {
            arguments.extend(self.profile_names(&items));
        }
        arguments.extend_from_slice(extra);
        arguments.push(
            match want {
                Want::Object => "-c",
                Want::Assembly => "-S",
                Want::Preprocessed => "-E",
                Want::Dependencies => "-M",
            }
            .into(),
        );
        if let Some(output) = output {
            arguments.push("-o".into());
            arguments.push(output.into());
        }
        if let Some(language) = self.forced(&items) {
            arguments.push("-x".into());
            arguments.push(language.to_os_string());
        }
        arguments.push(self.source.clone().into_os_string());
        Invocation {
            program: self.compiler.clone(),
            arguments,
            directory: self.directory.clone(),
            environment: self.environment.clone(),
            ..Invocation::default()
        }
    }

    /// The recorded flags that decide about the code of this source, in order.
    fn kept_flags(&self, items: &[Item<'_>]) -> Vec<OsString> {
        let mut flags = Vec::with_capacity(self.arguments.len());
        for item in items {
            match &item.role {
                Role::Flag if item.words[0] != "--" => flags.extend_from_slice(item.words),
                Role::Rewritten(words) => flags.extend_from_slice(words),
                _ => {}
            }
        }
        flags
    }

    /// The `-x` in force for this source.
    fn forced<'a>(&self, items: &[Item<'a>]) -> Option<&'a OsStr> {
        items.iter().find_map(|item| match item.role {
            Role::Source { forced, .. } if item.words[0] == self.source.as_os_str() => forced,
            _ => None,
        })
    }

    /// Keeps the file names that profiling puts into the code, which GCC derives from the output's name: the
    /// output lies elsewhere now, and on each side elsewhere. The seed makes the stamp in it the same each time.
    fn profile_names(&self, items: &[Item<'_>]) -> Vec<OsString> {
        let profiles = |word: &OsString| {
            let bytes = word.as_bytes();
            [b"-fprofile-arcs".as_slice(), b"-fprofile-generate", b"-fprofile-use", b"-fbranch-probabilities"]
                .iter()
                .any(|option| bytes.starts_with(option))
        };
        if !self.kept_flags(items).iter().any(profiles) {
            return Vec::new();
        }
        let name = self.source.file_name().unwrap_or(self.source.as_os_str());
        let mut folder = self.output.parent().unwrap_or(Path::new("")).as_os_str().as_bytes().to_vec();
        folder.extend(if folder.is_empty() { b"./".as_slice() } else { b"/" });
        let mut seed = OsString::from("-frandom-seed=");
        seed.push(&self.source);
        let mut out =
            vec!["-dumpdir".into(), OsString::from_vec(folder), "-dumpbase".into(), name.to_os_string()];
        if let Some(extension) = Path::new(name).extension() {
            let mut suffix = OsString::from(".");
            suffix.push(extension);
            out.extend(["-dumpbase-ext".into(), suffix]);
        }
        out.push(seed);
        out
    }

    /// What kind of source it is, by `-x` or by its suffix; C where neither tells.
    pub fn language(&self) -> Language {
        items(&self.arguments)
            .iter()
            .find_map(|item| match item.role {
                Role::Source { language, .. } if item.words[0] == self.source.as_os_str() => Some(language),
                _ => None,
            })
            .or_else(|| parse::language_by_suffix(self.source.as_os_str()))
            .unwrap_or(Language::C)
    }

    /// What the calls made from this command leave out that a user may wonder about, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let items = items(&self.arguments);
        let off = items.iter().rposition(|item| item.words[0] == "-fno-lto").unwrap_or(0);
        let lto: Vec<_> = items[off..]
            .iter()
            .filter(|item| item.role == Role::Lto)
            .map(|item| item.words[item.words.len() - 1].to_string_lossy())
            .collect();
        if lto.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "compiled without {}, because its output would hold no machine code; what the optimisation does across \
             units is not compared",
            lto.join(" ")
        )]
    }

    /// The path of the source relative to `tree` (absolute), when it lies in it: see [`within`].
    pub fn source_in(&self, tree: &Path) -> Option<PathBuf> {
        within(&self.directory.join(&self.source), tree)
    }

    /// A number that is the same for two commands which make the same code of the same source: the flags that
    /// count, in order, are equal, and so are compiler, working directory, source, and environment.
    ///
    /// Output, dependency files and what concerns linking do not count, nor do other sources of the same call.
    pub fn fingerprint(&self) -> u64 {
        let items = items(&self.arguments);
        let mut hash = Xxh3::new();
        let mut add = |kind: u8, bytes: &[u8]| {
            hash.update(&[kind]);
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(0, normalise(&self.directory).as_os_str().as_bytes());
        add(1, self.compiler.as_bytes());
        add(2, normalise(&self.source).as_os_str().as_bytes());
        add(3, self.forced(&items).unwrap_or_default().as_bytes());
        for flag in self.kept_flags(&items) {
            add(4, flag.as_bytes());
        }
        let mut environment: Vec<_> = self.environment.iter().collect();
        environment.sort();
        for (name, value) in environment {
            add(5, name.as_bytes());
            add(6, value.as_bytes());
        }
        hash.digest()
    }

    /// Whether any part of the command but the working directory names `path` (absolute).
    pub fn names(&self, path: &Path) -> bool {
        let environment = self.environment.iter().map(|(_, value)| value);
        self.arguments.iter().chain(environment).any(|word| names_path(word, path))
    }

    /// The same command with every naming of `from` replaced by `to`, the working directory excepted.
    pub fn renamed(&self, from: &Path, to: &Path) -> CompileCommand {
        let rename = |word: &OsStr| renamed(word, from, to);
        CompileCommand {
            directory: self.directory.clone(),
            compiler: rename(&self.compiler),
            arguments: self.arguments.iter().map(|a| rename(a)).collect(),
            environment: self.environment.iter().map(|(k, v)| (k.clone(), rename(v))).collect(),
            source: rename(self.source.as_os_str()).into(),
            output: rename(self.output.as_os_str()).into(),
        }
    }

    /// The recorded command as a person would type it into a shell, without the working directory.
    pub fn display(&self) -> String {
        shell_line(&self.compiler, &self.arguments)
    }
}

#[cfg(test)]
mod tests;
