//! `regcfg check --against` and `regcfg diff --against` with the real `git`: what is compared, what is refused, and that nothing
//! of a repository runs.

#![expect(clippy::disallowed_methods, reason = "tests write the disk, where the library may not")]
#![expect(clippy::unwrap_used, reason = "what a test cannot prepare, it fails on")]

#[path = "against/differences.rs"]
mod differences;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

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

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.arg("check").args(args).current_dir(self.root()).stdin(Stdio::null());
        command.env_clear().env("PATH", path()).env("HOME", self.home());
        command
    }

    /// Runs `regcfg diff` with arguments in the repository.
    fn diff(&self, args: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.arg("diff").args(args).current_dir(self.root()).stdin(Stdio::null());
        command.env_clear().env("PATH", path()).env("HOME", self.home());
        finish(command)
    }

    /// Runs `regcfg check` with arguments in the repository.
    fn check(&self, args: &[&str]) -> Run {
        finish(self.command(args))
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
    let mut below = repository.command(&["--against", "main", "a.yaml", "--format", "json"]);
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
    let mut there = repository.command(&["--against", "main", "."]);
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
    let mut piped = repository.command(&["--against", &old.display().to_string(), "-"]);
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
        let run = repository.check(&[&format!("--against={name}"), "a.yaml"]);
        run.warns(2, said).says(2, "");
    }
    // What else is wrong is told all the same.
    repository.write("a.yaml", &two("a").replace("vsphere", "nowhere"));
    repository.check(&["--against=nowhere", "a.yaml"]).says(2, "error[RC0202]");
}

#[test]
fn a_revision_that_looks_like_an_option_is_none() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    let file = repository.canary();
    for name in ["--all", "-h", &format!("--output={}", file.display()), "--git-dir", "-", "--"] {
        let run = repository.check(&[&format!("--against={name}"), "a.yaml"]);
        run.warns(2, "is neither a directory nor a revision");
    }
    assert!(!file.exists());
}

#[test]
fn a_shallow_clone_says_how_to_have_more() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.git(&["branch", "release"]);
    repository.commit(&[("a.yaml", &two("a"))]);
    let clone = repository.clone_with(&["--depth=1", "--single-branch"], &[("a.yaml", &two("a"))]);
    clone.check(&["--against", "HEAD", "a.yaml"]).is_silent();
    clone.check(&["--against", "HEAD~1", "a.yaml"]).warns(2, "this clone is shallow: run `git fetch --deepen=100`");
    let run = clone.check(&["--against", "origin/release", "a.yaml"]);
    run.warns(2, "run `git fetch --depth=1 origin release`, and compare with `FETCH_HEAD`");
    clone.git(&["fetch", "-q", "--depth=1", "origin", "release"]);
    clone.check(&["--against", "FETCH_HEAD", "a.yaml"]).says(1, RAISED);
}

#[test]
fn a_partial_clone_fetches_nothing_and_says_how_to_have_all() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let clone = repository.clone_with(&[filter], &[("a.yaml", &two("a"))]);
        let run = clone.check(&["--against", "main", "a.yaml"]);
        let said = run.stdout.clone() + &run.stderr;
        assert!(said.contains("run `git fetch --refetch --no-filter`"), "{run:#?}");
        assert!(!said.contains(RAISED), "{run:#?}");
        clone.git(&["fetch", "-q", "--refetch", "--no-filter"]);
        clone.check(&["--against", "main", "a.yaml"]).says(1, RAISED);
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
fn what_is_not_in_the_repository_itself_is_told() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0000000000000000000000000000000000000000000000000000000000000000\nsize 12\n";
    let repository = Repository::of(&[("lfs.yaml", pointer), ("big.yaml", &format!("# {}\n", "x".repeat(17 << 20)))]);
    let inner = Repository::of(&[("a.yaml", &one("a"))]);
    repository.git(&["submodule", "--quiet", "add", &format!("file://{}", inner.root().display()), "sub"]);
    repository.commit(&[]);
    repository.write("lfs.yaml", &two("lfs"));
    repository.check(&["--against", "main", "lfs.yaml"]).says(0, "it is a pointer of Git LFS");
    repository.write("big.yaml", &two("big"));
    repository.check(&["--against", "main", "big.yaml"]).says(0, "it is larger than 16 MiB");
    // Files after one that is not read to its end are.
    let run = repository.check(&["--against", "main", "."]);
    run.says(0, "pointer of Git LFS").says(0, "larger than 16 MiB");
    // A submodule that became a directory.
    repository.git(&["rm", "-q", "-f", "--cached", "sub"]);
    fs::remove_dir_all(repository.root().join("sub")).unwrap();
    repository.write("sub/a.yaml", &two("b"));
    repository.check(&["--against", "main", "sub/a.yaml"]).says(0, "it is in a submodule");
}

