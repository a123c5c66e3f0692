//! How far a function or data object goes in the source text.

use super::text::{DirectiveKind, Lines, SourceText, identifiers};

/// How many lines above its name a declaration is looked for.
const MAX_HEAD: u32 = 24;

/// The lines that the definitions before and after a function begin on, where they are known.
#[derive(Debug, Default, Clone, Copy)]
pub struct Neighbours {
    /// The last line before the name's on which another function is named.
    pub before: Option<u32>,
    /// The first line of the next function.
    pub after: Option<u32>,
}

/// The lines of the function called `name`, which stands on `line`.
///
/// The second value tells whether the end was found in the text; without it the range goes up to the next
/// function, or ends with the name's line, and lines of code are the better witness.
pub fn function(text: &SourceText, name: &str, line: u32, neighbours: Neighbours) -> (Lines, bool) {
    let made = is_made_by_macro(text, name, line);
    let above = if made { line } else { head(text, line) };
    let start = neighbours.before.map_or(above, |before| above.max(before + 1).min(line));
    let end = end_of_function(text, line, made);
    let after = neighbours.after.filter(|after| *after > line);
    match (end, after) {
        (End::Found(end), Some(after)) if after <= end => (start..after, false),
        (End::Found(end), _) => (start..end + 1, true),
        (End::AtLeast(end), after) => (start..after.map_or(end + 1, |after| after.min(end + 1)), false),
        (End::Unknown, Some(after)) => (start..after, false),
        (End::Unknown, None) => (start..line + 1, false),
    }
}

/// Whether the line holds the use of a macro that makes the function, rather than the function's name.
fn is_made_by_macro(text: &SourceText, name: &str, line: u32) -> bool {
    let code = text.code(text.bytes(&(line..line + 1)));
    code.contains(&b'(') && !identifiers(code).any(|word| word == name.as_bytes())
}

/// The lines of the data object whose name is on line `name`: up to its semicolon.
pub fn object(text: &SourceText, name: u32) -> Lines {
    let mut end = name;
    let from = text.bytes(&(name..name + 1)).start;
    let all = text.bytes(&(name..text.len() + 1)).end;
    let mut depth = 0u32;
    for (i, byte) in text.code(from..all).iter().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => {
                end = text.line_at(from + i);
                break;
            }
            _ => {}
        }
    }
    head(text, name)..end + 1
}

/// The first line of a declaration: return type and attributes may stand above the name.
pub fn head(text: &SourceText, name: u32) -> u32 {
    let mut line = name;
    while line > 1 && name - line < MAX_HEAD {
        let above = text.code(text.bytes(&(line - 1..line)));
        let blank = above.iter().all(u8::is_ascii_whitespace);
        if blank || above.iter().any(|b| matches!(b, b';' | b'{' | b'}')) {
            break;
        }
        line -= 1;
    }
    line
}

/// Nesting of brackets, and what it was where a conditional began: each branch is read as if it were the only one.
#[derive(Clone, Copy, Default)]
struct Nesting {
    braces: u32,
    parens: u32,
}

/// What the text tells about the end of a function.
enum End {
    /// The line it ends on.
    Found(u32),
    /// It goes up to this line, and what follows may be something else.
    AtLeast(u32),
    /// Nothing.
    Unknown,
}

