//! What is compared in clones that have not all of a repository, and where a repository lies elsewhere than in `.git`.

use std::fs;

use super::{COMMANDS, RAISED, Repository, finish, one, run_git, two};

#[test]
fn a_shallow_clone_says_how_to_have_more() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.git(&["branch", "release"]);
    repository.commit(&[("a.yaml", &two("a"))]);
    let clone = repository.clone_with(&["--depth=1", "--single-branch"], &[("a.yaml", &two("a"))]);
    let against = |command: &str, revision: &str| clone.run(command, &["--against", revision, "a.yaml"]);
    let commit = repository.git(&["rev-parse", "HEAD~1"]);
    for command in COMMANDS {
        assert_eq!(against(command, "HEAD").exit, 0);
        against(command, "HEAD~1").warns(2, "this clone is shallow: run `git fetch --deepen=100`");
        let run = against(command, "origin/release");
        run.warns(2, "run `git fetch --depth=1 origin release`, and compare with `FETCH_HEAD`");
        against(command, &commit).warns(2, &format!("run `git fetch --depth=1 origin {commit}`"));
    }
    clone.git(&["fetch", "-q", "--depth=1", "origin", "release"]);
    for command in COMMANDS {
        against(command, "FETCH_HEAD").tells(1, RAISED);
    }
}

#[test]
fn a_partial_clone_fetches_nothing_and_says_how_to_have_all() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let clone = repository.clone_with(&[filter], &[("a.yaml", &two("a"))]);
        let objects = || clone.git(&["count-objects", "-v"]);
        let before = objects();
        for command in COMMANDS {
            let run = clone.run(command, &["--against", "main", "a.yaml"]);
            run.warns(2, "run `git fetch --refetch --no-filter`");
            assert!(!(run.stdout.clone() + &run.stderr).contains(RAISED), "{run:#?}");
        }
        assert_eq!(objects(), before, "nothing is fetched");
        clone.git(&["fetch", "-q", "--refetch", "--no-filter"]);
        for command in COMMANDS {
            clone.run(command, &["--against", "main", "a.yaml"]).tells(1, RAISED);
        }
    }
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
fn a_worktree_and_a_submodule_are_compared_with_their_own_revisions() {
    let inner = Repository::of(&[("a.yaml", &one("a"))]);
    let outer = Repository::of(&[("b.yaml", &one("b"))]);
    outer.git(&["submodule", "--quiet", "add", &format!("file://{}", inner.root().display()), "sub"]);
    outer.commit(&[]);
    let worktree = outer.dir.path().join("worktree");
    outer.git(&["worktree", "add", "-q", &worktree.display().to_string(), "-b", "other"]);
    fs::write(outer.root().join("sub/a.yaml"), two("a")).unwrap();
    fs::write(worktree.join("b.yaml"), two("b")).unwrap();
    for command in COMMANDS {
        // In both, `.git` is a file; the revision is that of the repository itself, and not of the one around it.
        for (dir, revision, file) in
            [(outer.root().join("sub"), "HEAD", "a.yaml"), (worktree.clone(), "main", "b.yaml")]
        {
            let mut run = outer.command(&[command, "--against", revision, "."]);
            run.current_dir(&dir);
            finish(run).tells(1, RAISED).tells(1, &format!("{revision}:{file}:8:51"));
        }
        let mut run = outer.command(&[command, "--against", "other", "."]);
        run.current_dir(outer.root().join("sub"));
        finish(run).warns(2, "`other` is neither a directory nor a commit of the repository");
    }
}

#[test]
fn a_repository_that_the_environment_names_is_not_the_one_that_is_asked() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    let bare = repository.dir.path().join("bare.git");
    run_git(repository.dir.path(), &repository.home(), &["init", "-q", "--bare", &bare.display().to_string()]);
    repository.write("a.yaml", &two("a"));
    for command in COMMANDS {
        let mut run = repository.command(&[command, "--against", "main", "a.yaml"]);
        // As hooks, and those who keep their files in a bare repository, have it.
        run.env("GIT_DIR", &bare).env("GIT_WORK_TREE", repository.dir.path()).env("GIT_INDEX_FILE", bare.join("index"));
        run.env("GIT_OBJECT_DIRECTORY", bare.join("objects"))
            .env("GIT_NAMESPACE", "x")
            .env("GIT_CEILING_DIRECTORIES", "/");
        finish(run).tells(1, RAISED);
    }
}
