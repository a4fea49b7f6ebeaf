//! Turns a cluster's validated objects into manifests, and brings them out: to a stream or into a directory.
//!
//! In come objects whose secrets are slots, and what the invoker said about secrets; out come texts in the order of
//! applying, one per object, or findings. Nothing is brought out before the whole cluster is text, and no cluster
//! without objects, since engines take an empty answer for "delete everything".

mod name;
mod owned;
pub mod stream;
pub mod tree;
pub mod verify;
pub mod work_tree;

pub use name::file_name;

use zeroize::Zeroizing;

use crate::diag::{Diagnostic, Findings, codes};
use crate::name::ObjectName;
use crate::secret::content::signing_key;
use crate::secret::{AllowedEnv, Filled, Identities, Reveal, fill, has_plain, is_secret, passed_on, settle};
use crate::tree::emit::{EmitError, to_yaml_filled};
use crate::tree::{Node, Place};
use crate::world::World;

/// The most bytes of manifests with secrets that are revealed for one cluster: a spec may name one file for thousands of
/// Secrets, and all of them are in memory before the first is written.
const MOST_REVEALED: usize = 64 << 20;

/// What the invoker says about plain secrets, and where they can be read.
#[derive(Clone, Copy)]
pub struct Secrets<'a> {
    /// Whether they are written.
    pub reveal: Reveal,
    /// The variables they may come from.
    pub allowed: &'a AllowedEnv,
    /// What opens files that SOPS encrypted.
    pub identities: &'a Identities,
    /// What they are read through.
    pub world: &'a dyn World,
    /// Who decrypts what SOPS encrypted and is passed on as it is.
    pub decrypted_by: DecryptedBy,
}

/// Who decrypts a Secret that is passed on as SOPS encrypted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecryptedBy {
    /// What applies the manifests, as Flux does where its Kustomization says `spec.decryption`.
    Engine,
    /// Nobody: Argo CD applies what a plugin prints.
    Nobody,
}

/// All manifests of one cluster, in the order of applying.
pub struct RenderedCluster {
    /// The cluster's name, which is its directory's.
    pub name: String,
    /// The manifests; never none.
    pub manifests: Vec<Manifest>,
    /// Whether plain secrets are among them, which nobody else on the machine may read.
    pub private: bool,
}

/// The manifest of one object.
pub struct Manifest {
    /// The name of its file in a directory.
    pub file: String,
    /// Its YAML, without `---`; wiped on drop, since it may hold a secret.
    pub text: Zeroizing<String>,
    /// Whether it is a Secret, whose text is never shown.
    pub is_secret: bool,
    /// Whether the text is the user's own, which nothing may be added to.
    pub is_passed_on: bool,
}

/// Makes the manifests of a cluster; none where findings say why there is no output.
///
/// `spec` is the place that a finding about the whole cluster points at.
pub fn manifests(
    name: &str,
    objects: Vec<Node>,
    spec: &Place,
    secrets: &Secrets<'_>,
    findings: &mut Findings,
) -> Option<RenderedCluster> {
    let n_errors = findings.n_errors();
    let mut objects = settle(objects, secrets.reveal, findings)?;
    if objects.is_empty() {
        let finding = Diagnostic::error(&codes::NO_OBJECTS, spec, "nothing is left to render for this cluster");
        findings.push(
            finding
                .note("an engine takes an empty answer for the wish to delete everything")
                .help("keep at least one object, or remove the whole spec"),
        );
        return None;
    }
    stream::order(&mut objects);
    let private = objects.iter().any(has_plain);
    let key = signing_key(&objects);
    let mut manifests = Vec::with_capacity(objects.len());
    let mut room = MOST_REVEALED;
    for object in &objects {
        let Some(made) = manifest(object, key, secrets, findings) else { continue };
        let left = if made.is_secret { room.checked_sub(made.text.len()) } else { Some(room) };
        let Some(left) = left else {
            let message = format!("Secrets of more than {} MiB for one cluster", MOST_REVEALED >> 20);
            let finding = Diagnostic::error(&codes::TOO_LARGE, spec, message);
            findings.push(finding.help("name smaller values, or take them from a secret store (`valueFrom.external`)"));
            return None;
        };
        room = left;
        manifests.push(made);
    }
    // An object that cannot be written was said; without it the rest would be taken for the whole.
    let is_whole = findings.n_errors() == n_errors && manifests.len() == objects.len();
    is_whole.then(|| RenderedCluster { name: name.to_owned(), manifests, private })
}

fn manifest(
    object: &Node,
    signing_key: Option<(&str, &str)>,
    secrets: &Secrets<'_>,
    findings: &mut Findings,
) -> Option<Manifest> {
    let (file, is_secret) = (file_name(object), is_secret(object));
    if let Some(text) = passed_on(object) {
        if secrets.decrypted_by == DecryptedBy::Nobody {
            findings.push(undecrypted(object));
        }
        return Some(Manifest { file, text: Zeroizing::new(text.to_owned()), is_secret, is_passed_on: true });
    }
    let mut values = Filled::of(object, signing_key);
    let text = to_yaml_filled(object, &mut |slot| {
        let filled = fill(slot, secrets.world, secrets.allowed, secrets.identities, findings);
        if let Some(filled) = &filled {
            values.take(slot, filled);
        }
        filled
    });
    values.judge(findings);
    match text {
        Ok(text) => Some(Manifest { file, text: Zeroizing::new(text), is_secret, is_passed_on: false }),
        // `fill` has said why.
        Err(EmitError::Secret(_)) => None,
        Err(error) => {
            let (message, help) = match &error {
                EmitError::TooDeep(_) => ("a value nested deeper than any reader should go", "place it less deep"),
                _ => ("a number that is not finite", "write a number that JSON has a form for"),
            };
            findings.push(Diagnostic::error(&codes::NOT_WRITABLE, error.place(), message).help(help));
            None
        }
    }
}

fn undecrypted(object: &Node) -> Diagnostic {
    let message = "nothing would decrypt this Secret, and Argo CD would apply its ciphertext as the credential";
    let named = object.at(&["metadata", "name"]).unwrap_or(object);
    Diagnostic::error(&codes::CIPHERTEXT_FOR_ARGOCD, named.place(), message)
        .object(ObjectName::of(object).to_string())
        .note("Argo CD applies what a plugin prints as it is")
        .help("take the values from a secret store (`valueFrom.external`) or sealed (`valueFrom.sealed`), or set `secrets.sops.delivery: Decrypted` where the sidecar has a policy with `sops.identities` and reveals secrets")
}

#[cfg(test)]
mod tests;
