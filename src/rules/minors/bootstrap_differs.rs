//! A field that is left to the operator, whose minors bootstrap it in different ways: one render means two things.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BOOTSTRAP_DIFFERS, check: Check::Bundle(check) };

/// Fields that are written on every minor, each in the form that it knows.
const WRITTEN: &[&str] = &["logging", "logLevel"];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let (Some(config), Some(platform)) = (ctx.config(), ctx.platform()) else { return };
    let Some(first) = ctx.bootstrapped(ctx.first()).and_then(Node::as_map) else { return };
    for (field, entry) in first.iter().filter(|(field, _)| !WRITTEN.contains(&&***field)) {
        if config.get(field).is_some_and(|written| !written.is_null()) {
            continue;
        }
        let other = |minor: Minor| {
            let node = ctx.bootstrapped(minor)?.get(field)?;
            (*node != entry.node).then_some((minor, node))
        };
        let Some((minor, other)) = ctx.target.minors().find_map(other) else { continue };
        let name = platform.as_str().unwrap_or_default();
        let message = format!(
            "`{field}` is left to the operator, which bootstraps {} on `{name}`, and {} since OpenShift {minor}",
            shown(&entry.node),
            shown(other)
        );
        let finding = Diagnostic::warning(RULE.code, platform.place(), message)
            .note("a cluster keeps what the minor bootstrapped with which it was installed")
            .help(format!("set `{field}`, or target OpenShift {minor} or newer"));
        findings.push(finding);
    }
}

fn shown(node: &Node) -> String {
    match node.as_str() {
        Some(text) => format!("`{text}`"),
        None => format!("`{}`", node.to_json()),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn what_one_render_means_on_two_minors_is_told() {
        check("changing 4.9..4.10", "storage: {s3: {bucket: b, region: r}}", &["warning RC0322 at changing"]);
        let says =
            "`replicas` is left to the operator, which bootstraps `1` on `changing`, and `2` since OpenShift 4.10";
        check_says("changing 4.9..4.10", "storage: {s3: {bucket: b, region: r}}", says);
        check("changing 4.9..4.10", "registry: {replicas: 2}\nstorage: {s3: {bucket: b, region: r}}", &[]);
        check("changing 4.10..4.12", "storage: {s3: {bucket: b, region: r}}", &[]);
        check("changing 4.9", "storage: {s3: {bucket: b, region: r}}", &[]);
        check("aws-upi 4.4..4.22", "", &[]);
    }
}
