//! A pull secret with an entry that the kubelet cannot read, so that it reads none of it.

use crate::diag::{Diagnostic, Findings, codes};
use crate::pull_secret::{ConfigFault, docker_config_of, faults};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNREADABLE_DOCKER_CONFIG, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for secret in ctx.objects_of("", "Secret") {
        let Some((value, bytes, layout)) = docker_config_of(secret) else { continue };
        for fault in faults(&bytes, layout) {
            // What is no JSON object the API server refuses.
            let ConfigFault::Unreadable(why) = fault else { continue };
            let finding =
                Diagnostic::error(RULE.code, value.place(), format!("no kubelet can read this docker config: {why}"))
                    .note("it reads all entries or none: the pods that pull with it would show ImagePullBackOff");
            findings.push(finding.help("write each entry as `{\"auth\": BASE64}`, the base64 of `name:password`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::pull_secrets::testing::pull_secret;
    use crate::rules::testing::{check_objects, check_objects_say, manifest};

    #[test]
    fn every_entry_can_be_read() {
        let with = |entry: &str| {
            manifest(
                "v1 Secret",
                "n/a",
                &format!(
                    "type: kubernetes.io/dockerconfigjson\nstringData: {{.dockerconfigjson: '{{\"auths\": {{\"quay.io\": {entry}}}}}'}}"
                ),
            )
        };
        check_objects("4.16", &with("{\"auth\": \"YTpi\"}"), &[]);
        // What another program puts in is not there yet.
        check_objects("4.16", &with("{\"auth\": \"<path:a#b>\"}"), &[]);
        check_objects("4.16", &with("{\"auth\": \"${b}\"}"), &[]);
        let at = |entry: &str| format!("error RC0597 at '{{\"auths\": {{\"quay.io\": {entry}}}}}'");
        check_objects("4.16", &with("{\"auth\": \"a:b\"}"), &[&at("{\"auth\": \"a:b\"}")]);
        check_objects("4.16", &with("\"YTpi\""), &[&at("\"YTpi\"")]);
        check_objects_say("4.16", &with("{\"auth\": \"YWI=\"}"), "its entry 1 has an `auth` that is not the base64 of");
    }

    #[test]
    fn the_base64_of_a_secret_is_read_too() {
        let found = pull_secret("n/a", "{\"auths\": []}");
        check_objects("4.16", &found, &["error RC0597 at eyJhdXRocyI6IFtdfQ=="]);
        let legacy =
            manifest("v1 Secret", "n/a", "type: kubernetes.io/dockercfg\nstringData: {.dockercfg: '{\"quay.io\": 1}'}");
        check_objects("4.16", &legacy, &["error RC0597 at '{\"quay.io\": 1}'"]);
    }
}
