//! Generated programs in C and C++, whose truth is known because every function is opaque to the others.

use std::fmt::Write as _;

use super::Random;

/// What a part of a function does; the numbers are what can be altered.
#[derive(Debug, Clone)]
pub enum Part {
    Constant(u64),
    CallOutside(u64),
    CallInside(usize),
    Text(String),
    NamedTable(usize),
    ValueTable(Vec<u64>),
    JumpTable(Vec<u64>),
    StaticLocal(u64),
    Float(u64),
    LocalArray(Vec<u64>),
    Unlikely(u64),
    Loop(u64),
    Pointers(Vec<u64>),
    Member(u64),
    /// C++: what is caught, 0 for `int` and 1 for `long`.
    Catch(u64),
    /// C++: which virtual function is called.
    Virtual(u64),
    /// C++: which instance of a template is called.
    Template(u64),
}

/// The language a program is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    C,
    Cxx,
}

impl Language {
    /// The ending of a source's name.
    pub fn ending(self) -> &'static str {
        match self {
            Language::C => "c",
            Language::Cxx => "cc",
        }
    }
}

/// What may stand in a program.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub language: Language,
    /// Floating point registers may be used.
    pub float: bool,
}

#[derive(Debug, Clone)]
pub struct Program {
    pub kind: Kind,
    pub functions: Vec<Vec<Part>>,
    pub tables: Vec<Vec<u64>>,
    pub order: Vec<usize>,
    /// Unrelated things in front of all others.
    pub extra: bool,
}

/// Members of the structure that functions read.
const MEMBERS: u64 = 6;

fn numbers(random: &mut Random, count: u64) -> Vec<u64> {
    (0..count).map(|_| 1 + random.below(250)).collect()
}

fn part(random: &mut Random, own: usize, tables: usize, kind: Kind) -> Part {
    let kinds = if kind.language == Language::Cxx { 17 } else { 14 };
    match random.below(kinds) {
        0 => Part::Constant(1000 + random.below(100_000)),
        1 => Part::CallOutside(random.below(6)),
        2 if own > 0 => Part::CallInside(random.below(own as u64) as usize),
        3 => Part::Text(format!("text {}", random.below(5))),
        4 => Part::NamedTable(random.below(tables as u64) as usize),
        5 => Part::ValueTable(numbers(random, 7)),
        6 => Part::JumpTable(numbers(random, 8)),
        7 => Part::StaticLocal(1 + random.below(9)),
        8 if kind.float => Part::Float(1 + random.below(50)),
        9 => Part::LocalArray(numbers(random, 24)),
        10 => Part::Unlikely(1000 + random.below(1000)),
        11 => Part::Loop(3 + random.below(1000)),
        12 => Part::Pointers(numbers(random, 6)),
        13 => Part::Member(random.below(MEMBERS)),
        14 => Part::Catch(random.below(2)),
        15 => Part::Virtual(random.below(3)),
        16 => Part::Template(random.below(3)),
        _ => Part::Constant(7 + random.below(100)),
    }
}

/// A program chosen by `random`.
pub fn program(random: &mut Random, kind: Kind) -> Program {
    let count = 6 + random.below(6) as usize;
    let tables = 1 + random.below(3) as usize;
    let functions = (0..count)
        .map(|own| {
            let mut parts: Vec<Part> =
                (0..1 + random.below(4)).map(|_| part(random, own, tables, kind)).collect();
            // Equal functions would be told apart by nothing.
            parts.push(Part::Constant(500_000 + own as u64));
            parts
        })
        .collect();
    let tables = (0..tables).map(|_| numbers(random, 8)).collect();
    Program { kind, functions, tables, order: (0..count).collect(), extra: false }
}

