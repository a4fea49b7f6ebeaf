//! `profile.yaml`: what it says, merged over what it extends.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::shape;
use crate::diag::{Diagnostic, Findings, codes};
use crate::render::Templates;
use crate::resolve::merge;
use crate::target::Minor;
use crate::tree::parse::{self, Reading};
use crate::tree::{Node, Source};

/// The name of a profile's manifest in its folder.
pub(super) const FILE: &str = "profile.yaml";

/// The name of the spec in a profile's folder that `regcfg init` starts from.
pub(super) const SCAFFOLD: &str = "scaffold.yaml";

/// The folder of a profile's templates.
pub(super) const TEMPLATES: &str = "templates";

/// The ending of a template's name.
pub(super) const TEMPLATE_ENDING: &str = ".yaml.j2";

/// A platform's profile with all that it extends.
#[derive(Clone)]
pub struct Profile {
    name: String,
    /// The manifest's `spec`, merged over those of the profiles that it extends.
    spec: Node,
    templates: BTreeMap<String, Arc<Source>>,
    scaffold: Option<Arc<Source>>,
    /// The templates as they were read at their first use.
    pub(crate) read: Arc<OnceLock<(Option<Templates>, Findings)>>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Profile {
    /// Parses the manifest among a profile's files.
    pub(super) fn parse(
        name: &str,
        source: &Arc<Source>,
        files: &BTreeMap<String, Arc<Source>>,
        faults: &mut Findings,
    ) -> Option<Self> {
        let node = parse::document(source, Reading::Strict, faults)?;
        let spec = node.get("spec").filter(|spec| spec.as_map().is_some()).cloned();
        let is_profile = node.get("kind").and_then(Node::as_str) == Some("Profile");
        let Some(spec) = spec.filter(|_| is_profile) else {
            let finding = Diagnostic::error(&codes::BAD_PROFILE, node.place(), "not a profile");
            faults.push(finding.help("write `kind: Profile` and a `spec`; `regcfg profile show base` is an example"));
            return None;
        };
        let n_errors = faults.n_errors();
        shape::check(&spec, faults);
        if faults.n_errors() > n_errors {
            return None;
        }
        let templates = files.iter().filter_map(|(path, source)| {
            let file = path.strip_prefix(TEMPLATES)?.strip_prefix('/')?;
            Some((file.strip_suffix(TEMPLATE_ENDING)?.to_owned(), Arc::clone(source)))
        });
        let scaffold = files.get(SCAFFOLD).cloned();
        Some(Self { name: name.to_owned(), spec, templates: templates.collect(), scaffold, read: Arc::default() })
    }

    /// Returns the profile that is this one over the one it extends.
    pub(super) fn over(self, parent: &Self, faults: &mut Findings) -> Self {
        let mut templates = parent.templates.clone();
        templates.extend(self.templates);
        let spec = merge(&parent.spec, &self.spec, faults);
        Self { name: self.name, spec, templates, scaffold: self.scaffold, read: Arc::default() }
    }

    /// Returns the text that names the profile that this one extends.
    pub(super) fn extends(&self) -> Option<&Node> {
        self.spec.get("extends").filter(|node| !node.is_null())
    }

    /// Returns the name: the platform's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns a field of the manifest's merged `spec`.
    pub fn get(&self, field: &str) -> Option<&Node> {
        self.spec.get(field)
    }

    /// Returns the storage backends that the platform has; none where the profile does not restrict them.
    pub fn backends(&self) -> Vec<&str> {
        let listed = self.get("storage").and_then(Node::as_seq).unwrap_or_default();
        listed.iter().filter_map(Node::as_str).collect()
    }

    /// Returns the complete sets of credentials of a backend, each from names in the spec to keys of the Secret.
    pub fn credential_sets(&self, backend: &str) -> &[Node] {
        self.spec.at(&["credentials", backend]).and_then(Node::as_seq).unwrap_or_default()
    }

    /// Tells whether the platform's clusters mint credentials for their registry, as they do unless the profile says no.
    pub fn mints(&self) -> bool {
        self.get("mints").and_then(Node::as_bool) != Some(false)
    }

    /// Returns the setting of a backend that names the user's own bucket, container or claim.
    pub fn naming_setting(&self, backend: &str) -> Option<&str> {
        self.spec.at(&["named", backend])?.as_str()
    }

    /// Returns the templates by name, in the order in which they render.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &Arc<Source>)> {
        self.templates.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// Returns the text that `regcfg init` starts a spec from.
    pub fn scaffold(&self) -> Option<&Arc<Source>> {
        self.scaffold.as_ref()
    }

    /// Returns what the operator bootstraps for an object on a minor, as the object's `spec`.
    ///
    /// `object` is a name under `bootstrap:` in the manifest: `config`, `pruner` or `image`. The last entry whose
    /// `since` is not after the minor holds.
    pub fn bootstrap(&self, object: &str, minor: Minor) -> Option<&Node> {
        let entries = self.spec.at(&["bootstrap", object])?.as_seq()?;
        let holds = |entry: &&Node| {
            let since = entry.get("since").and_then(Node::as_str).and_then(|since| since.parse::<Minor>().ok());
            since.is_none_or(|since| since <= minor)
        };
        entries.iter().rfind(holds)?.get("spec")
    }
}
