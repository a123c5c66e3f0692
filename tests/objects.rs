//! Object files as assemblers and linkers really make them, read and compared.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use common::{fixscope, run, run_expecting, sh};
use fixscope::compare::{Options, Status, compare};
use fixscope::load::{MappedFile, SymbolPlace, Unit, elf};
use fixscope::pair::Pair;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).expect("the temporary folder is writable");
        self.path(name).display().to_string()
    }

    /// Compiles or assembles `text`; the ending of `name` says which.
    fn compile(&self, name: &str, text: &str, flags: &[&str]) -> PathBuf {
        let source = self.write(name, text);
        let object = self.path(name).with_extension("o");
        let target = object.display().to_string();
        let mut words = vec!["gcc", "-w", "-c"];
        words.extend(flags);
        words.extend(["-o", &target, &source]);
        sh(&words, self.0.path());
        object
    }

    fn tool(&self, words: &[&str]) -> String {
        sh(words, self.0.path())
    }
}

fn with_unit<T>(path: &Path, look: impl FnOnce(&Unit<'_>) -> T) -> T {
    let file = MappedFile::open(path).expect("the file is there");
    look(&elf::read(path, file.bytes()).unwrap_or_else(|error| panic!("{error}")))
}

/// What differs, as `status name`.
fn differences(original: &Path, patched: &Path) -> BTreeSet<String> {
    with_unit(original, |o| {
        with_unit(patched, |p| {
            let comparison =
                compare(Pair::new(o, p), Options { all: true, show: true }).expect("both x86_64");
            comparison
                .entries
                .iter()
                .filter(|e| e.status != Status::Unchanged && e.cold_of.is_none())
                .map(|e| format!("{:?} {}", e.status, e.name).to_lowercase())
                .collect()
        })
    })
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|&l| l.to_owned()).collect()
}

/// So many sections that the symbol table cannot hold their numbers.
fn many_sections(value: u32) -> String {
    let mut text = String::new();
    for i in 0..65_400 {
        writeln!(text, ".section .s{i},\"a\"\n.byte 1").expect("text grows");
    }
    writeln!(
        text,
        ".section .text.last,\"ax\"\n.globl last\n.type last,@function\nlast: movl ${value}, %eax\n call last\n jmp other\n.size last,.-last\n\
         .section .text.other,\"ax\"\n.type other,@function\nother: ret\n.size other,.-other"
    )
    .expect("text grows");
    text
}

#[test]
fn more_sections_than_a_symbol_can_number() {
    let folder = Folder::new();
    let original = folder.compile("original.s", &many_sections(1), &[]);
    let patched = folder.compile("patched.s", &many_sections(2), &[]);
    with_unit(&original, |unit| {
        let last = unit.symbols.iter().find(|s| s.name == "last").expect("the symbol is there");
        let SymbolPlace::Section(section) = last.place else { panic!("{last:?} lies in a section") };
        assert!(section > 0xff00, "{section}");
        assert_eq!(unit.sections[section as usize].name, ".text.last");
    });
    assert_eq!(differences(&original, &patched), set(&["changed last"]));
}

#[test]
fn relocations_with_the_addend_in_the_field() {
    let folder = Folder::new();
    let assembled = |name: &str, addend: u32| {
        let text = format!(
            ".text\n.globl f\n.type f,@function\nf: call g+8\n movl $table+{addend}, %eax\n ret\n.size f,.-f\n\
             .data\ntable: .long f+4, 0, 0, 0, 0, 0"
        );
        let source = folder.write(&format!("{name}.s"), &text);
        let object = folder.path(&format!("{name}.o"));
        folder.tool(&["as", "--32", "-o", &object.display().to_string(), &source]);
        object
    };
    let object = assembled("i386", 16);
    with_unit(&object, |unit| {
        assert!(!unit.is_64);
        let text = unit.sections.iter().position(|s| s.name == ".text").expect("code");
        let relocs = unit.relocs(text as u32);
        assert_eq!(relocs.len(), 2);
        assert!(relocs.iter().all(|r| r.addend.is_none()), "{relocs:?}");
        assert_eq!((relocs[0].offset, relocs[0].r_type), (1, 2), "R_386_PC32");
    });
    assert_eq!(differences(&object, &assembled("again", 16)), set(&[]));
    assert_eq!(differences(&object, &assembled("patched", 12)), set(&["changed f"]));
}

const TWO: &str = "int outside(int); static int state = 3;\n\
    int f(int x) { return outside(x) + state; }\nint g(int x) { state = x; return outside(x + VALUE); }\n";

