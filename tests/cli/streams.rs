//! Streams that are closed, full or not there, and names that the binary is called by.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;

use crate::sandbox::Sandbox;

#[test]
fn a_reader_that_leaves_early_hears_no_noise_and_is_told_no_success() {
    let sandbox = Sandbox::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = sandbox.command().args(["explain", "RC0901"]).stdout(writer).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_full_disk_is_an_error_and_not_a_success() {
    let sandbox = Sandbox::new();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = sandbox.command().args(["explain", "RC0901"]).stdout(full).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.starts_with("error: cannot write to standard output\n  = cause: "), "{stderr}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_error_that_nobody_can_read_still_ends_with_its_code() {
    let sandbox = Sandbox::new();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = sandbox.command().args(["explain", "RC9999"]).stderr(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_argument_that_is_no_text_is_refused() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command();
    command.arg("explain").arg(OsStr::from_bytes(b"\xff\xfe"));
    let run = sandbox.finish(command);
    assert_eq!((run.exit.as_str(), run.stdout.as_str()), ("2", ""));
    assert!(run.stderr.starts_with("error: invalid UTF-8"), "{}", run.stderr);
}

#[test]
fn as_a_plugin_of_kubectl_or_oc_it_names_itself_as_it_is_called() {
    let sandbox = Sandbox::new();
    for (program, shown) in [("kubectl-regcfg", "kubectl regcfg"), ("oc-regcfg", "oc regcfg")] {
        let mut command = sandbox.command();
        command.arg0(program).args(["resolve", "--help"]);
        let run = sandbox.finish(command);
        assert!(run.stdout.contains(&format!("Usage: {shown} resolve")), "{}", run.stdout);
    }
}

#[test]
fn colours_come_only_when_asked_for_where_there_is_no_terminal() {
    let sandbox = Sandbox::new();
    assert!(!sandbox.run(["explain", "RC9999"]).stderr.contains('\u{1b}'));
    assert!(sandbox.run(["--color", "always", "explain", "RC9999"]).stderr.contains("\u{1b}["));
}

#[test]
fn without_home_terminal_or_locale_every_run_prints_the_same() {
    let sandbox = Sandbox::new();
    let plain = sandbox.run(["render", "--help"]);
    let mut other = sandbox.command();
    other.args(["render", "--help"]).env_clear().envs([("LANG", "tr_TR.UTF-8"), ("TZ", "Asia/Tokyo"), ("COLUMNS", "")]);
    assert_eq!(plain.stdout, sandbox.finish(other).stdout);
}
