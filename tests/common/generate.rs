//! Makes objects from a structural schema, right ones and broken ones, the same for the same seed or the same choices.

use serde_json::{Map, Value as Json, json};

/// Texts for each pattern of the CRDs: right ones, then wrong ones.
const TEXTS: &[(&str, &[&str], &[&str])] = &[
    ("^(Managed|Unmanaged|Force|Removed)$", &["Managed", "Removed", "Force"], &["managed", "", " Managed"]),
    ("^(Managed|Unmanaged)$", &["Managed", "Unmanaged"], &["Removed", "Managed\n"]),
    ("^(RollingUpdate|Recreate)$", &["Recreate"], &["recreate", "RollingUpdate,Recreate"]),
    ("^[0-9a-z]+(-[0-9a-z]+)*$", &["abc", "a-b-c", "0-1"], &["a--b", "ABC", "ab", "-ab", "é-abc", "a_b_c"]),
    ("^[0-9A-Za-z_.-](?:[0-9A-Za-z_.-]*[0-9A-Za-z_-])?$", &["a", ".my.group-", "_"], &["a.", "", "a b"]),
    ("^[0-9A-Za-z][0-9A-Za-z_.-]*[0-9A-Za-z_]$", &["ab", "a.b_", "0-0"], &["a", "_a", "a-", "a."]),
    ("^[0-9A-Za-z](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?$", &["a", "a.b_"], &["", "_a", "a-"]),
    (
        "^crn:.+:.+:.+:cloud-object-storage:.+:.+:.+:resource-key:.+$",
        &["crn:v1:bluemix:public:cloud-object-storage:global:a/x:y:resource-key:z"],
        &["crn:v1:bluemix:public:cloud-object-storage:global:a/x:y::", "crn"],
    ),
    (
        "^crn:.+:.+:.+:cloud-object-storage:.+:.+:.+::$",
        &["crn:v1:bluemix:public:cloud-object-storage:global:a/x:y::"],
        &["crn:v1:bluemix:public:cloud-object-storage:global:a/x:y:resource-key:z", ""],
    ),
    (
        r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        &["", "a", "a.b-c"],
        &["A", "a..b", "-a", "a_b"],
    ),
    (
        r"^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9]))*$",
        &["a", "Registry.example.com", "a-b.c"],
        &["", "-a", "a..b", "a_b", "a."],
    ),
    (
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        &["a", "a.b-c", "0"],
        &["", "A", "a..b", "-a", "a_b"],
    ),
    ("^[-._a-zA-Z0-9]+$", &["a", "tls.crt", "A_b-c."], &["", "a b", "a/b", "é"]),
    ("^/", &["/", "/v2/a b"], &["", "v2", " /"]),
    ("^[-!#$%&'*+.0-9A-Z^_`a-z|~]+$", &["X-Frame-Options", "a", "Proxy"], &["", "a b", "é", "proxy"]),
    (
        r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
        &["1", "100m", "1.5Gi", ".5", "+1k", "-1", "1E3"],
        &["1GB", "Gi", "1 Gi", "", "0x1", "1e"],
    ),
    // What mirror sets take for a mirror, and for a source.
    (
        r"^((?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))+)?(?::[0-9]+)?)(?:(?:/[a-z0-9]+(?:(?:(?:[._]|__|[-]*)[a-z0-9]+)+)?)+)?$",
        &["quay.io", "host:5000/a/b_c", "A.example.com/x--y"],
        &["*.example.com", "quay.io/a:latest", "https://a.io", "-a.io", "", "a/B", "a/b@sha256:0"],
    ),
    (
        r"^\*(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))+$|^((?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))+)?(?::[0-9]+)?)(?:(?:/[a-z0-9]+(?:(?:(?:[._]|__|[-]*)[a-z0-9]+)+)?)+)?$",
        &["quay.io/a", "*.example.com", "host:5000"],
        &["*", "*.example.com/a", "a.*.com", "quay.io/a:latest", "", "a//b"],
    ),
];

/// Names of hosts for the rule on registries: right ones, then wrong ones.
const REGISTRIES: (&[&str], &[&str]) =
    (&["quay.io", "*.example.com", "host:5000/a/b_c", "a"], &["quay.io/a:latest", "https://a.io", "-a.io", "*"]);

/// Makes values from a seed, or from choices.
pub(crate) struct Generator(Source);

enum Source {
    Seed(u64),
    Choices(std::vec::IntoIter<u32>),
}

