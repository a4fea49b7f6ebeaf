//! Server-side apply in small: each test is one of its rules, or one of the names in `managedFields`.

use super::*;
use crate::target::Minor;
use crate::tree::parse::{Reading, document};
use crate::tree::{Node, Source, SourceKind, json};

fn read(text: &str) -> Node {
    let source = Source::new("a.yaml", text, SourceKind::User);
    document(&source, Reading::Strict, &mut crate::diag::Findings::new()).unwrap()
}

fn config(spec: &str, managed: &str) -> Node {
    read(&format!(
        "{{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, \
         metadata: {{name: cluster, managedFields: [{managed}]}}, spec: {spec}}}"
    ))
}

fn entry(manager: &str, operation: &str, fields: &str) -> String {
    format!(
        "{{manager: {manager}, operation: {operation}, apiVersion: imageregistry.operator.openshift.io/v1, \
         fieldsType: FieldsV1, time: '2026-01-01T00:00:00Z', fieldsV1: {{'f:spec': {fields}}}}}"
    )
}

fn argo() -> Manager {
    choose_manager(None, None, Some("argocd-controller"))
}

#[track_caller]
fn check(minor: Minor, live: &Node, applied: &str, expected: &str) {
    let applied = config(applied, "");
    let made = predict(Some(live), &applied, &argo(), true, minor).unwrap();
    assert_eq!(made.object.get("spec").unwrap(), &read(expected));
}

const DEFAULTS: &str = "logLevel: Normal, operatorLogLevel: Normal";

#[test]
fn what_is_given_up_goes_unless_another_owns_it() {
    let own = entry("argocd-controller", "Apply", "{'f:replicas': {}, 'f:readOnly': {}}");
    let other = entry("kubectl-edit", "Update", "{'f:readOnly': {}, 'f:httpSecret': {}}");
    let spec = format!("{{replicas: 2, readOnly: true, httpSecret: a, {DEFAULTS}}}");
    let live = config(&spec, &format!("{own}, {other}"));
    check(
        Minor::of(4, 19),
        &live,
        "{defaultRoute: true}",
        &format!("{{readOnly: true, httpSecret: a, defaultRoute: true, {DEFAULTS}}}"),
    );
}

#[test]
fn items_of_a_keyed_list_go_one_by_one() {
    let items = "{'k:{\"name\":\"a\"}': {'.': {}, 'f:name': {}}, 'k:{\"name\":\"b\"}': {'.': {}, 'f:name': {}}}";
    let own = entry("argocd-controller", "Apply", &format!("{{'f:resources': {{'f:claims': {items}}}}}"));
    let spec = format!("{{resources: {{claims: [{{name: a}}, {{name: c}}, {{name: b}}]}}, {DEFAULTS}}}");
    let live = config(&spec, &own);
    let applied = "{resources: {claims: [{name: b}]}}";
    let expected = format!("{{resources: {{claims: [{{name: c}}, {{name: b}}]}}, {DEFAULTS}}}");
    check(Minor::of(4, 15), &live, applied, &expected);
    // From 4.16 on the resources are one whole, which whoever owned a part of it owns.
    let expected = format!("{{resources: {{claims: [{{name: b}}]}}, {DEFAULTS}}}");
    check(Minor::of(4, 16), &live, applied, &expected);
}

#[test]
fn without_managed_fields_nothing_goes_and_the_type_says_so() {
    let live = config(&format!("{{replicas: 2, {DEFAULTS}}}"), "");
    let made = predict(Some(&live), &config("{readOnly: true}", ""), &argo(), true, Minor::of(4, 19)).unwrap();
    assert_eq!(made.basis, Basis::Overlay);
    assert_eq!(made.object.at(&["spec", "replicas"]).unwrap().as_int(), Some(2));
    let made = predict(None, &config("{readOnly: true}", ""), &argo(), true, Minor::of(4, 19)).unwrap();
    assert_eq!(made.basis, Basis::Nothing);
}

