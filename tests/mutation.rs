//! Every check is missed by some test: each rule and each [part](PARTS) is switched off by itself, and then a unit test of
//! rules and schemas, a golden case, or the agreement with the API server must fail. The cheapest that may fail come first.
//!
//! `cargo test --features mutation --test mutation -- --nocapture`; with `MUTANT=part-of-a-name` only some are switched off.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::print_stdout, reason = "a run of minutes says how far it is")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use regcfg::mutation::PARTS;
use regcfg::rules::RULES;
use serde_json::Value as Json;

/// What the parts begin with that are about secrets, and the unit tests that may miss them.
const SECRETS: &[&str] = &[
    "one-delivery",
    "login-",
    "reference",
    "sealed-",
    "encrypted-",
    "sops-",
    "identity-",
    "secret-",
    "env-allowed",
    "misplaced-secret",
    "plain-secret",
    "revealed-key",
];
const OF_SECRETS: &[&str] = &["secret::", "pull_secret::", "sops::", "lower::", "policy::"];

/// What may miss the parts that begin with `apply-`, `diff-` and `impact-`.
const OF_CLUSTERS: &[&str] = &["apply::", "diff::", "impact::"];

/// A run of tests: which executable, what to ask of it, and which golden cases.
struct Stage<'a> {
    executable: &'a Path,
    filters: Vec<String>,
    cases: String,
}

/// The executables with the tests, which take what is switched off from their environment.
struct Executables {
    unit: PathBuf,
    cli: PathBuf,
    agreement: PathBuf,
}

#[test]
fn whatever_is_switched_off_is_missed() {
    let executables = build();
    let golden = golden_cases();
    let wanted = std::env::var("MUTANT").unwrap_or_default();
    let parts = RULES.iter().map(|rule| rule.code.id).chain(PARTS.iter().copied());
    let parts: Vec<&str> = parts.filter(|part| part.contains(&wanted)).collect();
    assert!(!parts.is_empty(), "nothing has {wanted} in its name");

    let broken: Vec<String> = all_stages(&executables).iter().filter(|stage| !pass(stage, "")).map(told).collect();
    assert!(broken.is_empty(), "tests fail with nothing switched off: {broken:?}");
    let start = Instant::now();
    let survivors = in_parallel(&parts, |part| survives(part, &executables, &golden));
    println!("{} switched off one by one in {} s", parts.len(), start.elapsed().as_secs());
    assert!(survivors.is_empty(), "no test misses {survivors:?}");
}

/// Tells whether all tests pass with a part switched off.
fn survives(part: &str, executables: &Executables, golden: &[(PathBuf, String)]) -> bool {
    let start = Instant::now();
    let found = stages(part, executables, golden).into_iter().find(|stage| !pass(stage, part));
    let by = found.as_ref().map_or_else(|| "NOTHING".to_owned(), told);
    println!("{part}: missed by {by} ({:.1} s)", start.elapsed().as_secs_f64());
    found.is_none()
}

/// Returns what may miss a part, the cheapest first: where it stands, then the cases that show it, then all.
fn stages<'a>(part: &str, executables: &'a Executables, golden: &[(PathBuf, String)]) -> Vec<Stage<'a>> {
    let unit =
        |filters: &[&str]| Stage { executable: &executables.unit, filters: owned(filters), cases: String::new() };
    let first = if part.starts_with("RC") {
        let shows = |(_, expected): &&(PathBuf, String)| expected.contains(part);
        let case = golden.iter().find(shows).map(|(case, _)| case.display().to_string());
        let shown = case.map(|cases| Stage { executable: &executables.cli, filters: owned(&["golden_cases"]), cases });
        // Most rules stand in a file of their code's name; where one does not, nothing runs, and that passes.
        let name = RULES.iter().find(|rule| rule.code.id == part).map_or("", |rule| rule.code.name).replace('-', "_");
        let own = unit(&[&format!("::{name}::")]);
        [own].into_iter().chain(shown).chain([unit(&["rules::"])]).collect()
    } else if SECRETS.iter().any(|start| part.starts_with(start)) {
        vec![unit(OF_SECRETS)]
    } else if ["apply-", "diff-", "impact-"].iter().any(|start| part.starts_with(start)) {
        vec![unit(OF_CLUSTERS)]
    } else {
        vec![unit(if part.starts_with("crd-") { &["validate::crd::"] } else { &["validate::"] }), unit(&["schema::"])]
    };
    let last = Stage { executable: &executables.agreement, filters: vec![], cases: String::new() };
    first.into_iter().chain(all_stages(executables)).chain([last]).collect()
}

