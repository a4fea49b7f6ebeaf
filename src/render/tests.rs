//! What templates give, and what they are refused.

use std::fmt::Write;
use std::sync::Arc;

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
        assert_eq!(shown(&once, true), shown(&twice, true), "a kept skeleton gives the same");
        assert_eq!(said(&findings), said(&again), "a kept skeleton says the same");
        once
    });
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
            items.iter().enumerate().for_each(|(at, item)| origins(item, &format!("{path}[{at}]"), shown))
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

fn shown(rendered: &Option<Vec<Rendered>>, with_origins: bool) -> String {
    let mut shown = String::new();
    for object in rendered.iter().flatten() {
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
    let got = if findings.is_empty() { shown(&rendered, false) } else { said(&findings) };
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

#[test]
fn values_keep_their_types() {
    check(
        "a: {{ registry.replicas }}\nb: {{ registry.ratio }}\nc: {{ registry.defaultRoute }}\nd: {{ registry.nothing }}\ne: {{ registry.labels.tier }}\n",
        r#"{"a": 3, "b": 0.5, "c": true, "d": null, "e": "1"}"#,
    );
    check(
        "a: {{ registry.zones }}\nb: {{ registry.labels }}\n",
        r#"{"a": ["eu-1", "eu-2", "eu-3"], "b": {"env": "prod", "tier": "1"}}"#,
    );
    check("a: \"{{ registry.replicas }}\"\nb: '{{ name }}'\n", r#"{"a": "3", "b": "prod"}"#);
}

#[test]
fn text_and_values_side_by_side_are_text() {
    check(
        "a: {{ name }}-{{ registry.replicas }}\nb: pre-{{ name }}\nc: \"{{ name }} # {{ registry.exact }}\"\nd: {{ registry.replicas }}{{ registry.replicas }}\n",
        r##"{"a": "prod-3", "b": "pre-prod", "c": "prod # 2.0", "d": "33"}"##,
    );
    check(
        "{{ name }}: 1\n{{ name }}-x: 2\n\"y-{{ name }}\": [{{ name }}, {{ name }}]\n",
        r#"{"prod": 1, "prod-x": 2, "y-prod": ["prod", "prod"]}"#,
    );
    check("a: |\n  x {{ name }}\n  y\nb: >\n  {{ name }}\n  z\n", r#"{"a": "x prod\ny\n", "b": "prod z\n"}"#);
}

#[test]
fn lines_of_statements_vanish_and_line_breaks_after_them_do_not() {
    check("a: {% if name %}x{% endif %}\nb: 1\n", r#"{"a": "x", "b": 1}"#);
    check(
        "a: |\n  {% for z in registry.zones %}\n  {{ z }}\n  {% endfor %}\n  end\n",
        r#"{"a": "eu-1\neu-2\neu-3\nend\n"}"#,
    );
    check("a: |\n  x\n  {# two\n lines #}\n  y\n", r#"{"a": "x\ny\n"}"#);
    check("a: 1\n{% raw %}\nb: \"{{ x }}\"\n{% endraw %}\nc: 2\n", r#"{"a": 1, "b": "{{ x }}", "c": 2}"#);
}

#[test]
fn documents_that_are_empty_are_left_out() {
    check("---\na: 1\n---\n---\n{% if not name %}\nb: 1\n{% endif %}\n---\nc: 1\n", "{\"a\": 1}\n{\"c\": 1}");
    check("{% if not name %}\na: 1\n{% endif %}\n", "");
    refused("- 1\n", "RC0445 1:1");
    refused("{{ name }}\n", "RC0445 1:4");
}
