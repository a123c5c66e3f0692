//! What the DIEs of types say together.

use rustc_hash::FxHashMap;

use super::read::{Die, Key, RawMember, RawRecord, Reader};
use super::{Member, Record, RecordId, Types};
use crate::load::dwarf::reader::Slice;

/// How many typedefs, qualifiers, pointers and arrays are followed; a broken file may go in circles.
const MAX_STEPS: usize = 32;

impl<'a> Reader<'a, '_> {
    /// The DIE of a type.
    fn die(&self, key: Key) -> Option<(Key, &Die<'a>)> {
        let key = match key {
            Key::Signature(signature) => *self.signatures.get(&signature)?,
            key => key,
        };
        match self.dies.get(&key)? {
            // GCC 12 leaves out that such a DIE is a declaration.
            Die::Record(RawRecord { signature: Some(signature), .. }) => {
                let key = *self.signatures.get(signature)?;
                Some((key, self.dies.get(&key)?))
            }
            die => Some((key, die)),
        }
    }

    /// The type behind typedefs and qualifiers.
    fn plain(&self, mut key: Key) -> Option<(Key, &Die<'a>)> {
        for _ in 0..MAX_STEPS {
            match self.die(key)? {
                (_, Die::Alias { to, .. }) => key = (*to)?,
                found => return Some(found),
            }
        }
        None
    }

    /// Size of a type in bytes.
    fn size(&self, key: Key) -> Option<u64> {
        let mut key = key;
        let mut times = 1u64;
        for _ in 0..MAX_STEPS {
            match self.plain(key)?.1 {
                Die::Array { size: Some(size), .. } => return size.checked_mul(times),
                Die::Array { of, count, .. } => {
                    times = times.checked_mul(*count)?;
                    key = (*of)?;
                }
                Die::Record(record) => return record.size.checked_mul(times),
                Die::Pointer { size, .. } | Die::Sized(size) => return size.checked_mul(times),
                Die::Alias { .. } | Die::Namespace { .. } => return None,
            }
        }
        None
    }

    /// The record that a value of the type is, or whose elements it is made of; with `pointed`, also one it
    /// points to.
    fn record_of(&self, key: Key, pointed: bool) -> Option<Key> {
        let mut key = key;
        for _ in 0..MAX_STEPS {
            match self.plain(key)? {
                (_, Die::Array { of, .. }) => key = (*of)?,
                (_, Die::Pointer { to, .. }) if pointed => key = (*to)?,
                (key, Die::Record(_)) => return Some(key),
                _ => return None,
            }
        }
        None
    }

    /// The records and who uses them.
    pub(super) fn finish(mut self) -> Types {
        let defined =
            |key: &Key| matches!(&self.dies[key], Die::Record(r) if !r.declaration && r.signature.is_none());
        let order: Vec<Key> = self.order.iter().copied().filter(defined).collect();
        let ids: FxHashMap<Key, RecordId> = order.iter().copied().zip((0..).map(RecordId)).collect();
        let id = |key: Option<Key>| key.and_then(|k| ids.get(&k).copied());
        let mut typedefs: FxHashMap<Key, Slice<'a>> = FxHashMap::default();
        for die in self.dies.values() {
            if let Die::Alias { name: Some(name), to: Some(to) } = die
                && let Some((key, Die::Record(_))) = self.plain(*to)
            {
                // The order of a table of hashes must not decide between two names.
                let known = typedefs.entry(key).or_insert(*name);
                if name.slice() < known.slice() {
                    *known = *name;
                }
            }
        }
        let mut records = Vec::with_capacity(order.len());
        for key in &order {
            let Die::Record(raw) = &self.dies[key] else { continue };
            let name = match (raw.name, typedefs.get(key)) {
                (Some(name), _) => Some(format!("{} {}{}", raw.keyword, self.scopes(raw.scope), text(name))),
                (None, Some(name)) => Some(text(*name)),
                (None, None) => None,
            };
            let members = raw.members.iter().map(|m| self.member(m, &id)).collect();
            records.push(Record { name, size: raw.size, members });
        }
        let mut uses = Vec::new();
        for function in &self.functions {
            for key in &function.uses {
                let of = self.variables.get(key).copied().unwrap_or(*key);
                if let Some(id) = id(self.record_of(of, true)) {
                    uses.push((function.place, id));
                }
            }
        }
        uses.sort_unstable();
        uses.dedup();
        Types { records, troubles: std::mem::take(&mut self.troubles), uses }
    }

    fn member(&self, raw: &RawMember<'a>, id: &impl Fn(Option<Key>) -> Option<RecordId>) -> Member {
        let bytes = raw.of.and_then(|of| self.size(of)).unwrap_or(0);
        let start = raw.at.saturating_mul(8);
        let (at, size) = match raw.bit_size {
            Some(bits) => {
                // DWARF 5, 5.7.6; until DWARF 3 the offset counted from the storage's most significant bit, which in
                // little-endian memory is its last.
                let storage = raw.storage.unwrap_or(bytes).saturating_mul(8);
                let within = match (raw.bits_from_start, raw.bits_from_top) {
                    (Some(bits_from_start), _) => bits_from_start,
                    (None, Some(from_top)) => storage.saturating_sub(from_top).saturating_sub(bits),
                    (None, None) => 0,
                };
                (start.saturating_add(within), bits)
            }
            None => (start, bytes.saturating_mul(8)),
        };
        Member {
            name: raw.name.map(text),
            at,
            size,
            is_bit_field: raw.bit_size.is_some(),
            holds: id(raw.of.and_then(|of| self.record_of(of, false))),
        }
    }

    /// The namespaces and records around a record of C++, each with `::` behind it.
    fn scopes(&self, mut scope: Option<Key>) -> String {
        let mut out = String::new();
        for _ in 0..MAX_STEPS {
            let (name, next) = match scope.and_then(|key| self.dies.get(&key)) {
                Some(Die::Namespace { name, scope }) => (name, scope),
                Some(Die::Record(record)) => (&record.name, &record.scope),
                _ => break,
            };
            if let Some(name) = name {
                out.insert_str(0, &format!("{}::", text(*name)));
            }
            scope = *next;
        }
        out
    }
}

fn text(name: Slice<'_>) -> String {
    String::from_utf8_lossy(name.slice()).into_owned()
}
