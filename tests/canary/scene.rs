//! A project in which every place that can hold a secret holds one with a marker, and a run that is watched: what it
//! prints, what it writes, and what it asks of other programs.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regcfg::diag::Findings;
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Node, Source, SourceKind};
use tempfile::TempDir;

use crate::programs::Programs;
use crate::search::{Marker, Seen};

/// A project with markers, in a directory of its own.
pub(crate) struct Scene {
    dir: TempDir,
    markers: Vec<Marker>,
    env: Vec<(&'static str, String)>,
    n_runs: AtomicUsize,
}

/// What a run did.
pub(crate) struct Watched {
    args: Vec<String>,
    pub(crate) exit: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Files that are new or other than before, by path.
    files: BTreeMap<String, Vec<u8>>,
    /// What other programs were asked, and what of the environment they saw.
    asked: Vec<u8>,
}

/// A marker that came out.
#[derive(Debug)]
#[expect(dead_code, reason = "a failing test shows it")]
pub(crate) struct Leak {
    pub(crate) source: &'static str,
    pub(crate) form: &'static str,
    pub(crate) place: String,
    pub(crate) args: Vec<String>,
    pub(crate) around: String,
}

const SOURCES: [&str; 20] = [
    "env",
    "env-two",
    "auth",
    "docker-config-value",
    "account-key",
    "environment",
    "file",
    "tls-key",
    "data",
    "string-data",
    "docker-config",
    "secret-tls-key",
    "http-secret",
    "observed-http-secret",
    "proxy",
    "last-applied",
    "route-key",
    "custom-password",
    "sops",
    "sealed",
];

/// How long the value from the file is: a number that nothing else prints.
pub(crate) const LENGTH: usize = 7919;

impl Scene {
    /// Makes a scene without files or variables.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let markers = SOURCES.map(Marker::new).into();
        let scene = Self { dir, markers, env: Vec::new(), n_runs: AtomicUsize::new(0) };
        for dir in ["home", "bin", "cwd"] {
            fs::create_dir(scene.dir.path().join(dir)).unwrap();
        }
        scene.install_git();
        scene
    }

    /// Makes the project.
    pub(crate) fn new() -> Self {
        let mut scene = Self::empty();
        scene.write_files();
        let word = |source: &str| scene.marker(source).word.clone();
        scene.env = vec![
            ("REGCFG_SECRET_A", word("env")),
            ("REGCFG_SECRET_B", word("env-two")),
            ("REGCFG_SECRET_ACCOUNT", STANDARD.encode(word("account-key"))),
            ("REGCFG_SECRET_AUTH", STANDARD.encode(format!("robot:{}", word("auth")))),
            ("REGCFG_SECRET_CONFIG", whole_config(&word("docker-config-value"))),
            ("REGCFG_SECRET_UNUSED", word("environment")),
            ("AWS_SECRET_ACCESS_KEY", word("environment")),
            ("HTTPS_PROXY", format!("http://u:{}@proxy.example.com", word("environment"))),
        ];
        scene
    }

    /// Looks for a secret that a marker cannot stand in for, too.
    pub(crate) fn mark(&mut self, source: &'static str, word: String) {
        self.markers.push(Marker::of_word(source, word));
    }

    pub(crate) fn marker(&self, source: &str) -> &Marker {
        self.markers.iter().find(|marker| marker.source == source).unwrap()
    }

