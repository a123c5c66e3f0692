use super::*;

fn call(line: &str) -> Invocation {
    let mut words = shlex::split(line).expect("the test's command line is quoted right").into_iter();
    Invocation {
        program: words.next().expect("a compiler").into(),
        arguments: words.map(OsString::from).collect(),
        directory: PathBuf::from("/w"),
        ..Invocation::default()
    }
}

fn one(line: &str) -> CompileCommand {
    let mut found = compilations(&call(line));
    assert_eq!(found.len(), 1, "{line}");
    found.remove(0)
}

/// The flags of the compilation, without the compiler and without what every call ends in.
fn object_flags(line: &str) -> String {
    let command = one(line);
    let made = command.for_object(Path::new("/o/x.o"), &[]);
    let (flags, tail) = made.arguments.split_at(made.arguments.len().saturating_sub(4));
    assert_eq!(
        tail,
        [OsStr::new("-c"), "-o".as_ref(), "/o/x.o".as_ref(), command.source.as_os_str()],
        "{line}"
    );
    flags.iter().map(|f| f.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[test]
fn sources_and_outputs_are_found() {
    for (line, want) in [
        ("cc -c a.c", "a.c>a.o"),
        ("cc -c -o d/a.o src/a.c", "src/a.c>d/a.o"),
        ("cc -c src/a.c -od/x.o", "src/a.c>d/x.o"),
        ("cc src/a.c -c --output=x.o", "src/a.c>x.o"),
        ("cc -c a.c sub/b.cpp", "a.c>a.o sub/b.cpp>b.o"),
        ("cc -c a.c a.c", "a.c>a.o"),
        ("gcc -o prog a.c b.c x.o -lm", "a.c>prog b.c>prog"),
        ("gcc a.c", "a.c>a.out"),
        ("gcc -S a.c", "a.c>a.s"),
        ("gcc -S -c a.c", "a.c>a.s"),
        ("gcc -c e.S f.s", "e.S>e.o f.s>f.o"),
        (
            "gcc -c a.C b.cc c.c++ d.cxx e.ii f.i g.m",
            "a.C>a.o b.cc>b.o c.c++>c.o d.cxx>d.o e.ii>e.o f.i>f.o g.m>g.o",
        ),
        ("aarch64-linux-gnu-gcc-12 -c a.c", "a.c>a.o"),
        ("ccache gcc -c a.c", "a.c>a.o"),
        ("distcc -c a.c", "a.c>a.o"),
        ("cc -x c -c in.def -x none b.c lib.inc", "in.def>in.o b.c>b.o"),
        ("cc -xassembler-with-cpp -c start", "start>start.o"),
        ("clang -c -o a.o -- -odd.c", "-odd.c>a.o"),
        // Arguments of options are no sources, whatever they look like.
        (
            "cc -c -o x.o -include pre.c -D X.c -I y.c -MF z.c -MT a.c --param q.c -Xclang w.c real.c",
            "real.c>x.o",
        ),
        (
            "cc -c -isystem a.c -iquote b.c -idirafter c.c -imacros d.c -U e.c -aux-info f.c -T g.c r.c",
            "r.c>r.o",
        ),
        (
            "clang -c -target x.c -arch y.c -mllvm z.c -Xassembler s.c -Xlinker l.c --sysroot m.c -B n.c r.c",
            "r.c>r.o",
        ),
        ("cc -c -Xpreprocessor -MD -Xpreprocessor dep.c real.c", "real.c>real.o"),
    ] {
        let got: Vec<String> = compilations(&call(line))
            .iter()
            .map(|c| format!("{}>{}", c.source.display(), c.output.display()))
            .collect();
        assert_eq!(got.join(" "), want, "{line}");
    }
}

#[test]
fn calls_that_make_no_code_are_left_out() {
    for line in [
        "cc -E a.c",
        "cc -E -c a.c",
        "cc -M a.c",
        "cc -MM -c a.c",
        "cc -fsyntax-only a.c",
        "cc -o prog a.o b.o -lm",
        "cc --version",
        "cc -v",
        "cc -### -c a.c",
        "cc -print-file-name=libgcc.a",
        "cc -dumpmachine",
        "cc -c -x c -",
        "cc -c all.h",
        "g++ -x c++-header -c all.h -o all.h.gch",
        "cc -x none -c all.h",
        "ccache -s",
        "cc",
        "cc -o",
        "cc -c -x",
        "gfortran -c a.f90",
        "ld -r a.c",
        "x86_64-linux-gnu-as a.s",
        "llvm-objcopy-14 a.c",
    ] {
        assert_eq!(compilations(&call(line)), [], "{line}");
    }
}

#[test]
fn flags_that_decide_about_the_code_are_kept_and_others_dropped() {
    for (line, want) in [
        ("gcc -O2 -Wall -I inc -DX=1 -c a.c -o a.o", "-O2 -Wall -I inc -DX=1"),
        ("gcc -c a.c -MD -MP -MF .d/a.d -MT a.o -MQ b -MFx -MTy -MMD -MG -O1", "-O1"),
        ("gcc -Wp,-MD,.a.o.d -c a.c", ""),
        ("gcc -Wp,-MMD,.a.o.d,-D_FORTIFY_SOURCE=2,-MT,x -c a.c", "-Wp,-D_FORTIFY_SOURCE=2"),
        ("gcc -Wp,-DX -c a.c", "-Wp,-DX"),
        ("gcc -Xpreprocessor -MMD -Xpreprocessor d -Xpreprocessor -DX -c a.c", "-Xpreprocessor -DX"),
        ("gcc -Wa,-adhlns=a.lst,--noexecstack -c a.c", "-Wa,--noexecstack"),
        ("gcc -Wa,-al -c a.c", ""),
        ("gcc -Wa,--MD,a.d -Wa,-march=armv8-a -c a.c", "-Wa,-march=armv8-a"),
        (
            "gcc -o p a.c b.o libx.a libz.so.1 -lm -L. -L lib -Wl,-z,now -Xlinker -Map -shared -static -rdynamic -s -T x.ld -u sym",
            "",
        ),
        ("gcc -pthread -fPIE -pie -fopenmp -pipe -m32 -c a.c", "-pthread -fPIE -pie -fopenmp -pipe -m32"),
        ("gcc -save-temps=obj --save-temps -gsplit-dwarf -aux-info x -c a.c", "-g"),
        ("gcc -O2 -flto=auto -ffat-lto-objects -c a.c", "-O2 -fno-lto"),
        ("clang -flto=thin -fwhole-program-vtables -c a.c", "-fno-lto -Qunused-arguments"),
        ("clang -emit-llvm -MJ db.json -c a.c -serialize-diagnostics x.dia", "-fno-lto -Qunused-arguments"),
        (
            "clang -Xclang -include-pch -Xclang p.pch -Xclang -include -Xclang p.h -c a.c",
            "-Xclang -include -Xclang p.h -Qunused-arguments",
        ),
        ("clang -include-pch all.h.pch -c a.c", "-include all.h -Qunused-arguments"),
        ("gcc -undef -c a.c", "-undef"),
        ("gcc -no-pie -static-pie -c a.c x.o -lm", "-no-pie -static-pie"),
    ] {
        assert_eq!(object_flags(line), want, "{line}");
    }
}

#[test]
fn each_source_gets_its_own_language_and_extra_flags_come_last() {
    let found = compilations(&call("gcc -O2 -x c -c a.inc -x none b.c -x assembler-with-cpp c.c -Dlate"));
    let lines: Vec<String> = found
        .iter()
        .map(|c| shell_line(OsStr::new("gcc"), &c.for_object(Path::new("o.o"), &["-O0".into()]).arguments))
        .collect();
    assert_eq!(
        lines,
        [
            "gcc -O2 -Dlate -O0 -c -o o.o -x c a.inc",
            "gcc -O2 -Dlate -O0 -c -o o.o b.c",
            "gcc -O2 -Dlate -O0 -c -o o.o -x assembler-with-cpp c.c",
        ]
    );
    assert_eq!(found[2].language(), Language::AssemblyWithCpp);
    assert_eq!(found[1].language(), Language::C);
}

#[test]
fn other_kinds_of_calls() {
    let c = one("gcc -O2 -MD -c a.c -o a.o");
    let text = |call: Invocation| shell_line(&call.program, &call.arguments);
    assert_eq!(text(c.for_assembly(Path::new("a b.s"), &["-g".into()])), "gcc -O2 -g -S -o 'a b.s' a.c");
    assert_eq!(text(c.for_preprocess(Path::new("a.i"), &["-dD".into()])), "gcc -O2 -dD -E -o a.i a.c");
    assert_eq!(text(c.for_dependencies(&[])), "gcc -O2 -M a.c");
    assert_eq!(text(one("gcc -c a.S").for_assembly(Path::new("x"), &[])), "gcc -E -o x a.S");
    assert_eq!(one("gcc '-DS=\"a b\"' -c a.c").display(), "gcc '-DS=\"a b\"' -c a.c");
}

#[test]
fn profiling_names_stay_those_of_the_recorded_output() {
    assert_eq!(
        object_flags("gcc --coverage -O2 -c src/a.c -o obj/a.o"),
        "-fprofile-arcs -O2 -dumpdir obj/ -dumpbase a.c -dumpbase-ext .c -frandom-seed=src/a.c"
    );
    assert_eq!(
        object_flags("gcc -fprofile-arcs -ftest-coverage -c a.c"),
        "-fprofile-arcs -dumpdir ./ -dumpbase a.c -dumpbase-ext .c -frandom-seed=a.c"
    );
}

#[test]
fn same_flags_are_one_unit_and_other_flags_another() {
    let base = one("gcc -O2 -DX -c src/a.c -o a.o").fingerprint();
    for line in [
        "gcc -O2 -DX -c src/a.c -o b.o",
        "gcc -c -O2 -DX -MD -MF z src/a.c -o a.o",
        "gcc -O2 -DX -o prog src/a.c b.c -lm",
        "gcc -O2 -DX -c ./src/a.c",
    ] {
        assert_eq!(compilations(&call(line))[0].fingerprint(), base, "{line}");
    }
    for line in [
        "gcc -O2 -DX -fPIC -c src/a.c -o a.o",
        "gcc -DX -O2 -c src/a.c -o a.o",
        "gcc -O2 -D X -c src/a.c",
        "cc -O2 -DX -c src/a.c",
        "gcc -O2 -DX -c src/b.c",
        "gcc -O2 -DX -x c++ -c src/a.c",
    ] {
        assert_ne!(one(line).fingerprint(), base, "{line}");
    }
    let mut elsewhere = one("gcc -O2 -DX -c src/a.c -o a.o");
    elsewhere.directory = "/v".into();
    assert_ne!(elsewhere.fingerprint(), base);
    let mut other = one("gcc -O2 -DX -c src/a.c -o a.o");
    other.environment.push(("CPATH".into(), "inc".into()));
    assert_ne!(other.fingerprint(), base);
}

#[test]
fn notes_tell_of_link_time_optimisation_that_is_in_force() {
    assert!(one("gcc -flto=auto -c a.c").notes()[0].contains("-flto=auto"));
    assert_eq!(one("gcc -flto -fno-lto -c a.c").notes(), [""; 0]);
    assert_eq!(one("gcc -O2 -c a.c").notes(), [""; 0]);
}

#[test]
fn response_files_on_disk_are_read_from_the_working_directory() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("all.rsp"), "-O2 '-DS=a b' @more.rsp")?;
    std::fs::write(folder.path().join("more.rsp"), "-c a.c b.c")?;
    let mut call = call("gcc @all.rsp");
    call.directory = folder.path().into();
    let found = compilations(&call);
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].arguments, ["-O2", "-DS=a b", "-c", "a.c", "b.c"]);
    Ok(())
}

