//! The questions that are asked of a cluster, and their answers.
//!
//! All that can be named beforehand is asked at once, and what the answers name in a second round: a volume, Secrets of
//! routes, bundles. Of a Secret the names of its keys are kept and nothing else.

use std::thread;

use super::kinds::{
    CLAIM, CLUSTER_OPERATOR, CLUSTER_VERSION, CONFIG, CONFIG_MAP, CRON_JOB, DAEMON_SET, DEPLOYMENT, EVENT, IMAGE,
    INFRASTRUCTURE, JOB, Kind, NAMESPACE, POD, POOL, PRUNER, REPLICA_SET, ROUTE, SECRET, STORAGE_CLASS, VOLUME,
};
use crate::live::{Absent, Answer, Listing, Live, ObjectId};
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::target::Minor;
use crate::tree::{Node, Value};

/// The Secret that the cloud credential operator mints.
pub(super) const MINTED_SECRET: &str = "installer-cloud-credentials";

/// The namespace of bundles that users make.
pub(super) const CONFIG_NAMESPACE: &str = "openshift-config";

/// The labels of the registry's own pods.
const REGISTRY_PODS: &str = "docker-registry=default";

/// The label of pods that a Job made.
const JOB_PODS: &str = "job-name";

/// All that was read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    objects: Vec<(ObjectId, Answer<Node>)>,
    lists: Vec<(Listing, Answer<Vec<Node>>)>,
}

/// Asks a cluster.
pub(super) fn read(live: &dyn Live) -> Seen {
    let mut seen = Seen::default();
    seen.ask(live, first_objects(), first_lists());
    let more = seen.named();
    seen.ask(live, more, Vec::new());
    seen
}

fn first_objects() -> Vec<ObjectId> {
    let cluster =
        [(CLUSTER_OPERATOR, "image-registry"), (CLUSTER_VERSION, "version"), (INFRASTRUCTURE, "cluster")].into_iter();
    let cluster = cluster.chain([(CONFIG, "cluster"), (PRUNER, "cluster"), (IMAGE, "cluster")]);
    let cluster = cluster.chain([(NAMESPACE, REGISTRY_NAMESPACE)]).map(|(kind, name)| id(kind, "", name));
    let inside = [
        (DEPLOYMENT, "image-registry"),
        (DAEMON_SET, "node-ca"),
        (CRON_JOB, "image-pruner"),
        (SECRET, USER_SECRET),
        (SECRET, MINTED_SECRET),
    ];
    cluster.chain(inside.map(|(kind, name)| id(kind, REGISTRY_NAMESPACE, name))).collect()
}

fn first_lists() -> Vec<Listing> {
    let list = |kind: Kind, namespace: &str, labels: &str| Listing {
        resource: kind.resource(),
        namespace: namespace.into(),
        labels: labels.into(),
    };
    let inside = |kind, labels| list(kind, REGISTRY_NAMESPACE, labels);
    vec![
        inside(REPLICA_SET, REGISTRY_PODS),
        inside(POD, REGISTRY_PODS),
        inside(POD, JOB_PODS),
        inside(EVENT, ""),
        inside(CLAIM, ""),
        inside(ROUTE, ""),
        inside(JOB, ""),
        list(POOL, "", ""),
        list(STORAGE_CLASS, "", ""),
    ]
}

fn id(kind: Kind, namespace: &str, name: &str) -> ObjectId {
    ObjectId { resource: kind.resource(), namespace: namespace.into(), name: name.into() }
}

