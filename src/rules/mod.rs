//! Rules: what the schema lets through and the operator, the nodes or the registry then choke on.
//!
//! A rule is a static value and a function, one file each, named after its fault. It names its subject: a spec as
//! resolved, the objects of one cluster whoever wrote them, certificates, a whole project, or an update of old objects to
//! new ones. Rules never change what they judge. To add one: a file, a line in the table below, a code with its
//! explanation, and a golden case. What several rules ask stands in `context::SpecContext`, `bundle::BundleContext`,
//! `certificates::CertificatesContext`, `mirrors::MirrorEntry`, `registries` and `grants::Bound`; each rule tests itself
//! through `testing::check` and `testing::check_objects`.

mod allowed_and_blocked;
mod ambiguous_ca_host;
mod anonymous_grant;
mod backend_not_on_platform;
mod bad_ca_port;
mod bad_credentials;
mod bad_hostname;
mod bad_mirror_location;
mod bad_registry_entry;
mod bootstrapped_backend;
mod bundle;
mod certificate_not_valid;
mod certificates;
mod conflicting_mirror_orders;
mod conflicting_source_policies;
mod context;
mod credential_of_other_minor;
mod credentials;
mod deprecated_mirror_kind;
mod duplicate_ca_host;
mod duplicate_hostname;
mod endpoint_without_scheme;
mod everyone_pushes;
mod grant_to_nobody;
mod grants;
mod images_on_empty_dir;
mod incomplete_credentials;
mod insecure_registry;
mod key_without_container;
mod key_without_encryption;
mod mirror_kind_of_other_minor;
mod mirrored_internal_registry;
mod mirrors;
mod mirrors_without_effect;
mod mixed_credentials;
mod needed_registry_not_allowed;
mod negative_limit;
mod negative_replicas;
mod no_backend;
mod no_certificate;
mod no_credentials;
mod no_gcs_region;
mod no_s3_region;
mod not_an_authority;
mod operators_ca_host;
mod own_storage_deleted;
mod own_storage_managed;
mod payload_blocked;
mod payload_not_allowed;
mod policy_without_mirror_set;
mod private_access_with_key;
mod private_key;
mod project;
mod registries;
mod registrys_own_role;
mod replicas_on_empty_dir;
mod replicas_on_one_node_volume;
mod reserved_route_name;
mod rolling_on_one_node_volume;
mod rolling_without_replicas;
mod search_registries;
mod several_backends;
mod source_among_mirrors;
mod tagged_registry;
#[cfg(test)]
mod testing;
mod two_route_certificates;
mod unknown_credential;
mod unnamed_claim;
mod unreadable_certificate;
mod unsaid_mirror_kind;
mod unusable_access_modes;
mod unused_credentials;
mod update;
mod vendor_ca;

pub use bundle::BundleContext;
pub use certificates::CertificatesContext;
pub use context::SpecContext;
pub use project::ProjectContext;
pub use update::UpdateContext;

use crate::diag::{Code, Findings};
use crate::mutation::is_off;
use crate::tree::Node;

/// A rule.
pub struct Rule {
    /// The code of its findings.
    pub code: &'static Code,
    /// What it judges, and how.
    pub check: Check,
}

