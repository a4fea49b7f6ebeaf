//! Registries whose certificates are trusted no more: pulls from them fail, if nothing else vouches for them.

use super::{UpdateContext, mirrors};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::bundle::CONFIG_NAMESPACE;
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::{Node, Value};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::TRUST_WITHDRAWN, check: Check::Update(check) };

/// The most hosts that are named.
const MOST: usize = 3;

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let (Some(old_image), Some(new_image)) = (ctx.old.image(), ctx.new.image()) else { return };
    let reference =
        |image: &'_ Node| image.at(&["additionalTrustedCA", "name"]).filter(|name| name.as_str() != Some("")).cloned();
    let Some(was) = reference(old_image) else { return };
    let is = reference(new_image);
    let named = new_image.at(&["additionalTrustedCA", "name"]);
    let at = named.or_else(|| new_image.get("additionalTrustedCA"));
    let tell = |severity, message: String| match at {
        Some(at) => Diagnostic::about(RULE.code, severity, &at.origin, message),
        None => ctx.gone(RULE.code, severity, message),
    };
    let (old_hosts, new_hosts) = (hosts(&ctx.old, Some(&was)), hosts(&ctx.new, is.as_ref()));
    let finding = match (old_hosts, new_hosts) {
        (Some(old), Some(new)) => {
            let lost: Vec<&String> = old.iter().filter(|host| !new.contains(host)).collect();
            if lost.is_empty() {
                return;
            }
            let used = lost.iter().copied().find(|host| is_used(&ctx.new, host));
            let named: Vec<String> = lost.iter().take(MOST).map(|host| quoted(host)).collect();
            let more = if lost.len() > MOST { format!(" and {} more", lost.len() - MOST) } else { String::new() };
            let message = format!("the certificates of {}{more} are trusted no more", named.join(", "));
            let severity = if used.is_some() { Severity::Warning } else { Severity::Info };
            let finding = tell(severity, message);
            match used {
                Some(host) => finding.note(format!("{} is still pulled from", quoted(host))),
                None => finding,
            }
        }
        // The same name is `reference_gone`'s to tell.
        _ if is.as_ref() == Some(&was) => return,
        _ => tell(Severity::Info, "other certificates are trusted, and which is not known here".into()),
    };
    findings.push(
        ctx.was(finding, &was, "trusted before")
            .note("no condition shows it: pulls fail with `x509: certificate signed by unknown authority`")
            .help("keep the certificates of every registry that is pulled from"),
    );
}

/// Returns the registries that a reference has certificates for; none where the objects do not say.
fn hosts(of: &BundleContext<'_>, reference: Option<&Node>) -> Option<Vec<String>> {
    let Some(name) = reference.and_then(Node::as_str) else { return Some(Vec::new()) };
    let map = of.object("", "ConfigMap", CONFIG_NAMESPACE, name)?;
    let fields = ["data", "binaryData"].iter().filter_map(|field| map.get(field)?.as_map());
    let keys = fields.flat_map(|map| map.keys());
    Some(keys.map(|key| key.replace("..", ":")).collect())
}

/// Tells whether mirrors or image.config still name a registry.
fn is_used(of: &BundleContext<'_>, host: &str) -> bool {
    let names = |text: &str| text.split('/').next() == Some(host);
    let by_mirrors = mirrors::mirrors(of);
    by_mirrors.iter().any(|of| of.source.as_str().is_some_and(names) || of.mirrors().any(names))
        || of.image().is_some_and(|image| has_text(image, &names))
}

fn has_text(node: &Node, is: &dyn Fn(&str) -> bool) -> bool {
    match &node.value {
        Value::String(text) => is(text),
        Value::Seq(items) => items.iter().any(|item| has_text(item, is)),
        Value::Map(map) => map.values().any(|entry| has_text(&entry.node, is)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::{image, object};

    fn bundle(name: &str, data: &str) -> String {
        let map = object(
            "v1",
            "ConfigMap",
            &format!("name: {name}, namespace: openshift-config"),
            &format!("data: {{{data}}}"),
        );
        map + &image(&format!("additionalTrustedCA: {{name: {name}}}"))
    }

    #[test]
    fn a_registry_that_loses_its_certificates_is_told() {
        let both = bundle("cas", "a.io..5000: x, b.io: y");
        check_update("4.16", &both, &bundle("cas", "b.io: y"), &["info RC0614 at cas"]);
        check_update_says("4.16", &both, &bundle("cas", "b.io: y"), "certificates of `a.io:5000` are trusted no more");
        check_update("4.16", &both, &bundle("others", "a.io..5000: x, b.io: z"), &[]);
        check_update("4.16", &both, &image("additionalTrustedCA: {name: \"\"}"), &["info RC0614 at \"\""]);
        check_update("4.16", &both, &image(""), &["info RC0614 at name"]);
        check_update("4.16", &both, &image("additionalTrustedCA: {name: x}"), &["info RC0614 at x"]);
    }

    #[test]
    fn a_registry_that_is_still_pulled_from_matters_more() {
        let mirror = object(
            "config.openshift.io/v1",
            "ImageDigestMirrorSet",
            "name: s",
            "spec: {imageDigestMirrors: [{source: quay.io/a, mirrors: [a.io/a]}]}",
        );
        let (old, new) = (bundle("cas", "a.io: x") + &mirror, bundle("cas", "") + &mirror);
        check_update("4.16", &old, &new, &["warning RC0614 at cas"]);
    }
}
