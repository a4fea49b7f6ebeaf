//! What a cluster has and what it would have -> findings on what applying does to it.
//!
//! In come the live objects, what is rendered for them, and what the cluster would make of both, with the origins of what
//! the user wrote. The rules on updates judge the way from the one to the other; the rules on bundles judge what only shows
//! where both come together. What `check` says of the rendered objects by themselves is not said again, nor what is wrong
//! on the cluster already. How the objects were had is not known here, and nobody is asked.

use std::collections::BTreeSet;

use crate::apply::Engine;
use crate::diag::visible::quoted;
use crate::diag::{Code, Diagnostic, Findings, Severity, codes};
use crate::diff::owner;
use crate::live::{ObjectId, Resource};
use crate::lower::REGISTRY_NAMESPACE;
use crate::name::{CLUSTER_LABEL, ObjectName, cluster_label};
use crate::profile::Profile;
use crate::rules::{self, BundleContext, UpdateContext};
use crate::schema;
use crate::shell;
use crate::target::Target;
use crate::tree::sensitive::concealed;
use crate::tree::{Entry, Node, Origin, Place, Value};
use crate::validate::Bootstrap;

/// The namespace of certificates.
const CONFIG_NAMESPACE: &str = "openshift-config";

/// What a rule on bundles finds, and the rule on updates that says it with the way out.
static TOLD_BY: &[(&Code, &Code)] = &[
    (&codes::SEVERAL_BACKENDS, &codes::BACKEND_SWITCHED),
    (&codes::OWN_STORAGE_DELETED, &codes::STORAGE_DELETED),
    (&codes::OPERATORS_STORAGE_DELETED, &codes::STORAGE_DELETED),
];

/// The most objects that are named in one finding.
const MOST: usize = 3;

/// A cluster, as it is and as it would be.
pub struct Predicted<'o> {
    /// Its name.
    pub cluster: &'o str,
    /// What names it in the user's files.
    pub named: &'o Place,
    /// The minors that it may be on.
    pub target: Target,
    /// The profile of its platform, and the text that names it; none for plain manifests.
    pub platform: Option<(&'o Profile, &'o Node)>,
    /// Every object that is rendered and whose live state is known.
    pub objects: Vec<Prediction<'o>>,
    /// Live objects that are not rendered: those that were earlier, and those that rendered ones refer to ([`beside`]).
    pub others: Vec<&'o Node>,
}

/// An object that is rendered.
pub struct Prediction<'o> {
    /// As it is rendered.
    pub rendered: &'o Node,
    /// What is there; none where nothing is.
    pub live: Option<&'o Node>,
    /// What would be there, with the origins of what the user wrote; also where the server does not take it, so that the
    /// rules say why.
    pub predicted: &'o Node,
    /// The engine that applies it; none for what people run by hand.
    pub engine: Option<Engine>,
}

