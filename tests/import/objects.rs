//! What `regcfg import` makes of the objects of clusters: as an operator leaves them, as people wrote them, and as nobody should.

use std::collections::BTreeSet;
use std::fs;

use regcfg::import::{Imported, Refused, Why, Wish, import};
use regcfg::profile::Profiles;
use serde_json::{Value as Json, json};

use super::nodes;

/// What nobody must ever see again.
const CANARY: &str = "canary-7f3a91";

#[test]
fn every_field_is_in_the_spec_or_on_the_list_or_known_to_say_nothing() {
    let profiles = Profiles::builtin();
    let objects = everything();
    let wish = wish(&profiles);
    let whole = import(nodes(&objects), &wish).unwrap();
    let seen = |imported: &Imported| {
        format!(
            "{}\n{:?}\n{:?}",
            imported.spec,
            imported.files,
            imported.left.iter().map(|left| (&left.object, &left.path, &left.message)).collect::<Vec<_>>()
        )
    };
    let before = seen(&whole);
    let mut silent = BTreeSet::new();
    let mut n_leaves = 0;
    for (at, object) in objects.iter().enumerate() {
        for path in leaves(object) {
            n_leaves += 1;
            let mut without = objects.clone();
            remove(&mut without[at], &path);
            let after = match import(nodes(&without), &wish) {
                Ok(imported) => seen(&imported),
                Err(refused) => refused.message,
            };
            if after == before && !is_listed(&whole, object, &path) {
                silent.insert(format!("{} {}", object["kind"].as_str().unwrap(), path.join("/")));
            }
        }
    }
    let expected: BTreeSet<String> = SILENT.iter().map(|line| (*line).to_owned()).collect();
    let unexpected: Vec<&String> = silent.difference(&expected).collect();
    assert!(unexpected.is_empty(), "these fields are gone without a word: {unexpected:#?}");
    assert!(n_leaves > 80, "{n_leaves}");
}

/// Tells whether something around a field is on the list, as a whole.
fn is_listed(imported: &Imported, object: &Json, path: &[String]) -> bool {
    let mut shown = String::new();
    for step in path {
        match step.parse::<usize>() {
            Ok(_) => shown.extend(["[", step, "]"]),
            Err(_) if shown.is_empty() => shown.push_str(step),
            Err(_) => shown.extend([".", step]),
        }
    }
    let kind = object["kind"].as_str().unwrap_or_default();
    let mut of_object = imported.left.iter().filter(|left| left.object.starts_with(kind));
    of_object.any(|left| left.why != Why::Replaced && shown.starts_with(&left.path))
}

/// Fields that say nothing of what a cluster shall be, or that the object beside them says.
const SILENT: &[&str] = &[
    "Config apiVersion",
    "Config metadata/uid",
    "Config metadata/resourceVersion",
    "Config metadata/finalizers/0",
    "Config metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration",
    "Config spec/observedConfig",
    "Config spec/operatorLogLevel",
    "Config spec/requests/read/maxWaitInQueue",
    "Config spec/requests/write/maxWaitInQueue",
    // The same without it: what is not said is `Normal`, and not a level of its own.
    "Config spec/logLevel",
    "Config spec/storage/managementState",
    "Config status/readyReplicas",
    "Image apiVersion",
    "Image metadata/uid",
    "ConfigMap apiVersion",
    "PersistentVolumeClaim apiVersion",
    "PersistentVolumeClaim metadata/annotations/pv.kubernetes.io~1bind-completed",
    "PersistentVolumeClaim metadata/uid",
    "PersistentVolumeClaim spec/volumeMode",
    "PersistentVolumeClaim spec/volumeName",
    "PersistentVolumeClaim status/phase",
    "ImagePruner apiVersion",
    "ImageDigestMirrorSet apiVersion",
    "RoleBinding roleRef/apiGroup",
    "RoleBinding subjects/0/apiGroup",
];

