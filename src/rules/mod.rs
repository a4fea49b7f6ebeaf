//! Rules: what the schema lets through and the operator, the nodes or the registry then choke on.
//!
//! A rule is a static value and a function, one file each, named after its fault. It names its subject: a spec as
//! resolved, the objects of one cluster whoever wrote them, certificates, a whole project, or an update of old objects to
//! new ones. Rules never change what they judge. To add one: a file, a line in the table below, a code with its
//! explanation, and a golden case. What several rules ask stands in `context::SpecContext`, `bundle::BundleContext`,
//! `certificates::CertificatesContext`, `held::holders`, `mirrors::MirrorEntry`, `registries` and `grants::Bound`;
//! schedules are read by `cron::check`. Each rule tests itself through `testing::check` and `testing::check_objects`.
//! `README.md` beside this file says which rule holds which fact about the operator, and which facts no file can decide.

mod age_in_nanoseconds;
mod allowed_and_blocked;
mod ambiguous_ca_host;
mod anonymous_grant;
mod authored_observed_config;
mod backend_not_on_platform;
mod bad_ca_port;
mod bad_credentials;
mod bad_hostname;
mod bad_mirror_location;
mod bad_observed_tls;
mod bad_registry_entry;
mod bad_schedule;
mod bad_swift_url;
mod bad_swift_version;
mod bootstrap_differs;
mod bootstrapped_backend;
mod bucket_host_on_address;
mod bundle;
mod certificate_not_valid;
mod certificates;
mod committed_http_secret;
mod conflicting_mirror_orders;
mod conflicting_source_policies;
mod context;
mod credential_of_other_minor;
mod credentials;
mod cron;
mod default_claim_taken;
mod deprecated_kind;
mod different_cas;
mod duplicate_ca_host;
mod duplicate_cluster;
mod duplicate_hostname;
mod duplicate_route_name;
mod empty_account_key;
mod empty_node_selector;
mod endpoint_without_scheme;
mod everyone_pushes;
mod forced_state;
mod grant_to_nobody;
mod grants;
mod group_as_user;
mod held;
mod host_of_other_route;
mod images_on_empty_dir;
mod incomplete_credentials;
mod incomplete_user_secret;
mod insecure_registry;
mod key_of_other_instance;
mod key_on_own_gcs_bucket;
mod key_without_container;
mod key_without_encryption;
mod log_level_on_range;
mod logging_without_effect;
mod malformed_overrides;
mod management_state_on_range;
mod minor_in_development;
mod mirror_kind_of_other_minor;
mod mirrored_internal_registry;
mod mirrors;
mod mirrors_without_effect;
mod mixed_credentials;
mod needed_registry_not_allowed;
mod negative_limit;
mod negative_pruner_number;
mod negative_replicas;
mod nested_project;
mod no_backend;
mod no_certificate;
mod no_credentials;
mod no_gcs_region;
mod no_s3_region;
mod not_an_authority;
mod object_in_other_namespace;
mod object_without_key;
mod operators_annotation;
mod operators_ca_host;
mod operators_object;
mod operators_storage_deleted;
mod optional_cloudfront_key;
mod own_storage_deleted;
mod own_storage_managed;
mod payload_blocked;
mod payload_not_allowed;
mod platforms_bundle_replaced;
mod platforms_ca_bundle;
mod policy_without_mirror_set;
mod private_access_with_key;
mod private_key;
mod project;
mod pruner_without_registry;
mod pruner_without_suspend;
mod registries;
mod registrys_own_role;
mod replicas_on_empty_dir;
mod replicas_on_one_node_volume;
mod reserved_route_name;
mod retired_backend;
mod rolling_on_one_node_volume;
mod rolling_without_replicas;
mod search_registries;
mod several_backends;
mod shared_bucket;
mod source_among_mirrors;
mod suspended_pruner;
mod swift_without_identity;
mod tagged_registry;
mod target_out_of_profile;
#[cfg(test)]
mod testing;
mod trusted_ca_without_endpoint;
mod two_prune_ages;
mod two_route_certificates;
mod unknown_credential;
mod unmanaged_settings;
mod unnamed_claim;
mod unreadable_certificate;
mod unsaid_mirror_kind;
mod unsupported_overrides;
mod unusable_access_modes;
mod unused_credentials;
mod unused_layer;
mod update;
mod vendor_ca;
mod wait_without_limit;

