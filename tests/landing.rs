//! Where a spec's field lands, as `regcfg explain` says it, against where it is found in what is rendered.
//!
//! The specs in `tests/landing/` have every field that a spec can have. Each is rendered, and every value of it is looked
//! for in the objects by its origin: it must be where its description says that it lands, and nowhere else.

#![expect(clippy::disallowed_methods, reason = "tests read the disk, where the library may not")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use regcfg::diag::Findings;
use regcfg::load::Project;
use regcfg::lower::Day;
use regcfg::pipeline::{Session, compile};
use regcfg::profile::Profiles;
use regcfg::schema::field::Field;
use regcfg::schema::{Lands, Schema, find};
use regcfg::tree::parse::{Reading, document};
use regcfg::tree::{Node, Place, Source, SourceKind, Value};
use regcfg::world::{MemWorld, ProjectPath};

/// When the certificates of the specs are good.
const NOW: i64 = 1_798_761_600;

/// What stands for the text of a file, which a spec cannot hold in one line.
const PEMS: [(&str, &str); 2] = [("CA_PEM", "ca.crt"), ("LEAF_PEM", "leaf.crt")];

/// Where some value was found: the field's path, and the places in objects, with whether the value is the same there.
type Found = BTreeMap<String, BTreeSet<(String, bool)>>;

#[test]
fn every_field_of_a_spec_is_found_where_it_is_said_to_land() {
    let found = found();
    let mut wrong = Vec::new();
    let root = Field::root(file_schema()).at(["spec"]).expect("a file has a spec");
    let mut seen = 0;
    each_leaf(&root, &mut |field| {
        seen += 1;
        let is_below = |path: &str| {
            path.strip_prefix(&field.path).is_some_and(|rest| rest.replace(".*", "").replace("[]", "").is_empty())
        };
        let places: Vec<_> = found.iter().filter(|(path, _)| is_below(path)).flat_map(|(_, places)| places).collect();
        for declared in &field.lands {
            if !places.iter().any(|(place, _)| is_at(place, declared)) {
                wrong.push(format!("{}: no spec shows that it lands at `{declared}`", field.path));
            }
        }
        for (place, _) in places.iter().filter(|(_, is_same)| *is_same) {
            if !field.lands.iter().any(|declared| is_at(place, declared)) {
                wrong.push(format!("{}: it lands at `{place}`, too", field.path));
            }
        }
    });
    assert!(seen > 200, "only {seen} fields were seen");
    assert!(wrong.is_empty(), "{} of {seen} fields\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_section_of_a_spec_says_where_it_lands() {
    let spec = file_schema().property("spec").expect("a file has a spec").schema;
    let silent = spec.properties.iter().filter(|property| property.schema.lands == Lands::Beneath);
    let silent: Vec<&str> = silent.map(|property| property.name).collect();
    assert!(silent.is_empty(), "`lands` is missing in schemas/fragments/regcfg/spec.yaml: {silent:?}");
}

fn file_schema() -> &'static Schema {
    find("regcfg.dev/v1alpha1", "ClusterRegistry").expect("specs are described").schema
}

/// Visits the fields that hold no other fields.
fn each_leaf(field: &Field, visit: &mut dyn FnMut(&Field)) {
    let below = field.fields();
    if below.is_empty() {
        visit(field);
    }
    for field in &below {
        each_leaf(field, visit);
    }
}

