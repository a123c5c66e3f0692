//! Names that a fix declares anew outside of functions and macros: enumerators, members, constants, types.
//!
//! Where neither lines nor macros explain a change these are what a person looks at next, so that a cause that
//! says "the compiler did it" names them. It stays a hint: debug information does not tell who used an enumerator.

use std::path::PathBuf;

use rustc_hash::FxHashMap;

use crate::pair::Side;

use super::text::{DirectiveKind, SourceText, identifiers};
use super::touched::Touched;

/// Names declared on the altered lines of one file, and where.
pub(super) type Declared = FxHashMap<Vec<u8>, (PathBuf, u32)>;

/// The names declared on the altered lines of `file`; those of the patched side are shown first.
pub(super) fn declared(file: &Touched) -> Declared {
    let mut names = Declared::default();
    for side in [Side::Patched, Side::Original] {
        let Some(text) = file.texts.get(side) else { continue };
        for &line in file.lines(side) {
            for name in names_on(text, line) {
                names.entry(name.to_vec()).or_insert_with(|| file.shown(side, line, false));
            }
        }
    }
    names
}

/// The names that the declaration on a line, or around it, declares; none inside a function's body.
fn names_on(text: &SourceText, line: u32) -> Vec<&[u8]> {
    let in_define = |d: &super::text::Directive| d.kind != DirectiveKind::Other && d.lines.contains(&line);
    if text.directives().iter().any(in_define) {
        return Vec::new();
    }
    let bytes = text.bytes(&(line..line + 1));
    let mut names: Vec<&[u8]> = Vec::new();
    // Up to the opening brace of what is around the line, and on to the outermost one.
    let before = text.code(0..bytes.start);
    let mut depth = 0u32;
    let mut i = before.len();
    while i > 0 {
        i -= 1;
        match before[i] {
            b'}' => depth += 1,
            b'{' if depth > 0 => depth -= 1,
            b'{' => {
                let head = before[..i].trim_ascii_end();
                if head.last() == Some(&b')') {
                    return Vec::new();
                }
                let from = head.iter().rposition(|b| matches!(b, b';' | b'{' | b'}')).map_or(0, |p| p + 1);
                names.extend(identifiers(&head[from..]).filter(|n| !is_keyword(n)));
            }
            // The end of something at file scope: nothing further up belongs to the line.
            b'\n' if depth == 0 && is_closing_line(&before[..i]) => break,
            _ => {}
        }
    }
    // Parameters of a prototype are nobody's business.
    let own = text.code(bytes);
    let end = own.iter().position(|b| *b == b'(').unwrap_or(own.len());
    names.extend(identifiers(&own[..end]).filter(|n| !is_keyword(n)));
    names
}

/// Whether the last line of `text` is a closing brace at its very beginning, and what follows it.
fn is_closing_line(text: &[u8]) -> bool {
    let line = text.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    line.first() == Some(&b'}')
}

fn is_keyword(name: &[u8]) -> bool {
    const KEYWORDS: [&str; 30] = [
        "auto",
        "bool",
        "case",
        "char",
        "const",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "if",
        "inline",
        "int",
        "long",
        "register",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
        "__attribute__",
        "packed",
    ];
    KEYWORDS.iter().any(|k| k.as_bytes() == name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn names(source: &str, line: u32) -> Vec<String> {
        let text = SourceText::new(Arc::from(source.as_bytes()));
        names_on(&text, line).into_iter().map(|n| String::from_utf8_lossy(n).into_owned()).collect()
    }

    #[test]
    fn a_member_names_its_structure_too() {
        let source =
            "struct other {\n\tint x;\n};\n\nstruct outer {\n\tstruct { int a; } in;\n\tlong b;\n};\n";
        assert_eq!(names(source, 7), ["outer", "b"]);
    }

    #[test]
    fn lines_inside_functions_and_macros_declare_nothing() {
        let source = "int f(int a)\n{\n\tif (a) {\n\t\ta++;\n\t}\n\treturn a;\n}\n#define M \\\n\tx y\n";
        for line in [3, 4, 6, 9] {
            assert!(names(source, line).is_empty(), "line {line}");
        }
        assert_eq!(names(source, 1), ["f"]);
    }

    #[test]
    fn enumerators_and_constants_are_names() {
        assert_eq!(names("enum kind {\n\tA = 1,\n\tB,\n};\n", 2), ["kind", "A"]);
        assert_eq!(names("int g(void)\n{\n}\nstatic const int limit = 4;\n", 4), ["limit"]);
    }
}