    /// Returns the directory that runs stand in.
    pub(crate) fn cwd(&self) -> PathBuf {
        self.dir.path().join("cwd")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.cwd().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.cwd().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes each file of `tests/canary/scene/` with its markers: `@data@` is the word of the source `data`, `@data:base64@`
    /// its base64.
    fn write_files(&mut self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/canary/scene");
        for path in files_below(&root) {
            let text = fs::read_to_string(root.join(&path)).unwrap();
            self.write(&path, self.filled(&text));
        }
        let key = format!("{}{}", self.marker("file").word, "x".repeat(LENGTH - 24));
        self.write("secrets/key.json", &key);
        let at = self.markers.iter().position(|marker| marker.source == "file").unwrap();
        let marker = self.markers.remove(at);
        self.markers.push(marker.of_value(&key));
    }

    /// Puts the words of sources into a text.
    pub(crate) fn filled(&self, text: &str) -> String {
        self.markers.iter().fold(text.to_owned(), |text, marker| {
            text.replace(&format!("@{}@", marker.source), &marker.word)
                .replace(&format!("@{}:base64@", marker.source), &STANDARD.encode(&marker.word))
        })
    }

    /// Encrypts with the real programs what only they can write; none, saying so, where they cannot be had.
    pub(crate) fn with_programs(self) -> Option<Self> {
        let programs = Programs::find()?;
        let keygen = programs.command("age-keygen", &self.home()).output().unwrap();
        let identity = String::from_utf8(keygen.stdout).unwrap();
        let recipient = identity.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned();
        self.write("keys/age.txt", &identity);
        fs::write(self.home().join("age.txt"), &identity).unwrap();
        let mut scene = self;
        let secret = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap().to_owned();
        // The identity is a secret like any other; its beginning is known to all.
        scene.markers.push(Marker::of_word("age-identity", secret["AGE-SECRET-KEY-".len()..].to_owned()));
        scene.env.push(("SOPS_AGE_KEY", secret));
        for (plain, encrypted) in
            [("sops/plain.yaml", "sops/creds.enc.yaml"), ("sops/secret.yaml", "sops/secret.enc.yaml")]
        {
            let mut sops = programs.command("sops", &scene.home());
            sops.args(["encrypt", "--age", &recipient, "--output", encrypted, plain]).current_dir(scene.cwd());
            let done = sops.output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            fs::remove_file(scene.cwd().join(plain)).unwrap();
        }
        let mut openssl = Command::new("openssl");
        openssl.args(
            "req -x509 -newkey rsa:2048 -nodes -subj /CN=sealed -days 3650 -keyout sealing.key -out sealing.crt"
                .split(' '),
        );
        if openssl.current_dir(scene.home()).output().is_ok_and(|done| done.status.success()) {
            let mut kubeseal = programs.command("kubeseal", &scene.home());
            kubeseal.args(["--cert"]).arg(scene.home().join("sealing.crt")).args(["--format", "yaml"]);
            kubeseal.stdin(File::open(scene.cwd().join("sealed/plain.yaml")).unwrap());
            let done = kubeseal.output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            scene.write("sealed/creds.sealed.yaml", done.stdout);
            fs::remove_file(scene.cwd().join("sealed/plain.yaml")).unwrap();
        } else {
            println!("skipped: no openssl, so nothing is sealed");
        }
        Some(scene)
    }

    /// Puts a `git` on the path that writes down what it is asked, and then is the real one.
    fn install_git(&self) {
        let git = self.dir.path().join("bin/git");
        let log = self.dir.path().join("asked").display().to_string();
        let script = format!(
            "#!/bin/sh\n{{ printf '%s\\n' \"$0\" \"$@\"; /usr/bin/env; }} >> {log}\nPATH=/usr/local/bin:/usr/bin:/bin exec git \"$@\"\n"
        );
        fs::write(&git, script).unwrap();
        fs::set_permissions(&git, Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the real `git` on the project.
    pub(crate) fn git(&self, args: &[&str]) {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]).args(args);
        git.env_clear().env("HOME", self.home()).env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir(self.cwd());
        let done = git.output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Returns the binary with all secrets in its environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.args(args).env_clear().env("HOME", self.home()).current_dir(self.cwd()).stdin(Stdio::null());
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.dir.path().join("bin").display()));
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary.
    pub(crate) fn run(&self, args: &[&str]) -> Watched {
        self.watch(self.command(args), args, b"")
    }

    /// Runs a command, and looks at all that it did.
    pub(crate) fn watch(&self, mut command: Command, args: &[&str], stdin: &[u8]) -> Watched {
        self.n_runs.fetch_add(1, Ordering::Relaxed);
        let before = files_with_bytes(&self.cwd());
        let asked = self.dir.path().join("asked");
        let _none_yet = fs::remove_file(&asked);
        let [out, err] = ["stdout", "stderr"].map(|name| self.dir.path().join(name));
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap()).stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that reads nothing may have ended already.
        let _unread = child.stdin.take().unwrap().write_all(stdin);
        let exit = child.wait().unwrap().code();
        let mut files = files_with_bytes(&self.cwd());
        files.retain(|path, bytes| before.get(path) != Some(bytes));
        Watched {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            exit,
            stdout: fs::read(out).unwrap(),
            stderr: fs::read(err).unwrap(),
            files,
            asked: fs::read(asked).unwrap_or_default(),
        }
    }

    /// Runs the binary, and wants no marker to come out.
    #[track_caller]
    pub(crate) fn run_in_silence(&self, args: &[&str]) -> Watched {
        let watched = self.run(args);
        watched.wants_silence(self);
        watched
    }

    pub(crate) fn n_runs(&self) -> usize {
        self.n_runs.load(Ordering::Relaxed)
    }
}

