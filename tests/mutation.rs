//! Every check is missed by some test: each rule and each constraint of schemas is switched off by itself, and then the
//! tests of rules and schemas, or a golden case, must fail.
//!
//! Slow, since the tests run once for each: `cargo test --features mutation --test mutation -- --nocapture`.

#![expect(clippy::print_stdout, reason = "a run of minutes says how far it is")]

use std::process::Command;

use regcfg::mutation::PARTS;
use regcfg::rules::RULES;

/// The tests that are run, in order of how long they take.
const TESTS: [&[&str]; 2] = [
    &["--lib", "--", "rules::", "schema::", "validate::"],
    &["--test", "cli", "--", "golden_cases", "examples_do_what_they_say"],
];

#[test]
fn whatever_is_switched_off_is_missed() {
    assert!(TESTS.iter().all(|tests| pass(tests, "")), "tests fail with nothing switched off");
    let parts = RULES.iter().map(|rule| rule.code.id).chain(PARTS.iter().copied());
    let survivors: Vec<&str> = parts.filter(|part| TESTS.iter().all(|tests| pass(tests, part))).collect();
    assert!(survivors.is_empty(), "no test misses {survivors:?}");
}

/// Runs tests with a part switched off, and tells whether all pass.
fn pass(tests: &[&str], part: &str) -> bool {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--quiet", "--features", "mutation"]).args(tests);
    let output = command.env("REGCFG_MUTANT", part).env("RUST_BACKTRACE", "0").output().expect("cargo runs");
    let passed = output.status.success();
    println!("{part}: {} {}", tests.join(" "), if passed { "pass" } else { "fail" });
    passed
}
