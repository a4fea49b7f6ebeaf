//! `impact.yaml` -> rows. What a row means for a change is for the module around to say.

use std::sync::OnceLock;

use super::Impact;
use crate::diag::Findings;
use crate::rules::Role;
use crate::target::Minor;
use crate::tree::parse::{Reading, documents};
use crate::tree::{Node, Source, SourceKind};

const TEXT: &str = include_str!("impact.yaml");

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// A field of it changes.
    Change,
    /// It is created.
    Create,
    /// It is rendered no more.
    Gone,
}

/// What must hold for a row to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Runs,
    Starts,
    Stops,
    Added,
    Removed,
    Changed,
    To(String),
    From(String),
    Has(Vec<String>),
    Lacks(Vec<String>),
    Shrinks,
    AddsMirrors,
    DeletesStorage,
    Stored,
    OtherBackend,
    InPods,
    Kept,
    UsedAfter,
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The kinds that it is of; `*` for any.
    pub(super) kinds: Vec<String>,
    /// What the object must be to the registry.
    pub(super) role: Option<Role>,
    pub(super) becomes: On,
    /// Paths that it covers with all below; empty where it is about whole objects.
    pub(super) paths: Vec<Vec<String>>,
    /// Paths that it covers alone.
    pub(super) itself: Vec<Vec<String>>,
    pub(super) since: Option<Minor>,
    pub(super) until: Option<Minor>,
    pub(super) when: Vec<Condition>,
    pub(super) impact: Impact,
    pub(super) why: String,
    /// Why nothing is hit while the operator does not run the registry; none where that does not matter.
    pub(super) idle: Option<String>,
}

impl Row {
    /// Tells whether the row is about a kind.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.kinds.iter().any(|of| of == kind || of == "*")
    }

    /// Tells whether the row counts on a minor.
    pub(super) fn is_on(&self, minor: Minor) -> bool {
        self.since.is_none_or(|since| since <= minor) && self.until.is_none_or(|until| minor < until)
    }

    /// Tells whether the row covers a path.
    pub(super) fn covers(&self, path: &[String]) -> bool {
        self.itself.iter().any(|of| **of == *path) || self.paths.iter().any(|of| path.starts_with(of))
    }

    /// Tells whether the row covers something below a path, and not the path.
    pub(super) fn is_below(&self, path: &[String]) -> bool {
        self.paths.iter().any(|of| of.len() > path.len() && of.starts_with(path))
    }
}

/// Returns every row, in written order.
pub(super) fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    // A test holds that all of it is read.
    ROWS.get_or_init(|| read(TEXT).unwrap_or_default())
}

/// Reads rows; else what is wrong.
pub(super) fn read(text: &str) -> Result<Vec<Row>, String> {
    let source = Source::new("impact.yaml", text, SourceKind::Profile);
    let mut findings = Findings::new();
    let read = documents(&source, Reading::Strict, &mut findings).ok_or_else(|| format!("{findings:?}"))?;
    let items = read.first().and_then(Node::as_seq).ok_or("no list")?;
    items.iter().map(|item| row(item).ok_or_else(|| format!("no row: {:?} at {}", item, item.place()))).collect()
}

fn row(item: &Node) -> Option<Row> {
    const KEYS: &[&str] = &[
        "kind", "kinds", "role", "becomes", "path", "paths", "itself", "since", "until", "when", "impact", "why",
        "idle",
    ];
    if item.as_map()?.keys().any(|key| !KEYS.contains(&&**key)) {
        return None;
    }
    let text = |key: &str| item.get(key).and_then(Node::as_str);
    let minor = |key: &str| match text(key) {
        None => Some(None),
        Some(text) => text.parse::<Minor>().ok().map(Some),
    };
    let paths = |one: &str, many: &str| -> Vec<Vec<String>> {
        texts(item, one, many).iter().map(|path| segments(path)).collect()
    };
    let role = match text("role") {
        None => None,
        Some(word) => Some(Role::ALL.iter().find(|(of, _)| *of == word)?.1),
    };
    let becomes = match text("becomes") {
        None | Some("change") => On::Change,
        Some("create") => On::Create,
        Some("gone") => On::Gone,
        Some(_) => return None,
    };
    let conditions = item.get("when").and_then(Node::as_seq).unwrap_or_default().iter().map(condition);
    let row = Row {
        kinds: texts(item, "kind", "kinds"),
        role,
        becomes,
        paths: paths("path", "paths"),
        itself: paths("", "itself"),
        since: minor("since")?,
        until: minor("until")?,
        when: conditions.collect::<Option<_>>()?,
        impact: Impact::ALL.iter().copied().find(|impact| Some(impact.word()) == text("impact"))?,
        why: text("why")?.to_owned(),
        idle: text("idle").map(str::to_owned),
    };
    let has_path = !row.paths.is_empty() || !row.itself.is_empty();
    (!row.kinds.is_empty() && has_path == (becomes == On::Change)).then_some(row)
}

