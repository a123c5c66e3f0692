//! Whether each name that the kernel has to resolve means one symbol there.

use std::collections::BTreeMap;
use std::path::Path;

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, Sym};

use super::{Code, Finding, Verdict, image};
use crate::error::{Error, Result};
use crate::livepatch::link::SHN_LIVEPATCH;
use crate::livepatch::module::{Header, Module};
use crate::livepatch::reference::{Reference, VMLINUX};
use crate::livepatch::tables::Tables;

/// Symbols of the kernel and of modules, of all bindings, with how often each name occurs.
///
/// The kernel counts those of `vmlinux` by address and those of a module by their order in its symbol table
/// (`klp_find_callback` of kernel/livepatch/core.c); how many there are of a name is the same either way.
#[derive(Debug, Clone, Default)]
pub struct KernelSymbols {
    objects: BTreeMap<String, BTreeMap<String, u64>>,
    vermagic: Vec<(String, String)>,
    releases: Vec<(String, String)>,
}

impl KernelSymbols {
    /// Reads one more file: a `vmlinuz` or other image that is booted, a `vmlinux`, a `System.map`, a saved
    /// `/proc/kallsyms`, or a module of the kernel.
    ///
    /// # Errors
    /// [`Error::Input`] when it is none of them (`not-symbols`), Debian's `System.map` that holds no symbols
    /// (`stub`), a kallsyms without addresses, as users without privileges see it (`no-addresses`), or damaged.
    pub fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        if let Some(kernel) = image::unpacked(path, bytes)? {
            return self.add_image(path, &kernel);
        }
        if !bytes.starts_with(&elf::ELFMAG) {
            // The images of arm64, which are not compressed.
            let is_image = bytes.get(56..60) == Some(b"ARM\x64");
            return if is_image { self.add_image(path, bytes) } else { self.add_text(path, bytes) };
        }
        let relocatable = Header::parse(bytes).ok().and_then(|header| {
            let endian = header.endian().ok()?;
            Some(header.e_type(endian) == elf::ET_REL)
        });
        if relocatable == Some(true) { self.add_module(path, bytes) } else { self.add_kernel(path, bytes) }
    }

    /// For which kernels the modules among the files were built: each with the file that says it.
    pub fn vermagic(&self) -> &[(String, String)] {
        &self.vermagic
    }

    /// The releases of the kernels among the files: each with the file that says it.
    pub fn releases(&self) -> &[(String, String)] {
        &self.releases
    }

    fn add_image(&mut self, path: &Path, kernel: &[u8]) -> Result<()> {
        let Some(names) = image::names(kernel) else {
            let what = "has no list of its symbols (CONFIG_KALLSYMS), or in a form that is not known; save /proc/kallsyms \
                        as root on the running kernel, and name that";
            return Err(Error::input(path, "not-symbols", what));
        };
        names.iter().for_each(|name| self.count(VMLINUX, name));
        self.releases.extend(image::release(kernel).map(|release| (path.display().to_string(), release)));
        Ok(())
    }

    fn add_text(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        let error = |code, what: String| Err(Error::input(path, code, what));
        let Ok(text) = std::str::from_utf8(bytes) else {
            return error(
                "not-symbols",
                "is neither a vmlinux, vmlinuz or module nor a list of symbols".to_owned(),
            );
        };
        if text.starts_with("ffffffffffffffff B The real System.map") {
            return error(
                "stub",
                "holds no symbols, as Debian's do not; name the vmlinuz beside it, or a /proc/kallsyms that was saved as \
                 root on the running kernel"
                    .to_owned(),
            );
        }
        let mut addressed = false;
        for (number, line) in text.lines().enumerate() {
            let mut words = line.split_whitespace();
            let row = (|| {
                let address = u64::from_str_radix(words.next()?, 16).ok()?;
                let kind = words.next().filter(|kind| kind.len() == 1)?;
                Some((address, kind, words.next()?, words.next()))
            })();
            let Some((address, _, name, object)) = row else {
                return error(
                    "not-symbols",
                    format!("line {} is no symbol as in System.map or /proc/kallsyms", number + 1),
                );
            };
            addressed |= address != 0;
            let object = object.map_or(VMLINUX, |object| object.trim_matches(['[', ']']));
            self.count(object, name);
        }
        if !addressed {
            return error(
                "no-addresses",
                "has no addresses, as users without privileges see /proc/kallsyms; save it as root"
                    .to_owned(),
            );
        }
        Ok(())
    }

    fn add_module(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        // The signature stands behind the file and changes nothing in it.
        let bytes = bytes.strip_suffix(b"~Module signature appended~\n").unwrap_or(bytes);
        let module = Module::read(path, bytes)?;
        let info = module.modinfo()?;
        let value = |wanted: &str| info.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.clone());
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
        let object = value("name").unwrap_or_else(stem);
        self.objects.entry(object.clone()).or_default();
        for symbol in module.symbols.iter().skip(1) {
            let defined = symbol.st_shndx(module.endian) != elf::SHN_UNDEF;
            if defined && !matches!(symbol.st_type(), elf::STT_FILE | elf::STT_SECTION) {
                self.count(&object, module.symbol_name(symbol)?);
            }
        }
        self.vermagic.extend(value("vermagic").map(|vermagic| (path.display().to_string(), vermagic)));
        Ok(())
    }

    fn add_kernel(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        let damaged =
            |e: object::Error| Error::input(path, "truncated", format!("damaged or truncated kernel: {e}"));
        let header = elf::FileHeader64::<Endianness>::parse(bytes).map_err(damaged)?;
        let endian = header.endian().map_err(damaged)?;
        let sections = header.sections(endian, bytes).map_err(damaged)?;
        let symbols = sections.symbols(endian, bytes, elf::SHT_SYMTAB).map_err(damaged)?;
        if symbols.is_empty() {
            let what = "has no symbols; name a vmlinux that is not stripped, or a saved /proc/kallsyms";
            return Err(Error::input(path, "not-symbols", what));
        }
        for symbol in symbols.iter().skip(1) {
            let defined = symbol.st_shndx(endian) != elf::SHN_UNDEF;
            if defined && !matches!(symbol.st_type(), elf::STT_FILE | elf::STT_SECTION) {
                let name = symbols.symbol_name(endian, symbol).map_err(damaged)?;
                self.count(VMLINUX, &String::from_utf8_lossy(name));
            }
        }
        self.releases.extend(image::release(bytes).map(|release| (path.display().to_string(), release)));
        Ok(())
    }

    fn count(&mut self, object: &str, name: &str) {
        let names = match self.objects.get_mut(object) {
            Some(names) => names,
            None => self.objects.entry(object.to_owned()).or_default(),
        };
        match names.get_mut(name) {
            Some(count) => *count += 1,
            None => _ = names.insert(name.to_owned(), 1),
        }
    }

    /// What is the matter with a symbol, or `Err` with its object where nothing is known of that.
    fn judge(&self, object: &str, name: &str, position: u64) -> std::result::Result<Option<String>, String> {
        let names = self.objects.get(object).ok_or_else(|| object.to_owned())?;
        let count = names.get(name).copied().unwrap_or(0);
        Ok(match (count, position) {
            (0, _) => {
                Some(format!("{object} has no such symbol; the compiler may have inlined or renamed it"))
            }
            (1, 0) => None,
            (_, 0) => {
                Some(format!("{object} has {count} symbols of that name; say which by its position, from 1"))
            }
            (count, position) if position > count => {
                Some(format!("is number {position} of {count} in {object}"))
            }
            _ => None,
        })
    }
}

