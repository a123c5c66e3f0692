//! Text and numbers as assembly files write them.

/// The bytes of text in quotes, without the quotes (GNU assembler's manual, "Strings"). `None` when it is no such
/// text.
pub(super) fn string(quoted: &[u8]) -> Option<Vec<u8>> {
    let inner = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(&c) = inner.get(at) {
        at += 1;
        if c != b'\\' {
            bytes.push(c);
            continue;
        }
        let (byte, used) = escape(&inner[at..]);
        bytes.push(byte);
        at += used;
    }
    Some(bytes)
}

/// The byte that what follows a backslash stands for, and how many characters that takes.
pub(super) fn escape(rest: &[u8]) -> (u8, usize) {
    match rest.first() {
        None => (b'\\', 0),
        Some(b'b') => (8, 1),
        Some(b'f') => (12, 1),
        Some(b'n') => (b'\n', 1),
        Some(b'r') => (b'\r', 1),
        Some(b't') => (b'\t', 1),
        Some(b'0'..=b'7') => {
            let digits = rest.iter().take(3).take_while(|c| (b'0'..=b'7').contains(c)).count();
            let value = rest[..digits].iter().fold(0u32, |v, c| v * 8 + u32::from(c - b'0'));
            (value as u8, digits)
        }
        Some(b'x' | b'X') => {
            // Any number of digits, of which the last two count.
            let digits = rest[1..].iter().take_while(|c| c.is_ascii_hexdigit()).count();
            let hex = |c: &u8| (*c as char).to_digit(16).unwrap_or(0);
            let value = rest[1..=digits].iter().fold(0u32, |v, c| v << 4 | hex(c));
            (value as u8, digits + 1)
        }
        Some(&c) => (c, 1),
    }
}

/// An integer (GNU assembler's manual, "Integers"). `None` when it is none or needs more than 128 bits.
pub(super) fn integer(text: &[u8]) -> Option<u128> {
    let text = std::str::from_utf8(text).ok()?;
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'b', _, ..] => (&lower[2..], 2),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (&lower[..], 10),
    };
    (!digits.starts_with('+')).then(|| u128::from_str_radix(digits, radix).ok()).flatten()
}

/// A number with a point. The assembler lets a letter behind a 0 say how large it is, which the directive says too.
pub(super) fn float(text: &str) -> Option<f64> {
    float_text(text)?.parse().ok()
}

/// As [`float`], rounded once.
pub(super) fn float32(text: &str) -> Option<f32> {
    float_text(text)?.parse().ok()
}

fn float_text(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = match rest.as_bytes() {
        [b'0', letter, ..] if letter.is_ascii_alphabetic() && !matches!(letter, b'e' | b'E') => &rest[2..],
        _ => rest,
    };
    // Hexadecimal ones would be read as decimal.
    (!text.contains("0x") && !text.contains("0X")).then(|| format!("{sign}{rest}").replace("--", ""))
}

/// The bytes of text in base 64 (GNU assembler's manual, `.base64`).
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().position(|&c| c == b'=').unwrap_or(text.len());
    if !text.len().is_multiple_of(4) || text[end..].iter().any(|&c| c != b'=') || text.len() - end > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(end / 4 * 3), 0u32, 0);
    for &c in &text[..end] {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_escapes() {
        assert_eq!(string(br#""a\tb\001\"\\\x41\18""#).as_deref(), Some(&b"a\tb\x01\"\\A\x018"[..]));
        assert_eq!(string(br#""\0123""#).as_deref(), Some(&b"\n3"[..]));
        assert_eq!(string(b"abc"), None);
    }

    #[test]
    fn integers_have_radixes() {
        assert_eq!(integer(b"0x1F"), Some(31));
        assert_eq!(integer(b"017"), Some(15));
        assert_eq!(integer(b"0b101"), Some(5));
        assert_eq!(integer(b"0"), Some(0));
        assert_eq!(integer(b"18446744073709551615"), Some(u128::from(u64::MAX)));
        assert_eq!(integer(b"1f"), None);
        assert_eq!(integer(b"0b"), None);
    }

    #[test]
    fn floats_and_base64() {
        assert_eq!(float("0f-1.5"), Some(-1.5));
        assert_eq!(float("1.5e3"), Some(1500.0));
        assert_eq!(float("0x12"), None);
        assert_eq!(base64(b"aGVsbG8=").as_deref(), Some(&b"hello"[..]));
        assert_eq!(base64(b"aGVsbG8"), None);
    }
}
