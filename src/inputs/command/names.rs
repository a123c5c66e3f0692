//! Which programs are compilers, and which only stand in front of one.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Programs that run the compiler named in their first argument.
const LAUNCHERS: &[&[u8]] = &[b"ccache", b"distcc", b"sccache", b"icecc", b"buildcache"];

/// Names of C, C++ and Objective-C compiler drivers without prefix and version.
const DRIVERS: &[&[u8]] = &[b"cc", b"gcc", b"g++", b"c++", b"c89", b"c99", b"clang", b"clang++"];

/// Tools beside compilers that builds call with the same kinds of file.
const BINUTILS: &[&[u8]] = &[
    b"ld", b"ld.bfd", b"ld.gold", b"ld.lld", b"lld", b"gold", b"mold", b"ar", b"as", b"objcopy", b"objdump",
    b"strip", b"nm", b"ranlib", b"readelf",
];

/// Which driver's rules and options a compiler has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// GCC, and what cannot be told from it by name.
    Gcc,
    /// Clang.
    Clang,
}

fn base_name(program: &OsStr) -> &[u8] {
    let bytes = program.as_bytes();
    match bytes.iter().rposition(|&b| b == b'/') {
        Some(slash) => &bytes[slash + 1..],
        None => bytes,
    }
}

/// Takes a version such as `-12` or `-4.9` from the end of a program's name.
fn without_version(name: &[u8]) -> &[u8] {
    let Some(dash) = name.iter().rposition(|&b| b == b'-') else { return name };
    let version = &name[dash + 1..];
    let is_version = version.first().is_some_and(u8::is_ascii_digit)
        && version.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    if is_version { &name[..dash] } else { name }
}

/// Whether `program` (a name or a path) is a compiler driver by its name: `cc`, `gcc`, `g++`, `clang` and the
/// like, with a target in front (`aarch64-linux-gnu-gcc`), a version behind (`gcc-12`), or both.
///
/// `gcc-ar`, `clang-format` and `cpp` are none.
pub fn is_compiler(program: &OsStr) -> bool {
    let name = without_version(base_name(program));
    DRIVERS.iter().any(|driver| match name.strip_suffix(*driver) {
        Some([]) => true,
        Some([target @ .., b'-']) => !target.is_empty(),
        _ => false,
    })
}

/// Whether `program` is a linker, an assembler or another tool that does not take a compiler's arguments.
pub(super) fn is_other_tool(program: &OsStr) -> bool {
    let name = without_version(base_name(program));
    BINUTILS.iter().any(|tool| match name.strip_suffix(*tool) {
        Some([]) => true,
        Some([target @ .., b'-']) => !target.is_empty(),
        _ => false,
    })
}

/// Whether `program` runs the compiler that its arguments name, as ccache and distcc do.
pub fn is_launcher(program: &OsStr) -> bool {
    LAUNCHERS.contains(&base_name(program))
}

/// Which rules the compiler follows.
///
/// A name that does not tell (`cc`) is followed through symbolic links when it is a path.
pub fn family(program: &OsStr) -> Family {
    let clang = |name: &OsStr| base_name(name).windows(5).any(|w| w == b"clang");
    if clang(program) {
        return Family::Clang;
    }
    let path = Path::new(program);
    if path.is_absolute()
        && let Ok(real) = path.canonicalize()
        && clang(real.as_os_str())
    {
        return Family::Clang;
    }
    Family::Gcc
}

/// Splits launchers off a command: the compiler and its arguments, or `None` when there is no compiler behind
/// the launchers (`ccache -s`).
///
/// `distcc -c a.c` without a compiler's name means `cc`.
pub(super) fn without_launchers<'a>(
    program: &'a OsStr,
    arguments: &'a [OsString],
) -> Option<(&'a OsStr, &'a [OsString])> {
    let (mut program, mut arguments) = (program, arguments);
    while is_launcher(program) {
        // ccache takes settings in front of the compiler: `ccache namespace=x gcc ...`.
        let settings = arguments
            .iter()
            .take_while(|a| !a.as_bytes().starts_with(b"-") && a.as_bytes().contains(&b'='))
            .count();
        let first = arguments.get(settings)?;
        if first.as_bytes().starts_with(b"-") {
            return (base_name(program) == b"distcc").then(|| (OsStr::new("cc"), arguments));
        }
        program = first;
        arguments = &arguments[settings + 1..];
    }
    Some((program, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_are_known_by_name() {
        for name in [
            "cc",
            "gcc",
            "/usr/bin/g++",
            "gcc-12",
            "clang++-14",
            "aarch64-linux-gnu-gcc-12",
            "x86_64-w64-mingw32-g++",
            "c99-gcc",
            "gcc-4.9",
            "musl-clang",
        ] {
            assert!(is_compiler(OsStr::new(name)), "{name}");
        }
        for name in
            ["gcc-ar", "gcc-nm-12", "clang-format", "cpp", "ccache", "-gcc", "yacc", "ld", "gcc-", "tcc"]
        {
            assert!(!is_compiler(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn families() {
        assert_eq!(family(OsStr::new("aarch64-linux-gnu-gcc-12")), Family::Gcc);
        assert_eq!(family(OsStr::new("/usr/lib/llvm-14/bin/clang++")), Family::Clang);
        assert_eq!(family(OsStr::new("/opt/clang-tools/gcc")), Family::Gcc);
    }

    #[test]
    fn launchers_are_taken_off() {
        let split = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            without_launchers(&words[0], &words[1..])
                .map(|(c, a)| format!("{} {}", c.to_string_lossy(), a.len()))
        };
        assert_eq!(split(&["gcc", "-c", "a.c"]).as_deref(), Some("gcc 2"));
        assert_eq!(split(&["/usr/bin/ccache", "gcc", "-c", "a.c"]).as_deref(), Some("gcc 2"));
        assert_eq!(split(&["ccache", "namespace=x", "distcc", "clang", "a.c"]).as_deref(), Some("clang 1"));
        assert_eq!(split(&["distcc", "-c", "a.c"]).as_deref(), Some("cc 2"));
        assert_eq!(split(&["ccache", "-s"]), None);
        assert_eq!(split(&["ccache"]), None);
    }
}