#[test]
fn without_git_or_a_repository_there_is_an_answer_all_the_same() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    let mut without = repository.command(&["--against", "main", "a.yaml"]);
    without.env_remove("PATH");
    finish(without).warns(2, "`git` is not on the `PATH`");
    fs::remove_dir_all(repository.root().join(".git")).unwrap();
    repository.check(&["--against", "main", "a.yaml"]).warns(2, "there is no Git repository around");
    fs::create_dir(repository.root().join(".git")).unwrap();
    repository.check(&["--against", "main", "a.yaml"]).warns(2, "is no Git repository");
}

#[test]
fn a_repository_of_another_user_is_read_where_the_user_trusts_it() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.write("a.yaml", &two("a"));
    let give = |path: &Path| std::os::unix::fs::chown(path, Some(54_321), None);
    if give(&repository.root()).and_then(|()| give(&repository.root().join(".git"))).is_err() {
        // Only root can give a directory away; the wording of the refusal is proven where tests run as root.
        return;
    }
    let run = repository.check(&["--against", "main", "a.yaml"]);
    run.warns(2, "belongs to another user").warns(2, "git config --global --add safe.directory /");
    let config = format!(
        "[safe]\n\tdirectory = {}\n[core]\n\tfsmonitor = touch {}\n",
        repository.root().display(),
        repository.canary().display()
    );
    fs::write(repository.home().join(".gitconfig"), config).unwrap();
    repository.check(&["--against", "main", "a.yaml"]).says(1, RAISED);
    assert!(!repository.canary().exists());
}

#[test]
fn git_sees_no_variable_that_may_hold_a_secret() {
    const MARKER: &str = "S3ntinel-0f-A-Secret";
    const SECRETS: [&str; 10] = [
        "REGCFG_SECRET_ACCESS_KEY",
        "REGCFG_SECRET_",
        "SOPS_AGE_KEY",
        "SOPS_AGE_KEY_FILE",
        "SOPS_AGE_KEY_CMD",
        "SOPS_AGE_SSH_PRIVATE_KEY_FILE",
        "AWS_SECRET_ACCESS_KEY",
        "VAULT_TOKEN",
        "KUBECONFIG",
        "OF_ANY_OTHER_NAME",
    ];
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.write("a.yaml", &two("a"));
    // The real git behind one that writes down all that it is given, and what its own children would inherit.
    let real = std::env::split_paths(&path()).map(|dir| dir.join("git")).find(|git| git.is_file()).unwrap();
    let bin = repository.dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let seen = repository.canary();
    let script = format!(
        "#!/bin/sh\n{{ echo \"called: $*\"; env; tr '\\0' '\\n' < /proc/self/environ; }} >> {}\nexec {} \"$@\"\n",
        seen.display(),
        real.display()
    );
    fs::write(bin.join("git"), script).unwrap();
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = repository.command(&["--against", "main", "a.yaml"]);
    for name in SECRETS {
        command.env(name, MARKER);
    }
    command.env("PATH", format!("{}:{}", bin.display(), path()));
    finish(command).says(1, RAISED);
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.matches("called: ").count() > 1, "git was not asked: {seen}");
    assert!(seen.contains("\nGIT_CONFIG_GLOBAL=/dev/null\n"), "what git is given is not written down: {seen}");
    for hidden in SECRETS.into_iter().chain([MARKER]) {
        assert!(!seen.contains(hidden), "{hidden} is seen:\n{seen}");
    }
}

