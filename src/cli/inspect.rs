//! `info`, `show`, `callgraph` and `copy`: from what was typed to the exit status.

use std::ffi::OsString;

use fixscope::error::{Error, Result};
use fixscope::inspect::{Form, Selection};
use fixscope::pipeline;
use fixscope::plan::{CallGraphPlan, CopyPlan, FileSymbol, InfoPlan, ShowPlan};
use fixscope::report::inspect as writers;
use fixscope::report::model::ReportError;
use fixscope::report::style::Style;

use super::args::Colour;
use super::args::inspect::{
    CallGraphArgs, CopyArgs, GraphFormat, InfoArgs, InspectOutputArgs, ListFormat, ShowArgs,
};
use super::environment::Environment;
use super::output::Destination;
use super::progress::Bar;
use super::{SAME, TROUBLE, complain, file_symbol, resolve};

/// Carries out `info`.
///
/// # Errors
/// When it cannot be carried out at all; trouble with single files is written to standard error.
pub fn info(args: &InfoArgs, environment: &Environment) -> Result<u8> {
    // A half of which nothing was said is wanted as a whole.
    let either = |a: bool, b: bool| if a || b { (a, b) } else { (true, true) };
    let (functions, objects) = either(args.functions, args.objects);
    let (global, local) = either(args.global, args.local);
    let plan = InfoPlan {
        files: files(&args.files)?,
        syntax: args.output.text.syntax(),
        selection: Selection { functions, objects, global, local, references: args.refs },
        jobs: jobs(&args.output, environment),
    };
    let target = Target::new(&args.output, args.color, environment)?;
    let info = target.with_progress(environment, |bar| pipeline::info(&plan, bar))?;
    target.destination.write(|out| match args.format {
        ListFormat::Text => writers::info::write(&info, args.verbose, target.style, out),
        ListFormat::Json => writers::write_json(&info, out),
    })?;
    Ok(status(info.units.iter().flat_map(|unit| &unit.errors)))
}

/// Carries out `show`.
///
/// # Errors
/// As [`info`].
pub fn show(args: &ShowArgs, environment: &Environment) -> Result<u8> {
    let symbols = files(&args.symbols)?;
    if let Some(whole) = symbols.iter().find(|file| file.symbol.is_none()) {
        let file = whole.path.display();
        let hint = format!("write {file}:SYMBOL; `fixscope info {file}` lists its symbols");
        return Err(Error::Request(format!("{file}: names no symbol; {hint}")));
    }
    let form = if args.normalized { Form::Normalized } else { Form::Raw };
    let syntax = args.output.text.syntax();
    let plan = ShowPlan { symbols, syntax, form, jobs: jobs(&args.output, environment) };
    let target = Target::new(&args.output, args.color, environment)?;
    let show = target.with_progress(environment, |bar| pipeline::show(&plan, bar))?;
    target.destination.write(|out| match args.format {
        ListFormat::Text => writers::show::write(&show, target.style, out),
        ListFormat::Json => writers::write_json(&show, out),
    })?;
    Ok(status(&show.errors))
}

/// Carries out `callgraph`.
///
/// # Errors
/// As [`info`], and when the graph shall begin at a name that no file has.
pub fn callgraph(args: CallGraphArgs, environment: &Environment) -> Result<u8> {
    let files = files(&args.files)?;
    let has_start = !args.from.is_empty() || files.iter().any(|file| file.symbol.is_some());
    if !has_start && (args.callers || args.max_depth.is_some()) {
        let what = if args.callers { "--callers" } else { "--max-depth" };
        return Err(Error::Request(format!("{what}: name the function to begin at with --from NAME")));
    }
    let target = Target::new(&args.output, Colour::Never, environment)?;
    let plan = CallGraphPlan {
        files,
        syntax: args.output.text.syntax(),
        from: args.from,
        callers: args.callers,
        max_depth: args.max_depth,
        external: args.external,
        calls_only: args.calls_only,
        jobs: jobs(&args.output, environment),
    };
    let graph = target.with_progress(environment, |bar| pipeline::callgraph(&plan, bar))?;
    target.destination.write(|out| match args.format {
        GraphFormat::Dot => writers::dot::write(&graph, args.verbose, out),
        GraphFormat::Json => writers::write_json(&graph, out),
        GraphFormat::Svg => writers::svg::write(&graph, out),
    })?;
    Ok(status(graph.units.iter().flat_map(|unit| &unit.errors)))
}

/// Carries out `copy`.
///
/// # Errors
/// When it cannot be carried out.
pub fn copy(args: &CopyArgs) -> Result<u8> {
    let typed = files(&args.symbols)?;
    let mut symbols = Vec::new();
    let mut file = None;
    for FileSymbol { path, symbol } in typed {
        let shown = path.display();
        let Some(symbol) = symbol else {
            let hint = format!("write {shown}:SYMBOL; `fixscope info {shown}` lists its symbols");
            return Err(Error::Request(format!("{shown}: names no symbol; {hint}")));
        };
        symbols.push(symbol);
        // Local labels of two files have the same names.
        if file.get_or_insert_with(|| path.clone()) != &path {
            return Err(Error::Request(format!("{shown}: is another file; copy from one file at a time")));
        }
    }
    let Some(file) = file else { return Err(Error::Request("name a FILE:SYMBOL to copy".to_owned())) };
    let destination = Destination::resolve(args.output.as_deref())?;
    let copied = pipeline::copy(&CopyPlan { file, symbols, syntax: args.text.syntax() })?;
    destination.write(|out| out.write_all(&copied.text))?;
    if args.verbose {
        let list = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        complain(&format!("came along: {}", list(&copied.needed)));
        complain(&format!("refers to: {}", list(&copied.external)));
    }
    if !args.quiet && !copied.own_data.is_empty() {
        let names = copied.own_data.join(", ");
        complain(&format!(
            "warning: the copy has its own {names}; what one writes to it the other does not see"
        ));
    }
    Ok(SAME)
}

/// Where the outcome goes, and in which style.
struct Target {
    destination: Destination,
    style: Style,
    quiet: bool,
}

impl Target {
    fn new(output: &InspectOutputArgs, color: Colour, environment: &Environment) -> Result<Target> {
        let destination = Destination::resolve(output.output.as_deref())?;
        let style = resolve::style(color, &destination, environment);
        Ok(Target { destination, style, quiet: output.quiet })
    }

    fn with_progress<T>(&self, environment: &Environment, work: impl FnOnce(&Bar) -> Result<T>) -> Result<T> {
        let bar = Bar::new(environment.progress_terminal && !self.quiet);
        let done = work(&bar);
        bar.finish();
        done
    }
}

fn files(typed: &[OsString]) -> Result<Vec<FileSymbol>> {
    typed.iter().map(|file| file_symbol::parse(file)).collect()
}

fn jobs(output: &InspectOutputArgs, environment: &Environment) -> usize {
    output.jobs.map_or(environment.processors, usize::from).max(1)
}

/// Says what went wrong.
fn status<'e>(errors: impl IntoIterator<Item = &'e ReportError>) -> u8 {
    let mut status = SAME;
    for error in errors {
        complain(&error.message);
        status = TROUBLE;
    }
    status
}
