//! Arguments of `livepatch`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

const LINK_EXAMPLES: &str = "\
Examples:
  make -C /lib/modules/$(uname -r)/build M=$PWD KBUILD_MODPOST_WARN=1 modules
  fixscope livepatch link --symvers /lib/modules/$(uname -r)/build/Module.symvers livepatch-fix.ko

A function of the module refers to a symbol that is not exported by the name
.klp.sym.OBJECT.NAME$POS, as in
  extern char *saved_command_line asm(\".klp.sym.vmlinux.saved_command_line$0\");
OBJECT is vmlinux or the module that has the symbol; POS is 0 if it has only one
of that name, else says which, from 1. The kernel resolves such symbols when the
livepatch is loaded, or when the module that it patches is.

Exit status:
  0  the module can be loaded, as far as its references go
  2  trouble: standard error says what, and what to do; the module is as it was";

/// What stands below the help of `livepatch link`.
pub fn link_help() -> &'static str {
    LINK_EXAMPLES
}

/// The subcommands of `livepatch`.
#[derive(Debug, Subcommand)]
pub enum LivepatchCommand {
    /// Make references of a built module by name into what the kernel resolves
    #[command(after_help = link_help())]
    Link(LinkArgs),
}

/// Arguments of `livepatch link`.
#[derive(Debug, Args)]
pub struct LinkArgs {
    /// The module as the kernel's build made it, not signed
    #[arg(value_name = "MODULE.ko", value_hint = ValueHint::FilePath)]
    pub module: PathBuf,
    /// Module.symvers of the kernel and of modules it may use [default: the versions that the build noted in the module]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub symvers: Vec<PathBuf>,
    /// The patched MODULE whose functions refer to symbols of OBJECT, another module it depends on
    #[arg(long, value_name = "OBJECT=MODULE")]
    pub object: Vec<String>,
    /// Write the linked module to a file [default: in place]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Do not say what was done
    #[arg(short, long)]
    pub quiet: bool,
}
