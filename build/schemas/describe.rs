//! A description with its fragments put in and its minors merged: what the tables are written from.
//!
//! Comes in: the JSON of a description. Goes out: a [`Described`] tree, where each node has its keywords from each minor
//! on at which they change. References that name nothing, minors out of the table, empty windows and required fields
//! that nobody describes are refused.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::base::put_base_under;
use super::keywords::{Keywords, Type};
use super::target::Minor;

/// The deepest nesting of fragments within fragments; more is a circle.
const DEEPEST: usize = 16;

#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    pub(crate) title: String,
    pub(crate) description: String,
    /// What the operator does with it.
    pub(crate) operator: String,
    pub(crate) lands: Lands,
    pub(crate) examples: Vec<Json>,
    pub(crate) properties: BTreeMap<String, Property>,
    pub(crate) additional: Additional,
    pub(crate) items: Option<Box<Described>>,
    pub(crate) names: Option<Box<Described>>,
    pub(crate) any_of: Vec<Described>,
    /// Parts that must all hold, each in its window.
    pub(crate) all_of: Vec<Property>,
    pub(crate) not: Option<Box<Described>>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) variants: Vec<(Minor, Keywords)>,
}

/// Where the value of a spec's field lands in the objects that are rendered of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub(crate) enum Lands {
    /// Beneath where the field around it lands, under its own name.
    #[default]
    Beneath,
    /// At one place, or `same`: where the field around it lands.
    One(String),
    /// At each of these; nowhere where there is none.
    Each(Vec<String>),
}

#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) since: Option<Minor>,
    pub(crate) until: Option<Minor>,
    pub(crate) described: Described,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Additional {
    #[default]
    Closed,
    Open,
    Each(Box<Described>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Rule {
    #[serde(rename = "rule")]
    pub(crate) expression: String,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) message_expression: String,
    #[serde(default)]
    pub(crate) reason: String,
    #[serde(default)]
    pub(crate) field_path: String,
    /// Fields without all of which the rule is true, so that it need not be compiled.
    #[serde(default)]
    pub(crate) needs: Vec<String>,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
}

pub(crate) struct Describer<'a> {
    pub(crate) fragments: &'a BTreeMap<String, Json>,
    /// The types of Kubernetes, by name.
    pub(crate) types: &'a BTreeMap<String, Json>,
}

impl Describer<'_> {
    /// Describes a node, naming the path of what is wrong.
    pub(crate) fn describe(&self, json: &Json, path: &str, depth: usize) -> Result<Described, String> {
        self.node(json, path, depth)
            .map_err(|why| if why.starts_with("at ") { why } else { format!("at {path}: {why}") })
    }

    fn node(&self, json: &Json, path: &str, depth: usize) -> Result<Described, String> {
        let mut fields = json.as_object().ok_or("a description is a mapping")?.clone();
        let depth = self.put_fragment_in(&mut fields, depth)?;
        put_base_under(&mut fields, self.types)?;
        fields.remove("since");
        fields.remove("until");
        let title = text(&mut fields, "title")?;
        let description = text(&mut fields, "description")?;
        let operator = text(&mut fields, "operator")?;
        let lands = take(&mut fields, "lands")?.unwrap_or_default();
        let mut described = Described { title, description, operator, lands, ..Described::default() };
        described.examples = take(&mut fields, "examples")?.unwrap_or_default();
        described.rules = take(&mut fields, "rules")?.unwrap_or_default();
        for rule in &described.rules {
            window(rule.since.as_deref(), rule.until.as_deref())?;
        }
        for (name, property) in take::<Map<String, Json>>(&mut fields, "properties")?.unwrap_or_default() {
            let path = format!("{path}.{name}");
            let property = self.property(&property, &path, depth).map_err(|why| at(&path, &why))?;
            described.properties.insert(name, property);
        }
        let child = |json: Json, step: &str| self.describe(&json, &format!("{path}{step}"), depth).map(Box::new);
        described.additional = match fields.remove("additionalProperties") {
            None => Additional::Closed,
            Some(Json::Bool(true)) => Additional::Open,
            Some(schema) => Additional::Each(child(schema, "{}")?),
        };
        described.items = fields.remove("items").map(|json| child(json, "[]")).transpose()?;
        described.names = fields.remove("propertyNames").map(|json| child(json, "{names}")).transpose()?;
        described.not = fields.remove("not").map(|json| child(json, "{not}")).transpose()?;
        for json in take::<Vec<Json>>(&mut fields, "anyOf")?.unwrap_or_default() {
            described.any_of.push(*child(json, "{anyOf}")?);
        }
        for json in take::<Vec<Json>>(&mut fields, "allOf")?.unwrap_or_default() {
            described.all_of.push(self.property(&json, &format!("{path}{{allOf}}"), depth)?);
        }
        described.variants = variants(fields, is_part(path))?;
        described.check(path)?;
        Ok(described)
    }

    fn property(&self, json: &Json, path: &str, depth: usize) -> Result<Property, String> {
        let word = |key: &str| json.get(key).and_then(Json::as_str);
        let (since, until) = window(word("since"), word("until"))?;
        Ok(Property { since, until, described: self.describe(json, path, depth)? })
    }

    /// Puts the fragment that `ref` names under the fields beside it, which win; `properties` of both are joined.
    fn put_fragment_in(&self, fields: &mut Map<String, Json>, depth: usize) -> Result<usize, String> {
        let Some(name) = fields.remove("ref") else { return Ok(depth) };
        let name = name.as_str().ok_or("`ref` is the name of a fragment")?;
        let omitted: Vec<String> = take(fields, "omit")?.unwrap_or_default();
        let fragment = self.fragments.get(name).ok_or_else(|| format!("no fragment is named `{name}`"))?;
        let mut merged = fragment.as_object().ok_or_else(|| format!("fragment `{name}` is no mapping"))?.clone();
        if depth >= DEEPEST {
            return Err(format!("fragment `{name}` contains itself"));
        }
        self.put_fragment_in(&mut merged, depth + 1)?;
        for field in &omitted {
            let properties = merged.get_mut("properties").and_then(Json::as_object_mut);
            if properties.and_then(|properties| properties.remove(field)).is_none() {
                return Err(format!("`omit` names `{field}`, which fragment `{name}` does not have"));
            }
        }
        for (key, value) in std::mem::take(fields) {
            match (key.as_str(), merged.get_mut(&key), value) {
                ("properties", Some(Json::Object(under)), Json::Object(over)) => under.extend(over),
                (_, _, value) => _ = merged.insert(key, value),
            }
        }
        *fields = merged;
        Ok(depth + 1)
    }
}

