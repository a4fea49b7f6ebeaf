//! What of two states of a cluster decides how hard a change of one object hits: whether the registry runs, where its
//! images are, and what an object is to it. How hard that is, is not known here.

use super::UpdateContext;
use super::storage_deleted;
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::rules::BundleContext;
use crate::rules::bundle::CONFIG_NAMESPACE;
use crate::tree::Node;

/// The Secret of the logins by which the whole cluster pulls.
const GLOBAL_PULL_SECRET: &str = "pull-secret";

/// What an object is to the registry or the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The certificates that image.config trusts.
    TrustedCa,
    /// The certificates by which the registry trusts its storage.
    StorageCa,
    /// The user's credentials for the storage.
    Credentials,
    /// The key that signs URLs of CloudFront.
    CloudFrontKey,
    /// The certificate of a route.
    Route,
    /// The logins by which the whole cluster pulls.
    GlobalPullSecret,
}

impl Role {
    /// Every role with its word in `impact.yaml`.
    pub(crate) const ALL: &[(&str, Self)] = &[
        ("trusted-ca", Self::TrustedCa),
        ("storage-ca", Self::StorageCa),
        ("credentials", Self::Credentials),
        ("cloud-front-key", Self::CloudFrontKey),
        ("route", Self::Route),
        ("global-pull-secret", Self::GlobalPullSecret),
    ];
}

/// What decides how hard a change hits.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own in `impact.yaml`")]
pub(crate) struct Circumstances {
    /// The operator runs the registry before, as far as that is known.
    pub(crate) ran: bool,
    /// It runs it after.
    pub(crate) runs: bool,
    /// The registry is removed, and the operator deletes its storage.
    pub(crate) deletes_storage: bool,
    /// The backend before is not the one after, where both are known.
    pub(crate) other_backend: bool,
    /// The images lie in the pods.
    pub(crate) in_pods: bool,
    /// What objects are, before and after: kind, namespace, name.
    roles: Vec<(Role, &'static str, &'static str, String, When)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Before,
    After,
}

impl UpdateContext<'_> {
    /// Returns what decides how hard changes of this update hit.
    pub(crate) fn circumstances(&self) -> Circumstances {
        let (ran, runs) = (is_run(&self.old), is_run(&self.new));
        let mut of = Circumstances {
            // Without any config CR nothing is known, and the worse is taken.
            ran: ran.or(runs).unwrap_or(true) && self.had_config(),
            runs: runs.or(ran).unwrap_or(true),
            deletes_storage: self.removes() && storage_deleted::deleted(self).is_some(),
            other_backend: self.is_other_backend(),
            in_pods: is_in_pods(&self.old),
            roles: Vec::new(),
        };
        of.add_roles(&self.old, When::Before);
        of.add_roles(&self.new, When::After);
        of
    }

    /// Tells whether there was a config CR, or neither state says anything of it.
    fn had_config(&self) -> bool {
        is_run(&self.old).is_some() || is_run(&self.new).is_none()
    }

    fn is_other_backend(&self) -> bool {
        let old: Vec<&str> = self.old.backends().map(|backend| backend.name).collect();
        let mut new = self.new.backends().map(|backend| backend.name);
        !old.is_empty() && (new.any(|name| !old.contains(&name)) || old.iter().any(|name| !self.has(name)))
    }

    fn has(&self, backend: &str) -> bool {
        // Who says nothing of storage leaves it as it is.
        let mut named = self.new.backends().peekable();
        named.peek().is_none() || named.any(|new| new.name == backend)
    }
}

/// Tells whether the operator runs the registry; none where no config CR, written or bootstrapped, says anything.
fn is_run(of: &BundleContext<'_>) -> Option<bool> {
    let is_known = of.config().is_some() || !of.settings("managementState").is_empty();
    is_known.then(|| of.is_managed())
}

fn is_in_pods(of: &BundleContext<'_>) -> bool {
    of.setting("storage", |storage| storage.get("emptyDir").is_some_and(|node| !node.is_null())).is_some()
}

impl Circumstances {
    /// Returns what an object is to the registry, and whether it is that after the update, too.
    pub(crate) fn role(&self, object: &Node) -> Option<(Role, bool)> {
        let text = |path: &[&str]| object.at(path).and_then(Node::as_str);
        let kind = text(&["kind"])?;
        // What makes a Secret is what the Secret is.
        let (kind, name) = match kind {
            "ExternalSecret" => ("Secret", text(&["spec", "target", "name"]).or(text(&["metadata", "name"]))?),
            "SealedSecret" => ("Secret", text(&["metadata", "name"])?),
            kind => (kind, text(&["metadata", "name"])?),
        };
        let namespace = text(&["metadata", "namespace"])?;
        let mut found = self.roles.iter().filter(|(_, of_kind, of_namespace, of_name, _)| {
            (*of_kind, *of_namespace, &**of_name) == (kind, namespace, name)
        });
        let (role, .., when) = found.next()?;
        Some((*role, *when == When::After || found.any(|(.., when)| *when == When::After)))
    }

    fn add_roles(&mut self, of: &BundleContext<'_>, when: When) {
        let mut add = |role, kind, namespace, node: Option<&Node>| {
            if let Some(name) = node.and_then(Node::as_str).filter(|name| !name.is_empty()) {
                self.roles.push((role, kind, namespace, name.to_owned(), when));
            }
        };
        let image = of.image().and_then(|image| image.at(&["additionalTrustedCA", "name"]));
        add(Role::TrustedCa, "ConfigMap", CONFIG_NAMESPACE, image);
        let s3 = |path: &[&str]| of.config()?.at(&["storage", "s3"])?.at(path);
        add(Role::StorageCa, "ConfigMap", CONFIG_NAMESPACE, s3(&["trustedCA", "name"]));
        add(Role::CloudFrontKey, "Secret", REGISTRY_NAMESPACE, s3(&["cloudFront", "privateKey", "name"]));
        for route in of.config().and_then(|config| config.get("routes")).and_then(Node::as_seq).unwrap_or_default() {
            add(Role::Route, "Secret", REGISTRY_NAMESPACE, route.get("secretName"));
        }
        self.roles.push((Role::Credentials, "Secret", REGISTRY_NAMESPACE, USER_SECRET.to_owned(), when));
        self.roles.push((Role::GlobalPullSecret, "Secret", CONFIG_NAMESPACE, GLOBAL_PULL_SECRET.to_owned(), when));
    }
}