/// Tells whether a place is one that is declared, where `*` is any name.
fn is_at(place: &str, declared: &str) -> bool {
    let parts: Vec<&str> = declared.split('*').collect();
    let Some(mut rest) = place.strip_prefix(parts[0]) else { return false };
    for part in &parts[1..] {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    // What stands below a field that is kept as it is written, or at the end under any name.
    rest.is_empty() || rest.starts_with('.') || rest.starts_with('[') || declared.ends_with('*')
}

/// Renders every spec and looks for its values.
fn found() -> Found {
    let read = |name: &str| fs::read_to_string(format!("tests/landing/{name}")).expect("it can be read");
    let mut found = Found::new();
    for entry in fs::read_dir("tests/landing").expect("the folder is there") {
        let name = entry.expect("the folder can be read").file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_none_or(|extension| extension != "yaml") || name == "regcfg.yaml" {
            continue;
        }
        let mut text = read(&name);
        for (word, file) in PEMS {
            text = text.replace(word, &serde_json::Value::from(read(file)).to_string());
        }
        let shared: Vec<(String, String)> = shared().into_iter().map(|file| (file.clone(), read(&file))).collect();
        let mut files: Vec<(&str, &str)> = shared.iter().map(|(file, text)| (&**file, &**text)).collect();
        files.extend([(name.as_str(), text.as_str()), ("key.pem", "not looked at")]);
        look_through(&name, &text, &MemWorld::new(files).with_now(NOW), &mut found);
    }
    found
}

/// Returns the files that specs share and name: all that are no specs themselves.
fn shared() -> Vec<String> {
    let entries = fs::read_dir("tests/landing").expect("the folder is there");
    let names = entries.map(|entry| entry.expect("the folder can be read").file_name().to_string_lossy().into_owned());
    let beside = names.filter(|name| Path::new(name).extension().is_some_and(|extension| extension != "yaml"));
    beside.chain(["regcfg.yaml".to_owned(), "profiles/any/profile.yaml".to_owned()]).collect()
}

fn look_through(name: &str, text: &str, world: &MemWorld, found: &mut Found) {
    let mut findings = Findings::new();
    let project = Project::new(world);
    let profiles = Profiles::of(&project, &mut findings);
    let session =
        Session { project: &project, profiles: &profiles, day: Day::Running, as_of: NOW, in_force: Arc::default() };
    let path = ProjectPath::new(name).expect("it is a path");
    let bundle = compile(&session, &path, &mut findings);
    let said = || {
        findings.iter().map(|finding| format!("{:?} {}", finding.place, finding.message)).collect::<Vec<_>>().join("\n")
    };
    let Some(bundle) = bundle else { panic!("{name}: {}", said()) };
    let mut landed = Vec::new();
    for object in &bundle.objects {
        let called = called(object);
        each_value(object, "", &mut |node, path| {
            landed.push((node.clone(), format!("{called}: {}", path.trim_start_matches('.').replace('\0', "."))));
        });
    }
    let source = Source::new(name, text, SourceKind::User);
    let spec = document(&source, Reading::Strict, &mut findings).expect("it was read before");
    each_value(spec.get("spec").expect("it has a spec"), "", &mut |node, path| {
        let steps = path.replace("[]", "");
        let steps = ["spec"].into_iter().chain(steps.split('.').filter(|step| !step.is_empty()));
        // What is kept as it is written has fields that nobody describes.
        let path = Field::root(file_schema()).at(steps).map_or_else(|unknown| unknown.known, |field| field.path);
        let places = found.entry(path).or_default();
        for (there, place) in &landed {
            if there.origin.places().any(|origin| is_of(origin, node)) {
                places.insert((place.clone(), same(node, there)));
            }
        }
    });
}

/// Returns what an object is called, as landing places call it.
fn called(object: &Node) -> String {
    let text = |path: &[&str]| object.at(path).and_then(Node::as_str).unwrap_or_default();
    let (kind, name) = (text(&["kind"]), text(&["metadata", "name"]));
    match text(&["metadata", "namespace"]) {
        "" => format!("{kind} {name}"),
        namespace => format!("{kind} {namespace}/{name}"),
    }
}

/// Tells whether something was written where a node of the spec stands, or is the text of the file that it names.
fn is_of(origin: &Place, node: &Node) -> bool {
    let own = node.place();
    let is_own = origin.source.name() == own.source.name() && (origin.start, origin.end) == (own.start, own.end);
    is_own || node.as_str().is_some_and(|file| file.contains('.') && origin.source.name() == file)
}

/// Tells whether a value reached the object as it is, or as what nobody may see.
fn same(node: &Node, there: &Node) -> bool {
    matches!(there.value, Value::Secret(_)) || node == there
}

/// Visits every value that holds no other, with its path, in which a dot within a name is written as NUL.
fn each_value(node: &Node, path: &str, visit: &mut dyn FnMut(&Node, &str)) {
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            for (name, entry) in map {
                each_value(&entry.node, &format!("{path}.{}", name.replace('.', "\0")), visit);
            }
        }
        Value::Seq(items) if !items.is_empty() => {
            for item in items {
                each_value(item, &format!("{path}[]"), visit);
            }
        }
        _ => visit(node, path),
    }
}
