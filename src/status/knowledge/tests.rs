//! Every entry of the data is read, reached, and names what is there.

use std::collections::BTreeSet;

use super::super::Condition;
use super::entry::Pattern;
use super::*;
use crate::diag::codes;
use crate::schema;
use crate::schema::field::Field;

/// All reasons of FACTS (i): those that the operator writes by itself, and those of its drivers.
const REASONS: &[&str] = &[
    "Config Available=False NoReplicasAvailable|DeploymentNotFound|DeploymentDeleted|VerificationFailed|StorageNotConfigured",
    "Config Progressing=True Error|DeploymentNotCompleted|WaitingForDeployment|FinalizingDeployment|DeletingDeployment|Removing",
    "Config Progressing=False Error",
    "Config Degraded=True VerificationFailed|StorageNotConfigured|Unavailable|ProgressDeadlineExceeded|RouteDegraded|RemoveFailed",
    "Config Removed=True Removed",
    "Config StorageExists=False PVC does not exist|PVC Issues Found|PVC Already Exists|Creation Failed|S3 Bucket Deleted",
    "Config StorageExists=Unknown PVC Configuration Changed|S3 Configuration Changed|Unknown Error Occurred",
    "Config StorageExists=False Unable to Access Bucket|Forbidden|NotFound|NoSuchBucket|Bucket does not exist",
    "Config StorageExists=False Storage does not exist|Could not connect to registry storage|StorageNotConfigured",
    "Config StorageExists=False ConfigError|AzureError|ContainerNotFound|ContainerDeleted|AccountDeleted|AccountNotFound",
    "Config StorageExists=False IBM COS Instance Provisioning|IBM COS Instance Gone|IBM COS Resource Key Creation Failed",
    "Config StorageTagged=False AccessDenied",
    "Config StorageLabeled=False Error",
    "Config StorageEncrypted=False InvalidStorageConfiguration",
    "Config StoragePublicAccessBlocked=False MethodNotAllowed",
    "Config StorageIncompleteUploadCleanupEnabled=False NotImplemented",
    "Config NodeCADaemonAvailable=False NoAvailableReplicas",
    "Config NodeCADaemonProgressing=True Unavailable",
    "Config NodeCADaemonControllerDegraded=True Error",
    "Config ImageConfigControllerDegraded=True Error",
    "Config ImageRegistryCertificatesControllerDegraded=True Error",
    "Config AzureStackCloudControllerDegraded=True Error",
    "Config AzurePathFixControllerDegraded=True Error",
    "ImagePruner Available=False Error",
    "ImagePruner Failed=True BackoffLimitExceeded",
    "ImagePruner Scheduled=False Suspended",
    "ImagePruner Degraded=True SyncError|JobFailed",
];

/// What each operator message of FACTS (b) and (c) must be explained as, whatever condition it stands in.
const MESSAGES: &[(&str, &str)] = &[
    ("unable to complete resource: replicas must be greater than or equal to 0", "negative-replicas"),
    (
        "unable to complete resource: duplication of names has been detected in the additional routes",
        "duplicate-route-name",
    ),
    (
        "unable to sync storage configuration: exactly one storage type should be configured at the same time, got 2: [EmptyDir S3]",
        "several-backends",
    ),
    ("unable to sync storage configuration: storage backend not configured", "no-backend"),
    ("PVC a does not contain the necessary access modes: ReadWriteMany or ReadWriteOnce", "claim-access-modes"),
    (
        "cannot use ReadWriteOnce access mode with more than one replica of the image registry",
        "replicas-on-one-node-volume",
    ),
    ("cannot use ReadWriteOnce access mode with RollingUpdate rollout strategy", "rolling-on-one-node-volume"),
    ("unable to sync storage configuration: persistentvolumeclaims \"a\" not found", "claim-missing"),
    ("could not create default PVC, it already exists and is not owned by the operator", "default-claim-taken"),
    ("Requests.Write.MaxInQueue must be positive number", "negative-limit"),
    (
        "unable to apply objects: failed to create object *v1.Route, Namespace=n, Name=r: secret \"a\" not found",
        "secret-missing",
    ),
    (
        "secret \"openshift-image-registry/image-registry-private-configuration-user\" does not contain required key \"A\"",
        "secret-key-missing",
    ),
    (
        "the secret openshift-image-registry/image-registry-private-configuration-user has an empty value for REGISTRY_STORAGE_AZURE_ACCOUNTKEY; x",
        "empty-account-key",
    ),
    (
        "unable to get cluster minted credentials \"openshift-image-registry/installer-cloud-credentials\": secret \"installer-cloud-credentials\" not found",
        "no-credentials",
    ),
    ("failed to get trusted CA \"a\": configmap \"a\" not found", "trusted-ca-missing"),
    ("trusted CA config map \"a\" does not contain required key \"ca-bundle.crt\"", "trusted-ca-missing"),
    ("invalid unsupportedConfigOverrides: x", "overrides"),
    ("unable to generate tls config: invalid cipher suite: x", "tls-settings"),
    ("secret \"a\" does not contain required keys 'REGISTRY_STORAGE_SWIFT_USERNAME' and …", "swift-keys-missing"),
    ("unable to parse authVersion: x", "swift-version"),
    ("Incorrect Auth URL: /x", "swift-url"),
    ("bucket a exists but is owned by another account", "bucket-of-another"),
    ("failed to discover subnet name, please provide network details manually: x", "azure-vnet"),
    ("specified resource key IAM role is not valid", "ibmcos-key"),
    ("specified resource key does not have any attached credentials", "ibmcos-key"),
];

