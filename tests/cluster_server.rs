//! The cluster of the live tests is what they take it for: a real API server with the CRDs of each minor, users whom RBAC
//! holds back, a log of all requests, and a proxy that is as bad as it is told to be.
//!
//! Ignored, with the reason, where `tests/cluster/build` has built no server and `KUBEBUILDER_ASSETS` names none;
//! `REGCFG_CLUSTER=required` makes that an error.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it looked at"
)]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use cluster::{ADMIN, Action, Asked, Cluster, Event, Rule, Says, Shown, crds, live};
use regcfg::target::Minor;
use serde_json::{Value as Json, json};

const CONFIGS: &str = "/apis/imageregistry.operator.openshift.io/v1/configs";

const IMAGES: &str = "/apis/config.openshift.io/v1/images";

const MAPS: &str = "/api/v1/namespaces/here/configmaps";

fn main() -> ExitCode {
    live::run_without_regcfg(live::tests![
        a_cluster_ends_without_a_trace,
        crds_of_each_minor_are_served,
        objects_are_judged_by_the_crds,
        an_example_is_applied_and_stored,
        users_may_do_what_they_are_granted,
        a_certificate_makes_a_user_known,
        requests_are_logged_with_what_they_send,
        a_webhook_refuses_and_warns,
        a_proxy_passes_on_what_no_rule_is_for,
        a_proxy_delays_and_refuses_and_hangs_up,
        a_proxy_passes_on_a_watch_as_it_comes,
        a_proxy_shows_wrong_certificates,
        what_is_unknown_is_said_as_it_is_read,
    ])
}

fn a_cluster_ends_without_a_trace(cluster: &Cluster) {
    let begin = Instant::now();
    let other = Cluster::another();
    println!("ready after {:?}", begin.elapsed());
    let (ca, proxy) = (other.ca(), other.proxy());
    other.namespace("only-there");
    assert_eq!(cluster.raw("GET", "/api/v1/namespaces/only-there", None).status, 404);
    assert_eq!(other.raw_through(&proxy, "GET", "/version", None).unwrap().status, 200);
    assert!(!other.audit().iter().any(Event::is_ours), "nobody else looks at what regcfg asks there");
    drop(other);
    assert!(!ca.exists(), "{}", ca.display());
    assert!(cluster.raw_through(&proxy, "GET", "/version", None).is_err(), "nobody is behind the proxy");
}

fn crds_of_each_minor_are_served(cluster: &Cluster) {
    let minors = crds::minors();
    for minor in &minors {
        let begin = Instant::now();
        cluster.apply_crds(&minor.to_string());
        println!("{} CRDs of {minor} are served after {:?}", crds::of(*minor).len(), begin.elapsed());
        let image = json!({"apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster"},
            "spec": {}});
        let made = cluster.raw("POST", IMAGES, Some(&image));
        assert_eq!(made.status, 201, "{minor}: {}", made.text());
    }
    cluster.apply_printed_crds(&Minor::newest_released().to_string());
    assert_eq!(cluster.raw("GET", IMAGES, None).json()["items"], json!([]), "objects go with their kind");
}

fn objects_are_judged_by_the_crds(cluster: &Cluster) {
    cluster.apply_crds("4.19");
    let strict = format!("{CONFIGS}?dryRun=All&fieldValidation=Strict");
    for (spec, word) in [
        (json!({"managementState": "Removed", "replicas": "1"}), "must be of type integer"),
        (json!({"managementState": "Removed", "replicas": 1, "replica": 1}), "unknown field \"spec.replica\""),
        (json!({"managementState": "Paused", "replicas": 1}), "spec.managementState"),
    ] {
        let answer = cluster.raw("POST", &strict, Some(&config(&spec)));
        let said = answer.json()["message"].as_str().unwrap().to_owned();
        assert!([400, 422].contains(&answer.status) && said.contains(word), "{spec}: {} {said}", answer.status);
    }
    assert_eq!(cluster.raw("GET", &format!("{CONFIGS}/cluster"), None).status, 404, "a dry run stores nothing");
}