#[test]
fn no_secret_of_a_cluster_is_in_what_is_written_or_told() {
    let profiles = Profiles::builtin();
    let encoded = "Y2FuYXJ5LTdmM2E5MQ==";
    let secret = |name: &str, kind: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": name, "namespace": "openshift-image-registry",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": format!("{{\"data\":\"{CANARY}\"}}")}},
            "data": {"REGISTRY_STORAGE_S3_ACCESSKEY": encoded, "REGISTRY_STORAGE_S3_SECRETKEY": encoded, ".dockerconfigjson": encoded},
            "stringData": {"other": CANARY}})
    };
    let mut config = everything().remove(0);
    config["spec"]["httpSecret"] = CANARY.into();
    config["spec"]["proxy"] =
        json!({"http": format!("http://user:{CANARY}@proxy.example.com:3128"), "https": "https://proxy.example.com"});
    config["spec"]["unsupportedConfigOverrides"] = json!({"token": CANARY, "password": CANARY});
    config["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = CANARY.into();
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cas", "namespace": "openshift-config"},
        "data": {"registry.example.com": format!("{}\n-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\n", pem())}});
    let image = json!({"apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster"},
        "spec": {"additionalTrustedCA": {"name": "cas"}}});
    let objects = [
        config,
        map,
        image,
        secret("image-registry-private-configuration-user", "Opaque"),
        secret("pull", "kubernetes.io/dockerconfigjson"),
    ];
    let imported = import(nodes(&objects), &wish(&profiles)).unwrap();
    let all = format!("{} {:?} {:?} {:?}", imported.spec, imported.files, imported.by, imported.left);
    assert!(!all.contains(CANARY) && !all.contains(encoded), "{all}");
    let told: Vec<&str> =
        imported.left.iter().filter(|left| left.why == Why::Secret).map(|left| left.path.as_str()).collect();
    assert!(told.contains(&"spec.httpSecret") && told.contains(&"spec.proxy.http"), "{told:?}");
    assert!(imported.spec.contains("https: https://proxy.example.com"), "{}", imported.spec);
    assert!(imported.spec.contains("key: REGISTRY_STORAGE_S3_SECRETKEY"), "{}", imported.spec);
}

#[test]
fn hosts_of_any_name_become_no_path() {
    let profiles = Profiles::builtin();
    let mut data = serde_json::Map::new();
    let hosts = [
        "../../etc/passwd",
        "a/b",
        "..",
        "",
        "A.example.com",
        "a.example.com",
        "con",
        "x..y..5000",
        "h..5000",
        "h..99999999",
        "-a",
        "a\u{1b}[2J",
        "a\nb",
        "$append",
    ];
    for host in hosts {
        data.insert(host.to_owned(), pem().into());
    }
    data.insert("h".repeat(300), pem().into());
    let objects = [
        everything().remove(0),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cas", "namespace": "openshift-config"}, "data": data}),
        json!({"apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster"}, "spec": {"additionalTrustedCA": {"name": "cas"}}}),
    ];
    let imported = import(nodes(&objects), &wish(&profiles)).unwrap();
    let mut names: Vec<&str> = imported.files.iter().map(|(path, _)| path.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["cas/_con.pem", "cas/a.example.com.pem", "cas/a.example.com_2.pem", "cas/h_5000.pem"]);
    let left: BTreeSet<&str> = imported
        .left
        .iter()
        .filter(|left| left.object.starts_with("ConfigMap"))
        .map(|left| left.path.as_str())
        .collect();
    assert_eq!(left.len(), hosts.len() + 1 - names.len(), "{left:?}");
    assert!(!imported.spec.contains('\u{1b}'));
}

#[test]
fn mirrors_of_several_objects_are_put_into_one_where_that_says_the_same() {
    let set = |kind: &str, name: &str, list: &str, mirrors: Json| {
        let version = if kind == "ImageContentSourcePolicy" {
            "operator.openshift.io/v1alpha1"
        } else {
            "config.openshift.io/v1"
        };
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": {list: mirrors}})
    };
    let idms = |name: &str, mirrors: Json| set("ImageDigestMirrorSet", name, "imageDigestMirrors", mirrors);
    let icsp = |name: &str, mirrors: Json| set("ImageContentSourcePolicy", name, "repositoryDigestMirrors", mirrors);
    let of = |source: &str, mirrors: &[&str]| json!({"source": source, "mirrors": mirrors});
    let profiles = Profiles::builtin();
    let imported = |objects: &[Json]| {
        let objects: Vec<Json> = std::iter::once(everything().remove(0)).chain(objects.iter().cloned()).collect();
        import(nodes(&objects), &wish(&profiles)).unwrap()
    };
    let several = imported(&[
        idms("idms-0", json!([of("a.example.com", &["m/a"])])),
        idms("idms-1", json!([of("b.example.com", &["m/b"]), of("a.example.com", &["m/a", "n/a"])])),
    ]);
    assert!(
        several.spec.contains("a.example.com:\n        mirrors:\n        - m/a\n        - n/a\n      b.example.com:"),
        "{}",
        several.spec
    );
    assert!(!several.spec.contains("name: registry-mirrors") && !several.spec.contains("kind: Image"));
    let replaced: Vec<&str> =
        several.left.iter().filter(|left| left.why == Why::Replaced).map(|left| left.object.as_str()).collect();
    assert_eq!(replaced, ["ImageDigestMirrorSet idms-0", "ImageDigestMirrorSet idms-1"]);

    let both = imported(&[idms("m", json!([of("a", &["m/a"])])), icsp("m", json!([of("a", &["m/a"])]))]);
    assert!(both.spec.contains("kind: Both\n    name: m\n"), "{}", both.spec);
    let old = imported(&[icsp("old", json!([of("a", &["m/a"])]))]);
    assert!(old.spec.contains("kind: ImageContentSourcePolicy\n    name: old\n"), "{}", old.spec);

    let mut never = of("a", &["m/a"]);
    never["mirrorSourcePolicy"] = "NeverContactSource".into();
    for contrary in [never, of("a", &["n/a", "m/a"])] {
        let torn = imported(&[idms("x", json!([of("a", &["m/a", "n/a"])])), idms("y", json!([contrary]))]);
        let left = torn.left.iter().find(|left| left.object == "ImageDigestMirrorSet y" && left.why == Why::Unusable);
        assert_eq!(left.map(|left| left.path.as_str()), Some("spec.imageDigestMirrors[0]"), "{:?}", torn.left);
    }
    let empty = imported(&[idms("registry-mirrors", json!([]))]);
    assert!(empty.spec.contains("imageDigestMirrors: {}"), "{}", empty.spec);
}

