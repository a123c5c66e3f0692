//! Calling kbuild's own make for units without a recorded command.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::Kernel;
use super::cmdfile::CmdFile;
use crate::error::{Error, Result};
use crate::inputs::compile::FLAGS;
use crate::inputs::runner::{DATA_LIMIT, Invocation, Runner};
use crate::plan::AnalyzePlan;

/// Bytes of make's messages that an error shows.
const MESSAGE: usize = 4 * 1024;

/// How make fared with one target.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It made the target; the record of how.
    Made(CmdFile),
    /// It knows no way to make it.
    NoRule,
    /// The compiler failed, and what it said.
    Failed(String),
}

/// The flags every compilation by make gets.
pub(super) fn flags(plan: &AnalyzePlan) -> Vec<OsString> {
    FLAGS.iter().map(OsString::from).chain(plan.build.cflags.iter().map(OsString::from)).collect()
}

/// The call of make that brings the tree to the point where its units can be compiled, and makes `targets`
/// (relative to the folder of the objects).
pub(super) fn call(kernel: &Kernel<'_>, plan: &AnalyzePlan, targets: &[String]) -> Invocation {
    let flags = flags(plan).iter().map(|f| f.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
    let mut arguments: Vec<OsString> = vec![
        "-k".into(),
        format!("-j{}", plan.jobs.max(1)).into(),
        format!("KCFLAGS={flags}").into(),
        format!("KAFLAGS={flags}").into(),
        // objtool rewrites object files after the compiler; without it make's objects are what the recorded
        // compile step alone makes. The second name is that of kernels before 5.17.
        "objtool=true".into(),
        "__objtool_obj=true".into(),
    ];
    // Whoever made the configuration named these in the environment or on the command line, and nothing in the tree
    // but the configuration keeps them.
    arguments.push(format!("ARCH={}", kernel.make_architecture).into());
    if let Some(prefix) = kernel.tool_prefix() {
        arguments.push(format!("CROSS_COMPILE={prefix}").into());
    }
    if let Some(launcher) = &plan.build.launcher {
        let compiler = if kernel.option("CC_IS_CLANG") { "clang" } else { "$(CROSS_COMPILE)gcc" };
        arguments.push(format!("CC={launcher} {compiler}").into());
    }
    if kernel.is_separate() {
        let mut word = OsString::from("O=");
        word.push(&kernel.objects_shadow);
        arguments.push(word);
    }
    arguments.extend(targets.iter().map(OsString::from));
    Invocation {
        program: "make".into(),
        arguments,
        directory: kernel.source.clone(),
        stdout_limit: 1,
        stderr_limit: DATA_LIMIT,
        ..Invocation::default()
    }
}

/// Makes `targets` in one call and says how each fared, in the same order.
///
/// Fails with [`Error::Build`] when make did not come as far as the targets.
pub(super) fn make(
    kernel: &Kernel<'_>,
    runner: &Runner,
    plan: &AnalyzePlan,
    targets: &[String],
) -> Result<Vec<Outcome>> {
    let done = runner.run(&call(kernel, plan, targets))?;
    let messages = String::from_utf8_lossy(&done.stderr);
    let mut outcomes = Vec::new();
    for target in targets {
        if messages.contains(&format!("No rule to make target '{target}'"))
            || messages.contains(&format!("No rule to make target `{target}'"))
        {
            outcomes.push(Outcome::NoRule);
            continue;
        }
        if let Some(message) = failure(&messages, target) {
            outcomes.push(Outcome::Failed(message));
            continue;
        }
        let object = kernel.objects_shadow.join(target);
        let record = record_of(&object);
        match fs::read(&record).ok().and_then(|bytes| CmdFile::parse(&bytes)) {
            Some(file) if object.is_file() => outcomes.push(Outcome::Made(file)),
            _ => {
                return Err(Error::Build {
                    what: format!(
                        "`make {}` in the configured tree {} did not come as far as compiling: {}",
                        targets.join(" "),
                        kernel.source.display(),
                        end_of(&messages, MESSAGE)
                    ),
                });
            }
        }
    }
    Ok(outcomes)
}

/// Runs `make prepare`, which makes the generated headers again.
pub(super) fn prepare(kernel: &Kernel<'_>, runner: &Runner, plan: &AnalyzePlan) -> Result<()> {
    let done = runner.run(&call(kernel, plan, &["prepare".to_owned()]))?;
    if done.success() {
        return Ok(());
    }
    let messages = String::from_utf8_lossy(&done.stderr);
    Err(Error::Build {
        what: format!(
            "`make prepare`, which makes the generated headers again, fails: {}",
            end_of(&messages, MESSAGE)
        ),
    })
}

/// The record beside an object file.
pub(super) fn record_of(object: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(object.file_name().unwrap_or_default());
    name.push(".cmd");
    object.with_file_name(name)
}

/// What make's messages say of a target whose recipe failed: `make[3]: *** [scripts/Makefile.build:255: TARGET]
/// Error 1`, with the compiler's lines about its source.
fn failure(messages: &str, target: &str) -> Option<String> {
    let ending = format!(" {target}] Error");
    let older = format!("[{target}] Error");
    let failed = |line: &str| line.starts_with("make") && (line.contains(&ending) || line.contains(&older));
    messages.lines().find(|l| failed(l))?;
    let source = Path::new(target).with_extension("");
    let prefix = format!("{}.", source.display());
    // Several compilers write at the same time; theirs are the lines from one that names the source up to one that
    // names another file.
    let mut kept = String::new();
    let mut mine = false;
    for line in messages.lines() {
        if line.starts_with("make") {
            mine = false;
        } else if line.contains(&prefix) {
            mine = true;
        } else if !line.starts_with(' ') && line.contains(".c:") {
            mine = false;
        }
        if mine && kept.len() < MESSAGE {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    if kept.is_empty() {
        kept = end_of(messages, MESSAGE);
    }
    Some(kept.trim_end().to_owned())
}

fn end_of(text: &str, limit: usize) -> String {
    let text = text.trim_end();
    let start = text.len().saturating_sub(limit);
    let start = (start..text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(text.len());
    text[start..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_apart() {
        let messages = "kernel/a.c: In function 'f':\nkernel/a.c:3:2: error: bad\n    3 | x\nkernel/b.c:1:1: warning: \
                        w\nmake[3]: *** [scripts/Makefile.build:255: kernel/a.o] Error 1\nmake[2]: *** \
                        [scripts/Makefile.build:508: kernel] Error 2\nmake[1]: Target 'kernel/b.o' not remade because \
                        of errors.\n";
        let message = failure(messages, "kernel/a.o").expect("it failed");
        assert_eq!(message, "kernel/a.c: In function 'f':\nkernel/a.c:3:2: error: bad\n    3 | x");
        assert_eq!(failure(messages, "kernel/b.o"), None);
        assert_eq!(record_of(Path::new("a/b.o")), Path::new("a/.b.o.cmd"));
    }
}
