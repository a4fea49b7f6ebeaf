//! What the crate jsonschema finds -> findings in the words of those on known kinds.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};
use serde_json::Value as Json;

use super::object::{at, subject, undecided};
use super::place::{Found, Step, pointer};
use super::{Version, strict};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, codes, nearest};
use crate::tree::{Node, Origin, Value};

/// The most values that a message lists.
const MOST_OPTIONS: usize = 100;

/// The most values among which a near one is looked for.
const MOST_COMPARED: usize = 1000;

/// Says one error as findings; several where several fields are unknown.
pub(super) fn findings(error: &ValidationError<'_>, object: &Node, version: &Version) -> Vec<Diagnostic> {
    let instance = error.instance_path().as_str();
    let (Found { key, node }, steps) = at(object, instance);
    // Of an encrypted value only the type is known, and nothing that depends on what it says.
    let is_encrypted = matches!(node.value, Value::Secret(_));
    let depends = matches!(
        error.kind(),
        Fault::AnyOf { .. } | Fault::OneOfNotValid { .. } | Fault::Not { .. } | Fault::OneOfMultipleValid { .. }
    );
    if (is_encrypted && !matches!(error.kind(), Fault::Type { .. })) || (depends && node.has_secret()) {
        return vec![undecided(object, &pointer(instance), "the alternatives of its definition: values are encrypted")];
    }
    let subject = subject(&steps);
    let finding = match error.kind() {
        Fault::AdditionalProperties { unexpected } => {
            let known = schema_of(error, version);
            return unexpected.iter().map(|name| unknown(node, key, name, &steps, known)).collect();
        }
        Fault::Required { property } => missing(property.as_str().unwrap_or_default(), key, &steps),
        Fault::Type { kind } => wrong_type(kind, node, &subject),
        Fault::Enum { options } => not_among(options, node, &subject),
        Fault::Custom { .. } => malformed(error, node, &subject, version),
        Fault::AnyOf { context } | Fault::OneOfNotValid { context } => {
            let types: Option<Vec<&TypeKind>> = context.iter().map(|errors| only_type(errors)).collect();
            match types.filter(|types| !types.is_empty()) {
                Some(types) => {
                    let words: Vec<&str> = types.into_iter().flat_map(words).collect();
                    of_type(&words, node, &subject)
                }
                None => Diagnostic::error_about(
                    &codes::OBJECT_NOT_TOGETHER,
                    key,
                    format!("{subject} is none of what its definition allows"),
                ),
            }
        }
        Fault::OneOfMultipleValid { .. } => Diagnostic::error_about(
            &codes::OBJECT_NOT_TOGETHER,
            key,
            format!("{subject} is more than one of what its definition allows one of"),
        ),
        Fault::Not { .. } => Diagnostic::error_about(
            &codes::OBJECT_NOT_TOGETHER,
            key,
            format!("{subject} is what its definition does not allow"),
        ),
        other => bound(other, node, key, &subject),
    };
    vec![finding]
}

fn unknown(node: &Node, key: &Origin, name: &str, steps: &[Step], schema: Option<&Json>) -> Diagnostic {
    let origin = node.entry(name).map_or(key, |entry| &entry.key);
    let inside = if steps.is_empty() { "in the object".to_owned() } else { format!("in {}", subject(steps)) };
    let finding = Diagnostic::error_about(
        &codes::OBJECT_UNKNOWN_FIELD,
        origin,
        if origin.is_hidden() {
            format!("unknown field {inside}")
        } else {
            format!("unknown field {} {inside}", quoted(name))
        },
    );
    let known = schema.and_then(|schema| schema.get("properties")?.as_object());
    match nearest(name, known.into_iter().flat_map(|known| known.keys().map(String::as_str))) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("remove it, or take the definition of the version that has it"),
    }
}

fn missing(name: &str, key: &Origin, steps: &[Step]) -> Diagnostic {
    let below = [steps, &[Step::Key(name.to_owned())]].concat();
    Diagnostic::error_about(&codes::OBJECT_MISSING_FIELD, key, format!("{} is missing", subject(&below)))
        .help(format!("add `{name}`"))
}

fn wrong_type(kind: &TypeKind, node: &Node, subject: &str) -> Diagnostic {
    of_type(&words(kind), node, subject)
}

fn of_type(words: &[&str], node: &Node, subject: &str) -> Diagnostic {
    let expected = match words {
        [] => "another type".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    };
    let message = format!("{subject} must be {expected}, not {}", node.in_words());
    Diagnostic::error_about(&codes::OBJECT_WRONG_TYPE, &node.origin, message)
}

