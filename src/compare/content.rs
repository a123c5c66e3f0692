//! Whether two runs of data hold the same.

use std::ops::Range;

use crate::load::Reloc;
use crate::normalize::Normalized;
use crate::pair::Pair;

use super::delta::Link;
use super::references::{Mismatch, Sides, Visiting};

/// A run of a section's bytes: section index and range.
pub(super) type Run = (u32, Range<u64>);

impl Sides<'_> {
    /// Whether two runs hold the same bytes outside of relocated fields, and references to the same things.
    ///
    /// With `nameless` the runs are bounded by guess: zeros at the end of the longer one that only fill up to the
    /// section's alignment do not count, and distances to code are taken from the run's start, as in a `switch`.
    pub(super) fn same_content(
        &self,
        runs: Pair<Run>,
        nameless: bool,
        visiting: &mut Visiting,
    ) -> Result<(), Mismatch> {
        let (section_o, range_o) = &runs.original;
        let (section_p, range_p) = &runs.patched;
        let (o, p) = (self.original, self.patched);
        let (len_o, len_p) = (range_o.end - range_o.start, range_p.end - range_p.start);
        let common = len_o.min(len_p);
        let cut = |n: &Normalized<'_, '_>, section: u32, range: &Range<u64>| {
            let tail = range.start + common..range.end;
            let align = n.unit.section(section).map_or(1, |s| s.align);
            let padding = nameless
                && tail.end - tail.start < align.max(8)
                && fills(n, section, n.bytes(section, tail.clone()))
                && n.relocs_in(section, tail).is_empty();
            padding.then_some(())
        };
        if len_o != len_p && (cut(o, *section_o, range_o).is_none() || cut(p, *section_p, range_p).is_none())
        {
            return Err(vec![link(format!("size {len_o} became {len_p} bytes"), common)]);
        }
        let nobits =
            |n: &Normalized<'_, '_>, s: u32| n.unit.section(s).is_some_and(crate::load::Section::is_nobits);
        let relocs_o = o.relocs_in(*section_o, range_o.start..range_o.start + common);
        let relocs_p = p.relocs_in(*section_p, range_p.start..range_p.start + common);
        let bytes_o = o.bytes(*section_o, range_o.start..range_o.start + common);
        let bytes_p = p.bytes(*section_p, range_p.start..range_p.start + common);
        if nobits(o, *section_o) != nobits(p, *section_p) {
            // One side is zero by itself, and the other may be zero in the file.
            if bytes_o.iter().chain(bytes_p).any(|&b| b != 0) || !relocs_o.is_empty() || !relocs_p.is_empty()
            {
                return Err(vec![link("zeros on one side only".to_owned(), 0)]);
            }
            return Ok(());
        }
        if let Some(at) = first_difference(bytes_o, bytes_p, |at| {
            relocated_bits(o, relocs_o, range_o.start + at) & relocated_bits(p, relocs_p, range_p.start + at)
        }) {
            return Err(vec![link(byte_difference(bytes_o, bytes_p, at), at)]);
        }
        let same_sites = relocs_o.len() == relocs_p.len()
            && relocs_o
                .iter()
                .zip(relocs_p)
                .all(|(a, b)| a.offset - range_o.start == b.offset - range_p.start && a.r_type == b.r_type);
        if !same_sites {
            let at = relocs_o
                .iter()
                .zip(relocs_p)
                .find(|(a, b)| a.offset - range_o.start != b.offset - range_p.start || a.r_type != b.r_type)
                .map_or(0, |(a, _)| a.offset - range_o.start);
            let what = match (relocs_o.len(), relocs_p.len()) {
                (o, p) if o == p => "a reference of another kind or in another place".to_owned(),
                (o, p) => format!("{o} references became {p}"),
            };
            return Err(vec![link(what, at)]);
        }
        for (a, b) in relocs_o.iter().zip(relocs_p) {
            let target = |n: &Normalized<'_, '_>, section, start, reloc: &Reloc| match nameless {
                true => n.target_in_nameless(section, start, reloc),
                false => n.target_in_data(section, reloc),
            };
            let pair =
                Pair::new(target(o, *section_o, range_o.start, a), target(p, *section_p, range_p.start, b));
            if let Err(mut chain) = self.same_reach(Pair::new(a.r_type, b.r_type), pair, visiting) {
                if let Some(first) = chain.first_mut() {
                    first.at = Some(b.offset - range_p.start);
                }
                return Err(chain);
            }
        }
        Ok(())
    }
}

/// Whether bytes at the end of something nameless only fill up to what follows: in code, behind literals, with NOPs.
fn fills(n: &Normalized<'_, '_>, section: u32, bytes: &[u8]) -> bool {
    match n.unit.section(section).is_some_and(crate::load::Section::is_code) {
        true => n.arch.is_padding(bytes),
        false => bytes.iter().all(|&b| b == 0),
    }
}

/// Which bits of the byte at an offset of a section relocations fill.
pub(super) fn relocated_bits(n: &Normalized<'_, '_>, relocs: &[Reloc], at: u64) -> u8 {
    let before = relocs.partition_point(|r| r.offset <= at);
    let near = relocs[..before].iter().rev().take_while(|r| at - r.offset < 8);
    near.fold(0, |bits, r| {
        let size = n.arch.relocation(r.r_type).size().unwrap_or(0);
        let inside = at - r.offset;
        let own = (n.arch.relocated_bits(r.r_type) >> (8 * inside)) as u8;
        if inside < u64::from(size) { bits | own } else { bits }
    })
}

/// Where two runs of bytes differ first in other bits than those that `excused` gives for a place.
fn first_difference(o: &[u8], p: &[u8], excused: impl Fn(u64) -> u8) -> Option<u64> {
    if o == p {
        return None;
    }
    let mut differing = o.iter().zip(p).enumerate().filter(|(_, (a, b))| a != b);
    differing.find(|(i, (a, b))| (*a ^ *b) & !excused(*i as u64) != 0).map(|(i, _)| i as u64)
}

fn byte_difference(o: &[u8], p: &[u8], at: u64) -> String {
    let (a, b) = (o.get(at as usize).copied().unwrap_or(0), p.get(at as usize).copied().unwrap_or(0));
    format!("byte {a:#04x} became {b:#04x}")
}

pub(super) fn link(what: String, at: u64) -> Link {
    Link::new(what, Some(at))
}
