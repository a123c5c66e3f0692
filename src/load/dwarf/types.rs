//! The structures and unions of one object file, as its debug information has them.
//!
//! Read apart from the rest of debug information, and only for units in which instructions differ: most units hold
//! thousands of types of which nothing is asked.

mod attributes;
mod read;
mod resolve;

use std::path::Path;

use rustc_hash::FxHashSet;

use super::reader;
use crate::error::Result;

/// Index in [`Types::records`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub u32);

/// A structure, union or class that is defined in the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name as C writes it, such as `struct sk_buff`, with its namespaces; the name of the typedef for one that
    /// has no other. `None` for one that is only reached through members.
    pub name: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// In the order of the source; base classes first.
    pub members: Vec<Member>,
}

/// A member of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// `None` for an anonymous structure or union, whose members count as the outer one's.
    pub name: Option<String>,
    /// Offset from the start of the record in bits.
    pub at: u64,
    /// Size in bits; 0 when it is not known, as for a flexible array.
    pub size: u64,
    /// Whether it is a bit-field.
    pub is_bit_field: bool,
    /// The record it holds by value, itself or as the elements of an array.
    pub holds: Option<RecordId>,
}

/// The types of one object file.
#[derive(Debug, Default)]
pub struct Types {
    /// The records in the order of debug information. Units that were linked into one may repeat a name.
    pub records: Vec<Record>,
    /// Sentences about what could not be read.
    pub troubles: Vec<String>,
    /// Where functions begin (section and offset in bytes), and the records that their variables are, hold or point
    /// to; ordered by place.
    uses: Vec<((u32, u64), RecordId)>,
}

impl Types {
    /// Reads the types of an object file that is in memory; `path` is for messages.
    ///
    /// # Errors
    /// [`crate::error::Error::Input`] when `data` is no ELF file. Trouble inside the debug information is no error,
    /// see [`Types::troubles`].
    pub fn parse(data: &[u8], path: &Path) -> Result<Self> {
        let sections = reader::Sections::read(data, path)?;
        Ok(read::read(&sections))
    }

    /// The record that `id` stands for.
    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id.0 as usize]
    }

    /// The records that variables and parameters of the function that lies in these bytes of a section are, hold or
    /// point to, those of inlined bodies included. Debug information may have it begin behind its first NOPs
    /// (GCC's `-fpatchable-function-entry`).
    pub fn used_by(&self, section: u32, bytes: std::ops::Range<u64>) -> FxHashSet<RecordId> {
        let from = self.uses.partition_point(|(at, _)| *at < (section, bytes.start));
        let inside = |at: &(u32, u64)| at.0 == section && at.1 < bytes.end.max(bytes.start.saturating_add(1));
        self.uses[from..].iter().take_while(|(at, _)| inside(at)).map(|(_, id)| *id).collect()
    }
}

#[cfg(test)]
mod tests;
