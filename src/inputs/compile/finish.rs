//! What was compiled ↦ the units as the next stage gets them.

use std::path::PathBuf;

use super::{Read, Run};
use crate::error::Result;
use crate::inputs::sides::Sides;
use crate::inputs::{BuiltUnit, BuiltUnits};
use crate::pair::Side;
use crate::report::model::{Compiler, ReportError};

impl Run<'_> {
    /// How the paths of the tree begin in debug information.
    pub(super) fn root_in_debug_information(&self) -> PathBuf {
        let roots = self.stage.runner.roots();
        let (tree, shadow) = roots.last().expect("a runner has at least one shadow");
        let mapped = self.map_paths.iter().any(|(_, s)| s == shadow);
        if mapped || self.stage.runner.is_mounted() { tree.clone() } else { shadow.clone() }
    }

    pub(super) fn finish(mut self, sides: &Sides<'_>, built: &mut BuiltUnits) -> Result<Read> {
        let mut read = Read::default();
        let mut compilers: Vec<Compiler> = Vec::new();
        for (unit, state) in self.units.iter().zip(std::mem::take(&mut self.states)) {
            for side in Side::BOTH {
                read.touched.extend(state.read.get(side).iter().map(|p| (side, p.clone())));
            }
            let command = unit.commands.patched.as_ref().or(unit.commands.original.as_ref());
            if let Some(identity) = command.and_then(|c| self.compilers.identity(self.stage.runner, c).ok()) {
                match compilers
                    .iter_mut()
                    .find(|c| c.version == identity.version && c.target == identity.target)
                {
                    Some(known) => known.units += 1,
                    None => {
                        compilers.push(Compiler {
                            version: identity.version,
                            target: identity.target,
                            units: 1,
                        });
                    }
                }
            }
            let errors = Side::BOTH
                .iter()
                .filter_map(|side| state.failed.get(*side).as_ref().map(|message| (side, message)))
                .map(|(side, message)| ReportError {
                    code: "compile".into(),
                    message: format!("the {side} side does not compile: {message}"),
                    path: Some(unit.source.display().to_string()),
                })
                .collect();
            let line_directives = !state.plain && state.read.patched.iter().any(|p| sides.is_directed(p));
            built.line_directives |= line_directives;
            let again = match (&state.text_file, &state.objects.original) {
                (Some(text), Some(_)) => self.recompiler(unit, text, state.clones.is_some()),
                _ => None,
            };
            built.units.push(BuiltUnit {
                clones: state.clones,
                sra: state.sra,
                again,
                name: unit.name.clone(),
                source: unit.source.clone(),
                module: unit.module.clone(),
                objects: state.objects,
                assembly: state.assembly,
                same_text: state.same_text,
                line_directives,
                errors,
            });
        }
        compilers.sort_by(|a, b| (&a.version, &a.target).cmp(&(&b.version, &b.target)));
        built.compilers = compilers;
        built.units.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(read)
    }
}
