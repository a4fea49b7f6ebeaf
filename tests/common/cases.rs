//! Makes pairs of objects from a CRD: one that is right by a constraint of one field, and one that breaks just that.
//!
//! The CRD's schema alone drives it. A keyword that it does not know is a panic, so that nothing is left out in silence.

use serde_json::{Map, Value as Json, json};

use crate::generate::{Generator, texts};

/// Keywords that decide no verdict: words, and how lists and maps are merged.
const NO_VERDICT: [&str; 6] =
    ["description", "title", "default", "x-kubernetes-map-type", "x-kubernetes-list-map-keys", "example"];

/// For each constraint that speaks of several fields: values of its node that hold it, and values that break only it. The
/// constraint is named by a text that its JSON contains.
const SEVERAL: &[(&str, &[&str], &[&str])] = &[
    (
        r#""not":{"enum":["KMS"]}"#,
        &["{}", r#"{"method": "KMS", "kms": {"keyID": "a"}}"#],
        &[r#"{"method": "KMS"}"#, r#"{"kms": {"keyID": "a"}}"#],
    ),
    (
        "internal is forbidden when type is not Internal",
        &["{}", r#"{"type": "Internal", "internal": {}}"#],
        &[r#"{"internal": {}}"#],
    ),
    (
        "Only one of blockedRegistries",
        &[r#"{"blockedRegistries": ["a"]}"#],
        &[r#"{"blockedRegistries": ["a"], "allowedRegistries": ["a"]}"#],
    ),
    (
        "without tags or digests",
        &[r#""quay.io""#, r#""*.example.com""#, r#""host:5000/a/b_c""#],
        &[r#""quay.io/a:latest""#, r#""https://a.io""#, r#""-a.io""#, r#""""#],
    ),
    (
        "header actions are not permitted",
        &[r#"{"to": {"kind": "Service", "name": "a"}}"#],
        &[r#"{"to": {"kind": "Service", "name": "a"}, "tls": {"termination": "passthrough"}, "httpHeaders": {}}"#],
    ),
    (
        r#""tls":{"enum":[null]}"#,
        &[r#"{"to": {"kind": "Service", "name": "a"}, "path": "/"}"#],
        &[
            r#"{"to": {"kind": "Service", "name": "a"}, "path": "/", "tls": {"termination": "passthrough"}}"#,
            r#"{"to": {"kind": "Service", "name": "a"}, "host": "", "wildcardPolicy": "Subdomain"}"#,
        ],
    ),
    (r#"{"not":{"enum":[0]}}"#, &["80", r#""http""#], &["0", r#""""#]),
    (
        r#"{"enum":["passthrough"]}"#,
        &[r#"{"termination": "edge", "key": "a"}"#],
        &[
            r#"{"termination": "passthrough", "key": "a"}"#,
            r#"{"termination": "edge", "destinationCACertificate": "a"}"#,
        ],
    ),
    (
        "cannot have both spec.tls.certificate",
        &[r#"{"termination": "edge", "certificate": "a"}"#],
        &[r#"{"termination": "edge", "certificate": "a", "externalCertificate": {"name": "a"}}"#],
    ),
    (
        "cannot have both spec.tls.termination",
        &[r#"{"termination": "edge", "insecureEdgeTerminationPolicy": "Allow"}"#],
        &[r#"{"termination": "passthrough", "insecureEdgeTerminationPolicy": "Allow"}"#],
    ),
    (
        "set is required when type is Set",
        &[r#"{"type": "Set", "set": {"value": "a"}}"#, r#"{"type": "Delete"}"#],
        &[r#"{"type": "Delete", "set": {"value": "a"}}"#, r#"{"type": "Set"}"#],
    ),
    (
        "Either the header value provided",
        &[r#"[{"name": "a", "action": {"type": "Set", "set": {"value": "%[ssl_c_der]"}}}]"#],
        &[
            r#"[{"name": "a", "action": {"type": "Set", "set": {"value": "%[x]"}}}]"#,
            r#"[{"name": "a", "action": {"type": "Set", "set": {"value": "a\tb%"}}}]"#,
        ],
    ),
    ("strict-transport-security header", &[r#""X-A""#], &[r#""Strict-Transport-Security""#]),
    ("set-cookie header", &[r#""X-A""#], &[r#""Set-Cookie""#]),
    ("proxy header", &[r#""X-A""#], &[r#""Proxy""#]),
    ("cookie header", &[r#""X-A""#], &[r#""Cookie""#]),
];

/// One constraint of one field.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The field, as `.spec.routes[].name`.
    pub(crate) field: String,
    /// The keyword, and for some what it says.
    pub(crate) constraint: String,
    steps: Vec<Step>,
}

/// Right and broken.
pub(crate) struct Pair {
    pub(crate) right: Json,
    pub(crate) broken: Option<Json>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(String),
    Item,
    Any,
}

/// Lists every constraint of a node and all below it.
pub(crate) fn targets(schema: &Json, field: &str) -> Vec<Target> {
    let mut found = Vec::new();
    collect(schema, field.to_owned(), &mut Vec::new(), &mut found);
    found
}

fn collect(schema: &Json, field: String, steps: &mut Vec<Step>, found: &mut Vec<Target>) {
    let fields = schema.as_object().unwrap();
    let mut add = |constraint: String| found.push(Target { field: field.clone(), constraint, steps: steps.clone() });
    if fields.contains_key("default") {
        add("default".into());
    }
    if fields.get("type") == Some(&"object".into()) && !is_open(schema) {
        add("unknown".into());
    }
    for (key, value) in fields {
        match (key.as_str(), value) {
            (key, _) if NO_VERDICT.contains(&key) => {}
            (_, Json::Null) => {}
            ("properties" | "items" | "additionalProperties", _) => {}
            ("required", Json::Array(names)) => {
                names.iter().for_each(|name| add(format!("required {}", name.as_str().unwrap())));
            }
            ("x-kubernetes-list-type", kind) if kind == "atomic" => {}
            ("format", _) if fields.get("type") == Some(&"array".into()) => {}
            // Every number of 64 bits is one here, and texts of this form are decided by the type.
            ("format", kind) if kind == "int64" => {}
            ("anyOf", _) if fields.contains_key("x-kubernetes-int-or-string") => {}
            ("minLength" | "minItems", least) if least == 0 => {}
            ("x-kubernetes-validations", Json::Array(rules)) => {
                rules.iter().for_each(|rule| add(format!("cel {rule}")))
            }
            ("anyOf" | "allOf" | "not" | "oneOf", value) => add(format!("{key} {value}")),
            (
                "type"
                | "enum"
                | "pattern"
                | "format"
                | "nullable"
                | "minimum"
                | "maximum"
                | "minLength"
                | "maxLength"
                | "minItems"
                | "maxItems"
                | "x-kubernetes-list-type"
                | "x-kubernetes-int-or-string"
                | "x-kubernetes-preserve-unknown-fields",
                _,
            ) => add(key.clone()),
            (key, _) => panic!("no case is made for the keyword {key} of {field}"),
        }
    }
    for (name, child) in fields.get("properties").and_then(Json::as_object).into_iter().flatten() {
        steps.push(Step::Field(name.clone()));
        collect(child, format!("{field}.{name}"), steps, found);
        steps.pop();
    }
    for (key, step, shown) in [("items", Step::Item, "[]"), ("additionalProperties", Step::Any, "{}")] {
        if let Some(child) = fields.get(key).filter(|child| child.is_object()) {
            steps.push(step);
            collect(child, field.clone() + shown, steps, found);
            steps.pop();
        }
    }
}

impl Target {
    /// Tells whether nothing can break the constraint.
    pub(crate) fn cannot_break(&self) -> bool {
        matches!(self.constraint.as_str(), "default" | "nullable" | "x-kubernetes-preserve-unknown-fields")
    }

    /// Tells whether the constraint is on types and required fields.
    pub(crate) fn is_of_structure(&self) -> bool {
        self.constraint == "type"
            || self.constraint == "x-kubernetes-int-or-string"
            || self.constraint.starts_with("required ")
    }

    /// Tells whether its values are so large that a few pairs are enough.
    pub(crate) fn is_large(&self) -> bool {
        matches!(self.constraint.as_str(), "maxItems")
    }

    /// Makes a pair; `spare` is an object of required fields only, otherwise it has others by chance.
    pub(crate) fn pair(&self, schema: &Json, spare: bool, generator: &mut Generator) -> Pair {
        let mut root = if spare { least(schema, generator) } else { generator.value(schema, 1) };
        let node = node(schema, &self.steps);
        let (right, broken) = self.values(node, spare, generator);
        put(&mut root, schema, &self.steps, right, generator);
        let broken = broken.map(|broken| {
            let mut copy = root.clone();
            put(&mut copy, schema, &self.steps, broken, generator);
            copy
        });
        Pair { right: root, broken }
    }

    /// Makes a value of the field that is right, and one that breaks the constraint.
    fn values(&self, schema: &Json, spare: bool, generator: &mut Generator) -> (Option<Json>, Option<Option<Json>>) {
        let number = |key: &str| schema[key].as_i64().unwrap();
        let right = if spare { least(schema, generator) } else { generator.value(schema, 1) };
        let with = |value: Json| (Some(right.clone()), Some(Some(value)));
        let (keyword, says) = self.constraint.split_once(' ').unwrap_or((&self.constraint, ""));
        match keyword {
            "default" => (None, None),
            "nullable" => (Some(Json::Null), None),
            "unknown" => with(and(&right, "bogus", json!(1))),
            "x-kubernetes-preserve-unknown-fields" => (Some(and(&right, "bogus", json!({"a": [null, 1]}))), None),
            "required" => {
                let mut lacks = right.clone();
                lacks.as_object_mut().unwrap().remove(says);
                let has_default = schema["properties"][says].get("default").is_some();
                (Some(right), (!has_default).then_some(Some(lacks)))
            }
            "type" | "x-kubernetes-int-or-string" => {
                let of_other_type = [json!("x"), json!(1), json!(1.5), json!(true), json!([]), json!({}), json!(["a"])];
                let fits: Vec<Json> = of_other_type.into_iter().filter(|value| !is_of_type(schema, value)).collect();
                with(generator.pick(&fits))
            }
            "enum" => with(if schema["type"] == "string" { json!("Bogus") } else { json!(77) }),
            "pattern" => with(generator.pick(texts(schema).unwrap().1).into()),
            "format" if schema["type"] == "string" => with(generator.wrong_text(schema).into()),
            "format" => with(generator.pick(&[json!(3_000_000_000_u64), json!(-3_000_000_000_i64)])),
            "minimum" => with((number("minimum") - 1).into()),
            "maximum" => with((number("maximum") + 1).into()),
            "minLength" => with("a".repeat(number("minLength") as usize - 1).into()),
            "maxLength" => with(generator.pick(&["a", "é"]).repeat(number("maxLength") as usize + 1).into()),
            "minItems" => with(Json::Array(Vec::new())),
            "maxItems" => with((0..=number("maxItems")).map(|at| distinct(&schema["items"], at, generator)).collect()),
            "x-kubernetes-list-type" => {
                let item =
                    if spare { least(&schema["items"], generator) } else { generator.value(&schema["items"], 1) };
                (Some(json!([item])), Some(Some(json!([item, item]))))
            }
            "cel" | "anyOf" | "allOf" | "not" | "oneOf" => {
                let known = SEVERAL.iter().find(|(part, ..)| says.contains(part));
                let (_, right, wrong) = known.unwrap_or_else(|| panic!("no values are known for {says}"));
                let read = |text: &str| serde_json::from_str::<Json>(text).unwrap();
                (Some(read(generator.pick(right))), Some(Some(read(generator.pick(wrong)))))
            }
            other => panic!("no pair is made for {other}"),
        }
    }
}

fn and(value: &Json, name: &str, more: Json) -> Json {
    let mut fields = value.as_object().cloned().unwrap_or_default();
    fields.insert(name.into(), more);
    fields.into()
}

fn distinct(schema: &Json, at: i64, generator: &mut Generator) -> Json {
    match schema["type"].as_str() {
        Some("string") => format!("a{at}").into(),
        _ => {
            let mut item = least(schema, generator);
            if let Some(name) = item.get_mut("name") {
                *name = format!("a{at}").into();
            }
            item
        }
    }
}

/// Makes a value with its required fields and no others.
fn least(schema: &Json, generator: &mut Generator) -> Json {
    match schema["type"].as_str() {
        Some("object") => {}
        Some("array") => return json!([least(&schema["items"], generator)]),
        _ => return generator.value(schema, 1),
    }
    let mut fields = Map::new();
    for name in schema.get("required").and_then(Json::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap();
        fields.insert(name.into(), least(&schema["properties"][name], generator));
    }
    // An action that sets something needs what it sets.
    if schema["properties"].get("set").is_some() {
        fields.insert("type".into(), "Delete".into());
    }
    fields.into()
}

/// Fields that may only be there beside another one with a value.
const COMPANIONS: [(&str, &str, &str, &str); 3] =
    [("kms", "method", "KMS", "keyID"), ("internal", "type", "Internal", "vnetName"), ("set", "type", "Set", "value")];

fn node<'s>(schema: &'s Json, steps: &[Step]) -> &'s Json {
    steps.iter().fold(schema, |schema, step| match step {
        Step::Field(name) => &schema["properties"][name],
        Step::Item => &schema["items"],
        Step::Any => &schema["additionalProperties"],
    })
}

/// Puts a value where the steps lead, or takes away what is there; what lacks on the way is made.
fn put(value: &mut Json, schema: &Json, steps: &[Step], what: Option<Json>, generator: &mut Generator) {
    let Some((step, rest)) = steps.split_first() else {
        if let Some(what) = what {
            *value = what;
        }
        return;
    };
    let child = node(schema, std::slice::from_ref(step));
    let name = match step {
        Step::Item => {
            let Json::Array(items) = value else { panic!("{value} is no list") };
            if items.is_empty() {
                items.push(least(child, generator));
            }
            return put(&mut items[0], child, rest, what, generator);
        }
        Step::Field(name) => name.as_str(),
        Step::Any => "a",
    };
    let Json::Object(fields) = value else { panic!("{value} is no mapping") };
    if rest.is_empty() && what.is_none() {
        fields.remove(name);
        return;
    }
    for (field, beside, value, has) in COMPANIONS {
        if name == field && child["properties"].get(has).is_some() {
            fields.insert(beside.into(), value.into());
        }
    }
    let is_lacking = fields.get(name).is_none_or(Json::is_null);
    if is_lacking {
        fields.insert(name.into(), least(child, generator));
    }
    put(fields.get_mut(name).unwrap(), child, rest, what, generator);
}

fn is_of_type(schema: &Json, value: &Json) -> bool {
    if schema.get("x-kubernetes-int-or-string") == Some(&true.into()) {
        return value.is_string() || value.is_u64();
    }
    match schema["type"].as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        other => panic!("no values are known for the type {other}"),
    }
}

fn is_open(schema: &Json) -> bool {
    schema.get("x-kubernetes-preserve-unknown-fields") == Some(&true.into())
        || schema.get("additionalProperties").is_some()
}
