//! Names, namespaces, labels and annotations, as the API server checks them on every object.

use super::identity::Identity;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::mutation::is_off;
use crate::name::{is_dns_label, is_dns_name};
use crate::schema::Names;
use crate::tree::{Entry, Node, Origin};

/// The most bytes that the annotations of an object may have together, keys and values.
const MOST_ANNOTATION_BYTES: usize = 256 << 10;

/// What the check of metadata needs to know of an object.
pub(super) struct Named<'o> {
    /// Its kind.
    pub(super) kind: &'o str,
    /// Whether it stands in a namespace.
    pub(super) namespaced: bool,
    /// The only name under which it is read.
    pub(super) singleton: Option<&'o str>,
    /// The form of its name.
    pub(super) names: Names,
    /// The object.
    pub(super) node: &'o Node,
    /// What it is called, as `Kind namespace/name`.
    pub(super) shown: String,
}

/// Checks the metadata of an object whose shape is right.
pub(super) fn check(identity: &Identity<'_>, findings: &mut Findings) {
    let Identity { kind, node, .. } = *identity;
    let shown = identity.shown();
    let (namespaced, singleton, names) = (kind.namespaced, kind.singleton, kind.names);
    check_named(&Named { kind: kind.kind, namespaced, singleton, names, node, shown }, findings);
}

/// Checks the metadata of an object of any kind.
pub(super) fn check_named(named: &Named<'_>, findings: &mut Findings) {
    let Some(metadata) = named.node.entry("metadata") else { return };
    let mut say = |finding: Diagnostic| findings.push(finding.object(&*named.shown));
    name(named, metadata, &mut say);
    namespace(named, metadata, &mut say);
    generated_name(&metadata.node, &mut say);
    finalizers(&metadata.node, &mut say);
    for (key, value) in metadata.node.entries("labels") {
        if !is_qualified_name(key) && !is_off("label-key") {
            say(malformed(&value.key, format!("the label key {} must be {QUALIFIED_NAME}", quoted(key))));
        } else if let Some(text) = value.node.as_str().filter(|text| !text.is_empty() && !is_word(text))
            && !is_off("label-value")
        {
            let message = format!("the value of the label `{key}` must be {WORD}, not {}", quoted(text));
            say(malformed(&value.node.origin, message));
        }
    }
    let mut size = 0;
    for (key, value) in metadata.node.entries("annotations") {
        if !is_qualified_name(&key.to_lowercase()) && !is_off("annotation-key") {
            say(malformed(&value.key, format!("the annotation key {} must be {QUALIFIED_NAME}", quoted(key))));
        }
        size += key.len() + value.node.as_str().map_or(0, str::len);
    }
    if let Some(entry) =
        metadata.node.entry("annotations").filter(|_| size > MOST_ANNOTATION_BYTES && !is_off("annotations-size"))
    {
        let message = format!(
            "the annotations have {size} bytes, more than the {MOST_ANNOTATION_BYTES} that the API server takes"
        );
        say(Diagnostic::error_about(&codes::OBJECT_OUT_OF_BOUNDS, &entry.key, message)
            .help("keep large texts in a config map"));
    }
}

fn name(named: &Named<'_>, metadata: &Entry, say: &mut dyn FnMut(Diagnostic)) {
    let Some(name) = metadata.node.get("name").filter(|name| name.as_str().is_some_and(|name| !name.is_empty())) else {
        if is_off("missing-name") {
            return;
        }
        let finding =
            Diagnostic::error_about(&codes::OBJECT_MISSING_FIELD, &metadata.key, "`metadata.name` is missing");
        say(match (named.singleton, metadata.node.get("generateName")) {
            (Some(only), _) => finding.help(format!("write `name: {only}`")),
            (None, Some(_)) => finding.help("an object that is applied needs its whole name, not `generateName`"),
            (None, None) => finding,
        });
        return;
    };
    let text = name.as_str().unwrap_or_default();
    let (fits, form) = match named.names {
        Names::Subdomain => (is_dns_name(text), SUBDOMAIN),
        Names::Label => (is_dns_label(text) || is_off("name-label"), LABEL),
        Names::Path => (is_path_segment(text) || is_off("name-path"), PATH_SEGMENT),
    };
    if !fits && !is_off("name") {
        let message = format!("`metadata.name` must be {form}, not {}", quoted(text));
        return say(malformed(&name.origin, message));
    }
    if let Some(only) = named.singleton.filter(|only| *only != text && !is_off("singleton")) {
        let message = format!("`{}` has no effect under the name {}", named.kind, quoted(text));
        let finding = Diagnostic::about(&codes::NO_EFFECT, Severity::Warning, &name.origin, message);
        say(finding.help(format!("write `name: {only}`, the only one that is read")));
    }
}