fn end_of_function(text: &SourceText, name: u32, made_by_macro: bool) -> End {
    let from = text.bytes(&(name..name + 1)).start;
    let all = text.bytes(&(name..text.len() + 1)).end;
    let mut directives = text.directives().iter().skip_while(|d| d.lines.start < name).peekable();
    let mut conditionals: Vec<Nesting> = Vec::new();
    let mut at = Nesting::default();
    let mut seen_parameters = false;
    let mut last = b' ';
    let mut line = name;
    let mut last_line = name;
    for (i, &byte) in text.code(from..all).iter().enumerate() {
        if byte == b'\n' {
            line += 1;
            while let Some(directive) = directives.next_if(|d| d.lines.start <= line) {
                match directive.kind {
                    DirectiveKind::If => conditionals.push(at),
                    DirectiveKind::Else => at = conditionals.last().copied().unwrap_or(at),
                    DirectiveKind::Endif => {
                        conditionals.pop();
                    }
                    _ => {}
                }
            }
            continue;
        }
        if made_by_macro && last == b')' && seen_parameters && at.braces == 0 && at.parens == 0 {
            // Behind the use of a macro comes the body it is the head of, its semicolon, or nothing.
            if !byte.is_ascii_whitespace() && !matches!(byte, b'{' | b';') {
                return End::AtLeast(last_line);
            }
        }
        match byte {
            b'(' => at.parens += 1,
            b')' => {
                at.parens = at.parens.saturating_sub(1);
                seen_parameters |= at.parens == 0 && at.braces == 0;
            }
            b'{' => at.braces += 1,
            b'}' => {
                at.braces = at.braces.saturating_sub(1);
                if at.braces == 0 && at.parens == 0 {
                    return End::Found(text.line_at(from + i));
                }
            }
            // A macro that makes a function, or a declaration. In a definition of the old style semicolons stand
            // between the parameters' names and the body, but none directly behind the parenthesis.
            b';' if at.braces == 0 && at.parens == 0 && (last == b')' || !seen_parameters) => {
                return End::Found(text.line_at(from + i));
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
            last_line = line;
        }
    }
    if made_by_macro && seen_parameters && at.braces == 0 && at.parens == 0 {
        return End::AtLeast(last_line);
    }
    End::Unknown
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const NONE: Neighbours = Neighbours { before: None, after: None };

    fn text(source: &str) -> SourceText {
        SourceText::new(Arc::from(source.as_bytes()))
    }

    #[test]
    fn a_function_ends_with_its_brace_and_begins_with_its_type() {
        let text =
            text("int a;\n\nstatic int\n__attribute__((noinline))\nf(int x)\n{\n\treturn '{';\n}\nint g;\n");
        assert_eq!(function(&text, "f", 5, NONE), (3..9, true));
    }

    #[test]
    fn what_stands_directly_above_is_not_part_of_it() {
        for above in ["int a;", "}", "#define X 1", "/* says */", ""] {
            let text = text(&format!("{above}\nint f(void) {{ return 1; }}\n"));
            assert_eq!(function(&text, "f", 2, NONE).0, 2..3, "{above}");
        }
    }

    #[test]
    fn branches_of_conditionals_are_read_one_by_one() {
        let source = "#ifdef A\nint f(int a) {\n#else\nint f(long a) {\n#endif\n\tif (a) {\n#if B\n\t}\n#else\n\t\ta++; }\n#endif\n\treturn 0;\n}\nint g;\n";
        let text = text(source);
        assert_eq!(function(&text, "f", 4, NONE), (4..14, true));
    }

    #[test]
    fn a_macro_that_makes_a_function_ends_with_its_semicolon() {
        let text = text("DEFINE_SHOW(foo);\nint g(void)\n{\n}\n");
        assert_eq!(function(&text, "foo_show", 1, NONE), (1..2, true));
    }

    #[test]
    fn macros_that_make_functions_may_stand_in_rows() {
        let text = text(
            "FNS(Dirty, dirty)\nFNS(Mapped,\n    mapped)\nFNS(New, new)\nint g(void)\n{\n}\nFNS(Last, last)\n",
        );
        assert_eq!(function(&text, "set_mapped", 2, NONE), (2..4, false));
        assert_eq!(function(&text, "set_new", 4, NONE), (4..5, false));
        assert_eq!(function(&text, "set_last", 8, NONE), (8..9, false));
    }

    #[test]
    fn a_macro_may_be_the_head_of_a_body() {
        let text = text("\nDEFINE2(open, int, a,\n\tint, b)\n{\n\treturn a;\n}\n");
        assert_eq!(function(&text, "do_open", 2, NONE), (2..7, true));
    }

    #[test]
    fn parameters_of_the_old_style_do_not_end_a_function() {
        let text = text("int f(a, b)\n    int a;\n    char *b;\n{\n    return a;\n}\nint g;\n");
        assert_eq!(function(&text, "f", 1, NONE), (1..7, true));
    }

    #[test]
    fn the_next_declaration_bounds_a_function_that_cannot_be_read() {
        let text = text("int f(void)\n{\n\tOPEN\n\tif (1) {\n}\nint g(void)\n{\n}\n");
        assert_eq!(function(&text, "f", 1, Neighbours { before: None, after: Some(6) }), (1..6, false));
        assert_eq!(function(&text, "f", 1, NONE), (1..2, false));
    }

    #[test]
    fn an_object_goes_to_its_semicolon() {
        let text = text("static const int\ntable[] = {\n\t1,\n\t2, /* ; */\n};\nint after;\n");
        assert_eq!(object(&text, 2), 1..6);
        assert_eq!(object(&text, 6), 6..7);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_some_extent(
            source in "[ \\na-c(){};#\"'/*\\\\]{0,80}|(#if|#else|#endif|#define a|\\n|\\{|\\}|;|f\\(\\)){0,30}",
            name in 0u32..40,
            next in proptest::option::of(0u32..40),
        ) {
            let text = text(&source);
            let (lines, _) = function(&text, "f", name, Neighbours { before: next, after: next });
            proptest::prop_assert!(lines.start <= lines.end);
            object(&text, name);
            text.macros();
        }
    }
}
