//! The cluster's own registry as a source of mirrors.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::mirrors::{MirrorEntry, mirror_entries};
use crate::rules::registries::{INTERNAL, covers, registry_of};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MIRRORED_INTERNAL_REGISTRY, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for entry in mirror_entries(ctx).into_iter().filter(is_internal) {
        let (severity, note) = if entry.never_contacts_source() {
            (Severity::Error, "the registry itself is never asked, and images that are pushed to it cannot be pulled")
        } else {
            (
                Severity::Warning,
                "the mirrors are asked first for every image of it, with names and credentials that are of the cluster",
            )
        };
        let message =
            format!("{} is the cluster's own registry, of which there is no mirror", quoted(entry.source_text()));
        let finding = Diagnostic::new(RULE.code, severity, entry.source.place(), message).note(note);
        findings.push(finding.help("remove the source: mirrors are for registries outside of the cluster"));
    }
}

fn is_internal(entry: &MirrorEntry<'_>) -> bool {
    let source = entry.source_text();
    entry.has_effect() && INTERNAL.iter().any(|host| registry_of(source) == *host || covers(source, host))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn the_cluster_itself_has_no_mirror() {
        let spec = |source: &str, policy: &str| {
            format!("mirrors: {{imageTagMirrors: {{\"{source}\": {{mirrors: [m.io/b]{policy}}}}}}}")
        };
        let host = "image-registry.openshift-image-registry.svc:5000";
        check("aws-upi 4.19", &spec(host, ""), &[&format!("warning RC0581 at \"{host}\"")]);
        check(
            "aws-upi 4.19",
            &spec(&format!("{host}/team"), ", mirrorSourcePolicy: NeverContactSource"),
            &[&format!("error RC0581 at \"{host}/team\"")],
        );
        check("aws-upi 4.19", &spec("*.svc", ""), &["warning RC0581 at \"*.svc\""]);
        check("aws-upi 4.19", &spec("registry.example.com", ""), &[]);
    }
}
