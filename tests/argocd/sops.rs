//! What SOPS encrypted, in the sidecar: opened only where its policy maps an identity to repository and project, and every
//! refusal is the same.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::programs::Programs;
use crate::sidecar::{Run, Sidecar};

const SPEC: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: prod}
spec:
  openshift: \"4.19\"
  platform: aws-upi
  secrets: {sops: {delivery: Decrypted}}
  storage:
    s3: {bucket: prod-registry, region: eu-west-1}
    credentials:
      accessKey: {valueFrom: {sops: {file: creds.enc.yaml, key: accessKey}}}
      secretKey: {valueFrom: {sops: {file: creds.enc.yaml, key: secretKey}}}
";

const ACCESS: &str = "QUtJQVMzbnRpbmVs";

/// What the administrators of a sidecar keep: the identities of two teams, and a policy.
struct Kept {
    programs: Programs,
    dir: TempDir,
}

impl Kept {
    fn new() -> Option<Self> {
        let kept = Self { programs: Programs::find()?, dir: tempfile::tempdir().expect("a directory") };
        fs::set_permissions(kept.dir.path(), Permissions::from_mode(0o755)).expect("permissions");
        for team in ["a", "b"] {
            let mut command = kept.programs.command("age-keygen", kept.dir.path());
            let made = command.arg("-o").arg(kept.identity(team)).output().expect("age-keygen runs");
            assert!(made.status.success(), "{made:?}");
            fs::set_permissions(kept.identity(team), Permissions::from_mode(0o644)).expect("permissions");
        }
        Some(kept)
    }

    fn identity(&self, team: &str) -> PathBuf {
        self.dir.path().join(format!("{team}.txt"))
    }

