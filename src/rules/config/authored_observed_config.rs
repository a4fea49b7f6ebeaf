//! `observedConfig` in a manifest: the operator's own notes, which it writes over.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::config::bad_observed_tls::faults;
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Map;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::AUTHORED_OBSERVED_CONFIG, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(entry) = ctx.written("observedConfig").filter(|_| !ctx.is_copy()) else { return };
    if entry.node.as_map().is_some_and(Map::is_empty) || !faults(ctx).is_empty() {
        return;
    }
    let message = "`observedConfig` is the operator's own: it writes there what it sees of the cluster";
    let finding = Diagnostic::warning(RULE.code, entry.key.place(), message)
        .note("from OpenShift 4.22 on it decides the TLS versions and ciphers of the registry, and two writers fight over it")
        .help("remove it");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, config};

    #[test]
    fn what_the_operator_observes_is_not_authored() {
        let with = |value: &str| config(&format!("{{managementState: Managed, observedConfig: {value}}}"));
        let authored = with("{servingInfo: {minTLSVersion: VersionTLS12}}");
        check_objects("4.22", &authored, &["warning RC0542 at observedConfig"]);
        check_objects("4.16", &authored, &["warning RC0542 at observedConfig"]);
        check_objects("4.22", &with("{}"), &[]);
        check_objects("4.22", &with("null"), &[]);
        check_objects("4.22", &authored.replace("{name: cluster}", "{name: cluster, uid: u}"), &[]);
    }
}