fn all_stages(executables: &Executables) -> [Stage<'_>; 3] {
    let Executables { unit, cli, .. } = executables;
    let stage = |executable, filters: &[&str]| Stage { executable, filters: owned(filters), cases: String::new() };
    [
        stage(unit, &["rules::", "schema::", "validate::", "check::", "policy::", "secret::", "sops::", "lower::"]),
        stage(unit, OF_CLUSTERS),
        stage(cli, &["golden_cases", "examples_do_what_they_say"]),
    ]
}

fn owned(filters: &[&str]) -> Vec<String> {
    filters.iter().map(|filter| (*filter).to_owned()).collect()
}

fn told(stage: &Stage<'_>) -> String {
    format!("{} {}", stage.filters.join(" "), stage.cases).trim_end().to_owned()
}

fn pass(stage: &Stage<'_>, part: &str) -> bool {
    let mut command = Command::new(stage.executable);
    command.args(&stage.filters).args(["--quiet", "--test-threads=1"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("REGCFG_MUTANT", part).env("GOLDEN", &stage.cases).env("RUST_BACKTRACE", "0");
    command.output().expect("a test executable runs").status.success()
}

/// Builds the tests once, with the feature.
fn build() -> Executables {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--no-run", "--features", "mutation", "--lib", "--message-format=json"]);
    command.args(["--test", "cli", "--test", "agreement"]);
    // What cargo says to a test of its package is no setting: with it, crates that look at it would be built anew each time.
    let is_said = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start));
    for (name, _) in std::env::vars().filter(|(name, _)| is_said(name)) {
        command.env_remove(name);
    }
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Json> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let executable = |name: &str| {
        let is_it = |message: &&Json| message["target"]["name"] == name && message["profile"]["test"] == true;
        let built = messages.iter().filter(is_it).find_map(|message| message["executable"].as_str());
        PathBuf::from(built.unwrap_or_else(|| panic!("cargo built no tests of {name}")))
    };
    Executables { unit: executable("regcfg"), cli: executable("cli"), agreement: executable("agreement") }
}

/// Returns the golden cases with all that they expect to be said.
fn golden_cases() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let below = |dir: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(dir).expect("a folder of golden cases");
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect()
    };
    let said = |case: &Path, stream: &str| std::fs::read_to_string(case.join("expected").join(stream));
    let expected = |case: &Path| ["stdout", "stderr"].map(|stream| said(case, stream).unwrap_or_default()).concat();
    let cases = below(&root).into_iter().flat_map(|command| below(&command));
    let mut cases: Vec<(PathBuf, String)> = cases.map(|case| (case.clone(), expected(&case))).collect();
    // The case that says least is most about what it says.
    cases.sort_by_key(|(_, expected)| expected.len());
    cases
}

/// Returns the items of which something holds, asked on all cores.
fn in_parallel<'a>(items: &[&'a str], holds: impl Fn(&str) -> bool + Sync) -> Vec<&'a str> {
    let next = AtomicUsize::new(0);
    let claim = || std::iter::from_fn(|| items.get(next.fetch_add(1, Ordering::Relaxed)).copied());
    let n_threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let work = || claim().filter(|item| holds(item)).collect::<Vec<_>>();
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a run reports, and does not panic")).collect()
    })
}