impl Generator {
    /// Makes a generator; the same seed gives the same values.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Source::Seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03))
    }

    /// Makes a generator that takes each choice once. Behind their end what may be left out is, and of several values each is
    /// the first one, so that a failing case shrinks.
    pub(crate) fn of(choices: Vec<u32>) -> Self {
        Self(Source::Choices(choices.into_iter()))
    }

    /// Makes an object that the schema takes, as far as it goes without rules.
    pub(crate) fn object(&mut self, schema: &Json) -> Json {
        let mut object = self.value(schema, 0);
        object["spec"] = self.value(&schema["properties"]["spec"], 0);
        // A schema says of these that they are optional, and a rule that they exclude each other.
        if let Some(sources) = object.pointer_mut("/spec/registrySources").and_then(Json::as_object_mut)
            && self.chance(90)
        {
            sources.remove("blockedRegistries");
        }
        object
    }

    /// Breaks something, or changes it into what may be right too.
    pub(crate) fn break_one(&mut self, schema: &Json, value: &mut Json) {
        // Walks down by chance, and breaks where it stops.
        let step = match value {
            Json::Object(fields) if !fields.is_empty() => {
                let at = self.below(fields.len());
                let (name, value) = fields.iter_mut().nth(at).unwrap();
                let child = schema.get("properties").and_then(|properties| properties.get(name));
                let child = child.or_else(|| schema.get("additionalProperties").filter(|each| each.is_object()));
                child.map(|child| (child, value))
            }
            Json::Array(items) if !items.is_empty() => {
                let at = self.below(items.len());
                schema.get("items").map(|each| (each, &mut items[at]))
            }
            _ => None,
        };
        match step {
            Some((child, below)) if self.chance(85) => self.break_one(child, below),
            _ => self.break_here(schema, value),
        }
    }

    fn break_here(&mut self, schema: &Json, value: &mut Json) {
        match (self.below(8), &mut *value) {
            (0 | 1, Json::Object(fields)) if !fields.is_empty() => {
                let at = self.below(fields.len());
                let name = fields.keys().nth(at).unwrap().clone();
                let removed = fields.remove(&name).unwrap();
                if self.chance(50) {
                    fields.insert(name + "x", removed);
                }
            }
            (2, Json::Object(fields)) => _ = fields.insert("bogus".into(), json!(1)),
            (0 | 1, Json::Array(items)) if !items.is_empty() => items.push(items[0].clone()),
            (3, _) => *value = Json::Null,
            (4..=6, Json::String(text)) => *text = self.wrong_text(schema),
            (4 | 5, Json::Number(_)) => {
                *value = self.pick(&[json!(-1), json!(3_000_000_000_u64), json!(1.5), json!(2.0)]);
            }
            _ => {
                *value =
                    self.pick(&[json!("x"), json!(1), json!(true), json!([]), json!({}), json!(["a"]), json!(0.5)]);
            }
        }
    }

    pub(crate) fn value(&mut self, schema: &Json, depth: usize) -> Json {
        if let Some(values) = schema.get("enum").and_then(Json::as_array) {
            return self.pick(values);
        }
        match schema.get("type").and_then(Json::as_str) {
            Some("object") => self.map(schema, depth),
            Some("array") => {
                let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(0);
                let n_items = least as usize + self.below(3);
                (0..n_items).map(|_| self.value(&schema["items"], depth + 1)).collect()
            }
            Some("integer") => match schema.get("minimum").and_then(Json::as_i64) {
                Some(least) => json!(least + i64::try_from(self.below(100)).unwrap_or_default()),
                None => self.pick(&[json!(0), json!(1), json!(2), json!(2.0)]),
            },
            Some("boolean") => json!(self.chance(50)),
            Some("string") => self.right_text(schema).into(),
            None if schema.get("x-kubernetes-int-or-string").is_some() => {
                if self.chance(50) {
                    json!(self.below(9))
                } else {
                    self.right_text(schema).into()
                }
            }
            other => panic!("the generator does not know the type {other:?}"),
        }
    }

    fn map(&mut self, schema: &Json, depth: usize) -> Json {
        let mut fields = Map::new();
        if let Some(each) = schema.get("additionalProperties").filter(|each| each.is_object()) {
            for name in ["a", "b.c/d"].into_iter().take(self.below(3)) {
                fields.insert(name.into(), self.value(each, depth + 1));
            }
        }
        let required = schema.get("required").and_then(Json::as_array).cloned().unwrap_or_default();
        for (name, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
            // The object's own metadata and status are not of the schema.
            let is_own = depth == 0 && matches!(name.as_str(), "metadata" | "status" | "spec");
            let likely = if depth < 2 { 40 } else { 55 };
            if !is_own && (required.contains(&json!(name)) || self.chance(likely)) {
                fields.insert(name.clone(), self.value(property, depth + 1));
            }
        }
        fields.into()
    }

    fn right_text(&mut self, schema: &Json) -> String {
        if schema.get("format") == Some(&"duration".into()) {
            return self.pick(&["0s", "1h30m", "1 day", "250ms"]).into();
        }
        if schema.get("x-kubernetes-validations").is_some() && schema.get("pattern").is_none() {
            return self.pick(REGISTRIES.0).into();
        }
        let least = schema.get("minLength").and_then(Json::as_u64).unwrap_or(0) as usize;
        let right = texts(schema).map_or(&["", "a", "a b", "é"][..], |(right, _)| right);
        let right: Vec<&str> = right.iter().copied().filter(|text| text.chars().count() >= least).collect();
        self.pick(&right).into()
    }

    pub(crate) fn wrong_text(&mut self, schema: &Json) -> String {
        if schema.get("format") == Some(&"duration".into()) {
            return self.pick(&["soon", "", "1", "5 months", "1.5d", "-", "99999999h"]).into();
        }
        if schema.get("x-kubernetes-validations").is_some() && schema.get("pattern").is_none() {
            return self.pick(REGISTRIES.1).into();
        }
        let longest = schema.get("maxLength").and_then(Json::as_u64).unwrap_or(300) as usize;
        match texts(schema) {
            Some((_, wrong)) if self.chance(75) => self.pick(wrong).into(),
            _ if self.chance(50) => "a".repeat(longest + 1),
            _ => "é".repeat(longest),
        }
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        match self.0 {
            Source::Seed(_) => self.below(100) < percent,
            Source::Choices(_) => self.below(100) >= 100 - percent,
        }
    }

    /// Returns a number below a limit (from a seed by `splitmix64`).
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let seed = match &mut self.0 {
            Source::Seed(seed) => seed,
            Source::Choices(left) => return left.next().unwrap_or_default() as usize % limit.max(1),
        };
        *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

pub(crate) fn texts(schema: &Json) -> Option<(&'static [&'static str], &'static [&'static str])> {
    let pattern = schema.get("pattern")?.as_str()?;
    let found = TEXTS.iter().find(|(known, ..)| *known == pattern);
    let (_, right, wrong) = found.unwrap_or_else(|| panic!("the generator has no texts for the pattern {pattern}"));
    Some((right, wrong))
}
