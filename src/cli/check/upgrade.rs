//! `check --openshift RANGE` of specs: what begins or ceases to hold on the way through the minors of the range.

use super::only::Only;
use crate::diag::Upgrade;
use crate::pipeline::{self, Session};
use crate::target::Target;
use crate::world::ProjectPath;

/// What is asked of each spec, beside what its own target says.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// The minors to run it on, in place of its own.
    pub(super) range: Target,
    /// The one verdict that is asked for, if one is.
    pub(super) only: Option<Only>,
}

/// Runs a spec on every minor of a range.
pub(super) fn upgrade(session: &Session<'_>, path: &ProjectPath, asked: Asked) -> Upgrade {
    let mut found = pipeline::on_each_minor(session, path, asked.range);
    if let Some(only) = asked.only {
        found.iter_mut().for_each(|on| only.filter(&mut [], &mut on.findings));
    }
    Upgrade::new(session.project.world().display(path), found, pipeline::stage)
}