impl Seen {
    fn ask(&mut self, live: &dyn Live, objects: Vec<ObjectId>, lists: Vec<Listing>) {
        let (got, listed) = thread::scope(|scope| {
            let listed = (!lists.is_empty()).then(|| scope.spawn(|| live.list(&lists)));
            let got = if objects.is_empty() { Vec::new() } else { live.get(&objects) };
            // A panic is a bug, and is told as such where the command runs.
            let listed = listed.map(|listed| listed.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            (got, listed.unwrap_or_default())
        });
        self.objects.extend(objects.into_iter().zip(got.into_iter().map(keys_of_secret)));
        self.lists.extend(lists.into_iter().zip(listed));
    }

    /// Returns what the objects name that were read, and that was not asked for.
    fn named(&self) -> Vec<ObjectId> {
        let mut more = Vec::new();
        if let Some(volume) = self.claim().and_then(|claim| text(claim, &["spec", "volumeName"])) {
            more.push(id(VOLUME, "", volume));
        }
        let config = self.object(CONFIG);
        let routes = config.and_then(|config| config.at(&["spec", "routes"])).and_then(Node::as_seq);
        let secrets = routes.into_iter().flatten().filter_map(|route| text(route, &["secretName"]));
        let key = config.and_then(|c| text(c, &["spec", "storage", "s3", "cloudFront", "privateKey", "name"]));
        more.extend(secrets.chain(key).map(|name| id(SECRET, REGISTRY_NAMESPACE, name)));
        let bundle = config.and_then(|config| text(config, &["spec", "storage", "s3", "trustedCA", "name"]));
        let trusted = self.object(IMAGE).and_then(|image| text(image, &["spec", "additionalTrustedCA", "name"]));
        more.extend(bundle.into_iter().chain(trusted).map(|name| id(CONFIG_MAP, CONFIG_NAMESPACE, name)));
        more.sort();
        more.dedup();
        more.retain(|object| self.objects.iter().all(|(asked, _)| asked != object));
        more
    }

    /// Returns every question about an object, with its answer.
    pub(super) fn objects(&self) -> &[(ObjectId, Answer<Node>)] {
        &self.objects
    }

    /// Returns every question for a list, with its answer.
    pub(super) fn lists(&self) -> &[(Listing, Answer<Vec<Node>>)] {
        &self.lists
    }

    /// Returns the answer about the only object of a kind that was asked for.
    pub(super) fn answer(&self, kind: Kind) -> Option<&Answer<Node>> {
        let of_kind = self.objects.iter().find(|(object, _)| object.resource.kind == kind.name);
        of_kind.map(|(_, answer)| answer)
    }

    /// Returns the only object of a kind that was asked for, if it is there.
    pub(super) fn object(&self, kind: Kind) -> Option<&Node> {
        match self.answer(kind)? {
            Answer::There(node) => Some(node),
            Answer::Absent(_) | Answer::Unknown(_) => None,
        }
    }

    /// Returns the objects of a kind that were asked for by name, with their answers.
    pub(super) fn named_objects(&self, kind: Kind) -> impl Iterator<Item = (&ObjectId, &Answer<Node>)> {
        self.objects
            .iter()
            .filter(move |(object, _)| object.resource.kind == kind.name)
            .map(|(id, answer)| (id, answer))
    }

    /// Returns the objects of a kind that were listed; none where they cannot be seen.
    pub(super) fn list(&self, kind: Kind) -> impl Iterator<Item = &Node> {
        let of_kind = self.lists.iter().filter(move |(listing, _)| listing.resource.kind == kind.name);
        of_kind.flat_map(|(_, answer)| match answer {
            Answer::There(nodes) => nodes.as_slice(),
            Answer::Absent(_) | Answer::Unknown(_) => &[],
        })
    }

    /// Tells whether a kind's list was read.
    pub(super) fn is_listed(&self, kind: Kind) -> bool {
        let mut of_kind = self.lists.iter().filter(|(listing, _)| listing.resource.kind == kind.name);
        of_kind.all(|(_, answer)| !matches!(answer, Answer::Unknown(_)))
    }

    /// Returns the pods of the registry itself.
    pub(super) fn registry_pods(&self) -> impl Iterator<Item = &Node> {
        self.pods(REGISTRY_PODS)
    }

    /// Returns the pods of pruner jobs.
    pub(super) fn job_pods(&self) -> impl Iterator<Item = &Node> {
        self.pods(JOB_PODS)
    }

    fn pods(&self, labels: &'static str) -> impl Iterator<Item = &Node> {
        let of = self.lists.iter().filter(move |(list, _)| list.resource.kind == POD.name && list.labels == labels);
        of.flat_map(|(_, answer)| match answer {
            Answer::There(nodes) => nodes.as_slice(),
            Answer::Absent(_) | Answer::Unknown(_) => &[],
        })
    }

    /// Returns the settings of the config CR.
    pub(super) fn settings(&self) -> Option<&Node> {
        self.object(CONFIG)?.get("spec")
    }

    /// Returns `managementState`, as far as it is read.
    pub(super) fn management_state(&self) -> Option<&str> {
        text(self.settings()?, &["managementState"])
    }

    /// Returns the name of the claim that the config CR names.
    pub(super) fn claim_name(&self) -> Option<&str> {
        text(self.settings()?, &["storage", "pvc", "claim"])
    }

    /// Returns the claim that the registry uses, if it is there.
    pub(super) fn claim(&self) -> Option<&Node> {
        let name = self.claim_name()?;
        self.list(CLAIM).find(|claim| self::name(claim) == name)
    }

    /// Returns the release that the cluster runs or goes to.
    pub(super) fn version(&self) -> Option<&str> {
        let desired = self.object(CLUSTER_VERSION).and_then(|version| text(version, &["status", "desired", "version"]));
        desired.or_else(|| {
            let versions = self.object(CLUSTER_OPERATOR)?.at(&["status", "versions"])?.as_seq()?;
            versions.iter().find(|v| text(v, &["name"]) == Some("operator")).and_then(|v| text(v, &["version"]))
        })
    }

    /// Returns the minor of that release, if it is one that is known.
    pub(super) fn minor(&self) -> Option<Minor> {
        let mut parts = self.version()?.splitn(3, '.');
        format!("{}.{}", parts.next()?, parts.next()?).parse().ok()
    }

    /// Returns the platform, as the cluster calls it: `BareMetal`, `AWS`.
    pub(super) fn platform(&self) -> Option<&str> {
        let infrastructure = self.object(INFRASTRUCTURE)?;
        text(infrastructure, &["status", "platformStatus", "type"])
            .or_else(|| text(infrastructure, &["status", "platform"]))
    }

    /// Tells whether the cluster has no registry operator.
    pub(super) fn has_no_operator(&self) -> bool {
        matches!(self.answer(CONFIG), Some(Answer::Absent(Absent::Kind)))
    }

    /// Tells whether the operator's last report is about older settings than those that stand there, as far as it says so.
    pub(super) fn is_stale(&self) -> bool {
        let Some(config) = self.object(CONFIG) else { return false };
        let number = |path: &[&str]| config.at(path).and_then(Node::as_int);
        match (number(&["metadata", "generation"]), number(&["status", "observedGeneration"])) {
            (Some(written), Some(seen)) => seen < written,
            _ => false,
        }
    }
}

/// Returns a text of an object that is not empty.
pub(super) fn text<'n>(node: &'n Node, path: &[&str]) -> Option<&'n str> {
    node.at(path).and_then(Node::as_str).filter(|text| !text.is_empty())
}

