//! The policy of whoever invokes regcfg: a file of kind `Policy`, which no project can change.

use std::fmt;
use std::sync::Arc;

use super::levels::{Level, by_code, level};
use super::sops::{self, Application};
use crate::check::shape;
use crate::diag::{Code, Findings};
use crate::load::{DocumentKind, own_kind};
use crate::schema::interpret::Manner;
use crate::target::{Minor, Target};
use crate::tree::parse::{self, Reading};
use crate::tree::{Node, Place, Source};

/// A policy.
pub struct Policy {
    spec: Node,
    codes: Vec<(&'static Code, Said)>,
}

/// What a policy says of a code.
struct Said {
    level: Option<(Level, Place)>,
    /// Where it is said that findings of the code cannot be acknowledged.
    never_acknowledged: Option<Place>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("at", self.spec.place()).finish_non_exhaustive()
    }
}

impl Policy {
    /// Reads a policy; none where findings say what is wrong with it.
    pub fn read(source: &Arc<Source>, findings: &mut Findings) -> Option<Self> {
        let n_errors = findings.n_errors();
        let node = parse::document(source, Reading::Strict, findings)?;
        own_kind(&node, source, &[DocumentKind::Policy], findings)?;
        let target = Target::only(Minor::newest_released());
        shape::check(DocumentKind::Policy, &node, target, Manner::OBJECT, findings);
        let spec = node.get("spec").cloned().unwrap_or(node);
        let said = by_code(spec.get("codes"), findings).into_iter().map(|(code, entry)| (code, Said::of(&entry.node)));
        let codes = said.collect();
        sops::check(&spec, findings);
        (findings.n_errors() == n_errors).then_some(Self { spec, codes })
    }

    /// Returns the levels that it sets.
    pub(super) fn levels(&self) -> impl Iterator<Item = (&'static str, Level)> {
        self.codes.iter().filter_map(|(code, said)| Some((code.id, said.level.as_ref()?.0)))
    }

    /// Returns the level of a code, and where it is written.
    pub(super) fn level_of(&self, code: &Code) -> Option<(Level, &Place)> {
        self.said(code)?.level.as_ref().map(|(level, place)| (*level, place))
    }

    /// Returns where it is written that findings of a code cannot be acknowledged.
    pub(super) fn forbids_acknowledging(&self, code: &Code) -> Option<&Place> {
        self.said(code)?.never_acknowledged.as_ref()
    }

    /// Returns a list of what is allowed; none where all is.
    pub(super) fn allowed(&self, list: &str) -> Option<&Node> {
        self.spec.get(list).filter(|list| list.as_seq().is_some())
    }

    /// Tells whether secrets may be sealed for whole clusters.
    pub(super) fn allows_cluster_wide(&self) -> bool {
        self.spec.at(&["sealedSecrets", "clusterWide"]).and_then(Node::as_bool).unwrap_or(false)
    }

    /// Returns the files of all age identities, each with whether it decrypts for an application.
    pub fn sops_identities(&self, application: &Application) -> Vec<(&str, bool)> {
        sops::files(&self.spec, application)
    }

    /// Returns where the policy stands, for notes.
    pub(super) fn place(&self) -> &Place {
        self.spec.place()
    }

    fn said(&self, code: &Code) -> Option<&Said> {
        self.codes.iter().find(|(known, _)| *known == code).map(|(_, said)| said)
    }
}

impl Said {
    fn of(node: &Node) -> Self {
        let set = node.get("level").and_then(|node| Some((level(node)?, node.place().clone())));
        let never = node.get("acknowledgeable").filter(|node| node.as_bool() == Some(false));
        Self { level: set, never_acknowledged: never.map(|node| node.place().clone()) }
    }
}
