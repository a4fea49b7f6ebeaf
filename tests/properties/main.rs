//! What holds for every right spec: the same bytes whatever the files are called and whoever renders beside it, output
//! that parses back to what the stages hold, no value outside of its field, and origins that point at the value.
//!
//! `REGCFG_PROPTEST_CASES` raises the number of specs.

#![expect(clippy::disallowed_methods, reason = "tests read the environment, where the library may not")]

mod choices;
mod spec;
mod tree;

use std::sync::{Arc, LazyLock};
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use regcfg::diag::Findings;
use regcfg::emit::stream::{join, order};
use regcfg::emit::{DecryptedBy, Secrets, manifests};
use regcfg::load::Project;
use regcfg::lower::Day;
use regcfg::pipeline::{Session, compile};
use regcfg::profile::Profiles;
use regcfg::secret::{AllowedEnv, Identities, Reveal, fill};
use regcfg::tree::emit::to_json;
use regcfg::tree::parse::{Reading, document, documents};
use regcfg::tree::{Node, Origin, Source, SourceKind, Value};
use regcfg::world::{MemWorld, ProjectPath};

use choices::Choices;
use spec::{Made, Mark};
use tree::Tree;

/// When certificates are judged: 2030.
const NOW: i64 = 1_893_456_000;

/// What secrets are, in two worlds that differ in nothing else: a key that is base64, too, and a keyfile.
const SECRETS: [(&str, &str); 2] = [
    ("hunter2a", r#"{"type": "service_account", "client_email": "hunter2a", "private_key": "-----BEGIN hunter2a"}"#),
    ("hunter2bhunter2b", r#"{"private_key": "-----BEGIN hunter2b", "client_email": "-", "type": "service_account"}"#),
];

/// Shared by all specs of a run, so that what is kept of one is there for the next.
static SHARED: LazyLock<Profiles> = LazyLock::new(profiles);

fn profiles() -> Profiles {
    Profiles::of(&Project::new(&MemWorld::new(spec::PROJECT)), &mut Findings::new())
}

/// A project's files, and the path of its spec.
#[derive(Clone, Debug)]
struct Files {
    texts: Vec<(String, String)>,
    spec: String,
}

/// What is rendered of a spec.
struct Output {
    objects: Vec<Node>,
    json: Vec<serde_json::Value>,
    stream: String,
}

fn n_cases() -> u32 {
    std::env::var("REGCFG_PROPTEST_CASES").ok().and_then(|n_cases| n_cases.parse().ok()).unwrap_or(96)
}

fn any_choices() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(any::<u32>(), 0..240)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: n_cases(),
        failure_persistence: None,
        max_shrink_iters: 500,
        ..ProptestConfig::default()
    })]

    #[test]
    fn right_specs_render_the_same_and_whole(given in any_choices()) {
        let mut choices = Choices::new(given);
        let made = spec::make(&mut choices);
        let layers = made.spec_layers(&mut choices);
        let texts: Vec<String> = layers.iter().map(|layer| layer.written(&mut choices)).collect();
        let files = files(&texts, &["a.yaml", "b.yaml", "c.yaml"], "spec.yaml");
        let output = rendered(&files, &SHARED, Reveal::Reveal)?;
        same_bytes(&texts, &output)?;
        parses_back(&output)?;
        stays_in_its_field(&made, &output)?;
        shows_no_secret(&files)?;
        tells_nothing_of_a_secret(&files, output)?;
    }
}

impl Made {
    /// Splits the document over layers; the last one is the spec, which has the name.
    fn spec_layers(&self, choices: &mut Choices) -> Vec<Tree> {
        let n_layers = 1 + choices.below(4);
        let Tree::Map(entries) = &self.spec else { return Vec::new() };
        let (body, head): (Vec<_>, Vec<_>) = entries.iter().cloned().partition(|(key, _)| key == "spec");
        let mut layers = Tree::Map(body).split(n_layers, choices);
        let last = layers.len() - 1;
        for (at, layer) in layers.iter_mut().enumerate() {
            let Tree::Map(body) = layer else { continue };
            let mut whole = head.clone();
            if at < last {
                whole.retain(|(key, _)| key == "apiVersion");
                whole.push(("kind".into(), "RegistryLayer".into()));
            }
            whole.append(body);
            *body = whole;
        }
        layers
    }
}

