//! What a rule on projects can see: a few facts of every cluster of a project at once, and no trees, so that thousands of
//! clusters stay small.

pub(super) mod different_cas;
pub(super) mod duplicate_cluster;
pub(super) mod nested_project;
pub(super) mod referenced_secret_without_key;
pub(super) mod shared_bucket;
pub(super) mod unused_layer;

use std::collections::BTreeSet;

use crate::load::{Content, Contents};
use crate::pem;
use crate::resolve::Resolved;
use crate::rules::held;
use crate::spec::{self, Backend, Spec};
use crate::tree::{Entry, Node, Place};
use crate::world::ProjectPath;

/// What a rule on projects can see.
pub struct ProjectContext<'p> {
    /// The clusters in order of their files, those that could be resolved.
    pub clusters: &'p [&'p ClusterFacts],
    /// Every layer that was looked at, in order of the files.
    pub layers: &'p [LayerFacts],
    /// The Secrets that manifests of the project are or make.
    pub secrets: &'p [SecretFacts],
    /// The project files that are not the root's.
    pub nested: &'p [Place],
    /// Whether the clusters are all of the project, each resolved.
    pub is_whole: bool,
}

/// A layer.
#[derive(Clone, Debug)]
pub struct LayerFacts {
    /// Where it stands in the project.
    pub path: ProjectPath,
    /// Where a finding about it points.
    pub place: Place,
}

/// What projects are judged by, of one cluster.
#[derive(Clone, Debug)]
pub struct ClusterFacts {
    /// Where its spec stands in the project.
    pub path: ProjectPath,
    /// Its name, and where it is written.
    pub name: (String, Place),
    /// The files that it is made of, as findings name them: its spec, then its layers.
    pub documents: Vec<String>,
    /// Its layers, also those that others of them extend.
    pub layers: BTreeSet<ProjectPath>,
    /// Whether it is right by itself. Of one that is not, only its name is looked at: what else it says may change.
    pub is_right: bool,
    /// The registries that it trusts by certificates of their own.
    pub(super) cas: Vec<CaFacts>,
    /// The bucket of its registry.
    pub(super) bucket: Option<BucketFacts>,
    /// The keys that it reads of Secrets which are there already.
    pub(super) references: Vec<ReferenceFacts>,
}

/// A Secret that manifests of a project are or make, without any value.
#[derive(Clone, Debug)]
pub struct SecretFacts {
    /// Its name, and where it is written.
    pub(super) name: (String, Place),
    /// Its namespace; empty where none is written.
    pub(super) namespace: String,
    /// The cluster that it is for, where a label says so.
    pub(super) cluster: Option<String>,
    /// Its keys; none where more may come from elsewhere.
    pub(super) keys: Option<Vec<String>>,
}

/// A key of a Secret in the registry's namespace that a spec says is there.
#[derive(Clone, Debug)]
pub(super) struct ReferenceFacts {
    /// The Secret's name.
    pub(super) secret: String,
    /// The key.
    pub(super) key: String,
    /// Where either is written.
    pub(super) place: Place,
}

/// A registry, and the certificates by which a cluster trusts it.
#[derive(Clone, Debug)]
pub(super) struct CaFacts {
    /// `host` or `host:port`, in lower case.
    pub(super) host: String,
    /// Where it is written.
    pub(super) place: Place,
    /// A digest of each certificate.
    pub(super) certificates: BTreeSet<u128>,
}

/// A bucket or container, however a backend calls it.
#[derive(Clone, Debug)]
pub(super) struct BucketFacts {
    /// What makes it the same: the backend, the bucket's name, and where that name means this bucket.
    pub(super) identity: Vec<String>,
    /// Where it is named.
    pub(super) place: Place,
}

/// What a bucket's name and where it is stand under, by backend.
const BUCKETS: [(&str, &str, &[&str]); 6] = [
    ("s3", "bucket", &["region", "regionEndpoint"]),
    ("gcs", "bucket", &[]),
    ("azure", "container", &["accountName", "cloudName"]),
    ("swift", "container", &["authURL", "domain", "domainID", "tenant", "tenantID", "regionName"]),
    ("ibmcos", "bucket", &["location", "serviceInstanceCRN"]),
    ("oss", "bucket", &["region"]),
];

impl<'p> ProjectContext<'p> {
    /// Returns the clusters that are right by themselves.
    pub(super) fn right(&self) -> impl Iterator<Item = &'p ClusterFacts> {
        self.clusters.iter().copied().filter(|cluster| cluster.is_right)
    }
}

