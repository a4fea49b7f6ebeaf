//! Every command in README.md runs, and prints what is shown.
//!
//! A `console` block has commands behind `$ ` and what they print, where a line `...` stands for any lines; an `sh` block
//! has commands that end with 0. A `yaml` block with a path behind it is written to that file. Each block runs in the
//! same copy of the examples, with the built binary on the `PATH` and stubs in the place of programs that a test cannot
//! run, such as cargo itself and everything that speaks to a cluster.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Programs that are not run, each with what runs instead.
const STUBS: [(&str, &str); 4] = [
    // `cargo run` is the built binary; the tests are running; what is installed is what was built.
    (
        "cargo",
        "case \"$*\" in 'run --release -- '*) shift 3; exec regcfg \"$@\";; test | 'install --locked --path .') ;; *) exit 9;; esac",
    ),
    // What is applied or patched must be there, and standard input an object.
    (
        "oc",
        "for word; do case $word in *.yaml) test -f \"$word\" || exit 8;; -) grep -q '^kind: Config$' || exit 7;; esac; done",
    ),
    // The name that it makes of a Config is the name under which the schema was written.
    (
        "kubeconform",
        "test \"$2\" = 'schemas/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json' && test -f schemas/imageregistry.operator.openshift.io/config_v1.json",
    ),
    ("podman", "test -f \"$3\""),
];

/// What stands between the output of two commands.
const MARK: &str = "\u{1e}";

/// A fenced block.
struct Block {
    line: usize,
    language: String,
    path: Option<String>,
    text: String,
}

#[test]
fn every_command_of_the_readme_runs_and_prints_what_is_shown() {
    let reader = Reader::new();
    let mut n_commands = 0;
    for block in blocks(&read("README.md")) {
        match (&*block.language, &block.path) {
            ("console", None) => n_commands += reader.follow(&block),
            ("sh", None) => n_commands += reader.obey(&block),
            ("yaml", Some(path)) => reader.write(path, &block.text),
            // What only a cluster shows, live tests hold.
            ("text", None)
                if ["$ regcfg diff ", "$ regcfg status "].iter().any(|start| block.text.starts_with(start)) => {}
            _ => panic!("README.md:{}: a block that nobody runs", block.line),
        }
    }
    assert!(n_commands > 20, "only {n_commands} commands were found");
}

#[test]
fn the_jobs_for_ci_run_as_they_stand() {
    let reader = Reader::new();
    let jobs = [".github/workflows/registries.yaml", ".gitlab-ci.yml"];
    let mut n_commands = 0;
    for block in blocks(&read("README.md")) {
        if !block.path.as_deref().is_some_and(|path| jobs.contains(&path)) {
            continue;
        }
        let steps =
            block.text.lines().map(|line| line.trim_start().trim_start_matches("- ").trim_start_matches("run: "));
        for command in steps.filter(|step| step.starts_with("regcfg ")) {
            let (printed, code) = reader.run(command);
            assert_eq!(code, Some(0), "README.md:{}: `{command}` prints\n{printed}", block.line);
            n_commands += 1;
        }
    }
    assert_eq!(n_commands, 3);
}

#[test]
fn the_first_screen_says_how_to_render_and_how_to_test() {
    let readme = read("README.md");
    let screen: Vec<&str> = readme.lines().take(24).collect();
    for command in ["cargo run --release -- render examples/aws-upi", "cargo test"] {
        assert!(screen.contains(&command), "`{command}` is not on the first screen");
    }
}

#[test]
fn every_environment_variable_is_listed() {
    let readme = read("README.md");
    let (_, section) = readme.split_once("## Environment variables").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    // What only a build for tests reads is nothing for users.
    let of_users = |path: &&PathBuf| !path.ends_with("mutation.rs");
    let sources: String = sources(Path::new("src")).iter().filter(of_users).map(|path| read_lossy(path)).collect();
    let asked = sources.split("variable(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut names: Vec<&str> = asked.collect();
    names.push("ARGOCD_APP_PARAMETERS");
    assert!(names.contains(&"TERM"), "the variables are asked for otherwise now: {names:?}");
    for name in names {
        assert!(section.contains(&format!("`{name}`")), "{name} is read, and README.md does not say so");
    }
}

#[test]
fn every_platform_and_every_exit_code_is_listed() {
    let readme = read("README.md");
    let reader = Reader::new();
    let (listed, _) = reader.run("regcfg profile list");
    for platform in listed.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()) {
        assert!(readme.contains(&format!("\n| `{platform}` |")), "{platform} is not in the table of platforms");
    }
    for code in 0..=2 {
        assert!(readme.contains(&format!("\n| {code} | ")), "{code} is not in the table of exit codes");
    }
}

#[test]
fn every_test_that_holds_an_invariant_is_there() {
    let architecture = read("ARCHITECTURE.md");
    let (_, section) = architecture.split_once("## What holds always").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let code: String =
        ["src", "tests"].into_iter().flat_map(|dir| sources(Path::new(dir))).map(|path| read_lossy(&path)).collect();
    let mut n_tests = 0;
    for row in section.lines().filter(|line| line.starts_with("| ")).skip(2) {
        let tests = row.rsplit(" | ").next().unwrap_or_default();
        for name in tests.split('`').skip(1).step_by(2) {
            assert!(
                code.contains(&format!("fn {name}(")),
                "ARCHITECTURE.md names the test `{name}`, which is not there"
            );
            n_tests += 1;
        }
    }
    assert!(n_tests > 20, "only {n_tests} tests were found");
}

