//! Bytes of allocated sections that no symbol owns and nothing refers to: initcall tables, notes, top-level
//! assembler. They are compared by section, so that no difference disappears.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::load::Reloc;
use crate::normalize::{EntityId, EntityKind, Normalized, Target, Treatment, sections};
use crate::pair::Pair;

use super::content::Run;
use super::reached::{Content, Reached};
use super::references::{Mismatch, Sides, Visiting};
use super::tables::Tables;

/// What a section holds that nothing owns.
#[derive(Debug, Default)]
pub(super) struct Unowned {
    /// By name of the section: runs in order.
    pub by_name: BTreeMap<String, Vec<Run>>,
    /// Runs that only fill up to what follows, and are not compared.
    pub fillers: Vec<Run>,
}

impl Unowned {
    fn add(&mut self, n: &Normalized<'_, '_>, section: u32, range: Range<u64>) {
        if is_filler(n, section, range.clone()) {
            self.fillers.push((section, range));
            return;
        }
        let name = n.unit.section(section).map_or("?", |s| &s.name).to_owned();
        self.by_name.entry(name).or_default().push((section, range));
    }
}

/// Collects what nothing owns in a unit.
pub(super) fn collect(n: &Normalized<'_, '_>, tables: &Tables, reached: &Reached) -> Unowned {
    let mut unowned = Unowned::default();
    let mut handlers: BTreeMap<u32, Vec<Range<u64>>> = BTreeMap::new();
    for (section, range) in tables.handlers.values().flatten() {
        handlers.entry(*section).or_default().push(range.clone());
    }
    for (index, section) in n.unit.sections.iter().enumerate() {
        let index = index as u32;
        if !section.is_allocated() {
            continue;
        }
        match sections::treatment_of(section) {
            Treatment::Ordinary => {}
            Treatment::ModuleInfo => {
                namespaces(&section.data).for_each(|range| unowned.add(n, index, range));
                continue;
            }
            _ => continue,
        }
        // Strings and constants that nothing refers to cannot be reached; the linker merges them by content.
        if section.is_mergeable() {
            continue;
        }
        let of_functions = handlers.remove(&index).unwrap_or_default();
        for gap in n.gaps(index) {
            if is_filler(n, index, gap.clone()) && starts_in(n, index, &gap).is_empty() {
                unowned.fillers.push((index, gap));
                continue;
            }
            for range in unreached(n, index, gap, reached) {
                for range in outside_of(range, of_functions.clone()) {
                    unowned.add(n, index, range);
                }
            }
        }
    }
    for (section, range) in left_over(n, tables) {
        unowned.add(n, section, range);
    }
    for (section, range) in &tables.unowned {
        let name = n.unit.section(*section).map_or("?", |s| &s.name).to_owned();
        unowned.by_name.entry(name).or_default().push((*section, range.clone()));
    }
    unowned
}

/// The strings of a module's description that name a namespace whose symbols it may use (`MODULE_IMPORT_NS`): the
/// kernel refuses to load a module that uses others.
fn namespaces(strings: &[u8]) -> impl Iterator<Item = Range<u64>> {
    let mut at = 0;
    strings.split_inclusive(|&b| b == 0).filter_map(move |string| {
        let range = at..at + string.len() as u64;
        at = range.end;
        string.starts_with(b"import_ns=").then_some(range)
    })
}

/// Parts of sections with replacement code that no entry of a function leads to.
fn left_over(n: &Normalized<'_, '_>, tables: &Tables) -> Vec<Run> {
    let mut left = Vec::new();
    for (index, section) in n.unit.sections.iter().enumerate() {
        let index = index as u32;
        if !section.is_allocated() || sections::treatment_of(section) != Treatment::ThroughTable {
            continue;
        }
        let of_functions = tables.replacements.iter().filter(|(s, _)| *s == index);
        let taken = of_functions.map(|(_, range)| range.clone()).collect();
        left.extend(outside_of(0..section.size, taken).into_iter().map(|r| (index, r)));
    }
    left
}

/// What is left of a range without others.
pub(super) fn outside_of(range: Range<u64>, mut taken: Vec<Range<u64>>) -> Vec<Range<u64>> {
    taken.sort_unstable_by_key(|t| (t.start, t.end));
    let mut left = Vec::new();
    let mut at = range.start;
    for taken in taken {
        if at < taken.start.min(range.end) {
            left.push(at..taken.start.min(range.end));
        }
        at = at.max(taken.end);
    }
    if at < range.end {
        left.push(at..range.end);
    }
    left
}

