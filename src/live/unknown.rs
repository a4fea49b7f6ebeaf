//! Why something cannot be told: the obstacle, what it hides, and what can be done about it.
//!
//! One obstacle often stands before many questions; [`each_once`] says it once.

use std::collections::{BTreeMap, BTreeSet};

/// Why something cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What kind of obstacle it is.
    pub why: Why,
    /// One line for people, which names the host and the object.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// What cannot be told, for people; empty where that is all that the host has.
    pub about: Vec<String>,
    /// What stands in the way, without what was asked for: the same words for all that it hides.
    pub obstacle: String,
    /// The rights that would allow it, where rights are all that lacks.
    pub rights: Vec<Right>,
    /// What a server that takes the object for wrong says of its fields; empty where it names none.
    pub causes: Vec<Cause>,
}

/// What a server says of one field of an object that it refuses (`details.causes` of its `Status`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The path of the field as the server writes it, such as `spec.routes[0].name`; empty where it names none.
    pub field: String,
    /// The reason as one word, such as `FieldValueInvalid`; empty where it gives none.
    pub reason: String,
    /// The words, on one line that acts on nothing, without values that may be secrets.
    pub message: String,
}

/// A right that a role may give.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The namespace in which it is needed; empty for the whole cluster.
    pub namespace: String,
    /// The API group, empty for the core group.
    pub group: String,
    /// The name of the kind in URLs.
    pub resource: String,
    /// `get`, `list`, or `patch` for a dry-run.
    pub verb: &'static str,
}

/// What stands between a question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The host cannot be reached, or is not found.
    Unreachable,
    /// TLS failed: another authority, an expired certificate, another name.
    Tls,
    /// Nothing came in time.
    TimedOut,
    /// The answer ended before it was whole.
    Closed,
    /// 401: the server does not know who asks.
    Unauthorized,
    /// 403: who asks may not.
    Forbidden,
    /// 409: somebody else changes it at this moment.
    Conflict,
    /// 429, still after the time that the server asked to wait.
    TooManyRequests,
    /// 400 or 422: the server takes the object for wrong.
    Invalid,
    /// An admission webhook or policy said no.
    Denied,
    /// No dry-run can be had of the object: a webhook that has side effects looks at it.
    NoDryRun,
    /// 5xx, and any other code.
    Server,
    /// The answer is larger than allowed.
    TooLarge,
    /// The answer is no object.
    Malformed,
    /// The run was told to stop.
    Interrupted,
    /// A must-gather or directory holds nothing of that kind, so that nobody knows whether the cluster has it.
    NotCollected,
}

impl Unknown {
    /// Makes one of which nothing but its message is known.
    pub fn new(why: Why, message: impl Into<String>, help: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            why,
            obstacle: message.clone(),
            message,
            help: help.into(),
            about: Vec::new(),
            rights: Vec::new(),
            causes: Vec::new(),
        }
    }

    /// Says what it hides, and what stands in the way.
    #[must_use]
    pub fn about(self, about: impl Into<String>, obstacle: impl Into<String>) -> Self {
        Self { about: vec![about.into()], obstacle: obstacle.into(), ..self }
    }

    /// Tells whether the same stands in the way.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.why == other.why && self.obstacle == other.obstacle
    }

    /// Tells whether it is said in general, and not of one thing: it hides several, or rights are all that lacks.
    pub fn is_general(&self) -> bool {
        self.about.len() > 1 || !self.rights.is_empty()
    }

    /// Says in one line what stands in the way, and which rights lack.
    pub fn reason(&self) -> String {
        let rights = Right::said(&self.rights);
        let missing = if rights.is_empty() { String::new() } else { format!("; missing: {}", rights.join("; ")) };
        format!("{}{missing}", self.obstacle)
    }

    /// Takes in what the same obstacle hides, too.
    pub fn add(&mut self, other: &Self) {
        fn missing<T: Clone + PartialEq>(all: &mut Vec<T>, more: &[T]) {
            for one in more {
                if !all.contains(one) {
                    all.push(one.clone());
                }
            }
        }
        missing(&mut self.about, &other.about);
        missing(&mut self.rights, &other.rights);
        missing(&mut self.causes, &other.causes);
    }
}

