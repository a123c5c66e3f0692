//! GCC's record of the functions that it copied, inlined and removed (`-fdump-ipa-clones`, `FILE.000i.ipa-clones`).
//!
//! One line for each event, with `;` between fields (`dump_callgraph_transformation` in GCC's `cgraphclones.c`):
//!
//! ```text
//! Callgraph clone;NAME;ORDER;FILE;LINE;COLUMN;NAME;ORDER;FILE;LINE;COLUMN;REASON
//! Callgraph removal;NAME;ORDER;FILE;LINE;COLUMN
//! ```
//!
//! Some versions write the assembler's name behind each name, which makes 14 and 7 fields. `(null)` stands for a file
//! that is not known. The number behind a name (GCC's "order") tells functions of one name apart.

use std::collections::{BTreeMap, BTreeSet};

/// A function as the record names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// The name that the assembler sees.
    pub name: String,
    /// GCC's number of it.
    pub order: u64,
}

/// A copy that is a function of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// What was copied.
    pub of: Node,
    /// The copy.
    pub is: Node,
    /// GCC's word for why: `constprop`, `isra`, `part` and others.
    pub reason: String,
}

/// The record of one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clones {
    /// Bodies and what they were inlined into, in the order of the record.
    inlined: Vec<(Node, Node)>,
    /// Copies that became functions.
    pub copies: Vec<Copy>,
    /// Functions that the compiler threw away.
    pub removed: BTreeSet<Node>,
    /// Sentences about what could not be read.
    pub troubles: Vec<String>,
}

/// GCC's reason for a copy that goes into a caller.
const INLINING: &str = "inlining to";

/// Reads a record. Lines that are not understood are counted in [`Clones::troubles`], and the others are used.
pub fn parse(text: &[u8]) -> Clones {
    let text = String::from_utf8_lossy(text);
    let mut clones = Clones::default();
    let mut unknown: Vec<usize> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if !line.is_empty() && event(line, &mut clones).is_none() {
            unknown.push(index + 1);
        }
    }
    if !text.is_empty() && !text.ends_with('\n') && unknown.is_empty() {
        unknown.push(text.lines().count());
    }
    if let Some(first) = unknown.first() {
        clones.troubles.push(format!(
            "{} lines of the compiler's record of copied functions (-fdump-ipa-clones) are torn or of another \
             version, the first is line {first}; inlining and cloning that they tell is not known",
            unknown.len()
        ));
    }
    clones
}

fn event(line: &str, clones: &mut Clones) -> Option<()> {
    let fields: Vec<&str> = line.split(';').collect();
    match (fields.first().copied()?, fields.len()) {
        ("Callgraph clone", count @ (12 | 14)) => {
            let width = (count - 2) / 2;
            let (from, to) = (node(&fields[1..=width])?, node(&fields[width + 1..=2 * width])?);
            let reason = fields[count - 1];
            if reason == INLINING {
                clones.inlined.push((from, to));
            } else {
                clones.copies.push(Copy { of: from, is: to, reason: reason.to_owned() });
            }
        }
        ("Callgraph removal", count @ (6 | 7)) => {
            clones.removed.insert(node(&fields[1..count])?);
        }
        _ => return None,
    }
    Some(())
}

/// `NAME;ORDER;FILE;LINE;COLUMN`, or with the assembler's name in the second place.
fn node(fields: &[&str]) -> Option<Node> {
    let ([name, order, _, _, _] | [_, name, order, _, _, _]) = fields else { return None };
    if name.is_empty() || *name == "(null)" {
        return None;
    }
    Some(Node { name: (*name).to_owned(), order: order.parse().ok()? })
}

