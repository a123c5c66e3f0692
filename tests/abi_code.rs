//! What machine code shows of functions that rely on each other's registers.
//!
//! Truths that are not ours: the same source compiled without the optimisation (`-fno-ipa-ra`), and programs that are run
//! with a register overwritten.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use fixscope::abi::Strength;

use common::contracts::{contracts, differing, relying};
use common::{Random, compile, sh};

/// Compiles with and without the optimisation; says which functions differ, and which are found to rely on a register.
fn both(folder: &Path, name: &str, text: &str, flags: &[&str]) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut with = vec!["-g"];
    with.extend(flags);
    let one = compile(folder, &format!("{name}.o"), text, &with);
    with.push("-fno-ipa-ra");
    let other = compile(folder, &format!("{name}-off.o"), text, &with);
    let changed = differing("objdump", &one, &other);
    assert!(contracts(&other).iter().all(|r| r.evidence[0].strength > Strength::Seen), "{name}: {text}");
    let seen = relying(&one).into_iter().filter(|(_, s)| *s == Strength::Seen).map(|(name, _)| name);
    (changed, seen.collect())
}

const KEEPS: &str = "
extern int ext(int);
static __attribute__((noinline)) int leaf(int x) { return x * 3 + 1; }
static __attribute__((noinline)) int middle(int x) { return leaf(x) ^ 5; }
int caller(int a, int b) { return leaf(a) + b; }
int far(int a, int b) { return middle(a) * b; }
int outside(int a, int b) { return ext(a) + b; }
int nothing(int a) { return leaf(a); }
";

#[test]
fn a_value_kept_across_a_call_is_seen() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (changed, seen) = both(folder.path(), "keeps", KEEPS, &[]);
    assert_eq!(changed, BTreeSet::from(["caller".to_owned(), "far".to_owned()]));
    assert_eq!(seen, changed);
    let all = contracts(&folder.path().join("keeps.o"));
    let pairs: BTreeSet<(&str, &str)> = all.iter().map(|r| (&*r.by.name, &*r.on.name)).collect();
    // What `middle` calls may not change the register either.
    assert_eq!(pairs, BTreeSet::from([("caller", "leaf"), ("far", "leaf"), ("far", "middle")]));
    let caller = all.iter().find(|r| r.by.name == "caller").expect("it is there");
    let evidence = &caller.evidence[0];
    assert!(evidence.summary.contains(" in r") && evidence.summary.contains("call of leaf"), "{evidence:?}");
    let listing = sh(&["objdump", "-d", "keeps.o"], folder.path());
    let at = evidence.at.expect("it is in the function itself");
    let start = listing.lines().find(|l| l.contains("<caller>:")).and_then(|l| l.split(' ').next());
    let start = u64::from_str_radix(start.expect("objdump lists it"), 16).expect("an address");
    let place = format!("{:x}:", start + at);
    assert!(
        listing.lines().any(|l| l.trim().starts_with(&place) && l.contains("call")),
        "{place}\n{listing}"
    );
}

#[test]
fn tracing_turns_it_off() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for flags in [&["-pg", "-mfentry"][..], &["-fpatchable-function-entry=2"]] {
        let mut all = vec!["-g"];
        all.extend(flags);
        let object = compile(folder.path(), "traced.o", KEEPS, &all);
        assert_eq!(contracts(&object), [], "{flags:?}");
        let bare = compile(folder.path(), "bare.o", KEEPS, flags);
        assert_eq!(contracts(&bare), [], "{flags:?}");
    }
}

/// A program of static functions that are not inlined, and callers with many values.
fn program(random: &mut Random) -> String {
    let mut text =
        String::from("extern long ext(long);\nextern void note(long, long);\nextern long table[64];\n");
    let leaves = 3 + random.below(4);
    for i in 0..leaves {
        let arguments = 1 + random.below(3);
        let list: Vec<String> = (0..arguments).map(|a| format!("long a{a}")).collect();
        let is_void = random.below(4) == 0;
        let kind = if is_void { "void" } else { "long" };
        let _ = writeln!(text, "static __attribute__((noinline)) {kind} f{i}({}) {{", list.join(", "));
        let _ = writeln!(text, "  long x = a0 * {} + {};", 3 + random.below(90), random.below(1000));
        for a in 1..arguments {
            let _ = writeln!(text, "  x ^= a{a} << {};", 1 + random.below(20));
        }
        for _ in 0..random.below(3) {
            let _ = match random.below(5) {
                0 => writeln!(text, "  if (x > {}) x = table[x & 63];", random.below(50)),
                1 => writeln!(text, "  while (x > 1000) x -= table[x & 31] | 7;"),
                2 if i > 0 => writeln!(text, "  x += {};", called(random, &text, i)),
                3 => writeln!(text, "  table[x & 7] += x;"),
                _ => writeln!(
                    text,
                    "  switch (x & 7) {{ case 0: x += 5; break; case 1: x *= a0; break; case 2: x -= 9; break; case 3: x ^= 77; break; case 4: x = -x; break; case 5: x |= 1; break; case 6: table[3] = x; break; }}"
                ),
            };
        }
        text += if is_void { "  table[1] = x;\n}\n" } else { "  return x;\n}\n" };
    }
    for i in 0..3 + random.below(4) {
        let _ = writeln!(text, "long g{i}(long a, long b, long c) {{\n  long x = a + {};", random.below(99));
        for _ in 0..1 + random.below(4) {
            let call = called(random, &text, leaves);
            let _ = match random.below(6) {
                0 => writeln!(text, "  x += {call} * b;"),
                1 => writeln!(text, "  if (c > {}) x ^= {call}; else x += c;", random.below(40)),
                2 => writeln!(text, "  for (long k = 0; k < b; k++) x += {call} + k;"),
                3 => writeln!(text, "  x += ext(x) - c;"),
                4 => writeln!(text, "  note(x, {call});"),
                _ => writeln!(text, "  x = {call} + a * c;"),
            };
        }
        text += "  return x;\n}\n";
    }
    text
}

/// A call of one of the first functions of a program.
fn called(random: &mut Random, text: &str, below: u64) -> String {
    let which = random.below(below);
    let head = text.split(&format!(" f{which}(")).nth(1).and_then(|t| t.split(')').next());
    let arguments = head.map_or(1, |h| h.split(',').count());
    let own = if text.lines().last().is_some_and(|_| text.contains("long g0(")) {
        ["x", "a", "b"]
    } else {
        ["x", "a0", "x"]
    };
    let is_void = text.contains(&format!("void f{which}("));
    let list = own[..arguments].join(", ");
    if is_void { format!("(f{which}({list}), x)") } else { format!("f{which}({list})") }
}

#[test]
fn generated_programs_agree_with_the_compiler() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut total = 0;
    for seed in 1..=12 {
        let mut random = Random(seed * 0x9e37_79b9 + 1);
        let text = program(&mut random);
        let (changed, seen) = both(folder.path(), "program", &text, &["-fno-inline"]);
        total += seen.len();
        assert_eq!(seen, changed, "seed {seed}\n{text}");
    }
    assert!(total > 10, "{total} functions rely on a register; the programs are too plain");
}
