//! Keeps the skeletons of a template by the path that its evaluation took, so that the next cluster which takes the same
//! path is filled without parsing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::tree::skeleton::Skeleton;

/// The most nodes and path steps kept per template; beyond, all are dropped and collected anew.
const HEAVIEST: usize = 40_000;

/// The documents of one path through a template.
pub(super) type Documents = Arc<Vec<Skeleton>>;

/// The skeletons of one template.
#[derive(Default)]
pub(super) struct Shapes {
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    documents: HashMap<Box<[u32]>, Documents>,
    weight: usize,
}

impl Shapes {
    /// Returns the documents of a path, if they are kept.
    pub(super) fn get(&self, trace: &[u32]) -> Option<Documents> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.documents.get(trace).cloned()
    }

    /// Keeps the documents of a path, unless they are too heavy.
    pub(super) fn keep(&self, trace: &[u32], documents: &Documents, n_nodes: usize) {
        let weight = trace.len() + n_nodes;
        if weight > HEAVIEST / 4 {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.weight + weight > HEAVIEST {
            kept.documents.clear();
            kept.weight = 0;
        }
        if kept.documents.insert(trace.into(), Arc::clone(documents)).is_none() {
            kept.weight += weight;
        }
    }
}
