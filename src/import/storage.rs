//! The storage of the config CR with the claim, the certificates and the credentials beside it -> `storage`.
//!
//! Storage that the operator made by itself is not said: the operator finds it again, and what is not said nobody else can
//! take over by mistake.

use super::config::names;
use super::draft::Draft;
use super::item::{Item, is_empty};
use super::left::{Lefts, Why};
use super::split::Split;
use super::{Wish, credentials, trust};
use crate::lower::REGISTRY_NAMESPACE;
use crate::target::Minor;
use crate::tree::Node;

/// The first minor that knows `storage.managementState`.
const MANAGEMENT_STATE: Minor = Minor::of(4, 6);

/// The annotation of claims that the operator makes.
const MADE_BY_OPERATOR: &str = "imageregistry.openshift.io";

/// The annotation of claims that were bound by the controller, and not by who wrote the claim.
const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";

/// The ConfigMap that the spec's certificates for storage go to where it gives no name.
const STORAGE_CA: &str = "registry-storage-ca";

/// Takes the storage.
pub(super) fn storage(item: &mut Item, items: &mut [Item], wish: &Wish<'_>, draft: &mut Draft, lefts: &mut Lefts) {
    let backends = names(item.at(&["spec", "storage"]));
    let backends: Vec<&String> = backends.iter().filter(|name| *name != "managementState").collect();
    let mut is_own = false;
    for backend in backends {
        let Some(schema) = Draft::schema(&["storage", backend]) else { continue };
        let path = ["spec", "storage", backend.as_str()];
        let Some(node) = item.take(&path) else { continue };
        let kept = Split::new(item, draft.target, lefts).kept(schema, &node, &path);
        // A backend is one by its name, whatever of its settings a spec can hold.
        let Some(mut kept) = kept.or_else(|| node.as_map().map(|_| draft.map([]))) else { continue };
        is_own |= is_operators_own(item, backend, &kept, draft);
        without_filled(item, backend, &mut kept, is_own);
        if is_own && is_empty(&kept) && is_bootstrapped(backend, draft) {
            draft.comment("storage", "The storage is the operator's own: what it made by itself is not said.");
            continue;
        }
        match backend.as_str() {
            "pvc" => claim(items, &mut kept, draft, lefts),
            "s3" => {
                without_keyless(item, &mut kept, lefts);
                certificates(items, &mut kept, draft, lefts);
            }
            _ => {}
        }
        draft.put("storage", backend, kept);
    }
    management_state(item, is_own, draft, lefts);
    credentials::credentials(items, wish, draft);
}

/// Tells whether the operator made a bucket or container by itself: it wrote its name, and it manages it.
fn is_operators_own(item: &Item, backend: &str, settings: &Node, draft: &Draft) -> bool {
    // A claim is named where anyone can see it; who made it says its annotation.
    let Some(naming) = draft.profile.naming_setting(backend).filter(|_| backend != "pvc" && item.is_live) else {
        return false;
    };
    let Some(name) = settings.get(naming).and_then(Node::as_str).filter(|name| !name.is_empty()) else { return false };
    let state = item.object.at(&["spec", "storage", "managementState"]).and_then(Node::as_str);
    item.is_filled(&["spec", "storage", backend, naming])
        .unwrap_or_else(|| state == Some("Managed") && name.contains("-image-registry"))
}

/// Takes away what the operator or the server wrote among a backend's settings.
fn without_filled(item: &Item, backend: &str, settings: &mut Node, is_own: bool) {
    if !item.is_live {
        return;
    }
    let has_endpoint = settings.get("regionEndpoint").and_then(Node::as_str).is_some_and(|url| !url.is_empty());
    let Some(map) = settings.as_map_mut() else { return };
    map.retain(|field, entry| {
        let filled = item.is_filled(&["spec", "storage", backend, field]);
        match (&**field, filled) {
            (_, Some(false)) => true,
            // Without them the operator looks for storage of its own again.
            ("region" | "projectID" | "location", _) if !is_own => true,
            ("networkAccess", _) => entry.node.get("type").and_then(Node::as_str) != Some("External"),
            ("virtualHostedStyle", None) if !has_endpoint => entry.node.as_bool() != Some(false),
            (_, Some(true)) => backend == "pvc",
            (_, None) => !is_own && (backend == "pvc" || entry.node.as_str() != Some("")),
        }
    });
}

/// Tells whether the operator bootstraps a backend on the platform.
fn is_bootstrapped(backend: &str, draft: &Draft) -> bool {
    let spec = draft.profile.bootstrap("config", draft.target.first());
    spec.is_some_and(|spec| spec.at(&["storage", backend]).is_some())
}

