//! A server that behaves badly: each obstacle is told, none hangs, and what can be answered is.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::live::{Absent, Apply, Live};
use crate::tree::{Source, SourceKind, json as tree};

/// Asks for a dry-run of the config CR that always gets one answer.
fn refused_dry_run(reply: Reply) -> Unknown {
    let server = Server::start(move |_, _| reply.clone());
    let rendered = json!({"spec": {"httpSecret": "s3cr3t-of-http", "replicas": 2}});
    let rendered = tree::value(&Source::new("test", rendered.to_string(), SourceKind::User)).unwrap();
    let apply = Apply { object: config(), applied: &rendered, field_manager: "regcfg".into(), force: true };
    let told = client_of(server.port).dry_run(&[apply]).unwrap();
    let mut unknown = obstacle(&told[0]).clone();
    unknown.message = without_port(&unknown.message, server.port);
    unknown
}

#[test]
fn a_login_that_is_not_accepted_is_tried_once_and_said_for_every_object() {
    let server = Server::start(|_, _| Reply::status(401, "Unauthorized", "Unauthorized", &json!({})));
    let client = client_within(server.port, Limits { in_flight: 1, ..limits() });
    let answers = client.get(&[config(), config_map("n", "a"), config_map("n", "b")]);
    assert_eq!(answers.len(), 3);
    for answer in &answers {
        let expected = format!(
            "cannot log in to 127.0.0.1:{} (context prod): the login is not accepted, or has run out (401)",
            server.port
        );
        assert_unknown(obstacle(answer), Why::Unauthorized, &expected);
        assert!(obstacle(answer).help.contains("oc whoami --context=prod"), "{}", obstacle(answer).help);
    }
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn who_may_not_gets_the_command_that_tells_and_the_rule_that_allows_it() {
    let message =
        r#"configs.imageregistry.operator.openshift.io "cluster" is forbidden: User "eve" cannot get resource"#;
    let reply = Reply::status(403, "Forbidden", message, &json!({"kind": "configs", "name": "cluster"}));
    let (unknown, asked) = refused(reply.clone());
    assert_unknown(&unknown, Why::Forbidden, &format!("cannot read Config cluster on 127.0.0.1:PORT: {message}"));
    assert_eq!(asked, 1);
    assert_eq!(
        unknown.help,
        "`oc auth can-i get configs.imageregistry.operator.openshift.io/cluster --context=prod` tells; this rule of a role \
         allows it: `{apiGroups: [\"imageregistry.operator.openshift.io\"], resources: [configs], verbs: [get]}`"
    );
    let unknown = refused_dry_run(reply);
    assert!(unknown.why.leaves_the_merge() && unknown.help.contains("verbs: [patch]"), "{unknown:?}");
}

#[test]
fn only_some_objects_may_be_forbidden() {
    let server = Server::start(|_, seen| {
        if seen.line.contains("configmaps") {
            Reply::status(403, "Forbidden", "configmaps is forbidden: cannot get", &json!({}))
        } else {
            Reply::json(200, &body(&config()))
        }
    });
    let answers = client_of(server.port).get(&[config_map("n", "a"), config()]);
    assert_eq!(obstacle(&answers[0]).why, Why::Forbidden);
    there(&answers[1]);
}

#[test]
fn what_a_webhook_or_policy_refuses_is_no_question_of_rights() {
    for message in [
        r#"admission webhook "reg.example.com" denied the request: no"#,
        r#"admission webhook "reg.example.com" denied the request without explanation"#,
        r#"configs "cluster" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"#,
    ] {
        let unknown = refused_dry_run(Reply::status(403, "Forbidden", message, &json!({})));
        assert_unknown(&unknown, Why::Denied, &format!("cannot dry-run Config cluster on 127.0.0.1:PORT: {message}"));
    }
    let message = r#"admission webhook "w" does not support dry run"#;
    let unknown = refused_dry_run(Reply::status(400, "BadRequest", message, &json!({})));
    assert!(unknown.why == Why::NoDryRun && unknown.why.leaves_the_merge());
    let quota = r#"persistentvolumeclaims "c" is forbidden: exceeded quota: q"#;
    assert_eq!(refused_dry_run(Reply::status(403, "Forbidden", quota, &json!({}))).why, Why::Denied);
}

#[test]
fn what_is_wrong_with_fields_is_kept_field_by_field() {
    let causes = json!({"causes": [{"reason": "FieldValueInvalid", "message": "Invalid value: -1: no", "field": "spec.replicas"}]});
    let unknown = refused_dry_run(Reply::status(422, "Invalid", "Config \"cluster\" is invalid", &causes));
    assert_eq!(unknown.why, Why::Invalid);
    let [cause] = &*unknown.causes else { panic!("{unknown:?}") };
    assert_eq!(
        [&*cause.field, &*cause.reason, &*cause.message],
        ["spec.replicas", "FieldValueInvalid", "Invalid value: -1: no"]
    );

    let strict = r#"strict decoding error: unknown field "spec.a", unknown field "spec.b.c", duplicate field "spec.d""#;
    let unknown = refused_dry_run(Reply::status(400, "BadRequest", strict, &json!({})));
    let fields: Vec<(&str, &str)> = unknown.causes.iter().map(|cause| (&*cause.field, &*cause.message)).collect();
    assert_eq!(fields, [("spec.a", "unknown field"), ("spec.b.c", "unknown field"), ("spec.d", "duplicate field")]);

    let typed = "failed to create typed patch object (/cluster; a/v1, Kind=Config): errors:\n  .spec.a: field not declared in schema\n  .spec.b: expected string, got &{1}";
    let unknown = refused_dry_run(Reply::status(500, "", typed, &json!({})));
    assert_eq!((unknown.why, unknown.causes.len()), (Why::Invalid, 2), "{unknown:?}");
    assert_eq!([&*unknown.causes[0].field, &*unknown.causes[0].reason], ["spec.a", "FieldValueUnknown"]);
}

#[test]
fn no_secret_of_an_object_is_repeated_from_a_refusal() {
    let quoted = "spec: Invalid value: \"s3cr3t-of-http\": no";
    let causes = json!({"causes": [{"reason": "FieldValueInvalid", "message": quoted, "field": "spec"}]});
    let unknown = refused_dry_run(Reply::status(422, "Invalid", quoted, &causes));
    assert!(!format!("{unknown:?}").contains("s3cr3t"), "{unknown:?}");
    // What the live object has is not known here, but its field is.
    let live = "spec.httpSecret: Invalid value: \"other-one\": too short";
    let causes = json!({"causes": [{"reason": "FieldValueInvalid", "message": "Invalid value: \"other-one\": too short", "field": "spec.httpSecret"}]});
    let unknown = refused_dry_run(Reply::status(422, "Invalid", live, &causes));
    assert!(!format!("{unknown:?}").contains("other-one"), "{unknown:?}");
    assert_eq!(unknown.causes[0].message, "Invalid value: (a secret)");
}

#[test]
fn hostile_words_are_shown_as_one_bounded_line_without_the_login() {
    let message = format!("\u{1b}[2J::error::\r\nAuthorization: Bearer {TOKEN} {TOKEN} {}", "x".repeat(1 << 20));
    let (unknown, _) = refused(Reply::status(400, "BadRequest", &message, &json!({})));
    let shown = format!("{}{}", unknown.message, unknown.help);
    assert!(!shown.contains(['\u{1b}', '\n', '\r']) && !shown.contains(TOKEN) && shown.len() < 1000, "{shown}");
}

#[test]
fn somebody_else_changing_the_object_is_waited_for() {
    let server = Server::start(|at, _| match at {
        0 => Reply::status(409, "Conflict", "the object has been modified", &json!({})),
        _ => Reply::json(200, &body(&config())),
    });
    there(&client_of(server.port).get(&[config()])[0]);
    let causes = json!({"causes": [{"reason": "FieldManagerConflict", "message": "conflict with \"argocd\"", "field": ".spec.a"}]});
    let unknown = refused_dry_run(Reply::status(409, "Conflict", "Apply failed with 1 conflict", &causes));
    assert_eq!((unknown.why, unknown.causes.len()), (Why::Conflict, 1), "{unknown:?}");
    assert!(!unknown.message.contains("asked"), "it is not asked again: {}", unknown.message);
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for_within_the_time_of_the_run() {
    let busy = |wait: u32| {
        Reply::status(429, "TooManyRequests", "busy", &json!({})).with_header(&format!("Retry-After: {wait}"))
    };
    let server = Server::start(move |at, _| if at < 2 { busy(0) } else { Reply::json(200, &body(&config())) });
    there(&client_of(server.port).get(&[config()])[0]);
    assert_eq!(server.seen().len(), 3);
    let server = Server::start(move |at, _| if at < 1 { busy(1) } else { Reply::json(200, &body(&config())) });
    let begun = Instant::now();
    there(&client_of(server.port).get(&[config()])[0]);
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let begun = Instant::now();
    let (unknown, asked) = refused(busy(3600));
    let expected =
        "cannot read Config cluster on 127.0.0.1:PORT: too many requests; the server asks to wait 3600 seconds";
    assert_unknown(&unknown, Why::TooManyRequests, expected);
    assert!(asked == 1 && begun.elapsed() < Duration::from_secs(2));
    let (unknown, asked) = refused(busy(0));
    assert_eq!((unknown.why, asked), (Why::TooManyRequests, 5));
}

#[test]
fn a_server_in_trouble_is_asked_a_few_times() {
    let server = Server::start(|at, _| match at {
        0 => Reply::status(500, "InternalError", "etcdserver: leader changed", &json!({})),
        1 => Reply::text(503, "apiserver not ready"),
        _ => Reply::json(200, &body(&config())),
    });
    there(&client_of(server.port).get(&[config()])[0]);
    let (unknown, asked) = refused(Reply::status(500, "InternalError", "etcdserver: no leader", &json!({})));
    let expected = "cannot read Config cluster on 127.0.0.1:PORT: etcdserver: no leader (asked 3 times)";
    assert_unknown(&unknown, Why::Server, expected);
    assert_eq!(asked, 3);
    let webhook = "Internal error occurred: failed calling webhook \"w\": timed out";
    let unknown = refused_dry_run(Reply::status(500, "InternalError", webhook, &json!({})));
    assert!(unknown.why == Why::Server && !unknown.message.contains("asked"), "{unknown:?}");
}

#[test]
fn an_answer_that_ends_too_early_is_asked_for_once_more() {
    for reply in [Reply::Half(b"{\"kind\": ".to_vec()), Reply::HangUp] {
        let server =
            Server::start(move |at, _| if at == 0 { reply.clone() } else { Reply::json(200, &body(&config())) });
        there(&client_of(server.port).get(&[config()])[0]);
    }
    for reply in [Reply::Half(b"{\"kind\": ".to_vec()), Reply::HangUp] {
        let (unknown, _) = refused(reply);
        let expected = "cannot read Config cluster on 127.0.0.1:PORT: the connection was closed in the middle of the answer (asked 2 times)";
        assert_unknown(&unknown, Why::Closed, expected);
    }
}

#[test]
fn no_answer_is_waited_for_without_end() {
    let late = Reply::Late(Duration::from_secs(3), Box::new(Reply::HangUp));
    let begun = Instant::now();
    let (unknown, _) = refused(late.clone());
    assert_unknown(
        &unknown,
        Why::TimedOut,
        "cannot read Config cluster on 127.0.0.1:PORT: no answer within 0.4 seconds",
    );
    assert!(begun.elapsed() < Duration::from_secs(2));

    let server =
        Server::start(
            move |_, seen| if seen.line.ends_with("/a") { late.clone() } else { Reply::json(200, &body(&config())) },
        );
    let hasty = Limits { request: Duration::from_secs(9), overall: Duration::from_millis(500), ..limits() };
    let client = client_within(server.port, hasty);
    let answers = client.get(&[config_map("n", "a"), config()]);
    let expected =
        format!("cannot read ConfigMap n/a on 127.0.0.1:{}: the 0.5 seconds of the whole run were over", server.port);
    assert_unknown(obstacle(&answers[0]), Why::TimedOut, &expected);
    there(&answers[1]);
    assert_eq!(obstacle(&client.get(&[config()])[0]).why, Why::TimedOut);
}

#[test]
fn large_objects_are_read_and_endless_ones_are_not() {
    let large = "x".repeat(10 << 20);
    let server = Server::start(move |_, _| {
        let mut object = body(&config_map("n", "a"));
        object["data"] = json!({"big": large});
        Reply::json(200, &object)
    });
    let client = client_within(server.port, Limits { request: Duration::from_secs(10), ..limits() });
    let answers = client.get(&[config_map("n", "a")]);
    assert_eq!(text(there(&answers[0]), &["data", "big"]).len(), 10 << 20);

    let server = Server::start(|_, _| Reply::Endless);
    let client = client_within(server.port, Limits { request: Duration::from_secs(10), ..limits() });
    let answers = client.get(&[config()]);
    let expected = format!("cannot read Config cluster on 127.0.0.1:{}: the answer is larger than 64 MiB", server.port);
    assert_unknown(obstacle(&answers[0]), Why::TooLarge, &expected);
}

#[test]
fn what_is_no_api_server_is_never_taken_for_an_empty_cluster() {
    let page = "<!doctype html><title>Log in</title>";
    for reply in [
        Reply::text(404, page),
        Reply::text(200, page),
        Reply::text(200, ""),
        Reply::text(302, "").with_header("Location: https://elsewhere.example.com"),
        Reply::json(200, &json!({"kind": "Status", "apiVersion": "v1", "metadata": {}})),
        Reply::json(200, &body(&config_map("n", "a"))),
        Reply::Say(200, String::new(), b"{\"kind\": \"\xff\"}".to_vec()),
    ] {
        let (unknown, _) = refused(reply.clone());
        assert_eq!(unknown.why, Why::Malformed, "{reply:?}: {unknown:?}");
        assert!(unknown.help.contains("`server`"), "{unknown:?}");
    }
    let server = Server::start(|_, _| Reply::json(200, &json!({"kind": "ConfigMap"})));
    let listing = crate::live::Listing { resource: config().resource, namespace: String::new(), labels: String::new() };
    assert_eq!(obstacle(&client_of(server.port).list(&[listing])[0]).why, Why::Malformed);
}

#[test]
fn a_missing_namespace_and_kind_are_answers_to_a_dry_run() {
    let rendered = tree::value(&Source::new("test", "{}", SourceKind::User)).unwrap();
    let ask = |reply: Reply| {
        let server = Server::start(move |_, _| reply.clone());
        let apply = Apply { object: config_map("n", "a"), applied: &rendered, field_manager: "m".into(), force: true };
        match &client_of(server.port).dry_run(&[apply]).unwrap()[0] {
            Answer::Absent(absent) => *absent,
            other => panic!("{other:?}"),
        }
    };
    let namespace =
        Reply::status(404, "NotFound", "namespaces \"n\" not found", &json!({"name": "n", "kind": "namespaces"}));
    assert_eq!(ask(namespace), Absent::Namespace);
    assert_eq!(ask(Reply::text(404, "404 page not found")), Absent::Kind);
}
