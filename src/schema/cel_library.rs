//! Which functions of CEL came with which release of Kubernetes (`k8s.io/apiserver/pkg/cel/environment/base.go`).
//!
//! An API server compiles the rules of a CRD by the functions that it has; a rule that calls a newer one is refused with
//! the CRD, or never holds. Functions are told by name alone: where an old and a new one share a name, the old one counts.

use crate::target::Minor;

/// Functions that are newer than rules themselves, by the first minor whose server knows them.
const FUNCTIONS: &[(Minor, &[&str])] = &[
    // Kubernetes 1.28
    (
        Minor::of(4, 15),
        &[
            "quantity",
            "isQuantity",
            "isInteger",
            "asInteger",
            "asApproximateFloat",
            "isGreaterThan",
            "isLessThan",
            "compareTo",
            "optional.of",
            "optional.none",
            "optional.ofNonZeroValue",
            "hasValue",
            "orValue",
            "optMap",
        ],
    ),
    // Kubernetes 1.29
    (Minor::of(4, 16), &["sets.contains", "sets.equivalent", "sets.intersects"]),
    // Kubernetes 1.30
    (
        Minor::of(4, 17),
        &[
            "ip",
            "isIP",
            "cidr",
            "isCIDR",
            "containsIP",
            "containsCIDR",
            "prefixLength",
            "masked",
            "isUnspecified",
            "isLoopback",
            "isLinkLocalMulticast",
            "isLinkLocalUnicast",
            "isGlobalUnicast",
            "isCanonical",
            "ip.isCanonical",
            "family",
        ],
    ),
    // Kubernetes 1.31
    (Minor::of(4, 18), &["format.dns1123Label", "format.named", "validate"]),
    // Kubernetes 1.32
    (Minor::of(4, 19), &["transformList", "transformMap", "transformMapEntry", "existsOne"]),
    // Kubernetes 1.33
    (Minor::of(4, 20), &["semver", "isSemver", "major", "minor", "patch"]),
    // Kubernetes 1.34
    (Minor::of(4, 21), &["slice", "flatten", "lists.range", "distinct", "sort", "sortBy", "first", "last"]),
];

/// Returns a function that a rule calls and that servers know only from a later minor on, with that minor.
pub fn function_of_later(rule: &str, minor: Minor) -> Option<(&'static str, Minor)> {
    let later = FUNCTIONS.iter().filter(|(since, _)| *since > minor);
    later.flat_map(|(since, names)| names.iter().map(|name| (*name, *since))).find(|(name, _)| calls(rule, name))
}

/// Tells whether an expression calls a function, outside of its texts.
pub(crate) fn calls(rule: &str, name: &str) -> bool {
    outside_texts(rule).into_iter().any(|part| {
        part.match_indices(name).any(|(at, _)| {
            let before = part[..at].chars().next_back();
            let is_whole = before.is_none_or(|char| !(char.is_ascii_alphanumeric() || char == '_'));
            is_whole && part[at + name.len()..].trim_start().starts_with('(')
        })
    })
}

/// Returns the parts of an expression that stand outside of quotes.
pub(crate) fn outside_texts(rule: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quote, mut is_escaped) = (0, None, false);
    for (at, char) in rule.char_indices() {
        match quote {
            _ if is_escaped => is_escaped = false,
            Some(_) if char == '\\' => is_escaped = true,
            Some(open) if char == open => (quote, start) = (None, at + 1),
            None if matches!(char, '\'' | '"') => {
                parts.push(&rule[start..at]);
                quote = Some(char);
            }
            _ => {}
        }
    }
    if quote.is_none() {
        parts.push(&rule[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Additional, Schema, kinds};

    #[test]
    fn a_function_is_known_from_its_release_on() {
        let later = |rule, minor| function_of_later(rule, minor).map(|(name, _)| name);
        assert_eq!(later("isIP(self)", Minor::of(4, 16)), Some("isIP"));
        assert_eq!(later("isIP(self)", Minor::of(4, 17)), None);
        assert_eq!(later("self.all(i, quantity(i).isGreaterThan(quantity('1')))", Minor::of(4, 14)), Some("quantity"));
        assert_eq!(later("self.sort() == self", Minor::of(4, 20)), Some("sort"));
        assert_eq!(later("self == 'isIP(x)' || self.matches(\"it\\\"s sort()\")", Minor::of(4, 13)), None);
        assert_eq!(later("self.isSorted()", Minor::of(4, 13)), None);
    }

    #[test]
    fn no_rule_calls_a_function_that_its_server_does_not_know() {
        fn visit(schema: &'static Schema, n_rules: &mut usize) {
            for minor in Minor::all() {
                for rule in schema.rules_on(minor) {
                    *n_rules += 1;
                    assert_eq!(function_of_later(rule.rule, minor), None, "{} on {minor}", rule.rule);
                }
            }
            for property in schema.properties {
                visit(property.schema, n_rules);
            }
            if let Some(items) = schema.items {
                visit(items, n_rules);
            }
            if let Additional::Each(each) = schema.additional {
                visit(each, n_rules);
            }
        }
        let mut n_rules = 0;
        for kind in kinds() {
            visit(kind.schema, &mut n_rules);
        }
        assert!(n_rules > 50, "{n_rules}");
    }
}
