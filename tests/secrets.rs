//! What `regcfg secrets template` prints, filled and run as it stands: by the real sops, kubeseal and kubectl, and the result
//! rendered. Skips where the programs are not there; see `tests/programs`.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/programs.rs"]
mod programs;

use std::fmt::Write;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use programs::Programs;
use tempfile::TempDir;

/// What every value is filled with: it needs quoting wherever it could be read by a shell or by YAML.
const VALUE: &str = "hunter2 $(id) 'x' #: {";

/// Names of files that a shell would act on.
const HOSTILE: [&str; 5] =
    ["a b.yaml", "$(touch pwned).yaml", "it's`id`;#.yaml", "-rf.yaml", "e\u{1b}[2J\u{202e}\n.yaml"];

/// A project with one spec, whose sources are added by a layer.
struct Project {
    dir: TempDir,
    programs: Programs,
}

impl Project {
    fn new() -> Option<Self> {
        let programs = Programs::find()?;
        let dir = tempfile::tempdir().unwrap();
        let project = Self { dir, programs };
        project.write("regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec: {}\n");
        project.write(
            "dc-1.yaml",
            "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {name: dc-1}\nextends: [sources.yaml]\n\
             spec:\n  openshift: \"4.19\"\n  platform: baremetal\n  \
             storage: {s3: {bucket: b, region: r, regionEndpoint: \"https://s3.example.com\", virtualHostedStyle: false}}\n",
        );
        project.source("{}");
        // What is created on a cluster is shown instead.
        project.write("bin/oc", "#!/bin/sh\nexec kubectl \"$@\" --dry-run=client -o yaml\n");
        fs::set_permissions(project.dir.path().join("bin/oc"), Permissions::from_mode(0o755)).unwrap();
        Some(project)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes the layer that says where the values come from.
    fn source(&self, spec: &str) {
        let layer = format!("apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\nspec: {spec}\n");
        self.write("sources.yaml", &layer);
    }

    fn regcfg(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.env_clear().args(args).current_dir(self.dir.path()).output().unwrap()
    }

    fn template(&self, args: &[&str]) -> Template {
        let output = self.regcfg(&[&["secrets", "template"], args].concat());
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        Template(String::from_utf8(output.stdout).unwrap())
    }

    /// Runs a command as a user would, with `input` on its standard input.
    fn run(&self, command: &str, env: &[(&str, &str)], input: &str) -> Output {
        self.write("input", input);
        let bin = self.programs.command("sops", self.dir.path()).get_program().to_owned();
        let bin = Path::new(&bin).parent().unwrap().display().to_string();
        let path = format!("{}/bin:{bin}:/usr/local/bin:/usr/bin:/bin", self.dir.path().display());
        let mut shell = Command::new("sh");
        shell.env_clear().env("PATH", path).env("HOME", self.dir.path()).envs(env.iter().copied());
        shell.args(["-c", command]).current_dir(self.dir.path());
        let output = shell.stdin(fs::File::open(self.dir.path().join("input")).unwrap()).output().unwrap();
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Renders the cluster after the layer says what a template proposes; returns the manifests.
    fn render(&self, template: &Template) -> String {
        self.write("sources.yaml", &template.layer());
        let output = self.regcfg(&["render", "dc-1.yaml"]);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}\n{err}", template.layer());
        assert!(!out.contains("hunter2") && !err.contains("hunter2"), "{out}{err}");
        let output = self.regcfg(&["secrets", "list", "--missing", "dc-1.yaml"]);
        assert!(output.status.success() && output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        out.into_owned()
    }

    fn age_recipient(&self) -> String {
        let output = self.run("age-keygen -o age.key && age-keygen -y age.key", &[], "");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Makes the certificate of a controller of Sealed Secrets.
    fn seal_certificate(&self) -> String {
        let make = "openssl req -x509 -nodes -newkey rsa:2048 -keyout seal.key -out seal.crt -subj /CN=seal -days 30";
        self.run(make, &[], "");
        self.dir.path().join("seal.crt").display().to_string()
    }
}

/// What a run printed.
struct Template(String);

impl Template {
    /// Returns the commands of a program, each on a line of its own.
    fn commands(&self, program: &str) -> Vec<&str> {
        let lines = self.0.lines().filter_map(|line| line.strip_prefix("#      "));
        lines.filter(|line| line.starts_with(&format!("{program} "))).collect()
    }

    /// Returns it with every value filled.
    fn filled(&self) -> String {
        let value = format!("'{}'", VALUE.replace('\'', "''"));
        let filled = self.0.replace(": \"\"\n", &format!(": {value}\n"));
        assert_ne!(filled, self.0);
        filled
    }

    /// Returns the part of the spec that it proposes, as a layer.
    fn layer(&self) -> String {
        let mut layer = "apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\n".to_owned();
        let lines = self.0.lines().skip_while(|line| *line != "#     spec:");
        for line in lines.map_while(|line| line.strip_prefix("#     ")) {
            writeln!(layer, "{line}").unwrap();
        }
        assert!(layer.contains("valueFrom"), "{}", self.0);
        layer
    }
}

#[test]
fn a_template_for_sops_is_filled_encrypted_and_rendered() {
    let Some(project) = Project::new() else { return };
    let template = project.template(&["dc-1.yaml", "--for", "sops"]);
    let [command] = &*template.commands("sops") else { panic!("{}", template.0) };
    let file = command.rsplit(' ').next().unwrap();
    project.write(file, &template.filled());
    let recipient = project.age_recipient();
    project.run(command, &[("AGE_RECIPIENT", &recipient)], "");
    let encrypted = fs::read_to_string(project.dir.path().join(file)).unwrap();
    assert!(encrypted.contains("ENC[AES256_GCM,") && !encrypted.contains("hunter2"), "{encrypted}");
    let key = project.dir.path().join("age.key").display().to_string();
    let decrypted = project.run(&format!("sops decrypt {file}"), &[("SOPS_AGE_KEY_FILE", &key)], "");
    assert_eq!(String::from_utf8_lossy(&decrypted.stdout).matches("hunter2").count(), 2);
    assert!(project.render(&template).contains("ENC[AES256_GCM,"));
}

#[test]
fn without_a_recipient_nothing_is_encrypted_and_nothing_lost() {
    let Some(project) = Project::new() else { return };
    let template = project.template(&["dc-1.yaml", "--for", "sops"]);
    let [command] = &*template.commands("sops") else { panic!("{}", template.0) };
    project.write("plain.yaml", "a: 1\n");
    let command = format!("! ({command}) 2>/dev/null");
    project.run(&command, &[], "");
}

#[test]
fn both_ways_to_seal_a_template_are_rendered() {
    let Some(project) = Project::new() else { return };
    let template = project.template(&["dc-1.yaml", "--for", "sealed"]);
    let certificate = project.seal_certificate();
    let secrets = project.dir.path().join("secrets").display().to_string();
    for key in ["REGISTRY_STORAGE_S3_ACCESSKEY", "REGISTRY_STORAGE_S3_SECRETKEY"] {
        project.write(&format!("secrets/{key}"), VALUE);
    }
    let [of_files] = &*template.commands("kubectl") else { panic!("{}", template.0) };
    project.run(of_files, &[("SEALED_SECRETS_CERT", &certificate), ("SECRETS", &secrets)], "");
    assert!(project.render(&template).contains("kind: SealedSecret"));
    project.write("filled.yaml", &template.filled());
    let [of_filled] = &*template.commands("kubeseal") else { panic!("{}", template.0) };
    project.run(of_filled, &[("SEALED_SECRETS_CERT", &certificate), ("FILLED", "filled.yaml")], "");
    assert!(project.render(&template).contains("kind: SealedSecret"));
}

#[test]
fn what_is_encrypted_already_is_not_lost() {
    let Some(project) = Project::new() else { return };
    let certificate = project.seal_certificate();
    let one = "{storage: {credentials: {accessKey: {valueFrom: {sealed: {file: one.yaml}}}, secretKey: {valueFrom: {sealed: {file: one.yaml}}}}}}";
    project.source(one);
    project.write("one.yaml", "");
    let first = project.template(&["dc-1.yaml"]);
    let env = [("SEALED_SECRETS_CERT", &*certificate), ("FILLED", "filled.yaml")];
    project.write("filled.yaml", &first.filled().replace("  REGISTRY_STORAGE_S3_SECRETKEY", "  OTHER"));
    project.run(first.commands("kubeseal")[0], &env, "");
    let second = project.template(&["dc-1.yaml"]);
    let [command] = &*second.commands("kubeseal") else { panic!("{}", second.0) };
    assert!(command.contains(" --merge-into one.yaml "), "{command}");
    project.write("filled.yaml", &second.filled());
    project.run(command, &env, "");
    let sealed = fs::read_to_string(project.dir.path().join("one.yaml")).unwrap();
    for key in ["OTHER", "REGISTRY_STORAGE_S3_ACCESSKEY", "REGISTRY_STORAGE_S3_SECRETKEY"] {
        assert!(sealed.contains(&format!("    {key}: A")), "{sealed}");
    }
    let output = project.regcfg(&["render", "dc-1.yaml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    project.source(&one.replace("sealed", "sops").replace("one.yaml", "two.yaml"));
    let recipient = project.age_recipient();
    let first = project.template(&["dc-1.yaml"]);
    project.write("two.yaml", &first.filled());
    project.run(first.commands("sops")[0], &[("AGE_RECIPIENT", &recipient)], "");
    let second = project.template(&["dc-1.yaml"]);
    assert_eq!(second.commands("sops"), ["sops edit two.yaml"]);
}

#[test]
fn other_forms_of_files_are_encrypted_as_they_are_read() {
    let Some(project) = Project::new() else { return };
    let recipient = project.age_recipient();
    let key = project.dir.path().join("age.key").display().to_string();
    for (file, path) in [("values.json", ", path: [a, KEY]"), ("secret.json", ""), ("KEY.txt", "")] {
        let source = |name: &str| {
            let (file, path) = (file.replace("KEY", name), path.replace("KEY", name));
            format!("{name}: {{valueFrom: {{sops: {{file: {file}{path}}}}}}}")
        };
        project.source(&format!("{{storage: {{credentials: {{{}, {}}}}}}}", source("accessKey"), source("secretKey")));
        let template = project.template(&["dc-1.yaml"]);
        for command in template.commands("sops") {
            let file = command.rsplit(' ').next().unwrap();
            let is_value = Path::new(file).extension() == Some("txt".as_ref());
            project.write(file, &if is_value { "hunter2".to_owned() } else { template.filled() });
            project.run(command, &[("AGE_RECIPIENT", &recipient)], "");
            let decrypted = project.run(&format!("sops decrypt {file}"), &[("SOPS_AGE_KEY_FILE", &key)], "");
            assert!(String::from_utf8_lossy(&decrypted.stdout).contains("hunter2"), "{file}");
        }
        let output = project.regcfg(&["secrets", "list", "dc-1.yaml"]);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && !out.contains("missing"), "{file}: {out}{err}");
    }
}

#[test]
fn a_single_value_is_sealed_from_standard_input() {
    let Some(project) = Project::new() else { return };
    project.source("{storage: {credentials: {accessKey: {valueFrom: {sealed: {value: AgB}}}, secretKey: {valueFrom: {sealed: {value: AgB}}}}}}");
    let template = project.template(&["dc-1.yaml"]);
    let certificate = project.seal_certificate();
    let [command] = &*template.commands("kubeseal") else { panic!("{}", template.0) };
    let sealed = project.run(command, &[("SEALED_SECRETS_CERT", &certificate)], VALUE).stdout;
    let sealed = String::from_utf8(sealed).unwrap();
    let source = format!("{{valueFrom: {{sealed: {{value: {sealed}}}}}}}");
    project.source(&format!("{{storage: {{credentials: {{accessKey: {source}, secretKey: {source}}}}}}}"));
    let output = project.regcfg(&["render", "dc-1.yaml"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains(&sealed), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_secret_is_created_of_files_and_of_a_filled_template() {
    let Some(project) = Project::new() else { return };
    if Command::new("kubectl").arg("version").arg("--client").output().is_err() {
        println!("skipped: no kubectl");
        return;
    }
    let template = project.template(&["dc-1.yaml", "--for", "secret"]);
    let secrets = project.dir.path().join("secrets").display().to_string();
    for key in ["REGISTRY_STORAGE_S3_ACCESSKEY", "REGISTRY_STORAGE_S3_SECRETKEY"] {
        project.write(&format!("secrets/{key}"), VALUE);
    }
    let commands = template.commands("oc");
    let created = project.run(commands[0], &[("SECRETS", &secrets)], "").stdout;
    let created = String::from_utf8(created).unwrap();
    assert!(created.contains("namespace: openshift-image-registry"), "{created}");
    // kubectl asks a server for kinds where it creates of a file; a local command reads the file all the same.
    project.write("filled.yaml", &template.filled());
    let read = project.run("kubectl label --local -o yaml -f filled.yaml a=b", &[], "").stdout;
    assert_eq!(String::from_utf8(read).unwrap().matches("hunter2").count(), 2);
    let output = project.regcfg(&["check", "filled.yaml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!project.render(&template).contains("kind: Secret\n"));
}

#[test]
fn names_of_files_are_words_to_a_shell_and_never_act() {
    let Some(project) = Project::new() else { return };
    let recipient = project.age_recipient();
    for name in HOSTILE {
        let quoted = serde_json::Value::from(name).to_string();
        let source = format!("{{valueFrom: {{sops: {{file: {quoted}}}}}}}");
        project.source(&format!("{{storage: {{credentials: {{accessKey: {source}, secretKey: {source}}}}}}}"));
        let template = project.template(&["dc-1.yaml", "--for", "sops"]);
        assert!(!template.0.contains(['\u{1b}', '\u{202e}']), "{}", template.0);
        let [command] = &*template.commands("sops") else { panic!("{}", template.0) };
        project.write(name, &template.filled());
        project.run(command, &[("AGE_RECIPIENT", &recipient)], "");
        let encrypted = fs::read_to_string(project.dir.path().join(name)).unwrap();
        assert!(encrypted.contains("ENC[AES256_GCM,"), "{name:?}: {encrypted}");
    }
    assert!(!project.dir.path().join("pwned").exists());
}
