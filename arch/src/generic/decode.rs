//! Bytes to instructions of which little more is known than where they end.

use super::table::{Alignment, From, Lengths, Pattern, Table};
use crate::{Code, Field, Insn, InsnKind, Site};

/// Finds the instructions of `code`.
pub(super) fn decode(table: &Table, code: &Code<'_>, out: &mut Vec<Insn>) {
    out.reserve(code.bytes.len() / 4 + 1);
    let mut sites = code.sites;
    let mut rest = code.bytes;
    let mut behind_branch = false;
    while !rest.is_empty() {
        let offset = (code.bytes.len() - rest.len()) as u32;
        let len = table.length(rest);
        let Some((bytes, behind)) = rest.split_at_checked(usize::from(len)) else {
            // The code ends inside of an instruction.
            out.push(Insn { kind: InsnKind::Unknown, ..plain(offset, rest.len() as u8) });
            return;
        };
        rest = behind;
        let before = sites.iter().take_while(|s| s.offset < offset).count();
        sites = &sites[before..];
        let own = sites.iter().take_while(|s| s.offset < offset + u32::from(len)).count();
        let mut insn = plain(offset, len);
        let word = table.word(bytes);
        if table.lengths == Lengths::Unknown {
            insn.kind = InsnKind::Unknown;
        } else if let Some(pattern) = table.pattern(len, word) {
            name(table, code, &sites[..own], pattern, word, &mut insn);
        } else if table.nops.contains(&(len, word)) && is_alignment(table, behind_branch) {
            insn.kind = InsnKind::Nop;
        }
        behind_branch = insn.kind.is_direct_branch()
            || matches!(insn.kind, InsnKind::IndirectCall | InsnKind::IndirectJump | InsnKind::Return);
        out.push(insn);
    }
}

fn plain(offset: u32, len: u8) -> Insn {
    Insn { offset, len, kind: InsnKind::Raw, opcode: 0, field: None, target: None }
}

fn is_alignment(table: &Table, behind_branch: bool) -> bool {
    match table.alignment {
        Alignment::All => true,
        Alignment::NotBehindBranches => !behind_branch,
        Alignment::None => false,
    }
}

/// Says of an instruction what its pattern tells.
fn name(table: &Table, code: &Code<'_>, sites: &[Site], pattern: &Pattern, word: u64, insn: &mut Insn) {
    insn.kind = pattern.kind;
    if let Some(alike) = pattern.alike {
        let detail = alike.detail.of(word) as u32 + alike.plus;
        insn.opcode = 1 << 31 | alike.number << 8 | detail & 0xff;
    }
    // A marker fills nothing; what fills anything else leaves no distance.
    let is_relocated = sites.iter().any(|s| s.kind.size() != Some(0));
    let Some(field) = field_of(table, pattern).filter(|_| !is_relocated) else { return };
    let start = code.address.wrapping_add(u64::from(insn.offset));
    let distance = pattern.distance(word);
    insn.field = Some(field);
    insn.target = Some(match pattern.from {
        From::Start(bytes) => start.wrapping_add(u64::from(bytes)).wrapping_add_signed(distance),
        From::Region => (start.wrapping_add(4) & !0x0fff_ffff).wrapping_add_signed(distance),
    });
}

/// The field that holds a pattern's distance; `None` when it has none.
pub(super) fn field_of(table: &Table, pattern: &Pattern) -> Option<Field> {
    let lying = table.as_it_lies(pattern.bits(), pattern.len);
    let first = lying.trailing_zeros() / 8;
    let last = (63u32.checked_sub(lying.leading_zeros())?) / 8;
    let size = last - first + 1;
    // All tables keep to what a field can say, and a test holds them to it.
    (size <= 4).then(|| Field { offset: first as u8, size: size as u8, bits: (lying >> (8 * first)) as u32 })
}

impl Table {
    /// Length in bytes of the instruction that begins here; where it ends behind the bytes, they are too few.
    fn length(&self, bytes: &[u8]) -> u8 {
        match self.lengths {
            Lengths::Word => 4,
            Lengths::Prefixed => {
                let word = bytes.first_chunk().map(|&b| self.four(b));
                if word.is_some_and(|w| w >> 26 == 1) { 8 } else { 4 }
            }
            Lengths::HighBits => match bytes.first().map_or(0, |b| b >> 6) {
                0 => 2,
                1 | 2 => 4,
                _ => 6,
            },
            Lengths::LowBits => {
                if bytes.first().is_some_and(|b| b & 3 == 3) {
                    4
                } else {
                    2
                }
            }
            Lengths::Unknown => bytes.len().min(4) as u8,
        }
    }

    /// The bytes of one instruction as the number that manuals write; a prefix is its higher half.
    pub(super) fn word(&self, bytes: &[u8]) -> u64 {
        if let (8, Some((first, second))) = (bytes.len(), bytes.split_first_chunk())
            && let Some(&second) = second.first_chunk()
        {
            return u64::from(self.four(*first)) << 32 | u64::from(self.four(second));
        }
        let add = |word: u64, &b: &u8| word << 8 | u64::from(b);
        if self.is_big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
    }

    fn four(&self, bytes: [u8; 4]) -> u32 {
        if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// Bits of a number of `size` bytes, in the byte order of instructions, as the contract counts bits: byte `i`, as
    /// it lies in the file, has the bits from `8 * i` on.
    pub(super) fn as_it_lies(&self, bits: u64, size: u8) -> u64 {
        match (self.is_big_endian, size) {
            (true, 1..=8) => bits.swap_bytes() >> (64 - 8 * u32::from(size)),
            _ => bits,
        }
    }

    /// What tells of an instruction.
    pub(super) fn pattern(&self, len: u8, word: u64) -> Option<&'static Pattern> {
        self.own_patterns.iter().chain(self.patterns).find(|p| p.fits(len, word))
    }

    /// Whether bytes between functions do nothing: zeros, or instructions that do nothing.
    pub(super) fn is_padding(&self, mut bytes: &[u8]) -> bool {
        if bytes.iter().all(|&b| b == 0) {
            return true;
        }
        // Where there are many, the GNU assembler begins with a branch over them.
        let first = usize::from(self.length(bytes)).min(bytes.len());
        let word = self.word(&bytes[..first]);
        let leap = self.pattern(first as u8, word).filter(|p| p.kind == InsnKind::Jump);
        if leap.is_some_and(|p| p.from == From::Start(0) && p.distance(word) == bytes.len() as i64) {
            bytes = &bytes[first..];
        }
        while !bytes.is_empty() {
            let len = self.length(bytes);
            let Some((insn, behind)) = bytes.split_at_checked(usize::from(len)) else { return false };
            // Traceback tables and literals end in zeros up to where instructions begin again.
            let word = self.word(insn);
            let stops = len == 4 && self.traps.contains(&word);
            if word != 0 && !stops && !self.nops.contains(&(len, word)) {
                return false;
            }
            bytes = behind;
        }
        true
    }
}
