//! How long templates take: reading them, the first rendering of a shape, and every further one.
//!
//! `cargo bench --bench render` prints the best and the median of many runs, in microseconds per object.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and stops at what is wrong")]

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use regcfg::diag::Findings;
use regcfg::render::{Template, Templates};
use regcfg::target::Target;
use regcfg::tree::parse::{self, Reading};
use regcfg::tree::{Node, Source, SourceKind};

const SPEC: &str = r#"
cluster: {name: prod-eu-1}
labels: {regcfg.dev/cluster: prod-eu-1}
annotations: {a.example.com/one: "1", a.example.com/two: "2", a.example.com/three: "3"}
log: {level: Normal}
registry:
  managementState: Managed
  replicas: 3
  rolloutStrategy: RollingUpdate
  httpSecret: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  proxy: {http: "http://proxy:3128", https: "http://proxy:3128", noProxy: ".cluster.local"}
  requests: {read: {maxRunning: 10, maxInQueue: 20, maxWaitInQueue: 30s}, write: {maxRunning: 5, maxInQueue: 6, maxWaitInQueue: 7s}}
  resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {cpu: "1", memory: 1Gi}}
  nodeSelector: {node-role.kubernetes.io/infra: ""}
  tolerations: [{key: infra, effect: NoSchedule, operator: Exists}]
  defaultRoute: true
  disableRedirect: false
  readOnly: false
routes:
- {name: public, hostname: registry.example.com, secretName: public-tls}
- {name: internal, hostname: registry.internal, secretName: internal-tls}
storage:
  s3: {bucket: prod-eu-1-registry, region: eu-west-1, encrypt: true, keyID: "arn:aws:kms:eu-west-1:1:key/1", regionEndpoint: "https://s3.example.com", virtualHostedStyle: false}
  managementState: Unmanaged
platform: aws
"#;

const TEMPLATE: &str = r#"{# The configuration of the registry. #}
apiVersion: imageregistry.operator.openshift.io/v1
kind: Config
metadata:
  name: cluster
  labels: {{ labels }}
  annotations:
    {% for key, value in annotations|items %}
    {{ key }}: {{ value }}
    {% endfor %}
    example.com/of: {{ cluster.name }}-registry
spec:
  managementState: {{ registry.managementState }}
  operatorLogLevel: Normal
  logLevel: {{ log.level }}
  replicas: {{ registry.replicas }}
  rolloutStrategy: {{ registry.rolloutStrategy }}
  httpSecret: {{ registry.httpSecret }}
  {% if registry.proxy is defined %}
  proxy:
    http: {{ registry.proxy.http }}
    https: {{ registry.proxy.https }}
    noProxy: {{ registry.proxy.noProxy }}
  {% endif %}
  requests:
    read:
      maxRunning: {{ registry.requests.read.maxRunning }}
      maxInQueue: {{ registry.requests.read.maxInQueue }}
      maxWaitInQueue: {{ registry.requests.read.maxWaitInQueue }}
    write:
      maxRunning: {{ registry.requests.write.maxRunning }}
      maxInQueue: {{ registry.requests.write.maxInQueue }}
      maxWaitInQueue: {{ registry.requests.write.maxWaitInQueue }}
  resources:
    requests:
      cpu: {{ registry.resources.requests.cpu }}
      memory: {{ registry.resources.requests.memory }}
    limits:
      cpu: {{ registry.resources.limits.cpu }}
      memory: {{ registry.resources.limits.memory }}
  nodeSelector: {{ registry.nodeSelector }}
  tolerations: {{ registry.tolerations }}
  {% if target is since("4.13") %}
  unsupportedConfigOverrides: null
  {% endif %}
  defaultRoute: {{ registry.defaultRoute }}
  disableRedirect: {{ registry.disableRedirect }}
  readOnly: {{ registry.readOnly }}
  routes:
  {% for route in routes %}
  - name: {{ route.name }}
    hostname: {{ route.hostname }}
    secretName: {{ route.secretName }}
  {% endfor %}
  storage:
    managementState: {{ storage.managementState }}
    s3:
      bucket: {{ storage.s3.bucket }}
      region: {{ storage.s3.region }}
      regionEndpoint: {{ storage.s3.regionEndpoint }}
      virtualHostedStyle: {{ storage.s3.virtualHostedStyle }}
      encrypt: {{ storage.s3.encrypt }}
      keyID: {{ storage.s3.keyID }}
  observedConfig: null
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          namespaces: [openshift-image-registry]
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              docker-registry: default
"#;

fn main() {
    let mut findings = Findings::new();
    let spec = Source::new("cluster.yaml", SPEC, SourceKind::User);
    let context = parse::document(&spec, Reading::Strict, &mut findings).unwrap();
    let target: Target = "4.19".parse().unwrap();
    let templates = read(&mut findings);
    let object = render(&templates, &context, target);
    println!("{} lines of template, {} scalars", TEMPLATE.lines().count(), scalars(&object));

    measure("reading the template", || read(&mut Findings::new()));
    measure("the first rendering of a shape", || render(&read(&mut Findings::new()), &context, target));
    measure("every further rendering", || render(&templates, &context, target));

    for (what, text) in hostile() {
        let source = Source::new("t.j2", text, SourceKind::User);
        let mut findings = Findings::new();
        let began = Instant::now();
        let templates = Templates::new(vec![Template { name: "t.j2".into(), source }], &mut findings);
        let rendered = templates.and_then(|templates| templates.render(&context, target, &context, &mut findings));
        assert!(rendered.is_none());
        println!("{what:<40} refused after {:>8.1} ms", began.elapsed().as_secs_f64() * 1e3);
    }
}

/// Templates that use all they may.
fn hostile() -> Vec<(&'static str, String)> {
    let loops = |body: &str| {
        let mut text = String::from("{% set ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] %}");
        let _infallible = write!(text, "{}{body}{}", "{% for x in ten %}".repeat(9), "{% endfor %}".repeat(9));
        text
    };
    vec![
        ("an endless loop", loops("")),
        ("text without end", loops("x")),
        ("values without end", loops("- {{ x }}\n")),
        ("lists without end", loops("{{ ten }}")),
        ("text made without end", loops("{% set s = ten | join(registry.httpSecret) %}")),
        ("many values", format!("a: [{}]", "1,".repeat(120_000))),
    ]
}

fn read(findings: &mut Findings) -> Templates {
    let source = Source::new("config.yaml.j2", TEMPLATE, SourceKind::Profile);
    Templates::new(vec![Template { name: "config".into(), source }], findings).unwrap()
}

fn render(templates: &Templates, context: &Node, target: Target) -> Node {
    let mut findings = Findings::new();
    let rendered = templates.render(context, target, context, &mut findings);
    rendered.unwrap_or_else(|| panic!("{findings:?}")).remove(0).object
}

fn scalars(node: &Node) -> usize {
    match (node.as_map(), node.as_seq()) {
        (Some(map), _) => map.values().map(|entry| scalars(&entry.node)).sum(),
        (_, Some(items)) => items.iter().map(scalars).sum(),
        _ => 1,
    }
}

fn measure<T>(what: &str, mut run: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..2_000)
        .map(|_| {
            let began = Instant::now();
            black_box(run());
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!("{what:<40} best {:>7.1} µs, median {:>7.1} µs", micros(times[0]), micros(times[times.len() / 2]));
}
