//! The prototypes of one object file: of functions that it defines, and of those that it only declares.
//!
//! GCC and Clang describe a declared function where the unit uses it. What a type is made of is read only as far as
//! calling conventions ask: how large it is, and whether it is made of floating-point numbers.

use std::path::Path;

use gimli::{AttributeValue, UnitSectionOffset};
use rustc_hash::FxHashMap;

use super::reader::{Sections, Slice};
use crate::error::Result;

/// How many DIEs are read from one object file.
const MAX_DIES: usize = 8_000_000;

/// So many typedefs, qualifiers and members are followed from a parameter to what it is made of.
const DEEPEST: u32 = 32;

/// A parameter or result, as far as calling conventions ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Value {
    /// Size in bytes; 0 where it is not known.
    pub size: u64,
    /// Whether it is a structure, union, class or array.
    pub is_composite: bool,
    /// Whether some of it is a floating-point number or a vector of such.
    pub has_floats: bool,
    /// Whether some of it is anything else.
    pub has_others: bool,
}

/// What a function takes and gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prototype {
    /// The parameters in order; the object of a C++ member function is one.
    pub parameters: Vec<Value>,
    /// Whether more arguments may follow, or the prototype says nothing of them.
    pub is_variadic: bool,
    /// The result; `None` for `void`.
    pub result: Option<Value>,
    /// Whether it never comes back.
    pub ends: bool,
}

/// The prototypes of one object file.
#[derive(Debug, Default)]
pub struct Prototypes {
    /// Of functions with code, by section and offset of their parts' first bytes.
    pub by_place: FxHashMap<(u32, u64), Prototype>,
    /// Of functions by the name that other units know them by.
    pub by_name: FxHashMap<String, Prototype>,
    /// Sentences about what could not be read.
    pub troubles: Vec<String>,
}

impl Prototypes {
    /// Reads the prototypes of an object file that is in memory; `path` is for messages.
    ///
    /// # Errors
    /// [`crate::error::Error::Input`] when `data` is no ELF file. Trouble inside the debug information is no error,
    /// see [`Prototypes::troubles`].
    pub fn parse(data: &[u8], path: &Path) -> Result<Self> {
        let sections = Sections::read(data, path)?;
        let mut reader = Reader {
            dwarf: sections.dwarf(),
            sections: &sections,
            functions: Vec::new(),
            by_die: FxHashMap::default(),
            types: FxHashMap::default(),
            left: MAX_DIES,
            troubles: sections.troubles.clone(),
        };
        reader.units();
        Ok(reader.finish())
    }
}

#[derive(Default)]
struct Function {
    places: Vec<(u32, u64)>,
    names: Vec<String>,
    origin: Option<usize>,
    parameters: Vec<Option<usize>>,
    is_variadic: bool,
    is_prototyped: bool,
    is_c: bool,
    is_declaration: bool,
    result: Option<usize>,
    ends: bool,
}

/// A type as its DIE has it; other DIEs by their offset in `.debug_info`.
enum Type {
    Plain(Value),
    /// Typedefs, qualifiers and arrays.
    Of(Option<usize>, Option<u64>, bool),
    Record(u64, Vec<usize>),
}

enum Open {
    Function(usize),
    Record(usize),
    Other,
}

struct Reader<'a, 'data> {
    dwarf: gimli::Dwarf<Slice<'a>>,
    sections: &'a Sections<'data>,
    functions: Vec<Function>,
    by_die: FxHashMap<usize, usize>,
    types: FxHashMap<usize, Type>,
    left: usize,
    troubles: Vec<String>,
}

#[derive(Default)]
struct Attributes<'a> {
    name: Option<AttributeValue<Slice<'a>>>,
    linkage_name: Option<AttributeValue<Slice<'a>>>,
    of: Option<usize>,
    origin: Option<usize>,
    low: Option<AttributeValue<Slice<'a>>>,
    ranges: Option<AttributeValue<Slice<'a>>>,
    size: Option<u64>,
    encoding: Option<gimli::DwAte>,
    is_prototyped: bool,
    is_declaration: bool,
    is_external: bool,
    is_vector: bool,
    ends: bool,
}

