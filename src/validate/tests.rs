//! Tests of the stage: objects on minors, merged onto what is there, and what is not checked.

use super::*;
use crate::diag::Severity;
use crate::tree::parse::{Reading, documents};
use crate::tree::{Source, SourceKind};

fn findings(target: &str, text: &str) -> Findings {
    let source = Source::new("a.yaml", text, SourceKind::User);
    let mut findings = Findings::new();
    let objects = documents(&source, Reading::AsKubectl, &mut findings).unwrap();
    manifests(&objects, target.parse().unwrap(), &mut findings);
    findings.sort_for_showing();
    findings
}

/// Checks manifests on a target; an expected finding is `code text at its place: message`.
fn check(target: &str, text: &str, expected: &[&str]) {
    let shown: Vec<String> = findings(target, text)
        .iter()
        .map(|finding| format!("{} {}: {}", finding.code.id, finding.place.text(), finding.message))
        .collect();
    assert_eq!(shown, expected);
}

fn config(spec: &str) -> String {
    let head = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\nspec:\n  ";
    head.to_owned() + &spec.replace('\n', "\n  ")
}

#[test]
fn each_code_explains_itself_with_a_manifest_that_has_it_and_one_that_is_right() {
    let is_rules = |code: &str| rules::RULES.iter().any(|rule| rule.code.id == code);
    // What expires soon is said by `check --expiring` alone, and `validate` does not know of it.
    let is_ours = |code: &str| code.starts_with("RC05") && !is_rules(code) && code != codes::EXPIRING_CERTIFICATE.id;
    for code in codes::ALL.iter().filter(|code| is_ours(code.id)) {
        let mut fences = code.explanation.split("```yaml\n").skip(1).filter_map(|text| text.split("```").next());
        let (Some(bad), Some(good)) = (fences.next(), fences.next()) else { panic!("{} has no examples", code.id) };
        if bad.contains("ClusterRegistry") {
            continue;
        }
        let found = findings("4.22", bad);
        assert!(found.iter().any(|finding| finding.code == *code), "{}: {found:#?}", code.id);
        assert!(findings("4.22", good).is_empty(), "{}: {:#?}", code.id, findings("4.22", good));
    }
}

#[test]
fn a_part_of_what_the_operator_bootstraps_is_a_whole_manifest() {
    check("4.4..5.1", &config("defaultRoute: true"), &[]);
    check("4.4..5.1", "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}", &[]);
    let other = config("defaultRoute: true").replace("name: cluster", "name: other");
    let no_effect = "RC0516 other: `Config` has no effect under the name `other`";
    check("4.19", &other, &["RC0504 spec: `spec.replicas` is missing"]);
    check("4.19", &(other + "\n  replicas: 1"), &[no_effect]);
}

#[test]
fn nulls_are_dropped_since_4_7() {
    let manifest = config("replicas: 1\nproxy: null");
    check("4.7", &manifest, &[]);
    let fault = "RC0503 null: `spec.proxy` must be a mapping, not null";
    check("4.6", &manifest, &[fault]);
    check("4.6..4.7", &manifest, &[&format!("{fault}, on 4.6")]);
}

#[test]
fn the_rule_on_network_access_sees_defaults() {
    let azure = |access: &str| config(&format!("replicas: 1\nstorage: {{azure: {{networkAccess: {access}}}}}"));
    let says = "networkAccess: `spec.storage.azure.networkAccess` breaks a rule of the API: internal is forbidden when \
                type is not Internal";
    check("4.15", &azure("{type: Internal, internal: {vnetName: vnet}}"), &[]);
    check("4.15", &azure("{type: External}"), &[]);
    check("4.15", &azure("{type: External, internal: {}}"), &[&format!("RC0510 {says}")]);
    check("4.15..5.1", &azure("{internal: {}}"), &[&format!("RC0510 {says}")]);
}

#[test]
fn registries_have_a_form_since_4_23() {
    let image = |sources: &str| {
        let head = "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\n";
        format!("{head}spec: {{registrySources: {{{sources}}}}}")
    };
    let good = "quay.io, '*.example.com', 'host:5000/a/b_c'";
    check("4.22..5.1", &image(&format!("allowedRegistries: [{good}]")), &[]);
    let says = "`spec.registrySources.insecureRegistries[0]` breaks a rule of the API: each registry must be a valid \
                hostname[:port][/path] or wildcard *.hostname format without tags or digests, on 4.23 to 5.1";
    check("4.22..5.1", &image("insecureRegistries: ['a.io/b:latest']"), &[&format!("RC0510 'a.io/b:latest': {says}")]);
    let both = "registrySources: `spec.registrySources` breaks a rule of the API: Only one of blockedRegistries or \
                allowedRegistries may be set";
    let sources = image("allowedRegistries: [a.io], blockedRegistries: [b.io]");
    check("4.17", &sources, &[]);
    check("4.17..4.19", &sources, &[&format!("RC0510 {both}, on 4.18 to 4.19")]);
}

