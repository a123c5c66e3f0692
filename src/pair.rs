//! The two sides of every comparison, held in one value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which of the two trees something belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The tree as it was before the fix.
    Original,
    /// The tree with the fix applied.
    Patched,
}

impl Side {
    /// Both sides, the original first.
    pub const BOTH: [Side; 2] = [Side::Original, Side::Patched];

    /// The word that messages and folders use for this side.
    pub fn name(self) -> &'static str {
        match self {
            Side::Original => "original",
            Side::Patched => "patched",
        }
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One value for each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub struct Pair<T> {
    /// The value of the original side.
    pub original: T,
    /// The value of the patched side.
    pub patched: T,
}

impl<T> Pair<T> {
    /// Puts two values side by side.
    pub fn new(original: T, patched: T) -> Self {
        Pair { original, patched }
    }

    /// The value of `side`.
    pub fn get(&self, side: Side) -> &T {
        match side {
            Side::Original => &self.original,
            Side::Patched => &self.patched,
        }
    }

    /// The value of `side`, to be changed.
    pub fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Original => &mut self.original,
            Side::Patched => &mut self.patched,
        }
    }

    /// Applies `f` to both values.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Pair<U> {
        Pair { original: f(self.original), patched: f(self.patched) }
    }

    /// Borrows both values.
    pub fn as_ref(&self) -> Pair<&T> {
        Pair { original: &self.original, patched: &self.patched }
    }
}

impl<T> Pair<Option<T>> {
    /// Whether at least one side has a value.
    pub fn any(&self) -> bool {
        self.original.is_some() || self.patched.is_some()
    }

    /// Both values, when both are there.
    pub fn both(self) -> Option<Pair<T>> {
        Some(Pair { original: self.original?, patched: self.patched? })
    }
}
