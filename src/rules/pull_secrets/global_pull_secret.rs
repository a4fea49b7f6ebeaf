//! An object that replaces the cluster's own pull secret, whoever makes the Secret of it.
//!
//! Every way to declare it replaces the one key that holds all logins: also an ExternalSecret that merges, and a
//! SealedSecret that patches, merge keys of the Secret and not entries of the docker config.

use crate::diag::{Diagnostic, Findings, codes};
use crate::pull_secret::{DOCKER_CONFIG_KEY, GLOBAL_NAME, GLOBAL_NAMESPACE, commands, docker_config_of, registries};
use crate::rules::bundle::is_live;
use crate::rules::held::{Held, Holder, holders};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::GLOBAL_PULL_SECRET, check: Check::Bundle(check) };

/// What every connected cluster signs in to, and what for.
///
/// Source: openshift/openshift-docs `modules/images-update-global-pull-secret.adoc` and the pull secret that
/// console.redhat.com hands out.
const NEEDED: [(&str, &str); 4] = [
    ("cloud.openshift.com", "telemetry"),
    ("quay.io", "the release"),
    ("registry.redhat.io", "operators and samples"),
    ("registry.connect.redhat.com", "certified operators"),
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for holder in holders(ctx, Held::Secret, GLOBAL_NAME) {
        if holder.namespace != GLOBAL_NAMESPACE || is_live(holder.object) || leaves_it_alone(holder.object) {
            continue;
        }
        findings.push(replaced(holder));
    }
}

fn replaced(holder: Holder<'_>) -> Diagnostic {
    let own = docker_config_of(holder.object).map(|(_, bytes, layout)| registries(&bytes, layout));
    let lost =
        NEEDED.iter().filter(|(registry, _)| own.as_ref().is_none_or(|own| own.iter().all(|one| one != registry)));
    let lost: Vec<String> = lost.map(|(registry, what)| format!("{registry} ({what})")).collect();
    let lost = if lost.is_empty() {
        "whatever else the cluster's has would go".to_owned()
    } else {
        format!("what it does not have itself would go: {}, and whatever was added since", lost.join(", "))
    };
    let message = "this replaces the cluster's own pull secret with all its logins";
    Diagnostic::error(RULE.code, holder.name.place(), message)
        .note(lost)
        .note("the Machine Config Operator writes it to every node: images that are not there yet cannot be pulled any more")
        .note(format!("adding a login keeps the others: `{}`", commands::in_one_line(&commands::adding(&[]))))
        .help("remove it, and name the registries under `globalPullSecret` of the spec: `regcfg secrets list` prints the commands that add them")
}

/// Tells whether an object makes no Secret, or gives one that is there other keys alone.
fn leaves_it_alone(object: &Node) -> bool {
    let text = |path: &[&str]| object.at(path).and_then(Node::as_str);
    match text(&["spec", "target", "creationPolicy"]) {
        Some("None") => true,
        Some("Merge" | "CreateOrMerge") => {
            let is_list_empty = |path: &[&str]| object.at(path).and_then(Node::as_seq).is_none_or(<[Node]>::is_empty);
            let items = object.at(&["spec", "data"]).and_then(Node::as_seq).unwrap_or_default();
            let fetched = items.iter().filter_map(|item| item.get("secretKey")?.as_str());
            let made = object.at(&["spec", "target", "template", "data"]).and_then(Node::as_map);
            let mut keys = fetched.chain(made.into_iter().flatten().map(|(key, _)| &**key));
            is_list_empty(&["spec", "dataFrom"])
                && is_list_empty(&["spec", "target", "template", "templateFrom"])
                && keys.all(|key| key != DOCKER_CONFIG_KEY)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::pull_secrets::testing::pull_secret;
    use crate::rules::testing::{check, check_objects, check_objects_say, manifest};

    const AT: &str = "error RC0587 at pull-secret";
    const CONFIG: &str = "{\"auths\": {\"quay.io\": {\"auth\": \"YTpi\"}}}";

    #[test]
    fn no_object_replaces_the_clusters_own() {
        let plain = pull_secret("openshift-config/pull-secret", CONFIG);
        check_objects("4.16", &plain, &[AT]);
        check_objects_say(
            "4.16",
            &plain,
            "go: cloud.openshift.com (telemetry), registry.redhat.io (operators and samples)",
        );
        check_objects_say(
            "4.16",
            &plain,
            "oc set data secret/pull-secret -n openshift-config --from-file=.dockerconfigjson=",
        );
        let sealed = manifest(
            "bitnami.com/v1alpha1 SealedSecret",
            "openshift-config/pull-secret",
            "spec: {encryptedData: {.dockerconfigjson: AgB}, template: {metadata: {annotations: {sealedsecrets.bitnami.com/patch: \"true\"}}}}",
        );
        check_objects("4.16", &sealed, &[AT]);
        check_objects_say("4.16", &sealed, "cloud.openshift.com (telemetry), quay.io (the release)");
    }

    #[test]
    fn merging_keys_merges_no_logins() {
        let external = |target: &str, key: &str| {
            let spec = format!("spec: {{target: {{{target}}}, data: [{{secretKey: {key}, remoteRef: {{key: a}}}}]}}");
            manifest("external-secrets.io/v1 ExternalSecret", "openshift-config/pull-secret", &spec)
        };
        check_objects("4.16", &external("creationPolicy: Merge", ".dockerconfigjson"), &[AT]);
        check_objects("4.16", &external("creationPolicy: Owner", "other"), &[AT]);
        check_objects("4.16", &external("name: pull-secret, creationPolicy: Orphan", ".dockerconfigjson"), &[AT]);
        check_objects("4.16", &external("creationPolicy: Merge", "other"), &[]);
        check_objects("4.16", &external("creationPolicy: None", ".dockerconfigjson"), &[]);
        check_objects("4.16", &external("name: other", ".dockerconfigjson"), &[]);
    }

    #[test]
    fn what_is_elsewhere_or_a_copy_is_left_alone() {
        check_objects("4.16", &pull_secret("team-a/pull-secret", CONFIG), &[]);
        check_objects("4.16", &pull_secret("openshift-config/pull-secret, uid: u", CONFIG), &[]);
        check_objects("4.16", &pull_secret("openshift-config/other", CONFIG), &[]);
    }

    #[test]
    fn a_spec_cannot_replace_it_either() {
        let spec = "pullSecrets: {pull-secret: {namespaces: [openshift-config], registries: {quay.io: {auth: {valueFrom: {env: REGCFG_SECRET_A}}}}}}\nstorage: {pvc: {claim: c}}";
        check("vsphere 4.16", spec, &[AT]);
    }
}
