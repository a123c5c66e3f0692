//! Running the compilations that show who relies on whom.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Asked, Looked, changed_names};
use crate::abi::prove::functions::{self as opaque, Opaque};
use crate::abi::prove::optimisations::{self, Answers, Question, Shaped};
use crate::abi::prove::{Changes, changes, variables};
use crate::abi::{Functions, Kind, Reliance, Strength};
use crate::error::Result;
use crate::inputs::{Recompiled, Recompiler, Variant};
use crate::load::dwarf::Dwarf;
use crate::load::{MappedFile, Unit, elf, names};
use crate::plan::Prove;

/// One unit to look at.
pub(super) struct Job<'a, 'n, 'u, 'd> {
    pub unit: &'a Looked<'a>,
    pub asked: &'a Asked<'a>,
    pub functions: &'a Functions<'n, 'u, 'd>,
    pub dwarf: Option<&'a Dwarf>,
    pub known: &'a [Reliance],
}

/// What compiling again showed.
#[derive(Debug, Default)]
pub(super) struct Proved {
    pub reliances: Vec<Reliance>,
    pub knock_on: BTreeSet<(String, String)>,
    /// Functions and options of which nothing could be shown, with the reason.
    pub unproved: Vec<String>,
    pub shaped: Shaped,
    /// For each function that was made opaque and compiled, the functions that changed.
    pub changed: BTreeMap<String, BTreeSet<String>>,
}

impl Proved {
    /// Whether a mere suspicion is shown to be wrong: the function that should rely stays as it is when the compiler may
    /// not look into the other one. Stronger evidence is kept: it may be of what stays the same by chance.
    pub fn refutes(&self, reliance: &Reliance) -> bool {
        reliance.strength() == Strength::Suspected
            && self.changed.get(&reliance.on.name).is_some_and(|changed| !changed.contains(&reliance.by.name))
    }
}

/// Compiles the unit again as the request says. What cannot be done is said in `missing`.
///
/// # Errors
/// Trouble with the work folder.
pub(super) fn prove(job: &Job<'_, '_, '_, '_>, missing: &mut Vec<String>) -> Result<Proved> {
    let Some(again) = job.unit.again else {
        missing.push("nothing is shown by compiling again, since the unit's command is not known".to_owned());
        return Ok(Proved::default());
    };
    let control = match again.compile(&Variant::default())? {
        Recompiled::Made { object, .. } => object,
        Recompiled::Refused(message) | Recompiled::Failed(message) => {
            missing.push(format!(
                "nothing is shown by compiling again: the preprocessed text does not compile: {message}"
            ));
            return Ok(Proved::default());
        }
    };
    let file = MappedFile::open(&control)?;
    let baseline = elf::read(&control, file.bytes())?;
    let same = changes(&baseline, &job.unit.original.path, None, None)?;
    if !same.changed.is_empty() {
        let names: Vec<&str> = same.changed.iter().map(String::as_str).collect();
        missing.push(format!(
            "the preprocessed text makes other code of {}, so that what is shown of them by compiling again is of that",
            names.join(", ")
        ));
    }
    let mut proved = Proved::default();
    let wants_functions = job.asked.plan.prove != Prove::Optimisations;
    if wants_functions {
        functions(job, again, &baseline, &mut proved, missing)?;
    }
    let unexplained = proved.reliances.iter().any(|r| r.kind == Kind::Unexplained);
    if job.asked.plan.prove.optimisations() || unexplained {
        proved.shaped = shaped(job, again, &baseline, &mut proved.unproved)?;
    }
    let answers = answers(job, again, &proved)?;
    proved.reliances =
        optimisations::explain(std::mem::take(&mut proved.reliances), &proved.shaped, &answers);
    if let Some(readers) = proved.shaped.get(optimisations::OF_VARIABLES).filter(|f| !f.is_empty()) {
        let variant =
            Variant { appended: String::new(), options: vec![optimisations::OF_VARIABLES.to_owned()] };
        // It has been compiled before, so this only says where.
        if let Recompiled::Made { object, .. } = again.compile(&variant)? {
            let found = variables(&baseline, &object)?;
            proved.reliances.extend(optimisations::removed_variables(job.functions, readers, &found));
        }
    }
    if !job.asked.plan.prove.optimisations() {
        proved.shaped.clear();
    }
    Ok(proved)
}

/// What became of one compilation.
enum Became<T> {
    Done(T),
    Unproved(String),
}

const TOO_LATE: &str = "the time of --prove-limit was over";

fn functions(
    job: &Job<'_, '_, '_, '_>,
    again: &Recompiler,
    baseline: &Unit<'_>,
    proved: &mut Proved,
    missing: &mut Vec<String>,
) -> Result<()> {
    if !again.has_noipa() || !again.is_c() {
        missing.push(format!(
            "no function can be made opaque by compiling again: {} knows no __attribute__((noipa)), or the unit is no C \
             (GCC 8 and later have it)",
            again.version()
        ));
        return Ok(());
    }
    let targets = targets(job);
    let results: Vec<(String, Became<Opaque>)> = targets
        .into_par_iter()
        .map(|name| one(job, again, baseline, &name).map(|became| (name, became)))
        .collect::<Result<_>>()?;
    let mut outcomes = BTreeMap::new();
    for (name, became) in results {
        match became {
            Became::Done(outcome) => _ = outcomes.insert(name, outcome),
            Became::Unproved(why) => proved.unproved.push(format!("{name}: {why}")),
        }
    }
    let proofs = opaque::judge(job.functions, &outcomes, job.known);
    proved.reliances = proofs.reliances;
    proved.knock_on = proofs.knock_on;
    proved.changed = proofs.changed;
    missing.extend(proofs.notes);
    Ok(())
}