impl Watched {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Returns what came out that may not.
    pub(crate) fn leaks(&self, scene: &Scene) -> Vec<Leak> {
        let reveals =
            self.args.iter().any(|arg| arg == "--reveal-secrets") && !self.args.contains(&"--explain".to_owned());
        let revealed = |bytes: &[u8]| if reveals { without_data_of_secrets(bytes) } else { bytes.to_vec() };
        let streams = [
            ("standard output".to_owned(), revealed(&self.stdout)),
            ("standard error".to_owned(), self.stderr.clone()),
            ("what git was asked".to_owned(), self.asked.clone()),
        ];
        let files = self.files.iter().map(|(path, bytes)| (path.clone(), revealed(bytes)));
        let names = self.files.keys().map(|path| (format!("{path}: its name"), path.clone().into_bytes()));
        let mut leaks = Vec::new();
        for (place, bytes) in streams.into_iter().chain(files).chain(names).filter(|(_, bytes)| !bytes.is_empty()) {
            let seen = Seen::new(&bytes);
            for marker in &scene.markers {
                let Some(form) = marker.found_in(&seen) else { continue };
                let text = String::from_utf8_lossy(&bytes);
                let begin = &marker.word[..10];
                let line = text
                    .lines()
                    .find(|line| line.contains(begin) || line.to_lowercase().contains(&begin.to_lowercase()));
                let around = line.unwrap_or_default().chars().take(300).collect();
                leaks.push(Leak { source: marker.source, form, place: place.clone(), args: self.args.clone(), around });
            }
            // Nothing says how long the value of the file is, nor its base64.
            let text = String::from_utf8_lossy(&bytes);
            let numbers: Vec<&str> = text.split(|char: char| !char.is_ascii_digit()).collect();
            for length in [LENGTH, LENGTH.div_ceil(3) * 4] {
                if numbers.contains(&&*length.to_string()) {
                    let (form, around) = ("its length", length.to_string());
                    leaks.push(Leak { source: "file", form, place: place.clone(), args: self.args.clone(), around });
                }
            }
        }
        leaks
    }

    #[track_caller]
    pub(crate) fn wants_silence(&self, scene: &Scene) {
        let leaks = self.leaks(scene);
        assert!(leaks.is_empty(), "{leaks:#?}");
    }

    /// Tells whether the bytes of a source are revealed in `data` of a Secret.
    pub(crate) fn reveals(&self, marker: &Marker) -> bool {
        let mut places = std::iter::once(&self.stdout).chain(self.files.values());
        places.any(|bytes| {
            marker.found_in(&Seen::new(bytes)).is_some()
                && marker.found_in(&Seen::new(&without_data_of_secrets(bytes))).is_none()
        })
    }
}

/// Returns a docker config with a password.
fn whole_config(password: &str) -> String {
    format!("{{\"auths\": {{\"quay.io\": {{\"auth\": \"{}\"}}}}}}", STANDARD.encode(format!("robot:{password}")))
}

/// Takes the values of `data` of Secrets out of manifests; what is none is as it was.
fn without_data_of_secrets(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let source = Source::new("manifests", text, SourceKind::User);
    let Some(documents) = documents(&source, Reading::AsKubectl, &mut Findings::new()) else { return bytes.to_vec() };
    let is = |object: &Node, key: &str, value: &str| object.get(key).and_then(Node::as_str) == Some(value);
    let secrets = documents.iter().filter(|object| is(object, "apiVersion", "v1") && is(object, "kind", "Secret"));
    let mut kept = bytes.to_vec();
    for place in secrets.flat_map(|object| object.entries("data")).map(|(_, entry)| entry.node.place().clone()) {
        kept[place.start as usize..place.end as usize].fill(b' ');
    }
    kept
}

/// Returns the paths of the files below a directory, sorted.
pub(crate) fn files_below(root: &Path) -> Vec<String> {
    fn walk(root: &Path, dir: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                // What Git keeps is no output of ours.
                if entry.file_name() != ".git" {
                    walk(root, &path, found);
                }
            } else if kind.is_file() {
                found.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    found
}

fn files_with_bytes(root: &Path) -> BTreeMap<String, Vec<u8>> {
    files_below(root).into_iter().map(|path| (path.clone(), fs::read(root.join(path)).unwrap_or_default())).collect()
}
