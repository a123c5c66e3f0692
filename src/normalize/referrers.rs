//! Who refers to what.

use rayon::prelude::*;

use super::entities::{EntityId, EntityKind};
use super::normalized::Normalized;
use super::sections::Treatment;
use super::targets::Target;

/// One place that refers to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Referrer {
    /// The function or data object the place lies in.
    pub from: EntityId,
    /// Offset in bytes from its start.
    pub at: u64,
}

/// So far pointers in nameless data are followed: from a table to a string table to what that names.
const DEEPEST: u32 = 4;

impl Normalized<'_, '_> {
    /// The places that refer to an entity, by the id of the entity they lie in and their offset; those inside of
    /// itself are left out. What a function's nameless tables and its entries in tables of static keys and the
    /// like refer to counts as the function's.
    pub fn referrers(&self, id: EntityId) -> &[Referrer] {
        // Collected outside of the lock, because the work is shared out to threads: one that waits for others may take up
        // work that asks for this very list, and would wait for itself. Who asks at the same time does it twice.
        let all = match self.referrers.get() {
            Some(all) => all,
            None => {
                let collected = self.collect_referrers();
                self.referrers.get_or_init(|| collected)
            }
        };
        all.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    fn collect_referrers(&self) -> Vec<Vec<Referrer>> {
        let ids: Vec<EntityId> = self.ids().collect();
        let found: Vec<Vec<(EntityId, u64)>> =
            ids.par_iter().with_min_len(16).map(|&from| self.referred_by(from)).collect();
        let mut referrers: Vec<Vec<Referrer>> = vec![Vec::new(); ids.len()];
        let mut note = |from: EntityId, to: EntityId, at: u64| {
            if from != to
                && let Some(list) = referrers.get_mut(to.0 as usize)
            {
                list.push(Referrer { from, at });
            }
        };
        for (from, list) in ids.iter().zip(found) {
            for (to, at) in list {
                note(*from, to, at);
            }
        }
        for (from, to, at) in self.referred_by_tables() {
            note(from, to, at);
        }
        for list in &mut referrers {
            list.sort_by_key(|r| (r.from, r.at));
            list.dedup();
        }
        referrers
    }

    /// What one entity refers to, with the offset of the place from its start.
    fn referred_by(&self, from: EntityId) -> Vec<(EntityId, u64)> {
        let entity = self.entity(from);
        let Some(section) = entity.section else { return Vec::new() };
        let mut found = Vec::new();
        for reloc in self.relocs_of(from) {
            let at = reloc.offset.saturating_sub(entity.offset);
            // Which symbol it is needs no instruction; only a place in a section does.
            let target = match self.entity_of_symbol(reloc.symbol) {
                Some((id, _)) => {
                    found.push((id, at));
                    continue;
                }
                None if entity.kind == EntityKind::Function => self.target_in_function(from, reloc),
                None => self.target_in_data(section, reloc),
            };
            self.follow(target, at, DEEPEST, &mut found);
        }
        if entity.kind == EntityKind::Function {
            // Distances inside a section are resolved by the assembler.
            self.with_instructions(from, |insns| {
                for insn in insns {
                    if let (Some(target), Some(_)) = (insn.target, insn.field) {
                        self.follow(
                            self.target_at(section, target as i64),
                            insn.offset.into(),
                            0,
                            &mut found,
                        );
                    }
                }
            });
        }
        found
    }

    fn follow(&self, target: Target, at: u64, depth: u32, found: &mut Vec<(EntityId, u64)>) {
        // A place in a section may be that of something empty as well.
        if let Some((section, offset)) = self.place_of(target) {
            found.extend(self.empty_at(section, offset).iter().map(|&id| (id, at)));
        }
        match target {
            Target::Entity { id, .. } => found.push((id, at)),
            Target::Nameless { section, offset, .. } if depth > 0 => {
                let relocs = self.relocs_in(section, self.nameless_run(section, offset));
                for reloc in relocs {
                    self.follow(self.target_in_data(section, reloc), at, depth - 1, found);
                }
            }
            _ => {}
        }
    }

    /// What table entries of functions refer to. An entry begins with the place in code that it is for.
    fn referred_by_tables(&self) -> Vec<(EntityId, EntityId, u64)> {
        let mut found = Vec::new();
        for section in 0..self.unit.sections.len() as u32 {
            let is_table = matches!(self.treatment(section), Treatment::Table(_));
            if !is_table || !self.unit.sections[section as usize].is_allocated() {
                continue;
            }
            let mut owner: Option<(EntityId, u64)> = None;
            for reloc in self.relocs(section) {
                let Target::Entity { id, offset } = self.target_in_data(section, reloc) else { continue };
                match (self.entity(id).kind, owner) {
                    (EntityKind::Function, _) => owner = Some((id, offset.max(0) as u64)),
                    (EntityKind::Object, Some((from, at))) => found.push((from, id, at)),
                    (EntityKind::Object, None) => {}
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use crate::load::asm;
    use crate::normalize::{EntityId, Normalized, arch_of};

    /// It would wait for ever, not fail: a thread that is done with its share takes up the second question while
    /// another thread still works for the first.
    #[test]
    fn parallel_work_may_ask_while_another_asks() {
        let mut text = String::from(".text\n");
        for i in 0..20_000 {
            text += &format!(".type f{i}, @function\nf{i}:\n\tcall f{}\n\tret\n.size f{i}, .-f{i}\n", i / 2);
        }
        let (tell, told) = std::sync::mpsc::channel();
        const ROUNDS: usize = 10;
        std::thread::spawn(move || {
            let unit = asm::read(Path::new("text.s"), text.as_bytes()).expect("it is assembly");
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads start");
            for _ in 0..ROUNDS {
                let n = Normalized::new(&unit, arch_of(&unit).expect("it is known"));
                n.prepare();
                let (begin, begun) = std::sync::mpsc::channel();
                pool.in_place_scope(|scope| {
                    scope.spawn(|_| {
                        begin.send(()).expect("it is waited for");
                        n.referrers(EntityId(0));
                    });
                    begun.recv().expect("it begins");
                    // As soon as both threads have work.
                    std::thread::sleep(Duration::from_millis(2));
                    scope.spawn(|_| _ = n.referrers(EntityId(1)));
                });
                // It is called by f2 and f3.
                _ = tell.send(n.referrers(EntityId(1)).len());
            }
        });
        for _ in 0..ROUNDS {
            assert_eq!(told.recv_timeout(Duration::from_secs(60)), Ok(2));
        }
    }
}
