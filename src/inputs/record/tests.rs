use super::*;
use crate::inputs::shadow::{Policy, WorkDir};

/// A tree made of the files named, and what recording its build gives.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Project {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Project { folder };
        fs::create_dir(project.tree()).expect("the folder can be made");
        for (name, text) in files {
            let path = project.tree().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("the folder can be made");
            fs::write(path, text).expect("the file can be written");
        }
        project
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("my tree")
    }

    fn with<T>(&self, f: impl FnOnce(&Shadow, &Path) -> T) -> T {
        // A new folder each time: a process that another test is just starting may still hold the lock.
        let work =
            tempfile::Builder::new().prefix("work dir").tempdir_in(self.folder.path()).expect("a folder");
        let work = WorkDir::open(work.path(), &self.tree()).expect("it is free");
        let policy = Policy::CopyAll { without_outputs: true };
        let shadow = Shadow::prepare(&work, "tree", &self.tree(), policy).expect("it can be made");
        f(&shadow, &work.scratch())
    }

    fn record(&self, command: &str) -> Result<Recording> {
        self.with(|shadow, scratch| record(shadow, &runner(shadow, &[command])?, command, scratch))
    }

    /// The recorded compilations as `source > output: flags that decide about the code`.
    fn lines(&self, command: &str) -> Vec<String> {
        let recording = self.record(command).expect("something is recorded");
        assert_eq!(recording.errors, []);
        recording.commands.iter().map(|c| self.line(c)).collect()
    }

    fn line(&self, command: &CompileCommand) -> String {
        let call = command.for_object(Path::new("OUT"), &[]);
        let flags: Vec<_> =
            call.arguments[..call.arguments.len() - 4].iter().map(|f| f.to_string_lossy()).collect();
        let directory = command.directory.strip_prefix(self.tree()).expect("inside the tree");
        format!(
            "{} > {}: {}",
            directory.join(&command.source).display(),
            command.output.display(),
            flags.join(" ")
        )
    }
}

const MAIN: (&str, &str) = ("main.c", "int f(void);\nint main(void) { return f(); }\n");
const F: (&str, &str) = ("f.c", "int f(void) { return 0; }\n");

#[test]
fn a_hard_coded_name_is_caught_and_a_wildly_parallel_build_too() {
    let mut files: Vec<(String, String)> =
        (0..24).map(|i| (format!("s{i}.c"), format!("int s{i}(void) {{ return {i}; }}\n"))).collect();
    files.push(("Makefile".into(), "CC = gcc\nall: $(patsubst %.c,%.o,$(wildcard s*.c))\n".into()));
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let lines = Project::new(&files).lines("make -j8 CFLAGS=-O1");
    assert_eq!(lines.len(), 24);
    assert_eq!(lines[0], "s0.c > s0.o: -O1");
}

#[test]
fn a_compiler_on_the_command_line_is_respected() {
    let project =
        Project::new(&[MAIN, F, ("Makefile", "CC = no-such-gcc\nprog: main.o f.o\n\t$(CC) -o $@ $^\n")]);
    let recording = project.record("make CC=cc").expect("it builds");
    assert_eq!(recording.errors, []);
    let compilers: Vec<_> = recording
        .commands
        .iter()
        .map(|c| Path::new(&c.compiler).file_name().expect("a name").to_owned())
        .collect();
    assert_eq!(compilers, ["cc", "cc"]);
    assert_eq!(recording.calls, 3, "the call that links is recorded, and makes no unit");
}

#[test]
fn recursive_make_keeps_each_working_directory() {
    let project = Project::new(&[
        ("Makefile", "all:\n\t$(MAKE) -C lib\n\t$(MAKE) -C app\n"),
        ("lib/Makefile", "all: f.o\n"),
        ("lib/f.c", F.1),
        (
            "app/Makefile",
            "all: prog\nprog: ../app/main.c ../lib/f.o\n\tcc -I../lib -o $@ main.c ../lib/f.o\n",
        ),
        ("app/main.c", MAIN.1),
    ]);
    assert_eq!(project.lines("make -j2"), ["app/main.c > prog: -I../lib", "lib/f.c > f.o: "]);
}

#[test]
fn several_sources_in_one_call_with_and_without_linking() {
    let project = Project::new(&[
        MAIN,
        F,
        ("Makefile", "all:\n\tgcc -c -O1 main.c f.c\n\tgcc -O2 -o prog main.c f.c -lm\n"),
    ]);
    assert_eq!(
        project.lines("make"),
        ["f.c > f.o: -O1", "f.c > prog: -O2", "main.c > main.o: -O1", "main.c > prog: -O2"]
    );
}

