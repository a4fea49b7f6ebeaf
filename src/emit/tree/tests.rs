//! Tests of directories: whole or not at all, and nothing of others touched.

#![expect(clippy::disallowed_methods, reason = "tests look at what was written")]

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use tempfile::TempDir;

use super::*;
use crate::emit::Manifest;
use crate::emit::verify::{Difference, Shown, What, verify};

fn cluster(name: &str, files: &[(&str, &str)]) -> RenderedCluster {
    let manifest = |(file, text): &(&str, &str)| Manifest {
        file: (*file).into(),
        text: Zeroizing::new((*text).into()),
        is_secret: file.starts_with("secret"),
        is_passed_on: file.starts_with("secret_encrypted"),
    };
    RenderedCluster { name: name.into(), manifests: files.iter().map(manifest).collect(), private: false }
}

fn write(dir: &TempDir, cluster: &RenderedCluster) -> Result<Written> {
    OutputDir::open(dir.path())?.write(cluster)
}

#[track_caller]
fn refused(dir: &TempDir, cluster: &RenderedCluster, expected: &str) {
    let error = write(dir, cluster).unwrap_err();
    let said = format!("{error:#}");
    assert!(said.contains(expected), "{said}");
}

fn listing(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_tree_is_created_replaced_and_left_alone_when_nothing_changes() {
    let dir = tempfile::tempdir().unwrap();
    let first = cluster("a", &[("x.yaml", "x: 1\n"), ("y.yaml", "y: 1\n")]);
    assert_eq!(write(&dir, &first).unwrap(), Written::Created);
    let x = dir.path().join("a/x.yaml");
    let text = fs::read_to_string(&x).unwrap();
    assert_eq!(text, "# Rendered by regcfg. Change the spec, not this file.\nx: 1\n");
    let before = (fs::metadata(&x).unwrap().ino(), fs::metadata(dir.path()).unwrap().mtime_nsec());
    assert_eq!(write(&dir, &first).unwrap(), Written::Unchanged);
    assert_eq!((fs::metadata(&x).unwrap().ino(), fs::metadata(dir.path()).unwrap().mtime_nsec()), before);
    assert_eq!(write(&dir, &cluster("a", &[("x.yaml", "x: 2\n")])).unwrap(), Written::Replaced);
    assert_eq!(listing(dir.path()), ["a"]);
    assert_eq!(listing(&dir.path().join("a")), ["x.yaml"]);
}

#[test]
fn what_is_passed_on_is_written_as_it_is_and_known_again() {
    const NAME: &str = "secret_encrypted.yaml";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a").join(NAME);
    let read = || fs::read_to_string(&file).unwrap();
    let with = |text: &str| cluster("a", &[("x.yaml", "x: 1\n"), (NAME, text)]);
    for (text, written) in [
        ("a: ENC\r\n", Written::Created),
        ("a: ENC\r\n", Written::Unchanged),
        ("---\na: ENC", Written::Replaced),
        ("", Written::Replaced),
        ("a: ENC", Written::Replaced),
    ] {
        assert_eq!((write(&dir, &with(text)).unwrap(), &*read()), (written, text));
        assert_eq!(verify(dir.path(), &[with(text)], true).unwrap(), []);
    }
    let list = dir.path().join("a/encrypted.txt");
    let listed = fs::read_to_string(&list).unwrap();
    assert!(listed.starts_with(HEADER) && listed.ends_with(&format!(":\n{NAME}\n")), "{listed}");
    fs::write(&file, "a: changed by hand").unwrap();
    let differs = Difference { path: format!("a/{NAME}"), what: What::Differs(Shown::Secret) };
    assert_eq!(verify(dir.path(), &[with("a: ENC")], true).unwrap(), [differs]);
    assert_eq!(write(&dir, &with("a: ENC")).unwrap(), Written::Replaced);
    // What has no header is ours for as long as the list says so.
    fs::remove_file(&list).unwrap();
    refused(&dir, &with("a: ENC"), "secret_encrypted.yaml is a file that regcfg did not write");
    fs::write(&list, format!("{NAME}\n")).unwrap();
    refused(&dir, &with("a: ENC"), "encrypted.txt is a file that regcfg did not write");
    fs::write(&list, listed).unwrap();
    assert_eq!(write(&dir, &cluster("a", &[("x.yaml", "x: 1\n")])).unwrap(), Written::Replaced);
    assert_eq!(listing(&dir.path().join("a")), ["x.yaml"]);
}

#[test]
fn what_a_killed_run_left_of_a_file_that_is_passed_on_is_removed() {
    let new = cluster("a", &[("x.yaml", "x: 1\n"), ("secret_encrypted.yaml", "a: ENC\n")]);
    for left in ["", "a: E"] {
        let dir = tempfile::tempdir().unwrap();
        write(&dir, &new).unwrap();
        fs::rename(dir.path().join("a"), dir.path().join(".regcfg-a.new")).unwrap();
        fs::write(dir.path().join(".regcfg-a.new/secret_encrypted.yaml"), left).unwrap();
        assert_eq!(write(&dir, &new).unwrap(), Written::Created);
        assert_eq!(listing(dir.path()), ["a"]);
    }
}

#[test]
fn what_regcfg_did_not_write_is_named_and_stays() {
    let new = cluster("a", &[("x.yaml", "x: 2\n")]);
    let with = |make: &dyn Fn(&Path), expected: &str| {
        let dir = tempfile::tempdir().unwrap();
        write(&dir, &cluster("a", &[("x.yaml", "x: 1\n")])).unwrap();
        make(&dir.path().join("a"));
        let before = listing(&dir.path().join("a"));
        refused(&dir, &new, expected);
        assert_eq!(listing(&dir.path().join("a")), before);
        assert_eq!(listing(dir.path()), ["a"], "nothing is left beside it");
    };
    with(
        &|a| fs::write(a.join("mine.yaml"), "kind: Mine\n").unwrap(),
        "a/mine.yaml is a file that regcfg did not write",
    );
    with(&|a| fs::write(a.join("empty"), "").unwrap(), "a/empty is a file that regcfg did not write");
    with(&|a| fs::create_dir(a.join("sub")).unwrap(), "a/sub is a directory");
    let big = |a: &Path| {
        let file = fs::File::options().append(true).open(a.join("x.yaml")).unwrap();
        file.set_len(65 << 20).unwrap();
    };
    with(&big, "a/x.yaml is larger than what regcfg writes for a cluster");
    with(&|a| symlink("x.yaml", a.join("link")).unwrap(), "a/link is a link");
    with(&|a| drop(std::os::unix::net::UnixListener::bind(a.join("s")).unwrap()), "a/s is no regular file");
}

#[test]
fn a_cluster_directory_that_is_a_link_or_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("elsewhere")).unwrap();
    symlink("elsewhere", dir.path().join("a")).unwrap();
    fs::write(dir.path().join("b"), "").unwrap();
    refused(&dir, &cluster("a", &[("x.yaml", "")]), "a is not a directory");
    refused(&dir, &cluster("b", &[("x.yaml", "")]), "b is not a directory");
    for name in ["", "..", ".a", "a/b", "-a", "a\u{1b}"] {
        refused(&dir, &cluster(name, &[("x.yaml", "")]), "no name for a directory");
    }
    assert_eq!(listing(&dir.path().join("elsewhere")), [""; 0]);
}

