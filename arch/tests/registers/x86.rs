//! x86-64 and i386.

use capstone::arch::x86::{ArchMode, ArchSyntax, X86OperandType};
use capstone::arch::{ArchDetail, BuildsCapstone, BuildsCapstoneSyntax, DetailsArchInsn};
use capstone::{Capstone, RegAccessType, RegId};
use fixscope_arch::{Arch, x86};

use crate::harness::{Access, Known, Listed, Machine, Only, Right, always, compare};

use Access::{Reads, Writes};

#[test]
fn x86_64_agrees_with_capstone() {
    compare(&machine(&x86::X86_64, ArchMode::Mode64), include_str!("x86_64.txt"), 2000);
}

#[test]
fn i386_agrees_with_capstone() {
    compare(&machine(&x86::I386, ArchMode::Mode32), include_str!("i386.txt"), 1800);
}

fn machine(arch: &'static dyn Arch, mode: ArchMode) -> Machine {
    let capstone = Capstone::new().x86().mode(mode).syntax(ArchSyntax::Att).detail(true).build();
    let is_64 = matches!(mode, ArchMode::Mode64);
    Machine {
        arch,
        mode: None,
        capstone: capstone.expect("capstone knows x86"),
        register: if is_64 { register_64 } else { register_32 },
        operands,
        left_out: &["es", "cs", "ss", "ds"],
        known: vec![KNOWN, if is_64 { ONLY_64 } else { ONLY_32 }],
    }
}

/// What capstone's `X86_reg_access` collects: registers by how the operand is used, and those of addresses as read.
fn operands(detail: &ArchDetail<'_>, out: &mut Vec<(RegId, Access)>) {
    let Some(detail) = detail.x86() else { return };
    for operand in detail.operands() {
        match operand.op_type {
            X86OperandType::Reg(register) => {
                let access = operand.access;
                if access.is_some_and(RegAccessType::is_readable) {
                    out.push((register, Reads));
                }
                if access.is_some_and(RegAccessType::is_writable) {
                    out.push((register, Writes));
                }
            }
            X86OperandType::Mem(memory) => {
                out.extend([memory.segment(), memory.base(), memory.index()].map(|r| (r, Reads)));
            }
            X86OperandType::Imm(_) | X86OperandType::Invalid => {}
        }
    }
}

const NAMES: [[&str; 5]; 8] = [
    ["rax", "eax", "ax", "al", "ah"],
    ["rcx", "ecx", "cx", "cl", "ch"],
    ["rdx", "edx", "dx", "dl", "dh"],
    ["rbx", "ebx", "bx", "bl", "bh"],
    ["rsp", "esp", "sp", "spl", ""],
    ["rbp", "ebp", "bp", "bpl", ""],
    ["rsi", "esi", "si", "sil", ""],
    ["rdi", "edi", "di", "dil", ""],
];

fn register_64(name: &str) -> Option<(&'static str, bool)> {
    register(name, 0)
}

fn register_32(name: &str) -> Option<(&'static str, bool)> {
    register(name, 1)
}

/// Our name for a register; `column` is that of the whole one in [`NAMES`].
fn register(name: &str, column: usize) -> Option<(&'static str, bool)> {
    for row in &NAMES {
        if let Some(place) = row.iter().position(|n| *n == name && !n.is_empty()) {
            return Some((row[column], place > 1));
        }
    }
    let numbered = |start: &str| name.strip_prefix(start)?.parse::<u8>().ok();
    let fixed = |name: &str| (0..68).map(|n| x86::X86_64.register_name(n)).find(|n| *n == name);
    if let Some(rest) = name.strip_prefix('r').filter(|r| r.starts_with(|c: char| c.is_ascii_digit())) {
        let number = rest.trim_end_matches(['d', 'w', 'b']);
        return Some((fixed(&format!("r{number}"))?, rest.ends_with(['w', 'b'])));
    }
    for vector in ["xmm", "ymm", "zmm"] {
        if let Some(n) = numbered(vector) {
            return Some((fixed(&format!("xmm{n}"))?, false));
        }
    }
    let start = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = match start {
        "st" | "st(" | "mm" | "fpsw" | "fp" => "x87",
        _ if name.starts_with("st(") => "x87",
        "rflags" | "eflags" | "flags" => "flags",
        "cr" | "dr" | "bnd" => start,
        "k" | "fs" | "gs" => name,
        // The instruction's own address, the index that is none, and what is left out.
        _ => return None,
    };
    Some((fixed(name)?, false))
}

