//! Words to instructions.
//!
//! What an instruction does to the flow of control and where it holds a distance is told from its bits (Arm
//! Architecture Reference Manual, C4.1 "A64 instruction set encoding"), not by a decoder: decoders give one answer for
//! some words that differ.

use crate::{Code, Field, Insn, InsnKind, Mode, Site};

/// `nop`.
const NOP: u32 = 0xd503_201f;
/// Bits 0 to 25 of a word.
const IMM26: u32 = 0x03ff_ffff;
/// Bits 5 to 23.
const IMM19: u32 = 0x00ff_ffe0;
/// Bits 5 to 18.
const IMM14: u32 = 0x0007_ffe0;
/// Bits 5 to 23 and 29 to 30, of which the latter are the low ones.
const IMM21: u32 = 0x60ff_ffe0;

/// Decodes all of `code`.
pub(super) fn decode(code: &Code<'_>, out: &mut Vec<Insn>) {
    out.reserve(code.bytes.len() / 4 + 1);
    let mut sites = code.sites;
    let mut modes = code.modes.iter().peekable();
    let mut mode = Mode::Code;
    let mut at = 0;
    while at < code.bytes.len() {
        while let Some(change) = modes.next_if(|m| m.offset as usize <= at) {
            mode = change.mode;
        }
        let end = modes.peek().map_or(code.bytes.len(), |m| (m.offset as usize).min(code.bytes.len()));
        let passed = sites.iter().take_while(|s| (s.offset as usize) < at).count();
        sites = &sites[passed..];
        let insn = match mode {
            Mode::Data => datum(at, end, code, sites),
            _ => match code.bytes[at..end].first_chunk() {
                Some(word) => instruction(at, u32::from_le_bytes(*word), code, sites),
                None => piece(at, 1, InsnKind::Unknown),
            },
        };
        at += usize::from(insn.len);
        out.push(insn);
    }
}

/// The word of an instruction that was decoded from `code`; `None` for data.
pub(super) fn word_of(code: &Code<'_>, insn: &Insn) -> Option<u32> {
    if matches!(insn.kind, InsnKind::Data | InsnKind::Unknown) {
        return None;
    }
    Some(u32::from_le_bytes(code.bytes_of(insn).try_into().ok()?))
}

/// `len` bytes, 1 to 8, of which nothing else is known.
fn piece(at: usize, len: usize, kind: InsnKind) -> Insn {
    Insn { offset: at as u32, len: len as u8, kind, opcode: 0, field: None, target: None }
}

/// What a relocation fills, else a word at a round address, else one byte. `sites` begin at `at` or behind it.
fn datum(at: usize, end: usize, code: &Code<'_>, sites: &[Site]) -> Insn {
    let room = end - at;
    let mut own = sites.iter().skip_while(|s| s.kind.size() == Some(0));
    let first = own.next();
    let len = match first {
        Some(site) if site.offset as usize == at => usize::from(site.kind.size().unwrap_or(1)).clamp(1, 8),
        _ if !(code.address.wrapping_add(at as u64)).is_multiple_of(4) => 1,
        Some(site) if (site.offset as usize) < at + 4 => 1,
        _ => 4,
    };
    piece(at, if len <= room { len } else { 1 }, InsnKind::Data)
}

fn instruction(at: usize, word: u32, code: &Code<'_>, sites: &[Site]) -> Insn {
    let mut insn = piece(at, 4, kind_of(word));
    let relocated =
        sites.iter().take_while(|s| (s.offset as usize) < at + 4).any(|s| s.kind.size() != Some(0));
    if !relocated && let Some((bits, distance)) = distance(word) {
        insn.field = Some(Field { offset: 0, size: 4, bits });
        insn.target = Some(code.address.wrapping_add(at as u64).wrapping_add_signed(distance));
    }
    insn
}

/// The field of a word that holds a distance from the instruction itself, and the distance in bytes. That of `adrp`
/// counts in pages, and where those begin the object file does not say; so it is none.
pub(super) fn distance(word: u32) -> Option<(u32, i64)> {
    let signed = |low: u32, bits: u32| i64::from((word << (32 - low - bits)) as i32 >> (32 - bits));
    if word & 0x7c00_0000 == 0x1400_0000 {
        // b, bl
        Some((IMM26, signed(0, 26) * 4))
    } else if word & 0xff00_0000 == 0x5400_0000
        || word & 0x7e00_0000 == 0x3400_0000
        || word & 0x3b00_0000 == 0x1800_0000
    {
        // b.cond and bc.cond; cbz and cbnz; loads and prefetches of literals
        Some((IMM19, signed(5, 19) * 4))
    } else if word & 0x7e00_0000 == 0x3600_0000 {
        // tbz and tbnz
        Some((IMM14, signed(5, 14) * 4))
    } else if word & 0x9f00_0000 == 0x1000_0000 {
        // adr
        Some((IMM21, signed(5, 19) << 2 | i64::from(word >> 29 & 3)))
    } else {
        None
    }
}

fn kind_of(word: u32) -> InsnKind {
    match word >> 24 {
        0x14..=0x17 => InsnKind::Jump,
        0x94..=0x97 => InsnKind::Call,
        // b.cond, bc.cond; cbz, cbnz, tbz, tbnz
        0x54 | 0x34..=0x37 | 0xb4..=0xb7 => InsnKind::ConditionalJump,
        // Bits 21 to 24 tell what a branch through a register does; that with authentication has bit 24.
        0xd6 | 0xd7 => match word >> 21 & 0x7 {
            0 => InsnKind::IndirectJump,
            1 => InsnKind::IndirectCall,
            // ret, eret, drps
            2 | 4 | 5 => InsnKind::Return,
            _ => InsnKind::Plain,
        },
        // brk, hlt, dcps1 to dcps3; svc, hvc and smc go on behind themselves.
        0xd4 => match word >> 21 & 0x7 {
            1 | 2 | 5 => InsnKind::Trap,
            _ => InsnKind::Plain,
        },
        0xd5 => match word {
            NOP => InsnKind::Nop,
            // bti, bti c, bti j, bti jc
            0xd503_241f | 0xd503_245f | 0xd503_249f | 0xd503_24df => InsnKind::LandingPad,
            _ => InsnKind::Plain,
        },
        // udf
        0 if word >> 16 == 0 => InsnKind::Trap,
        _ => InsnKind::Plain,
    }
}

/// Whether `bytes` between two functions only fill space: zeros up to the next word, then zeros or `nop`.
pub(super) fn is_padding(bytes: &[u8]) -> bool {
    let (ragged, words) = bytes.split_at(bytes.len() % 4);
    let fills = |word: &[u8]| word == [0; 4] || word == NOP.to_le_bytes();
    ragged.iter().all(|&b| b == 0) && words.chunks_exact(4).all(fills)
}
