use std::path::Path;

use proptest::prelude::*;

use super::*;

fn statements(text: &str) -> Vec<Statement<'_>> {
    let parser = Parser::new(Path::new("a.s"), text.as_bytes(), &fixscope_arch::x86::X86_64_ATT);
    parser.collect::<Result<_, _>>().unwrap_or_else(|e| panic!("{e}"))
}

fn refusal(text: &[u8]) -> String {
    let mut parser = Parser::new(Path::new("a.s"), text, &fixscope_arch::x86::X86_64_ATT);
    parser.find_map(Result::err).expect("it is refused").to_string()
}

fn names(names: Vec<Name<'_>>) -> Vec<String> {
    names
        .into_iter()
        .map(|n| match n {
            Name::Symbol(name) => name.into_owned(),
            Name::Numeric { number, instance } => format!("{number}#{instance}"),
        })
        .collect()
}

#[test]
fn a_symbol_comes_before_its_versions() {
    let text = "\t.globl f\nf:\tret\n\t.symver f, f@@V1\n\t.symver f, f@V0\n\t.symver g, g@V0\n\t.data\n\t.quad f, g\n";
    let unit = read(Path::new("a.s"), text.as_bytes()).expect("it is assembly");
    let names: Vec<&str> = unit.symbols.iter().map(|s| &*s.name).filter(|n| !n.is_empty()).collect();
    // What is undefined has only the name with the version, as the assembler has it.
    assert_eq!(names, ["f", "f@@V1", "f@V0", "g@V0"]);
    let data = unit.sections.iter().position(|s| s.name == ".data").expect("the section is there") as u32;
    let referred: Vec<&str> =
        unit.relocs(data).iter().map(|r| &*unit.symbols[r.symbol as usize].name).collect();
    assert_eq!(referred, ["f", "g@V0"]);
}

#[test]
fn statements_know_their_place_and_section() {
    let text = "\t.file \"a.c\"\n\t.text\nf: 1:\tmovl $5, %eax # five\n\tret; nop\n\
                \t.pushsection .init.text,\"ax\"\n\tcall g\n\t.popsection\n\tjmp 1b\n";
    let found = statements(text);
    let shown: Vec<(&str, u32, u32)> =
        found.iter().map(|s| (&text[s.span.clone()], s.line, s.section.0)).collect();
    assert_eq!(
        shown,
        [
            (".file \"a.c\"", 1, 0),
            (".text", 2, 0),
            ("f:", 3, 0),
            ("1:", 3, 0),
            ("movl $5, %eax", 3, 0),
            ("ret", 4, 0),
            ("nop", 4, 0),
            (".pushsection .init.text,\"ax\"", 5, 3),
            ("call g", 6, 3),
            (".popsection", 7, 0),
            ("jmp 1b", 8, 0),
        ]
    );
    assert_eq!(names(found[8].references()), ["g"]);
    assert_eq!(names(found[10].references()), ["1#1"]);
}

#[test]
fn references_are_symbols_and_nothing_else() {
    let of = |text: &str| names(statements(text).last().expect("a statement").references());
    assert_eq!(of("vmovdqu32 table+8(%rip), %zmm1{%k1}{z}"), ["table"]);
    assert_eq!(of("call *foo@GOTPCREL(%rip)"), ["foo"]);
    assert_eq!(of("movq %gs:this_cpu_off, %rax"), ["this_cpu_off"]);
    assert_eq!(of("leaq \"odd name\"(%rip), %rax"), ["odd name"]);
    assert_eq!(of("lock cmpxchgl %eax, x(%rip)"), ["x"]);
    assert_eq!(of("rep stosq"), Vec::<String>::new());
    assert_eq!(of(".long .L4-.L3, 5, b"), [".L4", ".L3", "b"]);
    assert_eq!(of(".size f, .Lfe-f"), [".Lfe", "f"]);
    assert_eq!(of(".globl f"), Vec::<String>::new());
    assert_eq!(of(".section .text.f,\"axG\",@progbits,f,comdat"), Vec::<String>::new());
    assert_eq!(of("1: nop\n1: .long 1b - ., 1f"), ["1#2", "1#3"]);
}

#[test]
fn definitions_and_descriptions() {
    let found =
        statements("a = b+1\n.set c, a\n.comm d,4,4\n.globl e, f\n.type g, @function\n\"h i\": nop\n");
    let defined: Vec<String> = found.iter().filter_map(Statement::defines).map(|n| n.to_string()).collect();
    assert_eq!(defined, ["a", "c", "d", "h i"]);
    assert_eq!(names(found[3].describes()), ["e", "f"]);
    assert_eq!(names(found[4].describes()), ["g"]);
}

