//! Addresses from which neighbours of what they name may be reached.
//!
//! GCC forms one address for several variables of a section. What becomes of it in a register is not followed here.
//! It means what its relocation names where no instruction of the function does anything with that register but
//! read or write memory right there; else it is not known what is reached ([`ReachHow::Lost`]).

use super::table::{Pattern, Piece, Table};
use crate::code::Base;
use crate::{Code, Insn, Reach, ReachHow};

/// Which instructions handle addresses in registers, and where registers stand in instructions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Registers {
    /// Instructions that put a relocated address into a register, and the bits that tell which.
    pub makers: &'static [(Pattern, Register)],
    /// Where registers stand that instructions read, by the length of the instruction. What stands there may be
    /// something else; then too many are counted.
    pub reads: &'static [(u8, Register)],
    /// Instructions that read or write memory at the address in a register and not behind it, with that register.
    pub direct: &'static [(Pattern, Register)],
}

impl Registers {
    /// Nothing is known.
    pub const UNKNOWN: Registers = Registers { makers: &[], reads: &[], direct: &[] };
}

/// The bits that tell a register, and what is added to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Register {
    bits: Piece,
    plus: u8,
}

impl Register {
    fn of(self, word: u64) -> u8 {
        self.bits.of(word) as u8 + self.plus
    }
}

/// The register whose number stands in `count` bits from `bit` on.
pub(super) const fn register(bit: u8, count: u8) -> Register {
    Register { bits: Piece { bit, count, to: 0 }, plus: 0 }
}

/// One of the registers from 8 on, by three bits.
pub(super) const fn short_register(bit: u8) -> Register {
    Register { bits: Piece { bit, count: 3, to: 0 }, plus: 8 }
}

/// Tells of the addresses that relocations make where it is not known what is reached from them.
pub(super) fn reaches(table: &Table, code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reach>) {
    let mut i = 0;
    for site in code.sites.iter().filter(|s| s.kind.size() != Some(0)) {
        i += insns[i..].iter().take_while(|insn| insn.end() <= site.offset).count();
        let Some(insn) = insns.get(i) else { break };
        let word = table.word(code.bytes_of(insn));
        let lost = match made_register(table, insn.len, word) {
            Some(made) => is_lost(table, code, insns, i, made),
            // The other instructions hold a part of the address, or the whole of it and read or write memory there.
            None => table.registers.makers.is_empty(),
        };
        if lost {
            out.push(Reach { insn: i as u32, base: Base::Site(site.offset), how: ReachHow::Lost });
        }
    }
}

/// The register that an instruction puts a relocated address into.
fn made_register(table: &Table, len: u8, word: u64) -> Option<u8> {
    let maker = table.registers.makers.iter().find(|(pattern, _)| pattern.fits(len, word));
    maker.map(|(_, register)| register.of(word))
}

/// Whether any instruction of the function may do more with a register than reading or writing memory at its address.
fn is_lost(table: &Table, code: &Code<'_>, insns: &[Insn], maker: usize, made: u8) -> bool {
    insns.iter().enumerate().filter(|&(i, _)| i != maker).any(|(_, insn)| {
        let word = table.word(code.bytes_of(insn));
        let reads = table.registers.reads.iter().filter(|(len, _)| *len == insn.len);
        let places = reads.filter(|(_, register)| register.of(word) == made).count();
        // A relocation in the instruction says what it adds.
        let first = code.sites.partition_point(|s| s.offset < insn.offset);
        let is_relocated = code.sites[first..]
            .iter()
            .take_while(|s| s.offset < insn.end())
            .any(|s| s.kind.size() != Some(0));
        let is_direct = || {
            let fits =
                |(pattern, base): &(Pattern, Register)| pattern.fits(insn.len, word) && base.of(word) == made;
            places == 1 && table.registers.direct.iter().any(fits)
        };
        // The second half of an address mostly goes where the first one was.
        let goes_on = || made_register(table, insn.len, word).is_some_and(|register| register != made);
        places > 0 && if is_relocated { goes_on() } else { !is_direct() }
    })
}
