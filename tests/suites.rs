//! The suites with which OpenShift tests its own CRDs, run as they are: objects that are created and updated, the errors
//! that are expected, and the objects that are stored. Skipped, saying so, where they are not beside the repository.
//!
//! A suite expects the API server's words. Those of rules in CEL stand in our messages as they are. Of others, which our
//! messages say in words for people, the place and the kind of the fault must be the same ([`says_the_same`]); and the
//! server of `tests/oracle/`, where it is there, must say the very words.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/crds.rs"]
mod crds;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crds::{is_shipped, openshift};
use regcfg::schema;
use regcfg::target::Minor;
use serde_json::Value as Json;
use server::{Answer, Question, Server, Verdict, ours};

/// The minors that have suites.
const MINORS: [&str; 6] = ["4.12", "4.15", "4.17", "4.19", "4.22", "5.1"];

/// Feature gates, and the first minor on which each is on for every cluster. A suite of a gate that is not on is for
/// clusters with previews, whose CRDs are others.
const GATES: [(&str, &str); 3] =
    [("ChunkSizeMiB", "4.17"), ("RouteExternalCertificate", "4.19"), ("ImageStreamImportMode", "4.22")];

/// A case of a suite.
struct Case {
    named: String,
    minor: &'static str,
    question: Question,
    error: Option<String>,
    expected: Option<Json>,
}

