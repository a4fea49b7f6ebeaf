//! The shape of a manifest's `spec`: which fields there are, since a misspelled one would silently do nothing.
//!
//! What `defaults` hold is checked where they are merged into a spec; annotations and credentials have names of their own.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes, nearest};
use crate::target::Minor;
use crate::tree::Node;

/// The fields of a manifest's `spec`.
const FIELDS: &[&str] = &[
    "title",
    "purpose",
    "extends",
    "recognised",
    "since",
    "until",
    "storage",
    "mints",
    "defaults",
    "variants",
    "credentials",
    "credentialsSince",
    "named",
    "annotations",
    "bootstrap",
];

/// Says which fields of a manifest's `spec` are not known, and which `since` is no minor.
pub(super) fn check(spec: &Node, faults: &mut Findings) {
    known(spec, FIELDS, faults);
    for bound in ["since", "until"] {
        refuse_unless_minor(spec, bound, faults);
    }
    if let Some(recognised) = spec.get("recognised") {
        known(recognised, &["infrastructure", "userSecret"], faults);
    }
    for variant in spec.get("variants").and_then(Node::as_seq).into_iter().flatten() {
        known(variant, &["when", "defaults"], faults);
    }
    let Some(bootstrap) = spec.get("bootstrap") else { return };
    known(bootstrap, &["config", "pruner", "image"], faults);
    let entries = bootstrap.as_map().into_iter().flat_map(|map| map.values());
    for entry in entries.filter_map(|entry| entry.node.as_seq()).flatten() {
        known(entry, &["since", "spec"], faults);
        refuse_unless_minor(entry, "since", faults);
    }
}

fn refuse_unless_minor(node: &Node, field: &str, faults: &mut Findings) {
    if let Some(bound) = node.get(field).filter(|bound| !bound.is_null() && !is_minor(bound)) {
        let finding = Diagnostic::error(&codes::BAD_PROFILE, bound.place(), format!("`{field}` is no OpenShift minor"));
        faults.push(finding.help("write a minor in quotes, such as \"4.6\""));
    }
}

fn is_minor(since: &Node) -> bool {
    since.as_str().is_some_and(|text| text.parse::<Minor>().is_ok())
}

fn known(node: &Node, fields: &[&str], faults: &mut Findings) {
    for (field, entry) in node.as_map().into_iter().flatten() {
        if fields.contains(&&**field) || field.starts_with('$') {
            continue;
        }
        let message = format!("unknown field {} in a profile", quoted(field));
        let help = match nearest(field, fields.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: `{}`", fields.join("`, `")),
        };
        faults.push(Diagnostic::error(&codes::BAD_PROFILE, entry.key.place(), message).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    #[test]
    fn what_a_profile_does_not_have_is_named_at_its_place() {
        let text = "titel: a\nbootstrap: {config: [{since: \"4.3\", spec: {}}]}\nvariants: [{wen: {}}]\nuntil: 4.6\n";
        let source = Source::new("profile.yaml", text, SourceKind::User);
        let mut faults = Findings::new();
        check(&document(&source, Reading::Strict, &mut Findings::new()).unwrap(), &mut faults);
        let said: Vec<String> = faults.iter().map(|fault| fault.place.to_string()).collect();
        assert_eq!(said, ["profile.yaml:1:1", "profile.yaml:4:8", "profile.yaml:3:13", "profile.yaml:2:30"]);
    }
}