#[test]
fn metadata_is_checked_as_the_api_server_does() {
    let map = |metadata: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}");
    check("4.19", &map("{namespace: a}"), &["RC0504 metadata: `metadata.name` is missing"]);
    let name = "`metadata.name` must be a DNS name in lower case (letters, digits, `-` and `.`), not `A_b`";
    check("4.19", &map("{name: A_b, namespace: a}"), &[&format!("RC0506 A_b: {name}")]);
    let label = "the value of the label `a` must be at most 63 letters, digits, `-`, `_` and `.`, beginning and ending \
                 with a letter or digit, not `-x`";
    check("4.19", &map("{name: a, namespace: a, labels: {a: -x}}"), &[&format!("RC0506 -x: {label}")]);
    let labels = map("{name: a, namespace: a, labels: {a: 1}}");
    check("4.19", &labels, &["RC0503 1: `metadata.labels.a` must be a string, not a whole number"]);
    let annotations = map(&format!("{{name: a, namespace: a, annotations: {{b: {}}}}}", "x".repeat(300_000)));
    let size = "annotations: the annotations have 300001 bytes, more than the 262144 that the API server takes";
    check("4.19", &annotations, &[&format!("RC0507 {size}")]);
}

#[test]
fn values_of_secrets_are_never_said() {
    let secret =
        |data: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: b}}\ndata: {data}");
    for data in ["{a: hunter2!}", "{a: [hunter2!]}", "hunter2!", "{a: 17}"] {
        for finding in &findings("4.19", &secret(data)) {
            let said = format!("{} {:?} {:?}", finding.message, finding.help, finding.notes);
            assert!(!said.contains("hunter2") && !said.contains("17"), "{data}: {said}");
        }
    }
    check("4.19", &secret("{a: hunter2!}"), &["RC0506 hunter2!: `data.a` must be base64"]);
}

#[test]
fn contents_have_their_limits() {
    let map = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: b}}\n{data}");
    let big = map(&format!("data: {{a: {}}}", "x".repeat((1 << 20) + 1)));
    let size = "apiVersion: the values have more than the 1048576 bytes that the API server takes";
    check("4.19", &big, &[&format!("RC0507 {size}")]);
    check("4.19", &map(&format!("data: {{a: {}}}", "x".repeat(1 << 20))), &[]);
    let name = "a:b: the name `a:b` must be letters, digits, `-`, `_` and `.`";
    check("4.19", &map("data: {\"a:b\": x}"), &[&format!("RC0506 \"{}", name.replacen("a:b", "a:b\"", 1))]);
    check("4.19", &map("data: {..a: x}"), &["RC0506 ..a: the name `..a` must not be `.` or begin with `..`"]);
    check("4.19", &map("data: {a..5000: x}"), &[]);
}

#[test]
fn a_claim_asks_for_something() {
    let claim = |modes: &str, size: &str| {
        let head = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a, namespace: b}\nspec:\n";
        format!("{head}  accessModes: {modes}\n  resources: {{requests: {{storage: {size}}}}}")
    };
    check("4.4..5.1", &claim("[ReadWriteMany]", "100Gi"), &[]);
    check("4.4..5.1", &claim("[ReadWriteMany]", "0.5Gi"), &[]);
    check(
        "4.19",
        &claim("[ReadWriteMany]", "0Gi"),
        &["RC0507 0Gi: `spec.resources.requests.storage` must be more than nothing, not `0Gi`"],
    );
    let modes = "RC0505 RWX: `spec.accessModes[0]` must be one of `ReadWriteOnce`, `ReadOnlyMany`, `ReadWriteMany`, \
                 `ReadWriteOncePod`, not `RWX`";
    check("4.19", &claim("[RWX]", "1Gi"), &[modes]);
    let quantity = "`spec.resources.requests.storage` must be a quantity such as `500m`, `2` or `200Gi`, not `100GB`";
    check("4.19", &claim("[ReadWriteMany]", "100GB"), &[&format!("RC0506 100GB: {quantity}")]);
}

