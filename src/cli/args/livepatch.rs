//! Arguments of `livepatch`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::inspect::ListFormat;

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

const VERIFY_EXAMPLES: &str = "\
Examples:
  fixscope analyze --tree linux --patch fix.patch --work-dir work --keep
  fixscope livepatch verify livepatch-fix.ko --patched PATCHED/fs/proc/cmdline.o \\
      --base /boot/vmlinuz-$(uname -r) /lib/modules/$(uname -r)/kernel/net/core/pktgen.ko

Replacements are compared with the functions of the patched object files, under
their names. With symbols of the kernel and of the modules that are patched, each
name that the kernel has to resolve is looked up as the kernel will.

Exit status:
  0  nothing is the matter, as far as it could be checked
  1  something is: each difference is listed
  2  trouble: standard error says what, and what to do";

/// What stands below the help of `livepatch verify`.
pub fn verify_help() -> &'static str {
    VERIFY_EXAMPLES
}

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
    /// Check that a linked module is what the fix is, and that the kernel can load it
    #[command(after_help = verify_help())]
    Verify(VerifyArgs),
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

/// Arguments of `livepatch verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The linked module, not signed
    #[arg(value_name = "MODULE.ko", value_hint = ValueHint::FilePath)]
    pub module: PathBuf,
    /// Object files of the patched build that have the functions which are replaced
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath)]
    pub patched: Vec<PathBuf>,
    /// The kernel that is patched: its vmlinuz or vmlinux, a System.map or a saved /proc/kallsyms, and patched modules (.ko)
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath)]
    pub base: Vec<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
    /// Write the report to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Do not say what could not be checked
    #[arg(short, long)]
    pub quiet: bool,
}
