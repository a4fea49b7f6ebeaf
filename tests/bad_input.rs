//! Input that a repository cannot hold: too large, no file at all, unreadable, changing under the run.
//!
//! Each run of the built binary has 256 MB of address space and 10 seconds of a processor. It must end with the code expected of it,
//! name a place, and never speak of a panic.

#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

/// The address space of a run, in KiB.
const MEMORY: u32 = 256 * 1024;

/// The time of a run on its processor, in seconds.
const TIME: u32 = 10;

/// When a run counts as hanging, that waits for something; machines that build beside the tests are slow.
const DEADLINE: Duration = Duration::from_secs(60);

const HEAD: &str = r#"apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: a}
spec:
  openshift: "4.19"
  platform: aws-upi
"#;

const STORAGE: &str = "  storage:\n    s3: {bucket: b, region: eu-west-1}\n    credentials: minted\n";

const PROJECT: &str = "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec: {profiles: [profiles]}\n";

/// A directory with files to run on.
struct Project {
    dir: TempDir,
}

impl Project {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn with(path: &str, text: impl AsRef<[u8]>) -> Self {
        let project = Self::new();
        project.write(path, text);
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Returns the binary in a shell that limits its memory.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let limited = format!("ulimit -v {MEMORY} && ulimit -t {TIME} && exec \"$0\" \"$@\"");
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_regcfg")]).args(args);
        command.env_clear().current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs the binary, and says how it ended where that is not as it should be.
    #[track_caller]
    fn run(&self, args: &[&str]) -> Ended {
        finished(&mut self.command(args))
    }

    /// Checks and renders `cluster.yaml`, and expects this code and these words of both.
    #[track_caller]
    fn refuses(&self, code: &str, words: &str) {
        for command in ["check", "render"] {
            let ended = self.run(&[command, "cluster.yaml"]);
            ended.says(1, &[&format!("error[{code}]: "), words, "\n  --> "]);
            assert_eq!(ended.stdout.is_empty(), command == "render", "{ended:?}");
        }
    }
}

/// How a run ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn says(&self, code: i32, words: &[&str]) {
        let all = format!("{}{}", self.stdout, self.stderr);
        let missing: Vec<&&str> = words.iter().filter(|words| !all.contains(**words)).collect();
        assert!(self.code == Some(code) && missing.is_empty(), "{missing:?} not in {:?}: {:.2000}", self.code, all);
    }
}

/// Runs a command to its end within the time, and makes sure that it did not panic.
#[track_caller]
fn finished(command: &mut Command) -> Ended {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = rustix::process::Pid::from_child(&child);
    let is_done = AtomicBool::new(false);
    let output = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                if start.elapsed() > DEADLINE {
                    let _gone_already = rustix::process::kill_process(id, rustix::process::Signal::KILL);
                    break;
                }
                thread::sleep(Duration::from_millis(5));
            }
        });
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let reading = scope.spawn(|| std::io::read_to_string(stdout));
        let stderr = std::io::read_to_string(stderr).unwrap();
        let stdout = reading.join().unwrap().unwrap();
        let status = child.wait().unwrap();
        is_done.store(true, Ordering::Relaxed);
        Ended { code: status.code(), stdout, stderr }
    });
    assert!(start.elapsed() < DEADLINE, "{command:?} hangs");
    assert!(output.code.is_some(), "{command:?} was ended by a signal: {:.2000}", output.stderr);
    for word in ["panicked", "RC0901", "internal error"] {
        assert!(!output.stderr.contains(word), "{command:?}: {:.2000}", output.stderr);
    }
    output
}

fn spec(more: &str) -> String {
    format!("{HEAD}{STORAGE}{more}")
}

/// Joins what a function makes of each number.
fn each(n: usize, make: impl Fn(usize) -> String) -> String {
    (0..n).map(make).collect::<Vec<_>>().concat()
}

