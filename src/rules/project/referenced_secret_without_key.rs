//! A Secret that a spec says is there already, and that manifests of the project make without the key that is read.
//!
//! A Secret whose label names another cluster is not looked at, nor is one without the label where the project has several
//! clusters: it may be for any. One that is nowhere among the manifests may be there all the same.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes, nearest};
use crate::lower::REGISTRY_NAMESPACE;
use crate::rules::project::{ReferenceFacts, SecretFacts};
use crate::rules::{Check, ClusterFacts, ProjectContext, Rule};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::REFERENCED_SECRET_WITHOUT_KEY, check: Check::Project(check) };

fn check(ctx: &ProjectContext<'_>, findings: &mut Findings) {
    for cluster in ctx.right() {
        for reference in &cluster.references {
            let holders = holders(ctx, cluster, reference);
            let each: Option<Vec<&[String]>> = holders.iter().map(|holder| holder.keys.as_deref()).collect();
            let Some(each) = each else { continue };
            let keys: Vec<&str> = each.into_iter().flatten().map(String::as_str).collect();
            let Some(holder) = holders.first().filter(|_| !keys.contains(&&*reference.key)) else { continue };
            let message = format!("Secret {} has no key {}", quoted(&reference.secret), quoted(&reference.key));
            let finding = Diagnostic::warning(RULE.code, &reference.place, message)
                .note_at(&holder.name.1, "a manifest makes the Secret here");
            findings.push(finding.help(match nearest(&reference.key, keys.iter().copied()) {
                Some(near) => format!("rename the key {} of the Secret, or read that one", quoted(near)),
                None => "add the key to the Secret, or read one that it has".to_owned(),
            }));
        }
    }
}

/// Returns every manifest that makes the Secret of a reference for a cluster.
fn holders<'p>(ctx: &ProjectContext<'p>, cluster: &ClusterFacts, reference: &ReferenceFacts) -> Vec<&'p SecretFacts> {
    let is_only = ctx.clusters.len() == 1;
    let is_for = |secret: &SecretFacts| secret.cluster.as_ref().map_or(is_only, |label| *label == cluster.name.0);
    let is_it = |secret: &&SecretFacts| {
        secret.name.0 == reference.secret && secret.namespace == REGISTRY_NAMESPACE && is_for(secret)
    };
    ctx.secrets.iter().filter(is_it).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_project;

    const KEY: &str = "key: {valueFrom: {secretKeyRef: {name: tls, key: tls.key}}}";

    fn spec(name: &str) -> String {
        let certificate = "certificate: {valueFrom: {secretKeyRef: {name: tls, key: tls.crt}}}";
        let route = format!("{{a: {{hostname: a.example.com, tls: {{{certificate}, {KEY}}}}}}}");
        let storage = format!("s3: {{bucket: {name}, region: r}}, credentials: minted");
        format!(
            "metadata: {{name: {name}}}\nspec: {{openshift: \"4.19\", platform: aws-upi, registry: {{routes: {route}}}, storage: {{{storage}}}}}"
        )
    }

    fn secret(metadata: &str, data: &str) -> String {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: tls, {metadata}}}\ndata: {{{data}}}\n")
    }

    #[track_caller]
    fn check(secret: String, expected: &[&str]) {
        check_project(&[("a.yaml", spec("a")), ("tls-secret.yaml", secret)], expected);
    }

    #[test]
    fn a_key_that_is_read_is_there() {
        let here = "namespace: openshift-image-registry";
        let of = |cluster: &str| format!("{here}, labels: {{regcfg.dev/cluster: {cluster}}}");
        check(secret(here, "tls.crt: eA==, tls.key: eA=="), &[]);
        check(secret(here, "tls.crt: eA=="), &["warning RC0409 at a.yaml tls.key"]);
        check(secret(here, "tls.crt: eA==, key: eA=="), &["warning RC0409 at a.yaml tls.key"]);
        check(secret("namespace: other", "tls.crt: eA=="), &[]);
        check(secret(&of("b"), "tls.crt: eA=="), &[]);
        check(secret(&of("a"), "tls.crt: eA=="), &["warning RC0409 at a.yaml tls.key"]);
    }

    #[test]
    fn a_secret_that_may_be_for_another_cluster_says_nothing() {
        let secret = secret("namespace: openshift-image-registry", "tls.crt: eA==");
        check_project(&[("a.yaml", spec("a")), ("b.yaml", spec("b")), ("tls-secret.yaml", secret)], &[]);
    }
}
