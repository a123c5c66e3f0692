//! Directives on whole texts, against a little simulator and against the real preprocessor.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

fn touched(original: &str, patched: &str) -> TouchedFile {
    let side = |text: &str| Some(("x.c".into(), Arc::from(text.as_bytes())));
    TouchedFile::new(side(original), side(patched), None)
}

fn directed(original: &str, patched: &str) -> (String, LineMap) {
    let directed = with_directives(&touched(original, patched), None).expect("directives");
    (String::from_utf8(directed.text).expect("text"), directed.map)
}

/// Numbered declarations, `int l_1;` and so on.
fn declarations(range: Range<u32>) -> String {
    range.map(|i| format!("int l_{i};\n")).collect()
}

#[test]
fn lines_below_a_hunk_keep_their_numbers() {
    let original = declarations(1..6);
    let patched = original.replace("int l_3;\n", "int n_a;\nint n_b;\nint n_c;\n");
    let (text, map) = directed(&original, &patched);
    assert_eq!(
        text,
        "int l_1;\nint l_2;\n#line 1001\nint n_a;\nint n_b;\nint n_c;\n#line 4\nint l_4;\nint l_5;\n"
    );
    assert_eq!((map.to_disk(2), map.to_disk(1001), map.to_disk(1003)), (Some(2), Some(3), Some(5)));
    assert_eq!(
        (map.to_disk(3), map.to_disk(4), map.to_disk(6), map.to_disk(1004)),
        (None, Some(6), None, None)
    );
    assert_eq!((map.from_disk(4), map.from_disk(7), map.from_disk(8)), (Some(1002), Some(5), None));
}

#[test]
fn a_hunk_that_shrinks_needs_one_directive() {
    let original = declarations(1..6);
    let (text, map) = directed(&original, &original.replace("int l_2;\nint l_3;\n", "int n;\n"));
    assert_eq!(text, "int l_1;\nint n;\n#line 4\nint l_4;\nint l_5;\n");
    assert_eq!((map.to_disk(2), map.to_disk(3), map.to_disk(4)), (Some(2), None, Some(3)));
    let (text, _) = directed(&original, &original.replace("int l_2;\nint l_3;\n", ""));
    assert_eq!(text, "int l_1;\n#line 4\nint l_4;\nint l_5;\n");
}

#[test]
fn the_name_is_quoted() {
    let patched = "int n;\nint l_1;\n";
    let directed = with_directives(&touched("int l_1;\n", patched), Some("a\"b\\c")).expect("directives");
    assert_eq!(directed.text, b"#line 1001 \"a\\\"b\\\\c\"\nint n;\n#line 1 \"a\\\"b\\\\c\"\nint l_1;\n");
}

#[test]
fn reasons_for_none() {
    let reason = |original: &str, patched: &str| with_directives(&touched(original, patched), None).err();
    assert_eq!(reason("a;\nb;\n", "a;\nc;\n"), Some(NoDirectives::Needless));
    assert_eq!(reason("#line 3\n", "a;\n#line 3\n"), Some(NoDirectives::OwnDirectives));
    let long = ";\n".repeat(60_000);
    assert_eq!(reason(&long, &long.replacen(';', &"x;\n".repeat(4000), 1)), Some(NoDirectives::TooManyLines));
    assert_eq!(reason(&long, &long.replacen(';', &"x;\n".repeat(200), 1)), None);
    // A file that has longer numbers anyway loses nothing.
    let longer = ";\n".repeat(70_000);
    assert_eq!(reason(&longer, &longer.replacen(';', "x;\n;", 1)), None);
    for (name, expected) in
        [("x.S", Some(NoDirectives::NotC)), ("x.dts", Some(NoDirectives::NotC)), ("x.hh", None)]
    {
        let side = |text: &str| Some((name.into(), Arc::from(text.as_bytes())));
        let file = TouchedFile::new(side("a\n"), side("b\na\n"), None);
        assert_eq!(with_directives(&file, None).err(), expected, "{name}");
    }
    let new = TouchedFile::new(None, Some(("x.c".into(), Arc::from(&b"a\n"[..]))), None);
    assert_eq!(with_directives(&new, None).err(), Some(NoDirectives::Needless));
}

/// Both texts with a hunk at each `<`…`>`: the patched one has the lines between them too.
fn marked(text: &str) -> (String, String) {
    let (mut original, mut inside) = (String::new(), false);
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            "<" => inside = true,
            ">" => inside = false,
            _ if inside => {}
            _ => original.push_str(line),
        }
    }
    (original, text.replace("<\n", "").replace(">\n", ""))
}

