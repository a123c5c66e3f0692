//! Instructions as text, with symbols in place of relocated fields.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use yaxpeax_arch::{Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::InstDecoder;

use super::decode::{distance, word_of};
use crate::{Code, Insn, InsnKind, Operand};

/// The text of one instruction.
pub(super) fn format(code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
    let site = code
        .sites
        .iter()
        .find(|s| s.offset >= insn.offset && s.offset < insn.end() && s.kind.size() != Some(0))
        .and_then(|s| resolve(Operand::Site(s.offset)));
    let Some(word) = word_of(code, insn) else { return data(code.bytes_of(insn), insn.kind, site) };
    let name = site.or_else(|| insn.target.and_then(|target| resolve(Operand::Target(target))));
    if let Some(text) = distant(word, name.as_deref(), insn) {
        return text;
    }
    match name {
        Some(name) => named(word, &name),
        None => plain(word),
    }
}

fn data(bytes: &[u8], kind: InsnKind, name: Option<String>) -> String {
    let statement = match bytes.len() {
        8 if kind == InsnKind::Data => ".xword",
        4 if kind == InsnKind::Data => ".word",
        2 if kind == InsnKind::Data => ".hword",
        _ => ".byte",
    };
    if let Some(name) = name {
        return format!("{statement} {name}");
    }
    if statement == ".byte" {
        let hex: Vec<String> = bytes.iter().map(|b| format!("{b:#04x}")).collect();
        return format!(".byte {}", hex.join(", "));
    }
    let value = bytes.iter().rev().fold(0u64, |value, &b| value << 8 | u64::from(b));
    format!("{statement} {value:#0width$x}", width = 2 + 2 * bytes.len())
}

/// The name of a general register, of which 31 is the zero register.
fn register(number: u32, is_64: bool) -> String {
    match (number & 31, is_64) {
        (31, true) => "xzr".to_owned(),
        (31, false) => "wzr".to_owned(),
        (n, true) => format!("x{n}"),
        (n, false) => format!("w{n}"),
    }
}

const CONDITIONS: [&str; 16] =
    ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];

/// Branches, addresses relative to the instruction, and loads of literals.
fn distant(word: u32, name: Option<&str>, insn: &Insn) -> Option<String> {
    let target = || match (name, distance(word)) {
        (Some(name), _) => name.to_owned(),
        (None, Some((_, distance))) => match insn.target {
            Some(target) => format!("{target:#x}"),
            None => format!(".{distance:+#x}"),
        },
        // Pages of adrp.
        (None, None) => {
            let pages = i64::from((word << 8) as i32 >> 13 << 2) | i64::from(word >> 29 & 3);
            format!(".{:+#x}", pages << 12)
        }
    };
    let low = |is_64| register(word, is_64);
    Some(match word >> 24 {
        0x14..=0x17 => format!("b {}", target()),
        0x94..=0x97 => format!("bl {}", target()),
        0x54 => {
            let hinted = if word & 0x10 == 0 { "b" } else { "bc" };
            format!("{hinted}.{} {}", CONDITIONS[(word & 15) as usize], target())
        }
        0x34 | 0xb4 => format!("cbz {}, {}", low(word >> 31 == 1), target()),
        0x35 | 0xb5 => format!("cbnz {}, {}", low(word >> 31 == 1), target()),
        0x36 | 0x37 | 0xb6 | 0xb7 => {
            let bit = word >> 19 & 31 | word >> 26 & 32;
            let mnemonic = if word >> 24 & 1 == 0 { "tbz" } else { "tbnz" };
            format!("{mnemonic} {}, #{bit}, {}", low(word >> 31 == 1), target())
        }
        byte if byte & 0x9f == 0x10 => format!("adr {}, {}", low(true), target()),
        byte if byte & 0x9f == 0x90 => format!("adrp {}, {}", low(true), target()),
        0x18 => format!("ldr {}, {}", low(false), target()),
        0x58 => format!("ldr {}, {}", low(true), target()),
        0x98 => format!("ldrsw {}, {}", low(true), target()),
        0x1c => format!("ldr s{}, {}", word & 31, target()),
        0x5c => format!("ldr d{}, {}", word & 31, target()),
        0x9c => format!("ldr q{}, {}", word & 31, target()),
        0xd8 => format!("prfm {}, {}", prefetch(word & 31), target()),
        _ => return None,
    })
}

/// The operation of a prefetch.
fn prefetch(operation: u32) -> String {
    let (kind, level) = (operation >> 3, operation >> 1 & 3);
    if kind == 3 || level == 3 {
        return format!("#{operation:#04x}");
    }
    let policy = if operation & 1 == 0 { "keep" } else { "strm" };
    format!("{}l{}{policy}", ["pld", "pli", "pst"][kind as usize], level + 1)
}

/// An instruction of which a relocation fills the immediate.
fn named(word: u32, name: &str) -> String {
    let is_64 = word >> 31 == 1;
    if word & 0x1f80_0000 == 0x1280_0000 {
        let mnemonic = ["movn", "mov?", "movz", "movk"][(word >> 29 & 3) as usize];
        let shift = match word >> 21 & 3 {
            0 => String::new(),
            n => format!(", lsl #{}", 16 * n),
        };
        return format!("{mnemonic} {}, {name}{shift}", register(word, is_64));
    }
    let stack = |number: u32| match number & 31 {
        31 if is_64 => "sp".to_owned(),
        31 => "wsp".to_owned(),
        n => register(n, is_64),
    };
    if word & 0x1f80_0000 == 0x1100_0000 {
        let mnemonic = ["add", "adds", "sub", "subs"][(word >> 29 & 3) as usize];
        let set = if word >> 29 & 1 == 1 { register(word, is_64) } else { stack(word) };
        let shift = if word >> 22 & 1 == 1 { ", lsl #12" } else { "" };
        return format!("{mnemonic} {set}, {}, {name}{shift}", stack(word >> 5));
    }
    let text = plain(word);
    // The number in the address.
    if let Some((before, address)) = text.rsplit_once('[')
        && let Some((base, after)) = address.split_once(']')
    {
        let base = base.split_once(',').map_or(base, |(base, _)| base);
        return format!("{before}[{base}, {name}]{after}");
    }
    format!("{text}, {name}")
}

/// An instruction without names, as the decoder prints it.
fn plain(word: u32) -> String {
    // A decoder of untrusted bytes is not to be trusted either.
    let printed = catch_unwind(AssertUnwindSafe(|| {
        let bytes = word.to_le_bytes();
        let instruction = InstDecoder::default().decode(&mut U8Reader::new(&bytes)).ok()?;
        let mut text = String::new();
        write!(text, "{instruction}").ok()?;
        Some(text)
    }));
    printed.ok().flatten().unwrap_or_else(|| format!(".inst {word:#010x}"))
}