#[test]
fn compressed_debug_sections_are_none_of_our_business() {
    let folder = Folder::new();
    let plain = folder.compile("plain.c", TWO, &["-O2", "-g", "-DVALUE=1"]);
    let compressed = folder.compile("compressed.c", TWO, &["-O2", "-g", "-gz", "-DVALUE=1"]);
    let changed = folder.compile("changed.c", TWO, &["-O2", "-g", "-gz", "-DVALUE=2"]);
    assert_eq!(differences(&plain, &compressed), set(&[]));
    assert_eq!(differences(&compressed, &changed), set(&["changed g"]));
}

#[test]
fn archives_are_compared_member_by_member() {
    for thin in [false, true] {
        let folder = Folder::new();
        for side in ["original", "patched"] {
            let value = if side == "original" { "-DVALUE=1" } else { "-DVALUE=2" };
            std::fs::create_dir(folder.path(side)).expect("the temporary folder is writable");
            folder.compile(&format!("{side}/one.c"), TWO, &["-O2", value]);
            folder.compile(&format!("{side}/a_member_with_a_rather_long_name.c"), TWO, &["-O2", "-DVALUE=7"]);
            let mode = if thin { "rcsT" } else { "rcs" };
            let archive = format!("{side}/all.a");
            let members = [format!("{side}/one.o"), format!("{side}/a_member_with_a_rather_long_name.o")];
            folder.tool(&["ar", mode, &archive, &members[0], &members[1]]);
            if !thin {
                // A second member of the same name.
                folder.tool(&["ar", "q", &archive, &members[0]]);
            }
        }
        let archives = ["original", "patched"].map(|side| folder.path(side).join("all.a"));
        let run = run_expecting(fixscope(folder.0.path()).arg("diff").args(&archives), 1);
        let functions = run.stdout.matches("changed    g").count();
        assert_eq!(functions, if thin { 1 } else { 2 }, "thin: {thin}\n{}", run.stdout);
        assert!(!run.stdout.contains("long_name"), "{}", run.stdout);
        // Cut in the middle of a member.
        let bytes = std::fs::read(&archives[1]).expect("the archive is there");
        std::fs::write(folder.path("cut.a"), &bytes[..bytes.len() * 2 / 3]).expect("writable");
        let run =
            common::run(fixscope(folder.0.path()).arg("diff").arg(&archives[0]).arg(folder.path("cut.a")));
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("cut.a"), "{}", run.stderr);
    }
}

#[test]
fn functions_in_comdat_groups() {
    let folder = Folder::new();
    let text = |value: u32| {
        format!(
            ".section .text.pick,\"axG\",@progbits,pick,comdat\n.weak pick\n.type pick,@function\npick: movl ${value}, %eax\n ret\n.size pick,.-pick\n\
             .section .rodata.pick,\"aG\",@progbits,pick,comdat\n.quad pick\n\
             .text\n.globl f\n.type f,@function\nf: jmp pick\n.size f,.-f"
        )
    };
    let original = folder.compile("original.s", &text(1), &[]);
    let patched = folder.compile("patched.s", &text(2), &[]);
    with_unit(&original, |unit| {
        let in_group: Vec<&str> =
            unit.sections.iter().filter(|s| s.group.is_some()).map(|s| &*s.name).collect();
        assert!(in_group.contains(&".text.pick") && in_group.contains(&".rodata.pick"), "{in_group:?}");
    });
    assert_eq!(differences(&original, &patched), set(&["changed pick"]));
}

/// Two units linked into one, as the kernel links its modules.
#[test]
fn equal_names_in_a_linked_file() {
    let folder = Folder::new();
    let unit = |own: &str, value: u32| {
        format!(
            "int outside(int, const char *);\n\
             static int state = {value};\n\
             __attribute__((noinline)) static int helper(int x) {{ static int count = 1; return outside(x + {value}, \"{own}\") + count++; }}\n\
             int {own}(int x) {{ state += helper(x); return helper(state); }}\n"
        )
    };
    let link = |name: &str, values: [u32; 2]| {
        let one = folder.compile(&format!("{name}-one.c"), &unit("one", values[0]), &["-O2"]);
        let two = folder.compile(&format!("{name}-two.c"), &unit("two", values[1]), &["-O2"]);
        let (one, two) = (one.display().to_string(), two.display().to_string());
        let linked = folder.path(&format!("{name}.ko"));
        folder.tool(&["ld", "-r", "-o", &linked.display().to_string(), &one, &two]);
        linked
    };
    let original = link("original", [5, 6]);
    let same = link("same", [5, 6]);
    assert_eq!(differences(&original, &same), set(&[]));
    // The second file's helper and state, and not the first one's.
    let patched = link("patched", [5, 7]);
    let found = with_unit(&original, |o| {
        with_unit(&patched, |p| {
            let comparison = compare(Pair::new(o, p), Options::default()).expect("both x86_64");
            let entries = comparison.entries.iter();
            entries
                .map(|e| {
                    let file = e.file.as_deref().unwrap_or("?").rsplit('-').next().unwrap_or("?");
                    format!("{} of {file}", e.name)
                })
                .collect::<BTreeSet<_>>()
        })
    });
    assert_eq!(found, set(&["helper of two.c", "state of two.c"]));
}

