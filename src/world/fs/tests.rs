//! Tests of the real world: links, devices, limits and races.

#![expect(clippy::disallowed_methods, reason = "tests make the files that the world reads")]

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::super::root::{Root, discover_root};
use super::*;

fn project(files: &[(&str, &str)]) -> (TempDir, FsWorld) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("project");
    fs::create_dir(&root).unwrap();
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(dir.path().join("outside"), "not yours").unwrap();
    let world = FsWorld::open(&root, &root, None).unwrap();
    (dir, world)
}

fn read(world: &FsWorld, path: &str) -> Result<String, ReadError> {
    let bytes = world.read(&ProjectPath::new(path).unwrap(), 1 << 20)?;
    Ok(String::from_utf8(bytes).unwrap())
}

#[test]
fn a_file_is_read_through_links_that_stay_in_the_project() {
    let (dir, world) = project(&[("layers/org.yaml", "org")]);
    let root = dir.path().join("project");
    fs::create_dir_all(root.join("clusters/eu")).unwrap();
    symlink("../../layers/org.yaml", root.join("clusters/eu/one.yaml")).unwrap();
    symlink("../clusters/eu", root.join("layers/back")).unwrap();
    assert_eq!(read(&world, "layers/org.yaml").unwrap(), "org");
    assert_eq!(read(&world, "clusters/eu/one.yaml").unwrap(), "org");
    assert_eq!(read(&world, "layers/back/one.yaml").unwrap(), "org");
    assert!(world.is_file(&ProjectPath::new("layers/back/one.yaml").unwrap()).unwrap());
}

