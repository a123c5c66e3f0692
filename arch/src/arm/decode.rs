//! Bytes to instructions and data.

use super::bits::t32;
use super::block::Block;
use super::literals;
use super::tables::{self, Table};
use super::{a32, t32 as thumb};
use crate::{Code, Field, Insn, InsnKind, Mode, Site};

/// [`Insn::opcode`] of direct branches: those of T32 have two lengths, and linkers exchange `bl` and `blx`.
pub(super) const JUMP: u32 = 1 << 31;
pub(super) const CALL: u32 = 1 << 31 | 1 << 9;
/// Where an `it` gives the condition.
const IN_BLOCK: u32 = 1 << 8;

/// What the bits of one instruction say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Length in bytes.
    pub len: u8,
    pub kind: InsnKind,
    pub opcode: u32,
    /// The bits that hold a distance, in the order of the file; 0 for none.
    pub field: u32,
    /// Where the distance leads, as an offset from the start of the section.
    pub target: u64,
}

impl Word {
    pub(super) const PLAIN: Word = Word::of(InsnKind::Plain);

    /// An instruction without a distance.
    pub(super) const fn of(kind: InsnKind) -> Word {
        Word { len: 4, kind, opcode: 0, field: 0, target: 0 }
    }

    /// An instruction with a distance.
    pub(super) const fn to(kind: InsnKind, field: u32, target: u64) -> Word {
        Word { len: 4, kind, opcode: 0, field, target }
    }

    /// The same instruction where it may not happen: nothing ends the flow of control then. Returns that may not happen
    /// are plain; [`crate::Arch::effects`] counts them as reading everything.
    pub(super) fn conditional(self) -> Word {
        let kind = match self.kind {
            InsnKind::Jump => InsnKind::ConditionalJump,
            InsnKind::Return | InsnKind::IndirectJump | InsnKind::Trap | InsnKind::Nop => InsnKind::Plain,
            other => other,
        };
        Word { kind, ..self }
    }

    fn in_block(self) -> Word {
        let opcode = if self.opcode == 0 { 0 } else { self.opcode | IN_BLOCK };
        Word { opcode, ..self.conditional() }
    }
}

/// Decodes all of `code`. Without modes it is A32.
pub(super) fn decode(code: &Code<'_>, out: &mut Vec<Insn>) {
    out.reserve(code.bytes.len() / 4 + 1);
    let first_insn = out.len();
    let mut decoder = Decoder { code, sites: code.sites, table: None, adds_pc: false, out };
    let len = code.bytes.len() as u32;
    let first = code.modes.first().map_or(len, |m| m.offset.min(len));
    decoder.run(Mode::Code, 0, first);
    for (i, change) in code.modes.iter().enumerate() {
        let end = code.modes.get(i + 1).map_or(len, |next| next.offset.min(len));
        decoder.run(change.mode, change.offset, end);
    }
    if decoder.adds_pc {
        literals::resolve(code, &mut out[first_insn..]);
    }
}

struct Decoder<'c, 'o> {
    code: &'c Code<'c>,
    /// Sites that do not lie before what is decoded.
    sites: &'c [Site],
    /// The table that the last instruction jumps through.
    table: Option<Table>,
    /// Some instruction adds the program counter to a register.
    adds_pc: bool,
    out: &'o mut Vec<Insn>,
}

impl Decoder<'_, '_> {
    fn run(&mut self, mode: Mode, start: u32, end: u32) {
        match mode {
            Mode::Code => self.a32(start, end),
            Mode::Thumb => self.t32(start, end),
            Mode::Data => self.data(start, end),
        }
    }

    fn bytes(&self, at: u32, len: usize) -> &[u8] {
        self.code.bytes.get(at as usize..at as usize + len).unwrap_or_default()
    }

    fn word(&self, at: u32) -> u32 {
        self.bytes(at, 4).try_into().map_or(0, u32::from_le_bytes)
    }

    fn half(&self, at: u32) -> u16 {
        self.bytes(at, 2).try_into().map_or(0, u16::from_le_bytes)
    }

    fn address(&self, at: u32) -> u64 {
        self.code.address.wrapping_add(u64::from(at))
    }

    fn a32(&mut self, start: u32, end: u32) {
        let mut at = start;
        while at < end {
            if end - at < 4 {
                self.push_unknown(at, end - at);
                return;
            }
            let word = self.word(at);
            self.adds_pc |= literals::plain_addition(Mode::Code, word, 4).is_some();
            self.push(at, a32::look(word, self.address(at)));
            at += 4;
        }
    }

