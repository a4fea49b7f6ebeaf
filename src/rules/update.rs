//! What a rule on updates can see: one cluster's objects as they were and as they shall be.

use super::BundleContext;

/// What a rule on updates can see. Findings point into the new objects, or at what names the cluster where something is
/// gone.
pub struct UpdateContext<'o> {
    /// The objects that the cluster has.
    pub old: BundleContext<'o>,
    /// The objects that it shall have.
    pub new: BundleContext<'o>,
}
