//! Assembly text, read as that of each architecture, with everything behind it: whatever is accepted is the same as
//! itself.
#![no_main]

use std::path::Path;

use fixscope::compare::{Options, Status, compare};
use fixscope::load::asm;
use fixscope::pair::Pair;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = asm::detect(Path::new("fuzzed.s"), data);
    for syntax in fixscope_arch::SYNTAXES {
        is_same_as_itself(syntax, data);
    }
});

fn is_same_as_itself(syntax: &'static fixscope_arch::Syntax, data: &[u8]) {
    let Ok(unit) = asm::read_as(Path::new("fuzzed.s"), data, Some(syntax)) else { return };
    let options = Options { all: true, show: true };
    let Ok(comparison) = compare(Pair::new(&unit, &unit), options) else { return };
    for entry in &comparison.entries {
        assert_eq!(
            entry.status,
            Status::Unchanged,
            "{} differs from itself: {:?}",
            entry.name,
            entry.differences
        );
    }
}
