//! The report as Markdown, for a merge request or a mailing list: what came out, a table, and diffs to unfold.
//!
//! The dialect is GitHub's and GitLab's (<https://github.github.com/gfm/>). Places where such texts go take 64 KB and
//! cut what is longer in the middle of something; so a report is never larger than [`MOST`], the longest diffs are
//! shortened first, and what is left out is said.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::conclusion::conclusion;
use super::graph::svg::escaped;
use super::listing::{self, Layout, View};
use super::model::{Kind, Location, Report, SkipReason, Status, SymbolReport, UnitReport};
use super::source;
use super::style::{Style, visible};
use super::text::{count, json_name, skip_reason};

/// The largest report, in bytes.
pub const MOST: usize = 60_000;
/// Bytes that the table may take.
const MOST_TABLE: usize = 24_000;
/// Bytes of the longest cell.
const MOST_CELL: usize = 600;
/// Bytes that the beginning may take, and the end.
const MOST_FRAME: usize = 4_000;

/// Writes `report`. `context` says how many equal lines stand around changed instructions; `None`: all.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, context: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = head(report);
    text += &table(report);
    let end = end(report);
    let room = MOST - text.len() - end.len();
    text += &diffs(&blocks(report, context), room);
    text += &end;
    out.write_all(text.as_bytes())
}

fn head(report: &Report) -> String {
    let mut text = format!("### {}\n\n", sentence(&conclusion(report)));
    let sides = [("Original", &report.request.original), ("Patched", &report.request.patched)];
    for (word, side) in sides {
        let _ = writeln!(text, "- {word}: {}", code(&cut(side, MOST_CELL)));
    }
    for compiler in report.request.compilers.iter().take(4) {
        let shown = format!("{}, for {}", compiler.version, compiler.target);
        let _ = writeln!(text, "- Compiler: {}", sentence(&cut(&shown, MOST_CELL)));
    }
    text.push('\n');
    text
}

/// One row for each entry, as many as there is room for.
fn table(report: &Report) -> String {
    let symbols = || {
        let all = report.units.iter().flat_map(|unit| unit.symbols.iter().map(move |symbol| (unit, symbol)));
        all.filter(|(_, symbol)| symbol.cold_of.is_none())
    };
    if symbols().next().is_none() {
        return String::new();
    }
    let extra = Extra {
        closure: symbols().any(|(_, s)| s.closure.is_some()),
        abi: symbols().any(|(_, s)| s.abi.is_some()),
        patchability: symbols().any(|(_, s)| s.patchability.is_some()),
    };
    let mut heads = vec!["", "Name", "Unit", "Cause"];
    heads.extend(extra.closure.then_some("Replace"));
    heads.extend(extra.abi.then_some("Relied on"));
    heads.extend(extra.patchability.then_some("Patchability"));
    let mut text = row(&heads.iter().map(|&head| head.to_owned()).collect::<Vec<_>>());
    text += &row(&vec!["---".to_owned(); heads.len()]);
    let all = symbols().count();
    for (shown, (unit, symbol)) in symbols().enumerate() {
        let next = cells(unit, symbol, extra);
        if text.len() + next.len() > MOST_TABLE {
            let left = count((all - shown) as u64, "row is", "rows are");
            let _ = writeln!(text, "\n{left} left out, because this would be too long.");
            break;
        }
        text += &next;
    }
    text.push('\n');
    text
}

/// Columns that only some reports fill.
#[derive(Clone, Copy)]
struct Extra {
    closure: bool,
    abi: bool,
    patchability: bool,
}

fn cells(unit: &UnitReport, symbol: &SymbolReport, extra: Extra) -> String {
    let status = match symbol.status {
        Status::Changed => "changed",
        Status::New => "**new**",
        Status::Removed => "**removed**",
        Status::LineOnly => "line numbers only",
        Status::Unchanged => "unchanged",
    };
    let mut name = code(&cut(symbol.shown_name(), MOST_CELL));
    match symbol.kind {
        Kind::Function => {}
        Kind::Object => name += " (data object)",
        Kind::Section => name += " (section)",
    }
    let causes = symbol.causes.iter().map(|cause| {
        let at = cause.location.as_ref().map(place).unwrap_or_default();
        format!("{}{at}: {}", json_name(&cause.kind), sentence(&cause.summary))
    });
    let mut cells = vec![
        status.to_owned(),
        name,
        code(&cut(&unit.name, MOST_CELL)),
        cut(&causes.collect::<Vec<_>>().join("; "), MOST_CELL),
    ];
    if extra.closure {
        cells.push(symbol.closure.as_ref().map_or("", |c| if c.member { "yes" } else { "no" }).to_owned());
    }
    if extra.abi {
        let kinds = symbol.abi.iter().flatten().map(|entry| sentence(&entry.kind));
        let mut kinds: Vec<String> = kinds.collect();
        kinds.dedup();
        cells.push(cut(&kinds.join(", "), MOST_CELL));
    }
    if extra.patchability {
        let shown = symbol.patchability.as_ref().map(|p| {
            let notes = p.notes.iter().map(|note| sentence(&note.summary));
            let parts: Vec<String> = std::iter::once(json_name(&p.verdict)).chain(notes).collect();
            parts.join("; ")
        });
        cells.push(cut(&shown.unwrap_or_default(), MOST_CELL));
    }
    row(&cells)
}

fn place(at: &Location) -> String {
    format!(" at {}", code(&format!("{}:{}", at.file, at.line)))
}

