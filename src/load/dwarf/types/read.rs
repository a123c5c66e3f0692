//! One walk over the DIEs of types, and of what variables are of them.

use gimli::{AttributeValue, DebugInfoOffset, DebugTypesOffset, UnitOffset, UnitSectionOffset, UnitType};
use rustc_hash::FxHashMap;

use super::Types;
use super::attributes::{Attributes, is_wanted};
use crate::load::dwarf::reader::{Sections, Slice};

/// How many types, members and variables are read from one object file.
const MAX_DIES: usize = 4_000_000;

/// Which DIE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The one at this offset of `.debug_info`.
    Info(usize),
    /// The one at this offset of `.debug_types`.
    Types(usize),
    /// The type that the type unit of this signature defines.
    Signature(u64),
}

impl Key {
    fn plus(self, offset: usize) -> Key {
        match self {
            Key::Info(base) => Key::Info(base.wrapping_add(offset)),
            Key::Types(base) => Key::Types(base.wrapping_add(offset)),
            Key::Signature(_) => self,
        }
    }
}

type Unit<'a> = gimli::Unit<Slice<'a>>;

/// Reads the types of all units.
pub(super) fn read(sections: &Sections<'_>) -> Types {
    let mut reader = Reader {
        sections,
        dwarf: sections.dwarf(),
        path: &sections.path,
        dies: FxHashMap::default(),
        order: Vec::new(),
        signatures: FxHashMap::default(),
        functions: Vec::new(),
        variables: FxHashMap::default(),
        left: MAX_DIES,
        troubles: sections.troubles.clone(),
    };
    reader.read_units();
    reader.finish()
}

/// A type as its DIE has it.
pub(super) enum Die<'a> {
    Record(RawRecord<'a>),
    /// Typedefs and qualifiers.
    Alias {
        name: Option<Slice<'a>>,
        to: Option<Key>,
    },
    Pointer {
        to: Option<Key>,
        size: u64,
    },
    Array {
        of: Option<Key>,
        count: u64,
        size: Option<u64>,
    },
    Sized(u64),
    Namespace {
        name: Option<Slice<'a>>,
        scope: Option<Key>,
    },
}

pub(super) struct RawRecord<'a> {
    pub(super) keyword: &'static str,
    pub(super) name: Option<Slice<'a>>,
    pub(super) scope: Option<Key>,
    pub(super) size: u64,
    pub(super) declaration: bool,
    /// The type unit that holds its definition.
    pub(super) signature: Option<u64>,
    pub(super) members: Vec<RawMember<'a>>,
}

pub(super) struct RawMember<'a> {
    pub(super) name: Option<Slice<'a>>,
    pub(super) of: Option<Key>,
    /// DW_AT_data_member_location in bytes.
    pub(super) at: u64,
    /// DW_AT_data_bit_offset.
    pub(super) bits_from_start: Option<u64>,
    /// DW_AT_bit_offset, which counts from the most significant bit of the storage.
    pub(super) bits_from_top: Option<u64>,
    pub(super) bit_size: Option<u64>,
    /// DW_AT_byte_size: that of the storage.
    pub(super) storage: Option<u64>,
}

/// A function with code.
pub(super) struct Function {
    pub(super) place: (u32, u64),
    /// DIEs of variables, or their types.
    pub(super) uses: Vec<Key>,
}

/// What a DIE that has children is.
enum Open {
    Record(Key),
    Array(Key),
    Namespace(Key),
    Function(usize),
    Other,
}

pub(super) struct Reader<'a, 'data> {
    pub(super) sections: &'a Sections<'data>,
    pub(super) dwarf: gimli::Dwarf<Slice<'a>>,
    pub(super) path: &'a str,
    pub(super) dies: FxHashMap<Key, Die<'a>>,
    /// The records in the order they were read.
    pub(super) order: Vec<Key>,
    pub(super) signatures: FxHashMap<u64, Key>,
    pub(super) functions: Vec<Function>,
    /// The type of variables and parameters.
    pub(super) variables: FxHashMap<Key, Key>,
    pub(super) left: usize,
    pub(super) troubles: Vec<String>,
}