#[test]
fn a_source_compiled_twice_is_two_units_and_repeated_alike_it_is_one() {
    // The shape of libtool: first position independent into .libs, then again without.
    let rule = "\tmkdir -p .libs\n\tgcc -c f.c -fPIC -DPIC -o .libs/f.o\n\tgcc -c f.c -o f.o\n\tgcc -c f.c -o again.o\n";
    let project = Project::new(&[F, ("Makefile", &format!("all:\n{rule}"))]);
    assert_eq!(project.lines("make"), ["f.c > .libs/f.o: -fPIC -DPIC", "f.c > again.o: "]);
}

#[test]
fn response_files_are_read_even_when_the_build_removes_them() {
    let rule = "\tprintf '%s\\n' -O2 \"'-DTEXT=a b'\" @more > args\n\techo -DMORE > more\n\tgcc @args -c f.c\n\trm args\n";
    let project = Project::new(&[F, ("Makefile", &format!("all:\n{rule}"))]);
    assert_eq!(project.lines("make"), ["f.c > f.o: -O2 -DTEXT=a b -DMORE"]);
}

#[test]
fn arguments_and_variables_arrive_byte_for_byte() {
    let script =
        "CPATH='in c' gcc '-DA=x\ny' -DB='\"q\"' '-DC=$HOME `x` \\ *' -c 'with space.c' -o 'o o.o'\n";
    let project = Project::new(&[("with space.c", F.1), ("in c/x.h", ""), ("build.sh", script)]);
    let recording = project.record("sh build.sh").expect("it builds");
    let command = &recording.commands[0];
    assert_eq!(command.arguments[0], "-DA=x\ny");
    assert_eq!(command.arguments[1], "-DB=\"q\"");
    assert_eq!(command.arguments[2], "-DC=$HOME `x` \\ *");
    assert_eq!(command.source, Path::new("with space.c"));
    assert_eq!(command.output, Path::new("o o.o"));
    assert_eq!(command.environment, [("CPATH".into(), "in c".into())]);
    assert_eq!(command.directory, project.tree());
}

#[test]
fn a_compiler_named_by_its_path_is_caught() {
    let gcc = which("gcc");
    let makefile = format!("CC={gcc}\nCC += -O1\nall: f.o\n\tcp f.o g.o\n");
    let project = Project::new(&[F, ("sub/Makefile", &makefile), ("sub/f.c", F.1)]);
    project.with(|shadow, scratch| {
        let recording = record(shadow, &runner(shadow, &[]).expect("a runner"), "make -C sub", scratch)
            .expect("it builds");
        assert_eq!(recording.commands.len(), 1);
        assert_eq!(recording.commands[0].compiler, *gcc);
        let after = fs::read_to_string(shadow.root().join("sub/Makefile")).expect("it is there");
        assert_eq!(after, makefile, "the shadow's build files are as they were");
        assert!(shadow.has(Path::new("sub/g.o")));
    });
    assert_eq!(project.record(&format!("{gcc} -c f.c")).expect("it builds").commands.len(), 1);
}

fn which(name: &str) -> String {
    let path = std::env::var_os("PATH").expect("PATH is set");
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|p| p.is_file());
    found.expect("gcc is installed").display().to_string()
}

#[test]
fn build_files_made_while_building_are_caught_too() {
    // The shape of CMake: the build first makes its own build files again, with the compiler's path in them.
    let gcc = which("gcc");
    let makefile = format!(
        "all: rules.mk\n\t$(MAKE) -f rules.mk\nrules.mk: rules.in\n\tsed 's,@CC@,{gcc},' rules.in > rules.mk\n"
    );
    let makefile = makefile.replace(&gcc, "$(shell command -v true >/dev/null; echo /usr)/bin/gcc");
    if gcc != "/usr/bin/gcc" {
        return;
    }
    let project = Project::new(&[F, ("Makefile", &makefile), ("rules.in", "f.o: f.c\n\t@CC@ -O1 -c f.c\n")]);
    assert_eq!(project.lines("make"), ["f.c > f.o: -O1"]);
}

#[test]
fn a_tree_that_is_already_built_is_built_again() {
    let project = Project::new(&[MAIN, F, ("Makefile", "prog: main.o f.o\n\tgcc -o $@ $^\n")]);
    let built =
        std::process::Command::new("make").current_dir(project.tree()).output().expect("make can be run");
    assert!(built.status.success());
    assert_eq!(project.lines("make").len(), 2);
}

