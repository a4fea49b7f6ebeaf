//! What is a difference, what is not, and what is shown of it.

use super::*;
use crate::diag::Findings;
use crate::secret::{PlainSource, SecretSlot};
use crate::tree::emit::{no_secrets, to_yaml};
use crate::tree::parse::{Reading, document};
use crate::tree::{Source, SourceKind, Value};

const CONFIG: &str = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster";

fn yaml(name: &str, text: &str) -> Node {
    let mut findings = Findings::new();
    let read = document(&Source::new(name, text, SourceKind::User), Reading::AsKubectl, &mut findings);
    read.unwrap_or_else(|| panic!("{findings:?}\n{text}"))
}

fn manager(engine: Engine) -> Manager {
    Manager { name: "regcfg".into(), engine }
}

/// Compares three states of an object: as it is, as it would be, and as Git has it.
struct Case {
    live: Node,
    predicted: Node,
    git: Node,
    engine: Engine,
    full: bool,
}

impl Case {
    fn new(live: &str, predicted: &str, git: &str) -> Self {
        let (live, predicted, git) = (yaml("live", live), yaml("predicted", predicted), yaml("git.yaml", git));
        Self { live, predicted, git, engine: Engine::Regcfg, full: false }
    }

    fn run(&self) -> ObjectDiff {
        self.run_with(&mut no_secrets)
    }

    fn run_with(&self, fill: &mut Fill<'_>) -> ObjectDiff {
        let predicted = with_origins(&self.predicted, &self.git);
        let compared = Compared {
            object: ObjectId::of(&self.git).unwrap(),
            live: Ok(&self.live),
            predicted: &predicted,
            rendered: &self.git,
            by: PredictedBy::Merge(manager(self.engine)),
            engine: Some(self.engine),
            target: "4.19".parse().unwrap(),
            full: self.full,
        };
        compared.compare(fill)
    }
}

/// Writes what was found, a line each: `path: before -> after`, and `path = value (manager)` for what is live only.
fn lines(diff: &ObjectDiff) -> Vec<String> {
    let value = |node: &Option<Node>| node.as_ref().map_or_else(|| "-".to_owned(), |node| format!("{node:?}"));
    let silent = |who: &Option<Arc<str>>| who.as_ref().map(|who| format!(" [{who}]")).unwrap_or_default();
    let changes = diff.changes.iter().map(|change| {
        format!("{}: {} -> {}{}", change.path, value(&change.before), value(&change.after), silent(&change.silent))
    });
    let live_only = diff.live_only.iter().map(|only| {
        let manager = only.manager.as_deref().unwrap_or("?");
        format!("{} = {:?} ({manager}){}", only.path, only.value, silent(&only.silent))
    });
    changes.chain(live_only).collect()
}

#[track_caller]
fn check(live: &str, predicted: &str, git: &str, expected: &[&str]) -> ObjectDiff {
    let diff = Case::new(live, predicted, git).run();
    assert_eq!(lines(&diff), expected);
    let differs = expected.iter().any(|line| line.contains(" -> "));
    assert_eq!(diff.what, if differs { What::Change } else { What::Unchanged });
    diff
}

fn config(metadata: &str, spec: &str) -> String {
    format!("{CONFIG}{metadata}}}\nspec: {spec}\n")
}

#[test]
fn what_is_as_git_has_it_is_no_difference() {
    let git = config("", "{managementState: Managed, replicas: 2}");
    check(&git, &git, &git, &[]);
}

#[test]
fn a_changed_a_new_and_a_dropped_field_are_told_by_their_paths() {
    let live = config("", "{managementState: Managed, replicas: 1, readOnly: true}");
    let git = config("", "{managementState: Managed, replicas: 2, disableRedirect: true}");
    let diff = check(
        &live,
        &git,
        &git,
        &["spec.replicas: 1 -> 2", "spec.disableRedirect: - -> true", "spec.readOnly: true -> -"],
    );
    assert_eq!(diff.changes[0].after.as_ref().unwrap().place().to_string(), "git.yaml:4:44");
}

