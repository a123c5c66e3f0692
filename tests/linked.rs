//! Linked programs and shared libraries, compared by their symbols: everything moves, and only what is different may be
//! listed.
//!
//! Each case is one source that is compiled twice, without and with `-DPATCHED`, and linked in several ways. What must
//! be listed is known from the source.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{fixscope, run, run_expecting, sh};
use rayon::prelude::*;
use serde_json::Value;

/// The parts that no case changes: an entry point, and a function in front of and behind the case's own.
const MAIN: &str = "
int before(int), after(int), use_case(int);
int main(int c, char **v) { return before(c) + use_case(c) + after(c); }
";
const AROUND: (&str, &str) = (
    "#define F __attribute__((noipa))\nint puts(const char *); int printf(const char *, ...);\n\
     static int calls; F int before(int x) { calls++; puts(\"in front\"); return x + calls; }\n",
    "\nF int after(int x) { puts(\"behind\"); return x * 3 + calls; }\n",
);

const PROGRAMS: &[&str] = &[
    "-fPIE -pie",
    "-fno-pie -no-pie",
    "-fPIE -pie -Wl,-z,now -fcf-protection=full",
    "-fPIE -pie -Wl,--emit-relocs",
    "-fno-pie -no-pie -Wl,--emit-relocs",
    "-fPIE -pie -ffunction-sections -fdata-sections -Wl,--gc-sections",
    "-fPIE -pie -Wl,-z,pack-relative-relocs -g",
    "-fno-pie -no-pie -Wl,-z,norelro -fcf-protection=none -g",
];
const LIBRARIES: &[&str] =
    &["-fPIC -shared", "-fPIC -shared -Wl,-z,now -fno-plt", "-fPIC -shared -Wl,-Bsymbolic -g"];

struct Case {
    name: &'static str,
    text: &'static str,
    /// What must be listed.
    expected: &'static [&'static str],
    ways: &'static [&'static [&'static str]],
}

/// The linker writes another instruction where it knows what an entry of the global offset table would hold:
/// `lea` or `mov` with the address for the load of it, and a direct call with a prefix for one through it.
const RELAXED: &[&str] =
    &["-fPIC -fno-plt -pie", "-fPIC -fno-plt -no-pie", "-fPIC -fno-plt -pie -Wl,--no-relax"];

const EVERYWHERE: &[&[&str]] = &[PROGRAMS, LIBRARIES];

