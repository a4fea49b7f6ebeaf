//! Writes a description as a whole `CustomResourceDefinition` for one minor, which an API server takes.
//!
//! A kind that is built into the API server has none, and neither has a file of regcfg's own.

use serde_json::{Map, Value as Json, json};

use super::openapi::described;
use super::{Kind, Schema};
use crate::target::Minor;

/// Why a kind has no CRD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCrd {
    /// The API server has the kind built in.
    Native,
    /// It is a file of regcfg's own, which no cluster has.
    File,
}

/// Writes the CRD of a kind as it is on a minor that has the kind.
pub fn definition(kind: &'static Kind, minor: Minor) -> Result<Json, NoCrd> {
    if kind.native {
        return Err(NoCrd::Native);
    }
    if kind.group == "regcfg.dev" {
        return Err(NoCrd::File);
    }
    let mut version = json!({"name": kind.version, "served": true, "storage": true});
    if kind.schema.property("status").is_some_and(|status| status.is_on(minor)) {
        version["subresources"] = json!({"status": {}});
    }
    version["schema"] = json!({"openAPIV3Schema": root(kind.schema, minor)});
    let singular = kind.kind.to_lowercase();
    let list = format!("{}List", kind.kind);
    Ok(json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{}.{}", kind.plural, kind.group)},
        "spec": {
            "group": kind.group,
            "names": {"kind": kind.kind, "listKind": list, "plural": kind.plural, "singular": singular},
            "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
            "versions": [version],
        },
    }))
}

/// Writes the schema of the whole object, of whose metadata a CRD may say nothing: the API server has it built in.
fn root(schema: &'static Schema, minor: Minor) -> Json {
    let mut root = described(schema, minor);
    root["properties"]["metadata"] = json!({"type": "object"});
    let is_own = |name: &Json| name != "apiVersion" && name != "kind" && name != "metadata";
    let fields: Option<&mut Map<String, Json>> = root.as_object_mut();
    if let Some(fields) = fields {
        let required = fields.remove("required");
        let required: Vec<Json> = required.as_ref().and_then(Json::as_array).into_iter().flatten().cloned().collect();
        let required: Vec<Json> = required.into_iter().filter(is_own).collect();
        if !required.is_empty() {
            fields.insert("required".into(), required.into());
        }
    }
    root
}

#[cfg(test)]
mod tests {
    use super::super::{find, kinds};
    use super::*;

    #[test]
    fn a_crd_names_its_kind_scope_and_version() {
        let route = find("route.openshift.io/v1", "Route").unwrap();
        let crd = definition(route, Minor::of(4, 16)).unwrap();
        assert_eq!(crd["metadata"]["name"], "routes.route.openshift.io");
        assert_eq!(crd["spec"]["scope"], "Namespaced");
        let version = &crd["spec"]["versions"][0];
        assert_eq!(version["name"], "v1");
        assert_eq!(version["subresources"], json!({"status": {}}));
        assert_eq!(version["schema"]["openAPIV3Schema"]["required"], json!(["spec"]));
        assert_eq!(version["schema"]["openAPIV3Schema"]["properties"]["metadata"], json!({"type": "object"}));
    }

    #[test]
    fn every_kind_has_a_crd_but_those_of_the_api_server_and_of_regcfg() {
        for kind in kinds() {
            let made = definition(kind, Minor::LAST).err();
            let expected = match kind.group {
                "" | "rbac.authorization.k8s.io" => Some(NoCrd::Native),
                "regcfg.dev" => Some(NoCrd::File),
                _ => None,
            };
            assert_eq!(made, expected, "{}", kind.kind);
        }
    }

    #[test]
    fn parts_of_constraints_hold_no_words() {
        let config = find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
        let crd = definition(config, Minor::of(4, 16)).unwrap();
        let spec = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"];
        let encryption = &spec["storage"]["properties"]["oss"]["properties"]["encryption"];
        assert!(encryption["description"].is_string());
        assert!(!encryption["anyOf"].to_string().contains("description"), "{encryption}");
    }
}
