//! Levels: how much findings of a code matter, by the project and by the policy, and which codes can have one.

use std::collections::BTreeMap;

use super::Policy;
use crate::diag::visible::quoted;
use crate::diag::{Code, Diagnostic, Findings, Severity, codes, nearest};
use crate::load::Settings;
use crate::rules::RULES;
use crate::tree::{Entry, Node, Place};

/// How much findings of a code matter, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// They are not said.
    Off,
    /// They only might matter.
    Info,
    /// They have no effect, or make trouble later.
    Warning,
    /// Nothing is rendered.
    Error,
}

/// Warnings that no rule says, and that are opinions all the same.
static WARNINGS: [&Code; 4] =
    [&codes::NOTHING_TO_REMOVE, &codes::UNUSED_ACKNOWLEDGEMENT, &codes::BLANK_LINE_ADDED, &codes::NO_EFFECT];

/// What rules say and what is a fact nevertheless: without it output would be wrong, overwritten, or hold a secret in plain.
static FACTS: [&Code; 8] = [
    &codes::DUPLICATE_CLUSTER,
    &codes::SEVERAL_BACKENDS,
    &codes::BAD_CREDENTIALS,
    &codes::UNKNOWN_CREDENTIAL,
    &codes::INCOMPLETE_CREDENTIALS,
    &codes::MIXED_CREDENTIALS,
    &codes::PRIVATE_KEY,
    &codes::TARGET_OUT_OF_PROFILE,
];

impl Level {
    /// Returns the level with a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Off, Self::Info, Self::Warning, Self::Error].into_iter().find(|level| level.name() == name)
    }

    /// Returns the name.
    pub fn name(self) -> &'static str {
        self.severity().map_or("off", Severity::name)
    }

    /// Returns the severity of findings; none where they are not said.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// Tells whether people may decide about findings of a code: those of rules, and warnings of other stages. That a file
/// cannot be read, that the API server refuses an object or that a secret would be shown is a fact.
pub fn is_opinion(code: &Code) -> bool {
    let is_rules = RULES.iter().any(|rule| rule.code == code);
    (is_rules && !FACTS.contains(&code)) || WARNINGS.contains(&code)
}

/// Reads the levels of a project file, and joins them with the policy's.
pub(super) fn of_project(
    settings: &Settings,
    policy: Option<&Policy>,
    findings: &mut Findings,
) -> BTreeMap<&'static str, Level> {
    let mut levels: BTreeMap<&'static str, Level> = policy.into_iter().flat_map(Policy::levels).collect();
    for (code, entry) in by_code(settings.get("levels"), findings) {
        let Some(level) = level(&entry.node) else { continue };
        match policy.and_then(|policy| policy.level_of(code)) {
            Some((least, place)) if level < least => findings.push(below(code, level, least, &entry.node, place)),
            _ => _ = levels.insert(code.id, level),
        }
    }
    levels
}

fn below(code: &Code, level: Level, least: Level, node: &Node, place: &Place) -> Diagnostic {
    let message = format!("`{}` for {}, which the policy has at `{}`", level.name(), code.id, least.name());
    Diagnostic::error(&codes::LEVEL_BELOW_POLICY, node.place(), message)
        .note_at(place, "the policy")
        .help(format!("remove it, or write `{}` or above: a project can only tighten the policy", least.name()))
}

/// Reads a level. What is none is for the shape to say.
pub(super) fn level(node: &Node) -> Option<Level> {
    node.as_str().and_then(Level::named)
}

/// Returns the entries of a mapping by the codes that its keys name, each once. Adds findings for keys that name no code,
/// a code that cannot be decided about, or one that another key names too.
pub(super) fn by_code<'n>(map: Option<&'n Node>, findings: &mut Findings) -> Vec<(&'static Code, &'n Entry)> {
    let mut read: Vec<(&'static Code, &'n Entry)> = Vec::new();
    for (word, entry) in map.and_then(Node::as_map).into_iter().flatten() {
        let key = entry.key.place();
        let Some(code) = codes::named(word) else {
            findings.push(unknown(word, key));
            continue;
        };
        if !is_opinion(code) {
            findings.push(fixed(code, key));
            continue;
        }
        match read.iter().find(|(known, _)| *known == code) {
            Some((_, first)) => {
                let message = format!("{} is `{}`, which is said twice", code.id, code.name);
                let finding = Diagnostic::error(&codes::CODE_TWICE, key, message);
                findings.push(finding.note_at(first.key.place(), "the other one").help("keep one of the two"));
            }
            None => read.push((code, entry)),
        }
    }
    read
}

fn unknown(word: &str, key: &Place) -> Diagnostic {
    let known = codes::ALL.iter().filter(|code| is_opinion(code));
    let words = known.flat_map(|code| [code.id, code.name]);
    let help = match nearest(word, words) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write the code or the name of a finding, such as `RC0366` or `no-s3-region`".into(),
    };
    Diagnostic::error(&codes::UNKNOWN_CODE, key, format!("there is no code {}", quoted(word))).help(help)
}

fn fixed(code: &Code, key: &Place) -> Diagnostic {
    let message = format!("{} (`{}`) always counts as it does", code.id, code.name);
    Diagnostic::error(&codes::FIXED_CODE, key, message)
        .note("only what rules say can be given a level or acknowledged, not what makes output wrong or refuses it")
        .help("remove it, and mend what the finding says")
}
