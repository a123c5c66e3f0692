//! Assembly files: what comparing them gives must be what comparing the object files gives that they are assembled
//! to, and what is no assembly is refused by name and line.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use common::assembly::{Wanted, failures, generated_failure};
use common::cases::WAYS;
use common::toolchains::{self, Toolchain};
use fixscope::load::{MappedFile, Reloc, SymbolPlace, Unit, asm, elf};
use fixscope_arch::{Code, Insn, RegSet, Site};
use rayon::prelude::*;
use serde_json::Value;

fn run(toolchain: &Toolchain, ways: &[&str]) {
    let ways: Vec<String> = ways.iter().map(ToString::to_string).collect();
    let failures = failures(toolchain, &ways, Wanted::Same);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn assembly_and_objects_give_the_same_verdict() {
    run(&toolchains::GCC, &WAYS[..3]);
}

#[test]
#[ignore = "takes a while"]
fn assembly_and_objects_give_the_same_verdict_in_further_ways() {
    run(&toolchains::GCC, &WAYS[3..]);
}

#[test]
#[ignore = "needs clang"]
fn assembly_and_objects_of_clang_give_the_same_verdict() {
    run(&toolchains::CLANG, &WAYS[..4]);
}

#[test]
#[ignore = "needs clang-16"]
fn assembly_and_objects_of_a_newer_clang_give_the_same_verdict() {
    run(&toolchains::CLANG_16, &WAYS[..4]);
}

/// What a relocation leads to: section and offset for what lies in this file's data, else a name and an addend.
fn target(unit: &Unit<'_>, reloc: &Reloc) -> (String, i64) {
    let symbol = &unit.symbols[reloc.symbol as usize];
    let addend = reloc.addend.expect("x86-64 has addends");
    match symbol.place {
        SymbolPlace::Section(section) if unit.sections[section as usize].is_code() => {
            // How long code is, only the assembler knows.
            (unit.sections[section as usize].name.to_string(), 0)
        }
        SymbolPlace::Section(section) => {
            (unit.sections[section as usize].name.to_string(), symbol.offset as i64 + addend)
        }
        _ => (symbol.name.to_string(), addend),
    }
}

/// Data sections as they will be: everything but the fields that relocations fill.
fn data_sections(unit: &Unit<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (index, section) in unit.sections.iter().enumerate() {
        if !section.is_allocated() || section.is_code() || section.size == 0 || section.name == ".eh_frame" {
            continue;
        }
        let arch = unit.arch().expect("x86-64");
        let mut data = section.data.to_vec();
        let mut targets = Vec::new();
        for reloc in unit.relocs(index as u32) {
            let size = arch.relocation(reloc.r_type).size().expect("known types");
            let start = reloc.offset as usize;
            data[start..start + usize::from(size)].fill(0);
            targets.push((start, size, target(unit, &reloc)));
        }
        let (name, group) = (&section.name, &section.group);
        let flags = section.flags & !u64::from(object::elf::SHF_GROUP);
        found.push(format!(
            "{name} {group:?} type {} flags {flags:#x} size {} align {} entries {} {data:?} {targets:?}",
            section.sh_type, section.size, section.align, section.entsize
        ));
    }
    found.sort();
    found
}

fn symbols(unit: &Unit<'_>) -> BTreeSet<String> {
    let named = unit.symbols.iter().filter(|s| !s.name.is_empty() && !s.name.starts_with(".L"));
    named
        .filter(|s| s.kind != fixscope::load::SymbolKind::Section)
        .map(|s| {
            let section = match s.place {
                SymbolPlace::Section(section) => Some(&unit.sections[section as usize]),
                _ => None,
            };
            let is_code = section.is_some_and(fixscope::load::Section::is_code);
            let size = if is_code { u64::from(s.size > 0) } else { s.size };
            let offset = if is_code { 0 } else { s.offset };
            let place = section.map_or_else(|| format!("{:?}", s.place), |s| s.name.to_string());
            format!(
                "{} {:?} {:?} visibility {} in {place} at {offset:#x} size {size}",
                s.name, s.kind, s.binding, s.visibility
            )
        })
        .collect()
}

fn way(seed: u64) -> &'static str {
    WAYS[(seed % WAYS.len() as u64) as usize]
}