/// The sentence of a data object that differs, and the names in its chain.
fn said_of(original: &Path, patched: &Path, object: &str) -> (String, Vec<String>) {
    with_unit(original, |o| {
        with_unit(patched, |p| {
            let comparison = compare(Pair::new(o, p), Options::default()).expect("both x86_64");
            let entry = comparison.entries.iter().find(|e| e.name == object).expect("it is listed");
            let first = entry.differences.first().expect("it differs");
            (first.what.clone(), first.chain.iter().map(|l| l.what.clone()).collect())
        })
    })
}

#[test]
fn who_uses_a_data_object_that_differs_is_told() {
    let folder = Folder::new();
    let text = |last: u32, word: &str| {
        format!(
            "int out(int); int say(const char *);\n\
             static const int table[] = {{1, 2, 3, {last}}};\n\
             static const char *const words[] = {{\"one\", \"{word}\"}};\n\
             struct user {{ const int *table; int count; }};\n\
             struct user user = {{table, 4}};\n\
             static int cell;\n\
             int direct(int i) {{ return table[i & 3] + cell; }}\n\
             int inner(int i) {{ if (__builtin_expect(i == 99, 0)) {{ out(i); out(1); __builtin_trap(); }} return table[2 + (i & 1)]; }}\n\
             int through(int i) {{ return user.table[i]; }}\n\
             int speaks(int i) {{ return say(words[i]); }}\n\
             void stranger(int i) {{ cell = i; }}\n"
        )
    };
    for flags in [&["-O2"][..], &["-O2", "-fPIC"], &["-O1", "-ffunction-sections", "-fdata-sections"]] {
        let original = folder.compile("original.c", &text(4, "two"), flags);
        let patched = folder.compile("patched.c", &text(5, "six"), flags);
        assert_eq!(differences(&original, &patched), set(&["changed table", "changed words"]), "{flags:?}");
        let (what, chain) = said_of(&original, &patched, "table");
        assert!(what.ends_with("; used by direct, inner, through (through user)"), "{what}");
        assert_eq!(chain, ["direct", "inner", "through"]);
        let (what, chain) = said_of(&original, &patched, "words");
        assert!(what.ends_with("; used by speaks"), "{what}");
        assert!(chain.iter().all(|link| link.contains("two") || link.contains("byte")), "{chain:?}");
    }
}

#[test]
fn two_relocation_sections_for_one_section() {
    // Livepatch modules have `.klp.rela.` sections beside the ordinary ones.
    let folder = Folder::new();
    let text = |callee: &str| {
        format!(".text\n.globl f\n.type f,@function\nf: call one\n call {callee}\n ret\n.size f,.-f\n")
    };
    let double = |name: &str, callee: &str| {
        let object = folder.compile(name, &text(callee), &[]);
        let mut bytes = std::fs::read(&object).expect("the object is there");
        add_relocation_section(&mut bytes);
        std::fs::write(&object, bytes).expect("writable");
        object
    };
    let (original, patched) = (double("original.s", "two"), double("patched.s", "ten"));
    with_unit(&original, |unit| {
        let text = unit.sections.iter().position(|s| s.name == ".text").expect("code") as u32;
        assert_eq!(unit.relocs(text).len(), 2);
    });
    assert_eq!(differences(&original, &patched), set(&["changed f"]));
}

