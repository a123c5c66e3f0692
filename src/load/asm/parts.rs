//! What sections hold while an assembly file is read.

use fixscope_arch::text::record;
use rustc_hash::FxHashMap;

use super::expr::{Expr, Place};
use super::sections::{SectionHead, SectionId};

/// More bytes than this in one file are refused: what a directive asks for costs nothing to write.
const MOST_BYTES: u64 = 512 << 20;

/// Section sizes beyond this are no sizes.
const LARGEST: u64 = 1 << 48;

/// A field whose value is known only when the whole file is read.
#[derive(Debug)]
pub(super) struct Field {
    /// Offset in bytes from the start of the part.
    pub offset: u64,
    pub what: FieldKind,
    pub value: Expr,
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// A number of so many bytes among data.
    Data(u8),
    /// [`record::REFERENCE`] of an instruction.
    Operand,
    /// What stands behind [`record::BRANCH`] in a record that begins there.
    Branch(u64),
    /// What stands behind [`record::DISTANCE`].
    Distance,
}

/// A subsection.
#[derive(Debug)]
pub(super) struct Part {
    pub section: SectionId,
    pub number: i64,
    pub is_code: bool,
    is_nobits: bool,
    pub bytes: Vec<u8>,
    pub size: u64,
    pub align: u64,
    pub fields: Vec<Field>,
    /// Lines of the records: offset of the record and line.
    pub lines: Vec<(u64, u32)>,
    /// Records of data among code: offset of the record and number of its bytes of data, ascending.
    pub literals: Vec<(u64, u8)>,
    /// Where instructions of another instruction set begin: offset, and how many bytes the program counter is ahead of
    /// an instruction there.
    pub ahead: Vec<(u64, u8)>,
}

impl Part {
    /// How many bytes the program counter is ahead of the instruction at an offset.
    pub(super) fn ahead(&self, offset: u64) -> u8 {
        let behind = self.ahead.partition_point(|(at, _)| *at <= offset);
        behind.checked_sub(1).map_or(0, |i| self.ahead[i].1)
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub all: Vec<Part>,
    by_section: FxHashMap<(SectionId, i64), u32>,
    current: u32,
    bytes: u64,
    pub line: u32,
}

/// Bytes that a directive writes, with fields.
#[derive(Debug, Default)]
pub(super) struct Payload {
    pub bytes: Vec<u8>,
    /// Offset, size and value.
    pub fields: Vec<(u64, u8, Expr)>,
}

impl Parts {
    /// Makes a part the one that is written to.
    pub(super) fn enter(&mut self, section: SectionId, number: i64, head: &SectionHead<'_>) {
        let next = self.all.len() as u32;
        self.current = *self.by_section.entry((section, number)).or_insert(next);
        if self.current == next {
            self.all.push(Part {
                section,
                number,
                is_code: head.is_code(),
                is_nobits: head.sh_type == object::elf::SHT_NOBITS,
                bytes: Vec::new(),
                size: 0,
                align: 1,
                fields: Vec::new(),
                lines: Vec::new(),
                literals: Vec::new(),
                ahead: Vec::new(),
            });
        }
    }

    pub(super) fn current(&mut self) -> &mut Part {
        &mut self.all[self.current as usize]
    }

    /// Where the next byte goes.
    pub(super) fn here(&self) -> Place {
        Place { part: self.current, offset: self.all[self.current as usize].size }
    }

    /// Whether what is written now stands among code, as records.
    pub(super) fn in_code(&self) -> bool {
        self.all[self.current as usize].is_code
    }

    /// Adds zeros, or bytes of one value.
    pub(super) fn fill(&mut self, count: u64, value: u8) -> Result<(), String> {
        let part = &self.all[self.current as usize];
        if part.is_nobits {
            if value != 0 {
                return Err("bytes in a section that has none".to_owned());
            }
            return self.grow(count);
        }
        self.charge(count)?;
        let part = self.current();
        part.bytes.resize(part.bytes.len() + count as usize, value);
        part.size += count;
        Ok(())
    }

    fn grow(&mut self, count: u64) -> Result<(), String> {
        let part = self.current();
        let size = part.size.checked_add(count).filter(|size| *size <= LARGEST);
        part.size =
            size.ok_or_else(|| format!("{count} bytes, which make the section larger than any memory"))?;
        Ok(())
    }