fn symptom(pattern: &str, reason: &str, message: &str) -> Symptom {
    let pattern = Pattern::read(pattern).unwrap();
    let of: &'static str = Box::leak(pattern.of.into_boxed_str());
    let name = match of {
        "Config" | "ImagePruner" | "ClusterVersion" => "cluster",
        _ => "registry",
    };
    Symptom::new(of, name, [&pattern.kind, &pattern.status, reason], message)
}

/// Reads every entry with its samples; whatever is wrong with one is a failure.
fn entries() -> Vec<(Entry, Vec<Node>)> {
    let read_all = |(part, name, text): &(&'static str, &str, &str)| {
        let source = Source::new(*name, *text, SourceKind::Profile);
        let mut findings = Findings::new();
        let node = document(&source, Reading::Strict, &mut findings);
        let node =
            node.unwrap_or_else(|| panic!("{name}: {:?}", findings.iter().map(|f| &f.message).collect::<Vec<_>>()));
        let items = node.as_seq().unwrap().to_vec();
        let part = *part;
        let each = items.into_iter().map(move |item| {
            let samples = item.get("samples").and_then(Node::as_seq).unwrap_or_default().to_vec();
            (Entry::read(part, &item).unwrap(), samples)
        });
        each.collect::<Vec<_>>()
    };
    FILES.iter().flat_map(read_all).collect()
}

fn explained(symptom: &Symptom) -> Problem {
    Knowledge::built_in().one(symptom, None, None).problem
}

#[test]
fn all_of_the_data_is_read() {
    let entries = entries();
    assert_eq!(entries.len(), Knowledge::built_in().entries.len());
    assert!(entries.len() > 100, "{}", entries.len());
    let names: BTreeSet<&str> = entries.iter().map(|(entry, _)| &*entry.name).collect();
    assert_eq!(names.len(), entries.len(), "two entries have one name");
}

#[test]
fn every_entry_is_reached_by_its_samples() {
    for (entry, samples) in entries() {
        assert!(!samples.is_empty(), "{} has no sample", entry.name);
        for sample in samples {
            let text = |field: &str| sample.get(field).and_then(Node::as_str).unwrap_or_default().to_owned();
            let (seen, message, title) = (text("seen"), text("message"), text("title"));
            let reason = Pattern::read(&seen).unwrap().reasons.join("|");
            let problem = explained(&symptom(&seen, &reason, &message));
            assert_eq!((&*problem.name, &*problem.title), (&*entry.name, &*title), "{seen}: {message}");
        }
    }
}

#[test]
fn every_reason_of_the_operator_is_explained_by_an_entry_that_names_it_or_its_message() {
    let samples: Vec<(String, Node)> = entries()
        .into_iter()
        .flat_map(|(entry, samples)| samples.into_iter().map(move |sample| (entry.name.clone(), sample)))
        .collect();
    let mut n_reasons = 0;
    for line in REASONS {
        let wanted = Pattern::read(line).unwrap();
        for reason in &wanted.reasons {
            n_reasons += 1;
            let is_sample = |(_, sample): &&(String, Node)| {
                let seen = sample.get("seen").and_then(Node::as_str).and_then(Pattern::read).unwrap();
                seen.of == wanted.of && seen.kind == wanted.kind && seen.reasons.contains(reason)
            };
            let (name, _) = samples.iter().find(is_sample).unwrap_or_else(|| panic!("no sample has {line}: {reason}"));
            assert!(!name.ends_with("unknown"), "{line}: {reason} is only known as unknown");
        }
    }
    assert!(n_reasons > 55, "{n_reasons}");
}

