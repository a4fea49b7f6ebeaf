//! What could not be looked at, said once for each obstacle, with the rights that would allow it.

use super::kinds::{CLUSTER_OPERATOR, CONFIG};
use super::read::Seen;
use crate::live::{Answer, Resource, Right, Unknown, Why};

/// An obstacle, and all that it hides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// What kind of obstacle it is.
    pub why: Why,
    /// What it hides, each as `resource` or `resource in NAMESPACE`, sorted.
    pub what: Vec<String>,
    /// What stands in the way, in one line; where it hides one thing alone, with that.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// The rights that would allow it, each once.
    pub rights: Vec<Right>,
}

/// Returns what could not be looked at, the obstacle that hides what matters most first.
pub(super) fn unseen(seen: &Seen) -> Vec<Unseen> {
    let objects = seen.objects().iter().filter_map(|(object, answer)| {
        let Answer::Unknown(unknown) = answer else { return None };
        Some((unknown, right(&object.resource, &object.namespace, "get")))
    });
    let lists = seen.lists().iter().filter_map(|(listing, answer)| {
        let Answer::Unknown(unknown) = answer else { return None };
        Some((unknown, right(&listing.resource, &listing.namespace, "list")))
    });
    let mut hidden: Vec<Unseen> = Vec::new();
    for (unknown, right) in objects.chain(lists) {
        match hidden.iter_mut().find(|of| of.why == unknown.why) {
            Some(of) => {
                of.rights.push(right);
                if !of.why.is_of_the_host() {
                    of.message.clone_from(&unknown.obstacle);
                }
            }
            None => hidden.push(new(unknown, right)),
        }
    }
    for of in &mut hidden {
        of.rights.sort();
        of.rights.dedup();
        of.what = of.rights.iter().map(what).collect();
        of.what.dedup();
        if of.why != Why::Forbidden {
            of.rights.clear();
        }
    }
    hidden
}

/// Returns what was said of what matters most, if that could not be read.
pub(super) fn essential(seen: &Seen) -> Option<&Unknown> {
    [CONFIG, CLUSTER_OPERATOR].into_iter().find_map(|kind| match seen.answer(kind) {
        Some(Answer::Unknown(unknown)) => Some(unknown),
        _ => None,
    })
}

fn new(unknown: &Unknown, right: Right) -> Unseen {
    Unseen {
        why: unknown.why,
        what: Vec::new(),
        message: unknown.message.clone(),
        help: unknown.help.clone(),
        rights: vec![right],
    }
}

fn right(resource: &Resource, namespace: &str, verb: &'static str) -> Right {
    Right { namespace: namespace.to_owned(), group: resource.group.clone(), resource: resource.plural.clone(), verb }
}

fn what(right: &Right) -> String {
    match &*right.namespace {
        "" => right.resource.clone(),
        namespace => format!("{} in {namespace}", right.resource),
    }
}

impl Unseen {
    /// Tells whether the answer would be another at another time, so that what is told is no whole answer.
    pub fn is_passing(&self) -> bool {
        !matches!(self.why, Why::Forbidden | Why::NotCollected)
    }

    /// Returns what is hidden, for a line: what is of one namespace together.
    pub fn summary(&self) -> String {
        self.what.join(", ")
    }

    /// Returns the rules of roles that would allow it, one for each namespace and group, as YAML in one line.
    pub fn rules(&self) -> Vec<String> {
        let mut rules: Vec<(&str, &str, &str, Vec<&str>)> = Vec::new();
        for right in &self.rights {
            match rules.last_mut().filter(|(namespace, group, verb, _)| {
                (*namespace, *group, *verb) == (&right.namespace, &right.group, right.verb)
            }) {
                Some((_, _, _, resources)) => resources.push(&right.resource),
                None => rules.push((&right.namespace, &right.group, right.verb, vec![&right.resource])),
            }
        }
        let one = |(namespace, group, verb, resources): (&str, &str, &str, Vec<&str>)| {
            let group = if group.is_empty() { "\"\"" } else { group };
            let rule = format!("{{apiGroups: [{group}], resources: [{}], verbs: [{verb}]}}", resources.join(", "));
            if namespace.is_empty() { rule } else { format!("{rule} in {namespace}") }
        };
        rules.into_iter().map(one).collect()
    }
}
