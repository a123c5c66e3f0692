//! Register contracts of one source file, and what a second compilation says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fixscope::abi::code::{CodeEvidence, evidence_with};
use fixscope::abi::{Kind, Reliance, Strength};
use fixscope::load::dwarf::prototypes::Prototypes;
use fixscope::load::{MappedFile, elf};
use fixscope::normalize::{Normalized, arch_of};

use super::sh;

/// Reads an object file and hands what its code shows to `look`.
pub fn with_evidence<T>(object: &Path, look: impl FnOnce(&Normalized<'_, '_>, &CodeEvidence) -> T) -> T {
    let file = MappedFile::open(object).expect("the object can be read");
    let unit = elf::read(object, file.bytes()).expect("it is an object");
    let n = Normalized::new(&unit, arch_of(&unit).expect("a known machine"));
    let prototypes = Prototypes::parse(file.bytes(), object).expect("it is an object");
    let evidence = evidence_with(&n, &prototypes);
    look(&n, &evidence)
}

/// The register contracts of an object file.
pub fn contracts(object: &Path) -> Vec<Reliance> {
    with_evidence(object, |_, evidence| {
        let all = evidence.reliances.iter();
        all.filter(|r| r.kind == Kind::RegisterContract).cloned().collect()
    })
}

/// Functions that rely on a register, with the strongest evidence of each.
pub fn relying(object: &Path) -> BTreeMap<String, Strength> {
    let mut found = BTreeMap::new();
    for reliance in contracts(object) {
        let strength = reliance.evidence[0].strength;
        let known = found.entry(reliance.by.name).or_insert(strength);
        *known = strength.min(*known);
    }
    found
}

/// Functions as `objdump` prints them, cold parts with their functions: instructions and relocations without addresses of
/// their own.
pub fn listing(objdump: &str, object: &Path) -> BTreeMap<String, String> {
    let object = object.display().to_string();
    let text = sh(&[objdump, "-dr", "--no-show-raw-insn", &object], Path::new("/"));
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut function = String::new();
    for line in text.lines() {
        if let Some((_, name)) = line.strip_suffix(">:").and_then(|l| l.split_once('<')) {
            function = name.split(".cold").next().unwrap_or(name).to_owned();
            continue;
        }
        let Some((_, text)) = line.split_once(":\t").or_else(|| line.split_once(": R_")) else { continue };
        // Where jumps lead shows in the instructions between.
        let text = text.split('<').next().unwrap_or_default();
        let is_jump = text.starts_with('j') || text.starts_with("call") || text.starts_with("b");
        let text = if is_jump { text.split_whitespace().next().unwrap_or_default() } else { text };
        let text = text.split(" #").next().unwrap_or(text).trim_end();
        let relocated = text.split(['+', '-']).next().unwrap_or(text);
        let is_numbered = relocated.contains("\t.L") || relocated.contains("\t.rodata");
        let text = if is_numbered { relocated } else { text };
        if !matches!(text, "nop" | "xchg %ax,%ax") && !text.starts_with("nop") && !text.contains("nopw ") {
            let all = found.entry(function.clone()).or_default();
            all.push_str(text);
            all.push('\n');
        }
    }
    found
}

/// Functions whose code differs between two object files.
pub fn differing(objdump: &str, one: &Path, other: &Path) -> BTreeSet<String> {
    let (a, b) = (listing(objdump, one), listing(objdump, other));
    a.iter().filter(|(name, text)| b.get(*name) != Some(text)).map(|(name, _)| name.clone()).collect()
}

/// [`differing`], without functions that differ in nothing but which of the registers that calls keep holds which value:
/// the allocator chooses among them anew when anything changes.
pub fn really_differing(objdump: &str, one: &Path, other: &Path) -> BTreeSet<String> {
    let (a, b) = (listing(objdump, one), listing(objdump, other));
    let plain = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(without_kept).collect();
        lines.sort();
        lines
    };
    let differs = |name: &String| match (a.get(name), b.get(name)) {
        (Some(a), Some(b)) => plain(a) != plain(b),
        _ => true,
    };
    differing(objdump, one, other).into_iter().filter(differs).collect()
}

/// A line with one name for all registers of x86-64 that calls keep.
fn without_kept(line: &str) -> String {
    let mut text = line.to_owned();
    for number in ["12", "13", "14", "15"] {
        for width in ["d", "w", "b", ""] {
            text = text.replace(&format!("%r{number}{width}"), "%kept");
        }
    }
    for name in ["%rbx", "%ebx", "%bx", "%bl", "%rbp", "%ebp", "%bpl", "%bp"] {
        text = text.replace(name, "%kept");
    }
    text
}
