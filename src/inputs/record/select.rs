//! From recorded compilations of both sides to units.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::source_of;
use crate::inputs::command::{CompileCommand, within};
use crate::inputs::shadow::Shadow;
use crate::pair::{Pair, Side};

/// One translation unit and how it is compiled on the sides it exists on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCommands {
    /// Path of the source relative to the tree; with ` (OUTPUT)` behind it when one source makes several units.
    pub name: String,
    /// Path of the source relative to the tree, on the patched side where it is there.
    pub source: PathBuf,
    /// The recorded commands.
    pub commands: Pair<Option<CompileCommand>>,
}

/// Pairs the compilations of both sides, names them, and orders them by name.
///
/// `renamed` gives the original path of a source by its patched path. Of one source, commands pair up that have
/// the same flags, then those with the same output, then the rest in order; what is left is one-sided.
pub fn pair_units(
    recorded: Pair<&[CompileCommand]>,
    renamed: &BTreeMap<PathBuf, PathBuf>,
    shadow: &Shadow,
) -> Vec<UnitCommands> {
    let mut sources: BTreeMap<PathBuf, Pair<Vec<&CompileCommand>>> = BTreeMap::new();
    let mut patched_path: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for side in Side::BOTH {
        for command in *recorded.get(side) {
            let Some(source) = source_of(command, shadow) else { continue };
            let key = match (side, renamed.get(&source)) {
                (Side::Patched, Some(original)) => {
                    patched_path.insert(original.clone(), source);
                    original.clone()
                }
                _ => source,
            };
            sources.entry(key).or_default().get_mut(side).push(command);
        }
    }
    let mut units = Vec::new();
    for (key, commands) in sources {
        let source = patched_path.remove(&key).unwrap_or(key);
        let pairs = pair_commands(commands);
        let several = pairs.len() > 1;
        for commands in pairs {
            let name = match commands.patched.or(commands.original) {
                Some(command) if several => {
                    format!("{} ({})", source.display(), output_name(command, shadow))
                }
                _ => source.display().to_string(),
            };
            units.push(UnitCommands {
                name,
                source: source.clone(),
                commands: commands.map(Option::<&CompileCommand>::cloned),
            });
        }
    }
    make_names_unique(&mut units);
    units.sort_by(|a, b| a.name.cmp(&b.name));
    units
}

fn pair_commands(commands: Pair<Vec<&CompileCommand>>) -> Vec<Pair<Option<&CompileCommand>>> {
    let Pair { original, mut patched } = commands;
    let mut pairs: Vec<Pair<Option<&CompileCommand>>> =
        original.into_iter().map(|command| Pair::new(Some(command), None)).collect();
    let rules: [fn(&CompileCommand, &CompileCommand) -> bool; 3] = [
        |a, b| a.fingerprint() == b.fingerprint(),
        |a, b| a.directory.join(&a.output) == b.directory.join(&b.output),
        |_, _| true,
    ];
    for same in rules {
        for pair in pairs.iter_mut().filter(|pair| pair.patched.is_none()) {
            if let Some(original) = pair.original
                && let Some(at) = patched.iter().position(|candidate| same(original, candidate))
            {
                pair.patched = Some(patched.remove(at));
            }
        }
    }
    pairs.extend(patched.into_iter().map(|command| Pair::new(None, Some(command))));
    pairs
}

fn output_name(command: &CompileCommand, shadow: &Shadow) -> String {
    let output = command.directory.join(&command.output);
    within(&shadow.path(&output), shadow.root())
        .unwrap_or_else(|| command.output.clone())
        .display()
        .to_string()
}

/// One source compiled twice into the same output has only its place in the order to tell the units apart.
fn make_names_unique(units: &mut [UnitCommands]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for unit in units {
        let count = seen.entry(unit.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            unit.name = match unit.name.strip_suffix(')') {
                Some(head) => format!("{head}, {count})"),
                None => format!("{} ({count})", unit.name),
            };
        }
    }
}
