//! What cannot be done ends with status 2 and a message that says what to do.

use super::{folder, look, object};

#[test]
fn unknown_names_are_answered_with_near_ones() {
    let dir = folder();
    object(dir.path(), "one.c", "one.o", &[]);
    for words in [
        &["info", "one.o:recursiv"][..],
        &["show", "one.o:recursiv"],
        &["callgraph", "--from", "recursiv", "one.o"],
        &["callgraph", "one.o:recursiv"],
    ] {
        let run = look(dir.path(), words, 2);
        assert!(run.stderr.contains("recursiv") && run.stderr.contains("is it recursive?"), "{}", run.stderr);
        assert!(!run.stdout.contains("digraph"), "{}", run.stdout);
    }
    let used = look(dir.path(), &["show", "one.o:outside"], 2).stderr;
    assert!(used.contains("only refers to outside"), "{used}");
    let far = look(dir.path(), &["show", "one.o:nothing_like_that"], 2).stderr;
    assert!(far.contains("fixscope info"), "{far}");
}

#[test]
fn a_file_that_fails_does_not_hide_the_others() {
    let dir = folder();
    object(dir.path(), "two.c", "two.o", &[]);
    std::fs::write(dir.path().join("bad.o"), "no object file").expect("it is written");
    for command in ["info", "callgraph"] {
        for bad in ["bad.o", "none.o", "."] {
            let run = look(dir.path(), &[command, bad, "two.o"], 2);
            assert!(run.stdout.contains("second"), "{command} {bad}: {}", run.stdout);
            assert!(run.stderr.contains(bad), "{command} {bad}: {}", run.stderr);
            let quiet = look(dir.path(), &[command, "--quiet", "--format", "json", bad, "two.o"], 2);
            let json: serde_json::Value = serde_json::from_str(&quiet.stdout).expect("it is JSON");
            let errors: Vec<_> =
                json["units"].as_array().expect("a list").iter().map(|u| &u["errors"]).collect();
            assert_eq!(errors[0].as_array().map(Vec::len), Some(1), "{json}");
            assert_eq!(errors[1].as_array().map(Vec::len), Some(0), "{json}");
        }
    }
    let run = look(dir.path(), &["show", "bad.o:f", "two.o:second"], 2);
    assert!(run.stdout.contains("second") && run.stderr.contains("bad.o"));
}

#[test]
fn requests_that_mean_nothing_say_what_to_write() {
    let dir = folder();
    object(dir.path(), "two.c", "two.o", &[]);
    let refused = |words: &[&str]| look(dir.path(), words, 2).stderr;
    assert!(refused(&["show", "two.o"]).contains("two.o:SYMBOL"));
    assert!(refused(&["callgraph", "--callers", "two.o"]).contains("--from NAME"));
    assert!(refused(&["callgraph", "--max-depth", "1", "two.o"]).contains("--from NAME"));
    assert!(refused(&["info", "--all", "--local", "two.o"]).contains("cannot be used"));
    assert!(refused(&["info", "two.o:"]).contains("behind `:`"));
}
