//! Everything below `examples/` does what it says, with the built binary.
//!
//! Each project renders to `tests/examples/<name>.yaml`, or to the directory that it has committed itself. Rewrite both
//! with `UPDATE_GOLDEN=1 cargo test --test examples`.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use similar::TextDiff;

/// What Argo CD reads of a plugin's `spec`; it ignores everything else without a word.
const PLUGIN_FIELDS: [&str; 7] =
    ["version", "init", "generate", "discover", "parameters", "preserveFileMode", "provideGitCreds"];

#[test]
fn every_project_renders_to_what_is_expected() {
    let expected_dir = root().join("tests/examples");
    let projects = projects();
    let names: BTreeSet<String> = projects.iter().map(|dir| format!("{}.yaml", file_name(dir))).collect();
    for project in &projects {
        let name = file_name(project);
        let output = regcfg(&root(), &["render", &format!("examples/{name}")]);
        assert_right(&output, &format!("regcfg render examples/{name}"));
        assert_eq!(text(&output.stderr), "", "examples/{name} is not rendered in silence");
        compare(&expected_dir.join(format!("{name}.yaml")), &text(&output.stdout));
    }
    let strays: Vec<String> =
        entries(&expected_dir).iter().map(|path| file_name(path)).filter(|name| !names.contains(name)).collect();
    assert!(strays.is_empty(), "no example is compared with tests/examples/{strays:?}");
}

#[test]
fn every_file_of_a_project_is_right_by_the_json_schema_that_editors_use() {
    let schema = |kind: &str| {
        let output = regcfg(&root(), &["schema", kind]);
        assert_right(&output, &format!("regcfg schema {kind}"));
        let schema: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        jsonschema::validator_for(&schema).expect("a JSON Schema")
    };
    let schemas = ["ClusterRegistry", "RegistryLayer", "Project"].map(|kind| (kind, schema(kind)));
    let mut n_files = 0;
    for project in projects() {
        let folders = [project.clone(), project.join("clusters"), project.join("layers")];
        for file in folders.iter().flat_map(|dir| entries(dir)).filter(|path| path.extension().is_some()) {
            let [document] = &*documents(&file) else { panic!("{}: not one document", file.display()) };
            let Some((kind, schema)) = schemas.iter().find(|(kind, _)| document["kind"] == *kind) else { continue };
            let wrong: Vec<String> = schema.iter_errors(document).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", file.display());
            let mut misspelled = document.clone();
            misspelled.as_object_mut().expect("a mapping").insert("sepc".into(), Json::Null);
            assert!(!schema.is_valid(&misspelled), "the schema of {kind} lets unknown fields through");
            n_files += 1;
        }
    }
    assert!(n_files > 15, "only {n_files} files were looked at");
}

#[test]
fn what_a_project_has_committed_is_what_it_renders() {
    let projects: Vec<PathBuf> = projects().into_iter().filter(|dir| dir.join("rendered").is_dir()).collect();
    assert!(!projects.is_empty(), "no example has a rendered directory");
    for project in projects {
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            assert_right(&regcfg(&project, &["render", "-o", "rendered", "."]), "regcfg render -o");
        }
        let output = regcfg(&project, &["render", "--verify", "rendered", "."]);
        assert_right(&output, "regcfg render --verify rendered .");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn a_forgotten_rendering_is_noticed_by_the_job_of_the_flux_example() {
    let temp = tempfile::tempdir().expect("a temporary directory");
    copy(&root().join("examples/flux"), temp.path());
    let job = fs::read_to_string(temp.path().join("ci/github.yaml")).expect("the job");
    let lines = job.lines().filter_map(|line| line.trim_start().strip_prefix("- run: regcfg "));
    let commands: Vec<Vec<&str>> = lines.map(|line| line.split(' ').collect()).collect();
    let [verify] = &*commands else { panic!("the job has not one command of regcfg: {commands:?}") };
    assert_right(&regcfg(temp.path(), verify), "the job");

    let spec = temp.path().join("clusters/store-2.yaml");
    let edited = fs::read_to_string(&spec).expect("the spec").replace("300Gi", "400Gi");
    fs::write(&spec, edited).expect("the spec can be edited");
    let output = regcfg(temp.path(), verify);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("-      storage: 300Gi\n+      storage: 400Gi\n"), "{shown}");
    assert!(!shown.contains("store-1/"), "{shown}");
}

#[test]
fn flux_is_pointed_at_a_directory_of_manifests_alone() {
    let dir = root().join("examples/flux");
    let objects = documents(&dir.join("flux/store-1.yaml"));
    let kustomization = objects.iter().find(|object| object["kind"] == "Kustomization").expect("a Kustomization");
    let spec = &kustomization["spec"];
    assert_eq!((&spec["prune"], &spec["wait"]), (&Json::Bool(true), &Json::Bool(true)));
    assert!(spec.get("targetNamespace").is_none() && spec.get("postBuild").is_none());
    let source = objects.iter().find(|object| object["kind"] == "GitRepository").expect("a GitRepository");
    assert_eq!(spec["sourceRef"]["name"], source["metadata"]["name"]);
    let path = spec["path"].as_str().expect("a path");
    for file in entries(&dir.join(path)) {
        for object in documents(&file) {
            assert!(object["kind"].is_string() && object["metadata"]["name"].is_string(), "{}", file.display());
        }
    }
}

