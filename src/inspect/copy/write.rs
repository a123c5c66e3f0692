//! Copied blocks as text.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::blocks::{ABOUT_FILE, Blocks, Source, is_note};
use super::{Copied, Needed};
use crate::load::asm::{Name, SectionId, Statement, StatementKind, TokenKind};

/// Writes what is needed, in the order of the file.
pub(super) fn write(
    source: &Source<'_, '_>,
    blocks: &Blocks<'_>,
    needed: &Needed,
    wanted: &FxHashSet<&str>,
) -> Copied {
    let mut copied = Copied { external: needed.external.iter().cloned().collect(), ..Copied::default() };
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut own: BTreeSet<String> = BTreeSet::new();
    // By section: the first symbol that is copied from it.
    let mut first: FxHashMap<SectionId, String> = FxHashMap::default();
    for (i, statement) in source.statements.iter().enumerate() {
        let is_copied = blocks.of_statement[i].is_some_and(|b| needed.blocks[b]);
        let Some(Name::Symbol(name)) = statement.defines().filter(|_| is_copied) else { continue };
        if name.starts_with(source.syntax.local_prefix) {
            continue;
        }
        if source.sections.head(statement.section).flags & u64::from(object::elf::SHF_WRITE) != 0
            && matches!(statement.kind, StatementKind::Label(_))
            || matches!(
                statement.kind,
                StatementKind::Directive { name: ".comm" | ".lcomm" | ".largecomm", .. }
            )
        {
            own.insert(name.to_string());
        }
        if matches!(statement.kind, StatementKind::Label(_)) {
            first.entry(statement.section).or_insert_with(|| name.to_string());
        }
        names.insert(name.into_owned());
    }
    let mut writer = Writer::new(source, &mut copied.text);
    writer.link(&names, &first);
    let mut hidden: Vec<&&str> = wanted.iter().filter(|name| !blocks.is_global(name)).collect();
    hidden.sort_unstable();
    for (i, statement) in source.statements.iter().enumerate() {
        let keep = match blocks.of_statement[i] {
            Some(block) => needed.blocks[block],
            None => is_kept(source, statement, &About { blocks, needed, wanted, names: &names }),
        };
        if keep {
            writer.statement(statement);
        }
    }
    for name in hidden {
        writer.line(&[b"\t.globl\t", quoted(name).as_bytes()]);
    }
    writer.finish();
    copied.needed = names.iter().filter(|name| !wanted.contains(name.as_str())).cloned().collect();
    copied.own_data = own.into_iter().filter(|name| !wanted.contains(name.as_str())).collect();
    copied
}

/// A name as the assembler takes it, whatever it holds.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$');
    if name.chars().all(plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

struct About<'a, 't> {
    blocks: &'a Blocks<'t>,
    needed: &'a Needed,
    wanted: &'a FxHashSet<&'a str>,
    /// Symbols that are defined in the copy.
    names: &'a BTreeSet<String>,
}

/// Whether a statement that belongs to no block is copied.
fn is_kept(source: &Source<'_, '_>, statement: &Statement<'_>, about: &About<'_, '_>) -> bool {
    let section = &source.sections.head(statement.section).name;
    let StatementKind::Directive { name, tokens } = &statement.kind else {
        return is_note(section) && section != ".note.GNU-stack";
    };
    let described = statement.describes();
    if !described.is_empty() {
        return described.iter().any(|symbol| describes_copied(name, &symbol.to_string(), source, about));
    }
    match *name {
        // The name of the source makes the FILE symbol; with a number it is for debugging.
        ".file" => matches!(tokens.as_slice(), [one] if one.kind == TokenKind::String),
        ".loc" | ".line" | ".addrsig" | ".end" | ".loc_mark_labels" => false,
        ".section" | ".pushsection" | ".popsection" | ".previous" | ".subsection" | ".text" | ".data"
        | ".bss" | ".rodata" => false,
        name if ABOUT_FILE.contains(&name) => true,
        name if name.starts_with(".cfi_") => false,
        _ => is_note(section),
    }
}

/// Whether what a directive says of a symbol holds for the copy.
fn describes_copied(directive: &str, symbol: &str, source: &Source<'_, '_>, about: &About<'_, '_>) -> bool {
    let is_defined = about.names.contains(symbol) || symbol.starts_with(source.syntax.local_prefix);
    let block = about.blocks.of(&Name::Symbol(symbol.into()));
    match directive {
        ".addrsig_sym" => false,
        ".globl" | ".global" | ".weak" | ".hidden" | ".protected" | ".internal" => {
            if !is_defined {
                return about.needed.external.contains(symbol);
            }
            // What comes along only because it is needed must not clash with the one it was copied from.
            about.wanted.contains(symbol) || block.is_some_and(|b| about.blocks.is_comdat(b, source))
        }
        _ => is_defined && block.is_some_and(|b| about.needed.blocks[b]),
    }
}

/// Writes statements, and enters sections where they need another.
struct Writer<'w, 's, 't> {
    source: &'w Source<'s, 't>,
    out: &'w mut Vec<u8>,
    current: Option<(SectionId, i64)>,
    /// By section: how it was described first.
    heads: FxHashMap<SectionId, Vec<u8>>,
}

