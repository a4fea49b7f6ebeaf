//! The examples of `src/diag/explain/`, run as they stand: the bad one must give its code, the good one must not.
//!
//! Under `## Example` and `## How to fix`, a fenced `yaml` block is `cluster.yaml` of an otherwise empty project; a fence
//! may name another file (```` ```yaml layers/org.yaml ````). What the good example does not replace stays from the bad.

use std::collections::BTreeMap;
use std::fmt::Write;

use regcfg::diag::{Code, codes};
use regcfg::rules::RULES;

use crate::sandbox::{Run, Sandbox};

/// Codes whose fault cannot be written into a Markdown file, each with what proves it instead.
const NOT_IN_MARKDOWN: &[(&str, &str)] = &[
    ("RC0111", "Markdown is UTF-8 itself: `tests/golden/check` has a case"),
    ("RC0708", "a hundred levels are no reading: `tests/golden/render` has a case"),
    ("RC0630", "only what a cluster has shows it: `tests/golden/diff` has a case"),
    ("RC0631", "only what a cluster has shows it: `tests/golden/diff` has a case"),
    ("RC0711", "an identity is a private key, which no explanation shows: `tests/golden/render` has a case"),
    ("RC0718", "an identity is no file of a project: `tests/golden/render` has a case"),
    ("RC0801", "which contexts are allowed is said on the command line: `tests/golden/diff` has a case"),
    ("RC0802", "a context is named on the command line: `tests/golden/diff` has a case"),
    ("RC0803", "which specs are compared together is said on the command line: `tests/golden/diff` has a case"),
    ("RC0810", "a cluster says it: `tests/live_diff.rs`, `what_the_server_refuses_is_told_where_it_was_written`"),
    ("RC0811", "a cluster says it: `tests/live_diff.rs`, `what_a_policy_says_is_told_where_it_was_written`"),
    ("RC0812", "a cluster says it: `tests/live_diff.rs`, `what_a_policy_says_is_told_where_it_was_written`"),
    ("RC0813", "a cluster says it: `tests/live_diff.rs`, `a_reader_gets_the_merge_and_is_told`"),
    ("RC0814", "a cluster says it: `tests/live_diff.rs`, `a_cluster_without_the_registry_is_told_once`"),
    ("RC0815", "a cluster says it: `tests/live_diff.rs`, `a_cluster_without_the_registry_is_told_once`"),
    ("RC0901", "a bug of regcfg: `cli::panic` has a test"),
];

/// Rules whose passing case draws another rule's warning by its nature, each with that rule and the reason.
const PASSES_WITH: &[(&str, &str, &str)] = &[
    ("RC0540", "RC0541", "overrides take the registry out of support, also where they can be read"),
    ("RC0605", "RC0606", "a registry that is removed is told, also where its storage stays"),
];

