//! What a run would do to a kernel, without doing it.

use rustc_hash::FxHashSet;

use super::classify::{Kind, kind};
use super::cmdfile::CmdFile;
use super::index::Index;
use super::records::{candidates, new_headers, read_record, touched_paths, unknown_users};
use super::{Kernel, locate, make};
use crate::error::Result;
use crate::inputs::build::{DryRun, DryUnit};
use crate::inputs::fix::Fix;
use crate::inputs::runner::shell_line;
use crate::pair::Pair;
use crate::plan::AnalyzePlan;

/// What [`build`] would do, from a look at the user's tree alone.
pub(in crate::inputs) fn dry_run(plan: &AnalyzePlan, fix: &Fix) -> Result<DryRun> {
    let kernel = Kernel::new(&locate(&plan.tree)?, &[])?;
    let index = Index::new(&kernel)?;
    let mut dry = DryRun::default();
    let mut targets = Vec::new();
    let mut seen = FxHashSet::default();
    let mut unit = |file: &CmdFile, dry: &mut DryRun| {
        let Some(command) = file.compilation(&kernel.objects) else { return };
        let name = kernel.relative(&kernel.in_user_terms(&command.source)).display().to_string();
        if seen.insert(file.target.clone()) {
            let line = command.display();
            dry.units.push(DryUnit { name, commands: Pair::new(Some(line.clone()), Some(line)) });
            dry.compilations += 2;
        }
    };
    for file in &fix.files {
        let path = file.path();
        match kind(path) {
            Kind::Source => {
                let target = path.with_extension("o").display().to_string();
                match read_record(&kernel.objects.join(&target)) {
                    Some(record) => unit(&record, &mut dry),
                    None if kernel.is_built() && file.original.is_some() => {}
                    None => {
                        dry.compilations +=
                            u64::from(file.original.is_some()) + u64::from(file.patched.is_some());
                        targets.push(target);
                    }
                }
            }
            Kind::Header if !kernel.is_built() && plan.build.units.is_empty() => {
                dry.notes.push(unknown_users(path));
            }
            _ => {}
        }
    }
    for reader in index.readers(&kernel, &touched_paths(&kernel, fix), &new_headers(&kernel, fix)) {
        if reader.file.target.ends_with(".o") {
            unit(&reader.file, &mut dry);
        } else {
            dry.notes.push(format!("{} is made again on the patched side", reader.file.target));
        }
    }
    if !plan.build.units.is_empty() && !kernel.is_built() {
        targets.extend(candidates(&kernel, &plan.build.units)?);
    }
    if !targets.is_empty() {
        let call = make::call(&kernel, plan, &targets);
        dry.calls.push(shell_line(&call.program, &call.arguments));
    }
    Ok(dry)
}
