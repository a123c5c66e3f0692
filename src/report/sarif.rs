//! The report as SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/>), for tools that write beside the lines
//! of a change what is to be said of them.
//!
//! Results are what is relied on, what stands in the way of replacing a function, and why things changed. Each stands at
//! its own line, else at the first line of the fix that changed the function: that is where a reviewer looks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::write_json;
use super::model::{
    AbiEntry, AbiRole, Cause, Location, Note, PatchabilityVerdict, Report, Strength, SymbolReport, UnitReport,
};
use super::style::visible;
use super::text::json_name;

/// Where the version's schema is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What paths are relative to: the root of the tree.
const ROOT: &str = "SRCROOT";

/// Writes `report`.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rules = BTreeMap::new();
    let mut results = Vec::new();
    for unit in &report.units {
        for symbol in &unit.symbols {
            let subject = Subject { unit, symbol };
            let abi = symbol.abi.iter().flatten().map(|entry| subject.abi(entry));
            let notes =
                symbol.patchability.iter().flat_map(|p| p.notes.iter().map(|n| subject.note(p.verdict, n)));
            // A cause without a place has no line to stand at.
            let causes = symbol.causes.iter().filter_map(|cause| subject.cause(cause));
            for (rule, result) in abi.chain(notes).chain(causes) {
                rules.entry(rule.id.clone()).or_insert(rule);
                results.push(result);
            }
        }
    }
    let indices: BTreeMap<String, usize> = rules.keys().enumerate().map(|(i, id)| (id.clone(), i)).collect();
    for result in &mut results {
        let index = result["ruleId"].as_str().and_then(|id| indices.get(id));
        result["ruleIndex"] = json!(index);
    }
    let errors = report.units.iter().flat_map(|unit| unit.errors.iter().map(move |error| (unit, error)));
    let notifications: Vec<Value> = errors
        .map(|(unit, error)| {
            json!({
                "level": "error",
                "descriptor": { "id": visible(&error.code) },
                "message": { "text": message(&error.message) },
                "locations": [{ "physicalLocation": { "artifactLocation": artifact(&unit.name) } }],
            })
        })
        .collect();
    let driver = json!({
        "name": report.tool.name,
        "version": report.tool.version,
        "rules": rules.values().map(Rule::json).collect::<Vec<_>>(),
    });
    let run = json!({
        "tool": { "driver": driver },
        "invocations": [{
            "executionSuccessful": report.summary.units_failed == 0,
            "toolExecutionNotifications": notifications,
        }],
        "results": results,
    });
    write_json(&json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }), out)
}

/// A kind of result.
struct Rule {
    id: String,
    name: String,
    text: &'static str,
}

impl Rule {
    fn new(group: &str, code: &str, text: &'static str) -> Rule {
        let name = code.split(|c: char| !c.is_alphanumeric()).map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        });
        Rule { id: visible(&format!("{group}/{code}")).into_owned(), name: name.collect(), text }
    }

    fn json(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "shortDescription": { "text": self.text } })
    }
}

/// What results are about.
#[derive(Clone, Copy)]
struct Subject<'r> {
    unit: &'r UnitReport,
    symbol: &'r SymbolReport,
}

impl<'r> Subject<'r> {
    fn name(self) -> &'r str {
        self.symbol.shown_name()
    }

    fn abi(self, entry: &AbiEntry) -> (Rule, Value) {
        let level = match entry.strength {
            Strength::Proved | Strength::Recorded | Strength::Seen => "warning",
            Strength::Suspected => "note",
        };
        let role = match entry.role {
            AbiRole::Caller => "its caller",
            AbiRole::Callee => "its callee",
        };
        let mut text = format!("{}: {} with {role} {}", self.name(), entry.kind, entry.other.name);
        for evidence in &entry.evidence {
            let _ = write!(text, "; {}", evidence.summary);
        }
        let _ = write!(text, " ({}). {}", json_name(&entry.strength), entry.action.summary);
        let rule = Rule::new("abi", &entry.kind, "Code relies on more than the calling convention");
        self.result(rule, level, &text, None, &entry.other.name)
    }

    fn note(self, verdict: PatchabilityVerdict, note: &Note) -> (Rule, Value) {
        let level = match verdict {
            PatchabilityVerdict::No => "error",
            PatchabilityVerdict::Care => "warning",
            PatchabilityVerdict::Ok => "note",
        };
        let text = format!("{}: {}. {}", self.name(), note.summary, note.action);
        let rule = Rule::new("patchability", &note.code, "What to mind when the function is replaced");
        self.result(rule, level, &text, note.location.as_ref(), &note.code)
    }

    fn cause(self, cause: &Cause) -> Option<(Rule, Value)> {
        let at = cause.location.as_ref()?;
        let status = json_name(&self.symbol.status).replace('_', " ");
        let text = format!("{} is {status}: {}", self.name(), cause.summary);
        let rule = Rule::new("cause", &json_name(&cause.kind), "Why a function or data object changed");
        Some(self.result(rule, "note", &text, Some(at), cause.symbol.as_deref().unwrap_or_default()))
    }

    fn result(self, rule: Rule, level: &str, text: &str, at: Option<&Location>, what: &str) -> (Rule, Value) {
        let SymbolReport { id, name, .. } = self.symbol;
        let mut location = json!({
            "logicalLocations": [{
                "name": visible(self.name()),
                "fullyQualifiedName": visible(id),
                "decoratedName": visible(name),
                "kind": if self.symbol.kind == super::model::Kind::Function { "function" } else { "variable" },
            }],
        });
        let at = at.or_else(|| self.symbol.causes.iter().find_map(|cause| cause.location.as_ref()));
        location["physicalLocation"] = match at {
            Some(at) => json!({
                "artifactLocation": artifact(&at.file),
                // Lines count from 1; a file that was made by hand may say something else.
                "region": { "startLine": at.line.max(1) },
            }),
            None => json!({ "artifactLocation": artifact(&self.unit.name) }),
        };
        let result = json!({
            "ruleId": rule.id,
            "level": level,
            "message": { "text": message(text) },
            "locations": [location],
            "partialFingerprints": { "fixscope/v1": visible(&format!("{}:{id}:{what}", rule.id)) },
        });
        (rule, result)
    }
}

/// A path as a reference relative to the root of the tree; absolute ones stand for themselves.
fn artifact(path: &str) -> Value {
    let uri = uri(path);
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{uri}") }),
        false => json!({ "uri": uri, "uriBaseId": ROOT }),
    }
}

/// A path as a reference (RFC 3986): everything is encoded but unreserved characters and the slash. A colon in the first
/// part would end a scheme.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// A message, which may have several lines; in one without markup a bracket still begins a link (section 3.11.6), so
/// that brackets are escaped.
fn message(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| visible(line).replace('\\', "\\\\")).collect();
    lines.join("\n").replace('[', "\\[").replace(']', "\\]")
}

#[cfg(test)]
mod tests;
