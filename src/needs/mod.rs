//! What Secrets a cluster needs: [`Checked`] and a [`World`] -> [`Needs`].
//!
//! For each key of each Secret: where the spec asks for it, where its value comes from, and what of that is missing. Files
//! of secrets are only looked for, and of variables is only asked whether they are set; no value is read, and what is in
//! a store or on a cluster is not known here.

mod encrypted;
mod found;
mod origin;

use std::sync::Arc;

use crate::check::Checked;
use crate::diag::Findings;
use crate::lower::{Asked, Delivery, REGISTRY_NAMESPACE, SecretSpec, USER_SECRET, asked_for};
use crate::pull_secret::{DOCKER_CONFIG_KEY, DOCKER_CONFIG_TYPE, GLOBAL_NAME, GLOBAL_NAMESPACE, commands};
use crate::rules::lacking_credentials;
use crate::secret::AllowedEnv;
use crate::spec::Storage;
use crate::tree::{Node, Place, Value};
use crate::world::World;

pub(crate) use found::{Missing, State};
pub(crate) use origin::{SaidBy, TakenFrom};

/// What Secrets a cluster needs.
#[derive(Debug)]
pub(crate) struct Needs {
    /// The cluster's name.
    pub(crate) cluster: String,
    /// Its Secrets, in the order in which they are rendered.
    pub(crate) secrets: Vec<NeededSecret>,
}

/// A Secret that a cluster needs.
#[derive(Debug)]
pub(crate) struct NeededSecret {
    /// Its namespace.
    pub(crate) namespace: String,
    /// Its name.
    pub(crate) name: String,
    /// Its type, such as `kubernetes.io/tls`.
    pub(crate) kind: &'static str,
    /// How it reaches the cluster; none where the spec says it in no way, or in several.
    pub(crate) delivery: Option<Delivery>,
    /// Its keys.
    pub(crate) keys: Vec<NeededKey>,
    /// What must be run by hand, line by line, beside what is rendered.
    pub(crate) commands: Vec<String>,
}

/// A key of a Secret.
#[derive(Debug)]
pub(crate) struct NeededKey {
    /// The key.
    pub(crate) key: Arc<str>,
    /// The registry and the part of its login, where the key's value is composed of several.
    pub(crate) part: Option<(String, String)>,
    /// The field of the spec that asks for it, below `spec`.
    pub(crate) field: Vec<String>,
    /// Where the spec asks for it.
    pub(crate) place: Place,
    /// Where its value comes from.
    pub(crate) from: TakenFrom,
    /// What was found of that.
    pub(crate) state: State,
}

impl Needs {
    /// Returns what Secrets a cluster needs. `allowed` are the variables that secrets may be read from.
    pub(crate) fn of(checked: &Checked, world: &dyn World, allowed: &AllowedEnv) -> Self {
        let looking = found::Looking::new(checked, world, allowed);
        let mut secrets: Vec<NeededSecret> = asked_for(checked).iter().map(|secret| needed(secret, &looking)).collect();
        add_credentials_without_source(checked, &mut secrets);
        secrets.extend(named_only(checked));
        secrets.extend(global_pull_secret(checked));
        Self { cluster: checked.name().as_str().unwrap_or_default().to_owned(), secrets }
    }

    /// Returns how many keys something is missing of.
    pub(crate) fn n_missing(&self) -> usize {
        self.secrets.iter().map(NeededSecret::n_missing).sum()
    }
}

impl NeededSecret {
    /// Returns how many keys something is missing of.
    pub(crate) fn n_missing(&self) -> usize {
        self.keys.iter().filter(|key| !key.state.missing().is_empty()).count()
    }

    /// Tells whether a value of it is composed of several.
    pub(crate) fn is_composed(&self) -> bool {
        self.keys.iter().any(|key| key.part.is_some())
    }

    /// Tells whether it is the cluster's own pull secret, which is there and has logins that the spec does not name.
    pub(crate) fn is_global_pull_secret(&self) -> bool {
        (&*self.namespace, &*self.name) == (GLOBAL_NAMESPACE, GLOBAL_NAME)
    }

    /// Returns the Secret as `namespace/name`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Returns the kind of the object that is rendered for it; none where none is.
    pub(crate) fn object(&self) -> Option<&'static str> {
        match self.delivery? {
            Delivery::External => Some("ExternalSecret"),
            Delivery::Sealed => Some("SealedSecret"),
            Delivery::Encrypted | Delivery::Plain | Delivery::Public => Some("Secret"),
            Delivery::There => None,
        }
    }
}

fn needed(secret: &SecretSpec<'_>, looking: &found::Looking<'_>) -> NeededSecret {
    let is_composed = secret.composed.is_some();
    let key = |asked: &Asked<'_>| {
        let field = path_of(looking.checked.resolved().spec(), asked.content).unwrap_or_default();
        let part = match &*field {
            [.., registry, part] if is_composed => Some((registry.clone(), part.clone())),
            _ => None,
        };
        let default = part.as_ref().map_or(&*asked.key, |(_, part)| part);
        let from = TakenFrom::of(asked.content, default, looking);
        let state = looking.state(&from);
        let key = if is_composed { DOCKER_CONFIG_KEY.into() } else { Arc::clone(&asked.key) };
        NeededKey { key, part, field, place: from.place(asked.content).clone(), from, state }
    };
    let name = secret.name.as_str().unwrap_or_default();
    NeededSecret {
        namespace: secret.namespace_name().to_owned(),
        name: name.to_owned(),
        kind: secret.kind,
        // Why there is none is said where the spec is judged.
        delivery: secret.delivery(looking.checked, &mut Findings::new()),
        keys: secret.asked.iter().map(key).collect(),
        commands: linking(looking.checked, name, secret.namespace_name()),
    }
}

