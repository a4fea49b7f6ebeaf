//! Every format over values that want to act: on a terminal, on a CI system, or on whatever reads the format.

use super::{Outcome, github, gitlab, json, junit, sarif, text};
use crate::diag::codes::{KIND_NOT_CHECKED, MALFORMED_YAML};
use crate::diag::visible::acts;
use crate::diag::{Diagnostic, Fault, Findings, Item, Thing};
use crate::tree::{Place, Source, SourceKind};

/// What somebody may call a file, write as a value, or be told by a system.
const HOSTILE: [&str; 14] = [
    "::error::x",
    "  ::add-mask::x",
    "\n::set-output name=a::b",
    "\r\n::stop-commands::x",
    "a\n##[error]x",
    "##[group]x",
    "###vso[task.setvariable variable=a]b",
    "##teamcity[buildStop]",
    "%0A::error::x%25",
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "\u{202e}\u{2028}::warning::x\u{2029}::error::y",
    "]]><!--\"'&lt;<x a=\"b\">--><![CDATA[",
    "\u{0}\u{b}\u{fffe}\u{ffff}\u{85}",
    "a,line=1::b",
];

fn outcome(hostile: &str) -> Outcome {
    let source = Source::new(hostile, "a: 1\nb: 2\n", SourceKind::User);
    let place = Place::new(&source, 3..4);
    let finding = || {
        Diagnostic::error(&MALFORMED_YAML, &place, hostile)
            .note(hostile)
            .note_at(&place, hostile)
            .help(hostile)
            .object(hostile)
    };
    let judged = |finding: Diagnostic| {
        let mut findings = Findings::new();
        findings.push(finding);
        Item::judged(hostile, Thing::Object, findings).of_object(hostile, 1)
    };
    let items = vec![
        judged(finding()),
        judged(Diagnostic::warning(&MALFORMED_YAML, &place, format!("{hostile} too"))),
        judged(Diagnostic::info(&KIND_NOT_CHECKED, &place, hostile)),
        Item::skipped(hostile, hostile),
        Item::failed(hostile, Thing::File, hostile),
    ];
    let mut findings = Findings::new();
    findings.push(Diagnostic::info(&MALFORMED_YAML, &Place::new(&source, 0..9), hostile));
    let fault = Fault { message: hostile.into(), causes: vec![hostile.into()], help: Some(hostile.into()) };
    Outcome::of_run(items, findings, vec![fault])
}

/// Every format by its name, with what it writes.
fn written(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let styles = text::Styles::plain();
    let faults = outcome.faults().iter();
    let faults = faults.map(|fault| text::error(&fault.message, &fault.causes, fault.help.as_deref(), &styles));
    vec![
        ("text", text::findings(outcome, &styles) + &faults.collect::<String>()),
        ("json", json::document(outcome)),
        ("sarif", sarif::document(outcome, 2)),
        ("junit", junit::report(outcome)),
        ("gitlab", gitlab::document(outcome)),
        ("github", github::commands(outcome)),
    ]
}

/// Tells whether the runner of some CI system takes a line for a command.
fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || ["##[", "##vso[", "##teamcity["].iter().any(|start| line.contains(start))
}

#[test]
fn no_line_of_any_format_acts_but_those_of_github_that_are_ours() {
    for hostile in HOSTILE {
        for (format, text) in written(&outcome(hostile)) {
            assert!(text.chars().all(|char| char == '\n' || !acts(char)), "{format}: {text:?}");
            for line in text.lines() {
                let ours = format == "github"
                    && ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start))
                    && !line.contains("##[");
                assert!(ours || !is_command(line), "{format} on {hostile:?}: {line}");
            }
        }
    }
}

#[test]
fn a_command_of_github_has_the_parts_that_were_meant() {
    for hostile in HOSTILE {
        let text = github::commands(&outcome(hostile));
        for line in text.lines() {
            let (head, message) = line[2..].split_once("::").expect("a head and a message");
            let (_, properties) = head.split_once(' ').expect("a name and properties");
            let keys: Vec<&str> = properties.split(',').filter_map(|pair| pair.split('=').next()).collect();
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(keys.iter().all(|key| known.contains(key)), "{line}");
            assert!(!message.is_empty(), "{line}");
        }
        // The error of the machine, four findings, and the tally.
        assert_eq!(text.lines().count(), 6, "{text}");
    }
}

#[test]
fn documents_of_json_read_back_with_what_was_said() {
    for hostile in HOSTILE {
        for (format, text) in written(&outcome(hostile)) {
            if matches!(format, "json" | "sarif" | "gitlab") {
                let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                let holds = |value: &serde_json::Value| {
                    value.to_string().contains(&serde_json::json!(hostile).to_string()[1..])
                };
                assert!(holds(&read) || format != "json", "{format}: {text}");
            }
        }
    }
}