#[test]
fn one_fault_is_one_finding() {
    let text = config("replicas: two\nstorage: {s3: {bukcet: {a: [1]}}}");
    let found = findings("4.12..5.1", &text);
    assert_eq!(found.iter().count(), 2, "{found:#?}");
    assert!(found.iter().all(|finding| finding.severity == Severity::Error));
    assert!(found.iter().all(|finding| finding.object.as_deref() == Some("Config cluster")));
}

#[test]
fn objects_of_two_clusters_in_one_stream_are_two() {
    let of = |cluster: &str| {
        let metadata = format!("{{name: a, namespace: b, labels: {{regcfg.dev/cluster: {cluster}}}}}");
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\n---\n")
    };
    check("4.19", &(of("one") + &of("two")), &[]);
    check("4.19", &(of("one") + &of("one")), &["RC0514 a: `ConfigMap b/a` stands twice"]);
}

#[test]
fn lengths_are_counted_in_code_points() {
    let image = |entry: &str| {
        let head = "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\n";
        format!("{head}spec: {{registrySources: {{insecureRegistries: [{entry}]}}}}")
    };
    let code = |entry: &str| findings("5.1", &image(entry)).iter().map(|finding| finding.code.id).collect::<Vec<_>>();
    assert_eq!(code(&"é".repeat(256)), ["RC0510"], "short enough, though no host");
    assert_eq!(code(&"é".repeat(257)), ["RC0507"]);
}

#[test]
fn kinds_that_are_not_known_are_named_once() {
    let web = "apiVersion: apps/v1\nkind: Deployment\n---\n";
    let says = "`Deployment` of `apps/v1` is not checked: regcfg does not know the kind";
    check("4.19", &web.repeat(3), &[&format!("RC0512 Deployment: {says}")]);
    let typo = findings("4.19", "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Confg");
    assert_eq!(
        typo.iter().filter_map(|finding| finding.help.as_deref()).collect::<Vec<_>>(),
        ["did you mean `Config`?"]
    );
}

#[test]
fn what_the_operator_bootstraps_is_a_part_of_the_object() {
    let profiles = crate::profile::Profiles::builtin();
    let check = |platform: &str, bootstrapped: bool, spec: &str, expected: &[&str]| {
        let profile = profiles.get(platform).unwrap();
        let source = Source::new("a.yaml", config(spec), SourceKind::User);
        let mut findings = Findings::new();
        let objects = documents(&source, Reading::AsKubectl, &mut findings).unwrap();
        let bootstrap = if bootstrapped { Bootstrap::Profile(&profile) } else { Bootstrap::Nothing };
        objects_on(&objects, "4.4..5.1".parse().unwrap(), bootstrap, &mut findings);
        findings.sort_for_showing();
        let shown: Vec<String> =
            findings.iter().map(|finding| format!("{} {}", finding.code.id, finding.place.text())).collect();
        assert_eq!(shown, expected, "{findings:?}");
    };
    check("baremetal", true, "defaultRoute: true\nstorage: {pvc: {claim: a}}", &[]);
    check("baremetal", true, "routes: [{hostname: a}]", &["RC0504 {hostname"]);
    check("aws-upi", true, "storage: {s3: {bucket: a}}", &[]);
    check("baremetal", false, "defaultRoute: true", &["RC0504 spec", "RC0504 spec", "RC0504 spec"]);
}

#[test]
fn a_list_has_so_many_items_and_no_more() {
    let image = |n_items: usize| {
        let items = vec!["a.example.com"; n_items].join(", ");
        let spec = format!("registrySources: {{blockedRegistries: [{items}]}}");
        format!("apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {{name: cluster}}\nspec: {{{spec}}}")
    };
    let codes_of = |target: &str, n_items| {
        let codes = findings(target, &image(n_items)).into_iter().map(|finding| finding.code.id);
        codes.collect::<Vec<_>>()
    };
    assert_eq!(codes_of("4.23", 1024), [] as [&str; 0]);
    assert_eq!(codes_of("4.23", 1025), ["RC0507"]);
    assert_eq!(codes_of("4.22", 1025), [] as [&str; 0]);
}