#[test]
fn links_that_leave_the_project_enter_git_or_never_end_are_refused() {
    let (dir, world) = project(&[(".git/config", "token"), ("a/b", "")]);
    let root = dir.path().join("project");
    for (name, target) in [
        ("up", "../outside"),
        ("a/up", "../../outside"),
        ("absolute", "/etc/passwd"),
        ("within", root.to_str().unwrap()),
        ("git", ".git/config"),
        ("a/git", "../.GIT"),
        ("self", "self"),
        ("ping", "pong"),
        ("pong", "ping"),
        ("dangling", "nowhere"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    for name in ["up", "a/up", "absolute", "within", "within/a/b"] {
        assert_eq!(read(&world, name), Err(ReadError::LeavesProject), "{name}");
        assert_eq!(world.is_file(&ProjectPath::new(name).unwrap()), Err(ReadError::LeavesProject), "{name}");
    }
    for name in ["git", "a/git/config"] {
        assert_eq!(read(&world, name), Err(ReadError::EntersGit), "{name}");
    }
    for name in ["self", "ping"] {
        assert!(matches!(read(&world, name), Err(ReadError::Denied(_))), "{name}");
    }
    assert_eq!(read(&world, "dangling"), Err(ReadError::NotFound));
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting() {
    let (dir, world) = project(&[("a/b", "")]);
    let root = dir.path().join("project");
    rustix::fs::mkfifoat(rustix::fs::CWD, root.join("fifo"), Mode::RWXU).unwrap();
    let _listener = UnixListener::bind(root.join("socket")).unwrap();
    assert_eq!(read(&world, "fifo"), Err(ReadError::NotRegular));
    assert_eq!(read(&world, "socket"), Err(ReadError::NotRegular));
    assert_eq!(read(&world, "a"), Err(ReadError::IsDirectory));
    assert_eq!(read(&world, ""), Err(ReadError::IsDirectory));
    assert_eq!(read(&world, "a/b/c"), Err(ReadError::NotFound));
    assert_eq!(read(&world, "a/c"), Err(ReadError::NotFound));
    for name in ["fifo", "socket", "a", "", "nothing", "a/b/c"] {
        assert_eq!(world.is_file(&ProjectPath::new(name).unwrap()), Ok(false), "{name}");
    }
}

#[test]
fn a_file_larger_than_the_limit_is_refused_also_where_its_size_says_nothing() {
    let (_dir, world) = project(&[("five", "12345")]);
    let five = ProjectPath::new("five").unwrap();
    assert_eq!(world.read(&five, 5).unwrap(), b"12345");
    assert_eq!(world.read(&five, 4), Err(ReadError::TooLarge(4)));
    // Files of /proc say that they are empty.
    if let Ok(proc) = FsWorld::open(Path::new("/proc/self"), Path::new("/"), None) {
        let status = ProjectPath::new("status").unwrap();
        assert_eq!(proc.read(&status, 10), Err(ReadError::TooLarge(10)));
        assert!(!proc.read(&status, 1 << 20).unwrap().is_empty());
    }
}

#[test]
fn a_link_swapped_while_reading_never_leads_out() {
    let (dir, world) = project(&[("safe", "inside"), ("d/f", "inside")]);
    let root = dir.path().join("project");
    fs::create_dir(dir.path().join("evil")).unwrap();
    fs::write(dir.path().join("evil/f"), "outside").unwrap();
    symlink("../outside", root.join("out")).unwrap();
    symlink("../evil", root.join("evil")).unwrap();
    symlink("safe", root.join("link")).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let exchange = |a: &str, b: &str| {
                let flags = rustix::fs::RenameFlags::EXCHANGE;
                rustix::fs::renameat_with(rustix::fs::CWD, root.join(a), rustix::fs::CWD, root.join(b), flags)
            };
            while !done.load(Ordering::Relaxed) {
                for (a, b) in [("link", "out"), ("d", "evil"), ("safe", "out")] {
                    exchange(a, b).unwrap();
                }
            }
        });
        let (mut n_read, mut n_refused) = (0, 0);
        for _ in 0..20_000 {
            for name in ["link", "d/f", "safe"] {
                match read(&world, name) {
                    Ok(text) => {
                        assert_eq!(text, "inside");
                        n_read += 1;
                    }
                    Err(ReadError::LeavesProject) => n_refused += 1,
                    Err(ReadError::Denied(_) | ReadError::NotFound | ReadError::IsDirectory) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        }
        done.store(true, Ordering::Relaxed);
        assert!(n_read > 0 && n_refused > 0, "{n_read} read, {n_refused} refused: nothing was swapped");
    });
}

#[test]
fn a_listing_is_sorted_and_tells_directories_from_links_to_them() {
    let (dir, world) = project(&[("b/x.yaml", ""), ("a.yaml", ""), (".git/config", ""), (".hidden", "")]);
    let root = dir.path().join("project");
    symlink("b", root.join("c")).unwrap();
    fs::write(root.join(r"unit\x2d.device"), "").unwrap();
    let list = |path: &str| world.list(&ProjectPath::new(path).unwrap());
    let names = |path: &str| {
        let entries = list(path).unwrap();
        entries.into_iter().map(|entry| (entry.path.to_string(), entry.is_dir)).collect::<Vec<_>>()
    };
    let file = |name: &str| (name.to_owned(), false);
    assert_eq!(names(""), [file(".hidden"), file("a.yaml"), ("b".into(), true), file("c")]);
    assert_eq!(names("c"), [file("b/x.yaml")].map(|(name, is_dir)| (name.replace('b', "c"), is_dir)));
    assert_eq!(list("a.yaml"), Err(ReadError::NotFound));
    assert_eq!(list("nothing"), Err(ReadError::NotFound));
    fs::write(root.join(r"b\c.yaml"), "").unwrap();
    assert!(matches!(list(""), Err(ReadError::Denied(_))), "a spec that cannot be named is not passed over");
}

#[test]
fn a_file_is_shown_from_where_the_user_stands() {
    let (dir, _) = project(&[("clusters/eu/x.yaml", ""), ("other/y", "")]);
    let root = dir.path().join("project");
    let shown =
        |from: &Path, path: &str| FsWorld::open(&root, from, None).unwrap().display(&ProjectPath::new(path).unwrap());
    assert_eq!(shown(&root, "clusters/eu/x.yaml"), "clusters/eu/x.yaml");
    assert_eq!(shown(dir.path(), "other/y"), "project/other/y");
    assert_eq!(shown(&root.join("clusters/eu"), "other/y"), "../../other/y");
    assert_eq!(shown(&root.join("clusters/eu"), "clusters/eu/x.yaml"), "x.yaml");
    assert_eq!(shown(&root.join("clusters/eu"), "clusters/us/x.yaml"), "../us/x.yaml");
    assert_eq!(shown(&root.join("clusters/eu"), "clusters/eu"), ".");
    assert_eq!(shown(&root, ""), ".");
    assert_eq!(shown(&root.join("other"), ""), "..");
}

#[test]
fn an_unreadable_file_is_told_in_the_systems_words() {
    let (dir, world) = project(&[("locked", "x")]);
    let locked = dir.path().join("project/locked");
    rustix::fs::chmod(&locked, Mode::empty()).unwrap();
    // Root reads everything.
    if !rustix::process::geteuid().is_root() {
        assert_eq!(read(&world, "locked"), Err(ReadError::Denied("permission denied".into())));
    }
    assert_eq!(denied(Errno::ACCESS), ReadError::Denied("permission denied".into()));
}

#[test]
fn environment_and_clock_are_the_processs_unless_given() {
    let (dir, world) = project(&[]);
    assert!(world.env("PATH").is_some());
    assert!(world.env("REGCFG_SURELY_UNSET").is_none() && world.env("").is_none() && world.env("A=B").is_none());
    assert!(world.now() > 1_700_000_000);
    assert_eq!(FsWorld::open(dir.path(), dir.path(), Some(7)).unwrap().now(), 7);
}

#[test]
fn the_topmost_project_file_in_the_repository_is_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().canonicalize().unwrap();
    fs::create_dir_all(top.join("repo/a/b")).unwrap();
    let spec = top.join("repo/a/b/spec.yaml");
    fs::write(&spec, "").unwrap();
    let root = |dir: &Path, repository: Option<&Path>, has_project_file| Root {
        dir: dir.to_path_buf(),
        repository: repository.map(Path::to_path_buf),
        has_project_file,
    };
    let repo = top.join("repo");
    assert_eq!(discover_root(&spec).unwrap(), root(&repo.join("a/b"), None, false), "nothing at all");
    fs::write(top.join("regcfg.yaml"), "").unwrap();
    fs::write(repo.join("a/regcfg.yaml"), "").unwrap();
    assert_eq!(discover_root(&spec).unwrap(), root(&repo.join("a"), None, true), "without a repository the nearest");
    fs::write(repo.join(".git"), "gitdir: elsewhere").unwrap();
    assert_eq!(discover_root(&spec).unwrap(), root(&repo.join("a"), Some(&repo), true), "not above the repository");
    fs::write(repo.join("regcfg.yaml"), "").unwrap();
    assert_eq!(discover_root(&spec).unwrap(), root(&repo, Some(&repo), true), "the topmost");
    fs::remove_file(repo.join("regcfg.yaml")).unwrap();
    fs::remove_file(repo.join("a/regcfg.yaml")).unwrap();
    assert_eq!(discover_root(&spec).unwrap(), root(&repo, Some(&repo), false), "the repository");
    assert_eq!(discover_root(&repo.join("a")).unwrap(), root(&repo, Some(&repo), false), "a directory of specs");
}

