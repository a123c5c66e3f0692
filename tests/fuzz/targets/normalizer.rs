//! A sound object file against one with a few bytes altered: almost everything is as it was, so that the
//! comparison goes deep.
#![no_main]

use std::path::Path;

use fixscope::compare::{Options, compare};
use fixscope::load::elf;
use fixscope::pair::Pair;
use libfuzzer_sys::fuzz_target;

/// What is altered. The first byte of the input chooses.
const SOUND: &[&[u8]] = &[
    include_bytes!("../corpus/object/tables"),
    include_bytes!("../corpus/object/sections"),
    include_bytes!("../corpus/object/exceptions"),
];

fuzz_target!(|data: &[u8]| {
    let [which, edits @ ..] = data else { return };
    let sound = SOUND[usize::from(*which) % SOUND.len()];
    let mut altered = sound.to_vec();
    for edit in edits.as_chunks::<3>().0.iter().take(16) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % altered.len();
        altered[at] = edit[2];
    }
    let original = elf::read(Path::new("original.o"), sound).expect("the object is sound");
    let Ok(patched) = elf::read(Path::new("patched.o"), &altered) else { return };
    let options = Options { all: edits.len() % 2 == 0, show: true };
    let _ = compare(Pair::new(&original, &patched), options);
    let _ = compare(Pair::new(&patched, &original), options);
});
