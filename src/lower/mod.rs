//! [`Checked`] -> [`Lowered`]: what templates see, with all that they must not compute.
//!
//! Keys of CA bundles with `..` for the port's colon, Secrets and how each is delivered, routes as a list, the storage's
//! management state, annotations. Every value keeps its origin; a value made here has that of what it was made from.

mod access;
mod config;
mod credentials;
mod mirrors;
mod pull_secrets;
mod secrets;
mod trust;

pub(crate) use credentials::USER_SECRET;
pub(crate) use secrets::{Asked, Delivery, SecretSpec, asked_for};

use std::sync::Arc;

use crate::check::Checked;
use crate::diag::Findings;
use crate::name::CLUSTER_LABEL;
use crate::tree::{Node, Value};
use secrets::LoweredSecrets;

/// The namespace of the registry and its operator.
pub(crate) const REGISTRY_NAMESPACE: &str = "openshift-image-registry";

/// The context of the templates.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// What was checked.
    pub checked: Checked,
    /// A mapping of the variables that templates see.
    pub context: Node,
    /// Objects that no template writes: Secrets that are passed on as SOPS encrypted them.
    pub passed_on: Vec<Node>,
}

/// What is emitted for a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// Partial objects, for a cluster whose operator has bootstrapped its own.
    Running,
    /// Complete objects, for a cluster that has none yet.
    Zero,
}

/// Lowers a checked spec.
///
/// Adds findings for secrets that cannot be delivered as asked; then returns none.
pub fn lower(checked: Checked, day: Day, findings: &mut Findings) -> Option<Lowered> {
    let n_errors = findings.n_errors();
    let mut context = Variables::new(checked.resolved().platform());
    let name = checked.name();
    context.set("cluster", Node::map([("name", name.clone())], name.origin.clone()));
    context.set("labels", Node::map([(CLUSTER_LABEL, name.clone())], name.origin.clone()));
    context.set_some("annotations", checked.profile().get("annotations").cloned());
    config::lower(&checked, day, &mut context);
    pull_secrets::check(&checked, findings);
    let LoweredSecrets { written, passed_on } = secrets::lower(&checked, findings);
    context.set("secrets", context.list(written));
    trust::lower(&checked, &mut context);
    context.set_some("image", image(&checked));
    mirrors::lower(&checked, &mut context);
    context.set_some("pruner", pruner(&checked));
    access::lower(&checked, &mut context);
    (findings.n_errors() == n_errors).then_some(Lowered { context: context.node, passed_on, checked })
}

/// The variables of the templates, made one by one.
struct Variables {
    node: Node,
}

impl Variables {
    fn new(near: &Node) -> Self {
        Self { node: Node::map::<&str>([], near.origin.clone()) }
    }

    fn set(&mut self, name: &str, node: Node) {
        self.node.insert(name, node);
    }

    fn set_some(&mut self, name: &str, node: Option<Node>) {
        if let Some(node) = node {
            self.set(name, node);
        }
    }

    fn list(&self, items: Vec<Node>) -> Node {
        Node::new(Value::Seq(items), self.node.origin.clone())
    }
}

/// The image configuration: what `images` says, and the name of the trusted CAs.
///
/// Where either section is present but empty, the empty reference or list is written, so that taking the last CA away
/// cannot leave the name of a bundle that is gone.
fn image(checked: &Checked) -> Option<Node> {
    let spec = checked.spec();
    let (images, trust) = (spec.section("images"), spec.section("trust"));
    let near = images.or(trust)?;
    let mut image = images.cloned().unwrap_or_else(|| Node::map::<&str>([], near.origin.clone()));
    if image.as_map().is_some_and(indexmap::IndexMap::is_empty) && images.is_some() {
        image.insert("registrySources", Node::map::<&str>([], near.origin.clone()));
    }
    if let Some(trust) = trust {
        let name = trust::bundle_name(checked).unwrap_or_else(|| Node::string("", trust.origin.clone()));
        image.insert("additionalTrustedCA", Node::map([("name", name)], trust.origin.clone()));
    }
    Some(image)
}

/// The pruner, with `suspend` always written: the operator of 4.4 to 4.12 crashes on an ImagePruner without it.
fn pruner(checked: &Checked) -> Option<Node> {
    let written = checked.spec().section("pruner")?;
    let mut pruner = written.clone();
    if pruner.get("suspend").is_none() {
        pruner.insert("suspend", Node::new(Value::Bool(false), written.origin.clone()));
    }
    Some(pruner)
}

/// Makes a text of our own that stands for something the user wrote at `near`.
fn text(text: impl Into<Arc<str>>, near: &Node) -> Node {
    Node::string(text, near.origin.clone())
}
