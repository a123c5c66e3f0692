//! `abi`: from what was typed to the exit status.

use fixscope::error::{Error, Result};
use fixscope::pipeline;
use fixscope::plan::{AbiPlan, AbiRequest, AnalyzePlan, BuildPlan, FixSource, Prove};
use fixscope::report::{html, json, markdown, sarif, text};

use super::args::Format;
use super::args::abi::AbiCommandArgs;
use super::environment::Environment;
use super::output::Destination;
use super::progress::Bar;
use super::{DIFFERENT, SAME, TROUBLE, complain, complaints, file_symbol, resolve};

/// Carries out `abi`.
///
/// # Errors
/// When it cannot be carried out at all; trouble with single units is written to standard error.
pub fn abi(args: AbiCommandArgs, environment: &Environment) -> Result<u8> {
    let destination = Destination::resolve(args.output.as_deref())?;
    let style = resolve::style(args.color, &destination, environment);
    let (format, verbose, quiet) = (args.format, args.verbose, args.quiet);
    let request = request(args, environment)?;
    let bar = Bar::new(environment.progress_terminal && !quiet);
    let outcome = pipeline::abi(&request, &bar);
    bar.finish();
    let mut outcome = outcome?;
    if !quiet {
        outcome.warnings.iter().for_each(|warning| complain(&format!("warning: {warning}")));
    }
    if !verbose {
        // Two runs write the same bytes unless somebody asks how long they took.
        outcome.report.cost = None;
    }
    destination.write(|out| match format {
        Format::Text => text::write_abi(&outcome.report, style, verbose, out),
        Format::Json => json::write(&outcome.report, out),
        Format::Markdown => markdown::write(&outcome.report, None, out),
        Format::Html => html::write(&outcome.report, None, out),
        Format::Sarif => sarif::write(&outcome.report, out),
    })?;
    let complaints = complaints(&outcome.report, &outcome.errors);
    complaints.iter().for_each(|complaint| complain(complaint));
    if !complaints.is_empty() {
        return Ok(TROUBLE);
    }
    let any =
        outcome.report.units.iter().flat_map(|u| &u.symbols).any(|s| s.abi.iter().flatten().next().is_some());
    Ok(if any { DIFFERENT } else { SAME })
}

fn request(args: AbiCommandArgs, environment: &Environment) -> Result<AbiRequest> {
    let jobs = args.jobs.map_or(environment.processors, usize::from).max(1);
    let Some(tree) = &args.tree else {
        if args.names.is_empty() {
            return Err(Error::Request(
                "name an object file, FILE:FUNCTION, or a unit of a tree with --tree and --unit".to_owned(),
            ));
        }
        let files = args.names.iter().map(|name| file_symbol::parse(name)).collect::<Result<_>>()?;
        return Ok(AbiRequest::Files { files, jobs });
    };
    let tree = resolve::folder(tree)?;
    let units = args.unit.iter().map(|unit| pipeline::unit_in(&tree, unit)).collect::<Result<_>>()?;
    let name = |name: &std::ffi::OsString| {
        let refuse = || Error::Request(format!("{}: is no name of a function", name.to_string_lossy()));
        name.to_str().map(str::to_owned).ok_or_else(refuse)
    };
    let functions: Vec<String> = args.names.iter().map(name).collect::<Result<_>>()?;
    let default = if functions.is_empty() { Prove::Functions } else { Prove::Changed };
    let plan = AnalyzePlan {
        work_dir: resolve::work_dir(args.work_dir.as_deref(), &tree, environment)?,
        tree,
        fix: FixSource::Nothing(units),
        build: BuildPlan {
            kind: resolve::build_kind(args.build, args.build_command.as_deref())?,
            command: args.build_command,
            cflags: resolve::cflags(&args.cflags)?,
            launcher: None,
            emit_asm: false,
            keep_line_changes: true,
            units: Vec::new(),
        },
        keep: false,
        dry_run: false,
        all: true,
        show: false,
        detail: false,
        skeleton: false,
        abi: Some(AbiPlan {
            closure: false,
            prove: args.prove.map_or(default, resolve::prove),
            limit: args.prove_limit,
        }),
        jobs,
    };
    Ok(AbiRequest::Units { plan: Box::new(plan), functions })
}
