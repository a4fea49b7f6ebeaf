//! Generated objects of every CRD that OpenShift ships for a minor, each constraint in its turn held and broken.

use std::path::Path;

use serde_json::Value as Json;

use crate::cases::{Target, targets};
use crate::crds::{self, KINDS, is_shipped};
use crate::generate::Generator;
use crate::server::Question;

/// How many objects are judged for each minor, at least, where nothing else is said: each constraint has its turn with few.
pub(crate) const OBJECTS: usize = 2_000;

/// How often each constraint is tried with objects that have nothing else but what is required.
const SPARE_ROUNDS: usize = 4;

/// A kind that the minor has a CRD of.
pub(crate) struct Described {
    pub(crate) kind: &'static str,
    pub(crate) file: &'static str,
    /// Its constraints.
    pub(crate) targets: Vec<Target>,
    spec: Json,
}

/// What an object is about.
pub(crate) struct Case {
    pub(crate) kind: &'static str,
    /// The place of the constraint among those of the kind.
    pub(crate) target: usize,
    pub(crate) is_broken: bool,
}

/// The objects of a minor.
pub(crate) struct Questions {
    pub(crate) kinds: Vec<Described>,
    pub(crate) cases: Vec<Case>,
    /// One for each case.
    pub(crate) asked: Vec<Question>,
}

impl Questions {
    /// Makes at least so many objects, the same each time.
    pub(crate) fn of(folder: &Path, minor: &str, wanted: usize) -> Self {
        let kinds: Vec<Described> = KINDS
            .into_iter()
            .filter(|(_, file)| is_shipped(folder, minor, file))
            .map(|(kind, file)| {
                let spec = crds::schema(folder, minor, file)["properties"]["spec"].clone();
                let targets = targets(&spec, ".spec");
                Described { kind, file, targets, spec }
            })
            .collect();
        let (mut cases, mut questions) = (Vec::new(), Vec::new());
        let mut round = 0;
        while questions.len() < wanted || round < SPARE_ROUNDS + 2 {
            for Described { kind, file, targets, spec } in &kinds {
                for (at, target) in targets.iter().enumerate().filter(|(_, target)| round < 3 || !target.is_large()) {
                    let mut generator = Generator::new((round * 100_000 + at) as u64);
                    let pair = target.pair(spec, round < SPARE_ROUNDS, &mut generator);
                    for (spec, is_broken) in [(Some(pair.right), false), (pair.broken, true)] {
                        if let Some(spec) = spec {
                            questions.push(Question::create(folder, minor, file, kind, &spec));
                            cases.push(Case { kind, target: at, is_broken });
                        }
                    }
                }
            }
            round += 1;
        }
        Self { kinds, cases, asked: questions }
    }

    /// Returns the constraint that a case is about.
    pub(crate) fn target(&self, case: &Case) -> &Target {
        let described = self.kinds.iter().find(|described| described.kind == case.kind);
        &described.expect("cases are of these kinds").targets[case.target]
    }
}
