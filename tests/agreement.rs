//! regcfg against an API server: for every CRD that OpenShift ships and every minor, generated objects that are right or
//! break one thing get the same answer from both, and what is stored is the same.
//!
//! The server is `tests/oracle/`, made of Kubernetes' own libraries. Skipped, saying so, where there are no CRDs, or neither
//! Go nor a built oracle; `REGCFG_ORACLE=required` makes the latter an error. `REGCFG_OBJECTS` says how many objects of each
//! minor are judged at least; `.ci/run` asks for 10 000.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/cases.rs"]
mod cases;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/crds.rs"]
mod crds;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/generate.rs"]
mod generate;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/questions.rs"]
mod questions;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cases::targets;
use crds::{KINDS, MINORS, is_shipped, openshift};
use generate::Generator;
use questions::{Case, Described, OBJECTS, Questions};
use serde_json::{Value as Json, json};
use server::{Answer, Question, Server, ours};

#[test]
fn generated_objects_get_the_answer_of_the_api_server() {
    let (Some(folder), Some(server)) = (openshift(), Server::find()) else { return };
    let wanted = std::env::var("REGCFG_OBJECTS").map_or(OBJECTS, |number| number.parse().unwrap());
    let mut wrong = Vec::new();
    for minor in MINORS.into_iter().chain(["5.1"]) {
        wrong.extend(judge(&folder, &server, minor, wanted));
    }
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

/// Judges the objects of a minor; returns the disagreements and the constraints that were not hit.
fn judge(folder: &Path, server: &Server, minor: &str, wanted: usize) -> Vec<String> {
    let asked = Questions::of(folder, minor, wanted);
    let Questions { kinds, cases, asked: questions } = &asked;
    let answers = server.answers(questions);
    let ours = ours(minor, questions);
    let mut wrong = Vec::new();
    let mut hit: BTreeSet<(&str, usize, bool)> = BTreeSet::new();
    let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
    for (((case, question), theirs), ours) in cases.iter().zip(questions).zip(&answers).zip(&ours) {
        let target = asked.target(case);
        *counts.entry(theirs.accepted).or_default() += 1;
        if theirs.accepted != case.is_broken {
            hit.insert((case.kind, case.target, case.is_broken));
        }
        if let Some(why) = differs(theirs, ours) {
            let shown: String = question.object.to_string().chars().take(1500).collect();
            wrong.push(format!("{minor} {}{} {}: {why}\n  {shown}", case.kind, target.field, target.constraint));
        }
    }
    let mut n_targets = 0;
    for Described { kind, targets, .. } in kinds {
        n_targets += targets.len();
        for (at, target) in targets.iter().enumerate() {
            for is_broken in [false, true] {
                let is_owed = !is_broken || !(target.cannot_break() || has_default(cases, kind, at));
                if is_owed && !hit.contains(&(*kind, at, is_broken)) {
                    let what = if is_broken { "broken" } else { "right" };
                    wrong.push(format!("{minor} {kind}{} {}: never {what}", target.field, target.constraint));
                }
            }
        }
    }
    println!(
        "{minor}: {} objects of {} constraints, {} taken and {} refused by both",
        questions.len(),
        n_targets,
        counts.get(&true).unwrap_or(&0),
        counts.get(&false).unwrap_or(&0)
    );
    wrong
}

/// Tells whether nothing broken was made for a constraint: a required field that has a default.
fn has_default(cases: &[Case], kind: &str, target: usize) -> bool {
    !cases.iter().any(|case| case.kind == kind && case.target == target && case.is_broken)
}

fn differs(theirs: &Answer, ours: &server::Verdict) -> Option<String> {
    if !ours.not_checked.is_empty() {
        return Some(format!("regcfg did not check: {:?}", ours.not_checked));
    }
    if theirs.accepted != ours.errors.is_empty() {
        return Some(format!("the server says {:?}, regcfg {:?}", theirs.errors, ours.errors));
    }
    let (theirs, ours) = (theirs.accepted.then_some(&theirs.stored)?, ours.stored.as_ref()?);
    let (theirs, ours) = (plain(&theirs["spec"]), plain(&ours["spec"]));
    (theirs != ours).then(|| format!("the server stores {theirs}, regcfg {ours}"))
}

/// Writes `2.0` as `2`, as Go writes numbers.
fn plain(value: &Json) -> Json {
    match value {
        Json::Number(number) => match number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15) {
            Some(whole) => json!(whole as i64),
            None => value.clone(),
        },
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

#[test]
fn updates_get_the_answer_of_the_api_server() {
    let (Some(folder), Some(server)) = (openshift(), Server::find()) else { return };
    let other = |kind: &str| match kind {
        "Config" => Some(("httpSecret", json!("other"))),
        "ImagePruner" => Some(("keepTagRevisions", json!(7))),
        "Image" => Some(("externalRegistryHostnames", json!(["other"]))),
        "Route" => Some(("wildcardPolicy", json!("None"))),
        _ => None,
    };
    let (mut wrong, mut n_taken, mut n_refused) = (Vec::new(), 0, 0);
    for minor in ["4.15", "4.19", "5.1"] {
        let mut questions = Vec::new();
        for (kind, file) in KINDS.into_iter().filter(|(_, file)| is_shipped(&folder, minor, file)) {
            let spec = crds::schema(&folder, minor, file)["properties"]["spec"].clone();
            for (at, target) in targets(&spec, ".spec").iter().enumerate().filter(|(_, target)| !target.is_large()) {
                let pair = target.pair(&spec, true, &mut Generator::new(at as u64));
                let Some(broken) = pair.broken else { continue };
                let mut changed = broken.clone();
                let is_other = |name: &str| target.field.starts_with(&format!(".spec.{name}"));
                match (other(kind), changed.as_object_mut()) {
                    (Some((name, value)), Some(fields)) if !is_other(name) => _ = fields.insert(name.into(), value),
                    _ => {}
                }
                let updates = [(&pair.right, &broken), (&broken, &broken), (&broken, &changed), (&broken, &pair.right)];
                // No server has stored a value of another type or without a required field, unless its CRD was another
                // one; such an object is not updated by a server that has rules, which it then cannot evaluate.
                let n_storable = if target.is_of_structure() { 1 } else { updates.len() };
                for (old, new) in updates.into_iter().take(n_storable) {
                    let mut question = Question::create(&folder, minor, file, kind, new);
                    question.old = Some(Question::create(&folder, minor, file, kind, old).object);
                    questions.push(question);
                }
            }
        }
        for ((question, theirs), ours) in questions.iter().zip(server.answers(&questions)).zip(ours(minor, &questions))
        {
            *if theirs.accepted { &mut n_taken } else { &mut n_refused } += 1;
            if theirs.accepted != ours.errors.is_empty() || !ours.not_checked.is_empty() {
                let old = question.old.as_ref().map(|old| old["spec"].to_string()).unwrap_or_default();
                let shown: String = format!("{old} -> {}", question.object["spec"]).chars().take(600).collect();
                wrong.push(format!("{minor} {shown}: the server says {:?}, regcfg {ours:?}", theirs.errors));
            }
        }
    }
    println!("{n_taken} updates taken, {n_refused} refused");
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

#[test]
fn metadata_gets_the_answer_of_the_api_server() {
    let (Some(folder), Some(server)) = (openshift(), Server::find()) else { return };
    let long = |n: usize| "a".repeat(n);
    let metadata = [
        json!({"name": "a"}),
        json!({}),
        json!({"name": ""}),
        json!({"name": "A"}),
        json!({"name": "a_b"}),
        json!({"name": "a..b"}),
        json!({"name": "-a"}),
        json!({"name": "a."}),
        json!({"name": "0.0"}),
        json!({"name": long(253)}),
        json!({"name": long(254)}),
        json!({"name": "é"}),
        json!({"name": 1}),
        json!({"name": null}),
        json!({"name": "a", "bogus": 1}),
        json!({"name": "a", "labels": {"a": "b", "a.b/C_d": ""}}),
        json!({"name": "a", "labels": {"a": "-b"}}),
        json!({"name": "a", "labels": {"a": "b c"}}),
        json!({"name": "a", "labels": {"a": 1}}),
        json!({"name": "a", "labels": {"a": null}}),
        json!({"name": "a", "labels": {"": "a"}}),
        json!({"name": "a", "labels": {"/a": "a"}}),
        json!({"name": "a", "labels": {"a/b/c": "a"}}),
        json!({"name": "a", "labels": {"A.b/c": "a"}}),
        json!({"name": "a", "labels": {"a".repeat(63): "a".repeat(63)}}),
        json!({"name": "a", "labels": {"a".repeat(64): "a"}}),
        json!({"name": "a", "labels": {"a": "a".repeat(64)}}),
        json!({"name": "a", "labels": {format!("{}/a", long(253)): "a"}}),
        json!({"name": "a", "labels": {format!("{}/a", long(254)): "a"}}),
        json!({"name": "a", "labels": []}),
        json!({"name": "a", "labels": null}),
        json!({"name": "a", "annotations": {"A.b/c": "any text: é\n"}}),
        json!({"name": "a", "annotations": {"a b": "c"}}),
        json!({"name": "a", "annotations": {"a": true}}),
        json!({"name": "a", "annotations": {"a": long((256 << 10) - 1)}}),
        json!({"name": "a", "annotations": {"a": long(256 << 10)}}),
        json!({"name": "a", "finalizers": ["a/b"]}),
        json!({"name": "a", "finalizers": ["a b"]}),
        json!({"name": "a", "finalizers": "a"}),
        json!({"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Secret", "name": "a", "uid": "b"}]}),
        json!({"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Secret", "name": "a"}]}),
        json!({"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Secret", "name": "a", "uid": "b", "x": 1}]}),
        json!({"name": "a", "generateName": "b-"}),
        json!({"name": "a", "generateName": "B"}),
        json!({"name": "a", "creationTimestamp": null}),
        json!({"name": "a", "creationTimestamp": "2026-01-31T12:00:00Z"}),
        json!({"name": "a", "creationTimestamp": "yesterday"}),
        json!({"name": "a", "generation": -1}),
        json!({"name": "a", "uid": "x", "resourceVersion": "1", "selfLink": "/a", "managedFields": []}),
    ];
    let mut wrong = Vec::new();
    for minor in MINORS.into_iter().chain(["5.1"]) {
        let ask = |metadata: &Json| {
            let mut question = Question::create(&folder, minor, "config.openshift.io_images", "Image", &json!({}));
            question.object["metadata"] = metadata.clone();
            question
        };
        let questions: Vec<Question> = metadata.iter().map(ask).collect();
        for ((question, theirs), ours) in questions.iter().zip(server.answers(&questions)).zip(ours(minor, &questions))
        {
            if theirs.accepted != ours.errors.is_empty() {
                let shown: String = question.object["metadata"].to_string().chars().take(300).collect();
                wrong.push(format!("{minor} {shown}: the server says {:?}, regcfg {:?}", theirs.errors, ours.errors));
            }
        }
    }
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn values_at_the_edge_get_the_answer_of_the_api_server() {
    let (Some(folder), Some(server)) = (openshift(), Server::find()) else { return };
    let mut specs: Vec<(&str, &str, Json)> = Vec::new();
    let base = |more: Json| {
        let mut spec = json!({"replicas": 1, "logging": 1, "managementState": "Managed"});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        spec
    };
    let mut config = |more: Json| specs.push(("Config", "imageregistry.operator.openshift.io_configs", base(more)));
    for text in DURATIONS {
        config(json!({"requests": {"read": {"maxWaitInQueue": text}}}));
    }
    for text in QUANTITIES {
        config(json!({"resources": {"requests": {"cpu": text}}}));
    }
    for value in [
        json!(1),
        json!(0),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!(true),
        json!(null),
        json!([]),
        json!({}),
        json!(1e300),
    ] {
        config(json!({"resources": {"requests": {"cpu": value}}}));
    }
    for value in NUMBERS {
        let value: Json = serde_json::from_str(value).unwrap();
        config(json!({"replicas": value}));
        config(json!({"requests": {"read": {"maxRunning": value}}}));
        config(json!({"tolerations": [{"tolerationSeconds": value}]}));
        config(json!({"storage": {"s3": {"chunkSizeMiB": value}}}));
    }
    for text in TEXTS_AT_THE_EDGE {
        config(json!({"storage": {"azure": {"container": text}}}));
        config(json!({"storage": {"azure": {"networkAccess": {"type": "Internal", "internal": {"vnetName": text}}}}}));
        config(json!({"storage": {"ibmcos": {"serviceInstanceCRN": text}}}));
        config(json!({"managementState": text}));
        config(json!({"storage": {"s3": {"trustedCA": {"name": text}}}}));
    }
    let azure = |n: usize, letter: &str| json!({"storage": {"azure": {"container": letter.repeat(n)}}});
    for n in [0, 1, 2, 3, 62, 63, 64] {
        config(azure(n, "a"));
        config(azure(n, "é"));
    }
    for value in [json!(null), json!({}), json!({"a": null}), json!([]), json!("a")] {
        config(json!({"observedConfig": value}));
        config(json!({"proxy": value}));
        config(json!({"nodeSelector": value}));
        config(json!({"routes": value}));
        config(json!({"routes": [value]}));
        config(json!({"replicas": value}));
        config(json!({"storage": value}));
        config(json!({"logLevel": value}));
    }
    let claims =
        [json!([{"name": "a"}, {"name": "b"}]), json!([{"name": "a"}, {"name": "a", "request": "b"}]), json!([{}, {}])];
    for claims in claims {
        config(json!({"resources": {"claims": claims}}));
    }
    let mut image = |more: Json| specs.push(("Image", "config.openshift.io_images", more));
    let search = |names: &[&str]| json!({"registrySources": {"containerRuntimeSearchRegistries": names}});
    image(search(&[]));
    image(search(&["a.io", "b.io"]));
    image(search(&["a.io", "b.io", "a.io"]));
    image(search(&["a.io", "A.io"]));
    for registry in REGISTRIES {
        image(json!({"registrySources": {"insecureRegistries": [registry]}}));
        image(json!({"registrySources": {"allowedRegistries": [registry, "a.io"]}}));
    }
    let (mut wrong, mut n_cases) = (Vec::new(), 0);
    for minor in MINORS.into_iter().chain(["5.1"]) {
        let ask = |(kind, file, spec): &(&str, &str, Json)| Question::create(&folder, minor, file, kind, spec);
        let questions: Vec<Question> = specs.iter().map(ask).collect();
        n_cases += questions.len();
        for ((question, theirs), ours) in questions.iter().zip(server.answers(&questions)).zip(ours(minor, &questions))
        {
            wrong.extend(differs(&theirs, &ours).map(|why| format!("{minor} {}: {why}", question.object["spec"])));
        }
    }
    println!("{n_cases} values at the edge");
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rules_that_cost_too_much_are_not_passed() {
    let (Some(folder), Some(server)) = (openshift(), Server::find()) else { return };
    let headers = |(n_items, length): (usize, usize)| {
        let action = json!({"type": "Set", "set": {"value": "a".repeat(length)}});
        let headers: Vec<Json> = (0..n_items).map(|at| json!({"name": format!("X-{at}"), "action": action})).collect();
        let spec = json!({"to": {"kind": "Service", "name": "a"}, "httpHeaders": {"actions": {"response": headers}}});
        Question::create(&folder, "5.1", "route.openshift.io_routes", "Route", &spec)
    };
    let registries = |(n_items, length): (usize, usize)| {
        let names: Vec<String> = (0..n_items).map(|at| format!("{at:04}{}", "a".repeat(length - 4))).collect();
        let spec = json!({"registrySources": {"allowedRegistries": names, "insecureRegistries": names}});
        Question::create(&folder, "5.1", "config.openshift.io_images", "Image", &spec)
    };
    let headers = [(1, 20), (20, 20), (20, 500), (20, 2000), (20, 8000), (20, 16384)].map(headers);
    let registries = [(10, 60), (200, 60), (1000, 250), (1024, 256)].map(registries);
    let questions: Vec<Question> = headers.into_iter().chain(registries).collect();
    let (mut n_checked, mut n_not) = (0, 0);
    for (theirs, ours) in server.answers(&questions).iter().zip(ours("5.1", &questions)) {
        if ours.not_checked.is_empty() {
            assert_eq!(theirs.accepted, ours.errors.is_empty(), "{:?}, {:?}", theirs.errors, ours.errors);
            n_checked += 1;
        } else {
            n_not += 1;
        }
    }
    println!("{n_checked} checked, {n_not} not");
    assert!(n_checked >= 7 && n_not >= 1, "{n_checked} checked, {n_not} not");
}

/// Durations of Go, of the API server's laxer reading, and of neither.
const DURATIONS: [&str; 40] = [
    "0",
    "0s",
    "1h30m",
    "-1.5h",
    "+5s",
    ".5s",
    "5.s",
    "1us",
    "1µs",
    "1μs",
    "60m0s",
    "",
    "1",
    "s",
    "1d",
    "1 h",
    "1h 30m",
    "1.2.3s",
    "-",
    "+",
    "1e3s",
    "9999999999h",
    "2562047h47m16.854775807s",
    "2562047h47m16.854775808s",
    "9223372036854775807ns",
    "9223372036854775808ns",
    "2 weeks",
    "3 Hours",
    "x 5 sec",
    "5 months",
    "99999999999999999999s",
    "1h\n",
    " 1h",
    "1H",
    "1hours",
    "1 nanosecond",
    "5 minutes",
    "0x10s",
    "١s",
    "1ms1",
];

/// Quantities, and what looks like some.
const QUANTITIES: [&str; 36] = [
    "0",
    "1",
    "-1",
    "+1",
    "100m",
    "1.5Gi",
    ".5",
    "5.",
    "1k",
    "1K",
    "1Ki",
    "1KI",
    "1mi",
    "1M",
    "1Mi",
    "1G",
    "1T",
    "1P",
    "1E",
    "1Ei",
    "1E3",
    "1e3",
    "1e-3",
    "1e+3",
    "1e",
    "1e1.5",
    "1n",
    "1u",
    "1µ",
    "",
    " 1",
    "1 ",
    "1\n",
    "0x1",
    "1_000",
    "99999999999999999999999999999999999",
];

/// Numbers at the limits of their types.
const NUMBERS: [&str; 22] = [
    "0",
    "-0",
    "1",
    "-1",
    "2.0",
    "2.5",
    "1e2",
    "1E+2",
    "1e-2",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "2147483647.0",
    "9007199254740992",
    "9223372036854775807",
    "5",
    "4",
    "5120",
    "5121",
    "null",
    "true",
];

/// Texts on which patterns and their readers differ: line ends, letters and digits beyond ASCII.
const TEXTS_AT_THE_EDGE: [&str; 24] = [
    "",
    "a",
    "abc",
    "abc\n",
    "\nabc",
    "a\nb",
    "ABC",
    "aBc",
    "a--b",
    "a-b",
    "-abc",
    "abc-",
    "ab_c",
    "é",
    "éab",
    "٣٣٣",
    "ſabc",
    "Kabc",
    "Managed",
    "Managed\n",
    "managed",
    "a.b",
    "crn:v1:bluemix:public:cloud-object-storage:global:a/x:y::",
    "crn:v1:bluemix:public:cloud-object-storage:\u{2028}global:a/x:y::",
];

/// Registries with and without what the rule allows.
const REGISTRIES: [&str; 22] = [
    "a",
    "a.io",
    "a.io:5000",
    "a.io:",
    "a.io:0",
    "a.io/b",
    "a.io/b/c_d",
    "a.io/B",
    "a.io/b:latest",
    "a.io/b@sha256:00",
    "*.a.io",
    "*a.io",
    "**.a.io",
    "*",
    "",
    "a.io\n",
    " a.io",
    "https://a.io",
    "A.IO",
    "a..io",
    "a.-b",
    "é.io",
];
