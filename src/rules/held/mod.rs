//! What the objects of a cluster hold for each other: the Secrets, ConfigMaps and claims that they make, and their keys.
//!
//! A Secret may be made by an ExternalSecret, a SealedSecret or a Certificate; then its keys are what these say of them.
//! Where more keys may come from elsewhere, they are not known, and a rule says nothing. No value is looked at.

pub(super) mod object_in_other_namespace;
pub(super) mod object_without_key;

use crate::lower::REGISTRY_NAMESPACE;
use crate::name::{ObjectName, cluster_label};
use crate::rules::BundleContext;
use crate::rules::bundle::CONFIG_NAMESPACE;
use crate::rules::project::SecretFacts;
use crate::tree::{Map, Node};

/// The annotations of controllers that copy Secrets and ConfigMaps between namespaces.
const COPIERS: &[&str] = &["reflector.v1.k8s.emberstack.com/", "replicator.v1.mittwald.de/", "kubed.appscode.com/sync"];

/// What a reference is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Secret,
    ConfigMap,
    Claim,
}

/// An object that is, or makes, a Secret, ConfigMap or claim.
#[derive(Clone, Copy)]
pub(super) struct Holder<'o> {
    /// The object.
    pub(super) object: &'o Node,
    /// The text that names what it holds.
    pub(super) name: &'o Node,
    /// The namespace that it holds it in.
    pub(super) namespace: &'o str,
    kind: &'o str,
}

/// A name that the registry's configuration gives of another object.
#[derive(Clone, Copy)]
pub(super) struct Reference<'o> {
    /// The name.
    pub(super) name: &'o Node,
    /// The field, as messages call it.
    pub(super) field: &'static str,
    /// What it is of.
    pub(super) held: Held,
    /// The only namespace that is looked in.
    pub(super) namespace: &'static str,
    /// The keys that are read, where they are always the same.
    keys: &'static [&'static str],
    /// The key that is read, where the configuration names it.
    key: Option<&'o str>,
}

impl Held {
    /// Returns the kind, as Kubernetes calls it.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Secret => "Secret",
            Self::ConfigMap => "ConfigMap",
            Self::Claim => "PersistentVolumeClaim",
        }
    }
}

impl<'o> Reference<'o> {
    /// Returns the name as text.
    pub(super) fn text(&self) -> &'o str {
        self.name.as_str().unwrap_or_default()
    }

    /// Returns the keys that are read.
    pub(super) fn keys(&self) -> Vec<&'o str> {
        self.keys.iter().copied().chain(self.key).collect()
    }
}

/// Returns every object that is, or makes, what is asked for, under a name, in whatever namespace.
pub(super) fn holders<'o>(ctx: &BundleContext<'o>, held: Held, name: &str) -> Vec<Holder<'o>> {
    let holders = ctx.objects().filter_map(|(called, object)| holder(called, object));
    let holders = holders.filter(|(held_here, holder)| *held_here == held && holder.name.as_str() == Some(name));
    holders.map(|(_, holder)| holder).collect()
}

/// Returns what an object is, or makes, of what can be referred to.
fn holder<'o>(called: ObjectName<'o>, object: &'o Node) -> Option<(Held, Holder<'o>)> {
    let own = object.at(&["metadata", "name"]);
    let text = |path: &[&str]| object.at(path).filter(|node| node.as_str().is_some_and(|text| !text.is_empty()));
    let (held, name) = match (called.group, called.kind) {
        ("", "Secret") | ("bitnami.com", "SealedSecret") => (Held::Secret, own),
        ("external-secrets.io", "ExternalSecret") => (Held::Secret, text(&["spec", "target", "name"]).or(own)),
        ("cert-manager.io", "Certificate") => (Held::Secret, text(&["spec", "secretName"])),
        ("", "ConfigMap") => (Held::ConfigMap, own),
        ("", "PersistentVolumeClaim") => (Held::Claim, own),
        _ => return None,
    };
    Some((held, Holder { object, name: name?, namespace: called.namespace, kind: called.kind }))
}

