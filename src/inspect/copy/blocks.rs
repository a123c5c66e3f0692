//! Statements put together to what can only be copied as a whole.

use std::ops::Range;

use fixscope_arch::Syntax;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::load::asm::{Name, SectionId, Sections, Statement, StatementKind, TokenKind};

/// An assembly file.
pub(super) struct Source<'s, 't> {
    /// The whole text.
    pub text: &'t [u8],
    /// All statements in order.
    pub statements: &'s [Statement<'t>],
    /// All sections.
    pub sections: &'s Sections<'t>,
    /// How it is written.
    pub syntax: &'static Syntax,
}

/// A function, a data object, or something that stands for itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Indices of its statements, ascending.
    pub statements: Vec<usize>,
    /// Blocks that stand in its text and that nothing names, such as its entries of the exception table, and those that lie
    /// behind an anchor.
    pub tables: Vec<usize>,
    /// Nothing names it, and it stands in no function's text.
    pub is_unnamed: bool,
}

/// All blocks of a file.
#[derive(Debug, Default)]
pub(super) struct Blocks<'t> {
    pub all: Vec<Block>,
    /// By statement: its block. Those without are about the file or about symbols.
    pub of_statement: Vec<Option<usize>>,
    defined: FxHashMap<Name<'t>, usize>,
    /// Symbols that other files can see.
    global: FxHashSet<String>,
}

/// Directives that neither make bytes nor are about symbols: what they say is for the file, or for debugging.
const WITHOUT_BYTES: [&str; 19] = [
    ".file",
    ".loc",
    ".addrsig",
    ".section",
    ".pushsection",
    ".popsection",
    ".previous",
    ".subsection",
    ".text",
    ".data",
    ".bss",
    ".rodata",
    ".line",
    ".comm",
    ".largecomm",
    ".lcomm",
    ".weakref",
    ".loc_mark_labels",
    ".end",
];

/// Directives that say something about the whole file.
pub(super) const ABOUT_FILE: [&str; 16] = [
    ".ident",
    ".version",
    ".intel_syntax",
    ".att_syntax",
    ".code32",
    ".code64",
    ".arch",
    ".arch_extension",
    ".object_arch",
    ".cpu",
    ".fpu",
    ".syntax",
    ".eabi_attribute",
    ".aeabi_subsection",
    ".aeabi_attribute",
    ".cfi_sections",
];

/// What a statement is to a block.
enum Role<'a, 't> {
    Label(&'a Name<'t>),
    Align,
    Bytes,
    /// `.set`, `.comm` and the like: a definition without a place.
    Definition,
    Enters,
    /// Stays with the code around it.
    Frame,
    Other,
}

fn role<'a, 't>(statement: &'a Statement<'t>) -> Role<'a, 't> {
    match &statement.kind {
        StatementKind::Label(name) => Role::Label(name),
        StatementKind::Assignment { .. } => Role::Definition,
        StatementKind::Instruction { .. } => Role::Bytes,
        StatementKind::Directive { name, .. } => match *name {
            ".comm" | ".largecomm" | ".lcomm" | ".weakref" => Role::Definition,
            ".align" | ".p2align" | ".balign" | ".p2alignw" | ".p2alignl" => Role::Align,
            ".section" | ".pushsection" | ".popsection" | ".previous" | ".subsection" | ".text" | ".data"
            | ".bss" | ".rodata" => Role::Enters,
            name if name.starts_with(".cfi_") && name != ".cfi_sections" => Role::Frame,
            ".fnstart" | ".fnend" | ".cantunwind" | ".save" | ".vsave" | ".pad" | ".setfp" | ".movsp"
            | ".personality" | ".personalityindex" | ".unwind_raw" => Role::Frame,
            name if WITHOUT_BYTES.contains(&name)
                || ABOUT_FILE.contains(&name)
                || name.starts_with(".cfi_") =>
            {
                Role::Other
            }
            _ if !statement.describes().is_empty() => Role::Other,
            _ => Role::Bytes,
        },
    }
}

