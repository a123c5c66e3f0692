//! Whether two functions do the same.

use fixscope_arch::code::Via;
use fixscope_arch::{Insn, Origin, REACH_MADE, RelocKind};

use crate::load::Reloc;
use crate::normalize::{DecodedFunction, EntityId, Normalized, Target};
use crate::pair::Pair;

use super::delta::{Difference, DifferenceKind, Link, Place};
use super::references::{Sides, Visiting};
use super::words;

/// At most so many references that differ are named for one function.
const NAMED_REFERENCES: usize = 8;

impl Sides<'_> {
    /// How two functions (or cold parts) differ; empty when they do not.
    pub(super) fn compare_functions(&self, ids: Pair<EntityId>) -> Vec<Difference> {
        if self.same_undecoded(ids) {
            return Vec::new();
        }
        let (o, p) = (self.original, self.patched);
        let (of_o, of_p) = (o.decoded(ids.original), p.decoded(ids.patched));
        let mut references = Vec::new();
        let mut relocs = Pair::new(RelocsInOrder::new(o, ids.original), RelocsInOrder::new(p, ids.patched));
        let count = of_o.significant.len().min(of_p.significant.len());
        for i in 0..count {
            let insns = Pair::new(nth(of_o, i), nth(of_p, i));
            let relocs = Pair::new(relocs.original.of(&insns.original), relocs.patched.of(&insns.patched));
            match self.compare_relocated(ids, insns, relocs) {
                Outcome::Same => {}
                Outcome::Reference(difference) => references.push(difference),
                Outcome::Other => {
                    let at = Pair::new(insns.original.offset, insns.patched.offset);
                    let mut found = vec![self.instructions(ids, at)];
                    found.extend(self.undecoded(ids, i, at));
                    return found;
                }
            }
        }
        if of_o.significant.len() != of_p.significant.len() {
            let at = |d: &DecodedFunction, size: u64| {
                d.significant.get(count).map_or(size as u32, |&i| d.insns[i as usize].offset)
            };
            let at = Pair::new(at(of_o, o.entity(ids.original).size), at(of_p, p.entity(ids.patched).size));
            return vec![self.instructions(ids, at)];
        }
        references.truncate(NAMED_REFERENCES);
        references
    }

    /// What is not sure where two functions differ, from their significant instruction `first` on, in nothing but
    /// bytes that nothing decodes, or that may be distances: the assembler may have resolved them otherwise only because
    /// something moved.
    fn undecoded(&self, ids: Pair<EntityId>, first: usize, at: Pair<u32>) -> Option<Difference> {
        let (o, p) = (self.original, self.patched);
        let (of_o, of_p) = (o.decoded(ids.original), p.decoded(ids.patched));
        if of_o.significant.len() != of_p.significant.len() {
            return None;
        }
        let (code_o, code_p) = (o.code(ids.original), p.code(ids.patched));
        let explained = (first..of_o.significant.len()).all(|i| {
            let insns = Pair::new(nth(of_o, i), nth(of_p, i));
            let may = o.arch.may_hold_distance(&code_o, &insns.original)
                && p.arch.may_hold_distance(&code_p, &insns.patched)
                && insns.original.len == insns.patched.len;
            may || !matches!(self.compare_instructions(ids, insns), Outcome::Other)
        });
        let at = at.map(u64::from);
        let place = words::place(p, ids.patched, at.patched);
        let what = format!(
            "what differs from {place} on is not decoded, and may be distances that an assembler resolved"
        );
        explained.then(|| Difference {
            kind: DifferenceKind::Unsure,
            at: at.map(Some),
            what,
            chain: Vec::new(),
        })
    }

    /// Whether bytes and references say already that two functions are the same, without comparing instruction by
    /// instruction.
    fn same_undecoded(&self, ids: Pair<EntityId>) -> bool {
        let (o, p) = (self.original, self.patched);
        if o.bytes_of(ids.original) != p.bytes_of(ids.patched) {
            return false;
        }
        let (start_o, start_p) = (o.entity(ids.original).offset, p.entity(ids.patched).offset);
        let (relocs_o, relocs_p) = (o.relocs_of(ids.original), p.relocs_of(ids.patched));
        let mut visiting = Visiting::new();
        let same_references = relocs_o.len() == relocs_p.len()
            && relocs_o.iter().zip(relocs_p).all(|(a, b)| {
                a.offset - start_o == b.offset - start_p
                    && a.r_type == b.r_type
                    // What the target leaves out: how far away the label is.
                    && (a.addend == b.addend || o.arch.origin(a.r_type) != Origin::Label)
                    && (self.same_reloc_undecoded(a, b) == Some(true) || {
                        let targets = Pair::new(
                            o.target_in_function(ids.original, a),
                            p.target_in_function(ids.patched, b),
                        );
                        self.same_reach(Pair::new(a.r_type, b.r_type), targets, &mut visiting).is_ok()
                    })
            });
        // Inside a section the assembler resolves calls to neighbours itself: equal distances say nothing there.
        same_references
            && (alone_in_section(o, ids.original) && alone_in_section(p, ids.patched)
                || self.same_resolved_distances(ids))
    }

    /// Whether the distances that no relocation fills lead to the same things, in functions of the same bytes and
    /// relocations. The instructions are the same then, and it is enough to decode one side, for this once.
    fn same_resolved_distances(&self, ids: Pair<EntityId>) -> bool {
        let (o, p) = (self.original, self.patched);
        let (of_o, of_p) = (o.entity(ids.original), p.entity(ids.patched));
        let (Some(section_o), Some(section_p)) = (of_o.section, of_p.section) else { return false };
        let mut visiting = Visiting::new();
        o.with_instructions(ids.original, |insns| {
            insns.iter().filter_map(|insn| insn.target).all(|target| {
                if (of_o.offset..of_o.end()).contains(&target) {
                    return true;
                }
                let distance = target.wrapping_sub(of_o.offset);
                let targets = Pair::new(
                    o.target_at(section_o, target as i64),
                    p.target_at(section_p, of_p.offset.wrapping_add(distance) as i64),
                );
                self.same_target(targets, &mut visiting).is_ok()
            })
        })
    }

    /// How two instructions differ.
    pub(super) fn compare_instructions(&self, ids: Pair<EntityId>, insns: Pair<Insn>) -> Outcome {
        let relocs = Pair::new(
            relocs_of_insn(self.original, ids.original, &insns.original),
            relocs_of_insn(self.patched, ids.patched, &insns.patched),
        );
        self.compare_relocated(ids, insns, relocs)
    }

    fn compare_relocated(&self, ids: Pair<EntityId>, insns: Pair<Insn>, relocs: Pair<&[Reloc]>) -> Outcome {
        let (a, b) = (insns.original, insns.patched);
        if a.kind != b.kind || a.opcode != b.opcode {
            return Outcome::Other;
        }
        let (o, p) = (self.original, self.patched);
        // More than any instruction has: the file is damaged, and nothing can be said.
        if relocs.original.len().max(relocs.patched.len()) >= RELOCS {
            return Outcome::Other;
        }
        // Equal opcodes of direct branches say all there is but the target.
        let is_branch = a.opcode != 0;
        if !is_branch && (a.len != b.len || !self.same_bytes(ids, insns, relocs)) {
            return Outcome::Other;
        }
        let (refs_o, refs_p) = (
            references(o, ids.original, &a, relocs.original),
            references(p, ids.patched, &b, relocs.patched),
        );
        let mut visiting = Visiting::new();
        for (ra, rb) in refs_o.iter().zip(&refs_p) {
            let (ra, rb) = match (ra, rb) {
                (Some(ra), Some(rb)) => (ra, rb),
                (None, None) => break,
                _ => return Outcome::Other,
            };
            if !is_branch && ra.field != rb.field || !same_kind(ra.kind, rb.kind) {
                return Outcome::Other;
            }
            let kinds = Pair::new(ra.kind.0, rb.kind.0);
            if let Err(chain) = self.same_reach(kinds, Pair::new(ra.target, rb.target), &mut visiting) {
                // A jump inside the function to another instruction is other code, not another reference.
                let inside = leads_into(ra.target, ids.original) || leads_into(rb.target, ids.patched);
                return if inside {
                    Outcome::Other
                } else {
                    Outcome::Reference(self.reference(ids, insns, chain))
                };
            }
        }
        Outcome::Same
    }

    /// Whether two instructions agree in every bit outside of the fields that relocations or distances fill.
    fn same_bytes(&self, ids: Pair<EntityId>, insns: Pair<Insn>, relocs: Pair<&[Reloc]>) -> bool {
        let (o, p) = (self.original, self.patched);
        let (code_o, code_p) = (o.code(ids.original), p.code(ids.patched));
        let (bytes_o, bytes_p) = (code_o.bytes_of(&insns.original), code_p.bytes_of(&insns.patched));
        if bytes_o == bytes_p {
            return true;
        }
        let named = |n: &Normalized<'_, '_>, id, insn: &Insn, relocs: &[Reloc], i: usize| {
            let start = n.entity(id).offset + u64::from(insn.offset);
            insn.field.map_or(0, |f| f.bits_at(i))
                | super::content::relocated_bits(n, relocs, start + i as u64)
        };
        bytes_o.iter().zip(bytes_p).enumerate().all(|(i, (x, y))| {
            x == y
                || (x ^ y)
                    & !(named(o, ids.original, &insns.original, relocs.original, i)
                        & named(p, ids.patched, &insns.patched, relocs.patched, i))
                    == 0
        })
    }
}

