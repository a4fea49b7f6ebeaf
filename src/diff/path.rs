//! Paths of fields in objects: how differences name them, and how the data of `written.yaml` matches them.

use std::fmt;

use crate::apply::{Element, shown};

/// The way from an object to one of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Element>);

/// The paths that something holds for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<String>);

impl Path {
    /// Returns the way one step further.
    pub(super) fn below(&self, step: Element) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// Tells whether this is the way through fields of these names.
    pub(super) fn is(&self, names: &[&str]) -> bool {
        self.0.len() == names.len()
            && self.0.iter().zip(names).all(|(step, name)| matches!(step, Element::Field(field) if **field == **name))
    }
}

/// Shows the path as people write it; nothing for the object itself.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
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

fn fits(pattern: &str, step: &Element) -> bool {
    match step {
        Element::Field(name) => is_like(pattern, name),
        Element::Value(value) => is_like(pattern, &value.to_string()),
        Element::Key(_) | Element::Index(_) => pattern == "*",
    }
}

/// Tells whether a text is what a pattern stands for: itself, or any that begins as it does before a `*` at its end.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::Scalar;

    fn path(steps: impl IntoIterator<Item = Element>) -> Path {
        Path(steps.into_iter().collect())
    }

    fn field(name: &str) -> Element {
        Element::field(name)
    }

    #[test]
    fn a_pattern_stands_for_steps_and_ends_of_names() {
        let fits = |pattern: &str, steps: Vec<Element>| Pattern::read(pattern).unwrap().fits(&path(steps));
        assert!(fits("spec.*.bucket", vec![field("spec"), field("s3"), field("bucket")]));
        assert!(!fits("spec.*.bucket", vec![field("spec"), field("bucket")]));
        assert!(fits(
            r#"metadata.annotations["openshift.io/*"]"#,
            vec![field("metadata"), field("annotations"), field("openshift.io/sa.scc.mcs")]
        ));
        assert!(fits(
            r#"finalizers["a.b/c"]"#,
            vec![field("finalizers"), Element::Value(Scalar::String("a.b/c".into()))]
        ));
        assert!(fits(r#"a["b"].c"#, vec![field("a"), field("b"), field("c")]));
        assert!(fits("a.*", vec![field("a"), Element::Index(0)]));
        assert!(Pattern::read("").is_none() && Pattern::read("a[\"b").is_none() && Pattern::read("a..b").is_none());
    }
}
