//! What an import tells people: by what it knows the cluster, and what the spec does not say.

use std::fmt::Write;

use super::Told;
use crate::diag::visible::inert;
use crate::import::Left;
use crate::live::{Unknown, each_once};

/// How many objects of no part in the registry are told by their names.
const MOST_UNRELATED: usize = 20;

/// Writes the report.
pub(super) fn text(told: &Told<'_>) -> String {
    let mut text = String::new();
    for line in &told.imported.by {
        let _infallible = writeln!(text, "{}", inert(line));
    }
    let unknown = each_once(told.unknown);
    for (at, one) in unknown.iter().enumerate() {
        let _infallible = writeln!(text, "not looked at: {}", inert(&said(one)));
        let help = help(one);
        // The same help once, behind the last of those that it is for.
        if unknown.get(at + 1).is_none_or(|next| self::help(next) != help) {
            let _infallible = writeln!(text, "  help: {}", inert(&help));
        }
    }
    if let Some(unknown) = told.unseen_secret {
        let message =
            "whether credentials are in a Secret of your own could not be seen, and the spec says nothing of them";
        let _infallible = writeln!(text, "{message}: {}\n  help: {}", inert(&said(unknown)), inert(&help(unknown)));
    }
    for line in &told.differs {
        let _infallible = writeln!(text, "the spec renders another value: {}", inert(line));
    }
    let (unrelated, left): (Vec<&Left>, Vec<&Left>) =
        told.imported.left.iter().partition(|left| left.path.is_empty() && left.why == crate::import::Why::Unrelated);
    if !left.is_empty() {
        text.push_str("\nthe spec does not say:\n");
    }
    let mut object = "";
    for left in left {
        if left.object != object {
            object = &left.object;
            let _infallible = writeln!(text, "  {}", inert(object));
        }
        let field = if left.path.is_empty() { "as a whole" } else { &left.path };
        let _infallible = writeln!(text, "    {}: {}", inert(field), inert(&left.message));
        if let Some(place) = &left.place {
            let _infallible = writeln!(text, "      at {}", inert(&place.to_string()));
        }
        let _infallible = writeln!(text, "      help: {}", inert(&left.help));
    }
    if !unrelated.is_empty() {
        text.push_str("\nno part of a registry's configuration:\n");
        for left in unrelated.iter().take(MOST_UNRELATED) {
            let _infallible = writeln!(text, "  {}", inert(&left.object));
        }
        if unrelated.len() > MOST_UNRELATED {
            let _infallible =
                writeln!(text, "  and {} more; `--format json` names all", unrelated.len() - MOST_UNRELATED);
        }
    }
    text
}

/// Says what could not be looked at, and why.
fn said(unknown: &Unknown) -> String {
    if unknown.is_general() {
        format!("{}: {}", unknown.about.join(", "), unknown.reason())
    } else {
        unknown.message.clone()
    }
}

/// Says what can be done about what could not be looked at.
fn help(unknown: &Unknown) -> String {
    if unknown.rights.is_empty() {
        return unknown.help.clone();
    }
    "bind what `deploy/rbac/import.yaml` of regcfg has, which are the rights of this command as roles".into()
}
