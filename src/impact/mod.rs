//! Changes of an object -> how hard each hits the cluster, and why.
//!
//! What is known stands as data in `impact.yaml`; what a change hits beyond its own path (a ConfigMap that the registry
//! mounts, a claim that is deleted with its data) is told here.

/// How hard a change hits, the harmless before the worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing is restarted.
    #[default]
    None,
    /// New registry pods replace the old ones.
    Rollout,
    /// Nodes are drained, or restarted, one after the other.
    Drain,
    /// Images are deleted, or can no longer be reached.
    DataLoss,
}

/// An impact, and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// How hard it hits.
    pub impact: Impact,
    /// The path of the field in the object, such as `spec.storage.s3.bucket`; empty for the whole object.
    pub path: String,
    /// What happens, in one line.
    pub why: String,
}

impl Impact {
    /// Returns the word for it on the command line and in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Rollout => "rollout",
            Self::Drain => "drain",
            Self::DataLoss => "data-loss",
        }
    }
}
