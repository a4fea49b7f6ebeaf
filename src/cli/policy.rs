//! `--policy FILE`: the policy of whoever invokes regcfg, from outside of the repositories that it holds for.

use std::path::Path;

use anyhow::{Context, Result};

use super::failure::Found;
use super::outside::{self, cannot_read, shown};
use crate::diag::Findings;
use crate::policy::Policy;
use crate::tree::{Source, SourceKind};

/// What a policy is in messages.
const POLICY: outside::Kind = outside::Kind {
    noun: "the policy",
    within: "the repository that it would hold for",
    help: "keep it where those who write to the repository cannot change it",
    limit: 1 << 20,
};

/// Reads the policy at a path that is in none of the repositories `around`.
pub(super) fn read(path: &Path, around: &[&Path]) -> Result<Policy> {
    let bytes = outside::read(POLICY, path, around)?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("it is not UTF-8"));
    let text = text.with_context(|| cannot_read(POLICY, path))?;
    let mut findings = Findings::new();
    let policy = Policy::read(&Source::new(shown(path), text, SourceKind::User), &mut findings);
    policy.ok_or_else(|| Found::from(findings).into())
}