/// The places in a gap that something refers to.
fn starts_in<'n>(n: &'n Normalized<'_, '_>, section: u32, gap: &Range<u64>) -> &'n [u64] {
    let starts = n.nameless_starts(section);
    &starts[starts.partition_point(|&s| s < gap.start)..starts.partition_point(|&s| s < gap.end)]
}

/// The parts of a gap that nothing compared leads to: all in front of the first place that something refers to, and
/// what is referred to only from its own kind.
fn unreached(n: &Normalized<'_, '_>, section: u32, gap: Range<u64>, reached: &Reached) -> Vec<Range<u64>> {
    let starts = starts_in(n, section, &gap);
    let first = starts.first().copied().unwrap_or(gap.end);
    let mut left = Vec::new();
    if gap.start < first {
        left.push(gap.start..first);
    }
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(gap.end);
        if !reached.holds(Content::Nameless(section, start)) {
            left.push(start..end);
        }
    }
    left
}

/// Alignment between two things, or room at the end of a section.
fn is_filler(n: &Normalized<'_, '_>, section: u32, range: Range<u64>) -> bool {
    let fills = |r: &Reloc| n.arch.filler(r.r_type, r.addend.unwrap_or(0)) > 0;
    if !n.relocs_in(section, range.clone()).iter().all(fills) {
        return false;
    }
    let bytes = n.bytes(section, range.clone());
    let Some(info) = n.unit.section(section) else { return true };
    if info.is_code() {
        return n.arch.is_padding(bytes);
    }
    range.end - range.start < info.align.max(64) && bytes.iter().all(|&b| b == 0)
}

impl Sides<'_> {
    /// Whether what nothing owns in a section is the same on both sides.
    pub(super) fn same_unowned(&self, runs: Pair<&[Run]>) -> Result<(), Mismatch> {
        if runs.original.len() != runs.patched.len() {
            let what = format!(
                "{} runs of bytes without a symbol became {}",
                runs.original.len(),
                runs.patched.len()
            );
            return Err(vec![super::content::link(what, 0)]);
        }
        for (o, p) in runs.original.iter().zip(runs.patched) {
            if let Err(chain) =
                self.same_content(Pair::new(o.clone(), p.clone()), false, &mut Visiting::new())
                && !self.only_places_in_changed_code(o, p)
            {
                return Err(chain);
            }
        }
        Ok(())
    }

    /// Whether two runs differ in nothing but which instruction of a function they point to, and that function
    /// itself differs: then the function is what changed.
    fn only_places_in_changed_code(&self, o: &Run, p: &Run) -> bool {
        let (n_o, n_p) = (self.original, self.patched);
        let relocs = (n_o.relocs_in(o.0, o.1.clone()), n_p.relocs_in(p.0, p.1.clone()));
        if o.1.end - o.1.start != p.1.end - p.1.start || relocs.0.len() != relocs.1.len() {
            return false;
        }
        let (bytes_o, bytes_p) = (n_o.bytes(o.0, o.1.clone()), n_p.bytes(p.0, p.1.clone()));
        let outside = bytes_o.iter().zip(bytes_p).enumerate().all(|(i, (a, b))| {
            let excused = super::content::relocated_bits(n_o, relocs.0, o.1.start + i as u64)
                & super::content::relocated_bits(n_p, relocs.1, p.1.start + i as u64);
            a == b || (a ^ b) & !excused == 0
        });
        outside
            && relocs.0.iter().zip(relocs.1).all(|(a, b)| {
                if a.offset - o.1.start != b.offset - p.1.start || a.r_type != b.r_type {
                    return false;
                }
                let targets = Pair::new(n_o.target_in_data(o.0, a), n_p.target_in_data(p.0, b));
                self.same_target(targets, &mut Visiting::new()).is_ok()
                    || self.is_in_changed_function(targets)
            })
    }

    fn is_in_changed_function(&self, targets: Pair<Target>) -> bool {
        let inside = |n: &Normalized<'_, '_>, target| match target {
            Target::Entity { id, offset } if offset != 0 && n.entity(id).kind == EntityKind::Function => {
                Some(id)
            }
            _ => None,
        };
        let ids: Option<Pair<EntityId>> =
            Pair::new(inside(self.original, targets.original), inside(self.patched, targets.patched)).both();
        ids.is_some_and(|ids| {
            self.matching.patched(ids.original) == Some(ids.patched)
                && !self.compare_functions(ids).is_empty()
        })
    }
}
