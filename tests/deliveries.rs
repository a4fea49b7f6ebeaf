//! What is rendered for the controllers that fill Secrets, against their own CRDs: the API server takes it and stores it as
//! it was sent. And with every delivery, rendering twice gives the same bytes.
//!
//! The server is `tests/oracle/`, the CRDs are those that `tests/programs/build` brings. Skipped, saying so, where there is
//! no Go; `REGCFG_ORACLE=required` and `REGCFG_PROGRAMS=required` make that an error.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read and write the disk and run programs, where the library may not"
)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/flat.rs"]
mod flat;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/generate.rs"]
mod generate;
#[path = "common/programs.rs"]
mod programs;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flat::flatten;
use generate::Generator;
use programs::Programs;
use regcfg::schema;
use regcfg::schema::openapi::structural;
use regcfg::target::Minor;
use serde_json::{Value as Json, json};
use server::{Question, Server, ours};

/// The kinds of controllers, by their API version and the files of their CRDs.
const KINDS: [(&str, &str, &str); 2] = [
    ("ExternalSecret", "external-secrets.io/v1", "external-secrets.io_externalsecrets"),
    ("SealedSecret", "bitnami.com/v1alpha1", "bitnami.com_sealedsecrets"),
];

/// The minors whose servers are asked.
const MINORS: [&str; 2] = ["4.12", "4.22"];

/// How many objects are generated for each CRD; half of them broken.
const OBJECTS: u64 = 3000;

/// Where a description differs from the CRD, for reasons that it gives itself among its gaps: what later releases of the
/// External Secrets Operator added, and kinds that change with every release.
const DIFFERING: [(&str, &str); 10] = [
    ("ExternalSecret", ".spec.data[].remoteRef.emptyResultPolicy"),
    ("ExternalSecret", ".spec.data[].remoteRef.nullBytePolicy"),
    ("ExternalSecret", ".spec.data[].sourceRef.generatorRef.kind"),
    ("ExternalSecret", ".spec.dataFrom[].extract.emptyResultPolicy"),
    ("ExternalSecret", ".spec.dataFrom[].extract.nullBytePolicy"),
    ("ExternalSecret", ".spec.dataFrom[].find.emptyResultPolicy"),
    ("ExternalSecret", ".spec.dataFrom[].find.nullBytePolicy"),
    ("ExternalSecret", ".spec.dataFrom[].sourceRef.generatorRef.kind"),
    ("ExternalSecret", ".spec.syncWindows"),
    ("ExternalSecret", ".spec.target.creationPolicy"),
];

#[test]
fn what_is_rendered_for_a_controller_comes_back_as_it_was_sent() {
    let (Some(programs), Some(server)) = (Programs::find(), Server::find()) else { return };
    let objects = rendered();
    let mut questions = Vec::new();
    let mut n_objects = BTreeMap::new();
    for (name, object) in &objects {
        for (kind, api_version, file) in KINDS {
            if object["kind"] == kind {
                assert_eq!(object["apiVersion"], api_version, "{name}");
                *n_objects.entry(kind).or_insert(0) += 1;
                for minor in MINORS {
                    let (crd, object) = (programs.crd(file), object.clone());
                    questions.push((name, Question { minor: minor.into(), crd, object, old: None }));
                }
            }
        }
    }
    let (names, questions): (Vec<_>, Vec<_>) = questions.into_iter().unzip();
    for ((name, question), answer) in names.iter().zip(&questions).zip(server.answers(&questions)) {
        assert!(answer.accepted, "{name}: {:?}\n{:#}", answer.errors, question.object);
        assert_eq!(
            answer.stored, question.object,
            "{name}: on {} it does not come back as it was sent",
            question.minor
        );
    }
    println!("{n_objects:?} came back as they were sent");
    assert!(KINDS.iter().all(|(kind, ..)| n_objects[kind] >= 6), "{n_objects:?} are too few to tell");
}

/// An object that lacks what is written out comes back with it, so that the test above can fail.
#[test]
fn what_the_server_adds_is_noticed() {
    let (Some(programs), Some(server)) = (Programs::find(), Server::find()) else { return };
    let (kind, api_version, file) = KINDS[0];
    let object = json!({
        "apiVersion": api_version, "kind": kind, "metadata": {"name": "a", "namespace": "b"},
        "spec": {"data": [{"secretKey": "a", "remoteRef": {"key": "a"}}]},
    });
    let question = Question { minor: "4.22".into(), crd: programs.crd(file), object: object.clone(), old: None };
    let answer = server.answers(&[question]).remove(0);
    assert!(answer.accepted && answer.stored != object, "{:#}", answer.stored);
}

