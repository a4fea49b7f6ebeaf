//! Every form over names and values that want to act, and over any tree. What `patch` makes
//! of a diff is held by `tests/formats.rs`.

use std::fmt::Write;

use proptest::prelude::*;

use super::samples::{changed, cluster, created, object_id, obstacle, unknown, varied, yaml};
use super::{Paint, files, json, markdown, summary, unified};
use crate::apply::{Engine, Manager};
use crate::diag::codes::MALFORMED_YAML;
use crate::diag::visible::acts;
use crate::diag::{Diagnostic, Fault, Findings, Outcome};
use crate::diff::{Change, ClusterDiff, LiveOnly, ObjectDiff, Owner, PredictedBy, What};
use crate::impact::{Impact, Reason};
use crate::live::{Absent, Cause, Unknown};
use crate::tree::{Node, Place, Source, SourceKind};

/// What somebody may call an object or a manager, or write as a value.
const HOSTILE: [&str; 22] = [
    "::error::x",
    "  ::add-mask::x",
    "\n::set-output name=a::b",
    "\r\n::stop-commands::x",
    "a\n##[error]x",
    "###vso[task.setvariable variable=a]b",
    "##teamcity[buildStop]",
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "\u{202e}\u{2028}::warning::x\u{2029}::error::y",
    "</code></summary></details><script>alert(1)</script>",
    "]]><!--\"'&lt;<x a=\"b\">--><![CDATA[",
    "\u{0}\u{b}\u{fffe}\u{ffff}\u{85}",
    "@team please #123 GH-1 org/repo#1 !5 https://example.com www.example.com a@b.example",
    "\n```\n@team\n",
    "\n`````````diff\n</details>\n# heading\n",
    "~~~\n@team\n~~~",
    "[x](javascript:alert(1)) ![x](https://example.com/x.png) **b** | c |",
    "\n/close\n/assign @team\n",
    "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b",
    "../../../../etc/passwd",
    "1,2d\n*** a\n--- b\nIndex: c",
    "https://user:hunter2@proxy.example.com:8080/x",
];

fn text(hostile: &str) -> Node {
    Node::string(hostile, Place::start_of(&Source::new(hostile, "x", SourceKind::User)))
}

/// Makes an object of which everything is called or says the same.
fn object(hostile: &str) -> ObjectDiff {
    let state = |value: &str| {
        let mut state = yaml("apiVersion: v1\nspec: {}\n");
        state.insert("before", text("same"));
        state.insert(hostile, text(value));
        state.insert("lines", text(&format!("{hostile}\n{hostile}\n{value}\n")));
        state
    };
    let (before, after) = (state("old"), state(hostile));
    let manager = Some(hostile.to_owned());
    let change = Change {
        path: hostile.into(),
        before: Some(text("old")),
        after: Some(text(hostile)),
        manager: manager.clone(),
        silent: None,
    };
    let reason = Reason { impact: Impact::Drain, path: hostile.into(), why: hostile.into() };
    ObjectDiff {
        object: object_id(hostile, hostile, hostile, hostile),
        what: What::Change,
        by: PredictedBy::Merge(Manager { name: hostile.into(), engine: Engine::Other }),
        changes: vec![change.clone(), Change { silent: Some(hostile.into()), ..change }],
        live_only: vec![LiveOnly { path: hostile.into(), value: text(hostile), manager, silent: None }],
        not_compared: vec![hostile.into()],
        owner: Some(Owner { engine: "Helm", name: hostile.into() }),
        reasons: vec![reason],
        before: Some(before),
        after: Some(after),
    }
}

fn clusters(hostile: &str) -> Vec<ClusterDiff> {
    let of = |what: What| ObjectDiff { what, ..object(hostile) };
    let cause = Cause { field: hostile.into(), reason: hostile.into(), message: hostile.into() };
    let objects = vec![
        object(hostile),
        ObjectDiff { before: None, ..of(What::Create(Absent::Kind)) },
        of(What::NoLongerRendered { kept: false }),
        of(What::NoLongerRendered { kept: true }),
        of(What::Unknown(Unknown { help: hostile.into(), causes: vec![cause], ..obstacle(hostile) })),
        of(What::Unchanged),
    ];
    let mut of_all = cluster(hostile, objects);
    of_all.unknown = vec![obstacle(hostile)];
    vec![of_all, cluster("quiet", vec![object(hostile)]), cluster(hostile, vec![object("harmless")])]
}

