//! Manifests as if they were what a cluster has: a directory, a stream, or what a revision renders.
