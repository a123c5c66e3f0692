//! Matched functions and data objects ↦ how they differ. Decides sameness, never prints.
//!
//! Bytes come first: a unit whose allocated sections, relocations and symbols are the same is done with. Then
//! each pair of functions is decided by bytes and references, and only what still differs is decoded.

mod anchors;
mod attributes;
mod bare;
mod builder;
mod choose;
mod content;
mod coverage;
pub mod delta;
mod entries;
mod function;
mod handlers;
pub mod line_only;
pub mod listing;
mod nameless;
mod numbers;
mod objects;
mod reached;
mod readers;
mod references;
mod table_words;
mod tables;
mod unit;
mod unowned;
mod unreached;
mod words;

pub use choose::unknown as unknown_symbol;
pub use coverage::{Coverage, Keeper, Share, coverage};
pub use delta::{
    Callee, Comparison, Difference, DifferenceKind, Entry, EntryKind, Extent, Link, Load, Place, Shift,
    Shifts, Status,
};
pub use listing::{Listing, ListingLine, ListingOp, Part};
pub use unit::{Options, compare, compare_symbols, one_sided};