#[test]
fn every_file_that_the_documents_link_is_there() {
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = read(document);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(link.starts_with("https://") || Path::new(link).exists(), "{document} links {link}");
        }
    }
}

/// Somebody who follows the README in a copy of the repository.
struct Reader {
    root: TempDir,
}

impl Reader {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let reader = Self { root };
        copy(Path::new("examples"), &reader.dir().join("examples"));
        fs::create_dir(reader.bin()).expect("a directory");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_regcfg"), reader.bin().join("regcfg")).expect("a link");
        for (name, script) in STUBS {
            let path = reader.bin().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a stub");
            fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("permissions");
        }
        reader
    }

    fn dir(&self) -> PathBuf {
        self.root.path().join("regcfg")
    }

    fn bin(&self) -> PathBuf {
        self.root.path().join("bin")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Runs a script as one shell, and returns what it prints, on both streams in their order, and its exit code.
    fn run(&self, script: &str) -> (String, Option<i32>) {
        let mut command = Command::new("/bin/sh");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.bin().display());
        command.args(["-c", &format!("exec 2>&1\n{script}")]).current_dir(self.dir()).stdin(Stdio::null());
        let output = command.env_clear().env("PATH", path).output().expect("a shell runs");
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
    }

    /// Runs the commands of a `console` block in one shell, and compares what each prints.
    fn follow(&self, block: &Block) -> usize {
        let mut steps: Vec<(&str, Vec<&str>)> = Vec::new();
        for line in block.text.lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push((command, Vec::new())),
                (None, Some((_, expected))) => expected.push(line),
                (None, None) => panic!("README.md:{}: output before the first command", block.line),
            }
        }
        // The mark is printed without losing the exit code that `echo $?` shows.
        let marked = |(command, _): &(&str, _)| format!("{command}\nstatus=$?; printf '\\036'; (exit $status)\n");
        let (printed, _) = self.run(&steps.iter().map(marked).collect::<String>());
        let printed: Vec<&str> = printed.split(MARK).collect();
        for ((command, expected), actual) in steps.iter().zip(&printed) {
            let actual: Vec<&str> = actual.lines().collect();
            let settled = |lines: &[&str]| lines.iter().map(|line| settled(line)).collect::<Vec<_>>();
            assert!(
                matches(&settled(expected), &settled(&actual)),
                "README.md:{}: `{command}` prints\n{}\nand not\n{}",
                block.line,
                actual.join("\n"),
                expected.join("\n")
            );
        }
        steps.len()
    }

    /// Runs the commands of an `sh` block, each of which must end with 0.
    fn obey(&self, block: &Block) -> usize {
        let commands = block.text.lines().filter(|line| !line.is_empty());
        commands
            .map(|command| {
                let (printed, code) = self.run(&format!("set -e\n{command}"));
                assert_eq!(code, Some(0), "README.md:{}: `{command}` prints\n{printed}", block.line);
            })
            .count()
    }
}

/// Returns a line without what changes with every edit of a built-in profile: the position in it, and the width of the
/// column of places.
fn settled(line: &str) -> String {
    let Some((place, shown)) = line.split_once('│') else { return line.to_owned() };
    let place = place.trim_end();
    let is_built_in = place.starts_with("<built-in>");
    let place = if is_built_in { place.split(':').next().unwrap_or_default() } else { place };
    format!("{place} │{shown}")
}

/// Tells whether lines are those expected, where `...` stands for any number of lines.
fn matches(expected: &[String], actual: &[String]) -> bool {
    let Some((first, rest)) = expected.split_first() else { return actual.is_empty() };
    if first == "..." {
        return (0..=actual.len()).any(|at| matches(rest, &actual[at..]));
    }
    actual.first() == Some(first) && matches(rest, &actual[1..])
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (at, line) in markdown.lines().enumerate() {
        match (line.strip_prefix("```"), is_open) {
            (Some(info), false) => {
                let (language, path) =
                    info.split_once(' ').map_or((info, None), |(language, path)| (language, Some(path)));
                let path = path.map(str::to_owned);
                blocks.push(Block { line: at + 1, language: language.to_owned(), path, text: String::new() });
                is_open = true;
            }
            (Some(_), true) => is_open = false,
            (None, true) => {
                let block = blocks.last_mut().expect("a block is open");
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!is_open, "a block is not closed");
    blocks
}

/// The Rust files below a directory. Links are not followed: golden cases have some that lead anywhere.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let entries = entries.filter_map(|entry| Some((entry.path(), entry.file_type().ok()?)));
    let below = entries.flat_map(|(path, kind)| if kind.is_dir() { sources(&path) } else { vec![path] });
    below.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// Reads a file of the repository, some of which are no text on purpose.
fn read_lossy(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[cfg(test)]
mod of_the_test_itself {
    use super::matches;

    #[test]
    fn three_dots_stand_for_any_lines_and_for_none() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let matches = |expected: &str, actual: &str| matches(&lines(expected), &lines(actual));
        assert!(matches("a ... c", "a b b c") && matches("... a", "a") && matches("a ...", "a b"));
        assert!(!matches("a", "a b") && !matches("a ... c", "a b") && !matches("a b", "a"));
    }
}
