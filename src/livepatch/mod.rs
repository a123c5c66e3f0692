//! From a report to a livepatch that loads: the skeleton of its source, and what the built module still needs.
//!
//! Nothing here reads or writes files, except that the skeleton is written as a whole folder.

pub mod link;
pub mod module;
pub mod reference;
pub mod skeleton;
pub mod tables;
pub mod verify;
