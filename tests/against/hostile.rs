//! What a repository, its owner and the environment would make `git` do, and what is done instead: nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use super::{COMMANDS, RAISED, Repository, finish, one, path, two};

/// Variables that name a program.
const PROGRAMS: [&str; 7] =
    ["GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_SSH", "GIT_PAGER", "GIT_ASKPASS", "GIT_EDITOR", "GIT_PROXY_COMMAND"];

#[test]
fn a_revision_that_looks_like_an_option_is_none() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    let file = repository.canary();
    for name in ["--all", "-h", &format!("--output={}", file.display()), "--git-dir", "-", "--"] {
        for command in COMMANDS {
            let run = repository.run(command, &[&format!("--against={name}"), "a.yaml"]);
            run.warns(2, "is neither a directory nor a revision");
        }
    }
    assert!(!file.exists());
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
    for command in COMMANDS {
        let run = repository.run(command, &["--against", "main", "a.yaml"]);
        run.warns(2, "belongs to another user").warns(2, "git config --global --add safe.directory /");
    }
    let config = format!(
        "[safe]\n\tdirectory = {}\n[core]\n\tfsmonitor = touch {}\n",
        repository.root().display(),
        repository.canary().display()
    );
    fs::write(repository.home().join(".gitconfig"), config).unwrap();
    for command in COMMANDS {
        repository.run(command, &["--against", "main", "a.yaml"]).tells(1, RAISED);
    }
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
    for command in COMMANDS {
        let mut command = repository.command(&[command, "--against", "main", "a.yaml"]);
        command.envs(SECRETS.map(|name| (name, MARKER))).env("PATH", format!("{}:{}", bin.display(), path()));
        finish(command).tells(1, RAISED);
    }
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

    // A program of the project's own that is called `git`, where a careless `PATH` looks first.
    symlink(&evil, repository.root().join("git")).unwrap();
    for command in COMMANDS {
        let mut command = repository.command(&[command, "--against", "main", "a.yaml"]);
        command.env("PATH", format!(".::{}", path())).envs(PROGRAMS.map(|name| (name, &evil)));
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "core.fsmonitor");
        command.env("GIT_CONFIG_VALUE_0", &evil);
        command.env("GIT_DIR", "/nowhere").env("GIT_WORK_TREE", "/nowhere").env("GIT_EXEC_PATH", "/nowhere");
        command.env("GIT_TRACE", repository.canary()).env("GIT_TRACE2", repository.canary());
        finish(command).tells(1, RAISED);
    }
    assert!(!repository.canary().exists(), "something of the repository ran");

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
    for command in COMMANDS {
        repository.run(command, &["--against", "main", "a.yaml"]).warns(2, "is not in this clone");
    }
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