fn an_example_is_applied_and_stored(cluster: &Cluster) {
    cluster.apply_crds("4.19");
    for namespace in ["openshift-config", "openshift-image-registry"] {
        cluster.namespace(namespace);
    }
    let manifests = rendered("examples/aws-upi");
    let said = cluster.apply(&manifests, &["--field-manager=argocd-controller"]);
    let objects: Vec<Json> = serde_yaml::from_multiple(&manifests).unwrap();
    assert_eq!(said.matches("serverside-applied").count(), objects.len(), "{said}");
    let stored = cluster.raw("GET", &format!("{CONFIGS}/cluster"), None).json();
    let sent = objects.iter().find(|object| object["kind"] == "Config").unwrap();
    assert_eq!(stored["spec"]["storage"], sent["spec"]["storage"]);
    assert_eq!(stored["metadata"]["managedFields"][0]["manager"], "argocd-controller");
}

fn users_may_do_what_they_are_granted(cluster: &Cluster) {
    cluster.namespace("here");
    let status = |user: &str, path: &str| cluster.raw_of(user, "GET", path, None).status;
    assert_eq!([status("reader", MAPS), status("nobody", MAPS), status(ADMIN, MAPS)], [403, 403, 200]);
    let denied = cluster.kubectl_of("nobody", &["get", "configmaps", "-n", "here"], "");
    assert!(!denied.status.success() && text(&denied.stderr).contains("Forbidden"), "{}", text(&denied.stderr));
    cluster.grant_in("here", "reader", &json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]));
    cluster.grant("applier", &json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "get"]}]));
    assert_eq!([status("reader", MAPS), status("applier", MAPS), status("nobody", MAPS)], [200, 200, 403]);
    let elsewhere = "/api/v1/namespaces/default/configmaps";
    assert_eq!([status("reader", elsewhere), status("applier", elsewhere)], [403, 200]);
    assert_eq!(status("reader", &format!("{MAPS}/map")), 403, "list is not get");
}

fn a_certificate_makes_a_user_known(cluster: &Cluster) {
    let kubeconfig = cluster.kubeconfig_with_certificate("certified");
    let output = Command::new("kubectl").args(["get", "configmaps"]).env("KUBECONFIG", kubeconfig).output().unwrap();
    assert!(text(&output.stderr).contains("User \"certified\" cannot list"), "{}", text(&output.stderr));
    assert!(cluster.audit().iter().any(|event| event.user == "certified" && event.status == 403));
}

fn requests_are_logged_with_what_they_send(cluster: &Cluster) {
    cluster.namespace("here");
    cluster.raw("POST", MAPS, Some(&map("secret-value")));
    cluster.raw("POST", &format!("{MAPS}?dryRun=All"), Some(&map("other-value")));
    cluster.raw_of("nobody", "GET", &format!("{MAPS}/map"), None);
    let events = cluster.audit();
    let said = |event: &Event| (event.verb.clone(), event.uri.clone(), event.user.clone(), event.status);
    let expected = [
        ("create", MAPS.to_owned(), ADMIN, 201),
        ("create", format!("{MAPS}?dryRun=All"), ADMIN, 409),
        ("get", format!("{MAPS}/map"), "nobody", 403),
    ];
    let expected = expected.map(|(verb, uri, user, status)| (verb.to_owned(), uri, user.to_owned(), status));
    let ours: Vec<Event> = events.into_iter().filter(|event| event.uri.starts_with(MAPS)).collect();
    assert_eq!(ours.iter().map(said).collect::<Vec<_>>(), expected);
    assert_eq!(ours[0].object["data"]["key"], "secret-value");
    assert!(ours.iter().all(|event| event.agent == "cluster-harness"));
    // What is looked for after each test would be found, did regcfg do it: a change, and a secret wherever it stands.
    let as_regcfg = ours.into_iter().map(|event| Event { agent: "regcfg/1.0".into(), ..event }).collect::<Vec<_>>();
    let n_faults = |place: usize, secret: &str| {
        Asked::of("test", &as_regcfg[place..=place], &[], &[secret.to_owned()]).faults(true).len()
    };
    assert_eq!([0, 1, 2].map(|place| n_faults(place, "secret-value")), [2, 0, 0]);
    assert_eq!([0, 1, 2].map(|place| n_faults(place, "cluster-harness")), [2, 1, 1], "in the header");
    assert_eq!([0, 1, 2].map(|place| n_faults(place, "/configmaps/map")), [1, 0, 1], "in the path");
    // Where it asks nothing, the file must say so.
    let nothing = Asked::of("test", &[], &[], &[]);
    assert_eq!([nothing.faults(true).len(), nothing.faults(false).len()], [1, 0]);
    assert_eq!(Asked::of("test", &as_regcfg[2..], &[], &[]).faults(false).len(), 1);
    assert_eq!(
        Asked::of("test", &[], &as_regcfg[..1], &["secret-value".into()]).faults(true).len(),
        2,
        "before a proxy"
    );
}

