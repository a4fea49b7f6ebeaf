//! What a rule on projects can see: all clusters of a project at once, each with its resolved spec.

use crate::check::Checked;
use crate::world::ProjectPath;

/// What a rule on projects can see.
pub struct ProjectContext<'p> {
    /// The clusters in order of their files, those without errors.
    pub clusters: &'p [(ProjectPath, Checked)],
    /// Every layer of the project, in order of the files.
    pub layers: &'p [ProjectPath],
}
