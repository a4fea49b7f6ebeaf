//! Rules: what the schema lets through and the operator, the nodes or the registry then choke on.
//!
//! A rule is a static value and a function, one file each, named after its fault, in the folder of its subject. It says by
//! its [`Check`] what it judges: a spec as resolved, the objects of one cluster whoever wrote them, certificates, a whole
//! project, or an update of old objects to new ones. Rules never change what they judge. To add one: a file, a line in the
//! `mod.rs` of its folder and in the table below, a row in `README.md`, a code with its explanation, and a golden case.
//! What rules on specs and on bundles ask stands in `context` and `bundle`; what the rules of one subject ask stands in the
//! `mod.rs` of its folder. Each rule tests itself through `testing::check` and `testing::check_objects`. `README.md` says
//! which rule holds which fact about the operator, and which facts no file can decide.

mod bundle;
mod certificates;
mod config;
mod context;
mod credentials;
mod grants;
mod held;
mod minors;
mod mirrors;
mod project;
mod pruner;
mod pull_secrets;
mod registries;
mod routes;
mod storage;
#[cfg(test)]
mod testing;
mod trust;
mod update;

pub use bundle::BundleContext;
pub use certificates::CertificatesContext;
pub use certificates::dated::{Dated, ending, ending_in_manifests};
pub use context::SpecContext;
pub(crate) use credentials::lacking as lacking_credentials;
pub use project::{ClusterFacts, LayerFacts, ProjectContext, SecretFacts};
pub use update::UpdateContext;
pub(crate) use update::circumstances::{Circumstances, Role};
pub(crate) use update::claim_shrunk::amount;

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
    &project::duplicate_cluster::RULE,
    &minors::minor_in_development::RULE,
    &minors::management_state_on_range::RULE,
    &minors::log_level_on_range::RULE,
    &minors::bootstrap_differs::RULE,
    &storage::several_backends::RULE,
    &storage::no_backend::RULE,
    &storage::backend_not_on_platform::RULE,
    &config::negative_replicas::RULE,
    &storage::replicas_on_empty_dir::RULE,
    &storage::replicas_on_one_node_volume::RULE,
    &storage::rolling_on_one_node_volume::RULE,
    &storage::unusable_access_modes::RULE,
    &storage::unnamed_claim::RULE,
    &config::rolling_without_replicas::RULE,
    &storage::key_without_encryption::RULE,
    &storage::private_access_with_key::RULE,
    &storage::key_without_container::RULE,
    &credentials::bad_credentials::RULE,
    &credentials::unknown_credential::RULE,
    &credentials::incomplete_credentials::RULE,
    &credentials::mixed_credentials::RULE,
    &credentials::unused_credentials::RULE,
    &credentials::no_credentials::RULE,
    &credentials::credential_of_other_minor::RULE,
    &routes::reserved_route_name::RULE,
    &routes::duplicate_hostname::RULE,
    &routes::bad_hostname::RULE,
    &routes::two_route_certificates::RULE,
    &certificates::no_certificate::RULE,
    &certificates::private_key::RULE,
    &certificates::unreadable_certificate::RULE,
    &certificates::certificate_not_valid::RULE,
    &certificates::not_an_authority::RULE,
    &trust::ambiguous_ca_host::RULE,
    &trust::duplicate_ca_host::RULE,
    &trust::operators_ca_host::RULE,
    &trust::bad_ca_port::RULE,
    &storage::images_on_empty_dir::RULE,
    &storage::own_storage_managed::RULE,
    &storage::own_storage_deleted::RULE,
    &storage::no_s3_region::RULE,
    &storage::endpoint_without_scheme::RULE,
    &storage::no_gcs_region::RULE,
    &config::negative_limit::RULE,
    &mirrors::mirror_kind_of_other_minor::RULE,
    &mirrors::unsaid_mirror_kind::RULE,
    &mirrors::policy_without_mirror_set::RULE,
    &grants::grant_to_nobody::RULE,
    &pull_secrets::bad_pull_registry::RULE,
    &pull_secrets::duplicate_pull_registry::RULE,
    &pull_secrets::bad_login_name::RULE,
    &pull_secrets::needless_samples_secret::RULE,
    &trust::platforms_bundle_replaced::RULE,
    &storage::swift_without_identity::RULE,
    &project::unused_layer::RULE,
    &project::different_cas::RULE,
    &project::shared_bucket::RULE,
    &project::nested_project::RULE,
    &minors::target_out_of_profile::RULE,
    &mirrors::deprecated_kind::RULE,
    &certificates::host_not_in_certificate::RULE,
    &certificates::broken_chain::RULE,
    &certificates::no_server_certificate::RULE,
    &certificates::weak_certificate::RULE,
    &project::referenced_secret_without_key::RULE,
    &storage::bootstrapped_backend::RULE,
    &routes::duplicate_route_name::RULE,
    &storage::default_claim_taken::RULE,
    &held::object_in_other_namespace::RULE,
    &held::object_without_key::RULE,
    &credentials::incomplete_user_secret::RULE,
    &credentials::empty_account_key::RULE,
    &config::malformed_overrides::RULE,
    &config::unsupported_overrides::RULE,
    &config::authored_observed_config::RULE,
    &config::bad_observed_tls::RULE,
    &pruner::pruner_without_suspend::RULE,
    &storage::bad_swift_version::RULE,
    &storage::bad_swift_url::RULE,
    &storage::retired_backend::RULE,
    &credentials::key_of_other_instance::RULE,
    &storage::key_on_own_gcs_bucket::RULE,
    &storage::trusted_ca_without_endpoint::RULE,
    &storage::optional_cloudfront_key::RULE,
    &storage::bucket_host_on_address::RULE,
    &config::empty_node_selector::RULE,
    &pruner::bad_schedule::RULE,
    &pruner::negative_pruner_number::RULE,
    &pruner::two_prune_ages::RULE,
    &pruner::age_in_nanoseconds::RULE,
    &pruner::suspended_pruner::RULE,
    &pruner::pruner_without_registry::RULE,
    &config::committed_http_secret::RULE,
    &config::operators_object::RULE,
    &config::operators_annotation::RULE,
    &trust::platforms_ca_bundle::RULE,
    &storage::operators_storage_deleted::RULE,
    &config::forced_state::RULE,
    &config::unmanaged_settings::RULE,
    &config::logging_without_effect::RULE,
    &routes::host_of_other_route::RULE,
    &config::wait_without_limit::RULE,
    &registries::allowed_and_blocked::RULE,
    &registries::payload_blocked::RULE,
    &registries::bad_registry_entry::RULE,
    &mirrors::bad_mirror_location::RULE,
    &mirrors::conflicting_source_policies::RULE,
    &mirrors::source_among_mirrors::RULE,
    &mirrors::mirrors_without_effect::RULE,
    &mirrors::conflicting_mirror_orders::RULE,
    &registries::tagged_registry::RULE,
    &registries::payload_not_allowed::RULE,
    &registries::needed_registry_not_allowed::RULE,
    &mirrors::mirrored_internal_registry::RULE,
    &trust::vendor_ca::RULE,
    &registries::insecure_registry::RULE,
    &grants::anonymous_grant::RULE,
    &grants::everyone_pushes::RULE,
    &grants::registrys_own_role::RULE,
    &pull_secrets::global_pull_secret::RULE,
    &registries::search_registries::RULE,
    &grants::group_as_user::RULE,
    &certificates::key_of_other_certificate::RULE,
    &certificates::unusable_key::RULE,
    &certificates::signed_by_another::RULE,
    &certificates::foreign_block::RULE,
    &pull_secrets::unreadable_docker_config::RULE,
    &pull_secrets::useless_docker_config::RULE,
    &pull_secrets::pull_secrets_replaced::RULE,
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
    &credentials::secret_misread::RULE,
    &credentials::secret_not_text::RULE,
    &credentials::secret_of_other_form::RULE,
    &credentials::empty_secret::RULE,
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
    run(None, findings, |rule, found| {
        if let Check::Project(check) = rule.check {
            check(ctx, found);
        }
    });
}

/// Runs every rule on updates.
pub fn on_update(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    run(ctx.new.platform(), findings, |rule, found| {
        if let Check::Update(check) = rule.check {
            check(ctx, found);
        }
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
