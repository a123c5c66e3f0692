//! `show` against `objdump`.

use fixscope::inspect::model::{Show, ShownSymbol};

use super::{assembled, folder, look, object};
use crate::common::{compile, sh};

fn shown(folder: &std::path::Path, words: &[&str]) -> Vec<ShownSymbol> {
    let run = look(folder, &[&["show", "--format", "json"], words].concat(), 0);
    let show: Show = serde_json::from_str(&run.stdout).expect("it is what the schema says");
    show.symbols
}

fn normalized(folder: &std::path::Path, name: &str) -> String {
    let text = look(folder, &["show", "--normalized", name], 0).stdout;
    // The first line says where it lies.
    text.lines().filter(|line| line.starts_with(' ')).collect::<Vec<_>>().join("\n")
}

/// Offset from the function's start and bytes of each instruction, as objdump has them.
fn truth(folder: &std::path::Path, file: &str, function: &str) -> Vec<(u64, String)> {
    let text = sh(&["objdump", "-dw", &format!("--disassemble={function}"), file], folder);
    let mut start = None;
    let mut rows = Vec::new();
    for line in text.lines() {
        let Some((address, rest)) = line.trim_start().split_once(":\t") else { continue };
        let Ok(address) = u64::from_str_radix(address, 16) else { continue };
        let bytes = rest.split('\t').next().unwrap_or_default().trim().to_owned();
        rows.push((address - *start.get_or_insert(address), bytes));
    }
    rows
}

#[test]
fn every_instruction_has_the_offset_and_bytes_that_objdump_gives() {
    let dir = folder();
    for flags in [&["-fno-pic"][..], &["-O1", "-fPIC"], &["-ffunction-sections", "-falign-loops=32"]] {
        object(dir.path(), "one.c", "one.o", flags);
        for name in ["first", "first.cold", "several", "recursive", "indirect", "helper", "starting"] {
            let expected = truth(dir.path(), "one.o", name);
            if expected.is_empty() {
                assert_eq!(name, "first.cold", "only the cold part is not there with -O1");
                continue;
            }
            let symbol = shown(dir.path(), &[&format!("one.o:{name}")]).remove(0);
            let lines: Vec<(u64, String)> = symbol
                .lines
                .iter()
                .map(|l| (l.at.expect("raw lines have one"), l.bytes.clone().expect("as well")))
                .collect();
            // Behind a function that is not the last one objdump shows what fills up to the next.
            assert_eq!(lines, expected[..lines.len()], "{name} {flags:?}");
            let size: usize = lines.iter().map(|l| l.1.split(' ').count()).sum();
            assert_eq!(Some(size as u64), symbol.size, "{name}");
        }
    }
}

#[test]
fn operands_name_what_relocations_lead_to() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &["-fno-pic"]);
    let text = look(dir.path(), &["show", "one.o:first", "one.o:operations", "one.o:zeros"], 0).stdout;
    for expected in [
        "call helper",
        "call second",
        "first.cold",
        "call fail",
        "$string \"first: x is negative\"",
        ",zeros+0x4(%rip)",
        ".quad pointed",
        ".quad tail",
        ".quad string \"the operations\"",
        ".zero 400",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let order = ["one.o: first ", "one.o: first.cold ", "one.o: operations ", "one.o: zeros "];
    let places: Vec<usize> =
        order.iter().map(|o| text.find(o).unwrap_or_else(|| panic!("{o}: {text}"))).collect();
    assert!(places.is_sorted(), "{text}");
    // What is reached through the global offset table is told from what is reached directly.
    object(dir.path(), "one.c", "pic.o", &["-fPIC"]);
    let pic = look(dir.path(), &["show", "pic.o:helper"], 0).stdout;
    assert!(pic.contains("counter@GOT(%rip)"), "{pic}");
}

/// The same functions behind others, and with loops at round addresses: other addresses, other padding, longer jumps.
#[test]
fn the_normalized_form_has_no_addresses_and_no_padding() {
    let dir = folder();
    let body = "extern int out(int);\nextern void say(const char *, ...);\nstatic const int numbers[] = {1,2,3,5,8,13,21,34,55};\n\
                int work(int a, int b)\n{\n\tint sum = 0;\n\tfor (int i = 0; i < a; i++) {\n\t\tif (i & 4)\n\t\t\tsay(\"odd %d\", i);\n\
                \t\tfor (int j = 0; j < b; j++)\n\t\t\tsum += out(j) * numbers[(i + j) % 9];\n\t}\n\treturn sum;\n}\n\
                int pick(int x)\n{\n\tswitch (x) {\n\tcase 0: return out(1);\n\tcase 1: return out(4) + 2;\n\tcase 2: return out(9) ^ 3;\n\
                \tcase 3: return out(16) - 4;\n\tcase 4: return out(25) * 5;\n\tcase 5: return out(36) | 6;\n\t}\n\treturn 0;\n}\n";
    let more = format!(
        "extern void say(const char *, ...);\nint before(int x) {{ say(\"another\"); return x; }}\n{body}"
    );
    for pic in ["-fno-pic", "-fPIC"] {
        compile(
            dir.path(),
            "a.o",
            body,
            &[pic, "-fno-align-loops", "-fno-align-jumps", "-fno-align-functions"],
        );
        compile(
            dir.path(),
            "b.o",
            &more,
            &[pic, "-falign-loops=64", "-falign-jumps=64", "-falign-functions=128"],
        );
        for name in ["work", "pick"] {
            let raw = |file| look(dir.path(), &["show", &format!("{file}:{name}")], 0).stdout;
            let shown = normalized(dir.path(), &format!("a.o:{name}"));
            assert_ne!(raw("a.o").lines().count(), 0);
            assert_ne!(
                raw("a.o").split_once('\n').map(|r| r.1.to_owned()),
                raw("b.o").split_once('\n').map(|r| r.1.to_owned())
            );
            assert_eq!(shown, normalized(dir.path(), &format!("b.o:{name}")), "{pic} {name}");
            assert!(shown.contains(".L1:"), "{shown}");
            assert!(!shown.contains("nop"), "{shown}");
        }
        let work = normalized(dir.path(), "a.o:work");
        assert!(work.contains("string \"odd %d\""), "{work}");
        let pick = normalized(dir.path(), "a.o:pick");
        let table = pick.lines().skip_while(|l| !l.contains(".Ldata1:")).skip(1);
        let table: Vec<&str> = table.take_while(|l| l.trim_start().starts_with('.')).collect();
        assert_eq!(table.len(), 6, "{pick}");
        assert!(table.iter().all(|l| l.contains(" .L")), "{pick}");
    }
}

