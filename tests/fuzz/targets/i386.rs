//! The decoder of i386.
#![no_main]

#[path = "shared/decoder.rs"]
mod decoder;

use fixscope_arch::x86::I386;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| decoder::check(&I386, data));
