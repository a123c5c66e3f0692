//! What a patch author can do about each kind of reliance, and which option switches it off.

use super::reliance::{Kind, Reliance};
use crate::load::names;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Stable code.
    pub code: &'static str,
    /// One sentence, without a full stop.
    pub summary: String,
}

/// What a kind of reliance asks for.
struct Row {
    kind: Kind,
    code: &'static str,
    /// `{on}` is replaced by the name of the function that is relied on, `{by}` by that of the one that relies.
    summary: &'static str,
    /// GCC's option that switches the optimisation off.
    option: Option<&'static str>,
}

const ROWS: &[Row] = &[
    Row {
        kind: Kind::InlinedInto,
        code: "replace-holder",
        summary: "put `{by}` into the livepatch too, as it holds the old body of `{on}`; declare `{on}` noinline to \
                  keep it apart in builds to come",
        option: Some("-fno-inline"),
    },
    Row {
        kind: Kind::Clone,
        code: "replace-callers",
        summary: "put `{by}` into the livepatch too, so that it calls the new `{on}`; declare `{on}` noinline and \
                  noclone to keep one function of it in builds to come",
        option: None,
    },
    Row {
        kind: Kind::ReturnDropped,
        code: "replace-callers",
        summary: "put `{by}` into the livepatch too; it calls `{on}` without taking a result",
        option: Some("-fno-ipa-sra"),
    },
    Row {
        kind: Kind::ArgumentDropped,
        code: "replace-callers",
        summary: "put `{by}` into the livepatch too; it does not pass all arguments of `{on}`",
        option: Some("-fno-ipa-sra"),
    },
    Row {
        kind: Kind::ArgumentByValue,
        code: "replace-callers",
        summary: "put `{by}` into the livepatch too; it passes a value where `{on}` takes an address in the source",
        option: Some("-fno-ipa-sra"),
    },
    Row {
        kind: Kind::Specialised,
        code: "replace-together",
        summary: "put `{by}` into the livepatch too, or make sure that the values it was made for stay the same in \
                  `{on}`",
        option: Some("-fno-ipa-cp"),
    },
    Row {
        kind: Kind::RegisterContract,
        code: "replace-together",
        summary: "put `{by}` into the livepatch too, or enter the new `{on}` through code that saves the registers \
                  named here",
        option: Some("-fno-ipa-ra"),
    },
    Row {
        kind: Kind::SideEffectAssumption,
        code: "replace-together",
        summary: "put `{by}` into the livepatch too, unless the new `{on}` reads, writes and returns as the old one \
                  does",
        option: Some("-fno-ipa-pure-const"),
    },
    Row {
        kind: Kind::Folded,
        code: "not-alone",
        summary: "`{on}` cannot be replaced alone: its code is that of `{by}` too; put both into the livepatch",
        option: Some("-fno-ipa-icf"),
    },
    Row {
        kind: Kind::StackAlignment,
        code: "replace-together",
        summary: "put `{by}` into the livepatch too, or compile the new `{on}` with -mstackrealign",
        option: Some("-fno-ipa-stack-alignment"),
    },
    Row {
        kind: Kind::Visibility,
        code: "replace-together",
        summary: "put `{by}` into the livepatch too; it reaches `{on}` in a way that only this build allows",
        option: Some("-fno-whole-program"),
    },
    Row {
        kind: Kind::VariableRemoved,
        code: "replace-together",
        summary: "put `{by}` into the livepatch too if the fix writes the variable `{on}`, whose value it knows",
        option: Some("-fno-ipa-reference-addressable"),
    },
    Row {
        kind: Kind::Unexplained,
        code: "replace-together",
        summary: "put `{by}` into the livepatch too, since its code depends on the body of `{on}`",
        option: None,
    },
];

/// What to do about a reliance.
pub fn action(reliance: &Reliance) -> Action {
    let row = row(reliance.kind);
    let (on, by) = (&reliance.on.name, &reliance.by.name);
    if reliance.kind == Kind::Clone && names::is_copy(by) && names::stem(by) == names::stem(on) {
        let summary = format!(
            "`{by}` is the old `{on}` as some callers need it: put the callers of `{by}` into the livepatch too; \
             declare `{on}` noinline and noclone to keep one function of it in builds to come"
        );
        return Action { code: row.code, summary };
    }
    let summary = row.summary.replace("{on}", &reliance.on.name).replace("{by}", &reliance.by.name);
    Action { code: row.code, summary }
}

/// The option that switches off what made a reliance: the one that showed it, else that of its kind.
pub fn option(reliance: &Reliance) -> Option<String> {
    if let Some(first) = reliance.through.iter().next() {
        return Some(first.clone());
    }
    if reliance.kind == Kind::Clone {
        let name = [&reliance.on.name, &reliance.by.name].into_iter().find(|n| names::is_copy(n))?;
        let has = |suffix| names::has_suffix(name, suffix);
        let option = match () {
            () if has("constprop") => "-fno-ipa-cp",
            () if has("isra") => "-fno-ipa-sra",
            () if has("part") => "-fno-partial-inlining",
            () => return None,
        };
        return Some(option.to_owned());
    }
    row(reliance.kind).option.map(str::to_owned)
}

fn row(kind: Kind) -> &'static Row {
    ROWS.iter().find(|row| row.kind == kind).expect("a test finds each kind in the table")
}

#[cfg(test)]
mod tests {
    use super::super::reliance::{Evidence, Party, Source, Strength};
    use super::*;

    fn reliance(kind: Kind, on: &str) -> Reliance {
        let party = |name: &str| Party { entity: None, name: name.to_owned() };
        let evidence = Evidence {
            source: Source::Symbols,
            strength: Strength::Recorded,
            summary: String::new(),
            at: None,
        };
        Reliance {
            kind,
            on: party(on),
            by: party("g"),
            evidence: vec![evidence],
            through: Default::default(),
        }
    }

    #[test]
    fn each_kind_has_an_action_that_names_both() {
        for kind in [
            Kind::InlinedInto,
            Kind::Clone,
            Kind::ReturnDropped,
            Kind::ArgumentDropped,
            Kind::ArgumentByValue,
            Kind::Specialised,
            Kind::RegisterContract,
            Kind::SideEffectAssumption,
            Kind::Folded,
            Kind::StackAlignment,
            Kind::Visibility,
            Kind::VariableRemoved,
            Kind::Unexplained,
        ] {
            let action = action(&reliance(kind, "f"));
            assert!(action.summary.contains("`f`") && action.summary.contains("`g`"), "{kind:?}");
        }
    }

    #[test]
    fn the_option_is_that_which_showed_it() {
        assert_eq!(option(&reliance(Kind::Clone, "f.isra.0")).as_deref(), Some("-fno-ipa-sra"));
        assert_eq!(option(&reliance(Kind::Clone, "f")), None);
        let mut shown = reliance(Kind::Specialised, "f");
        shown.through.insert("-fno-ipa-vrp".to_owned());
        assert_eq!(option(&shown).as_deref(), Some("-fno-ipa-vrp"));
    }
}
