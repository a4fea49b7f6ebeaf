//! A field by its path, such as `spec.storage.s3.keyID`: what describes it, on which minors it exists, where it lands.
//!
//! A path in, a [`Field`] out, or the name that is not known and those that are. Lists are stepped into without a word or
//! with `[]`, and a map takes any name, or `*`. Which path a user means is not known here.

use super::table::{Additional, Lands, Property, Schema};
use crate::target::Minor;

/// A field that was found.
#[derive(Clone, Debug)]
pub struct Field {
    /// The path as it is written out, with `[]` for items.
    pub path: String,
    /// What describes it.
    pub schema: &'static Schema,
    /// What describes the mapping around it, and the field's name there.
    pub inside: Option<(&'static Schema, &'static str)>,
    /// The first minor that has it; none where it was always there.
    pub since: Option<Minor>,
    /// The first minor that has it no more.
    pub until: Option<Minor>,
    /// Where it lands in rendered objects, `Kind name: path`.
    pub lands: Vec<String>,
}

/// Why a path leads to no field.
#[derive(Clone, Debug)]
pub struct NoField {
    /// The path as far as it is known.
    pub known: String,
    /// The name that is not known there.
    pub name: String,
    /// The names that are.
    pub names: Vec<&'static str>,
}

impl Field {
    /// Returns the field of a whole file or object.
    pub fn root(schema: &'static Schema) -> Self {
        let lands = landed(schema, &[], "");
        Self { path: String::new(), schema, inside: None, since: None, until: None, lands }
    }

    /// Returns the field at a path of names below this one.
    pub fn at<'p>(self, path: impl IntoIterator<Item = &'p str>) -> Result<Self, NoField> {
        path.into_iter().try_fold(self, Self::step)
    }

    /// Returns the fields below, through lists and maps.
    pub fn fields(&self) -> Vec<Self> {
        let around = self.clone().into_mapping();
        properties(around.schema).map(|property| around.below(property)).collect()
    }

    /// Steps by one name.
    fn step(self, name: &str) -> Result<Self, NoField> {
        let name = name.strip_suffix("[]").unwrap_or(name);
        let around = self.into_items();
        if name.is_empty() {
            return Ok(around);
        }
        if let Some(property) = properties(around.schema).find(|property| property.name == name) {
            return Ok(around.below(property));
        }
        if let Some(each) = named_by_users(around.schema) {
            return Ok(around.each(each));
        }
        let names = properties(around.schema).map(|property| property.name).collect();
        Err(NoField { known: around.path, name: name.to_owned(), names })
    }

    fn below(&self, property: &'static Property) -> Self {
        let step = if self.path.is_empty() { property.name.to_owned() } else { format!(".{}", property.name) };
        Self {
            path: format!("{}{step}", self.path),
            schema: property.schema,
            inside: Some((self.schema, property.name)),
            since: self.since.max(property.since),
            until: [self.until, property.until].into_iter().flatten().min(),
            lands: landed(property.schema, &self.lands, &format!(".{}", property.name)),
        }
    }

    fn each(self, each: &'static Schema) -> Self {
        let lands = landed(each, &self.lands, ".*");
        Self { path: self.path + ".*", schema: each, inside: None, lands, ..self }
    }

    /// Steps into the items of a list, and of a list within it.
    fn into_items(self) -> Self {
        match self.schema.items {
            Some(items) => {
                let lands = landed(items, &self.lands, "[]");
                Self { path: self.path + "[]", schema: items, inside: None, lands, ..self }.into_items()
            }
            None => self,
        }
    }

    /// Steps to where fields have names: into items, and into what stands under any name.
    fn into_mapping(self) -> Self {
        let around = self.into_items();
        match named_by_users(around.schema) {
            Some(each) if around.schema.properties.is_empty() && has_fields(each) => around.each(each).into_mapping(),
            _ => around,
        }
    }
}

/// Returns the properties of a schema, then those of its alternatives.
fn properties(schema: &'static Schema) -> impl Iterator<Item = &'static Property> {
    let alternatives = schema.any_of.iter().flat_map(|one| one.properties);
    schema.properties.iter().chain(alternatives)
}

/// Returns what stands under names that users choose, in the schema or in one of its alternatives.
fn named_by_users(schema: &'static Schema) -> Option<&'static Schema> {
    match schema.additional {
        Additional::Each(each) => Some(each),
        Additional::Closed | Additional::Open => schema.any_of.iter().find_map(|one| named_by_users(one)),
    }
}

fn has_fields(schema: &Schema) -> bool {
    !schema.properties.is_empty() || schema.items.is_some()
}

fn landed(schema: &Schema, around: &[String], step: &str) -> Vec<String> {
    match schema.lands {
        Lands::Beneath => around.iter().map(|place| format!("{place}{step}")).collect(),
        Lands::Same => around.to_vec(),
        Lands::At(places) => places.iter().map(|place| (*place).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    fn spec(path: &str) -> Result<Field, NoField> {
        let kind = find("regcfg.dev/v1alpha1", "ClusterRegistry").unwrap();
        Field::root(kind.schema).at(["spec"].into_iter().chain(path.split('.')))
    }

    #[test]
    fn a_field_is_found_through_lists_and_maps() {
        assert_eq!(spec("registry.tolerations.key").unwrap().path, "spec.registry.tolerations[].key");
        assert_eq!(spec("registry.tolerations[].key").unwrap().path, "spec.registry.tolerations[].key");
        assert_eq!(spec("registry.routes.public.hostname").unwrap().path, "spec.registry.routes.*.hostname");
        assert_eq!(spec("registry.routes.*.hostname").unwrap().path, "spec.registry.routes.*.hostname");
    }

    #[test]
    fn an_unknown_name_says_those_that_are_known() {
        let unknown = spec("storage.s3.bukcet").unwrap_err();
        assert_eq!((unknown.known.as_str(), unknown.name.as_str()), ("spec.storage.s3", "bukcet"));
        assert!(unknown.names.contains(&"bucket"));
    }

    #[test]
    fn a_field_exists_where_all_around_it_does() {
        let config = find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
        let field = Field::root(config.schema).at(["spec", "storage", "ibmcos", "bucket"]).unwrap();
        assert_eq!(field.since, Some(Minor::of(4, 9)));
    }
}
