//! The sidecar as Argo CD runs it (cmpserver/plugin/plugin.go), without Argo CD.
//!
//! A copy of the repository below a directory of its own, files 0644 and directories 0755, which the process cannot
//! write: another user where the test is root's, and no right to write where it is not. The environment holds a `PATH`
//! and what Argo CD sends, so neither `HOME` nor a locale; standard input gives nothing; the current directory is the
//! Application's; the process leads a group of its own, which gets SIGTERM at the deadline and SIGKILL five seconds
//! later. Standard output is read as Argo CD reads it.

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value as Json;
use tempfile::TempDir;

/// How long a command may take: Argo CD's own default, 60 seconds, less 100 milliseconds.
const DEADLINE: Duration = Duration::from_millis(59_900);

/// How long a command may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// The user that the sidecar's image names.
pub(crate) const USER: u32 = 999;

/// A repository in a sidecar.
pub(crate) struct Sidecar {
    // Before the directory, so that what cannot be written is made removable first.
    unlock: Unlock,
    root: TempDir,
    env: Vec<(String, String)>,
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: ExitStatus,
}

impl Sidecar {
    /// Makes a sidecar with a copy of a directory of this repository.
    pub(crate) fn with_copy_of(dir: &str) -> Self {
        let sidecar = Self::new();
        copy(&repository().join(dir), &sidecar.repository());
        sidecar
    }

    /// Makes a sidecar with files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let sidecar = Self::new();
        for (path, text) in files {
            sidecar.write(path, text);
        }
        sidecar
    }

    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        // Argo CD unpacks each request into a directory of a random name.
        let unpacked = root.path().join("_cmp_server/0b0c5f5e-6d4b-4a34-9a0c-2f3f3ac4b1f3");
        fs::create_dir_all(&unpacked).expect("a directory");
        fs::create_dir(root.path().join("bin")).expect("a directory");
        install(&root.path().join("bin/regcfg"));
        Self { unlock: Unlock(unpacked), root, env: Vec::new() }
    }

    /// Writes a file of the repository.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.repository().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Makes a directory of the repository that nobody can list.
    pub(crate) fn close(&self, dir: &str) {
        fs::create_dir_all(self.repository().join(dir)).expect("a directory");
        self.protect();
        fs::set_permissions(self.repository().join(dir), Permissions::from_mode(0o000)).expect("permissions");
    }

    /// Sets a variable that Argo CD sends.
    pub(crate) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Where the repository is.
    pub(crate) fn repository(&self) -> PathBuf {
        self.unlock.0.clone()
    }

    /// The name of the command's directory of programs.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().join("bin")
    }

    /// Runs a command in a directory of the repository.
    pub(crate) fn run(&self, words: &[&str], dir: &str) -> Run {
        self.finish(self.command(words, dir))
    }

    /// Returns a command as the sidecar starts it.
    pub(crate) fn command(&self, words: &[&str], dir: &str) -> Command {
        let (program, args) = words.split_first().expect("a command");
        let mut command = Command::new(program);
        command.args(args).current_dir(self.repository().join(dir)).env_clear().env("PATH", self.path());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        if is_root() {
            command.uid(USER).gid(USER);
        }
        command
    }

    /// Runs a command to its end, or ends it at the deadline.
    pub(crate) fn finish(&self, mut command: Command) -> Run {
        self.protect();
        let mut child = command.spawn().expect("the command starts");
        let (out, err) = (child.stdout.take(), child.stderr.take());
        thread::scope(|scope| {
            let stdout = scope.spawn(|| read(out));
            let stderr = scope.spawn(|| read(err));
            let status = wait(&mut child, DEADLINE);
            let joined = |stream: thread::ScopedJoinHandle<'_, String>| stream.join().expect("a stream is read");
            Run { stdout: joined(stdout), stderr: joined(stderr), status }
        })
    }

    /// Lets every user read the tree, and the process write nothing of it.
    fn protect(&self) {
        let (dirs, files) = if is_root() { (0o755, 0o644) } else { (0o555, 0o444) };
        let set =
            |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
        set(self.root.path(), 0o755);
        for path in below(&self.root.path().join("_cmp_server")) {
            let is_open = fs::metadata(&path).is_ok_and(|found| found.permissions().mode() & 0o777 != 0);
            if is_open && !path.is_symlink() {
                set(&path, if path.is_dir() { dirs } else { files });
            }
        }
    }
}

/// Puts the built binary where every user can run it.
fn install(path: &Path) {
    let built = Path::new(env!("CARGO_BIN_EXE_regcfg"));
    let installed = if is_root() {
        // Not a link to a path that only root may walk.
        fs::hard_link(built, path).or_else(|_| fs::copy(built, path).map(|_| ()))
    } else {
        std::os::unix::fs::symlink(built, path)
    };
    installed.expect("the binary can be installed");
}

/// Gives its owner back a tree that a test has closed, so that it can be removed.
struct Unlock(PathBuf);

