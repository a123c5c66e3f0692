//! Symbols of a file ↦ the symbol table of its unit.

use std::borrow::Cow;

use object::elf;
use rustc_hash::FxHashMap;

use super::PLACE;
use super::expr::{Binary, Expr, SymbolId, Term};
use super::resolve::{Base, Reference, Resolver, Trouble};
use super::symbols::{Entry, Value};
use super::token::Name;
use crate::load::{Binding, Section, Symbol, SymbolKind, SymbolPlace};

impl<'t> Resolver<'_, 't> {
    /// The symbols of the unit, and the number of each that a relocation names.
    pub(super) fn symbols(
        &self,
        sections: &[Section<'_>],
        references: &[Vec<Reference>],
    ) -> Result<(Vec<Symbol<'t>>, FxHashMap<Base, u32>), Trouble> {
        let mut referred: Vec<Base> = references.iter().flatten().filter_map(|r| r.symbol).collect();
        referred.sort_by_key(|b| match b {
            Base::Symbol(id) => (0, id.0, 0),
            Base::Here(place) => (1, place.part, place.offset),
        });
        referred.dedup();
        let is_referred = |id| {
            referred.binary_search_by_key(&(0, id, 0), |b| match b {
                Base::Symbol(id) => (0, id.0, 0),
                Base::Here(place) => (1, place.part, place.offset),
            })
        };
        let mut symbols = vec![nameless(SymbolKind::None, SymbolPlace::Undefined)];
        let mut numbers = FxHashMap::default();
        let mut file = None;
        if let Some(source) = &self.builder.source {
            file = Some(symbols.len() as u32);
            let name = Cow::Owned(String::from_utf8_lossy(source).into_owned());
            symbols.push(Symbol { name, ..nameless(SymbolKind::File, SymbolPlace::Absolute) });
        }
        // Local symbols come first, as in every symbol table (gABI, "Symbol Table").
        for local in [true, false] {
            for i in 0..self.builder.symbols.all.len() as u32 {
                let id = SymbolId(i);
                let Some(symbol) = self.symbol(id, sections)? else { continue };
                let needed = is_referred(i).is_ok();
                let defined = symbol.place != SymbolPlace::Undefined;
                let is_named =
                    !self.is_local_label(&self.entry(id).name) && symbol.kind != SymbolKind::Section;
                let listed = defined && is_named;
                if (symbol.binding == Binding::Local) != local || !(needed || listed) {
                    continue;
                }
                numbers.insert(Base::Symbol(id), symbols.len() as u32);
                let symbol = Symbol { file: file.filter(|_| local), ..symbol };
                let versions = &self.entry(id).versions;
                // Its own name first, by which it is called. What is undefined has only the names with versions.
                let own = (defined || versions.is_empty()).then(|| symbol.name.clone());
                let names = own.into_iter().chain(versions.iter().map(|v| Cow::Owned(v.clone())));
                symbols.extend(names.map(|name| Symbol { name, ..symbol.clone() }));
            }
            if local {
                for base in &referred {
                    let Base::Here(place) = base else { continue };
                    numbers.insert(*base, symbols.len() as u32);
                    // Named as what only the assembler knows, so that it is taken for a place and not for a thing.
                    let name = Cow::Borrowed(PLACE);
                    let place_of = SymbolPlace::Section(self.index(place.part));
                    symbols.push(Symbol {
                        name,
                        offset: self.offset(*place),
                        ..nameless(SymbolKind::None, place_of)
                    });
                }
            }
        }
        for base in &referred {
            if let Base::Symbol(id) = base
                && !numbers.contains_key(base)
            {
                let entry = self.entry(*id);
                return Err((
                    entry.line,
                    format!("`{}` is set to what is neither a place nor a number", entry.name),
                ));
            }
        }
        Ok((symbols, numbers))
    }

    fn symbol(&self, id: SymbolId, sections: &[Section<'_>]) -> Result<Option<Symbol<'t>>, Trouble> {
        let entry = self.builder.symbols.get(id);
        let name = match &entry.name {
            Name::Symbol(name) => name.clone(),
            Name::Numeric { number, instance } => {
                Cow::Owned(format!("{}{number}.{instance}", self.builder.syntax.local_prefix))
            }
        };
        let is_local_label = self.is_local_label(&entry.name);
        let mut symbol = Symbol {
            name,
            visibility: entry.visibility,
            other: 0,
            is_thumb: false,
            ..nameless(SymbolKind::None, SymbolPlace::Undefined)
        };
        match &entry.value {
            Value::Undefined => symbol.binding = entry.binding.unwrap_or(Binding::Global),
            Value::Common { size, align } => {
                (symbol.place, symbol.offset, symbol.size) = (SymbolPlace::Common, *align, *size);
                symbol.binding = entry.binding.unwrap_or(Binding::Global);
                symbol.kind = entry.kind.unwrap_or(SymbolKind::Object);
                return Ok(Some(symbol));
            }
            Value::Label(_) | Value::Set(_) => {
                symbol.binding = entry.binding.unwrap_or(Binding::Local);
                let Some(place) = self.place(Term::Symbol(id, None)) else {
                    let number = self.number(&Expr::Symbol(id, None));
                    // What is set to a symbol of another unit is that symbol.
                    let Some(number) = number.filter(|_| !entry.is_alias) else { return Ok(None) };
                    (symbol.place, symbol.offset) = (SymbolPlace::Absolute, number as u64);
                    symbol.kind = entry.kind.unwrap_or(SymbolKind::None);
                    return Ok(Some(symbol));
                };
                if entry.is_alias || self.index(place.part) == 0 {
                    return Ok(None);
                }
                symbol.place = SymbolPlace::Section(self.index(place.part));
                symbol.offset = self.offset(place);
            }
        }
        // The assembler forgets what is said of names that only it knows.
        if is_local_label {
            symbol.binding = Binding::Local;
            return Ok(Some(symbol));
        }
        let of = self.alias_of(id);
        symbol.kind = entry.kind.or_else(|| of.and_then(|o| o.kind)).unwrap_or(SymbolKind::None);
        symbol.is_thumb = entry.is_thumb && symbol.kind == SymbolKind::Function;
        let size = entry.size.as_ref().or_else(|| of.and_then(|o| o.size.as_ref()));
        let SymbolPlace::Section(index) = symbol.place else { return Ok(Some(symbol)) };
        let section = &sections[index as usize];
        if section.flags & u64::from(elf::SHF_TLS) != 0 {
            symbol.kind = SymbolKind::Tls;
        }
        if let Some((size, line)) = size {
            // Among code a number of bytes says nothing, since it is not known how many there are.
            if section.is_code() && matches!(size, Expr::Number(_)) {
                return Ok(Some(symbol));
            }
            let number = self.number(size).and_then(|n| u64::try_from(n).ok());
            let number =
                number.ok_or_else(|| (*line, format!("the size of `{}` is no number", symbol.name)))?;
            if symbol.offset.checked_add(number).is_none_or(|end| end > section.size) {
                if entry.size.is_none() {
                    return Ok(Some(symbol));
                }
                let what = format!("`{}` ends behind its section {}", symbol.name, section.name);
                return Err((*line, what));
            }
            symbol.size = number;
        }
        Ok(Some(symbol))
    }

    /// The symbol that another one is set to, as GCC folds functions, possibly with a number: the assembler gives it
    /// the type and size of that one too.
    fn alias_of(&self, id: SymbolId) -> Option<&Entry<'t>> {
        let Value::Set(expr) = &self.builder.symbols.get(id).value else { return None };
        let mut expr = expr;
        while let Expr::Binary(Binary::Add | Binary::Sub, a, b) = expr
            && matches!(**b, Expr::Number(_))
        {
            expr = a;
        }
        match expr {
            Expr::Symbol(of, None) => Some(self.builder.symbols.get(*of)),
            _ => None,
        }
    }
}

fn nameless(kind: SymbolKind, place: SymbolPlace) -> Symbol<'static> {
    Symbol {
        name: Cow::Borrowed(""),
        kind,
        binding: Binding::Local,
        visibility: 0,
        other: 0,
        is_thumb: false,
        place,
        offset: 0,
        size: 0,
        file: None,
    }
}
