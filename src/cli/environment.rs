//! Everything that is read from the process's surroundings, read once.

use std::env;
use std::io::IsTerminal;
use std::path::PathBuf;

/// The surroundings of the process.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The user's cache folder, where one is known.
    pub cache: Option<PathBuf>,
    /// What the user's variables say about colour: NO_COLOR, CLICOLOR_FORCE, CLICOLOR (<https://no-color.org>,
    /// <https://bixense.com/clicolors>).
    pub colour: Option<bool>,
    /// Standard output is a terminal that understands escape sequences.
    pub coloured_terminal: bool,
    /// Standard error is a terminal, so that progress can be shown.
    pub progress_terminal: bool,
    /// Standard output is a terminal.
    pub terminal: bool,
    /// The pager that the user wants, as a command of the shell; `cat` is none.
    pub pager: Option<String>,
    /// Columns of the terminal, where one is known.
    pub columns: Option<usize>,
    /// Number of processors this process may use.
    pub processors: usize,
}

impl Environment {
    /// Reads it.
    pub fn read() -> Self {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let folder = |name: &str| set(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let colour = if set("NO_COLOR").is_some() {
            Some(false)
        } else if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            Some(true)
        } else if set("CLICOLOR").is_some_and(|value| value == "0") {
            Some(false)
        } else {
            None
        };
        let dumb = set("TERM").is_some_and(|value| value == "dumb");
        Environment {
            // A relative XDG_CACHE_HOME is to be ignored (XDG Base Directory Specification).
            cache: folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache"))),
            colour,
            coloured_terminal: std::io::stdout().is_terminal() && !dumb,
            progress_terminal: std::io::stderr().is_terminal() && !dumb,
            terminal: std::io::stdout().is_terminal(),
            pager: ["FIXSCOPE_PAGER", "PAGER"]
                .iter()
                .find_map(|name| env::var(name).ok())
                .or_else(|| (!dumb).then(|| "less".to_owned()))
                .filter(|pager| !pager.is_empty() && pager != "cat"),
            columns: columns(set("COLUMNS")),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// Columns of the terminal: what COLUMNS says (POSIX, "Environment Variables"), else what the terminal behind standard
/// output says, else that behind standard error, which is the same one when a pager reads standard output.
fn columns(variable: Option<std::ffi::OsString>) -> Option<usize> {
    let said = variable.and_then(|value| value.to_str()?.parse().ok()).filter(|&columns| columns > 0);
    let of =
        |size: Option<(terminal_size::Width, terminal_size::Height)>| size.map(|(width, _)| width.0.into());
    said.or_else(|| of(terminal_size::terminal_size_of(std::io::stdout())))
        .or_else(|| of(terminal_size::terminal_size_of(std::io::stderr())))
        .filter(|&columns: &usize| columns > 0)
}