/// Gives files to texts, the last of which is the spec that extends the others.
fn files(texts: &[String], names: &[&str], spec: &str) -> Files {
    let Some((own, layers)) = texts.split_last() else { return Files { texts: Vec::new(), spec: spec.into() } };
    let up = "../".repeat(spec.matches('/').count());
    let mut all: Vec<(String, String)> =
        layers.iter().zip(names).map(|(text, name)| ((*name).to_owned(), text.clone())).collect();
    let extended: Vec<String> = all.iter().map(|(name, _)| format!("\"{up}{name}\"")).collect();
    let extends = format!("\"extends\": [{}]", extended.join(", "));
    // In a style of its own, a document is a flow mapping.
    let own = match own.strip_prefix('{') {
        Some(rest) => format!("{{{extends}, {rest}"),
        None => format!("{extends}\n{own}"),
    };
    all.push((spec.to_owned(), own));
    let dir = spec.rsplit_once('/').map_or("", |(dir, _)| dir);
    let secrets = std::iter::once(dir).chain(names.iter().map(|name| name.rsplit_once('/').map_or("", |(dir, _)| dir)));
    let (key, keyfile) = SECRETS[0];
    for dir in secrets {
        let at = |name: &str| format!("{dir}/{name}").trim_start_matches('/').to_owned();
        all.extend([(at("secret"), key.to_owned()), (at("keyfile"), keyfile.to_owned())]);
    }
    Files { texts: all, spec: spec.to_owned() }
}

fn world(files: &Files) -> MemWorld {
    let world = MemWorld::new(files.texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let (key, keyfile) = SECRETS[0];
    world.with_env("REGCFG_SECRET_A", key).with_env("REGCFG_SECRET_KEYFILE", keyfile).with_now(NOW)
}

/// The same files with other secrets.
fn other_world(files: &Files) -> MemWorld {
    let [(key, keyfile), (other_key, other_keyfile)] = SECRETS;
    let other = |text: &str| match text {
        _ if text == key => other_key.to_owned(),
        _ if text == keyfile => other_keyfile.to_owned(),
        _ => text.to_owned(),
    };
    let texts: Vec<(&str, String)> = files.texts.iter().map(|(path, text)| (path.as_str(), other(text))).collect();
    let world = MemWorld::new(texts.iter().map(|(path, text)| (*path, text.as_str())));
    world.with_env("REGCFG_SECRET_A", other_key).with_env("REGCFG_SECRET_KEYFILE", other_keyfile).with_now(NOW)
}

fn rendered(files: &Files, profiles: &Profiles, reveal: Reveal) -> Result<Output, TestCaseError> {
    rendered_in(&world(files), files, profiles, reveal)
}

fn rendered_in(world: &MemWorld, files: &Files, profiles: &Profiles, reveal: Reveal) -> Result<Output, TestCaseError> {
    let project = Project::new(world);
    let session = Session { project: &project, profiles, day: Day::Running, as_of: NOW, in_force: Arc::default() };
    let path = ProjectPath::new(&files.spec).map_err(|why| TestCaseError::fail(why.to_string()))?;
    let mut findings = Findings::new();
    let failed = |findings: &Findings| TestCaseError::fail(format!("{findings:#?}\n{files:#?}"));
    let Some(bundle) = compile(&session, &path, &mut findings) else { return Err(failed(&findings)) };
    let allowed = AllowedEnv::default();
    let identities = Identities::default();
    let secrets =
        Secrets { reveal, allowed: &allowed, identities: &identities, world, decrypted_by: DecryptedBy::Engine };
    let mut objects = bundle.objects.clone();
    order(&mut objects);
    let json = objects
        .iter()
        .map(|object| to_json(object, &mut |slot| fill(slot, world, &allowed, &identities, &mut Findings::new())));
    let json = json.collect::<Result<_, _>>().map_err(|error| TestCaseError::fail(error.to_string()))?;
    let cluster = manifests(&bundle.cluster, bundle.objects, bundle.name.place(), &secrets, &mut findings);
    let Some(cluster) = cluster else { return Err(failed(&findings)) };
    Ok(Output { objects, json, stream: join([&cluster]).to_string() })
}

/// Other secrets give other values under `data` of a Secret, and not another byte.
fn tells_nothing_of_a_secret(files: &Files, output: Output) -> Result<(), TestCaseError> {
    let other = rendered_in(&other_world(files), files, &SHARED, Reveal::Reveal)?;
    let n_slots = |output: &Output| output.objects.iter().filter(|object| object.has_secret()).count();
    prop_assert_eq!(n_slots(&output) > 0, output.stream != other.stream, "secrets are in the stream, or are not");
    let without = |mut output: Output| {
        for (object, json) in output.objects.iter().zip(&mut output.json) {
            if object.has_secret() {
                json["data"].as_object_mut().into_iter().flatten().for_each(|(_, value)| *value = "".into());
            }
        }
        output.json
    };
    prop_assert_eq!(without(output), without(other));
    Ok(())
}

/// Other names, other profiles and other threads give the same bytes.
fn same_bytes(texts: &[String], output: &Output) -> Result<(), TestCaseError> {
    let renamed = files(texts, &["z/9.yaml", "m/5.yaml", "b/1.yaml"], "clusters/eu/x.yaml");
    let fresh = profiles();
    let streams: Vec<Result<String, TestCaseError>> = thread::scope(|scope| {
        let render = || rendered(&renamed, &fresh, Reveal::Reveal).map(|output| output.stream);
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(render)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(TestCaseError::fail("panic")))).collect()
    });
    for stream in streams {
        prop_assert_eq!(&stream?, &output.stream);
    }
    Ok(())
}

