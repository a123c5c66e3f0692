//! Properties over generated programs, whose truth is known because every function is opaque to the others.
//!
//! A program is compared with itself compiled in another way that means nothing (again, with debug information,
//! stripped of it, with sections of their own, in another order), with itself and something unrelated, and with
//! one thing in it altered. `FIXSCOPE_SEED=n cargo test --test generated NAME` repeats one program and keeps its
//! sources.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Random;
use common::programs::{Kind, Language, alter, program, source};
use fixscope::compare::{Difference, Entry, Options, Status, compare};
use fixscope::load::{self, MappedFile, names};
use fixscope::pair::Pair;
use rayon::prelude::*;

/// A compiler, and the ways in which it is called.
struct Compiler {
    command: &'static str,
    /// What selects the target, also for the assembler.
    target: &'static str,
    objcopy: &'static str,
    /// Whether fixscope reads the assembly of the target.
    reads_assembly: bool,
    /// Whether nothing may be listed but what was altered. Elsewhere nothing that was altered may be missing: where what is
    /// reached from the address of one of several variables cannot be followed, a function is listed when they change
    /// places (see "Section anchors" in ARCHITECTURE.md), and Clang merges variables on Arm machines (GlobalMerge); how
    /// far tables without names reach is a guess.
    is_exact: bool,
    /// Whether data objects that share a section are reached from one address, so that sections of their own make other
    /// code.
    has_section_anchors: bool,
    language: Language,
    always: &'static str,
    ways: &'static [&'static str],
}

// `-fno-toplevel-reorder` keeps the order of the source, so that another order is another order.
const GCC: Compiler = Compiler {
    command: "gcc",
    target: "",
    objcopy: "objcopy",
    reads_assembly: true,
    has_section_anchors: false,
    is_exact: true,
    language: Language::C,
    always: "-fno-toplevel-reorder",
    ways: &[
        "-O2 -fno-pic",
        "-O2 -ffunction-sections -fdata-sections",
        "-Os -fcf-protection=branch",
        "-O2 -fPIC",
        "-O2 -mcmodel=kernel -mno-red-zone -fno-pic -pg -mfentry -mrecord-mcount",
        "-O1",
        "-O3 -march=x86-64-v3",
        "-O2 -fno-pic -fno-jump-tables -mno-sse",
        "-O2 -fpatchable-function-entry=16,16 -fstack-protector-strong",
        "-O3 -fPIC -fno-plt -fcf-protection=full",
    ],
};

const GXX: Compiler = Compiler {
    command: "g++",
    language: Language::Cxx,
    always: "-fno-toplevel-reorder",
    ways: &[
        "-O2",
        "-Os -fPIC -ffunction-sections",
        "-O3 -fcf-protection=full -fstack-protector-strong",
        "-O1 -fno-pic",
    ],
    ..GCC
};

const CLANG_WAYS: &[&str] = &[
    "-O2 -fno-pic",
    "-O2 -ffunction-sections -fdata-sections",
    "-Os -fcf-protection=branch -fPIC",
    "-O3 -march=x86-64-v3 -fstack-protector-strong",
    "-O2 -mcmodel=kernel -mno-red-zone -fno-pic -pg -mfentry -mno-sse",
    "-O1 -fpatchable-function-entry=16,16",
];

const CLANG: Compiler = Compiler { command: "clang-14", always: "", ways: CLANG_WAYS, ..GCC };
const CLANG_16: Compiler = Compiler {
    command: "clang-16",
    ways: &[
        "-O2 -fno-pic",
        "-O2 -fsanitize=kcfi",
        "-Os -fPIC -ffunction-sections",
        "-O3 -fcf-protection=full",
    ],
    ..CLANG
};
const CLANGXX: Compiler = Compiler {
    command: "clang++-14",
    language: Language::Cxx,
    always: "",
    ways: &["-O2", "-Os -fPIC -ffunction-sections", "-O3 -fcf-protection=full", "-O1 -fno-pic"],
    ..GCC
};
const CLANGXX_16: Compiler = Compiler { command: "clang++-16", ..CLANGXX };

