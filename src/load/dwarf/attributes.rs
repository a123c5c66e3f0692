//! The attributes of a DIE.

use gimli::AttributeValue;

use super::reader::Slice;

/// The attributes that are looked at, of whatever DIE.
#[derive(Default)]
pub(super) struct Attributes<'a> {
    pub(super) name: Option<AttributeValue<Slice<'a>>>,
    pub(super) file: Option<usize>,
    pub(super) line: u32,
    pub(super) origin: Option<AttributeValue<Slice<'a>>>,
    pub(super) declaration: bool,
    pub(super) low_pc: Option<AttributeValue<Slice<'a>>>,
    pub(super) high_pc: Option<AttributeValue<Slice<'a>>>,
    pub(super) ranges: Option<AttributeValue<Slice<'a>>>,
    pub(super) location: Option<AttributeValue<Slice<'a>>>,
    pub(super) call_file: Option<usize>,
    pub(super) call_line: u32,
}

impl<'a> Attributes<'a> {
    pub(super) fn take(&mut self, name: gimli::DwAt, value: AttributeValue<Slice<'a>>) {
        match name {
            gimli::DW_AT_name => self.name = Some(value),
            gimli::DW_AT_decl_file => self.file = file_index(&value),
            gimli::DW_AT_decl_line => self.line = small(&value),
            gimli::DW_AT_abstract_origin | gimli::DW_AT_specification => self.origin = Some(value),
            gimli::DW_AT_declaration => self.declaration = value == AttributeValue::Flag(true),
            gimli::DW_AT_low_pc => self.low_pc = Some(value),
            gimli::DW_AT_high_pc => self.high_pc = Some(value),
            gimli::DW_AT_ranges => self.ranges = Some(value),
            gimli::DW_AT_location => self.location = Some(value),
            gimli::DW_AT_call_file => self.call_file = file_index(&value),
            gimli::DW_AT_call_line => self.call_line = small(&value),
            _ => {}
        }
    }
}

fn file_index(value: &AttributeValue<Slice<'_>>) -> Option<usize> {
    match value {
        AttributeValue::FileIndex(index) => usize::try_from(*index).ok(),
        other => other.udata_value().and_then(|v| usize::try_from(v).ok()),
    }
}

fn small(value: &AttributeValue<Slice<'_>>) -> u32 {
    value.udata_value().and_then(|v| u32::try_from(v).ok()).unwrap_or(0)
}