#[test]
fn every_description_equals_the_controllers_own_crd() {
    let Some(programs) = Programs::find() else { return };
    let (mut differences, mut known) = (Vec::new(), BTreeSet::new());
    for (kind, _, file) in KINDS {
        let (mut real, mut own) = (BTreeMap::new(), BTreeMap::new());
        flatten(&crd_schema(&programs.crd(file)), String::new(), &mut real);
        flatten(&structural(described(kind).schema, Minor::newest_released()), String::new(), &mut own);
        let paths: BTreeSet<&String> = real.keys().chain(own.keys()).collect();
        for path in paths.into_iter().filter(|path| real.get(*path) != own.get(*path)) {
            let differing = DIFFERING.iter().find(|(of, differing)| *of == kind && path.starts_with(differing));
            if let Some(differing) = differing {
                known.insert(differing);
                continue;
            }
            let shown = |json: Option<&Json>| json.map_or("nothing".into(), ToString::to_string);
            let (real, ours) = (shown(real.get(path)), shown(own.get(path)));
            differences.push(format!("{kind}{path}: the CRD has {real}, we have {ours}"));
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
    assert_eq!(known, DIFFERING.iter().collect(), "these are the same by now");
}

#[test]
fn generated_objects_get_the_verdict_of_the_controllers_own_crd() {
    let (Some(programs), Some(server)) = (Programs::find(), Server::find()) else { return };
    let (mut n_right, mut n_wrong) = (0, 0);
    let mut wrong = Vec::new();
    for (kind, api_version, file) in KINDS {
        let mut schema = crd_schema(&programs.crd(file));
        // What is known to differ is not asked for.
        drop_fields(&mut schema, &["generatorRef"]);
        let unlike = [
            ("/properties/spec/properties/target/properties", "creationPolicy"),
            // The server takes any list for a text with a format, and the controller none; neither opens it any more.
            ("/properties/spec/properties", if kind == "SealedSecret" { "data" } else { "syncWindows" }),
        ];
        for (at, field) in unlike {
            if let Some(fields) = schema.pointer_mut(at) {
                fields.as_object_mut().unwrap().remove(field);
            }
        }
        for minor in MINORS {
            let question = |seed: u64| {
                let mut generator = Generator::new(seed);
                let mut object = generator.object(&schema);
                if seed % 2 == 1 {
                    generator.break_one(&schema["properties"]["spec"], &mut object["spec"]);
                }
                object["apiVersion"] = api_version.into();
                object["kind"] = kind.into();
                object["metadata"] = json!({"name": "generated", "namespace": "generated"});
                Question { minor: minor.into(), crd: programs.crd(file), object, old: None }
            };
            let questions: Vec<Question> = (0..OBJECTS).map(question).collect();
            for ((question, theirs), ours) in
                questions.iter().zip(server.answers(&questions)).zip(ours(minor, &questions))
            {
                if theirs.accepted {
                    n_right += 1
                } else {
                    n_wrong += 1
                }
                let is_same = theirs.accepted == ours.errors.is_empty()
                    && (!theirs.accepted || ours.stored.as_ref() == Some(&theirs.stored));
                if !is_same {
                    wrong.push(format!(
                        "{minor} {kind}\n{}\nthe server: {:?}\nregcfg: {:?}\nstored {}\nstored {}",
                        question.object,
                        theirs.errors,
                        ours.errors,
                        theirs.stored,
                        ours.stored.clone().unwrap_or_default()
                    ));
                }
            }
        }
    }
    println!("{n_right} right and {n_wrong} broken objects");
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n\n"));
    assert!(n_right > 2000 && n_wrong > 2000, "{n_right} right and {n_wrong} broken objects are too few to tell");
}

#[test]
fn every_delivery_renders_the_same_twice() {
    let mut seen = BTreeSet::new();
    for Case { dir, args, env } in golden_cases() {
        let args: Vec<&str> = args.split_whitespace().collect();
        let run = || regcfg(&dir, &args, &env);
        let (first, second) = (run(), run());
        assert!(first.status.success() && !first.stdout.is_empty(), "{}", dir.display());
        assert_eq!(first.stdout, second.stdout, "{}", dir.display());
        let spec = fs::read_to_string(dir.join("cluster.yaml")).unwrap();
        let is_revealed = |way: &&str| !PLAIN.contains(way) || args.contains(&"--reveal-secrets");
        seen.extend(WAYS.into_iter().filter(|way| spec.contains(way)).filter(is_revealed));
    }
    assert_eq!(seen, WAYS.into(), "no case has the others");
}

/// How a spec gives a secret, and which of it is written only where the invoker reveals secrets.
const WAYS: [&str; 6] = [
    "valueFrom: {external: ",
    "valueFrom: {sealed: ",
    "valueFrom: {sops: ",
    "valueFrom: {secretKeyRef: ",
    "valueFrom: {env: ",
    "valueFrom: {file: ",
];
const PLAIN: [&str; 2] = [WAYS[4], WAYS[5]];

/// A golden case: where it runs, and how.
struct Case {
    dir: PathBuf,
    args: String,
    env: Vec<(String, String)>,
}

/// Returns the golden cases that render one spec to a stream.
fn golden_cases() -> Vec<Case> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/render");
    let read = |case: PathBuf| -> Option<Case> {
        let text = |name: &str| fs::read_to_string(case.join(name));
        let args = text("args").unwrap().lines().next()?.to_owned();
        let is_right = text("expected/exit").is_ok_and(|exit| exit.starts_with('0'));
        let is_it = args.starts_with("render ") && args.contains("cluster.yaml") && !args.contains(" -o ");
        let env = text("env").unwrap_or_default();
        let env = env.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.into(), value.into()));
        let has_spec =
            case.join("input/cluster.yaml").is_file() && !text("expected/stdout").unwrap_or_default().is_empty();
        (is_it && is_right && has_spec).then(|| Case { dir: case.join("input"), args, env: env.collect() })
    };
    fs::read_dir(cases).unwrap().filter_map(|case| read(case.unwrap().path())).collect()
}

