//! One optimisation at a time switched off.

use std::collections::{BTreeMap, BTreeSet};

use super::super::functions::Functions;
use super::super::reliance::{Evidence, Kind, Party, Reliance, Source, Strength};

/// An optimisation across functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Optimisation {
    /// GCC's option that switches it off.
    pub option: &'static str,
    /// In which way a function relies that was shaped by it; `None` where it may be any.
    pub kind: Option<Kind>,
}

/// GCC's optimisations across functions ("Options That Control Optimization" in its manual). Those that a compiler does
/// not know are left out by who asks it. `-flive-patching` switches off what it cannot account for, together.
pub const ALL: &[Optimisation] = &[
    Optimisation { option: "-fno-ipa-ra", kind: Some(Kind::RegisterContract) },
    Optimisation { option: "-fno-ipa-sra", kind: Some(Kind::ArgumentDropped) },
    Optimisation { option: "-fno-ipa-cp", kind: Some(Kind::Specialised) },
    Optimisation { option: "-fno-ipa-cp-clone", kind: Some(Kind::Clone) },
    Optimisation { option: "-fno-ipa-bit-cp", kind: Some(Kind::Specialised) },
    Optimisation { option: "-fno-ipa-vrp", kind: Some(Kind::Specialised) },
    Optimisation { option: "-fno-ipa-pure-const", kind: Some(Kind::SideEffectAssumption) },
    Optimisation { option: "-fno-ipa-modref", kind: Some(Kind::SideEffectAssumption) },
    Optimisation { option: "-fno-ipa-reference", kind: Some(Kind::SideEffectAssumption) },
    Optimisation { option: "-fno-ipa-reference-addressable", kind: Some(Kind::VariableRemoved) },
    Optimisation { option: "-fno-ipa-icf", kind: Some(Kind::Folded) },
    Optimisation { option: "-fno-ipa-stack-alignment", kind: Some(Kind::StackAlignment) },
    Optimisation { option: "-fno-ipa-strict-aliasing", kind: None },
    Optimisation { option: "-fno-partial-inlining", kind: Some(Kind::Clone) },
    Optimisation { option: "-fno-inline", kind: Some(Kind::InlinedInto) },
    Optimisation { option: "-flive-patching=inline-clone", kind: None },
    Optimisation { option: "-flive-patching=inline-only-static", kind: None },
];

/// The option without which variables stay that nobody writes and whose values became known.
pub const OF_VARIABLES: &str = "-fno-ipa-reference-addressable";

/// The reliances of functions that were `shaped` by knowing a variable, which `variables` tells with those who refer to
/// it when it stays.
pub fn removed_variables(
    functions: &Functions<'_, '_, '_>,
    shaped: &BTreeSet<String>,
    variables: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<Reliance> {
    let mut found = Vec::new();
    for (variable, readers) in variables {
        for reader in readers.intersection(shaped) {
            found.push(Reliance {
                kind: Kind::VariableRemoved,
                on: Party { entity: None, name: variable.clone() },
                by: functions.source_party(reader),
                evidence: vec![Evidence {
                    source: Source::Recompile,
                    strength: Strength::Proved,
                    summary: format!(
                        "it reads the variable `{variable}` with {OF_VARIABLES}, and knows its value else"
                    ),
                    at: None,
                }],
                through: BTreeSet::from([OF_VARIABLES.to_owned()]),
            });
        }
    }
    found
}

/// The functions that each option changed, by the option.
pub type Shaped = BTreeMap<&'static str, BTreeSet<String>>;

/// The optimisations that may be the way in which a function relies that calls another one as it is. Inlining, copying
/// and folding are seen in the original's record and symbols.
fn candidates<'s>(shaped: &'s Shaped, by: &'s str) -> impl Iterator<Item = &'static Optimisation> + 's {
    let is_way = |o: &&Optimisation| {
        o.kind.is_some_and(|k| !matches!(k, Kind::InlinedInto | Kind::Clone | Kind::Folded))
    };
    ALL.iter().filter(is_way).filter(move |o| shaped.get(o.option).is_some_and(|names| names.contains(by)))
}