#[test]
fn flux_decrypts_what_the_sops_example_passes_on() {
    let dir = root().join("examples/flux-sops");
    let objects = documents(&dir.join("flux/plant-1.yaml"));
    let kustomization = objects.iter().find(|object| object["kind"] == "Kustomization").expect("a Kustomization");
    let spec = &kustomization["spec"];
    assert_eq!(spec["decryption"]["provider"], "sops");
    assert!(spec["decryption"]["secretRef"]["name"].is_string() && spec.get("postBuild").is_none());
    let applied = entries(&dir.join(spec["path"].as_str().expect("a path")));
    // Flux takes files of these endings alone for manifests, where there is no kustomization.
    let (manifests, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
        applied.iter().partition(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"));
    assert_eq!(others.iter().map(|path| file_name(path)).collect::<Vec<_>>(), ["encrypted.txt"]);
    let is_encrypted = |path: &&&PathBuf| documents(path).iter().any(|object| object.get("sops").is_some());
    let encrypted: Vec<&&PathBuf> = manifests.iter().filter(is_encrypted).collect();
    let [secret] = &*encrypted else { panic!("not one encrypted manifest: {encrypted:?}") };
    assert_eq!(
        fs::read(secret).expect("it is there"),
        fs::read(dir.join("clusters/plant-1.enc.yaml")).expect("it is there")
    );
    // Each cluster's file is encrypted for whom the rules say, by the rule that they say.
    let rules = documents(&dir.join(".sops.yaml"));
    for rule in rules[0]["creation_rules"].as_array().expect("rules") {
        let file = rule["path_regex"].as_str().expect("a path").trim_end_matches('$').replace('\\', "");
        let [encrypted] = &*documents(&dir.join(&file)) else { panic!("{file}: not one document") };
        assert_eq!(encrypted["sops"]["age"][0]["recipient"], rule["age"], "{file}");
        assert_eq!(encrypted["sops"]["encrypted_regex"], rule["encrypted_regex"], "{file}");
    }
}

#[test]
fn the_plugin_holds_only_what_argo_cd_reads() {
    let [plugin] = &*documents(&root().join("examples/argocd/plugin.yaml")) else { panic!("one document") };
    assert_eq!(plugin["kind"], "ConfigManagementPlugin");
    let spec = plugin["spec"].as_object().expect("a spec");
    assert!(spec.keys().all(|key| PLUGIN_FIELDS.contains(&key.as_str())), "{:?}", spec.keys());
    assert!(!spec.contains_key("version"), "a version would be part of the plugin's name");
    for command in [&spec["generate"]["command"], &spec["discover"]["find"]["command"]] {
        let words: Vec<&str> = command.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        assert_eq!(words.first(), Some(&"regcfg"), "called by a shell: {words:?}");
    }
}

#[test]
fn both_ways_to_add_the_sidecar_add_the_same_one() {
    let dir = root().join("examples/argocd");
    let [patch] = &*documents(&dir.join("repo-server.yaml")) else { panic!("one document") };
    let [argocd] = &*documents(&dir.join("openshift-gitops.yaml")) else { panic!("one document") };
    let pod = &patch["spec"]["template"]["spec"];
    let (mut container, sidecar) = (pod["containers"][0].clone(), &argocd["spec"]["repo"]["sidecarContainers"][0]);
    let user = container["securityContext"].as_object_mut().and_then(|context| context.remove("runAsUser"));
    assert_eq!(user, Some(Json::from(999)), "the repo-server's own user");
    assert_eq!(&container, sidecar);
    assert_eq!(pod["volumes"], argocd["spec"]["repo"]["volumes"]);
    let [plugin] = &*documents(&dir.join("plugin.yaml")) else { panic!("one document") };
    assert_eq!(container["name"], plugin["metadata"]["name"]);
}

#[test]
fn the_application_names_the_plugin_and_prunes_nothing_by_itself() {
    let dir = root().join("examples/argocd");
    let [application] = &*documents(&dir.join("application.yaml")) else { panic!("one document") };
    let [plugin] = &*documents(&dir.join("plugin.yaml")) else { panic!("one document") };
    let used = &application["spec"]["source"]["plugin"];
    assert_eq!(used["name"], plugin["metadata"]["name"]);
    let announced: Vec<&Json> =
        plugin["spec"]["parameters"]["static"].as_array().into_iter().flatten().map(|known| &known["name"]).collect();
    for parameter in used["parameters"].as_array().into_iter().flatten() {
        assert!(announced.contains(&&parameter["name"]), "{parameter} is not announced");
    }
    assert_eq!(application["spec"]["syncPolicy"]["automated"]["prune"], false);
    assert!(application["metadata"].get("finalizers").is_none());
}

/// The folders of `examples/` that are a project of regcfg.
fn projects() -> Vec<PathBuf> {
    let mut projects = entries(&root().join("examples"));
    projects.retain(|dir| dir.join("regcfg.yaml").is_file());
    projects
}

fn regcfg(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(args).current_dir(dir).env_clear().stdin(Stdio::null());
    command.output().expect("the built binary runs")
}

fn assert_right(output: &Output, what: &str) {
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{what}: {}\n{stdout}{stderr}", output.status);
}

fn compare(expected: &Path, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(expected, actual).expect("an expectation can be written");
    }
    let committed = fs::read_to_string(expected).unwrap_or_default();
    let diff = TextDiff::from_lines(&*committed, actual);
    let name = expected.display().to_string();
    assert!(committed == actual, "{}", diff.unified_diff().header(&name, "rendered"));
}

/// Parses every document of a YAML file.
fn documents(path: &Path) -> Vec<Json> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_yaml::from_multiple(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path) {
    for entry in entries(from) {
        let target = to.join(file_name(&entry));
        if entry.is_dir() {
            fs::create_dir(&target).expect("a directory");
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a file");
        }
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
