//! The API server of the tests, and regcfg asked the same.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use regcfg::diag::{Findings, Severity, Side, codes};
use regcfg::target::{Minor, Target};
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Node, Source, SourceKind};
use regcfg::validate;
use serde_json::{Value as Json, json};

/// What is asked of both.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) minor: String,
    pub(crate) crd: PathBuf,
    pub(crate) object: Json,
    /// The stored object that is replaced, for an update.
    pub(crate) old: Option<Json>,
}

/// What the server answers.
pub(crate) struct Answer {
    pub(crate) accepted: bool,
    pub(crate) errors: Vec<String>,
    pub(crate) stored: Json,
}

/// What regcfg answers in the server's place.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) errors: Vec<String>,
    pub(crate) not_checked: Vec<String>,
    pub(crate) stored: Option<Json>,
}

/// The program that answers as an API server.
pub(crate) struct Server(PathBuf);

impl Question {
    #[allow(dead_code, reason = "suites have objects of their own")]
    /// Asks whether an object with a spec can be created, under a name that no cluster has already.
    pub(crate) fn create(folder: &Path, minor: &str, file: &str, kind: &str, spec: &Json) -> Self {
        let crd = folder.join(format!("crds/{minor}/{file}.yaml"));
        let group = file.split('_').next().unwrap();
        let version = if group == "operator.openshift.io" { "v1alpha1" } else { "v1" };
        let metadata = json!({"name": "generated", "namespace": "generated"});
        let api_version = format!("{group}/{version}");
        let object = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec});
        Self { minor: minor.into(), crd, object, old: None }
    }
}

impl Server {
    /// Builds the server or finds it built; prints why where there is none.
    pub(crate) fn find() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/build");
        let built = Command::new(script).output().unwrap();
        if built.status.success() {
            return Some(Self(String::from_utf8(built.stdout).unwrap().trim().into()));
        }
        let why = String::from_utf8_lossy(&built.stderr).into_owned();
        assert!(std::env::var_os("REGCFG_ORACLE").is_none_or(|value| value != "required"), "no API server: {why}");
        println!("skipped: tests/oracle cannot be built, and is not there: {why}");
        None
    }

    /// Returns what a server finds wrong with CRDs that are applied to it.
    pub(crate) fn faults_of_crds(&self, files: &[PathBuf]) -> Vec<String> {
        let judged = Command::new(&self.0).arg("crds").args(files).output().unwrap();
        assert!(judged.status.success(), "the oracle failed: {}", String::from_utf8_lossy(&judged.stderr));
        String::from_utf8(judged.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// Answers what comes of writing objects, in the order of the questions.
    pub(crate) fn writes(&self, asked: &[&Json]) -> Vec<Json> {
        let mut server =
            Command::new(&self.0).arg("apply").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = server.stdin.take().unwrap();
        let output = BufReader::new(server.stdout.take().unwrap());
        let answers: Vec<Json> = thread::scope(|scope| {
            scope.spawn(move || asked.iter().for_each(|asked| writeln!(input, "{asked}").unwrap()));
            output.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
        });
        assert!(server.wait().unwrap().success(), "the oracle failed");
        assert_eq!(answers.len(), asked.len());
        answers
    }

    /// Answers questions in their order.
    pub(crate) fn answers(&self, questions: &[Question]) -> Vec<Answer> {
        let mut server = Command::new(&self.0).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = server.stdin.take().unwrap();
        let output = BufReader::new(server.stdout.take().unwrap());
        let answers = thread::scope(|scope| {
            scope.spawn(move || {
                for Question { minor, crd, object, old } in questions {
                    let mut line = json!({"minor": minor, "crd": crd, "object": object});
                    if let Some(old) = old {
                        line["old"] = old.clone();
                    }
                    writeln!(input, "{line}").unwrap();
                }
            });
            output.lines().map(|line| answer(&line.unwrap())).collect::<Vec<_>>()
        });
        assert!(server.wait().unwrap().success(), "the oracle failed");
        assert_eq!(answers.len(), questions.len());
        answers
    }
}

fn answer(line: &str) -> Answer {
    let mut json: Json = serde_json::from_str(line).unwrap();
    let errors = json["errors"].as_array().into_iter().flatten();
    let errors = errors.map(|error| error.as_str().unwrap().to_owned()).collect();
    Answer { accepted: json["accepted"] == true, errors, stored: json["stored"].take() }
}

/// Answers the questions of a minor as regcfg does, in their order.
pub(crate) fn ours(minor: &str, questions: &[Question]) -> Vec<Verdict> {
    let minor: Minor = minor.parse().unwrap();
    let n_threads = thread::available_parallelism().map_or(1, usize::from);
    let size = questions.len().div_ceil(n_threads).max(1);
    thread::scope(|scope| {
        let judge = |part: &[Question]| part.iter().map(|question| verdict(minor, question)).collect::<Vec<_>>();
        let threads: Vec<_> = questions.chunks(size).map(|part| scope.spawn(move || judge(part))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn verdict(minor: Minor, question: &Question) -> Verdict {
    let mut findings = Findings::new();
    let object = read(&question.object, &mut findings);
    match &question.old {
        Some(old) => validate::update(&object, &read(old, &mut Findings::new()), minor, &mut findings),
        None => validate::manifests(std::slice::from_ref(&object), Target::only(minor), &mut findings),
    }
    let is_not_checked =
        |finding: &regcfg::diag::Diagnostic| finding.code == &codes::API_RULE && finding.severity != Severity::Error;
    let mut verdict = Verdict {
        errors: Vec::new(),
        not_checked: Vec::new(),
        stored: validate::stored(&object, minor).map(|node| node.to_json()),
    };
    for finding in &findings {
        let said = format!("{} {}", finding.code.id, finding.message);
        if is_not_checked(finding) {
            verdict.not_checked.push(said);
        } else if finding.severity == Severity::Error && finding.code.side() != Side::Rules {
            verdict.errors.push(finding.notes.iter().fold(said, |said, note| said + "\n" + &note.message));
        }
    }
    verdict
}

fn read(object: &Json, findings: &mut Findings) -> Node {
    let source = Source::new("object.yaml", object.to_string(), SourceKind::User);
    documents(&source, Reading::AsKubectl, findings).unwrap().remove(0)
}
