//! Assembly files of other architectures: what comparing them gives must be what comparing the object files gives that
//! the cross assemblers make of them.

mod common;

use common::assembly::{failures, generated_failure};
use common::toolchains::{ACROSS, Toolchain};
use rayon::prelude::*;

/// The compilers of an architecture.
fn compilers(arch: &str) -> impl Iterator<Item = &'static Toolchain> {
    ACROSS.iter().filter(move |t| t.arch == arch)
}

fn run_cases(arch: &str) {
    let failures: Vec<String> = compilers(arch).flat_map(|t| failures(t, t.ways)).collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

fn run_generated(arch: &str, count: u64) {
    let compilers: Vec<&Toolchain> = compilers(arch).collect();
    let failures: Vec<String> = (0..count)
        .into_par_iter()
        .filter_map(|seed| {
            let toolchain = compilers[(seed % compilers.len() as u64) as usize];
            generated_failure(toolchain, toolchain.ways, seed)
        })
        .collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
#[ignore = "needs cross compilers"]
fn cases_of_aarch64_give_the_same_verdict() {
    run_cases("aarch64");
}

#[test]
#[ignore = "needs cross compilers"]
fn cases_of_i386_give_the_same_verdict() {
    run_cases("i386");
}

#[test]
#[ignore = "needs cross compilers"]
fn cases_of_arm_give_the_same_verdict() {
    run_cases("arm");
}

#[test]
#[ignore = "needs cross compilers"]
fn generated_programs_of_aarch64_give_the_same_verdict() {
    run_generated("aarch64", 200);
}

#[test]
#[ignore = "needs cross compilers"]
fn generated_programs_of_i386_give_the_same_verdict() {
    run_generated("i386", 200);
}

#[test]
#[ignore = "needs cross compilers"]
fn generated_programs_of_arm_give_the_same_verdict() {
    run_generated("arm", 400);
}
