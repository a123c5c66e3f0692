//! Compares [`Arch::effects`] with what capstone says of the same instructions.
//!
//! An architecture takes part with a list of instructions (`NAME.txt`: hexadecimal bytes, a tab, text as `objdump`
//! gives it), a [`Machine`] that says how to ask capstone and what its registers are called here, and a table of
//! [`Known`] disagreements with who is right. A disagreement that is in no row fails, and so does a row that no
//! instruction needs any more.

use std::collections::{BTreeMap, BTreeSet};

use capstone::arch::ArchDetail;
use capstone::{Capstone, RegId};
use fixscope_arch::{Arch, Code, InsnKind, Mode, ModeChange, RegSet};

/// An architecture, and how to ask capstone about it.
pub struct Machine {
    /// What is tested.
    pub arch: &'static dyn Arch,
    /// What the bytes are, where the architecture knows several kinds of code; else `None`.
    pub mode: Option<Mode>,
    /// Capstone for this architecture, with details.
    pub capstone: Capstone,
    /// The name in [`Arch::register_name`] of one of capstone's registers, and whether writing it keeps a part of the
    /// whole register. `None` for what is not compared.
    pub register: fn(&str) -> Option<(&'static str, bool)>,
    /// Which registers the operands name, as capstone's `cs_regs_access` collects them.
    pub operands: fn(&ArchDetail<'_>, &mut Vec<(RegId, Access)>),
    /// Registers of ours that capstone does not speak of.
    pub left_out: &'static [&'static str],
    /// Where the two differ, in tables of which machines may share some.
    pub known: Vec<&'static [Known]>,
}

/// What an instruction does to a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Its value matters.
    Reads,
    /// It may have another value behind it.
    Writes,
}

/// Who alone says that a register is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Only {
    /// fixscope.
    Fixscope,
    /// Capstone.
    Capstone,
}

/// Who is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// fixscope.
    Fixscope,
    /// Both, by what they mean with a register that is touched.
    Both,
}

/// A disagreement that has been looked into.
pub struct Known {
    /// The instructions: words of which each is a mnemonic, or the beginning of some in front of `*`.
    pub insns: &'static str,
    /// Which of them.
    pub when: fn(&Listed) -> bool,
    /// Registers of ours, the beginning of some in front of `*`, or `all` for an instruction that touches everything.
    pub registers: &'static str,
    /// What is done to them.
    pub access: &'static [Access],
    /// Who says so alone.
    pub only: Only,
    /// Who is right.
    pub right: Right,
    /// Why, with the source that says it.
    pub why: &'static str,
}

/// An instruction of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its text as `objdump` gives it.
    pub text: String,
    /// The mnemonic as capstone gives it, with prefixes.
    pub mnemonic: String,
}

impl Listed {
    /// The operands, as far as commas tell them apart.
    pub fn operands(&self) -> Vec<&str> {
        self.text.rsplit_once(' ').map_or(Vec::new(), |(_, operands)| operands.split(',').collect())
    }
}

/// For [`Known::when`].
pub fn always(_: &Listed) -> bool {
    true
}

/// Reads a list of instructions.
pub fn listed(list: &str) -> Vec<Listed> {
    let byte =
        |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits");
    list.lines()
        .map(|line| {
            let (hex, text) = line.split_once('\t').expect("bytes and text");
            let bytes = hex.as_bytes().chunks(2).map(byte).collect();
            Listed { bytes, text: text.to_owned(), mnemonic: String::new() }
        })
        .collect()
}

/// One register about which the two do not agree.
type Disagreement = (Access, Only, String);

