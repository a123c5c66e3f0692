//! Which macros a fix defines anew, and through which others a function comes to use them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::text::{DirectiveKind, Lines, SourceText, identifier_set, is_word};

/// A `#define` or `#undef`.
#[derive(Debug, Clone)]
pub struct MacroDefinition {
    /// The macro's name.
    pub name: Vec<u8>,
    /// The lines of the directive.
    pub lines: Lines,
    /// The identifiers of its body, its own parameters included; ordered, each once.
    pub uses: Vec<Vec<u8>>,
}

/// The macros that `text` defines and undefines, in order.
pub(super) fn definitions(text: &SourceText) -> Vec<MacroDefinition> {
    let mut found = Vec::new();
    for directive in text.directives() {
        if !matches!(directive.kind, DirectiveKind::Define | DirectiveKind::Undef) {
            continue;
        }
        let rest = text.masked(directive.rest.clone());
        let Some(start) = rest.iter().position(|b| is_word(*b)) else { continue };
        let length = rest[start..].iter().take_while(|b| is_word(**b)).count();
        let name = rest[start..start + length].to_vec();
        let mut uses: Vec<Vec<u8>> =
            identifier_set(&rest[start + length..]).into_iter().map(<[u8]>::to_vec).collect();
        uses.sort_unstable();
        found.push(MacroDefinition { name, lines: directive.lines.clone(), uses });
    }
    found
}

/// The macros through which a touched one is reached.
#[derive(Debug, Default)]
pub struct MacroClosure {
    reach: FxHashMap<Vec<u8>, Reach>,
}

/// How a macro comes to a touched one.
#[derive(Debug)]
struct Reach {
    /// The touched macro.
    target: Vec<u8>,
    /// The macro one step nearer to it; `None` for the touched macro itself.
    next: Option<Vec<u8>>,
}

impl MacroClosure {
    /// Everything that reaches one of `touched` through the definitions of `texts`.
    pub fn new<'a>(touched: &[Vec<u8>], texts: impl Iterator<Item = &'a SourceText> + Clone) -> Self {
        let mut closure = MacroClosure::default();
        for name in touched {
            closure.reach.insert(name.clone(), Reach { target: name.clone(), next: None });
        }
        if touched.is_empty() {
            return closure;
        }
        // Few macros are touched and chains are short, so some passes over all definitions are cheaper than an
        // index of who uses whom. The shortest chain is found first.
        let mut frontier: FxHashSet<Vec<u8>> = touched.iter().cloned().collect();
        while !frontier.is_empty() {
            let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
            for definition in texts.clone().flat_map(SourceText::macros) {
                if closure.reach.contains_key(&definition.name) {
                    continue;
                }
                if let Some(used) = definition.uses.iter().find(|u| frontier.contains(*u)) {
                    found.push((definition.name.clone(), used.clone()));
                }
            }
            found.sort_unstable();
            frontier.clear();
            for (name, used) in found {
                if !closure.reach.contains_key(&name) {
                    let target = closure.reach[&used].target.clone();
                    closure.reach.insert(name.clone(), Reach { target, next: Some(used) });
                    frontier.insert(name);
                }
            }
        }
        closure
    }

    /// Whether nothing is reached.
    pub fn is_empty(&self) -> bool {
        self.reach.is_empty()
    }

    /// The touched macro that the use of `name` comes to, and the macros passed on the way, `name` first when it
    /// is not the touched one itself.
    pub fn target(&self, name: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
        let (mut name, mut reach) = self.reach.get_key_value(name)?;
        let target = &reach.target;
        let mut way: Vec<&[u8]> = Vec::new();
        while let Some(next) = &reach.next {
            way.push(name);
            (name, reach) = self.reach.get_key_value(next)?;
        }
        Some((target, way))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn text(source: &str) -> SourceText {
        SourceText::new(Arc::from(source.as_bytes()))
    }

    #[test]
    fn definitions_are_found_with_all_their_lines() {
        let text = text("#define A 1\n# define B(x) \\\n\t(A + (x)) /* C */\n#undef A\n#ifdef D\n#endif\n");
        let seen: Vec<_> = text
            .macros()
            .iter()
            .map(|m| (String::from_utf8_lossy(&m.name).into_owned(), m.lines.clone(), m.uses.len()))
            .collect();
        assert_eq!(seen, [("A".into(), 1..2, 0), ("B".into(), 2..4, 2), ("A".into(), 4..5, 0)]);
    }

    #[test]
    fn a_chain_of_macros_leads_to_the_touched_one() {
        let texts =
            [text("#define A 1\n#define B (A)\n"), text("#define C(x) B\n#define D 4\n#define A2 D\n")];
        let closure = MacroClosure::new(&[b"A".to_vec()], texts.iter());
        assert_eq!(closure.target(b"A"), Some((&b"A"[..], vec![])));
        assert_eq!(closure.target(b"C"), Some((&b"A"[..], vec![&b"C"[..], b"B"])));
        assert_eq!(closure.target(b"D"), None);
        assert_eq!(closure.target(b"A2"), None);
    }

    #[test]
    fn macros_that_name_each_other_end() {
        let texts = [text("#define A B\n#define B A\n")];
        let closure = MacroClosure::new(&[b"A".to_vec()], texts.iter());
        assert_eq!(closure.target(b"B"), Some((&b"A"[..], vec![&b"B"[..]])));
    }
}
