//! Object files of other languages than C: Rust's hashed names, and what C++ keeps beside the code.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{fixscope, run, sh};

const RUST: &str = "#![no_std]
pub mod inner {
    #[inline(never)] pub fn work<T: Into<u64>>(x: T) -> u64 { let mut x: u64 = x.into(); while x > ADDED { x /= 3 } x }
    static TABLE: [&str; 3] = [\"one\", \"two\", \"three\"];
    #[inline(never)] pub fn name(i: usize) -> &'static str { TABLE[i % 3] }
}
pub trait Shape { fn area(&self) -> u64; }
pub struct Square(pub u64);
impl Shape for Square { #[inline(never)] fn area(&self) -> u64 { self.0 * self.0 } }
pub fn shape(square: &Square) -> &dyn Shape { square }
pub fn start(x: u32) -> usize { inner::work(x) as usize + inner::name(x as usize).len() }
pub fn other(x: u16) -> u64 { inner::work(x) + 7 }
";

fn rust(folder: &Path, name: &str, text: &str, flags: &[&str]) -> PathBuf {
    // The path is part of what a panic says, and so the same on both sides.
    std::fs::write(folder.join("demo.rs"), text).expect("the temporary folder is writable");
    let mut words = vec!["rustc", "--edition=2021", "--crate-type=lib", "--emit=obj", "-Copt-level=2"];
    words.extend(["-Cpanic=abort", "-Ccodegen-units=1"]);
    words.extend(flags);
    words.extend(["-o", name, "demo.rs"]);
    sh(&words, folder);
    folder.join(name)
}

/// The rows of `fixscope diff`: status, kind, demangled name without a hash, first cause.
fn rows(folder: &Path, original: &Path, patched: &Path) -> BTreeSet<String> {
    let run = run(fixscope(folder).args(["diff", "--format", "json"]).args([original, patched]));
    assert!(run.code < 2, "{}", run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let mut rows = BTreeSet::new();
    for symbol in report["units"].as_array().into_iter().flatten().flat_map(|u| u["symbols"].as_array()) {
        for symbol in symbol {
            let word = |name: &str| symbol[name].as_str().unwrap_or_default();
            let name = if word("demangled").is_empty() { word("name") } else { word("demangled") };
            let cause = symbol["causes"][0]["kind"].as_str().unwrap_or_default();
            rows.insert(format!("{} {} {name} {cause}", word("status"), word("kind")).trim_end().to_owned());
        }
    }
    rows
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|&l| l.to_owned()).collect()
}

#[test]
fn rust_functions_are_matched_without_their_hashes() {
    for mangling in ["-Csymbol-mangling-version=v0", "-Copt-level=2"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let text = RUST.replace("ADDED", "100");
        let original = rust(folder, "original.o", &text, &["-Cmetadata=one", mangling]);
        let same = rust(folder, "same.o", &text, &["-Cmetadata=two", mangling]);
        let symbols = [&original, &same].map(|o| sh(&["nm", &o.display().to_string()], folder));
        assert_ne!(symbols[0], symbols[1], "the hashes differ");
        assert_eq!(rows(folder, &original, &same), set(&[]), "{mangling}");
        let altered = RUST.replace("ADDED", "101").replace("three", "seven");
        let patched = rust(folder, "patched.o", &altered, &["-Cmetadata=two", mangling]);
        // The two functions that the generic one makes have one name.
        let expected = set(&[
            "changed function demo::inner::work unsure",
            "changed object demo::inner::TABLE reference",
        ]);
        let found = rows(folder, &original, &patched);
        let plain: BTreeSet<String> =
            found.iter().map(|row| row.replace("::<u16>", "").replace("::<u32>", "")).collect();
        assert_eq!(plain, expected, "{mangling}: {found:?}");
    }
}

/// Words of a source and what stands in their place.
type Replaced<'a> = &'a [(&'a str, &'a str)];

/// What g++ makes of one source with some words replaced.
fn cxx(folder: &Path, name: &str, replaced: Replaced<'_>) -> PathBuf {
    let mut text = CXX.to_owned();
    for (from, to) in replaced {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    std::fs::write(folder.join("demo.cc"), text).expect("the temporary folder is writable");
    sh(&["g++", "-O2", "-fPIC", "-c", "-o", name, "demo.cc"], folder);
    folder.join(name)
}

const CXX: &str = "void work(int);
int caught(int x) { try { work(x); } catch (int &) { return 3; } return x; }
int other(int x) { try { work(x); } catch (long &) { return 4; } return x; }
struct Shape { virtual int area() const; virtual int edges() const; virtual ~Shape(); };
int Shape::area() const { return 1; }
int Shape::edges() const { return 3; }
Shape::~Shape() { work(1); }
struct Square : Shape { int area() const override; };
int Square::area() const { return 2; }
template <typename T> __attribute__((noinline)) T twice(T x) { work(5); return x + x; }
int use(int x) { return twice(x); }
long use_long(long x) { return twice(x); }
inline int next() { static int n = 7; return n++; }
int count() { return next(); }
Shape *make();
Shape *shape = make();
thread_local int local = 11;
int *place() { return &local; }
";

#[test]
#[ignore = "needs g++"]
fn what_cxx_keeps_beside_the_code() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let original = cxx(folder, "original.o", &[]);
    let cases: &[(Replaced<'_>, &[&str])] = &[
        (&[], &[]),
        (
            &[("catch (int &)", "catch (unsigned &)")],
            &["changed function caught(int) special", "changed function caught(int) [clone .cold] special"],
        ),
        // The table of the class leads to another function.
        (
            &[
                (
                    "struct Square : Shape { int area() const override;",
                    "struct Square : Shape { int area() const override; int edges() const override;",
                ),
                (
                    "int Square::area() const { return 2; }",
                    "int Square::area() const { return 2; } int Square::edges() const { return 4; }",
                ),
            ],
            &["changed object {vtable(Square)} reference", "new function Square::edges() const unsure"],
        ),
        (
            &[("work(5)", "work(6)")],
            &[
                "changed function int twice<int>(int) unsure",
                "changed function long twice<long>(long) unsure",
            ],
        ),
        // A static of an inline function: one for the whole program.
        (&[("n = 7", "n = 8")], &["changed object next()::n data"]),
        (&[("local = 11", "local = 12")], &["changed object local data"]),
    ];
    for (replaced, expected) in cases {
        let patched = cxx(folder, "patched.o", replaced);
        assert_eq!(rows(folder, &original, &patched), set(expected), "{replaced:?}");
    }
}
