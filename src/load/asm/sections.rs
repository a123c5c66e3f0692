//! Sections of an assembly file, and which of them is in force.

use std::borrow::Cow;

use object::elf;
use rustc_hash::FxHashMap;

use super::token::{Name, Token, TokenKind, arguments};

/// Index of a section in [`Sections::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionId(pub u32);

/// A section as directives describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionHead<'t> {
    /// Name.
    pub name: Cow<'t, str>,
    /// ELF `sh_type`.
    pub sh_type: u32,
    /// ELF `sh_flags`.
    pub flags: u64,
    /// ELF `sh_entsize`.
    pub entsize: u64,
    /// Signature of its COMDAT group.
    pub group: Option<Cow<'t, str>>,
    /// A symbol of the section that it must stay with (flag `o`).
    pub linked_to: Option<Cow<'t, str>>,
    /// Number that tells it from sections of the same name (`unique`).
    pub unique: Option<u64>,
}

impl SectionHead<'_> {
    /// Whether the section is part of the running program.
    pub fn is_allocated(&self) -> bool {
        self.flags & u64::from(elf::SHF_ALLOC) != 0
    }

    /// Whether it holds code.
    pub fn is_code(&self) -> bool {
        self.flags & u64::from(elf::SHF_EXECINSTR) != 0
    }
}

/// The sections seen so far, the one in force, and those to come back to.
#[derive(Debug)]
pub struct Sections<'t> {
    all: Vec<SectionHead<'t>>,
    by_name: FxHashMap<Key<'t>, SectionId>,
    /// The newest section of each name, for directives that give nothing but the name.
    newest: FxHashMap<Cow<'t, str>, SectionId>,
    current: (SectionId, i64),
    previous: (SectionId, i64),
    stack: Vec<[(SectionId, i64); 2]>,
}

/// What tells sections apart: name, group, `unique` number, and the symbol that it must stay with.
type Key<'t> = (Cow<'t, str>, Option<Cow<'t, str>>, Option<u64>, Option<Cow<'t, str>>);

/// More sections on the stack than this are a mistake.
const DEEPEST: usize = 1000;

impl<'t> Sections<'t> {
    /// The three that every file has, with `.text` in force.
    pub(super) fn new() -> Self {
        let mut sections = Sections {
            all: Vec::new(),
            by_name: FxHashMap::default(),
            newest: FxHashMap::default(),
            current: (SectionId(0), 0),
            previous: (SectionId(0), 0),
            stack: Vec::new(),
        };
        for name in [".text", ".data", ".bss"] {
            // Nothing contradicts the first.
            _ = sections.find(plain(Cow::Borrowed(name)), false);
        }
        sections
    }

    /// The sections in the order in which they were first named.
    pub fn all(&self) -> &[SectionHead<'t>] {
        &self.all
    }

