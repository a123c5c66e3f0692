//! From a report to a livepatch: for now, the first skeleton of its source.

pub mod skeleton;
