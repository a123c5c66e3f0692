//! The parts of a comparison, each by itself: reading patches, reading object files, comparing units.
//!
//! Whole commands are measured by `benches/whole-commands` beside this file.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

use criterion::{BenchmarkId, Criterion, Throughput};

use fixscope::compare::{Options, compare};
use fixscope::inputs::fix;
use fixscope::load::{MappedFile, elf};
use fixscope::pair::Pair;
use fixscope::plan::{FixSource, PatchText};

/// Number of functions in the unit that is compared; a large unit of a kernel has about as many.
const FUNCTIONS: u32 = 400;

/// A unit with calls, strings, a table, a jump table and line numbers. Every `every`-th function is patched.
fn source(every: Option<u32>) -> String {
    let mut text = String::from(
        "extern void report(const char *, int);\nextern int limit(int);\nstatic const int table[8] = { 3, 1, 4, 1, 5, \
         9, 2, 6 };\n",
    );
    for n in 0..FUNCTIONS {
        let step = if every.is_some_and(|every| n % every == 0) { 3 } else { 2 };
        writeln!(
            text,
            "int f{n}(int a, int b)\n{{\n\tint sum = table[a & 7] + {step};\n\tfor (int i = 0; i < b; i++) {{\n\t\t\
             switch ((a + i) % 7) {{\n\t\tcase 0: sum += limit(i); break;\n\t\tcase 1: sum -= b; break;\n\t\tcase 2: \
             sum *= {n}; break;\n\t\tcase 3: report(\"f{n}\", sum); break;\n\t\tcase 4: sum ^= a; break;\n\t\tcase 5: \
             sum = limit(sum); break;\n\t\t}}\n\t}}\n\treturn sum;\n}}"
        )
        .expect("writing to a string does not fail");
    }
    text
}

fn compiled(folder: &Path, name: &str, text: &str) -> PathBuf {
    let source = folder.join(name).with_extension("c");
    std::fs::write(&source, text).expect("the temporary folder is writable");
    let object = folder.join(name);
    let status = Command::new("cc")
        .args(["-O2", "-g", "-ffunction-sections", "-fdata-sections", "-c", "-o"])
        .args([&object, &source])
        .status()
        .expect("a compiler is installed");
    assert!(status.success(), "the benchmark's own source compiles");
    object
}

fn object_files(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let original = compiled(folder.path(), "original.o", &source(None));
    let variants = [("equal", None), ("one-function", Some(FUNCTIONS)), ("every-fourth-function", Some(4))];

    let mut group = criterion.benchmark_group("load");
    let size = std::fs::metadata(&original).expect("the object is there").len();
    group.throughput(Throughput::Bytes(size));
    group.bench_function("elf", |bencher| {
        bencher.iter(|| {
            let file = MappedFile::open(&original).expect("a sound object");
            let unit = elf::read(&original, file.bytes()).expect("a sound object");
            black_box(&unit);
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("compare");
    group.throughput(Throughput::Elements(u64::from(FUNCTIONS)));
    let file = MappedFile::open(&original).expect("a sound object");
    let unit = elf::read(&original, file.bytes()).expect("a sound object");
    for (name, every) in variants {
        let patched = compiled(folder.path(), &format!("{name}.o"), &source(every));
        let other_file = MappedFile::open(&patched).expect("a sound object");
        let other = elf::read(&patched, other_file.bytes()).expect("a sound object");
        group.bench_with_input(BenchmarkId::from_parameter(name), &other, |bencher, other| {
            bencher.iter(|| compare(Pair::new(&unit, other), Options::default()).expect("both are x86_64"));
        });
    }
    group.finish();
}

/// A tree with one file of `lines` lines, and a patch that alters every hundredth.
fn patched_tree(folder: &Path, lines: usize) -> PatchText {
    let line = |n: usize| format!("\tvalue[{n}] = {};\n", n * 7 % 1000);
    let text: String = (1..=lines).map(line).collect();
    std::fs::write(folder.join("large.c"), text).expect("the temporary folder is writable");
    let mut patch = String::from("--- a/large.c\n+++ b/large.c\n");
    for n in (50..lines - 3).step_by(100) {
        writeln!(patch, "@@ -{0},7 +{0},7 @@", n - 3).expect("writing to a string does not fail");
        for near in n - 3..=n + 3 {
            if near == n {
                writeln!(patch, "-{}+\tvalue[{n}] = -1;", line(n))
                    .expect("writing to a string does not fail");
            } else {
                write!(patch, " {}", line(near)).expect("writing to a string does not fail");
            }
        }
    }
    PatchText { name: "large.patch".to_owned(), text: patch.into_bytes() }
}

fn patches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch");
    for lines in [1_000, 20_000] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let patch = patched_tree(folder.path(), lines);
        group.throughput(Throughput::Bytes(patch.text.len() as u64));
        let source = FixSource::Patches { patches: vec![patch], strip: None };
        group.bench_with_input(BenchmarkId::new("lines", lines), &source, |bencher, source| {
            bencher.iter(|| fix::resolve(folder.path(), source).expect("the patch fits"));
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    object_files(&mut criterion);
    patches(&mut criterion);
    criterion.final_summary();
}
