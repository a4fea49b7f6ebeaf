//! Bindings of the registry's roles -> `access`, each grant under a name.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::item::Item;
use super::left::{Lefts, Why};
use crate::diag::visible::quoted;
use crate::name::is_dns_label;
use crate::spec::{ACCESS_ROLES, AccessRole};
use crate::tree::{Entry, Map, Node, Value};

/// The API group of roles, users and groups.
const RBAC: &str = "rbac.authorization.k8s.io";

/// Sections whose roles are bound in the whole cluster alone.
const CLUSTER_WIDE: [&str; 2] = ["pruners", "metrics"];

/// The longest name of a grant.
const LONGEST: usize = 63;

/// Those that a binding binds, by the field of a grant.
type Subjects = BTreeMap<&'static str, Vec<String>>;

/// A grant while it is made.
struct Grant {
    role: &'static AccessRole,
    name: String,
    subjects: Subjects,
    namespaces: Vec<String>,
}

/// Takes the bindings.
pub(super) fn access(items: &mut [Item], draft: &mut Draft, lefts: &mut Lefts) {
    let mut grants: Vec<Grant> = Vec::new();
    for item in items.iter_mut().filter(|item| item.rest().is_some()) {
        let Some(role) = role(item) else { continue };
        if item.kind == "RoleBinding" && CLUSTER_WIDE.contains(&role.section) {
            let message = format!("a spec binds the role {} in the whole cluster alone", quoted(role.role));
            item.leave(Why::NoField, message, "keep it as it is: what is rendered leaves it alone", lefts);
            continue;
        }
        let subjects = subjects(item, lefts);
        if subjects.is_empty() {
            let message = "it binds nobody that a spec can name";
            item.leave(Why::Unusable, message, "nothing is to be done: it grants nothing", lefts);
            continue;
        }
        item.begin();
        item.take(&["roleRef"]);
        item.take(&["subjects"]);
        let name = add(&mut grants, role, item, subjects);
        let rendered = format!("registry-{}-{name}", role.section);
        if item.name != rendered {
            let message = format!("the spec renders it as {}", quoted(&rendered));
            let help = "delete it once that is applied";
            lefts.push(item.left(&["metadata".to_owned(), "name".to_owned()], Why::Replaced, message, help));
        }
    }
    let has_metrics = grants.iter().any(|grant| grant.role.section == "metrics");
    for item in items.iter_mut().filter(|item| has_metrics && item.kind == "ClusterRole") {
        metrics_role(item);
    }
    for role in ACCESS_ROLES {
        let of_role: Vec<&Grant> = grants.iter().filter(|grant| grant.role.section == role.section).collect();
        if !of_role.is_empty() {
            let entries = of_role.iter().map(|grant| (grant.name.as_str(), node(grant, draft)));
            let section = draft.map(entries.collect::<Vec<_>>());
            draft.put("access", role.section, section);
        }
    }
}

/// Returns the role of the registry that a binding binds.
fn role(item: &Item) -> Option<&'static AccessRole> {
    if item.group != RBAC || !matches!(item.kind.as_str(), "RoleBinding" | "ClusterRoleBinding") {
        return None;
    }
    let text = |field: &str| item.object.at(&["roleRef", field]).and_then(Node::as_str);
    if text("kind") != Some("ClusterRole") {
        return None;
    }
    ACCESS_ROLES.iter().find(|role| Some(role.role) == text("name"))
}

