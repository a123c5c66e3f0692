//! Writers of what `info`, `show` and `callgraph` found.

pub mod dot;
pub mod info;
mod json;
pub mod show;

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

/// A place as `SECTION+OFFSET`; a common symbol has none yet.
fn place(section: Option<&str>, offset: Option<u64>) -> String {
    match (section, offset) {
        (Some(section), Some(offset)) => format!("{section}+{offset:#x}"),
        _ => "common".to_owned(),
    }
}
