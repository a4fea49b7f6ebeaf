//! A docker config of which some, or all, has no effect on a cluster.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::pull_secret::{ConfigFault, DOCKER_CONFIG_KEY, DOCKER_CONFIG_TYPE, docker_config_of, faults};
use crate::rules::bundle::is_live;
use crate::rules::{BundleContext, Check, Rule};
use crate::secret::clear;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::USELESS_DOCKER_CONFIG, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for secret in ctx.objects_of("", "Secret").filter(|secret| !is_live(secret)) {
        findings.extend(of_other_type(secret));
        let Some((value, bytes, layout)) = docker_config_of(secret) else { continue };
        for fault in faults(&bytes, layout) {
            let ConfigFault::Useless(why, help) = fault else { continue };
            let message = format!("some of this docker config has no effect: {why}");
            findings.push(Diagnostic::warning(RULE.code, value.place(), message).help(help));
        }
    }
}

/// Names the docker config of a Secret whose type says that it is something else.
fn of_other_type(secret: &Node) -> Option<Diagnostic> {
    let entry = clear::entry(secret, DOCKER_CONFIG_KEY)?;
    let kind = secret.get("type").and_then(Node::as_str).filter(|kind| !kind.is_empty()).unwrap_or("Opaque");
    if kind == DOCKER_CONFIG_TYPE || secret.get("type").is_some_and(Node::has_secret) {
        return None;
    }
    let message = format!("nobody pulls with the docker config of a Secret of the type {}", quoted(kind));
    let finding = Diagnostic::info(RULE.code, entry.key.place(), message);
    Some(finding.help(format!("if pods shall pull with it, write `type: {DOCKER_CONFIG_TYPE}`")))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, check_objects_say, manifest};

    fn with(kind: &str, config: &str) -> String {
        manifest("v1 Secret", "n/a", &format!("{kind}\nstringData: {{.dockerconfigjson: '{config}'}}"))
    }

    #[test]
    fn every_entry_signs_someone_in() {
        let kind = "type: kubernetes.io/dockerconfigjson";
        for (config, says) in [
            ("{\"auths\": {\"quay.io\": {}}}", "its entry 1 has no login"),
            ("{\"auths\": {\"quay.io\": {\"identitytoken\": \"x\"}}}", "a token alone, which no kubelet reads"),
            ("{\"auths\": {\"quay.io\": {}}, \"credsStore\": \"pass\"}", "names programs under `credsStore`"),
            ("{\"auths\": {\"quay.io/a:1\": {\"auth\": \"YTpi\"}}}", "it has a tag"),
            ("{}", "it has no `auths`"),
        ] {
            check_objects("4.16", &with(kind, config), &[&format!("warning RC0598 at '{config}'")]);
            check_objects_say("4.16", &with(kind, config), says);
        }
        check_objects("4.16", &with(kind, "{\"auths\": {\"quay.io\": {\"auth\": \"YTpi\"}}}"), &[]);
        check_objects("4.16", &with(kind, "{}").replace("name: a", "name: a, uid: u"), &[]);
        check_objects("4.16", &with(kind, "{\"auths\": {\"quay.io\": {\"auth\": \"${AUTH}\"}}}"), &[]);
    }

    #[test]
    fn a_docker_config_of_another_type_is_an_info() {
        let config = "{\"auths\": {\"quay.io\": {\"auth\": \"YTpi\"}}}";
        check_objects("4.16", &with("type: Opaque", config), &["info RC0598 at .dockerconfigjson"]);
        check_objects("4.16", &with("immutable: true", config), &["info RC0598 at .dockerconfigjson"]);
    }
}