#[test]
fn a_tree_is_named_and_renamed_in_every_part() {
    let command = one("gcc -I/home/u/p/include -O2 -c /home/u/p/a.c -o /home/u/p/a.o");
    assert!(command.names(Path::new("/home/u/p")));
    let moved = command.renamed(Path::new("/home/u/p"), Path::new("/s"));
    assert!(!moved.names(Path::new("/home/u/p")));
    assert_eq!(moved.display(), "gcc -I/s/include -O2 -c /s/a.c -o /s/a.o");
    assert_eq!((moved.source.as_path(), moved.output.as_path()), (Path::new("/s/a.c"), Path::new("/s/a.o")));
    assert!(!one("gcc -Iinclude -c a.c").names(Path::new("/w")));
}

proptest::proptest! {
    /// Whatever stands in an argument list, taking it apart ends and every source found is one of its words.
    #[test]
    fn any_argument_list_is_read(words in proptest::collection::vec("(-[a-zA-Z]{1,3}|--?[a-z=-]{0,12}|[a-z/.@-]{0,8}|-W[pal],[-A-Z,]{0,9}|-Xclang|-Xpreprocessor|-include-pch)", 0..12)) {
        let call = Invocation {
            program: "gcc".into(),
            arguments: words.iter().map(OsString::from).collect(),
            directory: PathBuf::from("/nonexistent"),
            ..Invocation::default()
        };
        for command in compilations(&call) {
            assert!(call.arguments.iter().any(|a| a == command.source.as_os_str()));
            let again = command.for_object(Path::new("o"), &[]);
            assert_eq!(again.arguments.last().map(OsString::as_os_str), Some(command.source.as_os_str()));
            command.fingerprint();
        }
    }
}
