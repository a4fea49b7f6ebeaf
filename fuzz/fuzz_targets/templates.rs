//! Any text as a template of a user's profile, on a spec that has values of every kind: no panic, no hang, no memory
//! beyond the limits, no secret in what is said, and what is rendered parses.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use regcfg::diag::format::text;
use regcfg::diag::{Findings, Outcome};
use regcfg::emit::stream::join;
use regcfg::emit::{DecryptedBy, Secrets, manifests};
use regcfg::load::Project;
use regcfg::lower::Day;
use regcfg::pipeline::{Session, compile};
use regcfg::profile::Profiles;
use regcfg::secret::{AllowedEnv, Identities, Reveal};
use regcfg::world::{MemWorld, ProjectPath};

const SPEC: &str = r#"
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: a}
spec:
  openshift: "4.12..4.19"
  platform: own
  registry:
    replicas: 2
    nodeSelector: {a: "x: {{ y }} ${z} # \n", b: "\e[31m"}
    tolerations: [{key: a, operator: Exists}, {key: b, tolerationSeconds: 5, effect: NoExecute}]
    routes: {public: {hostname: a.example.com, secretName: tls}}
  storage:
    s3: {bucket: b, region: eu-west-1, encrypt: true, keyID: k}
    credentials:
      accessKey: {valueFrom: {env: REGCFG_SECRET_A}}
      secretKey: {valueFrom: {env: REGCFG_SECRET_A}}
  images: {registrySources: {insecureRegistries: [a.example.com, b.example.com]}}
  pruner: {schedule: "0 0 * * *"}
"#;

const PROJECT: &str = "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec: {profiles: [profiles]}\n";

const PROFILE: &str = r#"
apiVersion: regcfg.dev/v1alpha1
kind: Profile
metadata: {name: own}
spec:
  title: Own
  purpose: A template under test.
  storage: [s3]
  credentials: {s3: [{accessKey: REGISTRY_STORAGE_S3_ACCESSKEY, secretKey: REGISTRY_STORAGE_S3_SECRETKEY}]}
  named: {s3: bucket}
  annotations: {referenced: {a: "1"}}
"#;

fuzz_target!(|bytes: &[u8]| {
    let Ok(template) = std::str::from_utf8(bytes) else { return };
    let files = [
        ("cluster.yaml", SPEC),
        ("regcfg.yaml", PROJECT),
        ("profiles/own/profile.yaml", PROFILE),
        ("profiles/own/templates/own.yaml.j2", template),
    ];
    let world = MemWorld::new(files).with_env("REGCFG_SECRET_A", "hunter2-hunter2").with_now(1_750_000_000);
    let project = Project::new(&world);
    let mut findings = Findings::new();
    let profiles = Profiles::of(&project, &mut findings);
    let session = Session { project: &project, profiles: &profiles, day: Day::Running, as_of: 1_750_000_000, in_force: Arc::default() };
    let path = ProjectPath::new("cluster.yaml").expect("a path");
    match compile(&session, &path, &mut findings) {
        Some(bundle) => {
            let allowed = AllowedEnv::default();
            let secrets = Secrets { reveal: Reveal::Reveal, allowed: &allowed, identities: &Identities::default(), world: &world, decrypted_by: DecryptedBy::Engine };
            let rendered = manifests(&bundle.cluster, bundle.objects, bundle.name.place(), &secrets, &mut findings);
            if let Some(rendered) = rendered {
                let stream = join([&rendered]);
                let read: Result<Vec<serde_json::Value>, _> = serde_yaml::from_multiple(&stream);
                assert!(read.is_ok(), "{read:?}\n{}", *stream);
                assert!(!stream.contains("hunter2"), "a secret that is not base64: {}", *stream);
            }
        }
        None => assert!(findings.has_errors(), "nothing rendered, and nothing said"),
    }
    let shown = text::findings(&Outcome::new(findings), &text::Styles::plain());
    // The base64 of the secret, too.
    assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVyMi"), "a secret is shown: {shown}");
});
