//! What callers rely on, as reports have it.

use crate::abi::actions::Action;
use crate::abi::prove::optimisations::Shaped;
use crate::abi::{self, Reliance};

use super::model;

/// What was found out about one unit.
#[derive(Debug, Default)]
pub struct UnitAbi {
    /// For each entry of the comparison, by its index, what it has a part in; `None` where nobody looked.
    pub lists: Vec<Option<Vec<AbiListed>>>,
    /// For each entry its membership in the closure; `None` when the closure was not asked for.
    pub members: Option<Vec<Option<AbiMember>>>,
    /// Functions that changed with another one opaque and do not rely on it: that one, and the one that changed.
    pub knock_on: Vec<(String, String)>,
    /// Suspicions that compiling again showed to be wrong.
    pub refuted: Vec<Reliance>,
    /// The functions that each option changed.
    pub shaped: Shaped,
    /// Functions and options of which nothing could be shown.
    pub unproved: Vec<String>,
    /// Sentences about evidence that could not be had.
    pub missing: Vec<String>,
}

impl UnitAbi {
    /// Whether an entry is a member of the closure.
    pub fn is_member(&self, index: usize) -> bool {
        self.members.as_ref().is_some_and(|m| m.get(index).is_some_and(Option::is_some))
    }
}

/// Which end of a reliance the other function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbiRole {
    /// The one that relies.
    Caller,
    /// The one that is relied on.
    Callee,
}

/// A reliance in the list of one of its ends.
#[derive(Debug, Clone)]
pub struct AbiListed {
    /// The reliance.
    pub reliance: Reliance,
    /// Index of the other end's entry.
    pub other: Option<usize>,
    /// Which end the other one is.
    pub role: AbiRole,
    /// What to do.
    pub action: Action,
    /// The option that switches off what made it.
    pub option: Option<String>,
}

/// A member of the closure.
#[derive(Debug, Clone)]
pub struct AbiMember {
    /// Indices of the entries that brought it in.
    pub because: Vec<usize>,
    /// Indices of the entries that carry it.
    pub carried_by: Vec<usize>,
    /// Whether it has an entry that can be redirected.
    pub has_entry: bool,
    /// The way from a changed function to this one.
    pub summary: String,
}

/// The list of one entry.
pub(super) fn entries(
    abi: &UnitAbi,
    index: usize,
    id_of: impl Fn(Option<usize>) -> Option<String>,
) -> Option<Vec<model::AbiEntry>> {
    let list = abi.lists.get(index)?.as_ref()?;
    Some(list.iter().map(|listed| entry(listed, &id_of)).collect())
}

fn entry(listed: &AbiListed, id_of: &dyn Fn(Option<usize>) -> Option<String>) -> model::AbiEntry {
    let reliance = &listed.reliance;
    let (other, role) = match listed.role {
        AbiRole::Caller => (&reliance.by, model::AbiRole::Caller),
        AbiRole::Callee => (&reliance.on, model::AbiRole::Callee),
    };
    let evidence = reliance.evidence.iter().map(|e| model::AbiEvidence {
        source: e.source.into(),
        summary: e.summary.clone(),
        at: e.at,
    });
    model::AbiEntry {
        kind: reliance.kind.name().to_owned(),
        other: model::AbiOther { id: id_of(listed.other), name: other.name.clone() },
        role,
        strength: reliance.strength().into(),
        evidence: evidence.collect(),
        option: listed.option.clone(),
        action: model::Action { code: listed.action.code.to_owned(), summary: listed.action.summary.clone() },
    }
}

/// The membership of one entry.
pub(super) fn membership(
    abi: &UnitAbi,
    index: usize,
    id_of: impl Fn(Option<usize>) -> Option<String>,
) -> Option<model::Closure> {
    let none =
        model::Closure { member: false, because: Vec::new(), carried_by: Vec::new(), summary: String::new() };
    let members = abi.members.as_ref()?;
    // Whoever is no function is no member, and was not asked.
    abi.lists.get(index)?.as_ref()?;
    let Some(member) = members.get(index)?.as_ref() else { return Some(none) };
    let ids = |all: &[usize]| all.iter().filter_map(|&i| id_of(Some(i))).collect();
    let mut summary = member.summary.clone();
    if !member.has_entry && member.carried_by.is_empty() {
        summary += "; it has no entry of its own to redirect and nothing in the unit calls it: it cannot be replaced";
    }
    Some(model::Closure {
        member: true,
        because: ids(&member.because),
        carried_by: ids(&member.carried_by),
        summary,
    })
}

/// What there is to know of the unit as a whole.
pub(super) fn unit(abi: &UnitAbi) -> model::AbiUnit {
    let knock_on = abi
        .knock_on
        .iter()
        .map(|(opaque, changed)| model::KnockOn { opaque: opaque.clone(), changed: changed.clone() });
    let shaped = abi.shaped.iter().map(|(option, functions)| model::Shaped {
        option: (*option).to_owned(),
        functions: functions.iter().cloned().collect(),
    });
    let refuted = abi.refuted.iter().map(|r| {
        let evidence = r.evidence.first().map(|e| e.summary.as_str()).unwrap_or_default();
        format!("{} relies on {}: {}: {evidence}", r.by.name, r.on.name, r.kind.name())
    });
    model::AbiUnit {
        missing: abi.missing.clone(),
        unproved: abi.unproved.clone(),
        knock_on: knock_on.collect(),
        refuted: refuted.collect(),
        shaped: shaped.collect(),
    }
}

impl From<abi::Strength> for model::Strength {
    fn from(strength: abi::Strength) -> Self {
        match strength {
            abi::Strength::Proved => model::Strength::Proved,
            abi::Strength::Recorded => model::Strength::Recorded,
            abi::Strength::Seen => model::Strength::Seen,
            abi::Strength::Suspected => model::Strength::Suspected,
        }
    }
}

impl From<abi::Source> for model::EvidenceSource {
    fn from(source: abi::Source) -> Self {
        match source {
            abi::Source::Symbols => model::EvidenceSource::Symbols,
            abi::Source::Dump => model::EvidenceSource::Dump,
            abi::Source::Dwarf => model::EvidenceSource::Dwarf,
            abi::Source::Code => model::EvidenceSource::Code,
            abi::Source::Recompile => model::EvidenceSource::Recompile,
        }
    }
}
