//! Reads an argument list the way compiler drivers do: which words belong together, and what they are for.
//!
//! The rules are those of GCC's `common.opt` and `c.opt` (properties `Joined` and `Separate`) and of Clang's
//! `Options.td`. An option that is not known here is a flag of one word and is kept.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Options whose argument is always the next word, whatever it looks like.
const SEPARATE: &[&str] = &[
    "--param",
    "--assert",
    "--define-macro",
    "--undefine-macro",
    "--imacros",
    "--include",
    "--include-directory",
    "--include-directory-after",
    "--include-prefix",
    "--include-with-prefix",
    "--include-with-prefix-after",
    "--include-with-prefix-before",
    "--prefix",
    "--specs",
    "--std",
    "--machine",
    "--sysroot",
    "--dumpbase",
    "--dumpdir",
    "--config",
    "-A",
    "-B",
    "-D",
    "-F",
    "-G",
    "-I",
    "-U",
    "-V",
    "-Xassembler",
    "-Xanalyzer",
    "-Xclang",
    "-Xopenmp-target",
    "-Xcuda-ptxas",
    "-Xcuda-fatbinary",
    "-arch",
    "-b",
    "-cxx-isystem",
    "-dumpbase",
    "-dumpbase-ext",
    "-dumpdir",
    "-fmodules-user-build-path",
    "-ftrapv-handler",
    "-gcc-toolchain",
    "-gen-cdb-fragment-path",
    "-idirafter",
    "-iframework",
    "-iframeworkwithsysroot",
    "-imacros",
    "-imultiarch",
    "-imultilib",
    "-include",
    "-iprefix",
    "-iquote",
    "-isysroot",
    "-isystem",
    "-isystem-after",
    "-ivfsoverlay",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-iwithsysroot",
    "-main-file-name",
    "-meabi",
    "-mllvm",
    "-module-dependency-dir",
    "-mthread-model",
    "-resource-dir",
    "-specs",
    "-stdlib++-isystem",
    "-sysroot",
    "-target",
    "-triple",
    "-working-directory",
    "-wrapper",
];

/// Options for the linker whose argument is the next word.
const LINK_SEPARATE: &[&str] = &[
    "--entry",
    "--for-linker",
    "--force-link",
    "--library-directory",
    "-L",
    "-T",
    "-Tbss",
    "-Tdata",
    "-Ttext",
    "-Xlinker",
    "-bundle_loader",
    "-e",
    "-exported_symbols_list",
    "-framework",
    "-h",
    "-install_name",
    "-l",
    "-rpath",
    "-u",
    "-undefined",
    "-z",
];

/// Options for the linker of one word. `-pie`, `-no-pie` and `-pthread` are not among them: they also say how
/// to compile.
const LINK_FLAGS: &[&str] = &[
    "-rdynamic",
    "-s",
    "-shared",
    "-shared-libgcc",
    "-static",
    "-static-libgcc",
    "-static-libstdc++",
    "-symbolic",
];

/// Options that write another file, with the file's name in the next word.
const AUXILIARY_SEPARATE: &[&str] = &[
    "-MF",
    "-MJ",
    "-MQ",
    "-MT",
    "-aux-info",
    "-dependency-dot",
    "-dependency-file",
    "-index-store-path",
    "-serialize-diagnostics",
    "--serialize-diagnostics",
];

/// Options that write another file, or change what is written there, in one word.
const AUXILIARY_FLAGS: &[&str] = &[
    "-MD",
    "-MMD",
    "-MP",
    "-MG",
    "-MV",
    "--write-dependencies",
    "--write-user-dependencies",
    "-save-temps",
    "--save-temps",
    "-ftest-coverage",
];

/// Options that only inform: no file is compiled, whatever else is asked.
const INFORMATION: &[&str] = &[
    "-###",
    "--version",
    "--help",
    "-dumpmachine",
    "-dumpversion",
    "-dumpfullversion",
    "-dumpspecs",
    "--target-help",
    "-print-multi-lib",
    "-print-search-dirs",
    "-print-libgcc-file-name",
];

/// What a driver makes of a source, by the option that says so; a later variant wins over an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    /// Nothing said: compile, assemble and link.
    Link,
    /// `-c`: an object file.
    Object,
    /// `-S`: an assembly file.
    Assembly,
    /// `-E`, `-M`, `-fsyntax-only`, `--version` and the like: no code.
    NoCode,
}