    /// Encrypts the credentials for a team.
    fn encrypted_for(&self, team: &str) -> String {
        let mut command = self.programs.command("age-keygen", self.dir.path());
        let shown = command.arg("-y").arg(self.identity(team)).output().expect("age-keygen runs");
        let recipient = String::from_utf8(shown.stdout).expect("UTF-8");
        let plain = self.write("plain.yaml", "accessKey: AKIAS3ntinel\nsecretKey: S3ntinel-0f-A-Secret\n");
        let mut command = self.programs.command("sops", self.dir.path());
        let output = command.args(["encrypt", "--age", recipient.trim()]).arg(plain).output().expect("sops runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("permissions");
        path
    }

    /// Writes a policy that maps the identities of teams to the repositories and the project of each.
    fn policy(&self, teams: &[&str]) -> PathBuf {
        let mapped = teams.iter().map(|team| {
            format!(
                "      - file: {}\n        repositories: [\"https://git.example.com/team-{team}/*\"]\n        projects: [team-{team}]\n",
                self.identity(team).display()
            )
        });
        let mapped: Vec<String> = mapped.collect();
        let sops = if teams.is_empty() { "{}".into() } else { format!("\n    identities:\n{}", mapped.concat()) };
        let text = format!("apiVersion: regcfg.dev/v1alpha1\nkind: Policy\nspec:\n  sops: {sops}\n");
        self.write(&format!("policy-{}.yaml", teams.join("-")), &text)
    }
}

/// Renders a file for the Application of a team, where secrets are revealed.
fn generate(encrypted: &str, policy: Option<&Path>, env: &[(&str, &str)]) -> Run {
    let mut sidecar = Sidecar::with(&[("cluster.yaml", SPEC), ("creds.enc.yaml", encrypted)]);
    for (name, value) in env {
        sidecar.env(name, value);
    }
    if let Some(policy) = policy {
        sidecar.env("REGCFG_POLICY", policy.to_str().expect("UTF-8"));
    }
    sidecar.run(&["regcfg", "argocd", "generate", "--reveal-secrets"], "")
}

const URL: &str = "ARGOCD_APP_SOURCE_REPO_URL";
const PROJECT: &str = "ARGOCD_APP_PROJECT_NAME";
const TEAM_A: [(&str, &str); 2] = [(URL, "https://git.example.com/team-a/registry.git"), (PROJECT, "team-a")];
const TEAM_B: [(&str, &str); 2] = [(URL, "https://git.example.com/team-b/registry.git"), (PROJECT, "team-b")];

#[test]
fn an_identity_opens_files_for_its_repositories_and_projects() {
    let Some(kept) = Kept::new() else { return };
    let run = generate(&kept.encrypted_for("a"), Some(&kept.policy(&["a", "b"])), &TEAM_A);
    let objects = run.objects();
    let secret: &Json = objects.iter().find(|object| object["kind"] == "Secret").expect("a Secret");
    assert_eq!(secret["data"]["REGISTRY_STORAGE_S3_ACCESSKEY"], ACCESS);
    assert_eq!(run.stderr, "");
}

#[test]
fn every_refusal_is_the_same() {
    let Some(kept) = Kept::new() else { return };
    let (of_a, of_b) = (kept.encrypted_for("a"), kept.encrypted_for("b"));
    let both = kept.policy(&["a", "b"]);
    let key = fs::read_to_string(kept.identity("a")).expect("an identity");
    let file = kept.identity("a").display().to_string();
    let first = generate(&of_a, None, &TEAM_A);
    first.assert_refused("[RC0727]");
    assert_eq!(first.status.code(), Some(1));
    let check = |what: &str, run: &Run| {
        assert_eq!((&run.stdout, &run.stderr, run.status), (&first.stdout, &first.stderr, first.status), "{what}");
    };
    check("a policy that maps none", &generate(&of_a, Some(&kept.policy(&[])), &TEAM_A));
    check("a policy that maps another repository", &generate(&of_a, Some(&kept.policy(&["b"])), &TEAM_A));
    check("another team's file copied in, its key in the sidecar", &generate(&of_a, Some(&both), &TEAM_B));
    check("another team's file, and its key nowhere", &generate(&of_a, Some(&kept.policy(&["b"])), &TEAM_B));
    check("a mapped identity that does not fit", &generate(&of_b, Some(&kept.policy(&["a"])), &TEAM_A));
    let broken =
        of_a.lines().map(|line| if line.trim().starts_with("YWdl") { line.to_lowercase() } else { line.into() });
    let broken: String = broken.flat_map(|line: String| [line, "\n".into()]).collect();
    let unmapped = generate(&broken, Some(&both), &[]);
    let mapped = generate(&broken, Some(&both), &TEAM_A);
    assert_eq!((&unmapped.stdout, &unmapped.stderr, unmapped.status), (&mapped.stdout, &mapped.stderr, mapped.status));
    let url = TEAM_A[0].1;
    for (what, env) in [
        ("nothing told", &[][..]),
        ("no project", &[(URL, url)]),
        ("no repository", &[(PROJECT, "team-a")]),
        ("another project", &[(URL, url), (PROJECT, "team-b")]),
        ("a name that begins alike", &[(URL, "https://git.example.com/team-a-evil/registry"), (PROJECT, "team-a")]),
        ("deeper", &[(URL, "https://git.example.com/team-a/x/registry"), (PROJECT, "team-a")]),
        ("another server", &[(URL, "https://git.example.com@evil.example/team-a/registry"), (PROJECT, "team-a")]),
        (
            "what an Application sets",
            &[
                ("ARGOCD_ENV_ARGOCD_APP_SOURCE_REPO_URL", url),
                ("ARGOCD_ENV_ARGOCD_APP_PROJECT_NAME", "team-a"),
                ("PARAM_ARGOCD_APP_SOURCE_REPO_URL", url),
            ],
        ),
        ("keys in the environment", &[("SOPS_AGE_KEY", &*key), ("SOPS_AGE_KEY_FILE", &*file)]),
    ] {
        check(what, &generate(&of_a, Some(&both), env));
        check(what, &generate(&of_a, None, env));
    }
}

#[test]
fn a_file_that_was_changed_gives_nothing_of_its_values() {
    let Some(kept) = Kept::new() else { return };
    let encrypted = kept.encrypted_for("a");
    let swapped = encrypted.replacen("accessKey:", "x:", 1).replacen("secretKey:", "accessKey:", 1).replacen(
        "x:",
        "secretKey:",
        1,
    );
    let run = generate(&swapped, Some(&kept.policy(&["a"])), &TEAM_A);
    run.assert_refused("[RC0713]");
    assert!(!run.stderr.contains("S3ntinel"), "{}", run.stderr);
}

#[test]
fn an_identity_that_cannot_be_read_is_told_to_all_alike() {
    let Some(kept) = Kept::new() else { return };
    let (encrypted, policy) = (kept.encrypted_for("a"), kept.policy(&["a", "b"]));
    kept.write("b.txt", "AGE-PLUGIN-YUBIKEY-1QQQ\n");
    let runs = [&TEAM_A[..], &TEAM_B, &[]].map(|env| generate(&encrypted, Some(&policy), env));
    for run in &runs {
        run.assert_refused("an identity of an age plugin");
        assert_eq!((&run.stderr, run.status.code()), (&runs[0].stderr, Some(2)));
    }
}

#[test]
fn nothing_is_opened_unless_the_sidecars_command_reveals_secrets() {
    let Some(kept) = Kept::new() else { return };
    let mut sidecar = Sidecar::with(&[("cluster.yaml", SPEC), ("creds.enc.yaml", &kept.encrypted_for("a"))]);
    let policy = kept.policy(&["a"]);
    for (name, value) in TEAM_A {
        sidecar.env(name, value);
    }
    sidecar.env("REGCFG_POLICY", policy.to_str().expect("UTF-8"));
    sidecar.env("ARGOCD_ENV_REVEAL_SECRETS", "true");
    sidecar.run(&["regcfg", "argocd", "generate"], "").assert_refused("[RC0701]");
    let identity = kept.identity("a").display().to_string();
    let run = sidecar.run(&["regcfg", "argocd", "generate", "--age-identity", &identity], "");
    run.assert_refused("unexpected argument '--age-identity'");
}