/// What a rule judges.
#[derive(Clone, Copy)]
pub enum Check {
    /// A resolved spec.
    Spec(fn(&SpecContext<'_>, &mut Findings)),
    /// A resolved spec, or else manifests that come from none: each shows the fault in a way of its own.
    SpecOrManifests(fn(&SpecContext<'_>, &mut Findings), fn(&BundleContext<'_>, &mut Findings)),
    /// The certificates that a spec names, or that manifests hold.
    Certificates(fn(&CertificatesContext<'_>, &mut Findings)),
    /// The objects of one cluster.
    Bundle(fn(&BundleContext<'_>, &mut Findings)),
    /// A whole project.
    Project(fn(&ProjectContext<'_>, &mut Findings)),
    /// Old objects and new ones.
    Update(fn(&UpdateContext<'_>, &mut Findings)),
}

/// Every rule, in order of code.
pub static RULES: &[&Rule] = &[
    &several_backends::RULE,
    &no_backend::RULE,
    &backend_not_on_platform::RULE,
    &negative_replicas::RULE,
    &replicas_on_empty_dir::RULE,
    &replicas_on_one_node_volume::RULE,
    &rolling_on_one_node_volume::RULE,
    &unusable_access_modes::RULE,
    &unnamed_claim::RULE,
    &rolling_without_replicas::RULE,
    &key_without_encryption::RULE,
    &private_access_with_key::RULE,
    &key_without_container::RULE,
    &bad_credentials::RULE,
    &unknown_credential::RULE,
    &incomplete_credentials::RULE,
    &mixed_credentials::RULE,
    &unused_credentials::RULE,
    &no_credentials::RULE,
    &credential_of_other_minor::RULE,
    &reserved_route_name::RULE,
    &duplicate_hostname::RULE,
    &bad_hostname::RULE,
    &two_route_certificates::RULE,
    &no_certificate::RULE,
    &private_key::RULE,
    &unreadable_certificate::RULE,
    &certificate_not_valid::RULE,
    &not_an_authority::RULE,
    &ambiguous_ca_host::RULE,
    &duplicate_ca_host::RULE,
    &operators_ca_host::RULE,
    &bad_ca_port::RULE,
    &images_on_empty_dir::RULE,
    &own_storage_managed::RULE,
    &own_storage_deleted::RULE,
    &no_s3_region::RULE,
    &endpoint_without_scheme::RULE,
    &no_gcs_region::RULE,
    &negative_limit::RULE,
    &mirror_kind_of_other_minor::RULE,
    &unsaid_mirror_kind::RULE,
    &policy_without_mirror_set::RULE,
    &grant_to_nobody::RULE,
    &bootstrapped_backend::RULE,
    &allowed_and_blocked::RULE,
    &payload_blocked::RULE,
    &bad_registry_entry::RULE,
    &bad_mirror_location::RULE,
    &conflicting_source_policies::RULE,
    &source_among_mirrors::RULE,
    &mirrors_without_effect::RULE,
    &conflicting_mirror_orders::RULE,
    &tagged_registry::RULE,
    &payload_not_allowed::RULE,
    &needed_registry_not_allowed::RULE,
    &mirrored_internal_registry::RULE,
    &vendor_ca::RULE,
    &insecure_registry::RULE,
    &anonymous_grant::RULE,
    &everyone_pushes::RULE,
    &registrys_own_role::RULE,
    &deprecated_mirror_kind::RULE,
    &search_registries::RULE,
    &update::mirrors_moved::RULE,
    &update::replicas_raised::RULE,
];

/// The most findings of one rule on one subject; what is wrong a hundred times is wrong in one way.
const MOST: usize = 100;

/// Runs every rule on specs. A finding on what the profile gives points at the platform that the user names.
pub fn on_spec(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let platform = Some(ctx.resolved.platform());
    let certificates = CertificatesContext::of_spec(ctx);
    run(platform, findings, |rule, found| match rule.check {
        Check::Spec(check) | Check::SpecOrManifests(check, _) => check(ctx, found),
        Check::Certificates(check) => check(&certificates, found),
        _ => {}
    });
}

/// Runs every rule on the objects of one cluster, which must be right by their schemas.
pub fn on_bundle(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let certificates = CertificatesContext::of_manifests(ctx);
    run(ctx.platform(), findings, |rule, found| match rule.check {
        Check::Bundle(check) => check(ctx, found),
        Check::SpecOrManifests(_, check) if !ctx.is_rendered() => check(ctx, found),
        Check::Certificates(check) => check(&certificates, found),
        _ => {}
    });
}

/// Runs every rule on whole projects.
pub fn on_project(ctx: &ProjectContext<'_>, findings: &mut Findings) {
    run(None, findings, |rule, found| match rule.check {
        Check::Project(check) => check(ctx, found),
        _ => {}
    });
}

/// Runs every rule on updates.
pub fn on_update(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    run(ctx.new.platform(), findings, |rule, found| match rule.check {
        Check::Update(check) => check(ctx, found),
        _ => {}
    });
}

/// Runs rules, each on a sink of its own. A finding on what a profile gives moves to the user's `platform`.
fn run(platform: Option<&Node>, findings: &mut Findings, check: impl Fn(&Rule, &mut Findings)) {
    for rule in RULES.iter().filter(|rule| !is_off(rule.code.id)) {
        let mut found = Findings::new();
        check(rule, &mut found);
        findings.extend(found.into_iter().take(MOST).map(|finding| match platform {
            Some(platform) => finding.in_users_words(platform),
            None => finding,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_order_of_code_and_each_has_its_own() {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.code.id).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    }
}
