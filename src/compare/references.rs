//! Whether two references lead to the same thing.

use rustc_hash::FxHashSet;

use crate::correlate::Matching;
use crate::load::{Binding, Reloc, SymbolPlace, names};
use crate::normalize::{EntityId, EntityKind, Normalized, Target};
use crate::pair::{Pair, Side};

use super::delta::Link;
use super::nameless::extent;
use super::words;

/// Both sides with what corresponds to what.
#[derive(Clone, Copy)]
pub(super) struct Sides<'c> {
    pub original: &'c Normalized<'c, 'c>,
    pub patched: &'c Normalized<'c, 'c>,
    pub matching: &'c Matching,
}

/// Nameless things that have been compared or are being compared on the way to one verdict: section and offset
/// on both sides. Meeting a pair again counts as the same, because a difference in it ends the whole comparison
/// where it is first met; so circles end, and what is shared is compared once.
#[derive(Debug, Clone, Default)]
pub(super) struct Visiting {
    pub(super) places: FxHashSet<(u32, u64, u32, u64)>,
    pub(super) depth: u32,
}

impl Visiting {
    /// Nothing compared yet.
    pub(super) fn new() -> Self {
        Visiting::default()
    }
}

/// How two references differ: the chain to what differs.
pub(super) type Mismatch = Vec<Link>;

