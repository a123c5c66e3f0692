use std::process::Command;

use object::{Object, ObjectSection, ObjectSymbol};
use proptest::prelude::*;

use super::*;

const NESTED: &str = "volatile int v;
static inline int deep(int x)
{
	v = x;
	return x + 1;
}
static inline int mid(int x)
{
	v = 7;
	return deep(x) * 2;
}
void rare(int) __attribute__((cold));
int f(int x)
{
	v = 1;
	if (__builtin_expect(x < 0, 0))
		rare(mid(x));
	return mid(x);
}
int g(int x)
{
	static int count = 4;
	return x + count++;
}
";

/// Compiles `source` as `unit.c` and returns the object file.
fn compile(source: &str, flags: &[&str]) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(dir.path().join("unit.c"), source).expect("the source can be written");
    let output = Command::new("gcc")
        .current_dir(&dir)
        .args(["-O2", "-g", "-c", "unit.c", "-o", "unit.o", "-ffile-prefix-map=.=."])
        .arg(format!("-ffile-prefix-map={}=.", dir.path().display()))
        .args(flags)
        .output()
        .expect("gcc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(dir.path().join("unit.o")).expect("gcc wrote the object file")
}

fn parse(data: &[u8]) -> Dwarf {
    Dwarf::parse(data, Path::new("unit.o"), &[]).expect("gcc writes ELF")
}

fn extent(data: &[u8], name: &str) -> Extent {
    let file = object::File::parse(data).expect("gcc writes ELF");
    let symbol = file.symbols().find(|s| s.name() == Ok(name)).unwrap_or_else(|| panic!("no symbol {name}"));
    let section = symbol.section_index().expect("the symbol is defined").0 as u32;
    Extent { section, offset: symbol.address(), size: symbol.size() }
}

#[test]
fn lines_belong_to_the_innermost_inlined_body() {
    for flags in [&["-gdwarf-4"][..], &["-gdwarf-5"], &["-ffunction-sections", "-gz"]] {
        let data = compile(NESTED, flags);
        let dwarf = parse(&data);
        assert_eq!(dwarf.troubles, [] as [String; 0], "{flags:?}");
        let found = dwarf.function(&[extent(&data, "f")]);
        let f = dwarf.subprogram(found.subprogram.expect("gcc describes f"));
        assert_eq!((f.name.as_str(), f.line, f.defined), ("f", 13, true));
        assert_eq!(dwarf.file(f.file.expect("f has a file")), Path::new("unit.c"));

        let name = |b: &InlinedBody| dwarf.subprogram(b.subprogram).name.clone();
        let mid = found.inlined.iter().position(|b| name(b) == "mid" && b.call_line == 18);
        assert!(mid.is_some(), "{flags:?}");
        let deep = found.inlined.iter().position(|b| name(b) == "deep" && b.parent == mid);
        assert!(deep.is_some(), "{flags:?}");
        let body = &found.inlined[deep.expect("just asserted")];
        assert_eq!((body.depth, body.call_line), (1, 10), "{flags:?}");
        assert!(body.at.is_some_and(|at| at > 0), "{flags:?}");
        let owner = |line| {
            let mut owners: Vec<_> =
                found.lines.iter().filter(|l| l.line == line).map(|l| l.inlined).collect();
            owners.dedup();
            owners
        };
        assert_eq!(owner(15), [None], "{flags:?}");
        assert!(owner(4).contains(&deep), "{flags:?}");
        assert!(!owner(4).contains(&None), "{flags:?}");
        assert!(owner(9).contains(&mid), "{flags:?}");
        assert!(found.lines.iter().all(|l| l.line < 21), "no line of g");
    }
}

#[test]
fn a_cold_part_adds_its_lines_to_its_function() {
    let data = compile(NESTED, &[]);
    let dwarf = parse(&data);
    let (hot, cold) = (extent(&data, "f"), extent(&data, "f.cold"));
    assert!(dwarf.function(&[hot]).lines.iter().all(|l| l.line != 17 || l.inlined.is_some()));
    let both = dwarf.function(&[hot, cold]);
    assert!(both.lines.iter().any(|l| l.line == 17));
    let cold = dwarf.function(&[cold]);
    assert_eq!(cold.subprogram, both.subprogram);
}

