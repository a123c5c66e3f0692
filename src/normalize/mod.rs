//! [`Unit`]s ↦ functions and data objects: which bytes belong to what, what each reference leads to, and the
//! instructions of a function where they are needed.
//!
//! Nothing here looks at the other side. Everything that costs time (relocations, decoding, the bounds of
//! nameless data) is worked out when it is first asked for.

mod anchors;
mod anonymous;
mod describe;
mod entities;
mod function;
mod linked;
mod modes;
mod normalized;
mod readers;
mod referrers;
pub mod sections;
mod tables;
mod targets;

pub use entities::{Entity, EntityId, EntityKind};
pub use function::DecodedFunction;
pub use normalized::{Normalized, arch_of};
pub use referrers::Referrer;
pub use sections::{TableLayout, Treatment};
pub use targets::Target;