#[test]
fn a_file_of_100_mb_is_not_read() {
    let project = Project::with("cluster.yaml", spec(""));
    let file = OpenOptions::new().write(true).open(project.path("cluster.yaml")).unwrap();
    file.set_len(100_000_000).unwrap();
    project.refuses("RC0105", "larger than 16 MiB");
}

#[test]
fn a_file_that_has_no_end_is_not_read() {
    let project = Project::with("cluster.yaml", HEAD.replace("spec:", "extends: [zero.yaml]\nspec:"));
    symlink("/dev/zero", project.path("zero.yaml")).unwrap();
    project.refuses("RC0113", "leads out of the project");
}

#[test]
fn ten_thousand_levels_are_refused() {
    let blocks = each(5_000, |level| format!("{}a:\n", " ".repeat(level % 2_000 + 4)));
    for nested in [
        format!("  x: {}{}\n", "[".repeat(10_000), "]".repeat(10_000)),
        format!("  x: {}{}\n", "{a: ".repeat(10_000), "}".repeat(10_000)),
        format!("  x:\n    {}a\n", "- ".repeat(10_000)),
        format!("  x:\n    {}a\n", "? ".repeat(10_000)),
        format!("  x:\n{blocks}"),
    ] {
        Project::with("cluster.yaml", spec(&nested)).refuses("RC0104", "nested deeper than 100 levels");
    }
}

#[test]
fn aliases_and_anchors_cannot_multiply() {
    let aliases = |n: usize| vec![format!("*a{n}"); 10].join(", ");
    let first = "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    let bomb = first.to_owned() + &each(20, |n| format!("  a{0}: &a{0} [{1}]\n", n + 1, aliases(n)));
    let merges = format!(
        "  b: &b {{{}}}\n  c: {{<<: [{}]}}\n",
        each(2_000, |n| format!("k{n}: 0, ")),
        vec!["*b"; 1_000].join(", ")
    );
    let anchors = each(90, |level| format!("&a{level} ["));
    let nested = format!("  x: {anchors}{}{}\n", "0,".repeat(100_000), "]".repeat(90));
    for text in [bomb, merges, nested] {
        Project::with("cluster.yaml", spec(&text)).refuses("RC0105", "more than 250000 values");
    }
}

#[test]
fn many_values_are_no_burden() {
    let values = |value: &str, n_values| format!("  images:\n    x: [{}]\n", vec![value; n_values].join(","));
    Project::with("cluster.yaml", spec(&values("0", 240_000))).refuses("RC0310", "unknown field `x`");
    Project::with("cluster.yaml", spec(&values("no", 100_000))).refuses("RC0103", "the first 100 findings");
    Project::with("cluster.yaml", spec(&values("!a b", 100_000))).refuses("RC0106", "the first 100 findings");
    let unknown = each(60_000, |n| format!("  k{n}: v\n"));
    Project::with("cluster.yaml", spec(&unknown)).refuses("RC0310", "unknown field `k0`");
    Project::with("cluster.yaml", spec(&"  k: v\n".repeat(60_000))).refuses("RC0102", "duplicate key `k`");
    let items = each(20_000, |n| format!("{n},"));
    let removed = format!("  images: {{allowedRegistriesForImport: {{$append: [{items}], $remove: [{items}]}}}}\n");
    Project::with("cluster.yaml", spec(&removed)).refuses("RC0203", "removes 20000 items");
    let selector = each(20_000, |n| format!("k{n}: v,"));
    let project = Project::with("cluster.yaml", spec(&format!("  registry: {{nodeSelector: {{{selector}}}}}\n")));
    project.run(&["render", "cluster.yaml"]).says(0, &["\n    k19999: v\n"]);
    project.run(&["render", "--explain", "cluster.yaml"]).says(0, &["│     k19999: v\n"]);
    project.run(&["resolve", "cluster.yaml"]).says(0, &["│       k19999: v\n"]);
}