#[test]
fn nothing_that_a_repository_or_the_environment_configures_is_run() {
    let repository =
        Repository::of(&[("a.yaml", &one("a")), (".gitattributes", "* filter=evil diff=evil merge=evil\n")]);
    repository.write("a.yaml", &two("a"));
    let evil = repository.dir.path().join("evil.sh");
    fs::write(&evil, format!("#!/bin/sh\necho \"$0 $*\" >> {}\nexit 1\n", repository.canary().display())).unwrap();
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).unwrap();
    let evil = evil.display().to_string();
    poison(&repository, &evil);

    // What is planted does act, or the rest would prove nothing.
    let mut status = Command::new("git");
    status.args(["status"]).current_dir(repository.root()).env("HOME", repository.home());
    status.output().unwrap();
    assert!(repository.canary().exists(), "the monitor was not run");
    fs::remove_file(repository.canary()).unwrap();

    let mut command = repository.command(&["--against", "main", "a.yaml"]);
    // A program of the project's own that is called `git`, where a careless `PATH` looks first.
    symlink(&evil, repository.root().join("git")).unwrap();
    command.env("PATH", format!(".::{}", path()));
    for name in [
        "GIT_EXTERNAL_DIFF",
        "GIT_SSH_COMMAND",
        "GIT_SSH",
        "GIT_PAGER",
        "GIT_ASKPASS",
        "GIT_EDITOR",
        "GIT_PROXY_COMMAND",
    ] {
        command.env(name, &evil);
    }
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "core.fsmonitor").env("GIT_CONFIG_VALUE_0", &evil);
    command.env("GIT_DIR", "/nowhere").env("GIT_WORK_TREE", "/nowhere").env("GIT_EXEC_PATH", "/nowhere");
    command.env("GIT_TRACE", repository.canary()).env("GIT_TRACE2", repository.canary());
    finish(command).says(1, RAISED);

    // Nor where an object is missing that a remote promises.
    let blob = repository.git(&["-c", "core.fsmonitor=false", "rev-parse", "main:a.yaml"]);
    let object = repository.root().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(object).unwrap();
    let url = format!("ext::{evil}");
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", &url),
        ("remote.origin.promisor", "true"),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
    ] {
        repository.git(&["-c", "core.fsmonitor=false", "config", key, value]);
    }
    let _made_by_preparing = fs::remove_file(repository.canary());
    repository.check(&["--against", "main", "a.yaml"]).says(0, "warning[RC0628]");
    let seen = fs::read_to_string(repository.canary()).unwrap_or_default();
    assert!(seen.is_empty(), "run: {seen}");
}

/// Plants a program wherever a repository's own files can name one.
fn poison(repository: &Repository, evil: &str) {
    let git = repository.root().join(".git");
    for hook in ["post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        fs::create_dir_all(git.join("hooks")).unwrap();
        symlink(evil, git.join("hooks").join(hook)).unwrap();
    }
    fs::write(git.join("more"), format!("[core]\n\teditor = {evil}\n\tpager = {evil}\n")).unwrap();
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.gitProxy",
        "core.askPass",
        "core.alternateRefsCommand",
        "credential.helper",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "merge.evil.driver",
        "pager.cat-file",
        "pager.ls-tree",
        "pager.rev-parse",
        "gpg.program",
        "uploadpack.packObjectsHook",
    ] {
        repository.git(&["-c", "core.fsmonitor=false", "config", key, evil]);
    }
    for alias in ["cat-file", "ls-tree", "rev-parse", "config"] {
        repository.git(&["-c", "core.fsmonitor=false", "config", &format!("alias.{alias}"), &format!("!{evil}")]);
    }
    repository.git(&["-c", "core.fsmonitor=false", "config", "include.path", "more"]);
    repository.git(&["-c", "core.fsmonitor=false", "config", "filter.evil.required", "true"]);
    fs::write(repository.home().join(".gitconfig"), format!("[core]\n\tfsmonitor = {evil}\n\tpager = {evil}\n"))
        .unwrap();
}
