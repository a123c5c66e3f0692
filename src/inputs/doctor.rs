//! Which tools of the system are there, and what each is for.

use std::process::{Command, Stdio};

/// A tool and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// What it is good for.
    pub job: &'static str,
    /// Its names; one of them is enough.
    pub names: &'static [&'static str],
    /// Whether the job can be done without it, only with less comfort.
    pub optional: bool,
    /// The name that was found, and the first line of what it says of its version.
    pub found: Option<(String, String)>,
}

/// Job, names, and whether it is optional.
const TOOLS: [(&str, &[&str], bool); 18] = [
    ("analyze: a compiler", &["cc", "gcc", "clang"], false),
    ("analyze: builds by make", &["make"], false),
    ("analyze --rev", &["git"], false),
    ("analyze --launcher: compiled before", &["ccache"], true),
    ("analyze --launcher: compiled elsewhere", &["distcc"], true),
    ("analyze: the shadow in the tree's place", &["unshare"], true),
    ("analyze, kernels: configuration", &["flex"], false),
    ("analyze, kernels: configuration", &["bison"], false),
    ("analyze, kernels: time constants", &["bc"], false),
    ("analyze, kernels: linking", &["ld"], false),
    ("analyze, kernels: for 32-bit Arm", &["arm-linux-gnueabihf-gcc", "arm-linux-gnueabi-gcc"], true),
    ("analyze, kernels: for AArch64", &["aarch64-linux-gnu-gcc"], true),
    ("analyze, kernels: for ppc64le", &["powerpc64le-linux-gnu-gcc"], true),
    ("analyze, kernels: for s390x", &["s390x-linux-gnu-gcc"], true),
    ("analyze, kernels: for RISC-V", &["riscv64-linux-gnu-gcc"], true),
    ("compressed modules", &["xz"], true),
    ("callgraph: other pictures than SVG", &["dot"], true),
    ("a pager", &["less"], true),
];

/// Looks for all tools. Each is asked for its version and nothing else.
pub fn tools() -> Vec<Tool> {
    let tool = |&(job, names, optional): &(&'static str, &'static [&'static str], bool)| {
        let found = names.iter().find_map(|name| Some(((*name).to_owned(), version(name)?)));
        Tool { job, names, optional, found }
    };
    TOOLS.iter().map(tool).collect()
}

/// The first line that a tool writes when it is asked for its version; `None` when it is not there.
fn version(name: &str) -> Option<String> {
    // Graphviz knows one dash only, and others take that for several options.
    let flag = if name == "dot" { "-V" } else { "--version" };
    let output = Command::new(name).arg(flag).stdin(Stdio::null()).output().ok()?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    let text = String::from_utf8_lossy(&text);
    Some(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_has_a_version_and_what_is_not_has_none() {
        assert!(version("make").is_some_and(|version| version.contains("Make")));
        assert_eq!(version("no-tool-of-this-name"), None);
    }
}