fn outcome(hostile: &str) -> Outcome {
    let source = Source::new(hostile, "a: 1\nb: 2\n", SourceKind::User);
    let place = Place::new(&source, 3..4);
    let mut findings = Findings::new();
    findings.push(Diagnostic::error(&MALFORMED_YAML, &place, hostile).note(hostile).help(hostile).object(hostile));
    let fault = Fault { message: hostile.into(), causes: vec![hostile.into()], help: Some(hostile.into()) };
    Outcome::of_run(Vec::new(), findings, vec![fault])
}

/// Every form for people and programs, by its name.
fn written(clusters: &[ClusterDiff], outcome: &Outcome) -> Vec<(&'static str, String)> {
    let mut all_files = String::new();
    for pair in clusters.iter().flat_map(files::files) {
        let _infallible = writeln!(all_files, "{}", pair.name);
        all_files.extend([pair.live, pair.merged].into_iter().flatten());
    }
    vec![
        ("unified", unified::text(clusters, &Paint::plain())),
        ("summary", summary::text(clusters, &Paint::plain())),
        ("json", json::document(clusters, outcome)),
        ("markdown", markdown::comment(clusters, outcome, markdown::LONGEST)),
        ("files", all_files),
    ]
}

/// Tells whether the runner of some CI system takes a line for a command.
fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || ["##[", "##vso[", "##teamcity["].iter().any(|start| line.contains(start))
}

#[test]
fn no_line_of_any_form_acts_and_none_holds_a_password() {
    for hostile in HOSTILE {
        for (form, text) in written(&clusters(hostile), &outcome(hostile)) {
            assert!(text.chars().all(|char| char == '\n' || !acts(char)), "{form}: {text:?}");
            for line in text.lines() {
                assert!(!is_command(line), "{form} on {hostile:?}: {line}");
            }
            assert!(!text.contains("hunter2"), "{form}: {text}");
        }
    }
}

#[test]
fn colours_add_nothing_but_escape_sequences() {
    let escapes = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for hostile in HOSTILE.into_iter().chain(["plain"]) {
        let clusters = [clusters(hostile), vec![varied("a")]].concat();
        for form in [unified::text, summary::text] {
            let coloured = form(&clusters, &Paint::coloured());
            assert!(coloured.contains("\u{1b}["), "{coloured}");
            assert_eq!(escapes.replace_all(&coloured, ""), form(&clusters, &Paint::plain()));
        }
    }
}

#[test]
fn words_that_change_in_a_line_stand_out() {
    let object = changed("a", "image", "quay.io/registry:v1", "quay.io/registry:v2");
    let text = unified::text(&[cluster("a", vec![object])], &Paint::coloured());
    let word = Paint::coloured().added_word;
    assert!(text.contains(&format!("quay.io/{}{word}registry:v2{word:#}", anstyle::Reset)), "{text:?}");
}

/// Returns the lines of a comment outside of fences; panics where a fence is open at its end.
fn outside_of_fences(comment: &str) -> Vec<&str> {
    let mut outside = Vec::new();
    let mut open: Option<usize> = None;
    for line in comment.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let ticks = line.trim_start_matches(' ').len() - line.trim_start_matches(' ').trim_start_matches('`').len();
        let rest = &line[indent + ticks..];
        match open {
            // CommonMark: at least as many as opened it, at most three spaces before it, nothing after it.
            Some(opened) if indent < 4 && ticks >= opened && rest.trim().is_empty() => open = None,
            Some(_) => {}
            None if indent < 4 && ticks >= 3 && !rest.contains('`') => {
                assert_eq!(rest, "diff");
                open = Some(ticks);
            }
            None => outside.push(line),
        }
    }
    assert_eq!(open, None, "{comment}");
    outside
}

/// Asserts that outside of fences there is only what is ours, and that all else is code within it.
fn assert_inert(comment: &str) {
    let ours = regex::Regex::new(
        "^(|### Registry configuration: [a-z0-9 ,;:-]+|</?(details|ul)>|<summary>([-+~=?] )?(<code>[^<>]*</code>)[a-z; -]*</summary>\
         |<li>[a-zA-Z0-9 ,;:]*(<code>[^<>]*</code>[a-zA-Z0-9 ,;:]*)*</li>|<h4>[a-z0-9 ,]+<code>[^<>]*</code>; impact: [a-z-]+</h4>\
         |<p>[a-z0-9 ,]*(<code>[^<>]*</code>[a-z ]*)*</p>|<p><b>[A-Za-z0-9 ,:.-]+</b>.*</p>)$",
    )
    .unwrap();
    for line in outside_of_fences(comment) {
        assert!(ours.is_match(line), "{line}");
        let is_heading = line.starts_with("### ");
        assert!(is_heading || !line.replace("&#", "").contains(['@', '#', '`', '!']), "{line}");
        assert!(!line.contains("://") && !line.contains("www."), "{line}");
    }
}

