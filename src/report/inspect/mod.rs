//! Writers of what `info`, `show` and `callgraph` found.

pub mod dot;
pub mod info;
mod json;
pub mod show;
pub mod svg;

pub use json::{CALLGRAPH_SCHEMA, INFO_SCHEMA, SHOW_SCHEMA, write as write_json};

use super::model::{Binding, Kind};

fn binding_word(binding: Binding) -> &'static str {
    match binding {
        Binding::Global => "global",
        Binding::Local => "local",
        Binding::Weak => "weak",
        Binding::Unique => "unique",
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Function => "function",
        Kind::Object => "object",
        Kind::Section => "section",
    }
}

/// A place as `SECTION+OFFSET`, or by its line in an assembly file; a common symbol has none yet.
fn place(section: Option<&str>, offset: Option<u64>, line: Option<u32>) -> String {
    match (section, offset, line) {
        (Some(section), _, Some(line)) => format!("{section}, line {line}"),
        (Some(section), Some(offset), None) => format!("{section}+{offset:#x}"),
        (Some(section), None, None) => section.to_owned(),
        (None, ..) => "common".to_owned(),
    }
}
