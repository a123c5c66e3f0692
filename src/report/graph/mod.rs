//! Graphs as pictures, drawn here so that nobody needs Graphviz to look at one.

pub mod closure;
mod layout;
mod order;
pub mod svg;

pub use layout::{Layout, layout};

/// A graph to draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawing {
    /// What the picture shows, in a sentence.
    pub title: String,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Its edges, at most one of a kind between two nodes.
    pub edges: Vec<Edge>,
}

/// A node to draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// What stands in it.
    pub label: String,
    /// What is said of it in more words.
    pub title: String,
    /// Where it leads, when it leads anywhere: an address.
    pub link: Option<String>,
    /// How it looks.
    pub look: Look,
}

/// An edge to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node it begins at.
    pub from: usize,
    /// Index of the node it leads to.
    pub to: usize,
    /// How it looks.
    pub line: Line,
}

/// How a node looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// Something that is only there for others.
    #[default]
    Plain,
    /// Something that no file at hand defines.
    External,
    /// A data object.
    Object,
    /// Something that changed, or that the graph begins at.
    Changed,
    /// Something that is on the patched side only.
    New,
    /// Something that is on the original side only.
    Removed,
}

impl Look {
    /// The class that the picture has for it.
    pub fn class(self) -> &'static str {
        match self {
            Look::Plain => "plain",
            Look::External => "external",
            Look::Object => "object",
            Look::Changed => "changed",
            Look::New => "new",
            Look::Removed => "removed",
        }
    }
}

/// How an edge looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// A call, or another use.
    Solid,
    /// A jump to another function.
    Tail,
    /// An address that is taken.
    Dashed,
}

impl Line {
    /// The class that the picture has for it.
    pub fn class(self) -> &'static str {
        match self {
            Line::Solid => "solid",
            Line::Tail => "tail",
            Line::Dashed => "dashed",
        }
    }
}