#[test]
fn the_order_of_keyed_lists_and_sets_is_no_difference() {
    let claim = |claims: &str, finalizers: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: x, namespace: y, finalizers: {finalizers}}}\n\
             spec: {{accessModes: [ReadWriteMany], resources: {{requests: {{storage: 1Gi}}, claims: {claims}}}}}\n"
        )
    };
    let (live, git) = (claim("[{name: a}, {name: b}]", "[x/a, x/b]"), claim("[{name: b}, {name: a}]", "[x/b, x/a]"));
    let mut case = Case::new(&live, &git, &git);
    case.full = false;
    let compared = |case: &Case| lines(&case.run());
    assert_eq!(compared(&case), [""; 0]);
    let diff = Case::new(&claim("[{name: a}]", "[x/a, x/b]"), &claim("[]", "[x/b]"), &claim("[]", "[x/b]")).run();
    assert_eq!(lines(&diff)[0], "metadata.finalizers[=x/a]: \"x/a\" -> -");
}

#[test]
fn a_list_that_is_replaced_as_a_whole_is_shown_item_by_item() {
    let of = |routes: &str| config("", &format!("{{replicas: 1, routes: {routes}}}"));
    let live = of("[{name: a, hostname: a.example.com}, {name: b, hostname: b.example.com}]");
    let git = of("[{name: a, hostname: a.example.com}, {name: b, hostname: c.example.com}, {name: d}]");
    check(
        &live,
        &git,
        &git,
        &[
            "spec.routes[name=b].hostname: \"b.example.com\" -> \"c.example.com\"",
            "spec.routes[name=d]: - -> {\"name\": \"d\"}",
        ],
    );
    let moved = of("[{name: b, hostname: b.example.com}, {name: a, hostname: a.example.com}]");
    let diff = Case::new(&live, &moved, &moved).run();
    assert_eq!(diff.changes.len(), 1);
    assert_eq!(diff.changes[0].path, "spec.routes");
}

#[test]
fn items_that_nothing_names_are_told_by_what_both_lists_have_in_common() {
    let of = |list: &str| {
        let head = "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\n";
        format!("{head}spec: {{registrySources: {{blockedRegistries: {list}}}}}\n")
    };
    check(
        &of("[a.io, b.io, c.io]"),
        &of("[a.io, x.io, c.io, d.io]"),
        &of("[a.io, x.io, c.io, d.io]"),
        &[
            "spec.registrySources.blockedRegistries[=b.io]: \"b.io\" -> -",
            "spec.registrySources.blockedRegistries[=x.io]: - -> \"x.io\"",
            "spec.registrySources.blockedRegistries[=d.io]: - -> \"d.io\"",
        ],
    );
    let of = |list: &str| config("", &format!("{{replicas: 1, tolerations: {list}}}"));
    check(
        &of("[{key: a, operator: Exists}, {key: b, operator: Exists}]"),
        &of("[{key: a, operator: Exists}, {key: b, operator: Equal}]"),
        &of("[{key: a, operator: Exists}, {key: b, operator: Equal}]"),
        &["spec.tolerations[1].operator: \"Exists\" -> \"Equal\""],
    );
}

#[test]
fn what_is_only_written_otherwise_is_no_difference() {
    let of = |size: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: x, namespace: y}}\nspec: {{accessModes: \
             [ReadWriteMany], resources: {{requests: {{storage: {size}}}}}}}\n"
        )
    };
    check(&of("1Gi"), &of("1024Mi"), &of("1024Mi"), &[]);
    check(&of("1Gi"), &of("2Gi"), &of("2Gi"), &["spec.resources.requests.storage: \"1Gi\" -> \"2Gi\""]);
}

