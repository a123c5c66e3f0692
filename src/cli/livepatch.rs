//! `livepatch`: from what was typed to the exit status.

use std::collections::BTreeMap;

use fixscope::error::{Error, Result};
use fixscope::pipeline;
use fixscope::plan::{LinkPlan, VerifyPlan};
use fixscope::report::livepatch as writers;

use super::args::inspect::ListFormat;
use super::args::livepatch::{LinkArgs, LivepatchCommand, VerifyArgs};
use super::output::Destination;
use super::{DIFFERENT, SAME, complain};

/// Carries out a subcommand of `livepatch`.
///
/// # Errors
/// When it cannot be carried out.
pub fn run(command: &LivepatchCommand) -> Result<u8> {
    match command {
        LivepatchCommand::Link(args) => link(args),
        LivepatchCommand::Verify(args) => verify(args),
    }
}

fn link(args: &LinkArgs) -> Result<u8> {
    let mut patched_by = BTreeMap::new();
    for pair in &args.object {
        let Some((object, module)) = pair.split_once('=').filter(|(o, m)| !o.is_empty() && !m.is_empty())
        else {
            return Err(Error::Request(format!("--object {pair}: write OBJECT=MODULE")));
        };
        patched_by.insert(object.to_owned(), module.to_owned());
    }
    let output = args.output.as_deref().unwrap_or(&args.module);
    let destination = Destination::resolve(Some(output))?;
    let plan = LinkPlan { module: args.module.clone(), symvers: args.symvers.clone(), patched_by };
    let linked = pipeline::link(&plan)?;
    destination.write(|out| out.write_all(&linked.bytes))?;
    if !args.quiet {
        let shown = args.module.display();
        if linked.symbols.is_empty() {
            complain(&format!("{shown}: nothing to link"));
        }
        for (section, count) in &linked.sections {
            complain(&format!("{shown}: {count} relocations in {section}"));
        }
    }
    Ok(SAME)
}

fn verify(args: &VerifyArgs) -> Result<u8> {
    let destination = Destination::resolve(args.output.as_deref())?;
    let plan =
        VerifyPlan { module: args.module.clone(), patched: args.patched.clone(), base: args.base.clone() };
    let verdict = pipeline::verify(&plan)?;
    destination.write(|out| match args.format {
        ListFormat::Text => writers::write_text(&verdict, out),
        ListFormat::Json => writers::write_json(&verdict, out),
    })?;
    if !args.quiet {
        for what in &verdict.unchecked {
            complain(&format!("not checked: {what}"));
        }
    }
    Ok(if verdict.findings.is_empty() { SAME } else { DIFFERENT })
}
