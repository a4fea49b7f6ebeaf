//! Manifests that anyone wrote: files, or standard input. Each file is judged on whatever core is free; then the operator's
//! rules see the objects of each cluster together.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::anyhow;

use super::read::{self, Held, Patches};
use crate::cli::parallel::in_order;
use crate::diag::visible::visible;
use crate::diag::{Findings, Item, Thing};
use crate::load::Project;
use crate::name::{ObjectName, cluster_label};
use crate::rules::{self, BundleContext, Dated, ending_in_manifests};
use crate::target::Target;
use crate::tree::{Node, Source, SourceKind};
use crate::validate::{self, Bootstrap, Definitions};
use crate::world::ProjectPath;

/// How plain manifests are judged.
pub(super) struct Judge {
    /// The release that they are for.
    pub(super) target: Target,
    /// Whether the operator's rules are asked.
    pub(super) rules: bool,
    /// The time, in seconds since 1970, for what expires.
    pub(super) as_of: i64,
    /// The time before which certificates are told that end, where that is asked.
    pub(super) before: Option<i64>,
    /// Definitions of other kinds.
    pub(super) definitions: Definitions,
    /// The files that hold them, by name.
    pub(super) defining: BTreeSet<String>,
}

/// What came of a file: what was looked at, or the name of a file for which there is no answer, and why.
pub(super) type Answer = Result<Vec<Item>, (String, anyhow::Error)>;

/// What came of files, and the certificates that end before the time that was asked for, each cluster's with its name.
pub(super) type Answers = (Vec<Answer>, Vec<Ends>);

/// A cluster's name, and its certificates that end before the time that was asked for.
type Ends = (String, Vec<Dated>);

/// A file under judgement.
#[derive(Default)]
struct File {
    name: String,
    /// The directory that it stands in.
    dir: String,
    items: Vec<Item>,
    /// Where the object of each item begins in the text, in bytes.
    starts: Vec<u32>,
    /// The objects that rules may look at: those that their schemas find right.
    objects: Vec<Node>,
}

impl Judge {
    /// Judges files of a project.
    pub(super) fn files(&self, project: &Project<'_>, paths: &[ProjectPath]) -> Answers {
        let patches = Patches::beside(project, paths);
        let judged = in_order(paths, |path| {
            let name = project.world().display(path);
            let judged = catch_unwind(AssertUnwindSafe(|| {
                let dir = path.parent().as_str().to_owned();
                let held = if self.defining.contains(&name) {
                    Held::Skipped("its definitions are read, as `--crd` asks".into())
                } else {
                    read::file(project, path, &patches)
                };
                self.held(name.clone(), dir, held)
            }));
            judged.map_err(|_| {
                let error = anyhow!("`{}` met an internal error", visible(&name));
                (name, error)
            })
        });
        self.finish(judged)
    }

    /// Judges standard input.
    pub(super) fn input(&self, bytes: &[u8]) -> Answers {
        const NAME: &str = "<stdin>";
        let source = Source::new(NAME, String::from_utf8_lossy(bytes), SourceKind::User);
        self.finish(vec![Ok(self.held(NAME.into(), String::new(), read::text(&source)))])
    }

    fn held(&self, name: String, dir: String, held: Held) -> File {
        let (objects, found) = match held {
            Held::Skipped(reason) => {
                return File { items: vec![Item::skipped(&name, reason)], name, dir, ..File::default() };
            }
            Held::Broken(found) => {
                return File { items: vec![Item::judged(&name, Thing::File, found)], name, dir, ..File::default() };
            }
            Held::Objects(objects, found) => (objects, found),
        };
        let mut file = File { name, dir, ..File::default() };
        let mut right = Vec::with_capacity(objects.len());
        for judged in validate::each_manifest(&objects, self.target, &self.definitions) {
            let place = judged.node.place();
            right.push(judged.is_known && !judged.findings.has_errors() && !judged.node.has_secret());
            file.starts.push(place.start);
            let item = Item::judged(&file.name, Thing::Object, judged.findings);
            file.items.push(item.of_object(judged.name, place.position().line));
        }
        file.objects = objects.into_iter().zip(right).filter_map(|(object, right)| right.then_some(object)).collect();
        file.add(found);
        file
    }

    /// Asks the operator's rules, and returns what came of each file.
    fn finish(&self, mut judged: Vec<Result<File, (String, anyhow::Error)>>) -> Answers {
        let mut dated = Vec::new();
        if self.rules {
            let files: Vec<&File> = judged.iter().filter_map(|file| file.as_ref().ok()).collect();
            let found: Vec<(Findings, Option<Ends>)> = in_order(&clusters(&files), |objects| {
                let mut findings = Findings::new();
                let context = BundleContext::new(objects.iter().copied(), self.target, Bootstrap::Unknown, None);
                let context = context.as_of(self.as_of);
                rules::on_bundle(&context, &mut findings);
                let ending = |before| ending_in_manifests(&context, self.as_of, before);
                (findings, self.before.and_then(|before| Some((called(objects)?, ending(before)))))
            });
            let mut by_file: BTreeMap<String, Findings> = BTreeMap::new();
            for finding in found.into_iter().flat_map(|(findings, ending)| {
                dated.extend(ending);
                findings
            }) {
                by_file.entry(finding.place.source.name().to_owned()).or_default().push(finding);
            }
            for file in judged.iter_mut().filter_map(|file| file.as_mut().ok()) {
                file.add(by_file.remove(&file.name).unwrap_or_default());
            }
        }
        (judged.into_iter().map(|file| file.map(|file| file.items)).collect(), dated)
    }
}

impl File {
    /// Adds findings, each to the object in which it stands, by whose name it is told.
    fn add(&mut self, findings: Findings) {
        for mut finding in findings {
            let before = self.starts.partition_point(|start| *start <= finding.place.start);
            if let Some(item) = self.items.get_mut(before.saturating_sub(1)) {
                finding.object = finding.object.or_else(|| item.name.clone());
                item.add([finding]);
            }
        }
    }
}

/// Returns the objects by the cluster that they are for.
///
/// A label says which cluster that is, in all files of a directory, as `render -o` writes them. A file without the label is
/// a cluster of its own: its neighbours may be for another.
fn clusters<'f>(files: &[&'f File]) -> Vec<Vec<&'f Node>> {
    let mut clusters: BTreeMap<(&str, &str), Vec<&Node>> = BTreeMap::new();
    for file in files {
        for object in &file.objects {
            let label = cluster_label(object).and_then(Node::as_str);
            let cluster = label.map_or((&*file.name, ""), |label| (&*file.dir, label));
            clusters.entry(cluster).or_default().push(object);
        }
    }
    clusters.into_values().flat_map(|objects| each_once(&objects)).collect()
}

/// Returns what a cluster is called: by its label, or by the file that stands for it.
fn called(objects: &[&Node]) -> Option<String> {
    let first = objects.first()?;
    let label = cluster_label(first).and_then(Node::as_str);
    Some(label.unwrap_or(first.place().source.name()).to_owned())
}

/// Cuts objects where one comes a second time, so that each stands once in what is judged together: a directory may hold
/// several states of one cluster.
fn each_once<'f>(objects: &[&'f Node]) -> Vec<Vec<&'f Node>> {
    let mut names: Vec<ObjectName<'_>> = objects.iter().map(|object| ObjectName::of(object)).collect();
    names.sort_unstable();
    if !names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return vec![objects.to_vec()];
    }
    let mut by_file: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for object in objects {
        by_file.entry(object.place().source.name()).or_default().push(object);
    }
    by_file.into_values().collect()
}