const MANAGED: &str = r#", managedFields: [
  {manager: kubectl-edit, operation: Update, apiVersion: v1, fieldsType: FieldsV1, time: "2026-01-02T00:00:00Z", fieldsV1: {"f:spec": {"f:proxy": {"f:http": {}, "f:https": {}}, "f:readOnly": {}, "f:replicas": {}}, "f:metadata": {"f:labels": {"f:team": {}}}}},
  {manager: cluster-image-registry-operator, operation: Update, apiVersion: v1, fieldsType: FieldsV1, time: "2026-01-01T00:00:00Z", fieldsV1: {"f:spec": {"f:defaultRoute": {}, "f:rolloutStrategy": {}}}}]"#;

#[test]
fn what_somebody_else_wrote_is_live_only_and_what_the_operator_wrote_is_silent() {
    let labels = ", labels: {team: images}";
    let live = config(
        &format!("{MANAGED}{labels}"),
        "{managementState: Managed, readOnly: true, defaultRoute: true, rolloutStrategy: Recreate, replicas: 3, \
         logLevel: Debug, proxy: {http: 'http://u:p@x', https: 'http://y'}, httpSecret: hush}",
    );
    let git = config("", "{managementState: Managed}");
    let diff = check(
        &live,
        &live,
        &git,
        &[
            "metadata.labels.team = \"images\" (kubectl-edit)",
            "spec.proxy = {\"http\": \"http://u:p@x\", \"https\": \"http://y\"} (kubectl-edit)",
            "spec.readOnly = true (kubectl-edit)",
            "spec.replicas = 3 (kubectl-edit)",
        ],
    );
    let shown = to_yaml(diff.after.as_ref().unwrap()).unwrap();
    for hidden in ["hush", "httpSecret", "defaultRoute", "managedFields", "rolloutStrategy"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn what_the_operators_type_leaves_out_is_the_same_there_and_not_there() {
    let (without, with) =
        (config("", "{storage: {s3: {}}}"), config("", "{readOnly: false, storage: {s3: {encrypt: false}}}"));
    check(&without, &with, &with, &[]);
    check(&with, &without, &without, &[]);
    let other = config("", "{readOnly: true, storage: {s3: {encrypt: false, chunkSizeMiB: 0}}}");
    check(&without, &other, &other, &["spec.readOnly: - -> true", "spec.storage.s3.chunkSizeMiB: - -> 0"]);
    let mut case = Case::new(&without, &with, &with);
    case.full = true;
    let who = "[the registry operator]";
    let expected = [format!("spec.readOnly: - -> false {who}"), format!("spec.storage.s3.encrypt: - -> false {who}")];
    assert_eq!(lines(&case.run()), expected);
}

#[test]
fn that_an_object_is_being_deleted_is_told() {
    let git = config("", "{managementState: Managed}");
    let live = config(
        ", deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0",
        "{managementState: Managed}",
    );
    let diff = Case::new(&live, &live, &git).run();
    let paths: Vec<&str> = diff.live_only.iter().map(|field| &*field.path).collect();
    assert_eq!((diff.what, paths), (What::Unchanged, vec!["metadata.deletionTimestamp"]));
}

#[test]
fn a_mapping_of_which_all_is_silent_is_not_shown_as_empty() {
    let image = |annotations: &str| {
        format!(
            "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {{name: cluster, annotations: {{{annotations}}}}}\n\
             spec: {{}}\n"
        )
    };
    let create_only = "release.openshift.io/create-only: 'true'";
    let git = image("a: b");
    let diff = Case::new(&image(create_only), &image(&format!("{create_only}, a: b")), &git).run();
    assert!(diff.before.unwrap().at(&["metadata", "annotations"]).is_none());
    assert!(diff.after.unwrap().at(&["metadata", "annotations", "a"]).is_some());
}

#[test]
fn with_full_what_is_silent_is_shown_and_marked() {
    let live = config(", resourceVersion: '7'", "{managementState: Managed, httpSecret: hush, logLevel: Normal}");
    let predicted = live.replace("'7'", "'8'");
    let mut case = Case::new(&live, &predicted, &config("", "{managementState: Managed}"));
    case.full = true;
    let diff = case.run();
    assert_eq!(diff.what, What::Unchanged);
    assert_eq!(
        lines(&diff),
        [
            "metadata.resourceVersion: \"7\" -> \"8\" [the API server]",
            "spec.httpSecret = \"(a secret)\" (?) [the registry operator]",
            "spec.logLevel = \"Normal\" (?) [the API server]",
        ]
    );
}

#[test]
fn what_git_says_is_never_silent() {
    let live = config("", "{managementState: Managed, httpSecret: hush, logLevel: Normal}");
    let git = config("", "{managementState: Managed, httpSecret: hunter2, logLevel: Debug}");
    check(
        &live,
        &git,
        &git,
        &["spec.httpSecret: \"(a secret)\" -> \"(another secret)\"", "spec.logLevel: \"Normal\" -> \"Debug\""],
    );
}

#[test]
fn what_was_applied_and_is_no_more_is_told_though_the_operator_would_write_it_again() {
    let owned = r#", managedFields: [{manager: regcfg, operation: Apply, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:spec": {"f:httpSecret": {}, "f:storage": {"f:s3": {"f:region": {}}}}}}]"#;
    let live = config(owned, "{managementState: Managed, httpSecret: hush, storage: {s3: {bucket: b, region: r}}}");
    let git = config("", "{managementState: Managed, storage: {s3: {bucket: b}}}");
    check(&live, &git, &git, &["spec.storage.s3.region: \"r\" -> -", "spec.httpSecret: \"(a secret)\" -> -"]);
}

#[test]
fn a_backend_that_stays_beside_the_one_of_git_is_not_the_operators_to_fill() {
    let managed = r#", managedFields: [{manager: someone, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:spec": {"f:storage": {"f:pvc": {"f:claim": {}}}}}}]"#;
    let live = config(managed, "{managementState: Managed, storage: {pvc: {claim: c}}}");
    let after = config("", "{managementState: Managed, storage: {pvc: {claim: c}, s3: {bucket: b}}}");
    let git = config("", "{managementState: Managed, storage: {s3: {bucket: b}}}");
    check(
        &live,
        &after,
        &git,
        &["spec.storage.s3: - -> {\"bucket\": \"b\"}", "spec.storage.pvc.claim = \"c\" (someone)"],
    );
    // Where Git names no backend, the platform's is the operator's.
    let git = config("", "{managementState: Managed, storage: {managementState: Unmanaged}}");
    let after = config("", "{managementState: Managed, storage: {pvc: {claim: c}, managementState: Unmanaged}}");
    check(&after, &after, &git, &[]);
}

#[test]
fn marks_of_engines_are_silent_even_where_an_apply_would_drop_them() {
    let owned = r#", managedFields: [{manager: argocd-controller, operation: Apply, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:metadata": {"f:annotations": {"f:argocd.argoproj.io/tracking-id": {}}, "f:labels": {"f:app.kubernetes.io/instance": {}}}}}], annotations: {argocd.argoproj.io/tracking-id: a}, labels: {app.kubernetes.io/instance: a}"#;
    let (live, git) = (config(owned, "{replicas: 1}"), config("", "{replicas: 1}"));
    let mut case = Case::new(&live, &git, &git);
    case.engine = Engine::ArgoCd;
    assert_eq!(lines(&case.run()), [""; 0]);
    // The label is Argo CD's where Argo CD applies.
    case.engine = Engine::Flux;
    assert_eq!(lines(&case.run()), ["metadata.labels: {\"app.kubernetes.io/instance\": \"a\"} -> -"]);
}

#[test]
fn what_was_applied_last_is_never_told() {
    let applied = ", annotations: {kubectl.kubernetes.io/last-applied-configuration: hush, a: b}";
    let (live, git) = (config(applied, "{replicas: 1}"), config(", annotations: {a: b}", "{replicas: 1}"));
    for full in [false, true] {
        let mut case = Case::new(&live, &git, &git);
        case.full = full;
        let diff = case.run();
        assert!(!format!("{diff:?}").contains("last-applied"), "{diff:?}");
    }
}

fn secret(data: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: x, namespace: y}}\ntype: Opaque\ndata: {data}\n")
}