#[test]
fn fields_of_others_are_taken_by_force_alone() {
    let live = config(&format!("{{replicas: 2, {DEFAULTS}}}"), &entry("kubectl-edit", "Update", "{'f:replicas': {}}"));
    let predict = |force| predict(Some(&live), &config("{replicas: 3}", ""), &argo(), force, Minor::of(4, 19));
    let taken = vec![("kubectl-edit".to_owned(), vec!["spec.replicas".to_owned()])];
    assert_eq!(predict(true).unwrap().taken, taken);
    assert_eq!(predict(false).unwrap_err(), Fault::Conflicts(taken));
}

#[test]
fn the_status_stays_as_it_is() {
    let mut live = config("{replicas: 2}", &entry("argocd-controller", "Apply", "{'f:replicas': {}}"));
    live.insert("status", read("{readyReplicas: 2, bogus: null}"));
    let mut applied = config("{replicas: 3}", "");
    applied.insert("status", read("{readyReplicas: 5}"));
    let made = predict(Some(&live), &applied, &argo(), true, Minor::of(4, 19)).unwrap().object;
    assert_eq!(made.get("status"), live.get("status"));
}

#[test]
fn managed_fields_of_anyone_are_read_or_refused() {
    let unreadable = |entry: &str| managed(&config("{}", entry)).unwrap_err().why;
    let of = |fields: &str| entry("a", "Apply", fields);
    assert_eq!(unreadable("1"), "it is no mapping");
    assert_eq!(unreadable("{operation: Delete}"), "its operation is neither `Apply` nor `Update`");
    assert_eq!(unreadable("{operation: Apply}"), "it has no apiVersion");
    assert_eq!(unreadable("{operation: Apply, apiVersion: v1}"), "its fields are of another type than `FieldsV1`");
    assert_eq!(unreadable(&of("{a: {}}")), "a step without a colon");
    assert_eq!(unreadable(&of("{'k:{': {}}")), "a value that is no JSON");
    assert_eq!(unreadable(&of("{'k:1': {}}")), "keys that are no JSON object");
    assert_eq!(unreadable(&of("{'v:': {}}")), "a value that is no JSON");
    assert_eq!(unreadable(&of("{'i:x': {}}")), "an index that is no number");
    assert_eq!(unreadable(&of("{'f:a': [1]}")), "a step that holds no mapping");
    // Steps of a later version are passed over, as the API server does.
    let read = managed(&config("{}", &of("{'x:a': {}, 'f:b': {}}"))).unwrap();
    assert_eq!(read[0].fields.paths().iter().map(|path| shown(path)).collect::<Vec<_>>(), ["spec.b"]);
}

#[test]
fn hostile_managed_fields_are_an_error_and_no_crash() {
    for text in ["{\"k:{\\\"a\\\":[[[[{}]]]]}\": {}}", "{\"v:1e999\": {}}", "{\"f:\": {\".\": 3}}", "{\"i:-1\": null}"]
    {
        let fields = json::value(&Source::new("a.json", text, SourceKind::User)).unwrap();
        let mut live = config("{replicas: 1}", "");
        let mut entry = read(&entry("argocd-controller", "Apply", "{}"));
        entry.insert("fieldsV1", fields);
        let list = Node::new(crate::tree::Value::Seq(vec![entry]), live.origin.clone());
        live.as_map_mut().unwrap().get_mut("metadata").unwrap().node.insert("managedFields", list);
        let made = predict(Some(&live), &config("{replicas: 2}", ""), &argo(), true, Minor::of(4, 19));
        assert!(made.is_ok() || matches!(made, Err(Fault::Unreadable(_))), "{text}");
    }
}

#[test]
fn the_engine_that_applies_an_object_is_found() {
    let of = |entries: &[(&str, &str)]| {
        let entries: Vec<String> = entries.iter().map(|(name, operation)| entry(name, operation, "{}")).collect();
        manager_of(&config("{}", &entries.join(", "))).map(|manager| (manager.engine, manager.name))
    };
    let found = |engine, name: &str| Some((engine, name.to_owned()));
    assert_eq!(of(&[("argocd-controller", "Apply")]), found(Engine::ArgoCd, "argocd-controller"));
    assert_eq!(of(&[("argocd-application-controller", "Update")]), found(Engine::ArgoCd, "argocd-controller"));
    assert_eq!(of(&[("kubectl-client-side-apply", "Update")]), found(Engine::Kubectl, "kubectl"));
    assert_eq!(of(&[("kubectl", "Apply"), ("argocd-controller", "Update")]), found(Engine::Kubectl, "kubectl"));
    assert_eq!(
        of(&[("kubectl", "Apply"), ("kustomize-controller", "Apply")]),
        found(Engine::Flux, "kustomize-controller")
    );
    // People who edit, and operators, apply nothing.
    for name in ["kubectl-edit", "kubectl-patch", "oc", "cluster-image-registry-operator", "before-first-apply"] {
        assert_eq!(of(&[(name, "Update")]), None, "{name}");
    }
}