/// Compares all instructions of a list. At least `least` must be ones that both sides can decode.
pub fn compare(machine: &Machine, list: &str, least: usize) {
    let rows: Vec<&Known> = machine.known.iter().flat_map(|table| table.iter()).collect();
    let (mut compared, mut undecoded) = (0, Vec::new());
    let mut used = BTreeSet::new();
    let mut new: BTreeMap<(String, Disagreement), (usize, String)> = BTreeMap::new();
    for mut insn in listed(list) {
        let Some(found) = disagreements(machine, &mut insn) else {
            undecoded.push(insn.text);
            continue;
        };
        compared += 1;
        for disagreement in found {
            match rows.iter().position(|known| known.is_about(&insn, &disagreement)) {
                Some(row) => _ = used.insert(row),
                None => {
                    let key = (insn.mnemonic.clone(), disagreement);
                    new.entry(key).or_insert_with(|| (0, insn.text.clone())).0 += 1;
                }
            }
        }
    }
    for known in &rows {
        println!(
            "{:?} {:?} {:?} {} of {}: {}",
            known.right, known.only, known.access, known.registers, known.insns, known.why
        );
    }
    println!("{} {compared} compared; not decoded by one of the two: {undecoded:?}", machine.arch.name());
    for ((mnemonic, (access, only, register)), (count, example)) in &new {
        println!("{mnemonic:16} {only:?} {access:?} {register:8} {count:4}  {example}");
    }
    let needless = (0..rows.len()).filter(|row| !used.contains(row));
    let stale: Vec<&str> = needless.map(|row| rows[row].insns).collect();
    assert!(new.is_empty(), "{} disagreements that are in no row", new.len());
    assert!(stale.is_empty(), "rows that nothing needs: {stale:?}");
    assert!(compared >= least, "{compared} are fewer than {least}");
    assert!(undecoded.len() * 10 < compared, "too many that one of the two cannot decode");
}

/// The registers that an instruction touches, by name.
#[derive(Default)]
struct Touched {
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
}

/// `None` where one of the two cannot decode the instruction.
fn disagreements(machine: &Machine, insn: &mut Listed) -> Option<Vec<Disagreement>> {
    let theirs = by_capstone(machine, insn)?;
    let mode = machine.mode.map(|mode| ModeChange { offset: 0, mode });
    let code = Code { bytes: &insn.bytes, address: 0, sites: &[], modes: mode.as_slice() };
    let mut insns = Vec::new();
    machine.arch.decode(&code, &mut insns);
    let [own] = insns[..] else { return None };
    if matches!(own.kind, InsnKind::Unknown | InsnKind::Raw | InsnKind::Data) {
        return None;
    }
    let effects = machine.arch.effects(&code, &own);
    let mut found = Vec::new();
    for (access, ours, theirs) in
        [(Access::Reads, effects.reads, theirs.reads), (Access::Writes, effects.writes, theirs.writes)]
    {
        if ours == RegSet::ALL {
            found.push((access, Only::Fixscope, "all".to_owned()));
            continue;
        }
        let name = |n: u8| machine.arch.register_name(n).to_owned();
        let ours: BTreeSet<String> =
            ours.iter().map(name).filter(|n| !machine.left_out.contains(&n.as_str())).collect();
        found.extend(ours.difference(&theirs).map(|r| (access, Only::Fixscope, r.clone())));
        found.extend(theirs.difference(&ours).map(|r| (access, Only::Capstone, r.clone())));
    }
    Some(found)
}

fn by_capstone(machine: &Machine, insn: &mut Listed) -> Option<Touched> {
    let insns = machine.capstone.disasm_count(&insn.bytes, 0, 1).ok()?;
    let one = insns.first().filter(|i| i.bytes().len() == insn.bytes.len())?;
    insn.mnemonic = one.mnemonic().unwrap_or_default().to_owned();
    let detail = machine.capstone.insn_detail(one).ok()?;
    let implicit = detail.regs_read().iter().map(|&r| (r, Access::Reads));
    let mut accesses: Vec<(RegId, Access)> = implicit.collect();
    accesses.extend(detail.regs_write().iter().map(|&r| (r, Access::Writes)));
    (machine.operands)(&detail.arch_detail(), &mut accesses);
    let mut touched = Touched::default();
    for (register, access) in accesses {
        let Some(name) = machine.capstone.reg_name(register) else { continue };
        let Some((name, keeps_a_part)) = (machine.register)(&name) else { continue };
        if access == Access::Reads || keeps_a_part {
            touched.reads.insert(name.to_owned());
        }
        if access == Access::Writes {
            touched.writes.insert(name.to_owned());
        }
    }
    Some(touched)
}

impl Known {
    fn is_about(&self, insn: &Listed, (access, only, register): &Disagreement) -> bool {
        let matches = |patterns: &str, text: &str| {
            patterns.split_whitespace().any(|p| match p.strip_suffix('*') {
                Some(start) => text.starts_with(start),
                None => p == text,
            })
        };
        // A prefix is a word of its own.
        let mnemonic = insn.mnemonic.rsplit(' ').next().unwrap_or_default();
        self.only == *only
            && self.access.contains(access)
            && matches(self.insns, mnemonic)
            && matches(self.registers, register)
            && (self.when)(insn)
    }
}