fn generated_name(metadata: &Node, say: &mut dyn FnMut(Diagnostic)) {
    let Some(prefix) = metadata.get("generateName") else { return };
    let text = prefix.as_str().unwrap_or_default();
    // What is made of it does not end with the `-`.
    let start = text.strip_suffix('-').filter(|start| !start.is_empty()).unwrap_or(text);
    if !start.is_empty() && !is_dns_name(&format!("{start}a")) && !is_off("generate-name") {
        say(malformed(&prefix.origin, format!("`metadata.generateName` must begin {SUBDOMAIN}, not {}", quoted(text))));
    }
}

fn finalizers(metadata: &Node, say: &mut dyn FnMut(Diagnostic)) {
    for finalizer in metadata.get("finalizers").and_then(Node::as_seq).unwrap_or_default() {
        let text = finalizer.as_str().unwrap_or_default();
        if !is_qualified_name(text) && !is_off("finalizer") {
            say(malformed(&finalizer.origin, format!("the finalizer {} must be {QUALIFIED_NAME}", quoted(text))));
        }
    }
    if let Some(generation) = metadata.get("generation").filter(|node| node.as_int().is_some_and(i64::is_negative))
        && !is_off("generation")
    {
        let message = "`metadata.generation` must be at least 0";
        say(Diagnostic::error_about(&codes::OBJECT_OUT_OF_BOUNDS, &generation.origin, message)
            .help("remove it: the cluster writes it"));
    }
}

fn namespace(named: &Named<'_>, metadata: &Entry, say: &mut dyn FnMut(Diagnostic)) {
    let namespace = metadata.node.get("namespace").filter(|node| !node.is_null());
    match (namespace, namespace.and_then(Node::as_str).filter(|text| !text.is_empty())) {
        (Some(node), _) if !named.namespaced && !is_off("namespace-of-cluster") => {
            let message = format!("`{}` is of the whole cluster, so that its namespace has no effect", named.kind);
            let finding = Diagnostic::about(&codes::NO_EFFECT, Severity::Warning, &node.origin, message);
            say(finding.help("remove `metadata.namespace`"));
        }
        (_, None) if named.namespaced && !is_off("missing-namespace") => {
            let message = "`metadata.namespace` is missing, and the object goes wherever it is applied from";
            let finding = Diagnostic::error_about(&codes::MISSING_NAMESPACE, &metadata.key, message);
            say(finding.help("write the namespace that the registry or the cluster reads it from"));
        }
        (Some(node), Some(text)) if !is_dns_label(text) && !is_off("namespace") => {
            let message = format!("`metadata.namespace` must be {LABEL}, not {}", quoted(text));
            say(malformed(&node.origin, message));
        }
        _ => {}
    }
}

const QUALIFIED_NAME: &str = "a name of at most 63 letters, digits, `-`, `_` and `.`, perhaps after a DNS name and `/`";
const WORD: &str = "at most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit";
const SUBDOMAIN: &str = "a DNS name in lower case (letters, digits, `-` and `.`)";
const LABEL: &str = "at most 63 lowercase letters, digits and `-`";

const PATH_SEGMENT: &str = "a name without `/` and `%` that is not `.` or `..`";

fn is_path_segment(text: &str) -> bool {
    !matches!(text, "." | "..") && !text.contains(['/', '%'])
}

fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_name(prefix) && is_word(name),
        None => is_word(text),
    }
}

fn is_word(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_outer = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    text.len() <= 63 && bytes.iter().all(|byte| is_inner(*byte)) && is_outer(bytes.first()) && is_outer(bytes.last())
}

fn malformed(origin: &Origin, message: String) -> Diagnostic {
    Diagnostic::error_about(&codes::OBJECT_MALFORMED_VALUE, origin, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_api_server() {
        assert!(is_dns_name("a") && is_dns_name("a-b.c") && is_dns_name(&"a".repeat(253)));
        assert!(!is_dns_name("") && !is_dns_name("A") && !is_dns_name("a..b") && !is_dns_name("-a"));
        assert!(!is_dns_name("a_b") && !is_dns_name(&"a".repeat(254)));
        assert!(is_qualified_name("regcfg.dev/cluster") && is_qualified_name("A_b"));
        assert!(
            !is_qualified_name("a/b/c")
                && !is_qualified_name("/a")
                && !is_qualified_name("a/")
                && !is_qualified_name("-a")
        );
        assert!(!is_word(&"a".repeat(64)));
    }
}