/// Returns the objects that rendered ones refer to and that are not rendered: what is wrong with both together shows only
/// beside them. Secrets are not among them: nobody's need to be read for that.
pub fn beside(rendered: &[Node]) -> Vec<ObjectId> {
    let singleton = |kind: &str| rendered.iter().find(|object| ObjectName::of(object).kind == kind);
    let name = |kind: &str, path: &[&str]| singleton(kind)?.at(path)?.as_str().filter(|name| !name.is_empty());
    let references = [
        ("PersistentVolumeClaim", REGISTRY_NAMESPACE, name("Config", &["spec", "storage", "pvc", "claim"])),
        ("ConfigMap", CONFIG_NAMESPACE, name("Config", &["spec", "storage", "s3", "trustedCA", "name"])),
        ("ConfigMap", CONFIG_NAMESPACE, name("Image", &["spec", "additionalTrustedCA", "name"])),
    ];
    let mut found: Vec<ObjectId> = Vec::new();
    for (kind, namespace, name) in references {
        let (Some(name), Some(kind)) = (name, schema::find("v1", kind)) else { continue };
        let id = ObjectId { resource: Resource::of(kind), namespace: namespace.into(), name: name.into() };
        let is_rendered = rendered.iter().any(|object| ObjectId::of(object).as_ref() == Some(&id));
        if !is_rendered && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

impl Predicted<'_> {
    /// Returns what the way from the live objects to the predicted ones looks like to the rules on updates.
    pub fn context<'a>(&'a self, states: &'a States) -> UpdateContext<'a> {
        let bootstrap = self.platform.map_or(Bootstrap::Unknown, |(profile, _)| Bootstrap::Profile(profile));
        // What is live is all there is: what the operator bootstraps, it did.
        let has_config = states.old.iter().any(|object| ObjectName::of(object).kind == "Config");
        let bootstrap = if has_config { Bootstrap::Unknown } else { bootstrap };
        let platform = self.platform.map(|(_, platform)| platform);
        let context =
            |objects: &'a [Node], bootstrap, platform| BundleContext::new(objects, self.target, bootstrap, platform);
        UpdateContext {
            old: context(&states.old, bootstrap, None),
            new: context(&states.new, bootstrap, platform),
            cluster: self.named,
            old_is_here: false,
            applied: Some(context(&states.applied, Bootstrap::Unknown, platform)),
        }
    }

    /// Returns the states of the cluster, each whole.
    pub fn states(&self) -> States {
        let here = Origin::at(self.named.clone());
        let is_ours = |object: &Node| cluster_label(object).and_then(Node::as_str) == Some(self.cluster);
        let live = self.objects.iter().filter_map(|object| object.live).chain(self.others.iter().copied());
        // What is ours and rendered no more goes; what is nobody's of ours stays as it is.
        let staying =
            self.others.iter().filter(|object| !is_ours(object)).map(|object| rooted(&concealed(object), &here));
        let predicted = self.objects.iter().map(|object| object.predicted.clone());
        States {
            old: live.cloned().collect(),
            new: predicted.chain(staying).collect(),
            applied: self.objects.iter().map(|object| object.rendered.clone()).collect(),
        }
    }

    /// Judges the cluster. Where it is another cluster, that is all that is said.
    pub fn judge(&self, states: &States, findings: &mut Findings) {
        if let Some(finding) = self.other_cluster() {
            findings.push(finding);
            return;
        }
        let ctx = self.context(states);
        let mut found = Findings::new();
        rules::on_update(&ctx, &mut found);
        self.together(states, &mut found);
        self.owned_by_others(&mut found);
        findings.extend(found);
    }

    /// Tells whether the rendered objects say which cluster they are for; manifests of others need not.
    fn is_named(&self) -> bool {
        let is_it =
            |object: &Prediction<'_>| cluster_label(object.rendered).and_then(Node::as_str) == Some(self.cluster);
        self.objects.iter().any(is_it)
    }

    /// Says that the objects are those of another cluster: the wrong context, or a name that changed.
    fn other_cluster(&self) -> Option<Diagnostic> {
        if !self.is_named() {
            return None;
        }
        let live = self.objects.iter().filter_map(|object| object.live);
        let others: Vec<(&Node, &str)> = live
            .filter_map(|live| Some((live, cluster_label(live)?.as_str()?)))
            .filter(|(_, label)| *label != self.cluster)
            .collect();
        let (_, other) = others.first()?;
        let named: Vec<String> =
            others.iter().take(MOST).map(|(live, _)| quoted(&ObjectName::of(live).to_string())).collect();
        let more = others.len().saturating_sub(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("this is the cluster {}, not {}", quoted(other), quoted(self.cluster));
        let label = shell::word(&format!("{CLUSTER_LABEL}={}", self.cluster)).unwrap_or_default();
        let finding = Diagnostic::error(&codes::OTHER_CLUSTER, self.named, message).note(format!(
            "{}{more} there {} labelled `{CLUSTER_LABEL}: {}`",
            named.join(", "),
            if others.len() == 1 { "is" } else { "are" },
            crate::diag::visible::visible(other),
        ));
        let first = others.first().map(|(live, _)| *live);
        let relabel = first.and_then(relabelled).map_or_else(String::new, |of| {
            format!("; if the cluster was renamed, label its objects anew, such as: oc label {of} {label} --overwrite")
        });
        Some(finding.help(format!("name the context of {}{relabel}", quoted(self.cluster))))
    }

    /// Finds what is wrong only where what is applied and what the cluster has come together.
    fn together(&self, states: &States, findings: &mut Findings) {
        let said: Vec<&'static Code> = findings.iter().map(|finding| finding.code).collect();
        let accepted = accepted_claim(states);
        let is_judged = |object: &&Node| {
            let ObjectName { kind, namespace, name, .. } = ObjectName::of(object);
            // The operator does not look at an accepted claim again; the rules on updates say what that means.
            !(kind == "PersistentVolumeClaim" && namespace == REGISTRY_NAMESPACE && Some(name) == accepted)
                || states.applied.iter().any(|applied| ObjectName::of(applied) == ObjectName::of(object))
        };
        let new: Vec<&Node> = states.new.iter().filter(is_judged).collect();
        let platform = self.platform.map(|(_, platform)| platform);
        let found_in = |objects: Vec<&Node>, bootstrap: Bootstrap<'_>| {
            let context = BundleContext::new(objects, self.target, bootstrap, platform);
            let mut found = Findings::new();
            rules::on_bundle(&context, &mut found);
            found
        };
        let bootstrap = self.platform.map_or(Bootstrap::Unknown, |(profile, _)| Bootstrap::Profile(profile));
        let keys = |found: &Findings| -> BTreeSet<(&'static str, String)> {
            found.iter().map(|finding| (finding.code.id, finding.message.clone())).collect()
        };
        let mut known = keys(&found_in(states.applied.iter().collect(), bootstrap));
        known.extend(keys(&found_in(states.old.iter().collect(), Bootstrap::Unknown)));
        for finding in found_in(new, Bootstrap::Unknown) {
            let is_told = TOLD_BY.iter().any(|(code, by)| finding.code == *code && said.iter().any(|said| said == by));
            if !is_told && !known.contains(&(finding.code.id, finding.message.clone())) {
                findings.push(finding);
            }
        }
    }

    /// Names the objects that somebody else applies, too.
    fn owned_by_others(&self, findings: &mut Findings) {
        for Prediction { rendered, live, engine, .. } in &self.objects {
            let Some((live, owner)) = live.and_then(|live| Some((live, owner(live)?))) else { continue };
            let is_ours = cluster_label(live).and_then(Node::as_str) == Some(self.cluster) || !self.is_named();
            if is_ours && engine.is_none_or(|engine| engine.name() == owner.engine) {
                continue;
            }
            // An engine that delivers manifests may be the one that will apply these.
            let delivers =
                [Engine::ArgoCd, Engine::Flux, Engine::Acm].iter().any(|engine| engine.name() == owner.engine);
            let severity = if delivers && !is_ours { Severity::Info } else { Severity::Warning };
            let object = ObjectName::of(rendered).to_string();
            let by = format!("{} as {}", owner.engine, quoted(&owner.name));
            let message = format!("{} is applied by {by} on the cluster", quoted(&object));
            let at = rendered.at(&["metadata", "name"]).unwrap_or(rendered);
            let finding = Diagnostic::about(&codes::OTHER_OWNER, severity, &at.origin, message)
                .note("two that apply one object take its fields from each other, again and again")
                .help(format!(
                    "let one of them apply it: take it out of {} there, or take it out of these manifests",
                    quoted(&owner.name)
                ));
            findings.push(match self.platform {
                Some((_, platform)) => finding.in_users_words(platform),
                None => finding,
            });
        }
    }
}

/// The states of a cluster, each whole.
#[derive(Debug)]
pub struct States {
    old: Vec<Node>,
    new: Vec<Node>,
    applied: Vec<Node>,
}

/// Returns the claim that the registry has and keeps.
fn accepted_claim(states: &States) -> Option<&str> {
    fn claim(objects: &[Node]) -> Option<&str> {
        let config = objects.iter().find(|object| ObjectName::of(object).kind == "Config")?;
        config.at(&["spec", "storage", "pvc", "claim"])?.as_str()
    }
    claim(&states.old).filter(|old| claim(&states.new) == Some(*old))
}

/// Words which object a command is about, as `oc` takes it; none where that cannot be written.
fn relabelled(live: &Node) -> Option<String> {
    let ObjectId { resource, namespace, name } = ObjectId::of(live)?;
    let group = if resource.group.is_empty() { String::new() } else { format!(".{}", resource.group) };
    let namespace = match &*namespace {
        "" => String::new(),
        namespace => format!(" -n {}", shell::word(namespace)?),
    };
    Some(format!("{}{group} {}{namespace}", resource.plural, shell::word(&name)?))
}

/// Returns a tree all of which stands at one place.
fn rooted(node: &Node, origin: &Origin) -> Node {
    let value = match &node.value {
        Value::Seq(items) => Value::Seq(items.iter().map(|item| rooted(item, origin)).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(key, entry)| (key.clone(), Entry { key: origin.clone(), node: rooted(&entry.node, origin) }))
                .collect(),
        ),
        value => value.clone(),
    };
    Node::new(value, origin.clone())
}

#[cfg(test)]
mod tests;