fn run_generated(seeds: std::ops::Range<u64>) {
    let failures: Vec<String> = seeds
        .into_par_iter()
        .filter_map(|seed| generated_failure(&toolchains::GCC, way(seed), Wanted::Same, seed))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn assembly_and_objects_of_generated_programs_give_the_same_verdict() {
    run_generated(0..10);
}

#[test]
#[ignore = "takes a while"]
fn assembly_and_objects_of_many_generated_programs_give_the_same_verdict() {
    run_generated(10..210);
}

#[test]
fn data_and_symbols_are_what_the_assembler_makes_of_them() {
    let assembly = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/assembly/data.s");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let object = folder.path().join("data.o");
    common::sh(&["as", "-o", &object.display().to_string(), &assembly.display().to_string()], folder.path());
    let files = [&assembly, &object].map(|path| MappedFile::open(path).expect("it is there"));
    let text = asm::read(&assembly, files[0].bytes()).unwrap_or_else(|e| panic!("{e}"));
    let object = elf::read(&object, files[1].bytes()).unwrap_or_else(|e| panic!("{e}"));
    for (text, object) in data_sections(&text).iter().zip(&data_sections(&object)) {
        assert_eq!(text, object);
    }
    assert_eq!(data_sections(&text).len(), data_sections(&object).len());
    let (text, object) = (symbols(&text), symbols(&object));
    let differ: Vec<&String> = text.symmetric_difference(&object).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

fn refusal(folder: &Path, name: &str, text: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the temporary folder is writable");
    let run = common::run(common::fixscope(folder).arg("diff").args([&path, &path]));
    assert_eq!(run.code, 2, "{}\n{}", String::from_utf8_lossy(&text[..text.len().min(200)]), run.stdout);
    assert!(run.stderr.contains(&path.display().to_string()), "{}", run.stderr);
    run.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_cannot_be_read_is_refused_by_file_and_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases: [(&str, &str); 32] = [
        (".text\n.frobnicate 5\n", "line 2: `.frobnicate`, a directive that fixscope does not know"),
        (".data\n.long 1\n.ascii \"abc\n", "line 3: text in quotes that does not end"),
        (".text\n\n.intel_syntax noprefix\n", "line 3: `.intel_syntax`: fixscope reads AT&T syntax"),
        (".text\nf: nop\nf: nop\n", "line 3: `f` is defined again; line 2 defines it"),
        (".set a, 1\n.set a, 2\n", "line 2: `a` is defined again"),
        (".data\n.zero 0xffffffffffff\n", "line 2: 281474976710655 bytes, which make more than 512 MiB"),
        (".data\n.fill 0x100000000, 8, 5\n", "line 2: 34359738368 bytes"),
        (".data\n.fill 0x4000000000000000, 8, 5\n", "line 2: more bytes than any memory has"),
        (".data\n.org 0x7fffffffffff\n", "line 2: 140737488355327 bytes"),
        (".data\n.long 1\n.org 2\n", "line 3: `.org` backwards"),
        (".data\n.byte 1\n.p2align 63\n", "line 3: an alignment"),
        (".data\n.balign 3\n", "line 2: an alignment of 3 bytes"),
        (
            ".bss\n.zero 0x7fffffffffffffff\n",
            "line 2: 9223372036854775807 bytes, which make the section larger",
        ),
        (".bss\n.long 5\n", "line 2: bytes in a section that has none"),
        (".data\n.zero later\nlater = 5\n", "line 2: a number that is not known before"),
        (".data\n.long a-b\n", "line 2: a distance that no relocation expresses"),
        (".data\n.long a*2\n", "line 2: an expression whose value follows from where symbols will lie"),
        (".data\n.long 5/0\n", "line 2: a division by zero"),
        (".data\n.long a@NONSENSE\n", "line 2: `@NONSENSE`, which fixscope does not know"),
        (".data\n.incbin \"x\"\n", "line 2: `.incbin` takes in another file"),
        (".text\n.if 1\nnop\n.endif\n", "line 2: `.if` assembles on a condition"),
        (".text\n.rept 3\nnop\n.endr\n", "line 2: `.rept` repeats statements"),
        (".text\nmovq %rax, %rbx\npushl %ebp\n", "line 3: `pushl` is an instruction of 32-bit x86"),
        (".text\nmov eax, ebx\n", "line 2: `mov` has operands that are not written as x86-64"),
        (".text\nmovq %rax, %rbx\n.code32\nnop\n", "line 3: `.code32`, and the file is read as x86_64"),
        (".text\nmovq %rax, %rbx\nstp x1, x2, [x3]\n", "could be x86_64 or aarch64; say which with `--arch`"),
        (".text\nstp x1, x2, [x3]\nmov %w1, w2\n", "line 3: `mov` has operands that are not written as A64"),
        (".text\nstp x1, x2, [x3]\nn .req x1\n", "line 3: `.req` gives a register another name"),
        (".data\nx: .long 1\n.size x, 9\n", "line 3: `x` ends behind its section"),
        (".comm __gnu_lto_slim,1,1\n", "line 1: is GCC's intermediate language"),
        (".set a, b\n.set b, a\n.data\n.quad a\n", "is set to what is neither a place nor a number"),
        (".text\n.type f, @marvel\n", "line 2: symbol type `marvel`"),
    ];
    for (text, expected) in cases {
        let message = refusal(folder.path(), "a.s", text.as_bytes());
        assert!(message.contains(expected), "{text:?}:\n{message}");
    }
    assert!(refusal(folder.path(), "a.s", b".text\n\0\n").contains("line 2: holds a NUL byte"));
    assert!(refusal(folder.path(), "a.s", b"").contains("is empty"));
    assert!(refusal(folder.path(), "a.S", b"#include <x.h>\n").contains("line 1: `#include` is for the C"));
    let deep = format!(".data\n.long {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    assert!(
        refusal(folder.path(), "a.s", deep.as_bytes()).contains("line 2: an expression with more than 100")
    );
    let stacked = ".pushsection .data\n".repeat(100_000);
    assert!(refusal(folder.path(), "a.s", stacked.as_bytes()).contains("line 1001: more than 1000"));
    let long = format!(".text\nmovl ${}, %eax\n", "1+".repeat(3_000_000));
    assert!(refusal(folder.path(), "a.s", long.as_bytes()).contains("line 2: a statement of more than"));
}

/// Effects and numbers of statements whose bytes the assembler gives: what machine code reads and writes, the text does,
/// and the numbers are the same ones in the same role.
#[test]
fn registers_and_numbers_are_those_of_the_machine_code() {
    let assembly = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/assembly/registers.s");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let object = folder.path().join("registers.o");
    common::sh(&["as", "-o", &object.display().to_string(), &assembly.display().to_string()], folder.path());
    let files = [&assembly, &object].map(|path| MappedFile::open(path).expect("it is there"));
    let text = asm::read(&assembly, files[0].bytes()).unwrap_or_else(|e| panic!("{e}"));
    let object = elf::read(&object, files[1].bytes()).unwrap_or_else(|e| panic!("{e}"));
    let [text, object] = [&text, &object].map(|unit| {
        let arch = unit.arch().expect("x86-64");
        let index = unit.sections.iter().position(|s| s.name == ".text").expect("there is code");
        let sites: Vec<Site> = unit
            .relocs(index as u32)
            .iter()
            .map(|r| Site { offset: r.offset as u32, kind: arch.relocation(r.r_type) })
            .collect();
        let bytes = &unit.sections[index].data;
        let code = Code { bytes, address: 0, sites: &sites, modes: &[] };
        let mut insns = Vec::new();
        arch.decode(&code, &mut insns);
        let told = |insn: &Insn| {
            let shown = arch.format(&code, insn, &|_| Some("symbol".to_owned()));
            (shown, arch.effects(&code, insn), arch.numbers(&code, insn).expect("no branch among them"))
        };
        insns.iter().map(told).collect::<Vec<_>>()
    });
    assert_eq!(text.len(), object.len());
    assert!(text.len() >= 100, "{}", text.len());
    let (mut known, mut others) = (0, Vec::new());
    for ((shown, e, n), (machine, all, numbers)) in text.iter().zip(&object) {
        let missing = (all.reads.without(e.reads), all.writes.without(e.writes));
        assert!(missing.0.is_empty() && missing.1.is_empty(), "{shown} ({machine}): {e:?}, {all:?}");
        known += usize::from(e.writes != RegSet::ALL);
        assert_eq!(n.loads_immediate, numbers.loads_immediate, "{shown} ({machine})");
        if n.loads_immediate {
            assert_eq!(e, all, "{shown} ({machine})");
        }
        if n.values != numbers.values {
            others.push(shown.as_str());
        }
    }
    // The decoder takes a copy of a register for `lea`, and a shift without a number for one by 1.
    assert_eq!(others, ["movq %rdi,%rax", "shrl %eax"]);
    assert!(known >= 80, "{known}");
    for (i, (a, b)) in text.iter().zip(&object).enumerate() {
        for (c, d) in text.iter().zip(&object).take(i) {
            assert!(a.2.shape != c.2.shape || b.2.shape == d.2.shape, "{} and {}", a.0, c.0);
        }
    }
}

/// A line as long as the memory that is left is refused by its line, not by the system.
#[test]
fn a_huge_line_is_refused_in_bounded_memory() {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, byte) in [("words.s", b"1,"), ("text.s", b"aa"), ("name.s", b"aa")] {
        let path = folder.path().join(name);
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("it can be made"));
        file.write_all(match name {
            "text.s" => b".data\n.ascii \"",
            "words.s" => b".data\n.byte ",
            _ => b".data\n\n",
        })
        .expect("it can be written");
        for _ in 0..1 << 15 {
            file.write_all(&byte.repeat(1 << 14)).expect("it can be written");
        }
        drop(file);
        let shell = format!(
            "ulimit -v 3000000; exec {} diff {path} {path}",
            env!("CARGO_BIN_EXE_fixscope"),
            path = path.display()
        );
        let run = common::run_expecting(Command::new("sh").args(["-c", &shell]), 2);
        let said: String = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("a statement of more than 64 MiB"), "{name}: {said}");
        assert!(said.contains(if name == "name.s" { "line 3" } else { "line 2" }), "{name}: {said}");
        std::fs::remove_file(&path).expect("it can be removed");
    }
}

