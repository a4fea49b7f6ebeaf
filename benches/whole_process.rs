//! Times whole processes, cold, as a user or an engine starts them: `cargo bench --bench whole_process`.
//!
//! One cluster with six objects against `--version`, and a made-up fleet. Machines differ: read the ratios.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints, and makes its own input")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_regcfg");
const RUNS: usize = 200;
const FLEET: usize = 1000;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = root.join("examples/aws-upi");
    let version = time(RUNS, &["--version"]);
    let render = time(RUNS, &["render", &text(&example)]);
    let check = time(RUNS, &["check", &text(&example)]);
    println!("{:>34} {:>9} {:>9}", "", "median", "least");
    for (what, times) in [("--version", &version), ("render, six objects", &render), ("check, six objects", &check)] {
        println!("{what:>34} {:>6} µs {:>6} µs", median(times).as_micros(), times[0].as_micros());
    }
    println!("{:>34} {:>9.2}", "render / --version", median(&render).as_secs_f64() / median(&version).as_secs_f64());

    let fleet = fleet(root);
    let times = time(5, &["render", &text(&fleet)]);
    let each = median(&times).as_micros() / FLEET as u128;
    println!("{:>34} {:>6} ms {:>6} µs each", format!("render, {FLEET} clusters"), median(&times).as_millis(), each);
}

/// Runs a command line some times after one warm-up, and returns its times, sorted.
fn time(runs: usize, args: &[&str]) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..=runs)
        .map(|_| {
            let start = Instant::now();
            let status = Command::new(BINARY).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.success()), "{args:?} failed");
            start.elapsed()
        })
        .skip(1)
        .collect();
    times.sort();
    times
}

fn median(times: &[Duration]) -> Duration {
    times[times.len() / 2]
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Makes a project of many clusters that share the example's layers.
fn fleet(root: &Path) -> PathBuf {
    let (example, fleet) = (root.join("examples/aws-upi"), root.join("target/bench-fleet"));
    let spec = fs::read_to_string(example.join("clusters/prod-eu-1.yaml")).expect("the example is there");
    for dir in ["clusters", "layers", "certificates"] {
        fs::create_dir_all(fleet.join(dir)).expect("a directory");
    }
    for file in ["regcfg.yaml", "layers/org.yaml", "layers/production.yaml", "certificates/corporate-root.crt"] {
        fs::copy(example.join(file), fleet.join(file)).expect("a copy");
    }
    for number in 0..FLEET {
        let name = format!("cluster-{number:05}");
        fs::write(fleet.join(format!("clusters/{name}.yaml")), spec.replace("prod-eu-1", &name)).expect("a spec");
    }
    fleet
}