#[test]
fn bindings_of_the_registrys_roles_become_grants_and_those_of_openshift_are_silent() {
    let profiles = Profiles::builtin();
    let binding = |namespace: Option<&str>, name: &str, role: &str, subjects: Json| {
        let kind = if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
        let mut object = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}, "subjects": subjects});
        if let Some(namespace) = namespace {
            object["metadata"]["namespace"] = namespace.into();
        }
        object
    };
    let group = |name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name});
    let objects = [
        everything().remove(0),
        binding(
            Some("team-a"),
            "system:image-pullers",
            "system:image-puller",
            json!([group("system:serviceaccounts:team-a")]),
        ),
        binding(Some("team-a"), "registry-viewer-0", "registry-viewer", json!([group("devs")])),
        binding(Some("team-b"), "registry-viewer-0", "registry-viewer", json!([group("devs")])),
        binding(Some("team-c"), "registry-viewer-0", "registry-viewer", json!([group("others")])),
        binding(Some("team-a"), "admins", "registry-admin", json!([group("admins")])),
        binding(
            None,
            "Über:Pusher",
            "system:image-pusher",
            json!([{"kind": "ServiceAccount", "namespace": "ci", "name": "b"}, {"kind": "Robot", "name": "r"}]),
        ),
    ];
    let imported = import(nodes(&objects), &wish(&profiles)).unwrap();
    let access = imported.spec.split("  access:\n").nth(1).unwrap();
    assert_eq!(
        access,
        "    viewers:\n      registry-viewer-0:\n        groups:\n        - devs\n        namespaces:\n        - team-a\n        - team-b\n      registry-viewer-0-2:\n        groups:\n        - others\n        namespaces:\n        - team-c\n    pushers:\n      ber-pusher:\n        serviceAccounts:\n        - ci/b\n"
    );
    let told: Vec<String> = imported.left.iter().map(|left| format!("{} {}", left.object, left.path)).collect();
    assert!(told.contains(&"ClusterRoleBinding Über:Pusher subjects[1]".to_owned()), "{told:?}");
    assert!(told.contains(&"RoleBinding team-a/admins ".to_owned()), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("system:image-pullers")), "{told:?}");
}

