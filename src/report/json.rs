//! The report as JSON, and the schema of that form.

use std::io::{self, Write};

use serde::Serialize;

use super::model::Report;

/// The JSON schema of a report, as it is committed beside this file.
pub const SCHEMA: &str = include_str!("schema.json");

/// The JSON schema of what `diff-reports` writes.
pub const DIFFERENCE_SCHEMA: &str = include_str!("difference.schema.json");

/// The JSON schema of what `matrix` writes.
pub const MATRIX_SCHEMA: &str = include_str!("matrix.schema.json");

/// Writes `report` as indented JSON with a line break at the end.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_json(report, out)
}

/// Writes anything that has a JSON form, as a report is written.
///
/// # Errors
/// Only those of `out`.
pub fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::report::text::tests::sample;
    use crate::saved::difference::Difference;
    use crate::saved::matrix::Matrix;

    /// Set this variable to write the schema anew: `FIXSCOPE_UPDATE=1 cargo test schema`.
    const UPDATE: &str = "FIXSCOPE_UPDATE";

    fn assert_committed<T: schemars::JsonSchema>(committed: &str, file: &str) {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let schema = settings.into_generator().into_root_schema_for::<T>();
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        let file = format!("src/report/{file}");
        if std::env::var_os(UPDATE).is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            std::fs::write(path, &text).expect("the schema can be written");
            return;
        }
        assert!(text == committed, "{file} is out of date: run {UPDATE}=1 cargo test schema");
    }

    #[test]
    fn committed_schemas_are_those_of_the_types() {
        assert_committed::<Report>(SCHEMA, "schema.json");
        assert_committed::<Difference>(DIFFERENCE_SCHEMA, "difference.schema.json");
        assert_committed::<Matrix>(MATRIX_SCHEMA, "matrix.schema.json");
    }

    #[test]
    fn a_report_survives_writing_and_reading() {
        let report = sample();
        let mut text = Vec::new();
        write(&report, &mut text).expect("memory takes all");
        let read: Report = serde_json::from_slice(&text).expect("it is a report");
        assert_eq!(read, report);
    }

    /// Checks `value` against the part of JSON schema that schemars writes for our types.
    fn conforms(
        value: &serde_json::Value,
        schema: &serde_json::Value,
        root: &serde_json::Value,
    ) -> Result<(), String> {
        use serde_json::Value;
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = root.pointer(reference.trim_start_matches('#')).ok_or(format!("no {reference}"))?;
            return conforms(value, target, root);
        }
        if let Some(choices) = schema.get("anyOf").or(schema.get("oneOf")).and_then(Value::as_array) {
            return choices
                .iter()
                .any(|choice| conforms(value, choice, root).is_ok())
                .then_some(())
                .ok_or(format!("{value} is none of the choices"));
        }
        if let Some(constant) = schema.get("const")
            && constant != value
        {
            return Err(format!("{value} is not {constant}"));
        }
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let allowed = match schema.get("type") {
            Some(Value::String(one)) => one == name || (one == "number" && name == "integer"),
            Some(Value::Array(some)) => {
                some.iter().any(|t| t == name || (t == "number" && name == "integer"))
            }
            _ => true,
        };
        if !allowed {
            return Err(format!("{value} is not a {:?}", schema.get("type")));
        }
        if let (Some(items), Some(item)) = (value.as_array(), schema.get("items")) {
            items.iter().try_for_each(|v| conforms(v, item, root))?;
        }
        if let (Some(object), Some(properties)) = (value.as_object(), schema.get("properties")) {
            for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                object.get(required).ok_or(format!("{required} is missing"))?;
            }
            for (key, v) in object {
                let property = properties.get(key).ok_or(format!("{key} is not in the schema"))?;
                conforms(v, property, root).map_err(|e| format!("{key}: {e}"))?;
            }
        }
        Ok(())
    }

    #[test]
    fn a_report_conforms_to_the_schema() {
        let report = sample();
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        let value = serde_json::to_value(&report).expect("a report is JSON");
        assert_eq!(conforms(&value, &schema, &schema), Ok(()));
        let mut wrong = value;
        wrong["units"][1]["symbols"][0]["status"] = "altered".into();
        assert!(conforms(&wrong, &schema, &schema).is_err());
    }
}
