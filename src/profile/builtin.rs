//! The profiles in the binary: the files of `profiles/`, embedded by the build script.

include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// Returns the names of the built-in profiles, sorted, each once.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let manifests = FILES.iter().filter_map(|(path, _)| path.strip_suffix("/profile.yaml"));
    manifests.filter(|name| !name.contains('/'))
}

/// Returns the files of a built-in profile, by their path below its folder.
pub(super) fn files(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter_map(move |(path, text)| Some((path.strip_prefix(name)?.strip_prefix('/')?, *text)))
}
