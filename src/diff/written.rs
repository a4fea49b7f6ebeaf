//! What operators, the API server and engines write into objects by themselves, as `written.yaml` says it.

use std::sync::{Arc, OnceLock};

use super::meaning::same;
use super::path::{Path, Pattern, is_like};
use crate::apply::{Engine, Writer};
use crate::diag::Findings;
use crate::mutation::is_off;
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
    omitted: Vec<Omitted>,
}

/// A value that an operator leaves out when it writes an object.
#[derive(Debug)]
struct Omitted {
    of: String,
    path: Pattern,
    value: Node,
    who: Arc<str>,
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
    pub(super) managers: &'a [Writer<'a>],
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
            read.map_or_else(
                || Self { managers: vec![], hands: vec![], rows: vec![], omitted: vec![] },
                |node| Self::read(&node),
            )
        })
    }

    fn read(node: &Node) -> Self {
        let items = |name: &str| node.get(name).and_then(Node::as_seq).unwrap_or_default();
        let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        let named = |item: &Node| Some(Named { name: text(item, "name")?, who: text(item, "who")?.into() });
        let omitted = |item: &Node| {
            let path = Pattern::read(&text(item, "path")?)?;
            let (of, value, who) = (text(item, "of")?, item.get("value")?.clone(), text(item, "who")?.into());
            Some(Omitted { of, path, value, who })
        };
        Self {
            managers: items("managers").iter().filter_map(named).collect(),
            hands: items("hands").iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            rows: items("fields").iter().filter_map(Row::read).collect(),
            omitted: items("omitted").iter().filter_map(omitted).collect(),
        }
    }

    /// Returns who writes what stands at a place, whoever wrote it this time; none where no row knows the place.
    pub(super) fn by_row(&self, at: &At<'_>) -> Option<Arc<str>> {
        let mut rows = self.rows.iter().filter(|_| !is_off("diff-silent"));
        let row = rows
            .find(|row| row.fits(at) && !(row.not_by_hand && self.is_by_hand(at.managers) && !is_off("diff-by-hand")));
        row.map(|row| Arc::clone(&row.who))
    }

    /// Returns who leaves out a value at a place of an object, so that it makes no difference whether it is there.
    pub(super) fn by_omission(&self, of: &str, path: &Path, value: &Node) -> Option<Arc<str>> {
        let mut omitted = self.omitted.iter().filter(|_| !is_off("diff-omitted"));
        let omitted = omitted.find(|row| row.of == of && row.path.fits(path) && same(None, &row.value, value));
        omitted.map(|row| Arc::clone(&row.who))
    }

    /// Returns what a manager is where it is a part of the cluster.
    pub(super) fn of_cluster(&self, manager: Writer<'_>) -> Option<Arc<str>> {
        let named = self.managers.iter().find(|named| is_like(&named.name, manager.name));
        match named {
            Some(named) => Some(Arc::clone(&named.who)),
            None if manager.is_subresource => Some("a controller".into()),
            None => None,
        }
    }

    fn is_by_hand(&self, managers: &[Writer<'_>]) -> bool {
        managers.iter().any(|manager| self.hands.iter().any(|hand| is_like(hand, manager.name)))
    }
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
                Some(word) => Some(Engine::ALL.into_iter().find(|engine| engine.word() == word)?),
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
            && (is_on || is_off("diff-silent-minors"))
            && (self.values.is_empty()
                || is_off("diff-silent-values")
                || self.values.iter().any(|value| same(None, value, at.value)))
            && (self.with.is_empty() || is_off("diff-silent-with") || self.with.iter().any(is_there))
            && (is_off("diff-silent-without") || !self.without.iter().any(is_there))
            && self.engine.is_none_or(|engine| at.engine == Some(engine))
            && (self.by != By::Operator || !at.is_dropped || is_off("diff-silent-dropped"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::Element;
    use crate::tree::{Place, Value};

    fn place() -> Place {
        Place::start_of(&Source::new("x", "", SourceKind::User))
    }

    /// Puts a value at a path of names into an object.
    fn put(object: &mut Node, names: &[&str], value: Node) {
        let [first, rest @ ..] = names else { return };
        if rest.is_empty() {
            return object.insert(*first, value);
        }
        if object.get(first).and_then(Node::as_map).is_none() {
            object.insert(*first, Node::new(Value::Map(crate::tree::Map::new()), place()));
        }
        let below = object.as_map_mut().and_then(|map| map.get_mut(*first)).unwrap();
        put(&mut below.node, rest, value);
    }

    /// Returns a place for which a row is made, and an object of Git in which what it asks for stands.
    fn example(row: &Row) -> (String, Path, Node, Node) {
        let mut git = Node::new(Value::Map(crate::tree::Map::new()), place());
        for with in row.with.iter().take(1) {
            put(&mut git, &with.names(), Node::new(Value::Bool(true), place()));
        }
        let path = row.path.names().iter().fold(Path::default(), |path, name| {
            let name = if *name == "*" { "any".to_owned() } else { name.replace('*', "any") };
            path.below(Element::field(name))
        });
        let value = row.values.first().cloned().unwrap_or_else(|| Node::string("any", place()));
        (row.of.clone().unwrap_or_else(|| "ConfigMap".into()), path, value, git)
    }

    fn rows() -> &'static [Row] {
        &Written::known().rows
    }

    fn at<'a>(row: &Row, (of, path, value, git): &'a (String, Path, Node, Node)) -> At<'a> {
        let target = row.since.map_or_else(|| Target::only(Minor::of(4, 15)), Target::only);
        At { of, path, value, git, managers: &[], engine: row.engine, target, is_dropped: false }
    }

    #[test]
    fn all_of_the_data_is_read() {
        let source = Source::new("written.yaml", TEXT, SourceKind::Profile);
        let node = document(&source, Reading::Strict, &mut Findings::new()).unwrap();
        let n = |name: &str| node.get(name).unwrap().as_seq().unwrap().len();
        let known = Written::known();
        assert_eq!(
            (known.managers.len(), known.hands.len(), known.rows.len(), known.omitted.len()),
            (n("managers"), n("hands"), n("fields"), n("omitted"))
        );
        let allowed =
            ["of", "path", "by", "who", "since", "until", "values", "with", "without", "engine", "notByHand", "source"];
        for row in node.get("fields").unwrap().as_seq().unwrap() {
            let unknown: Vec<&str> =
                row.as_map().unwrap().keys().map(|key| &**key).filter(|key| !allowed.contains(key)).collect();
            assert!(unknown.is_empty() && row.get("source").is_some(), "{row:?}");
        }
    }

    #[test]
    fn every_row_silences_its_field_and_nothing_else() {
        for row in rows() {
            let example = example(row);
            let (_, path, _, git) = &example;
            let here = at(row, &example);
            assert!(row.fits(&here), "{row:?}");
            assert!(!row.fits(&At { path: &path.below(Element::field("other")), ..at(row, &example) }), "{row:?}");
            if row.of.is_some() {
                assert!(!row.fits(&At { of: "Other.example.com", ..at(row, &example) }), "{row:?}");
            }
            if !row.values.is_empty() {
                let other = Node::string("no such value", place());
                assert!(!row.fits(&At { value: &other, ..at(row, &example) }), "{row:?}");
            }
            if !row.with.is_empty() {
                let nothing = Node::new(Value::Map(crate::tree::Map::new()), place());
                assert!(!row.fits(&At { git: &nothing, ..at(row, &example) }), "{row:?}");
            }
            for without in &row.without {
                let mut git = git.clone();
                put(&mut git, &without.names(), Node::new(Value::Bool(true), place()));
                assert!(!row.fits(&At { git: &git, ..at(row, &example) }), "{row:?}");
            }
            if let Some(since) = row.since.filter(|since| *since > Minor::FIRST) {
                let before = Minor::all().take_while(|minor| *minor < since).last().unwrap();
                assert!(!row.fits(&At { target: Target::only(before), ..at(row, &example) }), "{row:?}");
            }
            if let Some(until) = row.until {
                assert!(!row.fits(&At { target: Target::only(until), ..at(row, &example) }), "{row:?}");
            }
            if row.engine.is_some() {
                assert!(!row.fits(&At { engine: Some(Engine::Other), ..at(row, &example) }), "{row:?}");
            }
            let dropped = row.fits(&At { is_dropped: true, ..at(row, &example) });
            assert_eq!(dropped, row.by != By::Operator, "{row:?}");
        }
    }

    #[test]
    fn what_a_person_wrote_is_not_taken_for_the_operators() {
        let of_hand = [Writer { name: "kubectl-edit", is_subresource: false }];
        let row = rows().iter().find(|row| row.not_by_hand).unwrap();
        let example = example(row);
        let known = Written::known();
        assert!(known.by_row(&at(row, &example)).is_some());
        assert!(known.by_row(&At { managers: &of_hand, ..at(row, &example) }).is_none());
    }

    #[test]
    fn parts_of_the_cluster_are_known_by_name_or_by_writing_a_status() {
        let known = Written::known();
        let who = |name: &str, is_subresource: bool| known.of_cluster(Writer { name, is_subresource });
        assert_eq!(who("cluster-image-registry-operator", false).as_deref(), Some("the registry operator"));
        assert!(who("hive-syncset", false).is_some() && who("anyone", true).is_some());
        assert!(who("kubectl-edit", false).is_none() && who("argocd-controller", false).is_none());
    }
}
