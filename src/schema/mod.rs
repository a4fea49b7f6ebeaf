//! Structural schemas of every kind that regcfg knows, by OpenShift minor, and the one interpreter that reads them.
//!
//! The descriptions stand in `schemas/*.yaml`; the build makes static tables of them, so nothing is parsed or allocated at
//! run time. [`interpret`] walks a tree beside a schema and collects faults; [`report`] says them as findings; nothing
//! here knows which objects exist or where they came from.

pub mod cel_library;
mod correlate;
pub mod crd;
pub mod fault;
pub mod field;
pub mod format;
pub mod interpret;
pub mod json_schema;
mod native;
pub mod openapi;
pub(crate) mod re2;
pub mod report;
mod stored;
mod table;
pub mod words;
mod written;

pub use correlate::Correlated;
pub use stored::stored;
pub use table::{
    Additional, Format, Keywords, Kind, Lands, ListType, Literal, Names, Part, Pattern, Property, Rule, Schema, Type,
    Variant,
};

use std::fmt;

use crate::target::{Minor, Target};

/// Returns every kind, those of regcfg's own files included, in order of their files' names.
pub fn kinds() -> &'static [Kind] {
    table::kinds()
}

/// Returns the kind that an object says it is.
pub fn find(api_version: &str, kind: &str) -> Option<&'static Kind> {
    kinds().iter().find(|known| known.kind == kind && known.is_api_version(api_version))
}

/// A run of minors on which a kind's schema is the same, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The first minor.
    pub first: Minor,
    /// The last minor.
    pub last: Minor,
}

/// Shows `4.16` or `4.16 to 4.17`.
impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{} to {}", self.first, self.last) }
    }
}

impl Kind {
    /// Returns `group/version`, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Tells whether this is the kind's `apiVersion`.
    pub fn is_api_version(&self, api_version: &str) -> bool {
        match api_version.split_once('/') {
            Some((group, version)) => group == self.group && version == self.version,
            None => self.group.is_empty() && api_version == self.version,
        }
    }

    /// Tells whether the kind exists on a minor.
    pub fn is_on(&self, minor: Minor) -> bool {
        self.since <= minor && self.until.is_none_or(|until| minor < until)
    }

    /// Cuts a target into the runs of minors on which this kind's schema is the same, so that each is checked once.
    pub fn segments(&self, target: Target) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        for minor in target.minors() {
            match segments.last_mut() {
                Some(segment) if !self.changes.contains(&minor) => segment.last = minor,
                _ => segments.push(Segment { first: minor, last: minor }),
            }
        }
        segments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_api_version_and_name() {
        let config = find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
        assert_eq!(config.singleton, Some("cluster"));
        assert!(find("imageregistry.operator.openshift.io/v2", "Config").is_none());
        assert!(find("v1", "Config").is_none());
    }

    #[test]
    fn a_range_is_cut_where_the_schema_changes() {
        let config = find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
        let segments = config.segments("4.18..4.22".parse().unwrap());
        assert_eq!(segments, [Segment { first: Minor::of(4, 18), last: Minor::of(4, 22) }]);
        assert!(config.segments("4.4..4.6".parse().unwrap()).len() > 1);
    }
}
