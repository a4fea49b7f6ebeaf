//! The laws of `regcfg import`: what is imported renders again, and what is rendered is imported again.
//!
//! Every spec of the examples, of `tests/landing` and of `tests/corpus` is rendered, its objects are imported, and the spec
//! that comes out must render the same objects and resolve to the same values; secrets are references afterwards.

#![expect(clippy::disallowed_methods, reason = "tests read the disk, where the library may not")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regcfg::diag::Findings;
use regcfg::import::{Imported, Left, Why, Wish, import};
use regcfg::load::Project;
use regcfg::lower::Day;
use regcfg::pipeline::{Bundle, Session, compile, resolved};
use regcfg::profile::Profiles;
use regcfg::tree::emit::to_json;
use regcfg::tree::{Node, Value};
use regcfg::world::fs::FsWorld;
use regcfg::world::{MemWorld, ProjectPath, World};
use serde_json::Value as Json;

/// When the certificates of the specs are good.
const NOW: i64 = 1_798_761_600;

/// Kinds that hold secrets, or make them: the spec references what they make.
const SECRETS: [&str; 3] = ["Secret", "ExternalSecret", "SealedSecret"];

/// A spec with the files around it.
struct Case {
    name: String,
    world: Box<dyn World>,
    path: ProjectPath,
}

#[test]
fn what_is_imported_renders_again_and_what_is_rendered_is_imported_again() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 100, "only {} specs were found", cases.len());
    for case in &cases {
        wrong.extend(check(case).into_iter().map(|line| format!("{}: {line}", case.name)));
    }
    assert!(wrong.is_empty(), "{} of {} specs\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Returns what of the laws a spec breaks.
fn check(case: &Case) -> Vec<String> {
    let project = Project::new(&*case.world);
    let mut findings = Findings::new();
    let profiles = Profiles::of(&project, &mut findings);
    let session = session(&project, &profiles);
    let Some(bundle) = compile(&session, &case.path, &mut findings) else {
        return vec![format!("it does not compile: {}", said(&findings))];
    };
    let Some(spec) = resolved(&session, &case.path, &mut findings) else { return vec!["it does not resolve".into()] };
    let imported = match import(bundle.objects.clone(), &wish(&bundle, &profiles)) {
        Ok(imported) => imported,
        Err(refused) => return vec![format!("refused: {} ({})", refused.message, refused.help)],
    };
    let mut wrong: Vec<String> =
        imported.left.iter().filter(|left| !is_expected(left)).map(|left| format!("left {left:?}")).collect();
    let again = World2::of(&imported);
    let project = Project::new(&again.0);
    let session = self::session(&project, &profiles);
    let path = ProjectPath::new("spec.yaml").expect("a path");
    let mut findings = Findings::new();
    let Some(rendered) = compile(&session, &path, &mut findings) else {
        wrong.push(format!("what was imported does not compile: {}\n{}", said(&findings), imported.spec));
        return wrong;
    };
    let (before, after) = (objects(&bundle), objects(&rendered));
    for (name, object) in &before {
        if after.get(name) != Some(object) {
            wrong.push(format!(
                "{name}:\n  {object}\n  {}",
                after.get(name).map_or_else(|| "nothing".to_owned(), Json::to_string)
            ));
        }
    }
    wrong.extend(after.keys().filter(|name| !before.contains_key(*name)).map(|name| format!("{name} is new")));
    if let Some(second) = resolved(&session, &path, &mut findings) {
        let (first, second) = (plain(&case.world, &spec, &[]), plain(&again.0, &second, &imported.files));
        if first != second {
            wrong.push(format!("resolved:\n  {first}\n  {second}"));
        }
    }
    wrong
}

/// What is left of what was rendered: secrets, and what no object holds.
fn is_expected(left: &Left) -> bool {
    left.why == Why::Secret && left.path.is_empty()
}

fn wish<'a>(bundle: &'a Bundle, profiles: &'a Profiles) -> Wish<'a> {
    Wish {
        profiles,
        name: None,
        platform: Some(bundle.profile.name()),
        target: Some(bundle.target),
        files: true,
        has_no_user_secret: false,
    }
}

fn session<'w>(project: &'w Project<'w>, profiles: &'w Profiles) -> Session<'w> {
    Session { project, profiles, day: Day::Running, as_of: NOW, in_force: Arc::default() }
}

