//! The decoder of AArch64, and what follows addresses: every byte is covered once, in order, whatever the bytes and the
//! sites are.
#![no_main]

use fixscope_arch::{Code, Mode, ModeChange, RelocKind, Site};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let arch: &dyn fixscope_arch::Arch = &fixscope_arch::aarch64::AArch64;
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
        let kind = arch.relocation(256 + u32::from(gap[1]));
        let size = match kind {
            RelocKind::Unknown => 0,
            kind => kind.size().unwrap_or(0),
        };
        if offset as usize + usize::from(size) <= bytes.len() {
            sites.push(Site { offset, kind });
        }
    }
    // The last quarter is data.
    let modes = [
        ModeChange { offset: 0, mode: Mode::Code },
        ModeChange { offset: (bytes.len() - bytes.len() / 4) as u32, mode: Mode::Data },
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
    let _ = arch.is_padding(bytes);
});
