//! Object files with very many things of one kind in one place or under one name. Comparing them must end soon: a
//! file's size bounds the work, not the square of it. No timing is asserted; what is quadratic takes minutes here.

mod common;

use std::ops::Range;

use common::crowd::{ABSOLUTE, BSS, Crowd, DATA, RODATA, TEXT};
use common::{fixscope, run};

/// Things of one kind; fewer where nothing is optimised, since there everything takes many times as long.
const MANY: u64 = if cfg!(debug_assertions) { 10_000 } else { 100_000 };

const LOCAL: u8 = 0;
const GLOBAL: u8 = 1;
const UNTYPED: u8 = 0;
const OBJECT: u8 = 1;
const FUNCTION: u8 = 2;
const FILE: u8 = 4;

/// `R_X86_64_64`.
const ADDRESS: u32 = 1;
/// `R_X86_64_PC32`.
const DISTANCE: u32 = 2;

/// A file with a function `probe` that returns 1, behind which there is room for `room` bytes of code that does nothing
/// and returns.
fn with_probe(room: u64) -> Crowd {
    let mut text = vec![0xb8, 1, 0, 0, 0, 0xc3];
    text.resize(16, 0x90);
    text.extend((0..room).map(|i| if i + 1 == room { 0xc3 } else { 0x90 }));
    let mut crowd = Crowd { text, ..Crowd::default() };
    crowd.symbol("probe", (GLOBAL, FUNCTION), TEXT, 0..6);
    crowd
}

/// Compares a file with itself but for what `probe` returns, and with an altered copy of it. `probe` must be listed as
/// changed in the first comparison, and no comparison may fail.
fn compare(crowd: &Crowd, alter: impl FnOnce(&mut Crowd)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, crowd: &Crowd| {
        let path = folder.path().join(name);
        std::fs::write(&path, crowd.bytes()).expect("the temporary folder is writable");
        path
    };
    let original = write("original.o", crowd);
    let mut altered = crowd.clone();
    altered.text[1] = 2;
    let patched = write("patched.o", &altered);
    alter(&mut altered);
    let other = write("other.o", &altered);
    for patched in [&patched, &other] {
        let run = run(fixscope(folder.path()).arg("diff").arg(&original).arg(patched));
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stdout.contains("probe"), "{}", &run.stdout[..run.stdout.len().min(1000)]);
    }
    for inspection in ["info", "callgraph"] {
        let run = run(fixscope(folder.path()).arg(inspection).arg(&original));
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
}

/// As [`compare`], with a copy whose last symbol is gone.
fn compare_with_one_less(crowd: &Crowd) {
    compare(crowd, |altered| _ = altered.symbols.pop());
}

fn symbols_at_one_place(binding: u8, kind: u8, section: u16, range: Range<u64>) {
    let mut crowd = Crowd { data: vec![7; 64], bss: 64, ..with_probe(64) };
    for i in 0..MANY {
        crowd.symbol(format!("name{i}"), (binding, kind), section, range.clone());
    }
    compare_with_one_less(&crowd);
}

#[test]
fn functions_at_one_place() {
    symbols_at_one_place(LOCAL, FUNCTION, TEXT, 16..80);
    symbols_at_one_place(GLOBAL, FUNCTION, TEXT, 16..80);
}

#[test]
fn data_objects_at_one_place() {
    symbols_at_one_place(LOCAL, OBJECT, DATA, 16..32);
    symbols_at_one_place(GLOBAL, OBJECT, DATA, 16..32);
}

#[test]
fn empty_data_objects_at_one_place() {
    symbols_at_one_place(LOCAL, OBJECT, DATA, 64..64);
    symbols_at_one_place(GLOBAL, OBJECT, BSS, 16..16);
}

#[test]
fn labels_at_one_place() {
    symbols_at_one_place(LOCAL, UNTYPED, TEXT, 16..16);
    symbols_at_one_place(GLOBAL, UNTYPED, TEXT, 2..2);
    symbols_at_one_place(GLOBAL, UNTYPED, DATA, 16..16);
}

#[test]
fn empty_data_objects_of_one_place_that_something_refers_to() {
    let mut crowd = Crowd { data: vec![0; 8 * MANY as usize], bss: 64, ..with_probe(64) };
    crowd.symbol("users", (GLOBAL, OBJECT), DATA, 0..8 * MANY);
    let section = crowd.symbol("", (LOCAL, 3), BSS, 0..0);
    for i in 0..MANY {
        crowd.symbol(format!("key.{i}"), (LOCAL, OBJECT), BSS, 16..16);
        crowd.of_data.push((8 * i, ADDRESS, section, 16));
    }
    compare_with_one_less(&crowd);
}

