//! One function's reliance on another, with its evidence.

use std::collections::BTreeSet;

use crate::normalize::EntityId;

/// In which way a function relies on another one's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It holds a copy of the other's body.
    InlinedInto,
    /// It calls a copy that was made for some callers (`.constprop`, `.isra`, `.part`).
    Clone,
    /// It expects no result, because the result was dropped.
    ReturnDropped,
    /// It passes no argument that the source passes.
    ArgumentDropped,
    /// It passes a value where the source passes an address.
    ArgumentByValue,
    /// It was made for known values, ranges or bits of arguments or results.
    Specialised,
    /// It keeps a value in a register that the calling convention lets the other one destroy (GCC's -fipa-ra).
    RegisterContract,
    /// It knows what memory the other one reads or writes, or that it does not return.
    SideEffectAssumption,
    /// Its code and the other's are one (identical code folding).
    Folded,
    /// It leaves the stack aligned less than the psABI says, as the other one needs no more.
    StackAlignment,
    /// It refers to something that only the whole program shows to be local.
    Visibility,
    /// It knows a variable's value, since nobody writes the variable.
    VariableRemoved,
    /// Compiling again shows that it relies on the other one, and nothing shows in which way.
    Unexplained,
}

impl Kind {
    /// The name that reports have for it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::InlinedInto => "inlined-into",
            Kind::Clone => "clone",
            Kind::ReturnDropped => "return-dropped",
            Kind::ArgumentDropped => "argument-dropped",
            Kind::ArgumentByValue => "argument-by-value",
            Kind::Specialised => "specialised",
            Kind::RegisterContract => "register-contract",
            Kind::SideEffectAssumption => "side-effect-assumption",
            Kind::Folded => "folded",
            Kind::StackAlignment => "stack-alignment",
            Kind::Visibility => "visibility",
            Kind::VariableRemoved => "variable-removed",
            Kind::Unexplained => "unexplained",
        }
    }
}

/// How strong evidence is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Shown by compiling again.
    Proved,
    /// Written down by the compiler.
    Recorded,
    /// Visible in the code.
    Seen,
    /// Possible.
    Suspected,
}

impl Strength {
    /// The word that reports have for it.
    pub fn name(self) -> &'static str {
        match self {
            Strength::Proved => "proved",
            Strength::Recorded => "recorded",
            Strength::Seen => "seen",
            Strength::Suspected => "suspected",
        }
    }
}

/// Where evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The symbol table.
    Symbols,
    /// What the compiler wrote down about its optimisations.
    Dump,
    /// Debug information.
    Dwarf,
    /// The machine code.
    Code,
    /// Another compilation.
    Recompile,
}

/// A function, or what is left of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party {
    /// Its code in the unit; `None` when it has none of its own, as when all its calls were inlined.
    pub entity: Option<EntityId>,
    /// Its name in the object file, or in the source where it has no code.
    pub name: String,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Where it comes from.
    pub source: Source,
    /// How strong it is by itself.
    pub strength: Strength,
    /// One sentence.
    pub summary: String,
    /// Bytes from the start of the relying function's code to the instruction it is about.
    pub at: Option<u64>,
}

/// That code of one function is right only because of another one's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reliance {
    /// In which way.
    pub kind: Kind,
    /// The function that is relied on.
    pub on: Party,
    /// The function that relies.
    pub by: Party,
    /// What shows it, the strongest first; never empty.
    pub evidence: Vec<Evidence>,
    /// The options of the optimisations that shaped one of the two, where switching them off showed it.
    pub through: BTreeSet<String>,
}

impl Reliance {
    /// The strength of its strongest evidence.
    pub fn strength(&self) -> Strength {
        self.evidence.iter().map(|e| e.strength).min().unwrap_or(Strength::Suspected)
    }
}
