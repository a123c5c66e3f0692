//! Whether the code of a unit is understood.

use crate::load::Unit;
use crate::normalize::{EntityKind, Normalized};

/// So many bytes of code tell what the rest is like.
const ENOUGH: u64 = 1 << 16;

/// What to know about an object file most of whose code nothing here decodes. Linked files are left out, because all of
/// them has to be decoded before anything of them can be looked at.
pub(super) fn told(unit: &Unit<'_>) -> Option<String> {
    let arch = unit.arch().filter(|_| unit.linked.is_none() && unit.text.is_none())?;
    let n = Normalized::new(unit, arch);
    let (mut all, mut unknown) = (0, 0);
    for id in n.ids().filter(|&id| n.entity(id).kind == EntityKind::Function) {
        n.with_instructions(id, |insns| {
            for insn in insns {
                all += u64::from(insn.len);
                if insn.kind == fixscope_arch::InsnKind::Unknown {
                    unknown += u64::from(insn.len);
                }
            }
        });
        if all >= ENOUGH {
            break;
        }
    }
    (unknown > all / 2).then(|| {
        format!(
            "{}: most of its code is no {} that fixscope can decode, and is compared as bytes",
            unit.path.display(),
            arch.name()
        )
    })
}
