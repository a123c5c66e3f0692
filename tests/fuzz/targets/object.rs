//! The loader, with everything behind it: whatever it accepts is the same as itself, but for instructions with more
//! relocations than any has, of which nothing can be said.
#![no_main]

use std::path::Path;

use fixscope::compare::{Options, Status, compare};
use fixscope::load::{Unit, dwarf::Dwarf, elf};
use fixscope::pair::Pair;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let path = Path::new("fuzzed.o");
    let _ = Dwarf::parse(data, path, &[]);
    let Ok(unit) = elf::read(path, data) else { return };
    let options = Options { all: true, show: true };
    let Ok(comparison) = compare(Pair::new(&unit, &unit), options) else { return };
    if is_crowded(&unit) {
        return;
    }
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

/// Whether more relocations than a real instruction has lie within the length of one.
fn is_crowded(unit: &Unit<'_>) -> bool {
    (0..unit.sections.len() as u32).any(|section| {
        let relocs = unit.relocs(section);
        relocs.windows(4).any(|four| four[3].offset - four[0].offset < 16)
    })
}