#[test]
fn of_a_secret_only_the_keys_are_told_that_come_go_or_change() {
    let live = secret("{same: aHVzaA==, other: aHVzaA==, gone: aHVzaA==}");
    let git = secret("{same: aHVzaA==, other: aHVudGVyMg==, come: aHVudGVyMg==}");
    let diff = check(
        &live,
        &git,
        &git,
        &[
            "data.other: \"(a secret)\" -> \"(another secret)\"",
            "data.come: - -> \"(a secret)\"",
            "data.gone: \"(a secret)\" -> -",
        ],
    );
    let all = format!("{diff:?}");
    assert!(!all.contains("aHV"), "{all}");
    let shown = |node: &Option<Node>| to_yaml(node.as_ref().unwrap()).unwrap();
    assert!(shown(&diff.before).contains("same: (a secret)\n  other: (a secret)\n  gone: (a secret)\n"));
    assert!(shown(&diff.after).contains("same: (a secret)\n  other: (another secret)\n  come: (a secret)\n"));
}

#[test]
fn text_of_a_secret_is_what_the_server_makes_of_it() {
    let git = "apiVersion: v1\nkind: Secret\nmetadata: {name: x, namespace: y}\nstringData: {a: hush}\n";
    check(&secret("{a: aHVzaA==}"), git, git, &[]);
    check(&secret("{a: aHVudGVy}"), git, git, &["data.a: \"(a secret)\" -> \"(another secret)\""]);
}