/// Returns every object of a controller that the examples and the specs of `tests/landing` render, each with where it is from.
fn rendered() -> Vec<(String, Json)> {
    let mut objects = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(root.join("examples")).unwrap() {
        let dir = entry.unwrap().path();
        if dir.join("regcfg.yaml").is_file() {
            objects.extend(of_run(&dir, ".", &dir.display().to_string()));
        }
    }
    let specs = landing();
    for spec in landing_specs(specs.path()) {
        objects.extend(of_run(specs.path(), &spec, &spec));
    }
    objects
}

fn of_run(dir: &Path, what: &str, name: &str) -> Vec<(String, Json)> {
    let output = regcfg(dir, &["render", "--omit-secrets", "--as-of", "2027-01-01", what], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{name}: {text}{}", String::from_utf8_lossy(&output.stderr));
    let objects = serde_yaml::from_multiple::<Json>(&text).unwrap();
    objects.into_iter().map(|object| (name.to_owned(), object)).collect()
}

/// Copies the specs of `tests/landing`, with what stands for texts of files put in.
fn landing() -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/landing");
    let to = tempfile::tempdir().unwrap();
    fs::create_dir_all(to.path().join("profiles/any")).unwrap();
    let profile = "profiles/any/profile.yaml";
    fs::copy(from.join(profile), to.path().join(profile)).unwrap();
    fs::write(to.path().join("key.pem"), "not looked at").unwrap();
    let read = |name: &str| fs::read_to_string(from.join(name)).unwrap();
    for entry in fs::read_dir(&from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let name = entry.file_name().into_string().unwrap();
            let mut text = read(&name);
            for (word, file) in [("CA_PEM", "ca.crt"), ("LEAF_PEM", "leaf.crt")] {
                text = text.replace(word, &Json::from(read(file)).to_string());
            }
            fs::write(to.path().join(name), text).unwrap();
        }
    }
    to
}

fn landing_specs(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_spec = |name: &String| Path::new(name).extension().is_some_and(|it| it == "yaml") && name != "regcfg.yaml";
    let mut names: Vec<String> = names.filter(is_spec).collect();
    names.sort();
    names
}

fn regcfg(dir: &Path, args: &[&str], env: &[(String, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    let env = env.iter().map(|(name, value)| (name, value));
    command.args(args).current_dir(dir).env_clear().envs(env).output().unwrap()
}

fn described(kind: &str) -> &'static schema::Kind {
    schema::kinds().iter().find(|known| known.kind == kind).unwrap()
}

/// Reads the schema of the version that a CRD stores.
fn crd_schema(path: &PathBuf) -> Json {
    let crd: Json = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let versions = crd["spec"]["versions"].as_array().unwrap();
    let stored = versions.iter().find(|version| version["storage"] == true).unwrap();
    stored["schema"]["openAPIV3Schema"].clone()
}

/// Takes fields away wherever they are.
fn drop_fields(schema: &mut Json, names: &[&str]) {
    match schema {
        Json::Object(fields) => {
            fields.retain(|name, _| !names.contains(&name.as_str()));
            fields.values_mut().for_each(|below| drop_fields(below, names));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| drop_fields(item, names)),
        _ => {}
    }
}
