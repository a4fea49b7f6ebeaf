//! What is asked of a server that behaves, and what is made of its answers.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::live::{Absent, Apply, Listing, Live};
use crate::tree::{Place, Source, SourceKind, json as tree};

fn node(value: &Json) -> Node {
    tree::value(&Source::new("test", value.to_string(), SourceKind::User)).unwrap()
}

fn place() -> Place {
    Place::start_of(&Source::new("test", "", SourceKind::User))
}

#[test]
fn an_object_is_read_by_one_request_that_says_who_asks() {
    let server = Server::start(|_, _| Reply::json(200, &body(&config())));
    let client = client_of(server.port);
    assert_eq!(client.called(), format!("127.0.0.1:{} (context prod)", server.port));
    assert_eq!(server.seen().len(), 0, "nothing is asked before it is needed");
    let answers = client.get(&[config()]);
    assert_eq!(text(there(&answers[0]), &["kind"]), "Config");
    let [seen] = &*server.seen() else { panic!("more than one request") };
    assert_eq!(seen.line, "GET /apis/imageregistry.operator.openshift.io/v1/configs/cluster");
    for header in
        [format!("authorization: bearer {TOKEN}"), format!("user-agent: regcfg/{}", env!("CARGO_PKG_VERSION"))]
    {
        assert!(seen.headers.contains(&header.to_ascii_lowercase()), "{}", seen.headers);
    }
}

#[test]
fn all_objects_are_asked_for_at_once_but_no_more_than_allowed() {
    let server = Server::start(|_, seen| {
        let name = seen.line.rsplit('/').next().unwrap().to_owned();
        Reply::Late(Duration::from_millis(100), Box::new(Reply::json(200, &body(&config_map("n", &name)))))
    });
    let client = client_within(server.port, Limits { in_flight: 8, ..limits() });
    let ids: Vec<ObjectId> = (0..24).map(|at| config_map("n", &format!("m{at}"))).collect();
    let begun = Instant::now();
    let answers = client.get(&ids);
    assert!(begun.elapsed() < Duration::from_millis(24 * 100), "one after the other: {:?}", begun.elapsed());
    assert_eq!(server.most_at_once(), 8);
    for (id, answer) in ids.iter().zip(&answers) {
        assert_eq!(text(there(answer), &["metadata", "name"]), id.name);
    }
}

#[test]
fn what_is_not_there_is_told_apart_and_namespaces_are_asked_for_once() {
    let server = Server::start(|_, seen| match seen.line.as_str() {
        line if line.contains("/nowhere/") => {
            Reply::status(404, "NotFound", "configmaps \"a\" not found", &json!({"name": "a", "kind": "configmaps"}))
        }
        line if line.ends_with("/here/configmaps/b") => Reply::json(200, &body(&config_map("here", "b"))),
        line if line.contains("/here/") || line.contains("/closed/") => {
            Reply::status(404, "NotFound", "configmaps \"a\" not found", &json!({"name": "a", "kind": "configmaps"}))
        }
        line if line.ends_with("/namespaces/nowhere") => {
            Reply::status(404, "NotFound", "no", &json!({"name": "nowhere", "kind": "namespaces"}))
        }
        line if line.ends_with("/namespaces/closed") => Reply::status(403, "Forbidden", "cannot get", &json!({})),
        line if line.contains("/routes/") => Reply::text(404, "404 page not found\n"),
        _ => Reply::status(404, "NotFound", "the server could not find the requested resource", &json!({})),
    });
    let client = client_of(server.port);
    let route =
        ObjectId { resource: resource("route.openshift.io", "v1", "routes", "Route", true), ..config_map("n", "r") };
    let ids = [
        config_map("nowhere", "a"),
        config_map("nowhere", "c"),
        config_map("here", "a"),
        config_map("here", "b"),
        config_map("closed", "a"),
        route,
        config(),
    ];
    let absent = |answer: &Answer<Node>| match answer {
        Answer::Absent(absent) => Some(*absent),
        _ => None,
    };
    let expected = [
        Some(Absent::Namespace),
        Some(Absent::Namespace),
        Some(Absent::Object),
        None,
        Some(Absent::Object),
        Some(Absent::Kind),
        Some(Absent::Kind),
    ];
    for _ in 0..2 {
        let answers = client.get(&ids);
        assert_eq!(answers.iter().map(absent).collect::<Vec<_>>(), expected, "{answers:?}");
    }
    let mut namespaces = server.lines();
    namespaces.retain(|line| line.split('/').count() == 5 && line.contains("/namespaces/"));
    namespaces.sort();
    assert_eq!(namespaces, ["GET /api/v1/namespaces/closed", "GET /api/v1/namespaces/nowhere"]);
}

