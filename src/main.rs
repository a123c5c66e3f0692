//! The command line of fixscope.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
