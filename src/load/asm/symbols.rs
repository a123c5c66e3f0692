//! Symbols and labels of an assembly file while it is read.

use rustc_hash::FxHashMap;

use super::expr::{Expr, Place, SymbolId};
use super::token::Name;
use crate::load::{Binding, SymbolKind};

/// One symbol or label.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub name: Name<'t>,
    pub value: Value,
    /// The line that defines it, or else the first that names it.
    pub line: u32,
    pub kind: Option<SymbolKind>,
    pub size: Option<(Expr, u32)>,
    pub binding: Option<Binding>,
    pub visibility: u8,
    /// Names with versions that it has as well (`.symver`).
    pub versions: Vec<String>,
    /// Only the assembler knows it (`.weakref`).
    pub is_alias: bool,
    /// It stands in front of T32 instructions.
    pub is_thumb: bool,
}

/// What a symbol is.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Undefined,
    Label(Place),
    Set(Expr),
    Common { size: u64, align: u64 },
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Symbols<'t> {
    pub all: Vec<Entry<'t>>,
    by_name: FxHashMap<Name<'t>, SymbolId>,
    pub line: u32,
}

impl<'t> Symbols<'t> {
    /// The symbol of a name, which it is given when it is new.
    pub(super) fn id(&mut self, name: Name<'t>) -> SymbolId {
        if let Some(&id) = self.by_name.get(&name) {
            return id;
        }
        let id = SymbolId(self.all.len() as u32);
        self.all.push(Entry {
            name: name.clone(),
            value: Value::Undefined,
            line: self.line,
            kind: None,
            size: None,
            binding: None,
            visibility: 0,
            versions: Vec::new(),
            is_alias: false,
            is_thumb: false,
        });
        self.by_name.insert(name, id);
        id
    }

    pub(super) fn get(&self, id: SymbolId) -> &Entry<'t> {
        &self.all[id.0 as usize]
    }

    pub(super) fn get_mut(&mut self, id: SymbolId) -> &mut Entry<'t> {
        &mut self.all[id.0 as usize]
    }

    /// Gives a symbol its value.
    pub(super) fn define(&mut self, name: Name<'t>, value: Value) -> Result<(), String> {
        let id = self.id(name);
        let line = self.line;
        let entry = self.get_mut(id);
        if !matches!(entry.value, Value::Undefined) {
            // The same value twice says nothing new.
            if let (Value::Set(a), Value::Set(b)) = (&entry.value, &value)
                && a == b
            {
                return Ok(());
            }
            return Err(format!("`{}` is defined again; line {} defines it", entry.name, entry.line));
        }
        entry.value = value;
        entry.line = line;
        Ok(())
    }
}
