//! The Secret with credentials of the user's own -> references to its keys. Its values are not looked at.

use super::config::names;
use super::draft::Draft;
use super::{Item, Wish, user_secret};
use crate::lower::USER_SECRET;
use crate::tree::Node;

/// Puts `storage.credentials`: references where the Secret is there, or must be.
pub(super) fn credentials(items: &[Item], wish: &Wish<'_>, draft: &mut Draft) {
    let storage = draft.sections.get("storage").map(|entry| entry.node.clone());
    let backend = storage.as_ref().and_then(Node::as_map).into_iter().flatten().map(|(name, _)| name.to_string());
    let Some(backend) = backend.into_iter().find(|name| !draft.profile.credential_sets(name).is_empty()) else {
        return;
    };
    let sets = draft.profile.credential_sets(&backend).to_vec();
    let secret = user_secret(items);
    let keys: Vec<String> = secret.map(keys).unwrap_or_default();
    let has = |set: &&Node| {
        let mut wanted = set.as_map().into_iter().flat_map(|map| map.values());
        wanted.any(|key| key.node.as_str().is_some_and(|key| keys.iter().any(|there| there == key)))
    };
    let set = match (secret, sets.iter().find(has)) {
        (_, Some(set)) => set,
        // A Secret that is written without its keys, as by a template, still wins as a whole.
        (Some(_), None) => match sets.first() {
            Some(set) => set,
            None => return,
        },
        (None, None) if wish.has_no_user_secret && draft.profile.mints() => {
            let minted = draft.text("minted");
            draft.put("storage", "credentials", minted);
            return;
        }
        // Where nothing is minted, only that Secret can hold them.
        (None, None) if !draft.profile.mints() && !wish.has_no_user_secret => match sets.first() {
            Some(set) => {
                let line = format!(
                    "The Secret {USER_SECRET} was not among what was imported: its keys are those that the operator reads."
                );
                draft.comment("storage", line);
                set
            }
            None => return,
        },
        (None, None) => return,
    };
    let mut credentials = draft.map([]);
    for (name, key) in set.as_map().into_iter().flatten() {
        let Some(key) = key.node.as_str() else { continue };
        let reference = draft.map([("name", draft.text(USER_SECRET)), ("key", draft.text(key))]);
        let value_from = draft.map([("secretKeyRef", reference)]);
        credentials.insert(name.clone(), draft.map([("valueFrom", value_from)]));
    }
    draft.put("storage", "credentials", credentials);
}

/// Returns the names of a Secret's keys, or of those that are made into one.
fn keys(item: &Item) -> Vec<String> {
    let mut keys = Vec::new();
    for path in [&["data"][..], &["stringData"], &["spec", "encryptedData"], &["spec", "target", "template", "data"]] {
        keys.extend(names(item.object.at(path)));
    }
    let made = item.object.at(&["spec", "data"]).and_then(Node::as_seq).unwrap_or_default();
    keys.extend(made.iter().filter_map(|entry| Some(entry.get("secretKey")?.as_str()?.to_owned())));
    keys
}

/// Puts every Secret, and what makes one, on the list: its values stay where they are.
pub(super) fn leave_secrets(items: &mut [Item], lefts: &mut super::Lefts) {
    for item in items.iter_mut().filter(|item| item.rest().is_some()) {
        let (message, help) = match item.kind.as_str() {
            "Secret" if item.name == USER_SECRET => (
                "its values stay in the cluster, and the spec references them",
                "have it made by a store, Sealed Secrets or SOPS: `regcfg secrets template` prints how",
            ),
            "Secret" if is_pull_secret(item) => (
                "a pull secret; its logins stay in the cluster",
                "add it under `pullSecrets`, with the source of its password",
            ),
            "Secret" => ("its values stay in the cluster", "nothing is to be done: the spec names it where it is used"),
            "ExternalSecret" | "SealedSecret" => (
                "it makes a Secret, and the spec references that Secret",
                "keep it as it is, or write its source into the spec in place of `secretKeyRef`",
            ),
            _ => continue,
        };
        item.leave(super::Why::Secret, message, help, lefts);
    }
}

fn is_pull_secret(item: &Item) -> bool {
    let kind = item.object.get("type").and_then(Node::as_str).unwrap_or_default();
    kind.starts_with("kubernetes.io/dockerc")
}
