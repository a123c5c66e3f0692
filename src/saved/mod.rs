//! Reports that were written before: one is read again, two are compared. Nothing here writes.

pub mod difference;
mod read;

pub use read::read;
