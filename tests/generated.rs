//! Properties over generated C programs, whose truth is known because every function is opaque to the others.
//!
//! A program is compared with itself compiled in another way that means nothing (again, with debug information,
//! with sections of their own, in another order), with itself and something unrelated, and with one thing in it
//! altered. `FIXSCOPE_SEED=n cargo test --test generated` repeats one program and keeps its sources.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Random;
use fixscope::compare::{Options, Status, compare};
use fixscope::load::{self, MappedFile, names};
use fixscope::pair::Pair;
use rayon::prelude::*;

const WAYS: &[&str] = &[
    "-O2 -fno-pic",
    "-O2 -ffunction-sections -fdata-sections",
    "-Os -fcf-protection=branch",
    "-O2 -fPIC",
    "-O2 -mcmodel=kernel -mno-red-zone -fno-pic -pg -mfentry -mrecord-mcount",
    "-O1",
    "-O3 -march=x86-64-v3",
    "-O2 -fno-pic -fno-jump-tables -mno-sse",
];

/// What a part of a function does; the numbers are what can be altered.
#[derive(Debug, Clone)]
enum Part {
    Constant(u64),
    CallOutside(u64),
    CallInside(usize),
    Text(String),
    NamedTable(usize),
    ValueTable(Vec<u64>),
    JumpTable(Vec<u64>),
    StaticLocal(u64),
    Float(u64),
    LocalArray(Vec<u64>),
    Unlikely(u64),
    Loop(u64),
    Pointers(Vec<u64>),
}

#[derive(Debug, Clone)]
struct Program {
    functions: Vec<Vec<Part>>,
    tables: Vec<Vec<u64>>,
    order: Vec<usize>,
    /// Unrelated things in front of all others.
    extra: bool,
}

fn numbers(random: &mut Random, count: u64) -> Vec<u64> {
    (0..count).map(|_| 1 + random.below(250)).collect()
}

fn part(random: &mut Random, own: usize, tables: usize, float: bool) -> Part {
    match random.below(13) {
        0 => Part::Constant(1000 + random.below(100_000)),
        1 => Part::CallOutside(random.below(6)),
        2 if own > 0 => Part::CallInside(random.below(own as u64) as usize),
        3 => Part::Text(format!("text {}", random.below(5))),
        4 => Part::NamedTable(random.below(tables as u64) as usize),
        5 => Part::ValueTable(numbers(random, 7)),
        6 => Part::JumpTable(numbers(random, 8)),
        7 => Part::StaticLocal(1 + random.below(9)),
        8 if float => Part::Float(1 + random.below(50)),
        9 => Part::LocalArray(numbers(random, 24)),
        10 => Part::Unlikely(1000 + random.below(1000)),
        11 => Part::Loop(3 + random.below(1000)),
        12 => Part::Pointers(numbers(random, 6)),
        _ => Part::Constant(7 + random.below(100)),
    }
}

fn program(random: &mut Random, float: bool) -> Program {
    let count = 6 + random.below(6) as usize;
    let tables = 1 + random.below(3) as usize;
    let functions = (0..count)
        .map(|own| {
            let mut parts: Vec<Part> =
                (0..1 + random.below(4)).map(|_| part(random, own, tables, float)).collect();
            // Equal functions would be told apart by nothing.
            parts.push(Part::Constant(500_000 + own as u64));
            parts
        })
        .collect();
    let tables = (0..tables).map(|_| numbers(random, 8)).collect();
    Program { functions, tables, order: (0..count).collect(), extra: false }
}

