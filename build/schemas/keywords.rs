//! The keywords of a description that may differ by minor, read strictly and checked against each other.

use serde::Deserialize;
use serde_json::Value as Json;

/// What one node says from one minor on, all its `at` overlays merged.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(crate) struct Keywords {
    #[serde(rename = "type")]
    pub(crate) kind: Option<Type>,
    pub(crate) int_or_string: bool,
    pub(crate) nullable: bool,
    pub(crate) required: Vec<String>,
    #[serde(rename = "enum")]
    pub(crate) values: Vec<Json>,
    pub(crate) pattern: Option<String>,
    /// What the pattern means, for people: `must be …`.
    pub(crate) expects: Option<String>,
    pub(crate) format: Option<Format>,
    pub(crate) min_length: Option<u32>,
    pub(crate) max_length: Option<u32>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) min_items: Option<u32>,
    pub(crate) max_items: Option<u32>,
    pub(crate) min_properties: Option<u32>,
    pub(crate) max_properties: Option<u32>,
    pub(crate) list_type: Option<ListType>,
    pub(crate) list_map_keys: Vec<String>,
    pub(crate) map_type: Option<MapType>,
    pub(crate) default: Option<Json>,
    pub(crate) preserve_unknown_fields: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    Int32,
    Int64,
    Double,
    Duration,
    Byte,
    DateTime,
    Hostname,
    Uri,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ListType {
    Atomic,
    Set,
    Map,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum MapType {
    Granular,
    Atomic,
}

impl Keywords {
    /// Reads the keywords of one minor and checks that they fit together.
    ///
    /// A part of `anyOf`, `allOf` or `not` names no type: it only constrains the value around it.
    pub(crate) fn read(json: Json, is_part: bool) -> Result<Self, String> {
        let keywords: Self = serde_json::from_value(json).map_err(|why| why.to_string())?;
        keywords.check(is_part)?;
        Ok(keywords)
    }

    fn check(&self, is_part: bool) -> Result<(), String> {
        if self.int_or_string && self.kind.is_some() {
            return Err("`intOrString` stands in place of `type`".into());
        }
        let only = |used: bool, kind: Type, keyword: &str| {
            let is_open = is_part && self.kind.is_none();
            let fits = self.kind == Some(kind) || (self.int_or_string && kind == Type::String) || is_open;
            if used && !fits { Err(format!("`{keyword}` needs the type {kind:?}")) } else { Ok(()) }
        };
        only(!self.required.is_empty(), Type::Object, "required")?;
        only(self.map_type.is_some(), Type::Object, "mapType")?;
        only(self.min_properties.is_some() || self.max_properties.is_some(), Type::Object, "minProperties")?;
        only(self.list_type.is_some(), Type::Array, "listType")?;
        only(self.min_items.is_some() || self.max_items.is_some(), Type::Array, "minItems")?;
        only(self.pattern.is_some(), Type::String, "pattern")?;
        only(self.min_length.is_some() || self.max_length.is_some(), Type::String, "minLength")?;
        if (self.list_type == Some(ListType::Map)) == self.list_map_keys.is_empty() {
            return Err("`listMapKeys` go with `listType: map`".into());
        }
        let mut literals = self.values.iter().map(|value| ("enum", value));
        let default = self.default.iter().map(|value| ("default", value));
        literals.by_ref().chain(default).try_for_each(|(keyword, value)| self.fits(keyword, value))
    }

    fn fits(&self, keyword: &str, value: &Json) -> Result<(), String> {
        let fits = match self.kind {
            _ if self.int_or_string => value.is_string() || value.is_i64(),
            _ if self.nullable && value.is_null() => true,
            Some(Type::Object) => value.is_object(),
            Some(Type::Array) => value.is_array(),
            Some(Type::String) => value.is_string(),
            Some(Type::Integer) => value.is_i64(),
            Some(Type::Number) => value.is_number(),
            Some(Type::Boolean) => value.is_boolean(),
            None => true,
        };
        let allowed = keyword == "enum" || self.values.is_empty() || self.values.contains(value);
        if fits && allowed {
            Ok(())
        } else {
            Err(format!("`{keyword}` value {value} does not fit the type or the enum"))
        }
    }
}
