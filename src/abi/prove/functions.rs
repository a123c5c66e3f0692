//! One function at a time made opaque.

use std::collections::{BTreeMap, BTreeSet};

use super::super::functions::Functions;
use super::super::reliance::{Evidence, Kind, Party, Reliance, Source, Strength};
use super::{Changes, Contact, contacts};
use crate::load::SymbolKind;

/// What came of making one function opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opaque {
    /// It was compiled, and these are the changes.
    Compiled(Changes),
    /// It cannot be compiled without the function's body, as the compiler says.
    Needed(String),
}

/// What making functions opaque showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proofs {
    /// Who relies on whom.
    pub reliances: Vec<Reliance>,
    /// Functions that changed with another one opaque and do not rely on it: that one, and the one that changed.
    pub knock_on: BTreeSet<(String, String)>,
    /// Sentences about functions of which nothing could be shown.
    pub notes: Vec<String>,
    /// For each function that was made opaque and compiled, the functions that changed.
    pub changed: BTreeMap<String, BTreeSet<String>>,
}

/// The text that makes `name` opaque (GCC 8 and later). It stands behind the unit: of a static function another
/// declaration is static too (C11, 6.2.2p4). What its declarations say of it (`noreturn`, `pure`, a section) stays.
pub fn declaration(name: &str) -> String {
    format!("extern __typeof__({name}) {name} __attribute__((noipa));")
}

/// Whether a name can stand in such a declaration.
pub fn is_declarable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Judges what making each function of `outcomes` opaque showed. `known` are the reliances that other sources told;
/// they say in which way a function relies that called the opaque one.
pub fn judge(
    functions: &Functions<'_, '_, '_>,
    outcomes: &BTreeMap<String, Opaque>,
    known: &[Reliance],
) -> Proofs {
    let mut ways: BTreeMap<(&str, &str), BTreeSet<Kind>> = BTreeMap::new();
    for reliance in known.iter().filter(|r| !matches!(r.kind, Kind::InlinedInto | Kind::Clone)) {
        ways.entry((&reliance.on.name, &reliance.by.name)).or_default().insert(reliance.kind);
    }
    let mut proofs = Proofs::default();
    for (on, outcome) in outcomes {
        match outcome {
            Opaque::Needed(message) => needed(functions, on, message, &mut proofs),
            Opaque::Compiled(changes) => {
                proofs.changed.insert(on.clone(), changes.changed.clone());
                for by in &changes.changed {
                    let found = contacts(functions, on, by, changes);
                    let folded = found.contains(&Contact::Folded);
                    if folded {
                        unfolded(functions, on, &mut proofs);
                    } else if by == on {
                        fitted(functions, on, &mut proofs);
                    } else if found.is_empty() {
                        proofs.knock_on.insert((on.clone(), by.clone()));
                    }
                    for contact in found.into_iter().filter(|_| by != on && !folded) {
                        let kinds = match contact {
                            Contact::Folded => BTreeSet::from([Kind::Folded]),
                            Contact::Held => BTreeSet::from([Kind::InlinedInto]),
                            Contact::Copy | Contact::CalledCopy => BTreeSet::from([Kind::Clone]),
                            Contact::Called | Contact::CalledInSource | Contact::Through => {
                                ways.get(&(on.as_str(), by.as_str())).cloned().unwrap_or_default()
                            }
                        };
                        let kinds = match (contact, kinds.is_empty()) {
                            // Only calls without effects are thrown away.
                            (Contact::CalledInSource, true) => BTreeSet::from([Kind::SideEffectAssumption]),
                            (_, true) => BTreeSet::from([Kind::Unexplained]),
                            _ => kinds,
                        };
                        let how = match contact {
                            Contact::Folded => "it is the same code",
                            Contact::Held => "it holds a copy of it",
                            Contact::Copy => "it is a copy of it",
                            Contact::CalledCopy => "it calls a copy of it",
                            Contact::Called => "it calls it",
                            Contact::CalledInSource => {
                                "it calls it in the source, and the call was thrown away"
                            }
                            Contact::Through => "its calls lead there through others",
                        };
                        let summary =
                            format!("its code differs when the compiler may not look into `{on}`; {how}");
                        for kind in kinds {
                            proofs.reliances.push(proved(
                                kind,
                                functions.source_party(on),
                                functions.source_party(by),
                                summary.clone(),
                            ));
                        }
                    }
                }
            }
        }
    }
    proofs
}

fn proved(kind: Kind, on: Party, by: Party, summary: String) -> Reliance {
    let evidence =
        vec![Evidence { source: Source::Recompile, strength: Strength::Proved, summary, at: None }];
    Reliance { kind, on, by, evidence, through: BTreeSet::new() }
}

/// A function without whose body the unit does not compile was inlined wherever it was used.
fn needed(functions: &Functions<'_, '_, '_>, on: &str, message: &str, proofs: &mut Proofs) {
    let first = message.lines().find(|l| l.contains("error")).or(message.lines().next()).unwrap_or_default();
    let holders: Vec<_> = functions.holders(on).collect();
    if holders.is_empty() {
        proofs.notes.push(format!(
            "`{on}` cannot be compiled apart from its callers ({first}), and no record tells who holds copies of it"
        ));
    }
    for by in holders {
        let summary = format!("the unit does not compile when `{on}` is kept apart: {first}");
        proofs.reliances.push(proved(
            Kind::InlinedInto,
            functions.source_party(on),
            functions.party(by),
            summary,
        ));
    }
}

/// Functions that are one piece of code only as long as the compiler may look into this one. An alias of the source
/// stays one.
fn unfolded(functions: &Functions<'_, '_, '_>, on: &str, proofs: &mut Proofs) {
    let Some(id) = functions.named(on) else { return };
    let symbols = &functions.n.unit.symbols;
    for name in functions.n.entity(id).names.iter().map(|&s| symbols[s as usize].name.as_ref()) {
        if name != on && symbols.iter().any(|s| s.name == name && s.kind == SymbolKind::Function) {
            let summary =
                format!("its code is apart from that of `{on}` when the compiler may not look into that");
            let by = Party { entity: Some(id), name: name.to_owned() };
            let on = Party { entity: Some(id), name: on.to_owned() };
            proofs.reliances.push(proved(Kind::Folded, on, by, summary));
        }
    }
}

/// A function whose own code differs when the compiler may look into neither it nor its callers together had been
/// fitted to them.
fn fitted(functions: &Functions<'_, '_, '_>, on: &str, proofs: &mut Proofs) {
    let Some(id) = functions.named(on) else { return };
    for caller in functions.callers(id).filter(|&caller| caller != id) {
        let summary = format!(
            "its own code differs when the compiler may not look at it and its callers, such as `{}`, together",
            functions.n.name(caller)
        );
        proofs.reliances.push(proved(
            Kind::Specialised,
            functions.party(caller),
            functions.party(id),
            summary,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_are_declared() {
        assert!(is_declarable("_f1"));
        for name in ["", "1f", "f.isra.0", "a-b", "f)"] {
            assert!(!is_declarable(name), "{name}");
        }
        assert_eq!(declaration("f"), "extern __typeof__(f) f __attribute__((noipa));");
    }
}
