//! A spec of an example on a cluster of a minor: what it renders, how that is applied, and what diff must say of it.

use std::path::{Path, PathBuf};

use regcfg::target::Minor;
use serde_json::{Value as Json, json};

use crate::cluster::objects::path;
use crate::cluster::{ADMIN, Cluster};
use crate::diffs::{Diff, check_same, regcfg};
use crate::operator::bootstrap;
use crate::retargeted::{EXAMPLES, Retargeted, decrypted};

/// A spec of an example, on a cluster that its operators have made ready.
pub(crate) struct Scene<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) minor: Minor,
    pub(crate) project: &'a Retargeted,
    /// The spec, from the directory of the project.
    pub(crate) spec: PathBuf,
    /// What the spec renders, as it comes to the cluster.
    pub(crate) objects: Vec<Json>,
}

/// Tells stories of every spec of every example, each on a cluster that has nothing of the one before.
pub(crate) fn for_every_spec(cluster: &Cluster, minor: Minor, stories: &[fn(&Scene<'_>)]) {
    cluster.apply_crds(&minor.to_string());
    let mut impossible = Vec::new();
    let mut n_told = 0;
    for example in EXAMPLES {
        let project = Retargeted::new(example, &minor.to_string());
        for spec in project.specs() {
            let spec = spec.strip_prefix(project.dir()).unwrap().to_owned();
            let mut scene = Scene { cluster, minor, project: &project, spec, objects: Vec::new() };
            let Some(rendered) = scene.render() else {
                impossible.push(example);
                continue;
            };
            scene.objects = decrypted(&rendered);
            for story in stories {
                scene.prepare();
                story(&scene);
                scene.clear();
            }
            n_told += 1;
        }
    }
    println!("{n_told} specs on {minor}; none of {impossible:?}");
    let expected: &[&str] = if minor < Minor::of(4, 15) { &["azure"] } else { &[] };
    assert_eq!(impossible, expected, "the private endpoint is of 4.15");
}

impl Scene<'_> {
    fn about(&self) -> String {
        format!("{} on {}", self.spec.display(), self.minor)
    }

    /// Renders the spec as it is now; none where errors say why not.
    pub(crate) fn render(&self) -> Option<String> {
        let output = regcfg(self.project.dir(), &["render", self.spec()], None);
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    fn spec(&self) -> &str {
        self.spec.to_str().unwrap()
    }

    /// Makes ready what is there before anything is applied: namespaces, and the config CRs.
    fn prepare(&self) {
        let resolved = regcfg(self.project.dir(), &["resolve", self.spec()], None);
        let resolved = String::from_utf8(resolved.stdout).unwrap();
        let platform = resolved.split_once("  platform: ").unwrap().1.lines().next().unwrap();
        bootstrap(self.cluster, self.minor, platform);
        for object in &self.objects {
            if let Some(namespace) = object["metadata"]["namespace"].as_str() {
                self.cluster.namespace(namespace);
            }
        }
    }

    /// Applies as somebody does at a terminal.
    pub(crate) fn apply_with_kubectl(&self) {
        let manifests: Vec<String> = self.objects.iter().map(|object| format!("---\n{object}\n")).collect();
        self.cluster.apply(&manifests.concat(), &["--force-conflicts"]);
    }

    /// Applies as a manager of fields does, with the same requests.
    pub(crate) fn apply_as(&self, manager: &str) {
        for object in &self.objects {
            let query = format!("{}?fieldManager={manager}&force=true&fieldValidation=Strict", path(object));
            let applied = self.cluster.patch("application/apply-patch+yaml", &query, object);
            assert!([200, 201].contains(&applied.status), "{}: {}", self.about(), applied.text());
        }
    }

    /// Marks what is applied as Argo CD does.
    pub(crate) fn track(&self) {
        for object in &self.objects {
            let marked = json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "registry:a/b:c/d"}}});
            let query = format!("{}?fieldManager=argocd-controller", path(object));
            assert_eq!(self.cluster.raw("PATCH", &query, Some(&marked)).status, 200);
        }
    }

    /// Takes all away, whoever would hold it.
    fn clear(&self) {
        let of_operators = ["Config", "ImagePruner"].map(|kind| {
            json!({"apiVersion": "imageregistry.operator.openshift.io/v1", "kind": kind, "metadata": {"name": "cluster"}})
        });
        let image = json!({"apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster"}});
        for object in self.objects.iter().chain(&of_operators).chain([&image]) {
            let path = path(object);
            self.cluster.raw("PATCH", &path, Some(&json!({"metadata": {"finalizers": null}})));
            self.cluster.raw("DELETE", &path, None);
            // What protects a claim is put back at once, and no controller lets go of it here.
            self.cluster.raw("PATCH", &path, Some(&json!({"metadata": {"finalizers": null}})));
            assert_eq!(self.cluster.raw("GET", &path, None).status, 404, "{path} is still there");
        }
    }

    /// Checks that nothing differs.
    #[track_caller]
    pub(crate) fn check_same(&self) {
        check_same(self.project.dir(), self.cluster, self.spec(), &self.about());
    }

    /// Checks that these fields change, and nothing else, and that one manager wrote what is there.
    #[track_caller]
    pub(crate) fn check_changes(&self, expected: &[String], manager: &str) {
        for way in ["dry-run", "merge"] {
            let diff = Diff::of(self.project.dir(), self.cluster, ADMIN, self.spec(), &["--predict", way]);
            let about = format!("{}, --predict {way}: {}", self.about(), diff.stderr);
            let changes = diff.changes();
            let untold: Vec<_> = expected.iter().filter(|one| !changes.contains(one)).collect();
            let more: Vec<_> = changes.iter().filter(|one| !expected.contains(one)).collect();
            assert!(changes == expected, "{about}: {} changes; not told {untold:#?}, but {more:#?}", changes.len());
            assert_eq!(diff.live_only(), Vec::<String>::new(), "{about}");
            assert_eq!(diff.managers().into_iter().collect::<Vec<_>>(), [manager], "{about}");
            assert_eq!(diff.exit, 1, "{about}");
        }
    }
}

/// Reads a file of the project.
pub(crate) fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}