#[test]
fn a_path_of_the_outside_gets_the_projects_name() {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().canonicalize().unwrap();
    fs::create_dir_all(top.join("repo/.git")).unwrap();
    fs::create_dir_all(top.join("repo/a")).unwrap();
    symlink("repo", top.join("alias")).unwrap();
    fs::write(top.join("repo/a/real.yaml"), "").unwrap();
    symlink("real.yaml", top.join("repo/a/link.yaml")).unwrap();
    let root = discover_root(&top.join("alias/a/link.yaml")).unwrap();
    assert_eq!(root.dir, top.join("repo"));
    let located = |path: &str| root.locate(&top.join(path)).map(|path| path.to_string());
    assert_eq!(located("alias/a/link.yaml").unwrap(), "a/link.yaml");
    assert_eq!(located("alias/a/missing.yaml").unwrap(), "a/missing.yaml");
    assert_eq!(located("repo/a/..").unwrap(), ".");
    assert!(located("other").is_err(), "outside the root");
    assert!(located("repo/.git").is_err(), "what Git keeps is no project");
}

#[test]
fn what_somebody_puts_into_a_shared_directory_makes_no_project_of_others() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let shared = dir.path().canonicalize().unwrap().join("tmp");
    let own = shared.join("build/clusters");
    fs::create_dir_all(&own).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
    fs::write(shared.join("regcfg.yaml"), "").unwrap();
    assert_eq!(discover_root(&own).unwrap().dir, own);
    fs::create_dir(shared.join(".git")).unwrap();
    assert_eq!(discover_root(&own).unwrap().dir, own);
    assert_eq!(discover_root(&shared).unwrap().dir, shared, "who stands there means it");
    fs::write(shared.join("build/regcfg.yaml"), "").unwrap();
    assert_eq!(discover_root(&own).unwrap().dir, shared.join("build"));
}
