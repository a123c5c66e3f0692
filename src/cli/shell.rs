//! What belongs to the shell and the system: `doctor`, `completions` and `man`.

use clap::CommandFactory;
use fixscope::error::{Error, Result};
use fixscope::inputs::doctor;
use fixscope::report::style::visible;

use super::args::Cli;
use super::output::Destination;
use super::{DIFFERENT, SAME};

/// Carries out `doctor`.
///
/// # Errors
/// When the list cannot be written.
pub fn doctor() -> Result<u8> {
    let tools = doctor::tools();
    let job = tools.iter().map(|tool| tool.job.len()).max().unwrap_or(0);
    Destination::Stdout.write(|out| {
        tools.iter().try_for_each(|tool| match &tool.found {
            Some((name, version)) => {
                writeln!(out, "  ok       {:<job$}  {name}: {}", tool.job, visible(version))
            }
            None => {
                let word = if tool.optional { "absent" } else { "missing" };
                writeln!(out, "  {word:<7}  {:<job$}  {}", tool.job, tool.names.join(" or "))
            }
        })
    })?;
    let missing = tools.iter().any(|tool| tool.found.is_none() && !tool.optional);
    Ok(if missing { DIFFERENT } else { SAME })
}

/// Carries out `completions`.
///
/// # Errors
/// When they cannot be written.
pub fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "fixscope", &mut text);
    Destination::Stdout.write(|out| out.write_all(&text))?;
    Ok(SAME)
}

/// Carries out `man`.
///
/// # Errors
/// When there is no such subcommand, or the page cannot be written.
pub fn man(subcommand: Option<&str>) -> Result<u8> {
    let mut command = Cli::command();
    command.build();
    let page = match subcommand {
        None => command,
        Some(name) => {
            let found = command.find_subcommand(name).cloned().ok_or_else(|| {
                Error::Request(format!("man: there is no subcommand {name}; `fixscope --help` lists them"))
            })?;
            found.display_name(format!("fixscope-{name}"))
        }
    };
    let page = clap_mangen::Man::new(page);
    Destination::Stdout.write(|out| page.render(out))?;
    Ok(SAME)
}
