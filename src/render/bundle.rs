//! The stage: [`Lowered`] -> [`RenderedBundle`], by the templates of the platform's profile. What is passed on as it is
//! comes after what they make.

use super::{Rendered, Template, Templates};
use crate::diag::Findings;
use crate::lower::Lowered;
use crate::profile::Profile;

/// A cluster's rendered objects, not yet judged.
#[derive(Clone, Debug)]
pub struct RenderedBundle {
    /// What they were rendered from.
    pub lowered: Lowered,
    /// The objects, in the order of their templates; then those that are passed on.
    pub objects: Vec<Rendered>,
}

/// Renders the objects of a cluster; returns none where an error was added to the findings.
pub fn render(lowered: Lowered, findings: &mut Findings) -> Option<RenderedBundle> {
    let checked = &lowered.checked;
    let (templates, faults) = checked.profile().read_templates();
    findings.extend(faults.clone());
    let fallback = checked.resolved().platform();
    let mut objects = templates.as_ref()?.render(&lowered.context, checked.target(), fallback, findings)?;
    let passed_on = lowered.passed_on.iter();
    objects.extend(passed_on.map(|object| Rendered { template: "".into(), object: object.clone() }));
    Some(RenderedBundle { lowered, objects })
}

impl Profile {
    /// Returns the profile's templates, read once for all clusters, with what is wrong with them.
    pub fn read_templates(&self) -> &(Option<Templates>, Findings) {
        self.read.get_or_init(|| {
            let mut faults = Findings::new();
            let templates = self.templates();
            let templates = templates.map(|(name, source)| Template { name: name.to_owned(), source: source.clone() });
            (Templates::new(templates.collect(), &mut faults), faults)
        })
    }
}
