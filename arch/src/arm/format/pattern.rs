//! Text with fields in braces, and what they stand for.

use crate::arm::bits;
use crate::arm::numbers::modified;

/// Words whose bits under the mask are the value, and their text.
pub(super) type Row = (u32, u32, &'static str);

/// One instruction that is printed.
pub(super) struct Context<'a> {
    /// With the first halfword in front.
    pub word: u32,
    /// 14 for always.
    pub condition: u32,
    /// Whether an `it` gives the condition.
    pub in_block: bool,
    /// What a relocation or a distance leads to.
    pub name: Option<&'a str>,
    /// The same, or the place as a number.
    pub target: Option<&'a str>,
}

/// The text of the first row that the word is in, if all of its fields have a text.
pub(super) fn find(table: &[Row], context: &Context<'_>) -> Option<String> {
    let row = table.iter().find(|(mask, value, _)| context.word & mask == *value)?;
    let mut text = String::new();
    let mut rest = row.2;
    while let Some((before, behind)) = rest.split_once('{') {
        let (field, behind) = behind.split_once('}')?;
        text.push_str(before);
        text.push_str(&expand(field, context)?);
        rest = behind;
    }
    text.push_str(rest);
    Some(text)
}

const CONDITIONS: [&str; 15] =
    ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", ""];
const REGISTERS: [&str; 16] =
    ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "sl", "fp", "ip", "sp", "lr", "pc"];
const OPERATIONS: [&str; 16] = [
    "and", "eor", "sub", "rsb", "add", "adc", "sbc", "rsc", "tst", "teq", "cmp", "cmn", "orr", "mov", "bic",
    "mvn",
];
const SHIFTS: [&str; 4] = ["lsl", "lsr", "asr", "ror"];

pub(super) fn register(number: u32) -> &'static str {
    REGISTERS[(number & 15) as usize]
}

/// Bits of a word from the lowest one on.
pub(super) fn bits_of(word: u32, lowest: u32, count: u32) -> u32 {
    word >> lowest & ((1 << count) - 1)
}

fn condition(number: u32) -> Option<&'static str> {
    CONDITIONS.get(number as usize).copied()
}