#[test]
fn objects_of_openshifts_own_test_suites_get_the_answer_written_there() {
    let Some(folder) = openshift() else { return };
    let (mut cases, mut unknown) = (Vec::new(), BTreeSet::new());
    for minor in MINORS {
        for path in yaml_files(&folder.join("testsuites").join(minor)) {
            let suite: Json = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            if is_for_all_clusters(minor, &path, &suite) {
                cases.extend(cases_of(&folder, minor, &path, &suite, &mut unknown));
            }
        }
    }
    println!("{} cases; kinds that are not described: {unknown:?}", cases.len());
    // The cluster's own reports, which nobody applies, and a kind that nothing reads.
    assert!(
        unknown.iter().all(|kind| ["ClusterOperator", "ImageContentPolicy"].contains(&kind.as_str())),
        "{unknown:?}"
    );
    let n_updates = cases.iter().filter(|case| case.question.old.is_some()).count();
    assert!(cases.len() > 150 && n_updates > 10, "only {} cases, {n_updates} updates", cases.len());
    let server = Server::find();
    let mut wrong = Vec::new();
    for minor in MINORS {
        let cases: Vec<&Case> = cases.iter().filter(|case| case.minor == minor).collect();
        let questions: Vec<Question> = cases.iter().map(|case| case.question.clone()).collect();
        for (case, ours) in cases.iter().zip(ours(minor, &questions)) {
            wrong.extend(by_us(case, &ours).map(|why| format!("{}: regcfg: {why}", case.named)));
        }
        let answers = server.as_ref().map(|server| server.answers(&questions)).unwrap_or_default();
        for (case, theirs) in cases.iter().zip(answers) {
            wrong.extend(by_server(case, &theirs).map(|why| format!("{}: the server: {why}", case.named)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Tells whether a suite is for clusters without previews.
fn is_for_all_clusters(minor: &str, path: &Path, suite: &Json) -> bool {
    let file = path.file_name().unwrap().to_string_lossy();
    if file.starts_with("custom.") || file.starts_with("techpreview.") {
        return false;
    }
    let of_list = suite.get("featureGates").and_then(Json::as_array).into_iter().flatten();
    let mut gates = of_list.chain(suite.get("featureGate")).map(|gate| gate.as_str().unwrap());
    gates.all(|gate| {
        let known = GATES.iter().find(|(name, _)| *name == gate);
        let (_, since) = known.unwrap_or_else(|| panic!("{}: is {gate} on for all clusters?", path.display()));
        since.parse::<Minor>().unwrap() <= minor.parse().unwrap()
    })
}

fn cases_of(
    folder: &Path,
    minor: &'static str,
    path: &Path,
    suite: &Json,
    unknown: &mut BTreeSet<String>,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for when in ["onCreate", "onUpdate"] {
        for case in suite["tests"].get(when).and_then(Json::as_array).into_iter().flatten() {
            let written = |key: &str| case.get(key).and_then(Json::as_str);
            let object = |key: &str| written(key).map(|text| serde_yaml::from_str::<Json>(text).unwrap());
            let initial = object("initial").unwrap();
            let text = |name: &str| initial[name].as_str().unwrap();
            let Some(kind) = schema::find(text("apiVersion"), text("kind")) else {
                unknown.insert(text("kind").to_owned());
                continue;
            };
            assert!(written("expectedStatusError").is_none(), "{}: a case of the status", path.display());
            let file = format!("{}_{}", kind.group, kind.plural);
            assert!(is_shipped(folder, minor, &file), "{minor} {file}");
            let crd = folder.join(format!("crds/{minor}/{file}.yaml"));
            let (object_of, old) = match object("updated") {
                Some(updated) => (updated, Some(named(initial))),
                None => (initial, None),
            };
            let name = path.strip_prefix(folder.join("testsuites")).unwrap().display();
            cases.push(Case {
                named: format!("{name} {when} {}", case["name"]),
                minor,
                question: Question { minor: minor.into(), crd, object: named(object_of), old },
                error: written("expectedError").map(str::to_owned),
                expected: object("expected"),
            });
        }
    }
    cases
}

/// Gives an object a name, as those who run the suites do.
fn named(mut object: Json) -> Json {
    for field in ["name", "namespace"] {
        if object["metadata"].get(field).is_none() {
            object["metadata"][field] = "suite".into();
        }
    }
    object
}

fn by_us(case: &Case, ours: &Verdict) -> Option<String> {
    match &case.error {
        _ if !ours.not_checked.is_empty() => Some(format!("not checked: {:?}", ours.not_checked)),
        None if !ours.errors.is_empty() => Some(format!("refused: {:?}", ours.errors)),
        None => not_stored(case, ours.stored.as_ref()?),
        Some(expected) if ours.errors.is_empty() => Some(format!("taken, which expects {expected}")),
        Some(expected) => {
            let is_said = ours.errors.iter().any(|said| says_the_same(expected, said));
            (!is_said).then(|| format!("says {:?}, which expects {expected}", ours.errors))
        }
    }
}

fn by_server(case: &Case, theirs: &Answer) -> Option<String> {
    // Tests of the suites are run by whichever release of Kubernetes, and the form of a list of errors is the client's.
    let all = theirs.errors.join(", ");
    match &case.error {
        None if !theirs.accepted => Some(format!("refused: {all}")),
        None => not_stored(case, &theirs.stored),
        Some(expected) => {
            let parts = parts(in_newer_words(expected));
            (!parts.iter().all(|part| all.contains(part))).then(|| format!("says {all}, which expects {parts:?}"))
        }
    }
}

/// What suites expect in words that the server of `tests/oracle/`, which is newer, says otherwise.
const NEWER_WORDS: [(&str, &str); 2] = [
    (
        r#"Invalid value: "object": cannot have both spec.tls.certificate and spec.tls.externalCertificate"#,
        "Invalid value: cannot have both spec.tls.certificate and spec.tls.externalCertificate",
    ),
    (
        r#"Invalid value: "number": spec.storage.s3.chunkSizeMiB in body must be of type integer: "number""#,
        r#"Invalid value: "float64": spec.storage.s3.chunkSizeMiB in body must be of type int32: "float64""#,
    ),
];

fn in_newer_words(expected: &str) -> &str {
    NEWER_WORDS.iter().find(|(older, _)| *older == expected).map_or(expected, |(_, newer)| newer)
}

/// Cuts what a client shows into the errors of the server.
fn parts(expected: &str) -> Vec<&str> {
    match expected.split_once(" is invalid: [") {
        Some((_, list)) => list.split(", ").filter(|part| part.contains("Required value")).collect(),
        None => vec![expected],
    }
}

fn not_stored(case: &Case, stored: &Json) -> Option<String> {
    let without_metadata = |object: &Json| {
        let mut object = object.clone();
        object.as_object_mut().unwrap().remove("metadata");
        object
    };
    let (expected, stored) = (without_metadata(case.expected.as_ref()?), without_metadata(stored));
    (expected != stored).then(|| format!("stores {stored}, which expects {expected}"))
}

/// The words of the API server for each kind of fault, and our code for it.
const WORDS: [(&str, &str); 6] = [
    ("Required value", "RC0504"),
    ("Unsupported value", "RC0505"),
    ("in body should match", "RC0506"),
    ("in body should be greater than or equal to", "RC0507"),
    ("in body should be less than or equal to", "RC0507"),
    ("in body must be of type", "RC0503"),
];

/// Tells whether we say what the API server says: its words, or the same kind of fault at the same place.
fn says_the_same(expected: &str, said: &str) -> bool {
    let plain = expected.strip_prefix("Invalid value: \"object\": ").unwrap_or(expected);
    if said.contains(plain) {
        return true;
    }
    parts(expected).into_iter().all(|part| {
        let code = WORDS.iter().find(|(words, _)| part.contains(words)).map_or("RC0510", |(_, code)| code);
        let places = part.split([' ', ':', '[', ']']).filter(|word| word.starts_with("spec."));
        let is_there = part
            .split(' ')
            .map(|word| word.trim_end_matches(':'))
            .any(|word| word.starts_with("spec.") && said.contains(&format!("`{word}`")));
        said.starts_with(code) && places.count() > 0 && is_there
    })
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(yaml_files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
