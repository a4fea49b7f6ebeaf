//! A CustomResourceDefinition -> a [`Definition`]: `apiextensions.k8s.io/v1` and `v1beta1`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

use super::{Definition, Version, strict};
use crate::diag::{Diagnostic, Findings, codes};
use crate::schema;
use crate::tree::{Node, Place};

/// What a document is.
pub(super) enum Read {
    /// No definition.
    Other,
    /// A definition that cannot be used, or need not be; findings say why.
    Broken,
    /// A definition of a group.
    Definition(String, Box<Definition>),
}

/// Reads a document.
pub(super) fn definition(document: &Node, findings: &mut Findings) -> Read {
    let field = |name: &str| document.get(name).and_then(Node::as_str).unwrap_or_default();
    let version = field("apiVersion");
    if field("kind") != "CustomResourceDefinition" || !version.starts_with("apiextensions.k8s.io/") {
        return Read::Other;
    }
    if !matches!(version, "apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1") {
        let place = document.get("apiVersion").map_or(document.place(), Node::place);
        findings.push(broken(place, format!("a definition is not read as `{version}`")));
        return Read::Broken;
    }
    let n_errors = findings.n_errors();
    let read = Reader { document, is_old: version.ends_with("v1beta1") }.read(findings);
    match read {
        Some((group, definition)) if findings.n_errors() == n_errors => match known(&group, &definition) {
            Some(finding) => {
                findings.push(finding);
                Read::Broken
            }
            None => Read::Definition(group, Box::new(definition)),
        },
        _ => Read::Broken,
    }
}

/// Says that a kind is known here, better than a definition of one release tells it.
fn known(group: &str, definition: &Definition) -> Option<Diagnostic> {
    schema::kinds().iter().find(|known| known.group == group && known.kind == definition.kind)?;
    let message = format!("`{}` of `{group}` is known here, and this definition is not read", definition.kind);
    let finding = Diagnostic::info(&codes::KNOWN_DEFINITION, &definition.place, message);
    Some(finding.help("say with `--openshift` for which release to check"))
}

struct Reader<'d> {
    document: &'d Node,
    /// Whether it is of `v1beta1`, which has the schema of all versions in one place and keeps unknown fields by default.
    is_old: bool,
}

impl Reader<'_> {
    fn read(&self, findings: &mut Findings) -> Option<(String, Definition)> {
        let group = self.text(&["spec", "group"], findings)?;
        let kind = self.text(&["spec", "names", "kind"], findings)?;
        let place = self.document.at(&["spec", "names", "kind"])?.place().clone();
        let scope = match (self.document.at(&["spec", "scope"]).and_then(Node::as_str), self.is_old) {
            (Some(scope @ ("Namespaced" | "Cluster")), _) => scope,
            (None, true) => "Namespaced",
            _ => {
                let at = self.document.at(&["spec", "scope"]).unwrap_or(self.document);
                findings.push(broken(at.place(), "`spec.scope` is neither `Namespaced` nor `Cluster`"));
                return None;
            }
        };
        let versions = self.versions(findings)?;
        Some((group, Definition { kind, namespaced: scope == "Namespaced", versions, place }))
    }

    fn text(&self, path: &[&str], findings: &mut Findings) -> Option<String> {
        let found = self.document.at(path);
        let text = found.and_then(Node::as_str).filter(|text| !text.is_empty());
        if text.is_none() {
            let place = found.unwrap_or(self.document).place();
            findings.push(broken(place, format!("`{}` is missing or no text", path.join("."))));
        }
        text.map(str::to_owned)
    }

    fn versions(&self, findings: &mut Findings) -> Option<BTreeMap<String, Version>> {
        let spec = self.document.get("spec")?;
        let shared = spec.at(&["validation", "openAPIV3Schema"]).filter(|_| self.is_old);
        let keeps_unknown = spec.get("preserveUnknownFields").and_then(Node::as_bool).unwrap_or(self.is_old);
        let written = spec.get("versions").and_then(Node::as_seq).unwrap_or_default();
        let mut versions = BTreeMap::new();
        for version in written {
            let Some(name) = version.get("name").and_then(Node::as_str) else {
                findings.push(broken(version.place(), "a version without a name"));
                continue;
            };
            let own = version.at(&["schema", "openAPIV3Schema"]);
            let served = version.get("served").and_then(Node::as_bool).unwrap_or(false);
            if let Some(schema) = self.schema(own.or(shared), version.place(), findings) {
                versions
                    .extend(self.version(schema, served, keeps_unknown, findings).map(|made| (name.to_owned(), made)));
            }
        }
        if let (true, Some(name)) = (written.is_empty(), spec.get("version").and_then(Node::as_str)) {
            let schema = self.schema(shared, spec.place(), findings)?;
            versions.extend(self.version(schema, true, keeps_unknown, findings).map(|made| (name.to_owned(), made)));
        }
        if versions.is_empty() && !findings.has_errors() {
            findings.push(broken(spec.place(), "`spec.versions` is missing or empty"));
        }
        Some(versions)
    }

    /// Returns the schema of a version; `v1beta1` may have none, which lets everything pass.
    #[expect(clippy::option_option, reason = "no schema where there need be none is not the same as a broken one")]
    fn schema<'n>(&self, found: Option<&'n Node>, place: &Place, findings: &mut Findings) -> Option<Option<&'n Node>> {
        match found {
            Some(schema) if schema.as_map().is_some() => Some(Some(schema)),
            None if self.is_old => Some(None),
            _ => {
                findings.push(broken(place, "a version without `schema.openAPIV3Schema`"));
                None
            }
        }
    }

    fn version(
        &self,
        schema: Option<&Node>,
        served: bool,
        keeps_unknown: bool,
        findings: &mut Findings,
    ) -> Option<Version> {
        let mut structural = schema.map_or_else(|| json!({"type": "object"}), Node::to_json);
        if let Some(schema) = schema {
            let n_errors = findings.n_errors();
            strict::refuse_broken(schema, findings);
            if findings.n_errors() > n_errors {
                return None;
            }
        }
        let has_schema = schema.is_some();
        own_fields(&mut structural, keeps_unknown || !has_schema);
        let strict = strict::json_schema(&structural);
        match strict::compile(&strict) {
            Ok(validator) => Some(Version { served, structural, strict, validator, rules: OnceLock::new() }),
            Err(why) => {
                let place = schema.unwrap_or(self.document).place();
                findings.push(broken(place, format!("the schema cannot be used: {why}")));
                None
            }
        }
    }
}

/// Sets what the API server reads by itself, whatever the schema says of it.
fn own_fields(structural: &mut Json, keeps_unknown: bool) {
    let Some(fields) = structural.as_object_mut() else { return };
    fields.insert("type".into(), "object".into());
    if keeps_unknown {
        fields.insert("x-kubernetes-preserve-unknown-fields".into(), true.into());
    }
    let properties = fields.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        for name in ["apiVersion", "kind"] {
            properties.insert(name.into(), json!({"type": "string"}));
        }
        let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        properties.insert("metadata".into(), open);
        // Only the cluster writes a status; what a manifest says of it is not taken.
        properties.insert("status".into(), json!({"x-kubernetes-preserve-unknown-fields": true}));
    }
    if let Some(required) = fields.get_mut("required").and_then(Json::as_array_mut) {
        required.retain(|name| name != "status");
    }
}

pub(super) fn broken(place: &Place, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&codes::BROKEN_DEFINITION, place, message)
        .help("take the definition from where its operator publishes it")
}
