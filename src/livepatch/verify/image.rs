//! Kernel images as they are booted: unpacked, and with the names that the kernel itself has of its symbols.
//!
//! Distributions install no `vmlinux`, and Debian's `System.map` is empty; what livepatch looks names up in is in the
//! image all the same (scripts/kallsyms.c, `write_src`): the number of symbols, their names as tokens, the offset of every
//! 256th name, the tokens, and the offsets of the tokens.

use std::io::Read;
use std::path::Path;

use memchr::memmem;

use crate::error::{Error, Result};

/// No kernel is larger, in bytes.
const LARGEST: u64 = 1 << 30;
/// The tokens of the digits stand at their codes, as no other text in a kernel does.
const DIGITS: &[u8] = b"0\x001\x002\x003\x004\x005\x006\x007\x008\x009\0";
/// The names are no longer than this, in bytes.
const FARTHEST: usize = 64 << 20;
/// Each of so many names has its offset noted.
const STEP: usize = 256;

/// The kernel in an image for x86 (Documentation/x86/boot.rst: `payload_offset` and `payload_length`), or in one that is
/// compressed as a whole; `None` if it is neither.
///
/// # Errors
/// [`Error::Input`] (`truncated`) when it cannot be unpacked.
pub(super) fn unpacked(path: &Path, image: &[u8]) -> Result<Option<Vec<u8>>> {
    let word = |at: usize| image.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    let packed = if image.get(0x202..0x206) == Some(b"HdrS") {
        // "For backwards compatibility, if the setup_sects field contains 0, the real value is 4".
        let sectors =
            image.get(0x1f1).map_or(4, |&sectors| if sectors == 0 { 4 } else { usize::from(sectors) });
        let payload = word(0x248).zip(word(0x24c)).and_then(|(offset, length)| {
            let start = (sectors + 1) * 512 + offset as usize;
            image.get(start..start.checked_add(length as usize)?)
        });
        payload.ok_or_else(|| Error::input(path, "truncated", "is shorter than its header says"))?
    } else {
        image
    };
    let mut kernel = Vec::new();
    let unpacked = match packed {
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            liblzma::read::XzDecoder::new(packed).take(LARGEST).read_to_end(&mut kernel).map(|_| ())
        }
        [0x1f, 0x8b, 8, ..] => {
            flate2::read::GzDecoder::new(packed).take(LARGEST).read_to_end(&mut kernel).map(|_| ())
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ruzstd::decoding::StreamingDecoder::new(packed)
            .map_err(std::io::Error::other)
            .and_then(|decoder| decoder.take(LARGEST).read_to_end(&mut kernel).map(|_| ())),
        [0x02, 0x21, 0x4c, 0x18, rest @ ..] => lz4(rest, &mut kernel),
        _ => return Ok(None),
    };
    unpacked.map_err(|e| Error::input(path, "truncated", format!("cannot be unpacked: {e}")))?;
    Ok(Some(kernel))
}

/// The legacy frames of LZ4, which the kernel's build writes: blocks of up to 8 MB, each behind its size. Behind the last
/// stands the size of all.
fn lz4(mut blocks: &[u8], kernel: &mut Vec<u8>) -> std::io::Result<()> {
    while let Some((size, rest)) = blocks.split_first_chunk().filter(|(_, rest)| !rest.is_empty()) {
        let size = u32::from_le_bytes(*size) as usize;
        let Some((block, rest)) = rest.split_at_checked(size) else {
            return Err(std::io::Error::other("a block of LZ4 is cut short"));
        };
        kernel.extend(lz4_flex::block::decompress(block, 8 << 20).map_err(std::io::Error::other)?);
        if kernel.len() as u64 > LARGEST {
            return Err(std::io::Error::other("is larger than a kernel"));
        }
        blocks = rest;
    }
    Ok(())
}

/// The release that a kernel says it is, as `uname -r` does.
pub(super) fn release(kernel: &[u8]) -> Option<String> {
    const BANNER: &[u8] = b"Linux version ";
    memmem::find_iter(kernel, BANNER).find_map(|at| {
        let rest = &kernel[at + BANNER.len()..];
        let release = rest.split(|&b| b == b' ').next().filter(|release| release.len() < 64)?;
        let release = std::str::from_utf8(release).ok()?;
        release.starts_with(|first: char| first.is_ascii_digit()).then(|| release.to_owned())
    })
}

/// The names of all symbols of a little-endian kernel, each as often as it occurs; `None` if it has none or in another
/// form.
pub(super) fn names(kernel: &[u8]) -> Option<Vec<String>> {
    memmem::find_iter(kernel, DIGITS).find_map(|digits| {
        let tokens = tokens(kernel, digits)?;
        let candidates = (tokens.start.saturating_sub(FARTHEST)..tokens.start).rev();
        candidates.filter(|at| at % 4 == 0).find_map(|at| names_at(kernel, at, &tokens))
    })
}

