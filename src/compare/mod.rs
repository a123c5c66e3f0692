//! Matched functions and data objects ↦ how they differ. Decides sameness, never prints.

pub mod delta;

pub use delta::{
    Comparison, Difference, DifferenceKind, Entry, EntryKind, Extent, Link, Listing, ListingLine, ListingOp,
    Status,
};
