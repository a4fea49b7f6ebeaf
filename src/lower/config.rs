//! The config CR: its fields, its storage, and the Secrets that its routes and CloudFront name.

use super::secrets::{Asked, SecretSpec};
use super::{Day, REGISTRY_NAMESPACE, Variables, text, trust};
use crate::check::Checked;
use crate::spec::{Backend, Content, Route, Storage, ValueSource};
use crate::tree::{Entry, Node, Value};

/// Fields of `registry` that reach the config CR in another form.
const OTHERWISE: &[&str] = &["routes", "logLevel"];

/// What `logging` was called before `logLevel`, by level.
const LOG_NUMBERS: &[(&str, i64)] = &[("Normal", 2), ("Debug", 4), ("Trace", 6), ("TraceAll", 8)];

/// Sets `config`, `log`, `storage` and `claim`.
pub(super) fn lower(checked: &Checked, day: Day, context: &mut Variables) {
    let spec = checked.spec();
    let registry = spec.section("registry").unwrap_or(spec.node());
    let mut config = match day {
        Day::Running => Node::map::<&str>([], registry.origin.clone()),
        Day::Zero => bootstrapped(checked, registry),
    };
    for (field, entry) in registry.as_map().into_iter().flatten() {
        if !OTHERWISE.contains(&&**field) {
            put(&mut config, field, entry.clone());
        }
    }
    if let Some(entry) = registry.entry("routes") {
        let routes = spec.routes().map(route).collect();
        let node = Node::new(Value::Seq(routes), entry.node.origin.clone());
        put(&mut config, "routes", Entry { key: entry.key.clone(), node });
    }
    context.set("config", config);
    let level = spec.registry("logLevel").cloned().unwrap_or_else(|| text("Normal", registry));
    context.set("log", log(&level));
    if let Some((written, backend)) = spec.storage().and_then(|storage| Some((storage, storage.backend()?))) {
        context.set("storage", storage(checked, written, backend));
        if let Some(created) = backend.created_claim() {
            let mut claim = created.clone();
            let name = backend.get("claim").cloned().unwrap_or_else(|| text("", created));
            claim.insert("name", name);
            context.set("claim", claim);
        }
    }
}

/// What the platform bootstraps, without its storage: what a complete object begins from.
fn bootstrapped(checked: &Checked, near: &Node) -> Node {
    let bootstrap = checked.profile().bootstrap("config", checked.target().first()).cloned();
    let mut config = bootstrap.unwrap_or_else(|| Node::map::<&str>([], near.origin.clone()));
    if let Some(map) = config.as_map_mut() {
        map.retain(|field, _| !matches!(&**field, "storage" | "logging" | "logLevel"));
    }
    config
}

fn put(config: &mut Node, field: &str, entry: Entry) {
    if let Some(map) = config.as_map_mut() {
        map.insert(field.into(), entry);
    }
}

/// The log level in both forms that releases know.
fn log(level: &Node) -> Node {
    let name = level.as_str().unwrap_or_default();
    let number = LOG_NUMBERS.iter().find(|(known, _)| *known == name).map_or(2, |(_, number)| *number);
    let number = Node::new(Value::Int(number), level.origin.clone());
    Node::map([("level", level.clone()), ("number", number)], level.origin.clone())
}

/// `storage`: the settings of the backend as the API has them, and who manages it. A spec that names several is not made
/// right by leaving some out, so that all are there to be judged.
fn storage(checked: &Checked, storage: Storage<'_>, backend: Backend<'_>) -> Node {
    let entry = |backend: Backend<'_>| {
        (backend.name.into(), Entry { key: backend.entry.key.clone(), node: settings(checked, backend) })
    };
    let backends = Value::Map(storage.backends().map(entry).collect());
    let backends = Node::new(backends, backend.entry.key.clone());
    let mut storage = Node::map([("backends", backends)], backend.entry.key.clone());
    if let Some(state) = management_state(checked, backend) {
        storage.insert("managementState", state);
    }
    storage
}