const CROSS_WAYS: &[&str] = &[
    "-O2 -fno-pic",
    "-O2 -ffunction-sections -fdata-sections",
    "-Os",
    "-O2 -fPIC",
    "-O1 -fno-pic",
    "-O3 -fstack-protector-strong",
];
const I386: Compiler = Compiler { target: "-m32", is_exact: false, ways: CROSS_WAYS, ..GCC };
const I386_CLANG: Compiler =
    Compiler { command: "clang-16", target: "--target=i686-linux-gnu", always: "", ..I386 };
const AARCH64: Compiler = Compiler {
    command: "aarch64-linux-gnu-gcc",
    objcopy: "aarch64-linux-gnu-objcopy",
    // `tests/assembly_across.rs` compares it: it holds anchors, which are not followed there.
    reads_assembly: false,
    has_section_anchors: true,
    is_exact: false,
    ways: &[
        "-O2 -fno-pic",
        "-O2 -ffunction-sections -fdata-sections",
        "-Os -mbranch-protection=standard",
        "-O2 -fPIC",
        "-O2 -fno-pic -mcmodel=large",
        "-O3 -fpatchable-function-entry=4,2",
        "-O1 -mno-outline-atomics",
    ],
    ..GCC
};
const AARCH64_CLANG: Compiler = Compiler {
    command: "clang-16",
    target: "--target=aarch64-linux-gnu",
    has_section_anchors: false,
    always: "",
    ways: CROSS_WAYS,
    ..AARCH64
};
const ARM: Compiler = Compiler {
    command: "arm-linux-gnueabihf-gcc",
    target: "-marm",
    objcopy: "arm-linux-gnueabihf-objcopy",
    // `tests/assembly_across.rs` compares it: it holds anchors, which are not followed there.
    reads_assembly: false,
    has_section_anchors: true,
    is_exact: false,
    ways: CROSS_WAYS,
    ..GCC
};
const ARM_CLANG: Compiler = Compiler {
    command: "clang-16",
    target: "--target=arm-linux-gnueabihf -marm",
    has_section_anchors: false,
    always: "",
    ..ARM
};
const THUMB: Compiler = Compiler { target: "-mthumb", ..ARM };
const THUMB_CLANG: Compiler = Compiler { target: "--target=arm-linux-gnueabihf -mthumb", ..ARM_CLANG };

/// One compilation: the assembly the compiler wrote, and what the assembler made of it.
struct Compiled {
    object: (PathBuf, MappedFile),
    assembly: (PathBuf, MappedFile),
}

impl Compiler {
    fn compile(&self, folder: &Path, name: &str, text: &str, flags: &str) -> Compiled {
        let source = folder.join(format!("{name}.{}", self.language.ending()));
        std::fs::write(&source, text).expect("the temporary folder is writable");
        let (assembly, object) = (folder.join(format!("{name}.s")), folder.join(format!("{name}.o")));
        let run = |arguments: &[&str], from: &Path, to: &Path| {
            let output = Command::new(self.command)
                .args(self.target.split_whitespace())
                .args(arguments)
                .arg("-o")
                .args([to, from])
                .output()
                .unwrap_or_else(|e| panic!("{} does not run: {e}", self.command));
            assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        };
        let mut arguments: Vec<&str> = self.always.split_whitespace().collect();
        arguments.extend(flags.split_whitespace());
        arguments.extend(["-w", "-S"]);
        run(&arguments, &source, &assembly);
        run(&["-c"], &assembly, &object);
        Compiled { object: opened(object), assembly: opened(assembly) }
    }
}

fn opened(path: PathBuf) -> (PathBuf, MappedFile) {
    let file = MappedFile::open(&path).expect("a tool wrote it");
    (path, file)
}