#[test]
fn names_of_all_sorts_have_their_forms() {
    let map = |metadata: &str| {
        let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b";
        findings("4.19", &format!("{head}, {metadata}}}")).iter().map(|finding| finding.message.clone()).collect()
    };
    let says = |metadata: &str, words: &str| {
        let said: Vec<String> = map(metadata);
        assert!(said.len() == 1 && said[0].starts_with(words), "{metadata}: {said:?}");
    };
    says("generateName: A_", "`metadata.generateName` must begin");
    says("finalizers: [a/b/c]", "the finalizer `a/b/c` must be");
    says("generation: -1", "`metadata.generation` must be at least 0");
    says("labels: {a/b/c: x}", "the label key `a/b/c` must be");
    says("annotations: {-a: x}", "the annotation key `-a` must be");
    says("creationTimestamp: soon", "`metadata.creationTimestamp` must be a time");
    assert_eq!(map("generateName: a-, finalizers: [a/b], generation: 1"), Vec::<String>::new());
    let namespaced =
        |namespace: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: {namespace}}}");
    let label = "must be at most 63 lowercase letters, digits and `-`, not";
    check("4.19", &namespaced("a.b"), &[&format!("RC0506 a.b: `metadata.namespace` {label} `a.b`")]);
    let named = |kind: &str, name: &str| format!("{kind}\nmetadata: {{name: {name}}}");
    let namespace = "apiVersion: v1\nkind: Namespace";
    check("4.19", &named(namespace, "a.b"), &[&format!("RC0506 a.b: `metadata.name` {label} `a.b`")]);
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules: []";
    check("4.19", &named(role, "system:A"), &[]);
    let path = "RC0506 a/b: `metadata.name` must be a name without `/` and `%` that is not `.` or `..`, not `a/b`";
    check("4.19", &named(role, "a/b"), &[path]);
}

#[test]
fn objects_of_a_list_are_checked_each() {
    let list =
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: A_b, namespace: a}}";
    assert_eq!(findings("4.19", list).iter().map(|finding| finding.code.id).collect::<Vec<_>>(), ["RC0506"]);
}

#[test]
fn metadata_takes_null_for_nothing_on_every_minor() {
    check("4.4..5.1", "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster, labels: null}", &[]);
}

#[test]
fn read_write_once_pod_is_the_only_mode() {
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a, namespace: b}\nspec:\n  \
                 accessModes: [ReadWriteOncePod, ReadWriteMany]\n  resources: {requests: {storage: 1Gi}}";
    check("4.19", claim, &["RC0509 ReadWriteOncePod: `ReadWriteOncePod` must be the only access mode"]);
}

/// Checks an update of a config on a minor; an expected finding is a code and the text at its place.
fn check_update(minor: Minor, old: &str, new: &str, expected: &[&str]) {
    let read = |spec: &str| {
        let source = Source::new("a.yaml", config(spec), SourceKind::User);
        documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap().remove(0)
    };
    let mut findings = Findings::new();
    update(&read(new), &read(old), minor, &mut findings);
    let shown: Vec<String> =
        findings.iter().map(|finding| format!("{} {}", finding.code.id, finding.place.text())).collect();
    assert_eq!(shown, expected, "{old} to {new} on {minor}: {findings:?}");
}

#[test]
fn an_update_is_forgiven_what_it_leaves_as_it_was_since_4_17() {
    let (before, since) = (Minor::of(4, 16), Minor::of(4, 17));
    let (old, new) = ("replicas: 1\nlogLevel: Loud", "replicas: 2\nlogLevel: Loud");
    check_update(before, old, new, &["RC0505 Loud"]);
    check_update(since, old, new, &[]);
    check_update(since, "replicas: 1", new, &["RC0505 Loud"]);
    check_update(since, "replicas: 1\nbogus: 1", "replicas: 1\nbogus: 1", &["RC0501 bogus"]);
    let network =
        |n| format!("replicas: {n}\nstorage: {{azure: {{networkAccess: {{type: External, internal: {{}}}}}}}}");
    check_update(before, &network(1), &network(2), &["RC0510 networkAccess"]);
    check_update(since, &network(1), &network(2), &[]);
}

#[test]
fn duplicates_and_atomic_mappings_are_forgiven_as_wholes() {
    let minor = Minor::of(4, 18);
    let claims = |claims: &str| format!("replicas: 1\nresources: {{claims: [{claims}]}}");
    let more = "{name: a, request: 5}, {name: b}";
    check_update(minor, &claims("{name: b}"), &claims(more), &["RC0503 5"]);
    let twice = "{name: a}, {name: a}";
    check_update(minor, &claims("{name: a}"), &claims(twice), &["RC0508 a"]);
    check_update(Minor::of(4, 16), &claims(twice), &claims(twice), &[]);
    let requests = |write: &str| format!("replicas: 1\nrequests: {{read: {{maxRunning: x}}, write: {{{write}}}}}");
    check_update(minor, &requests(""), &requests("maxRunning: 1"), &["RC0503 x"]);
}