#[test]
fn leftovers_of_a_killed_run_are_removed_but_nothing_of_the_users() {
    let dir = tempfile::tempdir().unwrap();
    let left = dir.path().join(".regcfg-a.new");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("whole.yaml"), format!("{HEADER}x: 1\n")).unwrap();
    fs::write(left.join("torn.yaml"), &HEADER[..7]).unwrap();
    fs::write(left.join("zeros.yaml"), [0; 4096]).unwrap();
    assert_eq!(write(&dir, &cluster("b", &[("x.yaml", "x: 1\n")])).unwrap(), Written::Created);
    assert_eq!(listing(dir.path()), ["b"]);
    fs::create_dir(&left).unwrap();
    fs::write(left.join("mine"), "precious").unwrap();
    refused(&dir, &cluster("b", &[("x.yaml", "x: 2\n")]), "mine in it is a file that regcfg did not write");
    assert_eq!(fs::read_to_string(left.join("mine")).unwrap(), "precious");
}

#[test]
fn two_runs_at_once_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let held = OutputDir::open(dir.path()).unwrap();
    let error = OutputDir::open(dir.path()).unwrap_err();
    assert!(error.to_string().contains("another run of regcfg is writing"));
    drop(held);
    OutputDir::open(dir.path()).unwrap();
}

#[test]
fn revealed_secrets_are_the_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut new = cluster("a", &[("secret_x.yaml", "data: {}\n")]);
    let mode = || fs::metadata(dir.path().join("a/secret_x.yaml")).unwrap().mode() & 0o777;
    write(&dir, &new).unwrap();
    assert_eq!(mode(), 0o644);
    new.private = true;
    assert_eq!(write(&dir, &new).unwrap(), Written::Replaced);
    assert_eq!(mode(), 0o600);
    assert_eq!(write(&dir, &new).unwrap(), Written::Unchanged);
}