/// The same object without its debug information. Assembly keeps it.
fn stripped(of: &Compiled, objcopy: &str) -> Compiled {
    let path = of.object.0.with_extension("stripped.o");
    let output = Command::new(objcopy)
        .arg("--strip-debug")
        .args([&of.object.0, &path])
        .output()
        .expect("objcopy runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Compiled { object: opened(path), assembly: opened(of.assembly.0.clone()) }
}

/// What one comparison lists: `STATUS NAME`, without the compiler's numbers and without cold parts.
struct Found {
    all: BTreeSet<String>,
    /// Those of them that are only listed because it is not sure how far a table without a name reaches.
    unsure: BTreeSet<String>,
}

fn differences(original: &(PathBuf, MappedFile), patched: &(PathBuf, MappedFile)) -> Found {
    let (o, p) = (load::read(&original.0, original.1.bytes()), load::read(&patched.0, patched.1.bytes()));
    let (o, p) = (o.unwrap_or_else(|e| panic!("{e}")), p.unwrap_or_else(|e| panic!("{e}")));
    let comparison = compare(Pair::new(&o, &p), Options::default()).expect("both are of one architecture");
    let named = |e: &Entry| format!("{:?} {}", e.status, plain(&e.name)).to_lowercase();
    let listed: Vec<&Entry> =
        comparison.entries.iter().filter(|e| e.cold_of.is_none() && e.status != Status::Unchanged).collect();
    let is_unsure = |e: &&Entry| {
        let in_doubt = |d: &Difference| d.chain.iter().any(|link| link.in_doubt);
        !e.differences.is_empty() && e.differences.iter().all(in_doubt)
    };
    let unsure = listed.iter().copied().filter(is_unsure).map(named).collect();
    Found { all: listed.into_iter().map(named).collect(), unsure }
}

/// The name in the source: GCC numbers statics (`n.3`), Clang puts the function in front of them (`f.n`), and C++
/// mangles (`_ZL7table_0`, `_ZZ10function_3E7counter`).
fn plain(name: &str) -> String {
    // Where i386 code has its own address from; one for each register, as the compiler needs them.
    if name.starts_with("__x86.get_pc_thunk") {
        return name.to_owned();
    }
    let class = names::class(name).into_owned();
    let last = class.split('.').rfind(|part| !part.is_empty() && !part.contains('*')).unwrap_or(&class);
    if last.starts_with("_Z") {
        let from = ["counter", "table_", "extra_"].iter().filter_map(|known| last.find(known)).min();
        return from.map_or_else(|| last.to_owned(), |at| last[at..].to_owned());
    }
    last.to_owned()
}

fn check(compiler: &Compiler, seed: u64) -> Vec<String> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let way = compiler.ways[(seed % compiler.ways.len() as u64) as usize];
    let kind = Kind { language: compiler.language, float: !way.contains("-mno-sse") };
    let original = program(&mut random, kind);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let compile = |name: &str, text: &str, flags: &str| compiler.compile(folder.path(), name, text, flags);
    let base = compile("base", &source(&original), way);
    let mut failures = Vec::new();
    let mut expect = |name: &str, what: &str, sides: (&Compiled, &Compiled), expected: &BTreeSet<String>| {
        let objects = differences(&sides.0.object, &sides.1.object);
        let assembly = compiler.reads_assembly.then(|| differences(&sides.0.assembly, &sides.1.assembly));
        for (kind, found) in [("objects", Some(objects)), ("assembly", assembly)] {
            let Some(found) = found else { continue };
            let is_thunk = |name: &String| name.contains("get_pc_thunk");
            // Nothing may be unsure where nothing was altered.
            let is_excused =
                |name: &String| is_thunk(name) || !what.is_empty() && found.unsure.contains(name);
            let missed = !expected.is_subset(&found.all);
            if missed || compiler.is_exact && !found.all.difference(expected).all(is_excused) {
                failures.push(format!(
                    "seed {seed} ({} {} {way}), {name}, {kind}: {what}\n  expected {expected:?}\n  listed   {:?}",
                    compiler.command, compiler.target, found.all
                ));
            }
        }
    };
    let nothing = BTreeSet::new();
    let text = source(&original);
    expect("itself", "", (&base, &base), &nothing);
    let debug = format!("{way} -g");
    let with_debug = compile("again", &text, &debug);
    expect("again", "", (&base, &with_debug), &nothing);
    let without_debug = stripped(&with_debug, compiler.objcopy);
    expect("stripped", "", (&with_debug, &without_debug), &nothing);
    let sections = format!("{way} -ffunction-sections -fdata-sections");
    let with_sections = compile("sections", &text, &sections);
    if !compiler.has_section_anchors {
        expect("sections", "", (&base, &with_sections), &nothing);
    }

    let mut reordered = original.clone();
    for i in (1..reordered.order.len()).rev() {
        reordered.order.swap(i, random.below(i as u64 + 1) as usize);
    }
    expect("reordered", "", (&base, &compile("reordered", &source(&reordered), way)), &nothing);
    let commented =
        format!("/* A comment\n   of two lines. */\n{}", text.replace("return r;", "/* done */ return r;"));
    expect("commented", "", (&base, &compile("commented", &commented, way)), &nothing);

    let mut extra = reordered.clone();
    extra.extra = true;
    let added = ["new extra", "new extra_state", "new extra_table", "new counter"].map(str::to_owned);
    let added = BTreeSet::from(added);
    expect("added", "", (&base, &compile("added", &source(&extra), way)), &added);

    for round in 0..3 {
        let mut altered = original.clone();
        let (what, changed) = alter(&mut altered, &mut random);
        let expected = BTreeSet::from([format!("changed {changed}")]);
        let name = format!("altered{round}");
        let text = source(&altered);
        expect(&name, &what, (&base, &compile(&name, &text, way)), &expected);
        if round == 0 {
            // The same verdict, however much the object says beside it.
            let debug = compile("altered-debug", &text, &debug);
            expect("altered, debug", &what, (&with_debug, &debug), &expected);
            expect(
                "altered, stripped",
                &what,
                (&without_debug, &stripped(&debug, compiler.objcopy)),
                &expected,
            );
            expect(
                "altered, sections",
                &what,
                (&with_sections, &compile("altered-sections", &text, &sections)),
                &expected,
            );
            // The same in another order.
            altered.order.clone_from(&reordered.order);
            expect("moved", &what, (&base, &compile("moved", &source(&altered), way)), &expected);
        }
    }
    if std::env::var_os("FIXSCOPE_SEED").is_some() {
        eprintln!("sources and objects are in {}", folder.keep().display());
    }
    failures
}