#[test]
fn a_failing_build_gives_what_it_compiled_and_the_end_of_its_output() {
    let makefile = "all: f.o main.o\n\t@seq 5000\n\t@echo the last words\n\tfalse\n";
    let project = Project::new(&[MAIN, F, ("Makefile", makefile)]);
    let recording = project.record("make").expect("two were compiled");
    assert_eq!(recording.commands.len(), 2);
    let message = &recording.errors[0].message;
    assert!(message.contains("`make` failed") && message.contains("the last words"), "{message}");
    assert!(message.len() < TAIL + 200);
}

#[test]
fn a_build_that_compiles_nothing_is_trouble() {
    let project = Project::new(&[F, ("Makefile", "all:\n\t@echo done\n")]);
    let error = project.record("make").expect_err("nothing is compiled").to_string();
    assert!(error.contains("compiled no source") && error.contains("--build-command"), "{error}");
    let error = project.record("make no-such-target").expect_err("nothing is compiled").to_string();
    assert!(error.contains("no-such-target"), "{error}");
    let error = project.record("gcc --version").expect_err("nothing is compiled").to_string();
    assert!(error.contains("1 times"), "{error}");
}

#[test]
fn probes_of_configure_scripts_are_left_out() {
    let script = "echo 'int main(void){return 0;}' > conftest.c\ngcc -c conftest.c && rm -f conftest.c conftest.o\n\
                  echo 'int x;' | gcc -x c -c - -o /dev/null\ngcc -c -x c /dev/null -o probe.o\ngcc -E f.c >/dev/null\ngcc -c f.c\n";
    let project = Project::new(&[F, ("configure.sh", script)]);
    assert_eq!(project.lines("sh configure.sh"), ["f.c > f.o: "]);
}

#[test]
fn a_launcher_in_front_is_recorded_once() {
    let launcher = "#!/bin/sh\nexec \"$@\"\n";
    let project = Project::new(&[F, ("tools/ccache", launcher), ("Makefile", "CC=ccache gcc\nall: f.o\n")]);
    // A launcher that a build brings along stands before the scripts in PATH; one behind them is recorded itself.
    assert_eq!(project.lines("chmod +x tools/ccache; PATH=$PWD/tools:$PATH make").len(), 1);
}

#[test]
fn the_users_tree_is_not_written_to_by_absolute_paths() {
    if Runner::probe().is_err() {
        return;
    }
    let project = Project::new(&[F]);
    let tree = project.tree();
    fs::write(
        tree.join("Makefile"),
        format!("all:\n\tgcc -c '{0}/f.c' -o '{0}/f.o'\n\techo made > '{0}/made'\n", tree.display()),
    )
    .expect("writable");
    let recording = project.record("make").expect("it builds");
    assert_eq!(recording.errors, []);
    assert_eq!(recording.commands[0].source, tree.join("f.c"));
    assert!(!tree.join("f.o").exists() && !tree.join("made").exists());
}

#[test]
fn an_intermediate_source_that_make_removes_is_named() {
    let makefile = "all: parse.o f.o\n%.c: %.y\n\tcp $< $@\n";
    let project = Project::new(&[F, ("Makefile", makefile), ("parse.y", "int p;\n")]);
    let recording = project.record("make").expect("f.c is compiled");
    assert_eq!(recording.commands.len(), 1);
    assert_eq!(recording.errors[0].path.as_deref(), Some("parse.c"));
}

#[test]
fn a_build_inside_the_shadow_is_recorded_in_the_users_terms() {
    let makefile = "all:\n\tgcc -I'$(CURDIR)/inc' -c '$(CURDIR)/f.c'\n\t$(MAKE) -C sub\n";
    let sub = ("sub/Makefile", "all: ../f.c\n\tgcc -c ../f.c -o ../sub.o\n");
    let project = Project::new(&[F, ("Makefile", makefile), sub]);
    project.with(|shadow, scratch| {
        let recording = record(shadow, &Runner::in_place(&[shadow]), "make", scratch).expect("it builds");
        assert_eq!(recording.errors, []);
        let directories: Vec<_> = recording.commands.iter().map(|c| c.directory.clone()).collect();
        assert_eq!(directories, [project.tree().join("sub"), project.tree()]);
        assert!(recording.commands.iter().all(|c| source_of(c, shadow).as_deref() == Some(Path::new("f.c"))));
        assert!(!project.tree().join("sub.o").exists() && shadow.has(Path::new("sub.o")));
    });
}