/// Returns each obstacle once, with all that it hides, in the order in which they were met.
pub fn each_once<'a>(all: impl IntoIterator<Item = &'a Unknown>) -> Vec<Unknown> {
    let mut found: Vec<Unknown> = Vec::new();
    for one in all {
        match found.iter_mut().find(|known| known.is_alike(one)) {
            Some(known) => known.add(one),
            None => found.push(one.clone()),
        }
    }
    found
}

impl Right {
    /// Says which rights these are, one line for each namespace and set of verbs: `get and list secrets in team-a`.
    pub fn said(rights: &[Self]) -> Vec<String> {
        let mut verbs: BTreeMap<(&str, &str, &str), BTreeSet<&str>> = BTreeMap::new();
        for Self { namespace, group, resource, verb } in rights {
            verbs.entry((namespace, group, resource)).or_default().insert(verb);
        }
        let mut resources: BTreeMap<(&str, BTreeSet<&str>), BTreeSet<&str>> = BTreeMap::new();
        for ((namespace, _, resource), verbs) in verbs {
            resources.entry((namespace, verbs)).or_default().insert(resource);
        }
        let join = |words: BTreeSet<&str>, by: &str| words.into_iter().collect::<Vec<_>>().join(by);
        let one = |((namespace, verbs), resources): ((&str, BTreeSet<&str>), BTreeSet<&str>)| {
            let place = if namespace.is_empty() { "the whole cluster" } else { namespace };
            format!("{} {} in {place}", join(verbs, " and "), join(resources, ", "))
        };
        resources.into_iter().map(one).collect()
    }
}

impl Why {
    /// Tells whether it stands before every question to the same host, so that it need be said once.
    pub fn is_of_the_host(self) -> bool {
        matches!(self, Self::Unreachable | Self::Tls | Self::Unauthorized | Self::Interrupted)
    }

    /// Tells whether what a dry-run would say may be computed instead: nobody refused the object itself.
    pub fn leaves_the_merge(self) -> bool {
        matches!(self, Self::Forbidden | Self::NoDryRun)
    }

    /// Returns the word for it in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::TimedOut => "timed-out",
            Self::Closed => "closed",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::TooManyRequests => "too-many-requests",
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::Server => "server",
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::Interrupted => "interrupted",
            Self::NotCollected => "not-collected",
            Self::NoDryRun => "no-dry-run",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(namespace: &str, resource: &str, verb: &'static str) -> Right {
        Right { namespace: namespace.into(), group: String::new(), resource: resource.into(), verb }
    }

    #[test]
    fn the_same_obstacle_is_one_with_all_that_it_hides() {
        let of = |about: &str, obstacle: &str, right: Right| {
            let unknown = Unknown::new(Why::Forbidden, format!("cannot read {about}: {obstacle}"), "ask");
            Unknown { rights: vec![right], ..unknown.about(about, obstacle) }
        };
        let all = [
            of("Secret a", "no right", right("a", "secrets", "get")),
            of("Secret b", "something else", right("b", "secrets", "get")),
            of("Secret c", "no right", right("a", "secrets", "get")),
            of("all Secrets", "no right", right("a", "secrets", "list")),
        ];
        let once = each_once(&all);
        let abouts: Vec<String> = once.iter().map(|one| one.about.join(", ")).collect();
        assert_eq!(abouts, ["Secret a, Secret c, all Secrets", "Secret b"]);
        assert_eq!(Right::said(&once[0].rights), ["get and list secrets in a"]);
    }

    #[test]
    fn rights_are_said_by_namespace_and_by_verbs() {
        let rights = [
            right("a", "secrets", "list"),
            right("", "configs", "get"),
            right("a", "configmaps", "list"),
            right("a", "configmaps", "get"),
            right("a", "secrets", "get"),
            right("b", "secrets", "list"),
        ];
        let expected =
            ["get configs in the whole cluster", "get and list configmaps, secrets in a", "list secrets in b"];
        assert_eq!(Right::said(&rights), expected);
    }
}
