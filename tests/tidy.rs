//! What keeps the repository in order: registries that are complete, headers that are there, texts that are current.
//!
//! Each test gathers all that it finds, and says what to do about it.

#![expect(clippy::disallowed_methods, reason = "tests read the disk, where the library may not")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use regcfg::diag::codes;

/// Codes that no golden case can show, each with what proves it instead.
const NOT_IN_GOLDEN: &[(&str, &str)] = &[
    ("RC0749", "Git keeps no `.git` of others: the example of its explanation has one"),
    ("RC0901", "a bug of regcfg: `cli::panic` has a test"),
];

/// Codes that only a cluster makes anyone say, each with the live test that has it said.
const SHOWN_LIVE: &[(&str, &str, &str)] = &[
    ("RC0810", "tests/live_diff.rs", "what_the_server_refuses_is_told_where_it_was_written"),
    ("RC0811", "tests/live_diff.rs", "what_a_policy_says_is_told_where_it_was_written"),
    ("RC0812", "tests/live_diff.rs", "what_a_policy_says_is_told_where_it_was_written"),
    ("RC0813", "tests/live_diff.rs", "a_reader_gets_the_merge_and_is_told"),
    ("RC0814", "tests/live_diff.rs", "a_cluster_without_the_registry_is_told_once"),
    ("RC0815", "tests/live_diff.rs", "a_cluster_without_the_registry_is_told_once"),
];

/// What only some modules may know, by the text that gives it away.
const KNOWN_ONLY_TO: &[(&str, &[&str])] = &[
    ("granit_parser", &["src/tree/"]),
    ("minijinja", &["src/render/"]),
    ("clap", &["src/cli/"]),
    ("aes_gcm", &["src/sops/"]),
    // Rules: their own stages, and who asks which there are or what they need. What reads bytes knows none.
    (
        "crate::rules",
        &[
            "src/rules/",
            "src/check/",
            "src/validate/",
            "src/update.rs",
            "src/update/",
            "src/impact/",
            "src/pipeline.rs",
            "src/policy/",
            "src/needs/",
            "src/cli/",
        ],
    ),
    // The way to a cluster. Of the client, `validate` has but the evaluator of CEL.
    ("kube", &["src/live/cluster/"]),
    ("kube::core::cel", &["src/validate/cel.rs", "src/validate/crd/"]),
    ("http", &["src/live/cluster/"]),
    ("tokio", &["src/live/cluster/", "src/world/attended.rs"]),
    // Exit codes and programs.
    (
        "std::process",
        &["src/world/program.rs", "src/world/attended.rs", "src/cli/exit.rs", "src/cli/panic.rs", "src/main.rs"],
    ),
];

/// Stages that are pure: they never hold a `World`.
const PURE: &[&str] = &[
    "src/resolve",
    "src/check",
    "src/lower",
    "src/render",
    "src/validate",
    "src/rules",
    "src/policy",
    "src/apply",
    "src/diff",
    "src/impact",
    "src/status",
    "src/import",
];

/// Who asks what a cluster has. All others are given the answers.
const ASKS: &[&str] = &["src/live/", "src/cli/", "src/diff/live.rs", "src/status/", "src/import/gather.rs"];

#[test]
fn codes_are_sorted_unique_and_well_named() {
    let ids: Vec<&str> = codes::ALL.iter().map(|code| code.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "codes.rs is not in order of id: {ids:?}");
    let names: BTreeSet<&str> = codes::ALL.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), ids.len(), "two codes have the same name");
    for name in names {
        let is_kebab = name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        assert!(is_kebab, "`{name}` is not kebab-case");
    }
}

