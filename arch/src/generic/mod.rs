//! Every ELF machine whose instructions are not decoded: bytes without the fields that relocations fill, and what these
//! lead to.
//!
//! What differs between machines is data ([`table::Table`]): how long instructions are, what relocation types do,
//! which instructions hold distances that an assembler resolves by itself, and which only fill space. All other
//! instructions are [`InsnKind::Raw`]: their bytes are what they are.

mod anchors;
mod decode;
mod format;
mod loongarch;
mod mips;
mod ppc;
mod riscv;
mod s390;
mod sparc;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::{Arch, Code, Insn, InsnKind, Machine, Operand, Origin, REACH_LOST, Reach, RelocKind};
use anchors::Registers;
use table::{Alignment, Fill, Lengths, TYPES, Table};

/// ELF `e_machine` of the machines that tables tell of.
const EM_MIPS: u16 = 8;
const EM_PPC: u16 = 20;
const EM_PPC64: u16 = 21;
const EM_S390: u16 = 22;
const EM_SPARCV9: u16 = 43;
const EM_RISCV: u16 = 243;
const EM_LOONGARCH: u16 = 258;

/// One machine.
#[derive(Debug)]
pub struct Generic {
    table: &'static Table,
}

/// The instruction set of any machine that has none of its own here.
pub fn by_elf_machine(machine: Machine) -> &'static dyn Arch {
    match known(machine) {
        Some(generic) => generic,
        None => unknown(machine),
    }
}

/// All machines that tables tell of, to be tested.
pub fn all() -> impl Iterator<Item = &'static dyn Arch> {
    ALL.iter().map(|generic| *generic as &dyn Arch)
}

fn known(machine: Machine) -> Option<&'static Generic> {
    // Bit 5 says that addresses have 32 bits although registers have 64; the highest four bits are the revision.
    let is_n32 = machine.flags & 0x20 != 0;
    let is_revision_6 = matches!(machine.flags >> 28, 9 | 10);
    Some(match (machine.elf, machine.is_64, machine.is_big_endian) {
        (EM_PPC64, true, false) => &PPC64LE,
        (EM_PPC64, true, true) => &PPC64,
        (EM_PPC, false, true) => &PPC,
        (EM_PPC, false, false) => &PPCLE,
        (EM_S390, true, true) => &S390X,
        (EM_S390, false, true) => &S390,
        (EM_RISCV, true, false) => &RISCV64,
        (EM_RISCV, false, false) => &RISCV32,
        (EM_LOONGARCH, true, false) => &LOONGARCH64,
        (EM_LOONGARCH, false, false) => &LOONGARCH32,
        (EM_SPARCV9, true, true) => &SPARC64,
        (EM_MIPS, is_64, is_big_endian) => {
            let width = if is_64 { 2 } else { usize::from(is_n32) };
            MIPS[usize::from(is_revision_6)][usize::from(is_big_endian)][width]
        }
        _ => return None,
    })
}

/// A machine of which nothing is known. Each is made once; there are no more of them than `e_machine` has values.
fn unknown(machine: Machine) -> &'static Generic {
    static MADE: Mutex<BTreeMap<(u16, bool, bool), &'static Generic>> = Mutex::new(BTreeMap::new());
    let key = (machine.elf, machine.is_64, machine.is_big_endian);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(key).or_insert_with(|| {
        let name: &'static str = match (machine.elf, machine.is_big_endian) {
            (40, true) => "armeb",
            (183, true) => "aarch64_be",
            (number, _) => Box::leak(format!("elf-{number}").into_boxed_str()),
        };
        let table = Table { name, is_big_endian: machine.is_big_endian, ..UNKNOWN };
        Box::leak(Box::new(Generic { table: Box::leak(Box::new(table)) }))
    })
}

impl Generic {
    /// What a relocation type does. Where an entry packs several types, each takes the result of the one before it, and
    /// the last one fills the field.
    fn fill(&self, r_type: u32) -> Fill {
        // What stands for an address from which something unknown is reached fills nothing, and counts.
        if r_type >= REACH_LOST {
            return Fill { origin: self.table.reach_origin, ..Fill::UNKNOWN };
        }
        if !self.table.packs_types {
            return self.table.relocations.get(r_type as usize).copied().unwrap_or(Fill::UNKNOWN);
        }
        let [first, second, third, _] = r_type.to_le_bytes();
        let of = |r_type: u8| self.table.relocations[usize::from(r_type)];
        match (second, third) {
            (0, 0) => of(first),
            (last, 0) | (_, last) => match of(last).kind.size() {
                Some(size) => Fill { kind: RelocKind::Other { size }, ..of(last) },
                None => Fill::UNKNOWN,
            },
        }
    }
}