/// Takes `managementState` where it is not what the spec would be given anyway.
fn management_state(item: &mut Item, is_own: bool, draft: &mut Draft, lefts: &mut Lefts) {
    let path = ["spec", "storage", "managementState"];
    let Some(state) = item.take(&path) else { return };
    if !draft.target.is_since(MANAGEMENT_STATE) && !is_empty(&state) {
        let message = format!("OpenShift {} has no such field", draft.target);
        let help = "its API server drops it: nothing is lost on this release";
        lefts.push(item.left(&path.map(str::to_owned), Why::OtherRelease, message, help));
        return;
    }
    if is_own || is_empty(&state) {
        return;
    }
    let profile = std::sync::Arc::clone(&draft.profile);
    let storage = draft.sections.get("storage").map(|entry| &entry.node);
    let Some(backends) = storage.and_then(Node::as_map).filter(|backends| !backends.is_empty()) else {
        if !item.is_live {
            let help = "nothing is to be done: the operator decides it with the storage that it takes";
            let message = "without a backend it is about nothing";
            lefts.push(item.left(&path.map(str::to_owned), Why::Unusable, message, help));
        }
        return;
    };
    let is_named = backends.iter().any(|(backend, entry)| {
        let naming = profile.naming_setting(backend).and_then(|naming| entry.node.get(naming));
        naming.is_some_and(|name| !is_empty(name))
    });
    if !(is_named && state.as_str() == Some("Unmanaged")) {
        draft.put("storage", "managementState", state);
    }
}

/// Takes the claim that the registry mounts, unless the operator made it.
fn claim(items: &mut [Item], settings: &mut Node, draft: &Draft, lefts: &mut Lefts) {
    let Some(name) = settings.get("claim").and_then(Node::as_str).map(str::to_owned) else { return };
    let Some(item) = items.iter_mut().find(|item| item.is("PersistentVolumeClaim", REGISTRY_NAMESPACE, &name)) else {
        return;
    };
    let annotation = |item: &Item, name: &str| item.object.at(&["metadata", "annotations", name]).is_some();
    if annotation(item, MADE_BY_OPERATOR) {
        let help = "nothing is to be done; to have it in Git, add `create` to `storage.pvc` with what the claim has";
        item.leave(Why::Replaced, "the operator made it, and the spec names it without making it", help, lefts);
        return;
    }
    item.begin();
    let Some(schema) = Draft::schema(&["storage", "pvc", "create"]) else { return };
    let is_bound = annotation(item, BOUND_BY_CONTROLLER);
    let mut create = draft.map([]);
    let fields: [(&str, &[&str]); 4] = [
        ("accessModes", &["spec", "accessModes"]),
        ("size", &["spec", "resources", "requests", "storage"]),
        ("storageClassName", &["spec", "storageClassName"]),
        ("volumeName", &["spec", "volumeName"]),
    ];
    for (field, path) in fields {
        let Some(node) = item.take(path) else { continue };
        if field == "volumeName" && is_bound {
            continue;
        }
        let Some(schema) = schema.property(field) else { continue };
        let node = if field == "size" { as_text(node) } else { node };
        if let Some(kept) = Split::new(item, draft.target, lefts).kept(schema.schema, &node, path) {
            create.insert(field, kept);
        }
    }
    if create.get("accessModes").is_some() && create.get("size").is_some() {
        settings.insert("create", create);
    } else {
        let help = "nothing is to be done: the spec names the claim, and does not make it";
        item.leave(Why::Unusable, "it says no size, or no access mode", help, lefts);
    }
}

/// Returns a quantity as text: one without a unit may stand as a number.
fn as_text(node: Node) -> Node {
    match node.as_int() {
        Some(number) => Node::string(number.to_string(), node.origin),
        None => node,
    }
}

/// Leaves out a distribution of CloudFront of whose private key not both the Secret and the key in it are named.
fn without_keyless(item: &Item, settings: &mut Node, lefts: &mut Lefts) {
    let key = settings.get("cloudFront").map(|front| front.get("privateKey"));
    let is_named = |key: &Node| ["name", "key"].iter().all(|field| key.get(field).is_some());
    if key.is_none_or(|key| key.is_some_and(is_named)) {
        return;
    }
    let path = ["spec", "storage", "s3", "cloudFront"].map(str::to_owned);
    let message = "without a Secret's name and a key in it there is no private key";
    lefts.push(item.left(&path, Why::Unusable, message, "name both, and import it again"));
    if let Some(map) = settings.as_map_mut() {
        map.shift_remove("cloudFront");
    }
}

/// Takes the certificates that S3 trusts from the ConfigMap that holds them.
fn certificates(items: &mut [Item], settings: &mut Node, draft: &mut Draft, lefts: &mut Lefts) {
    let Some(ca) = settings.get("trustedCA") else { return };
    let Some(name) = ca.get("name").and_then(Node::as_str).filter(|name| !name.is_empty()).map(str::to_owned) else {
        if let Some(map) = settings.as_map_mut() {
            map.shift_remove("trustedCA");
        }
        return;
    };
    let Some(item) = items.iter_mut().find(|item| item.is("ConfigMap", trust::NAMESPACE, &name)) else { return };
    item.begin();
    let Some(text) = trust::certificates(item, "ca-bundle.crt", lefts) else { return };
    let bundle = draft.certificates(&name, text);
    let mut trusted = if name == STORAGE_CA { draft.map([]) } else { draft.map([("name", draft.text(name))]) };
    trusted.insert("bundle", bundle);
    settings.insert("trustedCA", trusted);
}
