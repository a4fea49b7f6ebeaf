//! A live cluster, through its API server: read only, and never changed.