/// Whether a definition names the place where it stands.
fn is_place(statement: &Statement<'_>) -> bool {
    match &statement.kind {
        StatementKind::Assignment { value, .. } => value.iter().any(|t| t.kind == TokenKind::Dot),
        _ => false,
    }
}

/// A section and the part of it: bytes follow each other there.
type Stream = (SectionId, i64);

impl<'t> Blocks<'t> {
    /// Divides a file.
    pub(super) fn find(source: &Source<'_, 't>) -> Blocks<'t> {
        let mut blocks = Blocks { of_statement: vec![None; source.statements.len()], ..Blocks::default() };
        for statement in source.statements {
            if let StatementKind::Directive { name: ".globl" | ".global" | ".weak", .. } = statement.kind {
                blocks.global.extend(statement.describes().iter().map(ToString::to_string));
            }
            // A common symbol is global unless `.local` stands before it.
            if let StatementKind::Directive { name: ".comm" | ".largecomm", .. } = statement.kind {
                blocks.global.extend(statement.defines().map(|name| name.to_string()));
            }
        }
        for statement in source.statements {
            if let StatementKind::Directive { name: ".local", .. } = statement.kind {
                for name in statement.describes() {
                    blocks.global.remove(&name.to_string());
                }
            }
        }
        let functions = blocks.functions(source);
        blocks.data(source, &functions);
        for (i, statement) in source.statements.iter().enumerate() {
            if let (Some(block), Some(name)) = (blocks.of_statement[i], statement.defines()) {
                blocks.defined.insert(name, block);
            }
        }
        blocks
    }

    /// The block that defines a name.
    pub(super) fn of(&self, name: &Name<'_>) -> Option<usize> {
        self.defined.get(name).copied()
    }

    /// All names of symbols and labels.
    pub(super) fn symbols(&self) -> impl Iterator<Item = &str> {
        self.defined.keys().filter_map(|name| match name {
            Name::Symbol(name) => Some(&**name),
            Name::Numeric { .. } => None,
        })
    }

    /// Whether other files can see a symbol.
    pub(super) fn is_global(&self, name: &str) -> bool {
        self.global.contains(name)
    }

    /// Whether a reference stays one to another file: the symbol is global and was not asked for. Of a COMDAT group
    /// every file has its own.
    pub(super) fn is_elsewhere(
        &self,
        name: &Name<'_>,
        block: usize,
        wanted: &FxHashSet<&str>,
        source: &Source<'_, '_>,
    ) -> bool {
        let Name::Symbol(name) = name else { return false };
        self.is_global(name) && !wanted.contains(&**name) && !self.is_comdat(block, source)
    }

    /// Whether a block lies in a COMDAT group.
    pub(super) fn is_comdat(&self, block: usize, source: &Source<'_, '_>) -> bool {
        let first = self.all[block].statements.first();
        first.is_some_and(|&i| source.sections.head(source.statements[i].section).group.is_some())
    }

    fn new_block(&mut self) -> usize {
        self.all.push(Block::default());
        self.all.len() - 1
    }

    fn add(&mut self, block: usize, statement: usize) {
        self.of_statement[statement] = Some(block);
        self.all[block].statements.push(statement);
    }

    /// Finds the functions: from a label that is not local to the assembler to the statement of its size, and in the
    /// same text whatever code lies in other sections (cold parts). Gives by statement the function it stands in.
    fn functions(&mut self, source: &Source<'_, 't>) -> Vec<Option<usize>> {
        let statements = source.statements;
        let mut within: Vec<Option<usize>> = vec![None; statements.len()];
        let is_code = |s: &Statement<'_>| source.sections.head(s.section).is_code();
        let is_begin = |s: &Statement<'_>| match &s.kind {
            StatementKind::Label(Name::Symbol(name)) => {
                is_code(s) && !name.starts_with(source.syntax.local_prefix)
            }
            _ => false,
        };
        let sizes = sizes(statements);
        let mut i = 0;
        // By stream: statements that stand in front of the next function.
        let mut before: FxHashMap<Stream, Vec<usize>> = FxHashMap::default();
        while i < statements.len() {
            let statement = &statements[i];
            let stream = (statement.section, statement.subsection);
            if !is_begin(statement) {
                if is_code(statement)
                    && matches!(role(statement), Role::Label(_) | Role::Align | Role::Bytes | Role::Frame)
                {
                    before.entry(stream).or_default().push(i);
                }
                i += 1;
                continue;
            }
            let block = self.new_block();
            self.lead_in(source, before.remove(&stream).unwrap_or_default(), block);
            let end = framed(statements, i, self.end(statements, i, &sizes, is_begin));
            let mut j = i;
            while j < end {
                let inner = &statements[j];
                within[j] = Some(block);
                if is_code(inner) && !matches!(role(inner), Role::Enters | Role::Other | Role::Definition) {
                    self.add(block, j);
                }
                j += 1;
            }
            i = end;
        }
        // What is left is code that nothing names.
        for list in before.into_values() {
            let block = self.new_block();
            self.lead_in(source, list, block);
            self.all[block].is_unnamed = true;
        }
        within
    }

    /// What stands in front of a function belongs to it when it makes bytes (places for tracing) or moves them. Labels
    /// alone, such as those of the ends of functions, are places of their own.
    fn lead_in(&mut self, source: &Source<'_, 't>, list: Vec<usize>, block: usize) {
        let has_bytes = list.iter().any(|&i| matches!(role(&source.statements[i]), Role::Bytes));
        for i in list {
            match role(&source.statements[i]) {
                Role::Label(_) if !has_bytes => {
                    let place = self.new_block();
                    self.add(place, i);
                }
                _ => self.add(block, i),
            }
        }
    }

    /// The statement behind a function that begins at `begin`.
    fn end(
        &self,
        statements: &[Statement<'t>],
        begin: usize,
        sizes: &FxHashMap<String, usize>,
        is_begin: impl Fn(&Statement<'_>) -> bool,
    ) -> usize {
        if let Some(name) = statements[begin].defines()
            && let Some(&size) = sizes.get(&name.to_string())
            && size > begin
        {
            return size;
        }
        // Hand-written code without a size goes on to the next function of its section, or to another section.
        let stream = |s: &Statement<'_>| (s.section, s.subsection);
        let rest = statements[begin + 1..].iter();
        let length = rest.take_while(|s| stream(s) == stream(&statements[begin]) && !is_begin(s)).count();
        begin + 1 + length
    }

    /// Divides everything else by labels.
    fn data(&mut self, source: &Source<'_, 't>, within: &[Option<usize>]) {
        let mut open: FxHashMap<Stream, Open> = FxHashMap::default();
        // Section anchors: what lies behind one may be reached by nothing but its distance from it.
        let mut anchors: FxHashMap<Stream, usize> = FxHashMap::default();
        for (i, statement) in source.statements.iter().enumerate() {
            let head = source.sections.head(statement.section);
            let stream = (statement.section, statement.subsection);
            let role = role(statement);
            if matches!(role, Role::Definition) {
                let block = self.new_block();
                self.add(block, i);
                if is_place(statement) {
                    anchors.insert(stream, block);
                }
                continue;
            }
            if matches!(role, Role::Enters) {
                open.entry(stream).or_default().leave();
                continue;
            }
            if self.of_statement[i].is_some() || !head.is_allocated() || is_note(&head.name) {
                continue;
            }
            let state = open.entry(stream).or_default();
            let known = self.all.len();
            match role {
                Role::Align => state.pending.push(i),
                Role::Label(name) => {
                    let is_local = match name {
                        Name::Symbol(name) => name.starts_with(source.syntax.local_prefix),
                        Name::Numeric { .. } => true,
                    };
                    let is_numeric = matches!(name, Name::Numeric { .. });
                    // A local label right behind bytes of a named object is a place in it.
                    let inside = is_local && state.is_named && state.last_bytes == i.checked_sub(1);
                    let joins = state.block.is_some() && (inside || is_numeric || !state.has_bytes);
                    if !joins {
                        *state = Open { pending: std::mem::take(&mut state.pending), ..Open::default() };
                    }
                    let block = match state.block {
                        Some(block) => block,
                        None => self.new_block(),
                    };
                    state.block = Some(block);
                    state.is_named |= !is_local;
                    if is_numeric {
                        self.mark_unnamed(block, within[i]);
                    }
                    self.take_pending(state, block);
                    self.add(block, i);
                }
                Role::Bytes => {
                    let block = match state.block {
                        Some(block) => block,
                        None => {
                            let block = self.new_block();
                            self.mark_unnamed(block, within[i]);
                            block
                        }
                    };
                    state.block = Some(block);
                    state.has_bytes = true;
                    state.last_bytes = Some(i);
                    self.take_pending(state, block);
                    self.add(block, i);
                }
                Role::Frame | Role::Other | Role::Enters | Role::Definition => {}
            }
            if let Some(&anchor) = anchors.get(&stream) {
                let behind = known..self.all.len();
                self.all[anchor].tables.extend(behind);
            }
        }
    }

    /// Nothing names a block: it belongs to the function in whose text it stands, or to those it refers to.
    fn mark_unnamed(&mut self, block: usize, function: Option<usize>) {
        if !self.all[block].statements.is_empty() {
            return;
        }
        match function {
            Some(function) => self.all[function].tables.push(block),
            None => self.all[block].is_unnamed = true,
        }
    }

    fn take_pending(&mut self, state: &mut Open, block: usize) {
        for i in std::mem::take(&mut state.pending) {
            self.add(block, i);
        }
    }
}

/// What has been seen last in a stream.
#[derive(Debug, Default)]
struct Open {
    block: Option<usize>,
    /// Alignment for what comes next.
    pending: Vec<usize>,
    has_bytes: bool,
    /// A label that is not local to the assembler names it.
    is_named: bool,
    /// Index of the last statement that made bytes.
    last_bytes: Option<usize>,
}

impl Open {
    /// Another section has been in force, or is next: what comes without a label is something else.
    fn leave(&mut self) {
        *self = Open::default();
    }
}

/// The end of a function with that of its frame, which Clang writes behind the statement of the size.
fn framed(statements: &[Statement<'_>], begin: usize, end: usize) -> usize {
    let end = behind_frame(statements, begin..end, [".cfi_startproc", ".cfi_endproc"]);
    behind_frame(statements, begin..end, [".fnstart", ".fnend"])
}

fn behind_frame(statements: &[Statement<'_>], function: Range<usize>, [opens, closes]: [&str; 2]) -> usize {
    let (begin, end) = (function.start, function.end);
    let is = |s: &Statement<'_>, wanted: &str| matches!(s.kind, StatementKind::Directive { name, .. } if name == wanted);
    let count = |wanted: &str| statements[begin..end].iter().filter(|s| is(s, wanted)).count();
    if count(opens) <= count(closes) {
        return end;
    }
    let rest = statements[end..].iter();
    let before = rest.take_while(|s| matches!(role(s), Role::Frame | Role::Other) && !is(s, closes)).count();
    match statements.get(end + before) {
        Some(statement) if is(statement, closes) => end + before + 1,
        _ => end,
    }
}

/// By symbol: the statement of its size.
fn sizes(statements: &[Statement<'_>]) -> FxHashMap<String, usize> {
    let mut sizes = FxHashMap::default();
    for (i, statement) in statements.iter().enumerate() {
        if let StatementKind::Directive { name: ".size", .. } = statement.kind {
            for name in statement.describes() {
                sizes.insert(name.to_string(), i);
            }
        }
    }
    sizes
}

/// Whether a section holds notes about the file as a whole.
pub(super) fn is_note(section: &str) -> bool {
    section.starts_with(".note.")
}
