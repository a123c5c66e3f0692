//! Prototypes as registers: what debug information says a function takes and gives, by the convention of C.

use fixscope_arch::{Convention, RegSet};

use crate::load::dwarf::prototypes::{self, Value};
use crate::load::names;
use crate::normalize::{EntityId, Normalized};

/// Prototypes of the functions of a unit and of those that it calls.
#[derive(Debug, Default)]
pub(super) struct Prototypes<'p> {
    known: Option<&'p prototypes::Prototypes>,
    /// By function: where its prototype is found.
    places: Vec<Option<(u32, u64)>>,
    word: u64,
}

impl<'p> Prototypes<'p> {
    pub fn new(n: &Normalized<'_, '_>, known: Option<&'p prototypes::Prototypes>) -> Self {
        let place = |id| {
            let entity = n.entity(id);
            // Of a clone the debug information has the prototype of the source, which the clone need not have.
            let is_changed = entity.names.iter().all(|&name| {
                let name = &n.unit.symbols[name as usize].name;
                let suffixes = names::suffixes(name);
                [".isra", ".constprop", ".part", ".specialized"].iter().any(|s| suffixes.contains(s))
            });
            entity.section.filter(|_| !is_changed).map(|s| (s, entity.offset))
        };
        let places = n.ids().map(place).collect();
        Prototypes { known, places, word: if n.unit.is_64 { 8 } else { 4 } }
    }

    /// The prototype of a function of the unit.
    pub fn inside(&self, id: EntityId) -> Option<Prototype<'_>> {
        let place = self.places.get(id.0 as usize).copied().flatten()?;
        let prototype = self.known?.by_place.get(&place)?;
        Some(Prototype { prototype, word: self.word })
    }

    /// The prototype of a function elsewhere.
    pub fn outside(&self, name: &str) -> Option<Prototype<'_>> {
        let prototype = self.known?.by_name.get(name)?;
        Some(Prototype { prototype, word: self.word })
    }
}

/// A prototype and the size of a register in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prototype<'p> {
    prototype: &'p prototypes::Prototype,
    word: u64,
}

impl Prototype<'_> {
    /// Whether more arguments may follow.
    pub fn is_variadic(&self) -> bool {
        self.prototype.is_variadic
    }

    /// Whether it never comes back.
    pub fn ends(&self) -> bool {
        self.prototype.ends
    }

    /// Registers that its arguments may be in. Those of structures of numbers of both kinds are too many.
    pub fn arguments(&self, c: &Convention) -> RegSet {
        // The address of a result in memory is the first argument, but on AArch64, where x8 has it.
        let hidden = self.prototype.result.is_some_and(|r| match c.arguments.len() {
            ARM => r.is_composite && r.size > self.word,
            AARCH64 => false,
            _ => self.is_in_memory(r),
        });
        let (mut plain, mut vectors) = (usize::from(hidden), 0);
        for value in &self.prototype.parameters {
            let (p, v) = self.places(*value, c);
            plain += p;
            vectors += v;
        }
        let first = |list: &[u8], count: usize| list.iter().copied().take(count).collect::<RegSet>();
        first(c.arguments, plain).union(first(c.vector_arguments, vectors))
    }

    /// Registers that its result may be in.
    pub fn results(&self, c: &Convention) -> RegSet {
        let Some(result) = self.prototype.result else { return RegSet::EMPTY };
        let all = c.results.iter().copied();
        let is_plain = |r: &u8| *r < FIRST_VECTOR;
        let words = if result.size == 0 { 2 } else { self.words(result.size) };
        let plain = all.clone().filter(is_plain).take(words.max(1));
        let others = all.filter(|r| !is_plain(r));
        match (result.has_floats, result.has_others || self.is_in_memory(result)) {
            (true, false) => others.collect(),
            (true, true) => plain.chain(others).collect(),
            (false, _) => plain.collect(),
        }
    }

    /// How many plain and vector registers an argument may take.
    fn places(&self, value: Value, c: &Convention) -> (usize, usize) {
        let words = self.words(value.size.max(1));
        let vectors = if value.has_floats { words.min(4) } else { 0 };
        if self.is_in_memory(value) {
            return match c.arguments.len() {
                // It is in the registers as far as they go.
                ARM => (words + 1, vectors),
                // Its address is an argument; a structure of up to four numbers is in vector registers.
                AARCH64 => (1, vectors),
                _ => (0, 0),
            };
        }
        match (value.has_floats, value.has_others) {
            (true, false) if !c.vector_arguments.is_empty() => (0, vectors.max(1)),
            (true, true) => (words, vectors),
            // Long numbers begin at an even register.
            _ => (words + usize::from(words > 1 && c.arguments.len() != 6), 0),
        }
    }

    /// Whether a value is larger than what registers take.
    fn is_in_memory(&self, value: Value) -> bool {
        value.is_composite && value.size > 2 * self.word
    }

    fn words(&self, size: u64) -> usize {
        size.div_ceil(self.word).min(16) as usize
    }
}

/// How many registers of plain arguments the conventions have, which tells them apart.
const ARM: usize = 4;
const AARCH64: usize = 8;

/// The first number of a register that is no general one, in every architecture that has conventions.
const FIRST_VECTOR: u8 = 16;
