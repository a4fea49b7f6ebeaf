//! How the API server sees a value when it merges: as a scalar, a mapping or a list, and of which sort.
//!
//! In comes the schema of a kind on a minor; out comes for each value in an object what server-side apply does with it.
//! What a schema leaves open is typed by what stands there: mappings field by field, lists as a whole.

use super::Fault;
use super::element::{Element, Scalar};
use crate::schema::{Additional, ListType, Schema, Type};
use crate::target::Minor;
use crate::tree::{Map, Node, Value};

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Typing {
    /// What a schema says.
    Known {
        /// The schema.
        schema: &'static Schema,
        /// The minor.
        minor: Minor,
        /// Whether fields that the schema does not have are kept here, as something above says.
        open: bool,
    },
    /// Nothing says.
    Deduced,
}

/// A value's type, once it is seen what stands there.
pub(super) enum Shape {
    /// A whole.
    Scalar,
    /// A mapping.
    Map(MapType),
    /// A list.
    List(ListShape),
}

/// The type of a mapping.
#[derive(Clone, Copy)]
pub(super) struct MapType {
    /// Whether it is replaced as a whole.
    pub(super) is_atomic: bool,
    typing: Typing,
}

/// The type of a list.
#[derive(Clone, Copy)]
pub(super) struct ListShape {
    /// How it is merged.
    pub(super) how: ListType,
    /// What its items are.
    pub(super) items: Typing,
}

impl Typing {
    pub(super) fn of(schema: &'static Schema, minor: Minor) -> Self {
        Self::Known { schema, minor, open: false }.below()
    }

    /// Notes what the schema itself keeps open, for itself and all below.
    fn below(self) -> Self {
        match self {
            Self::Known { schema, minor, open } => {
                Self::Known { schema, minor, open: open || schema.on(minor).preserve_unknown_fields }
            }
            Self::Deduced => self,
        }
    }

    /// Returns the type that a value has here. Null is of whatever type comes first.
    pub(super) fn shape(self, value: Option<&Node>) -> Shape {
        let (map, list) = (self.map(), self.list());
        let is_scalar = match self {
            Self::Known { schema, minor, .. } => !matches!(schema.on(minor).kind, Type::Object | Type::Array),
            Self::Deduced => true,
        };
        match (value.map(|node| &node.value), map, list) {
            (Some(Value::Seq(_)), _, Some(list)) => Shape::List(list),
            (Some(Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Secret(_)), ..)
                if is_scalar =>
            {
                Shape::Scalar
            }
            (_, Some(map), _) => Shape::Map(map),
            (_, None, Some(list)) if !is_scalar => Shape::List(list),
            _ => Shape::Scalar,
        }
    }

    /// Returns the type of a mapping here, if one can be here.
    pub(super) fn map(self) -> Option<MapType> {
        match self {
            Self::Known { schema, minor, .. } => {
                let keywords = schema.on(minor);
                matches!(keywords.kind, Type::Object | Type::Any | Type::IntOrString)
                    .then_some(MapType { is_atomic: keywords.atomic_map, typing: self })
            }
            Self::Deduced => Some(MapType { is_atomic: false, typing: self }),
        }
    }

    /// Returns the type of a list here, if one can be here.
    pub(super) fn list(self) -> Option<ListShape> {
        let Self::Known { schema, minor, open } = self else {
            return Some(ListShape { how: ListType::Atomic, items: Self::Deduced });
        };
        let keywords = schema.on(minor);
        let items = schema.items.map_or(Self::Deduced, |schema| Self::Known { schema, minor, open }.below());
        matches!(keywords.kind, Type::Array | Type::Any | Type::IntOrString)
            .then_some(ListShape { how: keywords.list_type, items })
    }
}

impl MapType {
    /// Tells whether the schema has a field of this name, rather than taking any name.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.declared(name).is_some()
    }

    /// Tells whether nothing at all is said of the fields.
    pub(super) fn is_deduced(&self) -> bool {
        match self.typing {
            Typing::Known { schema, minor, .. } => {
                let has_fields = schema.properties.iter().any(|property| property.is_on(minor));
                !has_fields && !matches!(schema.additional, Additional::Each(_))
            }
            Typing::Deduced => true,
        }
    }

    /// Returns the type of a field. Of what the schema does not have, the value decides.
    pub(super) fn child(&self, name: &str) -> Typing {
        let Typing::Known { schema, minor, open } = self.typing else { return Typing::Deduced };
        let child = match (self.declared(name), &schema.additional) {
            (Some(schema), _) => schema,
            (None, Additional::Each(schema)) => schema,
            (None, _) => return Typing::Deduced,
        };
        Typing::Known { schema: child, minor, open }.below()
    }

    fn declared(&self, name: &str) -> Option<&'static Schema> {
        let Typing::Known { schema, minor, .. } = self.typing else { return None };
        schema.property(name).filter(|property| property.is_on(minor)).map(|property| property.schema)
    }
}

impl ListShape {
    /// Returns the step to an item.
    pub(super) fn element(&self, item: &Node) -> Result<Element, Fault> {
        let ListType::Map(keys) = self.how else {
            return match item.value {
                Value::Null | Value::Seq(_) | Value::Map(_) => {
                    Err(Fault::misshapen("an item of a set is no single value"))
                }
                _ => Ok(Element::Value(Scalar::of(item))),
            };
        };
        let Some(fields) = item.as_map() else { return Err(Fault::misshapen("an item of a keyed list is no mapping")) };
        let found: Vec<_> = keys.iter().filter_map(|key| Some(((*key).into(), self.key(fields, key)?))).collect();
        if found.is_empty() {
            return Err(Fault::misshapen("an item of a keyed list has no key"));
        }
        Ok(Element::key(found))
    }

    fn key(&self, fields: &Map, key: &str) -> Option<Scalar> {
        if let Some(entry) = fields.get(key) {
            return Some(Scalar::of(&entry.node));
        }
        let Typing::Known { schema, minor, .. } = self.items else { return None };
        Scalar::of_literal(&schema.property(key)?.schema.on(minor).default?)
    }
}