impl SecretFacts {
    /// Gathers the facts of an object; none where it makes no Secret.
    pub fn of(object: &Node) -> Option<Self> {
        held::secret(object)
    }
}

impl ClusterFacts {
    /// Gathers the facts of a resolved spec and the files that it names.
    pub fn of(resolved: &Resolved, contents: &Contents) -> Self {
        let loaded = &resolved.loaded;
        let spec = Spec::new(resolved.spec());
        let documents = std::iter::once(&loaded.spec).chain(loaded.layers.values());
        let name = resolved.name().unwrap_or(&resolved.node);
        Self {
            path: loaded.spec.path.clone(),
            name: (name.as_str().unwrap_or_default().to_owned(), name.place().clone()),
            documents: documents.map(|document| document.source.name().to_owned()).collect(),
            layers: loaded.layers.keys().cloned().collect(),
            is_right: true,
            cas: spec.registry_cas().filter_map(|(host, entry)| ca(host, entry, contents)).collect(),
            bucket: spec.storage().and_then(spec::Storage::backend).and_then(bucket),
            references: references(spec),
        }
    }

    /// Tells whether it reads anything of a Secret that is there already.
    pub fn has_references(&self) -> bool {
        !self.references.is_empty()
    }

    /// Tells whether a file, as findings name it, is one of those that the cluster is made of.
    pub fn is_made_of(&self, document: &str) -> bool {
        self.documents.iter().any(|own| own == document)
    }
}

/// Returns every key that a spec reads of a Secret which is there already.
fn references(spec: Spec<'_>) -> Vec<ReferenceFacts> {
    let mut found = Vec::new();
    collect(spec.node(), &mut found);
    for name in spec.routes().filter(|route| route.tls("key").is_none()).filter_map(spec::Route::secret_name) {
        let keys = ["tls.crt", "tls.key"].map(str::to_owned);
        let secret = name.as_str().unwrap_or_default().to_owned();
        found.extend(keys.map(|key| ReferenceFacts { secret: secret.clone(), key, place: name.place().clone() }));
    }
    found
}

fn collect(node: &Node, found: &mut Vec<ReferenceFacts>) {
    for (field, entry) in node.as_map().into_iter().flatten() {
        let text = |name: &str| entry.node.get(name).and_then(Node::as_str).map(str::to_owned);
        match (&**field, entry.node.get("key"), text("name"), text("key")) {
            ("secretKeyRef", Some(at), Some(secret), Some(key)) => {
                found.push(ReferenceFacts { secret, key, place: at.place().clone() });
            }
            _ => collect(&entry.node, found),
        }
    }
}

/// Returns a registry with its certificates; none where there are none to be compared.
fn ca(host: &str, entry: &Entry, contents: &Contents) -> Option<CaFacts> {
    let blocks = match spec::Content::of(&entry.node)? {
        spec::Content::File(file) => {
            let content: &Content = contents.of(file)?;
            pem::blocks(content.source.as_ref()?.text())
        }
        spec::Content::Text(text) => pem::blocks(text.as_str()?),
        spec::Content::Secret(_) => return None,
    };
    let certificates = blocks.iter().filter_map(|block| Some(digest(block.der.as_ref()?))).collect::<BTreeSet<u128>>();
    let place = entry.key.place().clone();
    (!certificates.is_empty()).then(|| CaFacts { host: host.to_ascii_lowercase(), place, certificates })
}

/// Returns what makes a bucket the same; none where the operator or the platform names it.
fn bucket(backend: Backend<'_>) -> Option<BucketFacts> {
    let (kind, named, located) = BUCKETS.iter().find(|(kind, _, _)| *kind == backend.name)?;
    let node = backend.given(named)?;
    let text = |node: &Node| node.as_str().map(|text| text.trim_end_matches('/').to_owned());
    // Without an account of the user's, each cluster has one of its own.
    if *kind == "azure" && backend.given("accountName").is_none() {
        return None;
    }
    let located = located.iter().map(|field| backend.given(field).and_then(text).unwrap_or_default());
    let identity = [(*kind).to_owned(), text(node)?].into_iter().chain(located).collect();
    Some(BucketFacts { identity, place: node.place().clone() })
}

/// FNV-1a of 128 bits: two certificates are told apart by it, and nothing is trusted for it.
pub(super) fn digest(bytes: &[u8]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}