#[test]
fn a_platform_is_told_by_the_infrastructure_or_the_storage_or_not_at_all() {
    let profiles = Profiles::builtin();
    let infrastructure = |kind: &str| {
        json!({"apiVersion": "config.openshift.io/v1", "kind": "Infrastructure", "metadata": {"name": "cluster"},
            "status": {"platformStatus": {"type": kind}, "apiServerURL": "https://api.lab.example.com:6443"}})
    };
    let config = |storage: Json| {
        json!({"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config", "metadata": {"name": "cluster"},
            "spec": {"managementState": "Managed", "replicas": 1, "storage": storage}})
    };
    let told = |objects: &[Json], name: Option<&str>| -> Result<(String, String), Refused> {
        let target = "4.19".parse().ok();
        let wish = Wish { profiles: &profiles, name, platform: None, target, files: false, has_no_user_secret: false };
        import(nodes(objects), &wish).map(|imported| (imported.platform, imported.name))
    };
    let platform = |storage: Json| told(&[config(storage)], Some("x")).map(|(platform, _)| platform);
    assert_eq!(
        told(&[infrastructure("VSphere"), config(json!({"pvc": {"claim": "c"}}))], None),
        Ok(("vsphere".into(), "lab".into()))
    );
    assert_eq!(told(&[infrastructure("None"), config(json!({"emptyDir": {}}))], None).unwrap().0, "baremetal");
    let managed =
        json!({"azure": {"accountName": "a", "container": "c-image-registry-x"}, "managementState": "Managed"});
    assert_eq!(told(&[infrastructure("Azure"), config(managed)], None).unwrap().0, "azure");
    assert_eq!(platform(json!({"s3": {"bucket": "b", "region": "r"}})), Ok("aws-upi".into()));
    assert_eq!(platform(json!({"gcs": {"bucket": "b"}})), Ok("gcp-upi".into()));
    let own = json!({"azure": {"accountName": "a", "container": "ccc"}, "managementState": "Unmanaged"});
    assert_eq!(platform(own), Ok("azure-upi".into()));
    for (storage, words) in [
        (json!({"pvc": {"claim": "c"}}), "`baremetal` and `vsphere`"),
        (json!({"s3": {"bucket": "b", "regionEndpoint": "https://rgw.example.com"}}), "`baremetal` and `vsphere`"),
        (json!({"swift": {"container": "c"}}), "no platform that is known here has storage of the kind `swift`"),
        (json!({}), "neither an Infrastructure nor storage"),
    ] {
        let refused = platform(storage.clone()).unwrap_err();
        assert!(refused.message.contains(words) && refused.help.contains("--platform"), "{storage}: {refused:?}");
    }
    let refused = told(&[infrastructure("Nutanix"), config(json!({"pvc": {"claim": "c"}}))], None).unwrap_err();
    assert!(
        refused.message.contains("`Nutanix`") && refused.help.contains("the nearest is `baremetal`"),
        "{refused:?}"
    );
}

#[test]
fn a_release_is_that_of_the_cluster_or_the_newest_that_has_all_fields() {
    let profiles = Profiles::builtin();
    let version = json!({"apiVersion": "config.openshift.io/v1", "kind": "ClusterVersion", "metadata": {"name": "version"},
        "status": {"desired": {"version": "4.17.1"}, "history": [{"state": "Partial", "version": "4.17.1"}, {"state": "Completed", "version": "4.16.30"}]}});
    let config = everything().remove(0);
    let target = |objects: &[Json], asked: Option<&str>| {
        let target = asked.and_then(|asked| asked.parse().ok());
        let wish = Wish {
            profiles: &profiles,
            name: Some("x"),
            platform: Some("aws-upi"),
            target,
            files: false,
            has_no_user_secret: false,
        };
        import(nodes(objects), &wish).map(|imported| (imported.target.to_string(), imported.by[2].clone()))
    };
    assert_eq!(target(&[config.clone(), version.clone()], None).unwrap().0, "4.16");
    let (asked, by) = target(&[config.clone(), version], Some("4.18")).unwrap();
    assert!(asked == "4.18" && by.contains("the ClusterVersion says 4.16.30"), "{by}");
    let policy = json!({"apiVersion": "operator.openshift.io/v1alpha1", "kind": "ImageContentSourcePolicy", "metadata": {"name": "x"},
        "spec": {"repositoryDigestMirrors": [{"source": "a", "mirrors": ["b"]}]}});
    let (newest, by) = target(&[config, policy], None).unwrap();
    assert!(newest == "4.22" && by.contains("--openshift"), "{newest} {by}");
}

#[test]
fn objects_of_two_clusters_and_two_states_of_one_object_are_refused() {
    let profiles = Profiles::builtin();
    let config = |cluster: &str, replicas: i64| {
        json!({"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
            "metadata": {"name": "cluster", "labels": {"regcfg.dev/cluster": cluster}}, "spec": {"managementState": "Managed", "replicas": replicas}})
    };
    let import_of = |objects: &[Json], name: Option<&str>| {
        let wish = Wish {
            profiles: &profiles,
            name,
            platform: Some("aws-upi"),
            target: None,
            files: false,
            has_no_user_secret: false,
        };
        import(nodes(objects), &wish)
    };
    let two = [config("a", 3), config("b", 4)];
    assert!(import_of(&two, None).unwrap_err().message.contains("of 2 clusters: `a`, `b`"));
    let one = import_of(&two, Some("b")).unwrap();
    assert!(one.spec.contains("replicas: 4") && one.left.iter().any(|left| left.why == Why::Unrelated), "{one:?}");
    assert!(import_of(&[config("a", 3), config("a", 4)], None).unwrap_err().message.contains("comes twice"));
    assert!(import_of(&[config("a", 3), config("a", 3)], None).is_ok());
    assert!(
        import_of(&[json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}})], Some("x")).is_err()
    );
}

