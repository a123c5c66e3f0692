//! Which FILE symbol's block of one side corresponds to which of the other.
//!
//! `ld -r` puts the local symbols of each input behind its FILE symbol, and all global ones behind those. File names
//! repeat (two folders may each have a `dir.c`), so that blocks of one name are told apart by all the local symbols
//! in them, and only blocks that these do not tell apart by their order.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::load::{Symbol, SymbolKind, names};
use crate::normalize::Normalized;
use crate::pair::{Pair, Side};

/// For the FILE symbols of both sides: a number that corresponding blocks share, and no others.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    of_file: Pair<FxHashMap<u32, u32>>,
    /// Whether there is more than one block on a side; if not, the scope of everything is 0.
    pub(super) are_many: bool,
}

impl Scopes {
    /// The scope of a symbol: 0 for global ones, and for all where there is no more than one block.
    pub(super) fn of(&self, side: Side, symbol: &Symbol<'_>) -> u32 {
        let block = symbol.file.and_then(|f| self.of_file.get(side).get(&f));
        block.copied().unwrap_or(0)
    }
}

/// More blocks of one name, or without a partner of their name, are paired by order alone.
const MOST: usize = 200;

/// Pairs the blocks of two units.
pub(super) fn scopes(sides: Pair<&Normalized<'_, '_>>) -> Scopes {
    // In a file with one FILE symbol the scope says nothing, and a compiler that names its files otherwise would
    // keep every local symbol from being matched.
    if !has_many(sides.original) && !has_many(sides.patched) {
        return Scopes::default();
    }
    let blocks = sides.map(collect);
    let mut scopes = Scopes { are_many: true, ..Scopes::default() };
    let mut next = 0;
    let mut put = |o: Option<&Block<'_>>, p: Option<&Block<'_>>| {
        next += 1;
        scopes.of_file.original.extend(o.map(|b| (b.file, next)));
        scopes.of_file.patched.extend(p.map(|b| (b.file, next)));
    };
    let mut by_name: FxHashMap<&str, Vec<&Block<'_>>> = FxHashMap::default();
    for block in &blocks.patched {
        by_name.entry(block.name).or_default().push(block);
    }
    let mut done: FxHashSet<&str> = FxHashSet::default();
    let mut left: Pair<Vec<&Block<'_>>> = Pair::default();
    for block in &blocks.original {
        if !done.insert(block.name) {
            continue;
        }
        let of_name: Vec<&Block<'_>> = blocks.original.iter().filter(|b| b.name == block.name).collect();
        let others = by_name.remove(block.name).unwrap_or_default();
        let only = of_name.len() == 1 && others.len() == 1;
        let unpaired = pair_alike(Pair::new(of_name, others), only, &mut put);
        left.original.extend(unpaired.original);
        left.patched.extend(unpaired.patched);
    }
    left.patched.extend(by_name.into_values().flatten());
    left.patched.sort_by_key(|b| b.file);
    // Sources that were renamed, or compiled from another folder.
    let unpaired = pair_alike(left, false, &mut put);
    for block in unpaired.original {
        put(Some(block), None);
    }
    for block in unpaired.patched {
        put(None, Some(block));
    }
    scopes
}

fn has_many(n: &Normalized<'_, '_>) -> bool {
    let files = n.unit.symbols.iter().filter(|s| s.kind == SymbolKind::File && !s.name.is_empty());
    files.count() > 1
}

/// A FILE symbol with what tells its block from others.
struct Block<'n> {
    file: u32,
    name: &'n str,
    /// Hashes of the local symbols' names; of names with sizes; of names with bytes.
    names: FxHashSet<u64>,
    sizes: FxHashSet<u64>,
    contents: FxHashSet<u64>,
}

fn collect<'n>(n: &'n Normalized<'_, '_>) -> Vec<Block<'n>> {
    let mut blocks: Vec<Block<'n>> = Vec::new();
    for (index, symbol) in n.unit.symbols.iter().enumerate() {
        if symbol.kind == SymbolKind::File {
            blocks.push(Block {
                file: index as u32,
                name: &symbol.name,
                names: FxHashSet::default(),
                sizes: FxHashSet::default(),
                contents: FxHashSet::default(),
            });
            continue;
        }
        // Local symbols stand behind their FILE symbol.
        let Some(block) = blocks.last_mut().filter(|b| Some(b.file) == symbol.file) else { continue };
        let Some((id, 0)) = n.entity_of_symbol(index as u32) else { continue };
        if n.entity(id).by_content {
            continue;
        }
        let class = names::class(&symbol.name);
        block.names.insert(super::hash(&(n.entity(id).kind, &class)));
        block.sizes.insert(super::hash(&(&class, n.entity(id).size)));
        block.contents.insert(super::hash(&(&class, n.bytes_of(id))));
    }
    blocks
}

/// Pairs the blocks that are most alike first, and says which are left. With `any` a pair needs nothing in common.
fn pair_alike<'b, 'n>(
    blocks: Pair<Vec<&'b Block<'n>>>,
    any: bool,
    put: &mut impl FnMut(Option<&Block<'n>>, Option<&Block<'n>>),
) -> Pair<Vec<&'b Block<'n>>> {
    if blocks.original.len().max(blocks.patched.len()) > MOST {
        let both = blocks.original.len().min(blocks.patched.len());
        for (o, p) in blocks.original.iter().zip(&blocks.patched) {
            put(Some(o), Some(p));
        }
        return Pair::new(blocks.original[both..].to_vec(), blocks.patched[both..].to_vec());
    }
    let mut pairs = Vec::new();
    for (i, o) in blocks.original.iter().enumerate() {
        for (k, p) in blocks.patched.iter().enumerate() {
            let shared = |a: &FxHashSet<u64>, b: &FxHashSet<u64>| a.intersection(b).count();
            let names = shared(&o.names, &p.names);
            let most = o.names.len().max(p.names.len());
            // Blocks without local symbols cannot be told apart, and nothing in them needs to be.
            if any || most == 0 || names * 2 >= most {
                let alike =
                    (names == most, names, shared(&o.sizes, &p.sizes), shared(&o.contents, &p.contents));
                pairs.push((std::cmp::Reverse(alike), i.abs_diff(k), i, k));
            }
        }
    }
    pairs.sort_unstable();
    let mut taken = (vec![false; blocks.original.len()], vec![false; blocks.patched.len()]);
    for (_, _, i, k) in pairs {
        if !taken.0[i] && !taken.1[k] {
            put(Some(blocks.original[i]), Some(blocks.patched[k]));
            (taken.0[i], taken.1[k]) = (true, true);
        }
    }
    let rest = |blocks: Vec<&'b Block<'n>>, taken: &[bool]| {
        blocks.into_iter().zip(taken).filter(|(_, taken)| !**taken).map(|(b, _)| b).collect()
    };
    Pair::new(rest(blocks.original, &taken.0), rest(blocks.patched, &taken.1))
}
