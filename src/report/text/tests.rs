//! The list as a whole, and its parts.

use super::*;
use crate::report::listing::Layout;
use crate::report::listing::tests::listing;
use crate::report::model::*;

fn symbol(unit: &str, name: &str, status: Status) -> SymbolReport {
    SymbolReport {
        id: format!("{unit}#{name}"),
        name: name.to_owned(),
        original_name: None,
        demangled: None,
        kind: Kind::Function,
        binding: Binding::Global,
        section: Some(format!(".text.{name}")),
        file: None,
        status,
        original_size: (status != Status::New).then_some(64),
        patched_size: (status != Status::Removed).then_some(80),
        causes: Vec::new(),
        cold_of: None,
        abi: None,
        closure: None,
        patchability: None,
        listing: None,
        source: None,
        calls: None,
    }
}

fn cause(kind: CauseKind, summary: &str, location: Option<(&str, u32)>) -> Cause {
    Cause {
        kind,
        summary: summary.to_owned(),
        symbol: None,
        location: location.map(|(file, line)| Location { file: file.to_owned(), line }),
        chain: Vec::new(),
    }
}

/// A report with one of everything that the writers treat differently.
pub(crate) fn sample() -> Report {
    let mut insert = symbol("lib/list.c", "list_insert", Status::Changed);
    insert.causes = vec![
        cause(CauseKind::Source, "its own lines are in the patch", Some(("lib/list.c", 42))),
        cause(
            CauseKind::Inline,
            "inlines list_check, whose lines are in the patch and which is also inlined elsewhere",
            Some(("include/list.h", 12)),
        ),
    ];
    insert.listing = Some(listing(" push %rbx\n-cmp $0x5,%eax\n+cmp $0x6,%eax\n call list_grow\n ret"));
    let mut cold = symbol("lib/list.c", "list_insert.cold", Status::New);
    cold.cold_of = Some(insert.id.clone());
    let mut names = symbol("lib/list.c", "names", Status::Changed);
    names.kind = Kind::Object;
    names.causes = vec![cause(CauseKind::Data, "16 bytes at offset 8 differ", None)];
    let mut show = symbol("lib/show.c", "show", Status::Changed);
    show.original_name = Some("show.constprop.0".to_owned());
    show.file = Some("show.c".to_owned());
    let mut reference = cause(CauseKind::Reference, "names has other content", None);
    reference.chain = vec![
        ChainLink { id: Some("lib/list.c#names".to_owned()), what: "names".to_owned(), at: Some(20) },
        ChainLink { id: None, what: "string \"a\\x1b\"".to_owned(), at: None },
    ];
    show.causes = vec![reference];
    let unit = |name: &str, symbols, errors| UnitReport {
        name: name.to_owned(),
        arch: "x86_64".to_owned(),
        module: None,
        original: Some(format!("original/{name}.o")),
        patched: Some(format!("patched/{name}.o")),
        symbols,
        abi: None,
        errors,
    };
    let mut list = unit(
        "lib/list.c",
        vec![
            insert,
            cold,
            symbol("lib/list.c", "list_grow", Status::New),
            symbol("lib/list.c", "list_warn", Status::LineOnly),
            names,
            symbol("lib/list.c", "list_old", Status::Removed),
        ],
        vec![],
    );
    list.module = Some("list".to_owned());
    let failure = ReportError {
        code: "compile".to_owned(),
        message: "lib/bad.c: the compiler failed on the patched side, see what it says and fix the source\n\
                  lib/bad.c:3: error: expected ';'"
            .to_owned(),
        path: Some("lib/bad.c".to_owned()),
    };
    let skip = |path: &str, reason| Skipped { path: path.to_owned(), reason };
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "fixscope".to_owned(), version: "0.0.0".to_owned() },
        request: Request {
            original: "demo".to_owned(),
            patched: "fix.patch".to_owned(),
            compilers: vec![Compiler {
                version: "gcc (Debian 12.2.0-14) 12.2.0".to_owned(),
                target: "x86_64-linux-gnu".to_owned(),
                units: 3,
            }],
            line_directives: true,
        },
        units: vec![
            unit("lib/bad.c", vec![], vec![failure]),
            list,
            unit("lib/same.c", vec![], vec![]),
            unit("lib/show.c", vec![show], vec![]),
        ],
        skipped: vec![skip("Makefile", SkipReason::BuildFile), skip("README", SkipReason::Documentation)],
        summary: Summary {
            changed: 3,
            new: 1,
            removed: 1,
            line_only: 1,
            unchanged: 12,
            closure: None,
            units: 4,
            units_failed: 1,
        },
        fix: None,
        cost: Some(Cost { compilations: 6, seconds: 1.5 }),
    }
}

