//! What mail does to a patch: encoded headers and encoded bodies.

use std::borrow::Cow;

/// The subject line without `[PATCH 1/2]`, `Re:` and encoding; `None` when nothing is left.
pub fn subject(header: &[u8]) -> Option<String> {
    let decoded = decode_words(&String::from_utf8_lossy(header));
    let mut rest = decoded.trim();
    loop {
        if let Some(bracket) = rest.strip_prefix('[')
            && let Some((_, behind)) = bracket.split_once(']')
        {
            rest = behind.trim_start();
        } else if let Some((word, behind)) = rest.split_once(':')
            && word.eq_ignore_ascii_case("re")
        {
            rest = behind.trim_start();
        } else {
            break;
        }
    }
    (!rest.is_empty()).then(|| rest.to_string())
}

/// Undoes quoted-printable and base64 of the mails in `text`, a single mail or a mail folder.
///
/// Multipart mails stay as they are: the patch in their plain part is found if that part is not encoded.
pub fn decode_bodies(text: &[u8]) -> Cow<'_, [u8]> {
    let lower = b"content-transfer-encoding:";
    if !text.windows(lower.len()).any(|w| w.eq_ignore_ascii_case(lower)) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut lines = text.split_inclusive(|&b| b == b'\n').peekable();
    // A file that begins with something else than headers is no mail, whatever stands further down.
    let mut in_headers = true;
    let mut encoding = Encoding::Plain;
    let mut body = Vec::new();
    let flush = |encoding: Encoding, body: &mut Vec<u8>, out: &mut Vec<u8>| {
        match encoding {
            Encoding::Plain => out.extend_from_slice(body),
            Encoding::QuotedPrintable => quoted_printable(body, out),
            Encoding::Base64 => base64(body, out),
        }
        body.clear();
    };
    while let Some(line) = lines.next() {
        let starts_mail = line.starts_with(b"From ") && lines.peek().is_some_and(|next| is_header(next));
        if starts_mail {
            flush(encoding, &mut body, &mut out);
            (in_headers, encoding) = (true, Encoding::Plain);
            out.extend_from_slice(line);
        } else if in_headers {
            out.extend_from_slice(line);
            let trimmed = line.trim_ascii();
            if line.get(..lower.len()).is_some_and(|start| start.eq_ignore_ascii_case(lower)) {
                let value = trimmed[lower.len()..].trim_ascii();
                if value.eq_ignore_ascii_case(b"quoted-printable") {
                    encoding = Encoding::QuotedPrintable;
                } else if value.eq_ignore_ascii_case(b"base64") {
                    encoding = Encoding::Base64;
                }
            }
            let continued = line.first().is_some_and(|b| b" \t".contains(b));
            in_headers = !trimmed.is_empty() && (continued || is_header(line));
        } else {
            body.extend_from_slice(line);
        }
    }
    flush(encoding, &mut body, &mut out);
    Cow::Owned(out)
}

#[derive(Clone, Copy)]
enum Encoding {
    Plain,
    QuotedPrintable,
    Base64,
}

/// Whether a line is a mail header, such as `From: …`.
fn is_header(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    name > 0 && line.get(name) == Some(&b':')
}

/// Undoes quoted-printable (RFC 2045, section 6.7).
fn quoted_printable(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&b, tail)) = rest.split_first() {
        if b != b'=' {
            out.push(b);
            rest = tail;
        } else if let Some(joined) = tail.strip_prefix(b"\n").or(tail.strip_prefix(b"\r\n")) {
            rest = joined;
        } else if let Some(byte) = tail.get(..2).and_then(hex) {
            out.push(byte);
            rest = &tail[2..];
        } else {
            out.push(b);
            rest = tail;
        }
    }
}

/// The byte that two hexadecimal digits stand for.
fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |b: u8| (b as char).to_digit(16);
    Some((digit(digits[0])? * 16 + digit(digits[1])?) as u8)
}

/// Undoes base64 (RFC 2045, section 6.8); characters outside the alphabet are passed over, as it demands.
fn base64(text: &[u8], out: &mut Vec<u8>) {
    let (mut bits, mut count) = (0u32, 0);
    for &b in text {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
}

/// Undoes encoded words in UTF-8 (RFC 2047), such as `=?UTF-8?q?a=20b?=`; others stay as they are.
fn decode_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let word = &rest[start + 2..];
        let mut parts = word.splitn(3, '?');
        let decoded = (|| {
            let (charset, encoding, tail) = (parts.next()?, parts.next()?, parts.next()?);
            let (body, behind) = tail.split_once("?=")?;
            if !charset.eq_ignore_ascii_case("utf-8") && !charset.eq_ignore_ascii_case("us-ascii") {
                return None;
            }
            let mut bytes = Vec::new();
            match encoding {
                "q" | "Q" => quoted_printable(body.replace('_', " ").as_bytes(), &mut bytes),
                "b" | "B" => base64(body.as_bytes(), &mut bytes),
                _ => return None,
            }
            Some((String::from_utf8_lossy(&bytes).into_owned(), behind))
        })();
        match decoded {
            Some((decoded, behind)) => {
                out.push_str(&rest[..start]);
                out.push_str(&decoded);
                // White space between two encoded words belongs to neither.
                rest = if behind.trim_start().starts_with("=?") { behind.trim_start() } else { behind };
            }
            None => {
                out.push_str(&rest[..start + 2]);
                rest = word;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_loses_what_mail_put_in_front() {
        let subject = |text: &str| subject(text.as_bytes());
        assert_eq!(subject("[PATCH 1/2] fs: fix it").as_deref(), Some("fs: fix it"));
        assert_eq!(subject("Re: [PATCH v2][net] fix").as_deref(), Some("fix"));
        assert_eq!(subject("=?UTF-8?q?f=C3=BCr?= =?utf-8?B?IGFsbGU=?= x").as_deref(), Some("für alle x"));
        assert_eq!(subject("=?koi8-r?q?x?= =? y").as_deref(), Some("=?koi8-r?q?x?= =? y"));
        assert_eq!(subject("[PATCH]"), None);
    }

    #[test]
    fn encoded_bodies_are_decoded_mail_by_mail() {
        let mail = b"From x Mon\nSubject: a\nContent-Transfer-Encoding: quoted-printable\n\n+a =3D=\n b;\n\
                     From y Mon\nContent-transfer-encoding: base64\n\nK2IgPSAxOwo=\nFrom z Mon\nSubject: c\n\n+c =3D\n";
        let decoded = decode_bodies(mail);
        let text = String::from_utf8_lossy(&decoded);
        assert!(text.contains("+a = b;\n"), "{text}");
        assert!(text.contains("+b = 1;\n"), "{text}");
        assert!(text.ends_with("+c =3D\n"), "{text}");
        assert!(matches!(decode_bodies(b"--- a\n+++ b\n"), Cow::Borrowed(_)));
    }
}
