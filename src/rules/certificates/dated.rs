//! Which certificates a cluster has and until when, for a report over all clusters. What has expired is a rule's to say.

use super::Bundle;
use crate::load::Contents;
use crate::rules::BundleContext;
use crate::rules::project::digest;
use crate::spec::Spec;
use crate::tree::Place;

/// A certificate that a cluster has, and when it ends.
#[derive(Clone, Debug)]
pub struct Dated {
    /// When it stops being valid, in seconds since 1970, and that day.
    pub until: (i64, String),
    /// Whose it is.
    pub subject: String,
    /// What tells it from others.
    pub digest: u128,
    /// Where it stands.
    pub place: Place,
}

/// Returns the certificates of a spec that are valid at a time and end before another one.
pub fn ending(spec: Spec<'_>, contents: &Contents, as_of: i64, before: i64) -> Vec<Dated> {
    dated(&super::gathered(spec, contents).0, as_of, before)
}

/// Returns the certificates of a cluster's manifests that are valid at a time and end before another one.
pub fn ending_in_manifests(ctx: &BundleContext<'_>, as_of: i64, before: i64) -> Vec<Dated> {
    dated(&super::manifests::gathered(ctx).0, as_of, before)
}

fn dated(bundles: &[Bundle<'_>], as_of: i64, before: i64) -> Vec<Dated> {
    let all = bundles.iter().flat_map(Bundle::certificates);
    let ending = all.filter(|(_, one)| as_of <= one.until.0 && one.until.0 < before);
    let dated = ending.map(|(place, one)| Dated {
        until: one.until.clone(),
        subject: one.subject.clone(),
        digest: digest(one.der()),
        place: place.clone(),
    });
    dated.collect()
}