/// The directed text with the directives' numbers left out.
fn shape(text: &str) -> String {
    let (original, patched) = marked(text);
    let (text, _) = directed(&original, &patched);
    text.split_inclusive('\n').map(|l| if l.starts_with("#line") { "#\n" } else { l }).collect()
}

#[test]
fn a_directive_never_stands_inside_a_comment() {
    assert_eq!(shape("a;\n/* 1\n<\n 2\n>\n 3 */\nb;\n"), "a;\n#\n/* 1\n 2\n 3 */\n#\nb;\n");
}

#[test]
fn a_directive_never_stands_inside_a_continued_macro() {
    assert_eq!(shape("a;\n#define X \\\n<\n y \\\n>\n z\nb;\n"), "a;\n#\n#define X \\\n y \\\n z\n#\nb;\n");
    assert_eq!(
        shape("a;\n#define X \\\r\n<\n y \\\r\n>\n z\nb;\n"),
        "a;\n#\n#define X \\\r\n y \\\r\n z\n#\nb;\n"
    );
}

#[test]
fn a_directive_never_stands_inside_arguments() {
    assert_eq!(shape("a;\nf(1,\n<\n 2,\n>\n 3);\nb;\n"), "a;\n#\nf(1,\n 2,\n 3);\n#\nb;\n");
}

#[test]
fn a_directive_never_stands_inside_a_string() {
    assert_eq!(shape("a;\ns = \"1\\\n<\n 2\\\n>\n 3\";\nb;\n"), "a;\n#\ns = \"1\\\n 2\\\n 3\";\n#\nb;\n");
    assert_eq!(shape("a;\ns = R\"(\n<\n 2\n>\n)\";\nb;\n"), "a;\n#\ns = R\"(\n 2\n)\";\n#\nb;\n");
}

#[test]
fn hunks_whose_directives_meet_become_one() {
    assert_eq!(
        shape("a;\nf(1,\n<\n 2,\n>\n 3,\n<\n 4,\n>\n 5);\nb;\n"),
        "a;\n#\nf(1,\n 2,\n 3,\n 4,\n 5);\n#\nb;\n"
    );
}

#[test]
fn numbers_are_set_again_behind_a_group_that_is_not_compiled() {
    let text = "#ifdef A\n<\nint n;\n>\nint a;\n#else\nint b;\n#endif\nint c;\n";
    assert_eq!(shape(text), "#ifdef A\n#\nint n;\n#\nint a;\n#else\n#\nint b;\n#endif\n#\nint c;\n");
}

#[test]
fn a_byte_order_mark_stays_first() {
    let (text, _) = directed("\u{feff}b;\n", "\u{feff}a;\nb;\n");
    assert!(text.starts_with("\u{feff}#line 1001\na;\n"), "{text}");
}

/// Numbers of the lines of `text` that are no `#line` directives, as a compiler counts that reads all directives.
fn simulate(text: &str) -> Vec<u32> {
    let mut next = 1;
    let mut numbers = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("#line ") {
            Some(number) => next = number.parse().expect("a number"),
            None => {
                numbers.push(next);
                next += 1;
            }
        }
    }
    numbers
}

/// What the preprocessor makes of a text: the values of `__LINE__` in its `L(name)` marks.
fn preprocess(text: &str, defines: &[&str]) -> Vec<(String, u32)> {
    let mut gcc = Command::new("gcc")
        .args(["-E", "-P", "-x", "c", "-pedantic-errors", "-std=gnu11", "-"])
        .args(defines)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gcc runs");
    gcc.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("gcc reads");
    let output = gcc.wait_with_output().expect("gcc ends");
    assert!(output.status.success(), "gcc refuses\n{text}");
    let text = String::from_utf8(output.stdout).expect("text");
    let marks = text.split('@').skip(1);
    marks
        .map(|mark| {
            let mut words = mark.split_whitespace();
            let name = words.next().expect("a name").to_string();
            (name, words.next().expect("a number").parse().expect("a number"))
        })
        .collect()
}

/// Pieces of C whose marks each stand in a line that a directive can reach.
fn piece(serial: usize, kind: usize) -> String {
    let mark = |i: usize| format!("@ m{serial}_{i} __LINE__ ;\n");
    let (a, b, c) = (mark(0), mark(1), mark(2));
    match kind {
        0 => a,
        1 => format!("/* note\n x{serial} */\n{a}"),
        2 => format!("#define X{serial}(y) \\\n\ty \\\n\t+ {serial}\n{a}"),
        3 => format!("F(1,\n\t{serial},\n\t3)\n{a}"),
        4 => format!("#ifdef A\n{a}{b}#else\n{c}#endif\n"),
        5 => format!("#ifdef A\nG(1,\n#else\nG(2,\n#endif\n{serial}, 3)\n{a}"),
        6 => format!("#ifdef A\n#ifdef B\n{a}#endif\n{b}#elif defined(B)\n{c}#endif\n"),
        7 => format!("const char *s{serial} = \"x\\\n (\";\n{a}"),
        8 => format!("#if 0\nit is (C{serial}\n#endif\n{a}"),
        _ => format!("// {serial} \\\n ( /*\n{a}"),
    }
}

