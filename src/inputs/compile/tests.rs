use std::sync::Arc;

use super::*;
use crate::inputs::fix::{Fix, TouchedFile};
use crate::inputs::progress::Silent;
use crate::inputs::runner::Runner;
use crate::inputs::shadow::{Policy, Shadow, WorkDir};

const A: &str = "#include \"a.h\"\nint twice(int x)\n{\n\treturn helper(x) * 2;\n}\n";
const B: &str = "#include \"a.h\"\nint b(void)\n{\n\treturn __LINE__;\n}\n";
const H: &str =
    "#ifdef A\nstatic inline int helper(int x)\n{\n\treturn x + 1;\n}\n#endif\nextern int b(void);\n";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().expect("a folder") };
        for (name, text) in [("a.c", A), ("b.c", B), ("a.h", H)] {
            let path = place.tree().join(name);
            fs::create_dir_all(place.tree()).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        place
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    fn run(&self, touched: &[(&str, &str)], units: Vec<UnitPlan>) -> (BuiltUnits, Read) {
        let tree = self.tree();
        let work = WorkDir::open(&self.folder.path().join("work"), &tree).expect("it is free");
        let policy = Policy::CopyAll { without_outputs: false };
        let shadow = Shadow::prepare(&work, "tree", &tree, policy).expect("it can be made");
        let files = touched
            .iter()
            .map(|(name, patched)| {
                let original: Arc<[u8]> = fs::read(tree.join(name)).expect("it is there").into();
                TouchedFile::new(
                    Some((name.into(), original)),
                    Some((name.into(), patched.as_bytes().into())),
                    None,
                )
            })
            .collect();
        let fix = Fix { files, ..Fix::default() };
        let mut sides = Sides::new(&[&shadow], &fix, true, &|_| false).expect("they can be put");
        let runner = Runner::in_place(&[&shadow]);
        let stage = Stage {
            runner: &runner,
            work: &work,
            jobs: 2,
            launcher: Vec::new(),
            emit_asm: false,
            abi: None,
            only_original: false,
            names: 0,
            progress: &Silent,
        };
        let mut built = BuiltUnits::default();
        let read = compile(&stage, &mut sides, units, &mut built).expect("it goes on");
        (built, read)
    }

    fn unit(&self, source: &str, flags: &[&str], direct: bool) -> UnitPlan {
        let mut arguments: Vec<OsString> = flags.iter().map(OsString::from).collect();
        let output = Path::new(source).with_extension("o");
        arguments.extend(["-O2".into(), "-c".into(), source.into(), "-o".into(), output.clone().into()]);
        let command = CompileCommand {
            directory: self.tree(),
            compiler: "gcc".into(),
            arguments,
            environment: Vec::new(),
            source: source.into(),
            output,
        };
        UnitPlan {
            name: source.into(),
            source: source.into(),
            module: None,
            commands: Pair::new(Some(command.clone()), Some(command)),
            extra: FLAGS.iter().map(OsString::from).collect(),
            direct,
            made: Pair::default(),
        }
    }
}

fn patched_header() -> String {
    H.replace("\treturn x + 1;", "\tif (x > 7)\n\t\treturn 0;\n\treturn x + 2;")
}

#[test]
fn units_whose_text_is_the_same_are_not_compiled() {
    let place = Place::new();
    let units = || vec![place.unit("a.c", &["-DA"], false), place.unit("b.c", &[], false)];
    let header = patched_header();
    let (built, read) = place.run(&[("a.h", &header)], units());
    let [a, b] = &built.units[..] else { panic!("two units: {:?}", built.units) };
    assert!(!a.same_text && a.errors.is_empty());
    let objects = a.objects.clone().both().expect("both sides compile");
    let object = |p: &PathBuf| fs::read(p).expect("it is there");
    assert_ne!(object(&objects.original), object(&objects.patched));
    assert!(b.same_text, "the directives keep __LINE__ and the function is not in its text");
    assert_eq!(b.objects, Pair::default());
    assert_eq!(built.compilations, 2);
    assert!(a.line_directives && built.line_directives);
    assert_eq!(built.compilers[0].units, 2);
    assert!(read.touched.contains(&(Side::Patched, "a.h".into())));
    // A second run finds everything there.
    let (again, _) = place.run(&[("a.h", &header)], units());
    assert_eq!(again.compilations, 0);
    assert_eq!(again.units[0].objects.clone().both().expect("both").patched, objects.patched);
    assert!(again.units[0].line_directives && again.units[1].same_text);
    // Another fix needs its own side only.
    let (other, _) = place.run(&[("a.h", &header.replace("x + 2", "x + 3"))], units());
    assert_eq!(other.compilations, 1);
    // A new file that might be found first in the search path makes nothing reusable; here only another flag does.
    let (flags, _) = place.run(&[("a.h", &header)], vec![place.unit("a.c", &["-DA", "-DB"], false)]);
    assert_eq!(flags.compilations, 2);
}

#[test]
fn a_unit_that_does_not_compile_does_not_stop_the_others() {
    let place = Place::new();
    let broken = A.replace("return", "retrun");
    let units = vec![place.unit("a.c", &["-DA"], true), place.unit("b.c", &[], true)];
    let (built, _) = place.run(&[("a.c", &broken), ("b.c", &B.replace("return", "return 1 +"))], units);
    let [a, b] = &built.units[..] else { panic!("two units") };
    assert!(a.objects.original.is_some() && a.objects.patched.is_none());
    assert_eq!(a.errors.len(), 1);
    assert!(
        a.errors[0].message.contains("retrun") && a.errors[0].message.contains("patched"),
        "{:?}",
        a.errors
    );
    assert!(b.objects.clone().both().is_some() && b.errors.is_empty());
}

#[test]
fn a_unit_that_only_compiles_without_directives_is_compiled_without() {
    let place = Place::new();
    let text = "int a;\nint f(void)\n{\n\treturn 1;\n}\n_Static_assert(__LINE__ == 7, \"line\");\n";
    fs::write(place.tree().join("a.c"), text.replace("== 7", "== 6")).expect("writable");
    let patched = text.replace("\treturn 1;\n", "\ta++;\n\treturn 1;\n");
    let (built, _) = place.run(&[("a.c", &patched)], vec![place.unit("a.c", &[], true)]);
    let unit = &built.units[0];
    assert!(unit.errors.is_empty(), "{:?}", unit.errors);
    assert!(unit.objects.clone().both().is_some());
    assert!(!unit.line_directives);
    assert!(built.warnings[0].contains("a.c"), "{:?}", built.warnings);
}

#[test]
fn absolute_paths_of_the_tree_lead_to_the_shadow() {
    let place = Place::new();
    let include = format!("-I{}", place.tree().display());
    let mut unit = place.unit("a.c", &["-DA", &include], true);
    let full = place.tree().join("a.c");
    for command in [&mut unit.commands.original, &mut unit.commands.patched].into_iter().flatten() {
        command.arguments.iter_mut().filter(|a| *a == "a.c").for_each(|a| *a = full.clone().into());
        command.source = full.clone();
    }
    let (built, _) = place.run(&[("a.c", &A.replace("* 2", "* 3"))], vec![unit]);
    let objects = built.units[0].objects.clone().both().expect("both sides compile");
    assert_ne!(fs::read(objects.original).expect("there"), fs::read(&objects.patched).expect("there"));
    assert_eq!(built.shadow_root, place.tree());
    let bytes = fs::read(objects.patched).expect("there");
    let shadow = place.folder.path().join("work/tree");
    assert!(memchr::memmem::find(&bytes, shadow.as_os_str().as_bytes()).is_none());
}
