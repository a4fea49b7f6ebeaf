//! The two states of a cluster as files, for a program that compares directories: named as `kubectl diff` names them.
//!
//! What stands in them is what every other form shows: secrets are masked, and so is what `kubectl` leaves, such as the
//! annotation in which it notes what was last applied. Nothing is written here.

use std::collections::BTreeSet;

use crate::diff::{ClusterDiff, ObjectDiff, What};

use super::names;
use super::states::States;

/// An object as two files, or one where it is there before or after alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name of both, one part of a path.
    pub name: String,
    /// What is there.
    pub live: Option<String>,
    /// What would be there.
    pub merged: Option<String>,
}

/// Returns the files of all objects of a cluster of which both states are known.
pub fn files(cluster: &ClusterDiff) -> Vec<Pair> {
    let mut taken = BTreeSet::new();
    cluster.objects.iter().filter_map(|object| pair(object, &mut taken)).collect()
}

fn pair(object: &ObjectDiff, taken: &mut BTreeSet<String>) -> Option<Pair> {
    let States { before, after, .. } = States::of(object);
    let (live, merged) = match object.what {
        What::Unknown(_) => return None,
        What::Create(_) => (None, after),
        What::Change => (before, after),
        // One of the two may be enough to say what is in both.
        What::Unchanged | What::NoLongerRendered { kept: true } => {
            let same = before.or(after);
            (same.clone(), same)
        }
        What::NoLongerRendered { kept: false } => (before, None),
    };
    let name = names::file(&object.object);
    // Two objects cannot have the same name but where it was cut.
    ((live.is_some() || merged.is_some()) && taken.insert(name.clone())).then_some(Pair { name, live, merged })
}