#[test]
fn rules_of_the_api_are_not_decided_on_encrypted_values() {
    let network = "{type: 'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]', internal: {}}";
    let text = config(&format!("replicas: 1\nstorage: {{azure: {{networkAccess: {network}}}}}"))
        + "\nsops: {mac: m, version: 3.9.0}";
    let source = Source::new("a.yaml", text, SourceKind::User);
    let mut objects = documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap();
    for object in &mut objects {
        crate::tree::sops::open(object);
    }
    let judged = each_manifest(&objects, "4.19".parse().unwrap(), &Definitions::default());
    let said: Vec<&str> =
        judged[0].findings.iter().map(|finding| &*finding.message).filter(|said| said.contains("a rule of")).collect();
    let says = "a rule of the API on `spec.storage.azure.networkAccess` cannot be checked offline: it holds a secret";
    assert_eq!(said, [says]);
}

#[test]
fn a_quantity_is_a_number_or_a_text() {
    let limit = |value: &str| config(&format!("replicas: 1\nresources: {{limits: {{cpu: {value}}}}}"));
    check("4.19", &limit("2"), &[]);
    check("4.19", &limit("500m"), &[]);
    let message = "`spec.resources.limits.cpu` must be a whole number or a string, not a boolean";
    check("4.19", &limit("true"), &[&format!("RC0503 true: {message}")]);
}

#[test]
fn a_status_has_no_effect_and_a_kind_begins_with_a_minor() {
    let text = config("replicas: 1") + "\nstatus: {readyReplicas: 1}";
    check("4.19", &text, &["RC0516 status: `status` has no effect: only the cluster writes it"]);
    let mirrors = "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {name: a}\nspec: {}";
    check("4.13", mirrors, &[]);
    let reported = format!("{mirrors}\nstatus: {{conditions: []}}");
    let unknown = "RC0501 conditions: unknown field `conditions` in `status`";
    check("4.13", &reported, &["RC0516 status: `status` has no effect: only the cluster writes it", unknown]);
    let early = "RC0502 ImageDigestMirrorSet: `ImageDigestMirrorSet` exists since OpenShift 4.13; the target is 4.12";
    check("4.12", mirrors, &[early]);
}

#[test]
fn what_is_stored_has_its_defaults_and_no_empty_nulls() {
    let check = |spec: &str, expected: &str| {
        let read = |text: &str| {
            let source = Source::new("a.yaml", text, SourceKind::User);
            documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap().remove(0)
        };
        let stored = stored(&read(&config(spec)), Minor::of(4, 19)).unwrap();
        assert_eq!(stored.get("spec").unwrap().get("storage"), Some(&read(expected)), "{spec}");
    };
    let external = "{azure: {networkAccess: {type: External}}}";
    check("storage: {azure: {}}", external);
    check("storage: {azure: {networkAccess: null}}", external);
    check("storage: {azure: {networkAccess: {internal: null}}}", external);
    check("storage: {azure: {accountName: null, networkAccess: {}}}", external);
}

fn route(backends: &str) -> String {
    let head = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: a, namespace: b}\nspec:\n  ";
    format!("{head}to: {{kind: Service, name: main, weight: 1}}\n  alternateBackends: [{backends}]\n")
}

#[test]
fn items_are_told_apart_by_keys_that_may_have_defaults() {
    let twice = route("{kind: Service, name: web}, {name: web}");
    assert!(findings("4.19", &twice).iter().any(|finding| finding.code == &codes::OBJECT_DUPLICATE_ITEM));
    check("4.19", &route("{kind: Service, name: web}, {kind: Service, name: api}"), &[]);
}

#[test]
fn an_item_that_stays_as_it_was_is_forgiven_beside_one_that_comes() {
    let read = |text: &str| {
        let source = Source::new("a.yaml", text, SourceKind::User);
        documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap().remove(0)
    };
    let heavy = "{kind: Service, name: web, weight: 300}";
    let n_errors = |minor, old: &str, new: &str| {
        let mut findings = Findings::new();
        update(&read(&route(new)), &read(&route(old)), minor, &mut findings);
        findings.n_errors()
    };
    let more = format!("{heavy}, {{kind: Service, name: api}}");
    assert_eq!(n_errors(Minor::of(4, 19), heavy, &more), 0);
    assert_eq!(n_errors(Minor::of(4, 16), heavy, &more), 1);
    assert_eq!(n_errors(Minor::of(4, 19), "", heavy), 1);
}