/// The backend's settings without what is regcfg's own: the claim to create, the certificates and keys given in place.
fn settings(checked: &Checked, backend: Backend<'_>) -> Node {
    let mut settings = backend.settings().clone();
    let Some(map) = settings.as_map_mut() else { return Node::map::<&str>([], settings.origin) };
    map.shift_remove("create");
    if let Some(ca) = map.get_mut("trustedCA")
        && let Some(name) = trust::storage_bundle_name(checked)
    {
        ca.node = Node::map([("name", name)], ca.node.origin.clone());
    }
    if let Some(key) = map.get_mut("cloudFront").and_then(|entry| entry.node.as_map_mut()?.get_mut("privateKey"))
        && key.node.get("valueFrom").is_some()
    {
        let (name, data_key) = cloudfront_reference(&key.node);
        key.node = Node::map([("name", name), ("key", data_key)], key.node.origin.clone());
    }
    settings
}

/// `storage.managementState`: what the spec says, else `Unmanaged` for a bucket, container or claim of the user's own.
fn management_state(checked: &Checked, backend: Backend<'_>) -> Option<Node> {
    if let Some(state) = checked.spec().storage()?.management_state() {
        return Some(state.clone());
    }
    let named = backend.given(checked.profile().naming_setting(backend.name)?)?;
    Some(text("Unmanaged", named))
}

fn route(route: Route<'_>) -> Node {
    let name = Node::string(route.name.clone(), route.entry.key.clone());
    let mut lowered = Node::map([("name", name)], route.entry.node.origin.clone());
    if let Some(hostname) = route.hostname() {
        lowered.insert("hostname", hostname.clone());
    }
    if let Some(secret) = route_secret_name(route) {
        lowered.insert("secretName", secret);
    }
    lowered
}

/// The Secret of a route: the one that the spec names, the one that its key is in already, else one of ours.
fn route_secret_name(route: Route<'_>) -> Option<Node> {
    if let Some(name) = route.secret_name() {
        return Some(name.clone());
    }
    let key = route.tls("key")?;
    if let Some(Content::Secret(ValueSource::SecretKeyRef(reference))) = Content::of(key) {
        return reference.get("name").cloned();
    }
    Some(Node::string(format!("registry-route-{}", route.name), route.entry.key.clone()))
}

/// Returns the TLS Secrets of routes.
pub(super) fn route_secrets(checked: &Checked) -> impl Iterator<Item = SecretSpec<'_>> {
    const KEYS: [(&str, &str); 3] = [("certificate", "tls.crt"), ("key", "tls.key"), ("caCertificate", "tls.cacrt")];
    checked.spec().routes().filter_map(|route| {
        let name = route_secret_name(route)?;
        let asked =
            KEYS.iter().filter_map(|(content, key)| Some(Asked { key: (*key).into(), content: route.tls(content)? }));
        let asked: Vec<Asked<'_>> = asked.collect();
        // `kubernetes.io/tls` is refused without both keys, and the operator reads any type.
        let complete = ["certificate", "key"].iter().all(|content| route.tls(content).is_some());
        let kind = if complete { "kubernetes.io/tls" } else { "Opaque" };
        let namespace = text(REGISTRY_NAMESPACE, &name);
        let secret = SecretSpec { name, namespace, kind, asked, composed: None, fixed_name: false };
        (!secret.asked.is_empty()).then_some(secret)
    })
}

/// The name and key of the Secret that holds CloudFront's private key.
fn cloudfront_reference(private_key: &Node) -> (Node, Node) {
    if let Some(Content::Secret(ValueSource::SecretKeyRef(reference))) = Content::of(private_key)
        && let (Some(name), Some(key)) = (reference.get("name"), reference.get("key"))
    {
        return (name.clone(), key.clone());
    }
    (text("registry-cloudfront-key", private_key), text("private.pem", private_key))
}

/// Returns the Secret of CloudFront's private key.
pub(super) fn cloudfront_secret(checked: &Checked) -> Option<SecretSpec<'_>> {
    let backend = checked.spec().storage().and_then(Storage::backend);
    let key = backend.and_then(|backend| backend.settings().at(&["cloudFront", "privateKey"]));
    let content = key.filter(|key| key.get("valueFrom").is_some())?;
    let (name, key) = cloudfront_reference(content);
    let asked = vec![Asked { key: key.as_str().unwrap_or_default().into(), content }];
    let namespace = text(REGISTRY_NAMESPACE, &name);
    Some(SecretSpec { name, namespace, kind: "Opaque", asked, composed: None, fixed_name: false })
}
