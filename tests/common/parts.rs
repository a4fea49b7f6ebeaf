//! Makes parts of objects, as people and programs apply them: fields left out, others changed, lists in another order.

use serde_json::{Map, Value as Json, json};

use crate::generate::Generator;

/// Texts that are right as a quantity, in the form in which it is stored, and as base64, too.
pub(crate) const TAME: [&str; 3] = ["4444", "5555", "6666"];

/// Makes a part of a value, now and then another value or another order.
pub(crate) fn part(value: &Json, generator: &mut Generator, is_tame: bool) -> Json {
    let mut one_of = |n: usize| generator.pick(&(0..n).collect::<Vec<_>>()) == 0;
    match value {
        Json::Object(_) | Json::Array(_) if value.get("uid").is_none() && one_of(30) => empty(value),
        _ if !is_tame && one_of(50) => Json::Null,
        Json::Object(fields) => {
            let mut kept = Map::new();
            for (name, field) in fields {
                // Owners are whole: the server's Go type writes what is missing as empty, and refuses it then.
                if fields.contains_key("uid") {
                    kept.insert(name.clone(), field.clone());
                } else if generator.pick(&[true, true, true, false]) {
                    kept.insert(name.clone(), part(field, generator, is_tame));
                }
            }
            kept.into()
        }
        Json::Array(items) => {
            let mut kept: Vec<Json> = Vec::new();
            for item in items {
                if generator.pick(&[true, true, true, false]) {
                    kept.push(part(item, generator, is_tame));
                }
            }
            if generator.pick(&[true, false, false]) {
                kept.reverse();
            }
            kept.into()
        }
        Json::String(_) if one_of(8) => generator.pick(&TAME).into(),
        Json::Number(_) => generator.pick(&[json!(1), json!(2), json!(3)]),
        Json::Bool(_) => generator.pick(&[json!(true), json!(false)]),
        other => other.clone(),
    }
}

fn empty(value: &Json) -> Json {
    if value.is_object() { json!({}) } else { json!([]) }
}
