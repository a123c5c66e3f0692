//! Whether nameless data is the same, and where it ends.
//!
//! An object file says where nameless data begins that somebody refers to, and not where it ends: the next such place
//! may be inside of it, or begin something else. Both sides together often tell. What lies at another distance now,
//! although everything in front of it is the same, was never a part of what is in front of it.

use crate::correlate::Places;
use crate::load::Section;
use crate::normalize::{Normalized, Target};
use crate::pair::{Pair, Side};

use super::delta::Link;
use super::references::{Mismatch, Sides, Visiting};

/// Chains of nameless data longer than this are not followed, so that none exhausts the stack.
const DEEPEST: u32 = 200;

/// Nameless data, or something else that is compared by content: section, and its start and end in bytes from the
/// section's start.
pub(super) type ContentExtent = (u32, u64, u64);

/// What one side tells of where nameless data ends, in bytes from the start of the section.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// What surely belongs to it ends here: zeros that may only fill up to what follows are left out.
    sure: u64,
    /// Nothing from here on can belong to it.
    end: u64,
}

impl Sides<'_> {
    pub(super) fn same_nameless(&self, pair: Pair<Target>, visiting: &mut Visiting) -> Result<(), Mismatch> {
        let extents = Pair::new(extent(self.original, pair.original), extent(self.patched, pair.patched));
        let Some(whole) = extents.both() else {
            return Err(vec![self.link_between(pair)]);
        };
        let (o, p) = (whole.original, whole.patched);
        if !visiting.places.insert((o.0, o.1, p.0, p.1)) {
            return Ok(());
        }
        if visiting.depth >= DEEPEST {
            let what = "a longer chain of nameless data than fixscope follows";
            return Err(vec![Link::new(what, None)]);
        }
        visiting.depth += 1;
        let result = self.same_guessed(pair, whole, visiting);
        visiting.depth -= 1;
        result.map_err(|mut chain| {
            let in_doubt = chain.first().is_some_and(|first| first.in_doubt);
            // Both contents stand in the link itself.
            if self.is_told_whole(pair) && !in_doubt {
                chain.clear();
            }
            chain.insert(0, self.link_between(pair));
            chain
        })
    }

    /// Whether two extents whose ends may be guessed hold the same.
    fn same_guessed(
        &self,
        pair: Pair<Target>,
        whole: Pair<ContentExtent>,
        visiting: &mut Visiting,
    ) -> Result<(), Mismatch> {
        let runs =
            Pair::new(next_start(self.original, pair.original), next_start(self.patched, pair.patched));
        let as_long = whole.original.2 - whole.original.1 == whole.patched.2 - whole.patched.1;
        let is_linked = self.original.unit.linked.is_some() || self.patched.unit.linked.is_some();
        // Literals among code are filled up with instructions, up to what the comparison of content knows by itself.
        let is_code = self.original.unit.section(whole.original.0).is_some_and(Section::is_code);
        if !runs.any() && (as_long || is_linked || is_code) {
            return self.same_range(whole, visiting);
        }
        let next =
            Pair::new(runs.original.unwrap_or(whole.original.2), runs.patched.unwrap_or(whole.patched.2));
        let reaches = Pair::new(
            Reach { sure: filled(self.original, whole.original, next.original, None), end: whole.original.2 },
            Reach { sure: filled(self.patched, whole.patched, next.patched, None), end: whole.patched.2 },
        );
        let uncut = common(whole, reaches).filter(|_| runs.any());
        // Most is plainly the same, whatever belongs to what; only for the rest it is worth while to ask both sides. To
        // compare first and to ask when that fails was rejected: in chains of such data each step would be gone twice.
        if uncut.is_some_and(|uncut| self.same_plainly(uncut)) {
            return Ok(());
        }
        let places = self.matching.places(Pair::new(self.original, self.patched));
        let reaches = self.reaches(places, pair, whole);
        let Some(common) = common(whole, reaches).or(uncut) else {
            let length = |e: ContentExtent, r: Reach| r.sure - e.1;
            let (o, p) = (length(whole.original, reaches.original), length(whole.patched, reaches.patched));
            return Err(vec![Link::new(format!("size {o} became {p} bytes"), Some(o.min(p)))]);
        };
        self.same_range(common, visiting).map_err(|mut chain| {
            let own = (next.original - whole.original.1).min(next.patched - whole.patched.1);
            if let Some(first) = chain.first_mut()
                && first.at.is_some_and(|at| at >= own)
            {
                let what = std::mem::take(&mut first.what);
                first.what = format!("if it reaches beyond +{own:#x}, from where on others read: {what}");
                first.in_doubt = true;
            }
            chain
        })
    }

    /// Whether two extents hold the same bytes and no references.
    fn same_plainly(&self, extents: Pair<ContentExtent>) -> bool {
        let (o, p) = (extents.original, extents.patched);
        self.original.relocs_in(o.0, o.1..o.2).is_empty()
            && self.patched.relocs_in(p.0, p.1..p.2).is_empty()
            && !self.original.unit.section(o.0).is_none_or(Section::is_nobits)
            && !self.patched.unit.section(p.0).is_none_or(Section::is_nobits)
            && self.original.bytes(o.0, o.1..o.2) == self.patched.bytes(p.0, p.1..p.2)
    }

    fn same_range(&self, extents: Pair<ContentExtent>, visiting: &mut Visiting) -> Result<(), Mismatch> {
        let run = |(section, start, end): ContentExtent| (section, start..end);
        self.same_content(extents.map(run), true, visiting)
    }

    /// What both sides tell of where two extents end.
    fn reaches(&self, places: &Places, pair: Pair<Target>, whole: Pair<ContentExtent>) -> Pair<Reach> {
        let of = |side, target, here: ContentExtent, there| match target {
            // It has a symbol, and that has a size.
            Target::Entity { .. } => Reach { sure: here.2, end: here.2 },
            _ => self.reach(places, side, here, there),
        };
        Pair::new(
            of(Side::Original, pair.original, whole.original, whole.patched),
            of(Side::Patched, pair.patched, whole.patched, whole.original),
        )
    }

    /// How far the extent `here` of one side may reach, of which `there` is the counterpart.
    ///
    /// A place that somebody refers to, and that lies at another distance on the other side, ends it: if it were inside,
    /// something would have been inserted before it, and that shows in what is before it, or in how much of it there is.
    /// A place at the same distance may be inside or not. Of a place that nobody refers to on the other side, nothing is
    /// known, except that what comes behind it need not be there on the other side.
    fn reach(&self, places: &Places, side: Side, here: ContentExtent, there: ContentExtent) -> Reach {
        let n = self.get(side);
        let (section, start, end) = here;
        let starts = n.nameless_starts(section);
        let inside = starts[starts.partition_point(|&s| s <= start)..].iter().take_while(|&&s| s < end);
        let elsewhere =
            |at| places.beyond(side, (section, at)).iter().map(|&(_, to)| to).reduce(|a, b| a | b);
        let mut known = None;
        for &at in inside {
            let is_same =
                |&(s, to): &(u32, u64)| s == there.0 && to.wrapping_sub(there.1) == at.wrapping_sub(start);
            if places.beyond(side, (section, at)).iter().any(is_same) {
                continue;
            }
            let other = elsewhere(at);
            known.get_or_insert_with(|| filled(n, here, at, other));
            if other.is_some() {
                return Reach { sure: known.unwrap_or(at), end: at };
            }
        }
        Reach { sure: known.unwrap_or_else(|| filled(n, here, end, elsewhere(end))), end }
    }

    /// Extents of two things that are compared by content, as far as both sides tell that they reach.
    pub(super) fn told_extents(&self, pair: Pair<Target>) -> Option<Pair<ContentExtent>> {
        let whole =
            Pair::new(extent(self.original, pair.original), extent(self.patched, pair.patched)).both()?;
        if next_start(self.original, pair.original).is_none()
            && next_start(self.patched, pair.patched).is_none()
        {
            return Some(whole);
        }
        let places = self.matching.places(Pair::new(self.original, self.patched));
        let reaches = self.reaches(places, pair, whole);
        let cut = |(section, start, _): ContentExtent, reach: Reach| (section, start, reach.end);
        let told = Pair::new(cut(whole.original, reaches.original), cut(whole.patched, reaches.patched));
        Some(common(whole, reaches).unwrap_or(told))
    }
}