impl Arch for Generic {
    fn name(&self) -> &'static str {
        self.table.name
    }

    fn decode(&self, code: &Code<'_>, out: &mut Vec<Insn>) {
        decode::decode(self.table, code, out);
    }

    fn relocation(&self, r_type: u32) -> RelocKind {
        self.fill(r_type).kind
    }

    fn relocated_bits(&self, r_type: u32) -> u64 {
        let fill = self.fill(r_type);
        match (fill.bits, fill.kind.size()) {
            (u64::MAX, _) | (_, None) => u64::MAX,
            // Two words one behind the other, each in its own byte order.
            (bits, Some(8)) if !self.table.is_big_endian => bits.rotate_left(32),
            (bits, Some(size)) => self.table.as_it_lies(bits, size),
        }
    }

    fn addend_in_field(&self, r_type: u32, field: &[u8]) -> Option<i64> {
        // Only MIPS has instructions with addends in them.
        if self.table.halves.is_empty() {
            return None;
        }
        let word = u32::try_from(self.table.word(field)).ok().filter(|_| field.len() == 4)?;
        mips::addend_in_word(r_type, word)
    }

    fn low_half(&self, r_type: u32) -> Option<u32> {
        self.table.halves.iter().find(|(high, _)| *high == r_type).map(|(_, low)| *low)
    }

    fn origin(&self, r_type: u32) -> Origin {
        self.fill(r_type).origin
    }

    fn follows_relocation(&self, r_type: u32) -> bool {
        self.fill(r_type).follows
    }

    fn filler(&self, r_type: u32, addend: i64) -> u64 {
        if self.fill(r_type).aligns { u64::try_from(addend).unwrap_or(0) } else { 0 }
    }

    fn has_section_anchors(&self) -> bool {
        true
    }

    fn reaches(&self, code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reach>) {
        anchors::reaches(self.table, code, insns, out);
    }

    fn relocation_type(&self, kind: RelocKind) -> Option<u32> {
        let all = self.table.relocations.iter();
        let plain = |fill: &Fill| fill.kind == kind && fill.bits == u64::MAX;
        all.enumerate().find(|(_, fill)| plain(fill)).map(|(r_type, _)| r_type as u32)
    }

    fn is_padding(&self, bytes: &[u8]) -> bool {
        self.table.is_padding(bytes)
    }

    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
        format::format(self.table, code, insn, resolve)
    }

    fn is_decoded(&self) -> bool {
        false
    }

    fn may_hold_distance(&self, code: &Code<'_>, insn: &Insn) -> bool {
        let bytes = code.bytes_of(insn);
        let word = self.table.word(bytes);
        insn.kind == InsnKind::Unknown || self.table.suspects.iter().any(|p| p.fits(insn.len, word))
    }
}

static NOTHING: [Fill; TYPES] = [Fill::UNKNOWN; TYPES];

const UNKNOWN: Table = Table {
    name: "elf",
    is_big_endian: false,
    lengths: Lengths::Unknown,
    relocations: &NOTHING,
    packs_types: false,
    halves: &[],
    patterns: &[],
    own_patterns: &[],
    suspects: &[],
    registers: Registers::UNKNOWN,
    reach_origin: Origin::Field,
    nops: &[],
    traps: &[],
    alignment: Alignment::None,
};

const fn ppc(name: &'static str, is_big_endian: bool, relocations: &'static [Fill; TYPES]) -> Table {
    Table {
        name,
        is_big_endian,
        lengths: Lengths::Prefixed,
        relocations,
        patterns: ppc::PATTERNS,
        suspects: ppc::SUSPECTS,
        registers: ppc::REGISTERS,
        nops: ppc::NOPS,
        traps: &[0x7fe0_0008],
        alignment: Alignment::NotBehindBranches,
        ..UNKNOWN
    }
}

static PPC64LE: Generic = Generic { table: &ppc("ppc64le", false, &ppc::RELOCATIONS_64) };
static PPC64: Generic = Generic { table: &ppc("ppc64", true, &ppc::RELOCATIONS_64) };
static PPC: Generic = Generic { table: &ppc("ppc", true, &ppc::RELOCATIONS_32) };
static PPCLE: Generic = Generic { table: &ppc("ppcle", false, &ppc::RELOCATIONS_32) };

