//! Times `check` on the rendered objects of 1 000 clusters, one process on all cores: `cargo bench --bench check`.
//!
//! Beside it stand what reading and parsing the same files takes on as many threads, and kubeconform, where
//! `REGCFG_KUBECONFORM` names one: `GOBIN=/somewhere go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0`. It is
//! given the schemas that `regcfg schema` prints, so that it fetches nothing; it knows no CEL and no rules. Machines differ:
//! read the ratios.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints, and makes its own input")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use regcfg::diag::Findings;
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Source, SourceKind};

const BINARY: &str = env!("CARGO_BIN_EXE_regcfg");
const CLUSTERS: usize = 1000;
const RUNS: usize = 5;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let n_threads = thread::available_parallelism().map_or(1, usize::from);
    let rendered = rendered(root);
    let files = files(&rendered);
    let bytes: u64 = files.iter().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum();
    println!("{CLUSTERS} clusters, {} files, {} KiB, {n_threads} threads", files.len(), bytes >> 10);
    println!("{:>24} {:>9} {:>9} {:>9} {:>9}", "best of 5", "wall", "to parse", "CPU", "to parse");

    let parse = best(|| parse(&files, n_threads));
    show("parse alone", parse, parse);
    let dir = rendered.as_os_str();
    show("check", best(|| run(BINARY, &[OsStr::new("check"), dir])), parse);
    let only = ["check", "--only", "schema"].map(OsStr::new);
    show("check --only schema", best(|| run(BINARY, &[&only[..], &[dir]].concat())), parse);
    match std::env::var_os("REGCFG_KUBECONFORM") {
        Some(kubeconform) => {
            let schemas = schemas(root, &files);
            let location = schemas.join("{{ .ResourceKind }}.json");
            let threads = n_threads.to_string();
            let args =
                [OsStr::new("-n"), OsStr::new(&threads), OsStr::new("-schema-location"), location.as_os_str(), dir];
            show("kubeconform", best(|| run(&kubeconform, &args)), parse);
        }
        None => println!("{:>24} REGCFG_KUBECONFORM names none", "kubeconform"),
    }
}

/// A time by the clock, and of all processors.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    cpu: Duration,
}

fn show(what: &str, took: Took, parse: Took) {
    let [wall, cpu] =
        [(took.wall, parse.wall), (took.cpu, parse.cpu)].map(|(of, to)| of.as_secs_f64() / to.as_secs_f64());
    println!("{what:>24} {:>6} ms {wall:>9.2} {:>6} ms {cpu:>9.2}", took.wall.as_millis(), took.cpu.as_millis());
}

/// Does something some times after one warm-up, and returns the best.
fn best(mut act: impl FnMut() -> Took) -> Took {
    act();
    (0..RUNS).map(|_| act()).min_by_key(|took| took.wall).expect("at least one run")
}

fn run(program: impl AsRef<OsStr>, args: &[&OsStr]) -> Took {
    timed(|| {
        let mut command = Command::new(&program);
        let output = command.args(args).stdin(Stdio::null()).output().expect("the program runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
    })
}

/// Reads and parses files on some threads.
fn parse(files: &[PathBuf], n_threads: usize) -> Took {
    timed(|| {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..n_threads {
                scope.spawn(|| {
                    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let text = fs::read_to_string(file).expect("a file");
                        let source = Source::new("a.yaml", text, SourceKind::User);
                        assert!(documents(&source, Reading::AsKubectl, &mut Findings::new()).is_some());
                    }
                });
            }
        });
    })
}

fn timed(act: impl FnOnce()) -> Took {
    let (cpu, start) = (cpu(), Instant::now());
    act();
    Took { wall: start.elapsed(), cpu: self::cpu().saturating_sub(cpu) }
}

/// Returns what this process and the children that it waited for took of processors, in steps of 10 ms.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Renders a project of many clusters that share the example's layers.
fn rendered(root: &Path) -> PathBuf {
    let (example, fleet) = (root.join("examples/aws-upi"), root.join("target/bench-check"));
    let spec = fs::read_to_string(example.join("clusters/prod-eu-1.yaml")).expect("the example is there");
    for dir in ["clusters", "layers", "certificates"] {
        fs::create_dir_all(fleet.join(dir)).expect("a directory");
    }
    for file in ["regcfg.yaml", "layers/org.yaml", "layers/production.yaml", "certificates/corporate-root.crt"] {
        fs::copy(example.join(file), fleet.join(file)).expect("a copy");
    }
    for number in 0..CLUSTERS {
        let name = format!("cluster-{number:05}");
        fs::write(fleet.join(format!("clusters/{name}.yaml")), spec.replace("prod-eu-1", &name)).expect("a spec");
    }
    // Beside the project, not in it: what is measured is other people's manifests.
    let rendered = root.join("target/bench-check-rendered");
    let args = [OsStr::new("render"), OsStr::new("-o"), rendered.as_os_str(), fleet.as_os_str()];
    run(BINARY, &args);
    rendered
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
    files
}

/// Writes the JSON Schema of each kind that the files hold, by the kind's name in lower case.
fn schemas(root: &Path, files: &[PathBuf]) -> PathBuf {
    let dir = root.join("target/bench-check-schemas");
    fs::create_dir_all(&dir).expect("a directory");
    let texts = files.iter().take(100).filter_map(|file| fs::read_to_string(file).ok());
    let kinds: BTreeSet<String> = texts
        .flat_map(|text| {
            text.lines().filter_map(|line| line.strip_prefix("kind: ").map(str::to_owned)).collect::<Vec<_>>()
        })
        .collect();
    for kind in kinds {
        let output = Command::new(BINARY).args(["schema", &kind]).output().expect("the binary runs");
        assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(dir.join(format!("{}.json", kind.to_lowercase())), output.stdout).expect("a schema");
    }
    dir
}