impl Described {
    fn check(&self, path: &str) -> Result<(), String> {
        for (since, keywords) in &self.variants {
            for name in &keywords.required {
                let Some(property) = self.properties.get(name) else {
                    // A part speaks of properties that the node around it describes.
                    if is_part(path) {
                        continue;
                    }
                    return Err(format!("`{name}` is required but not described"));
                };
                if property.since.is_some_and(|first| first > *since) {
                    return Err(format!("`{name}` is required on {since}, before it exists"));
                }
            }
            let item = self.items.as_deref();
            for key in &keywords.list_map_keys {
                if item.is_none_or(|item| !item.properties.contains_key(key)) {
                    return Err(format!("the list's key `{key}` is not described"));
                }
            }
            let has_fields = !self.properties.is_empty() || !matches!(self.additional, Additional::Closed);
            if has_fields && keywords.kind.is_some() && keywords.kind != Some(Type::Object) {
                return Err("properties need `type: object`".into());
            }
        }
        Ok(())
    }

    /// Collects every minor at which this description changes.
    pub(crate) fn changes(&self, changes: &mut BTreeSet<Minor>) {
        changes.extend(self.variants.iter().skip(1).map(|(since, _)| *since));
        for rule in &self.rules {
            changes
                .extend([&rule.since, &rule.until].into_iter().flatten().filter_map(|text| text.parse::<Minor>().ok()));
        }
        for property in self.properties.values().chain(&self.all_of) {
            changes.extend([property.since, property.until].into_iter().flatten());
            property.described.changes(changes);
        }
        if let Additional::Each(each) = &self.additional {
            each.changes(changes);
        }
        let children = [&self.items, &self.names, &self.not];
        children.into_iter().flatten().for_each(|child| child.changes(changes));
        self.any_of.iter().for_each(|child| child.changes(changes));
    }
}

/// Merges what stands beside `at` with each of its overlays, oldest first.
fn variants(mut fields: Map<String, Json>, is_part: bool) -> Result<Vec<(Minor, Keywords)>, String> {
    let overlays: BTreeMap<String, Map<String, Json>> = take(&mut fields, "at")?.unwrap_or_default();
    let mut ordered = BTreeMap::new();
    for (text, overlay) in overlays {
        ordered.insert(minor(&text)?, overlay);
    }
    let mut variants = vec![(Minor::FIRST, Keywords::read(Json::Object(fields.clone()), is_part)?)];
    for (since, overlay) in ordered {
        for (keyword, value) in overlay {
            if value.is_null() {
                fields.remove(&keyword).ok_or_else(|| format!("`{keyword}` ends at {since} but never began"))?;
            } else {
                fields.insert(keyword, value);
            }
        }
        variants.push((since, Keywords::read(Json::Object(fields.clone()), is_part)?));
    }
    Ok(variants)
}

/// Tells whether a path leads into `anyOf`, `allOf` or `not`, whose parts only constrain what is described around them.
fn is_part(path: &str) -> bool {
    ["{anyOf}", "{allOf}", "{not}"].iter().any(|step| path.contains(step))
}

/// Reads a window of minors and refuses an empty one.
pub(crate) fn window(since: Option<&str>, until: Option<&str>) -> Result<(Option<Minor>, Option<Minor>), String> {
    let (since, until) = (since.map(minor).transpose()?, until.map(minor).transpose()?);
    match (since, until) {
        (Some(since), Some(until)) if since >= until => Err(format!("`since` {since} is not before `until` {until}")),
        window => Ok(window),
    }
}

fn minor(text: &str) -> Result<Minor, String> {
    text.parse().map_err(|why| format!("`{text}` is no minor of the table: {why:?}"))
}

fn at(path: &str, why: &str) -> String {
    if why.starts_with("at ") { why.to_owned() } else { format!("at {path}: {why}") }
}

fn text(fields: &mut Map<String, Json>, key: &str) -> Result<String, String> {
    let text: Option<String> = take(fields, key)?;
    Ok(text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn take<T: serde::de::DeserializeOwned>(fields: &mut Map<String, Json>, key: &str) -> Result<Option<T>, String> {
    let value = fields.remove(key).map(serde_json::from_value).transpose();
    value.map_err(|why| format!("`{key}`: {why}"))
}