fn run(compiler: &Compiler, seeds: std::ops::Range<u64>) {
    let seeds = match std::env::var("FIXSCOPE_SEED").ok().and_then(|s| s.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => seeds,
    };
    let failures: Vec<String> = seeds.into_par_iter().flat_map_iter(|seed| check(compiler, seed)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A third of the programs for another architecture, or all of them.
fn run_across(compiler: &Compiler, count: u64) {
    run(compiler, 0..if common::is_thorough() { count } else { count / 3 });
}

#[test]
fn verdicts_on_generated_programs() {
    run(&GCC, 0..20);
}

/// How many of `count` programs are tried where time is short.
fn share(count: u64) -> u64 {
    if common::is_thorough() { count } else { count * 2 / 5 }
}

#[test]
#[ignore = "takes minutes"]
fn verdicts_on_many_generated_programs() {
    run(&GCC, 20..20 + share(180));
}

#[test]
#[ignore = "needs g++"]
fn verdicts_on_generated_programs_in_cxx() {
    run(&GXX, 0..share(60));
}

#[test]
#[ignore = "needs clang-14 and clang-16"]
fn verdicts_on_generated_programs_with_clang() {
    run(&CLANG, 0..share(60));
    run(&CLANG_16, 0..share(40));
}

#[test]
#[ignore = "needs clang-14 and clang-16"]
fn verdicts_on_generated_programs_in_cxx_with_clang() {
    run(&CLANGXX, 0..share(40));
    run(&CLANGXX_16, 0..share(40));
}

#[test]
#[ignore = "needs clang-16"]
fn verdicts_on_generated_programs_for_i386() {
    run_across(&I386, 36);
    run_across(&I386_CLANG, 24);
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_generated_programs_for_aarch64() {
    run_across(&AARCH64, 42);
    run_across(&AARCH64_CLANG, 24);
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_generated_programs_for_arm() {
    run_across(&ARM, 24);
    run_across(&ARM_CLANG, 24);
    run_across(&THUMB, 24);
    run_across(&THUMB_CLANG, 24);
}
