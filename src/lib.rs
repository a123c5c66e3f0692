//! fixscope tells which functions a source fix really touches.
//!
//! It compiles the original and the patched tree, compares every function at the machine level, tells which
//! changed and why, and writes the skeleton of the livepatch that would carry the fix. `ARCHITECTURE.md` has the
//! map; the modules below are in the order of the flow.

pub mod error;
pub mod pair;
pub mod pipeline;
pub mod plan;

pub mod inputs;

pub mod load;

pub mod normalize;

pub mod correlate;

pub mod compare;

pub mod impact;

pub mod abi;

pub mod inspect;

pub mod livepatch;
pub mod report;

pub mod saved;
