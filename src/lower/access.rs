//! Access: each grant of the spec as the role bindings that the documentation makes by hand.
//!
//! A binding is called after its section and grant, so its name never depends on who is bound, and its role, which
//! cannot be changed on a cluster, never changes under the name. Whom it is wise to bind is for rules to say.

use super::{Variables, text};
use crate::check::Checked;
use crate::spec::Grant;
use crate::tree::{Node, Value};

/// The API group of roles, and of users and groups.
const RBAC: &str = "rbac.authorization.k8s.io";

/// Sets `access`: `bindings`, and `metricsRole` where a grant needs the role for metrics.
pub(super) fn lower(checked: &Checked, context: &mut Variables) {
    let Some(section) = checked.spec().section("access") else { return };
    let grants = || checked.spec().grants().filter(|grant| grant.has_subjects());
    let bindings = context.list(grants().flat_map(bindings).collect());
    let mut access = Node::map([("bindings", bindings)], section.origin.clone());
    if let Some(grant) = grants().find(|grant| grant.role.section == "metrics") {
        access.insert("metricsRole", Node::string(grant.role.role, grant.section.key.clone()));
    }
    context.set("access", access);
}

/// The bindings of a grant: one in each of its namespaces, or one for the whole cluster.
fn bindings(grant: Grant<'_>) -> Vec<Node> {
    match grant.namespaces() {
        Some(namespaces) => namespaces.iter().map(|namespace| binding(grant, Some(namespace))).collect(),
        None => vec![binding(grant, None)],
    }
}

fn binding(grant: Grant<'_>, namespace: Option<&Node>) -> Node {
    let name = format!("registry-{}-{}", grant.role.section, grant.name);
    let fields = [
        ("name", Node::string(name, grant.entry.key.clone())),
        ("role", Node::string(grant.role.role, grant.section.key.clone())),
        ("subjects", subjects(grant)),
    ];
    let mut binding = Node::map(fields, grant.entry.key.clone());
    if let Some(namespace) = namespace {
        binding.insert("namespace", namespace.clone());
    }
    binding
}

/// The subjects as the API has them: users, then groups, then service accounts, each in written order.
fn subjects(grant: Grant<'_>) -> Node {
    let named = |kind: &'static str, name: &Node| {
        let fields = [("apiGroup", text(RBAC, name)), ("kind", text(kind, name)), ("name", name.clone())];
        Node::map(fields, name.origin.clone())
    };
    let users = grant.subjects("users").iter().map(|name| named("User", name));
    let groups = grant.subjects("groups").iter().map(|name| named("Group", name));
    let accounts = grant.subjects("serviceAccounts").iter().filter_map(service_account);
    let subjects = users.chain(groups).chain(accounts).collect();
    Node::new(Value::Seq(subjects), grant.entry.node.origin.clone())
}

/// A service account of `namespace/name`.
fn service_account(written: &Node) -> Option<Node> {
    let (namespace, name) = written.as_str()?.split_once('/')?;
    let fields = [
        ("kind", text("ServiceAccount", written)),
        ("namespace", text(namespace, written)),
        ("name", text(name, written)),
    ];
    Some(Node::map(fields, written.origin.clone()))
}
