//! What a description asks of a value, in words for people.

use serde_json::Value as Json;

use super::field::Field;
use super::table::{Additional, Format, Keywords, ListType, Literal, Schema, Type};
use crate::target::Minor;

/// Says what must be true of a field's value on a minor, one thing each.
pub fn facts(field: &Field, minor: Minor) -> Vec<String> {
    let schema = field.schema;
    let keywords = schema.on(minor);
    let mut facts = vec![kind_of(schema, minor)];
    if field.inside.is_some_and(|(around, name)| around.on(minor).required.contains(&name)) {
        facts.push("required".into());
    }
    constraints(keywords, &mut facts);
    facts.extend(schema.all_of_on(minor).filter_map(|part| part.on(minor).expects).map(str::to_owned));
    facts.extend(schema.rules_on(minor).map(|rule| format!("the rule of the API: {}", rule.message)));
    if let Some(default) = &keywords.default {
        facts.push(format!("`{}` where nothing is said", literal(default)));
    }
    facts
}

/// Says what kind of value a schema takes, such as `list of strings`.
pub fn kind_of(schema: &Schema, minor: Minor) -> String {
    kind(schema, minor, "")
}

/// Says the kind, in the plural where `s` is one.
fn kind(schema: &Schema, minor: Minor, s: &str) -> String {
    match schema.on(minor).kind {
        Type::Any => {
            let kinds: Vec<String> = schema.any_of.iter().map(|one| kind(one, minor, s)).collect();
            if kinds.is_empty() { format!("value{s} of any kind") } else { kinds.join(", or ") }
        }
        Type::Object => match schema.additional {
            Additional::Each(each) => format!("mapping{s} of names to {}", kind(each, minor, "s")),
            _ => format!("mapping{s}"),
        },
        Type::Array => match schema.items {
            Some(items) => format!("list{s} of {}", kind(items, minor, "s")),
            None => format!("list{s}"),
        },
        Type::String => format!("string{s}"),
        Type::Integer => format!("whole number{s}"),
        Type::Number => format!("number{s}"),
        Type::Boolean => format!("boolean{s}"),
        Type::IntOrString => format!("whole number{s} or string{s}"),
    }
}

/// Writes a value as YAML in one line.
pub fn literal(value: &Literal) -> String {
    match super::openapi::literal(value) {
        Json::String(text) if text.is_empty() => "\"\"".into(),
        Json::String(text) => text,
        other => other.to_string(),
    }
}

fn constraints(keywords: &Keywords, facts: &mut Vec<String>) {
    let words = keywords.pattern.map_or(&[][..], |pattern| pattern.words);
    let values: Vec<String> = keywords.values.iter().map(literal).collect();
    let values = values.iter().map(String::as_str).chain(words.iter().copied());
    let values: Vec<String> = values.map(|value| format!("`{value}`")).collect();
    match (&*values, keywords.pattern, keywords.expects) {
        ([only], ..) => facts.push(format!("only {only}")),
        ([_, _, ..], ..) => facts.push(format!("one of {}", values.join(", "))),
        ([], _, Some(expects)) => facts.push(expects.to_owned()),
        ([], Some(pattern), None) => facts.push(format!("matches `{}`", pattern.source)),
        ([], None, None) => {}
    }
    facts.extend(keywords.format.and_then(form).map(str::to_owned));
    let bounds = [
        (keywords.min_length.map(i64::from), "at least", "characters"),
        (keywords.max_length.map(i64::from), "at most", "characters"),
        (keywords.minimum, "at least", ""),
        (keywords.maximum, "at most", ""),
        (keywords.min_items.map(i64::from), "at least", "items"),
        (keywords.max_items.map(i64::from), "at most", "items"),
        (keywords.min_properties.map(i64::from), "at least", "fields"),
        (keywords.max_properties.map(i64::from), "at most", "fields"),
    ];
    for (bound, side, of) in bounds {
        if let Some(bound) = bound {
            let of = if bound == 1 { of.trim_end_matches('s') } else { of };
            facts.push(format!("{side} {bound} {of}").trim_end().to_owned());
        }
    }
    match keywords.list_type {
        ListType::Atomic => {}
        ListType::Set => facts.push("no item twice".into()),
        ListType::Map(keys) => facts.push(format!("no two items with one `{}`", keys.join("` and `"))),
    }
    if keywords.nullable {
        facts.push("may be null".into());
    }
}

fn form(format: Format) -> Option<&'static str> {
    Some(match format {
        Format::Int32 | Format::Int64 | Format::Double => return None,
        Format::Duration => "a duration such as `30s` or `1h30m`",
        Format::Byte => "base64",
        Format::DateTime => "a time such as `2026-01-31T12:00:00Z`",
        Format::Hostname => "a host name",
        Format::Uri => "an absolute URI",
    })
}
