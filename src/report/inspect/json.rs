//! The JSON forms and their schemas.

use std::io::{self, Write};

use serde::Serialize;

/// The JSON schema of [`Info`](crate::inspect::model::Info), as it is committed beside this file.
pub const INFO_SCHEMA: &str = include_str!("info.schema.json");
/// The JSON schema of [`Show`](crate::inspect::model::Show).
pub const SHOW_SCHEMA: &str = include_str!("show.schema.json");
/// The JSON schema of [`CallGraph`](crate::inspect::model::CallGraph).
pub const CALLGRAPH_SCHEMA: &str = include_str!("callgraph.schema.json");

/// Writes `found` as indented JSON with a line break at the end.
///
/// # Errors
/// Only those of `out`.
pub fn write(found: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, found)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::JsonSchema;

    use super::*;
    use crate::inspect::model::{CallGraph, Info, Show};

    fn check<T: JsonSchema>(name: &str, committed: &str) {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let schema = settings.into_generator().into_root_schema_for::<T>();
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if std::env::var_os("FIXSCOPE_UPDATE").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/inspect").join(name);
            std::fs::write(path, &text).expect("the schema can be written");
            return;
        }
        assert!(text == committed, "src/report/inspect/{name}: run FIXSCOPE_UPDATE=1 cargo test schema");
    }

    #[test]
    fn committed_schemas_are_those_of_the_types() {
        check::<Info>("info.schema.json", INFO_SCHEMA);
        check::<Show>("show.schema.json", SHOW_SCHEMA);
        check::<CallGraph>("callgraph.schema.json", CALLGRAPH_SCHEMA);
    }
}