#[test]
fn a_value_that_is_not_at_hand_is_not_compared_and_that_is_said() {
    let git = secret("{a: x}");
    let mut case = Case::new(&secret("{a: aHVzaA==}"), &git, &git);
    let place = case.git.place().clone();
    let slot = Value::Secret(SecretSlot::new(PlainSource::Env("REGCFG_SECRET_A".into()), place.clone()));
    for node in [&mut case.git, &mut case.predicted] {
        node.insert("data", Node::map([("a", Node::new(slot.clone(), place.clone()))], place.clone()));
    }
    let diff = case.run();
    assert_eq!((lines(&diff), &*diff.not_compared), (vec![], &["data.a".to_owned()][..]));
    assert_eq!(diff.what, What::Unchanged);
    // With the value at hand it is compared, and nothing of it is told.
    for (value, expected) in
        [("aHVzaA==", &[""; 0][..]), ("aHVudGVyMg==", &["data.a: \"(a secret)\" -> \"(another secret)\""])]
    {
        let diff = case.run_with(&mut |_| Some(value.to_owned().into()));
        assert_eq!(lines(&diff), expected);
        assert!(diff.not_compared.is_empty());
    }
}

#[test]
fn an_object_that_is_not_there_is_shown_as_git_has_it() {
    let git = yaml("git.yaml", &secret("{a: aHVzaA==}"));
    let compared = Compared {
        object: ObjectId::of(&git).unwrap(),
        live: Err(Absent::Namespace),
        predicted: &git,
        rendered: &git,
        by: PredictedBy::Comparison,
        engine: None,
        target: "4.19".parse().unwrap(),
        full: false,
    };
    let diff = compared.compare(&mut no_secrets);
    assert_eq!(diff.what, What::Create(Absent::Namespace));
    assert!(diff.before.is_none());
    assert!(to_yaml(diff.after.as_ref().unwrap()).unwrap().contains("a: (a secret)"));
}

#[test]
fn the_answer_of_the_server_may_have_more_than_git() {
    let git = config("", "{replicas: 1, storage: {azure: {accountName: a}}}");
    let after = config("", "{replicas: 1, storage: {azure: {accountName: a, networkAccess: {type: External}}}, x: 1}");
    let live = config("", "{replicas: 1}");
    check(&live, &after, &git, &["spec.storage: - -> {\"azure\": {\"accountName\": \"a\"}}"]);
}