    fn t32(&mut self, start: u32, end: u32) {
        let mut at = start;
        let mut block = Block::default();
        while at < end {
            if end - at < 2 {
                self.push_unknown(at, 1);
                return;
            }
            let half = self.half(at);
            let found = if !thumb::is_wide(half) {
                thumb::look_narrow(half, self.address(at))
            } else if end - at >= 4 {
                thumb::look_wide(self.word(at), self.address(at))
            } else {
                self.push_unknown(at, 2);
                at += 2;
                continue;
            };
            self.adds_pc |= half & 0xff78 == 0x4478;
            let found = if block.is_inside() { found.in_block() } else { found };
            self.push(at, found);
            block.step(half);
            at += u32::from(found.len);
            if found.kind == InsnKind::IndirectJump && found.len == 4 {
                self.table = tables::of_jump(self.code, self.out, t32(self.word(at - 4)));
            }
        }
    }

    fn data(&mut self, start: u32, end: u32) {
        let mut at = start;
        if let Some(table) = self.table.take_if(|t| t.start == start) {
            at = self.entries(table, end);
        }
        while at < end {
            let len = self.piece(at, end);
            self.push_data(at, len);
            at += len;
        }
    }

    /// The length of the run of data at `at`: what a relocation fills, else a word, or what is left of one.
    fn piece(&mut self, at: u32, end: u32) -> u32 {
        let before = self.sites.partition_point(|s| s.offset < at);
        self.sites = &self.sites[before..];
        let mut next = self.sites.iter().filter(|s| s.kind.size() != Some(0));
        let word = 4 - (self.address(at) & 3) as u32;
        let len = match next.next() {
            Some(site) if site.offset == at => u32::from(site.kind.size().unwrap_or(4)).clamp(1, 8),
            Some(site) => word.min(site.offset - at),
            None => word,
        };
        len.min(end - at)
    }

    /// The entries of a table, as far as they lie in front of `end`; gives the offset behind them.
    fn entries(&mut self, table: Table, end: u32) -> u32 {
        let base = self.address(table.start);
        let size = u32::from(table.entry);
        let mut at = table.start;
        for _ in 0..table.count {
            if end - at < size {
                break;
            }
            let entry = if size == 1 { u64::from(self.bytes(at, 1)[0]) } else { u64::from(self.half(at)) };
            let field = Field::whole(0, table.entry);
            let (mut field, mut target) = (Some(field), Some(base.wrapping_add(2 * entry)));
            if self.is_relocated(at, u32::MAX, table.entry) {
                (field, target) = (None, None);
            }
            let len = table.entry;
            self.out.push(Insn { offset: at, len, kind: InsnKind::Data, opcode: 0, field, target });
            at += size;
        }
        at
    }

    /// Whether a relocation fills any of these bits.
    fn is_relocated(&mut self, at: u32, bits: u32, len: u8) -> bool {
        // The field of a site is at most eight bytes.
        let before = self.sites.partition_point(|s| s.offset + 8 <= at);
        self.sites = &self.sites[before..];
        let mask = if len == 4 { bits } else { bits & ((1 << (8 * len)) - 1) };
        mask != 0
            && self.sites.iter().take_while(|s| s.offset < at + u32::from(len)).any(|s| {
                let size = s.kind.size().map_or(4, u32::from);
                size != 0 && s.offset + size > at
            })
    }

    fn push(&mut self, at: u32, word: Word) {
        let has_distance = word.field != 0 && !self.is_relocated(at, word.field, word.len);
        let field = Field { offset: 0, size: word.len, bits: word.field };
        self.out.push(Insn {
            offset: at,
            len: word.len,
            kind: word.kind,
            opcode: word.opcode,
            field: has_distance.then_some(field),
            target: has_distance.then_some(word.target),
        });
    }

    fn push_data(&mut self, at: u32, len: u32) {
        self.push(at, Word { len: len as u8, ..Word::of(InsnKind::Data) });
    }

    fn push_unknown(&mut self, at: u32, len: u32) {
        self.push(at, Word { len: len as u8, ..Word::of(InsnKind::Unknown) });
    }
}

/// Whether `bytes` between two functions only fill space: zeros, and the instructions that do nothing.
pub(super) fn is_padding(bytes: &[u8]) -> bool {
    let start = bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len());
    // What fills up to the next instruction is zero, and so may be the instruction's own first bytes.
    (start.saturating_sub(3)..=start).any(|at| is_a32_padding(&bytes[at..]) || is_t32_padding(&bytes[at..]))
}

fn is_a32_padding(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<4>();
    rest.is_empty() && words.iter().all(|w| matches!(u32::from_le_bytes(*w), 0xe320_f000 | 0xe1a0_0000 | 0))
}

fn is_t32_padding(bytes: &[u8]) -> bool {
    let (halves, rest) = bytes.as_chunks::<2>();
    let mut halves = halves.iter().map(|h| u16::from_le_bytes(*h));
    while let Some(half) = halves.next() {
        let fills = match half {
            0 | 0xbf00 | 0x46c0 => true,
            0xf3af => halves.next() == Some(0x8000),
            _ => false,
        };
        if !fills {
            return false;
        }
    }
    rest.is_empty()
}
