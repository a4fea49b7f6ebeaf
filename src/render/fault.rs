//! What is wrong with a template while it is evaluated: a finding, and whose value it is about.
//!
//! The findings that several parts of evaluation add are made here, so that each is worded once.

use super::machine::{Machine, Step};
use super::meter::Limit;
use super::program::{Program, Stretch};
use super::value::{Absent, Val};
use crate::diag::visible::quoted;
use crate::diag::{Code, Diagnostic, codes, nearest};
use crate::tree::{Node, Place, Value};

/// Why evaluation stopped.
pub(super) struct Fault(Box<(Diagnostic, Option<Place>)>);

impl Fault {
    /// Makes a fault at a stretch of the template.
    pub(super) fn new(program: &Program, code: &'static Code, at: Stretch, message: impl Into<String>) -> Self {
        Self::from(Diagnostic::error(code, &program.place(at), message))
    }

    /// Says what to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.0 = self.0.0.help(help);
        self
    }

    /// Says where the value was written that it is about.
    pub(super) fn about(mut self, place: &Place) -> Self {
        if place.is_users() {
            self.0.1 = Some(place.clone());
        }
        self
    }

    /// Makes the finding: where a user wrote the template, else where the user wrote the value, else at `fallback`.
    pub(super) fn finding(self, fallback: &Node) -> Diagnostic {
        let (finding, about) = *self.0;
        match about {
            Some(place) if finding.place.is_users() => finding.note_at(&place, "the value was written here"),
            Some(place) => finding.in_users_words(&Node::new(Value::Null, place)),
            None => finding.in_users_words(fallback),
        }
    }
}

impl From<Diagnostic> for Fault {
    fn from(finding: Diagnostic) -> Self {
        Self(Box::new((finding, None)))
    }
}

impl<'a> Machine<'a> {
    pub(super) fn fault(&self, code: &'static Code, at: Stretch, message: impl Into<String>) -> Fault {
        Fault::new(self.program, code, at, message)
    }

    pub(super) fn wrong_type(&self, at: Stretch, value: &Val<'a>, what: &str, help: &str) -> Fault {
        if let Err(fault) = self.not_secret(at, value) {
            return fault;
        }
        let subject = quoted(self.program.text(at));
        let message = format!("{} {what}: {subject}", value.type_name());
        let fault = self.fault(&codes::TEMPLATE_TYPE, at, message).help(help);
        match value.places().first() {
            Some(place) => fault.about(place),
            None => fault,
        }
    }

    pub(super) fn limited(&self, at: Stretch, used: Result<(), Limit>) -> Step<()> {
        used.map_err(|Limit(what)| {
            let fault = self.fault(&codes::TEMPLATE_LIMIT, at, format!("a template that uses {what}"));
            fault.help("loop over less, or place values in place of making new ones")
        })
    }

    /// Refuses a secret; says nothing of it but where it was asked for.
    pub(super) fn not_secret(&self, at: Stretch, value: &Val<'a>) -> Step<()> {
        if !value.is_secret() {
            return Ok(());
        }
        let message = format!("a secret is looked at: {}", quoted(self.program.text(at)));
        let fault = self.fault(&codes::SECRET_TOUCHED, at, message);
        let fault =
            fault.help("place the secret as a whole value, as in `key: {{ secret }}`; nothing else can be done");
        Err(match value.places().first() {
            Some(place) => fault.about(place),
            None => fault,
        })
    }

    pub(super) fn not_loop(&self, at: Stretch, value: &Val<'a>) -> Step<()> {
        match value {
            Val::Turn(_) => Err(self.wrong_type(at, value, "is placed", "place what it has, such as `loop.index`")),
            _ => Ok(()),
        }
    }

    pub(super) fn absent(&self, absent: Absent<'a>) -> Fault {
        match absent {
            Absent::Variable { at, name } => {
                let named = self.names.iter().map(|(name, _)| *name);
                let known = named.chain(self.context.as_map().into_iter().flatten().map(|(key, _)| &**key));
                let fault = self.fault(&codes::UNKNOWN_VARIABLE, at, format!("unknown variable {}", quoted(name)));
                fault.help(known_names(name, known))
            }
            Absent::Key { at, map, name } => {
                let message = format!("{} is not there", quoted(self.program.text(at)));
                let fault = self.fault(&codes::UNKNOWN_VARIABLE, at, message);
                fault.help(known_names(name.unwrap_or_default(), map.keys().map(|key| &**key)))
            }
            Absent::Item { at } => {
                let message = format!("{} is not there: the list is shorter", quoted(self.program.text(at)));
                let fault = self.fault(&codes::UNKNOWN_VARIABLE, at, message);
                fault.help("test it with `is defined`, or loop over the list")
            }
            Absent::Else { at } => {
                let message = format!("an `if` without `else` has nothing to place: {}", quoted(self.program.text(at)));
                let fault = self.fault(&codes::MISSING_ELSE, at, message);
                fault.help("write an `else`, or put the whole field between `{% if %}` and `{% endif %}`")
            }
        }
    }
}

/// Says what the name could have been.
fn known_names<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> String {
    const SHOWN: usize = 12;
    const COMPARED: usize = 500;
    let known: Vec<&str> = known.take(COMPARED).collect();
    if let Some(near) = nearest(name, known.iter().copied()) {
        return format!("did you mean {}?", quoted(near));
    }
    if known.is_empty() {
        return "test it with `is defined`, or give it a `default(...)`".to_owned();
    }
    let names: Vec<String> = known.iter().take(SHOWN).map(|name| quoted(name)).collect();
    let more = if known.len() > SHOWN { ", ..." } else { "" };
    format!("use one of {}{more}, or test with `is defined` what may be missing", names.join(", "))
}