#[test]
fn sections_are_told_apart() {
    let text = ".section .text.f,\"axG\",@progbits,f,comdat\n.section .text.f,\"ax\",@progbits,unique,7\n\
                .section .rodata.str1.1,\"aMS\",@progbits,1\n.section __patchable_function_entries,\"awo\",@progbits,.text\n\
                .section .note.GNU-stack,\"\",%progbits\n.subsection 1\n.previous\n.data 2\n";
    let mut parser = Parser::new(Path::new("a.s"), text.as_bytes(), &fixscope_arch::x86::X86_64_ATT);
    let found: Vec<(u32, i64)> =
        parser.by_ref().map(|s| s.expect("it is read")).map(|s| (s.section.0, s.subsection)).collect();
    assert_eq!(found, [(3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (7, 1), (7, 0), (1, 2)]);
    let heads = parser.sections().all();
    assert_eq!(heads[3].group.as_deref(), Some("f"));
    assert_eq!(heads[4].unique, Some(7));
    assert_eq!((heads[5].flags, heads[5].entsize), (0x32, 1));
    assert_eq!(heads[6].linked_to.as_deref(), Some(".text"));
    assert_eq!((&*heads[7].name, heads[7].flags), (".note.GNU-stack", 0));
}

#[test]
fn comments_are_left_out() {
    let text = "# 1 \"a.c\"\n#APP\n/ a line\n/* one\n two */ nop /* three */ # four\n// five\n.ascii \"# no ; comment /*\"\n";
    let found = statements(text);
    assert_eq!(found.iter().map(|s| s.line).collect::<Vec<_>>(), [5, 7]);
    assert_eq!(found[0].span, text.find("nop").expect("there")..text.find("nop").expect("there") + 3);
}

#[test]
fn what_is_not_read_is_refused_by_line() {
    let cases: [(&[u8], &str); 12] = [
        (b"nop\n.ascii \"abc\nnop\n", "line 2: text in quotes that does not end"),
        (b".ascii \"abc", "line 1: text in quotes"),
        (b"nop\n\0\n", "line 2: holds a NUL byte"),
        (b"nop /* \n", "line 1: a comment that does not end"),
        (b"#include <a.h>\n", "line 1: `#include` is for the C preprocessor"),
        (b".macro x\n", "line 1: `.macro` defines a macro"),
        (b"\n.if 1\n", "line 2: `.if` assembles on a condition"),
        (b"jmp 1b\n", "line 1: `1b`, and no label"),
        (b".popsection\n", "line 1: `.popsection` without"),
        (b".section .a,\"aQ\"\n", "line 1: section flag `Q`"),
        (b"jmp 12ab\n", "line 1: `12ab`, which is no number"),
        (b"nop \x01\n", "line 1: a control character"),
    ];
    for (text, expected) in cases {
        let message = refusal(text);
        assert!(message.contains(expected), "{message}");
        assert!(message.starts_with("a.s: "), "{message}");
    }
    assert!(refusal(".pushsection .data\n".repeat(2000).as_bytes()).contains("line 1001"));
}

/// Words of which assembly is made, so that what is put together of them at random gets far.
const WORDS: [&str; 66] = [
    "\n",
    "\n",
    "\n",
    ";",
    ":",
    ",",
    ",",
    " ",
    " ",
    "\t",
    "f",
    "g",
    ".L1",
    "1b",
    "1f",
    "1:",
    "f:",
    ".L1:",
    "-",
    "+",
    "(",
    ")",
    "$",
    "%rax",
    "(%rip)",
    "*",
    "@PLT",
    "movl",
    "jmp",
    "call",
    "nop",
    ".long",
    ".byte",
    ".quad",
    ".size",
    ".type",
    ".set",
    ".section",
    ".text",
    ".data",
    ".pushsection",
    ".popsection",
    ".zero",
    ".uleb128",
    "#4",
    "[",
    "]!",
    "{r4, pc}",
    "x0",
    "sp",
    ":lo12:",
    "adrp",
    "add",
    "ldr",
    "cbz",
    "push",
    "bx",
    "lsl 2",
    ".thumb",
    ".arm",
    ".inst",
    "(GOT)",
    "(.L1-1b)/2",
    ".L1-(1b+8)",
    ".set .LANCHOR0, . + 0",
    ".LANCHOR0+4",
];

/// Whatever the text is taken for.
fn survives(text: &[u8]) {
    _ = detect(Path::new("a.s"), text);
    for syntax in fixscope_arch::SYNTAXES {
        survives_as(syntax, text);
    }
}

fn survives_as(syntax: &'static Syntax, text: &[u8]) {
    let Ok(unit) = read_as(Path::new("a.s"), text, Some(syntax)) else { return };
    for (index, section) in unit.sections.iter().enumerate() {
        let holds = section.is_nobits() || section.data.len() as u64 == section.size;
        assert!(holds, "the bytes of {}", section.name);
        let inside =
            |r: &crate::load::Reloc| r.offset < section.size && (r.symbol as usize) < unit.symbols.len();
        assert!(unit.relocs(index as u32).iter().all(inside), "the relocations of {}", section.name);
    }
    let sides = crate::pair::Pair::new(&unit, &unit);
    let options = crate::compare::Options { all: true, show: true };
    let comparison = crate::compare::compare(sides, options).expect("it is of a known architecture");
    let differs = |e: &&crate::compare::Entry| e.status != crate::compare::Status::Unchanged;
    let changed: Vec<_> = comparison.entries.iter().filter(differs).collect();
    assert!(changed.is_empty(), "compared with itself: {changed:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_words_are_read_or_refused(words in proptest::collection::vec(0..WORDS.len(), 0..80)) {
        survives(words.into_iter().map(|i| WORDS[i]).collect::<String>().as_bytes());
    }

    #[test]
    fn damaged_text_is_read_or_refused(
        file in 0usize..4,
        at in any::<proptest::sample::Index>(),
        with in proptest::collection::vec(any::<u8>(), 0..4),
        cut in 0usize..6,
    ) {
        let files: [&[u8]; 4] = [
            include_bytes!("../../../testdata/assembly/data.s"),
            include_bytes!("../../../testdata/assembly/pairs/aarch64-gcc/original.s"),
            include_bytes!("../../../testdata/assembly/pairs/arm-thumb-clang/original.s"),
            include_bytes!("../../../testdata/assembly/pairs/i386-gcc/original.s"),
        ];
        let mut text = files[file].to_vec();
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, with);
        survives(&text);
    }
}

