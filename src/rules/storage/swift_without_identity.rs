//! Credentials of the user's own for Swift without where to sign in: nothing else comes from the cluster then.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::credentials::given;
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SWIFT_WITHOUT_IDENTITY, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(given) = given(ctx).filter(|given| given.backend.name == "swift" && ctx.is_managed()) else { return };
    let backend = given.backend;
    let says = |field: &str, text: &str| {
        backend.given(field).and_then(|node| node.as_str()).is_some_and(|said| said.contains(text))
    };
    let is_v2 = says("authVersion", "2") || says("authURL", "/v2");
    let lacking = match () {
        () if backend.given("authURL").is_none() => "authURL",
        // A user's name alone is not one user of the third version.
        () if given.entries.contains_key("username")
            && !is_v2
            && backend.given("domain").is_none()
            && backend.given("domainID").is_none() =>
        {
            "domain"
        }
        () => return,
    };
    let message = format!("`swift` with credentials of your own, and without `{lacking}`");
    let finding = Diagnostic::error(RULE.code, backend.entry.key.place(), message)
        .note_at(given.node.place(), "the credentials")
        .note("where the Secret exists, the operator takes nothing from the `clouds.yaml` that the cluster mints: not where to sign in, nor the domain, project or region")
        .note("the cluster would show StorageExists=Unknown, reason `Could not connect to registry storage`")
        .help(match lacking {
            "authURL" => "set `swift.authURL`, such as `https://keystone.example.com:5000/v3`, with `domain`, `tenant` and `regionName`",
            _ => "set `swift.domain` or `swift.domainID`, the domain of the user",
        });
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says, with_credentials as spec};

    #[test]
    fn credentials_of_ones_own_need_where_to_sign_in() {
        let user = ["username", "password"];
        check("cloud 4.16", &spec("swift: {container: c}", &user), &["error RC0381 at swift"]);
        let url = "authURL: \"https://a.example.com/v3\"";
        let without_domain = spec(&format!("swift: {{container: c, {url}}}"), &user);
        check("cloud 4.16", &without_domain, &["error RC0381 at swift"]);
        check_says("cloud 4.16", &without_domain, "without `domain`");
        check("cloud 4.16", &spec(&format!("swift: {{container: c, {url}, domainID: d}}"), &user), &[]);
        check("cloud 4.16", &spec(&format!("swift: {{container: c, {url}, authVersion: \"2\"}}"), &user), &[]);
        check("cloud 4.20", &spec(&format!("swift: {{container: c, {url}}}"), &["tokenID"]), &[]);
        check("cloud 4.16", "storage: {swift: {container: c}}", &[]);
    }
}
