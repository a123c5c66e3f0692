//! How much debug information of an object file is read.

use object::{Object, ObjectSection};

use crate::inputs::pairing::{ObjectPair, ObjectSource};
use crate::load::{MappedFile, Unit};
use crate::pair::Pair;

/// Debug information of a file beyond so many bytes is not read. It tells causes and no more, and that of a whole
/// kernel (`vmlinux.o`) costs ten times what the comparison does, in time and in memory; no translation unit has as
/// much.
const MOST: u64 = 128 << 20;

fn is_debug(name: &str) -> bool {
    name.starts_with(".debug_") || name.starts_with(".zdebug_")
}

/// The object files of a pair whose debug information is read: both or neither.
pub(super) fn readable(pair: &ObjectPair) -> Pair<Option<&ObjectSource>> {
    let objects = pair.objects.as_ref().map(Option::as_ref);
    let has_too_much = |source: &ObjectSource| {
        let Ok(file) = MappedFile::open(&source.path) else { return false };
        let Ok(bytes) = source.bytes(&file) else { return false };
        let Ok(parsed) = object::File::parse(bytes) else { return false };
        let debug = parsed.sections().filter(|s| s.name().is_ok_and(is_debug));
        debug.fold(0u64, |sum, s| sum.saturating_add(s.size())) > MOST
    };
    let any = [objects.original, objects.patched].into_iter().flatten().any(has_too_much);
    if any { Pair::default() } else { objects }
}

/// What to know about a file whose debug information is not read.
pub(super) fn too_much(unit: &Unit<'_>) -> Option<String> {
    let debug = unit.sections.iter().filter(|s| is_debug(&s.name));
    let size = debug.fold(0u64, |sum, s| sum.saturating_add(s.size));
    (size > MOST).then(|| {
        format!(
            "{}: has {} MB of debug information, which is not read; compare the object files it was linked from to see \
             the causes that it tells, and which functions differ in line numbers alone",
            unit.path.display(),
            size >> 20
        )
    })
}