#[test]
fn long_text_is_no_burden() {
    let long = "x".repeat(4 << 20);
    let project = Project::with("cluster.yaml", spec("").replace("bucket: b,", &format!("bucket: {long},")));
    project.run(&["render", "cluster.yaml"]).says(0, &[&long]);
    let long = "x".repeat(1 << 20);
    let named = spec("").replace("name: a", &format!("name: {long}"));
    Project::with("cluster.yaml", named).refuses("RC0302", "…` is not a name for a cluster");
    let keyed = spec(&format!("  registry: {{? {long} : a}}\n"));
    Project::with("cluster.yaml", keyed).refuses("RC0310", "…` in `spec.registry`");
    let value = spec(&format!("  registry: {{logLevel: {long}}}\n"));
    Project::with("cluster.yaml", value).refuses("RC0314", "not `xxx");
    let escaped = spec(&format!("  registry: {{nodeSelector: {{a: \"{}\"}}}}\n", "\\0".repeat(1 << 19)));
    Project::with("cluster.yaml", escaped).run(&["render", "cluster.yaml"]).says(0, &["\\u0000\\u0000"]);
    let commented = spec(&format!("# {}\n{}", "x".repeat(2 << 20), "\n".repeat(2 << 20)));
    Project::with("cluster.yaml", commented).run(&["check", "cluster.yaml"]).says(0, &[]);
    Project::with("cluster.yaml", "---\napiVersion: b\n".repeat(1 << 18)).refuses("RC0105", "more than 250000 values");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let mut bytes = spec("").into_bytes();
    bytes.extend([b'#', 0xc3, 0x28, b'\n']);
    Project::with("cluster.yaml", bytes).refuses("RC0111", "a byte 0xc3");
    let utf16: Vec<u8> = spec("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ended = Project::with("cluster.yaml", utf16).run(&["render", "cluster.yaml"]);
    ended.says(1, &["error[RC0", "--> cluster.yaml:1:"]);
    Project::with("cluster.yaml", spec("\0")).refuses("RC0101", "malformed YAML");
}

#[test]
fn what_is_no_regular_file_is_not_waited_for() {
    let project = Project::with("cluster.yaml", spec("").replace("spec:", "extends: [layer.yaml]\nspec:"));
    let fifo = project.path("layer.yaml");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR, 0).unwrap();
    project.refuses("RC0112", "it is not a regular file");
    project.run(&["check", "layer.yaml"]).says(2, &["cannot read `layer.yaml`"]);
    project.run(&["render", "layer.yaml"]).says(2, &["cannot read `layer.yaml`"]);
    // Among the files of a directory it is passed over, like all that is no file.
    let alone = Project::with("cluster.yaml", spec(""));
    mknodat(CWD, alone.path("fifo.yaml"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    assert!(alone.run(&["check", "."]).code.is_some_and(|code| code < 2));
    let _socket = std::os::unix::net::UnixListener::bind(project.path("socket.yaml")).unwrap();
    let asked = HEAD.replace("spec:", "extends: [socket.yaml]\nspec:");
    project.write("cluster.yaml", asked);
    project.refuses("RC0112", "it is not a regular file");
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let project = Project::with("cluster.yaml", spec("").replace("spec:", "extends: [layer.yaml]\nspec:"));
    for (path, mode) in [("layer.yaml", 0o000), ("other.yaml", 0o000), ("cluster.yaml", 0o644)] {
        project.write(path, fs::read(project.path(path)).unwrap_or_default());
        fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::set_permissions(project.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let run = |args: &[&str]| {
        let mut command = project.command(args);
        if rustix::process::geteuid().is_root() {
            // Root may read everything.
            command.uid(65_534).gid(65_534);
        }
        command
    };
    if run(&["--version"]).output().is_ok_and(|output| !output.status.success()) {
        eprintln!("skipped: another user may not run the binary");
        return;
    }
    for args in [["check", "cluster.yaml"], ["render", "cluster.yaml"], ["check", "."], ["render", "."]] {
        let ended = finished(&mut run(&args));
        ended.says(1, &["error[RC0112]: cannot read `layer.yaml`: permission denied", "  --> cluster.yaml:4:11"]);
    }
    finished(&mut run(&["render", "."])).says(1, &["cannot read `other.yaml`", "  --> other.yaml:1:1"]);
    fs::set_permissions(project.dir.path(), fs::Permissions::from_mode(0o311)).unwrap();
    finished(&mut run(&["render", "."])).says(1, &["error[RC0112]: cannot list the directory", "  --> .:1:1"]);
}

#[test]
fn a_link_swapped_under_the_run_never_leads_out() {
    let project = Project::with("ca.crt", "within\n");
    let outside = Project::with("secret", "hunter2-hunter2\n");
    let spec = spec("  trust: {registryCAs: {a.example.com: {file: link/secret}}}\n");
    project.write("cluster.yaml", spec);
    project.write("within/secret", "within\n");
    symlink("within", project.path("link")).unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut leads_out = false;
            while !is_done.load(Ordering::Relaxed) {
                leads_out = !leads_out;
                let target = if leads_out { outside.dir.path().into() } else { PathBuf::from("within") };
                symlink(target, project.path("new")).unwrap();
                fs::rename(project.path("new"), project.path("link")).unwrap();
            }
        });
        for _ in 0..60 {
            let ended = project.run(&["check", "cluster.yaml"]);
            let all = format!("{}{}", ended.stdout, ended.stderr);
            assert!(!all.contains("hunter2"), "{all}");
            // Either the content within, which is no certificate, or a refusal; never the content outside.
            assert!(ended.code == Some(1) && (all.contains("RC0113") || all.contains("RC035")), "{all}");
        }
        is_done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_file_that_is_named_many_times_is_no_burden() {
    let hosts = each(60, |n| format!("      h{n}.example.com: {{file: ca.crt}}\n"));
    let project = Project::with("cluster.yaml", spec(&format!("  trust:\n    registryCAs:\n{hosts}")));
    project.write("ca.crt", format!("# {}\n", "x".repeat(15 << 20)));
    project.refuses("RC0105", "files of more than 4 MiB under one spec");
}

#[test]
fn layers_without_end_are_refused() {
    let project = Project::with("cluster.yaml", spec("").replace("spec:", "extends: [0.yaml]\nspec:"));
    for at in 0..500 {
        let next = at + 1;
        let layer = format!("apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\nextends: [{next}.yaml]\n");
        project.write(&format!("{at}.yaml"), layer);
    }
    project.refuses("RC0105", "more than 100 layers");
    let missing = each(20_000, |n| format!("{n}.yml,"));
    let project = Project::with("cluster.yaml", spec("").replace("spec:", &format!("extends: [{missing}]\nspec:")));
    project.refuses("RC0105", "more than 100 layers");
}

#[test]
fn directories_without_end_are_refused_or_passed_over() {
    let project = Project::with("cluster.yaml", spec(""));
    let deep = (0..200).fold(project.dir.path().to_owned(), |dir, _| dir.join("d"));
    fs::create_dir_all(&deep).unwrap();
    symlink(".", project.path("loop")).unwrap();
    project.run(&["check", "."]).says(0, &[]);
}

/// Templates that ask for more than there is.
#[test]
fn templates_without_end_are_stopped() {
    let digits = "{% set l = [0,1,2,3,4,5,6,7,8,9] %}\n";
    let loops = |n_loops: usize, body: &str| {
        let (open, close) = ("{% for x in l %}".repeat(n_loops), "{% endfor %}".repeat(n_loops));
        format!("{digits}a:\n{open}\n{body}\n{close}\n")
    };
    let doubling = format!("{{% set a = 'x' %}}\n{}a: {{{{ a }}}}\n", "{% set a = [a, a]|join('') %}\n".repeat(40));
    let listing = format!("{{% set a = [1] %}}\n{}a: {{{{ a }}}}\n", "{% set a = [a,a,a,a,a,a,a,a] %}\n".repeat(30));
    let replacing = format!(
        "{{% set a = 'xxxxxxxxxxxxxxxx' %}}\n{}a: {{{{ a }}}}\n",
        "{% set a = a|replace('x', 'xxxxxxxxxxxxxxxx') %}\n".repeat(10)
    );
    for (template, code, words) in [
        (loops(9, ""), "RC0439", "uses more than"),
        (loops(9, "- x"), "RC0439", "uses more than"),
        (loops(7, "- {{ x }}"), "RC0439", "uses more than"),
        (doubling, "RC0439", "MiB of values"),
        (listing, "RC0439", "values"),
        (replacing, "RC0439", "MiB of values"),
        ("a: b\n".repeat(60_000), "RC0439", "longer than"),
        (format!("{}x{}", "{% if true %}".repeat(10_000), "{% endif %}".repeat(10_000)), "RC04", ""),
        (format!("{}x{}", "{% for x in [1] %}".repeat(7_000), "{% endfor %}".repeat(7_000)), "RC04", ""),
        (format!("a: {{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000)), "RC04", ""),
        (format!("a: {{{{ {}1 }}}}", "not ".repeat(50_000)), "RC04", ""),
        (format!("a: {{{{ {}1 }}}}", "-".repeat(100_000)), "RC04", ""),
        (format!("a: {{{{ 1{} }}}}", "|default(1)".repeat(20_000)), "RC04", ""),
        (format!("a: {{{{ x{} }}}}", ".x".repeat(100_000)), "RC04", ""),
        (format!("a: {{{{ {}{} }}}}", "[".repeat(100_000), "]".repeat(100_000)), "RC04", ""),
        (format!("{}\n", "{#".repeat(100_000)), "RC04", ""),
        (format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(20_000)), "RC0439", "`elif`"),
        (format!("a: {}\n", "[".repeat(100_000)), "RC04", ""),
        ("- ".repeat(100_000), "RC04", ""),
    ] {
        let project = Project::with("profiles/aws-upi/templates/own.yaml.j2", &template);
        project.write("regcfg.yaml", PROJECT);
        project.write("cluster.yaml", spec(""));
        let ended = project.run(&["check", "cluster.yaml"]);
        ended.says(1, &[&format!("error[{code}"), words, "--> profiles/aws-upi/templates/own.yaml.j2:"]);
    }
}

#[test]
fn a_stream_that_cannot_be_written_is_told() {
    let project = Project::with("cluster.yaml", spec(""));
    let rendered = |stdout: Stdio| {
        let output: Output = project.command(&["render", "cluster.yaml"]).stdout(stdout).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(rendered(writer.into()), (Some(2), String::new()));
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (code, said) = rendered(full.into());
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: cannot write to standard output"), "{said}");
    // Closed before the run: nothing that it opens may take a stream's place, for which Rust opens /dev/null.
    for closed in [">&-", "2>&-", "<&-"] {
        let script = format!("exec \"$0\" render cluster.yaml {closed}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_regcfg")]).env_clear().current_dir(project.dir.path());
        let ended = finished(&mut command);
        assert_eq!(ended.code, Some(0), "{closed}: {ended:?}");
    }
}

#[test]
fn an_output_directory_that_cannot_be_written_stays_as_it_was() {
    let project = Project::with("cluster.yaml", spec(""));
    // A limit on the size of files stands in for a full disk: the write fails with an error, or the process gets a
    // signal that it does not handle; what stood there stands.
    project.run(&["render", "-o", "out", "cluster.yaml"]).says(0, &["created out/a"]);
    let before = tree(&project.path("out"));
    project.write("cluster.yaml", spec("  registry: {replicas: 3}\n"));
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" render -o out cluster.yaml";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_regcfg")]).env_clear().current_dir(project.dir.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(tree(&project.path("out")), before);
    project.run(&["render", "-o", "out", "cluster.yaml"]).says(0, &["replaced out/a"]);
}

/// Returns the files below a directory with their texts.
fn tree(dir: &std::path::Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { dirs.push(path) } else { files.push((path.clone(), fs::read_to_string(path).unwrap())) }
        }
    }
    files.sort();
    files
}
