//! What `generate` asks of the system, seen by strace: no other program, no socket, no file outside of the repository but
//! those that the loader and the libraries open.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::sidecar::{Sidecar, USER, is_root, plugin_command};

/// What may be opened outside of the repository, by how its path begins.
const SYSTEM: [(&str, &str); 7] = [
    ("/etc/ld.so.cache", "the loader"),
    ("/lib/", "the loader: libc and libgcc_s"),
    ("/lib64/", "the loader: libc and libgcc_s"),
    ("/usr/lib", "the loader: libc and libgcc_s"),
    ("/proc/self/maps", "Rust's runtime, which asks for the bounds of its stack"),
    ("/proc/self/cgroup", "the crate regex, which sizes a pool by the number of cores"),
    ("/sys/fs/cgroup/", "the crate regex, which sizes a pool by the number of cores"),
];

#[test]
fn generate_runs_nothing_opens_no_socket_and_stays_in_the_repository() {
    let sidecar = Sidecar::with_copy_of("examples/aws-upi");
    let Some(calls) = trace(&sidecar, &plugin_command("/spec/generate/command")) else {
        println!("skipped: no strace on the PATH, or no right to trace");
        return;
    };
    assert!(calls.iter().any(|call| call.name == "write" && call.line.contains("apiVersion")), "nothing was traced");
    let n_programs = calls.iter().filter(|call| call.name.starts_with("execve")).count();
    assert_eq!(n_programs, 1, "only the program itself is executed");
    for call in &calls {
        assert!(!is_about_processes_or_sockets(&call.name), "{}", call.line);
        if let Some(path) = call.opened() {
            let is_ours = Path::new(&path).starts_with(sidecar.repository());
            let is_systems = SYSTEM.iter().any(|(begin, _)| path.starts_with(begin));
            assert!(is_ours || is_systems, "opens {path}: {}", call.line);
            let is_read = !["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| call.line.contains(flag));
            assert!(is_read, "opens for writing: {}", call.line);
        }
    }
}

/// As the user of the sidecar's image, who has no rights and can write nothing.
#[test]
#[cfg(target_os = "linux")]
fn memory_is_kept_private_before_anything_of_the_repository_is_opened() {
    let sidecar = Sidecar::with_copy_of("examples/aws-upi");
    let (user, group) = (format!("--reuid={USER}"), format!("--regid={USER}"));
    let mut words = if is_root() { vec!["setpriv", &user, &group, "--clear-groups"] } else { vec![] };
    let own = plugin_command("/spec/generate/command");
    words.extend(own);
    let can_be_another = !is_root() || Command::new("setpriv").arg("--version").output().is_ok();
    let Some(calls) = can_be_another.then(|| trace(&sidecar, &words)).flatten() else {
        println!("skipped: no strace or setpriv on the PATH, or no right to trace");
        return;
    };
    let started =
        calls.iter().rposition(|call| call.name == "execve" && call.line.ends_with("= 0")).expect("a program");
    let repository = sidecar.repository();
    let read =
        calls.iter().position(|call| call.opened().is_some_and(|path| Path::new(&path).starts_with(&repository)));
    let before = &calls[started..read.expect("the repository is read")];
    for (what, words) in [
        ("not dumpable", &["prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE", "= 0"][..]),
        ("no core file", &["RLIMIT_CORE", "rlim_cur=0, rlim_max=0", "= 0"]),
    ] {
        let is_asked = |call: &Call| words.iter().all(|word| call.line.contains(word));
        let lines: Vec<&str> = before.iter().map(|call| &*call.line).collect();
        assert!(before.iter().any(is_asked), "{what}:\n{}", lines.join("\n"));
    }
    assert!(calls.iter().any(|call| call.name == "write" && call.line.contains("apiVersion")), "nothing was rendered");
}

#[test]
fn the_trace_catches_what_it_is_there_for() {
    let sidecar = Sidecar::with(&[("a.yaml", "")]);
    let script = "read line < /etc/hostname; /bin/true; exec 3<a.yaml";
    let Some(calls) = trace(&sidecar, &["/bin/sh", "-c", script]) else {
        println!("skipped: no strace on the PATH, or no right to trace");
        return;
    };
    assert!(calls.iter().filter(|call| call.name.starts_with("execve")).count() > 1);
    let opened: Vec<String> = calls.iter().filter_map(Call::opened).collect();
    assert!(opened.iter().any(|path| path == "/etc/hostname"), "{opened:?}");
    let own = sidecar.repository().join("a.yaml").display().to_string();
    assert!(opened.contains(&own), "{opened:?}");
}

/// A system call, as strace writes it.
struct Call {
    name: String,
    line: String,
}

impl Call {
    /// Returns the path that the call opens or tries to, absolute; none for other calls.
    fn opened(&self) -> Option<String> {
        if !["open", "openat", "openat2", "creat"].contains(&&*self.name) {
            return None;
        }
        let args = self.line.split_once('(')?.1;
        // `openat(3</the/directory>, "name", …) = 4</the/file>`
        let path = args.split('"').nth(1)?;
        let dir = args.split_once('<').map_or("", |(_, rest)| rest.split('>').next().unwrap_or_default());
        Some(Path::new(dir).join(path).components().as_path().display().to_string())
    }
}

fn is_about_processes_or_sockets(name: &str) -> bool {
    ["fork", "vfork", "clone", "clone3"].contains(&name)
        || ["socket", "connect", "bind", "listen", "accept", "send", "recv"].iter().any(|begin| name.starts_with(begin))
}

/// Runs a command under strace, and returns its calls; none where that cannot be.
fn trace(sidecar: &Sidecar, words: &[&str]) -> Option<Vec<Call>> {
    let log = tempfile::NamedTempFile::new().ok()?;
    let mut strace: Vec<&str> = vec!["strace", "-f", "-y", "-s", "64", "-o", log.path().to_str()?, "--"];
    strace.extend(words);
    // The tracer writes the log, so it stays the test's own user where that is root.
    let mut command = sidecar.command(&strace, "clusters");
    let path = format!("{}:{}", sidecar.path().display(), "/usr/local/bin:/usr/bin:/bin");
    command.env("PATH", path);
    if !sidecar.repository().join("clusters").is_dir() {
        command.current_dir(sidecar.repository());
    }
    if is_root() {
        command.uid(0).gid(0);
    }
    Command::new("strace").arg("-V").output().ok()?;
    let run = sidecar.finish(command);
    let log = fs::read_to_string(log.path()).ok()?;
    if run.status.code() != Some(0) && !log.contains("execve(") {
        return None;
    }
    let calls = log.lines().filter_map(|line| {
        let line = line.split_once(' ')?.1.trim_start();
        let name = line.split_once('(')?.0;
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then(|| Call { name: name.to_owned(), line: line.to_owned() })
    });
    Some(calls.collect())
}