fn a_webhook_refuses_and_warns(cluster: &Cluster) {
    cluster.namespace("here");
    let create = || cluster.raw("POST", &format!("{MAPS}?dryRun=All"), Some(&map("value")));
    let strict = cluster.webhook("", &["configmaps"], Says::No("maps are not welcome"));
    let refused = create();
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.text().contains("denied the request: maps are not welcome"), "{}", refused.text());
    assert_eq!(strict.asked()[0]["data"]["key"], "value");
    drop(strict);
    let _lenient = cluster.webhook("", &["configmaps"], Says::Warns("maps are old"));
    // The API server forgets the first one a moment later.
    let begin = Instant::now();
    let taken = loop {
        let answer = create();
        if answer.status == 201 || begin.elapsed() > Duration::from_secs(60) {
            break answer;
        }
    };
    assert_eq!((taken.status, taken.header("Warning")), (201, Some("299 - \"maps are old\"")), "{}", taken.text());
}

fn a_proxy_passes_on_what_no_rule_is_for(cluster: &Cluster) {
    cluster.namespace("here");
    let proxy = cluster.proxy();
    let large = "x".repeat(300_000);
    let made = cluster.raw_through(&proxy, "POST", MAPS, Some(&map(&large))).unwrap();
    assert_eq!(made.status, 201, "{}", made.text());
    let read = cluster.raw_through(&proxy, "GET", &format!("{MAPS}/map"), None).unwrap();
    assert_eq!(read.json()["data"]["key"], large);
    let seen: Vec<String> = proxy.seen().into_iter().map(|seen| format!("{} {}", seen.method, seen.uri)).collect();
    assert_eq!(seen, [format!("POST {MAPS}"), format!("GET {MAPS}/map")]);
    let output = kubectl_through(cluster, &proxy, "nobody", &["get", "configmaps", "-n", "here"]);
    assert!(output.contains("User \"nobody\" cannot list"), "{output}");
    let output = kubectl_through(cluster, &proxy, ADMIN, &["get", "configmaps", "-n", "here", "-o", "name"]);
    assert!(output.contains("configmap/map"), "{output}");
}

fn a_proxy_delays_and_refuses_and_hangs_up(cluster: &Cluster) {
    cluster.namespace("here");
    let proxy = cluster.proxy();
    let get = |path: &str| cluster.raw_through(&proxy, "GET", path, None);
    proxy.rule(Rule::new("", Action::Delay(Duration::from_millis(200))));
    let begin = Instant::now();
    assert_eq!(get(MAPS).unwrap().status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(200), "{:?}", begin.elapsed());
    let busy = Action::refuse(429, "TooManyRequests", "made up").with_header("Retry-After", "1");
    proxy.rule(Rule::new("/configmaps", busy).method("GET").times(1));
    let refused = get(MAPS).unwrap();
    assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("1")));
    assert_eq!(refused.json()["reason"], "TooManyRequests");
    assert_eq!(get(MAPS).unwrap().status, 200, "once is over");
    proxy.reset();
    proxy.rule(Rule::new("/version", Action::Pass));
    proxy.rule(Rule::new("/configmaps", Action::HangUpAfter(10)));
    proxy.rule(Rule::new("/namespaces/here", Action::HangUp));
    assert!(get(MAPS).is_err(), "in the middle of the answer");
    assert!(get("/api/v1/namespaces/here").is_err(), "before the answer");
    assert_eq!(get("/version").unwrap().status, 200);
    assert_eq!(proxy.seen().len(), 3);
}