/// How two instructions compare.
pub(super) enum Outcome {
    Same,
    Reference(Difference),
    Other,
}

pub(super) fn nth(decoded: &DecodedFunction, i: usize) -> Insn {
    decoded.insns[decoded.significant[i] as usize]
}

fn alone_in_section(n: &Normalized<'_, '_>, id: EntityId) -> bool {
    n.entity(id).section.is_some_and(|s| n.entities_in(s).1.len() == 1)
}

/// The relocations of a function, handed out by instruction. The instructions must be asked for in their order,
/// which saves a search for each.
struct RelocsInOrder<'n> {
    start: u64,
    rest: &'n [Reloc],
}

impl<'n> RelocsInOrder<'n> {
    fn new(n: &'n Normalized<'_, '_>, id: EntityId) -> Self {
        RelocsInOrder { start: n.entity(id).offset, rest: n.relocs_of(id) }
    }

    fn of(&mut self, insn: &Insn) -> &'n [Reloc] {
        let start = self.start + u64::from(insn.offset);
        let end = start + u64::from(insn.len);
        let before = self.rest.iter().take_while(|r| r.offset < start).count();
        let inside = self.rest[before..].iter().take_while(|r| r.offset < end).count();
        let (relocs, rest) = self.rest[before..].split_at(inside);
        self.rest = rest;
        relocs
    }
}

