//! The page in a real browser: Debian's `chromium`, spoken to over a pipe (`--remote-debugging-pipe`: the Chrome
//! DevTools protocol, one JSON document after the other, each with a zero byte behind it).
//!
//! Screenshots stay below `target/screenshots`, for people to look at.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine;
use common::{demo, fixscope, run_expecting};
use fixscope::pair::Pair;
use fixscope::report::model::{
    AbiEntry, AbiEvidence, AbiOther, AbiRole, Action, Closure, EvidenceSource, Listing, ListingLine,
    ListingOp, Note, Patchability, PatchabilityVerdict, Place, Report, Status, Strength, SymbolReport,
};
use serde_json::{Value, json};

/// A browser with one open page.
struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: String,
    last: u64,
    /// What the page complained about.
    complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Browser {
    fn open(page: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("a folder for the browser");
        // The browser speaks over its descriptors 3 and 4.
        let words = "exec chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
                     --disable-background-networking --no-first-run --hide-scrollbars --remote-debugging-pipe \
                     --user-data-dir=\"$1\" about:blank 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut child = Command::new("sh")
            .args(["-c", words, "sh"])
            .arg(profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let to = child.stdin.take().expect("it is a pipe");
        let from = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let session = String::new();
        let mut browser =
            Browser { child, to, from, session, last: 0, complaints: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.size(1400, 1000);
        browser.call("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        browser.wait("document.readyState === 'complete' && location.protocol === 'file:'");
        browser
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.clone().into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).expect("the browser listens");
        loop {
            let mut answer = Vec::new();
            let read = self.from.read_until(0, &mut answer).expect("the browser speaks");
            assert!(read > 0, "the browser ended at {method}; is Debian's chromium installed?");
            answer.pop();
            let answer: Value = serde_json::from_slice(&answer).expect("JSON");
            match answer["method"].as_str() {
                Some("Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled") => {
                    self.complaints.push(answer["params"].to_string());
                }
                _ if answer["id"] == self.last => {
                    assert!(answer.get("error").is_none(), "{method}: {answer}");
                    return answer["result"].clone();
                }
                _ => {}
            }
        }
    }

    /// The value of an expression.
    fn value(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    fn wait(&mut self, condition: &str) {
        for _ in 0..600 {
            if self.value(condition) == true {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("{condition} never came true");
    }

    fn size(&mut self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    fn scheme(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    fn key(&mut self, key: &str, text: &str) {
        let down = json!({ "type": "keyDown", "key": key, "text": text });
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }

    /// A press of the mouse's button in the middle of an element.
    fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{ const e = document.querySelector({}); e.scrollIntoView({{ block: 'center' }}); \
             const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()",
            json!(selector)
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let press =
                json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", press);
        }
    }

    fn screenshot(&mut self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder below target");
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let data = shot["data"].as_str().expect("a picture");
        let png = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
        assert!(png.len() > 5000, "{name} is an empty picture");
        std::fs::write(folder.join(name), png).expect("it is written");
    }

    fn shown_rows(&mut self) -> u64 {
        self.value("document.querySelectorAll('#table tbody tr:not([hidden])').length")
            .as_u64()
            .expect("a number")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn demo_report(home: &Path) -> Report {
    let path = home.join("demo.json");
    let mut command = fixscope(home);
    command.args(["analyze", "--show", "--format", "json", "-o"]).arg(&path).arg("--tree").arg(demo());
    run_expecting(command.arg("--patch").arg(demo().join("fix.patch")), 1);
    serde_json::from_slice(&std::fs::read(path).expect("it is there")).expect("a report")
}

fn page(home: &Path, report: &Report) -> PathBuf {
    let (saved, page) = (home.join("saved.json"), home.join("report.html"));
    std::fs::write(&saved, serde_json::to_vec(report).expect("JSON")).expect("it is written");
    let mut command = fixscope(home);
    run_expecting(command.arg("report").arg(&saved).args(["--format", "html", "-o"]).arg(&page), 0);
    page
}

/// What the ABI and the closure will say, on the demo's functions.
fn with_findings(mut report: Report) -> Report {
    let symbols = report.units.iter_mut().flat_map(|unit| &mut unit.symbols);
    let decode: &mut SymbolReport =
        symbols.into_iter().find(|symbol| symbol.name == "frame_decode").expect("the fix changes it");
    decode.closure = Some(Closure {
        member: true,
        summary: String::new(),
        because: vec!["lib/frame.c#frame_skip".into()],
        carried_by: Vec::new(),
    });
    decode.abi = Some(vec![AbiEntry {
        kind: "register-contract".into(),
        other: AbiOther { id: Some("lib/frame.c#frame_skip".into()), name: "frame_skip".into() },
        role: AbiRole::Caller,
        strength: Strength::Seen,
        evidence: vec![AbiEvidence {
            source: EvidenceSource::Code,
            summary: "r8 is read behind the call".into(),
            at: Some(16),
        }],
        option: Some("-fno-ipa-ra".into()),
        action: Action { code: "both".into(), summary: "replace both".into() },
    }]);
    decode.patchability = Some(Patchability {
        verdict: PatchabilityVerdict::Care,
        notes: vec![Note {
            code: "static-key".into(),
            summary: "It reads a static key".into(),
            action: "Use static_key_enabled().".into(),
            location: None,
        }],
    });
    report
}

#[test]
#[ignore = "needs Debian's chromium"]
fn the_page_filters_sorts_and_leads_from_a_cause_to_what_it_names() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let page = page(home.path(), &with_findings(demo_report(home.path())));
    let mut browser = Browser::open(&page);
    assert_eq!(browser.shown_rows(), 4);
    browser.screenshot("demo-light.png");
    browser.scheme("dark");
    browser.screenshot("demo-dark.png");
    browser.scheme("light");

    // `/` leads to the filter, and typing filters the list and the entries.
    browser.key("/", "/");
    assert_eq!(browser.value("document.activeElement.id"), "filter-name");
    browser.call("Input.insertText", json!({ "text": "frame" }));
    assert_eq!(browser.shown_rows(), 2);
    assert_eq!(browser.value("document.querySelectorAll('#entries > .entry:not([hidden])').length"), 2);
    assert_eq!(browser.value("document.getElementById('filter-count').value"), "2 of 4 listed");
    browser.click("#filter button[type=reset]");
    browser.wait("document.querySelectorAll('#table tbody tr[hidden]').length === 0");

    // A header sorts, and says so to who cannot see it.
    browser.click("th[data-sort=name] button");
    browser.click("th[data-sort=name] button");
    let first = browser.value("document.querySelector('#table tbody tr').dataset.name");
    assert_eq!(first, "stats_banner");
    assert_eq!(
        browser.value("document.querySelector('th[data-sort=name]').getAttribute('aria-sort')"),
        "descending"
    );

    // A function opens, and its cause leads to the line of the fix.
    browser.click("#table a[href='#s0']");
    browser.wait("location.hash === '#s0'");
    browser.screenshot("demo-function.png");
    let text = browser.value("document.getElementById('s0').innerText");
    for word in ["frame_decode", "register-contract", "r8 is read behind the call", "static-key"] {
        assert!(text.as_str().is_some_and(|text| text.contains(word)), "{word} in {text}");
    }
    browser.click("#s0 .causes a");
    browser.wait("location.hash.startsWith('#f')");
    let line = browser.value("document.querySelector(':target').innerText");
    assert!(line.as_str().is_some_and(|line| line.contains("FRAME_VALUES")), "{line}");
    let inside = "(() => { const r = document.querySelector(':target').getBoundingClientRect(); \
                  return r.top >= 0 && r.bottom <= innerHeight; })()";
    browser.wait(inside);

    // Both sides of a diff scroll together.
    browser.size(700, 500);
    browser.value(
        "(() => { const p = document.querySelectorAll('#s0 .diff:last-child .pane'); p[0].scrollTop = 120; \
         p[0].scrollLeft = 9; })()",
    );
    browser.wait(
        "(() => { const p = document.querySelectorAll('#s0 .diff:last-child .pane'); \
         return p[0].scrollTop > 0 && p[0].scrollTop === p[1].scrollTop; })()",
    );
    browser.screenshot("demo-narrow.png");
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
#[ignore = "needs Debian's chromium"]
fn without_script_the_list_and_all_diffs_are_there() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let report = demo_report(home.path());
    let text = std::fs::read_to_string(page(home.path(), &report)).expect("it is there");
    // As a host does that adds a policy of its own.
    let page = home.path().join("no-script.html");
    let start = text.find("script-src 'sha256-").or(text.find("script-src &#x27;sha256-")).expect("a policy");
    let end = start + text[start..].find(';').expect("it ends");
    let end = if text[start..end].contains("&#x27") {
        start + text[start..].find("; style-src").expect("it ends")
    } else {
        end
    };
    std::fs::write(&page, format!("{}script-src 'none'{}", &text[..start], &text[end..]))
        .expect("it is written");
    let mut browser = Browser::open(&page);
    assert_eq!(browser.value("document.documentElement.className"), "", "the script did not run");
    assert_eq!(browser.shown_rows(), 4);
    assert_eq!(browser.value("getComputedStyle(document.getElementById('filter')).display"), "none");
    // What is out of view has no rendered text, so that what is in the document and not hidden is asked for.
    let seen = browser.value(
        "Array.from(document.querySelectorAll('.pane li')).filter((l) => l.checkVisibility()) \
         .map((l) => l.textContent).join('\\n')",
    );
    let seen = seen.as_str().expect("text");
    let listings = report.units.iter().flat_map(|unit| &unit.symbols).filter_map(|s| s.listing.as_ref());
    let changed = listings.flat_map(|listing| &listing.lines).filter(|line| line.op != ListingOp::Equal);
    let mut count = 0;
    for text in changed.flat_map(|line| [&line.text.original, &line.text.patched]).flatten() {
        assert!(seen.contains(text.as_str()), "{text}");
        count += 1;
    }
    assert!(count > 20, "{count} lines");
    assert!(
        browser.complaints.iter().all(|c| c.contains("Content Security Policy")),
        "{:?}",
        browser.complaints
    );
}

/// A report of many changed functions, as an update of a compiler gives.
fn many(template: &Report, count: usize) -> Report {
    let mut report = template.clone();
    report.units.truncate(1);
    let symbol = report.units[0].symbols[0].clone();
    report.units[0].symbols = (0..count)
        .map(|i| {
            let line = |at: usize| {
                let text =
                    |side: usize| Some(format!("mov 0x{:x}(%rdi,%rax,8),%r{}", at * side + i, 8 + at % 8));
                let place = Some(Place::Offset(4 * at as u64));
                ListingLine {
                    op: if at.is_multiple_of(3) { ListingOp::Replaced } else { ListingOp::Equal },
                    at: Pair::new(place, place),
                    text: Pair::new(text(1).filter(|_| at.is_multiple_of(3)), text(2)),
                    source: Pair::default(),
                }
            };
            let status = if i.is_multiple_of(10) { Status::New } else { Status::Changed };
            let listing = Some(Listing { lines: (0..30).map(line).collect(), ..Listing::default() });
            let name = format!("function_{i:04}");
            SymbolReport { id: format!("u#{i}"), name, status, listing, calls: None, ..symbol.clone() }
        })
        .collect();
    report
}

#[test]
#[ignore = "needs Debian's chromium"]
fn two_thousand_functions_open_and_filter() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let page = page(home.path(), &many(&demo_report(home.path()), 2000));
    let started = std::time::Instant::now();
    let mut browser = Browser::open(&page);
    assert_eq!(browser.shown_rows(), 2000);
    let opened = started.elapsed();
    // What is far away takes no part in rendering.
    let skipped = browser.value(
        "(() => { const e = document.querySelector('#entries > .entry:last-child .pane'); \
         return !e.checkVisibility({ contentVisibilityAuto: true }); })()",
    );
    assert_eq!(skipped, true);
    let pause = browser.value(
        "(() => { const t = performance.now(); const f = document.getElementById('filter-name'); f.value = '_19'; \
         f.dispatchEvent(new Event('input', { bubbles: true })); document.body.offsetHeight; \
         return performance.now() - t; })()",
    );
    assert_eq!(browser.shown_rows(), 100);
    println!("opened with its browser after {opened:?}, filtered in {pause} ms");
    assert_eq!(browser.complaints, Vec::<String>::new());
}