/// Splits the entries of the only relocation section over two sections: the table of section headers moves to the
/// end of the file and gets one more.
fn add_relocation_section(bytes: &mut Vec<u8>) {
    let word = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
    let start = word(bytes, 0x28) as usize;
    let count = usize::from(u16::from_le_bytes([bytes[0x3c], bytes[0x3d]]));
    let mut table = bytes[start..start + count * 64].to_vec();
    let rela = (0..count)
        .find(|i| table[i * 64 + 4..i * 64 + 8] == [4, 0, 0, 0])
        .expect("there is a section of type SHT_RELA");
    let mut second = table[rela * 64..rela * 64 + 64].to_vec();
    let (offset, size) = (word(&second, 0x18), word(&second, 0x20));
    assert_eq!(size, 48, "two entries");
    table[rela * 64 + 0x20..rela * 64 + 0x28].copy_from_slice(&24u64.to_le_bytes());
    second[0x18..0x20].copy_from_slice(&(offset + 24).to_le_bytes());
    second[0x20..0x28].copy_from_slice(&24u64.to_le_bytes());
    table.extend(second);
    let at = bytes.len() as u64;
    bytes.extend(table);
    bytes[0x28..0x30].copy_from_slice(&at.to_le_bytes());
    bytes[0x3c..0x3e].copy_from_slice(&(count as u16 + 1).to_le_bytes());
}

/// What is done to the bytes of a sound file.
type Damage<'a> = &'a dyn Fn(&mut Vec<u8>);

#[test]
fn damage_is_named() {
    let folder = Folder::new();
    let object = folder.compile("sound.c", TWO, &["-O2", "-DVALUE=1"]);
    let bytes = std::fs::read(&object).expect("the object is there");
    let headers = u64::from_le_bytes(bytes[0x28..0x30].try_into().expect("8 bytes")) as usize;
    let damage: &[(&str, Damage<'_>)] = &[
        ("headers-beyond-the-end", &|b| b[0x28..0x30].copy_from_slice(&0xffff_0000u64.to_le_bytes())),
        ("section-beyond-the-end", &|b| {
            b[headers + 64 + 0x20..][..8].copy_from_slice(&0xffff_0000u64.to_le_bytes());
        }),
        ("symbol-past-its-section", &|b| {
            // The size of the last symbol that has one.
            let symtab = (0..).map(|i| headers + i * 64).find(|&h| b[h + 4] == 2).expect("a symbol table");
            let offset = u64::from_le_bytes(b[symtab + 0x18..][..8].try_into().expect("8 bytes")) as usize;
            let size = u64::from_le_bytes(b[symtab + 0x20..][..8].try_into().expect("8 bytes")) as usize;
            let sized = (0..size / 24).map(|i| offset + i * 24).rfind(|&s| b[s + 16..s + 24] != [0; 8]);
            let sized = sized.expect("a symbol with a size");
            b[sized + 16..sized + 24].copy_from_slice(&0x10_0000u64.to_le_bytes());
        }),
        ("cut", &|b| b.truncate(headers + 100)),
    ];
    for (name, damage) in damage {
        let mut broken = bytes.clone();
        damage(&mut broken);
        let path = folder.path(&format!("{name}.o"));
        std::fs::write(&path, broken).expect("writable");
        let run = run(fixscope(folder.0.path()).arg("diff").args([&object, &path]));
        assert_eq!(run.code, 2, "{name}: {}", run.stdout);
        assert!(run.stderr.contains(&format!("{name}.o")), "{name}: {}", run.stderr);
    }
}

/// An object file with something of everything that comparing looks at.
fn rich(folder: &Folder) -> PathBuf {
    let text = "struct node { const struct node *next; const char *name; };\n\
        int outside(int); void say(const char *, ...); static int state; _Thread_local int local = 4; int common[4];\n\
        static const struct node nodes[] = {{ nodes + 1, \"one\" }, { nodes, \"two\" }};\n\
        const struct node *f(int i) { static int count = 5; say(\"%s %f\", nodes[i].name, 3.25 * i); count++; return nodes + count; }\n\
        int g(int x) { switch (x) { case 0: return outside(1); case 1: say(\"a\"); break; case 2: return state++; case 3: outside(7); break;\n\
          case 4: return local; case 5: say(\"f\"); return 4; } __asm__ volatile(\"1: nop\\n.pushsection __ex_table,\\\"a\\\"\\n.long 1b-., 1b-., 3\\n.popsection\\n\"\n\
          \".pushsection .altinstructions,\\\"a\\\"\\n.long 1b-., 2f-.\\n.word 3\\n.byte 1, 1\\n.popsection\\n.pushsection .altinstr_replacement,\\\"ax\\\"\\n2: cld\\n.popsection\");\n\
          switch (x) { case 0: return 9; case 1: return 44; case 2: return 3; case 3: return 17; case 4: return 2; } if (__builtin_expect(x == 77, 0)) { say(\"cold\"); __builtin_trap(); } return common[x & 3]; }\n";
    folder.compile("rich.c", text, &["-O2", "-fcommon"])
}

fn read_and_compare(sound: &Unit<'_>, bytes: &[u8]) {
    let Ok(unit) = elf::read(Path::new("damaged.o"), bytes) else { return };
    for options in [Options::default(), Options { all: true, show: true }] {
        let _ = compare(Pair::new(sound, &unit), options);
        let _ = compare(Pair::new(&unit, sound), options);
    }
    let _ = compare(Pair::new(&unit, &unit), Options { all: true, show: true });
}

fn no_damage_panics(step: usize) {
    let folder = Folder::new();
    let object = rich(&folder);
    let bytes = std::fs::read(&object).expect("the object is there");
    with_unit(&object, |sound| {
        for at in (0..bytes.len()).step_by(step) {
            let mut flipped = bytes.clone();
            for value in [bytes[at] ^ 1 << (at % 8), 0xff, 0x7f] {
                flipped[at] = value;
                read_and_compare(sound, &flipped);
            }
            read_and_compare(sound, &bytes[..at]);
        }
    });
}

#[test]
fn no_flipped_or_missing_byte_panics() {
    no_damage_panics(7);
}

#[test]
#[ignore = "takes a while"]
fn no_damage_anywhere_panics() {
    no_damage_panics(1);
}

#[test]
#[ignore = "takes a while"]
fn no_heavier_damage_panics() {
    let folder = Folder::new();
    let object = rich(&folder);
    let bytes = std::fs::read(&object).expect("the object is there");
    let mut random = common::Random(0x1234_5678_9abc_def1);
    with_unit(&object, |sound| {
        for _ in 0..20_000 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + random.below(6) {
                let at = random.below(bytes.len() as u64 - 8) as usize;
                let length = 1 + random.below(8) as usize;
                let value = [0, 0x7f, 0x80, 0xff, random.below(256) as u8][random.below(5) as usize];
                damaged[at..at + length].fill(value);
            }
            read_and_compare(sound, &damaged);
        }
    });
}