/// Both operands are one register, or all of three are read as one.
fn of_one_register(insn: &Listed) -> bool {
    match insn.operands()[..] {
        [a, b] | [a, b, _] => a == b,
        _ => false,
    }
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

/// SDM stands for Intel's Software Developer's Manual, volume 2, at the instruction.
static KNOWN: &[Known] = &[
    // What the two mean with a register that is touched.
    Known {
        insns: "xor* sub* pxor xorps xorpd psub* vpxor* vxorp*",
        when: of_one_register,
        registers: "*",
        access: R,
        only: OnlyCapstone,
        right: Right::Both,
        why: "the result is 0 whatever the register held; it counts as set and not as read",
    },
    row("nop*", "*", R, OnlyCapstone, Right::Fixscope, "SDM: its operand is neither read nor computed"),
    row(
        "cmov*",
        "*",
        R,
        OnlyFixscope,
        Right::Both,
        "without the condition the old value, or its lower half, stays",
    ),
    row("vzeroupper", "xmm*", R, OnlyFixscope, Right::Both, "the lower halves stay, and so a part is kept"),
    row(
        "int int3 into",
        "all",
        RW,
        OnlyFixscope,
        Right::Both,
        "what goes on with the registers is not in the code",
    ),
    row(
        "syscall",
        "*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "AMD64 supplement, A.2.1; SDM: rcx, r11 and the flags",
    ),
    row(
        "sysenter vmcall",
        "all",
        RW,
        OnlyFixscope,
        Right::Both,
        "another privilege level goes on with the registers",
    ),
    // Shifts: by no place at all leaves the flags as they were.
    row(
        "rol* ror* sal* sar* shl* shr*",
        "flags",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: a count of 0 in cl leaves the flags as they were",
    ),
    row("rcl* rcr*", "flags", R, OnlyFixscope, Right::Fixscope, "SDM: the carry is rotated through"),
    row("shld* shrd*", "*", W, OnlyFixscope, Right::Fixscope, "SDM: the first operand is shifted"),
    // Operands that capstone does not know as read or written.
    row(
        "cmpxchg*",
        "rax eax flags",
        W,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: the accumulator is loaded where it differs; ZF",
    ),
    row("cmpxchg*", "*", R, OnlyFixscope, Right::Fixscope, "SDM: the destination is compared"),
    row("xadd*", "flags", W, OnlyFixscope, Right::Fixscope, "SDM: the flags are those of the sum"),
    row("adoxl", "*", R, OnlyFixscope, Right::Fixscope, "SDM: the destination is added to"),
    row(
        "bsf* bsr*",
        "*",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "SDM and AMD's manual: where the source is 0 the destination may keep its value",
    ),
    row(
        "lar* lsl*",
        "*",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: without access the destination keeps its value",
    ),
    row(
        "lar* lsl* verr* arpl",
        "flags",
        W,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: ZF tells whether there is access",
    ),
    row(
        "smsw* lmsw*",
        "cr",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: the lower word of cr0, of which lmsw keeps PE",
    ),
    row(
        "mov*",
        "flags",
        W,
        OnlyFixscope,
        Right::Fixscope,
        "SDM, MOV of control and debug registers: flags are undefined",
    ),
    row("cli sti", "flags", W, OnlyFixscope, Right::Fixscope, "SDM: IF"),
    row("cmc", "flags", R, OnlyFixscope, Right::Fixscope, "SDM: CF becomes its complement"),
    row(
        "enter",
        "rsp rbp esp ebp",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: pushes the frame pointer and moves both",
    ),
    row(
        "leave",
        "rsp esp",
        R,
        OnlyCapstone,
        Right::Fixscope,
        "SDM: the stack pointer is overwritten before it is used",
    ),
    row(
        "xlatb",
        "rax eax rbx ebx",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: al becomes what lies at rbx + al",
    ),
    row("cltd cqto cwtd", "rax eax", W, OnlyCapstone, Right::Fixscope, "SDM: only rdx is set"),
    row("testb", "rax eax", W, OnlyCapstone, Right::Fixscope, "SDM: the result is thrown away"),
    row("iret* lret*", "rsp esp", RW, OnlyFixscope, Right::Fixscope, "SDM: the address is popped"),
    row("iret* sysret*", "flags", W, OnlyFixscope, Right::Fixscope, "SDM: the flags are loaded"),
    row(
        "sysexit*",
        "*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: address and stack pointer are in rdx and rcx",
    ),
    row(
        "xbegin",
        "rax eax",
        R,
        OnlyFixscope,
        Right::Both,
        "eax is set only where the transaction is aborted",
    ),
    // x87, whose stack is one register here.
    row(
        "f*",
        "x87",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: the stack is used, and its status word is part of it",
    ),
    row("fcmov*", "flags", R, OnlyFixscope, Right::Fixscope, "SDM: moves by CF, ZF or PF"),
    row(
        "fxsave* xsave* fxrstor* xrstor*",
        "x87 xmm* k*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: the state is saved or loaded",
    ),
    // Vectors.
    row(
        "cvtsi2s* cvtss2sd cvtsd2ss sqrtss sqrtsd rsqrtss",
        "xmm*",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: the upper part of the destination stays",
    ),
    row("pcmpestrm", "rax eax rdx edx", R, OnlyFixscope, Right::Fixscope, "SDM: the lengths"),
    row(
        "pcmpestrm pcmpistrm",
        "xmm0 flags",
        W,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: the mask and what it is like",
    ),
    row(
        "vgatherdps",
        "xmm*",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: elements without mask stay, and the mask is cleared",
    ),
    row(
        "vaddps vmovs* vmovdqu32",
        "k*",
        R,
        OnlyFixscope,
        Right::Fixscope,
        "SDM volume 1, 15.6: the mask is read",
    ),
    row("vmovdqu32", "k*", W, OnlyCapstone, Right::Fixscope, "SDM volume 1, 15.6: the mask is only read"),
    row("vpscatterdd", "k*", W, OnlyFixscope, Right::Fixscope, "SDM: the mask is cleared"),
];

/// What only 64-bit code has.
static ONLY_64: &[Known] = &[
    row(
        "vmread*",
        "flags",
        W,
        OnlyFixscope,
        Right::Fixscope,
        "SDM volume 3, 31.2: CF and ZF tell the outcome",
    ),
    row("stosq", "rcx", RW, OnlyCapstone, Right::Fixscope, "SDM: without rep nothing is counted"),
    row("sysret*", "rcx r11", R, OnlyFixscope, Right::Fixscope, "SDM: address and flags"),
    row("vcmpeqs* valignd", "xmm* k*", RW, OnlyFixscope, Right::Fixscope, "SDM: sources and destination"),
    row("vpbroadcast*", "xmm*", W, OnlyFixscope, Right::Fixscope, "SDM: the destination is set"),
];

/// What only 32-bit code has.
static ONLY_32: &[Known] = &[
    row("popaw", "*", R, OnlyFixscope, Right::Both, "the upper halves of all registers stay"),
    row(
        "aaa aas daa das aam aad",
        "eax flags",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: they adjust al or ax, and set flags",
    ),
    row(
        "push* pop*",
        "esp",
        RW,
        OnlyFixscope,
        Right::Fixscope,
        "SDM: segment registers are pushed and popped too",
    ),
    row(
        "vzeroall vzeroupper",
        "xmm8 xmm9 xmm1*",
        W,
        OnlyCapstone,
        Right::Fixscope,
        "SDM: 32-bit code has only eight",
    ),
];
