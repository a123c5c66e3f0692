//! The instructions of one function.

use fixscope_arch::{Arch, Code, Insn, InsnKind, ModeChange, REACH_MADE, Site};

use super::entities::EntityId;
use super::normalized::Normalized;
use crate::load::{Reloc, SymbolPlace, names};

/// A function's instructions, and which of them mean something.
#[derive(Debug, Default)]
pub struct DecodedFunction {
    /// All instructions in order.
    pub insns: Vec<Insn>,
    /// Places that relocations fill, with offsets from the start of the function.
    pub sites: Vec<Site>,
    /// Where what kind of code or data begins, with offsets from the start of the function.
    pub modes: Vec<ModeChange>,
    /// Indices in `insns` of all that are not padding.
    pub significant: Vec<u32>,
}

impl DecodedFunction {
    /// Decodes a function. `relocs` are those inside it, with offsets from the start of the section; `tabled` holds
    /// the offsets in the section, ascending, of instructions that entries of tables are for. `modes` has offsets from the
    /// start of the function.
    pub fn new(
        arch: &dyn Arch,
        bytes: &[u8],
        address: u64,
        relocs: &[Reloc],
        modes: Vec<ModeChange>,
        tabled: &[u64],
    ) -> DecodedFunction {
        let sites = sites(arch, address, relocs);
        let mut insns = Vec::new();
        arch.decode(&Code { bytes, address, sites: &sites, modes: &modes }, &mut insns);
        let mut significant = match arch.aligns_by_instructions() {
            true => {
                let mut kept = significant(arch, &insns, &sites, address, tabled);
                leave_out_fillers(arch, &insns, address, relocs, &mut kept);
                kept
            }
            false => (0..insns.len() as u32).collect(),
        };
        if relocs.iter().any(|r| r.r_type == REACH_MADE) {
            significant.retain(|&i| !only_makes_address(&insns[i as usize], address, relocs));
        }
        DecodedFunction { insns, sites, modes, significant }
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

/// The places of a function that relocations fill. `relocs` are as for [`DecodedFunction::new`].
pub(super) fn sites(arch: &dyn Arch, address: u64, relocs: &[Reloc]) -> Vec<Site> {
    let inside = relocs.iter().filter(|r| r.offset >= address);
    inside.map(|r| Site { offset: (r.offset - address) as u32, kind: arch.relocation(r.r_type) }).collect()
}

/// Whether an instruction does nothing but help to make an address, and those who use that tell where it leads. Which of
/// several data objects is reached by a number more, and so by an instruction more, is only how they lie.
fn only_makes_address(insn: &Insn, address: u64, relocs: &[Reloc]) -> bool {
    let (start, end) = (address + u64::from(insn.offset), address + u64::from(insn.end()));
    let own = relocs[relocs.partition_point(|r| r.offset < start)..].iter().take_while(|r| r.offset < end);
    let mut own = own.peekable();
    own.peek().is_some() && own.all(|r| r.r_type == REACH_MADE)
}

/// Leaves out NOPs that only move what follows to a round address: a run that ends at one, does not stand at the entry
/// (those are places for tracing) and holds no relocation. A NOP that is patched at run
/// time has an entry in a table, and is kept wherever it ends.
fn significant(arch: &dyn Arch, insns: &[Insn], sites: &[Site], address: u64, tabled: &[u64]) -> Vec<u32> {
    let mut kept = Vec::with_capacity(insns.len());
    let mut i = 0;
    let mut at_entry = true;
    let is_patched =
        |insn: &Insn| !tabled.is_empty() && tabled.binary_search(&(address + u64::from(insn.offset))).is_ok();
    while i < insns.len() {
        if insns[i].kind != InsnKind::Nop || at_entry || is_patched(&insns[i]) {
            at_entry &= matches!(insns[i].kind, InsnKind::Nop | InsnKind::LandingPad);
            kept.push(i as u32);
            i += 1;
            continue;
        }
        let run = insns[i..].iter().take_while(|n| n.kind == InsnKind::Nop && !is_patched(n)).count();
        let (start, end) = (insns[i].offset, insns[i + run - 1].end());
        let aligned = arch.may_align(end - start, address + u64::from(end));
        let relocated = sites.iter().any(|s| s.offset >= start && s.offset < end);
        if !aligned || relocated {
            kept.extend(i as u32..(i + run) as u32);
        }
        i += run;
    }
    kept
}

/// Leaves out the NOPs that relocations say to be filler.
fn leave_out_fillers(arch: &dyn Arch, insns: &[Insn], address: u64, relocs: &[Reloc], kept: &mut Vec<u32>) {
    for reloc in relocs.iter().filter(|r| r.offset >= address) {
        let bytes = arch.filler(reloc.r_type, reloc.addend.unwrap_or(0));
        if bytes == 0 {
            continue;
        }
        let start = reloc.offset - address;
        let filled = start..start.saturating_add(bytes);
        kept.retain(|&i| {
            let insn = insns[i as usize];
            insn.kind != InsnKind::Nop || !filled.contains(&u64::from(insn.offset))
        });
    }
}

impl Normalized<'_, '_> {
    /// What the kernel redirects to trace or to replace a function, in bytes from its start: its call of the tracer, or
    /// the NOPs of `-fpatchable-function-entry`. `None` when it has none.
    pub fn tracing_site(&self, id: EntityId) -> Option<u64> {
        self.patchable_site(id).or_else(|| self.tracer_call(id))
    }

    /// Where a function calls the tracer, in bytes from its start: the call that `-pg -mfentry` (or `-pg`) puts at
    /// its entry. A landing pad may stand before it. `None` when it has none.
    pub fn tracer_call(&self, id: EntityId) -> Option<u64> {
        let start = self.entity(id).offset;
        let decoded = self.decoded(id);
        // With `-pg` alone the frame is set up before the call; nothing else may stand before it.
        let entry: Vec<&Insn> = decoded.insns.iter().take(4).collect();
        // Position-independent code calls it through the global offset table.
        let call = entry.iter().find(|i| matches!(i.kind, InsnKind::Call | InsnKind::IndirectCall))?;
        let range = start + u64::from(call.offset)..start + u64::from(call.end());
        let section = self.entity(id).section?;
        let calls_tracer = |r: &Reloc| {
            let symbol = self.unit.symbols.get(r.symbol as usize);
            symbol.is_some_and(|s| names::is_tracer(&s.name))
        };
        self.relocs_in(section, range).iter().any(calls_tracer).then_some(u64::from(call.offset))
    }
}

impl Normalized<'_, '_> {
    /// The first NOP at a function's entry, when the table of patchable functions has the function. Some of its NOPs
    /// may stand in front of it, and the table then has the first of those.
    fn patchable_site(&self, id: EntityId) -> Option<u64> {
        const LONGEST: u64 = 64;
        let entity = self.entity(id);
        let insns = &self.decoded(id).insns;
        let nop =
            insns.iter().find(|i| i.kind != InsnKind::LandingPad).filter(|i| i.kind == InsnKind::Nop)?;
        let near = entity.offset.saturating_sub(LONGEST)..=entity.offset + u64::from(nop.offset);
        let is_listed = |r: &Reloc| {
            let Some(symbol) = self.unit.symbols.get(r.symbol as usize) else { return false };
            let place = symbol.offset.wrapping_add_signed(r.addend.unwrap_or(0));
            matches!(symbol.place, SymbolPlace::Section(s) if Some(s) == entity.section)
                && near.contains(&place)
                && self
                    .entities_in(entity.section.unwrap_or(0))
                    .1
                    .iter()
                    .all(|e| e.offset >= entity.offset || e.end() <= place)
        };
        let sections = (0u32..).zip(&self.unit.sections);
        let mut tables = sections.filter(|(_, s)| s.name == "__patchable_function_entries");
        tables.any(|(table, _)| self.relocs(table).iter().any(is_listed)).then(|| u64::from(nop.offset))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use crate::load::{MappedFile, elf};
    use crate::normalize::Normalized;

    /// Compiles functions of which `quiet` is not traced, and tells where each calls the tracer.
    fn tracing_sites(flags: &[&str]) -> Vec<(String, Option<u64>)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (source, object) = (folder.path().join("a.c"), folder.path().join("a.o"));
        let text = "int out(int);\nint loud(int x) { return out(x) + 1; }\n\
                    __attribute__((no_instrument_function)) int quiet(int x) { return out(x) + 2; }\n";
        std::fs::write(&source, text).expect("the source can be written");
        let status =
            Command::new("gcc").args(flags).args(["-O2", "-c", "-o"]).args([&object, &source]).status();
        assert!(status.expect("gcc runs").success());
        let file = MappedFile::open(&object).expect("the object can be read");
        let unit = elf::read(&object, file.bytes()).expect("it is an object");
        let arch = unit.arch().expect("x86-64");
        let n = Normalized::new(&unit, arch);
        n.ids().map(|id| (n.name(id).to_owned(), n.tracing_site(id))).collect()
    }

    #[test]
    fn the_tracer_is_found_at_the_entry() {
        let plain = tracing_sites(&["-pg", "-mfentry", "-fcf-protection=none"]);
        assert_eq!(plain, [("loud".to_owned(), Some(0)), ("quiet".to_owned(), None)]);
        let padded = tracing_sites(&["-pg", "-mfentry", "-fcf-protection=branch"]);
        assert_eq!(padded, [("loud".to_owned(), Some(4)), ("quiet".to_owned(), None)]);
        let framed = tracing_sites(&["-pg", "-fno-pic", "-fcf-protection=none"]);
        assert!(framed[0].1.is_some() && framed[1].1.is_none(), "{framed:?}");
        let patchable = tracing_sites(&["-fpatchable-function-entry=4,2", "-fcf-protection=branch"]);
        assert!(patchable.iter().all(|(_, site)| *site == Some(4)), "{patchable:?}");
        let in_front = tracing_sites(&["-fpatchable-function-entry=2,2", "-fcf-protection=none"]);
        assert!(in_front.iter().all(|(_, site)| site.is_none()), "{in_front:?}");
        assert!(tracing_sites(&[]).iter().all(|(_, site)| site.is_none()));
    }
}