#[test]
fn a_list_is_read_page_by_page_and_its_items_know_their_kind() {
    let server = Server::start(|at, seen| {
        let item = |name: &str| json!({"metadata": {"name": name}});
        match at {
            0 => Reply::json(
                200,
                &json!({"kind": "ConfigMapList", "metadata": {"continue": "old"}, "items": [item("a")]}),
            ),
            1 => Reply::status(410, "Expired", "too old", &json!({})),
            2 => Reply::json(
                200,
                &json!({"kind": "ConfigMapList", "metadata": {"continue": "x/y"}, "items": [item("a")]}),
            ),
            _ if seen.line.contains("continue=x%2Fy") => {
                Reply::json(200, &json!({"kind": "ConfigMapList", "metadata": {}, "items": [item("b")]}))
            }
            _ => Reply::HangUp,
        }
    });
    let listing = Listing {
        resource: config_map("", "").resource,
        namespace: "n".into(),
        labels: "regcfg.dev/cluster=prod".into(),
    };
    let lists = client_of(server.port).list(&[listing]);
    let items = there(&lists[0]);
    assert_eq!(items.iter().map(|item| text(item, &["metadata", "name"])).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!([text(&items[0], &["apiVersion"]), text(&items[0], &["kind"])], ["v1", "ConfigMap"]);
    assert_eq!(
        server.lines()[0],
        "GET /api/v1/namespaces/n/configmaps?limit=500&labelSelector=regcfg.dev%2Fcluster%3Dprod"
    );
}

#[test]
fn a_dry_run_sends_what_is_rendered_and_never_a_secret() {
    let server =
        Server::start(|_, _| Reply::json(201, &body(&config())).with_header("Warning: 299 - \"spec.a is deprecated\""));
    let client = client_of(server.port);
    let rendered = node(&body(&config()));
    let secret = ObjectId { resource: resource("", "v1", "secrets", "Secret", true), ..config_map("n", "s") };
    let held = Node::map([("data", Node::string("hidden", place()))], place());
    let apply =
        |object: ObjectId, applied| Apply { object, applied, field_manager: "argocd-controller".into(), force: true };
    let told = client.dry_run(&[apply(secret, &held), apply(config(), &rendered)]).unwrap();
    assert_eq!(obstacle(&told[0]).why, Why::NoDryRun);
    assert_eq!(there(&told[1]).warnings, ["spec.a is deprecated"]);
    let [seen] = &*server.seen() else { panic!("a Secret was sent") };
    assert_eq!(
        seen.line,
        "PATCH /apis/imageregistry.operator.openshift.io/v1/configs/cluster?dryRun=All&fieldManager=argocd-controller&fieldValidation=Strict&force=true"
    );
    assert_eq!(serde_json::from_str::<Json>(&seen.body).unwrap(), body(&config()));
    assert!(seen.headers.contains("content-type: application/apply-patch+yaml"), "{}", seen.headers);
}

#[test]
fn who_acts_as_another_says_so() {
    let server = Server::start(|_, _| Reply::json(200, &body(&config())));
    let cluster = json!({"server": format!("http://127.0.0.1:{}", server.port)});
    let act_as = super::super::As { user: Some("bob".into()), groups: vec!["a".into(), "b".into()] };
    let terms = Terms { act_as, ..terms() };
    let client = connect(&cluster, &json!({"token": TOKEN, "as": "other"}), &terms, limits()).unwrap();
    there(&client.get(&[config()])[0]);
    let headers = &server.seen()[0].headers;
    let said: Vec<&str> = headers.lines().filter(|line| line.starts_with("impersonate-")).collect();
    assert_eq!(said, ["impersonate-user: bob", "impersonate-group: a", "impersonate-group: b"]);
}