fn text(options: TextOptions) -> String {
    let mut out = Vec::new();
    write(&sample(), options, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("it is text")
}

/// Compares with a file beside this one; `FIXSCOPE_UPDATE=1 cargo test report` writes it anew.
fn expect(text: &str, file: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/testdata").join(file);
    if std::env::var_os("FIXSCOPE_UPDATE").is_some() {
        std::fs::write(&path, text).expect("the expected text can be written");
    }
    assert_eq!(text, std::fs::read_to_string(&path).expect("the expected text is there"));
}

const UNIFIED: View = View { layout: Layout::Unified, context: Some(1) };

const PLAIN: TextOptions = TextOptions { style: Style::PLAIN, verbose: false, width: WIDTH, view: None };

#[test]
fn the_list() {
    expect(&text(PLAIN), "list.txt");
}

#[test]
fn the_list_in_detail_with_instructions() {
    let options = TextOptions { verbose: true, view: Some(UNIFIED), ..PLAIN };
    expect(&text(options), "verbose.txt");
}

#[test]
fn colours_add_nothing_but_colour() {
    let coloured =
        text(TextOptions { style: Style { coloured: true }, verbose: true, view: Some(UNIFIED), ..PLAIN });
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain += before;
        rest = after.split_once('m').expect("a sequence ends").1;
    }
    plain += rest;
    assert_eq!(plain, text(TextOptions { verbose: true, view: Some(UNIFIED), ..PLAIN }));
    assert_ne!(plain, coloured);
}

#[test]
fn lines_fit_eighty_columns() {
    for line in text(PLAIN).lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
    }
}

#[test]
fn conclusion_of_reports_without_changes() {
    let mut report = sample();
    report.units.clear();
    report.skipped.clear();
    report.summary = Summary::default();
    assert_eq!(conclusion(&report), "No unit was compared.");
    report.summary = Summary { units: 2, units_failed: 2, ..Summary::default() };
    assert_eq!(conclusion(&report), "Nothing could be compared; 2 units failed.");
    report.summary = Summary { units: 2, unchanged: 9, line_only: 1, ..Summary::default() };
    assert_eq!(
        conclusion(&report),
        "Nothing changed in 2 units; 1 differs in line numbers only; 9 unchanged."
    );
}

#[test]
fn findings_stand_below_causes_and_names_in_them_are_made_visible() {
    let mut report = sample();
    let insert = &mut report.units[1].symbols[0];
    insert.closure =
        Some(Closure { member: true, because: Vec::new(), carried_by: Vec::new(), summary: String::new() });
    insert.abi = Some(vec![AbiEntry {
        kind: "register-contract".into(),
        other: AbiOther { id: None, name: "other\x1b[31m\u{202e}".into() },
        role: AbiRole::Caller,
        strength: Strength::Seen,
        evidence: Vec::new(),
        option: None,
        action: Action { code: "both".into(), summary: "Replace both".into() },
    }]);
    let note = Note {
        code: "no-entry".into(),
        summary: "it has no entry".into(),
        action: "Replace its callers".into(),
        location: None,
    };
    insert.patchability = Some(Patchability { verdict: PatchabilityVerdict::No, notes: vec![note] });
    let mut out = Vec::new();
    write(&report, PLAIN, &mut out).expect("memory takes all");
    let text = String::from_utf8(out).expect("it is text");
    for line in [
        "  * changed    list_insert  (to be replaced)",
        "      other\\u{1b}[31m\\u{202e} relies on it: register-contract",
        "      no way      it has no entry. Replace its callers",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
}

#[test]
fn a_wide_terminal_is_used() {
    let mut out = Vec::new();
    write(&sample(), TextOptions { width: 160, ..PLAIN }, &mut out).expect("memory takes all");
    let widest = String::from_utf8(out).expect("it is text").lines().map(|l| l.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest > WIDTH && widest <= 160), "{widest:?}");
}
