//! Checks that can be switched off one by one, to see that some test misses each: only with the feature `mutation`, which
//! no release has. Without it, nothing is ever off.

/// Tells whether a check is switched off: a rule by its code, a constraint of schemas by its [part](PARTS).
#[cfg(feature = "mutation")]
pub(crate) fn is_off(part: &str) -> bool {
    static OFF: std::sync::OnceLock<Option<std::ffi::OsString>> = std::sync::OnceLock::new();
    let off = OFF.get_or_init(|| crate::world::fs::variable("REGCFG_MUTANT").map(Into::into));
    off.as_deref().is_some_and(|off| off == part)
}

#[cfg(not(feature = "mutation"))]
pub(crate) const fn is_off(_part: &str) -> bool {
    false
}

/// The constraints of schemas that can be switched off.
#[cfg(feature = "mutation")]
pub const PARTS: &[&str] = &[
    "unknown-field",
    "field-of-other-minor",
    "type",
    "types",
    "required",
    "enum",
    "pattern",
    "format",
    "go-duration",
    "name-pattern",
    "min-length",
    "max-length",
    "max-name-length",
    "minimum",
    "maximum",
    "min-items",
    "max-items",
    "min-fields",
    "max-fields",
    "list-type",
    "any-of",
    "cel",
];
