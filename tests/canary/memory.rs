//! Nothing of a secret is left in memory once it was written out: memory is wiped as it is given back.
//!
//! The process is stopped where it cannot go on by itself: at standard output, with a pipe that nobody reads, secrets
//! must be found in its memory, or this harness does not look; behind that, at standard error, they must be gone.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pipe::{PipeFlags, pipe_with};

use crate::processes::{end, until};
use crate::scene::{LENGTH, Scene};

/// How many clusters are rendered: enough that a pipe does not take all of it.
const CLUSTERS: usize = 30;

#[test]
#[cfg(target_os = "linux")]
fn no_secret_is_in_memory_once_it_was_written_out() {
    let scene = Scene::new();
    let mut secret = scene.marker("file").word.repeat(LENGTH / 24);
    // Longer than any buffer, so that every buffer that it goes through grows and moves.
    secret.push_str(&scene.marker("file").word.repeat(200));
    scene.write("secrets/key.json", &secret);
    for n in 0..CLUSTERS {
        let spec = scene.read("clusters/env.yaml").replace("name: env", &format!("name: file-{n}"));
        let spec = spec.replace("env-registry", &format!("file-registry-{n}"));
        let spec = spec.replace("{env: REGCFG_SECRET_A}", "{file: ../secrets/key.json}");
        let spec = spec.replace("{env: REGCFG_SECRET_B}", "{file: ../secrets/key.json}");
        // A warning, which waits at standard error when all else is done.
        let spec = spec + "  acknowledge: {RC0520: {storage.pvc: {reason: nothing of it is here}}}\n";
        scene.write(&format!("many/{n}.yaml"), spec);
    }
    let (waiting, waiting_err) = (start(&scene, true), start(&scene, false));
    // Both look the same from outside: blocked in `write`.
    until(|| is_writing(&waiting.child, 1));
    let Some(n_found) = n_found(&waiting.child, &scene) else {
        end(waiting.child);
        end(waiting_err.child);
        println!("skipped: no right to read the memory of another process");
        return;
    };
    end(waiting.child);
    assert!(n_found > 0, "the secrets that are being written are not found in memory");
    until(|| is_writing(&waiting_err.child, 2));
    let n_left = self::n_found(&waiting_err.child, &scene);
    end(waiting_err.child);
    assert_eq!(n_left, Some(0), "copies of secrets are left in memory, of {n_found} before");
}

/// A run, and what it waits for.
struct Waiting {
    child: Child,
    /// The end of a pipe that is kept open and not read.
    _unread: File,
}

/// Starts a run that waits at standard output, or else at standard error, which is full.
fn start(scene: &Scene, at_output: bool) -> Waiting {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    if !at_output {
        // Filled to the last byte, so that not even a short warning has room.
        fcntl_setfl(&write, OFlags::NONBLOCK).unwrap();
        let mut full = File::from(write.try_clone().unwrap());
        while full.write(&[b'\n'; 4096]).or_else(|_| full.write(b"\n")).is_ok() {}
        fcntl_setfl(&write, OFlags::empty()).unwrap();
    }
    let mut command = scene.command(&["render", "--reveal-secrets", "--as-of", "2030-01-01", "many"]);
    command.stdin(Stdio::null());
    if at_output {
        command.stdout(Stdio::from(write)).stderr(Stdio::null());
        return Waiting { child: command.spawn().unwrap(), _unread: File::from(read) };
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::from(write)).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    std::thread::spawn(move || {
        let _bytes = output.read_to_end(&mut Vec::new());
    });
    Waiting { child, _unread: File::from(read) }
}

/// Tells whether the process is in the system call that writes, to a stream.
fn is_writing(child: &Child, stream: u32) -> bool {
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let said = |file: &str| fs::read_to_string(proc.join(file)).unwrap_or_default();
    // `number first-argument …`; the file cannot be read without the right to trace, and then being asleep must do.
    let call = said("syscall");
    let mut words = call.split_whitespace().skip(1);
    match words.next() {
        Some(first) => first == format!("{stream:#x}"),
        None => {
            std::thread::sleep(std::time::Duration::from_secs(2));
            true
        }
    }
}

/// Counts the places in the writable memory of a process where a secret is, in plain or as base64; none where that
/// cannot be read.
fn n_found(child: &Child, scene: &Scene) -> Option<usize> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let memory = File::open(proc.join("mem")).ok()?;
    let word = scene.marker("file").word.clone();
    // The word has 24 bytes, so that its base64 is the same wherever it is repeated.
    let needles = [word.clone().into_bytes(), STANDARD.encode(&word).into_bytes()];
    let mut n_found = 0;
    for line in fs::read_to_string(proc.join("maps")).ok()?.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next()?, words.next()?);
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-')?;
        let (start, end) = (u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?);
        let mut bytes = vec![0; usize::try_from(end - start).ok()?];
        // Guard pages cannot be read.
        let Ok(n_read) = memory.read_at(&mut bytes, start) else { continue };
        let text = String::from_utf8_lossy(&bytes[..n_read]);
        for needle in &needles {
            n_found += text.matches(std::str::from_utf8(needle).ok()?).count();
        }
    }
    Some(n_found)
}
