//! Reports that were written before: one is read again, two are compared, many are
//! put together. Nothing here writes.

pub mod difference;
pub mod matrix;
mod read;

pub use read::read;
