//! How live tests are listed and run: each before a cluster of its own, and ignored, with the reason, where there is none.
//!
//! `REGCFG_CLUSTER=required` makes the lack of a cluster an error. After each test, the audit log of its cluster must hold no
//! request of regcfg that could change anything, and none that holds a secret.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use super::programs::Programs;
use super::{Cluster, Event};

/// A test before a cluster.
pub(crate) type Test = fn(&Cluster);

/// Lists functions as live tests, each under its own name.
macro_rules! tests {
    ($($test:ident),+ $(,)?) => {
        &[$((stringify!($test), $test as cluster::live::Test)),+]
    };
}
pub(crate) use tests;

/// Runs the tests of a file, as its `main`.
pub(crate) fn run(tests: &[(&'static str, Test)]) -> ExitCode {
    let programs = Programs::find();
    let is_required = std::env::var_os("REGCFG_CLUSTER").is_some_and(|value| value == "required");
    let trial = |&(name, test): &(&'static str, Test)| match programs.clone() {
        Ok(programs) => Trial::test(name, move || {
            let cluster = Cluster::start(&programs);
            test(&cluster);
            let faults = faults(&cluster.audit(), &cluster.secrets.lock().unwrap());
            if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
        }),
        Err(why) if is_required => Trial::test(name, move || Err(why.into())),
        Err(why) => Trial::ignorable_test(name, move || Ok(Completion::ignored_with(why))),
    };
    libtest_mimic::run(&Arguments::from_args(), tests.iter().map(trial).collect()).exit_code()
}

/// Starts a cluster for what is no test, or says why there is none.
pub(crate) fn alone() -> Result<Cluster, String> {
    Programs::find().map(|programs| Cluster::start(&programs))
}

/// Looks at the requests of regcfg among others: each but reads, or runs dry, and holds no secret. Returns those that do not.
pub(crate) fn faults(events: &[Event], secrets: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for event in events.iter().filter(|event| event.is_ours()) {
        if !event.is_harmless() {
            faults.push(format!("regcfg asks for a change: {event:?}"));
        }
        let sent = format!("{} {}", event.uri, event.object);
        let held = secrets.iter().filter(|secret| sent.contains(secret.as_str()));
        faults.extend(held.map(|secret| format!("regcfg sends the secret `{secret}`: {event:?}")));
    }
    faults
}
