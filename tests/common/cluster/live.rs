//! How live tests are listed and run: each before a cluster of its own, and ignored, with the reason, where there is none.
//!
//! `REGCFG_CLUSTER=required` makes the lack of a cluster an error. After each test, what regcfg asked is looked at, in the
//! audit log of its cluster and in what its proxies saw: nothing that could change anything, and nothing that holds a secret;
//! but something, unless the file says that regcfg asks nothing. The sums are printed, and kept for `tests/cluster/asked`.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Completion, Trial};
use regcfg::target::Minor;

use super::asked::{self, Asked};
use super::programs::Programs;
use super::{Cluster, crds};

type Run = Box<dyn FnOnce(&Cluster) + Send>;

/// A test before a cluster.
pub(crate) struct Test {
    name: String,
    /// What is tested, or why nothing can be.
    run: Result<Run, String>,
}

impl Test {
    /// Makes a test.
    pub(crate) fn new(name: impl Into<String>, run: impl FnOnce(&Cluster) + Send + 'static) -> Self {
        Self { name: name.into(), run: Ok(Box::new(run)) }
    }

    /// Makes a test of each minor whose CRDs are beside the repository, `name_on_4_19` and so on.
    pub(crate) fn on_each_minor(name: &str, run: fn(&Cluster, Minor)) -> Vec<Self> {
        let minors = crds::minors();
        if minors.is_empty() {
            let why = "OpenShift's CRDs are not beside the repository";
            return vec![Self { name: name.to_owned(), run: Err(why.into()) }];
        }
        let on = |minor: Minor| format!("{name}_on_{}", minor.to_string().replace('.', "_"));
        minors.into_iter().map(|minor| Self::new(on(minor), move |cluster| run(cluster, minor))).collect()
    }
}

/// Lists functions as live tests, each under its own name.
#[allow(unused_macros, reason = "other tests use it")]
macro_rules! tests {
    ($($test:ident),+ $(,)?) => {
        vec![$(cluster::live::Test::new(stringify!($test), $test)),+]
    };
}
pub(crate) use tests;

/// Lists functions that take a minor as live tests, each on every minor.
#[allow(unused_macros, reason = "other tests use it")]
macro_rules! tests_on_each_minor {
    ($($test:ident),+ $(,)?) => {
        [$(cluster::live::Test::on_each_minor(stringify!($test), $test)),+].into_iter().flatten().collect::<Vec<_>>()
    };
}
pub(crate) use tests_on_each_minor;

/// Runs the tests of a file, as its `main`. In each of them regcfg asks the cluster.
pub(crate) fn run(tests: Vec<Test>) -> ExitCode {
    run_where(true, tests)
}

/// Runs the tests of a file in which regcfg asks no cluster.
pub(crate) fn run_without_regcfg(tests: Vec<Test>) -> ExitCode {
    run_where(false, tests)
}

fn run_where(is_asked: bool, tests: Vec<Test>) -> ExitCode {
    let programs = Programs::find();
    let is_required = std::env::var_os("REGCFG_CLUSTER").is_some_and(|value| value == "required");
    let asked = Arc::<Mutex<Vec<Asked>>>::default();
    let trial = |Test { name, run }: Test| match (run, programs.clone()) {
        (Ok(run), Ok(programs)) => {
            let all = asked.clone();
            Trial::test(name.clone(), move || {
                let cluster = Cluster::start(&programs);
                run(&cluster);
                let asked = cluster.asked(&name);
                let faults = asked.faults(is_asked);
                all.lock().unwrap().push(asked);
                if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
            })
        }
        (Ok(_), Err(why)) if is_required => Trial::test(name, move || Err(why.into())),
        (Err(why), _) | (_, Err(why)) => Trial::ignorable_test(name, move || Ok(Completion::ignored_with(why))),
    };
    let arguments = Arguments::from_args();
    if !arguments.list {
        asked::forget();
    }
    let exit = libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code();
    asked::keep(&asked.lock().unwrap());
    exit
}

/// Starts a cluster for what is no test, or says why there is none.
pub(crate) fn alone() -> Result<Cluster, String> {
    Programs::find().map(|programs| Cluster::start(&programs))
}
