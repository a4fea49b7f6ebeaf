//! What templates give, and what they are refused: the helpers that all of it is tested with.

mod forms;
mod limits;
mod origins;
mod properties;
mod refused;
mod secrets;

use std::fmt::Write;

use super::*;
use crate::secret::{PlainSource, SecretSlot};
use crate::tree::SourceKind;
use crate::tree::parse::{self, Reading};

const CONTEXT: &str = "\
name: prod
registry:
  replicas: 3
  ratio: 0.5
  exact: 2.0
  defaultRoute: true
  nothing: ~
  empty: ''
  zones: [eu-1, eu-2, eu-3]
  ports: [80, 443]
  labels: {env: prod, tier: \"1\"}
  pem: |
    -----BEGIN-----
    AAAA
platform: aws
";

fn context() -> Node {
    let source = Source::new("cluster.yaml", CONTEXT, SourceKind::User);
    let mut node = parse::document(&source, Reading::Strict, &mut Findings::new()).unwrap();
    let place = Place::new(&source, 0..4);
    let secret = SecretSlot::new(PlainSource::Env("REGCFG_SECRET_X".into()), place.clone());
    let secret = || Node::new(Value::Secret(secret.clone()), place.clone());
    node.insert("secret", secret());
    node.insert("credentials", Node::map([("accessKey", secret()), ("secretKey", secret())], place.clone()));
    node.insert("secrets", Node::new(Value::Seq(vec![secret(), secret()]), place.clone()));
    node
}

fn fallback(context: &Node) -> &Node {
    context.get("platform").unwrap()
}

/// Renders one template of a user, or of a profile.
fn render_as(text: &str, kind: SourceKind, target: &str) -> (Option<Vec<Rendered>>, Findings) {
    let mut findings = Findings::new();
    let source = Source::new("t.j2", text, kind);
    let templates = Templates::new(vec![Template { name: "t.j2".into(), source }], &mut findings);
    let context = context();
    let rendered = templates.and_then(|templates| {
        let once = templates.render(&context, target.parse().unwrap(), fallback(&context), &mut findings);
        let mut again = Findings::new();
        let twice = templates.render(&context, target.parse().unwrap(), fallback(&context), &mut again);
        assert_eq!(shown(once.as_ref(), true), shown(twice.as_ref(), true), "a kept skeleton gives the same");
        assert_eq!(said(&findings), said(&again), "a kept skeleton says the same");
        once
    });
    (rendered, findings)
}

/// Renders one template of a user a single time.
fn render_once(text: &str) -> (Option<Vec<Rendered>>, Findings) {
    let mut findings = Findings::new();
    let source = Source::new("t.j2", text, SourceKind::User);
    let templates = Templates::new(vec![Template { name: "t.j2".into(), source }], &mut findings);
    let context = context();
    let rendered = templates
        .and_then(|templates| templates.render(&context, "4.19".parse().unwrap(), fallback(&context), &mut findings));
    (rendered, findings)
}

fn said(findings: &Findings) -> String {
    let mut said = String::new();
    for finding in findings {
        writeln!(said, "{} {}: {}", finding.code.id, finding.place, finding.message).unwrap();
    }
    said
}

/// Shows a tree with the origin of every scalar and key.
fn origins(node: &Node, path: &str, shown: &mut String) {
    match &node.value {
        Value::Seq(items) => {
            items.iter().enumerate().for_each(|(at, item)| origins(item, &format!("{path}[{at}]"), shown));
        }
        Value::Map(map) => {
            for (key, entry) in map {
                writeln!(shown, "{path}.{key} key {:?}", entry.key).unwrap();
                origins(&entry.node, &format!("{path}.{key}"), shown);
            }
        }
        _ => writeln!(
            shown,
            "{path} {:?} {:?} also {:?}",
            node,
            node.origin,
            node.origin.places().skip(1).collect::<Vec<_>>()
        )
        .unwrap(),
    }
}

fn shown(rendered: Option<&Vec<Rendered>>, with_origins: bool) -> String {
    let mut shown = String::new();
    for object in rendered.into_iter().flatten() {
        if with_origins {
            origins(&object.object, "", &mut shown);
        } else {
            writeln!(shown, "{:?}", object.object).unwrap();
        }
    }
    shown.trim_end().to_owned()
}

/// Renders a user's template and compares the objects, or what was found.
#[track_caller]
fn check(text: &str, expected: &str) {
    let (rendered, findings) = render_as(text, SourceKind::User, "4.19");
    let got = if findings.is_empty() { shown(rendered.as_ref(), false) } else { said(&findings) };
    assert_eq!(got.trim_end(), expected, "{text}");
}

/// Renders a user's template and compares the codes and places of the findings.
#[track_caller]
fn refused(text: &str, expected: &str) {
    let (rendered, findings) = render_as(text, SourceKind::User, "4.19");
    let got: Vec<String> = findings
        .iter()
        .map(|finding| {
            assert!(finding.help.is_some(), "{finding:?}");
            let position = finding.place.position();
            format!("{} {}:{}", finding.code.id, position.line, position.column)
        })
        .collect();
    assert_eq!(got.join(", "), expected, "{text:?} gave {rendered:?} and {findings:?}");
    assert!(rendered.is_none());
}

fn object(text: &str, kind: SourceKind) -> Node {
    let (rendered, findings) = render_as(text, kind, "4.19");
    rendered.unwrap_or_else(|| panic!("{findings:?}")).remove(0).object
}