fn list(values: &[u64]) -> String {
    values.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

fn body(part: &Part, label: &str) -> String {
    match part {
        Part::Constant(n) => format!("r = r * 5 + {n};"),
        Part::CallOutside(n) => format!("r += outside_{n}(r);"),
        Part::CallInside(n) => format!("r ^= function_{n}(r);"),
        Part::Text(text) => format!("say(\"{text}\", r);"),
        Part::NamedTable(n) => format!("r += table_{n}[r & 7];"),
        Part::ValueTable(v) => {
            let cases: String =
                v.iter().enumerate().map(|(i, v)| format!("case {i}: {label} = {v}; break; ")).collect();
            format!("{{ int {label}; switch (r) {{ {cases}default: {label} = -3; }} r += {label}; }}")
        }
        Part::JumpTable(v) => {
            let cases: String = v
                .iter()
                .enumerate()
                .map(|(i, v)| format!("case {i}: r = outside_{}(r + {v}); say(0, r); break; ", v % 6))
                .collect();
            format!("switch (r) {{ {cases}}}")
        }
        Part::StaticLocal(n) => format!("{{ static int counter = {n}; r += counter++; }}"),
        Part::Float(n) => format!("r += (int)weigh((double)r * {n}.375);"),
        Part::LocalArray(v) => {
            format!("{{ int {label}[] = {{ {} }}; fill({label}); r += {label}[r & 15]; }}", list(v))
        }
        Part::Unlikely(n) => {
            format!("if (__builtin_expect(r == -{n}, 0)) {{ fail({n}); fail(r); r = outside_0({n} + 1); }}")
        }
        Part::Loop(n) => {
            format!("for (int i = 0; i < {n}; i++) {{ r += outside_1(i ^ r); if (r > 9) break; }}")
        }
        Part::Pointers(v) => {
            let texts: Vec<String> = v.iter().map(|v| format!("\"name {v}\"")).collect();
            format!(
                "{{ static const char *const names[] = {{ {} }}; say(names[(unsigned)r % 6], r); }}",
                texts.join(", ")
            )
        }
    }
}

fn source(program: &Program) -> String {
    let mut text = String::from(
        "void say(const char *, int); void fail(int) __attribute__((cold)); void fill(int *);\n",
    );
    text.push_str("#ifdef __SSE2__\ndouble weigh(double);\n#endif\n");
    for n in 0..6 {
        writeln!(text, "int outside_{n}(int);").expect("text grows");
    }
    for n in 0..program.functions.len() {
        writeln!(text, "{} int function_{n}(int);", linkage(n)).expect("text grows");
    }
    if program.extra {
        text.push_str(
            "static int extra_state = 5; static const short extra_table[] = {4, 9, 2, 7, 1};\n\
             __attribute__((noipa)) int extra(int r) {\n\
             \x20 static int counter = 77; int a[] = {9,8,7,6,5,4,3,2,1,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25}; fill(a);\n\
             \x20 say(\"extra text\", extra_state++); r += extra_table[r % 5] + counter++;\n\
             \x20 switch (r) { case 0: return 4; case 1: return 44; case 2: return 3; case 3: return 9; case 4: return 71; case 5: return 6; }\n\
             \x20 return a[r & 7]; }\n",
        );
    }
    for (n, values) in program.tables.iter().enumerate() {
        writeln!(text, "static const int table_{n}[] = {{ {} }};", list(values)).expect("text grows");
    }
    for &n in &program.order {
        writeln!(text, "{} int function_{n}(int r)\n{{", linkage(n)).expect("text grows");
        for (i, part) in program.functions[n].iter().enumerate() {
            writeln!(text, "  {}", body(part, &format!("values_{i}"))).expect("text grows");
        }
        text.push_str("  return r;\n}\n");
    }
    text
}

/// Every other function is static, and kept by its attribute.
fn linkage(n: usize) -> &'static str {
    if n % 2 == 1 { "static __attribute__((noipa, used))" } else { "__attribute__((noipa))" }
}

/// One compilation: the assembly the compiler wrote, and what the assembler made of it.
struct Compiled {
    object: (PathBuf, MappedFile),
    assembly: (PathBuf, MappedFile),
}

fn compile(folder: &Path, name: &str, text: &str, flags: &str) -> Compiled {
    let source = folder.join(format!("{name}.c"));
    std::fs::write(&source, text).expect("the temporary folder is writable");
    let (assembly, object) = (folder.join(format!("{name}.s")), folder.join(format!("{name}.o")));
    let gcc = |arguments: &[&str], from: &Path, to: &Path| {
        let output =
            Command::new("gcc").args(arguments).arg("-o").args([to, from]).output().expect("gcc runs");
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    };
    let mut arguments: Vec<&str> = flags.split_whitespace().collect();
    arguments.extend(["-w", "-fno-toplevel-reorder", "-S"]);
    gcc(&arguments, &source, &assembly);
    gcc(&["-c"], &assembly, &object);
    let open = |path: PathBuf| {
        let file = MappedFile::open(&path).expect("gcc wrote it");
        (path, file)
    };
    Compiled { object: open(object), assembly: open(assembly) }
}

/// What differs: `STATUS NAME`, without the compiler's numbers and without cold parts.
fn differences(original: &(PathBuf, MappedFile), patched: &(PathBuf, MappedFile)) -> BTreeSet<String> {
    let (o, p) = (load::read(&original.0, original.1.bytes()), load::read(&patched.0, patched.1.bytes()));
    let (o, p) = (o.unwrap_or_else(|e| panic!("{e}")), p.unwrap_or_else(|e| panic!("{e}")));
    let comparison = compare(Pair::new(&o, &p), Options::default()).expect("both are x86_64");
    comparison
        .entries
        .iter()
        .filter(|e| e.cold_of.is_none() && e.status != Status::Unchanged)
        .map(|e| format!("{:?} {}", e.status, names::class(&e.name)).to_lowercase())
        .collect()
}

