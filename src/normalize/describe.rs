//! What a reference leads to, in words.

use super::entities::EntityKind;
use super::normalized::Normalized;
use super::targets::Target;

impl Normalized<'_, '_> {
    /// A target in words: a symbol's name with an offset, or the content of something nameless.
    pub fn describe(&self, target: Target) -> String {
        match target {
            Target::Symbol { index, addend } => plus(&self.unit.symbols[index as usize].name, addend),
            Target::Entity { id, offset: 0 }
                if self.entity(id).by_content && self.name(id).starts_with(".L") =>
            {
                let entity = self.entity(id);
                entity
                    .section
                    .map_or_else(|| self.name(id).to_owned(), |s| self.describe_nameless(s, entity.offset))
            }
            Target::Entity { id, offset } => {
                let entity = self.entity(id);
                let inside = u64::try_from(offset).ok().filter(|&at| at != 0);
                let at = inside.and_then(|at| entity.offset.checked_add(at));
                match entity.section.zip(at).and_then(|(s, at)| self.unit.line(s, at)) {
                    Some(line) if entity.kind == EntityKind::Function => {
                        format!("{} at line {line}", self.name(id))
                    }
                    _ => plus(self.name(id), offset),
                }
            }
            Target::Nameless { section, offset, inner } => {
                plus(&self.describe_nameless(section, offset), inner)
            }
            Target::Place { section, offset } => {
                plus(self.unit.section(section).map_or("?", |s| &s.name), offset)
            }
            Target::Unplaced { section, .. } => {
                format!("a place in {}", self.unit.section(section).map_or("?", |s| &s.name))
            }
            Target::Number(number) => format!("{number:#x}"),
        }
    }

    fn describe_nameless(&self, section: u32, offset: u64) -> String {
        let Some(info) = self.unit.section(section) else { return "?".to_owned() };
        let range = self.nameless_extent(section, offset);
        let bytes = self.bytes(section, range.clone());
        // Linked files have no sections of strings.
        let is_text = self.unit.linked.is_some() && self.text_length(section, offset) == bytes.len() as u64;
        if is_text && !bytes.is_empty() || info.is_strings() && info.entsize <= 1 {
            let text = String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(bytes)).into_owned();
            // The kernel's log levels are a control character and a digit in front of the text.
            let shown: String = text.chars().take(60).collect();
            let dots = if shown.len() < text.len() { "…" } else { "" };
            return format!("string {shown:?}{dots}");
        }
        let len = range.end - range.start;
        if len <= 16 && !bytes.is_empty() {
            let hex: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
            return format!("constant {}", hex.join(" "));
        }
        format!("{len} bytes at {}+{offset:#x}", info.name)
    }
}

/// A name with an offset behind it, where there is one.
fn plus(name: &str, offset: i64) -> String {
    match offset {
        0 => name.to_owned(),
        o if o > 0 => format!("{name}+{o:#x}"),
        o => format!("{name}-{:#x}", o.unsigned_abs()),
    }
}