#[test]
fn examples_do_what_they_say() {
    let mut report = String::new();
    for code in codes::ALL.iter().filter(|code| !NOT_IN_MARKDOWN.iter().any(|(id, _)| *id == code.id)) {
        if let Err(failure) = check(code) {
            let _infallible = writeln!(report, "\n--- {}: {failure}", code.id);
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// The failing case and the passing one of each rule are the two examples of its explanation; no rule goes without.
#[test]
fn every_rule_has_a_failing_and_a_passing_case() {
    let mut report = String::new();
    for code in RULES.iter().map(|rule| rule.code) {
        assert!(NOT_IN_MARKDOWN.iter().all(|(id, _)| *id != code.id), "{} is a rule, and has no example", code.id);
        if let Err(failure) = check(code).and_then(|()| passes(code)) {
            let _infallible = writeln!(report, "\n--- {}: {failure}", code.id);
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// Checks that the good example is silent but for what only might matter.
fn passes(code: &Code) -> Result<(), String> {
    let bad = files_under("## Example", code.explanation);
    let run = judge(code, &bad.into_iter().chain(files_under("## How to fix", code.explanation)).collect());
    let expected =
        PASSES_WITH.iter().find(|(id, _, _)| *id == code.id).map(|(_, other, _)| format!("warning[{other}]"));
    let is_alarm = |line: &str| line.starts_with("error[") || line.starts_with("warning[");
    let alarms = |text: &str| {
        text.lines()
            .filter(|line| is_alarm(line))
            .map(|line| line[..line.find(':').unwrap_or(line.len())].to_owned())
            .collect::<Vec<_>>()
    };
    let found = [alarms(&run.stdout), alarms(&run.stderr)].concat();
    if run.exit.trim() == "0" && found == Vec::from_iter(expected) {
        Ok(())
    } else {
        Err(format!("the good example gives another finding\n{run:#?}"))
    }
}

#[test]
fn what_cannot_be_written_in_markdown_is_not_written_in_markdown() {
    for (id, reason) in NOT_IN_MARKDOWN {
        let code = codes::find(id).unwrap_or_else(|| panic!("{id} is no code"));
        assert!(files_under("## Example", code.explanation).is_empty(), "{id} has an example, but: {reason}");
    }
}

fn check(code: &Code) -> Result<(), String> {
    let bad = files_under("## Example", code.explanation);
    let good = files_under("## How to fix", code.explanation);
    if bad.is_empty() || good.is_empty() {
        return Err("`## Example` or `## How to fix` has no fenced `yaml` block".into());
    }
    let mark = format!("[{}]", code.id);
    let run = judge(code, &bad);
    if !run.stdout.contains(&mark) && !run.stderr.contains(&mark) {
        return Err(format!("the bad example does not give it\n{run:#?}"));
    }
    let fixed: BTreeMap<_, _> = bad.into_iter().chain(good).collect();
    let run = judge(code, &fixed);
    let is_silent = |text: &str| !text.contains("error") && !text.contains(&mark);
    if !is_silent(&run.stdout) || !is_silent(&run.stderr) {
        return Err(format!("the good example is not good\n{run:#?}"));
    }
    Ok(())
}

/// Checks a project of these files; a policy stands outside of it, in `org/`, and what is found in an update is checked
/// against those below `old`. What is refused only when bytes are written is rendered, and what is found only of several
/// clusters is checked with all.
fn judge(code: &Code, files: &BTreeMap<String, String>) -> Run {
    let sandbox = Sandbox::new();
    for (path, text) in files {
        sandbox.write(path, text);
    }
    match code.id {
        "RC0206" | "RC0390" | "RC0391" | "RC0392" | "RC0393" => sandbox.run(["check", "."]),
        // What holds for older minors than those that manifests are judged by unasked.
        "RC0544" => sandbox.run(["check", "--openshift", "4.12", "cluster.yaml"]),
        _ if files.contains_key("org/policy.yaml") => sandbox.run(["check", "--policy", "org/policy.yaml", "repo"]),
        "RC0150" | "RC0152" | "RC0153" => sandbox.run(["check", "--crd", "crd.yaml", "cluster.yaml"]),
        "RC0592" => sandbox.run(["check", "--expiring", "36500d", "cluster.yaml"]),
        "RC0701" | "RC0707" => sandbox.run(["render", "cluster.yaml"]),
        // What only the plugin of Argo CD refuses.
        "RC0726" | "RC0727" => sandbox.run(["argocd", "generate", "--reveal-secrets"]),
        "RC0705" => sandbox.run(["render", "--omit-secrets", "cluster.yaml"]),
        "RC0749" => sandbox.run(["render", "--reveal-secrets", "-o", "out", "cluster.yaml"]),
        // What a manifest holds is judged as what is revealed.
        "RC0745" | "RC0746" | "RC0747" | "RC0748" => sandbox.run(["check", "cluster.yaml"]),
        id if id.starts_with("RC07") => sandbox.run(["render", "--reveal-secrets", "cluster.yaml"]),
        "RC0629" => sandbox.run(["check", "--against", "old", "."]),
        id if ("RC0601".."RC0629").contains(&id) => sandbox.run(["check", "--against", "old", "cluster.yaml"]),
        _ => sandbox.run(["check", "cluster.yaml"]),
    }
}

/// Returns the files that a section shows, by path.
fn files_under(heading: &str, explanation: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut inside = false;
    let mut lines = explanation.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("## ") {
            inside = line == heading;
        }
        let Some(fence) = line.strip_prefix("```") else { continue };
        let text: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        let path = match fence.split_once(' ') {
            Some((_, path)) => path,
            None if fence == "yaml" => "cluster.yaml",
            None => continue,
        };
        if inside {
            files.insert(path.trim().to_owned(), text);
        }
    }
    files
}