#[test]
fn statics_are_found_by_place() {
    for flags in [&[][..], &["-fdata-sections"], &["-gdwarf-2"], &["-m32"]] {
        let data = compile(NESTED, flags);
        let file = object::File::parse(&*data).expect("gcc writes ELF");
        let name = file
            .symbols()
            .filter_map(|s| s.name().ok())
            .find(|n| n.starts_with("count."))
            .expect("gcc numbers statics")
            .to_owned();
        let dwarf = parse(&data);
        let variable = dwarf.variable(extent(&data, &name)).expect("gcc describes statics");
        assert_eq!((variable.name.as_str(), variable.line), ("count", 22), "{flags:?}");
    }
}

#[test]
fn split_debug_information_is_told() {
    let dwarf = parse(&compile(NESTED, &["-gsplit-dwarf"]));
    assert!(dwarf.troubles.iter().any(|t| t.contains(".dwo")), "{:?}", dwarf.troubles);
}

#[test]
fn no_debug_information_is_no_trouble() {
    let dwarf = parse(&compile(NESTED, &["-g0"]));
    assert!(dwarf.is_empty());
    assert_eq!(dwarf.troubles, [] as [String; 0]);
}

#[test]
fn what_is_no_elf_file_is_named() {
    let error = Dwarf::parse(b"int f(void);", Path::new("a.c"), &[]).expect_err("text is no object file");
    assert_eq!(error.code(), "not-elf");
    assert!(error.to_string().starts_with("a.c: "), "{error}");
}

#[test]
fn a_claimed_size_is_not_believed() {
    let mut data = compile(NESTED, &["-gz"]);
    let header = {
        let file = object::File::parse(&*data).expect("gcc writes ELF");
        let section = file.section_by_name(".debug_info").expect("there is debug information");
        section.file_range().expect("the section is in the file").0 as usize
    };
    // ch_size of Elf64_Chdr.
    data[header + 8..header + 16].copy_from_slice(&(1u64 << 50).to_le_bytes());
    let dwarf = parse(&data);
    assert!(dwarf.troubles.iter().any(|t| t.contains(".debug_info")), "{:?}", dwarf.troubles);
}

/// The bytes of the file that belong to debug sections and their relocations.
fn debug_bytes(data: &[u8]) -> Vec<usize> {
    let file = object::File::parse(data).expect("gcc writes ELF");
    file.sections()
        .filter(|s| s.name().is_ok_and(|n| n.contains(".debug")))
        .filter_map(|s| s.file_range())
        .flat_map(|(start, size)| start as usize..(start + size) as usize)
        .collect()
}

/// Asks everything there is to ask; the answers may be wrong, they only must come.
fn ask(data: &[u8], whole: &[u8]) {
    if let Ok(dwarf) = Dwarf::parse(data, Path::new("broken.o"), &[]) {
        for name in ["f", "f.cold", "g", "v"] {
            let place = extent(whole, name);
            let found = dwarf.function(&[place]);
            for line in &found.lines {
                dwarf.file(line.file);
            }
            dwarf.function(&[Extent { size: u64::MAX, ..place }]);
            dwarf.variable(place);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_debug_information_never_panics(
        form in 0..3usize,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        static FORMS: std::sync::OnceLock<Vec<(Vec<u8>, Vec<usize>)>> = std::sync::OnceLock::new();
        let forms = FORMS.get_or_init(|| {
            [&["-gdwarf-4"][..], &["-gdwarf-5"], &["-gz"]]
                .into_iter()
                .map(|flags| {
                    let data = compile(NESTED, flags);
                    let bytes = debug_bytes(&data);
                    (data, bytes)
                })
                .collect()
        });
        let (whole, places) = &forms[form];
        let mut data = whole.clone();
        for (place, value) in damage {
            data[places[place.index(places.len())]] = value;
        }
        if let Some(cut) = cut {
            data.truncate(cut.index(data.len()));
        }
        ask(&data, whole);
    }
}
