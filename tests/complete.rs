//! Nothing is compared by nobody: the account of what compares each byte has no gap, and whatever byte or reference
//! of an allocated section is altered, comparing says so, but in places that are listed here.
//!
//! What the account is held to comes from `readelf`, and which alterations are harmless is worked out here from the
//! file alone. The ignored tests do this on modules of Debian's kernel; `FIXSCOPE_MODULES` names a folder of them.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Random, sh};
use fixscope::compare::{Keeper, Options, compare, coverage};
use fixscope::load::{MappedFile, Reloc, Section, SymbolPlace, Unit, elf};
use fixscope::pair::Pair;
use fixscope_arch::{Code, InsnKind};
use rayon::prelude::*;

/// Sections that say again what is compared elsewhere, by the starts of their names.
const BOOKKEEPING: &[&str] = &[
    ".orc_",
    ".eh_frame",
    ".note.",
    ".discard",
    ".parainstructions",
    ".smp_locks",
    ".retpoline_sites",
    ".return_sites",
    ".call_sites",
    ".ibt_endbr_seal",
    ".printk_index",
    "__mcount_loc",
    "__patchable_function_entries",
];

fn is_bookkeeping(section: &Section<'_>) -> bool {
    BOOKKEEPING.iter().any(|start| section.name.starts_with(start))
}

/// The size of the field that a relocation fills (System V ABI, AMD64 supplement, table 4.10).
fn field(reloc: &Reloc) -> Range<u64> {
    let size = match reloc.r_type {
        1 | 17 | 18 | 24 | 25 | 27..=31 | 33 => 8,
        2..=4 | 9..=11 | 19..=23 | 26 | 32 | 34 | 41 | 42 => 4,
        12 | 13 => 2,
        14 | 15 => 1,
        _ => 0,
    };
    reloc.offset..reloc.offset + size
}

/// Objects of all cases, original and patched, compiled in one of two ways.
fn objects_of_cases(folder: &Path) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let cases = std::fs::read_dir(root).expect("testdata/cases can be listed");
    let mut cases: Vec<PathBuf> = cases.map(|entry| entry.expect("an entry").path()).collect();
    // What nothing compares is just what that case is for.
    cases.retain(|case| !case.ends_with("printk_index"));
    cases.sort();
    let ways = ["-O2 -fno-pic", "-O2 -fPIC -ffunction-sections -fdata-sections"];
    let made: Vec<PathBuf> = cases
        .par_iter()
        .enumerate()
        .flat_map_iter(|(i, case)| {
            let text = std::fs::read_to_string(case.join("expect")).expect("each case has an expect file");
            let flags = text.lines().find_map(|l| l.strip_prefix("flags ")).unwrap_or_default();
            // What another compiler, or one for another machine, makes of it.
            let other = text.lines().any(|l| match l.split_once(' ') {
                Some(("compiler", name)) => name != "gcc",
                Some(("only", machines)) => !machines.split(' ').any(|machine| machine == "x86_64"),
                _ => false,
            });
            let sources = if other { Vec::new() } else { sources(case) };
            let make = move |(s, source): (usize, PathBuf)| {
                let object = folder.join(format!("{i}-{s}.o"));
                let status = Command::new("gcc")
                    .args(ways[i % ways.len()].split_whitespace().chain(flags.split_whitespace()))
                    .args(["-w", "-c", "-o"])
                    .arg(&object)
                    .arg(&source)
                    .status();
                assert!(status.expect("gcc runs").success(), "{}", source.display());
                object
            };
            sources.into_iter().enumerate().map(make).collect::<Vec<_>>()
        })
        .collect();
    assert!(made.len() > 150, "{} objects of cases", made.len());
    made
}

/// The sources of a case, each a file of its own.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "c" || e == "s") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// 500 modules of a kernel, evenly from all of them.
fn modules(folder: &Path) -> Vec<PathBuf> {
    let root = match std::env::var_os("FIXSCOPE_MODULES") {
        Some(root) => PathBuf::from(root),
        None => {
            let image = "linux-image-amd64";
            let depends = sh(&["apt-cache", "depends", image], folder);
            let signed = depends.lines().find_map(|l| l.trim().strip_prefix("Depends: "));
            sh(&["apt-get", "download", "-q", signed.expect("the newest kernel")], folder);
            let shell = "for package in *.deb; do dpkg-deb -x \"$package\" .; done";
            sh(&["sh", "-c", shell], folder);
            folder.to_path_buf()
        }
    };
    let mut all = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be listed") {
            let entry = entry.expect("an entry");
            let path = entry.path();
            if entry.file_type().expect("its type").is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "ko") {
                all.push(path);
            }
        }
    }
    all.sort();
    assert!(all.len() > 2000, "{} modules, not compressed", all.len());
    (0..500).map(|i| all[i * all.len() / 500].clone()).collect()
}

