//! The decoder of A32 and T32, and what follows addresses: every byte is covered once, in order, whatever the bytes, the
//! sites and the modes are.
#![no_main]

use fixscope_arch::{Code, Mode, ModeChange, RelocKind, Site};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let arch: &dyn fixscope_arch::Arch = &fixscope_arch::arm::Arm;
    // The first bytes say where relocations lie, as distances from one to the next.
    let [count, rest @ ..] = data else { return };
    let count = usize::from(*count % 16);
    if rest.len() < count * 2 {
        return;
    }
    let (gaps, bytes) = rest.split_at(count * 2);
    let mut offset = 0u32;
    let mut sites = Vec::new();
    for gap in gaps.as_chunks::<2>().0 {
        offset += u32::from(gap[0]);
        let kind = arch.relocation(u32::from(gap[1]));
        let size = match kind {
            RelocKind::Unknown => 0,
            kind => kind.size().unwrap_or(0),
        };
        if offset as usize + usize::from(size) <= bytes.len() {
            sites.push(Site { offset, kind });
        }
    }
    // A32, T32, and data: a quarter each, and T32 again.
    let quarter = |n: usize| (bytes.len() / 4 * n) as u32;
    let modes = [
        ModeChange { offset: 0, mode: Mode::Code },
        ModeChange { offset: quarter(1), mode: Mode::Thumb },
        ModeChange { offset: quarter(2), mode: Mode::Data },
        ModeChange { offset: quarter(3), mode: Mode::Thumb },
    ];
    let code = Code { bytes, address: 0x1_0000, sites: &sites, modes: &modes };
    let mut insns = Vec::new();
    arch.decode(&code, &mut insns);
    let mut end = 0;
    for insn in &insns {
        assert_eq!(insn.offset, end, "a gap or an overlap");
        assert!(insn.len > 0);
        end = insn.end();
        if let Some(field) = insn.field {
            assert!(field.offset.checked_add(field.size).is_some_and(|end| end <= insn.len));
        }
        let text = arch.format(&code, insn, &|_| None);
        assert!(!text.is_empty());
        let _ = arch.effects(&code, insn);
        let _ = arch.numbers(&code, insn);
    }
    assert_eq!(end as usize, bytes.len(), "bytes are left over");
    let mut reaches = Vec::new();
    arch.reaches(&code, &insns, &mut reaches);
    assert!(reaches.iter().all(|r| (r.insn as usize) < insns.len()));
    let mut readers = Vec::new();
    arch.readers(&code, &insns, &mut readers);
    assert!(readers.iter().all(|r| (r.site as usize) < bytes.len()));
    let _ = arch.is_padding(bytes);
});