/// Alters one thing and says what must be listed.
fn alter(program: &mut Program, random: &mut Random) -> (String, BTreeSet<String>) {
    if random.below(8) == 0 {
        let n = random.below(program.tables.len() as u64) as usize;
        program.tables[n][random.below(8) as usize] += 300;
        return (format!("table {n}"), BTreeSet::from([format!("changed table_{n}")]));
    }
    let n = random.below(program.functions.len() as u64) as usize;
    let at = random.below(program.functions[n].len() as u64) as usize;
    let part = &mut program.functions[n][at];
    let mut expected = format!("changed function_{n}");
    let what = format!("function {n}: {part:?}");
    match part {
        Part::Constant(v) | Part::Unlikely(v) | Part::Loop(v) => *v += 1,
        Part::CallOutside(v) => *v = (*v + 1) % 6,
        Part::CallInside(v) if n > 1 => *v = (*v + 1) % n,
        Part::CallInside(_) => *part = Part::Constant(3),
        Part::Text(text) => *text = text.replace("text", "tezt"),
        Part::NamedTable(_) => *part = Part::Constant(424_242),
        Part::ValueTable(v) | Part::LocalArray(v) => v[random.below(7) as usize] += 251,
        Part::JumpTable(v) => {
            let i = random.below(7) as usize;
            if v[i] == v[i + 1] {
                v[i] += 1;
            } else {
                v.swap(i, i + 1);
            }
        }
        Part::StaticLocal(v) => {
            *v += 10;
            expected = "changed counter".to_owned();
        }
        Part::Float(v) => *v += 50,
        Part::Pointers(v) => v[random.below(6) as usize] += 300,
    }
    (what, BTreeSet::from([expected]))
}

fn check(seed: u64) -> Vec<String> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let way = WAYS[(seed % WAYS.len() as u64) as usize];
    let original = program(&mut random, !way.contains("-mno-sse"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let base = compile(folder.path(), "base", &source(&original), way);
    let mut failures = Vec::new();
    let mut expect = |name: &str, what: &str, patched: &Compiled, expected: &BTreeSet<String>| {
        let objects = differences(&base.object, &patched.object);
        let assembly = differences(&base.assembly, &patched.assembly);
        for (kind, found) in [("objects", objects), ("assembly", assembly)] {
            if found != *expected {
                failures.push(format!(
                    "seed {seed} ({way}), {name}, {kind}: {what}\n  expected {expected:?}\n  listed   {found:?}"
                ));
            }
        }
    };
    let nothing = BTreeSet::new();
    let text = source(&original);
    expect("again", "", &compile(folder.path(), "again", &text, &format!("{way} -g")), &nothing);
    let sections = format!("{way} -ffunction-sections -fdata-sections");
    expect("sections", "", &compile(folder.path(), "sections", &text, &sections), &nothing);

    let mut reordered = original.clone();
    for i in (1..reordered.order.len()).rev() {
        reordered.order.swap(i, random.below(i as u64 + 1) as usize);
    }
    expect("reordered", "", &compile(folder.path(), "reordered", &source(&reordered), way), &nothing);

    let mut extra = reordered.clone();
    extra.extra = true;
    let added = ["new extra", "new extra_state", "new extra_table", "new counter"].map(str::to_owned);
    let added = BTreeSet::from(added);
    expect("added", "", &compile(folder.path(), "added", &source(&extra), way), &added);

    for round in 0..3 {
        let mut altered = original.clone();
        let (what, expected) = alter(&mut altered, &mut random);
        let name = format!("altered{round}");
        expect(&name, &what, &compile(folder.path(), &name, &source(&altered), way), &expected);
        if round == 0 {
            // The same in another order.
            altered.order.clone_from(&reordered.order);
            expect("moved", &what, &compile(folder.path(), "moved", &source(&altered), way), &expected);
        }
    }
    if std::env::var_os("FIXSCOPE_SEED").is_some() {
        eprintln!("sources and objects are in {}", folder.keep().display());
    }
    failures
}

fn run(seeds: std::ops::Range<u64>) {
    let seeds = match std::env::var("FIXSCOPE_SEED").ok().and_then(|s| s.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => seeds,
    };
    let failures: Vec<String> = seeds.into_par_iter().flat_map_iter(check).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn verdicts_on_generated_programs() {
    run(0..40);
}

#[test]
#[ignore = "takes minutes"]
fn verdicts_on_many_generated_programs() {
    run(40..240);
}