fn list(values: &[u64]) -> String {
    values.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

fn body(part: &Part, label: &str) -> String {
    match part {
        Part::Constant(n) => format!("r = r * 5 + {n};"),
        Part::CallOutside(n) => format!("r += outside_{n}(r);"),
        Part::CallInside(n) => format!("r ^= called_{n}(r);"),
        Part::Text(text) => format!("say(\"{text}\", r);"),
        Part::NamedTable(n) => format!("r += table_{n}[r & 7];"),
        Part::ValueTable(v) => {
            let cases: String =
                v.iter().enumerate().map(|(i, v)| format!("case {i}: {label} = {v}; break; ")).collect();
            format!("{{ int {label}; switch (r) {{ {cases}default: {label} = -3; }} r += {label}; }}")
        }
        Part::JumpTable(v) => {
            let cases: String = v
                .iter()
                .enumerate()
                .map(|(i, v)| format!("case {i}: r = outside_{}(r + {v}); say(0, r); break; ", v % 6))
                .collect();
            format!("switch (r) {{ {cases}}}")
        }
        Part::StaticLocal(n) => format!("{{ static int counter = {n}; r += counter++; }}"),
        Part::Float(n) => format!("r += (int)weigh((double)r * {n}.375);"),
        Part::LocalArray(v) => {
            format!("{{ int {label}[] = {{ {} }}; fill({label}); r += {label}[r & 15]; }}", list(v))
        }
        Part::Unlikely(n) => {
            format!("if (__builtin_expect(r == -{n}, 0)) {{ fail({n}); fail(r); r = outside_0({n} + 1); }}")
        }
        Part::Loop(n) => {
            format!("for (int i = 0; i < {n}; i++) {{ r += outside_1(i ^ r); if (r > 9) break; }}")
        }
        Part::Pointers(v) => {
            let texts: Vec<String> = v.iter().map(|v| format!("\"name {v}\"")).collect();
            format!(
                "{{ static const char *const names[] = {{ {} }}; say(names[(unsigned)r % 6], r); }}",
                texts.join(", ")
            )
        }
        Part::Member(n) => format!("r += find(r)->member_{n};"),
        Part::Catch(n) => {
            let caught = if *n == 0 { "int" } else { "long" };
            format!(
                "try {{ r += may_throw(r); }} catch ({caught} &caught) {{ r ^= outside_2((int)caught); }}"
            )
        }
        Part::Virtual(n) => format!("r += shape->shape_{n}(r);"),
        Part::Template(n) => format!("r += scale<{n}>(r);"),
    }
}

const CXX: &str = "
int may_throw(int);
struct Shape { virtual int shape_0(int); virtual int shape_1(int); virtual int shape_2(int); };
extern Shape *shape;
template <int N> OPAQUE int scale(int r) { return outside_3(r * (N + 3)); }
template int scale<0>(int); template int scale<1>(int); template int scale<2>(int);
";

const EXTRA: &str = "
static int extra_state = 5; static const short extra_table[] = {4, 9, 2, 7, 1};
OPAQUE int extra(int r) {
  static int counter = 77; int a[] = {9,8,7,6,5,4,3,2,1,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25}; fill(a);
  say(\"extra text\", extra_state++); r += extra_table[(unsigned)r % 5] + counter++;
  switch (r) { case 0: return 4; case 1: return 44; case 2: return 3; case 3: return 9; case 4: return 71; case 5: return 6; }
  return a[r & 7]; }
";

/// The program's text. With GCC `noipa` keeps functions from one another; Clang has nothing like it, so that calls
/// go through another declaration of the same symbol, behind which it cannot look.
pub fn source(program: &Program) -> String {
    let mut text = String::from(
        "#ifdef __clang__\n#define OPAQUE __attribute__((noinline))\n#else\n#define OPAQUE __attribute__((noipa))\n#endif\n\
         #ifdef __cplusplus\n#define C_NAME extern \"C\"\n#else\n#define C_NAME\n#endif\n",
    );
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    for declaration in [
        "void say(const char *, int);",
        "void fail(int) __attribute__((cold));",
        "void fill(int *);",
        "double weigh(double);",
    ] {
        let float = declaration.starts_with("double");
        if !float || program.kind.float {
            line(format!("C_NAME {declaration}"));
        }
    }
    let members: String = (0..MEMBERS).map(|n| format!("int member_{n}; ")).collect();
    line(format!("struct found {{ {members}}}; C_NAME struct found *find(int);"));
    for n in 0..6 {
        line(format!("C_NAME int outside_{n}(int);"));
    }
    for (n, values) in program.tables.iter().enumerate() {
        line(format!("static const int table_{n}[] __attribute__((used)) = {{ {} }};", list(values)));
    }
    if program.kind.language == Language::Cxx {
        line(CXX.to_owned());
        line("extern \"C\" {".to_owned());
    }
    for n in 0..program.functions.len() {
        // C++ would mangle a static function's name.
        line(format!("{} int function_{n}(int) __asm__(\"function_{n}\");", linkage(n)));
        line(format!(
            "#ifdef __clang__\nint called_{n}(int) __asm__(\"function_{n}\");\n#else\n#define called_{n} function_{n}\n#endif"
        ));
    }
    if program.extra {
        line(EXTRA.to_owned());
    }
    for &n in &program.order {
        let mut function = format!("{} int function_{n}(int r)\n{{\n", linkage(n));
        for (i, part) in program.functions[n].iter().enumerate() {
            writeln!(function, "  {}", body(part, &format!("values_{i}"))).expect("text grows");
        }
        line(format!("{function}  return r;\n}}"));
    }
    if program.kind.language == Language::Cxx {
        line("}".to_owned());
    }
    text
}

/// Every other function is static, and kept by its attribute.
fn linkage(n: usize) -> &'static str {
    if n % 2 == 1 { "static OPAQUE __attribute__((used))" } else { "OPAQUE" }
}

/// Alters one thing, and says what it was and the name of the one thing that must be listed as changed.
pub fn alter(program: &mut Program, random: &mut Random) -> (String, String) {
    if random.below(8) == 0 {
        let n = random.below(program.tables.len() as u64) as usize;
        program.tables[n][random.below(8) as usize] += 300;
        return (format!("table {n}"), format!("table_{n}"));
    }
    let n = random.below(program.functions.len() as u64) as usize;
    let at = random.below(program.functions[n].len() as u64) as usize;
    let part = &mut program.functions[n][at];
    let what = format!("function {n}: {part:?}");
    let mut name = format!("function_{n}");
    match part {
        Part::Constant(v) | Part::Unlikely(v) | Part::Loop(v) => *v += 1,
        Part::CallOutside(v) | Part::Member(v) => *v = (*v + 1) % 6,
        Part::Catch(v) => *v = 1 - *v,
        Part::Virtual(v) | Part::Template(v) => *v = (*v + 1) % 3,
        Part::CallInside(v) if n > 1 => *v = (*v + 1) % n,
        Part::CallInside(_) => *part = Part::Constant(3),
        Part::Text(text) => *text = text.replace("text", "tezt"),
        Part::NamedTable(_) => *part = Part::Constant(424_242),
        Part::ValueTable(v) | Part::LocalArray(v) => v[random.below(7) as usize] += 251,
        Part::JumpTable(v) => {
            let i = random.below(7) as usize;
            if v[i] == v[i + 1] {
                v[i] += 1;
            } else {
                v.swap(i, i + 1);
            }
        }
        Part::StaticLocal(v) => {
            *v += 10;
            name = "counter".to_owned();
        }
        Part::Float(v) => *v += 50,
        Part::Pointers(v) => v[random.below(6) as usize] += 300,
    }
    (what, name)
}
