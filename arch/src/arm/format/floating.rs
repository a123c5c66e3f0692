//! Floating-point instructions, which both instruction sets have with the same lower 28 bits.

use super::pattern::{Context, Row, bits_of, indexed, register};

/// Rows in the order in which they are tried. Those without a condition in A32 are not here.
pub(super) const TABLE: &[Row] = &[
    (0x0ff0_0fff, 0x0ef1_0a10, "vmrs{c} {status12}, fpscr"),
    (0x0fff_0fff, 0x0ee1_0a10, "vmsr{c} fpscr, {r12}"),
    (0x0ff0_0f7f, 0x0e00_0a10, "vmov{c} {n}, {r12}"),
    (0x0ff0_0f7f, 0x0e10_0a10, "vmov{c} {r12}, {n}"),
    (0x0fd0_0f7f, 0x0e00_0b10, "vmov{c}.32 {lane32}, {r12}"),
    (0x0fd0_0f7f, 0x0e10_0b10, "vmov{c}.32 {r12}, {lane32}"),
    (0x0fd0_0f3f, 0x0e00_0b30, "vmov{c}.16 {lane16}, {r12}"),
    (0x0fd0_0f1f, 0x0e40_0b10, "vmov{c}.8 {lane8}, {r12}"),
    (0x0fd0_0f3f, 0x0e10_0b30, "vmov{c}.s16 {r12}, {lane16}"),
    (0x0fd0_0f1f, 0x0e50_0b10, "vmov{c}.s8 {r12}, {lane8}"),
    (0x0fd0_0f3f, 0x0e90_0b30, "vmov{c}.u16 {r12}, {lane16}"),
    (0x0fd0_0f1f, 0x0ed0_0b10, "vmov{c}.u8 {r12}, {lane8}"),
    (0x0ff0_0f7f, 0x0e80_0b10, "vdup{c}.32 {dn}, {r12}"),
    (0x0ff0_0f7f, 0x0ea0_0b10, "vdup{c}.32 {qn}, {r12}"),
    (0x0ff0_0f7f, 0x0e80_0b30, "vdup{c}.16 {dn}, {r12}"),
    (0x0ff0_0f7f, 0x0ea0_0b30, "vdup{c}.16 {qn}, {r12}"),
    (0x0ff0_0f7f, 0x0ec0_0b10, "vdup{c}.8 {dn}, {r12}"),
    (0x0ff0_0f7f, 0x0ee0_0b10, "vdup{c}.8 {qn}, {r12}"),
    (0x0ff0_0fd0, 0x0c40_0b10, "vmov{c} {dm}, {r12}, {r16}"),
    (0x0ff0_0fd0, 0x0c50_0b10, "vmov{c} {r12}, {r16}, {dm}"),
    (0x0ff0_0fd0, 0x0c40_0a10, "vmov{c} {sm}, {next}, {r12}, {r16}"),
    (0x0ff0_0fd0, 0x0c50_0a10, "vmov{c} {r12}, {r16}, {sm}, {next}"),
    (0x0f30_0e00, 0x0d00_0a00, "vstr{c} {d}, {vaddress}"),
    (0x0f30_0e00, 0x0d10_0a00, "vldr{c} {d}, {vaddress}"),
    (0x0fbf_0e00, 0x0d2d_0a00, "vpush{c} {vlist}"),
    (0x0fbf_0e00, 0x0cbd_0a00, "vpop{c} {vlist}"),
    (0x0f90_0e00, 0x0c80_0a00, "vstmia{c} {r16}{w}, {vlist}"),
    (0x0f90_0e00, 0x0c90_0a00, "vldmia{c} {r16}{w}, {vlist}"),
    (0x0fb0_0e00, 0x0d20_0a00, "vstmdb{c} {r16}!, {vlist}"),
    (0x0fb0_0e00, 0x0d30_0a00, "vldmdb{c} {r16}!, {vlist}"),
    (0x0fb0_0e50, 0x0e00_0a00, "vmla{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e00_0a40, "vmls{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e10_0a40, "vnmla{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e10_0a00, "vnmls{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e20_0a00, "vmul{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e20_0a40, "vnmul{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e30_0a00, "vadd{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e30_0a40, "vsub{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e80_0a00, "vdiv{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0ea0_0a00, "vfma{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0ea0_0a40, "vfms{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e90_0a40, "vfnma{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0e50, 0x0e90_0a00, "vfnms{c}.{f} {d}, {n}, {m}"),
    (0x0fb0_0ef0, 0x0eb0_0a00, "vmov{c}.{f} {d}, {constant}"),
    (0x0fbf_0ed0, 0x0eb0_0a40, "vmov{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb0_0ac0, "vabs{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb1_0a40, "vneg{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb1_0ac0, "vsqrt{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb4_0a40, "vcmp{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb4_0ac0, "vcmpe{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb6_0a40, "vrintr{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb6_0ac0, "vrintz{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb7_0a40, "vrintx{c}.{f} {d}, {m}"),
    (0x0fbf_0ed0, 0x0eb5_0a40, "vcmp{c}.{f} {d}, #0.0"),
    (0x0fbf_0ed0, 0x0eb5_0ac0, "vcmpe{c}.{f} {d}, #0.0"),
    (0x0fbf_0fd0, 0x0eb7_0ac0, "vcvt{c}.f64.f32 {dd}, {sm}"),
    (0x0fbf_0fd0, 0x0eb7_0bc0, "vcvt{c}.f32.f64 {sd}, {dm}"),
    (0x0fbf_0fd0, 0x0eb2_0a40, "vcvtb{c}.f32.f16 {sd}, {sm}"),
    (0x0fbf_0fd0, 0x0eb2_0ac0, "vcvtt{c}.f32.f16 {sd}, {sm}"),
    (0x0fbf_0fd0, 0x0eb3_0a40, "vcvtb{c}.f16.f32 {sd}, {sm}"),
    (0x0fbf_0fd0, 0x0eb3_0ac0, "vcvtt{c}.f16.f32 {sd}, {sm}"),
    (0x0fbf_0fd0, 0x0eb2_0b40, "vcvtb{c}.f64.f16 {dd}, {sm}"),
    (0x0fbf_0fd0, 0x0eb2_0bc0, "vcvtt{c}.f64.f16 {dd}, {sm}"),
    (0x0fbf_0ed0, 0x0eb8_0ac0, "vcvt{c}.{f}.s32 {d}, {sm}"),
    (0x0fbf_0ed0, 0x0eb8_0a40, "vcvt{c}.{f}.u32 {d}, {sm}"),
    (0x0fbf_0ed0, 0x0ebd_0ac0, "vcvt{c}.s32.{f} {sd}, {m}"),
    (0x0fbf_0ed0, 0x0ebc_0ac0, "vcvt{c}.u32.{f} {sd}, {m}"),
    (0x0fbf_0ed0, 0x0ebd_0a40, "vcvtr{c}.s32.{f} {sd}, {m}"),
    (0x0fbf_0ed0, 0x0ebc_0a40, "vcvtr{c}.u32.{f} {sd}, {m}"),
];

/// What other coprocessors do, in both instruction sets.
pub(super) const COPROCESSORS: &[Row] = &[
    (0x0000_0e00, 0x0000_0a00, "{none}"),
    (0x0ff0_0000, 0x0c40_0000, "mcrr{c} {cp}, {both}, {r12}, {r16}, {cr0}"),
    (0x0ff0_0000, 0x0c50_0000, "mrrc{c} {cp}, {both}, {r12}, {r16}, {cr0}"),
    (0x0f10_0010, 0x0e00_0010, "mcr{c} {cp}, {first}, {r12}, {cr16}, {cr0}, {last}"),
    (0x0f10_0010, 0x0e10_0010, "mrc{c} {cp}, {first}, {r12}, {cr16}, {cr0}, {last}"),
    (0x0f00_0010, 0x0e00_0000, "cdp{c} {cp}, {opcode}, {cr12}, {cr16}, {cr0}, {last}"),
    (0x0e50_0000, 0x0c10_0000, "ldc{c} {cp}, {cr12}, {caddress}"),
    (0x0e50_0000, 0x0c00_0000, "stc{c} {cp}, {cr12}, {caddress}"),
];

fn single(word: u32, at: u32, extra: u32) -> u32 {
    (word >> at & 15) << 1 | word >> extra & 1
}

fn double(word: u32, at: u32, extra: u32) -> u32 {
    (word >> extra & 1) << 4 | word >> at & 15
}

/// The first operand.
pub(super) fn operand(word: u32) -> String {
    match word & 1 << 8 {
        0 => format!("s{}", single(word, 16, 7)),
        _ => format!("d{}", double(word, 16, 7)),
    }
}

/// What a field of these instructions stands for. In T32 the condition is not in the word, but what is there says that it
/// has one.
pub(super) fn expand(kind: &str, first: u32, context: &Context<'_>) -> Option<String> {
    let word = context.word;
    let is_double = word & 1 << 8 != 0;
    let of = |at, extra| match is_double {
        true => format!("d{}", double(word, at, extra)),
        false => format!("s{}", single(word, at, extra)),
    };
    Some(match kind {
        "f" => if is_double { "f64" } else { "f32" }.to_owned(),
        "d" => of(12, 22),
        "m" => of(0, 5),
        "dd" => format!("d{}", double(word, 12, 22)),
        "sd" => format!("s{}", single(word, 12, 22)),
        "dm" => format!("d{}", double(word, 0, 5)),
        "sm" => format!("s{}", single(word, 0, 5)),
        "next" => format!("s{}", single(word, 0, 5) + 1),
        "dn" => format!("d{}", double(word, 16, 7)),
        "qn" => format!("q{}", double(word, 16, 7) / 2),
        "status" => match word >> first & 15 {
            15 => "APSR_nzcv".to_owned(),
            number => register(number).to_owned(),
        },
        "lane" => {
            let place = bits_of(word, 21, 1) << 2 | bits_of(word, 5, 2);
            let number = match first {
                32 => place >> 2,
                16 => place >> 1,
                _ => place,
            };
            format!("d{}[{number}]", double(word, 16, 7))
        }
        "constant" => format!("#{}", bits_of(word, 16, 4) << 4 | word & 15),
        "vlist" => list(word, is_double),
        "vaddress" => {
            if word >> 16 & 15 == 15 {
                return context.target.map(str::to_owned);
            }
            let offset = (word & 0xff) << 2;
            let sign = if word & 1 << 23 == 0 { "-" } else { "" };
            let added = context.name.map_or_else(|| format!("#{sign}{offset}"), |name| format!("#{name}"));
            let is_zero = offset == 0 && sign.is_empty() && context.name.is_none();
            indexed(word >> 16, &added, is_zero, true, false)
        }
        _ => return None,
    })
}

fn list(word: u32, is_double: bool) -> String {
    let count = if is_double { (word & 0xff) / 2 } else { word & 0xff };
    let (letter, first) = if is_double { ('d', double(word, 12, 22)) } else { ('s', single(word, 12, 22)) };
    match count {
        0 | 1 => format!("{{{letter}{first}}}"),
        _ => format!("{{{letter}{first}-{letter}{}}}", first + count - 1),
    }
}