#[test]
fn nothing_leaves_the_code_or_the_fence_of_a_comment() {
    for hostile in HOSTILE {
        assert_inert(&markdown::comment(&clusters(hostile), &outcome(hostile), markdown::LONGEST));
    }
}

#[test]
fn documents_are_as_their_schema_says() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schemas/diff.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let samples = HOSTILE.into_iter().map(|hostile| (clusters(hostile), outcome(hostile)));
    for (clusters, outcome) in
        samples.chain([(vec![varied("a")], Outcome::default()), (Vec::new(), Outcome::default())])
    {
        let document: serde_json::Value = serde_json::from_str(&json::document(&clusters, &outcome)).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn a_document_says_where_a_value_comes_from_how_hard_it_hits_and_what_is_null() {
    let mut object = changed("a", "replicas", "1", "null");
    object.changes[0].before = None;
    let document: serde_json::Value =
        serde_json::from_str(&json::document(&[cluster("a", vec![object])], &Outcome::default())).unwrap();
    let change = &document["clusters"][0]["objects"][0]["changes"][0];
    assert!(change.get("before").is_none() && change.get("after").is_some_and(serde_json::Value::is_null));
    assert_eq!((&change["origin"]["file"], &change["origin"]["line"]), (&"sample.yaml".into(), &1.into()));
    assert_eq!((&change["impact"], &change["reason"]), (&"rollout".into(), &"new pods replace the old ones".into()));
    assert_eq!(document["summary"]["counts"]["change"], 1);
}

#[test]
fn a_secret_that_was_forgotten_is_concealed_here() {
    let secret = |value: &str| {
        yaml(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a, annotations: {{\
             kubectl.kubernetes.io/last-applied-configuration: '{value}'}}}}\ndata: {{password: {value}}}\n"
        ))
    };
    let (before, after) = (secret("aHVudGVyMQ=="), secret("aHVudGVyMg=="));
    let at = |state: &Node| state.at(&["data", "password"]).cloned();
    let change =
        Change { path: "data.password".into(), before: at(&before), after: at(&after), manager: None, silent: None };
    let live_only = LiveOnly { path: "data.password".into(), value: at(&before).unwrap(), manager: None, silent: None };
    let of_secret = ObjectDiff {
        object: object_id("v1", "Secret", "ns", "a"),
        changes: vec![change],
        live_only: vec![live_only],
        before: Some(before),
        after: Some(after),
        reasons: Vec::new(),
        ..changed("a", "x", "1", "2")
    };
    for (form, text) in written(&[cluster("a", vec![of_secret])], &Outcome::default()) {
        assert!(!text.contains("aHVudGVyM"), "{form}: {text}");
        assert!(form != "unified" || text.contains("= not shown: data.password"), "{text}");
    }
}

#[test]
fn a_comment_holds_at_most_what_it_may_and_says_exactly_what_it_leaves_out() {
    let big = |at: usize, n_lines: usize| {
        let mut text = "apiVersion: v1\nkind: ConfigMap\ndata:\n".to_owned();
        for line in 0..n_lines {
            let _infallible = writeln!(text, "  k{line}: v{at}");
        }
        created(&format!("object-{at}"), &text)
    };
    let number = |comment: &str, noun: &str| -> usize {
        let found = regex::Regex::new(&format!("Not shown.*[ :]([0-9]+) {noun}s?[.,]")).unwrap();
        found.captures(comment).map_or(0, |found| found[1].parse().unwrap())
    };
    for (n_objects, n_lines) in [(1, 3), (3, 500), (40, 400), (2000, 10), (1, 20_000)] {
        let objects: Vec<ObjectDiff> = (0..n_objects).map(|at| big(at, n_lines)).collect();
        let comment = markdown::comment(&[cluster("a", objects)], &Outcome::default(), markdown::LONGEST);
        assert!(comment.chars().count() <= markdown::LONGEST, "{n_objects} of {n_lines} lines");
        assert_inert(&comment);
        let n_shown = comment.matches("<details>").count();
        assert_eq!(n_shown + number(&comment, "object"), n_objects, "{n_objects} of {n_lines} lines");
        let shown_lines = comment.lines().filter(|line| line.starts_with('+')).count();
        // Each has two lines before its data.
        let all_lines = n_shown * (n_lines + 3 + 1);
        let headers = comment.lines().filter(|line| line.starts_with("@@")).count();
        assert_eq!(shown_lines + headers + number(&comment, "line"), all_lines, "{n_objects} of {n_lines} lines");
        assert_eq!(comment.contains("Not shown"), n_objects * n_lines > 2_000, "{n_objects} of {n_lines} lines");
    }
}