impl<'a> Reader<'a, '_> {
    fn units(&mut self) {
        let mut headers = self.dwarf.debug_info.units();
        loop {
            let header = match headers.next() {
                Ok(Some(header)) => header,
                Ok(None) => return,
                Err(e) => {
                    self.troubles.push(format!("{}: prototypes cannot be read: {e}", self.sections.path));
                    return;
                }
            };
            let UnitSectionOffset::DebugInfoOffset(base) = header.offset() else { continue };
            let read = self.dwarf.unit(header).and_then(|unit| self.unit(&unit, base.0));
            if let Err(e) = read {
                let (path, at) = (&self.sections.path, base.0);
                self.troubles.push(format!("{path}: prototypes of the unit at {at:#x} cannot be read: {e}"));
            }
        }
    }

    fn unit(&mut self, unit: &gimli::Unit<Slice<'a>>, base: usize) -> gimli::Result<()> {
        let mut entries = unit.entries_raw(None)?;
        let mut open: Vec<(isize, Open)> = Vec::new();
        let mut is_c = true;
        while !entries.is_empty() && self.left > 0 {
            let key = base.wrapping_add(entries.next_offset().0);
            let depth = entries.next_depth();
            let Some(abbrev) = entries.read_abbreviation()? else { continue };
            while open.last().is_some_and(|(d, _)| *d >= depth) {
                open.pop();
            }
            self.left -= 1;
            let mut attributes = Attributes::default();
            for spec in abbrev.attributes() {
                let attr = entries.read_attribute(*spec)?;
                if attr.name() == gimli::DW_AT_language
                    && let AttributeValue::Language(language) = attr.value()
                {
                    is_c = matches!(
                        language,
                        gimli::DW_LANG_C89 | gimli::DW_LANG_C | gimli::DW_LANG_C99 | gimli::DW_LANG_C11
                    );
                }
                attributes.take(attr.name(), attr.value(), base);
            }
            let within = open.last().map(|(_, o)| o);
            let opened = match within {
                // What lies in blocks of a function is none of its parameters.
                Some(Open::Function(i)) => {
                    let i = *i;
                    self.child(i, abbrev.tag(), &attributes);
                    self.die(unit, key, abbrev.tag(), &attributes, None, is_c)
                }
                Some(Open::Record(record)) => {
                    let record = *record;
                    self.die(unit, key, abbrev.tag(), &attributes, Some(record), is_c)
                }
                _ => self.die(unit, key, abbrev.tag(), &attributes, None, is_c),
            };
            if abbrev.has_children() {
                open.push((depth, opened));
            }
        }
        Ok(())
    }

    fn child(&mut self, function: usize, tag: gimli::DwTag, attributes: &Attributes<'a>) {
        let function = &mut self.functions[function];
        match tag {
            gimli::DW_TAG_formal_parameter => function.parameters.push(attributes.of),
            gimli::DW_TAG_unspecified_parameters => function.is_variadic = true,
            _ => {}
        }
    }

    fn die(
        &mut self,
        unit: &gimli::Unit<Slice<'a>>,
        key: usize,
        tag: gimli::DwTag,
        attributes: &Attributes<'a>,
        within: Option<usize>,
        is_c: bool,
    ) -> Open {
        let size = attributes.size.unwrap_or(0);
        match tag {
            gimli::DW_TAG_subprogram => return self.function(unit, key, attributes, is_c),
            gimli::DW_TAG_structure_type | gimli::DW_TAG_class_type | gimli::DW_TAG_union_type => {
                self.types.insert(key, Type::Record(size, Vec::new()));
                return Open::Record(key);
            }
            gimli::DW_TAG_member | gimli::DW_TAG_inheritance => {
                if let Some(of) = attributes.of.filter(|_| !attributes.is_external)
                    && let Some(Type::Record(_, members)) = within.and_then(|w| self.types.get_mut(&w))
                {
                    members.push(of);
                }
            }
            gimli::DW_TAG_base_type => {
                let has_floats = matches!(
                    attributes.encoding,
                    Some(gimli::DW_ATE_float | gimli::DW_ATE_complex_float | gimli::DW_ATE_decimal_float)
                );
                let plain = Value { size, is_composite: false, has_floats, has_others: !has_floats };
                self.types.insert(key, Type::Plain(plain));
            }
            gimli::DW_TAG_enumeration_type | gimli::DW_TAG_ptr_to_member_type => {
                let size = if size == 0 { 16 } else { size };
                self.types.insert(key, Type::Plain(Value { size, has_others: true, ..Value::default() }));
            }
            gimli::DW_TAG_pointer_type
            | gimli::DW_TAG_reference_type
            | gimli::DW_TAG_rvalue_reference_type => {
                let size = attributes.size.unwrap_or_else(|| u64::from(unit.encoding().address_size));
                self.types.insert(key, Type::Plain(Value { size, has_others: true, ..Value::default() }));
            }
            gimli::DW_TAG_array_type => {
                _ = self.types.insert(key, Type::Of(attributes.of, attributes.size, !attributes.is_vector));
            }
            gimli::DW_TAG_typedef
            | gimli::DW_TAG_const_type
            | gimli::DW_TAG_volatile_type
            | gimli::DW_TAG_restrict_type
            | gimli::DW_TAG_atomic_type => {
                _ = self.types.insert(key, Type::Of(attributes.of, None, false));
            }
            _ => {}
        }
        Open::Other
    }

    fn function(
        &mut self,
        unit: &gimli::Unit<Slice<'a>>,
        key: usize,
        attributes: &Attributes<'a>,
        is_c: bool,
    ) -> Open {
        let text = |value: Option<AttributeValue<Slice<'a>>>| {
            let text = self.dwarf.attr_string(unit, value?).ok()?;
            Some(text.to_string_lossy().into_owned())
        };
        let names = [attributes.linkage_name, attributes.name].into_iter().filter_map(text).collect();
        let mut places = Vec::new();
        if let Some(low) = attributes.low
            && let Ok(Some(low)) = self.dwarf.attr_address(unit, low)
        {
            places.extend(self.sections.place(low));
        }
        if let Some(ranges) = attributes.ranges
            && let Ok(Some(mut ranges)) = self.dwarf.attr_ranges(unit, ranges)
        {
            while let Ok(Some(range)) = ranges.next() {
                places.extend(self.sections.place(range.begin));
            }
        }
        self.by_die.insert(key, self.functions.len());
        self.functions.push(Function {
            places,
            names,
            origin: attributes.origin,
            is_prototyped: attributes.is_prototyped,
            is_c,
            is_declaration: attributes.is_declaration,
            result: attributes.of,
            ends: attributes.ends,
            ..Function::default()
        });
        Open::Function(self.functions.len() - 1)
    }

    fn finish(self) -> Prototypes {
        let mut found = Prototypes { troubles: self.troubles.clone(), ..Prototypes::default() };
        if self.left == 0 {
            let path = &self.sections.path;
            found.troubles.push(format!("{path}: it holds more than {MAX_DIES} DIEs; the rest is left out"));
        }
        for function in &self.functions {
            // What was copied or declared before says what it takes; a chain of two is the longest that compilers write.
            let mut source = function;
            for _ in 0..4 {
                match source.origin.and_then(|o| self.by_die.get(&o)) {
                    Some(&origin) => source = &self.functions[origin],
                    None => break,
                }
            }
            if source.origin.is_some() {
                continue;
            }
            let says_nothing = source.is_c && !source.is_prototyped && source.parameters.is_empty();
            // A compiler's own declaration of what the source declares too.
            if says_nothing && source.is_declaration && source.names.len() > 1 {
                continue;
            }
            let prototype = Prototype {
                parameters: source.parameters.iter().map(|of| self.value(*of)).collect(),
                is_variadic: source.is_variadic || says_nothing,
                result: source.result.map(|of| self.value(Some(of))),
                ends: source.ends || function.ends,
            };
            for place in &function.places {
                found.by_place.insert(*place, prototype.clone());
            }
            if let Some(name) = source.names.first() {
                let better = found.by_name.get(name).is_none_or(|known| known.is_variadic && !says_nothing);
                if better {
                    found.by_name.insert(name.clone(), prototype);
                }
            }
        }
        found
    }

    fn value(&self, of: Option<usize>) -> Value {
        let mut value = Value::default();
        let mut left = 256;
        value.size = self.add(of, DEEPEST, &mut left, &mut value);
        value
    }

    /// Adds what a type is made of; gives its size.
    fn add(&self, of: Option<usize>, depth: u32, left: &mut u32, value: &mut Value) -> u64 {
        let Some(found) = of.and_then(|of| self.types.get(&of)).filter(|_| depth > 0 && *left > 0) else {
            value.has_others = true;
            return 0;
        };
        *left -= 1;
        match found {
            Type::Plain(plain) => {
                value.has_floats |= plain.has_floats;
                value.has_others |= plain.has_others;
                plain.size
            }
            Type::Of(of, size, is_array) => {
                value.is_composite |= is_array;
                let inner = self.add(*of, depth - 1, left, value);
                size.unwrap_or(inner)
            }
            Type::Record(size, members) => {
                value.is_composite = true;
                for &member in members {
                    self.add(Some(member), depth - 1, left, value);
                }
                *size
            }
        }
    }
}

