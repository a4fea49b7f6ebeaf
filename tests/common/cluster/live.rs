//! How live tests are listed and run: each before a cluster of its own, and ignored, with the reason, where there is none.
//!
//! `REGCFG_CLUSTER=required` makes the lack of a cluster an error. After each test, the audit log of its cluster must hold no
//! request of regcfg that could change anything, and none that holds a secret.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use super::Cluster;
use super::programs::Programs;

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
            cluster.assert_that_regcfg_changes_nothing();
            Ok(())
        }),
        Err(why) if is_required => Trial::test(name, move || Err(why.into())),
        Err(why) => Trial::ignorable_test(name, move || Ok(Completion::ignored_with(why))),
    };
    libtest_mimic::run(&Arguments::from_args(), tests.iter().map(trial).collect()).exit_code()
}

impl Cluster {
    /// Looks at all requests of regcfg: each but reads, or runs dry, and holds no secret that was noted.
    fn assert_that_regcfg_changes_nothing(&self) {
        let secrets = self.secrets.lock().unwrap();
        for event in self.audit().iter().filter(|event| event.is_ours()) {
            assert!(event.is_harmless(), "regcfg asks for a change: {event:?}");
            let sent = format!("{} {}", event.uri, event.object);
            let secret = secrets.iter().find(|secret| sent.contains(secret.as_str()));
            assert!(secret.is_none(), "regcfg sends the secret {secret:?}: {event:?}");
        }
    }
}