/// What a field stands for. A letter says what it is; numbers behind it say where its bits are.
fn expand(field: &str, context: &Context<'_>) -> Option<String> {
    let word = context.word;
    let digits = field.find(|c: char| c.is_ascii_digit()).unwrap_or(field.len());
    let (kind, at) = field.split_at(digits);
    let mut numbers = at.split('.').filter_map(|n| n.parse::<u32>().ok());
    let (first, second) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let given = |number: String| context.name.map_or_else(|| format!("#{number}"), |name| format!("#{name}"));
    Some(match kind {
        // The condition, and the letter of those that set flags: outside of a block in T32.
        "c" => condition(context.condition)?.to_owned(),
        "s" => if word & 1 << 20 != 0 { "s" } else { "" }.to_owned(),
        "S" if context.in_block => condition(context.condition)?.to_owned(),
        "S" => "s".to_owned(),
        "cond" => condition(bits_of(word, first, 4))?.to_owned(),
        "r" => register(word >> first).to_owned(),
        "t" => register(word >> first & 7).to_owned(),
        // A high register of a halfword.
        "high" => register(word >> 4 & 8 | word & 7).to_owned(),
        // A number of so many bits from a place on.
        "n" if at.is_empty() => super::floating::operand(word),
        "n" => format!("#{}", bits_of(word, first, second)),
        "plus" => format!("#{}", bits_of(word, first, second) + 1),
        "hex" => format!("0x{:04x}", bits_of(word, first, second)),
        "twice" => format!("#{}", bits_of(word, first, second) << 1),
        "four" => format!("#{}", bits_of(word, first, second) << 2),
        "target" => context.target?.to_owned(),
        "list" => list(bits_of(word, 0, first), word & second),
        "w" => if word & 1 << 21 != 0 { "!" } else { "" }.to_owned(),
        "it" => it(word)?,
        "after" => register((word >> first) + 1).to_owned(),
        "one" => format!("{{{}}}", register(word >> first)),
        "svc" => format!("{:08x}", word & 0x00ff_ffff),
        "byte" => format!("{}", word & 0xff),
        _ => match kind {
            // A32
            "shift" => shifted(word),
            "regshift" => format!(
                "{}, {} {}",
                register(word),
                SHIFTS[bits_of(word, 5, 2) as usize],
                register(word >> 8)
            ),
            "imm" => format!("#{}", bits::a32_immediate(word) as i32),
            "move" => given(bits::a32_move(word).to_string()),
            "rotated" => rotated(word, bits_of(word, 10, 2)),
            "xy" => part(word, 5).to_owned() + part(word, 6),
            "y" => part(word, 6).to_owned(),
            "address" => address(context)?,
            "short" => short_address(context)?,
            "adr" => match context.name {
                Some(name) => {
                    format!("adr{} {}, {name}", condition(context.condition)?, register(word >> 12))
                }
                None => {
                    let operation = if word & 1 << 23 != 0 { "add" } else { "sub" };
                    let number = bits::a32_immediate(word) as i32;
                    format!(
                        "{operation}{} {}, pc, #{number}",
                        condition(context.condition)?,
                        register(word >> 12)
                    )
                }
            },
            "operation" => OPERATIONS[bits_of(word, 21, 4) as usize].to_owned(),
            "parallel" => {
                let kind = ["", "s", "q", "sh", "", "u", "uq", "uh"][bits_of(word, 20, 3) as usize];
                let name =
                    ["add16", "asx", "sax", "sub16", "add8", "", "", "sub8"][bits_of(word, 5, 3) as usize];
                if kind.is_empty() || name.is_empty() {
                    return None;
                }
                format!("{kind}{name}")
            }
            "places" => {
                format!("#{}", if bits_of(word, first, 5) == 0 { 32 } else { bits_of(word, first, 5) })
            }
            "wparallel" => {
                let kind = ["s", "q", "sh", "", "u", "uq", "uh", ""][bits_of(word, 4, 3) as usize];
                let name =
                    ["add8", "add16", "asx", "", "sub8", "sub16", "sax", ""][bits_of(word, 20, 3) as usize];
                if kind.is_empty() || name.is_empty() {
                    return None;
                }
                format!("{kind}{name}")
            }
            "wadr" => match context.name {
                Some(name) => {
                    format!("adr{}.w {}, {name}", condition(context.condition)?, register(word >> 8))
                }
                None => {
                    let operation = if word & 0x00a0_0000 == 0 { "addw" } else { "subw" };
                    let condition = condition(context.condition)?;
                    format!("{operation}{condition} {}, pc, #{}", register(word >> 8), bits::t32_plain(word))
                }
            },
            "tadr" => {
                let condition = condition(context.condition)?;
                match context.name {
                    Some(name) => format!("adr{condition} {}, {name}", register(word >> 8 & 7)),
                    None => {
                        format!("add{condition} {}, pc, #{}", register(word >> 8 & 7), (word & 0xff) << 2)
                    }
                }
            }
            "named" => given(bits_of(word, first, second).to_string()),
            "at" => {
                let offset = bits_of(word, 6, 5) << first;
                let added = named(context, || number(true, offset));
                indexed(word >> 3 & 7, &added, false, true, false)
            }
            "stack" => indexed(13, &number(true, (word & 0xff) << 2), false, true, false),
            "popped" => list(word & 0xff | (word & 0x100) << 7, 0),
            "first" => bits_of(word, 21, 3).to_string(),
            "last" => format!("{{{}}}", bits_of(word, 5, 3)),
            "cp" => bits_of(word, 8, 4).to_string(),
            "both" => bits_of(word, 4, 4).to_string(),
            "opcode" => bits_of(word, 20, 4).to_string(),
            "cr" => format!("cr{}", bits_of(word, first, 4)),
            "caddress" => dual_address(context)?,
            "two" => format!("{:04x}", word & 0xff),
            "base" => if word >> bits_of(word, 8, 3) & 1 == 0 { "!" } else { "" }.to_owned(),
            "exclusive" => {
                let added = number(true, (word & 0xff) << 2);
                indexed(word >> 16, &added, word & 0xff == 0, true, false)
            }
            "none" => return None,
            "width" => format!("#{}", bits_of(word, 16, 5) + 1),
            "until" => format!("#{}", (bits_of(word, 16, 5) + 1).checked_sub(bits_of(word, 7, 5))?),
            "by" => saturated(bits_of(word, 7, 5), word & 0x40 != 0),
            "kept" => places(bits_of(word, 7, 5), "lsl", 0),
            "keptright" => places(bits_of(word, 7, 5), "asr", 32),
            "udf" => format!("#{}", bits_of(word, 8, 12) << 4 | bits_of(word, 0, 4)),
            "bkpt" => format!("0x{:04x}", bits_of(word, 8, 12) << 4 | bits_of(word, 0, 4)),
            // T32
            "wshift" => wide_shifted(word),
            "wimm" => format!("#{}", modified(word)),
            "wplain" => format!("#{}", bits::t32_plain(word)),
            "wmove" => given(bits::t32_move(word).to_string()),
            "waddress" => wide_address(context)?,
            "wdual" => dual_address(context)?,
            "wrotated" => rotated(word, bits_of(word, 4, 2)),
            "wlowest" => format!("#{}", wide_places(word)),
            "wwidth" => format!("#{}", bits_of(word, 0, 5) + 1),
            "wuntil" => format!("#{}", (bits_of(word, 0, 5) + 1).checked_sub(wide_places(word))?),
            "wplaces" => format!("#{}", if wide_places(word) == 0 { 32 } else { wide_places(word) }),
            "wby" => saturated(wide_places(word), word & 0x0020_0000 != 0),
            "wkept" => places(wide_places(word), "lsl", 0),
            "wkeptright" => places(wide_places(word), "asr", 32),
            "wxy" => part(word, 5).to_owned() + part(word, 4),
            "wy" => part(word, 4).to_owned(),
            "whex" => format!("#{}", bits_of(word, 16, 4) << 12 | word & 0xfff),
            _ => return super::floating::expand(kind, first, context),
        },
    })
}

