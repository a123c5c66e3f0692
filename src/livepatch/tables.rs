//! What a built livepatch replaces: its `struct klp_patch`, read from the relocations of its data.
//!
//! Only the beginnings of the structures are fixed (include/linux/livepatch.h, "external"); what the kernel keeps for
//! itself behind them differs between versions. The distance between two rows is therefore measured, not known: from
//! one row to the next, or by the size of a table with one row and its empty end. Reading debugging information
//! instead was rejected, since modules are often built without.

use std::collections::BTreeMap;

use object::elf;
use object::read::elf::{SectionHeader, Sym};
use object::{SectionIndex, SymbolIndex};

use super::module::{Module, Place};
use super::reference::VMLINUX;
use crate::error::Result;

/// One row of a `struct klp_func` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The object that is patched: `vmlinux` or a module's name.
    pub object: String,
    /// Name of the original function there (`old_name`).
    pub original: String,
    /// Which of the symbols with that name, from 1; 0 says that there is one only (`old_sympos`).
    pub position: u64,
    /// Where the replacement begins in the module (`new_func`).
    pub place: Place,
}

/// What a livepatch replaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    /// The objects that it patches, in their order.
    pub objects: Vec<String>,
    /// The functions that it replaces, in their order.
    pub replacements: Vec<Replacement>,
    /// Functions that are called around patching: callbacks of the objects.
    pub callbacks: Vec<Place>,
}

/// Finds the `struct klp_patch` of a module and reads its tables; `None` if there is none in its data, as in a module
/// that makes its tables when it is loaded.
///
/// # Errors
/// When the module is damaged.
pub fn read(module: &Module<'_>) -> Result<Option<Tables>> {
    let pointers = Pointers::read(module)?;
    for (&at, target) in &pointers.of {
        // `mod` and `objs`; other structures that begin with their module go on with something else.
        if target.symbol != "__this_module" {
            continue;
        }
        let Some(objects) = pointers.at((at.0, at.1.wrapping_add(8))) else { continue };
        if let Some(tables) = pointers.tables(module, objects)? {
            return Ok(Some(tables));
        }
    }
    Ok(None)
}

/// A section and the bytes from its beginning.
type At = (usize, u64);

/// Where a pointer leads.
struct Target<'d> {
    /// Name of the symbol of its relocation.
    symbol: &'d str,
    /// The place, if it is in the module.
    place: Option<Place>,
}

/// The pointers in the data of a module.
struct Pointers<'d> {
    of: BTreeMap<At, Target<'d>>,
    /// Ends of data objects by their beginnings.
    ends: BTreeMap<At, u64>,
    /// Which sections hold instructions.
    executable: Vec<bool>,
}

impl<'d> Pointers<'d> {
    fn read(module: &Module<'d>) -> Result<Pointers<'d>> {
        let endian = module.endian;
        let flags: Vec<u64> = module.sections.iter().map(|header| header.sh_flags(endian)).collect();
        let flagged = |index: SectionIndex, flag: u32| {
            flags.get(index.0).is_some_and(|flags| flags & u64::from(flag) != 0)
        };
        let mut of = BTreeMap::new();
        for relocations in module.relocations()? {
            if !flagged(relocations.target, elf::SHF_WRITE) {
                continue;
            }
            for rela in relocations.rows {
                let symbol = module.symbol(SymbolIndex(rela.r_sym(endian, false) as usize))?;
                let target = Target { symbol: module.symbol_name(symbol)?, place: module.target(rela)? };
                of.insert((relocations.target.0, rela.r_offset.get(endian)), target);
            }
        }
        let mut ends = BTreeMap::new();
        for symbol in module.symbols.iter().filter(|symbol| symbol.st_type() == elf::STT_OBJECT) {
            let (at, size) = (symbol.st_value(endian), symbol.st_size(endian));
            if let Some(end) = at.checked_add(size).filter(|_| size > 0) {
                ends.insert((usize::from(symbol.st_shndx(endian)), at), end);
            }
        }
        let executable = flags.iter().map(|flags| flags & u64::from(elf::SHF_EXECINSTR) != 0).collect();
        Ok(Pointers { of, ends, executable })
    }

    fn at(&self, at: At) -> Option<Place> {
        self.of.get(&at)?.place
    }

    fn leads_to_code(&self, at: At) -> Option<Place> {
        self.at(at).filter(|place| self.executable.get(place.section.0).is_some_and(|&code| code))
    }

    /// A row of a `struct klp_func` table begins here: a name and a function.
    fn is_function_row(&self, at: At) -> bool {
        let name = self.at(at).filter(|place| self.executable.get(place.section.0) == Some(&false));
        name.is_some() && self.leads_to_code(ahead(at, 8)).is_some()
    }

    /// A row of a `struct klp_object` table begins here: its second word leads to functions.
    fn is_object_row(&self, at: At) -> bool {
        self.at(ahead(at, 8)).is_some_and(|functions| self.is_function_row(key(functions)))
    }

    /// Beginnings of the rows of a table. The rows end at the empty one, with which the table ends.
    fn rows(&self, table: Place, is_row: impl Fn(At) -> bool) -> Option<Vec<At>> {
        let first = key(table);
        let size = self.ends.get(&first)?.checked_sub(first.1)?;
        if !is_row(first) {
            return None;
        }
        let words = (8..size).step_by(8);
        let distance = words.map(|distance| ahead(first, distance)).find(|&at| is_row(at));
        let distance = distance.map_or(size / 2, |at| at.1 - first.1);
        // A distance that does not divide the table is another structure's.
        if distance == 0 || size % distance != 0 {
            return None;
        }
        let rows = (0..size / distance).map(|row| ahead(first, row * distance));
        Some(rows.take_while(|&at| is_row(at)).collect())
    }

    fn tables(&self, module: &Module<'d>, objects: Place) -> Result<Option<Tables>> {
        let mut tables = Tables::default();
        let Some(rows) = self.rows(objects, |at| self.is_object_row(at)) else { return Ok(None) };
        for row in rows {
            let object = match self.at(row) {
                Some(name) => module.text(name)?,
                None => VMLINUX.to_owned(),
            };
            // `struct klp_callbacks` begins with four functions.
            tables.callbacks.extend((16..48).step_by(8).filter_map(|at| self.leads_to_code(ahead(row, at))));
            let functions = self.at(ahead(row, 8)).and_then(|table| {
                let rows = self.rows(table, |at| self.is_function_row(at))?;
                Some((table.section, rows))
            });
            let Some((section, rows)) = functions else { return Ok(None) };
            let contents = module.contents(module.section(section)?)?;
            for row in rows {
                let (Some(name), Some(place)) = (self.at(row), self.leads_to_code(ahead(row, 8))) else {
                    continue;
                };
                let original = module.text(name)?;
                let position = number(module, contents, row.1 + 16);
                tables.replacements.push(Replacement { object: object.clone(), original, position, place });
            }
            tables.objects.push(object);
        }
        Ok(Some(tables))
    }
}

/// The 64 bit number at an offset, 0 where the section has no contents there.
fn number(module: &Module<'_>, contents: &[u8], offset: u64) -> u64 {
    let bytes = usize::try_from(offset).ok().and_then(|offset| contents.get(offset..)?.first_chunk());
    let little = module.endian == object::Endianness::Little;
    bytes.map_or(0, |&bytes| if little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) })
}

fn key(place: Place) -> At {
    (place.section.0, place.offset)
}

fn ahead(at: At, bytes: u64) -> At {
    (at.0, at.1.wrapping_add(bytes))
}
