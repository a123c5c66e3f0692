//! The decoder of x86-64.
#![no_main]

#[path = "shared/decoder.rs"]
mod decoder;

use fixscope_arch::x86::X86_64;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| decoder::check(&X86_64, data));
