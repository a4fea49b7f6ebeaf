//! The descriptions in `schemas/` against the CRDs that OpenShift ships: the same fields and constraints, and the same
//! verdict on generated objects, right and broken. Skipped, saying so, where the CRDs are not beside the repository.

#![expect(clippy::disallowed_methods, reason = "tests read the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/crds.rs"]
mod crds;
#[path = "common/flat.rs"]
mod flat;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/generate.rs"]
mod generate;

use std::collections::BTreeMap;

use crds::{KINDS, MINORS, Oracle, openshift, violations};
use flat::flatten;
use generate::Generator;
use regcfg::diag::{Findings, Severity, Side, codes};
use regcfg::schema;
use regcfg::schema::openapi::structural;
use regcfg::target::{Minor, Target};
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Source, SourceKind};
use regcfg::validate::manifests;
use serde_json::Value as Json;

/// How many objects are generated for each CRD; half of them broken.
const OBJECTS: u64 = 400;

#[test]
fn every_description_equals_the_real_crd() {
    let Some(folder) = openshift() else { return };
    let mut differences = Vec::new();
    for minor in MINORS.into_iter().chain(["5.1"]) {
        for (kind, file) in KINDS {
            let described = described(kind, file);
            let has_kind = crds::is_shipped(&folder, minor, file);
            // Before 4.12 routes had no CRD, and were served all the same.
            if kind != "Route" && has_kind != described.is_on(minor.parse().unwrap()) {
                differences.push(format!("{minor} {kind}: the kind is there: {has_kind}"));
            }
            if !has_kind {
                continue;
            }
            let ours = structural(described.schema, minor.parse::<Minor>().unwrap());
            let (mut real, mut own) = (BTreeMap::new(), BTreeMap::new());
            flatten(&crds::schema(&folder, minor, file), String::new(), &mut real);
            flatten(&ours, String::new(), &mut own);
            for path in real.keys().chain(own.keys()) {
                let (real, ours) = (real.get(path), own.get(path));
                if real != ours {
                    let shown = |json: Option<&Json>| json.map_or("nothing".into(), ToString::to_string);
                    differences.push(format!(
                        "{minor} {kind}{path}: the CRD has {}, we have {}",
                        shown(real),
                        shown(ours)
                    ));
                }
            }
        }
    }
    differences.sort();
    differences.dedup();
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn generated_objects_get_the_verdict_of_the_real_crd() {
    let Some(folder) = openshift() else { return };
    let (mut n_right, mut n_wrong) = (0, 0);
    for minor in MINORS.into_iter().chain(["5.1"]) {
        for (kind, file) in KINDS.into_iter().filter(|(_, file)| crds::is_shipped(&folder, minor, file)) {
            let schema = crds::schema(&folder, minor, file);
            let oracle = Oracle::new(&folder, minor, file);
            for seed in 0..OBJECTS {
                let object = object(kind, file, &schema, seed);
                let wrong = oracle.violations(&object);
                let ours = errors(minor, &object.to_string());
                assert_eq!(
                    wrong.is_empty(),
                    ours.is_empty(),
                    "{minor} {kind}, seed {seed}\n{object:#}\nthe CRD: {wrong:#?}\nregcfg: {ours:#?}"
                );
                if wrong.is_empty() { n_right += 1 } else { n_wrong += 1 }
            }
        }
    }
    println!("{n_right} right and {n_wrong} broken objects");
    assert!(n_right > 2000 && n_wrong > 2000, "{n_right} right and {n_wrong} broken objects are too few to tell");
}

#[test]
fn the_oracle_finds_what_is_wrong() {
    let config = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\nspec: ";
    let Some(found) = violations("4.19", &format!("{config}{{replicas: 1, bogus: 2}}")) else { return };
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(violations("4.19", &format!("{config}{{replicas: 1}}")).unwrap(), Vec::<String>::new());
}

fn described(kind: &str, file: &str) -> &'static schema::Kind {
    let group = file.split('_').next().unwrap();
    schema::kinds().iter().find(|known| known.group == group && known.kind == kind).unwrap()
}

fn object(kind: &str, file: &str, schema: &Json, seed: u64) -> Json {
    let mut generator = Generator::new(seed);
    let mut object = generator.object(schema);
    object["apiVersion"] = described(kind, file).api_version().into();
    object["kind"] = kind.into();
    // Not the singleton's own name, under which a part of an object is enough.
    object["metadata"] = serde_json::json!({"name": "generated"});
    if seed % 2 == 1 {
        generator.break_one(&schema["properties"]["spec"], &mut object["spec"]);
    }
    object
}

/// Returns regcfg's errors, but for those that the API server would not have.
fn errors(minor: &str, text: &str) -> Vec<String> {
    let mut findings = Findings::new();
    let source = Source::new("object.yaml", text, SourceKind::User);
    let objects = documents(&source, Reading::AsKubectl, &mut findings).unwrap();
    manifests(&objects, Target::only(minor.parse().unwrap()), &mut findings);
    let is_of_schema = |finding: &&regcfg::diag::Diagnostic| {
        finding.severity == Severity::Error
            && finding.code.side() != Side::Rules
            && finding.code != &codes::MISSING_NAMESPACE
            && !finding.message.ends_with("the operator cannot read")
    };
    findings.iter().filter(is_of_schema).map(|finding| format!("{} {}", finding.code.id, finding.message)).collect()
}
