//! A Secret that the controller of Sealed Secrets opens: ciphertext out of the repository, passed on as it is.
//!
//! A value comes out of a file that `kubeseal` wrote, or stands in the spec as `kubeseal --raw` printed it. Nothing is
//! decrypted here, so that what a single value is bound to is only known by what the spec says of it.

mod ciphertext;
mod file;
mod scope;

use std::sync::Arc;

use super::{Asked, SecretSpec, taken_literally, text};
use crate::check::Checked;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::lower::trust::certificates;
use crate::spec::{Content, ValueSource};
use crate::tree::{Node, Origin};
use file::SealedFile;
use scope::{Said, Scope};

/// Annotations of the Secret itself. It outlives a lost SealedSecret, as it does a lost ExternalSecret, and the registry
/// keeps its storage; the controller goes on to write it, and makes it again where it is deleted.
///
/// Source: bitnami-labs/sealed-secrets `pkg/controller/controller.go`.
const KEPT: [&str; 2] = ["sealedsecrets.bitnami.com/managed", "sealedsecrets.bitnami.com/skip-set-owner-references"];

impl SecretSpec<'_> {
    /// The parts of a SealedSecret. Adds findings for what is none, and for what would never be opened.
    pub(super) fn sealed(&self, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        let n_errors = findings.n_errors();
        let mut files: Vec<(&Node, Option<SealedFile<'_>>)> = Vec::new();
        let (mut sealed, mut public, mut scopes) = (Vec::new(), Vec::new(), Vec::new());
        for asked in &self.asked {
            let Some(Content::Secret(ValueSource::Sealed(source))) = Content::of(asked.content) else {
                public.push((Arc::clone(&asked.key), taken_literally(certificates(asked.content, checked)?)));
                continue;
            };
            let Some(way) = way(source, findings) else { continue };
            let (value, said) = match way {
                Way::Value(value) => (value.clone(), scope_of_value(source, checked)),
                Way::File(named) => {
                    let same = |file: &Node| is_same_file(file, named, checked);
                    if !files.iter().any(|(known, _)| same(known)) {
                        files.push((named, SealedFile::read(self, named, checked, findings)));
                    }
                    let Some(file) = files.iter().find(|(known, _)| same(known)).and_then(|(_, file)| file.as_ref())
                    else {
                        continue;
                    };
                    check_said_scope(source, &file.said, findings);
                    let (key, place) = match source.get("key") {
                        Some(key) => (key.as_str().unwrap_or_default(), key.place()),
                        None => (&*asked.key, named.place()),
                    };
                    let Some(value) = file.value(key, place, findings) else { continue };
                    (value.clone(), file.said.clone())
                }
            };
            sealed.extend(ciphertext_of(asked, &value, findings));
            scopes.push(said);
        }
        check_scopes(&scopes, findings);
        if findings.n_errors() > n_errors {
            return None;
        }
        let near = self.asked.first().map_or(&self.name, |asked| asked.content);
        let data = Node::map(sealed, near.origin.clone());
        let others = checked.profile().get("annotations").and_then(|all| all.get("sealed"));
        let annotations = annotations(&scopes, others, near);
        let kept = Node::map(KEPT.map(|name| (name, text("true", near))), near.origin.clone());
        let mut parts = Node::map([("encryptedData", data), ("annotations", annotations)], near.origin.clone());
        parts.insert("kept", self::annotations(&scopes, Some(&kept), near));
        if !public.is_empty() {
            parts.insert("public", Node::map(public, near.origin.clone()));
        }
        Some(parts)
    }
}