pub(super) fn check(
    module: &Module<'_>,
    tables: &Tables,
    kernel: &KernelSymbols,
    verdict: &mut Verdict,
) -> Result<()> {
    for object in &tables.objects {
        if object.contains(['-', '/', '.']) {
            let named = object.rsplit('/').next().unwrap_or(object).trim_end_matches(".ko").replace('-', "_");
            let what = format!(
                "the kernel looks objects up by their module's name, and would never patch it; write {named}"
            );
            verdict.findings.push(Finding::new(Code::Object, object, what));
        }
    }
    let replaced = tables
        .replacements
        .iter()
        .map(|r| (r.object.clone(), r.original.clone(), r.position, r.original.clone()));
    let mut named: Vec<(String, String, u64, String)> = replaced.collect();
    for symbol in module.symbols.iter().skip(1) {
        if symbol.st_shndx(module.endian) != SHN_LIVEPATCH {
            continue;
        }
        let name = module.symbol_name(symbol)?;
        match Reference::parse(name) {
            // The kernel reads a comma and nothing else.
            Some(Ok(reference)) if reference.to_string() == name => {
                named.push((reference.object, reference.name, reference.position, name.to_owned()));
            }
            _ => {
                let what = "the kernel does not read this name; run fixscope livepatch link on the module as it was built";
                verdict.findings.push(Finding::new(Code::Unlinked, name, what));
            }
        }
    }
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for (object, name, position, shown) in named {
        match kernel.judge(&object, &name, position) {
            Ok(None) => {}
            Ok(Some(what)) => verdict.findings.push(Finding::new(Code::Symbol, shown, what)),
            Err(object) => *unknown.entry(object).or_default() += 1,
        }
    }
    for (object, count) in unknown {
        let file = if object == VMLINUX {
            "its vmlinuz, a vmlinux, a System.map or a saved /proc/kallsyms".to_owned()
        } else {
            format!("{object}.ko or a /proc/kallsyms that was saved while it was loaded")
        };
        verdict.unchecked.push(format!("{count} symbols of {object}: name {file} with --base"));
    }
    Ok(())
}
