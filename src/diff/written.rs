//! What operators, the API server and engines write into objects by themselves, as `written.yaml` says it.

use std::sync::{Arc, OnceLock};

use super::managers::Manager;
use super::meaning::same;
use super::path::{Path, Pattern};
use crate::apply::Engine;
use crate::diag::Findings;
use crate::target::{Minor, Target};
use crate::tree::parse::{Reading, document};
use crate::tree::{Node, Source, SourceKind};

const TEXT: &str = include_str!("written.yaml");

/// All that is written without anybody's asking.
#[derive(Debug)]
pub(super) struct Written {
    managers: Vec<Named>,
    hands: Vec<String>,
    rows: Vec<Row>,
}

/// A manager, or several whose names begin alike.
#[derive(Debug)]
struct Named {
    name: String,
    who: Arc<str>,
}

/// A field that somebody writes.
#[derive(Debug)]
pub(super) struct Row {
    /// The kind and, where it is not the core group, the group behind a dot; any where there is none.
    of: Option<String>,
    path: Pattern,
    by: By,
    who: Arc<str>,
    since: Option<Minor>,
    until: Option<Minor>,
    /// The only values; any where there are none.
    values: Vec<Node>,
    with: Vec<Pattern>,
    without: Vec<Pattern>,
    engine: Option<Engine>,
    not_by_hand: bool,
}

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Server,
    Operator,
    Engine,
}

/// A place in an object where Git says nothing.
pub(super) struct At<'a> {
    /// The kind and, where it is not the core group, the group behind a dot.
    pub(super) of: &'a str,
    /// The place.
    pub(super) path: &'a Path,
    /// The value there.
    pub(super) value: &'a Node,
    /// The object as Git has it.
    pub(super) git: &'a Node,
    /// Who wrote the value.
    pub(super) managers: &'a [Manager<'a>],
    /// What applies the object.
    pub(super) engine: Option<Engine>,
    /// The minors that the cluster may be on.
    pub(super) target: Target,
    /// Whether an apply by somebody who owns the value would drop it.
    pub(super) is_dropped: bool,
}

impl Written {
    /// Returns what is known, read once.
    pub(super) fn known() -> &'static Self {
        static KNOWN: OnceLock<Written> = OnceLock::new();
        KNOWN.get_or_init(|| {
            let source = Source::new("written.yaml", TEXT, SourceKind::Profile);
            let read = document(&source, Reading::Strict, &mut Findings::new());
            // A test reads every row.
            read.map_or_else(|| Self { managers: vec![], hands: vec![], rows: vec![] }, |node| Self::read(&node))
        })
    }

    fn read(node: &Node) -> Self {
        let items = |name: &str| node.get(name).and_then(Node::as_seq).unwrap_or_default();
        let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        let named = |item: &Node| Some(Named { name: text(item, "name")?, who: text(item, "who")?.into() });
        Self {
            managers: items("managers").iter().filter_map(named).collect(),
            hands: items("hands").iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            rows: items("fields").iter().filter_map(Row::read).collect(),
        }
    }

    /// Returns who writes what stands at a place, whoever wrote it this time; none where no row knows the place.
    pub(super) fn by_row(&self, at: &At<'_>) -> Option<Arc<str>> {
        let row = self.rows.iter().find(|row| row.fits(at) && !(row.not_by_hand && self.is_by_hand(at.managers)));
        row.map(|row| Arc::clone(&row.who))
    }

    /// Returns what a manager is where it is a part of the cluster.
    pub(super) fn of_cluster(&self, manager: Manager<'_>) -> Option<Arc<str>> {
        let named = self.managers.iter().find(|named| is_like(&named.name, manager.name));
        match named {
            Some(named) => Some(Arc::clone(&named.who)),
            None if manager.is_subresource => Some("a controller".into()),
            None => None,
        }
    }

    fn is_by_hand(&self, managers: &[Manager<'_>]) -> bool {
        managers.iter().any(|manager| self.hands.iter().any(|hand| is_like(hand, manager.name)))
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start))
}

impl Row {
    fn read(node: &Node) -> Option<Self> {
        let text = |name: &str| node.get(name).and_then(Node::as_str);
        let patterns = |name: &str| {
            let items = node.get(name).and_then(Node::as_seq).unwrap_or_default().iter();
            items.map(|item| Pattern::read(item.as_str()?)).collect::<Option<Vec<Pattern>>>()
        };
        let minor = |name: &str| text(name).map(str::parse).transpose().ok();
        Some(Self {
            of: text("of").map(str::to_owned),
            path: Pattern::read(text("path")?)?,
            by: match text("by")? {
                "server" => By::Server,
                "operator" => By::Operator,
                "engine" => By::Engine,
                _ => return None,
            },
            who: text("who")?.into(),
            since: minor("since")?,
            until: minor("until")?,
            values: node.get("values").and_then(Node::as_seq).unwrap_or_default().to_vec(),
            with: patterns("with")?,
            without: patterns("without")?,
            engine: match text("engine") {
                None => None,
                Some("argocd") => Some(Engine::ArgoCd),
                Some("flux") => Some(Engine::Flux),
                Some(_) => return None,
            },
            not_by_hand: node.get("notByHand").and_then(Node::as_bool).unwrap_or_default(),
        })
    }

    fn fits(&self, at: &At<'_>) -> bool {
        let is_there = |pattern: &Pattern| at.git.at(&pattern.names()).is_some();
        let is_on = self.since.is_none_or(|since| since <= at.target.last())
            && self.until.is_none_or(|until| at.target.first() < until);
        self.of.as_ref().is_none_or(|of| of == at.of)
            && self.path.fits(at.path)
            && is_on
            && (self.values.is_empty() || self.values.iter().any(|value| same(None, value, at.value)))
            && (self.with.is_empty() || self.with.iter().any(is_there))
            && !self.without.iter().any(is_there)
            && self.engine.is_none_or(|engine| at.engine == Some(engine))
            && (self.by != By::Operator || !at.is_dropped)
    }
}