impl<'a> Attributes<'a> {
    fn take(&mut self, name: gimli::DwAt, value: AttributeValue<Slice<'a>>, base: usize) {
        let is_set = value == AttributeValue::Flag(true);
        let die = |value: &AttributeValue<Slice<'a>>| match value {
            AttributeValue::UnitRef(offset) => Some(base.wrapping_add(offset.0)),
            AttributeValue::DebugInfoRef(offset) => Some(offset.0),
            _ => None,
        };
        match name {
            gimli::DW_AT_name => self.name = Some(value),
            gimli::DW_AT_linkage_name | gimli::DW_AT_MIPS_linkage_name => self.linkage_name = Some(value),
            gimli::DW_AT_type => self.of = die(&value).or(Some(usize::MAX)),
            gimli::DW_AT_abstract_origin | gimli::DW_AT_specification => {
                self.origin = die(&value).or(Some(usize::MAX));
            }
            gimli::DW_AT_low_pc => self.low = Some(value),
            gimli::DW_AT_ranges => self.ranges = Some(value),
            gimli::DW_AT_byte_size => self.size = value.udata_value(),
            gimli::DW_AT_encoding => {
                if let AttributeValue::Encoding(encoding) = value {
                    self.encoding = Some(encoding);
                }
            }
            gimli::DW_AT_prototyped => self.is_prototyped = is_set,
            gimli::DW_AT_declaration => self.is_declaration = is_set,
            gimli::DW_AT_external => self.is_external = is_set,
            gimli::DW_AT_GNU_vector => self.is_vector = is_set,
            gimli::DW_AT_noreturn => self.ends = is_set,
            _ => {}
        }
    }
}