const fn s390(name: &'static str) -> Table {
    Table {
        name,
        is_big_endian: true,
        lengths: Lengths::HighBits,
        relocations: &s390::RELOCATIONS,
        patterns: s390::PATTERNS,
        suspects: s390::SUSPECTS,
        registers: s390::REGISTERS,
        reach_origin: Origin::Ahead(-2),
        nops: s390::NOPS,
        alignment: Alignment::All,
        ..UNKNOWN
    }
}

static S390X: Generic = Generic { table: &s390("s390x") };
static S390: Generic = Generic { table: &s390("s390") };

const fn riscv(name: &'static str, own_patterns: &'static [table::Pattern]) -> Table {
    Table {
        name,
        lengths: Lengths::LowBits,
        relocations: &riscv::RELOCATIONS,
        patterns: riscv::PATTERNS,
        own_patterns,
        suspects: riscv::SUSPECTS,
        registers: riscv::REGISTERS,
        nops: riscv::NOPS,
        alignment: Alignment::All,
        ..UNKNOWN
    }
}

static RISCV64: Generic = Generic { table: &riscv("riscv64", &[]) };
static RISCV32: Generic = Generic { table: &riscv("riscv32", riscv::PATTERNS_32) };

const fn loongarch(name: &'static str) -> Table {
    Table {
        name,
        lengths: Lengths::Word,
        relocations: &loongarch::RELOCATIONS,
        patterns: loongarch::PATTERNS,
        suspects: loongarch::SUSPECTS,
        registers: loongarch::REGISTERS,
        nops: loongarch::NOPS,
        traps: &[0x002a_0000],
        alignment: Alignment::All,
        ..UNKNOWN
    }
}

static LOONGARCH64: Generic = Generic { table: &loongarch("loongarch64") };
static LOONGARCH32: Generic = Generic { table: &loongarch("loongarch32") };

const fn mips(name: &'static str, is_big_endian: bool, is_64: bool, is_revision_6: bool) -> Table {
    Table {
        name,
        is_big_endian,
        lengths: Lengths::Word,
        relocations: &mips::RELOCATIONS,
        packs_types: is_64,
        halves: mips::HALVES,
        patterns: mips::PATTERNS,
        own_patterns: if is_revision_6 { mips::PATTERNS_R6 } else { &[] },
        suspects: mips::SUSPECTS,
        registers: mips::REGISTERS,
        nops: mips::NOPS,
        traps: &[0x0417_0001],
        ..UNKNOWN
    }
}

/// By revision (6 is the second), byte order (big-endian is the second) and width: 32 bits, 64 bits with addresses of
/// 32, 64 bits.
static MIPS: [[[&Generic; 3]; 2]; 2] = [
    [
        [
            &Generic { table: &mips("mipsel", false, false, false) },
            &Generic { table: &mips("mipsn32el", false, false, false) },
            &Generic { table: &mips("mips64el", false, true, false) },
        ],
        [
            &Generic { table: &mips("mips", true, false, false) },
            &Generic { table: &mips("mipsn32", true, false, false) },
            &Generic { table: &mips("mips64", true, true, false) },
        ],
    ],
    [
        [
            &Generic { table: &mips("mipsel", false, false, true) },
            &Generic { table: &mips("mipsn32el", false, false, true) },
            &Generic { table: &mips("mips64el", false, true, true) },
        ],
        [
            &Generic { table: &mips("mips", true, false, true) },
            &Generic { table: &mips("mipsn32", true, false, true) },
            &Generic { table: &mips("mips64", true, true, true) },
        ],
    ],
];

static SPARC64: Generic = Generic {
    table: &Table {
        name: "sparc64",
        is_big_endian: true,
        lengths: Lengths::Word,
        relocations: &sparc::RELOCATIONS,
        patterns: sparc::PATTERNS,
        nops: sparc::NOPS,
        ..UNKNOWN
    },
};

static ALL: &[&Generic] = &[
    &PPC64LE,
    &PPC64,
    &PPC,
    &PPCLE,
    &S390X,
    &S390,
    &RISCV64,
    &RISCV32,
    &LOONGARCH64,
    &LOONGARCH32,
    &SPARC64,
    MIPS[0][0][0],
    MIPS[0][0][2],
    MIPS[0][1][0],
    MIPS[0][1][1],
    MIPS[0][1][2],
    MIPS[1][0][2],
];
