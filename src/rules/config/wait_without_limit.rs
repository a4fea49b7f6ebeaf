//! A longest wait for requests that never wait, because there is no limit to them.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::WAIT_WITHOUT_LIMIT, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(requests) = ctx.written("requests").filter(|_| ctx.is_managed()) else { return };
    for direction in ["read", "write"] {
        let Some(limits) = requests.node.get(direction) else { continue };
        let is_limited = |field: &str| limits.get(field).and_then(Node::as_int).is_some_and(|number| number != 0);
        let Some(wait) = limits.get("maxWaitInQueue").filter(|wait| is_some_time(wait)) else { continue };
        if is_limited("maxRunning") || is_limited("maxInQueue") {
            continue;
        }
        let message = format!("`requests.{direction}.maxWaitInQueue` has no effect without a limit of requests");
        let finding = Diagnostic::warning(RULE.code, wait.place(), message)
            .note("the operator passes it on only beside `maxRunning` or `maxInQueue`")
            .help(format!("set `requests.{direction}.maxRunning`, or remove `maxWaitInQueue`"));
        findings.push(finding);
    }
}

/// Tells whether a duration is more than none; the operator itself writes `0s`.
fn is_some_time(wait: &Node) -> bool {
    wait.as_str().is_some_and(|text| text.bytes().any(|byte| matches!(byte, b'1'..=b'9')))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn requests_wait_where_they_are_limited() {
        let with = |read: &str| config(&format!("{{managementState: Managed, requests: {{read: {{{read}}}}}}}"));
        check_objects("4.16", &with("maxWaitInQueue: 30s"), &["warning RC0569 at 30s"]);
        check_objects("4.16", &with("maxWaitInQueue: 30s, maxRunning: 0"), &["warning RC0569 at 30s"]);
        check_objects("4.16", &with("maxWaitInQueue: 30s, maxRunning: 5"), &[]);
        check_objects("4.16", &with("maxWaitInQueue: 30s, maxInQueue: 5"), &[]);
        check_objects("4.16", &with("maxWaitInQueue: 0s"), &[]);
        let spec = |write: &str| {
            format!("registry: {{requests: {{write: {{{write}}}}}}}\nstorage: {{s3: {{bucket: b, region: r}}}}")
        };
        check("aws-upi 4.16", &spec("maxWaitInQueue: 1m"), &["warning RC0569 at 1m"]);
        check("aws-upi 4.16", &spec("maxWaitInQueue: 1m, maxRunning: 1"), &[]);
    }
}