#[test]
fn every_message_of_the_operator_is_explained_wherever_it_stands() {
    for (message, name) in MESSAGES {
        for (seen, prefix) in
            [("Config Progressing=True *", "Unable to apply resources: "), ("Config Degraded=True *", "Error: ")]
        {
            let problem = explained(&symptom(seen, "Error", &format!("{prefix}{message}")));
            assert_eq!(problem.name, *name, "{seen}: {message}");
        }
    }
}

#[test]
fn what_is_said_names_codes_and_fields_that_are_there() {
    let kind = schema::find("regcfg.dev/v1alpha1", "ClusterRegistry").unwrap();
    for (entry, _) in entries() {
        for code in &entry.codes {
            assert!(codes::find(code).is_some(), "{}: no code {code}", entry.name);
        }
        if let Some((path, _)) = &entry.change {
            // A name that the message gives stands in the path of a mapping with any keys.
            let path = path.replace("{route}", "public");
            let field = Field::root(kind.schema).at(["spec"].into_iter().chain(path.split('.')));
            assert!(field.is_ok(), "{}: the spec has no field `{path}`", entry.name);
        }
        assert!(entry.change.is_some() || entry.command.is_some(), "{} says nothing to do", entry.name);
        for text in [&entry.title, &entry.cause] {
            assert!(!text.ends_with('.'), "{}: {text}", entry.name);
        }
    }
}

#[test]
fn no_text_is_left_with_a_hole() {
    let hole = regex::Regex::new(r"\{[a-z]+\}").unwrap();
    for (entry, samples) in entries() {
        for sample in samples {
            let text = |field: &str| sample.get(field).and_then(Node::as_str).unwrap_or_default().to_owned();
            let seen = text("seen");
            let reason = Pattern::read(&seen).unwrap().reasons.join("|");
            let problem = explained(&symptom(&seen, &reason, &text("message")));
            let change = problem.change.map(|change| format!("{} {}", change.path, change.says)).unwrap_or_default();
            for said in [problem.title, problem.cause, change, problem.command.unwrap_or_default()] {
                assert!(!hole.is_match(&said), "{}: {said}", entry.name);
            }
        }
    }
}

#[test]
fn what_is_not_known_is_told_as_it_stands() {
    let odd = symptom("Config OddThing=False *", "Because", "it is so");
    let problem = explained(&odd);
    assert_eq!(problem.name, "unknown");
    assert_eq!(problem.title, "OddThing is False: Because");
    assert!(problem.cause.contains("knows nothing"));
    let seen: Vec<Condition> = vec![odd.condition];
    assert_eq!(problem.seen, seen);
}

#[test]
fn the_same_told_by_two_conditions_is_one_problem_and_what_follows_is_left_out() {
    let message = "persistentvolumeclaims \"registry\" not found";
    let symptoms = [
        symptom("Config Available=False *", "NoReplicasAvailable", "The deployment does not have available replicas"),
        symptom(
            "Config Progressing=True *",
            "Error",
            &format!("Unable to apply resources: unable to sync storage configuration: {message}"),
        ),
        symptom("Config StorageExists=False *", "PVC Issues Found", message),
        symptom("ImagePruner Degraded=True *", "JobFailed", "Job has reached the specified backoff limit"),
    ];
    let problems = Knowledge::built_in().explain(&symptoms, None, None);
    let shown: Vec<(&str, usize)> = problems.iter().map(|problem| (&*problem.name, problem.seen.len())).collect();
    assert_eq!(shown, [("claim-missing", 2), ("prune-job-failed", 1)]);
}

#[test]
fn an_entry_holds_for_its_minors() {
    let of = |minor: &str| {
        let symptom = symptom("Config NodeCADaemonAvailable=False *", "NoAvailableReplicas", "x");
        Knowledge::built_in().one(&symptom, Some(minor.parse().unwrap()), None).problem.name
    };
    assert_eq!(of("4.8"), "node-ca-unavailable");
    assert_eq!(of("4.7"), "controller-unavailable");
}

#[test]
fn names_from_a_cluster_are_words_of_a_command_and_act_on_nothing() {
    let hostile = symptom(
        "PersistentVolumeClaim Exists=False *",
        "NotFound",
        "persistentvolumeclaims \"a; rm -rf /\u{1b}[2J\" not found",
    );
    let problem = explained(&hostile);
    assert_eq!(problem.title, "claim `a; rm -rf /\\u{1b}[2J` is not there");
    let command = problem.command.unwrap();
    assert!(command.contains("get pvc \"$(printf %b '"), "{command}");
}