const CASES: &[Case] = &[
    Case { name: "nothing", text: "F int use_case(int x) { return x; }", expected: &[], ways: EVERYWHERE },
    Case {
        name: "a function that grows moves all others",
        text: "F int use_case(int x) {\n#ifdef PATCHED\n puts(\"a new line\"); if (x > 7) printf(\"%d\\n\", x * 77);\n#endif\n \
               puts(\"old line\"); return calls + x; }\n\
               F int neighbour(int x) { return use_case(x) + use_case(x + 1); }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a string of equal length",
        text: "#ifdef PATCHED\n#define S \"hallo there\"\n#else\n#define S \"hello there\"\n#endif\n\
               F int use_case(int x) { puts(S); return x; }\n\
               F int other(int x) { puts(\"unchanged\"); return x; }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a string that is the end of another one",
        text: "#ifdef PATCHED\n#define S \"tail of one\"\n#else\n#define S \"tail of two\"\n#endif\n\
               F int other(int x) { puts(S); return x; }\n\
               F int use_case(int x) { puts(\"long \" S); return other(x); }",
        expected: &["changed function other", "changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a call of another import",
        text: "#ifdef PATCHED\n#define P printf\n#else\n#define P puts\n#endif\n\
               F int use_case(int x) { int (*volatile keep)(const char *, ...) = (void *)printf; keep(\"\"); return P(\"x\") + 1; }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "calls of the same distance to another function",
        text: "#define ONE F int one(int x) { return x * 11; }\n#define TWO F int two(int x) { return x * 13; }\n\
               #ifdef PATCHED\nTWO ONE\n#define CALLED two\n#else\nONE TWO\n#define CALLED one\n#endif\n\
               int (*const both[])(int) = { one, two };\n\
               F int use_case(int x) { return CALLED(x) + both[x & 1](x); }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "accesses through the global offset table that the linker relaxes",
        text: "int first = 1, second = 2;\nF int one(int x) { return x * 11; }\nF int two(int x) { return x * 13; }\n\
               #ifdef PATCHED\nF int more(int x) { return one(x) + first; }\n#define CALLED two\n#define READ second\n\
               #else\n#define CALLED one\n#define READ first\n#endif\n\
               F int same(int x) { first += x; second -= x; return one(x) + two(x); }\n\
               F int use_case(int x) { return CALLED(x) + same(x); }\n\
               F int reads(int x) { return READ + x; }\nF int *takes(void) { return &READ; }",
        expected: &[
            "changed function reads",
            "changed function takes",
            "changed function use_case",
            "new function more",
        ],
        ways: &[RELAXED],
    },
    Case {
        name: "a table of functions with another one",
        text: "F static int go_a(int x) { return x * 3; }\nF static int go_b(int x) { return x * 5; }\n\
               #ifdef PATCHED\n#define GO go_b\n#else\n#define GO go_a\n#endif\n\
               struct ops { int (*go)(int); int (*other)(int); const char *name; };\n\
               static const struct ops operations[] = { { GO, go_b, \"first\" }, { go_b, go_a, \"second\" } };\n\
               F int use_case(int x) { return operations[x & 1].go(x) + operations[x & 1].other(x); }",
        expected: &["changed object operations"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a table of strings with another one",
        text: "#ifdef PATCHED\n#define S \"zwei\"\n#else\n#define S \"deux\"\n#endif\n\
               static const char *const names[] = { \"one\", S, \"three\" };\n\
               F int use_case(int x) { return puts(names[x % 3]); }",
        expected: &["changed object names"],
        ways: EVERYWHERE,
    },
    Case {
        name: "the initial value of a variable",
        text: "#ifdef PATCHED\nint value = 4;\n#else\nint value = 3;\n#endif\nint next = 9;\n\
               F int use_case(int x) { return value++ + next++; }",
        expected: &["changed object value"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a variable in front of others",
        text: "#ifdef PATCHED\nstatic volatile int added[50];\n#endif\nstatic int kept[20]; static int tail = 4;\n\
               F int other(int x) { return kept[x & 15]++ + tail++; }\n\
               F int use_case(int x) {\n#ifdef PATCHED\n added[x & 7] = x;\n#endif\n return other(x); }",
        expected: &["changed function use_case", "new object added"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a floating-point constant",
        text: "#ifdef PATCHED\n#define D 0.2\n#else\n#define D 0.1\n#endif\n\
               F double scaled(double d) { return d * D + 0.75; }\nF double kept(double d) { return d * 0.3 + 0.75; }\n\
               F int use_case(int x) { return (int)scaled(x) + (int)kept(x); }",
        expected: &["changed function scaled"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a table of values made from a switch",
        text: "#ifdef PATCHED\n#define V 98\n#else\n#define V 99\n#endif\n\
               F int use_case(int x) { switch (x) { case 0: return 7; case 1: return 13; case 2: return V; case 3: return 5; \
               case 4: return 77; case 5: return 31; } return 0; }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a switch beside a function that grows",
        text: "F int grows(int x) {\n#ifdef PATCHED\n if (x > 7) printf(\"%d\\n\", x * 77);\n#endif\n return x; }\n\
               F int use_case(int x) { switch (x) { case 0: return puts(\"a\"); case 1: return before(x); case 2: calls++; break; \
               case 3: return grows(x); case 4: return printf(\"%d\", x); case 5: return x * 9; case 6: calls -= x; break; } return calls; }",
        expected: &["changed function grows"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a switch with two cases exchanged",
        text: "#ifdef PATCHED\n#define A 1\n#define B 4\n#else\n#define A 4\n#define B 1\n#endif\n\
               F int use_case(int x) { switch (x) { case 0: return puts(\"a\"); case A: return before(x); case 2: calls++; break; \
               case 3: return before(x + 3); case B: return printf(\"%d\", x); case 5: return before(x * 9); case 6: calls -= x; break; } return calls; }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "another thread-local variable",
        text: "static __thread int one = 3; static __thread int two = 4;\n\
               #ifdef PATCHED\n#define T two\n#else\n#define T one\n#endif\n\
               F int keep(void) { return one++ + two++; }\nF int use_case(int x) { return T + keep(); }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
    Case {
        name: "a thread-local variable in front of others",
        text: "#ifdef PATCHED\n__thread int added = 7;\n#endif\n__thread int one = 3; __thread int two = 4;\n\
               F int keep(void) { return one++ + two++; }\n\
               F int use_case(int x) {\n#ifdef PATCHED\n added += x;\n#endif\n return x + keep(); }",
        expected: &["changed function use_case", "new object added"],
        ways: EVERYWHERE,
    },
    Case {
        name: "two thread-local variables of equal offsets exchanged",
        text: "#ifdef PATCHED\nstatic __thread int two = 4; static __thread int one = 3;\n#define T two\n#else\n\
               static __thread int one = 3; static __thread int two = 4;\n#define T one\n#endif\n\
               F int use_case(int x) { T += x; return T; }\nF int *keep(int x) { return x ? &one : &two; }",
        // What `keep` does with the thread pointer is not seen, and so it is listed too.
        expected: &["changed function keep", "changed function use_case"],
        ways: &[&["-fPIE -pie", "-fno-pie -no-pie"]],
    },
    Case {
        name: "another imported variable",
        text: "extern char **environ; extern char *optarg;\n#ifdef PATCHED\n#define V (void *)optarg\n#else\n#define V (void *)environ\n#endif\n\
               F void *keep(int x) { return x ? (void *)&environ : (void *)&optarg; }\n\
               F int use_case(int x) { return V != keep(x); }",
        expected: &["changed function use_case"],
        ways: EVERYWHERE,
    },
];

fn link(folder: &Path, case: &str, way: &str, flags: &[&str], side: &str) -> PathBuf {
    let source = folder.join("case.c");
    if !source.exists() {
        std::fs::write(&source, format!("{}{case}{}", AROUND.0, AROUND.1)).expect("writable");
        std::fs::write(folder.join("main.c"), MAIN).expect("writable");
    }
    let target = folder.join(side).display().to_string();
    let mut words = vec!["gcc", "-w"];
    words.extend(flags);
    words.extend(way.split_whitespace());
    words.extend(["-o", &target, "main.c", "case.c"]);
    sh(&words, folder);
    folder.join(side)
}

/// What `fixscope diff` lists: status, kind and name.
fn listed(original: &Path, patched: &Path) -> BTreeSet<String> {
    let home = original.parent().expect("the file lies in a folder");
    let run = run(fixscope(home).args(["diff", "--format", "json"]).args([original, patched]));
    assert!(run.code < 2, "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let units = report["units"].as_array().expect("units");
    let symbols = units.iter().flat_map(|unit| unit["symbols"].as_array().expect("symbols"));
    symbols.map(|s| format!("{} {} {}", text(&s["status"]), text(&s["kind"]), text(&s["name"]))).collect()
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|&l| l.to_owned()).collect()
}

#[test]
fn only_what_differs_is_listed() {
    let only = std::env::var("FIXSCOPE_CASE").ok();
    let work: Vec<(&Case, &str, &str)> = CASES
        .iter()
        .filter(|case| only.as_ref().is_none_or(|only| case.name.contains(only.as_str())))
        .flat_map(|case| case.ways.iter().copied().flatten().map(move |way| (case, *way)))
        .flat_map(|(case, way)| {
            let without_optimising = [PROGRAMS[0], PROGRAMS[1], LIBRARIES[0]].contains(&way);
            let levels = if without_optimising { &["-O0", "-O2"][..] } else { &["-O2"] };
            levels.iter().map(move |level| (case, way, *level))
        })
        .collect();
    let failures: Vec<String> = work
        .into_par_iter()
        .filter_map(|(case, way, level)| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let original = link(folder.path(), case.text, way, &[level], "original");
            let patched = link(folder.path(), case.text, way, &[level, "-DPATCHED"], "patched");
            let found = listed(&original, &patched);
            let expected = set(case.expected);
            (found != expected)
                .then(|| format!("{} ({level} {way}):\n  {found:?}\n  not {expected:?}", case.name))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn without_the_ordinary_symbols() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = "static F int hidden(int x) {\n#ifdef PATCHED\n x += 5;\n#endif\n return puts(\"hidden\") + x; }\n\
                F int use_case(int x) { return hidden(x) + 1; }\nF int kept(int x) { return x + 2; }";
    let link = |flags: &[&str], side| link(folder.path(), text, "-fPIC -shared", flags, side);
    let (original, patched) =
        (link(&["-O2", "-s"], "original.so"), link(&["-O2", "-s", "-DPATCHED"], "patched.so"));
    // Nobody knows which function it is, and it is not lost.
    let found = listed(&original, &patched);
    assert!(found.iter().any(|line| line.starts_with("changed section")), "{found:?}");
    assert!(!found.iter().any(|line| line.contains("kept") || line.contains("after")), "{found:?}");
    let run = run_expecting(fixscope(folder.path()).arg("diff").args([&original, &patched]), 1);
    assert!(run.stderr.contains("only the symbols for the dynamic linker"), "{}", run.stderr);
    assert_eq!(listed(&original, &original), set(&[]));
}

#[test]
fn without_any_symbol() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = link(folder.path(), "F int use_case(int x) { return x; }", "-static", &["-s"], "program");
    let run = run_expecting(fixscope(folder.path()).arg("diff").args([&program, &program]), 2);
    assert!(run.stderr.contains("has no symbols") || run.stdout.contains("has no symbols"), "{}", run.stderr);
}

/// The functions that change in a file linked of several are those that change in its parts.
#[test]
fn a_relocatable_link_has_the_changes_of_its_parts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let part = |i: u32, patched: bool| {
        let changes = patched && i % 5 == 2;
        let (value, text) = if changes { (i + 100, "later") } else { (i, "first") };
        format!(
            "int outside(int, const char *); int shared_{next}(int);\n\
             static int state; static const char *const names[] = {{ \"a{i}\", \"{text}\", \"c\" }};\n\
             __attribute__((noinline)) static int helper(int x) {{ static int count; return outside(x + {value}, names[x & 1]) + count++; }}\n\
             int shared_{i}(int x) {{ state += helper(x); return shared_{next}(state) + {i}; }}\n\
             int also_{i}(int x) {{ switch (x) {{ case 0: return helper(1); case 1: return state; case 2: return outside({i}, \"s\"); \
             case 3: return {value}; case 4: return helper(7); case 5: return 9; }} return 0; }}\n",
            next = (i + 1) % 20
        )
    };
    let mut union = BTreeSet::new();
    let mut objects = (Vec::new(), Vec::new());
    for i in 0..20 {
        let compile = |side: &str, patched: bool| {
            let place = folder.path().join(side);
            std::fs::create_dir_all(&place).expect("writable");
            common::compile(&place, &format!("part{i}.o"), &part(i, patched), &["-w"])
        };
        let (o, p) = (compile("original", false), compile("patched", true));
        union.extend(listed(&o, &p).into_iter().map(|line| format!("{line} of part{i}")));
        objects.0.push(o.display().to_string());
        objects.1.push(p.display().to_string());
    }
    let link = |name: &str, objects: &[String]| {
        let target = folder.path().join(name);
        let shown = target.display().to_string();
        let mut words = vec!["ld", "-r", "-o", &shown];
        words.extend(objects.iter().map(String::as_str));
        sh(&words, folder.path());
        target
    };
    let (o, p) = (link("original.o", &objects.0), link("patched.o", &objects.1));
    let run = run_expecting(fixscope(folder.path()).args(["diff", "--format", "json"]).args([&o, &p]), 1);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let mut together = BTreeSet::new();
    for symbol in report["units"][0]["symbols"].as_array().expect("symbols") {
        let text = |key: &str| symbol[key].as_str().unwrap_or_default().to_owned();
        let number = match text("name").rsplit_once('_') {
            Some((_, number)) => number.to_owned(),
            None => text("file").trim_start_matches("part").trim_end_matches(".c").to_owned(),
        };
        together.insert(format!("{} {} {} of part{number}", text("status"), text("kind"), text("name")));
    }
    assert!(union.len() >= 8, "{union:?}");
    assert_eq!(together, union);
}

/// A module as the kernel installs it: linked from its parts, with the kernel's own sections, and signed behind the
/// end of what ELF knows.
#[test]
fn a_signed_module() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = |side: &str, value: u32, signature: u8| {
        let place = folder.path().join(side);
        std::fs::create_dir_all(&place).expect("writable");
        let own = format!(
            "int outside(const char *);\nint handle(int x) {{ return outside(\"text\") + x * {value}; }}\n\
             int kept(int x) {{ return outside(\"kept\") + x; }}"
        );
        let kernels = format!(
            "int init_module(void) {{ return 0; }}\n\
             __attribute__((section(\".gnu.linkonce.this_module\"))) struct {{ char name[56]; int (*init)(void); }} __this_module = {{ \"mine\", init_module }};\n\
             static const char license[] __attribute__((section(\".modinfo\"), used)) = \"license=GPL\";\n\
             static const struct {{ unsigned long crc; char name[56]; }} ____versions[] __attribute__((section(\"__versions\"), used)) = {{ {{ 0x1234, \"outside\" }} }};\n\
             asm(\".section .BTF,\\\"a\\\"; .long {value}; .previous\");"
        );
        let own = common::compile(&place, "own.o", &own, &["-w"]).display().to_string();
        let kernels = common::compile(&place, "mine.mod.o", &kernels, &["-w"]).display().to_string();
        let path = place.join("mine.ko");
        sh(&["ld", "-r", "-o", &path.display().to_string(), &own, &kernels], &place);
        let mut bytes = std::fs::read(&path).expect("the module is there");
        bytes.extend([signature; 500]);
        bytes.extend(b"\0\0\x02\0\0\0\0\0\0\0\x01\xf4~Module signature appended~\n");
        std::fs::write(&path, bytes).expect("writable");
        path
    };
    let original = module("original", 7, 1);
    assert_eq!(listed(&original, &module("again", 7, 2)), set(&[]));
    assert_eq!(listed(&original, &module("patched", 8, 3)), set(&["changed function handle"]));
}

#[test]
fn compressed_modules_are_refused_with_the_command_that_helps() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, magic, command) in [
        ("a.ko.xz", &b"\xfd7zXZ\0"[..], "xz -dk"),
        ("a.ko.zst", &b"\x28\xb5\x2f\xfd"[..], "zstd -d"),
        ("a.ko.gz", &b"\x1f\x8b\x08\0"[..], "gzip -dk"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, [magic, &[0; 64]].concat()).expect("writable");
        let run = run_expecting(fixscope(folder.path()).arg("diff").args([&path, &path]), 2);
        let said = run.stderr + &run.stdout;
        assert!(said.contains(command) && said.contains(name), "{said}");
    }
    // In a folder they are not passed over.
    run_expecting(fixscope(folder.path()).arg("diff").args([folder.path(), folder.path()]), 2);
}

/// The kernel is linked to fixed addresses by a script of its own: code in several sections, and variables of each
/// processor that lie at address 0.
#[test]
fn an_image_with_a_script_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("script.ld");
    std::fs::write(
        &script,
        "SECTIONS { . = 0xffffffff81000000; .text : { _stext = .; *(.text .text.*) _etext = .; } \
         .rodata : { *(.rodata .rodata.*) } .data : { *(.data .data.rel* ) } \
         __per_cpu_load = .; .data..percpu 0 : { *(.data..percpu) } . = __per_cpu_load + SIZEOF(.data..percpu); \
         .init.text : { *(.init.text) } .bss : { *(.bss) } /DISCARD/ : { *(.note*) *(.eh_frame) *(.comment) } }\n",
    )
    .expect("writable");
    let text = "#define F __attribute__((noipa))\n#define P __attribute__((section(\".data..percpu\")))\n\
                #ifdef PATCHED\nP long added = 5;\n#define VAR second\n#else\n#define VAR first\n#endif\n\
                P long first = 1; P long second = 2; P long other = 3;\n\
                #define READ(v) ({ long r; asm volatile(\"mov %%gs:%1, %0\" : \"=r\"(r) : \"m\"(v)); r; })\n\
                F long reads(void) { return READ(VAR); }\nF long reads_other(void) { return READ(other); }\n\
                F int grows(int x) {\n#ifdef PATCHED\n if (x > 5) x *= 99;\n#endif\n return x; }\n\
                F int calls(int x) { return grows(x) + 1; }\n\
                static int (*const table[])(int) = { grows, calls };\nF void *get(int x) { return table[x & 1]; }\n\
                __attribute__((section(\".init.text\"))) F int start(int x) { return calls(x); }\n\
                F const char *text(void) { return \"some text\"; }\nint state = 4; F int *take(void) { return &state; }\n";
    let source = folder.path().join("image.c");
    std::fs::write(&source, text).expect("writable");
    let build = |side: &str, flags: &[&str]| {
        let object = folder.path().join(format!("{side}.o")).display().to_string();
        let mut words = vec![
            "gcc",
            "-w",
            "-O2",
            "-c",
            "-fno-pic",
            "-mcmodel=kernel",
            "-fno-asynchronous-unwind-tables",
            "-o",
            &object,
            "image.c",
        ];
        words.extend(flags);
        sh(&words, folder.path());
        let image = folder.path().join(side);
        let shown = image.display().to_string();
        sh(&["ld", "-static", "-T", "script.ld", "-e", "start", "-o", &shown, &object], folder.path());
        image
    };
    let (original, patched) = (build("original", &[]), build("patched", &["-DPATCHED"]));
    assert_eq!(
        listed(&original, &patched),
        set(&["changed function grows", "changed function reads", "new object added"])
    );
}

/// Broken files give a result or an error, whatever byte is wrong.
#[test]
fn no_wrong_byte_panics() {
    use fixscope::compare::{Options, compare};
    use fixscope::load::elf;
    use fixscope::pair::Pair;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let case =
        CASES.iter().find(|case| case.name == "another thread-local variable").expect("the case is there");
    let mut random = common::Random(0x5eed_1234);
    for (way, side) in
        [("-fPIC -shared -nostdlib -Wl,-z,norelro", "library"), ("-fno-pie -no-pie", "program")]
    {
        let path = link(folder.path(), case.text, way, &["-O2"], side);
        let bytes = std::fs::read(&path).expect("the file is there");
        let whole = elf::read(&path, &bytes).expect("it is a linked file");
        // Headers and tables stand at both ends; what lies between is mostly code and padding.
        for round in 0..400u64 {
            let mut broken = bytes.clone();
            for _ in 0..1 + round % 4 {
                let at = match round % 3 {
                    0 => random.below(1024),
                    1 => bytes.len() as u64 - 1 - random.below(6000),
                    _ => random.below(bytes.len() as u64),
                };
                broken[at as usize] = random.below(256) as u8;
            }
            if let Ok(unit) = elf::read(Path::new("broken"), &broken) {
                _ = compare(Pair::new(&whole, &unit), Options { all: true, show: true });
            }
        }
    }
}

/// More sections than a symbol can number by itself, as `-ffunction-sections` makes them of a large program. Assembly text,
/// because a compiler takes minutes for so many functions.
#[test]
fn seventy_thousand_functions_in_sections_of_their_own() {
    use std::fmt::Write as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let build = |side: &str, changed: &[u32]| {
        let mut text = String::from(".section .rodata.str1.1,\"aMS\",@progbits,1\n");
        for i in 0..100 {
            writeln!(text, ".LC{i}: .string \"s{i}\"").expect("text grows");
        }
        for i in 0..70_000 {
            let value = if changed.contains(&i) { i + 1_000_000 } else { i };
            writeln!(
                text,
                ".section .text.f{i},\"ax\",@progbits\n.globl f{i}\n.type f{i},@function\nf{i}: addl ${value}, %edi\n\
                 movl $.LC{}, %esi\njmp outside\n.size f{i},.-f{i}",
                i % 100
            )
            .expect("text grows");
        }
        let (source, object) = (format!("{side}.s"), folder.path().join(side).join("many.o"));
        std::fs::create_dir_all(folder.path().join(side)).expect("writable");
        std::fs::write(folder.path().join(&source), text).expect("writable");
        common::tool("gcc", &["-c".as_ref(), source.as_ref(), "-o".as_ref(), object.as_ref()], folder.path());
        object
    };
    let changed = [0, 12_345, 65_279, 65_280, 69_999];
    let (original, patched) = (build("original", &[]), build("patched", &changed));
    let expected: BTreeSet<String> = changed.iter().map(|i| format!("changed function f{i}")).collect();
    assert_eq!(listed(&original, &patched), expected);
}

/// The debug information of a whole kernel costs more than the comparison, and tells causes only.
#[test]
fn very_large_debug_information_is_left_unread() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let build = |side: &str, value: u32, room: u64| {
        let text = format!(
            "int f(int x) {{ return x * {value}; }}\nint kept(int x) {{ return x; }}\n\
             asm(\".section .debug_extra,\\\"\\\",@nobits; .skip {room}; .previous\");"
        );
        let place = folder.path().join(side);
        std::fs::create_dir_all(&place).expect("writable");
        common::compile(&place, "unit.o", &text, &["-w", "-g"])
    };
    for (room, warned) in [(100 << 20, false), (200 << 20, true)] {
        let (original, patched) = (build("original", 5, room), build("patched", 7, room));
        let run = run_expecting(fixscope(folder.path()).arg("diff").args([&original, &patched]), 1);
        assert_eq!(
            run.stderr.contains("MB of debug information, which is not read"),
            warned,
            "{}",
            run.stderr
        );
        assert_eq!(listed(&original, &patched), set(&["changed function f"]));
    }
}

/// In a kernel's image the constants share a section with what is written to at start. More made-up constants of one
/// name than are matched by who refers to them are told by their content all the same.
#[test]
fn constants_in_a_writable_section() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "SECTIONS { . = 0xffffffff81000000; .text : { *(.text .text.*) } \
                  .rodata : { *(.rodata .rodata.*) *(.data..ro_after_init) } .data : { *(.data) } .bss : { *(.bss) } \
                  /DISCARD/ : { *(.note*) *(.comment) } }\n";
    std::fs::write(folder.path().join("script.ld"), script).expect("writable");
    let build = |side: &str, first: &str| {
        let literals: Vec<String> = (0..600).map(|i| format!("(const int[]){{ {i}, {} }}", i * 7)).collect();
        let text = format!(
            "int once __attribute__((section(\".data..ro_after_init\"))) = 5;\n{first}\n\
             const int *const table[] = {{ {} }};\nint f(int x) {{ return table[x][0] + once; }}\n",
            literals.join(", ")
        );
        let place = folder.path().join(side);
        std::fs::create_dir_all(&place).expect("writable");
        let flags = ["-w", "-fno-pic", "-mcmodel=kernel", "-fno-asynchronous-unwind-tables"];
        let object = common::compile(&place, "image.o", &text, &flags).display().to_string();
        let image = place.join("image").display().to_string();
        sh(&["ld", "-static", "-T", "script.ld", "-e", "f", "-o", &image, &object], folder.path());
        place.join("image")
    };
    let original = build("original", "");
    let patched = build("patched", "const int *const more[] = { (const int[]){ 1, 2, 3 } };");
    assert_eq!(listed(&original, &patched), set(&["new object more"]));
}

