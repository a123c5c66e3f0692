//! One unit at a time ↦ what is in it: plain data that `info`, `show` and `callgraph` print, and text
//! that `copy` cuts out. Nothing here
//! compares, and nothing prints.
//!
//! [`references`] reads off what functions and data objects refer to; the others are made of that.

pub mod copy;
mod data;
mod graph;
mod info;
pub mod model;
mod names;
pub(crate) mod references;
mod show;
pub(crate) mod tracing;

pub use graph::{GraphRequest, UnitGraph, assemble, unit_graph};
pub use info::{Selection, info};
pub use names::{matching, near};
pub use show::{Form, show, with_cold_parts};
