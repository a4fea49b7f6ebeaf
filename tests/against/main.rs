//! `regcfg check --against` and `regcfg diff --against` with the real `git`: what is compared, what is refused, and that nothing
//! of a repository runs.

#![expect(clippy::disallowed_methods, reason = "tests write the disk, where the library may not")]
#![expect(clippy::unwrap_used, reason = "what a test cannot prepare, it fails on")]

mod clones;
mod differences;
mod hostile;
mod trace;

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The commands that compare with a revision.
const COMMANDS: [&str; 2] = ["check", "diff"];

/// A repository in a directory of its own, and all that runs there.
struct Repository {
    dir: TempDir,
}

/// What a run of regcfg left.
#[derive(Debug)]
struct Run {
    exit: i32,
    stdout: String,
    stderr: String,
}

impl Repository {
    /// Makes an empty repository.
    fn new() -> Self {
        let repository = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir_all(repository.home()).unwrap();
        fs::create_dir_all(repository.root()).unwrap();
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// Makes a repository of files, committed.
    fn of(files: &[(&str, &str)]) -> Self {
        let repository = Self::new();
        repository.commit(files);
        repository
    }

    /// Clones this repository with options, and nothing of it checked out but these files.
    fn clone_with(&self, options: &[&str], files: &[(&str, &str)]) -> Self {
        let clone = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir_all(clone.home()).unwrap();
        let from = format!("file://{}", self.root().display());
        let mut args = vec!["clone", "-q", "--no-checkout"];
        args.extend(options);
        let to = clone.root().display().to_string();
        args.extend([&*from, &*to]);
        run_git(clone.dir.path(), &clone.home(), &args);
        for (path, text) in files {
            clone.write(path, text);
        }
        clone
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("repository")
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// What hostile configuration would write.
    fn canary(&self) -> PathBuf {
        self.dir.path().join("canary")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.write(path, text);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "a change"]);
    }

    fn git(&self, args: &[&str]) -> String {
        run_git(&self.root(), &self.home(), args)
    }

    /// Makes a run of regcfg in the repository.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.args(args).current_dir(self.root()).stdin(Stdio::null());
        command.env_clear().env("PATH", path()).env("HOME", self.home());
        command
    }

    /// Runs one of [`COMMANDS`] with arguments in the repository.
    fn run(&self, command: &str, args: &[&str]) -> Run {
        finish(self.command(&[&[command], args].concat()))
    }

    /// Runs `regcfg diff` with arguments in the repository.
    fn diff(&self, args: &[&str]) -> Run {
        self.run("diff", args)
    }

    /// Runs `regcfg check` with arguments in the repository.
    fn check(&self, args: &[&str]) -> Run {
        self.run("check", args)
    }
}

fn path() -> String {
    std::env::var("PATH").unwrap()
}

