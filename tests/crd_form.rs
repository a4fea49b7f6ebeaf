//! The CRDs that `regcfg schema --format crd` prints, before the API server: it takes that of every kind and every minor.
//!
//! The server is `tests/oracle/`, made of Kubernetes' own libraries. Skipped, saying so, without Go and a built oracle;
//! `REGCFG_ORACLE=required` makes that an error.

#![expect(clippy::disallowed_methods, reason = "tests write files and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use std::fs;
use std::path::{Path, PathBuf};

use regcfg::schema::crd::definition;
use regcfg::schema::kinds;
use regcfg::target::Minor;
use serde_json::Value as Json;
use server::Server;

#[test]
fn an_api_server_takes_the_crd_of_every_kind_and_minor() {
    let Some(server) = Server::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for kind in kinds() {
        for minor in Minor::all().filter(|minor| kind.is_on(*minor)) {
            if let Ok(crd) = definition(kind, minor) {
                files.push(written(folder.path(), &format!("{}.{}-{minor}", kind.kind, kind.group), &crd));
            }
        }
    }
    println!("{} CRDs", files.len());
    assert!(files.len() > 150, "only {} CRDs", files.len());
    assert_eq!(server.faults_of_crds(&files), Vec::<String>::new());
}

/// Breaks the schema of a `spec`.
type Break = fn(&mut Json);

#[test]
fn an_api_server_refuses_a_crd_that_is_wrong() {
    let Some(server) = Server::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let route = kinds().iter().find(|kind| kind.kind == "Route").unwrap();
    let right = definition(route, Minor::newest_released()).unwrap();
    let spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
    let breaks: [(&str, Break); 4] = [
        ("no-type", |spec| _ = spec.as_object_mut().unwrap().remove("type")),
        ("no-cel", |spec| spec["x-kubernetes-validations"][0]["rule"] = "self.nothing ==".into()),
        ("no-words", |spec| spec["allOf"][0]["description"] = "words".into()),
        ("no-key", |spec| spec["properties"]["alternateBackends"]["x-kubernetes-list-map-keys"] = Json::Null),
    ];
    for (name, break_it) in breaks {
        let mut wrong = right.clone();
        break_it(wrong.pointer_mut(spec).unwrap());
        let file = written(folder.path(), name, &wrong);
        assert!(!server.faults_of_crds(&[file]).is_empty(), "{name}");
    }
}

fn written(folder: &Path, name: &str, crd: &Json) -> PathBuf {
    let file = folder.join(format!("{name}.json"));
    fs::write(&file, crd.to_string()).unwrap();
    file
}
