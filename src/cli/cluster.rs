//! One cluster as text: what `render` and `argocd generate` make of a spec, by the same way.
//!
//! A spec's path in, its manifests out, or findings. Where the text goes is the command's to know.

use anyhow::Result;

use super::args::SecretArgs;
use super::origins::{beside_origins, beside_their_own};
use crate::diag::Findings;
use crate::emit::stream::order;
use crate::emit::{DecryptedBy, RenderedCluster, Secrets, manifests};
use crate::pipeline::{self, Judged, Session, Surveyed};
use crate::secret::{Identities, passed_on};
use crate::tree::{Node, Place};
use crate::world::ProjectPath;

/// What the invoker asks of every cluster.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    /// What may be done with secrets.
    pub(super) secrets: &'a SecretArgs,
    /// What opens files that SOPS encrypted.
    pub(super) identities: &'a Identities,
    /// Whether each line says where it comes from.
    pub(super) explain: bool,
    /// Who decrypts what is passed on as SOPS encrypted it.
    pub(super) decrypted_by: DecryptedBy,
}

/// A cluster as text, and where its name is written.
pub(super) struct Made {
    /// The manifests.
    pub(super) rendered: RenderedCluster,
    /// The manifests behind the places of each line, where that was asked.
    pub(super) explained: Option<String>,
    /// The text that names the cluster.
    pub(super) named: Place,
    /// What is known of the cluster beside others.
    pub(super) surveyed: Option<Surveyed>,
    /// The files that it is made of, as findings name them.
    pub(super) documents: Vec<String>,
}

/// Compiles a spec and makes its manifests; none where findings say why not.
pub(super) fn make(session: &Session<'_>, path: &ProjectPath, wish: Wish<'_>, findings: &mut Findings) -> Option<Made> {
    let Judged { surveyed, bundle, .. } = pipeline::judged(session, path, findings);
    let bundle = bundle?;
    let documents = surveyed.as_ref().map(|surveyed| surveyed.facts.documents.clone()).unwrap_or_default();
    let allowed = wish.secrets.allowed();
    let secrets = Secrets {
        reveal: wish.secrets.reveal(),
        allowed: &allowed,
        identities: wish.identities,
        world: session.project.world(),
        decrypted_by: wish.decrypted_by,
    };
    // A tree that cannot be written is a finding of `manifests`, which writes the same tree.
    let explained = wish.explain.then(|| explained(&bundle.objects)).and_then(Result::ok);
    let named = bundle.name.place().clone();
    let rendered = manifests(&bundle.cluster, bundle.objects, &named, &secrets, findings)?;
    Some(Made { rendered, explained, named, surveyed, documents })
}

/// Writes the objects behind the places that wrote each line; a secret is shown as what it is, never by its value.
fn explained(objects: &[Node]) -> Result<String> {
    let mut objects = objects.to_vec();
    order(&mut objects);
    let documents = objects.iter().map(|object| match passed_on(object) {
        Some(_) => Ok(beside_their_own(&object.place().source)),
        None => beside_origins(object),
    });
    let documents: Vec<String> = documents.collect::<Result<_>>()?;
    Ok(documents.join("---\n"))
}