fn finish(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { exit: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn run_git(dir: &Path, home: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(dir).env_clear().env("PATH", path()).env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1");
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always"];
    let output = command.args(who).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Run {
    #[track_caller]
    fn says(&self, exit: i32, stdout: &str) -> &Self {
        assert!(self.exit == exit && self.stdout.contains(stdout), "{exit}, {stdout}\n{self:#?}");
        self
    }

    #[track_caller]
    fn warns(&self, exit: i32, stderr: &str) -> &Self {
        assert!(self.exit == exit && self.stderr.contains(stderr), "{exit}, {stderr}\n{self:#?}");
        self
    }

    /// Checks that something is told, wherever: `check` prints its findings, beside its differences `diff` does not.
    #[track_caller]
    fn tells(&self, exit: i32, text: &str) -> &Self {
        assert!(self.exit == exit && (self.stdout.clone() + &self.stderr).contains(text), "{exit}, {text}\n{self:#?}");
        self
    }

    #[track_caller]
    fn is_silent(&self) {
        // How many files are right is no finding.
        let is_count = |line: &str| line.is_empty() || line.ends_with(" valid");
        assert!(self.exit == 0 && self.stdout.is_empty() && self.stderr.lines().all(is_count), "{self:#?}");
    }
}

/// A cluster on a claim of one node, which the spec creates.
fn one(name: &str) -> String {
    cluster(name, "replicas: 1", "{claim: c, create: {accessModes: [ReadWriteOnce], size: 1Gi}}")
}

/// The same cluster with two replicas on that claim, which the spec names alone: wrong only as an update.
fn two(name: &str) -> String {
    cluster(name, "replicas: 2", "{claim: c}")
}

fn cluster(name: &str, replicas: &str, pvc: &str) -> String {
    format!(
        "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: {name}}}\nspec:\n  openshift: \"4.16\"\n  platform: vsphere\n  registry: {{{replicas}, rolloutStrategy: Recreate}}\n  storage: {{pvc: {pvc}}}\n"
    )
}

const RAISED: &str = "error[RC0601]";

#[test]
fn the_files_of_a_revision_are_compared_with_those_of_now() {
    let repository = Repository::of(&[("clusters/a.yaml", &one("a"))]);
    repository.check(&["--against", "main", "."]).is_silent();
    repository.write("clusters/a.yaml", &two("a"));
    let run = repository.check(&["--against", "main", "clusters"]);
    run.says(1, RAISED).says(1, "the claim's access modes: main:clusters/a.yaml:8:51");
    // By any name of the commit, from any directory, for a file as for a directory.
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["tag", "-a", "-m", "x", "v1"]);
    for name in [&*commit, &commit[..10], "v1", "HEAD", "refs/heads/main", "@"] {
        repository.check(&["--against", name, "clusters/a.yaml"]).says(1, RAISED);
    }
    let mut below = repository.command(&["check", "--against", "main", "a.yaml", "--format", "json"]);
    below.current_dir(repository.root().join("clusters"));
    finish(below).says(1, "\"code\": \"RC0601\"").says(1, "\"file\": \"a.yaml\"");
}

#[test]
fn clusters_are_followed_where_they_move_and_told_where_they_go() {
    let repository = Repository::of(&[("a.yaml", &one("a")), ("b.yaml", &one("b")), ("c.yaml", &one("c"))]);
    // Moved, renamed, gone, and new.
    repository.git(&["mv", "a.yaml", "moved.yaml"]);
    repository.write("moved.yaml", &two("a"));
    repository.write("b.yaml", &two("renamed"));
    fs::remove_file(repository.root().join("c.yaml")).unwrap();
    repository.write("new.yaml", &two("new"));
    let run = repository.check(&["--against", "HEAD", "."]);
    assert_eq!(run.stdout.matches(RAISED).count(), 2, "{run:#?}");
    run.says(1, "--> moved.yaml:").says(1, "--> b.yaml:");
    run.says(1, "info[RC0629]: `c` is in `HEAD` and no more here\n  --> c.yaml:1:1");
    // One file alone says nothing of others.
    repository.check(&["--against", "HEAD", "new.yaml"]).warns(0, "no cluster has an older state in `HEAD`");
}

#[test]
fn a_project_below_the_root_of_its_repository_is_found_in_both_states() {
    let layer =
        "apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\nspec: {openshift: \"4.16\", platform: vsphere}\n";
    let spec = |pvc: &str, replicas: u8| {
        format!(
            "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: a}}\nextends: [../layers/org.yaml]\nspec:\n  registry: {{replicas: {replicas}, rolloutStrategy: Recreate}}\n  storage: {{pvc: {pvc}}}\n"
        )
    };
    let old = spec("{claim: c, create: {accessModes: [ReadWriteOnce], size: 1Gi}}", 1);
    let project = "apiVersion: regcfg.dev/v1alpha1\nkind: Project\n";
    let files = [("deep/x/regcfg.yaml", project), ("deep/x/layers/org.yaml", layer), ("deep/x/clusters/a.yaml", &old)];
    let repository = Repository::of(&files);
    repository.write("deep/x/clusters/a.yaml", &spec("{claim: c}", 2));
    let run = repository.check(&["--against", "main", "deep/x/clusters/a.yaml"]);
    run.says(1, RAISED).says(1, "main:deep/x/clusters/a.yaml:7:");
    // In another working tree of the same repository, `.git` is a file.
    let other = repository.dir.path().join("other");
    repository.git(&["worktree", "add", "-q", &other.display().to_string(), "-b", "other"]);
    fs::write(other.join("deep/x/clusters/a.yaml"), spec("{claim: c}", 2)).unwrap();
    let mut there = repository.command(&["check", "--against", "main", "."]);
    there.current_dir(&other);
    finish(there).says(1, RAISED);
}

#[test]
fn manifests_without_a_spec_are_compared_too() {
    let manifest = |replicas: u8| {
        format!(
            "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {{name: cluster}}\nspec: {{managementState: Managed, replicas: {replicas}, rolloutStrategy: Recreate, storage: {{pvc: {{claim: c}}}}}}\n"
        )
    };
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: openshift-image-registry}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
    let repository = Repository::of(&[("m/a/all.yaml", &(manifest(1) + claim)), ("m/b/all.yaml", &manifest(1))]);
    repository.write("m/a/all.yaml", &manifest(2));
    let run = repository.check(&["--against", "main", "m"]);
    run.says(1, RAISED).says(1, "error[RC0610]: the claim `c` is rendered no more");
    assert!(!run.stdout.contains("m/b"), "{run:#?}");
    // The same from a directory, for what comes on standard input.
    let old = repository.dir.path().join("old");
    fs::create_dir(&old).unwrap();
    fs::write(old.join("live.yaml"), manifest(1) + claim).unwrap();
    let mut piped = repository.command(&["check", "--against", &old.display().to_string(), "-"]);
    let mut child = piped.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(manifest(2).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains(RAISED), "{output:?}");
    repository.check(&["--against", "main", "-"]).warns(2, "standard input has no older state in a revision");
}

#[test]
fn a_directory_is_taken_before_a_revision_of_its_name() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.git(&["branch", "old"]);
    repository.write("a.yaml", &two("a"));
    repository.check(&["--against", "old", "a.yaml"]).says(1, RAISED);
    repository.write("old/a.yaml", &two("a"));
    repository.check(&["--against", "old", "a.yaml"]).is_silent();
    repository.check(&["--against", "refs/heads/old", "a.yaml"]).says(1, RAISED);
    fs::write(repository.root().join("old/a.yaml"), "a: b\n").unwrap();
    repository.check(&["--against", "old", "a.yaml"]).warns(2, "`old` holds no manifest to compare with");
}

