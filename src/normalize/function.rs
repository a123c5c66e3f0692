//! The instructions of one function.

use fixscope_arch::{Arch, Code, Insn, InsnKind, Site};

use crate::load::Reloc;

/// A function's instructions, and which of them mean something.
#[derive(Debug, Default)]
pub struct DecodedFunction {
    /// All instructions in order.
    pub insns: Vec<Insn>,
    /// Places that relocations fill, with offsets from the start of the function.
    pub sites: Vec<Site>,
    /// Indices in `insns` of all that are not padding.
    pub significant: Vec<u32>,
}

impl DecodedFunction {
    /// Decodes a function. `relocs` are those inside it, with offsets from the start of the section.
    pub fn new(arch: &dyn Arch, bytes: &[u8], address: u64, relocs: &[Reloc]) -> DecodedFunction {
        let sites: Vec<Site> = relocs
            .iter()
            .filter(|r| r.offset >= address)
            .map(|r| Site { offset: (r.offset - address) as u32, kind: arch.relocation(r.r_type) })
            .collect();
        let mut insns = Vec::new();
        arch.decode(&Code { bytes, address, sites: &sites }, &mut insns);
        let significant = significant(&insns, &sites, address);
        DecodedFunction { insns, sites, significant }
    }

    /// The instruction that covers a byte, by its offset from the start of the function.
    pub fn covering(&self, offset: u64) -> Option<&Insn> {
        let i = self.insns.partition_point(|i| u64::from(i.offset) <= offset).checked_sub(1)?;
        self.insns.get(i).filter(|i| offset < u64::from(i.end()))
    }

    /// The place, counted in significant instructions, of the one at `offset` bytes; of the next one when
    /// padding stands there. `None` when the offset lies inside an instruction or behind the function.
    pub fn ordinal(&self, offset: u64) -> Option<u32> {
        let i = self.insns.partition_point(|i| u64::from(i.offset) < offset);
        if u64::from(self.insns.get(i)?.offset) != offset {
            return None;
        }
        Some(self.significant.partition_point(|&s| (s as usize) < i) as u32)
    }
}

/// Leaves out NOPs that only move what follows to a round address: a run that ends at a multiple of eight, does
/// not stand at the entry (those are places for tracing) and holds no relocation. A NOP that is patched at run
/// time and happens to end so round has an entry in a table, which is compared on its own.
fn significant(insns: &[Insn], sites: &[Site], address: u64) -> Vec<u32> {
    let mut kept = Vec::with_capacity(insns.len());
    let mut i = 0;
    let mut at_entry = true;
    while i < insns.len() {
        if insns[i].kind != InsnKind::Nop || at_entry {
            at_entry &= matches!(insns[i].kind, InsnKind::Nop | InsnKind::LandingPad);
            kept.push(i as u32);
            i += 1;
            continue;
        }
        let run = insns[i..].iter().take_while(|n| n.kind == InsnKind::Nop).count();
        let (start, end) = (insns[i].offset, insns[i + run - 1].end());
        let aligned = (address + u64::from(end)).is_multiple_of(8);
        let relocated = sites.iter().any(|s| s.offset >= start && s.offset < end);
        if !aligned || relocated || end - start > 63 {
            kept.extend(i as u32..(i + run) as u32);
        }
        i += run;
    }
    kept
}