/// Says types in words; null is left out, which is allowed beside them and never what is meant.
fn words(kind: &TypeKind) -> Vec<&'static str> {
    let word = |name: &str| match name {
        "array" => Some("a list"),
        "boolean" => Some("a boolean"),
        "integer" => Some("a whole number"),
        "number" => Some("a number"),
        "object" => Some("a mapping"),
        "string" => Some("a string"),
        _ => None,
    };
    match kind {
        TypeKind::Single(kind) => word(&kind.to_string()).into_iter().collect(),
        TypeKind::Multiple(kinds) => kinds.iter().filter_map(|kind| word(&kind.to_string())).collect(),
    }
}

/// Returns the type that an alternative wants, where that is all that it refuses.
fn only_type<'e>(errors: &'e [ValidationError<'static>]) -> Option<&'e TypeKind> {
    match errors {
        [error] => match error.kind() {
            Fault::Type { kind } => Some(kind),
            _ => None,
        },
        _ => None,
    }
}

fn not_among(options: &Json, node: &Node, subject: &str) -> Diagnostic {
    let options: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
    let message = match &*options {
        [only] => format!("{subject} must be `{only}`, not {}", shown(node)),
        _ if options.len() > MOST_OPTIONS => {
            let (first, rest) = options.split_at(MOST_OPTIONS);
            let first = first.join("`, `");
            format!("{subject} must be one of `{first}` or {} others, not {}", rest.len(), shown(node))
        }
        _ => format!("{subject} must be one of `{}`, not {}", options.join("`, `"), shown(node)),
    };
    let finding = Diagnostic::error_about(&codes::OBJECT_VALUE_NOT_ALLOWED, &node.origin, message);
    match node
        .as_str()
        .filter(|_| !node.origin.is_hidden())
        .and_then(|text| nearest(text, options.iter().take(MOST_COMPARED).map(String::as_str)))
    {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// Says that a text does not match its pattern, or is not in its form.
fn malformed(error: &ValidationError<'_>, node: &Node, subject: &str, version: &Version) -> Diagnostic {
    let schema = schema_of(error, version);
    let of = |keyword: &str| schema.and_then(|schema| schema.get(keyword)?.as_str()).unwrap_or_default();
    let path = error.schema_path().as_str();
    let message = if path.ends_with(strict::FORMAT) {
        format!("{subject} must be in the form `{}`, not {}", of(strict::FORMAT), shown(node))
    } else {
        format!("{subject} must match `{}`, which {} does not", of(strict::PATTERN), shown(node))
    };
    Diagnostic::error_about(&codes::OBJECT_MALFORMED_VALUE, &node.origin, message)
}

fn bound(kind: &Fault, node: &Node, key: &Origin, subject: &str) -> Diagnostic {
    let (origin, words) = match kind {
        Fault::Minimum { limit } => (&node.origin, format!("must be at least {limit}")),
        Fault::Maximum { limit } => (&node.origin, format!("must be at most {limit}")),
        Fault::ExclusiveMinimum { limit } => (&node.origin, format!("must be more than {limit}")),
        Fault::ExclusiveMaximum { limit } => (&node.origin, format!("must be less than {limit}")),
        Fault::MultipleOf { multiple_of } => (&node.origin, format!("must be a multiple of {multiple_of}")),
        Fault::MinLength { limit } => (&node.origin, format!("must have at least {limit} characters")),
        Fault::MaxLength { limit } => (&node.origin, format!("must have at most {limit} characters")),
        Fault::MinItems { limit } => (&node.origin, format!("must have at least {limit} items")),
        Fault::MaxItems { limit } => (&node.origin, format!("must have at most {limit} items")),
        Fault::MinProperties { limit } => (key, format!("must have at least {limit} fields")),
        Fault::MaxProperties { limit } => (key, format!("must have at most {limit} fields")),
        // Keywords that no structural schema has.
        other => {
            return Diagnostic::error_about(
                &codes::OBJECT_NOT_TOGETHER,
                key,
                format!("{subject} breaks `{}` of its definition", other.keyword()),
            );
        }
    };
    Diagnostic::error_about(&codes::OBJECT_OUT_OF_BOUNDS, origin, format!("{subject} {words}"))
}

/// Returns the schema that holds the keyword that an error is of.
fn schema_of<'v>(error: &ValidationError<'_>, version: &'v Version) -> Option<&'v Json> {
    let path = error.schema_path().as_str();
    version.strict.pointer(path.rsplit_once('/').map_or("", |(schema, _)| schema))
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn shown(node: &Node) -> String {
    match &node.value {
        Value::Seq(_) | Value::Map(_) if !node.may_hold_secret() => quoted(&node.to_json().to_string()),
        Value::Null => quoted("null"),
        _ => node.quoted(),
    }
}
