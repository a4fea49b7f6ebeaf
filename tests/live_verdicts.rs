//! What `check --only schema` says of generated objects is what a real API server says in a strict dry-run, for the CRDs that
//! OpenShift ships for each minor.
//!
//! The server is of one release for all minors, and the CRDs are of each. There is no exception: every verdict that differs
//! fails, and one that must differ would be listed here, with the reason. `REGCFG_VERDICTS` asks for more objects of each minor than the 2,000 that are judged by default, at
//! least: there are some 4,000 to 11,000 of each.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says how much it saw"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/cases.rs"]
mod cases;
#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
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

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;

use cluster::{Cluster, live};
use crds::openshift;
use questions::{OBJECTS, Questions};
use regcfg::target::Minor;
use serde_json::Value as Json;

fn main() -> ExitCode {
    live::run_without_regcfg(live::tests_on_each_minor![verdicts_are_those_of_a_strict_dry_run])
}

/// What somebody says of an object; nothing where it is right.
type Verdict = Vec<String>;

fn verdicts_are_those_of_a_strict_dry_run(cluster: &Cluster, minor: Minor) {
    let minor = &*minor.to_string();
    let folder = openshift().unwrap();
    cluster.apply_crds(minor);
    cluster.namespace("generated");
    let wanted = std::env::var("REGCFG_VERDICTS").map_or(OBJECTS, |number| number.parse().unwrap());
    let questions = Questions::of(&folder, minor, wanted);
    // From all constraints alike; an even step would leave out the broken one of each pair.
    let step = (questions.asked.len() / wanted).max(1);
    let step = if step.is_multiple_of(2) { step - 1 } else { step };
    let crds: BTreeMap<&str, Json> = questions
        .kinds
        .iter()
        .map(|described| {
            let text = fs::read_to_string(folder.join(format!("crds/{minor}/{}.yaml", described.file))).unwrap();
            (described.kind, serde_yaml::from_str::<Json>(&text).unwrap()["spec"].take())
        })
        .collect();
    let objects: Vec<(Json, String)> = questions
        .asked
        .iter()
        .step_by(step)
        .enumerate()
        .map(|(at, question)| {
            let mut object = question.object.clone();
            let crd = &crds[object["kind"].as_str().unwrap()];
            object["metadata"]["name"] = format!("generated-{at}").into();
            let is_namespaced = crd["scope"] == "Namespaced";
            if !is_namespaced {
                object["metadata"].as_object_mut().unwrap().remove("namespace");
            }
            let namespace = if is_namespaced { "/namespaces/generated" } else { "" };
            let (api, plural) = (object["apiVersion"].as_str().unwrap(), crd["names"]["plural"].as_str().unwrap());
            let path = format!("/apis/{api}{namespace}/{plural}?dryRun=All&fieldValidation=Strict");
            (object, path)
        })
        .collect();
    let (ours, theirs) = (ours(&objects, minor), theirs(cluster, &objects));
    let (mut wrong, mut n_taken) = (Vec::new(), 0);
    for (((object, _), (theirs, ours)), case) in
        objects.iter().zip(theirs.iter().zip(&ours)).zip(questions.cases.iter().step_by(step))
    {
        n_taken += usize::from(theirs.is_empty());
        if theirs.is_empty() == ours.is_empty() {
            continue;
        }
        let target = questions.target(case);
        let shown: String = object["spec"].to_string().chars().take(800).collect();
        wrong.push(format!(
            "{}{} {}: the server says {theirs:?}, regcfg {ours:?}\n  {shown}",
            case.kind, target.field, target.constraint
        ));
    }
    println!("{minor}: {} objects, {n_taken} taken by the server, no exception", objects.len());
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong[..wrong.len().min(30)].join("\n"));
}

/// Asks the built regcfg.
fn ours(objects: &[(Json, String)], minor: &str) -> Vec<Verdict> {
    let dir = tempfile::tempdir().unwrap();
    for (at, (object, _)) in objects.iter().enumerate() {
        fs::write(dir.path().join(format!("{at}.json")), object.to_string()).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(["check", "--only", "schema", "--openshift", minor, "--format", "json", "."]);
    let output = command.current_dir(dir.path()).env_clear().output().unwrap();
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    let mut verdicts = vec![Verdict::new(); objects.len()];
    for finding in document["findings"].as_array().unwrap() {
        let is_undecided = finding["code"] == "RC0510";
        if finding["severity"] == "error" || is_undecided {
            let file = Path::new(finding["file"].as_str().unwrap()).file_stem().unwrap().to_str().unwrap().to_owned();
            verdicts[file.parse::<usize>().unwrap()].push(format!("{} {}", finding["code"], finding["message"]));
        }
    }
    verdicts
}

/// Asks the real server, without anything being stored.
fn theirs(cluster: &Cluster, objects: &[(Json, String)]) -> Vec<Verdict> {
    let n_threads = thread::available_parallelism().map_or(1, usize::from) * 2;
    let ask = |(object, path): &(Json, String)| {
        let answer = cluster.raw("POST", path, Some(object));
        match answer.status {
            201 => Verdict::new(),
            400 | 422 => vec![answer.json()["message"].as_str().unwrap_or_default().to_owned()],
            status => panic!("{status} {path}: {}", answer.text()),
        }
    };
    let size = objects.len().div_ceil(n_threads).max(1);
    thread::scope(|scope| {
        let parts = objects.chunks(size).map(|part| scope.spawn(move || part.iter().map(ask).collect::<Vec<_>>()));
        let threads: Vec<_> = parts.collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}
