//! A [`ClusterDiff`](super::ClusterDiff) in the forms that people and programs read.
