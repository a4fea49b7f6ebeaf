//! How many objects become what, in the words of a plan.

use std::fmt;

use crate::diff::{ClusterDiff, ObjectDiff, What};

/// How many objects become what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They would be created.
    pub create: usize,
    /// They would be changed.
    pub change: usize,
    /// They stay as they are.
    pub unchanged: usize,
    /// They are rendered no more, and an engine that prunes deletes them.
    pub gone: usize,
    /// They are rendered no more, and are never offered for removal.
    pub kept: usize,
    /// That cannot be told.
    pub unknown: usize,
}

impl Counts {
    /// Counts the objects of clusters.
    pub fn of<'a>(clusters: impl IntoIterator<Item = &'a ClusterDiff>) -> Self {
        Self::of_objects(clusters.into_iter().flat_map(|cluster| &cluster.objects))
    }

    /// Counts objects.
    pub fn of_objects<'a>(objects: impl IntoIterator<Item = &'a ObjectDiff>) -> Self {
        let mut counts = Self::default();
        for object in objects {
            *counts.place_of(&object.what) += 1;
        }
        counts
    }

    fn place_of(&mut self, what: &What) -> &mut usize {
        match what {
            What::Create(_) => &mut self.create,
            What::Change => &mut self.change,
            What::Unchanged => &mut self.unchanged,
            What::NoLongerRendered { kept: false } => &mut self.gone,
            What::NoLongerRendered { kept: true } => &mut self.kept,
            What::Unknown(_) => &mut self.unknown,
        }
    }
}

/// Shows `3 to create, 1 to change, 9 unchanged, 1 no longer rendered`, without what there is none of.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.create, "to create"),
            (self.change, "to change"),
            (self.unchanged, "unchanged"),
            (self.gone, "no longer rendered"),
            (self.kept, "no longer rendered but kept"),
            (self.unknown, "unknown"),
        ];
        let said: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
        if said.is_empty() { f.write_str("no objects") } else { f.write_str(&said.join(", ")) }
    }
}
