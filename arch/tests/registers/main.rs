//! Registers that instructions read and write, against capstone.
//!
//! Another architecture adds a module with its [`harness::Machine`], a list of instructions with the script that
//! makes it, and a table of known disagreements; `x86.rs` shows how.

mod aarch64;
mod arm;
mod harness;
mod x86;
