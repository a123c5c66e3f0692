//! Two matched data objects.

use crate::normalize::EntityId;
use crate::pair::Pair;

use super::builder::difference;
use super::delta::{Difference, DifferenceKind};
use super::references::{Sides, Visiting};

impl Sides<'_> {
    pub(super) fn compare_objects(&self, ids: Pair<EntityId>) -> Vec<Difference> {
        let (a, b) = (self.original.entity(ids.original), self.patched.entity(ids.patched));
        if a.size != b.size {
            let what = format!("size {} became {}", a.size, b.size);
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
                _ => vec![difference(DifferenceKind::Attributes, "common on one side only".to_owned())],
            };
        };
        let runs = Pair::new((so, a.offset..a.end()), (sp, b.offset..b.end()));
        match self.same_content(runs, false, &mut Visiting::new()) {
            Ok(()) => Vec::new(),
            Err(chain) => {
                let at = chain.first().and_then(|l| l.at);
                let what = chain.first().map_or_else(String::new, |l| l.what.clone());
                // The first link of a mere byte difference says it all, and leads nowhere.
                let bytes = chain.len() == 1 && what.starts_with("byte ");
                let kind = if bytes { DifferenceKind::Content } else { DifferenceKind::Reference };
                let chain = if bytes { Vec::new() } else { chain };
                vec![Difference { kind, at: Pair::new(at, at), what, chain }]
            }
        }
    }
}