/// A question whose answer tells one way from others: with `off` switched off, does making `on` opaque change a function?
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The function to make opaque.
    pub on: String,
    /// The one option among those in question that stays on.
    pub left: &'static str,
    /// The others, switched off on both sides of the comparison.
    pub off: Vec<&'static str>,
}

/// The answers: the functions that change.
pub type Answers = BTreeMap<Question, BTreeSet<String>>;

/// What has to be asked where several optimisations shaped a function that relies in a way nothing else tells: each of
/// them may have done so for the sake of another function than the one it relies on. With all of them but one switched
/// off, a difference is due to that one.
pub fn questions(proved: &[Reliance], shaped: &Shaped) -> BTreeSet<Question> {
    let mut questions = BTreeSet::new();
    for reliance in proved.iter().filter(|r| r.kind == Kind::Unexplained) {
        let options = in_question(reliance, shaped);
        questions.extend(options.iter().map(|&left| question(reliance, left, &options)));
    }
    questions
}

/// The options that may explain a reliance, when they are of several kinds.
fn in_question(reliance: &Reliance, shaped: &Shaped) -> Vec<&'static str> {
    let kinds: BTreeSet<Kind> = candidates(shaped, &reliance.by.name).filter_map(|o| o.kind).collect();
    match kinds.len() {
        0 | 1 => Vec::new(),
        _ => candidates(shaped, &reliance.by.name).map(|o| o.option).collect(),
    }
}

fn question(reliance: &Reliance, left: &'static str, options: &[&'static str]) -> Question {
    let off = options.iter().copied().filter(|o| *o != left).collect();
    Question { on: reliance.on.name.clone(), left, off }
}

/// Adds to each proved reliance through which optimisations it came about. What was unexplained gets the kinds of those
/// without which the relying function is another one, and which `answers` do not exclude.
pub fn explain(proved: Vec<Reliance>, shaped: &Shaped, answers: &Answers) -> Vec<Reliance> {
    let mut explained = Vec::new();
    for reliance in proved {
        if reliance.kind != Kind::Unexplained {
            let kind = reliance.kind;
            let fits = |o: &&Optimisation| {
                o.kind == Some(kind) || kind == Kind::Clone && o.kind.is_some_and(|k| COPYING.contains(&k))
            };
            let by = &reliance.by.name;
            let through =
                ALL.iter().filter(fits).filter(|o| shaped.get(o.option).is_some_and(|f| f.contains(by)));
            let through: Vec<String> = through.map(|o| o.option.to_owned()).collect();
            let mut one = reliance;
            one.through.extend(through);
            explained.push(one);
            continue;
        }
        let options = in_question(&reliance, shaped);
        let is_answer = |o: &&Optimisation| {
            let answer = answers.get(&question(&reliance, o.option, &options));
            answer.is_some_and(|changed| changed.contains(&reliance.by.name))
        };
        let mut ways: Vec<&Optimisation> = candidates(shaped, &reliance.by.name).filter(is_answer).collect();
        if ways.is_empty() {
            // None of them alone, or nobody asked: each is possible.
            ways = candidates(shaped, &reliance.by.name).collect();
        }
        let kinds: BTreeSet<Kind> = ways.iter().filter_map(|o| o.kind).collect();
        if kinds.is_empty() {
            explained.push(reliance);
            continue;
        }
        for kind in kinds {
            let mut one = Reliance { kind, ..reliance.clone() };
            one.through = ways.iter().filter(|o| o.kind == Some(kind)).map(|o| o.option.to_owned()).collect();
            let options: Vec<&str> = one.through.iter().map(String::as_str).collect();
            one.evidence.push(Evidence {
                source: Source::Recompile,
                strength: Strength::Proved,
                summary: format!("its code differs with {}", options.join(", with ")),
                at: None,
            });
            explained.push(one);
        }
    }
    explained
}

/// What optimisations that make copies are about.
const COPYING: [Kind; 3] = [Kind::Clone, Kind::ArgumentDropped, Kind::Specialised];
