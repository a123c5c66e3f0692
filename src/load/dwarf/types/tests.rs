use std::process::Command;

use object::{Object, ObjectSymbol};
use proptest::prelude::*;

use super::*;

const SOURCE: &str = "
typedef unsigned char byte;
struct inner { int a; byte b[3]; };
typedef struct { long x; struct inner in; } unnamed;
struct outer {
	char first;
	union { int as_int; struct { short low, high; }; };
	struct inner one, many[4];
	const volatile unnamed u;
	unsigned f : 3, g : 7;
	unsigned long wide : 40;
	struct outer *next;
	long tail[];
};
struct only_declared;
enum word { ONE };
struct used_by_f { enum word w; struct only_declared *p; };
static inline long inlined(struct inner *i) { return i->a; }
long f(struct used_by_f *p, struct outer *o) { return p->w + inlined(&o->one); }
int g(int x) { struct inner local[2] = { { x } }; return ((volatile struct inner *)local)->a; }
";

fn compile(compiler: &str, source: &str, flags: &[&str]) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(dir.path().join("unit.c"), source).expect("the source can be written");
    let output = Command::new(compiler)
        .current_dir(&dir)
        .args(["-O2", "-c", "-o", "unit.o"])
        .args(flags)
        .arg("unit.c")
        .output()
        .expect("the compiler runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(dir.path().join("unit.o")).expect("the compiler wrote the object file")
}

fn parse(data: &[u8]) -> Types {
    let types = Types::parse(data, Path::new("unit.o")).expect("compilers write ELF");
    assert_eq!(types.troubles, [] as [String; 0]);
    types
}

fn named<'t>(types: &'t Types, name: &str) -> &'t Record {
    let named = |r: &&Record| r.name.as_deref() == Some(name);
    types.records.iter().find(named).unwrap_or_else(|| panic!("no {name}"))
}

/// What the compiler itself says: each question is an array of so many bytes.
fn asked(compiler: &str, flags: &[&str], questions: &[&str]) -> Vec<u64> {
    let mut source = format!("{SOURCE}\n#define offsetof __builtin_offsetof\n");
    for (i, question) in questions.iter().enumerate() {
        source += &format!("char answer_{i}[1 + {question}];\n");
    }
    let data = compile(compiler, &source, flags);
    let file = object::File::parse(&*data).expect("compilers write ELF");
    let size =
        |i| file.symbols().find(|s| s.name() == Ok(&format!("answer_{i}"))).expect("it is there").size();
    (0..questions.len()).map(|i| size(i) - 1).collect()
}

fn check(compiler: &str, flags: &[&str]) {
    let data = compile(compiler, SOURCE, flags);
    let types = parse(&data);
    let outer = named(&types, "struct outer");
    let at = |record: &Record, name: &str| {
        let member = record.members.iter().find(|m| m.name.as_deref() == Some(name));
        member.map(|m| m.at).unwrap_or_else(|| panic!("no member {name}"))
    };
    let truth = asked(
        compiler,
        flags,
        &[
            "sizeof(struct outer)",
            "offsetof(struct outer, many)",
            "offsetof(struct outer, u)",
            "offsetof(struct outer, next)",
            "offsetof(struct outer, as_int)",
            "sizeof(unnamed)",
            "offsetof(unnamed, in)",
            "offsetof(struct outer, tail)",
        ],
    );
    assert_eq!(outer.size, truth[0]);
    assert_eq!(["many", "u", "next"].map(|m| at(outer, m)), [truth[1], truth[2], truth[3]].map(|b| 8 * b));
    assert_eq!(at(outer, "tail"), 8 * truth[7]);
    let anonymous = outer.members.iter().find(|m| m.name.is_none()).expect("the union is a member");
    assert_eq!((anonymous.at, anonymous.size), (8 * truth[4], 32));
    let union = types.record(anonymous.holds.expect("it holds a record"));
    assert_eq!((union.name.as_deref(), union.members.len()), (None, 2));
    let unnamed = named(&types, "unnamed");
    assert_eq!((unnamed.size, at(unnamed, "in")), (truth[5], 8 * truth[6]));
    let many = outer.members.iter().find(|m| m.name.as_deref() == Some("many")).expect("it is there");
    assert_eq!((many.size, many.holds), (8 * 4 * 8, outer.members[2].holds), "{flags:?}");
    assert_eq!(types.record(many.holds.expect("its elements")).name.as_deref(), Some("struct inner"));
    // The psABI packs bit-fields of one unit from its lowest bit on.
    let bits = |name: &str| {
        let member = outer.members.iter().find(|m| m.name.as_deref() == Some(name)).expect("it is there");
        assert!(member.is_bit_field);
        (member.at - at(outer, "f"), member.size)
    };
    assert_eq!([bits("f"), bits("g"), bits("wide")], [(0, 3), (3, 7), (10, 40)]);
    assert!(types.records.iter().all(|r| r.name.as_deref() != Some("struct only_declared")));

    let file = object::File::parse(&*data).expect("compilers write ELF");
    let used = |name: &str| {
        let symbol = file.symbols().find(|s| s.name() == Ok(name)).expect("it is there");
        let section = symbol.section_index().expect("it is defined").0 as u32;
        let used = types.used_by(section, symbol.address()..symbol.address() + symbol.size());
        let mut names: Vec<String> = used.iter().filter_map(|id| types.record(*id).name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(used("f"), ["struct inner", "struct outer", "struct used_by_f"]);
    assert_eq!(used("g"), ["struct inner"]);
}

#[test]
fn types_are_as_the_compiler_lays_them_out() {
    for flags in [&["-g"][..], &["-gdwarf-4"], &["-gdwarf-4", "-fdebug-types-section"], &["-gdwarf-3"]] {
        check("gcc", flags);
    }
    check("gcc", &["-gdwarf-5", "-fdebug-types-section", "-ffunction-sections"]);
}

#[test]
#[ignore = "needs clang"]
fn types_are_as_clang_lays_them_out() {
    for flags in [&["-g"][..], &["-gdwarf-4"], &["-gdwarf-5", "-fdebug-types-section"]] {
        check("clang", flags);
    }
}

#[test]
#[ignore = "needs g++"]
fn namespaces_and_bases_belong_to_a_class() {
    let source = "namespace n { struct base { int b; }; class c : public base { static int s; \
                  public: int m; struct deep { int d; }; deep one; }; } int f(n::c *p) { return p->one.d; }";
    let types = parse(&compile("gcc", source, &["-g", "-x", "c++", "-gdwarf-5"]));
    let class = named(&types, "class n::c");
    let base = types.record(class.members[0].holds.expect("the base class is held"));
    assert_eq!(base.name.as_deref(), Some("struct n::base"));
    let names: Vec<_> = class.members.iter().filter_map(|m| m.name.as_deref()).collect();
    assert_eq!(names, ["m", "one"], "a static member has no place in the class");
    named(&types, "struct n::c::deep");
}

proptest! {
    #[test]
    fn broken_types_are_no_reason_to_panic(
        bytes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20)
    ) {
        static OBJECT: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut data = OBJECT.get_or_init(|| compile("gcc", SOURCE, &["-g"])).clone();
        for (at, byte) in bytes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        let _ = Types::parse(&data, Path::new("unit.o"));
    }
}