impl Clones {
    /// The names of all bodies that ended in a function, by its name: also those that came in inside of others.
    pub fn inlined(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut direct: BTreeMap<&Node, BTreeSet<&Node>> = BTreeMap::new();
        for (body, into) in &self.inlined {
            direct.entry(into).or_default().insert(body);
        }
        // A copy begins with what had been inlined into what it is a copy of.
        for copy in &self.copies {
            direct.entry(&copy.is).or_default().insert(&copy.of);
        }
        let copied_from: BTreeSet<(&Node, &Node)> = self.copies.iter().map(|c| (&c.is, &c.of)).collect();
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for &into in direct.keys() {
            // Recursive functions are inlined into each other, and so in circles.
            let mut seen: BTreeSet<&Node> = BTreeSet::from([into]);
            let mut left = vec![into];
            while let Some(at) = left.pop() {
                for &body in direct.get(at).into_iter().flatten() {
                    if seen.insert(body) {
                        left.push(body);
                        if !copied_from.contains(&(at, body)) {
                            all.entry(into.name.clone()).or_default().insert(body.name.clone());
                        }
                    }
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let new = parse(
            b"Callgraph clone;tiny;1;a.c;4;12;user;4;a.c;7;5;inlining to\n\
              Callgraph clone;big;0;a.c;3;38;big.constprop.0;8;a.c;3;38;constprop\n\
              Callgraph removal;tiny;1;(null);0;0\n",
        );
        let old = parse(
            b"Callgraph clone;tiny;tiny;1;a.c;4;12;user;user;4;a.c;7;5;inlining to\n\
              Callgraph clone;big;big;0;a.c;3;38;big;big.constprop.0;8;a.c;3;38;constprop\n\
              Callgraph removal;tiny;tiny;1;(null);0;0\n",
        );
        assert_eq!(new, old);
        assert_eq!(new.troubles, Vec::<String>::new());
        assert_eq!(new.copies[0].is.name, "big.constprop.0");
        assert_eq!(new.removed.len(), 1);
        assert!(new.inlined()["user"].contains("tiny"));
    }

    #[test]
    fn bodies_come_in_inside_of_others_and_in_circles() {
        let clones = parse(
            b"Callgraph clone;a;1;x.c;1;1;b;2;x.c;2;1;inlining to\n\
              Callgraph clone;b;2;x.c;2;1;a;1;x.c;1;1;inlining to\n\
              Callgraph clone;b;2;x.c;2;1;c;3;x.c;3;1;inlining to\n\
              Callgraph clone;c;3;x.c;3;1;c.part.0;9;x.c;3;1;part\n",
        );
        let inlined = clones.inlined();
        assert_eq!(inlined["c"], BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        assert_eq!(inlined["a"], BTreeSet::from(["b".to_owned()]));
        assert_eq!(inlined["c.part.0"], BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn names_that_repeat_are_told_apart_by_their_numbers() {
        let clones = parse(
            b"Callgraph clone;leaf;1;x.c;1;1;helper;2;x.c;2;1;inlining to\n\
              Callgraph clone;helper;7;x.h;2;1;user;3;x.c;3;1;inlining to\n",
        );
        assert_eq!(clones.inlined()["user"], BTreeSet::from(["helper".to_owned()]));
    }

    #[test]
    fn torn_and_foreign_lines_are_told_and_the_rest_is_used() {
        let clones = parse(b"Callgraph clone;a;1;x.c;1;1;b;2;x.c;2;1;inlining to\nCallgraph clone;a;1;x");
        assert!(clones.inlined().contains_key("b"));
        assert_eq!(clones.troubles.len(), 1);
        assert!(clones.troubles[0].contains("line 2"), "{}", clones.troubles[0]);
        assert_eq!(parse(b"Callgraph merge;a;b\n\xff\xfe\n").troubles.len(), 1);
        assert_eq!(parse(b"Callgraph clone;(null);1;x.c;1;1;b;2;x.c;2;1;inlining to\n").troubles.len(), 1);
        assert_eq!(parse(b""), Clones::default());
        // The last line may be whole up to its last character.
        assert_eq!(parse(b"Callgraph removal;tiny;1;a.c;4;1").troubles.len(), 1);
    }
}