#[test]
fn references_beside_an_unfollowed_anchor_lead_where_they_did() {
    // What was a label and a directive is one statement now, which refers to something and lies at the anchor.
    let text = include_str!("../../../testdata/assembly/pairs/aarch64-gcc/original.s");
    assert!(text.contains("\nweights:\n"));
    survives(text.replace("\nweights:\n", "\nweights").as_bytes());
}

#[test]
fn code_becomes_records_of_text() {
    let text = b"f:\tlock cmpxchgl  %eax, x+4(% rip) # comment\n1:\tjne\t1b\n\tjmp\tg@PLT\n\trep; nop\n\tmovl $0x10|1, %eax\n                \t.byte 0xf, 0xb\n\t.p2align 4,,10\n\tmovq .L5@GOTPCREL(%rip), %rax\n.L5:\tcall *8(%rax)\n";
    let unit = read(Path::new("a.s"), text).expect("it is assembly");
    let arch = unit.arch().expect("x86-64");
    let code = fixscope_arch::Code { bytes: &unit.sections[1].data, address: 0, sites: &[], modes: &[] };
    let mut insns = Vec::new();
    arch.decode(&code, &mut insns);
    let shown: Vec<String> = insns.iter().map(|i| arch.format(&code, i, &|_| Some("@".to_owned()))).collect();
    assert_eq!(
        shown,
        [
            "lock cmpxchgl %eax,@(%rip)",
            "jne @",
            "jmp @",
            "rep",
            "nop",
            "movl $17,%eax",
            ".byte 0x0f, 0x0b",
            "movq @@GOTPCREL(%rip),%rax",
            "call *8(%rax)",
        ]
    );
    let named = |r: &crate::load::Reloc| (unit.symbols[r.symbol as usize].name.to_string(), r.addend);
    let references: Vec<_> = unit.relocs(1).iter().map(named).collect();
    assert_eq!(
        references,
        [("x".to_owned(), Some(4)), ("g".to_owned(), Some(0)), (".L5".to_owned(), Some(0))]
    );
    assert_eq!((unit.line(1, 0), unit.line(1, u64::from(insns[6].offset))), (Some(1), Some(6)));
}
