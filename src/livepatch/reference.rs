//! Names that stand for symbols of the kernel or of a module, which only the kernel that runs can resolve
//! (Documentation/livepatch/module-elf-format.rst, "Livepatch symbol format").

use std::fmt;

/// What such names begin with.
pub const SYMBOL_PREFIX: &str = ".klp.sym.";
/// What names of sections with relocations against them begin with.
pub const SECTION_PREFIX: &str = ".klp.rela.";
/// The kernel's own symbols belong to this object.
pub const VMLINUX: &str = "vmlinux";

/// Longest name of an object, in bytes: `klp_resolve_symbols` reads no more (`%55[^.]`).
const OBJECT_LIMIT: usize = 55;
/// Longest name of a symbol, in bytes: KSYM_NAME_LEN of kernels since 6.1, less its end.
const NAME_LIMIT: usize = 511;

/// One symbol of the kernel or of a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The object whose patched functions refer to it, where the name says so.
    pub patched: Option<String>,
    /// The object that has the symbol.
    pub object: String,
    /// Name of the symbol in there.
    pub name: String,
    /// Which of the symbols with that name, from 1; 0 says that there is one only.
    pub position: u64,
}

impl Reference {
    /// Reads a name: `None` if it stands for no symbol of another object, else the symbol or what is wrong.
    ///
    /// Accepted are the kernel's form `.klp.sym.OBJECT.NAME,POS`; `$` in place of the comma, at which gas ends a name
    /// and which Clang's assembler cannot take; quotes around it, which some assemblers make part of the name; and
    /// `.klp.sym.rela.PATCHED.OBJECT.NAME,POS`, which `KLP_RELOC_SYMBOL` of klp-convert writes.
    pub fn parse(symbol: &str) -> Option<Result<Reference, String>> {
        let bare = symbol.strip_prefix('"').map_or(symbol, |s| s.strip_suffix('"').unwrap_or(s));
        let rest = bare.strip_prefix(SYMBOL_PREFIX)?;
        Some(parse(rest).map_err(|what| {
            format!("symbol {symbol}: {what}; it should be {SYMBOL_PREFIX}OBJECT.NAME$POS or the same with a comma")
        }))
    }
}

fn parse(rest: &str) -> Result<Reference, String> {
    let (path, position) = rest.rsplit_once([',', '$']).ok_or("has no position")?;
    let digits = !position.is_empty() && position.bytes().all(|b| b.is_ascii_digit());
    let position = position.parse().ok().filter(|_| digits).ok_or("its position is no number")?;
    let (patched, path) = match path.strip_prefix("rela.") {
        Some(both) => {
            let (patched, path) = both.split_once('.').ok_or("names no object")?;
            (Some(patched), path)
        }
        None => (None, path),
    };
    let (object, name) = path.split_once('.').ok_or("names no object")?;
    for object in patched.into_iter().chain([object]) {
        if object.is_empty() {
            return Err("names no object".to_owned());
        }
        if object.len() > OBJECT_LIMIT {
            return Err(format!("the kernel reads {OBJECT_LIMIT} bytes of an object's name at most"));
        }
        if object.contains(['-', '/', ' ']) {
            let named = object.rsplit('/').next().unwrap_or(object).replace('-', "_");
            return Err(format!("the kernel knows no object {object}; its name there may be {named}"));
        }
    }
    if name.is_empty() || name.contains(',') {
        return Err("names no symbol".to_owned());
    }
    if name.len() > NAME_LIMIT {
        return Err(format!("the kernel reads {NAME_LIMIT} bytes of a symbol's name at most"));
    }
    Ok(Reference {
        patched: patched.map(str::to_owned),
        object: object.to_owned(),
        name: name.to_owned(),
        position,
    })
}

impl fmt::Display for Reference {
    /// The name that the kernel reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SYMBOL_PREFIX}{}.{},{}", self.object, self.name, self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_name_the_same_symbol() {
        let expected = Reference {
            patched: None,
            object: "ext4".to_owned(),
            name: "can_modify.isra.3".to_owned(),
            position: 2,
        };
        for name in [
            ".klp.sym.ext4.can_modify.isra.3,2",
            ".klp.sym.ext4.can_modify.isra.3$2",
            "\".klp.sym.ext4.can_modify.isra.3,2\"",
        ] {
            assert_eq!(Reference::parse(name), Some(Ok(expected.clone())), "{name}");
        }
        let said = Reference::parse(".klp.sym.rela.ext4.jbd2.f,0").expect("it is one").expect("it is well");
        assert_eq!((said.patched.as_deref(), said.object.as_str()), (Some("ext4"), "jbd2"));
        assert_eq!(said.to_string(), ".klp.sym.jbd2.f,0");
    }

    #[test]
    fn other_names_are_left_alone_and_malformed_ones_are_named() {
        assert_eq!(Reference::parse("saved_command_line"), None);
        assert_eq!(Reference::parse(".klp.rela.vmlinux..text"), None);
        for (name, word) in [
            (".klp.sym.vmlinux.f", "position"),
            (".klp.sym.vmlinux.f$x", "position"),
            (".klp.sym.vmlinux.f$+1", "position"),
            (".klp.sym.vmlinux.f$", "position"),
            (".klp.sym.vmlinux$0", "object"),
            (".klp.sym..f$0", "object"),
            (".klp.sym.vmlinux.$0", "symbol"),
            (".klp.sym.vmlinux.a,b,0", "symbol"),
            (".klp.sym.snd-pcm.f,0", "snd_pcm"),
            (".klp.sym.net/bluetooth/bluetooth.f,0", "may be bluetooth"),
        ] {
            let what = Reference::parse(name).expect("it has the prefix").expect_err(name);
            assert!(what.contains(word) && what.contains(name), "{name}: {what}");
        }
    }
}
