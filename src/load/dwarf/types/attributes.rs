//! The attributes of DIEs that say what a type is.

use gimli::AttributeValue;

use crate::load::dwarf::reader::Slice;

/// Whether a DIE of this kind is a type, part of one, or has one.
pub(super) fn is_wanted(tag: gimli::DwTag) -> bool {
    matches!(
        tag,
        gimli::DW_TAG_structure_type
            | gimli::DW_TAG_class_type
            | gimli::DW_TAG_union_type
            | gimli::DW_TAG_member
            | gimli::DW_TAG_inheritance
            | gimli::DW_TAG_typedef
            | gimli::DW_TAG_const_type
            | gimli::DW_TAG_volatile_type
            | gimli::DW_TAG_restrict_type
            | gimli::DW_TAG_atomic_type
            | gimli::DW_TAG_array_type
            | gimli::DW_TAG_subrange_type
            | gimli::DW_TAG_base_type
            | gimli::DW_TAG_unspecified_type
            | gimli::DW_TAG_pointer_type
            | gimli::DW_TAG_reference_type
            | gimli::DW_TAG_rvalue_reference_type
            | gimli::DW_TAG_ptr_to_member_type
            | gimli::DW_TAG_enumeration_type
            | gimli::DW_TAG_namespace
            | gimli::DW_TAG_subprogram
            | gimli::DW_TAG_variable
            | gimli::DW_TAG_formal_parameter
    )
}

/// The attributes that are looked at, of whatever DIE.
#[derive(Default)]
pub(super) struct Attributes<'a> {
    pub(super) name: Option<AttributeValue<Slice<'a>>>,
    pub(super) of: Option<AttributeValue<Slice<'a>>>,
    pub(super) origin: Option<AttributeValue<Slice<'a>>>,
    pub(super) low_pc: Option<AttributeValue<Slice<'a>>>,
    pub(super) ranges: Option<AttributeValue<Slice<'a>>>,
    pub(super) signature: Option<AttributeValue<Slice<'a>>>,
    pub(super) size: Option<u64>,
    pub(super) at: Option<u64>,
    pub(super) bits_from_start: Option<u64>,
    pub(super) bits_from_top: Option<u64>,
    pub(super) bit_size: Option<u64>,
    pub(super) count: Option<u64>,
    pub(super) declaration: bool,
    pub(super) external: bool,
}

impl<'a> Attributes<'a> {
    /// Keeps an attribute.
    pub(super) fn take(&mut self, name: gimli::DwAt, value: AttributeValue<Slice<'a>>) {
        match name {
            gimli::DW_AT_name => self.name = Some(value),
            gimli::DW_AT_type => self.of = Some(value),
            gimli::DW_AT_abstract_origin | gimli::DW_AT_specification => self.origin = Some(value),
            gimli::DW_AT_low_pc => self.low_pc = Some(value),
            gimli::DW_AT_ranges => self.ranges = Some(value),
            gimli::DW_AT_signature => self.signature = Some(value),
            gimli::DW_AT_byte_size => self.size = value.udata_value(),
            gimli::DW_AT_data_member_location => self.at = location(&value),
            gimli::DW_AT_data_bit_offset => self.bits_from_start = value.udata_value(),
            gimli::DW_AT_bit_offset => self.bits_from_top = value.udata_value(),
            gimli::DW_AT_bit_size => self.bit_size = value.udata_value(),
            gimli::DW_AT_count => self.count = value.udata_value(),
            // The bound of an array without one is left out, or is -1.
            gimli::DW_AT_upper_bound => {
                let bound = value.udata_value().and_then(|bound| bound.checked_add(1));
                self.count = self.count.or(bound.filter(|&count| count < u64::from(u32::MAX)));
            }
            gimli::DW_AT_declaration => self.declaration = value == AttributeValue::Flag(true),
            gimli::DW_AT_external => self.external = value == AttributeValue::Flag(true),
            _ => {}
        }
    }
}

/// The offset of a member in bytes: a number, or the expression that DWARF 2 had for it.
fn location(value: &AttributeValue<Slice<'_>>) -> Option<u64> {
    match value {
        AttributeValue::Exprloc(expression) => {
            let encoding = gimli::Encoding { address_size: 8, format: gimli::Format::Dwarf32, version: 4 };
            match expression.operations(encoding).next() {
                Ok(Some(gimli::Operation::PlusConstant { value })) => Some(value),
                _ => None,
            }
        }
        value => value.udata_value(),
    }
}
