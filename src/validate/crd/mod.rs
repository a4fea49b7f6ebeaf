//! Kinds that regcfg does not know, by the CustomResourceDefinitions that somebody gives.
//!
//! Comes in: documents that hold definitions. Goes out: [`Definitions`], which judge objects as an API server with these
//! definitions would. The crate jsonschema says what a schema says; around it stands what JSON Schema has no word for:
//! nulls that are dropped, defaults, lists that are sets or keyed, RE2, forms of Kubernetes and rules in CEL. What none of
//! these can decide is said to be not checked.

mod bounds;
mod fault;
mod object;
mod place;
mod read;
mod strict;
mod walk;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use kube::core::cel::{CompiledSchema, compile_schema};
use serde_json::Value as Json;

use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::name::group;
use crate::tree::{Node, Place};

/// Definitions by the group and kind that they define.
#[derive(Default)]
pub struct Definitions {
    by_kind: BTreeMap<(String, String), Definition>,
}

/// A kind that somebody defined.
struct Definition {
    kind: String,
    namespaced: bool,
    versions: BTreeMap<String, Version>,
    /// Where the kind is named.
    place: Place,
}

/// A version of a kind.
struct Version {
    served: bool,
    /// The schema as it is written, but for what the API server reads by itself.
    structural: Json,
    /// The same as JSON Schema in which no field is known but those that it names.
    strict: Json,
    validator: Validator,
    rules: OnceLock<CompiledSchema>,
}

impl Definitions {
    /// Tells whether nothing is defined.
    pub fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }

    /// Adds what a document defines; a document that defines nothing is passed over.
    ///
    /// Adds findings for a definition that cannot be used, at its place. Returns whether the document is a definition.
    pub fn add(&mut self, document: &Node, findings: &mut Findings) -> bool {
        let Some((group, definition)) = (match read::definition(document, findings) {
            read::Read::Other => return false,
            read::Read::Broken => None,
            read::Read::Definition(group, definition) => Some((group, *definition)),
        }) else {
            return true;
        };
        let key = (group, definition.kind.clone());
        if let Some(first) = self.by_kind.get(&key) {
            let message = format!("`{}` of `{}` is defined a second time", key.1, key.0);
            let finding = Diagnostic::warning(&codes::BROKEN_DEFINITION, &definition.place, message);
            findings.push(finding.note_at(&first.place, "first defined here").help("give each definition once"));
            return true;
        }
        self.by_kind.insert(key, definition);
        true
    }

    /// Judges an object of a kind that is defined; returns none where it is not.
    pub(super) fn judge(&self, node: &Node, api_version: &str, kind: &str) -> Option<Findings> {
        let of_group = group(api_version);
        let definition = self.by_kind.get(&(of_group.to_owned(), kind.to_owned()))?;
        let name = api_version.rsplit('/').next().unwrap_or_default();
        let mut findings = Findings::new();
        let Some(version) = definition.versions.get(name).filter(|version| version.served || is_off("crd-served"))
        else {
            let message = format!("`{kind}` is not served as `{api_version}`");
            let origin = node.get("apiVersion").map_or(&node.origin, |node| &node.origin);
            let finding = Diagnostic::error_about(&codes::OTHER_API_VERSION, origin, message);
            let served = definition.versions.iter().filter(|(_, version)| version.served);
            let served: Vec<String> = served.map(|(name, _)| format!("`{of_group}/{name}`")).collect();
            findings.push(finding.help(format!("write one of {}", served.join(", "))));
            return Some(findings);
        };
        object::check(node, definition, version, &mut findings);
        Some(findings)
    }
}

impl Version {
    /// Returns the compiled rules, compiled at their first use.
    fn rules(&self) -> &CompiledSchema {
        self.rules.get_or_init(|| compile_schema(&self.structural))
    }
}

#[cfg(test)]
mod tests;