/// Returns the texts under two keys, of which one holds a text and the other a list.
fn texts(item: &Node, one: &str, many: &str) -> Vec<String> {
    let one = item.get(one).and_then(Node::as_str);
    let many = item.get(many).and_then(Node::as_seq).unwrap_or_default().iter().filter_map(Node::as_str);
    one.into_iter().chain(many).map(str::to_owned).collect()
}

fn condition(node: &Node) -> Option<Condition> {
    if let Some(map) = node.as_map() {
        let (key, entry) = map.first()?;
        let text = entry.node.as_str()?;
        return match &**key {
            "to" => Some(Condition::To(text.to_owned())),
            "from" => Some(Condition::From(text.to_owned())),
            "has" => Some(Condition::Has(segments(text))),
            "lacks" => Some(Condition::Lacks(segments(text))),
            _ => None,
        };
    }
    match node.as_str()? {
        "runs" => Some(Condition::Runs),
        "starts" => Some(Condition::Starts),
        "stops" => Some(Condition::Stops),
        "added" => Some(Condition::Added),
        "removed" => Some(Condition::Removed),
        "changed" => Some(Condition::Changed),
        "shrinks" => Some(Condition::Shrinks),
        "adds mirrors" => Some(Condition::AddsMirrors),
        "deletes storage" => Some(Condition::DeletesStorage),
        "stored" => Some(Condition::Stored),
        "other backend" => Some(Condition::OtherBackend),
        "in pods" => Some(Condition::InPods),
        "kept" => Some(Condition::Kept),
        "used after" => Some(Condition::UsedAfter),
        _ => None,
    }
}

/// Cuts a path into names of fields; what stands in brackets is left out: an item of a list, or a name that no row has.
pub(super) fn segments(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for letter in path.chars() {
        let is_literal = std::mem::take(&mut is_escaped);
        match letter {
            '\\' if is_quoted && !is_literal => is_escaped = true,
            '"' if depth > 0 && !is_literal => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '.' => names.push(String::new()),
            letter => names.last_mut().into_iter().for_each(|name| name.push(letter)),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let rows = read(TEXT).expect("rows");
        let n_written = TEXT.lines().filter(|line| line.starts_with("- kind")).count();
        assert_eq!(rows.len(), n_written);
        assert_eq!(rows.len(), super::rows().len());
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for wrong in [
            "- {kind: Config, path: spec, impact: much, why: x}",
            "- {kind: Config, path: spec, impact: none}",
            "- {kind: Config, impact: none, why: x}",
            "- {path: spec, impact: none, why: x}",
            "- {kind: Config, path: spec, impact: none, why: x, since: \"9.9\"}",
            "- {kind: Config, path: spec, impact: none, why: x, when: [sometimes]}",
            "- {kind: Config, path: spec, impact: none, why: x, wen: [runs]}",
            "- {kind: Config, becomes: create, path: spec, impact: none, why: x}",
            "a: b",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn items_of_lists_are_no_names() {
        let check = |path: &str, expected: &[&str]| assert_eq!(segments(path), expected, "{path}");
        check("spec.routes[name=a.b].hostname", &["spec", "routes", "hostname"]);
        check(r#"metadata.labels["a]\".b/name"]"#, &["metadata", "labels"]);
        check("spec.a[=b.c].d", &["spec", "a", "d"]);
        check("spec.tolerations[0]", &["spec", "tolerations"]);
        check("", &[]);
    }
}
