//! A Secret or ConfigMap that the configuration names, without the key that is read of it.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes, nearest};
use crate::rules::context::storage_failing;
use crate::rules::held::{Holder, Reference, holders, keys, references};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OBJECT_WITHOUT_KEY, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for reference in references(ctx) {
        let mut holders = holders(ctx, reference.held, reference.text());
        holders.retain(|holder| holder.namespace == reference.namespace);
        let (Some(has), [holder, ..]) = (keys(&holders), &*holders) else { continue };
        let lacking: Vec<&str> = reference.keys().into_iter().filter(|key| !has.contains(key)).collect();
        if !lacking.is_empty() {
            findings.push(about(&reference, *holder, &lacking, &has));
        }
    }
}

fn about(reference: &Reference<'_>, holder: Holder<'_>, lacking: &[&str], has: &[&str]) -> Diagnostic {
    let (kind, name, field) = (reference.held.kind(), reference.text(), reference.field);
    let keys: Vec<String> = lacking.iter().map(|key| quoted(key)).collect();
    let message = format!("{kind} {} lacks the key {}", quoted(name), keys.join(" and "));
    let (severity, shown) = match field {
        "secretName" => (
            Severity::Warning,
            "the operator leaves out what is not there without a word, and the router serves its own certificate"
                .into(),
        ),
        "s3.trustedCA" => {
            let text = format!("trusted CA config map \"{name}\" does not contain required key \"ca-bundle.crt\"");
            let shown = storage_failing(&text);
            (Severity::Error, format!("{shown}, and ImageRegistryCertificatesControllerDegraded=True"))
        }
        _ => (
            Severity::Error,
            "the registry's pods would stay in ContainerCreating: the key is mounted as a file".into(),
        ),
    };
    let finding = Diagnostic::new(RULE.code, severity, holder.name.place(), message)
        .note_at(reference.name.place(), format!("named by `{field}`"))
        .note(shown);
    let near = lacking.iter().find_map(|key| nearest(key, has.iter().copied()).map(|near| (key, near)));
    finding.help(match near {
        Some((key, near)) => format!("rename the key {} to `{key}`", quoted(near)),
        None => format!("add {}", keys.join(" and ")),
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, check, check_objects, check_objects_say, config, manifest};

    #[test]
    fn a_routes_secret_has_certificate_and_key() {
        let routes = config("{managementState: Managed, routes: [{name: a, secretName: tls}]}");
        let with = |data: &str| routes.clone() + &manifest("v1 Secret", "openshift-image-registry/tls", data);
        check_objects("4.16", &with("data: {tls.crt: eA==}"), &["warning RC0537 at tls"]);
        check_objects("4.16", &with("data: {}"), &["warning RC0537 at tls"]);
        check_objects_say("4.16", &with("data: {}"), "lacks the key `tls.crt` and `tls.key`");
        check_objects_say(
            "4.16",
            &with("data: {tls.cert: eA==, tls.key: eA==}"),
            "rename the key `tls.cert` to `tls.crt`",
        );
        check_objects("4.16", &with("data: {tls.crt: eA==}\nstringData: {tls.key: a}"), &[]);
        check_objects("4.16", &routes, &[]);
    }

    #[test]
    fn a_bundle_of_storage_has_one_key() {
        let s3 = "s3: {bucket: b, region: r, regionEndpoint: \"https://a.example.com\", trustedCA: {name: cas}}";
        let config = config(&format!("{{managementState: Managed, storage: {{{s3}}}}}"));
        let with = |name: &str, data: &str| {
            config.clone() + &manifest("v1 ConfigMap", &format!("openshift-config/{name}"), data)
        };
        check_objects("4.16", &with("cas", "data: {ca.crt: a}"), &["error RC0537 at cas"]);
        check_objects_say(
            "4.16",
            &with("cas", "data: {ca.crt: a}"),
            "trusted CA config map \"cas\" does not contain required key \"ca-bundle.crt\"`",
        );
        let authority = CA.replace('\n', "\n    ");
        check_objects("4.16", &with("cas", &format!("data:\n  ca-bundle.crt: |\n    {authority}")), &[]);
        let injected = "cas, labels: {config.openshift.io/inject-trusted-cabundle: \"true\"}";
        check_objects("4.16", &with(injected, "data: {}"), &[]);
    }

    #[test]
    fn cloudfronts_key_is_under_the_name_that_is_given() {
        let cloudfront = "cloudFront: {baseURL: \"https://a\", keypairID: K, privateKey: {name: cf, key: private.pem}}";
        let config =
            config(&format!("{{managementState: Managed, storage: {{s3: {{bucket: b, region: r, {cloudfront}}}}}}}"));
        let with = |data: &str| config.clone() + &manifest("v1 Secret", "openshift-image-registry/cf", data);
        check_objects("4.16", &with("stringData: {key.pem: a}"), &["error RC0537 at cf"]);
        check_objects("4.16", &with("stringData: {private.pem: \"${later}\"}"), &[]);
    }

    #[test]
    fn what_a_spec_renders_has_its_keys() {
        let from = "{valueFrom: {external: {key: a}}}";
        let spec = format!(
            "secrets: {{external: {{store: {{name: v}}}}}}\nregistry: {{routes: {{a: {{hostname: a.example.com, tls: {{certificate: {from}, key: {from}}}}}}}}}\nstorage: {{s3: {{bucket: b, region: r, trustedCA: {{bundle: {{file: ca.crt}}}}, regionEndpoint: \"https://s3.example.com\"}}}}"
        );
        check("aws-upi 4.16", &spec, &[]);
    }
}
