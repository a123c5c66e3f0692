//! Two units ↦ a [`Comparison`].

use fixscope_arch::Arch;
use object::elf;

use crate::correlate;
use crate::error::{Error, Result};
use crate::load::{Section, Unit};
use crate::normalize::{Normalized, arch_of};
use crate::pair::{Pair, Side};

use super::builder::{Builder, is_listed};
use super::choose;
use super::delta::Comparison;
use super::references::Sides;

/// What the caller wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// List unchanged functions and data objects too.
    pub all: bool,
    /// Keep the instructions and contents of what changed.
    pub show: bool,
}

/// Compares two units.
///
/// # Errors
/// [`Error::Input`] when they are of different machines (`architecture`) or of one that fixscope does not know, and when
/// one is assembly and the other is not (`mixed`).
pub fn compare(units: Pair<&Unit<'_>>, options: Options) -> Result<Comparison> {
    let (o, p) = (units.original, units.patched);
    let arch = common_arch(units)?;
    if !options.all && identical(o, p) {
        let n = Normalized::new(p, arch);
        return Ok(Comparison { entries: Vec::new(), unlisted_unchanged: count(&n) });
    }
    let prepared = |unit| {
        let n = Normalized::new(unit, arch);
        n.prepare();
        n
    };
    let (o, p) = rayon::join(|| prepared(o), || prepared(p));
    let matching = correlate::correlate(Pair::new(&o, &p));
    let sides = Sides { original: &o, patched: &p, matching: &matching };
    Ok(Builder::new(sides, options).run())
}

/// Compares one function, with its cold part, or one data object. Where a side names none it is the counterpart of
/// the other side's. `None` when neither side has what is named and both name the same.
///
/// # Errors
/// As [`compare`], and [`Error::Input`] when a name occurs several times (`symbol-ambiguous`), or when a side does not
/// have what it names while the other side names another symbol (`symbol`).
pub fn compare_symbols(
    units: Pair<&Unit<'_>>,
    symbols: Pair<Option<&str>>,
    options: Options,
) -> Result<Option<Comparison>> {
    let arch = common_arch(units)?;
    let (o, p) = (Normalized::new(units.original, arch), Normalized::new(units.patched, arch));
    let sides = Pair::new(&o, &p);
    let Some(chosen) = choose::choose(sides, symbols)? else { return Ok(None) };
    let matching = match chosen.both() {
        Some(ids) => correlate::correlate_with(sides, ids),
        None => correlate::correlate(sides),
    };
    // A counterpart that nobody named.
    let ids = match chosen {
        Pair { original: Some(id), patched: None } if symbols.patched.is_none() => {
            Pair::new(Some(id), matching.patched(id))
        }
        Pair { original: None, patched: Some(id) } if symbols.original.is_none() => {
            Pair::new(matching.original(id), Some(id))
        }
        chosen => chosen,
    };
    let sides = Sides { original: &o, patched: &p, matching: &matching };
    Ok(Some(Builder::new(sides, options).run_for(ids)))
}

/// The instruction set of two units.
fn common_arch(units: Pair<&Unit<'_>>) -> Result<&'static dyn Arch> {
    let (o, p) = (units.original, units.patched);
    if o.text.is_some() != p.text.is_some() {
        let kind = |unit: &Unit<'_>| if unit.text.is_some() { "assembly" } else { "an object file" };
        let what = format!("is {} and {} is {}; compare two of a kind", kind(p), o.path.display(), kind(o));
        return Err(Error::input(&p.path, "mixed", what));
    }
    if (o.machine, o.is_64, o.endian) != (p.machine, p.is_64, p.endian) {
        let what = format!(
            "is of another architecture (ELF machine {}) than {} (ELF machine {})",
            p.machine,
            o.path.display(),
            o.machine
        );
        return Err(Error::input(&p.path, "architecture", what));
    }
    arch_of(o)?;
    arch_of(p)
}

/// Reports a unit that one side does not have: everything in it is new or removed.
///
/// # Errors
/// As [`compare`].
pub fn one_sided(unit: &Unit<'_>, side: Side) -> Result<Comparison> {
    let arch = arch_of(unit)?;
    let n = Normalized::new(unit, arch);
    let empty = unit.emptied();
    let none = Normalized::new(&empty, arch);
    let (o, p) = match side {
        Side::Original => (&n, &none),
        Side::Patched => (&none, &n),
    };
    let matching = correlate::correlate(Pair::new(o, p));
    Ok(Builder::new(Sides { original: o, patched: p, matching: &matching }, Options::default()).run())
}

/// Whether two units are the same in every byte that matters, told without looking at any function.
fn identical(o: &Unit<'_>, p: &Unit<'_>) -> bool {
    let shape = |s: &Section<'_>| (s.sh_type, s.flags, s.address, s.size, s.align, s.entsize);
    o.e_type == p.e_type
        && o.sections.len() == p.sections.len()
        && o.symbols.len() == p.symbols.len()
        && o.same_symbols(p)
        // With so many sections the symbol table does not hold the sections' numbers itself.
        && (o.sections.len() < usize::from(elf::SHN_LORESERVE)
            || o.symbols.iter().zip(&p.symbols).all(|(a, b)| a.place == b.place))
        && o.sections.iter().zip(&p.sections).enumerate().all(|(i, (a, b))| {
            // Sections that are not loaded hold debug information; the symbols have been compared above.
            !a.is_allocated() && !b.is_allocated()
                || shape(a) == shape(b)
                    && a.name == b.name
                    && a.data == b.data
                    && a.group == b.group
                    && o.same_relocs(p, i as u32)
        })
}

fn count(n: &Normalized<'_, '_>) -> u64 {
    n.entities().iter().filter(|e| is_listed(e)).count() as u64
}