impl<'c> Sides<'c> {
    pub(super) fn get(&self, side: Side) -> &'c Normalized<'c, 'c> {
        match side {
            Side::Original => self.original,
            Side::Patched => self.patched,
        }
    }

    /// Whether two targets are the same thing.
    pub(super) fn same_target(&self, pair: Pair<Target>, visiting: &mut Visiting) -> Result<(), Mismatch> {
        self.same_named_target(pair, visiting).or_else(|mismatch| self.same_empty_target(pair, mismatch))
    }

    /// Whether two targets are the same empty data object, given how what lies at their places differs.
    ///
    /// An empty data object shares its address with what comes behind it, and the assembler makes a place in a
    /// section of both, so that a reference may mean either. Where other things begin at the two places, it stays
    /// open which was meant, and the mismatch stands.
    fn same_empty_target(&self, pair: Pair<Target>, mut mismatch: Mismatch) -> Result<(), Mismatch> {
        let empty = |n: &'c Normalized<'c, 'c>, target| {
            n.place_of(target).map_or(&[][..], |(section, offset)| n.empty_at(section, offset))
        };
        let (of_o, of_p) = (empty(self.original, pair.original), empty(self.patched, pair.patched));
        let Some(name) = of_o
            .iter()
            .find(|&&o| self.matching.patched(o).is_some_and(|p| of_p.contains(&p)))
            .map(|&o| self.original.name(o))
        else {
            return Err(mismatch);
        };
        let begins = |n: &Normalized<'_, '_>, target| match target {
            Target::Entity { id, offset } => {
                let size = n.entity(id).size;
                size > 0 && u64::try_from(offset).is_ok_and(|at| at < size)
            }
            Target::Nameless { .. } => true,
            _ => false,
        };
        if !begins(self.original, pair.original) || !begins(self.patched, pair.patched) {
            return Ok(());
        }
        if let Some(first) = mismatch.first_mut() {
            first.what = format!("{}, or the empty {name} that lies there is meant", first.what);
        }
        Err(mismatch)
    }

    fn same_named_target(&self, pair: Pair<Target>, visiting: &mut Visiting) -> Result<(), Mismatch> {
        let differ = || Err(vec![self.link_between(pair)]);
        match (pair.original, pair.patched) {
            (Target::Entity { id: o, offset: at_o }, Target::Entity { id: p, offset: at_p }) => {
                if self.matching.patched(o) == Some(p) {
                    return if self.same_place(Pair::new(o, p), Pair::new(at_o, at_p)) {
                        Ok(())
                    } else {
                        differ()
                    };
                }
                if self.original.entity(o).by_content && self.patched.entity(p).by_content && at_o == at_p {
                    return self.same_nameless(pair, visiting);
                }
                differ()
            }
            (Target::Symbol { index: o, addend: at_o }, Target::Symbol { index: p, addend: at_p }) => {
                let (o, p) =
                    (&self.original.unit.symbols[o as usize], &self.patched.unit.symbols[p as usize]);
                // An absolute symbol is its value; a name in another unit is all there is to tell it by.
                let same_value = o.place != SymbolPlace::Absolute || o.offset == p.offset;
                // What need not exist is 0 where it does not.
                let same_need = (o.binding == Binding::Weak) == (p.binding == Binding::Weak);
                let same = names::same_elsewhere(&o.name, &p.name) && o.place == p.place && same_value;
                let same = same && same_need;
                if same && at_o == at_p { Ok(()) } else { differ() }
            }
            (Target::Number(o), Target::Number(p)) => {
                if o == p {
                    Ok(())
                } else {
                    differ()
                }
            }
            (Target::Place { section: o, offset: at_o }, Target::Place { section: p, offset: at_p }) => {
                let name = |n: &Normalized<'_, '_>, s: u32| n.unit.section(s).map(|s| s.name.to_string());
                if name(self.original, o) == name(self.patched, p) && at_o == at_p {
                    Ok(())
                } else {
                    differ()
                }
            }
            (
                Target::Unplaced { section: o, addend: at_o },
                Target::Unplaced { section: p, addend: at_p },
            ) if at_o == at_p && self.same_sections(Pair::new(o, p)) => Ok(()),
            // A global that is defined on one side only is still the thing of that name for those who refer to it.
            (Target::Symbol { index, addend }, Target::Entity { id, offset }) => {
                let symbol = &self.original.unit.symbols[index as usize];
                if self.is_global_named(self.patched, id, &symbol.name) && addend == offset {
                    Ok(())
                } else {
                    differ()
                }
            }
            (Target::Entity { id, offset }, Target::Symbol { index, addend }) => {
                let symbol = &self.patched.unit.symbols[index as usize];
                if self.is_global_named(self.original, id, &symbol.name) && addend == offset {
                    Ok(())
                } else {
                    differ()
                }
            }
            (Target::Nameless { inner: o, .. }, Target::Nameless { inner: p, .. }) if o == p => {
                self.same_nameless(pair, visiting)
            }
            (Target::Nameless { inner, .. }, Target::Entity { id, offset })
                if inner == offset && self.patched.entity(id).by_content =>
            {
                self.same_nameless(pair, visiting)
            }
            (Target::Entity { id, offset }, Target::Nameless { inner, .. })
                if inner == offset && self.original.entity(id).by_content =>
            {
                self.same_nameless(pair, visiting)
            }
            _ => differ(),
        }
    }

    /// Whether two sections are the same in every byte, relocation and symbol.
    fn same_sections(&self, sections: Pair<u32>) -> bool {
        let (o, p) = (self.original.unit, self.patched.unit);
        let (Some(a), Some(b)) = (o.section(sections.original), p.section(sections.patched)) else {
            return false;
        };
        let same_relocs = sections.original == sections.patched && o.same_relocs(p, sections.original);
        let has_relocs = !self.original.relocs(sections.original).is_empty()
            || !self.patched.relocs(sections.patched).is_empty();
        a.name == b.name
            && a.size == b.size
            && a.data == b.data
            && (!has_relocs || same_relocs && o.same_symbols(p))
    }

    fn is_global_named(&self, n: &Normalized<'_, '_>, id: EntityId, name: &str) -> bool {
        n.entity(id).names.iter().any(|&s| {
            let symbol = &n.unit.symbols[s as usize];
            symbol.binding != Binding::Local && symbol.name == name
        })
    }

    /// Whether two offsets in matched things are the same place: in data the same offset, in code the same
    /// instruction counted from the start.
    pub(super) fn same_place(&self, ids: Pair<EntityId>, at: Pair<i64>) -> bool {
        let is_code = self.original.entity(ids.original).kind == EntityKind::Function
            && self.patched.entity(ids.patched).kind == EntityKind::Function;
        if at.original == at.patched && (!is_code || at.original == 0) {
            return true;
        }
        if !is_code {
            return false;
        }
        // The same bytes are the same instructions.
        if at.original == at.patched
            && self.original.bytes_of(ids.original) == self.patched.bytes_of(ids.patched)
        {
            return true;
        }
        let ordinal = |n: &Normalized<'_, '_>, id, at: i64| {
            u64::try_from(at).ok().and_then(|at| n.decoded(id).ordinal(at))
        };
        let o = ordinal(self.original, ids.original, at.original);
        let p = ordinal(self.patched, ids.patched, at.patched);
        match (o, p) {
            (Some(o), Some(p)) => o == p,
            // The end of a function, or a place inside an instruction: nothing but the offset can be compared.
            (None, None) => at.original == at.patched,
            _ => false,
        }
    }

    /// Whether what two references lead to is described by its whole content: strings and small constants.
    pub(super) fn is_told_whole(&self, pair: Pair<Target>) -> bool {
        let whole = |n: &Normalized<'_, '_>, target| {
            let Target::Nameless { section, offset, inner: 0 } = target else { return false };
            let range = n.nameless_extent(section, offset);
            n.relocs_in(section, range.clone()).is_empty() && (1..=16).contains(&(range.end - range.start))
        };
        self.whole_text(pair).is_some()
            || whole(self.original, pair.original) && whole(self.patched, pair.patched)
    }

    /// The text of two strings that references lead to.
    fn whole_text(&self, pair: Pair<Target>) -> Option<Pair<String>> {
        let text = |n: &Normalized<'_, '_>, target| {
            let (section, start, end) = extent(n, target)?;
            let info = n.unit.section(section).filter(|s| s.is_strings() && s.entsize <= 1)?;
            let bytes = info.data.get(start as usize..end as usize)?;
            Some(String::from_utf8_lossy(bytes.strip_suffix(&[0]).unwrap_or(bytes)).into_owned())
        };
        let is_start = |target| match target {
            Target::Nameless { inner, .. } => inner == 0,
            Target::Entity { offset, .. } => offset == 0,
            _ => false,
        };
        if !is_start(pair.original) || !is_start(pair.patched) {
            return None;
        }
        Pair::new(text(self.original, pair.original), text(self.patched, pair.patched)).both()
    }

    /// The link of a chain that says what two references lead to.
    pub(super) fn link_between(&self, pair: Pair<Target>) -> Link {
        let o = describe(self.original, pair.original);
        let p = describe(self.patched, pair.patched);
        let weak = |n: &Normalized<'_, '_>, target| match target {
            Target::Symbol { index, .. } => n.unit.symbols[index as usize].binding == Binding::Weak,
            _ => false,
        };
        let what = match (weak(self.original, pair.original), weak(self.patched, pair.patched)) {
            (true, false) if o == p => format!("{p} is no weak reference any more"),
            (false, true) if o == p => format!("{p} is a weak reference now"),
            _ => {
                let texts = self.whole_text(pair);
                let told = texts.and_then(|texts| words::strings(&texts.original, &texts.patched));
                told.unwrap_or_else(|| words::became(&o, &p))
            }
        };
        Link::new(what, None)
    }

    /// Whether a pair of relocations with the same place in equal bytes leads to the same thing, as far as that can
    /// be told without decoding. `None` when it cannot.
    pub(super) fn same_reloc_undecoded(&self, o: &Reloc, p: &Reloc) -> Option<bool> {
        let symbol_o = self.original.unit.symbols.get(o.symbol as usize)?;
        let symbol_p = self.patched.unit.symbols.get(p.symbol as usize)?;
        if o.r_type != p.r_type || o.addend != p.addend || o.addend.is_none() {
            return None;
        }
        match (self.original.entity_of_symbol(o.symbol), self.patched.entity_of_symbol(p.symbol)) {
            (Some((id_o, 0)), Some((id_p, 0))) => {
                // A place inside code is compared by instructions.
                let plain =
                    self.original.entity(id_o).kind == EntityKind::Object || matches!(o.addend, Some(0 | -4));
                (plain && self.matching.patched(id_o) == Some(id_p)).then_some(true)
            }
            (None, None) => {
                let undefined =
                    symbol_o.place == SymbolPlace::Undefined && symbol_p.place == SymbolPlace::Undefined;
                let same = symbol_o.name == symbol_p.name && symbol_o.binding == symbol_p.binding;
                (undefined && o.symbol != 0 && p.symbol != 0 && same).then_some(true)
            }
            _ => None,
        }
    }
}

/// A target in words.
pub(super) fn describe(n: &Normalized<'_, '_>, target: Target) -> String {
    n.describe(target)
}
