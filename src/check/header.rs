//! What must be right before anything else can be judged: the cluster's name and the target.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::name::is_dns_label;
use crate::resolve::Resolved;
use crate::target::{Minor, NotAMinor, Target};

/// Returns the target, or says what is wrong with `openshift`.
pub(super) fn target(resolved: &Resolved, findings: &mut Findings) -> Option<Target> {
    let range = format!("OpenShift {} to {}", Minor::FIRST, Minor::LAST);
    let Some(node) = resolved.spec().get("openshift") else {
        let finding =
            Diagnostic::error(&codes::BAD_TARGET, resolved.spec().place(), "no `openshift`: the version is unknown");
        let newest = Minor::newest_released();
        findings.push(finding.help(format!("set `spec.openshift` to the cluster's minor, such as \"{newest}\"")));
        return None;
    };
    let Some(text) = node.as_str() else {
        let written = quoted(node.place().text());
        let message = format!("`openshift` is not text but {}: {written}", node.in_words());
        let help = format!("quote it: \"{}\"", written.trim_matches('`'));
        findings.push(Diagnostic::error(&codes::BAD_TARGET, node.place(), message).help(help));
        return None;
    };
    let finding = |message: String| Diagnostic::error(&codes::BAD_TARGET, node.place(), message);
    match text.parse() {
        Ok(target) => Some(target),
        Err(NotAMinor::Malformed) => {
            let help = "write a minor such as \"4.19\", or a range such as \"4.16..4.19\"";
            findings.push(finding(format!("{} is not an OpenShift minor", quoted(text))).help(help));
            None
        }
        Err(NotAMinor::Unknown) => {
            findings.push(
                finding(format!("{} is not a known OpenShift minor", quoted(text))).help(format!("use one of {range}")),
            );
            None
        }
        Err(NotAMinor::Backwards) => {
            findings.push(
                finding(format!("the range {} ends before it begins", quoted(text)))
                    .help("write the older minor first"),
            );
            None
        }
    }
}

/// Says what is wrong with `metadata.name`, which becomes a label and a directory; whether it is there and text is
/// for the shape to say.
pub(super) fn name(resolved: &Resolved, findings: &mut Findings) {
    let Some((node, name)) = resolved.name().and_then(|node| Some((node, node.as_str()?))) else { return };
    if is_dns_label(name) {
        return;
    }
    let message = format!("{} is not a name for a cluster", quoted(name));
    let help = "use at most 63 lowercase letters, digits and `-`, with a letter or digit at both ends";
    findings.push(Diagnostic::error(&codes::BAD_NAME, node.place(), message).help(help));
}
