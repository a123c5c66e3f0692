//! Assembly text, with everything behind it: whatever is accepted is the same as itself.
#![no_main]

use std::path::Path;

use fixscope::compare::{Options, Status, compare};
use fixscope::load::asm;
use fixscope::pair::Pair;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(unit) = asm::read(Path::new("fuzzed.s"), data) else { return };
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
});
