//! The real pre-commit on a sample repository, with the hook built from this one.
//!
//! Runs where `REGCFG_PRE_COMMIT` names a pre-commit, as `.ci/run` does, for it builds regcfg once more.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const GOOD: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata:
  name: prod
spec:
  openshift: \"4.19\"
  platform: baremetal
  registry:
    replicas: 2
  storage:
    pvc:
      claim: registry
      create:
        storageClassName: nfs
        accessModes: [ReadWriteMany]
        size: 100Gi
";

#[test]
fn the_hook_passes_what_is_right_and_stops_what_is_wrong() {
    let Some(pre_commit) = std::env::var_os("REGCFG_PRE_COMMIT") else {
        println!("skipped: REGCFG_PRE_COMMIT names no pre-commit; `.ci/run` installs one");
        return;
    };
    let sample = Sample::new(pre_commit.into());
    sample.write("clusters/prod.yaml", GOOD);
    sample.write("with space/värk.yaml", &GOOD.replace("name: prod", "name: other"));
    sample.write("compose.yaml", "services: {web: {image: nginx}}\n");
    sample.write("package.json", "{\"name\": \"web\"}\n");
    // More files than pre-commit gives to one process.
    for at in 0..500 {
        sample.write(&format!("notes/{at:03}-{}.yaml", "long-name-".repeat(12)), "just: notes\n");
    }
    let output = sample.run_hook();
    assert!(output.status.success(), "{}", shown(&output));

    sample.write("clusters/prod.yaml", &GOOD.replace("platform:", "platfrom:"));
    let output = sample.run_hook();
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    let said = shown(&output);
    assert!(said.contains("error[RC") && said.contains("--> clusters/prod.yaml:7:3"), "{said}");
    assert!(said.contains("exit code: 1") && !said.contains("notes/"), "{said}");
}

/// A repository of a user.
struct Sample {
    dir: TempDir,
    pre_commit: PathBuf,
}

impl Sample {
    fn new(pre_commit: PathBuf) -> Self {
        let sample = Self { dir: tempfile::tempdir().expect("a temporary directory"), pre_commit };
        sample.git(&["init", "--quiet"]);
        sample
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Runs the hook on every file, as `pre-commit run --all-files` does in a repository that has it configured.
    fn run_hook(&self) -> Output {
        self.git(&["add", "--all"]);
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let target = repository.join("target/pre-commit");
        let mut command = Command::new(&self.pre_commit);
        command.args(["try-repo".as_ref(), repository.as_os_str()]);
        command.args(["regcfg-check", "--all-files", "--color", "never"]).current_dir(self.dir.path());
        command.env("PRE_COMMIT_HOME", target.join("home")).env("CARGO_TARGET_DIR", target.join("build"));
        // The build is as `cargo install` makes it, but quick.
        command.envs([("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"), ("CARGO_PROFILE_RELEASE_LTO", "off")]);
        command.envs([("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"), ("CARGO_NET_OFFLINE", "true")]);
        command.output().expect("pre-commit runs")
    }

    fn git(&self, args: &[&str]) {
        let status = Command::new("git").args(args).current_dir(self.dir.path()).status().expect("git runs");
        assert!(status.success(), "git {args:?}");
    }
}

fn shown(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream)).join("\n")
}
