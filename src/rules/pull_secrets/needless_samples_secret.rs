//! A pull secret in namespace `openshift` for what its image streams sign in with already.
//!
//! Until 4.4 the samples operator copies the pull secret of the installation there, under a name of its own; from 4.5 on
//! imports use that pull secret in every namespace. Upstream: openshift/cluster-samples-operator `README.md`,
//! `pkg/stub/secrets.go` (release-4.4).

use crate::diag::{Diagnostic, Findings, codes};
use crate::pull_secret::{docker_config_of, normalised, registries};
use crate::rules::bundle::is_live;
use crate::rules::held::{Held, holders};
use crate::rules::{BundleContext, Check, Rule, SpecContext};
use crate::target::{Minor, Target};
use crate::tree::{Node, Place};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::NEEDLESS_SAMPLES_SECRET, check: Check::SpecOrManifests(spec, manifests) };

/// The first minor whose imports use the pull secret of the installation.
const IMPORTS_SIGN_IN: Minor = Minor::of(4, 5);

/// The namespace of the samples.
const SAMPLES: &str = "openshift";

/// The Secret that the samples operator makes until 4.4.
const COPY: &str = "samples-registry-credentials";

/// The registry of the samples' images.
const REGISTRY: &str = "registry.redhat.io";

fn spec(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for secret in ctx.spec.pull_secrets() {
        if !secret.namespaces().iter().any(|namespace| namespace.as_str() == Some(SAMPLES)) {
            continue;
        }
        if **secret.name == *COPY {
            findings.push(copied(ctx.target, secret.entry.key.place()));
        } else if let Some(login) = secret.logins().find(|login| normalised(login.registry) == REGISTRY) {
            findings.extend(needless(ctx.target, login.entry.key.place()));
        }
    }
}

fn manifests(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for holder in holders(ctx, Held::Secret, COPY) {
        if holder.namespace == SAMPLES && !is_live(holder.object) {
            findings.push(copied(ctx.target, holder.name.place()));
        }
    }
    for (called, secret) in ctx.objects() {
        if (called.group, called.kind, called.namespace) != ("", "Secret", SAMPLES) || called.name == COPY {
            continue;
        }
        let Some((value, bytes, layout)) = docker_config_of(secret).filter(|_| !is_live(secret)) else { continue };
        if registries(&bytes, layout).iter().any(|registry| registry == REGISTRY) {
            let name = secret.at(&["metadata", "name"]).unwrap_or(value);
            findings.extend(needless(ctx.target, Node::place(name)));
        }
    }
}

fn copied(target: Target, place: &Place) -> Diagnostic {
    if target.is_since(IMPORTS_SIGN_IN) {
        let message = format!("nothing looks for a Secret `{COPY}` from OpenShift {IMPORTS_SIGN_IN} on");
        return Diagnostic::info(RULE.code, place, message)
            .note("imports of image streams use the cluster's own pull secret in every namespace")
            .help("remove it, or call it after the registries that it is for");
    }
    let message = format!("the samples operator writes `{COPY}` itself before OpenShift {IMPORTS_SIGN_IN}");
    Diagnostic::warning(RULE.code, place, message)
        .note("it copies the pull secret of the installation there, and takes other logins away with it")
        .help("give the pull secret another name")
}

fn needless(target: Target, place: &Place) -> Option<Diagnostic> {
    let message = format!("imports in `{SAMPLES}` sign in to {REGISTRY} already");
    let finding = Diagnostic::info(RULE.code, place, message)
        .note(format!("from OpenShift {IMPORTS_SIGN_IN} on with the cluster's own pull secret, in every namespace"))
        .help(format!("remove it, unless the cluster's own pull secret has no login for {REGISTRY}"));
    target.is_since(IMPORTS_SIGN_IN).then_some(finding)
}

#[cfg(test)]
mod tests {
    use crate::rules::pull_secrets::testing::pull_secret;
    use crate::rules::testing::{check, check_objects};

    fn on(name: &str, namespace: &str, registry: &str) -> String {
        let login = "{auth: {valueFrom: {env: REGCFG_SECRET_A}}}";
        format!(
            "pullSecrets: {{{name}: {{namespaces: [{namespace}], registries: {{{registry}: {login}}}}}}}\nstorage: {{pvc: {{claim: c}}}}"
        )
    }

    #[test]
    fn the_copy_of_the_samples_operator_is_its_own() {
        let copy = on("samples-registry-credentials", "openshift", "quay.io");
        check("vsphere 4.4", &copy, &["warning RC0378 at samples-registry-credentials"]);
        check("vsphere 4.4..4.5", &copy, &["warning RC0378 at samples-registry-credentials"]);
        check("vsphere 4.5", &copy, &["info RC0378 at samples-registry-credentials"]);
        check("vsphere 4.5", &on("samples-registry-credentials", "team-a", "quay.io"), &[]);
    }

    #[test]
    fn imports_sign_in_to_the_vendors_registry_by_themselves() {
        check("vsphere 4.16", &on("a", "openshift", "registry.redhat.io"), &["info RC0378 at registry.redhat.io"]);
        check("vsphere 4.4", &on("a", "openshift", "registry.redhat.io"), &[]);
        check("vsphere 4.16", &on("a", "openshift", "quay.io"), &[]);
        check("vsphere 4.16", &on("a", "team-a", "registry.redhat.io"), &[]);
    }

    #[test]
    fn manifests_are_judged_alike() {
        let config = |registry: &str| format!("{{\"auths\": {{\"{registry}\": {{\"auth\": \"YTpi\"}}}}}}");
        let copy = pull_secret("openshift/samples-registry-credentials", &config("quay.io"));
        check_objects("4.4", &copy, &["warning RC0378 at samples-registry-credentials"]);
        check_objects("4.16", &copy, &["info RC0378 at samples-registry-credentials"]);
        check_objects("4.16", &copy.replace("openshift,", "openshift, uid: u,"), &[]);
        check_objects("4.16", &pull_secret("openshift/a", &config("registry.redhat.io")), &["info RC0378 at a"]);
        check_objects("4.16", &pull_secret("openshift/a", &config("quay.io")), &[]);
        check_objects("4.16", &pull_secret("team-a/a", &config("registry.redhat.io")), &[]);
    }
}