/// A row of a table, where a bar ends a cell in code too.
pub(super) fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace("\\|", "|").replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn end(report: &Report) -> String {
    let mut text = String::new();
    let failed = report.units.iter().filter(|unit| !unit.errors.is_empty());
    let failed = failed.map(|unit| format!("- {}: failed\n", code(&cut(&unit.name, MOST_CELL))));
    let skipped = report.skipped.iter().filter(|skipped| skipped.reason != SkipReason::Documentation);
    let skipped =
        skipped.map(|s| format!("- {}: {}\n", code(&cut(&s.path, MOST_CELL)), skip_reason(s.reason)));
    let lines: Vec<String> = failed.chain(skipped).collect();
    for (shown, line) in lines.iter().enumerate() {
        if text.is_empty() {
            text += "\nNot compared:\n\n";
        }
        if text.len() + line.len() > MOST_FRAME {
            let _ = writeln!(text, "- and {} more", lines.len() - shown);
            break;
        }
        text += line;
    }
    text
}

/// A diff to unfold.
struct Block {
    title: String,
    lines: Vec<String>,
}

impl Block {
    /// Bytes that it takes with all lines.
    fn size(&self) -> usize {
        self.lines.iter().map(|line| line.len() + 1).sum()
    }
}

fn blocks(report: &Report, context: Option<usize>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for file in report.fix.iter().flatten() {
        let mut lines = Vec::new();
        for hunk in &file.hunks {
            lines.push("@@".to_owned());
            lines.extend(hunk.lines.iter().map(|line| {
                let mark = match (line.line.original, line.line.patched) {
                    (Some(_), Some(_)) => ' ',
                    (Some(_), None) => '-',
                    _ => '+',
                };
                format!("{mark}{}", visible(&source::untabbed(&line.text)))
            }));
        }
        let title = format!("The fix in {}", markup(source::path(file)));
        blocks.push(Block { title, lines });
    }
    let view = View { layout: Layout::Unified, context };
    for unit in &report.units {
        for symbol in &unit.symbols {
            let Some(listing) = &symbol.listing else { continue };
            let mut text = Vec::new();
            // Memory takes all.
            let _ = listing::write(&symbol.name, listing, view, 0, Style::PLAIN, &mut text);
            let text = String::from_utf8_lossy(&text);
            // A renderer of diffs knows nothing of a line that only leads to something else.
            let lines: Vec<String> = text
                .lines()
                .map(|line| line.replacen('*', "!", usize::from(line.starts_with('*'))))
                .collect();
            if !lines.is_empty() {
                let title = format!("{} of {}", markup(symbol.shown_name()), markup(&unit.name));
                blocks.push(Block { title, lines });
            }
        }
    }
    blocks
}

fn markup(text: &str) -> String {
    format!("<code>{}</code>", escaped(&cut(text, MOST_CELL)))
}

/// The blocks in at most `room` bytes: the longest ones shortened to one length, and the last ones left out when even
/// that is not enough.
fn diffs(blocks: &[Block], room: usize) -> String {
    /// Bytes around the lines of a block, with the longest remark.
    const AROUND: usize = 200;
    /// Bytes of a shortened block that are worth having.
    const WORTH: usize = 240;
    let room = room.saturating_sub(AROUND);
    let around = |block: &Block| AROUND + block.title.len();
    let mut kept = 0;
    let mut taken = 0;
    for block in blocks {
        taken += around(block) + block.size().min(WORTH);
        if taken > room {
            break;
        }
        kept += 1;
    }
    let (shown, left) = blocks.split_at(kept);
    let fixed: usize = shown.iter().map(around).sum();
    let fits = |most: usize| fixed + shown.iter().map(|block| block.size().min(most)).sum::<usize>() <= room;
    // The largest length to which all longer blocks can be shortened.
    let (mut low, mut high) = (0, MOST);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(middle) { low = middle } else { high = middle - 1 }
    }
    let mut text = String::new();
    for block in shown {
        let mut size = 0;
        let lines: Vec<&str> = block
            .lines
            .iter()
            .map(String::as_str)
            .take_while(|line| {
                size += line.len() + 1;
                size <= low
            })
            .collect();
        // Nothing inside may end the block.
        let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(text, "<details><summary>{}</summary>\n\n{fence}diff\n", block.title);
        for line in &lines {
            text.push_str(line);
            text.push('\n');
        }
        let _ = write!(text, "{fence}\n\n");
        if lines.len() < block.lines.len() {
            let cut = count((block.lines.len() - lines.len()) as u64, "more line is", "more lines are");
            let _ = write!(text, "{cut} left out, because this would be too long.\n\n");
        }
        text += "</details>\n";
    }
    if !left.is_empty() {
        let left = count(left.len() as u64, "more diff is", "more diffs are");
        let _ = write!(text, "\n{left} left out, because this would be too long.\n");
    }
    text
}

/// At most `most` bytes of `text`, with an ellipsis where something was cut off.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most - 3).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    format!("{}\u{2026}", &text[..end])
}

/// Text as code: nothing in it means anything.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // A backtick at an end would belong to the fence, and one blank at each end is taken away.
    let pad =
        if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text in which nothing means anything: punctuation of Markdown is escaped, and what would name a person or an issue
/// is written as an entity.
fn sentence(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in visible(text).chars() {
        match c {
            '@' | '#' | '&' | '<' | '>' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '|' | '~' | '$' | '^' => {
                out.push('\\');
                out.push(c);
            }
            // `https://` would become a link.
            ':' => out += "&#58;",
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
