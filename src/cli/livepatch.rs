//! `livepatch`: from what was typed to the exit status.

use std::collections::BTreeMap;

use fixscope::error::{Error, Result};
use fixscope::pipeline;
use fixscope::plan::LinkPlan;

use super::args::livepatch::{LinkArgs, LivepatchCommand};
use super::output::Destination;
use super::{SAME, complain};

/// Carries out a subcommand of `livepatch`.
///
/// # Errors
/// When it cannot be carried out.
pub fn run(command: &LivepatchCommand) -> Result<u8> {
    match command {
        LivepatchCommand::Link(args) => link(args),
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
