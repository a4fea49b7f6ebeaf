//! What the system shows of the process: no core file, no memory for others of its user, no file that others can read
//! while it is written or after it was killed.

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::scene::Scene;

/// A user of no rights, under whom the binary runs where the test is root's: of what is root's already nothing is seen.
const NOBODY: u32 = 65_534;

#[test]
#[cfg(target_os = "linux")]
fn the_process_is_not_dumped_and_no_other_of_its_user_reads_its_memory() {
    let scene = Scene::empty();
    let binary = scene.cwd().join("regcfg");
    // Copied by another process: what this one has open for writing, a child of another thread may hold, and then it is
    // not executed.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_regcfg")).arg(&binary).status().unwrap();
    assert!(copied.success());
    let above = scene.cwd();
    for dir in above.ancestors().take(2) {
        fs::set_permissions(dir, Permissions::from_mode(0o755)).unwrap();
    }
    let is_root = rustix::process::geteuid().is_root();
    let mut command = Command::new(&binary);
    command.args(["check", "-"]).env_clear().env("REGCFG_SECRET_A", "x").current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut child = command.spawn().unwrap();
    let proc = Path::new("/proc").join(child.id().to_string());
    let limits = || fs::read_to_string(proc.join("limits")).unwrap_or_default();
    // It reads standard input once it has asked the system; nothing is given to it before it was looked at.
    until(|| {
        limits().lines().any(|line| {
            line.starts_with("Max core file size") && line.split_whitespace().skip(4).take(2).eq(["0", "0"])
        })
    });
    // What belongs to a process that is not dumpable is root's (proc(5)).
    until(|| fs::metadata(proc.join("environ")).is_ok_and(|environ| environ.uid() == 0));
    for file in ["environ", "mem", "maps"] {
        assert_eq!(fs::metadata(proc.join(file)).unwrap().uid(), 0, "{file} is its user's");
    }
    // And with all that it works: the standard library and the loader have what they need of /proc.
    drop(child.stdin.take());
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().code().is_some(), "{said}");
}

/// The process is killed while a tree with revealed secrets is staged: what is left is its user's alone, and the next run
/// removes it.
#[test]
fn what_a_signal_leaves_of_staged_secrets_is_its_users_alone() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: no strace");
        return;
    }
    for signal in ["SIGTERM", "SIGINT", "SIGKILL"] {
        let scene = Scene::new();
        let log = scene.home().join("log");
        let own = scene.command(&["render", "--reveal-secrets", "-o", "out", "clusters/env.yaml"]);
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-qq", "-y", "-e", "trace=open,openat,creat,mkdirat,fchmod,renameat,renameat2,fsync", "-o"])
            .arg(&log);
        // All files are written by then, and nothing is in place.
        strace.args(["-e", &format!("inject=renameat,renameat2:signal={signal}:retval=0")]);
        strace.arg(own.get_program()).args(own.get_args()).env_clear().current_dir(scene.cwd());
        strace.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let watched = scene.watch(strace, &["render", "--reveal-secrets"], b"");
        watched.wants_silence(&scene);
        let calls = fs::read_to_string(&log).unwrap();
        assert!(calls.contains("renameat"), "{signal}: nothing was placed, so nothing was staged: {calls}");
        let out = scene.cwd().join("out");
        let left: Vec<_> = fs::read_dir(&out).unwrap().flatten().map(|entry| entry.path()).collect();
        assert_eq!(left.len(), 1, "{signal}: {left:?}");
        let mut n_files = 0;
        for file in fs::read_dir(&left[0]).unwrap().flatten() {
            let mode = file.metadata().unwrap().mode() & 0o777;
            assert_eq!(mode, 0o600, "{signal}: {}", file.path().display());
            n_files += 1;
        }
        assert!(n_files > 1, "{signal}: {n_files} files");
        for call in calls.lines().filter(|line| line.contains("O_CREAT")) {
            assert!(call.contains("/out/.regcfg-env.new"), "{signal}: a file elsewhere: {call}");
            // From its first byte on: a mode that is given later would leave a moment for others.
            assert!(call.contains("0600"), "{signal}: {call}");
        }
        let healed = scene.run_in_silence(&["render", "--reveal-secrets", "-o", "out", "clusters/env.yaml"]);
        assert_eq!(healed.exit, Some(0), "{}", healed.stderr());
        let names: Vec<_> = fs::read_dir(&out).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(names, ["env"], "{signal}");
    }
}

/// Waits until something holds, or fails after a time that is long enough on a machine with much to do.
#[track_caller]
pub(crate) fn until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never holds");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Ends a child that still waits for something.
pub(crate) fn end(mut child: Child) {
    if let Some(pid) = Pid::from_raw(i32::try_from(child.id()).unwrap_or_default()) {
        let _gone = kill_process(pid, Signal::KILL);
    }
    let _status = child.wait();
}