/// Two more lines behind each line, spliced where that line is.
fn stretch(piece: &str) -> String {
    let more = |line: &str| if line.ends_with("\\\n") { "\\\n\\\n" } else { "\n\n" };
    piece.split_inclusive('\n').map(|line| format!("{line}{}", more(line))).collect()
}

const HEAD: &str = "#define F(a, b, c) a b c\n";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Plain texts: numbers, map and text all hold.
    #[test]
    fn numbers_hold(a in "([a-d]\n){0,40}", b in "([a-d]\n){0,40}") {
        let file = touched(&a, &b);
        let Ok(directed) = with_directives(&file, None) else {
            // Only a last hunk that takes lines away has no line behind it that moves.
            let end = b.lines().count() as u32 + 1;
            let still = |h: &Hunk| h.original.len() == h.patched.len();
            prop_assert!(file.hunks.iter().all(|h| still(h) || h.patched.end == end));
            return Ok(());
        };
        let text = String::from_utf8(directed.text).expect("text");
        let kept: String = text.split_inclusive('\n').filter(|l| !l.starts_with("#line")).collect();
        prop_assert_eq!(&kept, &b);

        let numbers = simulate(&text);
        let original_lines = a.lines().count() as u32;
        let mut shift = 0i64;
        for (i, &seen) in numbers.iter().enumerate() {
            let disk = i as u32 + 1;
            prop_assert_eq!(directed.map.to_disk(seen), Some(disk));
            prop_assert_eq!(directed.map.from_disk(disk), Some(seen));
            prop_assert!(seen < 65536);
            for hunk in file.hunks.iter().filter(|h| h.patched.end <= disk) {
                shift = i64::from(hunk.original.end) - i64::from(hunk.patched.end);
            }
            let before = file.hunks.iter().rev().find(|h| h.patched.end <= disk && h.original.end > 0);
            if let Some(hunk) = before {
                shift = i64::from(hunk.original.end) - i64::from(hunk.patched.end);
            }
            if !file.patched_line_in_hunk(disk) {
                prop_assert_eq!(i64::from(seen), i64::from(disk) + shift);
            } else {
                // No line outside of hunks has this number, on either side.
                prop_assert!(seen > original_lines || file.original_line_in_hunk(seen));
            }
        }
        let mut unique = numbers.clone();
        unique.sort_unstable();
        unique.dedup();
        prop_assert_eq!(unique.len(), numbers.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Real C through the real preprocessor: what is in no hunk keeps its `__LINE__`, whichever branches of
    /// conditional groups are compiled; the rest is found on disk.
    #[test]
    fn the_preprocessor_agrees(
        kinds in prop::collection::vec((0usize..10, 0usize..8), 1..12)
    ) {
        // The second number says what the fix does to a piece: 0 adds it, 1 removes it, 2 and 3 change it inside.
        let (mut original, mut patched) = (HEAD.to_string(), HEAD.to_string());
        for (i, &(kind, action)) in kinds.iter().enumerate() {
            let text = piece(i, kind);
            if action != 0 {
                original.push_str(&text);
            }
            match action {
                1 => {}
                2 => patched.push_str(&text.replace(&i.to_string(), &format!("{i}\\\n\\\n"))),
                3 => patched.push_str(&stretch(&text)),
                _ => patched.push_str(&text),
            }
        }
        // Splices inside names make other marks; only their text matters then.
        let file = touched(&original, &patched);
        let Ok(directed) = with_directives(&file, None) else { return Ok(()) };
        let text = String::from_utf8(directed.text).expect("text");
        for defines in [&[][..], &["-DA"], &["-DB"], &["-DA", "-DB"]] {
            let before = preprocess(&original, defines);
            let plain = preprocess(&patched, defines);
            let after = preprocess(&text, defines);
            prop_assert_eq!(plain.len(), after.len());
            for ((name, disk), (_, seen)) in plain.iter().zip(&after) {
                prop_assert_eq!(directed.map.to_disk(*seen), Some(*disk), "{}\n{}", name, text);
            }
            for (name, seen) in &after {
                let Some((_, number)) = before.iter().find(|(n, _)| n == name) else { continue };
                // A mark keeps its number unless it lies between a hunk and the nearest place for a directive.
                let disk = directed.map.to_disk(*seen).expect("a line");
                let scan = scan::scan(patched.as_bytes());
                if file.patched_line_in_hunk(disk) || !scan.safe[disk as usize - 1] {
                    continue;
                }
                prop_assert_eq!(seen, number, "{} in\n{}", name, text);
            }
        }
    }
}

/// Non-blank lines of a text that survive its conditionals, with the numbers the preprocessor gives them.
fn numbered(text: &[u8], define: &str) -> Option<Vec<(Vec<u8>, u32)>> {
    let mut gcc = Command::new("gcc")
        .args(["-E", "-fdirectives-only", "-w", "-undef", "-x", "c", define, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("gcc runs");
    let mut stdin = gcc.stdin.take().expect("a pipe");
    let text = text.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&text));
    let output = gcc.wait_with_output().expect("gcc ends");
    let _ = writer.join();
    let mut file = Vec::new();
    let mut next = 0;
    let mut lines = Vec::new();
    for line in output.stdout.split(|&b| b == b'\n') {
        if let Some(marker) = line.strip_prefix(b"# ") {
            let text = String::from_utf8_lossy(marker);
            let (number, name) = text.split_once(' ')?;
            next = number.parse().ok()?;
            file = name.split('"').nth(1)?.as_bytes().to_vec();
        } else {
            if file == b"<stdin>" && !line.trim_ascii().is_empty() {
                lines.push((line.to_vec(), next));
            }
            next += 1;
        }
    }
    output.status.success().then_some(lines)
}

/// Blank lines put into real sources, two places each: `FIXSCOPE_SOURCES=DIR cargo test -- --ignored real_sources`.
#[test]
#[ignore = "needs a tree of sources"]
fn real_sources() {
    let root = std::env::var("FIXSCOPE_SOURCES").expect("a folder");
    let (mut files, mut checked, mut off, mut refused, mut seed) = (0, 0u64, 0u64, 0, 12345u64);
    for entry in ignore::WalkBuilder::new(&root).standard_filters(false).build() {
        let path = entry.expect("an entry").into_path();
        if !is_c(&path) || !path.is_file() {
            continue;
        }
        let text = std::fs::read(&path).expect("a file");
        let mut original: Vec<u8> = Vec::new();
        for line in split_lines(&text) {
            let bare = line.trim_ascii();
            let include =
                bare.strip_prefix(b"#").is_some_and(|d| d.trim_ascii_start().starts_with(b"include"));
            original.extend_from_slice(if include { b"/* include */\n" } else { line });
        }
        let lines = split_lines(&original);
        if lines.len() < 4 || original.contains(&0) {
            continue;
        }
        let mut patched = Vec::new();
        let mut random = |n: usize| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) as usize % n
        };
        let places = [random(lines.len()), random(lines.len())];
        for (i, line) in lines.iter().enumerate() {
            let continued = i > 0
                && scan::scan(lines[i - 1]).safe.len() == 2
                && lines[i - 1].trim_ascii().ends_with(b"\\");
            if places.contains(&i) && !continued {
                patched.extend_from_slice(b"\n\n\n");
            }
            patched.extend_from_slice(line);
        }
        let side = |text: &[u8]| Some((path.clone(), Arc::from(text)));
        let file = TouchedFile::new(side(&original), side(&patched), None);
        let Ok(directed) = with_directives(&file, None) else {
            refused += 1;
            continue;
        };
        files += 1;
        let safe = scan::scan(&patched).safe;
        for define in ["-DCONFIG_X", "-DCONFIG_SMP -D__KERNEL__ -DMODULE"] {
            let all = [&original, &patched, &directed.text].map(|text| numbered(text, define));
            let [Some(before), Some(plain), Some(after)] = all else { continue };
            assert!(
                before.len() == plain.len() && plain.len() == after.len(),
                "{}: {} {} {}",
                path.display(),
                before.len(),
                plain.len(),
                after.len()
            );
            for ((before, plain), after) in before.iter().zip(&plain).zip(&after) {
                assert_eq!(directed.map.to_disk(after.1), Some(plain.1), "{}:{}", path.display(), plain.1);
                checked += 1;
                if before.1 != after.1 {
                    off += 1;
                    let at = plain.1 as usize;
                    assert!(!safe[at - 1] || !safe[at], "{}:{at}", path.display());
                }
            }
        }
    }
    assert!(files > 10, "{root}: {files} files could be checked");
    eprintln!(
        "{files} files, {checked} lines, {off} between a hunk and the next place, {refused} without directives"
    );
}
