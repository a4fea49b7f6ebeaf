//! Trusted certificates: the ConfigMaps that hold them, with the keys that nodes and operator expect.

use std::sync::Arc;

use super::{Variables, text};
use crate::check::Checked;
use crate::pem;
use crate::spec::Content;
use crate::tree::{Entry, Map, Node, Place, Value};

/// The bundle's name where the spec gives none.
const BUNDLE: &str = "registry-cas";

/// The name of the bundle for S3-compatible storage where the spec gives none.
const STORAGE_BUNDLE: &str = "registry-storage-ca";

/// The one key of a bundle for storage.
const STORAGE_KEY: &str = "ca-bundle.crt";

/// Sets `bundles`.
pub(super) fn lower(checked: &Checked, context: &mut Variables) {
    let registries = registry_bundle(checked);
    let storage = storage_bundle(checked);
    let bundles = context.list(registries.into_iter().chain(storage).collect());
    context.set("bundles", bundles);
}

/// Returns the name of the bundle of registries' CAs; none where there is none.
pub(super) fn bundle_name(checked: &Checked) -> Option<Node> {
    let trust = checked.spec().section("trust")?;
    let has_cas = checked.spec().registry_cas().next().is_some();
    trust.get("name").cloned().or_else(|| has_cas.then(|| text(BUNDLE, trust)))
}

/// Returns the name of the bundle that S3 trusts; none where there is none.
pub(super) fn storage_bundle_name(checked: &Checked) -> Option<Node> {
    let ca = storage_ca(checked)?;
    ca.get("name").cloned().or_else(|| Some(text(STORAGE_BUNDLE, ca.get("bundle")?)))
}

fn storage_ca(checked: &Checked) -> Option<&Node> {
    checked.spec().storage()?.backend()?.get("trustedCA")
}

fn storage_bundle(checked: &Checked) -> Option<Node> {
    let bundle = storage_ca(checked)?.get("bundle")?;
    let certificates = certificates(bundle, checked)?;
    let data = Node::map([(STORAGE_KEY, certificates)], bundle.origin.clone());
    Some(Node::map([("name", storage_bundle_name(checked)?), ("data", data)], bundle.origin.clone()))
}

fn registry_bundle(checked: &Checked) -> Option<Node> {
    let mut data = Map::new();
    for (host, entry) in checked.spec().registry_cas() {
        let node = certificates(&entry.node, checked)?;
        data.insert(key(host), Entry { key: entry.key.clone(), node });
    }
    if data.is_empty() {
        return None;
    }
    let trust = checked.spec().section("trust")?;
    let data = Node::new(Value::Map(data), trust.origin.clone());
    Some(Node::map([("name", bundle_name(checked)?), ("data", data)], trust.origin.clone()))
}

/// The key of a registry's certificates: the colon before the port is illegal in a ConfigMap, `..` stands for it.
fn key(host: &Arc<str>) -> Arc<str> {
    match host.rsplit_once(':') {
        Some((name, port)) => format!("{name}..{port}").into(),
        None => Arc::clone(host),
    }
}

/// Returns the certificates of a content that is no secret, and nothing else of it.
pub(super) fn certificates(content: &Node, checked: &Checked) -> Option<Node> {
    match Content::of(content)? {
        Content::Text(text) => Some(Node::string(pem::certificates_only(text.as_str()?), text.origin.clone())),
        Content::File(file) => {
            let content = checked.contents().of(file)?;
            let source = content.source.as_ref()?;
            let place = Place::new(source, 0..source.text().len());
            Some(Node::string(content.certificates()?, place))
        }
        Content::Secret(_) => None,
    }
}
