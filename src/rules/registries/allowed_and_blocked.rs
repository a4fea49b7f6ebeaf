//! `allowedRegistries` beside `blockedRegistries`, where only the nodes' configuration would say so. From 4.18 on the API
//! itself refuses both.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::{list, minors_between, named, not_rolled_out};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::ALLOWED_AND_BLOCKED, check: Check::Bundle(check) };

/// The first minor whose API server refuses both.
const REFUSED: Minor = Minor::of(4, 18);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let (Some((blocked, _)), Some((allowed, _))) = (list(ctx, "blockedRegistries"), list(ctx, "allowedRegistries"))
    else {
        return;
    };
    let Some(minors) = minors_between(ctx.target, Minor::FIRST, Some(REFUSED)) else { return };
    let text = "invalid images config: only one of AllowedRegistries or BlockedRegistries may be specified";
    let finding =
        Diagnostic::error(RULE.code, blocked.key.place(), "`blockedRegistries` stands beside `allowedRegistries`")
            .note_at(allowed.key.place(), "the other list")
            .note(format!("on {}, {}", named(minors), not_rolled_out(text)))
            .help("remove one of the lists: with `allowedRegistries`, all others are blocked anyway");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says};

    fn spec(lists: &str) -> String {
        format!("images: {{registrySources: {{{lists}}}}}")
    }

    #[test]
    fn one_of_both_lists_may_say_something() {
        let both = spec(
            "allowedRegistries: [quay.io, registry.redhat.io, 'image-registry.openshift-image-registry.svc:5000'], blockedRegistries: [docker.io]",
        );
        check("aws-upi 4.17", &both, &["error RC0570 at blockedRegistries"]);
        check_says(
            "aws-upi 4.17",
            &both,
            "on OpenShift 4.17, no condition would show it: the machine config controller logs `invalid images config: only one of",
        );
        check("aws-upi 4.17", &spec("blockedRegistries: [docker.io], allowedRegistries: []"), &[]);
    }

    #[test]
    fn plain_manifests_are_judged_too() {
        let image = "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\nspec: {registrySources: {allowedRegistries: [quay.io, registry.redhat.io, 'image-registry.openshift-image-registry.svc:5000'], blockedRegistries: [docker.io]}}\n";
        check_objects("4.4", image, &["error RC0570 at blockedRegistries"]);
        check_objects("4.18", image, &[]);
    }
}
