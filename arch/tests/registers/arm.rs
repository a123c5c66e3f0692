//! A32 and T32.

use capstone::arch::arm::{ArchExtraMode, ArchMode, ArmCC, ArmOperandType, ArmReg, ArmShift};
use capstone::arch::{ArchDetail, BuildsCapstone, BuildsCapstoneExtraMode, DetailsArchInsn};
use capstone::{Capstone, RegAccessType, RegId};
use fixscope_arch::{Arch, Mode, arm};

use crate::harness::{Access, Known, Machine, Only, Right, always, compare};

use Access::{Reads, Writes};

#[test]
fn a32_agrees_with_capstone() {
    let capstone = Capstone::new().arm().mode(ArchMode::Arm).extra_mode([ArchExtraMode::V8].into_iter());
    let capstone = capstone.detail(true).build().expect("capstone knows Arm");
    compare(&machine(capstone, Mode::Code, vec![KNOWN, ONLY_A32]), include_str!("a32.txt"), 1200);
}

#[test]
fn t32_agrees_with_capstone() {
    let capstone = Capstone::new().arm().mode(ArchMode::Thumb).extra_mode([ArchExtraMode::V8].into_iter());
    let capstone = capstone.detail(true).build().expect("capstone knows Arm");
    compare(&machine(capstone, Mode::Thumb, vec![KNOWN, ONLY_T32]), include_str!("t32.txt"), 1200);
}

fn machine(capstone: Capstone, mode: Mode, known: Vec<&'static [Known]>) -> Machine {
    Machine { arch: &arm::Arm, mode: Some(mode), capstone, register, operands, left_out: &["system"], known }
}

/// What capstone's `ARM_reg_access` collects: registers by how the operand is used, those of addresses as read, and a base
/// that is written back as set. And what capstone tells beside it: registers that say how far to shift, whether flags are
/// set, and the condition, on which the flags matter and the result may be what was there before.
fn operands(detail: &ArchDetail<'_>, out: &mut Vec<(RegId, Access)>) {
    let Some(detail) = detail.arm() else { return };
    let flags = RegId(ArmReg::ARM_REG_CPSR as u16);
    if detail.update_flags() {
        out.push((flags, Writes));
    }
    for operand in detail.operands() {
        if let ArmShift::AsrReg(by)
        | ArmShift::LslReg(by)
        | ArmShift::LsrReg(by)
        | ArmShift::RorReg(by)
        | ArmShift::RrxReg(by) = operand.shift
        {
            out.push((by, Reads));
        }
        match operand.op_type {
            ArmOperandType::Reg(register) => {
                for register in halves(register) {
                    if operand.access.is_some_and(RegAccessType::is_readable) {
                        out.push((register, Reads));
                    }
                    if operand.access.is_some_and(RegAccessType::is_writable) {
                        out.push((register, Writes));
                    }
                }
            }
            ArmOperandType::Mem(memory) => {
                out.extend([memory.base(), memory.index()].map(|r| (r, Reads)));
                if detail.writeback() {
                    out.push((memory.base(), Writes));
                }
            }
            _ => {}
        }
    }
    if !matches!(detail.cc(), ArmCC::ARM_CC_AL | ArmCC::ARM_CC_INVALID) {
        let kept: Vec<RegId> = out.iter().filter(|(_, access)| *access == Writes).map(|(r, _)| *r).collect();
        out.extend(kept.into_iter().chain([flags]).map(|r| (r, Reads)));
    }
}

/// A register of sixteen bytes as the two of eight that it is made of.
fn halves(register: RegId) -> Vec<RegId> {
    let (first, last) = (ArmReg::ARM_REG_Q0 as u16, ArmReg::ARM_REG_Q15 as u16);
    match register.0.checked_sub(first).filter(|_| register.0 <= last) {
        Some(number) => (0..2).map(|i| RegId(ArmReg::ARM_REG_D0 as u16 + 2 * number + i)).collect(),
        None => vec![register],
    }
}

/// Our name for a register, and whether setting it keeps a part of the one of eight bytes.
fn register(name: &str) -> Option<(&'static str, bool)> {
    let number = name.get(1..).and_then(|n| n.parse::<u8>().ok());
    let (own, keeps_a_part) = match (name, name.as_bytes().first()?) {
        ("sb", _) => (9, false),
        ("sl", _) => (10, false),
        ("fp", _) => (11, false),
        ("ip", _) => (12, false),
        ("sp", _) => (13, false),
        ("lr", _) => (14, false),
        ("cpsr" | "apsr" | "apsr_nzcv", _) => (48, false),
        ("fpscr" | "fpscr_nzcv", _) => (49, false),
        (_, b'r') => (number.filter(|n| *n < 13)?, false),
        (_, b's') => (16 + number.filter(|n| *n < 32)? / 2, true),
        (_, b'd') => (16 + number.filter(|n| *n < 32)?, false),
        _ => return None,
    };
    Some((arm::Arm.register_name(own), keeps_a_part))
}