fn part(word: u32, bit: u32) -> &'static str {
    if word >> bit & 1 == 0 { "b" } else { "t" }
}

/// Registers of a list, and one more of a bit that is set.
fn list(listed: u32, more: u32) -> String {
    let mut names: Vec<&str> = (0..16).filter(|r| listed >> r & 1 == 1).map(register).collect();
    match more {
        0x100 => names.push("lr"),
        0x101 => names.push("pc"),
        _ => {}
    }
    format!("{{{}}}", names.join(", "))
}

fn it(word: u32) -> Option<String> {
    let (first, mask) = (bits_of(word, 4, 4), word & 15);
    let others = 3u32.checked_sub(mask.trailing_zeros())?;
    let letters: String =
        (0..others).map(|i| if mask >> (3 - i) & 1 == first & 1 { 't' } else { 'e' }).collect();
    let name = if first == 14 { "al" } else { condition(first)? };
    Some(format!("it{letters} {name}"))
}

fn places(number: u32, name: &str, zero: u32) -> String {
    match if number == 0 { zero } else { number } {
        0 => String::new(),
        places => format!(", {name} #{places}"),
    }
}

fn saturated(number: u32, is_right: bool) -> String {
    if is_right { places(number, "asr", 32) } else { places(number, "lsl", 0) }
}

fn rotated(word: u32, turn: u32) -> String {
    if turn == 0 { register(word).to_owned() } else { format!("{}, ror #{}", register(word), turn * 8) }
}

fn by(word: u32, kind: u32, number: u32) -> String {
    let from = register(word);
    match (kind, number) {
        (0, 0) => from.to_owned(),
        (3, 0) => format!("{from}, rrx"),
        (_, number) => {
            let number = if number == 0 { 32 } else { number };
            format!("{from}, {} #{number}", SHIFTS[kind as usize])
        }
    }
}

fn shifted(word: u32) -> String {
    by(word, bits_of(word, 5, 2), bits_of(word, 7, 5))
}

fn wide_places(word: u32) -> u32 {
    bits_of(word, 12, 3) << 2 | bits_of(word, 6, 2)
}