impl<'w, 's, 't> Writer<'w, 's, 't> {
    fn new(source: &'w Source<'s, 't>, out: &'w mut Vec<u8>) -> Self {
        let mut heads: FxHashMap<SectionId, Vec<u8>> = FxHashMap::default();
        let mut described: FxHashSet<SectionId> = FxHashSet::default();
        for statement in source.statements {
            let StatementKind::Directive { name, tokens } = &statement.kind else { continue };
            let text = &source.text[statement.span.clone()];
            let head = match *name {
                ".text" | ".data" | ".bss" | ".rodata" => name.as_bytes().to_vec(),
                ".section" => text.to_vec(),
                // The same words in another directive.
                ".pushsection" => [b".section", &text[".pushsection".len()..]].concat(),
                _ => continue,
            };
            // The first that says more than a name describes the section.
            let says_more = tokens.iter().any(|token| token.is(","));
            if says_more && described.insert(statement.section) || !heads.contains_key(&statement.section) {
                heads.insert(statement.section, head);
            }
        }
        Writer { source, out, current: None, heads }
    }

    /// Sections that must stay with a symbol (flag `o`) name one. GCC 12 names the file's first function for all of
    /// them; where that is not copied, another takes its place, of the same section when there is one.
    fn link(&mut self, names: &BTreeSet<String>, first: &FxHashMap<SectionId, String>) {
        for (i, head) in self.source.sections.all().iter().enumerate() {
            let id = SectionId(i as u32);
            let Some(old) = head.linked_to.as_deref().filter(|old| !names.contains(*old)) else { continue };
            let defines = |s: &&Statement<'_>| matches!(&s.kind, StatementKind::Label(Name::Symbol(name)) if name == old);
            let section = self.source.statements.iter().find(defines).map(|s| s.section);
            let any = || first.iter().min_by_key(|(section, _)| **section).map(|(_, name)| name);
            let new = section.and_then(|section| first.get(&section)).or_else(any);
            if let (Some(text), Some(new)) = (self.heads.get_mut(&id), new)
                && let Some(at) = memchr::memmem::rfind(text, old.as_bytes())
            {
                text.splice(at..at + old.len(), new.bytes());
            }
        }
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        // These say the same wherever they stand.
        let is_anywhere = matches!(statement.kind, StatementKind::Directive { name: ".file" | ".ident", .. });
        let stream = (statement.section, statement.subsection);
        if !is_anywhere && self.current != Some(stream) {
            self.enter(stream);
        }
        let text = &self.source.text[statement.span.clone()];
        match statement.kind {
            StatementKind::Label(_) => self.line(&[text]),
            _ => self.line(&[b"\t", text]),
        }
    }

    fn enter(&mut self, stream: (SectionId, i64)) {
        let (section, part) = stream;
        let name = &self.source.sections.head(section).name;
        let head = self.heads.get(&section).cloned();
        // A file begins in `.text` without saying so.
        let head = head.unwrap_or_else(|| name.as_bytes().to_vec());
        self.line(&[b"\t", &head]);
        // What the head says of a part may be another one's.
        if part != 0 || self.source.statements.iter().any(|s| s.section == section && s.subsection != 0) {
            self.line(&[format!("\t.subsection\t{part}").as_bytes()]);
        }
        self.current = Some(stream);
    }

    fn line(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.out.extend_from_slice(part);
        }
        self.out.push(b'\n');
    }

    /// Says, as the file does, whether the stack may hold code.
    fn finish(&mut self) {
        let sections = self.source.sections.all().iter().enumerate();
        let note = sections.map(|(i, head)| (SectionId(i as u32), head));
        for (id, _) in note.filter(|(_, head)| head.name == ".note.GNU-stack").collect::<Vec<_>>() {
            if let Some(head) = self.heads.get(&id).cloned() {
                self.line(&[b"\t", &head]);
            }
        }
    }
}