/// Returns the commands that link a pull secret to the service accounts of a namespace.
fn linking(checked: &Checked, name: &str, namespace: &str) -> Vec<String> {
    let Some(secret) = checked.spec().pull_secrets().find(|secret| &**secret.name == name) else { return Vec::new() };
    let namespaces = secret.namespaces().iter().filter_map(Node::as_str);
    let Some(at) = namespaces.into_iter().position(|other| other == namespace) else { return Vec::new() };
    let n_each = secret.service_accounts().len();
    commands::linking(secret).into_iter().skip(at * n_each).take(n_each).collect()
}

/// Returns the cluster's own pull secret, where the spec has logins for it.
fn global_pull_secret(checked: &Checked) -> Option<NeededSecret> {
    let commands = commands::global(checked.spec());
    let section = checked.spec().section("globalPullSecret").filter(|_| !commands.is_empty())?;
    let key = NeededKey {
        key: DOCKER_CONFIG_KEY.into(),
        part: None,
        field: vec!["globalPullSecret".to_owned()],
        place: section.place().clone(),
        from: TakenFrom::Secret { name: GLOBAL_NAME.to_owned(), key: Some(DOCKER_CONFIG_KEY.to_owned()) },
        state: State::Unseen,
    };
    Some(NeededSecret {
        namespace: GLOBAL_NAMESPACE.to_owned(),
        name: GLOBAL_NAME.to_owned(),
        kind: DOCKER_CONFIG_TYPE,
        delivery: Some(Delivery::There),
        keys: vec![key],
        commands,
    })
}

/// Adds the credentials that the platform needs and the spec gives nothing for.
fn add_credentials_without_source(checked: &Checked, secrets: &mut Vec<NeededSecret>) {
    let lacking = lacking_credentials(checked);
    if lacking.is_empty() {
        return;
    }
    let keys = lacking.into_iter().map(|lacking| NeededKey {
        key: lacking.key.into(),
        part: None,
        field: ["storage", "credentials", lacking.name].map(str::to_owned).to_vec(),
        place: lacking.place.clone(),
        from: TakenFrom::Nothing,
        state: State::of(vec![Missing::Source]),
    });
    let is_meant = |secret: &&mut NeededSecret| secret.name == USER_SECRET;
    match secrets.iter_mut().find(is_meant) {
        Some(secret) => secret.keys.extend(keys),
        None => secrets.insert(
            0,
            NeededSecret {
                namespace: REGISTRY_NAMESPACE.to_owned(),
                name: USER_SECRET.to_owned(),
                kind: "Opaque",
                delivery: None,
                keys: keys.collect(),
                commands: Vec::new(),
            },
        ),
    }
}

/// Returns the Secrets that the spec only names: they are on the cluster already.
fn named_only(checked: &Checked) -> Vec<NeededSecret> {
    let spec = checked.spec();
    let text = |node: &Node| node.as_str().unwrap_or_default().to_owned();
    let key_of = |name: &Node, key: String| NeededKey {
        field: path_of(spec.node(), name).unwrap_or_default(),
        place: name.place().clone(),
        from: TakenFrom::Secret { name: text(name), key: Some(key.clone()) },
        key: key.into(),
        part: None,
        state: State::Unseen,
    };
    let secret = |name: &Node, kind, keys: Vec<String>| NeededSecret {
        namespace: REGISTRY_NAMESPACE.to_owned(),
        name: text(name),
        kind,
        delivery: Some(Delivery::There),
        keys: keys.into_iter().map(|key| key_of(name, key)).collect(),
        commands: Vec::new(),
    };
    let mut secrets = Vec::new();
    for route in spec.routes().filter(|route| route.entry.node.get("tls").is_none()) {
        let Some(name) = route.secret_name() else { continue };
        secrets.push(secret(name, "kubernetes.io/tls", vec!["tls.crt".into(), "tls.key".into()]));
    }
    let backend = spec.storage().and_then(Storage::backend);
    let private_key = backend.and_then(|backend| backend.settings().at(&["cloudFront", "privateKey"]));
    if let Some((name, key)) = private_key.and_then(|key| Some((key.get("name")?, key.get("key")?))) {
        secrets.push(secret(name, "Opaque", vec![text(key)]));
    }
    secrets
}

/// Returns the names that lead from a tree to a node of it.
fn path_of(tree: &Node, wanted: &Node) -> Option<Vec<String>> {
    let mut path = Vec::new();
    leads_to(tree, wanted, &mut path).then_some(path)
}

fn leads_to(tree: &Node, wanted: &Node, path: &mut Vec<String>) -> bool {
    if std::ptr::eq(tree, wanted) {
        return true;
    }
    // What stands deeper cannot be the wanted node once the way is passed, so that a step is taken back.
    let step = |name: String, node: &Node, path: &mut Vec<String>| {
        path.push(name);
        leads_to(node, wanted, path) || {
            path.pop();
            false
        }
    };
    match &tree.value {
        Value::Map(map) => map.iter().any(|(name, entry)| step(name.to_string(), &entry.node, path)),
        Value::Seq(items) => items.iter().enumerate().any(|(at, item)| step(at.to_string(), item, path)),
        _ => false,
    }
}