/// Returns what projects are judged by, of the Secret that an object is or makes.
pub(super) fn secret(object: &Node) -> Option<SecretFacts> {
    let (_, holder) = holder(ObjectName::of(object), object).filter(|(held, _)| *held == Held::Secret)?;
    Some(SecretFacts {
        name: (holder.name.as_str()?.to_owned(), holder.name.place().clone()),
        namespace: holder.namespace.to_owned(),
        cluster: cluster_label(object).and_then(Node::as_str).map(str::to_owned),
        keys: holder.keys().map(|keys| keys.into_iter().map(str::to_owned).collect()),
    })
}

/// Returns the keys that holders of one name give together; none where more may come from elsewhere.
pub(super) fn keys<'o>(holders: &[Holder<'o>]) -> Option<Vec<&'o str>> {
    let each: Option<Vec<Vec<&str>>> = holders.iter().map(Holder::keys).collect();
    each.map(|keys| keys.concat())
}

/// Returns what the config CR and image.config name of other objects, each that is not the empty text.
pub(super) fn references<'o>(ctx: &BundleContext<'o>) -> Vec<Reference<'o>> {
    let mut references = Vec::new();
    let mut add = |name: Option<&'o Node>, reference: Reference<'o>| {
        if let Some(name) = name.filter(|name| name.as_str().is_some_and(|text| !text.is_empty())) {
            references.push(Reference { name, ..reference });
        }
    };
    if let Some(config) = ctx.config().filter(|_| ctx.is_managed()) {
        let blank = |field, held, namespace, keys| Reference { name: config, field, held, namespace, keys, key: None };
        for route in config.get("routes").and_then(Node::as_seq).unwrap_or_default() {
            let keys = &["tls.crt", "tls.key"];
            add(route.get("secretName"), blank("secretName", Held::Secret, REGISTRY_NAMESPACE, keys));
        }
        if let Some(s3) = ctx.only("s3").map(|backend| &backend.entry.node) {
            let bundle = blank("s3.trustedCA", Held::ConfigMap, CONFIG_NAMESPACE, &["ca-bundle.crt"]);
            add(s3.at(&["trustedCA", "name"]), bundle);
            let key = s3.at(&["cloudFront", "privateKey"]);
            let secret = blank("s3.cloudFront.privateKey", Held::Secret, REGISTRY_NAMESPACE, &[]);
            let named = key.and_then(|key| key.get("key")).and_then(Node::as_str);
            add(key.and_then(|key| key.get("name")), Reference { key: named, ..secret });
        }
        let claim = ctx.only("pvc").and_then(|backend| backend.given("claim"));
        add(claim, blank("pvc.claim", Held::Claim, REGISTRY_NAMESPACE, &[]));
    }
    if let Some(image) = ctx.image() {
        let (field, held) = ("additionalTrustedCA", Held::ConfigMap);
        let bundle = Reference { name: image, field, held, namespace: CONFIG_NAMESPACE, keys: &[], key: None };
        add(image.at(&["additionalTrustedCA", "name"]), bundle);
    }
    references
}

impl<'o> Holder<'o> {
    /// Tells whether something copies what it holds into other namespaces, as its annotations ask for.
    pub(super) fn is_copied(&self) -> bool {
        let templates =
            [&["metadata"][..], &["spec", "target", "template", "metadata"], &["spec", "template", "metadata"]];
        let annotations = templates.iter().filter_map(|path| self.object.at(path)?.get("annotations")?.as_map());
        let mut keys = annotations.flat_map(Map::keys);
        keys.any(|key| COPIERS.iter().any(|copier| key.starts_with(copier)))
    }

    /// Returns the keys that it gives; none where more may come from elsewhere.
    fn keys(&self) -> Option<Vec<&'o str>> {
        let under = |path: &[&str]| {
            self.object.at(path).and_then(Node::as_map).into_iter().flat_map(Map::keys).map(|key| &**key)
        };
        if self.is_copied() {
            return None;
        }
        match self.kind {
            "Secret" => Some(under(&["data"]).chain(under(&["stringData"])).collect()),
            "ConfigMap" if self.is_injected() => None,
            "ConfigMap" => Some(under(&["data"]).chain(under(&["binaryData"])).collect()),
            "ExternalSecret" => external_keys(self.object.get("spec")?),
            // Either the whole Secret is sealed at once, or it patches one that is there.
            "SealedSecret" if self.object.at(&["spec", "data"]).is_some() || self.is_patch() => None,
            "SealedSecret" => {
                Some(under(&["spec", "encryptedData"]).chain(under(&["spec", "template", "data"])).collect())
            }
            "Certificate" => Some(vec!["tls.crt", "tls.key"]),
            _ => None,
        }
    }

    /// Tells whether the cluster writes certificates into it.
    fn is_injected(&self) -> bool {
        let trusted = self.object.at(&["metadata", "labels", "config.openshift.io/inject-trusted-cabundle"]);
        trusted
            .or_else(|| self.object.at(&["metadata", "annotations", "service.beta.openshift.io/inject-cabundle"]))
            .is_some()
    }

    fn is_patch(&self) -> bool {
        self.object.at(&["spec", "template", "metadata", "annotations", "sealedsecrets.bitnami.com/patch"]).is_some()
    }
}