/// Where nothing tells which numbers are addresses, equal bytes may lead to something else.
#[test]
fn linked_files_of_other_architectures_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = link(folder.path(), "F int use_case(int x) { return x; }", "-fPIC -shared", &[], "program");
    let sound = std::fs::read(&program).expect("it is linked");
    // e_machine, 18 bytes into every ELF header (gABI).
    for (machine, name) in [(183_u16, "aarch64"), (243, "riscv64"), (258, "loongarch64")] {
        let mut bytes = sound.clone();
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        std::fs::write(&program, bytes).expect("writable");
        is_refused(&program, name);
    }
}

#[test]
#[ignore = "needs cross compilers"]
fn linked_files_of_cross_compilers_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arch, compiler) in [
        ("i386", &["gcc", "-m32"][..]),
        ("aarch64", &["aarch64-linux-gnu-gcc"]),
        ("arm", &["arm-linux-gnueabihf-gcc", "-marm"]),
        ("arm", &["arm-linux-gnueabihf-gcc", "-mthumb"]),
        ("ppc64le", &["powerpc64le-linux-gnu-gcc"]),
        ("s390x", &["s390x-linux-gnu-gcc"]),
        ("riscv64", &["riscv64-linux-gnu-gcc"]),
    ] {
        let at = folder.path();
        std::fs::write(at.join("a.c"), "int f(int x) { return x + 1; } int _start(void) { return f(3); }")
            .expect("the temporary folder is writable");
        for flags in [["-no-pie", "-fno-pic"], ["-shared", "-fPIC"]] {
            let mut words = compiler.to_vec();
            words.extend(["-nostdlib", "-o", "linked", "a.c"]);
            words.extend(flags);
            sh(&words, at);
            is_refused(&at.join("linked"), arch);
        }
    }
}

fn is_refused(linked: &Path, arch: &str) {
    let home = linked.parent().expect("it lies in a folder");
    let run = run_expecting(fixscope(home).arg("diff").args([linked, linked]), 2);
    let said = format!("is a linked file of {arch}");
    assert!(run.stderr.contains(&said) && run.stderr.contains("compare its object files"), "{}", run.stderr);
}