    fn charge(&mut self, count: u64) -> Result<(), String> {
        self.bytes = self.bytes.saturating_add(count);
        if self.bytes > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            return Err(format!(
                "{count} bytes, which make more than {most} MiB of the file; fixscope reads no more"
            ));
        }
        Ok(())
    }

    /// Adds what a directive writes: as it is among data, in records among code.
    pub(super) fn write(&mut self, payload: Payload) -> Result<(), String> {
        if !self.in_code() {
            let is_zero = payload.fields.is_empty() && payload.bytes.iter().all(|&b| b == 0);
            let (line, part) = (self.line, &self.all[self.current as usize]);
            if part.is_nobits {
                if !is_zero {
                    return Err("bytes in a section that has none".to_owned());
                }
                return self.grow(payload.bytes.len() as u64);
            }
            self.charge(payload.bytes.len() as u64)?;
            let part = self.current();
            let base = part.size;
            let fields = payload.fields.into_iter().map(|(at, size, value)| Field {
                offset: base + at,
                what: FieldKind::Data(size),
                value,
                line,
            });
            part.fields.extend(fields);
            part.size += payload.bytes.len() as u64;
            part.bytes.extend_from_slice(&payload.bytes);
            return Ok(());
        }
        // One field for each record at most: an instruction does not have many.
        let mut fields = payload.fields.into_iter().peekable();
        let mut at = 0;
        while at < payload.bytes.len() {
            let mut end = (at + record::LONGEST).min(payload.bytes.len());
            let field = fields.next_if(|f| f.0 as usize == at);
            match (&field, fields.peek()) {
                (Some((_, size, _)), _) => end = at + usize::from(*size),
                (None, Some(next)) => end = end.min(next.0 as usize),
                (None, None) => {}
            }
            let field = field.map(|(_, size, value)| (0, FieldKind::Data(size), value));
            self.record(record::DATA, &payload.bytes[at..end], field.into_iter().collect())?;
            at = end;
        }
        Ok(())
    }

    /// Adds a record. Fields are by their offset in the text.
    pub(super) fn record(
        &mut self,
        class: u8,
        text: &[u8],
        fields: Vec<(usize, FieldKind, Expr)>,
    ) -> Result<(), String> {
        if text.len() > record::LONGEST {
            return Err(format!(
                "an instruction of {} characters, which is more than fixscope reads",
                text.len()
            ));
        }
        let length = text.len() + record::HEADER;
        self.charge(length as u64)?;
        let line = self.line;
        let part = self.current();
        if part.is_nobits {
            return Err("an instruction in a section that has no bytes".to_owned());
        }
        let start = part.size;
        part.lines.push((start, line));
        if class == record::DATA {
            part.literals.push((start, text.len() as u8));
        }
        part.bytes.extend_from_slice(&[length as u8, class]);
        part.bytes.extend_from_slice(text);
        part.size += length as u64;
        part.fields.extend(fields.into_iter().map(|(at, what, value)| Field {
            offset: start + (record::HEADER + at) as u64,
            what: if what == FieldKind::Branch(0) { FieldKind::Branch(start) } else { what },
            value,
            line,
        }));
        Ok(())
    }

    /// Moves to a multiple of `align` bytes, by `most` bytes at most. Among code that is no statement of its own.
    pub(super) fn align(&mut self, align: u64, value: u8, most: Option<u64>) -> Result<(), String> {
        if align > 1 << 32 || !align.is_power_of_two() {
            return Err(format!("an alignment of {align} bytes, which is no power of two up to 4 GiB"));
        }
        let part = self.current();
        part.align = part.align.max(align);
        if part.is_code {
            return Ok(());
        }
        let missing = part.size.next_multiple_of(align) - part.size;
        if most.is_some_and(|most| missing > most && most != 0) {
            return Ok(());
        }
        let value = if part.is_nobits { 0 } else { value };
        self.fill(missing, value)
    }
}

impl Parts {
    /// Makes `.bss` the section that is written to.
    pub(super) fn enter_bss(&mut self) {
        let bss = SectionId(2);
        let head = SectionHead {
            name: ".bss".into(),
            sh_type: object::elf::SHT_NOBITS,
            flags: u64::from(object::elf::SHF_ALLOC | object::elf::SHF_WRITE),
            entsize: 0,
            group: None,
            linked_to: None,
            unique: None,
        };
        self.enter(bss, 0, &head);
    }

    /// Makes a part that has been entered before the one that is written to.
    pub(super) fn return_to(&mut self, part: u32) {
        self.current = part;
    }
}
