//! What a skeleton says, and that a C compiler takes it.

use std::process::Command;

use super::*;

const UNIT: &str = r#"#include <linux/types.h>
#include "internal.h"

static int limit = 3;

int helper(int);

static int check(int a) /* the bound */
{
	static int calls;

	calls++;
	if (a > limit) {
		return -1;
	}
	return helper(a);
}

int entry(int a, int b)
{
	return added(a) + check(b);
}

static inline int added(int a)
{
	return a & 0xff;
}

int __init start(void)
{
	return 0;
}

DEFINE_CALL(magic, int, a)
{
	return a;
}
"#;

fn function(name: &str, line: u32) -> SkeletonFunction {
    let stem = name.split('.').next().expect("there is a first part").to_owned();
    SkeletonFunction {
        name: name.to_owned(),
        stem,
        original_name: Some(name.to_owned()),
        unit: "lib/unit.c".to_owned(),
        module: Some("vmlinux".to_owned()),
        ambiguous: false,
        traced: Some(true),
        source: Some(SourceText {
            file: "lib/unit.c".to_owned(),
            line: Some(line),
            text: Arc::from(UNIT.as_bytes()),
        }),
        needs: Vec::new(),
    }
}

fn input() -> SkeletonInput {
    let need = |name: &str, kind| Need { name: name.to_owned(), kind };
    let mut entry = function("entry", 19);
    entry.needs = vec![need("check", NeedKind::LocalFunction), need("added", NeedKind::LocalFunction)];
    let mut check = function("check", 8);
    check.ambiguous = true;
    check.needs = vec![need("limit", NeedKind::LocalObject), need("helper", NeedKind::Elsewhere)];
    let mut added = function("added", 24);
    added.original_name = None;
    let mut driver = function("check", 8);
    driver.unit = "drivers/a */ b.c".to_owned();
    driver.module = Some("a_driver".to_owned());
    SkeletonInput {
        subject: Some("lib: check the bound */ #include \"x\"".to_owned()),
        functions: vec![
            entry,
            check,
            added,
            driver,
            function("check.isra.0", 8),
            function("__do_magic", 34),
            function("start", 29),
        ],
        incomplete: false,
    }
}

fn rendered(input: &SkeletonInput) -> String {
    String::from_utf8(render::source(input)).expect("the test's text is UTF-8")
}

#[test]
fn functions_are_copied_under_their_new_names() {
    let text = rendered(&input());
    assert!(
        text.contains("static int livepatch_check(int a) /* the bound */\n{\n\tstatic int calls;\n"),
        "{text}"
    );
    assert!(text.contains("static int livepatch_check_2(int a)"), "{text}");
    assert!(text.contains("static int livepatch_entry(int a, int b)\n{"), "{text}");
    assert!(text.contains("static inline int added(int a)\n{"), "{text}");
    assert_eq!(
        text.matches("static int livepatch_check").count(),
        2,
        "a clone shares its source's copy: {text}"
    );
}

#[test]
fn tables_hold_what_the_kernel_can_replace() {
    let text = rendered(&input());
    assert!(
        text.contains(".old_name = \"check\",\n\t\t.new_func = livepatch_check_2,\n\t\t/* TODO: .old_sympos"),
        "{text}"
    );
    assert!(text.contains(".name = \"a_driver\",\n\t\t.funcs = a_driver_funcs,"), "{text}");
    assert!(text.contains("/* No name: vmlinux. */\n\t\t.funcs = vmlinux_funcs,"), "{text}");
    assert!(!text.contains(".old_name = \"added\""), "a new function replaces nothing: {text}");
    assert!(!text.contains(".old_name = \"check.isra.0\""), "{text}");
    assert!(text.contains("TODO: check.isra.0 has no entry of its own"), "{text}");
    assert!(text.contains("TODO: __do_magic has no copy yet"), "{text}");
    assert!(text.contains("TODO: start has no entry of its own"), "{text}");
}