fn symbols_of_one_name(kind: u8, section: u16, name: impl Fn(u64) -> String) {
    for binding in [LOCAL, GLOBAL] {
        let mut crowd = Crowd { data: vec![7; 16 + MANY as usize], ..with_probe(MANY) };
        for i in 0..MANY {
            crowd.symbol(name(i), (binding, kind), section, 16 + i..17 + i);
        }
        compare_with_one_less(&crowd);
    }
}

#[test]
fn functions_of_one_name() {
    symbols_of_one_name(FUNCTION, TEXT, |_| "same".to_owned());
}

#[test]
fn numbered_functions() {
    symbols_of_one_name(FUNCTION, TEXT, |i| format!("same.{i}"));
    symbols_of_one_name(FUNCTION, TEXT, |i| format!("same.constprop.{i}"));
}

#[test]
fn cold_parts_of_one_name() {
    symbols_of_one_name(FUNCTION, TEXT, |i| if i % 2 == 0 { "same" } else { "same.cold" }.to_owned());
    symbols_of_one_name(FUNCTION, TEXT, |i| format!("same.cold.{i}"));
}

#[test]
fn data_objects_of_one_name() {
    symbols_of_one_name(OBJECT, DATA, |_| "same".to_owned());
    symbols_of_one_name(OBJECT, DATA, |i| format!("same.{i}"));
}

#[test]
fn files_of_one_name() {
    let mut crowd = with_probe(MANY);
    for i in 0..MANY {
        crowd.symbol("same.c", (LOCAL, FILE), ABSOLUTE, 0..0);
        crowd.symbol("same", (LOCAL, FUNCTION), TEXT, 16 + i..17 + i);
    }
    compare_with_one_less(&crowd);
}

#[test]
fn functions_that_differ_from_all_others() {
    // Other names on each side, and code that is like that of many others.
    let mut crowd = with_probe(MANY);
    for i in 0..MANY {
        crowd.symbol(format!("name{i}"), (LOCAL, FUNCTION), TEXT, 16 + i..17 + i);
    }
    compare(&crowd, |altered| {
        altered.symbols[1..].iter_mut().for_each(|s| s.name.push('x'));
    });
}

#[test]
fn relocations_of_one_field() {
    for kind in [ADDRESS, DISTANCE] {
        let mut crowd = Crowd { data: vec![0; 64], ..with_probe(64) };
        let other = crowd.symbol("other", (GLOBAL, FUNCTION), TEXT, 16..80);
        crowd.symbol("table", (GLOBAL, OBJECT), DATA, 0..64);
        for i in 0..MANY {
            crowd.of_data.push((16, kind, other, 0));
            crowd.of_text.push((24, kind, other, i as i64 % 7));
        }
        compare(&crowd, |altered| altered.of_data[0].3 = 1);
    }
}

#[test]
fn nameless_data_that_begins_at_every_byte() {
    let mut crowd = Crowd { rodata: vec![7; MANY as usize], ..with_probe(4 * MANY) };
    let section = crowd.symbol("", (LOCAL, 3), RODATA, 0..0);
    for i in 0..MANY {
        crowd.of_text.push((16 + 4 * i, 10, section, i as i64));
    }
    crowd.symbol("reads", (GLOBAL, FUNCTION), TEXT, 16..16 + 4 * MANY);
    compare(&crowd, |altered| altered.rodata[MANY as usize - 1] = 8);
}

#[test]
fn functions_inside_of_each_other() {
    let mut crowd = with_probe(MANY);
    for i in 0..MANY {
        crowd.symbol(format!("name{i}"), (GLOBAL, FUNCTION), TEXT, 16 + i..16 + MANY);
    }
    compare(&crowd, |altered| altered.text[15 + MANY as usize] = 0x90);
}

#[test]
fn data_objects_inside_of_each_other() {
    let mut crowd = Crowd { data: vec![7; MANY as usize], ..with_probe(MANY) };
    for i in 0..MANY {
        crowd.symbol(format!("name{i}"), (GLOBAL, OBJECT), DATA, i..MANY);
    }
    compare(&crowd, |altered| altered.data[MANY as usize - 1] = 8);
}
