//! A must-gather in memory, laid out as `oc adm` lays it out.

use super::*;
use crate::world::MemWorld;

const IMAGE: &str = "quay-io-openshift-release-dev-ocp-v4-0-art-dev-sha256-0123";

const CONFIG: &str = "---\napiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\nspec: {replicas: 2}\n";
const MAPS: &str = "---\napiVersion: v1\nitems:\n- metadata: {name: cas, namespace: openshift-config}\n  data: {a: b}\nkind: ConfigMapList\n";
const CRDS: &str = "---\nkind: List\napiVersion: v1\nitems:\n- {kind: CustomResourceDefinition, metadata: {name: images.config.openshift.io}}\n";

fn world(prefix: &str) -> MemWorld {
    let files = [
        ("cluster-scoped-resources/imageregistry.operator.openshift.io/configs/cluster.yaml", CONFIG),
        ("namespaces/openshift-config/core/configmaps.yaml", MAPS),
        (
            "namespaces/openshift-config/openshift-config.yaml",
            "---\nkind: Namespace\nmetadata: {name: openshift-config}\n",
        ),
        ("namespaces/ns/pods/p-1/p-1.yaml", "---\nkind: Pod\nmetadata: {name: p-1, namespace: ns, labels: {a: b}}\n"),
        ("cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions.yaml", CRDS),
        ("namespaces/ns/core/persistentvolumeclaims.yaml", "---\nkind: [\n"),
    ];
    let files: Vec<(String, &str)> = files.map(|(path, text)| (format!("{prefix}{path}"), text)).into();
    MemWorld::new(files.iter().map(|(path, text)| (path.as_str(), *text)))
}

fn id(api_version: &str, kind: &str, namespace: &str, name: &str) -> ObjectId {
    let resource = match crate::schema::find(api_version, kind) {
        Some(kind) => Resource::of(kind),
        None => Resource {
            group: crate::name::group(api_version).into(),
            version: "v1".into(),
            plural: format!("{}s", kind.to_lowercase()),
            kind: kind.into(),
            namespaced: !namespace.is_empty(),
        },
    };
    ObjectId { resource, namespace: namespace.into(), name: name.into() }
}

fn get(world: &MemWorld, id: &ObjectId) -> Answer<Node> {
    MustGather::open(world, "must-gather").unwrap().get(std::slice::from_ref(id)).remove(0)
}

fn is_there(answer: &Answer<Node>) -> bool {
    matches!(answer, Answer::There(_))
}

#[test]
fn objects_are_found_in_their_own_files_and_in_lists_below_images_or_at_the_top() {
    for prefix in ["", &format!("{IMAGE}/"), &format!("must-gather.local.1/{IMAGE}/")] {
        let world = world(prefix);
        assert!(is_there(&get(&world, &id("imageregistry.operator.openshift.io/v1", "Config", "", "cluster"))));
        assert!(is_there(&get(&world, &id("v1", "Namespace", "", "openshift-config"))));
        assert!(is_there(&get(&world, &id("v1", "Pod", "ns", "p-1"))));
        let map = get(&world, &id("v1", "ConfigMap", "openshift-config", "cas"));
        let Answer::There(map) = map else { panic!("{map:?}") };
        assert_eq!(map.get("kind").and_then(Node::as_str), Some("ConfigMap"), "a typed list leaves the kind out");
    }
}

#[test]
fn only_what_its_list_lacks_is_known_not_to_be_there() {
    let world = world("");
    let answer = get(&world, &id("v1", "ConfigMap", "openshift-config", "other"));
    assert!(matches!(answer, Answer::Absent(Absent::Object)), "{answer:?}");
    let answer = get(&world, &id("v1", "ConfigMap", "elsewhere", "other"));
    assert!(matches!(&answer, Answer::Unknown(unknown) if unknown.why == Why::NotCollected), "{answer:?}");
    let answer = get(&world, &id("imageregistry.operator.openshift.io/v1", "ImagePruner", "", "cluster"));
    assert!(
        matches!(answer, Answer::Absent(Absent::Kind)),
        "all definitions were collected, without its own: {answer:?}"
    );
    let answer = get(&world, &id("config.openshift.io/v1", "Image", "", "cluster"));
    assert!(matches!(&answer, Answer::Unknown(unknown) if unknown.why == Why::NotCollected), "{answer:?}");
}

#[test]
fn what_cannot_be_read_is_said_with_its_file() {
    let answer = get(&world(""), &id("v1", "PersistentVolumeClaim", "ns", "a"));
    let Answer::Unknown(unknown) = answer else { panic!("{answer:?}") };
    assert!(unknown.message.contains("namespaces/ns/core/persistentvolumeclaims.yaml"), "{}", unknown.message);
}

#[test]
fn no_name_is_a_way_out_of_the_directory() {
    let world = world("");
    for name in ["../../x", "..", "", "a/b", "a\\b", "\0"] {
        for namespace in ["openshift-config", "..", "a/b"] {
            let answer = get(&world, &id("v1", "ConfigMap", namespace, name));
            assert!(!is_there(&answer), "{namespace}/{name}");
        }
    }
}

#[test]
fn lists_are_of_all_namespaces_or_of_one() {
    let world = world("");
    let live = MustGather::open(&world, "must-gather").unwrap();
    let count = |plural: (&str, &str), namespace: &str, labels: &str| {
        let resource = id("v1", plural.0, "ns", "").resource;
        let resource = Resource { plural: plural.1.into(), ..resource };
        let listing = Listing { resource, namespace: namespace.into(), labels: labels.into() };
        match live.list(&[listing]).remove(0) {
            Answer::There(found) => Some(found.len()),
            _ => None,
        }
    };
    assert_eq!(count(("ConfigMap", "configmaps"), "", ""), Some(1));
    assert_eq!(count(("Pod", "pods"), "ns", "a=b"), Some(1));
    assert_eq!(count(("Pod", "pods"), "ns", "a=c"), Some(0));
    assert_eq!(count(("Secret", "secrets"), "openshift-config", ""), None);
}

#[test]
fn a_directory_without_anything_collected_is_none() {
    assert!(MustGather::open(&MemWorld::new([("a/b.yaml", "")]), "a").is_none());
}
