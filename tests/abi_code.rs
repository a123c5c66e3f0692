//! What machine code shows of functions that rely on each other's registers.
//!
//! Truths that are not ours: the same source compiled without the optimisation (`-fno-ipa-ra`), and programs that are run
//! with a register overwritten.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use fixscope::abi::Strength;

use common::contracts::{contracts, differing, relying, with_evidence};
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
                1 => writeln!(text, "  for (int k = 0; k < 4 && x > 1000; k++) x -= table[(x + k) & 31];"),
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

/// What calls the functions of a program, and what they call.
const DRIVER: &str = "
#include <stdio.h>
long table[64];
long ext(long x) { return x * 31 + 7; }
void note(long a, long b) { table[9] += a * 3 + b; }
extern long g0(long, long, long), g1(long, long, long), g2(long, long, long);
int main(void) {
  for (int i = 0; i < 64; i++) table[i] = i * 37 + 11;
  for (long i = 0; i < 60; i++) {
    printf(\"%ld %ld\", g0(i, i % 7, 90 - i), g1(i * 3, 5, i));
    printf(\" %ld %ld\\n\", g2(i - 20, i % 5, i * 2), table[i]);
  }
}
";

/// Registers of x86-64 that calls may change and that hold no result of these programs.
const CLOBBERED: [&str; 8] = ["rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"];

/// Assembly in which each static function overwrites, before it returns, what `clobbers` says.
fn clobbering(assembly: &str, clobbers: impl Fn(&str) -> Vec<&'static str>) -> String {
    let mut text = String::new();
    let mut registers = Vec::new();
    for line in assembly.lines() {
        if let Some(name) = line.strip_suffix(':')
            && !name.starts_with('.')
        {
            registers = if name.starts_with('f') { clobbers(name) } else { Vec::new() };
        }
        if line.trim() == "ret" {
            for register in &registers {
                let _ = writeln!(text, "\tmovq\t$0x5a5a5a5a, %{register}");
            }
        }
        text += line;
        text.push('\n');
    }
    text
}

/// What a program of assembly prints.
fn output(folder: &Path, assembly: &str) -> String {
    std::fs::write(folder.join("clobbered.s"), assembly).expect("the folder is writable");
    sh(&["cc", "-o", "clobbered", "clobbered.s", "driver.o"], folder);
    sh(&["timeout", "10", "./clobbered"], folder)
}

/// Whether a reliance on `function` names the register, and how sure that is.
fn kept(all: &[fixscope::abi::Reliance], function: &str, register: &str) -> Option<Strength> {
    let names = |summary: &str| {
        let list = summary.split(" in ").nth(1).and_then(|rest| rest.split(" across").next());
        list.is_some_and(|list| list.split(", ").any(|name| name == register))
    };
    let of_function = all.iter().filter(|r| r.on.name == function).flat_map(|r| &r.evidence);
    of_function.filter(|e| names(&e.summary)).map(|e| e.strength).min()
}

/// One generated program: held against another compilation, and run with registers overwritten.
fn try_program(folder: &Path, seed: u64, flags: &[&str], each: bool) -> (usize, usize) {
    let mut random = Random(seed * 0x9e37_79b9 + 1);
    let text = program(&mut random);
    let (one, other) = both_objects(folder, &text, flags);
    let seen: BTreeSet<String> =
        relying(&one).into_iter().filter(|(_, s)| *s == Strength::Seen).map(|(name, _)| name).collect();
    let changed = differing("objdump", &one, &other);
    assert!(seen.is_subset(&changed), "seed {seed}: seen in {seen:?}, changed {changed:?}\n{text}");
    // Other functions change too, since the allocator weighs things anew; whether any of them relies on a register shows
    // below, where the program is run.
    assert!(
        contracts(&other).iter().all(|r| r.evidence[0].strength > Strength::Seen),
        "seed {seed}: nobody relies on registers without the optimisation\n{text}"
    );

    let all = contracts(&one);
    let mut words = vec!["cc", "-O2", "-S", "-o", "program.s"];
    words.extend(flags);
    words.push("program.c");
    sh(&words, folder);
    let assembly = std::fs::read_to_string(folder.join("program.s")).expect("the compiler wrote it");
    let before = output(folder, &assembly);
    let unkept = |function: &str| {
        CLOBBERED.into_iter().filter(|r| kept(&all, function, r).is_none()).collect::<Vec<_>>()
    };
    assert_eq!(output(folder, &clobbering(&assembly, unkept)), before, "seed {seed}: missed\n{text}");
    let mut matter = 0;
    if each {
        for reliance in &all {
            for register in CLOBBERED {
                if kept(&all, &reliance.on.name, register) != Some(Strength::Seen) {
                    continue;
                }
                let only = |function: &str| match function == reliance.on.name {
                    true => vec![register],
                    false => Vec::new(),
                };
                // Whether the code runs at all, and with other values, depends on the numbers chosen.
                let text = clobbering(&assembly, only);
                std::fs::write(folder.join("clobbered.s"), &text).expect("the folder is writable");
                sh(&["cc", "-o", "clobbered", "clobbered.s", "driver.o"], folder);
                let run =
                    std::process::Command::new("timeout").arg("1").arg(folder.join("clobbered")).output();
                matter += usize::from(run.expect("timeout runs").stdout != before.as_bytes());
            }
        }
    }
    (seen.len(), matter)
}

fn both_objects(folder: &Path, text: &str, flags: &[&str]) -> (std::path::PathBuf, std::path::PathBuf) {
    let mut with = vec!["-g"];
    with.extend(flags);
    let one = compile(folder, "program.o", text, &with);
    with.push("-fno-ipa-ra");
    std::fs::write(folder.join("driver.c"), DRIVER).expect("the folder is writable");
    sh(&["cc", "-O1", "-c", "driver.c"], folder);
    let source = folder.join("off");
    std::fs::create_dir_all(&source).expect("the folder is writable");
    let other = compile(&source, "program.o", text, &with);
    (one, other)
}

#[test]
fn generated_programs_agree_with_the_compiler() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut total = 0;
    for seed in 1..=8 {
        total += try_program(folder.path(), seed, &["-fno-inline"], false).0;
    }
    assert!(total > 8, "{total} functions rely on a register; the programs are too plain");
}

#[test]
#[ignore = "takes a minute: many programs, each run with one register overwritten at a time"]
fn many_generated_programs_agree_with_the_compiler() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut total, mut matter) = (0, 0);
    for seed in 100..140 {
        let flags: &[&str] = match seed % 4 {
            0 => &["-fno-inline"],
            1 => &["-fno-inline", "-fPIC"],
            2 => &["-fno-inline", "-fno-jump-tables"],
            _ => &["-Os", "-fno-inline"],
        };
        let (seen, mattered) = try_program(folder.path(), seed, flags, seed % 16 == 0);
        (total, matter) = (total + seen, matter + mattered);
    }
    assert!(total > 50, "{total} functions rely on a register");
    assert!(matter > 5, "{matter} overwritten registers changed what a program prints");
}

