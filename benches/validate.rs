//! How long objects take: walking one beside its schema, and validating the objects of a cluster.
//!
//! `cargo bench --bench validate` prints the best and the median of many runs, in microseconds.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and stops at what is wrong")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use regcfg::diag::Findings;
use regcfg::schema;
use regcfg::schema::interpret::{Manner, walk};
use regcfg::target::{Minor, Target};
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Node, Source, SourceKind, Value};
use regcfg::validate::manifests;

const CONFIG: &str = r#"
apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata: {name: cluster, labels: {regcfg.dev/cluster: prod-eu-1}, annotations: {a.example.com/one: "1"}}
spec:
  managementState: Managed
  replicas: 3
  rolloutStrategy: RollingUpdate
  logLevel: Normal
  proxy: {http: "http://proxy:3128", https: "http://proxy:3128", noProxy: ".cluster.local"}
  requests: {read: {maxRunning: 10, maxInQueue: 20, maxWaitInQueue: 30s}, write: {maxRunning: 5, maxInQueue: 6, maxWaitInQueue: 7s}}
  resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {cpu: "1", memory: 1Gi}}
  nodeSelector: {node-role.kubernetes.io/infra: ""}
  defaultRoute: true
  storage:
    s3: {bucket: prod-eu-1-registry, region: eu-west-1, encrypt: true, keyID: "arn:aws:kms:eu-west-1:1:key/1"}
    managementState: Unmanaged
  tolerations: [TOLERATIONS]
"#;

const REST: &str = r"
---
apiVersion: imageregistry.operator.openshift.io/v1
kind: ImagePruner
metadata: {name: cluster}
spec: {schedule: '0 0 * * *', suspend: false, keepTagRevisions: 3, keepYoungerThanDuration: 60m}
---
apiVersion: config.openshift.io/v1
kind: Image
metadata: {name: cluster}
spec: {additionalTrustedCA: {name: registry-cas}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: registry-cas, namespace: openshift-config}
data: {registry.example.com..5000: certificate}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: registry, namespace: openshift-image-registry}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 100Gi}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: image-registry-private-configuration-user, namespace: openshift-image-registry}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {creationPolicy: Orphan}
  data: [{secretKey: REGISTRY_STORAGE_S3_ACCESSKEY, remoteRef: {key: registry, property: accessKey}}]
";

fn main() {
    let toleration = "{key: infra, effect: NoSchedule, operator: Exists, value: a}";
    let text = CONFIG.replace("TOLERATIONS", &[toleration; 50].join(", "));
    let config = read(&text).remove(0);
    let kind = schema::find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
    let minor = Minor::of(4, 19);
    println!("one config of {} values", count(&config));
    measure("  walked, the first time in the process", 1, || {
        assert!(walk(kind.schema, &config, minor, Manner::OBJECT).faults.is_empty());
    });
    measure("  walked", 2000, || {
        black_box(walk(kind.schema, black_box(&config), minor, Manner::OBJECT));
    });
    let bundle = read(&(CONFIG.replace("TOLERATIONS", toleration) + REST));
    println!("a bundle of {} objects, {} values", bundle.len(), bundle.iter().map(count).sum::<usize>());
    for target in ["4.19", "4.12..4.22"] {
        measure(&format!("  validated on {target}"), 2000, || {
            let mut findings = Findings::new();
            manifests(black_box(&bundle), target.parse::<Target>().unwrap(), &mut findings);
            assert!(findings.is_empty(), "{findings:?}");
        });
    }
}

fn read(text: &str) -> Vec<Node> {
    let source = Source::new("bench.yaml", text, SourceKind::User);
    documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap()
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::Map(map) => 1 + map.values().map(|entry| count(&entry.node)).sum::<usize>(),
        Value::Seq(items) => 1 + items.iter().map(count).sum::<usize>(),
        _ => 1,
    }
}

fn measure(what: &str, n_runs: usize, mut run: impl FnMut()) {
    let mut times: Vec<Duration> = (0..n_runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!("{what}: best {:.1}, median {:.1}", micros(times[0]), micros(times[n_runs / 2]));
}
