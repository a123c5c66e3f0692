//! What verifying a livepatch found, as text and as JSON.

use std::io::{self, Write};

use super::style::visible;
use crate::livepatch::verify::{Code, Verdict};

/// Writes one line for each thing that is the matter, and one for what is right.
///
/// # Errors
/// Those of `out`.
pub fn write_text(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    for finding in &verdict.findings {
        writeln!(out, "{} ({}): {}", visible(&finding.subject), word(finding.code), visible(&finding.what))?;
    }
    if !verdict.same.is_empty() {
        writeln!(out, "the same as in the patched build: {}", visible(&verdict.same.join(", ")))?;
    }
    Ok(())
}

/// Writes it for programs: the fields of [`Verdict`].
///
/// # Errors
/// Those of `out`.
pub fn write_json(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, verdict)?;
    writeln!(out)
}

/// The word of a code, as in the JSON form.
fn word(code: Code) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