fn a_proxy_passes_on_a_watch_as_it_comes(cluster: &Cluster) {
    cluster.namespace("here");
    let proxy = cluster.proxy();
    let watching = std::thread::scope(|scope| {
        let path = format!("{MAPS}?watch=true&timeoutSeconds=3");
        let proxy = &proxy;
        let watching = scope.spawn(move || cluster.raw_through(proxy, "GET", &path, None).unwrap().text());
        while proxy.seen().is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        cluster.raw("POST", MAPS, Some(&map("value")));
        watching.join().unwrap()
    });
    assert!(watching.contains("\"ADDED\"") && watching.contains("\"map\""), "{watching}");
}

fn a_proxy_shows_wrong_certificates(cluster: &Cluster) {
    for (shown, word) in [
        (Shown::OfAnotherAuthority, "certificate signed by unknown authority"),
        (Shown::Expired, "certificate has expired"),
        (Shown::OfAnotherHost, "cannot validate certificate for 127.0.0.1"),
    ] {
        let proxy = cluster.proxy_showing(shown);
        let output = kubectl_through(cluster, &proxy, ADMIN, &["get", "--raw", "/version"]);
        assert!(output.contains(word), "{shown:?}: {output}");
        assert_eq!(proxy.seen(), [], "{shown:?}");
    }
}

/// What the client takes for a field, a namespace or a kind that is not there is what the real server says.
fn what_is_unknown_is_said_as_it_is_read(cluster: &Cluster) {
    cluster.apply_printed_crds("4.19");
    cluster.namespace("here");
    let strict = "?dryRun=All&fieldManager=m&fieldValidation=Strict&force=true";
    let apply = |path: &str, object: &Json| {
        let answer = cluster.patch("application/apply-patch+yaml", &format!("{path}{strict}"), object);
        (answer.status, answer.text())
    };
    let configs = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster";
    let map = |namespace: &str, field: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": namespace}, field: {}});
    let unknown = config(&json!({"managementState": "Managed", "replicas": 1, "replica": 1}));
    let wrong = config(&json!({"managementState": "Paused", "replicas": 1}));
    for ((status, said), code, words) in [
        (apply(configs, &unknown), 500, "failed to create typed patch object (/cluster; "),
        (apply(configs, &unknown), 500, "): .spec.replica: field not declared in schema"),
        (apply(configs, &wrong), 422, r#""field":"spec.managementState""#),
        (apply("/api/v1/namespaces/here/configmaps/a", &map("here", "dta")), 500, "): .dta: field not declared"),
        (apply("/api/v1/namespaces/gone/configmaps/a", &map("gone", "data")), 404, r#""kind":"namespaces""#),
    ] {
        assert!(status == code && said.contains(words), "{status} {said}");
    }
    for (path, words) in [
        ("/apis/nothing.example.com/v1/things/a", "404 page not found"),
        ("/apis/config.openshift.io/v1/things/a", "404 page not found"),
        ("/api/v1/things/a", r#""details":{}"#),
        ("/api/v1/namespaces/gone/configmaps/a", r#""kind":"configmaps""#),
    ] {
        let answer = cluster.raw("GET", path, None);
        assert!(answer.status == 404 && answer.text().contains(words), "{path} {}", answer.text());
    }
    let answer = cluster.raw("GET", "/api/v1/endpoints?limit=1", None);
    let warns = |(name, value): &(String, String)| name == "Warning" && value.starts_with("299 - \"");
    assert!(answer.headers.iter().any(warns), "{:?}", answer.headers);
}

fn config(spec: &Json) -> Json {
    let metadata = json!({"name": "cluster"});
    json!({"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config", "metadata": metadata, "spec": spec})
}

fn map(value: &str) -> Json {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"key": value}})
}

fn rendered(project: &str) -> String {
    let mut regcfg = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    regcfg.args(["render", "--day0", project]).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    let output = regcfg.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Returns all that kubectl says.
fn kubectl_through(cluster: &Cluster, proxy: &cluster::Proxy, user: &str, args: &[&str]) -> String {
    let mut kubectl = Command::new("kubectl");
    kubectl.args(args).env("KUBECONFIG", cluster.kubeconfig_through(proxy, user));
    let output = kubectl.output().unwrap();
    text(&output.stdout) + &text(&output.stderr)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
