//! What a rule on specs can see: the resolved spec, its target and files, and what holds where the spec says nothing.
//!
//! A setting that no file and no profile gives is what the operator bootstraps on the platform; a finding about it points
//! at what the user did write. How the cluster would say a fault is worded here too, so that all rules say it alike.

use crate::diag::{Code, Diagnostic, Severity};
use crate::load::Contents;
use crate::profile::Profile;
use crate::resolve::Resolved;
use crate::spec::{Backend, Spec};
use crate::target::{Minor, Target};
use crate::tree::{Node, Origin};

/// What a rule on specs can see.
pub struct SpecContext<'r> {
    /// The resolved document.
    pub resolved: &'r Resolved,
    /// The view of its `spec`.
    pub spec: Spec<'r>,
    /// The OpenShift minors that it is for.
    pub target: Target,
    /// The files that it names.
    pub contents: &'r Contents,
    /// The time, in seconds since 1970, for what expires.
    pub as_of: i64,
}

/// A field of the config CR as the cluster will have it.
#[derive(Clone, Copy)]
pub(super) struct Setting<'r> {
    /// Its value.
    pub(super) node: &'r Node,
    field: &'static str,
    /// The minor whose bootstrap it is; none where a file or the profile gives it.
    bootstrapped: Option<Minor>,
}

/// Something that the user wrote, and that a finding is about.
#[derive(Clone, Copy)]
pub(super) struct Cause<'r> {
    /// Where it stands.
    pub(super) origin: &'r Origin,
    /// What it is, for a note: `the volume that one node can mount`.
    pub(super) says: &'static str,
}

impl<'r> SpecContext<'r> {
    /// Makes the context of a spec whose shape is right.
    pub fn new(resolved: &'r Resolved, target: Target, contents: &'r Contents, as_of: i64) -> Self {
        let spec = Spec::new(resolved.spec());
        Self { resolved, spec, target, contents, as_of }
    }

    /// Returns the profile of the platform.
    pub(super) fn profile(&self) -> &'r Profile {
        &self.resolved.profile
    }

    /// Returns a field of `registry` as the cluster will have it, once for each way in which the target's minors differ.
    pub(super) fn settings(&self, field: &'static str) -> Vec<Setting<'r>> {
        let bootstrapped = |minor| self.profile().bootstrap("config", minor);
        Setting::all(field, self.spec.registry(field), self.target, bootstrapped)
    }

    /// Returns the first of the settings for which something holds.
    pub(super) fn setting(&self, field: &'static str, holds: impl Fn(&Node) -> bool) -> Option<Setting<'r>> {
        self.settings(field).into_iter().find(|setting| holds(setting.node))
    }

    /// Tells whether the operator runs the registry. Where it does not, what it would choke on is not looked at.
    pub(super) fn is_managed(&self) -> bool {
        self.setting("managementState", |node| node.as_str() == Some("Managed")).is_some()
    }

    /// Returns the backend where there is exactly one.
    pub(super) fn backend(&self) -> Option<Backend<'r>> {
        let storage = self.spec.storage()?;
        let mut backends = storage.backends();
        backends.next().filter(|_| backends.next().is_none())
    }

    /// Returns the backend if it is the named one, and the only one.
    pub(super) fn only(&self, name: &str) -> Option<Backend<'r>> {
        self.backend().filter(|backend| backend.name == name)
    }

    /// Words how the cluster shows a fault that the operator does not try again.
    pub(super) fn degraded(&self, reason: &str, text: &str) -> String {
        degraded(self.target, reason, text)
    }
}

/// Words how the cluster shows a fault that the operator does not try again.
pub(super) fn degraded(target: Target, reason: &str, text: &str) -> String {
    let prefix = if target.last() > Minor::FIRST { "Error: " } else { "" };
    format!("the cluster would show Degraded=True, reason `{reason}`: `{prefix}{text}`")
}

/// Words how the cluster shows a fault of storage, which the operator tries again and again.
pub(super) fn storage_failing(text: &str) -> String {
    stuck(&format!("unable to sync storage configuration: {text}"))
}

/// Words how the cluster shows a fault that the operator tries again and again.
pub(super) fn stuck(text: &str) -> String {
    format!("the cluster would show Progressing=True, reason `Error`: `Unable to apply resources: {text}`")
}

/// Words how the cluster shows a claim that the registry cannot use.
pub(super) fn claim_failing(text: &str) -> String {
    format!("the cluster would show StorageExists=False, reason `PVC Issues Found`: `{text}`")
}

impl<'r> Setting<'r> {
    /// Returns what a field of the config CR is: as it is `written`, in a file or the profile, else as the operator
    /// bootstraps it, once for each way in which the target's minors differ.
    pub(super) fn all(
        field: &'static str,
        written: Option<&'r Node>,
        target: Target,
        bootstrapped: impl Fn(Minor) -> Option<&'r Node>,
    ) -> Vec<Self> {
        if let Some(node) = written {
            return vec![Self { node, field, bootstrapped: None }];
        }
        let mut settings: Vec<Self> = Vec::new();
        for minor in target.minors() {
            let Some(node) = bootstrapped(minor).and_then(|config| config.get(field)) else { continue };
            if settings.last().is_none_or(|last| last.node != node) {
                settings.push(Self { node, field, bootstrapped: Some(minor) });
            }
        }
        settings
    }

    /// Makes a finding about the setting: where the user wrote it, else at the cause that the user wrote.
    pub(super) fn finding(
        self,
        code: &'static Code,
        severity: Severity,
        message: impl Into<String>,
        cause: Cause<'r>,
        platform: Option<&Node>,
    ) -> Diagnostic {
        if self.bootstrapped.is_none() && self.node.place().is_users() {
            return Diagnostic::new(code, severity, self.node.place(), message)
                .note_at(cause.origin.place(), cause.says);
        }
        let finding = Diagnostic::new(code, severity, cause.origin.place(), message);
        let shown = match (self.node.as_int(), self.node.as_str()) {
            (Some(number), _) => number.to_string(),
            (None, text) => text.unwrap_or_default().to_owned(),
        };
        let platform = platform.and_then(Node::as_str).unwrap_or_default();
        let says = match self.bootstrapped {
            Some(_) => format!("no `{}` is set, and the operator bootstraps {shown} on `{platform}`", self.field),
            None => format!("`{}` is {shown} by default on `{platform}`", self.field),
        };
        finding.note_at(self.node.place(), says)
    }
}