/// Kinds of source a driver compiles or assembles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// C, Objective-C, and their preprocessed forms.
    C,
    /// C++, Objective-C++, and their preprocessed forms.
    Cxx,
    /// Assembly that goes through the preprocessor (`.S`).
    AssemblyWithCpp,
    /// Assembly as it is (`.s`).
    Assembly,
}

/// One option with its argument, or one input.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub words: &'a [OsString],
    pub role: Role<'a>,
}

/// What an item is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role<'a> {
    /// Says how to compile: kept.
    Flag,
    /// Says how to compile, but takes other words to compile one unit alone: these, when there are any.
    Rewritten(Vec<OsString>),
    /// Sets the mode.
    Mode(Mode),
    /// Names the output.
    Output(&'a OsStr),
    /// `-x`.
    Language,
    /// Concerns the linker alone.
    Link,
    /// Writes dependencies or another file beside the output.
    Auxiliary,
    /// Asks for link-time optimisation or bitcode instead of machine code.
    Lto,
    /// A source, with the `-x` in force for it and what the driver takes it for.
    Source { forced: Option<&'a OsStr>, language: Language },
    /// Standard input, a header to precompile, or a language fixscope does not compare.
    OtherInput,
}

/// Reads `arguments`, the words behind the compiler's name.
pub(super) fn items(arguments: &[OsString]) -> Vec<Item<'_>> {
    let mut items = Vec::with_capacity(arguments.len());
    let mut forced: Option<&OsStr> = None;
    let mut rest = arguments;
    let mut only_inputs = false;
    while let Some(first) = rest.first() {
        let next = rest.get(1).map(OsString::as_os_str);
        let (taken, role) = if only_inputs || !is_option(first) {
            (1, input(first, forced))
        } else if first == "--" {
            only_inputs = true;
            (1, Role::Flag)
        } else if let Some((taken, language)) = option_value(first, next, &["-x", "--language"]) {
            forced = (language != "none").then_some(language);
            (taken, Role::Language)
        } else {
            option(first, next, rest)
        };
        let taken = taken.min(rest.len());
        items.push(Item { words: &rest[..taken], role });
        rest = &rest[taken..];
    }
    items
}

fn is_option(word: &OsStr) -> bool {
    // A lone dash is standard input.
    word.len() > 1 && word.as_bytes()[0] == b'-'
}

/// The value of an option that is written joined (`-ofile`, `--output=file`) or separate, and the number of
/// words it takes.
fn option_value<'a>(first: &'a OsStr, next: Option<&'a OsStr>, names: &[&str]) -> Option<(usize, &'a OsStr)> {
    let bytes = first.as_bytes();
    for name in names {
        let Some(tail) = bytes.strip_prefix(name.as_bytes()) else { continue };
        if tail.is_empty() {
            return Some((2, next.unwrap_or(OsStr::new(""))));
        }
        if name.starts_with("--") {
            if let Some(value) = tail.strip_prefix(b"=") {
                return Some((1, OsStr::from_bytes(value)));
            }
        } else {
            return Some((1, OsStr::from_bytes(tail)));
        }
    }
    None
}

