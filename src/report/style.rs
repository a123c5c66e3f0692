//! Roles of text. A writer names the role of each piece; whether and how a role is coloured is decided here.

use std::borrow::Cow;
use std::fmt;

use colored::Color;

/// What a piece of text is, for the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Name of a unit, or another heading.
    Heading,
    /// Something changed.
    Changed,
    /// Something is there on the patched side only.
    New,
    /// Something is there on the original side only.
    Removed,
    /// A place in the source.
    Place,
    /// The header of a run of instructions.
    Hunk,
    /// Something failed.
    Failed,
    /// Detail that may be passed over.
    Quiet,
}

/// Whether text is coloured. Each role also has its own mark or word, so that nothing is said by colour only;
/// the colours are the ones that people who see red and green alike still tell apart from plain text.
///
/// The crate `colored` decides by a global whether its strings are coloured; a library must not, so only its
/// colour codes are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Write escape sequences.
    pub coloured: bool,
}

impl Style {
    /// Text without escape sequences.
    pub const PLAIN: Style = Style { coloured: false };

    /// Puts the escape sequences of `role` around `text`, when this style is coloured. Control characters in
    /// `text` are made visible in any case: names come from files that nobody vouches for.
    pub fn paint<'t>(self, role: Role, text: &'t str) -> Painted<'t> {
        Painted { style: self, role, text }
    }
}

impl Style {
    /// Paints a line in pieces, those that differ from the other side's underlined and bold.
    pub fn paint_pieces(self, role: Role, pieces: &[(bool, &str)]) -> String {
        let piece = |&(differs, text): &(bool, &str)| match differs && self.coloured {
            true => format!("\x1b[1;4m{}", self.paint(role, text)),
            false => self.paint(role, text).to_string(),
        };
        pieces.iter().map(piece).collect()
    }
}

/// Text with its role.
#[derive(Debug, Clone, Copy)]
pub struct Painted<'t> {
    style: Style,
    role: Role,
    text: &'t str,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = visible(self.text);
        if !self.style.coloured || text.is_empty() {
            return f.write_str(&text);
        }
        let bold = "1";
        let (attribute, colour) = match self.role {
            Role::Heading => (bold, None),
            Role::Changed => (bold, Some(Color::Yellow)),
            Role::New => ("", Some(Color::Green)),
            Role::Removed => ("", Some(Color::Red)),
            Role::Place | Role::Hunk => ("", Some(Color::Cyan)),
            Role::Failed => (bold, Some(Color::Red)),
            Role::Quiet => ("2", None),
        };
        let colour = colour.map(|c| c.to_fg_str()).unwrap_or_default();
        let separator = if attribute.is_empty() || colour.is_empty() { "" } else { ";" };
        write!(f, "\x1b[{attribute}{separator}{colour}m{text}\x1b[0m")
    }
}

/// `text` with control characters, and those that reorder what is shown, written as escapes. Line breaks too:
/// a piece of text is a piece of one line.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => shown.push(' '),
            c if hidden(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_style_writes_no_escape_sequence_even_if_the_text_has_one() {
        let shown = Style::PLAIN.paint(Role::Changed, "a\x1b[31mb\n\u{202e}").to_string();
        assert_eq!(shown, "a\\u{1b}[31mb\\n\\u{202e}");
    }

    #[test]
    fn colour_is_around_the_text() {
        let style = Style { coloured: true };
        assert_eq!(style.paint(Role::Changed, "f").to_string(), "\x1b[1;33mf\x1b[0m");
        assert_eq!(style.paint(Role::New, "f").to_string(), "\x1b[32mf\x1b[0m");
        assert_eq!(style.paint(Role::Heading, "f").to_string(), "\x1b[1mf\x1b[0m");
        assert_eq!(style.paint(Role::Heading, "").to_string(), "");
    }
}
