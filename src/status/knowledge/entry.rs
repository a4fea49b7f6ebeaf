//! One thing that is known: the conditions that it fits, and what is to be said.

use std::borrow::Cow;

use regex::Regex;

use super::super::symptoms::Symptom;
use super::super::{Level, Passes};
use crate::diag::visible::visible;
use crate::target::{Minor, Target};
use crate::tree::Node;

/// The longest part of a message that is repeated in an explanation.
const LONGEST: usize = 160;

/// What is known of some conditions.
pub(super) struct Entry {
    pub(super) part: &'static str,
    pub(super) name: String,
    pub(super) level: Level,
    pub(super) passes: Passes,
    /// How far it is from what causes it: 0 for causes.
    pub(super) follows: i64,
    seen: Vec<Pattern>,
    message: Option<Regex>,
    minors: Option<Target>,
    pub(super) title: String,
    pub(super) cause: String,
    /// The path in the spec, and what to do there.
    pub(super) change: Option<(String, String)>,
    pub(super) command: Option<String>,
    pub(super) codes: Vec<String>,
}

/// Conditions by kind, type, status and reasons: `Config StorageExists=False Forbidden|NotFound`; `*` is any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) of: String,
    pub(super) kind: String,
    pub(super) status: String,
    /// Empty for any.
    pub(super) reasons: Vec<String>,
}

/// What a condition's message says in the words of an entry.
pub(super) struct Values(Vec<(String, String)>);

impl Entry {
    /// Reads an entry; says what is wrong with it.
    pub(super) fn read(part: &'static str, node: &Node) -> Result<Self, String> {
        let name = node.get("name").and_then(Node::as_str).ok_or("an entry without a name")?.to_owned();
        let text = |field: &str| node.get(field).and_then(Node::as_str).map(|text| text.trim_end().to_owned());
        let needed = |field: &str| text(field).ok_or_else(|| format!("{name}: no `{field}`"));
        let list =
            |field: &str| node.get(field).and_then(Node::as_seq).unwrap_or_default().iter().filter_map(Node::as_str);
        let unknown = |field: &str| format!("{name}: an unknown value of `{field}`");
        let level = match &*needed("level")? {
            "error" => Level::Error,
            "warning" => Level::Warning,
            "info" => Level::Info,
            _ => return Err(unknown("level")),
        };
        let passes = match &*needed("passes")? {
            "by-itself" => Passes::ByItself,
            "perhaps" => Passes::Perhaps,
            "never" => Passes::Never,
            _ => return Err(unknown("passes")),
        };
        let seen: Option<Vec<Pattern>> = list("seen").map(Pattern::read).collect();
        let message = text("message").map(|message| Regex::new(&format!("(?s){message}"))).transpose();
        let minors = text("minors").map(|minors| minors.parse()).transpose().map_err(|_| unknown("minors"))?;
        let change = node.get("change").map(|change| {
            let field = |field| change.get(field).and_then(Node::as_str).map(|text| text.trim_end().to_owned());
            Some((field("path")?, field("says")?))
        });
        Ok(Self {
            part,
            level,
            passes,
            follows: node.get("follows").and_then(Node::as_int).unwrap_or_default(),
            seen: seen.filter(|seen| !seen.is_empty()).ok_or_else(|| unknown("seen"))?,
            message: message.map_err(|error| format!("{name}: {error}"))?,
            minors,
            title: needed("title")?,
            cause: needed("cause")?,
            change: change.map(|change| change.ok_or_else(|| unknown("change"))).transpose()?,
            command: text("command"),
            codes: list("codes").map(str::to_owned).collect(),
            name,
        })
    }

    /// Returns what a symptom says in the words of the entry; none where the entry is about something else.
    pub(super) fn fits(&self, symptom: &Symptom, minor: Option<Minor>) -> Option<Values> {
        if !self.seen.iter().any(|pattern| pattern.fits(symptom)) {
            return None;
        }
        // Where the cluster's minor cannot be read, anything may be.
        if let (Some(minors), Some(minor)) = (self.minors, minor)
            && !minors.minors().any(|of| of == minor)
        {
            return None;
        }
        let condition = &symptom.condition;
        let mut values: Vec<(String, String)> = vec![
            ("name".into(), symptom.name.clone()),
            ("type".into(), condition.kind.clone()),
            ("status".into(), condition.status.clone()),
            ("reason".into(), if condition.reason.is_empty() { "no reason".into() } else { condition.reason.clone() }),
        ];
        if let Some(message) = &self.message {
            let captures = message.captures(&condition.message)?;
            let names = message.capture_names().flatten();
            values.extend(
                names.map(|name| (name.to_owned(), captures.name(name).map_or("", |of| of.as_str()).to_owned())),
            );
        }
        Some(Values(values))
    }

    /// Returns how little of a symptom it looks at: 0 for the most exact entry.
    pub(super) fn vagueness(&self, symptom: &Symptom) -> usize {
        let names_reason = |pattern: &Pattern| !pattern.reasons.is_empty() && pattern.fits(symptom);
        match (&self.message, self.seen.iter().any(names_reason)) {
            (Some(_), _) => 0,
            (None, true) => 1,
            (None, false) => 2,
        }
    }
}

impl Pattern {
    /// Reads `Kind Type=Status Reasons`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = text.splitn(3, ' ');
        let (of, (kind, status), reasons) = (words.next()?, words.next()?.split_once('=')?, words.next()?);
        let reasons = reasons.split('|').filter(|reason| *reason != "*");
        Some(Self {
            of: of.into(),
            kind: kind.into(),
            status: status.into(),
            reasons: reasons.map(str::to_owned).collect(),
        })
    }

    pub(super) fn fits(&self, symptom: &Symptom) -> bool {
        let condition = &symptom.condition;
        let kind_fits = match self.kind.split_once('*') {
            Some((start, end)) => condition.kind.starts_with(start) && condition.kind.ends_with(end),
            None => condition.kind == self.kind,
        };
        self.of == symptom.of
            && kind_fits
            && (self.status == "*" || self.status == condition.status)
            && (self.reasons.is_empty() || self.reasons.contains(&condition.reason))
    }
}

impl Values {
    /// Puts the values into a text, each on one line, visible and not too long.
    pub(super) fn fill(&self, text: &str) -> String {
        let shown = |value: &str| {
            let cut: String = value.chars().take(LONGEST).collect();
            let more = if cut.len() < value.len() { "…" } else { "" };
            Some(format!("{}{more}", visible(&cut)))
        };
        self.fill_with(text, shown).unwrap_or_default()
    }

    /// Puts the values into a text, each as `write` writes it; none where one cannot be written.
    pub(super) fn fill_with(&self, text: &str, write: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            let named = from.find('}').and_then(|end| Some((end, self.value(&from[1..end])?)));
            if let Some((end, value)) = named {
                filled.push_str(&write(&value)?);
                rest = &from[end + 1..];
            } else {
                filled.push('{');
                rest = &from[1..];
            }
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, value)| Cow::Borrowed(&**value))
    }
}
