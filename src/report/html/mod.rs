//! The report as one HTML file that needs nothing else.
//!
//! The file forbids everything that it does not hold itself, and its own script and style are named by their SHA-256
//! hashes (Content Security Policy Level 3, section 2.3), so that neither a name in the report nor whoever serves the
//! file can add anything. There are no handlers and no style attributes in the markup. The script only filters, sorts and
//! keeps panes together: the list and all diffs are there without it, and a browser renders what comes into view.

mod context;
mod lines;

use std::io::{self, Write};

use base64::Engine;
use minijinja::{Environment, context};
use sha2::{Digest, Sha256};

use super::model::Report;

const TEMPLATE: &str = include_str!("template.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Writes `report` as a page. `lines` says how many equal lines stand around changed instructions; `None`: all.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, lines: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    let mut render = || -> Result<(), minijinja::Error> {
        // The ending of the name makes everything that is put in escaped.
        environment.add_template("report.html", TEMPLATE)?;
        let template = environment.get_template("report.html")?;
        let page = context! {
            style => minijinja::Value::from_safe_string(STYLE.to_owned()),
            script => minijinja::Value::from_safe_string(SCRIPT.to_owned()),
            policy => policy(),
            page => context::page(report, lines),
        };
        template.render_captured_to(page, &mut *out)?;
        Ok(())
    };
    render().map_err(io::Error::other)
}

/// What the page may do: run its own script, use its own style, and nothing else.
fn policy() -> String {
    let hash = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

#[cfg(test)]
mod tests;
