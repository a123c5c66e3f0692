//! AArch64.

use capstone::arch::arm64::{ArchMode, Arm64InsnDetail};
use capstone::arch::{ArchDetail, BuildsCapstone};
use capstone::{Capstone, RegId};
use capstone_sys::{arm64_op_type, arm64_reg, cs_ac_type, cs_arm64};
use fixscope_arch::{Arch, aarch64};

use crate::harness::{Access, Known, Machine, Only, Right, always, compare};

use Access::{Reads, Writes};

#[test]
fn aarch64_agrees_with_capstone() {
    let capstone = Capstone::new().arm64().mode(ArchMode::Arm).detail(true).build();
    let machine = Machine {
        arch: &aarch64::AArch64,
        mode: None,
        capstone: capstone.expect("capstone knows AArch64"),
        register,
        operands,
        left_out: &["fpstatus", "system"],
        known: vec![KNOWN],
    };
    compare(&machine, include_str!("aarch64.txt"), 600);
}

/// What capstone's `AArch64_reg_access` collects: registers by how the operand is used, those of addresses as read, and
/// a base that is written back as set.
fn operands(detail: &ArchDetail<'_>, out: &mut Vec<(RegId, Access)>) {
    let Some(detail) = detail.arm64() else { return };
    const { assert!(size_of::<Arm64InsnDetail<'static>>() == size_of::<&cs_arm64>()) };
    // SAFETY: it is a structure of one reference and nothing else, as its size shows, and the crate gives no other way to
    // how an operand is used.
    let own: &cs_arm64 = unsafe { *std::ptr::from_ref(detail).cast() };
    let has = |access: u8, what: cs_ac_type| u32::from(access) & what.0 != 0;
    for operand in &own.operands[..usize::from(own.op_count)] {
        if operand.type_ == arm64_op_type::ARM64_OP_REG {
            // SAFETY: the type tells which member of the union it is.
            let register = RegId(unsafe { operand.__bindgen_anon_1.reg } as u16);
            if has(operand.access, cs_ac_type::CS_AC_READ) {
                out.push((register, Reads));
            }
            if has(operand.access, cs_ac_type::CS_AC_WRITE) {
                out.push((register, Writes));
            }
        } else if operand.type_ == arm64_op_type::ARM64_OP_MEM {
            // SAFETY: as above.
            let memory = unsafe { operand.__bindgen_anon_1.mem };
            for register in [memory.base, memory.index] {
                if register != arm64_reg::ARM64_REG_INVALID {
                    out.push((RegId(register as u16), Reads));
                }
            }
            if own.writeback && memory.base != arm64_reg::ARM64_REG_INVALID {
                out.push((RegId(memory.base as u16), Writes));
            }
        }
    }
}

/// Our name for a register. Setting a part of one clears the rest.
fn register(name: &str) -> Option<(&'static str, bool)> {
    let number = name.get(1..).and_then(|n| n.parse::<u8>().ok()).filter(|n| *n < 32);
    let own = match (name, name.as_bytes().first()?) {
        ("sp" | "wsp", _) => 31,
        ("fp", _) => 29,
        ("lr", _) => 30,
        ("nzcv", _) => 64,
        (_, b'x' | b'w') => number.filter(|n| *n < 31)?,
        (_, b'v' | b'q' | b'd' | b's' | b'h' | b'b') => 32 + number?,
        _ => return None,
    };
    Some((aarch64::AArch64.register_name(own), false))
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

/// The manual is the Arm Architecture Reference Manual, C6 and C7, at the instruction.
static KNOWN: &[Known] = &[
    // What the two mean with a register that is touched.
    row(
        "svc",
        "x*",
        RW,
        OnlyFixscope,
        Right::Both,
        "Linux: number in x8, arguments in x0 to x5, result in x0",
    ),
    row("svc", "x30", W, OnlyCapstone, Right::Fixscope, "the manual: ELR_EL1, not x30"),
    row("hvc", "all", RW, OnlyFixscope, Right::Both, "what goes on with the registers is not in the code"),
    // What stays of a register that is set in part.
    row(
        "addhn2 rsubhn2 fcvtn2 fcvtxn2 shrn2 sqshrun2 uqshrn2 sqxtn2 sqxtun2 xtn2",
        "v3",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: the lower half stays",
    ),
    row("fmov", "v3", R, OnlyFixscope, Right::Fixscope, "the manual: fmov to D[1] leaves the lower half"),
    row("orr bic srsra", "v3", R, OnlyFixscope, Right::Fixscope, "the manual: the result counts in"),
    // Registers that the text does not name, or names elsewhere.
    row("ret xpaclri", "x30", RW, OnlyFixscope, Right::Fixscope, "the manual: x30 is meant"),
    row("cfinv", "nzcv", RW, OnlyFixscope, Right::Fixscope, "the manual: it inverts the carry flag"),
    row("mrs", "nzcv", R, OnlyFixscope, Right::Fixscope, "the manual: that is the register it reads"),
    row("msr", "nzcv", W, OnlyFixscope, Right::Fixscope, "the manual: that is the register it sets"),
    row("msr", "nzcv", W, OnlyCapstone, Right::Fixscope, "the manual: DAIFSet sets masks of interrupts"),
    row("paciasp pacibsp", "sp", R, OnlyFixscope, Right::Fixscope, "the manual: sp is the modifier"),
    row("paciasp pacibsp", "sp", W, OnlyCapstone, Right::Fixscope, "the manual: sp is the modifier"),
    row("pacia1716", "x16", R, OnlyFixscope, Right::Fixscope, "the manual: x16 is the modifier"),
    row("pacia1716", "x16", W, OnlyCapstone, Right::Fixscope, "the manual: x16 is the modifier"),
    // Operands of which capstone's table says nothing.
    row(
        "pacia paciza pacga autdb xpaci xpacd braa braaz blrab dc ic",
        "x* sp",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: the value and its modifier; capstone has no access for newer instructions",
    ),
    row(
        "cas* ldadd* ldclr* ldeor* ldset* ldsmax* ldumin* swp* stadd* stset* stllrb stlur ldlar ldraa ldrab",
        "x*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: what is stored, and the value from before; capstone has no access for newer instructions",
    ),
    row(
        "fadd fsqrt fmov fmla fmls fcmla fcadd sdot udot sqrdmlah sqrdmlsh fjcvtzs",
        "v* x3 nzcv",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual; capstone has no access for half precision and newer instructions",
    ),
    row(
        "sqdmlal usqadd usra sri sha1c sha256h",
        "v*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: the result counts in and is set",
    ),
    row(
        "ld1 ld2 ld3 ld4* st3 st4",
        "x*",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: Xm is added to the base",
    ),
    row(
        "ld1 ld3 ld4* ",
        "v*",
        W,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: all registers of the list are set",
    ),
    row("st4 tbl", "v*", R, OnlyFixscope, Right::Fixscope, "the manual: all registers of the list are read"),
    row(
        "mov fmov",
        "x*",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "the manual: the general register moved to a vector",
    ),
    row("adds", "x1", W, OnlyFixscope, Right::Fixscope, "the manual: its first operand is the result"),
    row("ldr", "x3 v1", W, OnlyFixscope, Right::Fixscope, "the manual: its first operand is the result"),
    // Operands that capstone's table gets wrong.
    row(
        "adds aesmc aesimc asr lsl lsr sbfiz sbfx ubfiz sshr fmov mov movi mvni sabd sabdl saddlp tbl mrs",
        "*",
        R,
        OnlyCapstone,
        Right::Fixscope,
        "the manual: nothing of the result from before counts",
    ),
    row(
        "ldp ldr ldrb ldrh ld1 ld2 ld3 ld4 ld1r ld2r ld4r",
        "*",
        R,
        OnlyCapstone,
        Right::Fixscope,
        "the manual: what is loaded whole does not count",
    ),
    row(
        "cbz cbnz",
        "nzcv",
        R,
        OnlyCapstone,
        Right::Fixscope,
        "the manual: they compare a register with zero",
    ),
    row(
        "stp str strb strh st2 st3 st4 msr",
        "*",
        W,
        OnlyCapstone,
        Right::Fixscope,
        "the manual: what is stored, or moved to a system register, stays",
    ),
];