fn said(findings: &Findings) -> String {
    findings
        .iter()
        .map(|finding| format!("{} {} {}", finding.place, finding.code.id, finding.message))
        .collect::<Vec<_>>()
        .join("; ")
}

/// A spec that was imported, with its files.
struct World2(MemWorld);

impl World2 {
    fn of(imported: &Imported) -> Self {
        let files = imported.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        Self(MemWorld::new(files.chain([("spec.yaml", imported.spec.as_str())])).with_now(NOW))
    }
}

/// Returns the objects of a bundle without secrets, by name.
fn objects(bundle: &Bundle) -> BTreeMap<String, Json> {
    let mut objects = BTreeMap::new();
    for object in &bundle.objects {
        let text = |path: &[&str]| object.at(path).and_then(Node::as_str).unwrap_or_default();
        if !SECRETS.contains(&text(&["kind"])) {
            let name =
                format!("{} {}/{}", text(&["kind"]), text(&["metadata", "namespace"]), text(&["metadata", "name"]));
            objects.insert(name, json(object));
        }
    }
    objects
}

fn json(node: &Node) -> Json {
    to_json(node, &mut |_| None).unwrap_or(Json::Null)
}

/// Returns a resolved spec in one form: contents by their text, secrets by what the cluster is asked for, and without what is
/// the same unsaid.
fn plain(world: &dyn AsWorld, spec: &regcfg::resolve::Resolved, _files: &[(String, String)]) -> Json {
    let mut spec_json = json(&with_contents(spec.spec(), world, &|place| spec.dir_of(place)));
    let Json::Object(fields) = &mut spec_json else { return spec_json };
    for gone in ["secrets", "acknowledge", "pullSecrets", "globalPullSecret", "live"] {
        fields.remove(gone);
    }
    // Which set of keys is asked for is seen on the Secret that is rendered, and not here.
    if let Some(Json::Object(storage)) = fields.get_mut("storage") {
        storage.remove("credentials");
        if storage.get("managementState") == Some(&Json::from("Unmanaged")) {
            storage.remove("managementState");
        }
        if let Some(key) = storage.get_mut("s3").and_then(|s3| s3.get_mut("cloudFront")?.get_mut("privateKey")) {
            *key = Json::from("a key");
        }
        if let Some(Json::Object(ca)) = storage.get_mut("s3").and_then(|s3| s3.get_mut("trustedCA"))
            && ca.get("name") == Some(&Json::from("registry-storage-ca"))
        {
            ca.remove("name");
        }
    }
    if let Some(Json::Object(routes)) = fields.get_mut("registry").and_then(|registry| registry.get_mut("routes")) {
        for route in routes.values_mut().filter_map(Json::as_object_mut) {
            let has_secret = route.remove("tls").is_some() | route.remove("secretName").is_some();
            route.insert("secret".into(), has_secret.into());
        }
    }
    if let Some(Json::Object(pruner)) = fields.get_mut("pruner")
        && pruner.get("suspend") == Some(&Json::from(false))
    {
        pruner.remove("suspend");
    }
    if let Some(Json::Object(trust)) = fields.get_mut("trust")
        && trust.get("name") == Some(&Json::from("registry-cas"))
    {
        trust.remove("name");
    }
    if let Some(Json::Object(mirrors)) = fields.get_mut("mirrors") {
        // The kind is seen on what is rendered.
        mirrors.remove("kind");
        if mirrors.get("name") == Some(&Json::from("registry-mirrors")) {
            mirrors.remove("name");
        }
    }
    fields.retain(|_, section| section.as_object().is_none_or(|section| !section.is_empty()));
    spec_json
}

