//! The machines that nothing decodes, by the number in the first byte: all that an architecture promises.
#![no_main]

use fixscope_arch::{Code, conformance, generic};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [which, count, rest @ ..] = data else { return };
    let machines: Vec<_> = generic::all().collect();
    let arch = machines[usize::from(*which) % machines.len()];
    let Some((places, bytes)) = rest.split_at_checked(usize::from(*count % 8) * 2) else { return };
    // Trying the bits of all fields costs the square of the length.
    let bytes = &bytes[..bytes.len().min(256)];
    let places = places.as_chunks::<2>().0.iter().map(|[at, r_type]| (u32::from(*at), u32::from(*r_type)));
    let sites = conformance::sites(arch, bytes.len(), places);
    let code = Code { bytes, address: 0x1_0000, sites: &sites, modes: &[] };
    if let Err(what) = conformance::check(arch, &code) {
        panic!("{what}");
    }
});
