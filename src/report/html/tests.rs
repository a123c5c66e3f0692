//! The page as text; what a browser makes of it is tested in one.

use super::*;
use crate::report::model::*;
use crate::report::text::tests::sample;

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, Some(3), &mut out).expect("memory takes all");
    String::from_utf8(out).expect("it is text")
}

/// What a reader sees of escaped text.
fn read(page: &str) -> String {
    page.replace("&#x2f;", "/").replace("&#x27;", "'").replace("&quot;", "\"")
}

#[test]
fn names_from_files_are_nothing_but_text() {
    let hostile = "</script><script>alert(1)</script>\" onload='x' \u{1b}[31m\u{202e}\u{2066}\0{{ 7 * 7 }}";
    let mut report = sample();
    report.request.original = hostile.to_owned();
    report.skipped[0].path = hostile.to_owned();
    report.fix = Some(vec![FixFile {
        path: crate::pair::Pair::new(None, Some(hostile.to_owned())),
        hunks: vec![FixHunk {
            lines: vec![FixLine { line: crate::pair::Pair::new(None, Some(1)), text: hostile.to_owned() }],
        }],
    }]);
    for unit in &mut report.units {
        unit.name = hostile.to_owned();
        unit.errors.iter_mut().for_each(|error| error.message = hostile.to_owned());
        for symbol in &mut unit.symbols {
            symbol.name = hostile.to_owned();
            symbol.demangled = Some(hostile.to_owned());
            symbol.section = Some(hostile.to_owned());
            symbol.file = Some(hostile.to_owned());
            for cause in &mut symbol.causes {
                cause.summary = hostile.to_owned();
                cause.chain.iter_mut().for_each(|link| link.what = hostile.to_owned());
            }
            symbol.calls = Some(vec![Call {
                role: AbiRole::Callee,
                id: None,
                name: hostile.to_owned(),
                unit: Some(hostile.to_owned()),
                using: crate::inspect::model::Use::Call,
                count: 1,
            }]);
            if let Some(listing) = &mut symbol.listing {
                listing.notes.push(hostile.to_owned());
                listing.lines.iter_mut().for_each(|line| line.text.patched = Some(hostile.to_owned()));
            }
        }
    }
    let page = page(&report);
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    assert_eq!(page.matches("</script").count(), 1);
    assert!(!page.contains("alert(1)</"), "an element of a name's own");
    assert!(!page.contains(|c: char| c.is_control() && c != '\n' || matches!(c, '\u{202e}' | '\u{2066}')));
    assert!(page.contains("{{ 7 * 7 }}") && !page.contains("49<"), "a name is no template");
    // Quotes of attributes are those of the template.
    assert!(!page.contains("\" onload="), "an attribute of a name's own");
}

#[test]
fn the_policy_names_what_the_page_holds_and_nothing_else() {
    let page = page(&sample());
    let between = |from: &str, to: &str| {
        let start = page.find(from).expect(from) + from.len();
        &page[start..start + page[start..].find(to).expect(to)]
    };
    let policy = between("Content-Security-Policy\" content=\"", "\"");
    let policy = read(policy);
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for (element, directive) in [("script", "script-src"), ("style", "style-src")] {
        let held = between(&format!("<{element}>"), &format!("</{element}>"));
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(held.as_bytes()));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}';")), "{directive} in {policy}");
        assert_eq!(page.matches(&format!("<{element}")).count(), 1);
    }
    let markup = page.replace(STYLE, "").replace(SCRIPT, "");
    for forbidden in [" style=", " onclick", " onload", "javascript:", "src=", "http://", "https://"] {
        let markup = markup.replace("http://www.w3.org/2000/svg", "");
        assert!(!markup.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn everything_a_report_can_hold_is_shown() {
    let mut report = sample();
    let insert = &mut report.units[1].symbols[0];
    insert.abi = Some(vec![AbiEntry {
        kind: "register-contract".into(),
        other: AbiOther { id: Some("lib/show.c#show".into()), name: "show".into() },
        role: AbiRole::Caller,
        strength: Strength::Recorded,
        evidence: vec![AbiEvidence {
            source: EvidenceSource::Dump,
            summary: "the dump says so".into(),
            at: Some(18),
        }],
        option: Some("-fno-ipa-ra".into()),
        action: Action { code: "replace-both".into(), summary: "replace both".into() },
    }]);
    insert.closure = Some(Closure {
        member: true,
        summary: String::new(),
        because: vec!["lib/show.c#show".into(), "gone".into()],
        carried_by: vec![],
    });
    insert.patchability = Some(Patchability {
        verdict: PatchabilityVerdict::Care,
        notes: vec![Note {
            code: "static-key".into(),
            summary: "it has a static key".into(),
            action: "look at it".into(),
            location: Some(Location { file: "lib/list.c".into(), line: 42 }),
        }],
    });
    let page = page(&report);
    for text in [
        "register-contract",
        "recorded",
        "the dump says so",
        "at +0x12",
        "-fno-ipa-ra",
        "replace both",
        "To be replaced",
        "static-key",
        "can be replaced with care",
        "lib/list.c:42",
        "gone",
        "expected ';'",
        "an input of the build",
        "documentation",
        "cmp $0x5,%eax",
    ] {
        assert!(read(&page).contains(text), "{text}");
    }
    let links: Vec<&str> = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() > 5);
    for link in links {
        assert!(page.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
}

#[test]
fn a_report_of_nothing_is_a_page() {
    let mut report = sample();
    report.units.clear();
    report.skipped.clear();
    report.request.compilers.clear();
    report.summary = Summary::default();
    let page = page(&report);
    assert!(page.contains("Nothing is listed."));
}
