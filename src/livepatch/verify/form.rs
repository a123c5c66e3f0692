//! The form of a module: what the kernel refuses, and what it loads and then goes wrong.

use object::elf;
use object::read::elf::{SectionHeader, Sym};

use super::{Code, Finding, KernelSymbols, Verdict};
use crate::error::Result;
use crate::livepatch::link::SHF_RELA_LIVEPATCH;
use crate::livepatch::module::Module;
use crate::livepatch::reference::{Reference, SECTION_PREFIX, SYMBOL_PREFIX};

/// Tables that the kernel reads when a module is loaded: jump labels and static calls.
const EARLY_TABLES: [&str; 2] = ["__jump_table", ".static_call_sites"];

pub(super) fn check(module: &Module<'_>, kernel: &KernelSymbols, verdict: &mut Verdict) -> Result<()> {
    let shown = module.path.display().to_string();
    let info = module.modinfo()?;
    let value = |wanted: &str| info.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    if value("livepatch").is_none() {
        let what = "is no livepatch to the kernel; add MODULE_INFO(livepatch, \"Y\")";
        verdict.findings.push(Finding::new(Code::Unlinked, &shown, what));
    }
    if let Some(depends) = value("depends").filter(|depends| !depends.is_empty()) {
        let what = format!(
            "depends on {depends}, which is then loaded with it and cannot be unloaded; refer to its symbols as \
             {SYMBOL_PREFIX}OBJECT.NAME$POS"
        );
        verdict.findings.push(Finding::new(Code::Depends, &shown, what));
    }
    let own = value("vermagic").unwrap_or_default().trim_end();
    let release = own.split(' ').next().unwrap_or_default();
    if own.is_empty() {
        let what =
            "says nowhere for which kernel it was built (no vermagic); build it with the kernel's make";
        verdict.findings.push(Finding::new(Code::Vermagic, &shown, what));
    } else if kernel.vermagic().is_empty() && kernel.releases().is_empty() {
        verdict.unchecked.push(format!(
            "whether the kernel is \"{own}\": name its vmlinuz or vmlinux, or one of its modules, with --base"
        ));
    }
    let differ = |file: &str, theirs: &str| {
        let what = format!("was built for \"{own}\", and {file} is \"{theirs}\"");
        Finding::new(Code::Vermagic, &shown, what)
    };
    let modules = kernel.vermagic().iter().map(|(file, theirs)| (file, theirs.trim_end(), own));
    let kernels = kernel.releases().iter().map(|(file, theirs)| (file, theirs.as_str(), release));
    let others = modules.chain(kernels).filter(|(_, theirs, ours)| !own.is_empty() && theirs != ours);
    verdict.findings.extend(others.map(|(file, theirs, _)| differ(file, theirs)));

    for symbol in module.symbols.iter().skip(1) {
        let name = module.symbol_name(symbol)?;
        if symbol.st_shndx(module.endian) == elf::SHN_UNDEF && Reference::parse(name).is_some() {
            let what = "was not linked; run fixscope livepatch link";
            verdict.findings.push(Finding::new(Code::Unlinked, name, what));
        }
    }
    for header in module.sections.iter() {
        if header.sh_flags(module.endian) & SHF_RELA_LIVEPATCH == 0 {
            continue;
        }
        let name = module.section_name(header)?;
        let section = name.strip_prefix(SECTION_PREFIX).and_then(|rest| Some(rest.split_once('.')?.1));
        let Some(section) = section else {
            let what = format!("the kernel reads names like {SECTION_PREFIX}OBJECT.SECTION only");
            verdict.findings.push(Finding::new(Code::Unlinked, name, what));
            continue;
        };
        if EARLY_TABLES.contains(&section) {
            let what = "the kernel may read this table before the relocations are applied; use \
                        static_key_enabled() or a call through the key instead";
            verdict.findings.push(Finding::new(Code::Table, name, what));
        }
    }
    Ok(())
}
