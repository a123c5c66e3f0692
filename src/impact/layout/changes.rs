//! The records of both sides that are laid out differently.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::load::dwarf::types::{RecordId, Types};
use crate::pair::{Pair, Side};

/// How deep members of members are looked at. The kernel's deepest go to about eight.
const DEEPEST: usize = 12;

/// At most so many members of one record are looked at, with those that are inside of members.
const MEMBERS: usize = 20_000;

/// A record that is on both sides and not the same.
pub(super) struct RecordChange {
    pub(super) name: String,
    pub(super) ids: Pair<RecordId>,
    /// Size in bytes.
    pub(super) size: Pair<u64>,
    /// Members on both sides, also those inside of others, in the order of the original side.
    pub(super) members: Vec<MemberPair>,
    /// Whether its own members differ, rather than only those of records that it holds.
    pub(super) is_direct: bool,
}

/// A member that is on both sides.
#[derive(Debug)]
pub(super) struct MemberPair {
    /// Names from the record down, with dots.
    pub(super) path: String,
    /// Offset from the start of the record in bits.
    pub(super) at: Pair<u64>,
    /// Size in bits.
    pub(super) size: Pair<u64>,
    pub(super) is_bit_field: bool,
    /// Whether it is a record, such as a `struct list_head` by which the outer one is found.
    pub(super) holds_record: bool,
}

impl MemberPair {
    /// Whether it lies elsewhere, or is a bit-field of another width in the same place.
    pub(super) fn is_moved(&self) -> bool {
        self.at.original != self.at.patched || self.is_bit_field && self.is_resized()
    }

    pub(super) fn is_resized(&self) -> bool {
        self.size.original != self.size.patched
    }

    /// Offset in bytes.
    pub(super) fn start(&self) -> Pair<i64> {
        self.at.map(|at| (at / 8) as i64)
    }

    /// Whether two numbers are its offsets; for a bit-field those of a storage unit that holds it.
    pub(super) fn lies_at(&self, values: Pair<i64>) -> bool {
        if !self.is_bit_field {
            return self.start() == values;
        }
        values.original != values.patched
            && [8, 16, 32, 64].iter().any(|&unit| self.at.map(|at| (at / unit * (unit / 8)) as i64) == values)
    }

    /// Whether two numbers are the same place inside of it.
    pub(super) fn holds_place(&self, values: Pair<i64>) -> bool {
        let start = self.start();
        let inner = values.original.wrapping_sub(start.original);
        !self.is_bit_field
            && inner == values.patched.wrapping_sub(start.patched)
            && inner >= 0
            && inner < (self.size.original.min(self.size.patched) / 8) as i64
    }

    /// Whether two numbers are what takes a bit-field out of its storage unit: the places to shift by, a mask, or
    /// the bits that a mask leaves.
    pub(super) fn bits_explain(&self, values: Pair<i64>) -> bool {
        if !self.is_bit_field || !self.is_moved() {
            return false;
        }
        [8u64, 16, 32, 64].iter().any(|&unit| {
            let first = self.at.map(|at| at % unit);
            let numbers = |side: Side, value: i64| {
                let (first, size) = (*first.get(side), *self.size.get(side));
                if first.saturating_add(size) > unit {
                    return [false; 4];
                }
                let all = u64::MAX >> (64 - unit);
                let mask = (u64::MAX.checked_shr(64 - size as u32).unwrap_or(0)) << first;
                let bits = value as u64 & all;
                [
                    bits == mask & all,
                    bits == !mask & all,
                    value == first as i64,
                    value == (unit - first - size) as i64,
                ]
            };
            let (o, p) = (numbers(Side::Original, values.original), numbers(Side::Patched, values.patched));
            o.iter().zip(p).any(|(o, p)| *o && p)
        })
    }
}

