//! The objects of a cluster -> a spec that renders them, the files that it names, and what no spec can say.
