//! A credential that the backend does not have: nothing would carry it to the cluster.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes, nearest};
use crate::rules::credentials::{self, Given};
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNKNOWN_CREDENTIAL, check: Check::Spec(check) };

/// A key that the documentation names for Swift, and that no operator has read.
///
/// Source: openshift-docs `modules/registry-operator-config-resources-secret-openstack.adoc`.
const DOCUMENTED: &str = "REGISTRY_STORAGE_SWIFT_USER";

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(given) = credentials::given(ctx) else { return };
    for (name, entry) in given.entries {
        if given.sets().any(|set| set.contains_key(name)) {
            continue;
        }
        let message = format!("`{}` has no credential {}", given.backend.name, quoted(name));
        let mut finding = Diagnostic::error(RULE.code, entry.key.place(), message);
        if &**name == DOCUMENTED {
            finding =
                finding.note(format!("the documentation names `{DOCUMENTED}`; the operator reads `{DOCUMENTED}NAME`"));
        }
        let help = match meant(&given, name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("give {}", given.choices(ctx)),
        };
        findings.push(finding.help(help));
    }
}

/// Returns the name that was meant: a near one, or that of a key that was written instead.
fn meant<'r>(given: &Given<'r>, written: &str) -> Option<&'r str> {
    let names = || given.sets().flat_map(|set| set.keys().map(|name| &**name));
    let keys = || given.sets().flatten().filter_map(|(name, entry)| Some((&**name, entry.node.as_str()?)));
    nearest(written, names()).or_else(|| {
        let near = nearest(written, keys().map(|(_, key)| key))?;
        keys().find(|(_, key)| *key == near).map(|(name, _)| name)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says, with_credentials as spec};

    #[test]
    fn a_credential_is_one_of_the_backend() {
        let s3 = "s3: {bucket: b, region: r}";
        let near = spec(s3, &["accesKey", "secretKey"]);
        check("aws-upi 4.16", &near, &["error RC0344 at accesKey"]);
        check_says("aws-upi 4.16", &near, "did you mean `accessKey`?");
        check_says("aws-upi 4.16", &spec(s3, &["token"]), "give `accessKey` and `secretKey`");
        check("aws-upi 4.16", &spec(s3, &["accessKey", "secretKey"]), &[]);
    }

    #[test]
    fn a_key_of_the_secret_leads_to_its_name() {
        let swift = spec("swift: {container: c}", &["REGISTRY_STORAGE_SWIFT_USER", "password"]);
        check_says("cloud 4.16", &swift, "did you mean `username`?");
        check_says("cloud 4.16", &swift, "the operator reads `REGISTRY_STORAGE_SWIFT_USERNAME`");
    }
}
