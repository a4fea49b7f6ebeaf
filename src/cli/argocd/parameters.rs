//! The parameters of an Argo CD Application for the plugin, from the JSON of `ARGOCD_APP_PARAMETERS`.
//!
//! Argo CD sends a list of `{name, string | array | map}`, `null` for an Application without parameters, and no defaults.
//! They choose a spec and nothing else: whoever may write an Application must not get at secrets by one.

use serde_json::Value as Json;

use crate::cli::failure::Refusal;
use crate::diag::nearest;
use crate::diag::visible::quoted;

/// The variable that holds the parameters.
pub(super) const VARIABLE: &str = "ARGOCD_APP_PARAMETERS";

/// The parameters that there are, each with what it means.
const KNOWN: [(&str, &str); 2] = [("cluster", "the cluster's name"), ("spec", "the spec's path")];

/// What an Application asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    /// The cluster's name.
    pub(super) cluster: Option<String>,
    /// The spec's path, relative to the Application's.
    pub(super) spec: Option<String>,
}

impl Parameters {
    /// Reads the variable's text; none and an empty one are no parameters.
    pub(super) fn read(json: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(json).map_err(|_| malformed("it is not UTF-8"))?;
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        // What the parser says may quote a value; the place is enough.
        let sent: Json = serde_json::from_str(text)
            .map_err(|error| malformed(&format!("line {}, column {}", error.line(), error.column())))?;
        let sent = match sent {
            Json::Null => Vec::new(),
            Json::Array(sent) => sent,
            _ => return Err(malformed("it is something else")),
        };
        let mut parameters = Self::default();
        for parameter in &sent {
            parameters.take(parameter)?;
        }
        Ok(parameters)
    }

    /// Takes one parameter. Fields that are not known here are a later Argo CD's.
    fn take(&mut self, sent: &Json) -> Result<(), Refusal> {
        let name = sent.get("name").and_then(Json::as_str).ok_or_else(|| malformed("one of them has no name"))?;
        let place = match name {
            "cluster" => &mut self.cluster,
            "spec" => &mut self.spec,
            unknown => return Err(refuse_unknown(unknown)),
        };
        let is_sent = |collection: &str| sent.get(collection).is_some_and(|value| !value.is_null());
        let string = sent.get("string").filter(|value| !value.is_null());
        if is_sent("array") || is_sent("map") || string.is_some_and(|value| !value.is_string()) {
            let message = format!("the parameter `{name}` is not a string");
            return Err(Refusal::new(message, format!("give `{name}` as `string:` in the Application")));
        }
        // A field that was emptied in the web interface is sent as an empty string.
        let Some(value) = string.and_then(Json::as_str).filter(|value| !value.is_empty()) else { return Ok(()) };
        if place.replace(value.to_owned()).is_some() {
            let message = format!("the parameter `{name}` is given twice");
            return Err(Refusal::new(message, "remove one of the two from the Application"));
        }
        Ok(())
    }
}

fn malformed(why: &str) -> Refusal {
    let help = "give it as Argo CD does, such as `[{\"name\": \"cluster\", \"string\": \"prod\"}]`, or not at all";
    Refusal::new(format!("{VARIABLE} is not a list of parameters: {why}"), help)
}

fn refuse_unknown(name: &str) -> Refusal {
    let known: Vec<String> = KNOWN.iter().map(|(name, meaning)| format!("`{name}` ({meaning})")).collect();
    let near = nearest(name, KNOWN.iter().map(|(name, _)| *name));
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let help = format!("{near}the parameters are {}", known.join(" and "));
    Refusal::new(format!("there is no parameter {}", quoted(name)), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Result<(Option<&str>, Option<&str>), &str>) {
        let read = Parameters::read(json.as_bytes());
        match (read, expected) {
            (Ok(read), Ok((cluster, spec))) => {
                assert_eq!((read.cluster.as_deref(), read.spec.as_deref()), (cluster, spec), "{json}");
            }
            (Err(refusal), Err(message)) => assert_eq!(refusal.to_string(), message, "{json}"),
            (read, expected) => panic!("{json}: {read:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn an_application_without_parameters_asks_for_nothing() {
        for json in ["", " \n", "null", "[]", r#"[{"name": "cluster"}]"#, r#"[{"name": "cluster", "string": ""}]"#] {
            check(json, Ok((None, None)));
        }
    }

    #[test]
    fn parameters_choose_by_name_or_by_path() {
        check(r#"[{"name": "cluster", "string": "prod"}]"#, Ok((Some("prod"), None)));
        check(
            r#"[{"name":"spec","string":"a.yaml"},{"name":"cluster","string":"b"}]"#,
            Ok((Some("b"), Some("a.yaml"))),
        );
        check(r#"[{"name": "spec", "string": "a.yaml", "of a later": "Argo CD"}]"#, Ok((None, Some("a.yaml"))));
    }

    #[test]
    fn what_is_no_parameter_is_refused_and_never_quoted_but_for_its_name() {
        check(r#"[{"name": "clutser", "string": "prod"}]"#, Err("there is no parameter `clutser`"));
        check(r#"[{"name": "reveal-secrets", "string": "true"}]"#, Err("there is no parameter `reveal-secrets`"));
        for odd in [r#""array": ["a"]"#, r#""map": {"a": "b"}"#, r#""string": 1"#] {
            check(&format!(r#"[{{"name": "cluster", {odd}}}]"#), Err("the parameter `cluster` is not a string"));
        }
        let twice = r#"[{"name": "spec", "string": "a"}, {"name": "spec", "string": "b"}]"#;
        check(twice, Err("the parameter `spec` is given twice"));
        let malformed = [
            (r#"[{"name": "s3cret"#, "line 1, column 17"),
            (r#"{"name": "s3cret"}"#, "it is something else"),
            (r#"["s3cret"]"#, "one of them has no name"),
        ];
        for (json, why) in malformed {
            check(json, Err(&format!("ARGOCD_APP_PARAMETERS is not a list of parameters: {why}")));
        }
        assert!(Parameters::read(b"\xff").is_err());
    }

    #[test]
    fn an_unknown_parameter_is_answered_with_the_known_ones() {
        let shown = format!("{:?}", refuse_unknown("clutser"));
        assert!(shown.contains("did you mean `cluster`?") && shown.contains("`spec` (the spec's path)"), "{shown}");
    }
}
