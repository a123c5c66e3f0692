//! Sets of registers.

/// A set of registers of one architecture, by the numbers the architecture gives them (0 to 127). Parts of a
/// register, such as `al` of `rax`, count as the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RegSet(u128);

impl RegSet {
    /// No register.
    pub const EMPTY: RegSet = RegSet(0);
    /// Every register.
    pub const ALL: RegSet = RegSet(u128::MAX);

    /// The set of which each bit tells whether the register of its place is in it.
    pub const fn from_bits(bits: u128) -> RegSet {
        RegSet(bits)
    }

    /// Adds a register; numbers above 127 are no registers and are left out.
    pub fn insert(&mut self, register: u8) {
        if register < 128 {
            self.0 |= 1 << register;
        }
    }

    /// Whether the register is in the set.
    pub fn contains(self, register: u8) -> bool {
        register < 128 && self.0 & (1 << register) != 0
    }

    /// The registers of either set.
    #[must_use]
    pub const fn union(self, other: RegSet) -> RegSet {
        RegSet(self.0 | other.0)
    }

    /// The registers of this set that are not in the other.
    #[must_use]
    pub const fn without(self, other: RegSet) -> RegSet {
        RegSet(self.0 & !other.0)
    }

    /// The registers of both sets.
    #[must_use]
    pub fn intersection(self, other: RegSet) -> RegSet {
        RegSet(self.0 & other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The numbers in ascending order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..128).filter(move |&r| self.contains(r))
    }
}

impl FromIterator<u8> for RegSet {
    fn from_iter<I: IntoIterator<Item = u8>>(registers: I) -> Self {
        let mut set = RegSet::EMPTY;
        for r in registers {
            set.insert(r);
        }
        set
    }
}

/// What one instruction does to the registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effects {
    /// Registers whose value matters to it.
    pub reads: RegSet,
    /// Registers it sets or may set.
    pub writes: RegSet,
}