#[test]
fn what_a_person_has_to_see_to_is_said() {
    let text = rendered(&input());
    for line in [
        "check: replaced here by livepatch_check",
        "added: new, here as added",
        "limit: static data object of the unit; a copy would be another one",
        "helper: of another unit; is it exported?",
        "TODO: its static variables: those of the copy are others and begin anew.",
        "TODO: it is __init: it has run, and the kernel has dropped it.",
        "TODO: copy it by hand: a macro defines it, lines 34 to 37 of lib/unit.c.",
        "\"internal.h\" (lib/unit.c)",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(text.contains("#include <linux/types.h>\n"));
}

#[test]
fn a_compiler_takes_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let headers = dir.path().join("include/linux");
    std::fs::create_dir_all(&headers).expect("it is made");
    for name in ["kernel.h", "module.h", "types.h"] {
        std::fs::write(headers.join(name), "").expect("it is written");
    }
    let klp = "#define __init\n#define __exit\n#define THIS_MODULE ((struct module *)0)\n\
               #define module_init(f) int init_module(void) { return f(); }\n\
               #define module_exit(f) void cleanup_module(void) { f(); }\n\
               #define MODULE_LICENSE(x) static const char license[] = x\n\
               #define MODULE_INFO(k, v) static const char info_##k[] = v\n\
               struct module;\n\
               struct klp_func { const char *old_name; void *new_func; unsigned long old_sympos; };\n\
               struct klp_object { const char *name; struct klp_func *funcs; };\n\
               struct klp_patch { struct module *mod; struct klp_object *objs; };\n\
               int klp_enable_patch(struct klp_patch *patch);\n\
               /* What a person would have added. */\n\
               extern int limit; int helper(int); static int added(int); static int check(int);\n";
    std::fs::write(headers.join("livepatch.h"), klp).expect("it is written");
    let source = write_skeleton(&dir.path().join("fix-1"), &input()).expect("it is written");
    assert_eq!(source, dir.path().join("fix-1/livepatch_fix_1.c"));
    let gcc = Command::new("gcc")
        .args(["-std=gnu11", "-fsyntax-only", "-Werror=implicit-function-declaration", "-I"])
        .arg(dir.path().join("include"))
        .arg(&source)
        .output()
        .expect("gcc is there");
    assert!(gcc.status.success(), "{}", String::from_utf8_lossy(&gcc.stderr));
    let makefile = std::fs::read_to_string(dir.path().join("fix-1/Makefile")).expect("it is there");
    assert!(makefile.contains("obj-m := livepatch_fix_1.o\n"));
    assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 2, "something was left beside it");
}

#[test]
fn order_of_the_input_does_not_matter() {
    let mut turned = input();
    turned.functions.reverse();
    assert_eq!(rendered(&turned), rendered(&input()));
}

#[test]
fn only_a_new_or_empty_folder_is_written_to() {
    let dir = tempfile::tempdir().expect("a folder");
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).expect("it is made");
    write_skeleton(&empty, &input()).expect("an empty folder gives way");
    let again = write_skeleton(&empty, &input()).expect_err("it is no longer empty").to_string();
    assert!(again.contains("is not empty"), "{again}");
    assert!(check_destination(&dir.path().join("none/skeleton")).is_err());
    let file = dir.path().join("file");
    std::fs::write(&file, "").expect("it is written");
    assert!(check_destination(&file).is_err());
}

#[test]
fn module_names_are_ones_the_kernel_takes() {
    let name = |dir: &str| module_name(Path::new(dir));
    assert_eq!(name("/tmp/fix-1"), "livepatch_fix_1");
    assert_eq!(name("livepatch_x"), "livepatch_x");
    assert_eq!(name("livepatch"), "livepatch_fix");
    assert_eq!(name("--"), "livepatch_fix");
    assert!(name(&"x".repeat(99)).len() <= 55);
}

#[test]
fn a_function_that_does_not_begin_with_the_tracer_is_no_entry_of_the_table() {
    let mut check = function("check", 8);
    check.traced = Some(false);
    let input = SkeletonInput { functions: vec![check, function("entry", 19)], ..SkeletonInput::default() };
    let source = String::from_utf8(render::source(&input)).expect("the source is text");
    assert!(source.contains("does not begin with a call"), "{source}");
    assert!(source.contains(".old_name = \"entry\""), "{source}");
    assert!(!source.contains(".old_name = \"check\""), "{source}");
}