/// Returns the keys of the Secret that an ExternalSecret makes.
fn external_keys(spec: &Node) -> Option<Vec<&str>> {
    let is_empty = |node: Option<&Node>| node.and_then(Node::as_seq).is_none_or(<[Node]>::is_empty);
    let template = spec.at(&["target", "template"]);
    let owns = matches!(spec.at(&["target", "creationPolicy"]).and_then(Node::as_str), None | Some("Owner" | "Orphan"));
    if !owns || !is_empty(spec.get("dataFrom")) || !is_empty(template.and_then(|template| template.get("templateFrom")))
    {
        return None;
    }
    let made = template.and_then(|template| template.get("data")).and_then(Node::as_map);
    let merges = template.and_then(|template| template.get("mergePolicy")).and_then(Node::as_str) == Some("Merge");
    let items = spec.get("data").and_then(Node::as_seq).unwrap_or_default();
    let fetched = items.iter().filter(|_| made.is_none() || merges).filter_map(|item| item.get("secretKey")?.as_str());
    Some(fetched.chain(made.into_iter().flat_map(Map::keys).map(|key| &**key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::target::Target;
    use crate::tree::parse::{Reading, documents};
    use crate::tree::{Source, SourceKind};
    use crate::validate::Bootstrap;

    #[track_caller]
    fn check(manifest: &str, expected: Option<&[&str]>) {
        let source = Source::new("a.yaml", manifest, SourceKind::User);
        let objects = documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML");
        let target: Target = "4.19".parse().expect("a target");
        let ctx = BundleContext::new(&objects, target, Bootstrap::Unknown, None);
        let found = holders(&ctx, Held::Secret, "a");
        assert_eq!(found.len(), 1, "{manifest}");
        assert_eq!(keys(&found).as_deref(), expected, "{manifest}");
    }

    #[test]
    fn keys_are_those_of_what_makes_the_secret() {
        let secret = |rest: &str| {
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: n{rest}}}\ndata: {{k: eA==}}\nstringData: {{l: y}}"
            )
        };
        check(&secret(""), Some(&["k", "l"]));
        check(&secret(", annotations: {replicator.v1.mittwald.de/replicate-from: x/y}"), None);
        let external = |spec: &str| {
            format!(
                "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: b, namespace: n}}\nspec: {{{spec}}}"
            )
        };
        let data = "data: [{secretKey: k, remoteRef: {key: x}}]";
        check(&external(&format!("target: {{name: a}}, {data}")), Some(&["k"]));
        check(&external(&format!("target: {{name: a, template: {{data: {{l: y}}}}}}, {data}")), Some(&["l"]));
        let merged = format!("target: {{name: a, template: {{mergePolicy: Merge, data: {{l: y}}}}}}, {data}");
        check(&external(&merged), Some(&["k", "l"]));
        check(&external("target: {name: a}, dataFrom: [{extract: {key: x}}]"), None);
        check(&external(&format!("target: {{name: a, creationPolicy: Merge}}, {data}")), None);
        check(&external("target: {name: a, template: {templateFrom: [{configMap: {name: x, items: []}}]}}"), None);
        let sealed = |spec: &str| {
            format!(
                "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: a, namespace: n}}\nspec: {{{spec}}}"
            )
        };
        check(&sealed("encryptedData: {k: AgB}, template: {data: {l: y}}"), Some(&["k", "l"]));
        check(&sealed("data: AgB"), None);
        let certificate = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: b, namespace: n}\nspec: {secretName: a}";
        check(certificate, Some(&["tls.crt", "tls.key"]));
    }
}
