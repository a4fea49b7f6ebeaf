//! The certificates of manifests: what image.config and S3 trust, what the routes of the config CR serve out of Secrets, and
//! what Routes hold themselves. Of a Secret only what stands in clear is read; what is encrypted is not there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Block, Bundle, ClearKey, ServedRoute, Use, What, in_place};
use crate::lower::REGISTRY_NAMESPACE;
use crate::rules::bundle::{BundleContext, CONFIG_NAMESPACE};
use crate::secret::clear;
use crate::tree::{Entry, Node};

/// The key of the ConfigMap that S3 trusts.
const STORAGE_KEY: &str = "ca-bundle.crt";

/// A text shorter than this is no certificate and no key, but stands for one that comes later.
const SHORTEST: usize = 64;

/// Returns the contents of manifests that hold certificates, and the routes that serve some of them.
pub(super) fn gathered<'o>(ctx: &BundleContext<'o>) -> (Vec<Bundle<'o>>, Vec<ServedRoute<'o>>) {
    let (mut bundles, mut routes) = (trusted(ctx), Vec::new());
    for route in of_secrets(ctx).into_iter().chain(of_routes(ctx)) {
        let mut add = |purpose, text: Option<(&'o Node, Zeroizing<Vec<u8>>)>| {
            let (named, text) = text?;
            let bundle = in_place(purpose, named, &String::from_utf8_lossy(&text), false);
            bundles.push(Bundle { is_of_route: true, blocks: without_keys(bundle.blocks), ..bundle });
            Some(bundles.len() - 1)
        };
        let (served, authority) = (add(Use::Served, route.served), add(Use::Trusted, route.authority));
        let Texts { name, is_operators, host, key, .. } = route;
        routes.push(ServedRoute { name, is_operators, host, served, authority, key });
    }
    (bundles, routes)
}

/// A route, and the texts that it is made of.
struct Texts<'o> {
    name: String,
    is_operators: bool,
    host: Option<&'o Node>,
    served: Option<(&'o Node, Zeroizing<Vec<u8>>)>,
    authority: Option<(&'o Node, Zeroizing<Vec<u8>>)>,
    key: Option<ClearKey>,
}

/// Returns what image.config and S3 trust.
fn trusted<'o>(ctx: &BundleContext<'o>) -> Vec<Bundle<'o>> {
    let of_registries = ctx.registry_cas().map(|(_, entry)| &entry.node);
    let of_storage = ctx.only("s3").and_then(|s3| {
        let name = s3.get("trustedCA")?.get("name")?.as_str()?;
        ctx.object("", "ConfigMap", CONFIG_NAMESPACE, name)?.at(&["data", STORAGE_KEY])
    });
    let is_encoded = |node: &Node| {
        let encoded = ctx.trusted_cas().and_then(|map| map.get("binaryData")).and_then(Node::as_map);
        encoded.is_some_and(|encoded| encoded.values().any(|entry| std::ptr::eq(&raw const entry.node, node)))
    };
    let bundles = of_registries.chain(of_storage).filter_map(|node| {
        if is_encoded(node) {
            let text = String::from_utf8(STANDARD.decode(node.as_str()?).ok()?).ok()?;
            return Some(in_place(Use::Trusted, node, &text, false));
        }
        Some(in_place(Use::Trusted, node, node.as_str()?, false))
    });
    bundles.collect()
}

/// Returns the routes of the config CR, each with what the Secret that it names holds in clear.
fn of_secrets<'o>(ctx: &BundleContext<'o>) -> Vec<Texts<'o>> {
    let routes = ctx.config().filter(|_| ctx.is_managed()).and_then(|config| config.get("routes"));
    let routes = routes.and_then(Node::as_seq).unwrap_or_default().iter();
    let of_route = |route: &'o Node| {
        let secret = ctx.object("", "Secret", REGISTRY_NAMESPACE, route.get("secretName")?.as_str()?)?;
        let certificates = |key| value(secret, key).map(|(entry, text)| (&entry.node, text));
        let host = route.get("hostname").filter(|host| host.as_str().is_some_and(|host| !host.is_empty()));
        Some(Texts {
            name: route.get("name")?.as_str()?.to_owned(),
            is_operators: true,
            host,
            served: certificates("tls.crt"),
            authority: certificates("tls.cacrt"),
            key: value(secret, "tls.key").map(|(entry, text)| ClearKey { place: entry.key.place().clone(), text }),
        })
    };
    routes.filter_map(of_route).collect()
}

/// Returns Routes that hold certificates themselves. One that passes TLS through serves none.
fn of_routes<'o>(ctx: &BundleContext<'o>) -> Vec<Texts<'o>> {
    let of_object = |object: &'o Node| {
        let spec = object.get("spec")?;
        let tls = spec.get("tls").filter(|tls| tls.get("termination").and_then(Node::as_str) != Some("passthrough"))?;
        let serves_many = spec.get("wildcardPolicy").and_then(Node::as_str) == Some("Subdomain");
        let text = |field: &str| {
            let node = tls.get(field)?;
            Some((node, known(Zeroizing::new(node.as_str()?.as_bytes().to_vec()))?))
        };
        let key = text("key").or_else(|| text("certificate").filter(|(_, text)| holds_key(text)));
        let place = tls.entry("key").or_else(|| tls.entry("certificate")).map(|entry| entry.key.place().clone());
        Some(Texts {
            name: object.at(&["metadata", "name"])?.as_str()?.to_owned(),
            is_operators: false,
            host: spec.get("host").filter(|host| !serves_many && host.as_str().is_some_and(|host| !host.is_empty())),
            served: text("certificate"),
            authority: text("caCertificate"),
            key: key.and_then(|(_, text)| Some(ClearKey { place: place?, text })),
        })
    };
    ctx.objects_of("route.openshift.io", "Route").filter_map(of_object).collect()
}

/// Returns a value of a Secret, with its bytes.
fn value<'o>(secret: &'o Node, key: &str) -> Option<(&'o Entry, Zeroizing<Vec<u8>>)> {
    Some((clear::entry(secret, key)?, known(clear::bytes(secret, key)?)?))
}

/// Keeps a text that is what it will be on the cluster: no stand-in for something that comes later.
fn known(text: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
    (text.len() >= SHORTEST && !clear::is_put_in_later(&text)).then_some(text)
}

fn holds_key(text: &[u8]) -> bool {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    text.windows(MARK.len()).any(|window| window == MARK)
}

/// Leaves out keys among certificates: the router takes them from there, and a Secret is where keys belong.
fn without_keys(blocks: Vec<Block>) -> Vec<Block> {
    blocks.into_iter().filter(|block| !matches!(block.what, What::PrivateKey)).collect()
}
