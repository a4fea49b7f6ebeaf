//! What the rules on credentials ask: what the spec gives, and which complete sets the operator reads.
//!
//! The sets are the profile's data: names under `storage.credentials` with the keys of the Secret that the operator reads.
//! No value of a credential is looked at but by the rules on `contents`, and none is ever said.

pub(super) mod bad_credentials;
mod contents;
pub(super) mod credential_of_other_minor;
pub(super) mod empty_account_key;
pub(super) mod empty_secret;
pub(super) mod incomplete_credentials;
pub(super) mod incomplete_user_secret;
pub(super) mod key_of_other_instance;
pub(super) mod mixed_credentials;
pub(super) mod no_credentials;
pub(super) mod secret_misread;
pub(super) mod secret_not_text;
pub(super) mod secret_of_other_form;
pub(super) mod unknown_credential;
pub(super) mod unused_credentials;

use crate::check::Checked;
use crate::lower::USER_SECRET;
use crate::rules::SpecContext;
use crate::spec::{Backend, Credentials};
use crate::target::Minor;
use crate::tree::{Map, Node, Place};

/// The backends that need no credentials.
const WITHOUT: &[&str] = &["emptyDir", "pvc"];

/// The key of the account key of Azure in the user's Secret.
///
/// Source: openshift/cluster-image-registry-operator `pkg/storage/azure/azure.go`.
pub(super) const ACCOUNT_KEY: &str = "REGISTRY_STORAGE_AZURE_ACCOUNTKEY";

/// Credentials that a spec gives for its one backend.
#[derive(Clone, Copy)]
pub(super) struct Given<'r> {
    /// The backend.
    pub(super) backend: Backend<'r>,
    /// The mapping under `storage.credentials`.
    pub(super) node: &'r Node,
    /// Its entries by name.
    pub(super) entries: &'r Map,
    /// The complete sets that the operator reads, each from names to keys of the Secret.
    sets: &'r [Node],
}

/// Returns what the spec says about credentials, with its one backend.
pub(super) fn said<'r>(ctx: &SpecContext<'r>) -> Option<(Backend<'r>, Credentials<'r>)> {
    Some((ctx.backend()?, ctx.spec.storage()?.credentials()))
}

/// Returns the credentials that the spec gives by name, for a backend that takes some.
pub(super) fn given<'r>(ctx: &SpecContext<'r>) -> Option<Given<'r>> {
    let (backend, Credentials::Given(node)) = said(ctx)? else { return None };
    let sets = ctx.profile().credential_sets(backend.name);
    (!sets.is_empty()).then_some(Given { backend, node, entries: node.as_map()?, sets })
}

/// Returns the account key of Azure where the spec gives one, with the backend.
pub(super) fn account_key<'r>(ctx: &SpecContext<'r>) -> Option<(Backend<'r>, &'r Node)> {
    let (backend, Credentials::Given(given)) = said(ctx).filter(|(backend, _)| backend.name == "azure")? else {
        return None;
    };
    Some((backend, given.get("accountKey")?))
}

/// Tells whether a backend is reached with credentials.
pub(super) fn takes_some(backend: Backend<'_>) -> bool {
    !WITHOUT.contains(&backend.name)
}

/// Returns what the spec says about credentials that nothing but the spec can give.
pub(super) fn needed<'r>(ctx: &SpecContext<'r>) -> Option<(Backend<'r>, Credentials<'r>)> {
    said(ctx).filter(|(backend, _)| !ctx.profile().mints() && takes_some(*backend) && ctx.is_managed())
}

/// A credential that is needed, and that the spec gives nothing for.
pub(crate) struct Lacking<'r> {
    /// Its name under `storage.credentials`.
    pub(crate) name: &'r str,
    /// The key of the Secret that the operator reads.
    pub(crate) key: &'r str,
    /// Where the spec says what needs it.
    pub(crate) place: &'r Place,
}

/// Returns the credentials that are needed, and that the spec gives nothing for: those of the set that it begins to fill, else
/// of the first.
pub(crate) fn lacking(checked: &Checked) -> Vec<Lacking<'_>> {
    let ctx = SpecContext::new(checked.resolved(), checked.target(), checked.contents(), 0);
    if let Some(given) = given(&ctx) {
        let begun = given.begun();
        let Some(set) = begun.first().copied().or_else(|| given.sets().next()) else { return Vec::new() };
        let lacking = |(name, key)| Lacking { name, key, place: given.node.place() };
        return given.missing(set).into_iter().map(lacking).collect();
    }
    let Some((backend, credentials)) = needed(&ctx) else { return Vec::new() };
    let place = match credentials {
        Credentials::Given(node) | Credentials::Minted(node) => node.place(),
        Credentials::Unsaid => backend.entry.key.place(),
    };
    let set = checked.profile().credential_sets(backend.name).first().and_then(Node::as_map);
    let entries = set.into_iter().flatten();
    entries.filter_map(|(name, entry)| Some(Lacking { name, key: entry.node.as_str()?, place })).collect()
}

/// Names the Secret of the user's credentials as the operator does.
pub(super) fn secret() -> String {
    format!("openshift-image-registry/{USER_SECRET}")
}

impl<'r> Given<'r> {
    /// Returns every set, from names to keys.
    pub(super) fn sets(&self) -> impl Iterator<Item = &'r Map> {
        self.sets.iter().filter_map(Node::as_map)
    }

    /// Returns the sets of which the spec gives something.
    pub(super) fn begun(&self) -> Vec<&'r Map> {
        self.sets().filter(|set| set.keys().any(|name| self.entries.contains_key(name))).collect()
    }

    /// Returns the names of a set that the spec does not give, each with its key.
    pub(super) fn missing(&self, set: &'r Map) -> Vec<(&'r str, &'r str)> {
        let missing = set.iter().filter(|(name, _)| !self.entries.contains_key(*name));
        missing.filter_map(|(name, entry)| Some((&**name, entry.node.as_str()?))).collect()
    }

    /// Names for people the sets that are read on a whole target: `a` and `b`, or `c`.
    pub(super) fn choices(&self, ctx: &SpecContext<'_>) -> String {
        let is_read = |set: &&Map| set.keys().all(|name| since(ctx, self.backend, name).is_none());
        let sets: Vec<String> = self.sets().filter(is_read).map(named).collect();
        sets.join(", or ")
    }
}

/// Returns the minor from which a credential is read, where that is newer than the oldest of the target.
pub(super) fn since(ctx: &SpecContext<'_>, backend: Backend<'_>, name: &str) -> Option<Minor> {
    let since = ctx.profile().get("credentialsSince")?.at(&[backend.name, name])?;
    since.as_str()?.parse().ok().filter(|since| !ctx.target.is_since(*since))
}

fn named(set: &Map) -> String {
    let names: Vec<String> = set.keys().map(|name| format!("`{name}`")).collect();
    match &*names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    }
}
