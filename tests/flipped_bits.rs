//! Any bit of a function that is not in a field which fixscope names makes the function changed.
//!
//! A field is what a relocation overwrites, and padding. The distance in a branch is a field too, but one that is
//! compared by where it leads: such bits count like all others, unless nothing but padding lies between both places.

mod common;

use common::Random;
use common::programs::{Kind, Language, program, source};
use fixscope::compare::{Options, Status, compare};
use fixscope::load::{SymbolKind, SymbolPlace, Unit, elf};
use fixscope::pair::Pair;
use fixscope_arch::{Arch, Code, Insn, InsnKind, Site};
use rayon::prelude::*;

const WAYS: &[&[&str]] = &[
    &["-O2"],
    &["-O2", "-ffunction-sections", "-fdata-sections"],
    &["-Os", "-fPIC", "-fcf-protection=branch"],
    &["-O3", "-march=x86-64-v3"],
    &["-O2", "-mcmodel=kernel", "-mno-red-zone", "-fno-pic", "-pg", "-mfentry", "-mrecord-mcount"],
];

/// As [`WAYS`], for i386.
const WAYS_32: &[&[&str]] = &[
    &["-m32", "-O2", "-fno-pic"],
    &["-m32", "-O2", "-fPIC", "-ffunction-sections", "-fdata-sections"],
    &["-m32", "-Os", "-fPIC", "-fcf-protection=branch"],
    &["-m32", "-O3", "-fno-pic", "-march=i586"],
    &["-m32", "-O2", "-fno-pic", "-mregparm=3", "-pg", "-mfentry", "-mrecord-mcount"],
];

/// A function: its name, where its bytes lie in the file, and which of them are in a field.
struct Function {
    name: String,
    in_file: usize,
    bytes: Vec<Byte>,
    /// Offset in bytes from the start of the section.
    address: u64,
    insns: Vec<Insn>,
    arch: &'static dyn Arch,
}

impl Function {
    /// Whether the branch at `at` leads, with that byte replaced, to NOPs that end where it led before: what is done is
    /// the same.
    fn leads_through_padding(&self, at: usize, bytes: &[u8]) -> bool {
        let Some(insn) = self.insns.iter().find(|i| (i.offset as usize..i.end() as usize).contains(&at))
        else {
            return false;
        };
        let code = &bytes[self.in_file + insn.offset as usize..self.in_file + insn.end() as usize];
        let mut altered = Vec::new();
        let address = self.address + u64::from(insn.offset);
        self.arch.decode(&Code { bytes: code, address, sites: &[], modes: &[] }, &mut altered);
        let [now] = altered[..] else { return false };
        let (Some(old), Some(new)) = (insn.target, now.target) else { return false };
        let nops = |from: u64, to: u64| {
            let inside = |i: &&Insn| (from..to).contains(&(self.address + u64::from(i.offset)));
            let skipped: Vec<&Insn> = self.insns.iter().filter(inside).collect();
            skipped.first().is_some_and(|i| self.address + u64::from(i.offset) == from)
                && skipped.iter().all(|i| i.kind == InsnKind::Nop)
        };
        now.opcode == insn.opcode && (nops(new, old) || nops(old, new))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    /// Counts.
    Plain,
    /// A relocation overwrites it, or it fills space.
    Free,
}

fn functions(file: &[u8], unit: &Unit<'_>) -> Vec<Function> {
    let arch = unit.arch().expect("x86");
    let mut found = Vec::new();
    for symbol in unit.symbols.iter().filter(|s| s.kind == SymbolKind::Function && s.size > 0) {
        let SymbolPlace::Section(index) = symbol.place else { continue };
        let section = unit.section(index).expect("the symbol's section");
        let (start, end) = (symbol.offset as usize, (symbol.offset + symbol.size) as usize);
        let code = &section.data[start..end];
        let relocs: Vec<_> = unit
            .relocs(index)
            .into_iter()
            .filter(|r| (symbol.offset..end as u64).contains(&r.offset))
            .collect();
        let sites: Vec<Site> = relocs
            .iter()
            .map(|r| Site { offset: (r.offset - symbol.offset) as u32, kind: arch.relocation(r.r_type) })
            .collect();
        let mut bytes = vec![Byte::Plain; code.len()];
        for (site, reloc) in sites.iter().zip(&relocs) {
            // The addend stands in the field.
            if reloc.addend.is_none() {
                continue;
            }
            let size = usize::from(site.kind.size().expect("gcc's relocations are known"));
            bytes[site.offset as usize..][..size].fill(Byte::Free);
        }
        let mut insns = Vec::new();
        arch.decode(&Code { bytes: code, address: symbol.offset, sites: &sites, modes: &[] }, &mut insns);
        for insn in insns.iter().filter(|i| i.kind == InsnKind::Nop) {
            bytes[insn.offset as usize..insn.end() as usize].fill(Byte::Free);
        }
        let in_file = section.data.as_ptr() as usize - file.as_ptr() as usize + start;
        let name = symbol.name.split(".cold").next().unwrap_or_default().to_owned();
        found.push(Function { name, in_file, bytes, address: symbol.offset, insns, arch });
    }
    found
}

fn check(ways: &[&[&str]], seed: u64) -> (usize, Vec<String>) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let way = ways[(seed % ways.len() as u64) as usize];
    let kind = Kind { language: Language::C, float: !way.contains(&"-mcmodel=kernel") };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut flags = way.to_vec();
    flags.push("-w");
    let path = common::compile(folder.path(), "base.o", &source(&program(&mut random, kind)), &flags);
    let sound = std::fs::read(&path).expect("gcc wrote it");
    let original = elf::read(&path, &sound).expect("an object file");
    let functions = functions(&sound, &original);
    assert!(functions.len() > 5);

    let mut failures = Vec::new();
    let mut flipped = 0;
    for _ in 0..60 {
        let function = &functions[random.below(functions.len() as u64) as usize];
        let at = random.below(function.bytes.len() as u64) as usize;
        if function.bytes[at] == Byte::Free {
            continue;
        }
        let bit = random.below(8);
        let mut altered = sound.clone();
        altered[function.in_file + at] ^= 1 << bit;
        flipped += 1;
        let patched = elf::read(&path, &altered).expect("only code was altered");
        let comparison =
            compare(Pair::new(&original, &patched), Options::default()).expect("both are of one machine");
        let listed =
            comparison.entries.iter().any(|e| e.name == function.name && e.status == Status::Changed);
        if !listed && !function.leads_through_padding(at, &altered) {
            failures.push(format!("seed {seed} {way:?}: bit {bit} of {} + {at:#x}", function.name));
        }
    }
    (flipped, failures)
}

fn run(ways: &[&[&str]], seeds: std::ops::Range<u64>) {
    let least = (seeds.end - seeds.start) as usize * 20;
    let (flipped, failures): (Vec<usize>, Vec<Vec<String>>) =
        seeds.into_par_iter().map(|seed| check(ways, seed)).unzip();
    let failures = failures.concat();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(flipped.iter().sum::<usize>() > least, "enough bits were flipped");
}

#[test]
fn every_flipped_bit_is_seen() {
    run(WAYS, 0..30);
    run(WAYS_32, 0..30);
}

#[test]
#[ignore = "takes a minute"]
fn every_flipped_bit_of_many_programs_is_seen() {
    run(WAYS, 30..430);
    run(WAYS_32, 30..430);
}