fn option<'a>(first: &'a OsStr, next: Option<&'a OsStr>, rest: &'a [OsString]) -> (usize, Role<'a>) {
    let Some(text) = first.to_str() else { return (1, Role::Flag) };
    let starts = |prefixes: &[&str]| prefixes.iter().any(|p| text.starts_with(p));
    match text {
        "-c" | "--compile" => return (1, Role::Mode(Mode::Object)),
        "-S" | "--assemble" => return (1, Role::Mode(Mode::Assembly)),
        "-E"
        | "-M"
        | "-MM"
        | "-fsyntax-only"
        | "--preprocess"
        | "--dependencies"
        | "--user-dependencies"
        | "--analyze" => return (1, Role::Mode(Mode::NoCode)),
        "-Xpreprocessor" => return preprocessor_pair(rest),
        "-Xclang" => return clang_pair(rest),
        "-include-pch" => return (2, Role::Rewritten(plain_include(next, false))),
        // `--coverage` also writes a file of notes beside the output; the code is that of its other half.
        "--coverage" | "-coverage" => return (1, Role::Rewritten(vec!["-fprofile-arcs".into()])),
        "-gsplit-dwarf" => return (1, Role::Rewritten(vec!["-g".into()])),
        "-emit-llvm"
        | "-fembed-bitcode"
        | "-fwhole-program-vtables"
        | "-fvirtual-function-elimination"
        | "-fsplit-lto-unit"
        | "-ffat-lto-objects" => return (1, Role::Lto),
        // These begin like `-MD`'s joined relatives or like `-o`, and are neither.
        "-objcmt-migrate" | "-object" => return (1, Role::Flag),
        _ => {}
    }
    if INFORMATION.contains(&text) || starts(&["-print-", "--print-", "--help="]) {
        (1, Role::Mode(Mode::NoCode))
    } else if AUXILIARY_SEPARATE.contains(&text) {
        (2, Role::Auxiliary)
    } else if AUXILIARY_FLAGS.contains(&text)
        || starts(&[
            "-MF",
            "-MT",
            "-MQ",
            "-MJ",
            "-save-temps=",
            "--save-temps=",
            "-aux-info=",
            "-gsplit-dwarf=",
        ])
    {
        (1, Role::Auxiliary)
    } else if LINK_SEPARATE.contains(&text) {
        (2, Role::Link)
    } else if LINK_FLAGS.contains(&text)
        || starts(&["-l", "-L", "-Wl,", "-fuse-ld=", "-Tbss=", "-Tdata=", "-Ttext=", "--for-linker="])
    {
        (1, Role::Link)
    } else if SEPARATE.contains(&text) || text.starts_with("-Xarch_") {
        (2, Role::Flag)
    } else if text == "-flto" || starts(&["-flto=", "-fthinlto", "-fthin-link", "-fembed-bitcode="]) {
        (1, Role::Lto)
    } else if text.starts_with("-Wp,") {
        (1, list(first, "-Wp,", without_dependencies))
    } else if text.starts_with("-Wa,") {
        (1, list(first, "-Wa,", without_listings))
    } else if let Some((taken, value)) = option_value(first, next, &["-o", "--output"]) {
        (taken, Role::Output(value))
    } else {
        (1, Role::Flag)
    }
}

/// A comma list of options for the preprocessor or the assembler, with what writes files taken out.
fn list<'a>(first: &OsStr, prefix: &str, keep: fn(Vec<&[u8]>) -> Vec<&[u8]>) -> Role<'a> {
    let parts: Vec<&[u8]> = first.as_bytes()[prefix.len()..].split(|b| *b == b',').collect();
    let count = parts.len();
    let kept = keep(parts);
    if kept.len() == count {
        return Role::Flag;
    }
    if kept.is_empty() {
        return Role::Auxiliary;
    }
    let mut word = prefix.as_bytes().to_vec();
    word.extend(kept.join(&b','));
    Role::Rewritten(vec![OsString::from_vec(word)])
}

/// For the preprocessor itself `-MD` and `-MMD` take the file as their argument, which the driver's do not.
fn takes_dependency_file(word: &[u8]) -> bool {
    matches!(word, b"-MD" | b"-MMD" | b"-MF" | b"-MT" | b"-MQ")
}

fn without_dependencies(parts: Vec<&[u8]>) -> Vec<&[u8]> {
    let mut kept = Vec::new();
    let mut parts = parts.into_iter();
    while let Some(part) = parts.next() {
        if takes_dependency_file(part) {
            parts.next();
        } else if !matches!(part, b"-MP" | b"-MG") && !part.starts_with(b"-MF") && !part.starts_with(b"-MT") {
            kept.push(part);
        }
    }
    kept
}

fn without_listings(parts: Vec<&[u8]>) -> Vec<&[u8]> {
    let mut kept = Vec::new();
    let mut parts = parts.into_iter();
    while let Some(part) = parts.next() {
        if part == b"--MD" {
            parts.next();
            continue;
        }
        let options = part.split(|b| *b == b'=').next().unwrap_or(part);
        let listing =
            options.strip_prefix(b"-a").is_some_and(|o| o.iter().all(|b| b"acdghilmns".contains(b)));
        if !listing {
            kept.push(part);
        }
    }
    kept
}