#[test]
fn the_longest_name_of_a_cluster_has_room() {
    let dir = tempfile::tempdir().unwrap();
    let long = "c".repeat(253);
    assert_eq!(write(&dir, &cluster(&long, &[("x.yaml", "1\n")])).unwrap(), Written::Created);
    assert_eq!(write(&dir, &cluster(&long, &[("x.yaml", "2\n")])).unwrap(), Written::Replaced);
    assert_eq!(listing(dir.path()), [long]);
}

#[test]
fn every_difference_of_a_committed_directory_is_told_but_no_secret_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let committed =
        [("same.yaml", "a\n"), ("old.yaml", "a\nb\n"), ("gone.yaml", "a\n"), ("secret_s.yaml", "data: old\n")];
    write(&dir, &cluster("a", &committed)).unwrap();
    write(&dir, &cluster("b", &[("x.yaml", "x\n")])).unwrap();
    fs::write(dir.path().join("README.md"), "mine").unwrap();
    fs::create_dir(dir.path().join("mine")).unwrap();
    let rendered =
        [("same.yaml", "a\n"), ("old.yaml", "a\nc\n"), ("new.yaml", "a\n"), ("secret_s.yaml", "data: new\n")];
    let clusters = [cluster("a", &rendered)];
    let diff = "--- a/a/old.yaml\n+++ b/a/old.yaml\n@@ -1,3 +1,3 @@\n # Rendered by regcfg. Change the spec, not this file.\n a\n-b\n+c\n";
    let expected: Vec<Difference> = [
        ("a/gone.yaml", What::Extra),
        ("a/new.yaml", What::Missing),
        ("a/old.yaml", What::Differs(Shown::Diff(diff.into()))),
        ("a/secret_s.yaml", What::Differs(Shown::Secret)),
        ("b", What::ExtraCluster),
    ]
    .map(|(path, what)| Difference { path: path.into(), what })
    .into();
    assert_eq!(verify(dir.path(), &clusters, true).unwrap(), expected);
    assert_eq!(verify(dir.path(), &clusters, false).unwrap(), expected[..4]);
    write(&dir, &clusters[0]).unwrap();
    assert_eq!(verify(dir.path(), &clusters, false).unwrap(), []);
    assert_eq!(verify(&dir.path().join("nowhere"), &clusters, true).unwrap().len(), 4);
}

#[test]
fn a_secret_under_another_files_name_is_not_shown_either() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, &cluster("a", &[("configmap_x.yaml", "kind: Secret\ndata: {a: aGk=}\n")])).unwrap();
    let clusters = [cluster("a", &[("configmap_x.yaml", "kind: ConfigMap\n")])];
    let found = verify(dir.path(), &clusters, true).unwrap();
    assert_eq!(found[0].what, What::Differs(Shown::Secret));
}

#[test]
fn of_what_may_be_a_secret_in_another_object_only_that_it_differs_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let config =
        |secret: &str, level: &str| format!("kind: Config\nspec:\n  httpSecret: {secret}\n  logLevel: {level}\n");
    let with = |text: &str| cluster("a", &[("x.yaml", text)]);
    write(&dir, &with(&config("hush", "Normal"))).unwrap();
    let what = |text: &str| verify(dir.path(), &[with(text)], true).unwrap().remove(0).what;
    assert_eq!(what(&config("other", "Normal")), What::Differs(Shown::SecretValues));
    let What::Differs(Shown::Diff(diff)) = what(&config("other", "Debug")) else { panic!("no diff") };
    assert!(diff.contains("+  logLevel: Debug") && !diff.contains("hush") && !diff.contains("other"), "{diff}");
    write(&dir, &with("<<<<<<< ours\nhttpSecret: hush\n")).unwrap();
    assert_eq!(what(&config("hush", "Normal")), What::Differs(Shown::Unreadable));
}

#[test]
fn a_committed_file_gives_no_command_to_a_ci_system() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, &cluster("a", &[("x.yaml", "x: |\n  ::add-mask::a\n  b ##vso[task.setvariable]c\n  d\n")])).unwrap();
    let found = verify(dir.path(), &[cluster("a", &[("x.yaml", "x: |\n  ::add-mask::a\n  e\n")])], true).unwrap();
    let shown = found[0].to_string();
    assert!(shown.lines().all(|line| !line.trim_start().starts_with("::")), "{shown}");
    assert!(!shown.contains("##vso["), "{shown}");
}

#[test]
fn a_directory_that_cannot_be_looked_into_is_no_directory_that_is_right() {
    let dir = tempfile::tempdir().unwrap();
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    rustix::fs::chmod(&locked, Mode::empty()).unwrap();
    // Root looks into everything.
    let is_root = rustix::process::geteuid().is_root();
    assert_eq!(verify(dir.path(), &[], true).is_err(), !is_root);
    rustix::fs::chmod(&locked, Mode::RWXU).unwrap();
}