#[test]
fn like_is_paired_with_like() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = "int f(int x) { return x * 3; }\n";
    for side in ["original", "patched"] {
        let place = folder.path().join(side);
        std::fs::create_dir(&place).expect("the temporary folder is writable");
        let text = if side == "patched" { source.replace('3', "5") } else { source.to_owned() };
        std::fs::write(place.join("f.c"), text).expect("the temporary folder is writable");
        common::sh(&["gcc", "-O2", "-S", "f.c"], &place);
        common::sh(&["gcc", "-O2", "-c", "f.c"], &place);
        std::fs::write(place.join("start.S"), "#include <x.h>\n").expect("the temporary folder is writable");
    }
    let [original, patched] = ["original", "patched"].map(|side| folder.path().join(side));
    let diff = |code| {
        let mut command = common::fixscope(folder.path());
        let run = common::run_expecting(
            command.args(["diff", "--format", "json"]).args([&original, &patched]),
            code,
        );
        (serde_json::from_str::<Value>(&run.stdout).expect("the report is JSON"), run.stderr)
    };
    let (report, _) = diff(1);
    let units: Vec<(&str, &Value)> = report["units"]
        .as_array()
        .expect("units")
        .iter()
        .map(|u| (u["name"].as_str().expect("a name"), &u["symbols"][0]))
        .collect();
    assert_eq!(units.iter().map(|u| u.0).collect::<Vec<_>>(), ["f.o", "f.s"]);
    assert!(units.iter().all(|(_, f)| f["name"] == "f" && f["status"] == "changed"));
    // How large code is that is not assembled, nobody knows.
    assert!(units[0].1["patched_size"].is_u64() && units[1].1["patched_size"].is_null());

    std::fs::remove_file(original.join("f.o")).expect("it is there");
    std::fs::remove_file(patched.join("f.s")).expect("it is there");
    let (report, said) = diff(2);
    assert_eq!(report["units"].as_array().map(Vec::len), Some(1));
    assert!(
        said.split_whitespace().collect::<Vec<_>>().join(" ").contains("compare two of a kind"),
        "{said}"
    );
}

