//! What holds for every spec: its objects are imported as a spec that renders the same objects and resolves to the same values;
//! secrets are references afterwards.

use std::collections::BTreeMap;

use regcfg::diag::Findings;
use regcfg::import::{Left, Why, Wish, import};
use regcfg::load::Project;
use regcfg::pipeline::{Bundle, compile, resolved};
use regcfg::profile::Profiles;
use regcfg::resolve::Resolved;
use regcfg::tree::{Node, Place, Value};
use regcfg::world::{ProjectPath, World};
use serde_json::Value as Json;

use super::{json, said, session, world};

/// Kinds that hold secrets, or make them: the spec references what they make.
const SECRETS: [&str; 3] = ["Secret", "ExternalSecret", "SealedSecret"];

/// A spec with the files around it.
pub(crate) struct Case {
    pub(crate) world: Box<dyn World>,
    pub(crate) path: ProjectPath,
    /// What the project decides about findings.
    pub(crate) settings: &'static str,
}

/// Returns what of the laws a spec breaks.
pub(crate) fn check(case: &Case) -> Vec<String> {
    let project = Project::new(&*case.world);
    let mut findings = Findings::new();
    let profiles = Profiles::of(&project, &mut findings);
    let before = session(&project, &profiles);
    let Some(bundle) = compile(&before, &case.path, &mut findings) else {
        return vec![format!("it does not compile: {}", said(&findings))];
    };
    let Some(spec) = resolved(&before, &case.path, &mut findings) else { return vec!["it does not resolve".into()] };
    let imported = match import(bundle.objects.clone(), &wish(&bundle, &profiles)) {
        Ok(imported) => imported,
        Err(refused) => return vec![format!("refused: {} ({})", refused.message, refused.help)],
    };
    let mut wrong: Vec<String> =
        imported.left.iter().filter(|left| !is_expected(left)).map(|left| format!("left {left:?}")).collect();
    let again = world(&imported, case.settings);
    let project = Project::new(&again);
    let after = session(&project, &profiles);
    let path = ProjectPath::new("spec.yaml").expect("a path");
    let mut findings = Findings::new();
    let Some(rendered) = compile(&after, &path, &mut findings) else {
        wrong.push(format!("what was imported does not compile: {}\n{}", said(&findings), imported.spec));
        return wrong;
    };
    let (old, new) = (objects(&bundle), objects(&rendered));
    for (name, object) in &old {
        if new.get(name) != Some(object) {
            let new = new.get(name).map_or_else(|| "nothing".to_owned(), Json::to_string);
            wrong.push(format!("{name}:\n  {object}\n  {new}"));
        }
    }
    wrong.extend(new.keys().filter(|name| !old.contains_key(*name)).map(|name| format!("{name} is new")));
    if let Some(second) = resolved(&after, &path, &mut findings) {
        let (first, second) = (plain(&*case.world, &spec), plain(&again, &second));
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

/// Returns a resolved spec in one form: contents by their text, secrets by what the cluster is asked for, and without what is
/// the same unsaid.
fn plain(world: &dyn World, spec: &Resolved) -> Json {
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
    // Each namespace has a binding of its own, so that their order is nowhere.
    let sections = fields.get_mut("access").and_then(Json::as_object_mut).into_iter().flat_map(|all| all.values_mut());
    for grant in sections.filter_map(Json::as_object_mut).flat_map(|grants| grants.values_mut()) {
        if let Some(Json::Array(namespaces)) = grant.get_mut("namespaces") {
            namespaces.sort_by_key(Json::to_string);
        }
    }
    // An empty mapping renders what nothing renders; that a section is there is seen on the objects.
    for (section, field) in [("trust", "registryCAs"), ("images", "registrySources")] {
        if let Some(Json::Object(section)) = fields.get_mut(section)
            && section.get(field).and_then(Json::as_object).is_some_and(serde_json::Map::is_empty)
        {
            section.remove(field);
        }
    }
    fields.retain(|_, section| section.as_object().is_none_or(|section| !section.is_empty()));
    spec_json
}

fn text_of(world: &dyn World, path: &ProjectPath) -> String {
    String::from_utf8(world.read(path, 1 << 20).expect("a file")).expect("text")
}

/// Puts the certificates of files, and nothing else of them, in the places that name them.
fn with_contents(node: &Node, world: &dyn World, dir: &dyn Fn(&Place) -> ProjectPath) -> Node {
    if let Some(Node { value: Value::String(file), .. }) =
        node.get("file").filter(|_| node.as_map().is_some_and(|map| map.len() == 1))
    {
        let path = dir(node.get("file").expect("it is there").place()).join(file).expect("a path");
        return Node::string(certificates(&text_of(world, &path)), node.origin.clone());
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
