//! `requires` of a project file: the versions of regcfg that the project is for.
//!
//! Judged before anything else of the project, since another version may know other fields, rules and defaults.

use semver::{Version, VersionReq};

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::Node;

/// The version of this regcfg.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Says whether a project file asks for another version than this one.
pub(super) fn check(project: &Node, findings: &mut Findings) {
    let Some(node) = project.at(&["spec", "requires"]) else { return };
    // What is no text is for the shape to refuse.
    let Some(text) = node.as_str() else { return };
    findings.extend(judge(text, VERSION, node));
}

fn judge(text: &str, version: &str, node: &Node) -> Option<Diagnostic> {
    let Ok(required) = VersionReq::parse(text) else {
        let message = format!("{} is no requirement on versions", quoted(text));
        let finding = Diagnostic::error(&codes::BAD_REQUIRES, node.place(), message);
        return Some(finding.help("write comparisons with commas between them, such as \">=0.1, <0.3\""));
    };
    let is_met = Version::parse(version).is_ok_and(|version| required.matches(&version));
    (!is_met).then(|| {
        let message = format!("this is regcfg {version}, and the project is for {}", quoted(text));
        Diagnostic::error(&codes::OTHER_VERSION, node.place(), message)
            .help("run a version that the project names, or change `requires` once the project is right with this one")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Place, Source, SourceKind};

    #[test]
    fn a_project_is_for_the_versions_that_it_names() {
        let node = Node::string("", Place::start_of(&Source::new("regcfg.yaml", "", SourceKind::User)));
        let code = |text: &str, version: &str| judge(text, version, &node).map(|finding| finding.code.id);
        for (text, version) in [(">=0.1, <0.3", "0.1.0"), ("0.2", "0.2.7"), ("=0.1.0", "0.1.0"), ("*", "7.0.0")] {
            assert_eq!(code(text, version), None, "{text} {version}");
        }
        for (text, version) in
            [(">=0.1, <0.3", "0.3.0"), ("0.2", "0.3.0"), (">0.1.0", "0.1.0"), (">=0.2", "0.2.0-rc.1")]
        {
            assert_eq!(code(text, version), Some("RC0117"), "{text} {version}");
        }
        for text in ["", "new", ">=0.1 <0.3", "v0.1"] {
            assert_eq!(code(text, "0.1.0"), Some("RC0118"), "{text}");
        }
    }
}