pub(super) fn relocs_of_insn<'n>(n: &'n Normalized<'_, '_>, id: EntityId, insn: &Insn) -> &'n [Reloc] {
    let entity = n.entity(id);
    let start = entity.offset + u64::from(insn.offset);
    n.relocs_in(entity.section.unwrap_or(0), start..start + u64::from(insn.len))
}

/// One reference of an instruction.
pub(super) struct InsnReference {
    /// Offset of its field in bytes from the start of the instruction.
    field: u64,
    /// How the field reaches the target; a distance that the assembler resolved counts as a plain one.
    pub(super) kind: (u32, RelocKind),
    pub(super) target: Target,
}

/// No instruction of any architecture has as many relocations as this.
const RELOCS: usize = 4;

/// Each relocation may name a label beside its symbol, and one more field may hold a distance.
pub(super) const FIELDS: usize = 2 * RELOCS;

/// The references of an instruction in the order of their fields.
pub(super) fn references(
    n: &Normalized<'_, '_>,
    id: EntityId,
    insn: &Insn,
    relocs: &[Reloc],
) -> [Option<InsnReference>; FIELDS] {
    let mut found = [const { None }; FIELDS];
    let mut slots = found.iter_mut();
    let entity = n.entity(id);
    let start = entity.offset + u64::from(insn.offset);
    let mut distance = insn.target.zip(insn.field).and_then(|(target, field)| {
        let kind = RelocKind::Relative { size: 4, via: Via::Direct };
        let target = n.target_at(entity.section?, target as i64);
        Some(InsnReference { field: u64::from(field.offset), kind: (0, kind), target })
    });
    for reloc in relocs {
        let kind = n.arch.relocation(reloc.r_type);
        // A marker without a field changes nothing.
        if kind.size() == Some(0) {
            continue;
        }
        let field = reloc.offset - start;
        if distance.as_ref().is_some_and(|d| d.field < field)
            && let Some(slot) = slots.next()
        {
            *slot = distance.take();
        }
        if let Some(slot) = slots.next() {
            let target = n.target_in_function(id, reloc);
            *slot = Some(InsnReference { field, kind: (reloc.r_type, kind), target });
        }
        if let Some(target) = n.label_in_function(id, reloc)
            && let Some(slot) = slots.next()
        {
            *slot = Some(InsnReference { field, kind: (reloc.r_type, kind), target });
        }
    }
    if let Some(slot) = slots.next()
        && distance.is_some()
    {
        *slot = distance;
    }
    found
}

