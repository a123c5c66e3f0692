//! Which architecture a file's text is of.

use fixscope_arch::{SYNTAXES, Syntax};
use rustc_hash::FxHashSet;

use super::token::continues_name;

/// At most so much of a file is looked at: its first functions tell.
const LOOKED_AT: usize = 1 << 18;

/// The text of one family must say so many times as much for it as any other one.
const MUCH: u32 = 4;

/// What speaks for one architecture.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    family: u32,
    own: u32,
}

/// How text is written, and whether anything in it tells that: nothing does in a file that holds data alone. An error,
/// without place, names the two architectures that it could be of.
pub(super) fn syntax_of(text: &[u8]) -> Result<(&'static Syntax, bool), String> {
    let mut cut = &text[..text.len().min(LOOKED_AT)];
    if cut.len() < text.len() {
        cut = &cut[..memchr::memrchr(b'\n', cut).map_or(0, |end| end + 1)];
    }
    let scores = scores(cut);
    let of_family = |family: &str| {
        let members = SYNTAXES.iter().zip(&scores).filter(|(s, _)| s.family == family);
        members.map(|(_, score)| score.family + score.own).max().unwrap_or(0)
    };
    // The first of several that are alike.
    let mut best: Option<&'static Syntax> = None;
    for syntax in SYNTAXES.iter().copied() {
        if best.is_none_or(|b| of_family(syntax.family) > of_family(b.family)) {
            best = Some(syntax);
        }
    }
    let Some(best) = best else { return Err("no architecture has text".to_owned()) };
    let much = of_family(best.family);
    let rival = SYNTAXES.iter().filter(|s| s.family != best.family).max_by_key(|s| of_family(s.family));
    if let Some(rival) = rival.filter(|r| of_family(r.family).saturating_mul(MUCH) > much) {
        return Err(format!("could be {} or {}; say which with `--arch`", best.arch, rival.arch));
    }
    let members = SYNTAXES.iter().zip(&scores).filter(|(s, _)| s.family == best.family);
    let own = members.clone().find(|(_, score)| score.own > 0);
    let alone = members.count() == 1;
    Ok(match own {
        Some((syntax, _)) => (*syntax, true),
        None => (best, alone && much > 0),
    })
}

/// By place in [`SYNTAXES`].
fn scores(text: &[u8]) -> Vec<Score> {
    let signs: Vec<Known> = SYNTAXES.iter().map(|syntax| Known::new(syntax)).collect();
    let mut scores = vec![Score::default(); signs.len()];
    for line in text.split(|&c| c == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let line = without_quotes(line.trim());
        for (known, score) in signs.iter().zip(&mut scores) {
            known.count(&line, score);
        }
    }
    scores
}

/// A line without what stands in quotes.
fn without_quotes(line: &str) -> String {
    line.split('"').step_by(2).collect::<Vec<_>>().join(" ")
}

fn registers_of(syntax: &Syntax) -> impl Iterator<Item = &'static str> {
    syntax.registers.iter().flat_map(|list| list.names).copied()
}

/// Whether another family has a register that is written in the same way.
fn is_elsewhere(syntax: &Syntax, name: &str) -> bool {
    let others =
        SYNTAXES.iter().filter(|s| s.family != syntax.family && s.register_prefix == syntax.register_prefix);
    others.flat_map(|other| registers_of(other)).any(|other| other == name)
}

/// The signs of one architecture.
struct Known {
    syntax: &'static Syntax,
    statements: FxHashSet<&'static str>,
    own_statements: FxHashSet<&'static str>,
    own_operands: FxHashSet<&'static str>,
    registers: FxHashSet<&'static str>,
}

impl Known {
    fn new(syntax: &'static Syntax) -> Known {
        let set = |words: &'static [&'static str]| words.iter().copied().collect();
        Known {
            syntax,
            statements: set(syntax.signs.statements),
            own_statements: set(syntax.signs.own_statements),
            own_operands: set(syntax.signs.own_operands),
            registers: registers_of(syntax).filter(|name| !is_elsewhere(syntax, name)).collect(),
        }
    }

    fn count(&self, line: &str, score: &mut Score) {
        let is_comment = |text: &str| self.syntax.line_comments.iter().any(|c| text.starts_with(c));
        score.family += self.syntax.signs.texts.iter().filter(|text| line.contains(**text)).count() as u32;
        let code = self.without_comment(line);
        if is_comment(code) {
            return;
        }
        // Behind a label.
        let code =
            code.rsplit_once(": ").or(code.rsplit_once(":\t")).map_or(code, |(_, behind)| behind).trim();
        let (word, operands) = code.split_once([' ', '\t']).unwrap_or((code, ""));
        score.family += u32::from(self.statements.contains(word));
        score.own += u32::from(self.own_statements.contains(word));
        if word.starts_with('.') {
            return;
        }
        for operand in operands.split(|c: char| !(c.is_ascii() && continues_name(c as u8)) && c != '%') {
            score.own += u32::from(self.own_operands.contains(operand));
            let register = match self.syntax.register_prefix {
                Some(prefix) => operand.strip_prefix(char::from(prefix)),
                None => operand.split('.').next(),
            };
            score.family += u32::from(register.is_some_and(|name| self.registers.contains(name)));
        }
    }

    fn without_comment<'l>(&self, line: &'l str) -> &'l str {
        let texts = self.syntax.comment_texts.iter().filter_map(|text| line.find(text));
        let marks = self.syntax.comments.iter().filter_map(|&c| line.find(char::from(c)));
        // In other text the mark may belong to an operand.
        let end = texts.chain(marks).filter(|&at| line[..at].ends_with([' ', '\t']) || at == 0).min();
        end.map_or(line, |end| line[..end].trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (&'static str, bool) {
        syntax_of(text.as_bytes()).map(|(s, told)| (s.arch, told)).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn text_tells_its_architecture() {
        for (text, arch) in [
            ("f:\n\tmovq\t%rdi, %rax\n\tret\n", "x86_64"),
            ("f:\tmovl x0(%rip), %eax\n", "x86_64"),
            ("f:\n\tpushl\t%ebx\n\tcall\t__x86.get_pc_thunk.bx\n", "i386"),
            ("f:\n\tmovl\t4(%esp), %eax\n\tret\n", "i386"),
            ("\t.arch armv8-a\n\t.file\t\"a.c\"\n", "aarch64"),
            ("f:\n\tcbz\tw0, .L2\n\tret\n", "aarch64"),
            ("x:\n\t.word\t5                               // 0x5\n", "aarch64"),
            ("\t.syntax unified\n\t.eabi_attribute\t67, \"2.09\"\n", "arm"),
            ("f:\n\tpush\t{r4, lr}\n\tbl\tg(PLT)\n", "arm"),
        ] {
            assert_eq!(told(text), (arch, true), "{text}");
        }
    }

    #[test]
    fn what_tells_nothing_could_be_of_any() {
        assert_eq!(told("\t.data\nx:\t.long 5\n"), ("x86_64", false));
        // Both of a family have these.
        assert_eq!(told("f:\n\tmovl\tx, %eax\n\tret\n"), ("x86_64", false));
        assert_eq!(told("\t.data\nx:\t.ascii \"movq %rax, %rbx\"\n"), ("x86_64", false));
    }

    #[test]
    fn doubt_is_an_error() {
        let text = "\tmovq\t%rdi, %rax\n\tstp\tx0, x1, [sp]\n";
        let error = syntax_of(text.as_bytes()).expect_err("it is of two");
        assert!(error.contains("x86_64") && error.contains("aarch64") && error.contains("--arch"), "{error}");
    }
}