/// The strongest evidence that `g` relies on `leaf` for r8, where `body` is what `g` does.
fn in_assembly(folder: &Path, body: &str) -> Option<Strength> {
    let text = format!(
        ".text\n.type leaf, @function\nleaf:\n\tlea 1(%rdi), %eax\n\tret\n.size leaf, .-leaf\n\
         .type ends, @function\nends:\n\tud2\n.size ends, .-ends\n\
         .globl g\n.type g, @function\ng:\n\tmov %rsi, %r8\n{body}\n.size g, .-g\n"
    );
    std::fs::write(folder.join("a.s"), &text).expect("the folder is writable");
    sh(&["cc", "-c", "-o", "a.o", "a.s"], folder);
    kept(&contracts(&folder.join("a.o")), "leaf", "r8")
}

#[test]
fn values_are_followed_over_all_ways() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = ".section .rodata\n.align 8\n.LT:\n\t.quad .L1\n\t.quad .L2\n.text\n";
    let ends = "1:\txor %eax, %eax\n\tret\n";
    let cases: [(&str, String, Option<Strength>); 11] = [
        ("straight", "\tcall leaf\n\tadd %r8, %rax\n\tret".to_owned(), Some(Strength::Seen)),
        ("set again", "\tcall leaf\n\tmov $1, %r8d\n\tadd %r8, %rax\n\tret".to_owned(), None),
        ("loop", "2:\tcall leaf\n\tdec %r8\n\tjne 2b\n\tret".to_owned(), Some(Strength::Seen)),
        (
            "table of addresses",
            format!("\tcall leaf\n\tnotrack jmp *.LT(,%rax,8)\n.L1:\tret\n.L2:\tmov %r8, %rax\n\tret\n{table}"),
            Some(Strength::Seen),
        ),
        (
            "table of distances",
            "\tcall leaf\n\tlea .LR(%rip), %rdx\n\tmovslq (%rdx,%rax,4), %rax\n\tadd %rdx, %rax\n\tjmp *%rax\n.L3:\tret\n\
             .L4:\tmov %r8, %rax\n\tret\n.section .rodata\n.align 4\n.LR:\n\t.long .L3-.LR\n\t.long .L4-.LR\n.text"
                .to_owned(),
            Some(Strength::Seen),
        ),
        (
            "fixup of a fault",
            format!(
                "\tcall leaf\n2:\tmov (%rdi), %r8\n{ends}3:\tmov %r8, %rax\n\tret\n.section __ex_table,\"a\"\n\
                 .long 2b-., 3b-., 0\n.text"
            ),
            Some(Strength::Seen),
        ),
        (
            "static key",
            format!(
                "\tcall leaf\n2:\t.byte 0x0f,0x1f,0x44,0,0\n{ends}3:\tmov %r8, %rax\n\tret\n\
                 .section __jump_table,\"aw\"\n.long 2b-., 3b-.\n.quad key-.\n.text"
            ),
            Some(Strength::Seen),
        ),
        (
            "cold part",
            format!(
                "\tcall leaf\n\ttest %eax, %eax\n\tjne g.cold\n{ends}2:\tmov %r8, %rax\n\tret\n\
                 .section .text.unlikely\n.type g.cold, @function\ng.cold:\n\tjmp 2b\n.size g.cold, .-g.cold\n.text"
            ),
            Some(Strength::Seen),
        ),
        ("what does not come back", "\ttest %eax, %eax\n\tje 2f\n\tcall ends\n2:\tmov %r8, %rax\n\tret".to_owned(), None),
        (
            "the lowest byte alone",
            "\tcall leaf\n\ttest %eax, %eax\n\tsete %r8b\n\tmov %r8b, (%rdi)\n\tret".to_owned(),
            None,
        ),
        ("a call that may take it", "\tcall leaf\n\tcall *%rbx\n\tmov %r8, %rax\n\tret".to_owned(), Some(Strength::Suspected)),
    ];
    for (name, body, expected) in cases {
        assert_eq!(in_assembly(folder.path(), &body), expected, "{name}:\n{body}");
    }
}

