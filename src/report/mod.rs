//! The report and its writers. Never computes.

pub mod model;
