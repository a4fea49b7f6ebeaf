//! What the user named -> the objects in it, those of Lists each by itself.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cli::check::read::{Held, Patches, file, text};
use crate::cli::console::Console;
use crate::cli::failure::{Found, Refusal};
use crate::cli::parallel::in_order;
use crate::cli::workspace::Workspace;
use crate::diag::Findings;
use crate::diag::visible::visible;
use crate::import::gather::{Gathered, gather};
use crate::live::must_gather::MustGather;
use crate::live::{Live, Unknown};
use crate::load::{LIMIT, Project};
use crate::tree::{Node, Source, SourceKind};
use crate::world::fs::FsWorld;

/// What was read.
#[derive(Default)]
pub(super) struct Read {
    /// The objects.
    pub(super) objects: Vec<Node>,
    /// What could not be looked at.
    pub(super) unknown: Vec<Unknown>,
    /// Why nobody knows whether there is a Secret with credentials of the user's own.
    pub(super) unseen_secret: Option<Unknown>,
    /// Whether it is sure that the cluster has no Secret with credentials of the user's own.
    pub(super) has_no_user_secret: bool,
}

/// Asks a cluster, or what was collected of one.
pub(super) fn looked_at(live: &dyn Live) -> Result<Read> {
    let Gathered { objects, unknown, unseen_secret, has_no_user_secret } = gather(live);
    if let (true, Some(first)) = (objects.is_empty(), unknown.first()) {
        return Err(Refusal::new(first.message.clone(), first.help.clone()).into());
    }
    if objects.is_empty() {
        let message = format!("`{}` has no object of a registry's configuration", visible(live.called()));
        return Err(Refusal::new(message, "see that it is the cluster that is meant").into());
    }
    Ok(Read { objects, unknown, unseen_secret, has_no_user_secret })
}

/// Reads what a must-gather collected.
pub(super) fn must_gather(dir: &Path) -> Result<Read> {
    let called = dir.display().to_string();
    let here = Path::new(".").canonicalize().context("cannot tell the current directory")?;
    let world = FsWorld::open(dir, &here, None).with_context(|| format!("cannot read `{}`", visible(&called)))?;
    let Some(live) = MustGather::open(&world, called.clone()) else {
        let help = "name the directory that `oc adm must-gather` wrote; the files of `oc get -o yaml` are for `--from`";
        return Err(Refusal::new(format!("`{}` is no must-gather", visible(&called)), help).into());
    };
    looked_at(&live)
}

/// Reads manifests.
pub(super) fn objects(from: &[PathBuf], console: &mut Console<'_>) -> Result<Read> {
    let mut read = Read::default();
    let mut broken = Findings::new();
    if from.iter().any(|path| path == Path::new("-")) {
        let bytes = console.read_input(LIMIT)?;
        let source = Source::new("<stdin>", String::from_utf8_lossy(&bytes), SourceKind::User);
        read.take(text(&source), &mut broken);
    }
    let paths: Vec<PathBuf> = from.iter().filter(|path| *path != Path::new("-")).cloned().collect();
    let workspace = Workspace::open_any(&paths, None)?;
    if let Some(fault) = workspace.faults.into_iter().next() {
        return Err(fault.why);
    }
    for opened in &workspace.opened {
        let project = Project::new(&opened.world);
        let mut files = opened.files.clone();
        files.extend(opened.manifests_below(&project, &mut broken));
        files.sort();
        files.dedup();
        let patches = Patches::beside(&project, &files);
        for held in in_order(&files, |path| file(&project, path, &patches)) {
            read.take(held, &mut broken);
        }
    }
    // Half of what was named would make a spec that takes the other half away.
    if broken.has_errors() {
        return Err(Found::from(broken).into());
    }
    if read.objects.is_empty() {
        let help = "give the manifests of a cluster, such as what `oc get -o yaml` or `kustomize build` prints";
        return Err(Refusal::new("no Kubernetes object is in what was named", help).into());
    }
    Ok(read)
}

impl Read {
    fn take(&mut self, held: Held, broken: &mut Findings) {
        match held {
            Held::Skipped(_) => {}
            Held::Broken(found) => broken.extend(found),
            Held::Objects(objects, found) => {
                self.objects.extend(objects);
                broken.extend(found);
            }
        }
    }
}