/// Data alone does not tell what it is for: the other side does, or the user.
#[test]
fn a_side_that_tells_its_architecture_decides_for_both() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, code] = ["original.s", "patched.s"].map(|name| folder.path().join(name));
    let text = ".data\n.globl x\n.type x, %object\n.size x, 8\nx:\n.word 1, 2\n";
    std::fs::write(&data, text).expect("the temporary folder is writable");
    let with_code =
        format!("{text}.text\n.globl f\n.type f, %function\nf:\nldp x0, x1, [x0]\nret\n.size f, .-f\n");
    std::fs::write(&code, with_code).expect("the temporary folder is writable");
    let diff = |arguments: &[&str], files: [&Path; 2], status| {
        let mut command = common::fixscope(folder.path());
        common::run_expecting(command.arg("diff").args(arguments).args(files), status)
    };
    // Of x86, where a word has two bytes, the size would be wrong.
    let run = diff(&["--format", "json"], [&data, &code], 1);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    assert_eq!(report["units"][0]["arch"], "aarch64");
    let symbols = report["units"][0]["symbols"].as_array().expect("symbols");
    assert_eq!(symbols.len(), 1, "{symbols:?}");
    assert_eq!((&symbols[0]["name"], &symbols[0]["status"]), (&"f".into(), &"new".into()));
    let run = diff(&["--format", "json", "--arch", "arm", "--all"], [&data, &data], 0);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    assert_eq!(report["units"][0]["arch"], "arm");
    assert!(diff(&[], [&data, &data], 2).stderr.contains("ends behind its section"));
    assert!(diff(&["--arch", "arm"], [&code, &code], 0).stderr.is_empty());
    assert!(diff(&["--arch", "vax"], [&code, &code], 2).stderr.contains("x86_64, i386, aarch64, arm"));
}
