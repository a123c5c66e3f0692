//! Compilers of all architectures, as Debian packages them.

use std::process::Command;

/// A compiler with what it needs to compile for one architecture.
#[derive(Clone, Copy)]
pub struct Toolchain {
    /// The architecture, as the cases call it.
    pub arch: &'static str,
    /// The compiler and what selects the target.
    pub compiler: &'static [&'static str],
    /// What links object files to one.
    pub linker: &'static str,
    /// What selects the target for the linker.
    pub linker_flags: &'static [&'static str],
    /// Flags that must not change any verdict.
    pub ways: &'static [&'static str],
}

impl Toolchain {
    /// The compiler, to be given more arguments.
    pub fn command(&self) -> Command {
        let (program, flags) = self.compiler.split_first().expect("a compiler has a name");
        let mut command = Command::new(program);
        command.args(flags);
        command
    }

    /// Whether it is `gcc` or `clang`.
    pub fn is_a(&self, compiler: &str) -> bool {
        let is_clang = self.compiler.first().is_some_and(|c| c.contains("clang"));
        is_clang == (compiler == "clang")
    }
}

/// The compiler that everybody has.
pub const GCC: Toolchain =
    Toolchain { arch: "x86_64", compiler: &["gcc"], linker: "ld", linker_flags: &[], ways: &[] };

/// Clang as the distribution chose it.
pub const CLANG: Toolchain = Toolchain { compiler: &["clang"], ..GCC };

/// A newer Clang.
pub const CLANG_16: Toolchain = Toolchain { compiler: &["clang-16"], ..GCC };

const PLAIN: &[&str] =
    &["-O2", "-O2 -ffunction-sections -fdata-sections -g", "-Os", "-O2 -fPIC -ffunction-sections"];

/// For compilers that reach several variables from one address: what becomes of that is not followed where nothing
/// decodes the code, and the cases are about other things. `anchored_neighbours` is about that.
const WITHOUT_ANCHORS: &[&str] = &[
    "-O2 -fno-section-anchors",
    "-O2 -ffunction-sections -fdata-sections -g",
    "-Os -fno-section-anchors",
    "-O2 -fPIC -ffunction-sections -fno-section-anchors",
];

/// Cross compilers. GCC for x86-64 compiles for i386 without any package but its own.
pub const ACROSS: &[Toolchain] = &[
    Toolchain {
        arch: "i386",
        compiler: &["gcc", "-m32"],
        linker: "ld",
        linker_flags: &["-m", "elf_i386"],
        ways: &[
            "-O2 -fno-pic",
            "-O2 -ffunction-sections -fdata-sections -g",
            "-Os -fcf-protection=branch",
            "-O2 -fPIC -ffunction-sections",
            "-O2 -fno-pic -mregparm=3 -mpreferred-stack-boundary=2 -pg -mfentry -gdwarf-4",
        ],
    },
    Toolchain {
        arch: "i386",
        compiler: &["clang-16", "--target=i686-linux-gnu"],
        linker: "ld",
        linker_flags: &["-m", "elf_i386"],
        ways: &["-O2 -fno-pic", "-O2 -fPIC -ffunction-sections -g"],
    },
    Toolchain {
        arch: "aarch64",
        compiler: &["aarch64-linux-gnu-gcc"],
        linker: "aarch64-linux-gnu-ld",
        linker_flags: &[],
        ways: &[
            "-O2",
            "-O2 -ffunction-sections -fdata-sections -g",
            "-Os -mbranch-protection=standard",
            "-O2 -fPIC -ffunction-sections",
            "-O2 -fno-pic -mno-outline-atomics -fpatchable-function-entry=4,2 -gdwarf-4",
            "-O2 -mcmodel=large -fno-pic",
        ],
    },
    Toolchain {
        arch: "aarch64",
        compiler: &["clang-16", "--target=aarch64-linux-gnu"],
        linker: "aarch64-linux-gnu-ld",
        linker_flags: &[],
        ways: PLAIN,
    },
    Toolchain {
        arch: "arm",
        compiler: &["arm-linux-gnueabihf-gcc", "-marm"],
        linker: "arm-linux-gnueabihf-ld",
        linker_flags: &[],
        ways: &[
            "-O2",
            "-O2 -ffunction-sections -fdata-sections -g",
            "-Os -march=armv6 -mfpu=vfp",
            "-O2 -fPIC -ffunction-sections",
        ],
    },
    Toolchain {
        arch: "arm",
        compiler: &["arm-linux-gnueabihf-gcc", "-mthumb"],
        linker: "arm-linux-gnueabihf-ld",
        linker_flags: &[],
        ways: PLAIN,
    },
    Toolchain {
        arch: "arm",
        compiler: &["clang-16", "--target=arm-linux-gnueabihf", "-marm"],
        linker: "arm-linux-gnueabihf-ld",
        linker_flags: &[],
        ways: PLAIN,
    },
    Toolchain {
        arch: "arm",
        compiler: &["clang-16", "--target=arm-linux-gnueabihf", "-mthumb"],
        linker: "arm-linux-gnueabihf-ld",
        linker_flags: &[],
        ways: PLAIN,
    },
    Toolchain {
        arch: "ppc64le",
        compiler: &["powerpc64le-linux-gnu-gcc"],
        linker: "powerpc64le-linux-gnu-ld",
        linker_flags: &[],
        ways: WITHOUT_ANCHORS,
    },
    Toolchain {
        arch: "s390x",
        compiler: &["s390x-linux-gnu-gcc"],
        linker: "s390x-linux-gnu-ld",
        linker_flags: &[],
        ways: WITHOUT_ANCHORS,
    },
    Toolchain {
        arch: "riscv64",
        compiler: &["riscv64-linux-gnu-gcc"],
        linker: "riscv64-linux-gnu-ld",
        linker_flags: &[],
        ways: WITHOUT_ANCHORS,
    },
    Toolchain {
        arch: "loongarch64",
        compiler: &["clang-16", "--target=loongarch64-linux-gnu"],
        linker: "ld.lld-16",
        linker_flags: &[],
        ways: PLAIN,
    },
    Toolchain {
        arch: "mips",
        compiler: &["clang-16", "--target=mips64-linux-gnuabi64"],
        linker: "ld.lld-16",
        linker_flags: &[],
        ways: PLAIN,
    },
    Toolchain {
        arch: "mips",
        compiler: &["clang-16", "--target=mipsel-linux-gnu"],
        linker: "ld.lld-16",
        linker_flags: &[],
        ways: PLAIN,
    },
];
