//! A source or mirror in a form that nodes cannot take, though the API server does: a wildcard before 4.16, and anything
//! in an ImageContentSourcePolicy, whose schema knows no forms.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::{MirrorEntry, mirror_entries};
use crate::rules::registries::{ENTRIES_CHECKED, minors_between, named, not_rolled_out};
use crate::rules::{BundleContext, Check, Rule};
use crate::schema;
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_MIRROR_LOCATION, check: Check::Bundle(check) };

/// The first minor whose nodes take wildcards as sources, and refuse what is in no form.
const FORMS_CHECKED: Minor = Minor::of(4, 16);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for entry in mirror_entries(ctx) {
        let source = entry.source_text();
        let older = minors_between(ctx.target, ENTRIES_CHECKED, Some(FORMS_CHECKED));
        if let Some(minors) = older.filter(|_| source.is_empty() || source.contains('*')) {
            findings.push(older_source(&entry, &named(minors)));
            continue;
        }
        let Some(minors) = minors_between(ctx.target, FORMS_CHECKED, None) else { continue };
        if !has_form("source", source) {
            findings.push(malformed("source", source, entry.source, &named(minors)));
        }
        for (mirror, node) in entry.mirrors().filter(|(mirror, _)| !has_form("mirrors", mirror)) {
            findings.push(malformed("mirror", mirror, node, &named(minors)));
        }
    }
}

fn older_source(entry: &MirrorEntry<'_>, minors: &str) -> Diagnostic {
    let source = entry.source_text();
    let (message, text) = if source.is_empty() {
        ("a source of mirrors is empty".to_owned(), "invalid empty entry for source configuration".to_owned())
    } else {
        let text = format!("wildcard entries are not supported with mirror configuration {source:?}");
        (
            format!("the source {} has a wildcard, which nodes take from OpenShift {FORMS_CHECKED} on", quoted(source)),
            text,
        )
    };
    Diagnostic::error(RULE.code, entry.source.place(), message)
        .note(format!("on {minors}, {}", not_rolled_out(&text)))
        .help("name each registry as a source of its own")
}

fn malformed(what: &str, text: &str, node: &Node, minors: &str) -> Diagnostic {
    let logged = not_rolled_out(&format!("invalid format for {what} {text:?}"));
    let form = if what == "source" { "`host[:port][/path]` or `*.host`" } else { "`host[:port][/path]`" };
    let shown = if text.is_empty() { "an empty text".to_owned() } else { quoted(text) };
    Diagnostic::error(RULE.code, node.place(), format!("{shown} is no {what} of images"))
        .note(format!("on {minors}, {logged}"))
        .help(format!("write {form}, without scheme, tag or digest"))
}

/// Tells whether a text is in the form that mirror sets have for a field, and that nodes hold every kind to.
fn has_form(field: &str, text: &str) -> bool {
    let Some(kind) = schema::find("config.openshift.io/v1", "ImageDigestMirrorSet") else { return true };
    let path = ["spec", "imageDigestMirrors", "*", field, "*"];
    let path = if field == "source" { &path[..4] } else { &path[..] };
    let pattern = kind.schema.at(path).and_then(|schema| schema.on(Minor::LAST).pattern);
    pattern.is_none_or(|pattern| pattern.is_in(text))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, check_says};

    fn policy(source: &str, mirror: &str) -> String {
        format!(
            "apiVersion: operator.openshift.io/v1alpha1\nkind: ImageContentSourcePolicy\nmetadata: {{name: m}}\nspec: {{repositoryDigestMirrors: [{{source: \"{source}\", mirrors: [\"{mirror}\"]}}]}}\n"
        )
    }

    #[test]
    fn wildcards_are_sources_from_4_16_on() {
        let spec = "mirrors: {imageDigestMirrors: {\"*.example.com\": {mirrors: [m.example.org/a]}}}";
        check("aws-upi 4.13..4.19", spec, &["error RC0573 at \"*.example.com\""]);
        check_says(
            "aws-upi 4.13..4.19",
            spec,
            "on OpenShift 4.13 to 4.15, no condition would show it: the machine config controller logs `wildcard entries are not supported with mirror configuration \"*.example.com\"`",
        );
        check("aws-upi 4.16", spec, &[]);
    }

    #[test]
    fn a_source_policy_has_forms_only_on_nodes() {
        check_objects("4.12", &policy("", "m.example.com"), &["error RC0573 at \"\""]);
        check_objects("4.8", &policy("", "m.example.com"), &[]);
        check_objects("4.12", &policy("quay.io/a:latest", "m.example.com/b:1"), &[]);
        let expected = [
            "error RC0573 at \"https://quay.io\"",
            "error RC0573 at \"m.example.com/b:1\"",
            "info RC0395 at ImageContentSourcePolicy",
        ];
        let mut expected = expected.to_vec();
        expected.rotate_right(1);
        check_objects("4.16", &policy("https://quay.io", "m.example.com/b:1"), &expected);
        check_objects_say(
            "4.16",
            &policy("quay.io", "M.example.com/B"),
            "invalid format for mirror \"M.example.com/B\"",
        );
    }
}
