//! What it holds, that nothing in it means anything, and that it is never too long.

use super::*;
use crate::report::listing::tests::listing;
use crate::report::text::tests::sample;

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, Some(3), &mut out).expect("memory takes all");
    let text = String::from_utf8(out).expect("it is text");
    assert!(text.len() <= MOST, "{} bytes", text.len());
    text
}

#[test]
fn the_table_and_the_diffs() {
    let text = written(&sample());
    for line in [
        "| changed | `list_insert` | `lib/list.c` | source at `lib/list.c:42`: its own lines are in the patch; ",
        "| **new** | `list_grow` | `lib/list.c` |",
        "| changed | `names` (data object) | `lib/list.c` |",
        "<details><summary><code>list_insert</code> of <code>lib/list.c</code></summary>",
        "-    +0x4  cmp $0x5,%eax",
        "+    +0x4  cmp $0x6,%eax",
        "- `Makefile`: an input of the build",
        "- `lib/bad.c`: failed",
    ] {
        assert!(text.lines().any(|known| known.starts_with(line)), "{line}\nis not in\n{text}");
    }
    assert!(!text.contains("list_insert.cold"), "a cold part is its function's");
}

#[test]
fn names_from_files_mean_nothing() {
    let hostile = "x`y``|<script>*a*_b_[l](http://e)\u{1b}[31m\u{202e}\n\n# h @all !1 </details>";
    let mut report = sample();
    for symbol in report.units.iter_mut().flat_map(|unit| &mut unit.symbols) {
        symbol.name = hostile.to_owned();
        symbol.causes.iter_mut().for_each(|cause| cause.summary = hostile.to_owned());
        if let Some(listing) = &mut symbol.listing {
            listing.lines[1].text.original = Some("```\n</details>".to_owned());
        }
    }
    report.request.original = hostile.to_owned();
    let text = written(&report);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'));
    let ends = text.lines().filter(|line| *line == "</details>").count();
    assert_eq!(ends, text.matches("<details>").count(), "{text}");
    // Every bar in a row that is no border has a backslash.
    let borders = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.len() > 5 && rows.iter().all(|row| borders(row) == 5), "{rows:#?}");
    let fence = text.lines().find(|line| line.ends_with("diff")).expect("a diff");
    assert_eq!(fence, "````diff", "longer than the fence inside");
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("`"), "`` ` ``");
    assert_eq!(sentence("*a* <b> @c http://d"), "\\*a\\* &#60;b&#62; &#64;c http&#58;//d");
}

#[test]
fn the_longest_diffs_are_shortened_and_that_is_said() {
    let mut report = sample();
    let long: String = (0..5000).map(|i| format!("-mov ${i},%eax\n+mov ${i},%ebx\n")).collect();
    report.units[3].symbols[0].listing = Some(listing(&long));
    let text = written(&report);
    assert!(text.len() > MOST - 600, "{} bytes of {MOST} are used", text.len());
    assert!(text.contains("+    +0x4  cmp $0x6,%eax"), "the short one is whole");
    assert!(text.contains("more lines are left out"), "{}", &text[text.len() - 300..]);
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn thousands_of_functions_with_the_longest_names_fit() {
    let mut report = sample();
    let symbol = report.units[1].symbols[0].clone();
    report.units[1].symbols = (0..3000)
        .map(|i| {
            let mut symbol = symbol.clone();
            symbol.name = format!("{}{i}", "\u{65e5}`|\u{1}".repeat(i % 400));
            symbol
        })
        .collect();
    report.skipped = (0..3000)
        .map(|i| crate::report::model::Skipped {
            path: format!("{}{i}", "`|".repeat(300)),
            reason: SkipReason::NotBuilt,
        })
        .collect();
    report.request.original = "`".repeat(100_000);
    report.request.patched = "\u{1}".repeat(100_000);
    let text = written(&report);
    for said in ["rows are left out", "more diffs are left out", "- and "] {
        assert!(text.contains(said), "{said}");
    }
}
