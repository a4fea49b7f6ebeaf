//! A version of Swift's authentication that is no number.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::stuck;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_SWIFT_VERSION, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let version = ctx.only("swift").filter(|_| ctx.is_managed()).and_then(|backend| backend.given("authVersion"));
    let Some((version, text)) = version.and_then(|version| Some((version, version.as_str()?))) else { return };
    if text.parse::<i64>().is_ok() {
        return;
    }
    let message = format!("`swift.authVersion` is no whole number: {}", quoted(text));
    let shown = format!("unable to parse authVersion: strconv.Atoi: parsing {text:?}: invalid syntax");
    let finding = Diagnostic::error(RULE.code, version.place(), message)
        .note(stuck(&format!("unable to apply objects: … {shown}")))
        .help(
            match text.trim_start_matches(['v', 'V']).split('.').next().filter(|digits| digits.parse::<u8>().is_ok()) {
                Some(digits) => format!("write `authVersion: \"{digits}\"`"),
                None => "write the number alone, such as `authVersion: \"3\"`".into(),
            },
        );
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    #[test]
    fn the_version_is_a_number() {
        let with = |version: &str| {
            let swift = format!("swift: {{container: c, authVersion: {version}}}");
            config(&format!("{{managementState: Managed, storage: {{{swift}}}}}"))
        };
        check_objects("4.16", &with("v3"), &["error RC0545 at v3"]);
        check_objects_say(
            "4.16",
            &with("v3"),
            "unable to parse authVersion: strconv.Atoi: parsing \"v3\": invalid syntax`",
        );
        check_objects_say("4.16", &with("v3"), "write `authVersion: \"3\"`");
        check_objects("4.16", &with("\"3\""), &[]);
        check_objects("4.16", &with("\"\""), &[]);
        check("cloud 4.16", "storage: {swift: {container: c, authVersion: \"3.0\"}}", &["error RC0545 at \"3.0\""]);
        check("cloud 4.16", "storage: {swift: {container: c, authVersion: \"3\"}}", &[]);
    }
}