fn one(
    job: &Job<'_, '_, '_, '_>,
    again: &Recompiler,
    baseline: &Unit<'_>,
    name: &str,
) -> Result<Became<Opaque>> {
    if !opaque::is_declarable(name) {
        return Ok(Became::Unproved("its name cannot be written in C".to_owned()));
    }
    if job.asked.deadline.is_over() {
        return Ok(Became::Unproved(TOO_LATE.to_owned()));
    }
    let variant = Variant { appended: opaque::declaration(name), options: Vec::new() };
    Ok(match again.compile(&variant)? {
        Recompiled::Made { object, clones } => {
            match changes(baseline, &object, clones.as_deref(), Some(name)) {
                Ok(changes) => Became::Done(Opaque::Compiled(changes)),
                Err(e) => Became::Unproved(e.to_string()),
            }
        }
        Recompiled::Refused(message) => Became::Done(Opaque::Needed(message)),
        Recompiled::Failed(message) => Became::Unproved(first_error(&message)),
    })
}

/// The functions to make opaque: those whose callers are asked about, without those that nobody in the unit refers to.
fn targets(job: &Job<'_, '_, '_, '_>) -> BTreeSet<String> {
    let mut targets: BTreeSet<String> =
        job.asked.named.iter().map(|name| names::stem(name).to_owned()).collect();
    if job.asked.plan.prove.all_functions() && job.asked.named.is_empty() {
        targets
            .extend(job.functions.all().iter().map(|&id| names::stem(job.functions.n.name(id)).to_owned()));
        // Those of which no code of their own is left, as far as the unit's own source defines them.
        let own = |dwarf: &Dwarf| -> Vec<String> {
            let in_source = |file| job.unit.source.is_some_and(|source| dwarf.file(file) == source);
            let defined = dwarf.subprograms.iter().filter(|s| s.defined && s.file.is_some_and(in_source));
            defined.map(|s| s.name.clone()).collect()
        };
        targets.extend(job.dwarf.map(own).unwrap_or_default());
    } else {
        targets.extend(changed_names(job.unit.comparison, job.unit.causes));
    }
    targets.retain(|name| {
        let id = job.functions.named(name);
        id.is_none_or(|id| job.functions.is_referred_to(id)) || job.functions.holders(name).next().is_some()
    });
    targets
}

fn shaped(
    job: &Job<'_, '_, '_, '_>,
    again: &Recompiler,
    baseline: &Unit<'_>,
    unproved: &mut Vec<String>,
) -> Result<Shaped> {
    let known: Vec<&'static str> =
        optimisations::ALL.iter().map(|o| o.option).filter(|option| again.knows(option)).collect();
    if known.is_empty() {
        unproved.push(format!(
            "{}: knows none of GCC's options for optimisations across functions, so that none was switched off",
            again.version()
        ));
    }
    let results: Vec<(&'static str, Became<Changes>)> = known
        .into_par_iter()
        .map(|option| {
            if job.asked.deadline.is_over() {
                return Ok((option, Became::Unproved(TOO_LATE.to_owned())));
            }
            let variant = Variant { appended: String::new(), options: vec![option.to_owned()] };
            let became = match again.compile(&variant)? {
                Recompiled::Made { object, .. } => match changes(baseline, &object, None, None) {
                    Ok(changes) => Became::Done(changes),
                    Err(e) => Became::Unproved(e.to_string()),
                },
                Recompiled::Refused(message) | Recompiled::Failed(message) => {
                    Became::Unproved(format!("the unit does not compile: {}", first_error(&message)))
                }
            };
            Ok((option, became))
        })
        .collect::<Result<_>>()?;
    let mut shaped = Shaped::new();
    for (option, became) in results {
        match became {
            Became::Done(changes) => _ = shaped.insert(option, changes.changed),
            Became::Unproved(why) => unproved.push(format!("{option}: {why}")),
        }
    }
    Ok(shaped)
}

/// Tells apart which of several optimisations made one function rely on another.
fn answers(job: &Job<'_, '_, '_, '_>, again: &Recompiler, proved: &Proved) -> Result<Answers> {
    let questions: Vec<Question> =
        optimisations::questions(&proved.reliances, &proved.shaped).into_iter().collect();
    let answers: Vec<Option<(Question, BTreeSet<String>)>> = questions
        .into_par_iter()
        .map(|question| {
            if job.asked.deadline.is_over() {
                return Ok(None);
            }
            let options: Vec<String> = question.off.iter().map(|&option| option.to_owned()).collect();
            let open = Variant { appended: String::new(), options: options.clone() };
            let closed = Variant { appended: opaque::declaration(&question.on), options };
            let (open, closed) = (again.compile(&open)?, again.compile(&closed)?);
            let (Recompiled::Made { object: open, .. }, Recompiled::Made { object: closed, .. }) =
                (open, closed)
            else {
                return Ok(None);
            };
            let file = MappedFile::open(&open)?;
            let baseline = elf::read(&open, file.bytes())?;
            Ok(changes(&baseline, &closed, None, None).ok().map(|changes| (question, changes.changed)))
        })
        .collect::<Result<_>>()?;
    Ok(answers.into_iter().flatten().collect())
}

/// The line of a compiler's message that says what is wrong.
fn first_error(message: &str) -> String {
    message.lines().find(|l| l.contains("error")).or(message.lines().next()).unwrap_or_default().to_owned()
}