const R: &[Access] = &[Reads];
const W: &[Access] = &[Writes];
const RW: &[Access] = &[Reads, Writes];

const fn row(
    insns: &'static str,
    registers: &'static str,
    access: &'static [Access],
    only: Only,
    right: Right,
    why: &'static str,
) -> Known {
    Known { insns, when: always, registers, access, only, right, why }
}

use Only::Capstone as OnlyCapstone;
use Only::Fixscope as OnlyFixscope;

/// The manual is the Arm Architecture Reference Manual for A-profile, F5 and F6, at the instruction.
static KNOWN: &[Known] = &[
    // What the two mean with a register that is touched.
    row(
        "svc",
        "r*",
        RW,
        OnlyFixscope,
        Right::Both,
        "Linux: number in r7, arguments in r0 to r6, result in r0",
    ),
    row("svc", "lr", W, OnlyCapstone, Right::Fixscope, "the manual: it is lr of another mode that is set"),
    row("bkpt", "all", RW, OnlyFixscope, Right::Both, "what a debugger does to registers is not in the code"),
    row(
        "vcvtr.s32.f32",
        "fpscr",
        R,
        OnlyCapstone,
        Right::Both,
        "the rounding mode is left out here, for all that depend on it",
    ),
    // Flags.
    row("adc* sbc* rsc", "cpsr", W, OnlyCapstone, Right::Fixscope, "the manual: without S they set no flags"),
    row("mrs", "cpsr", R, OnlyFixscope, Right::Fixscope, "the manual: that is the register it reads"),
    row(
        "msr",
        "cpsr",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: that is the register it sets, and the mask tells what stays",
    ),
    row("sel", "cpsr", R, OnlyFixscope, Right::Fixscope, "the manual: it chooses by GE"),
    row(
        "qadd qdsub smlabb smlatt smlawb smlad* smuad smlsd smusd ssat* usat*",
        "cpsr",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: they may set Q, and leave the other flags",
    ),
    row(
        "sadd8 ssax uadd16",
        "cpsr",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: they set GE, and leave the other flags",
    ),
    // Operands of which capstone's tables say nothing.
    row(
        "pkh* sxt* uxt* ssat* usat* vmsr mcrr mrc mrrc",
        "r* lr",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: the operand that is extended or moved",
    ),
    row("mrc mrrc", "r*", R, OnlyCapstone, Right::Fixscope, "the manual: it is the result"),
    row(
        "umlal* smlal* smlsld umaal",
        "r* lr",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: they add to both registers of the result",
    ),
    row("stmdb", "r*", RW, OnlyFixscope, Right::Fixscope, "the manual: what is stored, and the base"),
    row(
        "vld1* vld4*",
        "r* lr",
        W,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: the index is added to the base",
    ),
    row("vpush vpop", "sp", RW, OnlyFixscope, Right::Fixscope, "the manual: sp is the base"),
    row("vpush", "d*", W, OnlyCapstone, Right::Fixscope, "the manual: what is stored stays"),
    row("vpop", "d*", R, OnlyCapstone, Right::Fixscope, "the manual: what is loaded is not read"),
    row(
        "vldm* vstm* vacge.f32",
        "d*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: operands that capstone has no access for",
    ),
    row(
        "vmla.i16 vmlsl.u32 vmul.f32 vmull.s16 vqdmulh.s16",
        "d5",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: a part of the last operand is multiplied with",
    ),
    row("vld2.16", "d*", R, OnlyFixscope, Right::Fixscope, "the manual: the other parts stay"),
    row(
        "vswp vtrn* vuzp* vzip*",
        "d*",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: both operands are exchanged",
    ),
];

static ONLY_A32: &[Known] = &[
    row(
        "bx* pop* addls",
        "all",
        R,
        OnlyFixscope,
        Right::Both,
        "a return that may not happen: whoever is returned to may read anything",
    ),
    row("bx", "lr", R, OnlyFixscope, Right::Fixscope, "the manual: it goes where lr says"),
    row("rrx*", "cpsr", R, OnlyFixscope, Right::Fixscope, "the manual: the carry is rotated in"),
    row(
        "ldrexd ldaexd strexd stlexd",
        "r*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: both registers of the pair",
    ),
    row("ldrht ldrt strbt", "r*", W, OnlyFixscope, Right::Fixscope, "the manual: the offset is added behind"),
];

static ONLY_T32: &[Known] = &[
    row("strbt", "r*", W, OnlyCapstone, Right::Fixscope, "the manual: it is stored"),
    row("strbt", "r*", R, OnlyFixscope, Right::Fixscope, "the manual: it is stored"),
    row(
        "it*",
        "cpsr",
        R,
        OnlyCapstone,
        Right::Both,
        "the instructions behind it read the flags, and count as reading them",
    ),
];