#[test]
fn every_code_is_explained_under_the_same_headings() {
    let mut wrong = String::new();
    for code in codes::ALL {
        // What stands between two fences is an example, whose comments are no headings.
        let prose = code.explanation.split("```").step_by(2).flat_map(str::lines);
        let headings: Vec<&str> = prose.filter(|line| line.starts_with('#')).collect();
        let title = format!("# {}: ", code.id);
        let [first, rest @ ..] = &*headings else { continue };
        if !first.starts_with(&title)
            || rest != ["## What it means", "## Why it matters", "## Example", "## How to fix"]
        {
            let _infallible = writeln!(wrong, "{}.md has the headings {headings:?}", code.id);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_explanation_has_a_code() {
    let strays: Vec<String> = files_below("src/diag/explain")
        .iter()
        .map(|path| file_stem(path))
        .filter(|stem| codes::find(stem).is_none_or(|code| code.id != stem))
        .collect();
    assert!(strays.is_empty(), "no code for src/diag/explain/{strays:?}");
}

#[test]
fn every_code_is_shown_by_a_golden_case() {
    let shown: String = files_below("tests/golden")
        .iter()
        // An explanation shows its code without anyone having met it.
        .filter(|path| !path.starts_with("tests/golden/explain"))
        .filter(|path| path.ends_with("expected/stdout") || path.ends_with("expected/stderr"))
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect();
    let is_shown = |id: &str| shown.contains(&format!("[{id}]")) || shown.contains(&format!("\"code\": \"{id}\""));
    let missing: Vec<&str> = codes::ALL.iter().map(|code| code.id).filter(|id| !is_shown(id)).collect();
    let mut excused: Vec<&str> =
        NOT_IN_GOLDEN.iter().map(|(id, _)| *id).chain(SHOWN_LIVE.iter().map(|(id, ..)| *id)).collect();
    excused.sort_unstable();
    assert_eq!(missing, excused, "codes that no case below tests/golden shows, against those excused");
}

/// A live test that is listed, and that names the code in what it expects.
#[test]
fn codes_that_only_a_cluster_shows_are_shown_by_a_live_test() {
    for (id, file, test) in SHOWN_LIVE {
        let text = read(Path::new(file));
        assert!(text.contains(&format!("        {test},\n")), "{id}: {file} does not list {test}");
        let begin = text.find(&format!("\nfn {test}(")).unwrap_or_else(|| panic!("{id}: {file} has no {test}"));
        let body = &text[begin..begin + text[begin..].find("\n}\n").unwrap_or_default()];
        assert!(body.contains(id), "{id} is not in what {test} of {file} expects");
    }
}

#[test]
fn every_module_says_what_it_is() {
    let sources =
        ["src", "tests", "benches", "examples"].into_iter().flat_map(files_below).filter(|path| is_rust(path));
    let silent: Vec<String> =
        sources.filter(|path| !read(path).starts_with("//!")).map(|path| path.display().to_string()).collect();
    assert!(silent.is_empty(), "these begin without `//!`: {silent:#?}");
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let sources = ["src", "tests", "benches"].into_iter().flat_map(files_below).filter(|path| is_rust(path));
    let long: Vec<String> =
        sources.filter(|path| read(path).lines().count() > 600).map(|path| path.display().to_string()).collect();
    assert!(long.is_empty(), "these are two files each: {long:#?}");
}

#[test]
fn every_file_of_a_rule_is_listed() {
    let registry = read(Path::new("src/rules/mod.rs"));
    let rules: Vec<PathBuf> = files_below("src/rules")
        .into_iter()
        .filter(|path| is_rust(path) && read(path).contains("static RULE: "))
        .collect();
    assert!(rules.len() > 100, "only {} rules were found", rules.len());
    let unlisted: Vec<&PathBuf> =
        rules.iter().filter(|path| !registry.contains(&format!("::{}::RULE,", file_stem(path)))).collect();
    assert!(unlisted.is_empty(), "src/rules/mod.rs does not list {unlisted:?}");
}

#[test]
fn every_rule_stands_in_the_table_of_facts() {
    let table = read(Path::new("src/rules/README.md"));
    let words: Vec<&str> =
        table.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_id = |word: &str| word.len() == 6 && word.starts_with("RC0");
    // `RC0352 to RC0358` names those between, too.
    let is_between =
        |id: &str| words.windows(3).any(|at| at[1] == "to" && is_id(at[0]) && (at[0]..=at[2]).contains(&id));
    let missing: Vec<&str> = regcfg::rules::RULES
        .iter()
        .map(|rule| rule.code.id)
        .filter(|id| !words.contains(id) && !is_between(id))
        .collect();
    assert!(missing.is_empty(), "src/rules/README.md has no row for {missing:?}");
}

#[test]
fn modules_know_only_what_they_should() {
    let mut wrong = String::new();
    for path in files_below("src").iter().filter(|path| is_rust(path)) {
        let (name, text) = (path.display().to_string(), read(path));
        let code = || text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
        for (word, allowed) in KNOWN_ONLY_TO {
            let is_allowed = allowed.iter().any(|prefix| name.starts_with(prefix));
            let without_cel =
                |line: &str| if *word == "kube" { line.replace("kube::core::cel", "") } else { line.into() };
            if !is_allowed && code().any(|line| without_cel(line).contains(&format!("{word}::"))) {
                let _infallible = writeln!(wrong, "{name} knows {word}, which only {allowed:?} may");
            }
        }
        let is_pure = PURE.iter().any(|dir| name.starts_with(dir));
        if is_pure && code().any(|line| line.contains("dyn World") || line.contains("impl World")) {
            let _infallible = writeln!(wrong, "{name} holds a World, which pure stages never do");
        }
        let asks = ASKS.iter().any(|prefix| name.starts_with(prefix));
        if !asks && code().any(|line| line.contains("dyn Live") || line.contains("impl Live")) {
            let _infallible = writeln!(wrong, "{name} asks what a cluster has, which only {ASKS:?} do");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_link_leads_a_build_out_of_the_repository() {
    // Before the first build cargo walks all directories of the package, through links: out of it are pipes, loops, and
    // directories that it may not read.
    let root = env!("CARGO_MANIFEST_DIR");
    let root = fs::canonicalize(root).unwrap_or_else(|error| panic!("{root}: {error}"));
    let leads_out = |path: &&PathBuf| {
        fs::symlink_metadata(path).is_ok_and(|link| link.is_symlink())
            && path.canonicalize().is_ok_and(|target| target.is_dir() && !target.starts_with(&root))
    };
    let files = files_below("tests");
    let wrong: Vec<_> = files.iter().filter(leads_out).collect();
    assert!(wrong.is_empty(), "links that cargo follows out of the repository: {wrong:?}");
}

#[test]
fn the_reference_of_the_command_line_is_current() {
    let reference = format!("# Command line\n\nMade from the help; rewrite with `UPDATE_GOLDEN=1 cargo test`.\n{}", {
        let mut command = regcfg::cli::command().term_width(100);
        command.build();
        described(&mut command, "")
    });
    assert_current("tests/cli-reference.md", &reference);
}

#[test]
fn the_json_schemas_of_regcfgs_own_files_are_current() {
    for (path, kind) in
        [("schemas/cluster-registry.schema.json", "ClusterRegistry"), ("schemas/project.schema.json", "Project")]
    {
        let kind = regcfg::schema::find("regcfg.dev/v1alpha1", kind).expect("the kind is described");
        let schema = regcfg::schema::json_schema::export(kind, None);
        assert_current(path, &(serde_json::to_string_pretty(&schema).expect("JSON") + "\n"));
    }
}

/// Compares a committed file with what the code makes, which `UPDATE_GOLDEN=1` writes.
fn assert_current(path: &str, made: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, made).expect("the file can be written");
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&*committed, made);
    assert!(committed == made, "{}\nrewrite with: UPDATE_GOLDEN=1 cargo test --test tidy", diff.unified_diff());
}

/// Writes the help of a command and of those below it.
fn described(command: &mut clap::Command, parents: &str) -> String {
    let name = format!("{parents}{}", command.get_name());
    let help = command.render_long_help().to_string();
    let help: String = help.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
    let mut text = format!("\n## {name}\n\n```text\n{help}```\n");
    for below in command.get_subcommands_mut().filter(|below| below.get_name() != "help") {
        text += &described(below, &format!("{name} "));
    }
    text
}

fn files_below(dir: &str) -> Vec<PathBuf> {
    fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            // Golden cases have links that lead anywhere.
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_dir { walk(&path, files) } else { files.push(path) }
        }
    }
    let mut files = Vec::new();
    walk(Path::new(dir), &mut files);
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
