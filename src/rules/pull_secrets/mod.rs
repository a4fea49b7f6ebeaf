//! What the rules on pull secrets ask: which logins a spec gives, and what the cluster's own pull secret is.
//!
//! Of what a docker config holds nothing is said but the number of an entry.

pub(super) mod bad_login_name;
pub(super) mod bad_pull_registry;
pub(super) mod duplicate_pull_registry;
pub(super) mod global_pull_secret;
pub(super) mod needless_samples_secret;
pub(super) mod pull_secrets_replaced;
pub(super) mod unreadable_docker_config;
pub(super) mod useless_docker_config;

use crate::rules::SpecContext;
use crate::spec::Login;

/// Returns the logins of a spec, each list by itself: of every pull secret, and of the cluster's own.
pub(super) fn logins<'r>(ctx: &SpecContext<'r>) -> Vec<Vec<Login<'r>>> {
    let spec = ctx.spec;
    let secrets = spec.pull_secrets().map(|secret| secret.logins().collect());
    secrets.chain([spec.global_logins().collect()]).collect()
}

#[cfg(test)]
pub(super) mod testing {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use crate::rules::testing::manifest;

    /// Returns a pull secret with this docker config, as a manifest.
    pub(in crate::rules) fn pull_secret(name: &str, config: &str) -> String {
        let data = STANDARD.encode(config);
        manifest(
            "v1 Secret",
            name,
            &format!("type: kubernetes.io/dockerconfigjson\ndata: {{.dockerconfigjson: {data}}}"),
        )
    }

    /// Returns a spec's pull secret in namespace `n` with these registries, each with its login.
    pub(in crate::rules) fn with_registries(registries: &str) -> String {
        format!(
            "pullSecrets: {{robot: {{namespaces: [team-a], registries: {{{registries}}}}}}}\nstorage: {{pvc: {{claim: c}}}}"
        )
    }
}
