//! Writes a description as JSON Schema, draft 2020-12, for editors and other programs.
//!
//! For one minor it holds what exists there. For all minors together it holds every field, says in its description since
//! when it exists, and requires only what every minor requires. What JSON Schema cannot say (keyed lists, rules in CEL)
//! is left out, so that what it refuses is wrong, but not the other way round.

use serde_json::{Map, Value as Json, json};

use super::interpret::literal_holds;
use super::openapi::{literal, type_name};
use super::table::{Additional, Format, Keywords, ListType, Part, Property, Schema, Type};
use super::{Kind, written};
use crate::target::Minor;

/// A duration as Go reads it; JSON Schema's own `duration` is that of ISO 8601.
const GO_DURATION: &str = r"^[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+)$";

/// Writes the schema of a kind for one minor, or for all of them together; that of specs and layers is for files as they
/// are written, before they are merged.
pub fn export(kind: &'static Kind, minor: Option<Minor>) -> Json {
    let mut fields = Map::new();
    fields.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    if kind.schema.title.is_empty() {
        fields.insert("title".into(), kind.kind.into());
    }
    Writer { minor }.schema(kind.schema, &mut fields);
    for (name, value) in [("apiVersion", kind.api_version()), ("kind", kind.kind.to_owned())] {
        if let Some(Json::Object(field)) = fields.get_mut("properties").and_then(|properties| properties.get_mut(name))
        {
            field.remove("enum");
            field.insert("const".into(), value.into());
        }
    }
    let is_merged_from_files = matches!(kind.kind, "ClusterRegistry" | "RegistryLayer") && kind.group == "regcfg.dev";
    if is_merged_from_files && let Some(spec) = fields.get_mut("properties").and_then(|all| all.get_mut("spec")) {
        written::loosen(spec);
    }
    fields.into()
}

struct Writer {
    minor: Option<Minor>,
}

impl Writer {
    fn of(&self, schema: &'static Schema) -> Json {
        let mut fields = Map::new();
        self.schema(schema, &mut fields);
        fields.into()
    }

    fn schema(&self, schema: &'static Schema, fields: &mut Map<String, Json>) {
        let keywords = schema.on(self.minor.unwrap_or(Minor::LAST));
        for (key, text) in [("title", schema.title), ("description", schema.description)] {
            if !text.is_empty() {
                fields.insert(key.to_owned(), text.into());
            }
        }
        type_of(keywords, fields);
        values(keywords, fields);
        bounds(keywords, fields);
        if !schema.examples.is_empty() {
            fields.insert("examples".into(), schema.examples.iter().map(literal).collect());
        }
        self.fields(schema, keywords, fields);
        if let Some(items) = schema.items {
            fields.insert("items".into(), self.of(items));
        }
        self.constraints(schema, schema, fields);
    }

    /// Writes `not`, `anyOf` and `allOf` of a schema, which speak of what `around` describes.
    fn constraints(&self, schema: &'static Schema, around: &'static Schema, fields: &mut Map<String, Json>) {
        if let Some(not) = schema.not {
            fields.insert("not".into(), self.part(not, around));
        }
        if !schema.any_of.is_empty() {
            fields.insert("anyOf".into(), schema.any_of.iter().map(|any| self.part(any, around)).collect());
        }
        let all_of: Vec<Json> = self.all_of(schema).map(|part| self.part(part, around)).collect();
        if !all_of.is_empty() {
            fields.insert("allOf".into(), all_of.into());
        }
    }