/// `-Xpreprocessor A`, with `A`'s own argument when it is an option about dependencies.
fn preprocessor_pair<'a>(rest: &'a [OsString]) -> (usize, Role<'a>) {
    let Some(value) = rest.get(1).map(|w| w.as_bytes()) else { return (1, Role::Flag) };
    match value {
        b"-MP" | b"-MG" => (2, Role::Auxiliary),
        _ if takes_dependency_file(value) => {
            let argument = rest.get(2).is_some_and(|w| w == "-Xpreprocessor");
            (if argument { 4 } else { 2 }, Role::Auxiliary)
        }
        _ => (2, Role::Flag),
    }
}

/// `-Xclang A`, with `A`'s own argument when `A` has to go.
fn clang_pair<'a>(rest: &'a [OsString]) -> (usize, Role<'a>) {
    let Some(value) = rest.get(1).and_then(|w| w.to_str()) else { return (1, Role::Flag) };
    let argument = (rest.get(2).is_some_and(|w| w == "-Xclang")).then(|| rest.get(3)).flatten();
    match (value, argument) {
        ("-include-pch", Some(file)) => {
            (4, Role::Rewritten(plain_include(Some(file), followed_by_include(rest))))
        }
        ("-dependency-file" | "-MT" | "-serialize-diagnostic-file" | "-emit-pch", Some(_)) => {
            (4, Role::Auxiliary)
        }
        ("-emit-llvm" | "-emit-llvm-bc", _) => (2, Role::Lto),
        _ => (2, Role::Flag),
    }
}

/// Whether `-Xclang -include-pch -Xclang x.pch` is followed by the same for the header, as CMake writes it.
fn followed_by_include(rest: &[OsString]) -> bool {
    rest.get(4).is_some_and(|w| w == "-Xclang") && rest.get(5).is_some_and(|w| w == "-include")
}

/// The plain header instead of its precompiled form: that one was made from the original header, and its user
/// would not see the patched one.
fn plain_include(precompiled: Option<&OsStr>, has_include: bool) -> Vec<OsString> {
    let header = precompiled.and_then(|file| {
        let bytes = file.as_bytes();
        bytes.strip_suffix(b".pch").or_else(|| bytes.strip_suffix(b".gch"))
    });
    match header {
        Some(header) if !has_include => vec!["-include".into(), OsStr::from_bytes(header).to_os_string()],
        _ => Vec::new(),
    }
}

fn input<'a>(word: &OsStr, forced: Option<&'a OsStr>) -> Role<'a> {
    if word == "-" {
        return Role::OtherInput;
    }
    let language = match forced {
        Some(name) => match language_by_name(name) {
            Some(language) => Some(language),
            None => return Role::OtherInput,
        },
        None => language_by_suffix(word),
    };
    match language {
        Some(language) => Role::Source { forced, language },
        None if is_header(word) => Role::OtherInput,
        // Drivers hand whatever they do not know to the linker.
        None => Role::Link,
    }
}

fn language_by_name(name: &OsStr) -> Option<Language> {
    Some(match name.to_str()? {
        "c"
        | "cpp-output"
        | "c-cpp-output"
        | "objective-c"
        | "objc-cpp-output"
        | "objective-c-cpp-output" => Language::C,
        "c++" | "c++-cpp-output" | "objective-c++" | "objc++-cpp-output" | "objective-c++-cpp-output" => {
            Language::Cxx
        }
        "assembler-with-cpp" => Language::AssemblyWithCpp,
        "assembler" => Language::Assembly,
        _ => return None,
    })
}

fn suffix(word: &OsStr) -> Option<&str> {
    let bytes = word.as_bytes();
    let dot = bytes.iter().rposition(|b| *b == b'.')?;
    std::str::from_utf8(&bytes[dot + 1..]).ok().filter(|s| !s.contains('/'))
}

/// What a driver takes a file for by its suffix; case counts (`.c` is C, `.C` is C++).
pub(super) fn language_by_suffix(word: &OsStr) -> Option<Language> {
    Some(match suffix(word)? {
        "c" | "i" | "m" | "mi" => Language::C,
        "cc" | "cp" | "cxx" | "cpp" | "CPP" | "c++" | "C" | "ii" | "M" | "mm" | "mii" => Language::Cxx,
        "S" | "sx" => Language::AssemblyWithCpp,
        "s" => Language::Assembly,
        _ => return None,
    })
}

fn is_header(word: &OsStr) -> bool {
    matches!(suffix(word), Some("h" | "hh" | "H" | "hp" | "hxx" | "hpp" | "HPP" | "h++" | "tcc"))
}