/// How a sealed value is given.
enum Way<'r> {
    File(&'r Node),
    Value(&'r Node),
}

/// Returns how a sealed value is given. Adds a finding where that is in no way, in two, or half in one.
fn way<'r>(source: &'r Node, findings: &mut Findings) -> Option<Way<'r>> {
    let (file, value) = (source.get("file"), source.get("value"));
    let (place, message, help) = match (file, value, source.entry("key")) {
        (Some(file), None, _) => return Some(Way::File(file)),
        (None, Some(value), None) => return Some(Way::Value(value)),
        (None, Some(_), Some(key)) => (
            key.key.place(),
            "a key of a file beside a value that stands here",
            "remove `key`, or name the file in place of `value`",
        ),
        (Some(_), Some(value), _) => {
            (value.place(), "a sealed value beside a file of them", "remove `file` or `value`")
        }
        (None, None, _) => (
            source.place(),
            "neither a sealed value nor a file of them",
            "write `file: …`, a SealedSecret, or `value: …`, what `kubeseal --raw` prints",
        ),
    };
    findings.push(Diagnostic::error(&codes::SEALED_SOURCE, place, message).help(help));
    None
}

fn is_same_file(one: &Node, other: &Node, checked: &Checked) -> bool {
    let path = |named| checked.contents().of(named).map(|content| &content.path);
    path(one).is_some() && path(one) == path(other)
}

/// Returns what a single value is bound to: what is said beside it, else by default.
fn scope_of_value(source: &Node, checked: &Checked) -> Said {
    let by = checked.spec().scope_of(source).unwrap_or(source);
    let scope = by.as_str().and_then(Scope::named).unwrap_or(Scope::Strict);
    Said { scope, by: by.clone() }
}

/// Says where a scope stands beside a file that says another one.
fn check_said_scope(source: &Node, of_file: &Said, findings: &mut Findings) {
    let Some(said) = source.get("scope").filter(|said| said.as_str() != Some(of_file.scope.name())) else { return };
    let message = format!("the file is `{}`, not {}", of_file.scope.name(), quoted(said.as_str().unwrap_or_default()));
    let finding = Diagnostic::error(&codes::MIXED_SCOPES, said.place(), message);
    let finding = finding.note_at(of_file.by.place(), "the file says it by its annotations");
    findings.push(finding.help("remove `scope`, or seal the file again for it"));
}

/// Says where the values of one Secret are bound to different things: one SealedSecret has one scope.
fn check_scopes(scopes: &[Said], findings: &mut Findings) {
    let Some((first, others)) = scopes.split_first() else { return };
    if let Some(other) = others.iter().find(|other| other.scope != first.scope) {
        let (own, own_first) = (other.scope.name(), first.scope.name());
        let message = format!("a value sealed `{own}` in one Secret with one sealed `{own_first}`");
        let finding = Diagnostic::error(&codes::MIXED_SCOPES, other.by.place(), message)
            .note_at(first.by.place(), format!("`{own_first}` here"))
            .note("a SealedSecret has one scope; the controller would open none of its values");
        findings.push(finding.help(format!("seal all values of the Secret with `--scope {own_first}`")));
    }
}

/// Returns a key with its ciphertext. Adds a finding where there is something else.
fn ciphertext_of(asked: &Asked<'_>, value: &Node, findings: &mut Findings) -> Option<(Arc<str>, Node)> {
    let key = Arc::clone(&asked.key);
    let why = match value.as_str().map(ciphertext::without_breaks) {
        Some(Ok(same)) if Some(&*same) == value.as_str() => return Some((key, value.clone())),
        Some(Ok(joined)) => return Some((key, Node::string(&*joined, value.origin.clone()))),
        Some(Err(why)) => why,
        None => "is no text",
    };
    let message = format!("no sealed value for {}: it {why}", quoted(&key));
    let finding = Diagnostic::error(&codes::NOT_SEALED, value.place(), message)
        .note("the SealedSecret would show Synced=False, and no Secret would be made");
    findings.push(finding.help(
        "write what `kubeseal` wrote, whole and on one line; if this was the secret itself, change it where it came from",
    ));
    None
}

/// Returns annotations with that of the scope, which comes from all that says it.
fn annotations(scopes: &[Said], others: Option<&Node>, near: &Node) -> Node {
    let mut annotations = others.cloned().unwrap_or_else(|| Node::map::<&str>([], near.origin.clone()));
    if let Some((first, annotation)) = scopes.first().and_then(|said| Some((said, said.scope.annotation()?))) {
        let places = scopes.iter().map(|said| said.by.place().clone());
        annotations.insert(annotation, Node::string("true", Origin::rendered(places, first.by.place().clone())));
    }
    annotations
}