/// Whether two fields compute the same; a call through the procedure linkage table is a call all the same, and what is
/// reached by a number is reached as by an address.
pub(super) fn same_kind(a: (u32, RelocKind), b: (u32, RelocKind)) -> bool {
    let plain = |kind| matches!(kind, RelocKind::Relative { via: Via::Direct | Via::Plt, .. });
    let is_reach = |r_type: u32| r_type > REACH_MADE;
    a == b || plain(a.1) && plain(b.1) || (is_reach(a.0) || is_reach(b.0)) && a.1 == b.1
}

pub(super) fn leads_into(target: Target, id: EntityId) -> bool {
    matches!(target, Target::Entity { id: t, offset } if t == id && offset != 0)
}

impl Sides<'_> {
    fn instructions(&self, ids: Pair<EntityId>, at: Pair<u32>) -> Difference {
        let at = at.map(u64::from);
        let o = words::place(self.original, ids.original, at.original);
        let p = words::place(self.patched, ids.patched, at.patched);
        let what = if o == p {
            format!("instructions differ from {o} on")
        } else {
            format!("instructions differ from {o} (original) and {p} (patched) on")
        };
        Difference { kind: DifferenceKind::Instructions, at: at.map(Some), what, chain: Vec::new() }
    }

    fn reference(&self, ids: Pair<EntityId>, insns: Pair<Insn>, mut chain: Vec<Link>) -> Difference {
        let at = insns.map(|i| Some(u64::from(i.offset)));
        let place = words::place(self.patched, ids.patched, u64::from(insns.patched.offset));
        if let Some(first) = chain.first_mut() {
            first.at = at.patched.filter(|_| matches!(place, Place::Offset(_)));
        }
        let what = match place {
            Place::Offset(_) => words::path(&chain),
            line => format!("at {line} -> {}", words::path(&chain)),
        };
        let in_doubt = chain.iter().any(|link| link.in_doubt);
        let kind = if in_doubt { DifferenceKind::Unsure } else { DifferenceKind::Reference };
        Difference { kind, at, what, chain }
    }
}