#[test]
fn contracts_say_what_functions_take_and_change() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = "static __attribute__((noinline)) long leaf(long a, long b) { return a * b; }\n\
                long twice(long a, long b, long c) { return leaf(a, b) + leaf(b, a); }\n\
                extern long out(long);\nlong calls(long a, long b) { return out(a) + b; }\n";
    let object = compile(folder.path(), "c.o", text, &["-g"]);
    with_evidence(&object, |n, evidence| {
        let of = |name: &str| {
            let id = n.ids().find(|&id| n.name(id) == name).expect("it is there");
            evidence.contract(id).expect("it has a contract")
        };
        let named = |set: fixscope_arch::RegSet| -> BTreeSet<&str> {
            set.iter().map(|r| n.arch.register_name(r)).filter(|r| *r != "flags" && *r != "rsp").collect()
        };
        assert_eq!(named(of("leaf").takes), BTreeSet::from(["rdi", "rsi"]));
        assert!(named(of("leaf").changes).contains("rax") && !named(of("leaf").changes).contains("rcx"));
        assert_eq!(named(of("calls").takes), BTreeSet::from(["rdi", "rsi"]));
        assert!(of("calls").calls_outside && named(of("calls").changes).contains("r11"));
        assert!(of("twice").exits.iter().all(|e| named(e.changed).is_empty()), "{:?}", of("twice").exits);
        assert!(!named(of("calls").changes).contains("rbx"));
    });
}

#[test]
fn damaged_code_is_no_trouble() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let object = compile(folder.path(), "d.o", &program(&mut Random(77)), &["-g", "-fno-inline"]);
    let whole = std::fs::read(&object).expect("the compiler wrote it");
    let mut random = Random(4242);
    for _ in 0..200 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random.below(40) {
            let at = 64 + random.below(bytes.len() as u64 - 64) as usize;
            bytes[at] = random.below(256) as u8;
        }
        let Ok(unit) = fixscope::load::elf::read(&object, &bytes) else { continue };
        let Ok(arch) = fixscope::normalize::arch_of(&unit) else { continue };
        let n = fixscope::normalize::Normalized::new(&unit, arch);
        let evidence = fixscope::abi::code::evidence(&n);
        assert!(evidence.contracts().len() <= n.entities().len());
    }
}