/// Returns a whole number of an object.
pub(super) fn number(node: &Node, path: &[&str]) -> Option<i64> {
    node.at(path).and_then(Node::as_int)
}

/// Returns the items of a list in an object.
pub(super) fn items<'n>(node: &'n Node, path: &[&str]) -> &'n [Node] {
    node.at(path).and_then(Node::as_seq).unwrap_or_default()
}

/// Returns the name of an object.
pub(super) fn name(node: &Node) -> &str {
    text(node, &["metadata", "name"]).unwrap_or_default()
}

/// Takes the values out of a Secret, so that nothing later can show one.
fn keys_of_secret(answer: Answer<Node>) -> Answer<Node> {
    let Answer::There(mut node) = answer else { return answer };
    if text(&node, &["kind"]) == Some(SECRET.name) || node.get("data").is_some() {
        for field in ["data", "stringData", "binaryData"] {
            let values = node.as_map_mut().and_then(|map| map.get_mut(field)).map(|entry| &mut entry.node);
            for (_, entry) in values.and_then(Node::as_map_mut).into_iter().flatten() {
                entry.node = Node::new(Value::Null, entry.key.clone());
            }
        }
        // Annotations may repeat the values, as that of `kubectl apply` does.
        if let Some(metadata) = node.as_map_mut().and_then(|map| map.get_mut("metadata"))
            && let Some(map) = metadata.node.as_map_mut()
        {
            map.retain(|key, _| matches!(&**key, "name" | "namespace"));
        }
    }
    Answer::There(node)
}
