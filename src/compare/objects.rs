//! Two matched data objects.

use crate::normalize::EntityId;
use crate::pair::Pair;

use super::builder::difference;
use super::content::relocated_bits;
use super::delta::{Difference, DifferenceKind};
use super::references::{Sides, Visiting};
use super::words;

impl Sides<'_> {
    pub(super) fn compare_objects(&self, ids: Pair<EntityId>) -> Vec<Difference> {
        let (a, b) = (self.original.entity(ids.original), self.patched.entity(ids.patched));
        if a.size != b.size {
            let what = format!("size {} became {} bytes", a.size, b.size);
            return vec![difference(DifferenceKind::Content, what)];
        }
        let (Some(so), Some(sp)) = (a.section, b.section) else {
            return match (a.section, b.section) {
                // The value of a common symbol is its alignment (gABI, "Symbol Values").
                (None, None) => {
                    let ids = (ids.original, ids.patched);
                    let align = (self.original.symbol(ids.0).offset, self.patched.symbol(ids.1).offset);
                    let what = format!("alignment {} became {}", align.0, align.1);
                    (align.0 != align.1)
                        .then(|| difference(DifferenceKind::Content, what))
                        .into_iter()
                        .collect()
                }
                _ => vec![difference(
                    DifferenceKind::Attributes,
                    match a.section {
                        None => "a common symbol on the original side only",
                        Some(_) => "a common symbol on the patched side only",
                    }
                    .to_owned(),
                )],
            };
        };
        let runs = Pair::new((so, a.offset..a.end()), (sp, b.offset..b.end()));
        match self.same_content(runs, false, &mut Visiting::new()) {
            Ok(()) => Vec::new(),
            Err(chain) => {
                let at = chain.first().and_then(|l| l.at);
                // The first link of a mere byte difference leads nowhere.
                let bytes = chain.len() == 1 && chain[0].what.starts_with("byte ");
                let (kind, what) = match bytes {
                    true => (DifferenceKind::Content, self.value_difference(ids)),
                    false => (DifferenceKind::Reference, words::path(&chain)),
                };
                let chain = if bytes { Vec::new() } else { chain };
                vec![Difference { kind, at: Pair::new(at, at), what, chain }]
            }
        }
    }

    /// How the bytes of two data objects of one size differ, in words.
    fn value_difference(&self, ids: Pair<EntityId>) -> String {
        let (o, p) = (self.original.bytes_of(ids.original), self.patched.bytes_of(ids.patched));
        if let (Some(a), Some(b)) = (self.number(o), self.number(p)) {
            return format!("value {a} ({a:#x}) became {b} ({b:#x})");
        }
        let (relocs_o, relocs_p) =
            (self.original.relocs_of(ids.original), self.patched.relocs_of(ids.patched));
        let (start_o, start_p) =
            (self.original.entity(ids.original).offset, self.patched.entity(ids.patched).offset);
        let mut different = o.iter().zip(p).enumerate().filter(|(i, (a, b))| {
            let excused = relocated_bits(self.original, relocs_o, start_o + *i as u64)
                & relocated_bits(self.patched, relocs_p, start_p + *i as u64);
            (*a ^ *b) & !excused != 0
        });
        let Some((at, (a, b))) = different.next() else { return "its content differs".to_owned() };
        let bytes = match different.count() + 1 {
            1 => format!("1 of {} bytes differs, at", p.len()),
            n => format!("{n} of {} bytes differ, the first at", p.len()),
        };
        format!("{bytes} +{at:#x}: {a:#04x} became {b:#04x}")
    }

    /// The bytes as a number, when they are as many as those of one.
    fn number(&self, bytes: &[u8]) -> Option<u64> {
        let value = |bytes: &mut dyn Iterator<Item = &u8>| bytes.fold(0, |n, &b| n << 8 | u64::from(b));
        matches!(bytes.len(), 1 | 2 | 4 | 8).then(|| match self.patched.unit.endian {
            object::Endianness::Little => value(&mut bytes.iter().rev()),
            object::Endianness::Big => value(&mut bytes.iter()),
        })
    }
}
