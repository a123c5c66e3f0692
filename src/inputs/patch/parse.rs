//! Reading unified diffs: what `diff -u`, `git diff`, `git format-patch` and mail folders write.
//!
//! Text around the changes (mail headers, messages, diffstats, signatures) is free. Inside a change nothing is:
//! whatever does not fit is an error, because a line passed over is a change passed over.

use super::name::{self, Name};
use super::parsed::{Action, FilePatch, LineKind, Parsed, PatchHunk, PatchLine};

/// Reads a patch.
///
/// The error is a sentence that names the line in the patch and what to do.
pub fn parse(text: &[u8]) -> Result<Parsed<'_>, String> {
    let lines = super::super::fix::split_lines(text);
    let mut parser = Parser { lines, at: 0, parsed: Parsed::default(), mail: false };
    parser.run()?;
    Ok(parser.parsed)
}

struct Parser<'a> {
    lines: Vec<&'a [u8]>,
    /// Index of the line to be read next.
    at: usize,
    parsed: Parsed<'a>,
    /// Whether the text has a mail's or a commit's header, so that loose text means nothing.
    mail: bool,
}

/// A line without its line end, and without a carriage return before it.
fn chomp(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl<'a> Parser<'a> {
    /// The line `ahead` lines from here, without its line end; empty behind the end.
    fn peek(&self, ahead: usize) -> &'a [u8] {
        self.lines.get(self.at + ahead).map_or(&[], |l| chomp(l))
    }

    /// An error about the line to be read next.
    fn fail<T>(&self, what: impl std::fmt::Display) -> Result<T, String> {
        Err(format!("line {}: {what}", self.at + 1))
    }

    fn run(&mut self) -> Result<(), String> {
        let mut context_diff = None;
        while self.at < self.lines.len() {
            let line = self.peek(0);
            if let Some(names) = line.strip_prefix(b"diff --git ") {
                self.git_section(names)?;
            } else if self.starts_section() {
                let start = self.at;
                self.section(FilePatch {
                    line: start + 1,
                    original: None,
                    patched: None,
                    action: Action::Modify,
                    git: false,
                    no_prefix: false,
                    mode: None,
                    carriage_returns: false,
                    hunks: Vec::new(),
                })?;
            } else if line.starts_with(b"diff --cc ") || line.starts_with(b"diff --combined ") {
                return self.fail(
                    "a combined diff of a merge cannot be applied; make the patch with `git diff PARENT MERGE`",
                );
            } else if self.lost_content(line) {
                return self.fail(format_args!(
                    "`{}`: the content of that file is not in the patch; make it with `diff -ruN --text`",
                    line.escape_ascii()
                ));
            } else if ranges(line).is_some() && (!self.mail || !self.parsed.files.is_empty()) {
                return self.fail("a hunk without a file: the `---` and `+++` lines before it are missing");
            } else {
                if line == b"***************" {
                    context_diff = Some(self.at + 1);
                }
                self.free_text(line);
                self.at += 1;
            }
        }
        match context_diff {
            Some(line) if self.parsed.files.is_empty() => {
                Err(format!("line {line}: this is a context diff; make the patch with `diff -u`"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a file's `---` and `+++` lines stand here.
    fn starts_section(&self) -> bool {
        self.peek(0).starts_with(b"--- ") && self.peek(1).starts_with(b"+++ ")
    }

    /// Whether a line of `diff -r` says that files differ whose content it left out.
    fn lost_content(&self, line: &[u8]) -> bool {
        let differ =
            (line.starts_with(b"Binary files ") || line.starts_with(b"Files ")) && line.ends_with(b" differ");
        let only = line.starts_with(b"Only in ") && line.windows(2).any(|w| w == b": ");
        (differ || only) && !self.mail
    }

    /// Looks for a subject, and for signs of a mail.
    fn free_text(&mut self, line: &'a [u8]) {
        if line.starts_with(b"From ") || line.starts_with(b"From: ") || line.starts_with(b"commit ") {
            self.mail = true;
        }
        if self.parsed.subject.is_some() {
            return;
        }
        if let Some(first) = line.strip_prefix(b"Subject: ") {
            self.mail = true;
            let mut subject = first.to_vec();
            let mut ahead = 1;
            // A header goes on in lines that begin with white space.
            while self.peek(ahead).first().is_some_and(|b| b" \t".contains(b)) && subject.len() < 4096 {
                subject.push(b' ');
                subject.extend(self.peek(ahead).trim_ascii());
                ahead += 1;
            }
            self.parsed.subject = super::mail::subject(&subject);
        } else if self.mail && line.starts_with(b"    ") && self.parsed.files.is_empty() {
            // `git show` indents the message by four columns.
            self.parsed.subject = super::mail::subject(line);
        }
    }

    /// Reads a section that begins with `diff --git`.
    fn git_section(&mut self, names: &'a [u8]) -> Result<(), String> {
        let line = self.at + 1;
        let Some((original, patched)) = name::read_pair(names) else {
            return self.fail("cannot tell the two file names of this `diff --git` line apart");
        };
        let prefixed = |raw| Some(Name { raw, prefixed: true });
        let mut file = FilePatch {
            line,
            no_prefix: original == patched,
            original: prefixed(original),
            patched: prefixed(patched),
            action: Action::Modify,
            git: true,
            mode: None,
            carriage_returns: false,
            hunks: Vec::new(),
        };
        self.at += 1;
        while self.at < self.lines.len() {
            let line = self.peek(0);
            if self.starts_section() {
                return self.section(file);
            }
            if !self.extended_header(line, &mut file)? {
                break;
            }
            self.at += 1;
        }
        self.finish(file)
    }

    /// Takes one of git's header lines into `file`; `false` when the line is none.
    fn extended_header(&self, line: &'a [u8], file: &mut FilePatch<'a>) -> Result<bool, String> {
        let full_name = |text: &[u8]| match name::read(text) {
            Some((raw, _)) => Ok(Some(Name { raw, prefixed: false })),
            None => self.fail("the quoted file name does not end"),
        };
        let mode = |text: &[u8]| {
            std::str::from_utf8(text.trim_ascii()).ok().and_then(|t| u32::from_str_radix(t, 8).ok())
        };
        if let Some(text) = line.strip_prefix(b"new mode ") {
            file.mode = mode(text);
        } else if let Some(text) = line.strip_prefix(b"new file mode ") {
            file.mode = mode(text);
            file.action = Action::Create;
        } else if let Some(text) = line.strip_prefix(b"deleted file mode ") {
            file.mode = mode(text);
            file.action = Action::Remove;
        } else if let Some(text) = line.strip_prefix(b"rename from ") {
            file.action = Action::Rename;
            file.original = full_name(text)?;
        } else if let Some(text) = line.strip_prefix(b"rename to ") {
            file.action = Action::Rename;
            file.patched = full_name(text)?;
        } else if let Some(text) = line.strip_prefix(b"copy from ") {
            file.action = Action::Copy;
            file.original = full_name(text)?;
        } else if let Some(text) = line.strip_prefix(b"copy to ") {
            file.action = Action::Copy;
            file.patched = full_name(text)?;
        } else if let Some(text) = line.strip_prefix(b"index ") {
            // `index 1234..5678 100644`: the mode is there when it does not change.
            if let Some(space) = text.iter().position(|&b| b == b' ') {
                file.mode = file.mode.or(mode(&text[space..]).filter(|m| m & 0o170_000 != 0o100_000));
            }
        } else if line.starts_with(b"GIT binary patch")
            || (line.starts_with(b"Binary files ") && line.ends_with(b" differ"))
        {
            let name = file.patched.as_ref().or(file.original.as_ref());
            return self.fail(format_args!(
                "`{}` is a binary file; fixscope compares what is compiled from text: take that part out of the patch",
                name.map(ToString::to_string).unwrap_or_default()
            ));
        } else {
            let known: [&[u8]; 3] = [b"old mode ", b"similarity index ", b"dissimilarity index "];
            return Ok(known.iter().any(|k| line.starts_with(k)));
        }
        Ok(true)
    }

    /// Reads a section from its `---` line on.
    fn section(&mut self, mut file: FilePatch<'a>) -> Result<(), String> {
        file.carriage_returns =
            self.lines[self.at].ends_with(b"\r\n") && self.lines[self.at + 1].ends_with(b"\r\n");
        let (original, original_time) = self.file_line()?;
        let (patched, patched_time) = self.file_line()?;
        let renames = matches!(file.action, Action::Rename | Action::Copy);
        if original.is_none() && patched.is_none() {
            return self.fail("both sides of this section are /dev/null");
        }
        if original.is_none() {
            file.action = Action::Create;
        } else if patched.is_none() {
            file.action = Action::Remove;
        } else if !file.git && is_epoch(original_time) {
            file.action = Action::Create;
        } else if !file.git && is_epoch(patched_time) {
            file.action = Action::RemoveIfEmpty;
        }
        if !renames {
            (file.original, file.patched) = (original, patched);
        }
        if !self.peek(0).starts_with(b"@@ -") {
            return self
                .fail("no hunk follows the `---` and `+++` lines: the patch is cut off, get it again");
        }
        while self.peek(0).starts_with(b"@@ -") {
            let hunk = self.hunk()?;
            file.hunks.push(hunk);
        }
        self.no_stray_lines()?;
        self.finish(file)
    }

    /// Reads a `---` or `+++` line: the name (`None`: /dev/null) and what stands behind it.
    fn file_line(&mut self) -> Result<(Option<Name>, &'a [u8]), String> {
        let Some((raw, rest)) = name::read(&self.peek(0)[4..]) else {
            return self.fail("the quoted file name does not end");
        };
        self.at += 1;
        let name = (raw != b"/dev/null").then_some(Name { raw, prefixed: true });
        Ok((name, rest))
    }

    /// Reads a hunk, its header first.
    fn hunk(&mut self) -> Result<PatchHunk<'a>, String> {
        let header = self.peek(0);
        let Some((original, patched)) = ranges(header) else {
            return self.fail(format_args!("`{}` is no hunk header", shown(header)));
        };
        let mut hunk = PatchHunk {
            line: self.at + 1,
            original_start: original.0,
            patched_start: patched.0,
            lines: Vec::new(),
        };
        self.at += 1;
        let (mut original_left, mut patched_left) = (original.1, patched.1);
        let wrong = |what: &str| {
            format!(
                "line {}: the hunk `{}` {what}; it states {} original and {} patched lines: the patch is cut off or \
                 was edited by hand, get it again",
                hunk.line,
                shown(header),
                original.1,
                patched.1
            )
        };
        while original_left > 0 || patched_left > 0 {
            let Some(&line) = self.lines.get(self.at) else {
                return Err(wrong("ends with the file before it is complete"));
            };
            let body = line.strip_suffix(b"\n").unwrap_or(line);
            let (kind, text) = match body.split_first() {
                Some((b' ', text)) => (LineKind::Context, text),
                Some((b'-', text)) => (LineKind::Removed, text),
                Some((b'+', text)) => (LineKind::Added, text),
                Some((b'\\', _)) => {
                    if !self.no_line_feed(&mut hunk.lines) {
                        return Err(wrong("begins with a `\\` line"));
                    }
                    continue;
                }
                // Mail programs cut the blank off an empty line of context.
                None => (LineKind::Context, body),
                Some((b'\r', [])) => (LineKind::Context, body),
                Some(_) => return Err(wrong("has a line that belongs to no hunk before it is complete")),
            };
            let fits = match kind {
                LineKind::Context => original_left > 0 && patched_left > 0,
                LineKind::Removed => original_left > 0,
                LineKind::Added => patched_left > 0,
            };
            if !fits {
                return Err(wrong("has more lines than it states"));
            }
            if kind != LineKind::Added {
                original_left -= 1;
            }
            if kind != LineKind::Removed {
                patched_left -= 1;
            }
            hunk.lines.push(PatchLine { kind, text, line_feed: true });
            self.at += 1;
        }
        if self.lines.get(self.at).is_some_and(|l| l.starts_with(b"\\")) {
            self.no_line_feed(&mut hunk.lines);
        }
        if hunk.lines.is_empty() {
            return Err(wrong("is empty"));
        }
        Ok(hunk)
    }

    /// Takes a `\ No newline at end of file` line (in whatever language) into the line before it.
    fn no_line_feed(&mut self, lines: &mut [PatchLine<'a>]) -> bool {
        self.at += 1;
        let Some(last) = lines.last_mut() else { return false };
        last.line_feed = false;
        true
    }

    /// Refuses lines behind a hunk that look as if they belonged to it.
    fn no_stray_lines(&self) -> Result<(), String> {
        let mut ahead = 0;
        while self.at + ahead < self.lines.len() && self.peek(ahead).trim_ascii().is_empty() {
            ahead += 1;
        }
        let line = self.peek(ahead);
        let signature = line == b"-- " || line == b"--";
        let header = line.starts_with(b"--- ") && self.peek(ahead + 1).starts_with(b"+++ ");
        let stray = match line.first() {
            Some(b'+') => true,
            Some(b'-') => !signature && !header,
            Some(b' ') => ahead == 0,
            _ => false,
        };
        if stray {
            return Err(format!(
                "line {}: `{}` follows a complete hunk: the line counts in the hunk's header are too small, or the \
                 patch was edited by hand; get it again",
                self.at + ahead + 1,
                shown(line)
            ));
        }
        Ok(())
    }

    /// Adds a section that has been read.
    fn finish(&mut self, file: FilePatch<'a>) -> Result<(), String> {
        const FILE_TYPE: u32 = 0o170_000;
        const REGULAR: u32 = 0o100_000;
        if let Some(mode) = file.mode
            && mode & FILE_TYPE != REGULAR
        {
            let what = match mode & FILE_TYPE {
                0o120_000 => "a symbolic link",
                0o160_000 => "a submodule",
                _ => "no regular file",
            };
            let name =
                file.patched.as_ref().or(file.original.as_ref()).map(ToString::to_string).unwrap_or_default();
            return Err(format!("line {}: `{name}` is {what}; take that part out of the patch", file.line));
        }
        self.parsed.files.push(file);
        Ok(())
    }
}

/// The two ranges of a hunk header, each as start and count.
fn ranges(header: &[u8]) -> Option<((u32, u32), (u32, u32))> {
    fn range(text: &str) -> Option<(u32, u32)> {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse().ok())?;
        Some((digits(start)?, digits(count)?))
    }
    // What stands behind the second `@@` is free text in any encoding.
    let rest = header.strip_prefix(b"@@ -")?;
    let end = rest.windows(3).position(|w| w == b" @@")?;
    let (original, patched) = std::str::from_utf8(&rest[..end]).ok()?.split_once(" +")?;
    Some((range(original)?, range(patched)?))
}

/// A line of the patch for a message: cut to a readable length.
pub fn shown(line: &[u8]) -> String {
    const LONGEST: usize = 100;
    let cut = line.get(..LONGEST).unwrap_or(line);
    let text = String::from_utf8_lossy(cut).replace(|c: char| c.is_control() && c != '\t', "\u{fffd}");
    if cut.len() < line.len() { format!("{text}…") } else { text }
}

/// Whether what stands behind a file name is the time stamp of 1970-01-01 00:00 UTC, which `diff -N` gives to a
/// file that does not exist.
fn is_epoch(stamp: &[u8]) -> bool {
    let Ok(stamp) = std::str::from_utf8(stamp) else { return false };
    let mut words = stamp.split_ascii_whitespace();
    let (Some(date), Some(time)) = (words.next(), words.next()) else { return false };
    let day: i64 = match date {
        "1970-01-01" => 0,
        "1969-12-31" => -1,
        _ => return false,
    };
    // No field has more digits, and so few cannot overflow below.
    let number = |text: &str| (text.len() <= 4).then(|| text.parse::<i64>().ok())?;
    let mut parts = time.split('.').next().unwrap_or_default().split(':').map(number);
    let (Some(Some(hour)), Some(Some(minute)), Some(Some(second))) =
        (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let local = day * 86400 + hour * 3600 + minute * 60 + second;
    match words.next() {
        // Without a zone any half hour within a day is as good as midnight.
        None => local.abs() <= 14 * 3600 && local % 1800 == 0,
        Some(zone) => {
            let (sign, digits) = match zone.split_at_checked(1) {
                Some(("+", digits)) => (1, digits),
                Some(("-", digits)) => (-1, digits),
                _ => return false,
            };
            digits.len() == 4
                && number(digits)
                    .is_some_and(|zone| local == sign * ((zone / 100) * 3600 + (zone % 100) * 60))
        }
    }
}
