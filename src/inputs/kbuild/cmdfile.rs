//! The `.NAME.cmd` files in which kbuild records how it made a file and from what.
//!
//! Written by `scripts/basic/fixdep` and `scripts/Kbuild.include`: `cmd_TARGET := COMMAND` (`savedcmd_TARGET` since
//! 6.2), `source_TARGET := FILE`, and `deps_TARGET := \` with one dependency a line.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::inputs::command::{CompileCommand, compilations};
use crate::inputs::runner::Invocation;

/// One such file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CmdFile {
    /// What was made, as make named it.
    pub(super) target: String,
    /// The command line, for a shell.
    pub(super) command: String,
    /// The source, where the file names one.
    pub(super) source: Option<PathBuf>,
    /// What was read besides the source.
    pub(super) reads: Vec<PathBuf>,
}

impl CmdFile {
    /// Reads such a file; `None` when it records no command.
    pub(super) fn parse(bytes: &[u8]) -> Option<CmdFile> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines();
        let (target, command) = lines.find_map(|line| {
            let rest = line.strip_prefix("savedcmd_").or_else(|| line.strip_prefix("cmd_"))?;
            rest.split_once(" := ")
        })?;
        let mut file = CmdFile {
            target: target.to_owned(),
            command: unescape(command),
            source: None,
            reads: Vec::new(),
        };
        let mut in_deps = false;
        for line in lines {
            if let Some(rest) = line.strip_prefix("source_") {
                file.source = rest.split_once(" := ").map(|(_, source)| PathBuf::from(source.trim()));
            } else if line.starts_with("deps_") {
                in_deps = line.ends_with('\\');
            } else if in_deps {
                let word = line.trim_end_matches('\\').trim();
                if !word.is_empty() && !word.starts_with("$(wildcard") {
                    file.reads.push(PathBuf::from(unescape(word)));
                }
                in_deps = line.ends_with('\\');
            }
        }
        Some(file)
    }

    /// The compilation that is the first step of the command, run in `directory`; `None` when that step is none.
    pub(super) fn compilation(&self, directory: &std::path::Path) -> Option<CompileCommand> {
        let steps = steps(&self.command);
        let mut words = shlex::split(steps.first()?)?.into_iter().peekable();
        let mut environment = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|w| assignment(w)) {
            environment.push((OsString::from(name), OsString::from(value)));
            words.next();
        }
        let program = words.next()?.into();
        let call = Invocation {
            program,
            arguments: words.map(OsString::from).collect(),
            directory: directory.to_path_buf(),
            environment,
            ..Invocation::default()
        };
        compilations(&call).into_iter().next()
    }

    /// Whether nothing follows the compilation that changes the object file. `true` stands for a step that was
    /// switched off.
    pub(super) fn only_compiles(&self) -> bool {
        steps(&self.command)[1..]
            .iter()
            .all(|step| step.split_whitespace().next().is_none_or(|w| w == "true"))
    }
}

fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(plain))
        .then_some((name, value))
}

/// Takes back what kbuild does to a command so that make reads it as it was.
fn unescape(text: &str) -> String {
    text.replace("$(pound)", "#").replace("\\#", "#").replace("$$", "$")
}

/// Splits a shell line at the operators between commands that stand outside quotes and parentheses.
fn steps(line: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let (mut start, mut depth) = (0, 0);
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (Some('\''), '\\') => {}
            (_, '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ';' | '&' | '|' | '\n') if depth == 0 => {
                steps.push(line[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    steps.push(line[start..].trim());
    steps.retain(|s| !s.is_empty());
    if steps.is_empty() {
        steps.push("");
    }
    steps
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const FILE: &str = r#"savedcmd_net/9p/client.o := gcc -Wp,-MMD,net/9p/.client.o.d -nostdinc -I./include -D__KERNEL__ -DPRICE='$$(pound)1;' -O2  -DMODULE  -DKBUILD_MODNAME='"9pnet"' -c -o net/9p/client.o net/9p/client.c   ; ./tools/objtool/objtool --orc --module net/9p/client.o

source_net/9p/client.o := net/9p/client.c

deps_net/9p/client.o := \
    $(wildcard include/config/NET_9P_DEBUG) \
  include/linux/compiler-version.h \
    $(wildcard include/config/CC_VERSION_TEXT) \
  arch/x86/include/generated/asm/rwonce.h \

net/9p/client.o: $(deps_net/9p/client.o)

$(deps_net/9p/client.o):

net/9p/client.o: $(wildcard ./tools/objtool/objtool)
"#;

    #[test]
    fn files_are_read() {
        let file = CmdFile::parse(FILE.as_bytes()).expect("it records a command");
        assert_eq!(file.target, "net/9p/client.o");
        assert_eq!(file.source.as_deref(), Some(Path::new("net/9p/client.c")));
        assert_eq!(
            file.reads,
            [
                Path::new("include/linux/compiler-version.h"),
                Path::new("arch/x86/include/generated/asm/rwonce.h")
            ]
        );
        assert!(!file.only_compiles());
        let old = FILE.replace("savedcmd_", "cmd_").replace("./tools/objtool/objtool", "true");
        let old = CmdFile::parse(old.as_bytes()).expect("it records a command");
        assert_eq!(old.target, file.target);
        assert!(old.only_compiles());
        assert_eq!(CmdFile::parse(b"x := y\n"), None);
    }

    #[test]
    fn the_compilation_is_the_first_step() {
        let file = CmdFile::parse(FILE.as_bytes()).expect("it records a command");
        let command = file.compilation(Path::new("/linux")).expect("it compiles");
        assert_eq!(command.compiler, "gcc");
        assert_eq!(command.source, Path::new("net/9p/client.c"));
        assert_eq!(command.output, Path::new("net/9p/client.o"));
        let has = |word: &str| command.arguments.iter().any(|a| a == word);
        assert!(has("-DKBUILD_MODNAME=\"9pnet\"") && has("-DPRICE=$#1;"), "{:?}", command.arguments);
        assert!(!has("--orc"));
        let linking = FILE.replace("gcc -Wp", "ld -Wp");
        assert!(CmdFile::parse(linking.as_bytes()).is_some_and(|f| f.compilation(Path::new("/")).is_none()));
    }
}
