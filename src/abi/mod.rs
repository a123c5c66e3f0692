//! What callers rely on beyond the calling convention.
//!
//! A livepatch replaces functions under callers that stay. Compilers look at several functions of a unit at once and
//! let one rely on what another happens to do; everything here is evidence of that, each from one source. It judges the
//! original side, because that is the code that runs.

pub mod code;
mod reliance;

pub use reliance::{Evidence, Kind, Party, Reliance, Source, Strength};
