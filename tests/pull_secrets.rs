//! Composed docker configs against other programs: `kubectl create secret docker-registry` makes the same logins, and what
//! the External Secrets Operator would make of the rendered template is what is composed here, byte for byte.
//!
//! Where there is no kubectl or no Go, a test skips and says so; `REGCFG_PROGRAMS=required` makes that an error.

#![expect(clippy::disallowed_methods, reason = "tests write the disk and run programs, where the library may not")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

/// A login of a test: a registry, a name, a password.
type Login = (&'static str, &'static str, &'static str);

/// Names and passwords that would act in a template, in JSON, in Go or in a shell, were they not quoted.
const LOGINS: &[Login] = &[
    ("quay.io/org", "org+robot", "hunter2"),
    ("registry.example.com:5000", "1234567|robot", "a:b:c \"quoted\" \\ back"),
    ("registry.redhat.io", "robot\"}}", "{{ .password0 }} ${x} $(id) 'x'"),
    ("docker.io", "rübe {{ printf \"%s\" .x }}", "päss%wörd%s<&>"),
    ("registry.example.org/a/b", "back\\slash`tick`", "e30="),
];

#[test]
fn kubectl_makes_the_same_logins() {
    for (registry, name, password) in LOGINS {
        let arguments = ["create", "secret", "docker-registry", "robots", "--dry-run=client", "-o", "json"];
        let mut kubectl = Command::new("kubectl");
        kubectl.args(arguments).arg(format!("--docker-server={registry}"));
        kubectl.args([format!("--docker-username={name}"), format!("--docker-password={password}")]);
        let Some(output) = run(&mut kubectl, "") else { return };
        let theirs: Json = serde_json::from_slice(&output.stdout).expect("kubectl prints JSON");
        let ours = revealed(&[(registry, name, password)]);
        assert_eq!(theirs["type"], ours["type"]);
        let (theirs, ours) = (docker_config(&theirs), docker_config(&ours));
        assert_eq!(ours["auths"].as_object().map(serde_json::Map::len), Some(1), "{ours}");
        assert_eq!(theirs["auths"][registry]["auth"], ours["auths"][registry]["auth"], "{theirs} {ours}");
        assert!(ours["auths"][registry]["auth"].is_string(), "{ours}");
    }
}

#[test]
fn what_the_operator_makes_of_the_template_is_what_is_composed() {
    let ours = revealed(LOGINS);
    let expected = STANDARD.decode(ours["data"][".dockerconfigjson"].as_str().expect("text")).expect("base64");
    for names_are_secrets in [false, true] {
        let external =
            rendered(&spec(LOGINS, names_are_secrets, |part, at| format!("{{external: {{key: {part}-{at}}}}}")), &[]);
        let template = &external["spec"]["target"]["template"];
        assert_eq!(template["mergePolicy"], "Replace", "the parts would enter the Secret, too");
        // The store has each value under the key that the spec gave it.
        let fetched = |key: &str| {
            let (part, at) = key.split_once('-').expect("a key of ours");
            let (_, name, password) = LOGINS[at.parse::<usize>().expect("a number")];
            if part == "username" { name } else { password }
        };
        let items = external["spec"]["data"].as_array().expect("a list");
        let values: BTreeMap<&str, &str> = items
            .iter()
            .map(|item| {
                let key = item["remoteRef"]["key"].as_str().expect("text");
                (item["secretKey"].as_str().expect("text"), fetched(key))
            })
            .collect();
        assert_eq!(values.len(), LOGINS.len() * if names_are_secrets { 2 } else { 1 });
        let Some(made) = executed(&template["data"][".dockerconfigjson"], &json!(values)) else { return };
        assert_eq!(String::from_utf8(made).expect("UTF-8"), String::from_utf8_lossy(&expected));
    }
}

#[test]
fn a_login_in_one_is_taken_as_it_is() {
    let text = "registries: {quay.io: {auth: {valueFrom: {external: {key: a}}}}}";
    let external = rendered(&document(text), &[]);
    let name = external["spec"]["data"][0]["secretKey"].as_str().expect("text").to_owned();
    let template = &external["spec"]["target"]["template"]["data"][".dockerconfigjson"];
    let Some(made) = executed(template, &json!({ name: "b3JnOng=\n" })) else { return };
    let made: Json = serde_json::from_slice(&made).expect("JSON");
    assert_eq!(made, json!({"auths": {"quay.io": {"auth": "b3JnOng=\n"}}}));
}

/// Returns the docker config of a Secret.
fn docker_config(secret: &Json) -> Json {
    let text = secret["data"][".dockerconfigjson"].as_str().expect("the key is there");
    serde_json::from_slice(&STANDARD.decode(text).expect("base64")).expect("JSON")
}

/// Returns the Secret with these logins, its passwords revealed.
fn revealed(logins: &[Login]) -> Json {
    let spec = spec(logins, false, |part, at| format!("{{env: REGCFG_SECRET_{part}_{at}}}"));
    let passwords = logins.iter().enumerate();
    let variables: Vec<(String, &str)> =
        passwords.map(|(at, (_, _, password))| (format!("REGCFG_SECRET_password_{at}"), *password)).collect();
    rendered(&spec, &variables)
}

/// Writes a spec with logins, each value from where `from` says.
fn spec(logins: &[Login], names_are_secrets: bool, from: impl Fn(&str, usize) -> String) -> String {
    let logins = logins.iter().enumerate().map(|(at, (registry, name, _))| {
        let name = if names_are_secrets {
            format!("{{valueFrom: {}}}", from("username", at))
        } else {
            json!(name).to_string()
        };
        format!("{}: {{username: {name}, password: {{valueFrom: {}}}}}", json!(registry), from("password", at))
    });
    document(&format!("registries: {{{}}}", logins.collect::<Vec<_>>().join(", ")))
}

fn document(pull_secret: &str) -> String {
    format!(
        "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: c}}\nspec:\n  openshift: \"4.19\"\n  platform: vsphere\n  storage: {{pvc: {{claim: c}}}}\n  secrets: {{external: {{store: {{name: v}}}}}}\n  pullSecrets: {{robots: {{namespaces: [team-a], {pull_secret}}}}}\n"
    )
}

/// Renders a spec, and returns the object that is called after the pull secret.
fn rendered(spec: &str, variables: &[(String, &str)]) -> Json {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("c.yaml"), spec).expect("a file");
    let mut regcfg = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    regcfg.current_dir(&dir).env_clear().args(["render", "--reveal-secrets", "c.yaml"]);
    regcfg.envs(variables.iter().map(|(name, value)| (name, value)));
    let output = regcfg.output().expect("regcfg runs");
    assert!(output.status.success(), "{}\n{spec}", String::from_utf8_lossy(&output.stderr));
    let stream = String::from_utf8(output.stdout).expect("UTF-8");
    let objects = stream.split("---\n").map(|text| serde_yaml::from_str::<Json>(text).expect("YAML"));
    objects.into_iter().find(|object| object["metadata"]["name"] == "robots").expect("the pull secret is rendered")
}

/// Runs a template as the operator does.
fn executed(template: &Json, values: &Json) -> Option<Vec<u8>> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/template/main.go");
    let asked = json!({"template": template, "values": values}).to_string();
    Some(run(Command::new("go").args(["run", program]), &asked)?.stdout)
}

/// Runs a program that must succeed; says why where it is not there.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn run(command: &mut Command, input: &str) -> Option<Output> {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        let program = command.get_program().display().to_string();
        let is_required = std::env::var_os("REGCFG_PROGRAMS").is_some_and(|value| value == "required");
        assert!(!is_required, "there is no `{program}`");
        println!("skipped: there is no `{program}` here");
        return None;
    };
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it is read");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output)
}