/// Entries of tables for a function, as the comparison sees them: a place is an instruction, a line means nothing.
#[test]
fn entries_of_tables_stand_below_the_normalized_form() {
    let dir = folder();
    let text = |line: u32, before: &str| {
        format!(
            ".text\n{before}.globl f\n.type f,@function\nf:\ttest %edi, %edi\n1:\t.byte 0x0f,0x1f,0x44,0,0\n\
             2:\tud2\n3:\tmov (%rdi), %eax\n4:\tlfence\n5:\tret\n6:\tmov $1, %eax\n\tret\n.size f, .-f\n\
             .type other,@function\nother:\n7:\tud2\n.size other, .-other\n\
             .section .rodata.str1.1,\"aMS\",@progbits,1\n8:\t.string \"file{line}.c\"\n\
             .section __jump_table,\"aw\"\n.long 1b - ., 6b - .\n.quad key - .\n\
             .section __bug_table,\"aw\"\n.long 7b - ., 8b - .\n.short {line}, 5\n.long 2b - ., 8b - .\n.short {line}, 3\n\
             .section __ex_table,\"a\"\n.long 3b - ., 5b - .\n.long 7\n\
             .section .altinstr_replacement,\"ax\"\n9:\tmfence\n10:\n\
             .section .altinstructions,\"a\"\n.long 4b - ., 9b - .\n.short 77\n.byte 3, 10b - 9b\n\
             .data\n.globl key\n.type key,@object\nkey: .quad 0\n.size key, .-key\n"
        )
    };
    assembled(dir.path(), "a.o", &text(10, ""));
    let more = ".type early,@function\nearly: nop; nop; ret\n.size early, .-early\n";
    assembled(dir.path(), "b.o", &text(20, more));
    let shown = normalized(dir.path(), "a.o:f");
    let below = shown.lines().map(str::trim).skip_while(|l| !l.contains("entry of")).collect::<Vec<_>>();
    let expected = [
        "# entry of __jump_table",
        ".long .L1",
        ".long .L6",
        ".quad key",
        "# entry of __bug_table",
        ".long .L2",
        ".skip 4  # file, not compared",
        ".skip 2  # line, not compared",
        ".byte 0x03,0x00",
        "# entry of __ex_table",
        ".long .L3",
        ".long .L5",
        ".byte 0x07,0x00,0x00,0x00",
        "# entry of .altinstructions",
        ".long .L4",
        ".skip 4  # leads to 3 bytes of code:",
        ".byte 0x0f,0xae,0xf0",
        ".byte 0x4d,0x00,0x03,0x03",
    ];
    let below: Vec<&str> = below.iter().map(|l| l.split("  # |").next().unwrap_or(l)).collect();
    assert_eq!(below, expected, "{shown}");
    assert_eq!(shown, normalized(dir.path(), "b.o:f"));
}

#[test]
fn a_name_that_occurs_again_is_shown_from_every_place() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &[]);
    object(dir.path(), "two.c", "two.o", &[]);
    sh(&["ld", "-r", "-o", "both.o", "two.o", "one.o", "--allow-multiple-definition"], dir.path());
    let found = shown(dir.path(), &["both.o:helper"]);
    let files: Vec<&str> = found.iter().filter_map(|s| s.file.as_deref()).collect();
    assert_eq!(files, ["two.c", "one.c"]);
    let text = look(dir.path(), &["show", "both.o:helper"], 0).stdout;
    assert!(text.contains("of two.c") && text.contains("of one.c"), "{text}");
}

#[test]
fn aliases_and_names_in_the_languages_notation() {
    let dir = folder();
    let text = ".text\n.globl _ZN1n1fEi\n.type _ZN1n1fEi, @function\n_ZN1n1fEi:\n ret\n.size _ZN1n1fEi, 1\n\
                .globl second\n.set second, _ZN1n1fEi\n.type second, @function\n";
    assembled(dir.path(), "n.o", text);
    for name in ["_ZN1n1fEi", "n::f(int)", "second"] {
        let found = shown(dir.path(), &[&format!("n.o:{name}")]);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].lines.len(), 1);
    }
}