impl<'a> Reader<'a, '_> {
    fn trouble(&mut self, what: impl std::fmt::Display) {
        self.troubles.push(format!("{}: {what}", self.path));
    }

    fn read_units(&mut self) {
        // The copies of the sections are a handful of slices; they free `self` for writing.
        let mut headers = self.dwarf.debug_info.units();
        let mut type_headers = self.dwarf.debug_types.units();
        loop {
            let next = match headers.next() {
                Ok(None) => type_headers.next(),
                other => other,
            };
            let header = match next {
                Ok(Some(header)) => header,
                Ok(None) => return,
                Err(e) => return self.trouble(format_args!("types cannot be read: {e}")),
            };
            let base = match header.offset() {
                UnitSectionOffset::DebugInfoOffset(DebugInfoOffset(offset)) => Key::Info(offset),
                UnitSectionOffset::DebugTypesOffset(DebugTypesOffset(offset)) => Key::Types(offset),
            };
            if let UnitType::Type { type_signature, type_offset }
            | UnitType::SplitType { type_signature, type_offset } = header.type_()
            {
                self.signatures.insert(type_signature.0, base.plus(type_offset.0));
            }
            let read = self.dwarf.unit(header).and_then(|unit| self.read_unit(&unit, base));
            if let Err(e) = read {
                self.trouble(format_args!("types of the unit at {base:x?} cannot be read: {e}"));
            }
            if self.left == 0 {
                return self
                    .trouble(format_args!("it holds more than {MAX_DIES} types; the rest is left out"));
            }
        }
    }

    fn read_unit(&mut self, unit: &Unit<'a>, base: Key) -> gimli::Result<()> {
        let mut entries = unit.entries_raw(None)?;
        let mut open: Vec<(isize, Open)> = Vec::new();
        while !entries.is_empty() && self.left > 0 {
            let key = base.plus(entries.next_offset().0);
            let depth = entries.next_depth();
            let Some(abbrev) = entries.read_abbreviation()? else { continue };
            while open.last().is_some_and(|(d, _)| *d >= depth) {
                open.pop();
            }
            let tag = abbrev.tag();
            if !is_wanted(tag) {
                entries.skip_attributes(abbrev.attributes())?;
                // Blocks and inlined bodies inside a function are the function's.
                if abbrev.has_children() && !matches!(open.last(), Some((_, Open::Function(_)))) {
                    open.push((depth, Open::Other));
                }
                continue;
            }
            self.left -= 1;
            let mut attrs = Attributes::default();
            for spec in abbrev.attributes() {
                let attr = entries.read_attribute(*spec)?;
                attrs.take(attr.name(), attr.value());
            }
            let opened = self.take(unit, base, key, tag, &attrs, open.last().map(|(_, o)| o));
            if abbrev.has_children()
                && let Some(opened) = opened
            {
                open.push((depth, opened));
            }
        }
        Ok(())
    }

    /// Keeps what a DIE says; returns what it is to its children.
    fn take(
        &mut self,
        unit: &Unit<'a>,
        base: Key,
        key: Key,
        tag: gimli::DwTag,
        attrs: &Attributes<'a>,
        within: Option<&Open>,
    ) -> Option<Open> {
        let name = attrs.name.as_ref().and_then(|v| self.dwarf.attr_string(unit, *v).ok());
        let name = name.filter(|n| !n.is_empty());
        let to = attrs.of.as_ref().and_then(|v| self.key(v, base));
        let scope = match within {
            Some(Open::Record(key) | Open::Namespace(key)) => Some(*key),
            _ => None,
        };
        let size = attrs.size.unwrap_or(0);
        let die = match tag {
            gimli::DW_TAG_structure_type | gimli::DW_TAG_class_type | gimli::DW_TAG_union_type => {
                self.order.push(key);
                let keyword = match tag {
                    gimli::DW_TAG_union_type => "union",
                    gimli::DW_TAG_class_type => "class",
                    _ => "struct",
                };
                let signature = match attrs.signature {
                    Some(AttributeValue::DebugTypesRef(signature)) => Some(signature.0),
                    _ => None,
                };
                self.dies.insert(
                    key,
                    Die::Record(RawRecord {
                        keyword,
                        name,
                        scope,
                        size,
                        declaration: attrs.declaration,
                        signature,
                        members: Vec::new(),
                    }),
                );
                return Some(Open::Record(key));
            }
            gimli::DW_TAG_member | gimli::DW_TAG_inheritance => {
                // A static member has its place elsewhere.
                if !attrs.external
                    && !attrs.declaration
                    && let Some(Open::Record(record)) = within
                    && let Some(Die::Record(record)) = self.dies.get_mut(record)
                {
                    record.members.push(RawMember {
                        name,
                        of: to,
                        at: attrs.at.unwrap_or(0),
                        bits_from_start: attrs.bits_from_start,
                        bits_from_top: attrs.bits_from_top,
                        bit_size: attrs.bit_size,
                        storage: attrs.size,
                    });
                }
                return None;
            }
            gimli::DW_TAG_subrange_type => {
                if let Some(Open::Array(array)) = within
                    && let Some(Die::Array { count, .. }) = self.dies.get_mut(array)
                {
                    *count = count.saturating_mul(attrs.count.unwrap_or(0));
                }
                return None;
            }
            gimli::DW_TAG_subprogram => {
                let place = self.entry(unit, attrs);
                let Some(place) = place else { return Some(Open::Other) };
                self.functions.push(Function { place, uses: Vec::new() });
                return Some(Open::Function(self.functions.len() - 1));
            }
            gimli::DW_TAG_variable | gimli::DW_TAG_formal_parameter => {
                if let Some(to) = to {
                    self.variables.insert(key, to);
                }
                if let Some(Open::Function(i)) = within {
                    let origin = attrs.origin.as_ref().and_then(|v| self.key(v, base));
                    let function = &mut self.functions[*i];
                    function.uses.extend(to.or(origin));
                }
                return None;
            }
            gimli::DW_TAG_namespace => {
                self.dies.insert(key, Die::Namespace { name, scope });
                return Some(Open::Namespace(key));
            }
            gimli::DW_TAG_array_type => {
                self.dies.insert(key, Die::Array { of: to, count: 1, size: attrs.size });
                return Some(Open::Array(key));
            }
            gimli::DW_TAG_typedef => Die::Alias { name, to },
            gimli::DW_TAG_pointer_type
            | gimli::DW_TAG_reference_type
            | gimli::DW_TAG_rvalue_reference_type => {
                let size = attrs.size.unwrap_or_else(|| u64::from(unit.encoding().address_size));
                Die::Pointer { to, size }
            }
            gimli::DW_TAG_base_type | gimli::DW_TAG_ptr_to_member_type | gimli::DW_TAG_unspecified_type => {
                Die::Sized(size)
            }
            gimli::DW_TAG_enumeration_type => {
                self.dies.insert(key, Die::Sized(size));
                return Some(Open::Other);
            }
            _ => Die::Alias { name: None, to },
        };
        self.dies.insert(key, die);
        None
    }

    /// Where a function begins.
    fn entry(&self, unit: &Unit<'a>, attrs: &Attributes<'a>) -> Option<(u32, u64)> {
        let address = match (&attrs.low_pc, &attrs.ranges) {
            (Some(low), _) => self.dwarf.attr_address(unit, *low).ok()??,
            (None, Some(ranges)) => {
                let mut ranges = self.dwarf.attr_ranges(unit, *ranges).ok()??;
                ranges.next().ok()??.begin
            }
            _ => return None,
        };
        self.sections.place(address)
    }

    /// The DIE that an attribute refers to.
    fn key(&self, value: &AttributeValue<Slice<'a>>, base: Key) -> Option<Key> {
        match value {
            AttributeValue::UnitRef(UnitOffset(offset)) => Some(base.plus(*offset)),
            AttributeValue::DebugInfoRef(DebugInfoOffset(offset)) => Some(Key::Info(*offset)),
            AttributeValue::DebugTypesRef(signature) => Some(Key::Signature(signature.0)),
            _ => None,
        }
    }
}
