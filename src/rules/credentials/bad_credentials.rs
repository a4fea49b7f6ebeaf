//! `storage.credentials` that are text other than `minted`. The text may be a secret and is never shown.

use crate::diag::{Diagnostic, Findings, codes, nearest};
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::{Credentials, Storage};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_CREDENTIALS, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(Credentials::Given(node)) = ctx.spec.storage().map(Storage::credentials) else { return };
    let Some(text) = node.as_str() else { return };
    let message = "`storage.credentials` is text that is not `minted`";
    let help = match nearest(text, ["minted"]) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `minted`, or a mapping such as `accessKey: {valueFrom: {external: {key: …}}}`; a secret that was written here is in Git and must be replaced".into(),
    };
    findings.push(Diagnostic::error(RULE.code, node.place(), message).help(help));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn credentials_are_minted_or_a_mapping() {
        let spec = |credentials: &str| format!("storage: {{s3: {{bucket: b, region: r}}, credentials: {credentials}}}");
        check("aws-upi 4.16", &spec("mint"), &["error RC0343 at mint"]);
        check_says("aws-upi 4.16", &spec("Minted"), "did you mean `minted`?");
        check("aws-upi 4.16", &spec("minted"), &[]);
    }

    #[test]
    fn text_where_a_source_belongs_is_not_shown() {
        let spec = |credentials: &str| format!("storage: {{s3: {{bucket: b, region: r}}, credentials: {credentials}}}");
        check("aws-upi 4.16", &spec("\"\\x48USHHUSH\""), &["error RC0343 at \"\\x48USHHUSH\""]);
        let plain = "{accessKey: \"\\x48USHHUSH\", secretKey: {valueFrom: {env: A}}}";
        check("aws-upi 4.16", &spec(plain), &["error RC0312 at \"\\x48USHHUSH\""]);
    }
}