fn with_unit<T>(path: &Path, look: impl FnOnce(&Unit<'_>, &[u8]) -> T) -> T {
    let file = MappedFile::open(path).expect("the file is there");
    let unit = elf::read(path, file.bytes()).unwrap_or_else(|error| panic!("{error}"));
    look(&unit, file.bytes())
}

/// Number, name and size of each allocated section, as `readelf` has them.
fn sections(path: &Path) -> Vec<(u32, String, u64)> {
    let text = sh(&["readelf", "-SW", &path.display().to_string()], Path::new("/"));
    let mut sections = Vec::new();
    for line in text.lines() {
        let Some((number, rest)) = line.trim_start().strip_prefix('[').and_then(|l| l.split_once(']')) else {
            continue;
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        // Name, type, address, offset, size, size of an entry, flags; without flags the word there is a number.
        if let (Ok(number), Some(size), Some(flags)) = (number.trim().parse(), words.get(4), words.get(6))
            && flags.contains('A')
        {
            sections.push((number, words[0].to_owned(), u64::from_str_radix(size, 16).expect("a size")));
        }
    }
    sections
}

/// What is wrong with the account of a file, and how many bytes each keeper has.
fn account(path: &Path) -> (Vec<String>, BTreeMap<Keeper, u64>) {
    let mut wrong = Vec::new();
    let mut kept: BTreeMap<Keeper, u64> = BTreeMap::new();
    with_unit(path, |unit, _| {
        let account = coverage(unit).expect("x86_64");
        for (number, name, size) in sections(path) {
            // Every byte once, whatever lies twice.
            let mut owned = vec![false; size as usize];
            for share in account.shares.iter().filter(|s| s.section == number) {
                let range = share.range.start as usize..share.range.end as usize;
                match owned.get_mut(range) {
                    Some(bytes) => bytes.fill(true),
                    None => wrong.push(format!("{}: {name}: {share:?} ends outside", path.display())),
                }
                *kept.entry(share.keeper).or_default() += share.range.end - share.range.start;
            }
            let nobodys = owned.iter().filter(|owned| !**owned).count();
            let gaps = account.gaps.iter().filter(|g| g.0 == number);
            let told: u64 = gaps.map(|(_, range)| range.end - range.start).sum();
            if nobodys != 0 || told != 0 {
                wrong.push(format!("{}: {name}: {nobodys} bytes are nobody's", path.display()));
            }
        }
    });
    (wrong, kept)
}

fn assert_complete(objects: &[PathBuf], keepers: &[Keeper]) {
    let accounts: Vec<_> = objects.par_iter().map(|path| account(path)).collect();
    let wrong: Vec<&String> = accounts.iter().flat_map(|a| &a.0).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut kept: BTreeMap<Keeper, u64> = BTreeMap::new();
    for (keeper, bytes) in accounts.iter().flat_map(|a| &a.1) {
        *kept.entry(*keeper).or_default() += bytes;
    }
    println!("{} files, bytes by keeper: {kept:?}", objects.len());
    for keeper in keepers {
        assert!(kept.contains_key(keeper), "{keeper:?} occurs: {kept:?}");
    }
}

/// What altering one byte or relocation gave.
#[derive(Debug)]
enum Outcome {
    Told,
    Harmless(&'static str),
    Silent(String),
}

/// The strings of `.modinfo` that name a namespace.
fn namespaces(strings: &[u8]) -> Vec<&[u8]> {
    strings.split(|&b| b == 0).filter(|s| s.starts_with(b"import_ns=")).collect()
}

/// What can be known of a file without fixscope's comparison.
struct Known<'u, 'd> {
    unit: &'u Unit<'d>,
    /// By section: what relocations lead to, and where those stand.
    read: BTreeMap<u32, BTreeSet<u64>>,
    /// Strings that only `__bug_table` leads to: names of source files.
    files: BTreeMap<u32, BTreeSet<u64>>,
}

impl<'u, 'd> Known<'u, 'd> {
    fn new(unit: &'u Unit<'d>) -> Self {
        let mut known = Known { unit, read: BTreeMap::new(), files: BTreeMap::new() };
        for (index, section) in unit.sections.iter().enumerate().filter(|(_, s)| s.is_allocated()) {
            if is_bookkeeping(section) {
                continue;
            }
            for reloc in unit.relocs(index as u32) {
                let symbol = &unit.symbols[reloc.symbol as usize];
                let SymbolPlace::Section(to) = symbol.place else { continue };
                // A local label keeps what it names, whatever is added to it.
                let names_it = symbol.name.starts_with(".L");
                let addend = if names_it { 0 } else { reloc.addend.unwrap_or(0) };
                let behind =
                    if section.is_code() && !names_it && matches!(reloc.r_type, 2 | 4) { 4 } else { 0 };
                let place = symbol.offset.wrapping_add_signed(addend + behind);
                let is_file = section.name == "__bug_table" && reloc.offset % 12 == 4;
                let places = if is_file { &mut known.files } else { &mut known.read };
                places.entry(to).or_default().insert(place);
                // Instructions with an immediate behind the field have a smaller addend.
                if behind != 0 && !is_file {
                    for more in [1, 2, 4] {
                        known.read.entry(to).or_default().insert(place.wrapping_add(more));
                    }
                }
            }
        }
        known
    }

    /// Whether a string or constant that contains the byte begins at one of these places.
    fn is_in(&self, places: &BTreeMap<u32, BTreeSet<u64>>, section: u32, at: u64) -> bool {
        let info = &self.unit.sections[section as usize];
        let Some(places) = places.get(&section) else { return false };
        places.range(..=at).rev().any(|&start| match info.is_strings() {
            true => {
                let width = info.entsize.max(1) as usize;
                let text = &info.data[start as usize..at as usize];
                !text.chunks(width).any(|c| c.len() == width && c.iter().all(|&b| b == 0))
            }
            false => start / info.entsize == at / info.entsize,
        })
    }

    /// Why nothing need be said when this byte is altered.
    fn harmless_byte(&self, section: u32, at: u64, altered: u8) -> Option<&'static str> {
        let info = &self.unit.sections[section as usize];
        if info.name == ".modinfo" {
            let mut now = info.data.to_vec();
            now[at as usize] = altered;
            let same = namespaces(&info.data) == namespaces(&now);
            return same.then_some("a module's description");
        }
        if info.name == "__bug_table" && matches!(at % 12, 8 | 9) {
            return Some("line of __bug_table");
        }
        if info.is_mergeable() && !self.is_in(&self.read, section, at) {
            return Some(match self.is_in(&self.files, section, at) {
                true => "name of a file in __bug_table",
                false => "a string or constant that nothing refers to",
            });
        }
        if info.is_code() && self.is_nop(section, at, altered) {
            return Some("a NOP that fills up, and another NOP");
        }
        None
    }

    /// Whether a byte lies in a NOP behind the end of a function or at its inner alignment, before and after.
    fn is_nop(&self, section: u32, at: u64, altered: u8) -> bool {
        let info = &self.unit.sections[section as usize];
        let symbols = self.unit.symbols.iter().filter(|s| s.place == SymbolPlace::Section(section));
        let starts: Vec<(u64, u64)> =
            symbols.filter(|s| s.size > 0).map(|s| (s.offset, s.offset + s.size)).collect();
        // A run of NOPs in a function is decoded from its start; one behind it from its end.
        let inside = starts.iter().find(|(start, end)| (*start..*end).contains(&at));
        let from = match inside {
            Some((start, _)) => *start,
            None => starts.iter().map(|s| s.1).filter(|&end| end <= at).max().unwrap_or(0),
        };
        let mut bytes = info.data[from as usize..].to_vec();
        bytes.truncate(at as usize - from as usize + 32);
        let decode = |bytes: &[u8]| {
            let arch: &dyn fixscope_arch::Arch = &fixscope_arch::x86::X86_64;
            let mut insns = Vec::new();
            arch.decode(&Code { bytes, address: from, sites: &[], modes: &[] }, &mut insns);
            let insn = insns.into_iter().find(|i| at - from < u64::from(i.end()))?;
            let filler = insn.kind == InsnKind::Nop || bytes[insn.offset as usize] == 0xcc;
            filler.then_some((insn.offset, insn.end()))
        };
        let sound = decode(&bytes);
        bytes[(at - from) as usize] = altered;
        sound.is_some() && decode(&bytes).is_some()
    }

    /// Why nothing need be said when one relocation becomes another.
    fn harmless_reloc(&self, section: u32, sound: &Reloc, altered: &Reloc) -> Option<&'static str> {
        let place = |reloc: &Reloc| {
            let symbol = &self.unit.symbols[reloc.symbol as usize];
            match symbol.place {
                SymbolPlace::Section(to) => {
                    Some((to, symbol.offset.wrapping_add_signed(reloc.addend.unwrap_or(0))))
                }
                _ => None,
            }
        };
        // The call says its variable beside the instruction that makes the descriptor's address, and only for the linker
        // to find the call: R_X86_64_TLSDESC_CALL fills nothing (RFC TLSDESC for x86, 3).
        if (sound.r_type, altered.r_type) == (35, 35) {
            return Some("mark of a call");
        }
        let (from, to) = (place(sound), place(altered));
        if sound.offset == altered.offset && from.is_some() && from == to {
            return Some("the same place, told by another symbol");
        }
        let info = &self.unit.sections[section as usize];
        let is_string = |place: Option<(u32, u64)>| {
            place.is_some_and(|(to, _)| self.unit.sections[to as usize].is_strings())
        };
        if info.name == "__bug_table" && sound.offset % 12 == 4 && sound.offset == altered.offset {
            return (is_string(from) && is_string(to)).then_some("name of a file in __bug_table");
        }
        // An equal text at another place.
        let text = |(to, at): (u32, u64)| {
            let data = self.unit.sections[to as usize].data.get(at as usize..)?;
            data.split(|&b| b == 0).next()
        };
        let same = is_string(from) && is_string(to) && from.and_then(text) == to.and_then(text);
        (same && sound.offset == altered.offset).then_some("an equal string")
    }
}

/// The sections that are altered: half of the time each counts alike, half of the time by its size.
fn choose(random: &mut Random, sizes: &[(u32, u64)]) -> (u32, u64) {
    if random.below(2) == 0 {
        let (section, size) = sizes[random.below(sizes.len() as u64) as usize];
        return (section, random.below(size));
    }
    let mut at = random.below(sizes.iter().map(|s| s.1).sum());
    for &(section, size) in sizes {
        if at < size {
            return (section, at);
        }
        at -= size;
    }
    (sizes[0].0, 0)
}

fn tells(path: &Path, sound: &Unit<'_>, altered: &[u8]) -> bool {
    let altered = elf::read(path, altered).expect("still an object file");
    let comparison = compare(Pair::new(sound, &altered), Options::default()).expect("both x86_64");
    !comparison.entries.is_empty()
}

fn place_of(part: &[u8], file: &[u8]) -> usize {
    part.as_ptr() as usize - file.as_ptr() as usize
}

fn alter_byte(path: &Path, known: &Known<'_, '_>, file: &[u8], random: &mut Random) -> Option<Outcome> {
    let unit = known.unit;
    let sizes: Vec<(u32, u64)> = (0..unit.sections.len() as u32)
        .map(|i| (i, &unit.sections[i as usize]))
        .filter(|(_, s)| s.is_allocated() && !s.data.is_empty() && !is_bookkeeping(s))
        .map(|(i, s)| (i, s.data.len() as u64))
        .collect();
    if sizes.is_empty() {
        return None;
    }
    let (section, at) = choose(random, &sizes);
    // What a relocation fills is not the byte's.
    if unit.relocs(section).iter().any(|r| field(r).contains(&at)) {
        return None;
    }
    let info = &unit.sections[section as usize];
    let mut altered = file.to_vec();
    let place = place_of(&info.data, file) + at as usize;
    altered[place] ^= 1 << random.below(8);
    if tells(path, unit, &altered) {
        return Some(Outcome::Told);
    }
    Some(match known.harmless_byte(section, at, altered[place]) {
        Some(why) => Outcome::Harmless(why),
        None => Outcome::Silent(format!("{}: {}+{at:#x}", path.display(), info.name)),
    })
}

fn alter_reloc(path: &Path, known: &Known<'_, '_>, file: &[u8], random: &mut Random) -> Option<Outcome> {
    let unit = known.unit;
    let sizes: Vec<(u32, u64)> = (0..unit.sections.len() as u32)
        .filter(|&i| !is_bookkeeping(&unit.sections[i as usize]))
        .filter_map(|i| Some((i, unit.raw_relocs(i).next()?.0.len() as u64 / 24)))
        .collect();
    if sizes.is_empty() {
        return None;
    }
    let (section, entry) = choose(random, &sizes);
    let (table, _) = unit.raw_relocs(section).next()?;
    let start = place_of(table, file) + entry as usize * 24;
    let mut altered = file.to_vec();
    match random.below(3) {
        0 => altered[start] ^= 1 << random.below(3),
        1 => altered[start + 16] ^= 1 << random.below(8),
        _ => {
            let symbol = 1 + random.below(unit.symbols.len() as u64 - 1) as u32;
            altered[start + 12..start + 16].copy_from_slice(&symbol.to_le_bytes());
        }
    }
    let read = |bytes: &[u8]| {
        let word = |at: usize| u64::from_le_bytes(bytes[start + at..start + at + 8].try_into().expect("8"));
        let (offset, info, addend) = (word(0), word(8), word(16) as i64);
        Reloc { offset, r_type: info as u32, symbol: (info >> 32) as u32, addend: Some(addend) }
    };
    let (sound, now) = (read(file), read(&altered));
    if sound == now {
        return None;
    }
    if tells(path, unit, &altered) {
        return Some(Outcome::Told);
    }
    Some(match known.harmless_reloc(section, &sound, &now) {
        Some(why) => Outcome::Harmless(why),
        None => {
            let name = &unit.sections[section as usize].name;
            Outcome::Silent(format!("{}: {name}: {sound:?} became {now:?}", path.display()))
        }
    })
}

/// Alters each of the files so many times.
fn assert_told(objects: &[PathBuf], times: u64, at_least: usize) {
    let outcomes: Vec<Outcome> = objects
        .par_iter()
        .enumerate()
        .flat_map_iter(|(i, path)| {
            let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ ((i as u64 + 1) << 20));
            (0..10).for_each(|_| _ = random.below(2));
            with_unit(path, |unit, file| {
                let known = Known::new(unit);
                let mut outcomes = Vec::new();
                for _ in 0..times {
                    outcomes.extend(alter_byte(path, &known, file, &mut random));
                    outcomes.extend(alter_reloc(path, &known, file, &mut random));
                }
                outcomes
            })
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut silent = Vec::new();
    for outcome in &outcomes {
        match outcome {
            Outcome::Told => *counts.entry("told").or_default() += 1,
            Outcome::Harmless(why) => *counts.entry(why).or_default() += 1,
            Outcome::Silent(what) => silent.push(what),
        }
    }
    println!("{} alterations: {counts:?}", outcomes.len());
    assert!(silent.is_empty(), "{silent:#?}");
    assert!(outcomes.len() >= at_least, "{} alterations", outcomes.len());
    // Most must be told, or what is harmless has been taken too far.
    assert!(counts["told"] * 10 >= outcomes.len() * 8, "{counts:?}");
}

#[test]
fn cases_are_complete() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let objects = objects_of_cases(folder.path());
    use Keeper::{
        Bookkeeping, ColdPart, Constant, Filler, Function, Handlers, Nameless, Object, Replacement,
        TableEntry, Unowned,
    };
    let keepers = [Function, ColdPart, Object, Constant, Nameless, TableEntry, Replacement, Handlers];
    assert_complete(&objects, &keepers);
    assert_complete(&objects, &[Unowned, Filler, Bookkeeping]);
    assert_told(&objects, 5, 500);
}

#[test]
#[ignore = "needs a kernel package"]
fn kernel_modules_are_complete() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let objects = modules(folder.path());
    assert_complete(&objects, &[Keeper::Function, Keeper::Replacement, Keeper::TableEntry, Keeper::Unowned]);
    assert_told(&objects, 5, 3000);
}
