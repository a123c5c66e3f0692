//! Where code ends and data begins among it, and which instruction set the code is of.

use fixscope_arch::{Mode, ModeChange};
use object::elf;
use rustc_hash::FxHashMap;

use super::entities::EntityId;
use super::normalized::Normalized;
use crate::load::{SymbolPlace, Unit, names};

/// By section index: the offsets from its start, ascending, at which another kind of code or data begins.
pub(super) type Modes = FxHashMap<u32, Vec<(u64, Mode)>>;

/// What the mapping symbols of a unit say. Other machines than those of Arm have none.
pub(super) fn of_unit(unit: &Unit<'_>) -> Modes {
    let mut modes = Modes::default();
    if !matches!(unit.machine, elf::EM_ARM | elf::EM_AARCH64) {
        return modes;
    }
    for symbol in &unit.symbols {
        if let SymbolPlace::Section(section) = symbol.place
            && let Some(mode) = names::mapping_mode(&symbol.name)
        {
            modes.entry(section).or_default().push((symbol.offset, mode));
        }
    }
    for list in modes.values_mut() {
        // Of several at one place the last one holds: nothing lies between them. The sort keeps their order.
        list.sort_by_key(|(offset, _)| *offset);
        list.reverse();
        list.dedup_by_key(|(offset, _)| *offset);
        list.reverse();
    }
    modes
}

impl Normalized<'_, '_> {
    /// The kinds of code and data of an entity, with offsets from its start, as [`fixscope_arch::Code`] takes them.
    pub(super) fn modes_of(&self, id: EntityId) -> Vec<ModeChange> {
        let entity = self.entity(id);
        let is_thumb = self.symbol(id).is_thumb;
        let Some(list) = entity.section.and_then(|s| self.modes.get(&s)) else {
            // Without mapping symbols, what calls the function knows the instruction set from the symbol.
            return is_thumb.then_some(ModeChange { offset: 0, mode: Mode::Thumb }).into_iter().collect();
        };
        let behind = list.partition_point(|(offset, _)| *offset <= entity.offset);
        let at_start = match behind.checked_sub(1) {
            Some(i) => list[i].1,
            None if is_thumb => Mode::Thumb,
            None => Mode::Code,
        };
        let inside = list[behind..].iter().take_while(|(offset, _)| *offset < entity.end());
        let inside = inside.map(|&(at, mode)| ModeChange { offset: (at - entity.offset) as u32, mode });
        std::iter::once(ModeChange { offset: 0, mode: at_start }).chain(inside).collect()
    }
}
