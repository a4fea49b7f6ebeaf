//! `regcfg check --against`: the update from an older state of the same clusters, which is a directory or a revision.

use anyhow::Result;

use crate::cli::console::Console;
use crate::cli::states::{Asked, gather};
use crate::diag::Findings;
use crate::diag::visible::visible;
use crate::update;

/// Checks the update; an older state that cannot be had is an error.
pub(super) fn check(asked: &Asked<'_>, findings: &mut Findings, console: &mut Console<'_>) -> Result<()> {
    let (mut n_new, mut n_matched) = (0, 0);
    for states in gather(asked, findings)? {
        n_new += states.new.len();
        let compared = update::check(&states.before, &states.new, asked.target, states.are_all, findings);
        n_matched += compared.n_matched;
    }
    if n_new > 0 && n_matched == 0 {
        let called = visible(&asked.against.display().to_string()).into_owned();
        console.note(&format!("no cluster has an older state in `{called}`, and no update was checked"));
    }
    Ok(())
}
