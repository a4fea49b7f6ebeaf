//! Blocking the repositories of the release payload: either nothing comes of it, or the cluster's own images are gone.
//!
//! The machine config operator drops an entry that covers the repository of the release image, unless a mirror of it is
//! left. It does not look at the repository of the images that the release is made of.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::has_unblocked_mirror;
use crate::rules::registries::{ENTRIES_CHECKED, RELEASE, RELEASE_CONTENT, covers, entries, registry_of};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PAYLOAD_BLOCKED, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let is_seen = |blocked: &str| ctx.target.last() >= ENTRIES_CHECKED || blocked == registry_of(RELEASE);
    for (blocked, node) in entries(ctx, "blockedRegistries") {
        let is_dropped = covers(blocked, RELEASE) && !has_unblocked_mirror(ctx, RELEASE);
        if is_dropped && is_seen(blocked) {
            findings.push(dropped(ctx, blocked, node));
        } else if !is_dropped && covers(blocked, RELEASE_CONTENT) && !has_unblocked_mirror(ctx, RELEASE_CONTENT) {
            findings.push(cut_off(blocked, node));
        }
    }
}

fn dropped(ctx: &BundleContext<'_>, blocked: &str, node: &Node) -> Diagnostic {
    let what = if ctx.target.last() >= ENTRIES_CHECKED { "repository" } else { "registry" };
    let text =
        format!("error adding [{blocked:?}] to blocked registries, cannot block the {what} being used by the payload");
    let message =
        format!("{} is not blocked: the cluster's release is from there, and no mirror of it is left", quoted(blocked));
    Diagnostic::warning(RULE.code, node.place(), message)
        .note(format!("no condition would show it: the machine config controller drops the entry and logs `{text}`"))
        .help(format!("add a mirror by digest for `{RELEASE}` that is not blocked, or block narrower paths"))
}

fn cut_off(blocked: &str, node: &Node) -> Diagnostic {
    let message = format!("{} blocks the images that the cluster's release is made of", quoted(blocked));
    Diagnostic::error(RULE.code, node.place(), message)
        .note(format!("`{RELEASE_CONTENT}` has no mirror that is not blocked: pods of the cluster's own operators fail with ImagePullBackOff wherever the image is not yet on the node"))
        .help(format!("add a mirror by digest for `{RELEASE_CONTENT}`, or block narrower paths"))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    fn spec(blocked: &str, mirrors: &[(&str, &str)]) -> String {
        let mirrors: Vec<String> =
            mirrors.iter().map(|(source, mirror)| format!("{source}: {{mirrors: [{mirror}]}}")).collect();
        format!(
            "images: {{registrySources: {{blockedRegistries: [{blocked}]}}}}\nmirrors: {{kind: ImageContentSourcePolicy, imageDigestMirrors: {{{}}}}}",
            mirrors.join(", ")
        )
    }

    const RELEASE: &str = "quay.io/openshift-release-dev/ocp-release";
    const CONTENT: &str = "quay.io/openshift-release-dev/ocp-v4.0-art-dev";

    #[test]
    fn a_release_without_a_mirror_is_not_blocked() {
        check("aws-upi 4.12", &spec("docker.io, quay.io", &[]), &["warning RC0571 at quay.io"]);
        check_says(
            "aws-upi 4.12",
            &spec("quay.io", &[]),
            "logs `error adding [\"quay.io\"] to blocked registries, cannot block the repository being used",
        );
        check_says("aws-upi 4.8", &spec("quay.io", &[]), "cannot block the registry being used");
        check("aws-upi 4.12", &spec("'*.io'", &[]), &["warning RC0571 at '*.io'"]);
        check("aws-upi 4.8", &spec("quay.io/openshift-release-dev", &[]), &[]);
        check("aws-upi 4.12", &spec("quay.io/coreos, quay.io.example.com", &[]), &[]);
    }

    #[test]
    fn a_blocked_mirror_is_none() {
        let mirrors = [(RELEASE, "m.example.com/r"), (CONTENT, "m.example.com/c")];
        check("aws-upi 4.12", &spec("quay.io", &mirrors), &[]);
        check("aws-upi 4.12", &spec("quay.io, m.example.com", &mirrors), &["warning RC0571 at quay.io"]);
        let whole = [("quay.io/openshift-release-dev", "m.example.com/x")];
        check("aws-upi 4.12", &spec("quay.io", &whole), &[]);
        check("aws-upi 4.12", &spec("quay.io, m.example.com/x/ocp-release", &whole), &["warning RC0571 at quay.io"]);
        check(
            "aws-upi 4.12",
            &spec("quay.io", &[(RELEASE, RELEASE), (CONTENT, "m.example.com/c")]),
            &["warning RC0571 at quay.io", "warning RC0576 at ["],
        );
    }

    #[test]
    fn the_images_of_a_release_are_not_cut_off() {
        check("aws-upi 4.12", &spec(CONTENT, &[]), &[&format!("error RC0571 at {CONTENT}")]);
        check("aws-upi 4.12", &spec("quay.io", &[(RELEASE, "m.example.com/r")]), &["error RC0571 at quay.io"]);
        check("aws-upi 4.12", &spec(CONTENT, &[(CONTENT, "m.example.com/c")]), &[]);
    }

    #[test]
    fn mirrors_by_tag_do_not_count_for_the_release() {
        let tags = format!(
            "images: {{registrySources: {{blockedRegistries: [quay.io]}}}}\nmirrors: {{imageTagMirrors: {{{RELEASE}: {{mirrors: [m.example.com/r]}}}}}}"
        );
        check("aws-upi 4.19", &tags, &["warning RC0571 at quay.io"]);
    }
}
