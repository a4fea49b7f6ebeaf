//! Credentials of which the operator needs more: it takes no complete set from two places.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::storage_failing;
use crate::rules::{Check, Rule, SpecContext, credentials};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::INCOMPLETE_CREDENTIALS, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(given) = credentials::given(ctx) else { return };
    let has_unknown = given.entries.keys().any(|name| given.sets().all(|set| !set.contains_key(name)));
    let finding = match &*given.begun() {
        // What is unknown is said as such, and would be what is missing here.
        _ if has_unknown => return,
        [] => Diagnostic::error(RULE.code, given.node.place(), "`storage.credentials` gives none"),
        [set] => {
            let missing = given.missing(set);
            let [(_, first_key), ..] = &*missing else { return };
            let names: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
            let message = format!("`storage.credentials` lacks {}", names.join(" and "));
            let finding = Diagnostic::error(RULE.code, given.node.place(), message);
            let secret = credentials::secret();
            match given.sets().count() {
                1 => finding.note(storage_failing(&format!(
                    "secret \"{secret}\" does not contain required key \"{first_key}\""
                ))),
                _ => finding.note(format!("the operator would find no complete set of keys in Secret {secret}")),
            }
        }
        // Several begun sets are said to be mixed.
        _ => return,
    };
    let finding = if ctx.profile().mints() {
        let says = "where the Secret exists, the operator takes nothing from the credentials that the cluster mints";
        finding.note(says).help(format!("give {}, or `credentials: minted`", given.choices(ctx)))
    } else {
        finding.help(format!("give {}", given.choices(ctx)))
    };
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says, with_credentials as spec};

    #[test]
    fn credentials_are_a_complete_set() {
        let s3 = "s3: {bucket: b, region: r}";
        let half = spec(s3, &["accessKey"]);
        check("aws-upi 4.16", &half, &["error RC0345 at {accessKey"]);
        let says = "image-registry-private-configuration-user\" does not contain required key \"REGISTRY_STORAGE_S3_SECRETKEY\"";
        check_says("aws-upi 4.16", &half, says);
        check("aws-upi 4.16", &spec(s3, &[]), &["error RC0345 at {"]);
        check("aws-upi 4.16", &spec(s3, &["accessKey", "secretKey"]), &[]);
    }

    #[test]
    fn one_complete_set_of_several_is_enough() {
        let swift = "swift: {container: c, authURL: \"https://a.example.com/v3\", domain: d}";
        check("cloud 4.20", &spec(swift, &["tokenID"]), &[]);
        check("cloud 4.20", &spec(swift, &["username"]), &["error RC0345 at {username"]);
        check_says(
            "cloud 4.20",
            &spec(swift, &["username"]),
            "give `username` and `password`, or `applicationCredentialID`, `application",
        );
    }
}