/// Objects of a cluster that have something of everything; the first is the config CR.
fn everything() -> Vec<Json> {
    vec![
        json!({"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
            "metadata": {"name": "cluster", "uid": "u", "resourceVersion": "7", "labels": {"mine": "yes"},
                "finalizers": ["imageregistry.operator.openshift.io/finalizer"],
                "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "note": "x"}},
            "spec": {"managementState": "Managed", "replicas": 3, "defaultRoute": true, "logLevel": "Debug", "operatorLogLevel": "Normal",
                "observedConfig": {}, "httpSecret": "s", "nodeSelector": {"a/b": "c"}, "unknown": {"x": 1},
                "requests": {"read": {"maxWaitInQueue": "0s"}, "write": {"maxWaitInQueue": "0s"}},
                "routes": [{"name": "one", "hostname": "one.example.com", "secretName": "tls", "odd": 1}],
                "tolerations": [{"key": "k", "operator": "Exists", "typo": true}],
                "storage": {"managementState": "Unmanaged", "s3": {"bucket": "b", "region": "r", "trustedCA": {"name": "storage-ca"},
                    "cloudFront": {"baseURL": "https://d.example.com", "keypairID": "p", "privateKey": {"name": "n", "key": "k", "optional": true}}}}},
            "status": {"readyReplicas": 3}}),
        json!({"apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster", "uid": "u"},
            "spec": {"additionalTrustedCA": {"name": "cas"}, "registrySources": {"blockedRegistries": ["a.example.com"]}, "odd": true}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cas", "namespace": "openshift-config", "annotations": {"note": "x"}},
            "data": {"a.example.com": pem(), "a.example.com..5000": pem(), "not a host": pem(), "b.example.com": "no certificate"}, "binaryData": {"x": "eA=="}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "storage-ca", "namespace": "openshift-config"},
            "data": {"ca-bundle.crt": pem(), "other": "x"}}),
        json!({"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "ImagePruner", "metadata": {"name": "cluster"},
            "spec": {"schedule": "1 2 * * *", "suspend": true, "keepTagRevisions": 5, "odd": 1}}),
        json!({"apiVersion": "config.openshift.io/v1", "kind": "ImageDigestMirrorSet", "metadata": {"name": "m", "labels": {"mine": "yes"}},
            "spec": {"imageDigestMirrors": [{"source": "a", "mirrors": ["b", "c"], "mirrorSourcePolicy": "NeverContactSource", "odd": 1}, {"source": "empty"}], "odd": 2}}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "r", "namespace": "team-a"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "registry-viewer"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "u"}]}),
        json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {"name": "image-registry-private-configuration-user", "namespace": "openshift-image-registry"},
            "data": {"REGISTRY_STORAGE_S3_ACCESSKEY": "eA==", "REGISTRY_STORAGE_S3_SECRETKEY": "eA=="}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "other", "namespace": "x"}}),
    ]
}

fn wish(profiles: &Profiles) -> Wish<'_> {
    Wish {
        profiles,
        name: Some("x"),
        platform: Some("aws-upi"),
        target: "4.19".parse().ok(),
        files: true,
        has_no_user_secret: false,
    }
}

pub(crate) fn pem() -> String {
    regcfg::pem::certificates_only(&fs::read_to_string("tests/landing/ca.crt").expect("a certificate"))
}

/// Returns the paths of all values that hold no other.
fn leaves(tree: &Json) -> Vec<Vec<String>> {
    let below = |name: String, value: &Json| {
        let below = leaves(value);
        if below.is_empty() {
            return vec![vec![name]];
        }
        below.into_iter().map(|path| [vec![name.clone()], path].concat()).collect()
    };
    match tree {
        Json::Object(map) => map.iter().flat_map(|(name, value)| below(name.replace('/', "~1"), value)).collect(),
        Json::Array(items) => items.iter().enumerate().flat_map(|(at, value)| below(at.to_string(), value)).collect(),
        _ => Vec::new(),
    }
}

fn remove(tree: &mut Json, path: &[String]) {
    let Some((last, around)) = path.split_last() else { return };
    let Some(parent) = tree.pointer_mut(&around.iter().flat_map(|step| ["/", step]).collect::<String>()) else {
        return;
    };
    match parent {
        Json::Object(map) => _ = map.remove(&last.replace("~1", "/")),
        Json::Array(items) => _ = items.remove(last.parse::<usize>().expect("an index")),
        _ => {}
    }
}
