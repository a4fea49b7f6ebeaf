//! Whether Git would take what is written into a directory: only there plain secrets are a commit away from everybody.
//!
//! Work trees are known by `.git`, and what Git passes over by the ignore files within them; no program is run. Where a
//! pattern is not understood, Git is taken to pass over what it may cover: rather no alarm than a false one. What a user's own
//! configuration passes over (`core.excludesFile`) is not known here.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};

use super::RenderedCluster;

/// The most bytes of an ignore file that are read.
const MOST: u64 = 1 << 20;

/// Tells whether Git would take a Secret of a cluster that is written into a directory.
pub fn would_take(dir: &Path, cluster: &RenderedCluster) -> bool {
    let Some(dir) = resolved(dir) else { return false };
    let Some(root) = dir.ancestors().find(|above| above.join(".git").symlink_metadata().is_ok()) else { return false };
    let secrets = cluster.manifests.iter().filter(|manifest| manifest.is_secret);
    secrets.map(|manifest| dir.join(&cluster.name).join(&manifest.file)).any(|file| !is_ignored(root, &file))
}

/// Returns the path without links, as far as it is there already.
fn resolved(dir: &Path) -> Option<PathBuf> {
    let dir = std::path::absolute(dir).ok()?;
    let (there, real) = dir.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)))?;
    Some(real.join(dir.strip_prefix(there).ok()?))
}

/// Tells whether Git passes over a file, or over a directory that it is in.
fn is_ignored(root: &Path, file: &Path) -> bool {
    let mut parts: Vec<&Path> = file.ancestors().take_while(|path| *path != root).collect();
    parts.reverse();
    let exclude = [(root.to_path_buf(), patterns(&root.join(".git/info/exclude")))];
    let mut files: Vec<(PathBuf, Vec<String>)> = exclude.into();
    for (at, path) in parts.iter().enumerate() {
        let Some(dir) = path.parent() else { continue };
        files.push((dir.to_path_buf(), patterns(&dir.join(".gitignore"))));
        let is_dir = at + 1 < parts.len();
        // The last pattern that covers a path decides; nothing is taken back below a directory that is passed over.
        let decided = files.iter().flat_map(|(base, lines)| lines.iter().map(move |line| (base, line))).rev();
        let mut covering = decided.filter_map(|(base, line)| covers(line, path.strip_prefix(base).ok()?, is_dir));
        if covering.next() == Some(true) {
            return true;
        }
    }
    false
}

fn patterns(path: &Path) -> Vec<String> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let Ok(file) = open(path, flags, Mode::empty()) else { return Vec::new() };
    let mut text = Vec::new();
    if File::from(file).take(MOST).read_to_end(&mut text).is_err() {
        return Vec::new();
    }
    String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
}

/// Tells whether a line covers a path, relative to where the line stands: `false` where it takes the path back.
fn covers(line: &str, path: &Path, is_dir: bool) -> Option<bool> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (line, ignores) = line.strip_prefix('!').map_or((line, true), |taken| (taken, false));
    let (line, of_dirs) = line.strip_suffix('/').map_or((line, false), |line| (line, true));
    if of_dirs && !is_dir {
        return None;
    }
    // Classes and escapes are not read, nor what would take long to try.
    if line.contains(['[', '\\']) || line.matches('*').count() > 8 {
        return ignores.then_some(true);
    }
    let path = path.to_string_lossy();
    let is_covered = if line.contains('/') {
        is_match(line.strip_prefix('/').unwrap_or(line).as_bytes(), path.as_bytes())
    } else {
        is_match(line.as_bytes(), path.rsplit('/').next().unwrap_or_default().as_bytes())
    };
    is_covered.then_some(ignores)
}

fn is_match(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', b'*', b'/', rest @ ..], _) if is_match(rest, text) => true,
        ([b'*', b'*', rest @ ..], _) => {
            is_match(rest, text) || text.split_first().is_some_and(|(_, text)| is_match(pattern, text))
        }
        ([b'*', rest @ ..], _) => {
            is_match(rest, text)
                || text.split_first().is_some_and(|(first, text)| *first != b'/' && is_match(pattern, text))
        }
        ([b'?', pattern @ ..], [first, text @ ..]) if *first != b'/' => is_match(pattern, text),
        ([first, pattern @ ..], [other, text @ ..]) => first == other && is_match(pattern, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;
    use zeroize::Zeroizing;

    use super::*;
    use crate::emit::Manifest;

    fn cluster() -> RenderedCluster {
        let manifest = |file: &str, is_secret| Manifest {
            file: file.into(),
            text: Zeroizing::new(String::new()),
            is_secret,
            is_passed_on: false,
        };
        let manifests = vec![manifest("config_cluster.yaml", false), manifest("secret_x.yaml", true)];
        RenderedCluster { name: "a".into(), manifests, private: true }
    }

    #[expect(clippy::disallowed_methods, reason = "a test makes the files that are read")]
    fn repository(files: &[(&str, &str)]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in [(".git/HEAD", "")].iter().chain(files) {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[track_caller]
    fn check(files: &[(&str, &str)], dir: &str, expected: bool) {
        let root = repository(files);
        assert_eq!(would_take(&root.path().join(dir), &cluster()), expected, "{files:?} {dir}");
    }

    #[test]
    fn what_is_written_below_a_work_tree_is_taken() {
        check(&[], "out", true);
        check(&[], "", true);
        check(&[], "deep/er/out", true);
        check(&[(".gitignore", "# out\n\nother\n/out/b\nout.yaml\n*.json\n")], "out", true);
        assert!(!would_take(tempfile::tempdir().unwrap().path(), &cluster()));
    }

    #[test]
    fn what_git_passes_over_is_not() {
        for line in [
            "out",
            "out/",
            "/out",
            "/out/",
            "out/*",
            "**/a",
            "o*t",
            "ou?",
            "*.yaml",
            "secret_*",
            "out/a/",
            "*",
            "out/**",
            "[o]ut",
            "*********x",
        ] {
            check(&[(".gitignore", line)], "out", false);
        }
        check(&[("out/.gitignore", "*\n!.gitignore\n")], "out", false);
        check(&[(".git/info/exclude", "out\n")], "out", false);
        check(&[(".gitignore", "out\r\n")], "deep/out", false);
        check(&[(".gitignore", "out\n![o]ut\n")], "out", false);
        check(&[(".gitignore", "/out\n")], "deep/out", true);
        check(&[(".gitignore", "out\n!out\n")], "out", true);
        check(&[(".gitignore", "*\n!*.yaml\n!*/\n")], "out", true);
        check(&[(".gitignore", "out\n"), ("out/.gitignore", "!*\n")], "out", false);
    }

    #[test]
    fn a_cluster_without_secrets_may_be_committed() {
        let root = repository(&[]);
        let mut cluster = cluster();
        cluster.manifests.pop();
        assert!(!would_take(root.path(), &cluster));
    }
}
