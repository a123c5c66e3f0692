//! What holds for any bytes.

use proptest::prelude::*;

use super::*;

fn arbitrary_sites() -> impl Strategy<Value = Vec<Site>> {
    let kind = prop_oneof![
        Just(RelocKind::Relative { size: 4, via: Via::Plt }),
        Just(RelocKind::Relative { size: 2, via: Via::Direct }),
        Just(RelocKind::Absolute { size: 4 }),
        Just(RelocKind::Absolute { size: 1 }),
        Just(RelocKind::Other { size: 0 }),
        Just(RelocKind::Unknown),
    ];
    prop::collection::vec((0u32..80, kind), 0..6).prop_map(|list| {
        let mut sites: Vec<Site> = list.into_iter().map(|(offset, kind)| Site { offset, kind }).collect();
        sites.sort_by_key(|s| s.offset);
        sites
    })
}

fn arbitrary_modes() -> impl Strategy<Value = Vec<ModeChange>> {
    let mode = prop_oneof![Just(Mode::Code), Just(Mode::Thumb), Just(Mode::Data)];
    prop::collection::vec((0u32..80, mode), 0..6).prop_map(|list| {
        let mut modes: Vec<ModeChange> =
            list.into_iter().map(|(offset, mode)| ModeChange { offset, mode }).collect();
        modes.sort_by_key(|m| m.offset);
        modes.dedup_by_key(|m| m.offset);
        if let Some(first) = modes.first_mut() {
            first.offset = 0;
        }
        modes
    })
}

/// Bytes of which many are instructions that the decoder has something to say about.
fn arbitrary_bytes() -> impl Strategy<Value = Vec<u8>> {
    let interesting = prop_oneof![
        Just(0xe8dff000u32.rotate_left(16)),
        Just(0xd8062802),
        Just(0xf000f82au32.rotate_left(16)),
        Just(0xbf042802),
        any::<u32>(),
        any::<u32>().prop_map(|w| w & 0x0fff_ffff | 0xe000_0000),
    ];
    let words = prop::collection::vec(interesting, 0..20);
    (words, 0usize..4).prop_map(|(words, cut)| {
        let mut bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        bytes.truncate(bytes.len().saturating_sub(cut));
        bytes
    })
}

proptest! {
    #[test]
    fn every_byte_is_covered_once(
        bytes in arbitrary_bytes(),
        address in prop_oneof![0u64..1 << 32, u64::MAX - 40..],
        sites in arbitrary_sites(),
        modes in arbitrary_modes(),
    ) {
        let mut sites = sites;
        sites.retain(|s| (s.offset as usize) < bytes.len());
        let code = Code { bytes: &bytes, address, sites: &sites, modes: &modes };
        let mut insns = Vec::new();
        Arm.decode(&code, &mut insns);
        let mut at = 0;
        for insn in &insns {
            prop_assert_eq!(insn.offset, at);
            prop_assert!(insn.len > 0);
            if let Some(field) = insn.field {
                prop_assert!(field.offset + field.size <= insn.len && field.size > 0);
                prop_assert!(insn.target.is_some());
            }
            at = insn.end();
            Arm.format(&code, insn, &|_| Some("name".to_owned()));
            Arm.format(&code, insn, &|_| None);
            Arm.effects(&code, insn);
            Arm.numbers(&code, insn);
        }
        prop_assert_eq!(at as usize, bytes.len());
        Arm.is_padding(&bytes);
        let (mut readers, mut reaches) = (Vec::new(), Vec::new());
        Arm.readers(&code, &insns, &mut readers);
        prop_assert!(readers.windows(2).all(|pair| pair[0].site < pair[1].site));
        Arm.reaches(&code, &insns, &mut reaches);
        prop_assert!(reaches.iter().all(|r| (r.insn as usize) < insns.len()));
    }

    /// No bit outside of a named field can change without being seen, and none inside without the target moving, but
    /// for the sign of nothing and what a rotation or the alignment of the program counter hide.
    #[test]
    fn every_bit_is_seen(word in any::<u32>(), thumb in any::<bool>(), bit in 0u32..32) {
        let modes = if thumb { T32 } else { A32 };
        let bytes = word.to_le_bytes();
        let flipped = (word ^ 1 << bit).to_le_bytes();
        let before = decode_at(&bytes, 0x1000, &[], modes)[0];
        let after = decode_at(&flipped, 0x1000, &[], modes)[0];
        if bit / 8 >= u32::from(before.len) {
            return Ok(());
        }
        let in_field = before.field.is_some_and(|f| f.bits_at(bit as usize / 8) & 1 << (bit % 8) != 0);
        if in_field {
            let moved = before.target != after.target || before.opcode != after.opcode;
            let nothing = after.field == before.field && after.kind == before.kind;
            prop_assert!(moved || nothing, "{word:08x} {bit}");
        } else if before.opcode != 0 && before.opcode == after.opcode {
            // Branches are told by opcode and target alone: `bl` and `blx` are exchanged, and `bl` leads elsewhere.
            let exchanged = before.kind == InsnKind::Call && after.kind == InsnKind::Call;
            prop_assert!(exchanged || before.target != after.target, "{word:08x} {bit}");
        }
    }
}