impl Drop for Unlock {
    fn drop(&mut self) {
        for path in below(&self.0) {
            let _gone = fs::set_permissions(&path, Permissions::from_mode(0o755));
        }
    }
}

impl Run {
    /// Tells whether discovery takes the answer for "mine": exit 0, and output after one line break is cut.
    pub(crate) fn is_match(&self) -> bool {
        assert_eq!(self.status.code(), Some(0), "an error ends the search for a plugin: {self:?}");
        assert_eq!(self.stderr, "", "{self:?}");
        let said = self.stdout.strip_suffix('\n').unwrap_or(&self.stdout);
        !said.is_empty()
    }

    /// Returns the objects, as the server and then the repo-server take them apart.
    #[track_caller]
    pub(crate) fn objects(&self) -> Vec<Json> {
        assert_eq!(self.status.code(), Some(0), "{}", self.stderr);
        let documents: Vec<Json> = serde_yaml::from_multiple(&self.stdout).expect("standard output is YAML");
        assert!(!documents.is_empty(), "an empty answer prunes everything");
        let mut keys = Vec::new();
        for document in &documents {
            let object = document.as_object().unwrap_or_else(|| panic!("not an object: {document}"));
            let text = |value: &Json| value.as_str().map(str::to_owned).unwrap_or_default();
            let metadata = &object["metadata"];
            keys.push([&object["apiVersion"], &object["kind"], &metadata["name"], &metadata["namespace"]].map(text));
            for field in ["labels", "annotations"] {
                let values = metadata[field].as_object().into_iter().flatten();
                assert!(values.clone().all(|(_, value)| value.is_string()), "{field} that are not strings: {document}");
                let reserved = |key: &str| key == "app.kubernetes.io/instance" || key.ends_with("/tracking-id");
                assert!(values.clone().all(|(key, _)| !reserved(key)), "a key of Argo CD's own: {document}");
            }
        }
        assert!(keys.iter().all(|[version, kind, name, _]| ![version, kind, name].iter().any(|text| text.is_empty())));
        let n_objects = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), n_objects, "the last of two wins without a word");
        documents
    }

    /// Checks that nothing was rendered, and that whoever reads the Application's condition is told why.
    #[track_caller]
    pub(crate) fn assert_refused(&self, why: &str) {
        assert_ne!(self.status.code(), Some(0), "{self:?}");
        assert_eq!(self.stdout, "");
        assert!(self.stderr.contains(why), "expected `{why}` in: {}", self.stderr);
    }
}

/// Waits for a child; at the deadline ends its group as Argo CD does.
pub(crate) fn wait(child: &mut Child, deadline: Duration) -> ExitStatus {
    if let Some(status) = wait_for(child, deadline) {
        return status;
    }
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process has a number");
    kill_process_group(group, Signal::TERM).expect("the group is there");
    let ended = wait_for(child, GRACE);
    if ended.is_none() {
        kill_process_group(group, Signal::KILL).expect("the group is there");
        child.wait().expect("a killed child ends");
    }
    ended.expect("SIGTERM ends the process")
}

fn wait_for(child: &mut Child, time: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < time {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    None
}

/// Returns the signal that ended a process.
pub(crate) fn signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Returns the words of a command of `examples/argocd/plugin.yaml`, by its path.
pub(crate) fn plugin_command(path: &str) -> Vec<&'static str> {
    let words = example("plugin.yaml").pointer(path).and_then(Json::as_array).expect("a command of the plugin");
    words.iter().filter_map(Json::as_str).collect()
}

/// Returns the one document of a file of `examples/argocd/`.
pub(crate) fn example(file: &'static str) -> &'static Json {
    static EXAMPLES: OnceLock<[(&str, Json); 2]> = OnceLock::new();
    let read = |file: &'static str| {
        let text = fs::read_to_string(repository().join("examples/argocd").join(file)).expect("the example");
        (file, serde_yaml::from_str(&text).expect("one document"))
    };
    let examples = EXAMPLES.get_or_init(|| ["plugin.yaml", "application.yaml"].map(read));
    &examples.iter().find(|(name, _)| *name == file).expect("an example").1
}

/// Returns the JSON that Argo CD makes of an Application's parameters.
pub(crate) fn parameters(application: &Json) -> String {
    application.pointer("/spec/source/plugin/parameters").map_or_else(|| "null".into(), Json::to_string)
}

pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn read(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    stream.expect("a pipe").read_to_end(&mut bytes).expect("a pipe can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("a directory");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a file");
        }
    }
}

/// Returns a directory and all that is below it, the directory first.
fn below(dir: &Path) -> Vec<PathBuf> {
    let mut paths = vec![dir.to_path_buf()];
    let mut at = 0;
    while let Some(path) = paths.get(at).cloned() {
        at += 1;
        if path.is_dir() && !path.is_symlink() {
            paths.extend(fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()));
        }
    }
    paths
}
