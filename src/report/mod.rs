//! The report and its writers. Never computes: what it shows has been decided before.
//!
//! [`build`] turns the outcome of the stages into a [`model::Report`]; [`text`] and [`json`] write one;
//! [`listing`] writes the instructions of changed functions in unified form, [`inspect`] what single files hold; [`style`] names the roles of text,
//! so that no writer speaks of colours.

mod abi;
pub mod build;
pub mod conclusion;
pub mod difference;
pub mod graph;
pub mod html;
pub(crate) mod ids;
pub mod inspect;
pub mod json;
pub mod listing;
pub mod livepatch;
pub mod markdown;
pub mod matrix;
pub mod model;
pub mod sarif;
pub mod source;
pub mod stat;
pub mod style;
pub mod text;
pub mod words;

pub use abi::{AbiListed, AbiMember, AbiRole, UnitAbi};
pub use build::{ReportInput, UnitResult, build_report};
pub use json::write_json;
