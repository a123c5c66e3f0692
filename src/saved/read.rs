//! A report file ↦ the report.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::report::model::{Report, SCHEMA_VERSION, Tool};

/// What tells whether a document is a report at all, and of which version.
#[derive(Deserialize)]
struct Head {
    schema_version: Option<u64>,
    tool: Option<Tool>,
    request: Option<serde::de::IgnoredAny>,
}

/// Reads the report in `text`; `name` is what messages call it.
///
/// Fields that this version does not know are passed over: a report that has only more in it keeps its version.
///
/// # Errors
/// [`Error::Input`] with the code `report-cut-short` for a document that ends too early, `no-report` for one that is
/// something else, and `report-newer` for one of a later schema.
pub fn read(name: &str, text: &[u8]) -> Result<Report> {
    let json = |e: serde_json::Error| {
        let place = format!("line {}, column {}", e.line(), e.column());
        match e.classify() {
            serde_json::error::Category::Eof => Error::input(
                name,
                "report-cut-short",
                format!("the report ends too early, at {place}; write it again with --format json"),
            ),
            serde_json::error::Category::Syntax => Error::input(
                name,
                "no-report",
                format!("is no JSON, at {place}; name a report that --format json wrote"),
            ),
            _ => Error::input(
                name,
                "no-report",
                format!(
                    "is no report of `fixscope analyze` or `diff` ({e}); name one that --format json wrote"
                ),
            ),
        }
    };
    let head: Head = serde_json::from_slice(text).map_err(json)?;
    let (Some(version), Some(_)) = (head.schema_version, head.request) else {
        let what = "is no report of `fixscope analyze` or `diff`; name one that --format json wrote";
        return Err(Error::input(name, "no-report", what));
    };
    if version > u64::from(SCHEMA_VERSION) {
        let by = head.tool.map(|tool| format!(" of {} {}", tool.name, tool.version)).unwrap_or_default();
        let what = format!(
            "is a report{by} with schema version {version}, and this fixscope reads versions up to \
             {SCHEMA_VERSION}; use a later fixscope"
        );
        return Err(Error::input(name, "report-newer", what));
    }
    serde_json::from_slice(text).map_err(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json;
    use crate::report::text::tests::sample;

    fn written() -> String {
        let mut text = Vec::new();
        json::write(&sample(), &mut text).expect("memory takes all");
        String::from_utf8(text).expect("JSON is text")
    }

    fn code(text: &str) -> &'static str {
        read("r.json", text.as_bytes()).expect_err("it is refused").code()
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(read("r.json", written().as_bytes()).expect("it is a report"), sample());
    }

    #[test]
    fn a_report_without_the_later_fields_is_read() {
        let mut value: serde_json::Value = serde_json::from_str(&written()).expect("JSON");
        value.as_object_mut().expect("an object").remove("fix");
        value["later"] = 1.into();
        for symbol in value["units"][1]["symbols"].as_array_mut().expect("a list") {
            for field in ["listing", "source", "calls"] {
                symbol.as_object_mut().expect("an object").remove(field);
            }
        }
        let report = read("r.json", value.to_string().as_bytes()).expect("it is a report");
        assert_eq!(report.units[1].symbols[0].listing, None);
    }

    #[test]
    fn every_cut_of_a_report_is_said_to_be_cut_short() {
        let text = written();
        for end in (0..text.trim_end().len()).step_by(97) {
            assert_eq!(code(&text[..end]), "report-cut-short", "cut at {end}");
        }
    }

    #[test]
    fn other_documents_are_refused_by_what_they_are() {
        let newer = written().replacen("\"schema_version\": 1", "\"schema_version\": 7", 1);
        assert_eq!(code(&newer), "report-newer");
        let message = read("r.json", newer.as_bytes()).expect_err("it is refused").to_string();
        assert!(message.contains("version 7") && message.starts_with("r.json: "), "{message}");
        assert_eq!(code("{\"schema_version\": 1, \"tool\": null}"), "no-report");
        assert_eq!(code("<html>"), "no-report");
        assert_eq!(code("[]"), "no-report");
        assert_eq!(code(&written().replacen("\"changed\"", "\"altered\"", 1)), "no-report");
    }
}
