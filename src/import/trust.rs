//! The image configuration with the certificates that it names -> `images` and `trust`.

use super::draft::Draft;
use super::item::{Item, is_empty};
use super::left::{Lefts, Why};
use super::split::Split;
use crate::pem;
use crate::tree::Node;

/// The namespace of what the cluster's configuration names.
pub(super) const NAMESPACE: &str = "openshift-config";

/// The ConfigMap that the spec's certificates go to where it gives no name.
const BUNDLE: &str = "registry-cas";

/// Takes the image configuration.
pub(super) fn images(items: &mut [Item], draft: &mut Draft, lefts: &mut Lefts) {
    let Some(at) = items.iter().position(|item| item.is("Image", "", "cluster") && item.group == "config.openshift.io")
    else {
        return;
    };
    let mut item = items[at].clone();
    item.begin();
    if let Some(ca) = item.take(&["spec", "additionalTrustedCA"]).filter(|ca| !ca.is_null()) {
        trusted(&item, &ca, items, draft, lefts);
    }
    if let (Some(spec), Some(schema)) = (item.take(&["spec"]), Draft::schema(&["images"]))
        && let Some(mut kept) = Split::new(&item, draft.target, lefts).kept(schema, &spec, &["spec"])
    {
        if item.is_live
            && let Some(map) = kept.as_map_mut()
        {
            map.retain(|_, entry| !is_empty(&entry.node));
        }
        if !is_empty(&kept) {
            *draft.section("images") = kept;
        }
    }
    items[at] = item;
}

/// Takes the ConfigMap of certificates by registry.
fn trusted(image: &Item, ca: &Node, items: &mut [Item], draft: &mut Draft, lefts: &mut Lefts) {
    let name = ca.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
    for field in super::config::names(Some(ca)).iter().filter(|field| *field != "name") {
        let path = ["spec".to_owned(), "additionalTrustedCA".to_owned(), field.clone()];
        lefts.push(image.left(&path, Why::NoField, "a spec has no field for it", "the API server drops it"));
    }
    draft.section("trust");
    if name.is_empty() {
        return;
    }
    let mut authorities = draft.map([]);
    if let Some(item) = items.iter_mut().find(|item| item.is("ConfigMap", NAMESPACE, &name)) {
        item.begin();
        for key in super::config::names(item.at(&["data"])) {
            let Some(registry) = registry(&key) else {
                let path = ["data".to_owned(), key.clone()];
                let message =
                    "its key is neither `host` nor `host..port`, so that nodes and operator read it differently";
                lefts.push(item.left(
                    &path,
                    Why::Unusable,
                    message,
                    "call it after its registry, with `..` for the colon",
                ));
                item.take(&["data", &key]);
                continue;
            };
            if let Some(text) = certificates(item, &key, lefts) {
                let content = draft.certificates(&registry, text);
                authorities.insert(registry, content);
            }
        }
    } else {
        draft.comment(
            "trust",
            "The ConfigMap was not among what was imported: it stays as it is, and the spec names it.",
        );
    }
    let is_named = name == BUNDLE && !is_empty(&authorities);
    if !is_named {
        let name = draft.text(name);
        draft.put("trust", "name", name);
    }
    if !is_empty(&authorities) {
        draft.put("trust", "registryCAs", authorities);
    }
}

/// Returns the registry that a key stands for, if exactly that key would be rendered for it.
fn registry(key: &str) -> Option<String> {
    let registry = match key.split_once("..") {
        Some((host, port)) if !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{host}:{port}")
        }
        Some(_) => return None,
        None => key.to_owned(),
    };
    let host = registry.split(':').next().unwrap_or_default();
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let is_host = host.bytes().all(is_inner) && is_end(host.bytes().next()) && is_end(host.bytes().last());
    (is_host && registry.len() <= 253).then_some(registry)
}

/// Takes the certificates under a key of a ConfigMap, and nothing else that stands there; none where there are none.
pub(super) fn certificates(item: &mut Item, key: &str, lefts: &mut Lefts) -> Option<String> {
    let node = item.take(&["data", key])?;
    let path = ["data".to_owned(), key.to_owned()];
    let text = node.as_str().unwrap_or_default();
    let certificates = pem::certificates_only(text);
    if certificates.is_empty() {
        let message = "no certificate in PEM stands there";
        lefts.push(item.left(&path, Why::Unusable, message, "put a certificate there, or take the key away"));
        return None;
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if words(text) != words(&certificates) {
        let has_key = pem::blocks(text).iter().any(|block| block.label.contains("PRIVATE KEY"));
        let (why, message) = if has_key {
            (Why::Secret, "a private key stands beside the certificates, where anyone can read it")
        } else {
            (Why::Unusable, "what stands around the certificates is left out")
        };
        let help = if has_key { "take the key out of the ConfigMap, and use it no longer" } else { "nothing reads it" };
        lefts.push(item.left(&path, why, message, help));
    }
    Some(certificates)
}
