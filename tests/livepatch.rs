//! `livepatch`: what it makes of built modules, held against binutils and against a kernel that loads them.

mod common;

#[path = "livepatch/kernel.rs"]
mod kernel;
#[path = "livepatch/link.rs"]
mod link;
#[path = "livepatch/verify.rs"]
mod verify;