#[test]
fn secrets_are_not_asked_for_as_of_a_revision() {
    let spec = |replicas: u8| {
        format!(
            "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: a}}\nspec:\n  openshift: \"4.16\"\n  platform: aws-upi\n  registry: {{replicas: {replicas}}}\n  storage:\n    s3: {{bucket: b{replicas}, region: r}}\n    credentials: {{accessKey: {{valueFrom: {{file: key.txt}}}}, secretKey: {{valueFrom: {{env: REGCFG_SECRET_X}}}}}}\n"
        )
    };
    let repository = Repository::of(&[("a.yaml", &spec(1)), (".gitignore", "key.txt\n")]);
    repository.write("a.yaml", &spec(2));
    repository.write("key.txt", "hunter2");
    let run = repository.check(&["--against", "main", "a.yaml"]);
    run.says(0, "warning[RC0604]: `bucket` is not `b1` any more");
    assert!(!run.stdout.contains("RC0628") && !run.stdout.contains("hunter2"), "{run:#?}");
}

#[test]
fn a_rendered_directory_within_the_project_is_old_and_not_new() {
    let repository = Repository::of(&[("a.yaml", &one("a")), ("b.yaml", &one("b"))]);
    let mut render = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    render.args(["render", "-o", "rendered", "a.yaml", "b.yaml"]).current_dir(repository.root());
    assert!(render.status().unwrap().success());
    repository.check(&["--against", "rendered", "."]).is_silent();
    repository.write("a.yaml", &two("a"));
    fs::remove_file(repository.root().join("b.yaml")).unwrap();
    let run = repository.check(&["--against", "rendered", "."]);
    assert_eq!(run.stdout.matches(RAISED).count(), 1, "{run:#?}");
    run.says(1, "the claim's access modes: rendered/a/").says(1, "info[RC0629]: `b` is in `rendered` and no more here");
}

