//! An S3 endpoint without `http://` or `https://`: whether it is taken, and over which of the two, is left to chance.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::ENDPOINT_WITHOUT_SCHEME, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(endpoint) = ctx.only("s3").and_then(|backend| backend.get("regionEndpoint")) else { return };
    let Some(text) = endpoint.as_str().filter(|text| !text.is_empty()) else { return };
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        return;
    }
    let message = format!("the endpoint {} is no URL with `https://` or `http://`", quoted(text));
    let help = match text.split_once("://") {
        None => format!("write {}", quoted(&format!("https://{text}"))),
        Some(_) => "begin the endpoint with `https://`, or with `http://` where it has no TLS".into(),
    };
    let finding = Diagnostic::warning(RULE.code, endpoint.place(), message).help(help);
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config};

    #[test]
    fn an_endpoint_is_a_url() {
        let spec =
            |endpoint: &str| format!("storage: {{s3: {{bucket: b, region: r, regionEndpoint: \"{endpoint}\"}}}}");
        check("aws-upi 4.16", &spec("s3.example.com"), &["warning RC0367 at \"s3.example.com\""]);
        check_says("aws-upi 4.16", &spec("s3.example.com"), "write `https://s3.example.com`");
        check("aws-upi 4.16", &spec("s3://b"), &["warning RC0367 at \"s3://b\""]);
        check("aws-upi 4.16", &spec("https://s3.example.com"), &[]);
        check("aws-upi 4.16", &spec("HTTP://s3.example.com"), &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        let manifest =
            |at: &str| config(&format!("storage: {{s3: {{bucket: b, region: r, regionEndpoint: \"{at}\"}}}}"));
        check_objects("4.16", &manifest("s3.local"), &["warning RC0367 at \"s3.local\""]);
        check_objects("4.16", &manifest("https://s3.local"), &[]);
    }
}
