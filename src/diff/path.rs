//! Paths of fields in objects: how differences name them, and how the data of `written.yaml` matches them.
//!
//! `spec.routes[name=public].hostname`: fields by name, items of keyed lists by their keys, items of sets by their value,
//! all other items by their number. What could be misread stands in quotes.

use std::fmt::{self, Write};
use std::sync::Arc;

/// A step down from a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To a field of a mapping.
    Field(Arc<str>),
    /// To the item of a list that has these keys.
    Keys(Vec<(String, String)>),
    /// To the item of a set that has this value.
    Item(String),
    /// To the item of a list at this position.
    Index(usize),
}

/// The way from an object to one of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

/// The paths that something holds for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<String>);

impl Path {
    /// Returns the way one step further.
    pub(super) fn below(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// Tells whether this is the way through fields of these names.
    pub(super) fn is(&self, names: &[&str]) -> bool {
        self.0.len() == names.len()
            && self.0.iter().zip(names).all(|(step, name)| matches!(step, Step::Field(field) if **field == **name))
    }
}

/// Shows the path, without a dot at its beginning; nothing for the object itself.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if is_plain(name) => write!(f, "{}{name}", if at > 0 { "." } else { "" })?,
                Step::Field(name) => write!(f, "[{}]", in_quotes(name))?,
                Step::Keys(keys) => {
                    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect();
                    write!(f, "[{}]", keys.join(","))?;
                }
                Step::Item(value) => write!(f, "[={}]", shown(value))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn shown(value: &str) -> String {
    let is_plain = !value.is_empty()
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':'));
    if is_plain { value.to_owned() } else { in_quotes(value) }
}

fn in_quotes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            char if char.is_control() => _ = write!(quoted, "\\u{{{:x}}}", char as u32),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

impl Pattern {
    /// Reads a pattern: names with dots between, `["…"]` for a name or value that has other characters, `*` for any step,
    /// and a `*` at the end of a name for any rest of it. None where a bracket does not close.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix("[\"") {
                let (name, after) = inner.split_once("\"]")?;
                steps.push(name.to_owned());
                rest = after.strip_prefix('.').unwrap_or(after);
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                steps.push(rest[..end].to_owned());
                rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
            }
        }
        (!steps.is_empty() && steps.iter().all(|step| !step.is_empty())).then_some(Self(steps))
    }

    /// Tells whether a path is one of those that are meant.
    pub(super) fn fits(&self, path: &Path) -> bool {
        self.0.len() == path.0.len() && self.0.iter().zip(&path.0).all(|(pattern, step)| fits(pattern, step))
    }

    /// Returns the names of the fields on the way, where no step stands for others.
    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

fn fits(pattern: &str, step: &Step) -> bool {
    match step {
        Step::Field(name) => is_like(pattern, name),
        Step::Item(value) => is_like(pattern, value),
        Step::Keys(_) | Step::Index(_) => pattern == "*",
    }
}

fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: impl IntoIterator<Item = Step>) -> Path {
        Path(steps.into_iter().collect())
    }

    fn field(name: &str) -> Step {
        Step::Field(name.into())
    }

    #[test]
    fn a_path_is_read_by_people_and_cannot_be_misread() {
        let keys = vec![("name".into(), "public".into())];
        let shown = path([field("spec"), field("routes"), Step::Keys(keys), field("hostname")]).to_string();
        assert_eq!(shown, "spec.routes[name=public].hostname");
        let odd = path([field("metadata"), field("annotations"), field("a.b/\"c\"\n")]).to_string();
        assert_eq!(odd, r#"metadata.annotations["a.b/\"c\"\u{a}"]"#);
        assert_eq!(path([field("a"), Step::Index(2)]).to_string(), "a[2]");
        assert_eq!(path([field("a"), Step::Item("x y".into())]).to_string(), "a[=\"x y\"]");
        assert_eq!(Path::default().to_string(), "");
    }

    #[test]
    fn a_pattern_stands_for_steps_and_ends_of_names() {
        let fits = |pattern: &str, steps: Vec<Step>| Pattern::read(pattern).unwrap().fits(&path(steps));
        assert!(fits("spec.*.bucket", vec![field("spec"), field("s3"), field("bucket")]));
        assert!(!fits("spec.*.bucket", vec![field("spec"), field("bucket")]));
        assert!(fits(
            r#"metadata.annotations["openshift.io/*"]"#,
            vec![field("metadata"), field("annotations"), field("openshift.io/sa.scc.mcs")]
        ));
        assert!(fits(r#"finalizers["a.b/c"]"#, vec![field("finalizers"), Step::Item("a.b/c".into())]));
        assert!(fits(r#"a["b"].c"#, vec![field("a"), field("b"), field("c")]));
        assert!(fits("a.*", vec![field("a"), Step::Index(0)]));
        assert!(Pattern::read("").is_none() && Pattern::read("a[\"b").is_none() && Pattern::read("a..b").is_none());
    }
}