/// Our parser and another one read what the stages hold.
fn parses_back(output: &Output) -> Result<(), TestCaseError> {
    let other: Vec<serde_json::Value> =
        serde_yaml::from_multiple(&output.stream).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&other, &output.json);
    let mut findings = Findings::new();
    let source = Source::new("stream", output.stream.clone(), SourceKind::User);
    let ours = documents(&source, Reading::Strict, &mut findings);
    prop_assert!(findings.is_empty(), "{findings:?}");
    let ours: Vec<serde_json::Value> = ours.unwrap_or_default().iter().map(Node::to_json).collect();
    prop_assert_eq!(&ours, &output.json);
    Ok(())
}

/// Every value of the user stands in its field, whole and nowhere else, and its origin is the text that says it.
fn stays_in_its_field(made: &Made, output: &Output) -> Result<(), TestCaseError> {
    prop_assert!(!output.stream.contains("decoy"), "what a layer above replaced is rendered");
    let mut found = vec![0; made.marks.len()];
    for object in &output.objects {
        walk(object, &mut Vec::new(), &mut |text, origin, path, is_key| {
            for (at, mark) in made.marks.iter().enumerate().filter(|(_, mark)| text.contains(&mark.sign)) {
                found[at] += 1;
                is_in_place(mark, text, path, is_key)?;
                points_at_value(mark, origin)?;
            }
            Ok(())
        })?;
    }
    for (mark, n_found) in made.marks.iter().zip(found) {
        prop_assert!(n_found > 0, "{mark:?} is not rendered");
    }
    Ok(())
}

type Visit<'v> = dyn FnMut(&str, &Origin, &[String], bool) -> Result<(), TestCaseError> + 'v;

/// Visits every text and key, with the keys that lead to it.
fn walk(node: &Node, path: &mut Vec<String>, visit: &mut Visit<'_>) -> Result<(), TestCaseError> {
    match &node.value {
        Value::String(text) => visit(text, &node.origin, path, false),
        Value::Seq(items) => items.iter().try_for_each(|item| walk(item, path, visit)),
        Value::Map(map) => map.iter().try_for_each(|(key, entry)| {
            visit(key, &entry.key, path, true)?;
            path.push(key.to_string());
            walk(&entry.node, path, visit)?;
            path.pop();
            Ok(())
        }),
        _ => Ok(()),
    }
}

fn is_in_place(mark: &Mark, text: &str, path: &[String], is_key: bool) -> Result<(), TestCaseError> {
    let last = |from_end: usize| path.len().checked_sub(from_end).map_or("", |at| path[at].as_str());
    let stands_at = |name: &str| match name.strip_suffix(".*") {
        Some(map) => is_key && last(1) == map,
        // A value under a key of the user is known by what that key stands in.
        None => !is_key && (last(1) == name || (last(2) == name && last(1).contains("mk"))),
    };
    let fits = mark.rendered.iter().any(|(rendered, at)| rendered == text && at.iter().any(|name| stands_at(name)));
    prop_assert!(fits, "{text:?} of {mark:?} stands at {path:?}, key: {is_key}");
    Ok(())
}

fn points_at_value(mark: &Mark, origin: &Origin) -> Result<(), TestCaseError> {
    let place = origin.place();
    prop_assert!(place.is_users(), "{mark:?} comes from {origin:?}");
    // The place of a block begins behind its `|`.
    let indent = " ".repeat(place.position().column as usize - 1);
    let block = format!("|\n{indent}{}", place.text());
    let says = |text: &str| {
        let alone = Source::new("place", text, SourceKind::User);
        let value = document(&alone, Reading::Strict, &mut Findings::new());
        value.is_some_and(|value| value.as_str() == Some(&*mark.written))
    };
    let is_there = says(place.text()) || says(&block) || says(&block.replacen('|', "|-", 1));
    prop_assert!(is_there, "{mark:?} at {place:?}: {:?}", place.text());
    Ok(())
}

/// Without a word of the invoker nothing is rendered that holds a secret, and no finding shows one.
fn shows_no_secret(files: &Files) -> Result<(), TestCaseError> {
    match rendered(files, &SHARED, Reveal::Refuse) {
        Ok(output) => prop_assert!(!output.stream.contains("aHVudGVyMi")),
        Err(error) => {
            let said = error.to_string();
            let findings = said.split("Files {").next().unwrap_or_default();
            prop_assert!(findings.contains("RC0701") && !findings.contains("hunter2"), "{said}");
        }
    }
    Ok(())
}