#[test]
fn what_is_no_revision_is_refused_with_what_to_do() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.git(&["tag", "blob", "HEAD:a.yaml"]);
    for (name, said) in [
        ("nowhere", "run `git fetch origin nowhere`"),
        ("origin/main", "run `git fetch origin main`"),
        ("HEAD~7", "name a branch, a tag or a commit of this clone"),
        ("blob", "neither a directory nor a commit"),
        ("../elsewhere", "there is no directory `../elsewhere`"),
        ("./old", "there is no directory `./old`"),
        ("", "a value is required"),
        ("a\nb", "neither a directory nor a revision"),
    ] {
        for command in COMMANDS {
            let run = repository.run(command, &[&format!("--against={name}"), "a.yaml"]);
            assert!(!run.warns(2, said).stdout.contains("a.yaml"), "{run:?}");
        }
    }
    // What else is wrong is told all the same.
    repository.write("a.yaml", &two("a").replace("vsphere", "nowhere"));
    for command in COMMANDS {
        repository.run(command, &["--against=nowhere", "a.yaml"]).tells(2, "error[RC0202]");
    }
}

#[test]
fn links_are_followed_within_the_project_and_nowhere_else() {
    let repository = Repository::of(&[
        ("shared/one.yaml", &one("a")),
        ("project/regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\n"),
    ]);
    repository.write("project/files/one.yaml", &one("a"));
    for (name, target) in [
        ("in", "files/one.yaml"),
        ("out", "../shared/one.yaml"),
        ("loop", "loop.yaml"),
        ("abs", "/etc/hosts"),
        ("git", ".git/config"),
    ] {
        symlink(target, repository.root().join(format!("project/{name}.yaml"))).unwrap();
    }
    symlink("files", repository.root().join("project/linked")).unwrap();
    repository.commit(&[]);
    let now = |name: &str| {
        let path = repository.root().join(format!("project/{name}"));
        let _is_link = fs::remove_file(&path);
        // No two clusters of a project have one name.
        repository.write(&format!("project/{name}"), &two(&name.replace(".yaml", "").replace('/', "-")));
        repository.check(&["--against", "main", &format!("project/{name}")])
    };
    now("in.yaml").says(1, RAISED).says(1, "main:project/in.yaml:8:51");
    for (name, why) in [
        ("out", "it leads out of the project"),
        ("loop", "there are too many links on the way"),
        ("abs", "it leads out of the project"),
        ("git", "it leads into `.git`"),
    ] {
        now(&format!("{name}.yaml")).says(0, "warning[RC0628]").says(0, why);
    }
    let path = repository.root().join("project/linked");
    fs::remove_file(&path).unwrap();
    now("linked/one.yaml").says(1, RAISED);
}

#[test]
fn without_git_or_a_repository_there_is_an_answer_all_the_same() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    let each = |said: &str, change: &dyn Fn(&mut Command)| {
        for command in COMMANDS {
            let mut command = repository.command(&[command, "--against", "main", "a.yaml"]);
            change(&mut command);
            finish(command).warns(2, said);
        }
    };
    each("`git` is not on the `PATH`", &|command| _ = command.env_remove("PATH"));
    let elsewhere = repository.dir.path().join("elsewhere");
    fs::rename(repository.root().join(".git"), &elsewhere).unwrap();
    // What the environment calls the repository is none that the project lies in.
    for name in ["GIT_COMMON_DIR", "GIT_DIR"] {
        each("there is no Git repository around", &|command| _ = command.env(name, &elsewhere));
    }
    fs::create_dir(repository.root().join(".git")).unwrap();
    each("is no Git repository", &|_| {});
}
