//! What regcfg asked in the live tests of a file: counted, judged, printed at the end, and kept in a file below
//! `target/cluster/asked/`, of which `tests/cluster/asked` makes the sum over all files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Event;

/// What regcfg asked in one test.
pub(crate) struct Asked {
    test: String,
    /// How many requests of each form the server got, such as `get` and `patch dryRun=All`.
    counts: BTreeMap<String, usize>,
    /// How many the proxies saw, which passed most of them on.
    n_proxied: usize,
    /// The requests that could change something.
    harmful: Vec<String>,
    /// The secrets in requests.
    sent: Vec<String>,
}

impl Asked {
    /// Counts and judges the requests of regcfg among those that a server got and those that its proxies saw.
    pub(crate) fn of(test: &str, audit: &[Event], proxied: &[Event], secrets: &[String]) -> Self {
        let (mut counts, mut harmful, mut sent) = (BTreeMap::new(), Vec::new(), Vec::new());
        for event in audit.iter().filter(|event| event.is_ours()) {
            *counts.entry(event.form()).or_default() += 1;
        }
        let n_proxied = proxied.iter().filter(|event| event.is_ours()).count();
        for event in audit.iter().chain(proxied).filter(|event| event.is_ours()) {
            if !event.is_harmless() {
                harmful.push(format!("regcfg asks for a change: {event:?}"));
            }
            let held = secrets.iter().filter(|secret| event.line.contains(secret.as_str()));
            sent.extend(held.map(|secret| format!("regcfg sends the secret `{secret}`: {event:?}")));
        }
        Self { test: test.to_owned(), counts, n_proxied, harmful, sent }
    }

    /// Returns what is wrong with it, in a test in which regcfg asks or does not.
    pub(crate) fn faults(&self, is_asked: bool) -> Vec<String> {
        let mut faults = [&self.harmful[..], &self.sent[..]].concat();
        if (self.counts.is_empty() && self.n_proxied == 0) == is_asked {
            faults.push(format!(
                "regcfg asks {:?} and {} proxied, and the file says otherwise",
                self.counts, self.n_proxied
            ));
        }
        faults
    }

    /// Returns what is counted, and how many there are of it; what must never be begins with `!`.
    fn sums(&self) -> Vec<(String, usize)> {
        let forms = self.counts.iter().map(|(form, count)| (form.clone(), *count));
        let others = [
            ("(seen by proxies)", self.n_proxied),
            ("(tests)", 1),
            ("(tests without regcfg)", usize::from(self.counts.is_empty() && self.n_proxied == 0)),
            ("! could change anything", self.harmful.len()),
            ("! holds a secret", self.sent.len()),
        ];
        forms.chain(others.map(|(what, count)| (what.to_owned(), count))).collect()
    }
}

/// Takes away what an earlier run kept.
pub(super) fn forget() {
    _ = fs::remove_file(file());
}

/// Keeps what was asked in each test of a run, and prints the sums.
#[expect(clippy::print_stdout, reason = "who runs the tests wants to know")]
pub(super) fn keep(tests: &[Asked]) {
    if tests.is_empty() {
        return;
    }
    let (mut lines, mut sums) = (Vec::new(), BTreeMap::<String, usize>::new());
    for asked in tests {
        for (what, count) in asked.sums() {
            lines.push(format!("{}\t{what}\t{count}\n", asked.test));
            *sums.entry(what).or_default() += count;
        }
    }
    lines.sort();
    let file = file();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, lines.concat()).unwrap();
    let sums: Vec<String> = sums.iter().map(|(what, count)| format!("{count} {what}")).collect();
    println!("requests of regcfg: {}\n", sums.join(", "));
}

fn file() -> PathBuf {
    // Of the directory for tests below `target/`.
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("cluster/asked").join(env!("CARGO_CRATE_NAME"))
}