#[test]
fn thin_archives_in_a_folder_may_name_files_outside() {
    let folder = Folder::new();
    for (side, value) in [("original", "-DVALUE=1"), ("patched", "-DVALUE=2")] {
        for inner in [format!("{side}/built"), format!("{side}/elsewhere")] {
            std::fs::create_dir_all(folder.path(&inner)).expect("the temporary folder is writable");
        }
        folder.compile(&format!("{side}/built/inside.c"), TWO, &["-O2", value]);
        folder.compile(&format!("{side}/elsewhere/outside.c"), TWO, &["-O2", value]);
        let built = folder.path(&format!("{side}/built"));
        sh(&["ar", "rcsT", "inside.a", "inside.o"], &built);
        sh(&["ar", "rcsT", "outside.a", "../elsewhere/outside.o"], &built);
    }
    let sides = ["original", "patched"].map(|side| folder.path(side).join("built"));
    let run = run_expecting(fixscope(folder.0.path()).arg("diff").args(&sides), 1);
    assert_eq!(run.stdout.matches("changed    g").count(), 2, "{}", run.stdout);
    assert!(run.stdout.contains("outside.a"), "{}", run.stdout);
    assert!(!run.stdout.contains("inside.a"), "{}", run.stdout);
}

/// A function that refers to the first of `length` nameless nodes, each with a pointer to the next.
fn chain(folder: &Folder, name: &str, length: usize, last: u32) -> PathBuf {
    let mut text = String::from(
        ".text\n.globl f\n.type f,@function\nf: movq $.Lnode0, %rax\n ret\n.size f,.-f\n.section .rodata\n.balign 8\n",
    );
    for i in 0..length {
        writeln!(text, ".Lnode{i}: .quad .Lnode{}, {}", i + 1, i % 7).expect("text grows");
    }
    writeln!(text, ".Lnode{length}: .quad 0, {last}").expect("text grows");
    folder.compile(name, &text, &[])
}

#[test]
fn long_chains_of_nameless_data() {
    let folder = Folder::new();
    let short = ["a.s", "b.s"].map(|name| chain(&folder, name, 100, u32::from(name == "b.s")));
    assert_eq!(differences(&short[0], &short[0]), set(&[]));
    assert_eq!(differences(&short[0], &short[1]), set(&["changed f"]));
    // Longer than is followed: said to have changed, and the stack holds.
    let long = ["c.s", "d.s"].map(|name| chain(&folder, name, 50_000, u32::from(name == "d.s")));
    assert_eq!(differences(&long[0], &long[1]), set(&["changed f"]));
}