/// What two extents have in common, unless more than that surely belongs to one of them. How much stands behind
/// nameless data is not its size; a table that grows in its last bytes has readers that count otherwise, or that find its
/// end in its content.
fn common(whole: Pair<ContentExtent>, reaches: Pair<Reach>) -> Option<Pair<ContentExtent>> {
    let length = |e: ContentExtent, at: u64| at - e.1;
    let (o, p) = (whole.original, whole.patched);
    let most = length(o, reaches.original.end).min(length(p, reaches.patched.end));
    let sure = length(o, reaches.original.sure).max(length(p, reaches.patched.sure));
    (most >= sure).then(|| Pair::new((o.0, o.1, o.1 + most), (p.0, p.1, p.1 + most)))
}

/// Where the next nameless data begins that somebody refers to, when it lies in the extent of a target.
fn next_start(n: &Normalized<'_, '_>, target: Target) -> Option<u64> {
    let Target::Nameless { section, offset, .. } = target else { return None };
    let extent = n.nameless_extent(section, offset);
    let run = n.nameless_run(section, offset);
    (run.end < extent.end).then_some(run.end)
}

/// Where what begins at the start of an extent ends when something else begins at `next`: without the zeros that may
/// only fill up to it. `elsewhere` has the bits of the places where the same thing begins on the other side.
///
/// What begins at `next` is aligned no more than its places are, on both sides, so fewer zeros than that fill up to it.
fn filled(n: &Normalized<'_, '_>, extent: ContentExtent, next: u64, elsewhere: Option<u64>) -> u64 {
    let (section, start, _) = extent;
    let size = n.unit.section(section).map_or(0, |s| s.size);
    let align = match next < size {
        true => 1 << (next | elsewhere.unwrap_or(0)).trailing_zeros().min(6),
        false => n.unit.section(section).map_or(1, |s| s.align).clamp(8, 64),
    };
    let last = n.bytes(section, start..next).iter().rev().take(align as usize - 1);
    let fill = last.take_while(|&&b| b == 0).count() as u64;
    let behind = n.relocs_in(section, start..next).last().map_or(start, |r| {
        let size = n.arch.relocation(r.r_type).size().unwrap_or(8);
        r.offset.saturating_add(size.into())
    });
    next.saturating_sub(fill).max(behind.min(next))
}

/// Section, start and end of something compared by content.
pub(super) fn extent(n: &Normalized<'_, '_>, target: Target) -> Option<ContentExtent> {
    match target {
        Target::Nameless { section, offset, .. } => {
            let range = n.nameless_extent(section, offset);
            Some((section, range.start, range.end))
        }
        // The whole of it: code may refer to a table by an address in front of it, when its first index is not 0.
        Target::Entity { id, .. } => {
            let entity = n.entity(id);
            Some((entity.section?, entity.offset, entity.end()))
        }
        _ => None,
    }
}
