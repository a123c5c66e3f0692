//! Addends that relocations without any (SHT_REL) hold in two instructions, half in each.

use fixscope_arch::Arch;
use rustc_hash::FxHashMap;

use super::unit::{Reloc, Symbol, SymbolPlace};

/// Gives relocations that fill one half of a number the whole addend. `relocs` are in the order of their table, which
/// says what belongs together (System V ABI, MIPS RISC Processor Supplement, 4-19); `data` are the section's bytes.
pub(super) fn join(arch: &dyn Arch, symbols: &[Symbol<'_>], data: &[u8], relocs: &mut [Reloc]) {
    if !relocs.iter().any(|r| arch.low_half(r.r_type).is_some()) {
        return;
    }
    let own = |reloc: &Reloc| {
        let start = usize::try_from(reloc.offset).ok()?;
        let size = usize::from(arch.relocation(reloc.r_type).size()?);
        arch.addend_in_field(reloc.r_type, data.get(start..start.checked_add(size)?)?)
    };
    // What other files define has an entry of its own in the global offset table, and no low half.
    let is_here = |reloc: &Reloc| {
        let place = symbols.get(reloc.symbol as usize).map(|s| s.place);
        matches!(place, Some(SymbolPlace::Section(_)))
    };
    // By symbol and type of the low half: the high halves that wait for one, and the last high half.
    let mut waiting: FxHashMap<(u32, u32), Vec<usize>> = FxHashMap::default();
    let mut last: FxHashMap<(u32, u32), i64> = FxHashMap::default();
    for i in 0..relocs.len() {
        let reloc = relocs[i];
        if reloc.addend.is_some() {
            continue;
        }
        if let Some(low) = arch.low_half(reloc.r_type).filter(|_| is_here(&reloc)) {
            let Some(high) = own(&reloc) else { continue };
            relocs[i].addend = Some(high);
            waiting.entry((reloc.symbol, low)).or_default().push(i);
            last.insert((reloc.symbol, low), high);
            continue;
        }
        let key = (reloc.symbol, reloc.r_type);
        if let (Some(&high), Some(low)) = (last.get(&key), own(&reloc)) {
            relocs[i].addend = Some(high.wrapping_add(low));
            for waits in waiting.remove(&key).unwrap_or_default() {
                relocs[waits].addend = relocs[waits].addend.map(|high| high.wrapping_add(low));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fixscope_arch::{Machine, by_elf_machine};

    use super::*;
    use crate::load::{Binding, SymbolKind};

    #[test]
    fn a_low_half_counts_into_all_high_halves_before_it() {
        let machine = Machine { elf: 8, is_64: false, is_big_endian: true, flags: 0 };
        let mips = by_elf_machine(machine).expect("it is known");
        let symbol = Symbol {
            name: ".rodata".into(),
            kind: SymbolKind::Section,
            binding: Binding::Local,
            visibility: 0,
            other: 0,
            is_thumb: false,
            place: SymbolPlace::Section(1),
            offset: 0,
            size: 0,
            file: None,
        };
        let symbols = [symbol.clone(), symbol];
        // lui $2,1; lui $3,1; addiu $2,$2,-0x8000; lw $4,-0x7ffc($2); lui $5,0, for which nothing is left.
        let words: [u32; 5] = [0x3c02_0001, 0x3c03_0001, 0x2442_8000, 0x8c44_8004, 0x3c05_0000];
        let data: Vec<u8> = words.iter().flat_map(|w| w.to_be_bytes()).collect();
        let reloc = |i: u64, r_type| Reloc { offset: 4 * i, r_type, symbol: 1, addend: None };
        let mut relocs = [reloc(0, 5), reloc(1, 5), reloc(2, 6), reloc(3, 6), reloc(4, 5)];
        join(mips, &symbols, &data, &mut relocs);
        let addends: Vec<Option<i64>> = relocs.iter().map(|r| r.addend).collect();
        assert_eq!(addends, [Some(0x8000), Some(0x8000), Some(0x8000), Some(0x8004), Some(0)]);
    }
}
