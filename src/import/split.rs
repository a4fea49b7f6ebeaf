//! A value and the description of the spec's field that it goes into -> what that field can hold, and what it cannot.

use super::item::Item;
use super::left::{Lefts, Why, shown};
use crate::diag::visible::quoted;
use crate::schema::fault::What;
use crate::schema::interpret::{Manner, walk};
use crate::schema::{Additional, Schema};
use crate::target::Target;
use crate::tree::sensitive::{concealed, without_passwords};
use crate::tree::{Entry, Map, Node, Value};

/// Splits values of one object.
pub(super) struct Split<'a> {
    item: &'a Item,
    /// The object as it may be shown: where it differs, a secret stands.
    shown: Node,
    target: Target,
    lefts: &'a mut Lefts,
}

impl<'a> Split<'a> {
    pub(super) fn new(item: &'a Item, target: Target, lefts: &'a mut Lefts) -> Self {
        Self { item, shown: concealed(&item.object), target, lefts }
    }

    /// Returns what of a value that stands at a path a field of the schema can hold; the rest goes on the list.
    pub(super) fn kept(&mut self, schema: &'static Schema, node: &Node, path: &[&str]) -> Option<Node> {
        let mut path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        let shown = self.shown.at(&steps).cloned();
        self.value(Some(schema), node, shown.as_ref(), &mut path)
    }

    fn leave(&mut self, path: &[String], why: Why, message: &str, help: &str) {
        self.lefts.push(self.item.left(path, why, message, help));
    }

    fn value(
        &mut self,
        schema: Option<&'static Schema>,
        node: &Node,
        shown: Option<&Node>,
        path: &mut Vec<String>,
    ) -> Option<Node> {
        let kept = self.part(schema, node, shown, path)?;
        match schema {
            Some(schema) => self.taken(schema, kept, path),
            None => Some(kept),
        }
    }

    /// Returns what of a value a spec takes, whose parts it takes; what it would refuse goes on the list.
    fn taken(&mut self, schema: &'static Schema, mut kept: Node, path: &mut Vec<String>) -> Option<Node> {
        for minor in self.target.minors() {
            loop {
                let found = walk(schema, &kept, minor, Manner::OBJECT);
                let Some(mut fault) = found.faults.into_iter().next() else { break };
                let name = match &fault.what {
                    What::BadName { name, .. } => Some((*name).to_owned()),
                    _ => None,
                };
                path.extend(name.clone());
                fault.path = self::shown(path);
                let message = match &fault.what {
                    What::Missing { name, .. } => format!("without its {} it says nothing", quoted(name)),
                    _ => fault.message(self.target),
                };
                let help = fault.help().unwrap_or_else(|| "correct the object, and import it again".into());
                self.leave(path, Why::Unusable, &message, &help);
                let name = name?;
                path.pop();
                kept.as_map_mut()?.shift_remove(&*name);
            }
        }
        Some(kept)
    }

    fn part(
        &mut self,
        schema: Option<&'static Schema>,
        node: &Node,
        shown: Option<&Node>,
        path: &mut Vec<String>,
    ) -> Option<Node> {
        match &node.value {
            // To the API server `null` is what is not there; in a spec it takes away what is inherited.
            Value::Null => None,
            Value::Map(map) => self.map(schema, node, map, shown, path),
            Value::Seq(items) => {
                let below = schema.and_then(|schema| schema.items);
                let mut kept = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    path.push(format!("[{index}]"));
                    let shown = shown.and_then(|shown| shown.as_seq()?.get(index));
                    kept.extend(self.value(below, item, shown, path));
                    path.pop();
                }
                Some(Node::new(Value::Seq(kept), node.origin.clone()))
            }
            Value::Secret(_) => {
                self.leave(path, Why::Secret, "a secret", "keep it out of Git");
                None
            }
            value => {
                let has_password = node.as_str().is_some_and(|text| without_passwords(text) != text);
                if shown.is_some_and(|shown| shown.value != *value) || has_password {
                    let help =
                        "give it to the cluster in a way that is no secret, or keep it in a patch that is encrypted";
                    self.leave(path, Why::Secret, "it may hold a secret, and no spec has one", help);
                    return None;
                }
                Some(node.clone())
            }
        }
    }

    fn map(
        &mut self,
        schema: Option<&'static Schema>,
        node: &Node,
        map: &Map,
        shown: Option<&Node>,
        path: &mut Vec<String>,
    ) -> Option<Node> {
        let mut kept = Map::new();
        for (name, entry) in map {
            path.push(name.to_string());
            let below = match schema {
                Some(schema) => self.field(schema, name, &entry.node, path),
                None => Some(None),
            };
            let shown_below = shown.and_then(|shown| shown.get(name));
            let is_hidden = shown.is_some() && shown_below.is_none();
            match below {
                Some(_) if name.starts_with('$') => {
                    let help = "keep it in a patch behind `regcfg render`";
                    self.leave(path, Why::Unusable, "in a spec a name that begins with `$` changes lists", help);
                }
                Some(_) if is_hidden => {
                    self.leave(path, Why::Secret, "it may hold a secret, and no spec has one", "keep it out of Git");
                }
                Some(below) => {
                    if let Some(value) = self.value(below, &entry.node, shown_below, path) {
                        kept.insert(name.clone(), Entry { key: entry.key.clone(), node: value });
                    }
                }
                None => {}
            }
            path.pop();
        }
        // What nothing is left of says nothing; what was empty before may say that it is there.
        (map.is_empty() || !kept.is_empty()).then(|| Node::new(Value::Map(kept), node.origin.clone()))
    }

    /// Returns the description of a field, none within it where anything goes; none at all where there is no such field.
    #[expect(clippy::option_option, reason = "a field without a description is another thing than no field")]
    fn field(
        &mut self,
        schema: &'static Schema,
        name: &str,
        node: &Node,
        path: &[String],
    ) -> Option<Option<&'static Schema>> {
        if let Some(property) = schema.property(name) {
            if property.is_on(self.target.first()) && property.is_on(self.target.last()) {
                return Some(Some(property.schema));
            }
            if !node.is_null() {
                let message = format!("OpenShift {} has no such field", self.target);
                let help = "its API server drops it: nothing is lost on this release";
                self.leave(path, Why::OtherRelease, &message, help);
            }
            return None;
        }
        let keeps = schema.on(self.target.first()).preserve_unknown_fields;
        match schema.additional {
            Additional::Each(each) => Some(Some(each)),
            Additional::Open => Some(None),
            Additional::Closed if keeps => Some(None),
            Additional::Closed => {
                if !node.is_null() {
                    let help = "it does nothing on a cluster that does not know it; else keep it in a patch behind `regcfg render`";
                    self.leave(path, Why::NoField, "a spec has no field for it", help);
                }
                None
            }
        }
    }
}