#[test]
fn the_manager_is_named_or_found_or_that_of_most_or_ours() {
    let flux = config("{}", &entry("kustomize-controller", "Apply", "{}"));
    let argo = config("{}", &entry("argocd-controller", "Apply", "{}"));
    let nobodys = config("{}", "");
    let most = majority([&flux, &argo, &flux, &nobodys]);
    assert_eq!(choose_manager(Some(&argo), most.as_ref(), Some("ci")).engine, Engine::Other);
    assert_eq!(choose_manager(Some(&argo), most.as_ref(), None).engine, Engine::ArgoCd);
    assert_eq!(choose_manager(Some(&nobodys), most.as_ref(), None).engine, Engine::Flux);
    assert_eq!(choose_manager(None, majority([&nobodys]).as_ref(), None).name, OURS);
}

#[test]
fn an_object_without_managed_fields_is_known_by_the_marks_of_its_engine() {
    let mut live = config("{}", "");
    let metadata = &mut live.as_map_mut().unwrap().get_mut("metadata").unwrap().node;
    metadata.insert("annotations", read("{argocd.argoproj.io/tracking-id: a}"));
    assert_eq!(manager_of(&live).unwrap().engine, Engine::ArgoCd);
}

#[test]
fn owners_are_those_of_the_field_or_of_the_whole_that_it_is_in() {
    let fields = "{'f:replicas': {}, 'f:tolerations': {}, 'f:proxy': {'f:http': {}}}";
    let live = config(
        "{}",
        &format!(
            "{}, {}",
            entry("kubectl-edit", "Update", fields),
            entry("argocd-controller", "Apply", "{'f:replicas': {}}")
        ),
    );
    let managed = readable(&live);
    let owner_of = |path: &[(&str, bool)]| {
        let mut here = Owners::of(&managed).below(&Element::field("spec"), false);
        for (name, is_atomic) in path {
            here = here.below(&Element::field(*name), *is_atomic);
        }
        here.all().iter().map(|writer| writer.name.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(owner_of(&[("replicas", false)]).len(), 2);
    assert_eq!(owner_of(&[("tolerations", false), ("key", true)]), ["kubectl-edit"]);
    assert_eq!(owner_of(&[("proxy", false)]), ["kubectl-edit"]);
    assert!(owner_of(&[("proxy", false), ("https", false)]).is_empty());
}

#[test]
fn engines_make_their_own_what_was_applied_before_them() {
    let flux = choose_manager(None, None, Some("kustomize-controller"));
    let live = config(
        &format!("{{replicas: 2, readOnly: true, {DEFAULTS}}}"),
        &entry("kubectl-edit", "Update", "{'f:readOnly': {}}"),
    );
    let applied = config("{replicas: 2}", "");
    let minor = Minor::of(4, 19);
    assert!(predict(Some(&live), &applied, &flux, true, minor).unwrap().object.at(&["spec", "readOnly"]).is_some());
    let migrated = predict_migrated(&live, &applied, &flux, minor).unwrap().unwrap();
    assert!(migrated.object.at(&["spec", "readOnly"]).is_none());
    // Argo CD takes over what was applied by `kubectl apply`, and leaves edits alone.
    assert!(predict_migrated(&live, &applied, &argo(), minor).unwrap().is_none());
    // So does Flux where it is told to.
    for (way, takes) in [("Merge", false), ("merge", false), ("Override", true)] {
        let mut told = applied.clone();
        let metadata = told.as_map_mut().unwrap().get_mut("metadata").unwrap();
        metadata.node.insert("annotations", read(&format!("{{kustomize.toolkit.fluxcd.io/ssa: {way}}}")));
        assert_eq!(predict_migrated(&live, &told, &flux, minor).unwrap().is_some(), takes, "{way}");
    }
}
