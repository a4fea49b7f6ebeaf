//! A URL of Swift's authentication with a path that is no version.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::stuck;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_SWIFT_URL, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let url = ctx.only("swift").filter(|_| ctx.is_managed()).and_then(|backend| backend.given("authURL"));
    let Some((url, text)) = url.and_then(|url| Some((url, url.as_str()?))) else { return };
    let path = path(text);
    // What begins like a version is taken as one; nothing gets the version appended.
    if path.is_empty() || path == "/" || ["/v1", "/v2", "/v3"].iter().any(|version| path.starts_with(version)) {
        return;
    }
    let message = format!("`swift.authURL` has the path {}, not `/v3`", quoted(path));
    let finding = Diagnostic::error(RULE.code, url.place(), message)
        .note(stuck(&format!("unable to apply objects: … Incorrect Auth URL: {path}")))
        .help("name an endpoint with the path `/v3` or none, such as `https://keystone.example.com:5000/v3`");
    findings.push(finding);
}

/// Returns the path of a URL, without query and fragment.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    rest.find('/').map_or("", |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    #[test]
    fn the_url_ends_with_a_version_or_nothing() {
        let with = |url: &str| {
            let swift = format!("swift: {{container: c, authURL: \"{url}\"}}");
            config(&format!("{{managementState: Managed, storage: {{{swift}}}}}"))
        };
        let identity = with("https://keystone.example.com/identity/v3");
        check_objects("4.16", &identity, &["error RC0546 at \"https://keystone.example.com/identity/v3\""]);
        check_objects_say("4.16", &identity, "Incorrect Auth URL: /identity/v3`");
        for right in [
            "https://a.example.com:5000/v3",
            "https://a.example.com:5000/v2.0/",
            "https://a.example.com/",
            "a.example.com:5000",
            "https://a.example.com?x=/y",
            "",
        ] {
            check_objects("4.16", &with(right), &[]);
        }
        let spec = |url: &str| format!("storage: {{swift: {{container: c, authURL: \"{url}\"}}}}");
        check("cloud 4.16", &spec("https://a.example.com/auth"), &["error RC0546 at \"https://a.example.com/auth\""]);
        check("cloud 4.16", &spec("https://a.example.com:5000/v3"), &[]);
    }
}
