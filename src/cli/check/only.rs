//! One verdict alone: the API server's, or the operator's.

use clap::ValueEnum;

use crate::diag::{Code, Diagnostic, Findings, Item, Side};

/// The verdict that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// What the API server says: schemas and their rules
    Schema,
    /// What the registry operator, the nodes and the registry say
    Rules,
}

impl Only {
    /// Leaves out the findings of the other verdict. What kept a file from being read at all belongs to both.
    pub(super) fn filter(self, items: &mut [Item], findings: &mut Findings) {
        let reason = match self {
            Self::Schema => "rules that come first have errors, which `--only schema` leaves out",
            Self::Rules => "the API server refuses it, which `--only rules` leaves out",
        };
        let is_asked_for = |finding: &Diagnostic| whose(finding.code).is_none_or(|verdict| verdict == self);
        for item in items {
            item.keep(is_asked_for, reason);
        }
        let mut kept = Findings::new();
        kept.extend(std::mem::take(findings).into_iter().filter(is_asked_for));
        *findings = kept;
    }
}

/// Returns whose verdict a code tells; none where it is about text that neither comes to see.
fn whose(code: &'static Code) -> Option<Only> {
    match code.side() {
        Side::Files => None,
        Side::Schema => Some(Only::Schema),
        Side::Rules => Some(Only::Rules),
    }
}