/// Whatever reads files of a project.
trait AsWorld {
    fn text(&self, path: &ProjectPath) -> String;
}

impl AsWorld for MemWorld {
    fn text(&self, path: &ProjectPath) -> String {
        String::from_utf8(self.read(path, 1 << 20).expect("a file")).expect("text")
    }
}

impl AsWorld for Box<dyn World> {
    fn text(&self, path: &ProjectPath) -> String {
        String::from_utf8(self.read(path, 1 << 20).expect("a file")).expect("text")
    }
}

/// Puts the certificates of files, and nothing else of them, in the places that name them.
fn with_contents(node: &Node, world: &dyn AsWorld, dir: &dyn Fn(&regcfg::tree::Place) -> ProjectPath) -> Node {
    if let Some(Node { value: Value::String(file), .. }) =
        node.get("file").filter(|_| node.as_map().is_some_and(|map| map.len() == 1))
    {
        let path = dir(node.get("file").expect("it is there").place()).join(file).expect("a path");
        return Node::string(certificates(&world.text(&path)), node.origin.clone());
    }
    if let Some(text) = node.get("pem").and_then(Node::as_str) {
        return Node::string(certificates(text), node.origin.clone());
    }
    match &node.value {
        Value::Map(map) => {
            let entries = map.iter().map(|(name, entry)| (name.clone(), with_contents(&entry.node, world, dir)));
            Node::map(entries.collect::<Vec<_>>(), node.origin.clone())
        }
        Value::Seq(items) => {
            let items = items.iter().map(|item| with_contents(item, world, dir)).collect();
            Node::new(Value::Seq(items), node.origin.clone())
        }
        _ => node.clone(),
    }
}

fn certificates(text: &str) -> String {
    regcfg::pem::certificates_only(text)
}

/// Returns every spec of the repository that is an example or a test of fields.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut roots: Vec<PathBuf> =
        fs::read_dir("examples").expect("examples").map(|entry| entry.expect("an entry").path()).collect();
    roots.push("tests/corpus".into());
    roots.sort();
    for root in roots.iter().filter(|root| root.join("clusters").is_dir()) {
        for file in files(&root.join("clusters")) {
            let name = file.display().to_string();
            let below = file.strip_prefix(root).expect("below").display().to_string();
            if fs::read_to_string(&file).expect("text").contains("kind: ClusterRegistry") {
                let world = FsWorld::open(root, Path::new("."), Some(NOW)).expect("a project");
                cases.push(Case { name, world: Box::new(world), path: ProjectPath::new(&below).expect("a path") });
            }
        }
    }
    cases.extend(landing());
    cases
}

/// Returns the specs that have every field, where a word stands for the text of a file.
fn landing() -> Vec<Case> {
    let all = files(Path::new("tests/landing"));
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let read = |name: &str| fs::read_to_string(format!("tests/landing/{name}")).expect("text");
    let is_spec =
        |path: &PathBuf| path.extension().is_some_and(|ending| ending == "yaml") && name(path) != "regcfg.yaml";
    let mut shared: Vec<(String, String)> = all
        .iter()
        .filter(|path| !is_spec(path) && path.is_file())
        .map(|path| (name(path), read(&name(path))))
        .collect();
    shared.push(("profiles/any/profile.yaml".into(), read("profiles/any/profile.yaml")));
    shared.push(("key.pem".into(), "not looked at".into()));
    let case = |path: &PathBuf| {
        let file = name(path);
        let mut text = read(&file);
        for (word, of) in [("CA_PEM", "ca.crt"), ("LEAF_PEM", "leaf.crt")] {
            text = text.replace(word, &Json::from(read(of)).to_string());
        }
        let files = shared.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let world = MemWorld::new(files.chain([(file.as_str(), text.as_str())])).with_now(NOW);
        Case {
            name: path.display().to_string(),
            world: Box::new(world),
            path: ProjectPath::new(&file).expect("a path"),
        }
    };
    all.iter().filter(|path| path.is_file() && is_spec(path)).map(case).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}