/// The records that are on both sides by name and are laid out differently, ordered by name. Of records that share
/// a name the first counts.
pub(super) fn find(types: &Pair<Types>) -> Vec<RecordChange> {
    let by_name = |types: &Types| {
        let mut found: BTreeMap<String, RecordId> = BTreeMap::new();
        for (id, record) in (0..).map(RecordId).zip(&types.records) {
            if let Some(name) = &record.name {
                found.entry(name.clone()).or_insert(id);
            }
        }
        found
    };
    let (named_o, named_p) = (by_name(&types.original), by_name(&types.patched));
    let mut comparer = Comparer { types, known: FxHashMap::default() };
    let mut changes = Vec::new();
    for (name, o) in named_o {
        let Some(&p) = named_p.get(&name) else { continue };
        let ids = Pair::new(o, p);
        if comparer.same(ids, 0) {
            continue;
        }
        let mut members: Pair<Vec<Flat>> = Pair::default();
        for side in Side::BOTH {
            flatten(types.get(side), *ids.get(side), "", 0, 0, members.get_mut(side));
        }
        let mut patched: FxHashMap<&str, &Flat> = FxHashMap::default();
        for flat in &members.patched {
            patched.entry(&flat.path).or_insert(flat);
        }
        let pairs = members.original.iter().filter_map(|a| {
            let b = patched.get(a.path.as_str())?;
            Some(MemberPair {
                path: a.path.clone(),
                at: Pair::new(a.at, b.at),
                size: Pair::new(a.size, b.size),
                is_bit_field: a.is_bit_field && b.is_bit_field,
                holds_record: a.holds_record,
            })
        });
        changes.push(RecordChange {
            name,
            ids,
            size: Pair::new(types.original.record(o).size, types.patched.record(p).size),
            members: pairs.collect(),
            is_direct: comparer.is_direct(ids),
        });
    }
    changes
}

/// A member with its place in the outermost record.
struct Flat {
    path: String,
    at: u64,
    size: u64,
    is_bit_field: bool,
    holds_record: bool,
}

fn flatten(types: &Types, id: RecordId, prefix: &str, base: u64, depth: usize, out: &mut Vec<Flat>) {
    for member in &types.record(id).members {
        if out.len() >= MEMBERS {
            return;
        }
        let at = base.saturating_add(member.at);
        let path = match &member.name {
            Some(name) if prefix.is_empty() => name.clone(),
            Some(name) => format!("{prefix}.{name}"),
            None => prefix.to_owned(),
        };
        if member.name.is_some() {
            out.push(Flat {
                path: path.clone(),
                at,
                size: member.size,
                is_bit_field: member.is_bit_field,
                holds_record: member.holds.is_some(),
            });
        }
        // Of an array the first element stands for all.
        if let Some(id) = member.holds.filter(|_| depth < DEEPEST) {
            flatten(types, id, &path, at, depth + 1, out);
        }
    }
}

struct Comparer<'t> {
    types: &'t Pair<Types>,
    /// Whether two records are the same; also for those that are being compared, which no valid type meets again.
    known: FxHashMap<Pair<RecordId>, bool>,
}

impl Comparer<'_> {
    fn same(&mut self, ids: Pair<RecordId>, depth: usize) -> bool {
        if let Some(&known) = self.known.get(&ids) {
            return known;
        }
        self.known.insert(ids, true);
        let types = self.types;
        let (o, p) = (types.original.record(ids.original), types.patched.record(ids.patched));
        let same = depth <= DEEPEST
            && o.size == p.size
            && o.members.len() == p.members.len()
            && o.members.iter().zip(&p.members).all(|(a, b)| {
                (&a.name, a.at, a.size, a.is_bit_field) == (&b.name, b.at, b.size, b.is_bit_field)
                    && match (a.holds, b.holds) {
                        (Some(a), Some(b)) => self.same(Pair::new(a, b), depth + 1),
                        (None, None) => true,
                        _ => false,
                    }
            });
        self.known.insert(ids, same);
        same
    }

    /// Whether more differs than what follows from the records that both hold: other members, or one whose size
    /// changed though it holds no record.
    fn is_direct(&mut self, ids: Pair<RecordId>) -> bool {
        let types = self.types;
        let (o, p) = (types.original.record(ids.original), types.patched.record(ids.patched));
        o.members.len() != p.members.len()
            || o.members.iter().zip(&p.members).any(|(a, b)| {
                a.name != b.name
                    || a.is_bit_field != b.is_bit_field
                    || a.holds.is_some() != b.holds.is_some()
                    || a.size != b.size && a.holds.is_none()
                    // Members of an anonymous record are its own.
                    || a.name.is_none()
                        && a.holds.zip(b.holds).is_some_and(|(a, b)| !self.same(Pair::new(a, b), 0))
            })
    }
}