/// Returns those that a binding binds; the others go on the list.
fn subjects(item: &Item, lefts: &mut Lefts) -> Subjects {
    let mut subjects = Subjects::new();
    let list = item.object.get("subjects").and_then(Node::as_seq).unwrap_or_default();
    for (index, subject) in list.iter().enumerate() {
        let text = |field: &str| subject.get(field).and_then(Node::as_str).unwrap_or_default();
        let is_rbac = matches!(text("apiGroup"), "" | RBAC);
        let named = match (text("kind"), text("name")) {
            (_, "") => None,
            ("User", name) if is_rbac => Some(("users", name.to_owned())),
            ("Group", name) if is_rbac => Some(("groups", name.to_owned())),
            ("ServiceAccount", name) if is_dns_label(text("namespace")) && crate::name::is_dns_name(name) => {
                Some(("serviceAccounts", format!("{}/{name}", text("namespace"))))
            }
            _ => None,
        };
        let Some((sort, name)) = named else {
            let path = ["subjects".to_owned(), format!("[{index}]")];
            let message = "neither a user, a group nor a service account of a namespace";
            lefts.push(item.left(&path, Why::Unusable, message, "bind it by hand, or name whom it stands for"));
            continue;
        };
        if sort != "serviceAccounts" && !text("namespace").is_empty() {
            let path = ["subjects".to_owned(), format!("[{index}]"), "namespace".to_owned()];
            let message = "users and groups are of no namespace";
            lefts.push(item.left(&path, Why::NoField, message, "nothing is to be done: nobody reads it"));
        }
        let of_sort = subjects.entry(sort).or_default();
        if !of_sort.contains(&name) {
            of_sort.push(name);
        }
    }
    subjects
}

/// Adds what a binding grants, and returns the name of the grant: that of one that grants the same elsewhere, else its own.
fn add(grants: &mut Vec<Grant>, role: &'static AccessRole, item: &Item, subjects: Subjects) -> String {
    let prefix = format!("registry-{}-", role.section);
    let wanted = match item.name.strip_prefix(&prefix).filter(|name| is_dns_label(name)) {
        Some(name) => name.to_owned(),
        None => label(&item.name),
    };
    let namespaces: Vec<String> = Some(item.namespace.clone()).filter(|name| !name.is_empty()).into_iter().collect();
    let mut number = 1;
    loop {
        let name =
            if number == 1 { wanted.clone() } else { format!("{}-{number}", &wanted[..wanted.len().min(LONGEST - 8)]) };
        let there = grants.iter_mut().find(|grant| grant.role.section == role.section && grant.name == name);
        match there {
            None => {
                grants.push(Grant { role, name: name.clone(), subjects, namespaces });
                return name;
            }
            Some(grant) if grant.subjects == subjects && !grant.namespaces.is_empty() && !namespaces.is_empty() => {
                grant.namespaces.extend(namespaces);
                return name;
            }
            Some(_) => number += 1,
        }
    }
}

/// Makes a name of a grant of any name of a binding.
fn label(name: &str) -> String {
    let safe = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let label: String = name.chars().take(LONGEST).map(safe).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "grant".to_owned() } else { label.to_owned() }
}

fn node(grant: &Grant, draft: &Draft) -> Node {
    let list = |names: &[String]| draft.value(Value::Seq(names.iter().map(|name| draft.text(name.as_str())).collect()));
    let mut map = Map::new();
    for sort in ["users", "groups", "serviceAccounts"] {
        if let Some(names) = grant.subjects.get(sort) {
            let node = list(names);
            map.insert(sort.into(), Entry { key: node.origin.clone(), node });
        }
    }
    if !grant.namespaces.is_empty() {
        let node = list(&grant.namespaces);
        map.insert("namespaces".into(), Entry { key: node.origin.clone(), node });
    }
    draft.value(Value::Map(map))
}

/// Takes the role for metrics, where it grants what the spec's own grants.
fn metrics_role(item: &mut Item) {
    if !ACCESS_ROLES.iter().any(|role| role.section == "metrics" && role.role == item.name) {
        return;
    }
    let is_one = |field: &str, value: &str| {
        let rules = item.object.get("rules").and_then(Node::as_seq).unwrap_or_default();
        let list = rules.first().and_then(|rule| rule.get(field)).and_then(Node::as_seq).unwrap_or_default();
        rules.len() == 1 && matches!(list, [one] if one.as_str() == Some(value))
    };
    let n_fields =
        item.object.get("rules").and_then(Node::as_seq).and_then(|rules| Some(rules.first()?.as_map()?.len()));
    let is_same =
        is_one("apiGroups", "image.openshift.io") && is_one("resources", "registry/metrics") && is_one("verbs", "get");
    item.begin();
    if is_same && n_fields == Some(3) {
        item.take(&["rules"]);
    }
}