pub use bundle::BundleContext;
pub use certificates::CertificatesContext;
pub use context::SpecContext;
pub use project::{ClusterFacts, LayerFacts, ProjectContext};
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
    &duplicate_cluster::RULE,
    &minor_in_development::RULE,
    &management_state_on_range::RULE,
    &log_level_on_range::RULE,
    &bootstrap_differs::RULE,
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
    &platforms_bundle_replaced::RULE,
    &swift_without_identity::RULE,
    &unused_layer::RULE,
    &different_cas::RULE,
    &shared_bucket::RULE,
    &nested_project::RULE,
    &target_out_of_profile::RULE,
    &deprecated_kind::RULE,
    &bootstrapped_backend::RULE,
    &duplicate_route_name::RULE,
    &default_claim_taken::RULE,
    &object_in_other_namespace::RULE,
    &object_without_key::RULE,
    &incomplete_user_secret::RULE,
    &empty_account_key::RULE,
    &malformed_overrides::RULE,
    &unsupported_overrides::RULE,
    &authored_observed_config::RULE,
    &bad_observed_tls::RULE,
    &pruner_without_suspend::RULE,
    &bad_swift_version::RULE,
    &bad_swift_url::RULE,
    &retired_backend::RULE,
    &key_of_other_instance::RULE,
    &key_on_own_gcs_bucket::RULE,
    &trusted_ca_without_endpoint::RULE,
    &optional_cloudfront_key::RULE,
    &bucket_host_on_address::RULE,
    &empty_node_selector::RULE,
    &bad_schedule::RULE,
    &negative_pruner_number::RULE,
    &two_prune_ages::RULE,
    &age_in_nanoseconds::RULE,
    &suspended_pruner::RULE,
    &pruner_without_registry::RULE,
    &committed_http_secret::RULE,
    &operators_object::RULE,
    &operators_annotation::RULE,
    &platforms_ca_bundle::RULE,
    &operators_storage_deleted::RULE,
    &forced_state::RULE,
    &unmanaged_settings::RULE,
    &logging_without_effect::RULE,
    &host_of_other_route::RULE,
    &wait_without_limit::RULE,
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
    &search_registries::RULE,
    &group_as_user::RULE,
    &update::replicas_raised::RULE,
    &update::rolling_on_accepted_claim::RULE,
    &update::backend_switched::RULE,
    &update::images_left_behind::RULE,
    &update::storage_deleted::RULE,
    &update::registry_removed::RULE,
    &update::storage_taken_over::RULE,
    &update::claim_changed::RULE,
    &update::claim_shrunk::RULE,
    &update::claim_gone::RULE,
    &update::config_gone::RULE,
    &update::settings_gone::RULE,
    &update::reference_gone::RULE,
    &update::trust_withdrawn::RULE,
    &update::mirrors_switched::RULE,
    &update::mirrors_changed::RULE,
    &update::registry_lists_changed::RULE,
    &update::private_access_opened::RULE,
    &update::region_changed::RULE,
    &update::route_host_gone::RULE,
    &update::pruner_resumed::RULE,
    &update::immutable_changed::RULE,
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_are_in_order_of_code_and_each_has_its_own() {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.code.id).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    }

    /// The README names each rule beside the fact that it holds, and under its last heading the codes of others.
    #[test]
    fn the_readme_names_every_rule_and_nothing_else() {
        let (rules, others) = include_str!("README.md").split_once("\n## Said by others\n").expect("the last heading");
        let named = |text: &str| {
            let codes = text.match_indices("RC").map(|(at, _)| text[at..].chars().take(6).collect::<String>());
            codes.filter(|code| code[2..].bytes().all(|byte| byte.is_ascii_digit())).collect::<BTreeSet<String>>()
        };
        let all: BTreeSet<String> = RULES.iter().map(|rule| rule.code.id.to_owned()).collect();
        let named_rules = named(rules);
        assert_eq!(all.difference(&named_rules).collect::<Vec<_>>(), Vec::<&String>::new(), "rules without a fact");
        assert_eq!(named_rules.difference(&all).collect::<Vec<_>>(), Vec::<&String>::new(), "codes that are no rules");
        for code in named(others) {
            assert!(crate::diag::codes::find(&code).is_some() && !all.contains(&code), "{code}");
        }
    }

    #[test]
    fn every_fact_has_a_rule_or_a_reason() {
        let rows =
            include_str!("README.md").lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
        for row in rows.filter(|row| !row.starts_with("| fact ")) {
            let [_, fact, held, _] = row.split('|').map(str::trim).collect::<Vec<_>>()[..] else { panic!("{row}") };
            assert!(!fact.is_empty(), "{row}");
            let reason = ["none: ", "the schema"].iter().find_map(|start| held.strip_prefix(start));
            assert!(held.contains("RC0") || reason.is_some(), "neither a rule nor a reason: {row}");
        }
    }
}