/// Reads the names of which the number stands at a place.
fn names_at(kernel: &[u8], at: usize, tokens: &Tokens<'_>) -> Option<Vec<String>> {
    let count = word(kernel, at)? as usize;
    // A kernel has tens of thousands, and each takes two bytes at least.
    if !(STEP..FARTHEST / 2).contains(&count) {
        return None;
    }
    let aligned = |bytes: usize| bytes.next_multiple_of(8);
    // Since 6.2, and in later versions of 6.1, the order of the names stands between, three bytes each.
    [3 * count, 0].iter().find_map(|order| {
        let behind = aligned(4 * count.div_ceil(STEP)) + aligned(*order);
        let markers = tokens.start.checked_sub(behind).filter(|&markers| markers > at)?;
        let first = (word(kernel, markers)?, word(kernel, markers + 4)?);
        if first.0 != 0 || !(2 * STEP..STEP * 514).contains(&(first.1 as usize)) {
            return None;
        }
        [8, 4].iter().find_map(|gap| walk(kernel, at + gap, count, markers, tokens))
    })
}

fn word(kernel: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*kernel.get(at..)?.first_chunk()?))
}

/// The 256 tokens, and where they begin.
struct Tokens<'k> {
    start: usize,
    texts: Vec<&'k [u8]>,
}

fn tokens(kernel: &[u8], digits: usize) -> Option<Tokens<'_>> {
    // In front of those of the digits stand 48; in front of these, something that ends with 0.
    let ends = memchr::memrchr_iter(0, &kernel[..digits]);
    let start = ends.take(49).nth(48)? + 1;
    let mut texts = Vec::with_capacity(256);
    let mut offsets = Vec::with_capacity(512);
    let mut at = start;
    for _ in 0..256 {
        let length = memchr::memchr(0, kernel.get(at..)?)?;
        offsets.extend(u16::try_from(at - start).ok()?.to_le_bytes());
        texts.push(&kernel[at..at + length]);
        at += length + 1;
    }
    // The offsets stand behind them, aligned.
    let behind = kernel.get(at..at.checked_add(8 + 512)?)?;
    memmem::find(behind, &offsets)?;
    Some(Tokens { start, texts })
}

/// Reads the names at a place, which must fit the offsets that are noted of them.
fn walk(
    kernel: &[u8],
    start: usize,
    count: usize,
    markers: usize,
    tokens: &Tokens<'_>,
) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut at = start;
    for number in 0..count {
        if number % STEP == 0 && word(kernel, markers + number / STEP * 4)? as usize != at - start {
            return None;
        }
        let mut length = usize::from(*kernel.get(at)?);
        at += 1;
        // Long names have their length in two bytes since Linux 6.1.
        if length & 0x80 != 0 {
            length = length & 0x7f | usize::from(*kernel.get(at)?) << 7;
            at += 1;
        }
        let name: Vec<u8> = kernel
            .get(at..at + length)?
            .iter()
            .flat_map(|&token| tokens.texts[usize::from(token)].iter().copied())
            .collect();
        at += length;
        // The first character is the kind of symbol.
        names.push(String::from_utf8(name.get(1..)?.to_vec()).ok()?);
    }
    (at <= markers && markers - at < 8).then_some(names)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Bytes as an image for x86 has them: behind the boot sector and one sector more.
    fn for_x86(payload: &[u8]) -> Vec<u8> {
        let mut image = vec![0; 1024 + 16];
        image[0x1f1] = 1;
        image[0x202..0x206].copy_from_slice(b"HdrS");
        image[0x248..0x24c].copy_from_slice(&16u32.to_le_bytes());
        image[0x24c..0x250].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        image.extend_from_slice(payload);
        image
    }

    #[test]
    fn every_compression_is_unpacked_and_none_makes_a_panic() {
        let kernel = b"Linux version 6.1.0-x (who) and then some, and some more, and some more".repeat(99);
        let size = (kernel.len() as u32).to_le_bytes();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&kernel).expect("memory takes it");
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
        xz.write_all(&kernel).expect("memory takes it");
        let zstd =
            ruzstd::encoding::compress_to_vec(&kernel[..], ruzstd::encoding::CompressionLevel::Fastest);
        let block = lz4_flex::block::compress(&kernel);
        let lz4 = [&[0x02, 0x21, 0x4c, 0x18], &(block.len() as u32).to_le_bytes()[..], &block].concat();
        let path = Path::new("vmlinuz");
        for packed in [gzip.finish().expect("it ends"), xz.finish().expect("it ends"), zstd, lz4] {
            // The kernel's build puts the size behind what it compressed.
            let image = for_x86(&[&packed[..], &size].concat());
            for image in [&packed, &image] {
                assert_eq!(unpacked(path, image).expect("it is well").as_deref(), Some(&kernel[..]));
            }
            for length in 0..image.len() {
                let _ = unpacked(path, &image[..length]);
            }
        }
        assert_eq!(release(&kernel).as_deref(), Some("6.1.0-x"));
        assert_eq!(unpacked(path, b"ffffffff81000000 T _text\n").expect("it is well"), None);
    }

    #[test]
    fn what_looks_like_tokens_and_is_none_makes_no_panic() {
        let wide: Vec<u8> = (0..256u16).flat_map(u16::to_le_bytes).collect();
        for text in
            [DIGITS.to_vec(), [&[0; 60][..], DIGITS].concat(), wide.clone(), [&wide[..], &wide].concat()]
        {
            assert_eq!(names(&text), None);
        }
    }
}