    /// One section.
    pub fn head(&self, id: SectionId) -> &SectionHead<'t> {
        &self.all[id.0 as usize]
    }

    /// The section in force, and the part of it.
    pub fn current(&self) -> (SectionId, i64) {
        self.current
    }

    /// Follows a directive if it is about sections. What is wrong with it is an error without place.
    pub(super) fn follow(&mut self, name: &str, tokens: &[Token<'t>]) -> Result<bool, String> {
        let arguments = arguments(tokens);
        let number = |i: usize| match arguments.get(i) {
            None => Ok(0),
            Some(argument) => subsection(argument),
        };
        match name {
            ".text" | ".data" | ".bss" | ".rodata" => {
                let part = number(0)?;
                let id = self.find(plain(Cow::Owned(name.to_owned())), false)?;
                self.enter(id, part);
            }
            // Where the assembler keeps what unwinding needs on Arm.
            ".handlerdata" => {
                let head =
                    SectionHead { flags: u64::from(elf::SHF_ALLOC), ..plain(Cow::Borrowed(".ARM.extab")) };
                let id = self.find(head, true)?;
                self.enter(id, 0);
            }
            ".section" => {
                let (head, part, told) = self.read(&arguments)?;
                let id = self.find(head, told)?;
                self.enter(id, part);
            }
            ".pushsection" => {
                if self.stack.len() >= DEEPEST {
                    return Err(format!("more than {DEEPEST} `.pushsection` without `.popsection`"));
                }
                let (head, part, told) = self.read(&arguments)?;
                self.stack.push([self.current, self.previous]);
                let id = self.find(head, told)?;
                self.enter(id, part);
            }
            ".popsection" => {
                let Some([current, previous]) = self.stack.pop() else {
                    return Err("`.popsection` without `.pushsection`".to_owned());
                };
                (self.current, self.previous) = (current, previous);
            }
            ".previous" => std::mem::swap(&mut self.current, &mut self.previous),
            ".subsection" => {
                let part = number(0)?;
                self.enter(self.current.0, part);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn enter(&mut self, id: SectionId, part: i64) {
        self.previous = self.current;
        self.current = (id, part);
    }

    fn find(&mut self, head: SectionHead<'t>, told: bool) -> Result<SectionId, String> {
        // A name alone means the section that has been described before.
        if !told && let Some(&id) = self.newest.get(&head.name) {
            return Ok(id);
        }
        let key = (head.name.clone(), head.group.clone(), head.unique, head.linked_to.clone());
        let id = *self.by_name.entry(key).or_insert_with(|| {
            self.all.push(head.clone());
            SectionId(self.all.len() as u32 - 1)
        });
        let known = self.head(id);
        if told && (known.is_allocated(), known.is_code()) != (head.is_allocated(), head.is_code()) {
            // The assembler warns and keeps what was said first.
            let what = "is loaded and whether it is code";
            return Err(format!("section {} says otherwise than before whether it {what}", head.name));
        }
        self.newest.insert(head.name, id);
        Ok(id)
    }

    /// The arguments of `.section` and `.pushsection` (GNU assembler's manual, "Section", ELF version).
    fn read(&self, arguments: &[&[Token<'t>]]) -> Result<(SectionHead<'t>, i64, bool), String> {
        let name = arguments.first().and_then(|a| section_name(a)).ok_or("a section without a name")?;
        let mut head = plain(name);
        let mut rest = &arguments[1..];
        let mut part = 0;
        if let Some([Token { kind: TokenKind::Number(_), .. }, ..]) = rest.first() {
            part = subsection(rest[0])?;
            rest = &rest[1..];
        }
        let Some((flags, rest)) = rest.split_first() else { return Ok((head, part, false)) };
        let [Token { kind: TokenKind::String, text }] = flags else {
            return Err("the flags of a section are no text in quotes".to_owned());
        };
        head.flags = 0;
        let mut letters = Letters::default();
        letters.read(&super::literal::string(text).unwrap_or_default(), &mut head.flags)?;
        let mut rest = rest.iter();
        if let Some(kind) = rest.next() {
            head.sh_type = section_type(kind)?;
        }
        if letters.mergeable {
            head.entsize = match rest.next() {
                Some([Token { kind: TokenKind::Number(n), .. }]) => u64::try_from(*n).unwrap_or(0),
                _ => return Err("a mergeable section without the size of its entries".to_owned()),
            };
        }
        if letters.linked {
            let symbol = rest.next().and_then(|a| section_name(a));
            head.linked_to = Some(symbol.ok_or("flag `o` without a symbol")?);
        }
        if letters.group {
            let signature = rest.next().and_then(|a| section_name(a));
            head.group = Some(signature.ok_or("flag `G` without the name of the group")?);
        } else if letters.same_group {
            head.group.clone_from(&self.head(self.current.0).group);
        }
        while let Some(word) = rest.next() {
            match word {
                [Token { text: b"comdat", .. }] => {}
                [Token { text: b"unique", .. }] => {
                    let Some([Token { kind: TokenKind::Number(n), .. }]) = rest.next() else {
                        return Err("`unique` without a number".to_owned());
                    };
                    head.unique = u64::try_from(*n).ok();
                }
                _ => return Err("an argument of `.section` that fixscope does not know".to_owned()),
            }
        }
        Ok((head, part, true))
    }
}

#[derive(Debug, Default)]
struct Letters {
    mergeable: bool,
    linked: bool,
    group: bool,
    same_group: bool,
}

impl Letters {
    fn read(&mut self, letters: &[u8], flags: &mut u64) -> Result<(), String> {
        if letters.first().is_some_and(u8::is_ascii_digit) {
            let text = String::from_utf8_lossy(letters);
            let number = match text.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16),
                None => text.parse(),
            };
            *flags = number.map_err(|_| format!("section flags `{text}` are no number"))?;
            return Ok(());
        }
        for &letter in letters {
            let flag = match letter {
                b'a' => elf::SHF_ALLOC,
                b'w' => elf::SHF_WRITE,
                b'x' => elf::SHF_EXECINSTR,
                b'M' => elf::SHF_MERGE,
                b'S' => elf::SHF_STRINGS,
                b'G' => elf::SHF_GROUP,
                b'T' => elf::SHF_TLS,
                b'o' => elf::SHF_LINK_ORDER,
                b'R' => elf::SHF_GNU_RETAIN,
                b'e' => elf::SHF_EXCLUDE,
                // SHF_X86_64_LARGE of the AMD64 supplement.
                b'l' => 0x1000_0000,
                b'?' | b'd' => 0,
                _ => return Err(format!("section flag `{}`, which fixscope does not know", letter as char)),
            };
            *flags |= u64::from(flag);
            self.mergeable |= letter == b'M';
            self.linked |= letter == b'o';
            self.group |= letter == b'G';
            self.same_group |= letter == b'?';
        }
        Ok(())
    }
}

fn subsection(argument: &[Token<'_>]) -> Result<i64, String> {
    match argument {
        [] => Ok(0),
        [Token { kind: TokenKind::Number(n), .. }] if *n <= 8192 => Ok(*n as i64),
        _ => Err("a subsection that is no number from 0 to 8192".to_owned()),
    }
}

/// Names of sections may hold characters that names of symbols cannot; the words of one stand without blanks.
fn section_name<'t>(argument: &[Token<'t>]) -> Option<Cow<'t, str>> {
    match argument {
        [] => None,
        [token] => match token.name() {
            Some(Name::Symbol(name)) => Some(name),
            _ => Some(Cow::Owned(String::from_utf8(token.text.to_vec()).ok()?)),
        },
        many => {
            let bytes: Vec<u8> = many.iter().flat_map(|t| t.text.iter().copied()).collect();
            Some(Cow::Owned(String::from_utf8(bytes).ok()?))
        }
    }
}

fn section_type(argument: &[Token<'_>]) -> Result<u32, String> {
    let word = match argument {
        // `%progbits` looks like a register.
        [Token { kind: TokenKind::Register, text }] => text.get(1..).unwrap_or_default(),
        [sigil, Token { text, .. }] if sigil.is("@") || sigil.is("#") || sigil.is("%") => *text,
        [Token { kind: TokenKind::String, text }] => {
            text.get(1..text.len().saturating_sub(1)).unwrap_or_default()
        }
        [Token { text, .. }] => *text,
        _ => &[],
    };
    Ok(match word {
        b"progbits" => elf::SHT_PROGBITS,
        b"nobits" => elf::SHT_NOBITS,
        b"note" => elf::SHT_NOTE,
        b"init_array" => elf::SHT_INIT_ARRAY,
        b"fini_array" => elf::SHT_FINI_ARRAY,
        b"preinit_array" => elf::SHT_PREINIT_ARRAY,
        b"unwind" => elf::SHT_X86_64_UNWIND,
        // What LLVM keeps for itself is never allocated.
        word if word.starts_with(b"llvm_") => elf::SHT_PROGBITS,
        word => {
            let text = String::from_utf8_lossy(word);
            let number = match text.strip_prefix("0x") {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => text.parse(),
            };
            number.map_err(|_| format!("section type `{text}`, which fixscope does not know"))?
        }
    })
}

/// What a name alone says about a section (GNU assembler, `elf.c` of BFD, `special_sections`).
fn plain(name: Cow<'_, str>) -> SectionHead<'_> {
    const W: u32 = elf::SHF_ALLOC | elf::SHF_WRITE;
    const X: u32 = elf::SHF_ALLOC | elf::SHF_EXECINSTR;
    const TABLE: [(&str, u32, u32); 16] = [
        (".text", elf::SHT_PROGBITS, X),
        (".init_array", elf::SHT_INIT_ARRAY, W),
        (".fini_array", elf::SHT_FINI_ARRAY, W),
        (".preinit_array", elf::SHT_PREINIT_ARRAY, W),
        (".init", elf::SHT_PROGBITS, X),
        (".fini", elf::SHT_PROGBITS, X),
        (".data", elf::SHT_PROGBITS, W),
        (".data1", elf::SHT_PROGBITS, W),
        (".bss", elf::SHT_NOBITS, W),
        (".rodata", elf::SHT_PROGBITS, elf::SHF_ALLOC),
        (".rodata1", elf::SHT_PROGBITS, elf::SHF_ALLOC),
        (".tdata", elf::SHT_PROGBITS, W | elf::SHF_TLS),
        (".tbss", elf::SHT_NOBITS, W | elf::SHF_TLS),
        (".gnu.linkonce.t", elf::SHT_PROGBITS, X),
        (".gnu.linkonce.d", elf::SHT_PROGBITS, W),
        (".gnu.linkonce.r", elf::SHT_PROGBITS, elf::SHF_ALLOC),
    ];
    let is =
        |start: &str| name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let known = TABLE.iter().find(|(start, ..)| is(start));
    let (sh_type, flags) = known.map_or((elf::SHT_PROGBITS, 0), |(_, t, f)| (*t, *f));
    SectionHead {
        name,
        sh_type,
        flags: u64::from(flags),
        entsize: 0,
        group: None,
        linked_to: None,
        unique: None,
    }
}