fn wide_shifted(word: u32) -> String {
    by(word, bits_of(word, 4, 2), wide_places(word))
}

/// An address by a base and what is added in front, in front and for good, or behind.
pub(super) fn indexed(base: u32, added: &str, is_zero: bool, before: bool, writes_back: bool) -> String {
    let base = register(base);
    match (before, writes_back) {
        (true, false) if is_zero => format!("[{base}]"),
        (true, false) => format!("[{base}, {added}]"),
        (true, true) => format!("[{base}, {added}]!"),
        (false, _) => format!("[{base}], {added}"),
    }
}

fn number(up: bool, value: u32) -> String {
    format!("#{}{value}", if up { "" } else { "-" })
}

fn address(context: &Context<'_>) -> Option<String> {
    let word = context.word;
    // Hints have no condition, and the bit for another thing.
    let is_hint = word >> 28 == 15;
    let (before, up, writes_back) = (word >> 24 & 1 == 1, word >> 23 & 1 == 1, word >> 21 & 1 == 1);
    let before = before || is_hint;
    if word & 1 << 25 != 0 {
        let added = format!("{}{}", if up { "" } else { "-" }, shifted(word));
        return Some(indexed(word >> 16, &added, false, before, writes_back));
    }
    if word >> 16 & 15 == 15 && before && !writes_back {
        return context.target.map(str::to_owned);
    }
    let offset = word & 0xfff;
    let added = named(context, || number(up, offset));
    let is_zero = offset == 0 && up && context.name.is_none();
    Some(indexed(word >> 16, &added, is_zero, before, writes_back))
}

/// The name of what a number leads to, in place of the number.
fn named(context: &Context<'_>, number: impl Fn() -> String) -> String {
    context.name.map_or_else(number, |name| format!("#{name}"))
}

fn short_address(context: &Context<'_>) -> Option<String> {
    let word = context.word;
    let (before, up, writes_back) = (word >> 24 & 1 == 1, word >> 23 & 1 == 1, word >> 21 & 1 == 1);
    if word & 1 << 22 == 0 {
        let added = format!("{}{}", if up { "" } else { "-" }, register(word));
        return Some(indexed(word >> 16, &added, false, before, writes_back));
    }
    if word >> 16 & 15 == 15 && before && !writes_back {
        return context.target.map(str::to_owned);
    }
    let offset = bits_of(word, 8, 4) << 4 | word & 15;
    let added = named(context, || number(up, offset));
    Some(indexed(word >> 16, &added, offset == 0 && up && context.name.is_none(), before, writes_back))
}

fn wide_address(context: &Context<'_>) -> Option<String> {
    let word = context.word;
    if word >> 16 & 15 == 15 {
        return context.target.map(str::to_owned);
    }
    if word & 1 << 23 != 0 {
        let added = named(context, || number(true, word & 0xfff));
        return Some(indexed(word >> 16, &added, word & 0xfff == 0 && context.name.is_none(), true, false));
    }
    if word & 0x0800 == 0 {
        let added = match bits_of(word, 4, 2) {
            0 => register(word).to_owned(),
            places => format!("{}, lsl #{places}", register(word)),
        };
        return (word & 0x07c0 == 0).then(|| indexed(word >> 16, &added, false, true, false));
    }
    let added = number(word & 0x200 != 0, word & 0xff);
    let is_zero = word & 0x2ff == 0x200;
    // With all three bits for less privileged code it is an access like others.
    Some(indexed(word >> 16, &added, is_zero, word & 0x400 != 0, word & 0x100 != 0))
}

fn dual_address(context: &Context<'_>) -> Option<String> {
    let word = context.word;
    let (before, up, writes_back) = (word >> 24 & 1 == 1, word >> 23 & 1 == 1, word >> 21 & 1 == 1);
    if word >> 16 & 15 == 15 && before && !writes_back {
        return context.target.map(str::to_owned);
    }
    let offset = (word & 0xff) << 2;
    let added = named(context, || number(up, offset));
    Some(indexed(word >> 16, &added, offset == 0 && up && context.name.is_none(), before, writes_back))
}