#[test]
fn the_summary_of_two_thousand_clusters_is_short_and_quick() {
    let clusters: Vec<ClusterDiff> = (0..2_000)
        .map(|at| {
            let mut objects: Vec<ObjectDiff> = (0..12)
                .map(|of| {
                    created(
                        &format!("ca-{of}"),
                        &format!(
                            "kind: ConfigMap\nmetadata: {{name: ca, labels: {{regcfg.dev/cluster: c{at}}}}}\ndata: {{a: b}}\n"
                        ),
                    )
                })
                .collect();
            objects.push(changed("config", "replicas", "1", if at % 2 == 0 { "2" } else { "3" }));
            if at == 7 {
                objects.push(unknown("hidden", "forbidden"));
            }
            cluster(&format!("c{at}"), objects)
        })
        .collect();
    let start = std::time::Instant::now();
    let text = summary::text(&clusters, &Paint::plain());
    let took = start.elapsed();
    assert_eq!(text.matches("1000 clusters: c").count(), 2, "{text}");
    assert!(text.contains("c0, c2, c4, c6, c8 and 995 more; impact: rollout"), "{text}");
    assert!(text.contains("1 cluster is not known as a whole\n  ? c7: forbidden"), "{text}");
    assert!(text.lines().count() < 40, "{text}");
    // Unoptimised, on a machine with other work.
    assert!(took.as_secs() < 5, "{took:?}");
}

/// Any tree that may stand in an object.
fn trees() -> impl Strategy<Value = Node> {
    let place = || Place::start_of(&Source::new("any.yaml", "x", SourceKind::User));
    let texts = prop_oneof![
        any::<String>(),
        prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        "[-+@ `\n#a:\\\\]{0,12}",
        Just("line\nline\n```\n".to_owned()),
    ];
    let leaf = prop_oneof![
        texts.clone().prop_map(move |text| Node::string(text, place())),
        any::<i64>().prop_map(move |number| Node::new(crate::tree::Value::Int(number), place())),
        any::<bool>().prop_map(move |value| Node::new(crate::tree::Value::Bool(value), place())),
        Just(()).prop_map(move |()| Node::new(crate::tree::Value::Null, place())),
    ];
    let below = leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(move |items| Node::new(crate::tree::Value::Seq(items), place())),
            prop::collection::vec((any::<String>(), inner), 0..5).prop_map(move |fields| Node::map(fields, place())),
        ]
    });
    prop::collection::vec((texts, below), 0..6).prop_map(move |fields| Node::map(fields, place()))
}

fn any_object() -> impl Strategy<Value = ObjectDiff> {
    (prop::option::of(trees()), trees(), any::<String>()).prop_map(|(before, after, name)| {
        let what = if before.is_some() { What::Change } else { What::Create(Absent::Object) };
        let change = |(name, before, after): (&str, &Option<Node>, &Node)| Change {
            path: name.into(),
            before: before.clone(),
            after: Some(after.clone()),
            manager: None,
            silent: None,
        };
        ObjectDiff {
            object: object_id("v1", "ConfigMap", "ns", &name),
            what,
            changes: vec![change((&name, &before, &after))],
            before,
            after: Some(after),
            ..changed("a", "x", "1", "2")
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_tree_leaves_its_form(objects in prop::collection::vec(any_object(), 0..4), longest in 0..20_000_usize) {
        let clusters = [cluster("a", objects.clone()), cluster("b", objects)];
        let comment = markdown::comment(&clusters, &Outcome::default(), markdown::LONGEST);
        assert_inert(&comment);
        let short = markdown::comment(&clusters, &Outcome::default(), longest);
        prop_assert!(short.chars().count() <= longest);
        if longest > 1_000 {
            assert_inert(&short);
        }
        let document = json::document(&clusters, &Outcome::default());
        prop_assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok());
        for (form, text) in written(&clusters, &Outcome::default()) {
            prop_assert!(text.chars().all(|char| char == '\n' || !acts(char)), "{form}: {text:?}");
            prop_assert!(!text.lines().any(is_command), "{form}: {text}");
        }
    }
}
