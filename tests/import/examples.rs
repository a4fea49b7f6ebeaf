//! The laws for every spec of the examples, of `tests/landing` and of `tests/corpus`.

use std::fs;
use std::path::{Path, PathBuf};

use regcfg::world::fs::FsWorld;
use regcfg::world::{MemWorld, ProjectPath};
use serde_json::Value as Json;

use super::NOW;
use super::laws::{Case, check};

#[test]
fn what_is_imported_renders_again_and_what_is_rendered_is_imported_again() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 100, "only {} specs were found", cases.len());
    for (name, case) in &cases {
        wrong.extend(check(case).into_iter().map(|line| format!("{name}: {line}")));
    }
    assert!(wrong.is_empty(), "{} of {} specs\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Returns every spec of the repository that is an example or a test of fields.
fn cases() -> Vec<(String, Case)> {
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
                cases.push((
                    name,
                    Case { world: Box::new(world), path: ProjectPath::new(&below).expect("a path"), settings: "" },
                ));
            }
        }
    }
    cases.extend(landing());
    cases
}

/// Returns the specs that have every field, where a word stands for the text of a file.
fn landing() -> Vec<(String, Case)> {
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
        (
            path.display().to_string(),
            Case { world: Box::new(world), path: ProjectPath::new(&file).expect("a path"), settings: "" },
        )
    };
    all.iter().filter(|path| path.is_file() && is_spec(path)).map(case).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}
