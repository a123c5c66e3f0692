//! The patch reader: what it reads can be applied, or is refused with a reason.
#![no_main]

use fixscope::inputs::patch::{apply, decode_bodies, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // What lies before the first zero byte is the patch, what lies behind it the file.
    let at = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let (patch, file) = data.split_at(at);
    let file = file.get(1..).unwrap_or_default();
    let text = decode_bodies(patch);
    match parse(&text) {
        Ok(parsed) => {
            for change in &parsed.files {
                match apply(change, file) {
                    Ok(_) => {}
                    Err(why) => assert!(!why.is_empty()),
                }
            }
        }
        Err(why) => assert!(!why.is_empty()),
    }
});