    /// Returns the parts that must hold wherever the schema is for.
    fn all_of(&self, schema: &'static Schema) -> impl Iterator<Item = &'static Schema> {
        let parts: &'static [Part] = schema.all_of;
        let minor = self.minor;
        let holds = move |part: &&Part| match minor {
            Some(minor) => part.is_on(minor),
            None => part.since.is_none() && part.until.is_none(),
        };
        parts.iter().filter(holds).map(|part| part.schema)
    }

    /// Writes a constraint on what `around` describes.
    ///
    /// The API server puts defaults in before it looks at constraints, and JSON Schema knows none: where a default
    /// would break a constraint on a field, the field must be there.
    fn part(&self, part: &'static Schema, around: &'static Schema) -> Json {
        let minor = self.minor.unwrap_or(Minor::LAST);
        let keywords = part.on(minor);
        if keywords.kind != Type::Any {
            return self.of(part);
        }
        let mut fields = Map::new();
        values(keywords, &mut fields);
        bounds(keywords, &mut fields);
        let described = |name: &str| around.property(name).map_or(part, |property| property.schema);
        let properties = part.properties.iter().map(|property| {
            let constraint = self.part(property.schema, described(property.name));
            (property.name.to_owned(), constraint)
        });
        let properties: Map<String, Json> = properties.collect();
        let lacks = |property: &&Property| {
            let default = described(property.name).on(minor).default;
            default.is_some_and(|default| !literal_holds(property.schema, &default, minor))
        };
        let required = keywords.required.iter().copied();
        let mut required: Vec<&str> = required.filter(|name| described(name).on(minor).default.is_none()).collect();
        required.extend(part.properties.iter().filter(lacks).map(|property| property.name));
        if !properties.is_empty() {
            fields.insert("properties".into(), properties.into());
        }
        if !required.is_empty() {
            fields.insert("required".into(), required.into());
        }
        self.constraints(part, around, &mut fields);
        fields.into()
    }

    fn fields(&self, schema: &'static Schema, keywords: &Keywords, fields: &mut Map<String, Json>) {
        let properties =
            schema.properties.iter().filter(|property| self.minor.is_none_or(|minor| property.is_on(minor)));
        let properties: Map<String, Json> =
            properties.map(|property| (property.name.to_owned(), self.property(property))).collect();
        if !properties.is_empty() {
            fields.insert("properties".into(), properties.into());
        }
        let required: Vec<&str> =
            keywords.required.iter().copied().filter(|name| self.is_required(schema, name)).collect();
        if !required.is_empty() {
            fields.insert("required".into(), required.into());
        }
        match schema.additional {
            Additional::Each(each) => _ = fields.insert("additionalProperties".into(), self.of(each)),
            Additional::Closed if keywords.kind == Type::Object && !keywords.preserve_unknown_fields => {
                fields.insert("additionalProperties".into(), Json::Bool(false));
            }
            Additional::Closed | Additional::Open => {}
        }
        if let Some(names) = schema.names {
            fields.insert("propertyNames".into(), self.of(names));
        }
    }

    fn property(&self, property: &Property) -> Json {
        let mut fields = Map::new();
        self.schema(property.schema, &mut fields);
        let window = match (self.minor, property.since, property.until) {
            (None, Some(since), Some(until)) => format!("Since OpenShift {since}, and no more since {until}."),
            (None, Some(since), None) => format!("Since OpenShift {since}."),
            (None, None, Some(until)) => format!("No more since OpenShift {until}."),
            _ => return fields.into(),
        };
        let description = format!("{} {window}", property.schema.description);
        fields.insert("description".into(), description.trim().into());
        fields.into()
    }

    /// Tells whether a field must be written: required wherever the schema is for, and without a default.
    fn is_required(&self, schema: &'static Schema, name: &str) -> bool {
        let always =
            self.minor.is_some() || schema.variants.iter().all(|variant| variant.keywords.required.contains(&name));
        let on = self.minor.unwrap_or(Minor::LAST);
        let has_default = schema.property(name).is_some_and(|property| property.schema.on(on).default.is_some());
        always && !has_default
    }
}

fn type_of(keywords: &Keywords, fields: &mut Map<String, Json>) {
    let name = match keywords.kind {
        Type::Any => return,
        Type::IntOrString => json!(["integer", "string"]),
        kind if keywords.nullable => json!([type_name(kind), "null"]),
        kind => type_name(kind).into(),
    };
    fields.insert("type".into(), name);
}

fn values(keywords: &Keywords, fields: &mut Map<String, Json>) {
    let words = keywords.pattern.filter(|pattern| !pattern.words.is_empty());
    if !keywords.values.is_empty() {
        fields.insert("enum".into(), keywords.values.iter().map(literal).collect());
    } else if let Some(pattern) = words {
        fields.insert("enum".into(), pattern.words.into());
    } else if let Some(pattern) = keywords.pattern {
        fields.insert("pattern".into(), pattern.source.into());
    }
    if let Some(default) = &keywords.default {
        fields.insert("default".into(), literal(default));
    }
    let form = match keywords.format {
        Some(Format::Duration) => ("pattern", Json::from(GO_DURATION)),
        Some(Format::Byte) => ("contentEncoding", "base64".into()),
        Some(Format::DateTime) => ("format", "date-time".into()),
        Some(Format::Hostname) => ("format", "hostname".into()),
        Some(Format::Uri) => ("format", "uri".into()),
        Some(Format::Int32 | Format::Int64 | Format::Double) | None => return,
    };
    fields.insert(form.0.to_owned(), form.1);
}

fn bounds(keywords: &Keywords, fields: &mut Map<String, Json>) {
    let (least, most) = match keywords.format {
        Some(Format::Int32) => (Some(i64::from(i32::MIN)), Some(i64::from(i32::MAX))),
        _ => (None, None),
    };
    let size = |size: Option<u32>| size.map(i64::from);
    let bounds = [
        ("minLength", size(keywords.min_length)),
        ("maxLength", size(keywords.max_length)),
        ("minimum", keywords.minimum.or(least)),
        ("maximum", keywords.maximum.or(most)),
        ("minItems", size(keywords.min_items)),
        ("maxItems", size(keywords.max_items)),
        ("minProperties", size(keywords.min_properties)),
        ("maxProperties", size(keywords.max_properties)),
    ];
    for (key, bound) in bounds {
        if let Some(bound) = bound {
            fields.insert(key.to_owned(), bound.into());
        }
    }
    if keywords.list_type == ListType::Set {
        fields.insert("uniqueItems".into(), Json::Bool(true));
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    fn config(minor: Option<Minor>) -> Json {
        export(find("imageregistry.operator.openshift.io/v1", "Config").unwrap(), minor)
    }

    #[test]
    fn one_minor_has_only_its_fields() {
        let s3 = "/properties/spec/properties/storage/properties/s3/properties";
        assert!(config(Some(Minor::of(4, 10))).pointer(s3).unwrap().get("trustedCA").is_none());
        assert!(config(Some(Minor::of(4, 11))).pointer(s3).unwrap().get("trustedCA").is_some());
    }

    #[test]
    fn all_minors_together_say_since_when_a_field_exists() {
        let schema = config(None);
        let affinity = schema.pointer("/properties/spec/properties/affinity/description").unwrap();
        assert!(affinity.as_str().unwrap().ends_with("Since OpenShift 4.5."), "{affinity}");
        assert_eq!(schema.pointer("/properties/spec/required").unwrap(), &json!(["replicas"]));
        assert_eq!(schema.pointer("/properties/kind/const").unwrap(), "Config");
    }

    #[test]
    fn a_spec_may_leave_fields_to_layers_take_them_away_and_change_lists() {
        let schema = export(find("regcfg.dev/v1alpha1", "ClusterRegistry").unwrap(), None);
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let spec = |spec: Json| {
            let metadata = json!({"name": "a"});
            let file = json!({"apiVersion": "regcfg.dev/v1alpha1", "kind": "ClusterRegistry", "metadata": metadata, "spec": spec});
            validator.is_valid(&file)
        };
        assert!(spec(json!({"registry": {"replicas": null, "logLevel": null}, "pruner": null})));
        assert!(spec(json!({"registry": {"tolerations": {"$append": [{"key": "a"}]}}})));
        assert!(spec(json!({"storage": {"s3": {"cloudFront": {"duration": "20m"}}, "credentials": "minted"}})));
        assert!(!spec(json!({"registry": {"tolerations": {"append": []}}})));
        assert!(!spec(json!({"registry": {"replicas": "two"}})));
        assert!(!spec(json!({"registry": {"replica": 2}})));
    }

    #[test]
    fn every_export_is_a_json_schema() {
        for kind in super::super::kinds() {
            for minor in [None, Some(Minor::FIRST), Some(Minor::LAST)] {
                let schema = export(kind, minor);
                let built =
                    jsonschema::draft202012::options().with_pattern_options(jsonschema::PatternOptions::regex());
                assert!(built.build(&schema).is_ok(), "{}", kind.kind);
            }
        }
    }
}
