//! Checks that can be switched off one by one, to see that some test misses each: only with the feature `mutation`, which
//! no release has. Without it, nothing is ever off.

/// Tells whether a check is switched off: a rule by its code, any other by its [part](PARTS).
#[cfg(feature = "mutation")]
pub(crate) fn is_off(part: &str) -> bool {
    debug_assert!(part.starts_with("RC") || PARTS.contains(&part), "no run switches off {part}");
    off().is_some_and(|off| off == part)
}

/// Tells whether a keyword of the definitions that `check --crd` is given is switched off.
#[cfg(feature = "mutation")]
pub(crate) fn is_keyword_off(keyword: &str) -> bool {
    off().and_then(|off| off.strip_prefix("crd-")) == Some(keyword)
}

#[cfg(feature = "mutation")]
fn off() -> Option<&'static str> {
    static OFF: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    OFF.get_or_init(|| crate::world::fs::variable("REGCFG_MUTANT").and_then(|off| off.into_string().ok())).as_deref()
}

#[cfg(not(feature = "mutation"))]
pub(crate) const fn is_off(_part: &str) -> bool {
    false
}

#[cfg(not(feature = "mutation"))]
pub(crate) const fn is_keyword_off(_keyword: &str) -> bool {
    false
}

/// What can be switched off beside rules: constraints of schemas, what the API server does before and beside them, and
/// keywords of definitions.
#[cfg(feature = "mutation")]
#[rustfmt::skip]
pub const PARTS: &[&str] = &[
    // Schemas.
    "unknown-field", "field-of-other-minor", "type", "types", "int-or-string", "nullable", "required", "enum", "pattern",
    "format-byte", "format-date-time", "format", "go-duration",
    "name-pattern", "min-length", "max-length", "max-name-length", "minimum", "maximum", "int32", "min-items", "max-items",
    "min-fields", "max-fields", "list-set", "list-map", "any-of", "all-of", "preserve-unknown-fields",
    "null-metadata", "default-of-required", "default-of-key", "encrypted-type",
    // What stands within `anyOf`, `allOf` and `not`.
    "enum-within", "max-length-within", "items-within", "required-within", "fields-within", "not-within", "any-of-within",
    "default-within",
    // What the API server stores.
    "pruning", "null-pruning", "default", "default-of-null", "null",
    // What a cluster has already.
    "bootstrapped-spec", "bootstrapped-fields", "merged-atomic-map", "merged-list-map", "merged-list-set", "merged-null",
    // Updates.
    "ratcheting", "ratcheting-duplicates", "correlated-items", "atomic-map",
    // Rules in CEL.
    "cel", "cel-evaluated", "cel-pattern", "cel-on-secrets", "cel-ratcheting", "cel-cost", "cel-budget",
    // Metadata and identity.
    "name", "name-label", "name-path", "missing-name", "singleton", "generate-name", "finalizer", "generation",
    "namespace", "missing-namespace", "namespace-of-cluster", "label-key", "label-value", "annotation-key",
    "annotations-size", "no-object", "api-version", "unknown-kind", "kind-of-other-minor", "duplicate-object",
    "list-of-objects", "status",
    // What single kinds ask for, and encrypted values.
    "secret-type", "key-in-both", "data-key", "data-size", "docker-config", "claim-size", "access-modes", "encrypted-identity",
    "encrypted-values",
    // How secrets are delivered: one way for each, what is sealed or encrypted, and what is there already.
    "one-delivery", "login-delivery", "reference", "sealed-key", "sealed-scope-of-template",
    "sealed-binding", "sealed-kind", "sealed-as-one", "sealed-template", "sealed-scopes", "sealed-said-scope", "sealed-cluster-wide",
    "encrypted-name", "encrypted-kind", "encrypted-key", "encrypted-leaf", "encrypted-field", "encrypted-documents",
    "encrypted-directive", "encrypted-last-applied", "encrypted-guard",
    // What of SOPS is refused, and for whom a policy's identities decrypt.
    "sops-mac", "sops-comments", "sops-shared", "sops-recipient", "sops-leaf", "sops-spelling", "sops-rules",
    "identity-repository", "identity-project", "identity-pattern",
    // What a secret may hold, and where it may go.
    "secret-credentials-file", "secret-account-key", "secret-keyfile", "secret-signing-key", "secret-control", "secret-ends",
    "login-unreadable", "login-useless", "login-registry", "login-twice", "login-colon", "login-control", "login-form",
    "env-allowed", "misplaced-secret", "plain-secret", "revealed-key",
    // What an apply makes of a live object, what of a difference is silent or never asked, and how hard a change hits.
    "apply-removal", "apply-owned-by-others", "apply-conflicts", "apply-atomic-map", "apply-list-keys",
    "diff-never-sent", "diff-kept-kinds", "diff-kept-objects", "diff-left-concealed",
    "diff-made-by-others", "diff-by-hand", "diff-silent", "diff-silent-values", "diff-silent-with", "diff-silent-without",
    "diff-silent-dropped", "diff-silent-minors", "diff-omitted", "impact-when", "impact-minors", "impact-in-pods",
    // Definitions: what the crate jsonschema is told, and what stands around it.
    "crd-type", "crd-enum", "crd-required", "crd-minimum", "crd-maximum", "crd-exclusiveMinimum", "crd-exclusiveMaximum",
    "crd-multipleOf", "crd-minLength", "crd-maxLength", "crd-minItems", "crd-maxItems", "crd-minProperties",
    "crd-maxProperties", "crd-pattern", "crd-format", "crd-items", "crd-additionalProperties", "crd-not", "crd-anyOf",
    "crd-allOf", "crd-oneOf", "crd-nullable", "crd-x-kubernetes-int-or-string", "crd-x-kubernetes-embedded-resource",
    "crd-x-kubernetes-preserve-unknown-fields", "crd-unknown-field", "crd-int32", "crd-null", "crd-default",
    "crd-list-set", "crd-list-map", "crd-unknown-format", "crd-cel", "crd-cel-on-secrets", "crd-missing-metadata",
    "crd-metadata", "crd-served", "crd-broken-type", "crd-broken-pattern",
];
