//! What callers rely on beyond the calling convention.
//!
//! A livepatch replaces functions under callers that stay. Compilers look at several functions of a unit at once and
//! let one rely on what another happens to do; everything here is evidence of that, each from one source. It judges the
//! original side, because that is the code that runs.

pub mod actions;
pub mod closure;
pub mod code;
mod combine;
mod functions;
pub mod prove;
pub mod records;
mod reliance;
pub mod symbols;

pub use combine::{combine, is_fitted_to_its_caller};
pub use functions::{Edge, Functions, Inlined};
pub use reliance::{Evidence, Kind, Party, Reliance, Source, Strength};
