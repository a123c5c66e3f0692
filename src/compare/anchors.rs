//! Addresses from which something is reached that could not be followed.

use fixscope_arch::REACH_LOST;

use crate::load::Reloc;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};
use crate::pair::Pair;

use super::content::{link, relocated_bits};
use super::delta::Link;
use super::references::{Mismatch, Sides, Visiting};

/// So many bytes to either side of an address an instruction reaches at most: 12 bits, times the 16 of the largest register.
const REACH: u64 = 1 << 16;

impl Sides<'_> {
    /// Whether two relocations of these types lead to the same thing and, where it is not known what is reached from
    /// there, to the same surroundings.
    pub(super) fn same_reach(
        &self,
        types: Pair<u32>,
        targets: Pair<Target>,
        visiting: &mut Visiting,
    ) -> Result<(), Mismatch> {
        if types.original == REACH_LOST && types.patched == REACH_LOST {
            // Compilers put no anchor in front of tables of places in code.
            if is_jump_table(self.original, targets.original) && is_jump_table(self.patched, targets.patched)
            {
                return self.same_target(targets, visiting);
            }
            return self.same_surroundings(targets);
        }
        self.same_target(targets, visiting)
    }

    /// Whether everything that lies around a place of the original lies as far from one of the patched side. What the
    /// patched side has beside it, equal instructions do not reach: nothing was there before.
    pub(super) fn same_surroundings(&self, targets: Pair<Target>) -> Result<(), Mismatch> {
        let (o, p) = (self.original, self.patched);
        let (Some((section_o, at_o)), Some((section_p, at_p))) =
            (o.place_of(targets.original), p.place_of(targets.patched))
        else {
            return self.same_target(targets, &mut Visiting::new());
        };
        let (first, entities) = o.entities_in(section_o);
        let (from, to) = (at_o.saturating_sub(REACH), at_o.saturating_add(REACH));
        let moved = |at: u64| at.wrapping_sub(at_o).wrapping_add(at_p);
        let start = entities.partition_point(|e| e.end() <= from);
        let mut covered = from.max(at_o.saturating_sub(at_p));
        for (i, entity) in entities.iter().enumerate().skip(start).take_while(|(_, e)| e.offset < to) {
            let id = EntityId(first.0 + i as u32);
            let stays = self.matching.patched(id).is_some_and(|partner| {
                let there = p.entity(partner);
                there.section == Some(section_p) && there.offset == moved(entity.offset)
            });
            // What has no identity of its own must have the same content too: nobody else is told of it.
            let same = stays && !entity.by_content || self.same_made_up(id, section_p, moved(entity.offset));
            if !same {
                return Err(vec![self.unfollowed(targets, o.name(id))]);
            }
            self.same_gap(Pair::new(section_o, section_p), covered..entity.offset, moved)
                .map_err(|()| vec![self.unfollowed(targets, "nameless data")])?;
            covered = covered.max(entity.end());
        }
        let size = o.unit.section(section_o).map_or(0, |s| s.size);
        self.same_gap(Pair::new(section_o, section_p), covered..to.min(size), moved)
            .map_err(|()| vec![self.unfollowed(targets, "nameless data")])
    }

    /// Whether a data object that is compared by its content has the same as what lies at a place of the patched side.
    fn same_made_up(&self, id: EntityId, section: u32, offset: u64) -> bool {
        let entity = self.original.entity(id);
        let there = self.patched.target_at(section, offset as i64);
        entity.kind == EntityKind::Object
            && entity.by_content
            && self
                .same_target(Pair::new(Target::Entity { id, offset: 0 }, there), &mut Visiting::new())
                .is_ok()
    }

    /// Whether the bytes between data objects are the same, with references to the same things.
    fn same_gap(
        &self,
        sections: Pair<u32>,
        range: std::ops::Range<u64>,
        moved: impl Fn(u64) -> u64,
    ) -> Result<(), ()> {
        if range.start >= range.end {
            return Ok(());
        }
        let there = moved(range.start)..moved(range.end);
        let (o, p) = (self.original, self.patched);
        let relocs = Pair::new(
            o.relocs_in(sections.original, range.clone()),
            p.relocs_in(sections.patched, there.clone()),
        );
        // Those to code are of tables of jumps, which are compared with the functions that jump. A distance between two
        // places is two relocations, of which one may lead to the table itself.
        let leads_to_code = |n: &Normalized<'_, '_>, section, relocs: &[Reloc]| {
            let mut places = relocs.chunk_by(|a, b| a.offset == b.offset);
            places.all(|of_one| of_one.iter().any(|r| is_code(n, n.target_in_data(section, r))))
        };
        let of_jumps = leads_to_code(o, sections.original, relocs.original)
            && leads_to_code(p, sections.patched, relocs.patched);
        let mut visiting = Visiting::new();
        let mut leads_alike = || {
            relocs.original.len() == relocs.patched.len()
                && relocs.original.iter().zip(relocs.patched).all(|(a, b)| {
                    let targets = Pair::new(
                        o.target_in_data(sections.original, a),
                        p.target_in_data(sections.patched, b),
                    );
                    moved(a.offset) == b.offset
                        && a.r_type == b.r_type
                        && self.same_target(targets, &mut visiting).is_ok()
                })
        };
        let bytes = o.bytes(sections.original, range.clone());
        let others = p.bytes(sections.patched, there.clone());
        let filled = |i: u64| relocated_bits(o, relocs.original, range.start + i);
        let zero = bytes.iter().all(|&b| b == 0) && relocs.original.is_empty();
        let same = zero
            || bytes.len() == others.len()
                && bytes.iter().zip(others).zip(0..).all(|((a, b), i)| (a ^ b) & !filled(i) == 0);
        if same && (of_jumps || leads_alike()) { Ok(()) } else { Err(()) }
    }

    fn unfollowed(&self, targets: Pair<Target>, moved: &str) -> Link {
        let anchor = self.original.describe(targets.original);
        link(
            format!(
                "cannot follow what is reached from the address of {anchor}, and {moved} does not lie as far from it as before"
            ),
            0,
        )
    }
}

fn is_code(n: &Normalized<'_, '_>, target: Target) -> bool {
    matches!(target, Target::Entity { id, .. } if n.entity(id).kind == EntityKind::Function)
}

/// Whether something without a name begins with a place in code.
fn is_jump_table(n: &Normalized<'_, '_>, target: Target) -> bool {
    let Target::Nameless { section, offset, inner: 0 } = target else { return false };
    let relocs = n.relocs_in(section, n.nameless_extent(section, offset));
    let mut code = relocs.iter().map(|r| is_code(n, n.target_in_nameless(section, offset, r)));
    code.next() == Some(true)
}
