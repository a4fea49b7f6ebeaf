//! What a cluster says about its registry -> what is well, what is not, why, and what to do.
