//! What templates give, and what they are refused.

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
        assert_eq!(shown(&once, true), shown(&twice, true), "a kept skeleton gives the same");
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

#[test]
fn statements_and_expressions_do_what_jinja_does() {
    check(
        "a: {{ 'x' if registry.replicas > 2 else 'y' }}\nb: {{ registry.replicas + 1 }}\nc: {{ 7 // 2 }}\nd: {{ -7 % 3 }}\ne: {{ 7 / 2 }}\n",
        r#"{"a": "x", "b": 4, "c": 3, "d": 2, "e": 3.5}"#,
    );
    check(
        "{% for k, v in registry.labels|items %}\n{{ k }}: {{ v }}\n{% endfor %}\n",
        r#"{"env": "prod", "tier": "1"}"#,
    );
    check(
        "{% for k in registry.labels %}\n{{ k }}: {{ registry.labels[k] }}{{ loop.index }}{{ loop.last }}\n{% endfor %}\n",
        r#"{"env": "prod1false", "tier": "12true"}"#,
    );
    check(
        "a:\n{% for z in registry.zones if z != 'eu-2' %}\n- {{ z }}-{{ loop.length }}\n{% else %}\n- none\n{% endfor %}\n",
        r#"{"a": ["eu-1-2", "eu-3-2"]}"#,
    );
    check(
        "a:\n{% for z in registry.zones if z == 'x' %}\n- {{ z }}\n{% else %}\n- none\n{% endfor %}\n",
        r#"{"a": ["none"]}"#,
    );
    check(
        "{% set x = registry.zones|last %}\n{% with y = x, z = registry.zones|first %}\na: {{ x }}{{ y }}{{ z }}\n{% endwith %}\n",
        r#"{"a": "eu-3eu-3eu-1"}"#,
    );
    check("{% set x = 1 %}\n{% for z in registry.zones %}{% set x = 2 %}{% endfor %}\na: {{ x }}\n", r#"{"a": 1}"#);
    check(
        "a: {{ registry.missing | default('d') }}\nb: {{ registry.zones | join(',') }}\nc: {{ registry.zones | length }}\nd: {{ 'AbC' | lower }}\ne: {{ name | replace('o', '0') }}\nf: {{ ['b', 'a'] | sort }}\n",
        r#"{"a": "d", "b": "eu-1,eu-2,eu-3", "c": 3, "d": "abc", "e": "pr0d", "f": ["a", "b"]}"#,
    );
    check(
        "a: {{ 'eu-1' in registry.zones and 'x' not in registry.labels and 'ro' in name and not registry.empty }}\n",
        r#"{"a": true}"#,
    );
    check(
        "a: {{ registry.replicas == 3 and registry.exact == 2 and registry.nothing is none and name is string and name is startingwith('pr') }}\n",
        r#"{"a": true}"#,
    );
    check(
        "a: {{ registry.zones[0] }}\nb: {{ registry.zones[-1] }}\nc: {{ registry['zones'][1] }}\n",
        r#"{"a": "eu-1", "b": "eu-3", "c": "eu-2"}"#,
    );
    check(
        "a: {{ missing is defined }}\nb: {{ registry.nope is undefined }}\nc: {{ 1 < 2 < 3 }}\nd: {{ registry.empty or name }}\n",
        r#"{"a": false, "b": true, "c": true, "d": "prod"}"#,
    );
}

#[test]
fn the_target_is_asked_by_test_alone() {
    for (target, expected) in [("4.5", "old"), ("4.19", "new"), ("4.5..4.19", "neither")] {
        let text = "a: {% if target is since('4.13') %}new{% elif target is until(\"4.6\") %}old{% else %}neither{% endif %}\n";
        let (rendered, _) = render_as(text, SourceKind::Profile, target);
        assert_eq!(rendered.unwrap()[0].object.get("a").unwrap().as_str(), Some(expected), "{target}");
    }
    refused("a: {{ target }}\n", "RC0436 1:7");
    refused("a: {{ target >= '4.13' }}\n", "RC0436 1:7");
    refused("a: {{ target == name }}\n", "RC0436 1:7");
    refused("a: {{ target is string }}\n", "RC0436 1:7");
    refused("a: {{ target.first }}\n", "RC0436 1:7");
    refused("a: {{ [target] }}\n", "RC0436 1:8");
    refused("{% set t = target %}\n", "RC0436 1:12");
    refused("{% set target = 1 %}\n", "RC0436 1:8");
    refused("{% for target in registry.zones %}{% endfor %}\n", "RC0436 1:8");
    refused("a: {{ name is since('4.13') }}\n", "RC0436 1:15");
    refused("a: {{ target is since(name) }}\n", "RC0436 1:7");
    refused("a: {{ target is since }}\n", "RC0436 1:7");
    refused("a: {{ target is since('4.3') }}\n", "RC0437 1:7");
    refused("a: {{ target is until('4.99') }}\n", "RC0437 1:7");
    refused("a: {{ target is since('four') }}\n", "RC0437 1:7");
    refused("a: {{ '4.9' >= '4.13' }}\n", "RC0434 1:7");
}

#[test]
fn what_is_not_defined_is_refused() {
    refused("a: {{ nmae }}\n", "RC0432 1:7");
    refused("a: {{ registry.replcas }}\n", "RC0432 1:7");
    refused("a: {{ registry.nope.deeper }}\n", "RC0432 1:7");
    refused("a: {{ registry.zones[9] }}\n", "RC0432 1:7");
    refused("{% if nope %}{% endif %}\n", "RC0432 1:7");
    refused("{% for x in nope %}{% endfor %}\n", "RC0432 1:13");
    refused("{% set x = nope %}\n", "RC0432 1:12");
    refused("a: {{ nope | lower }}\n", "RC0432 1:7");
    refused("a: {{ nope == 1 }}\n", "RC0432 1:7");
    refused("a: {{ [nope] }}\n", "RC0432 1:8");
    refused("a: {{ loop.index }}\n", "RC0432 1:7");
    refused("{% for z in registry.zones %}{{ loop.nope }}{% endfor %}\n", "RC0432 1:33");
    refused("a: {{ 'x' if not name }}\n", "RC0435 1:7");
    refused("a: {{ ('x' if not name) | lower }}\n", "RC0435 1:8");
    refused("a: {{ [] | first }}\n", "RC0432 1:7");
    let (_, findings) = render_as("a: {{ registry.replcas }}\n", SourceKind::User, "4.19");
    assert_eq!(findings.iter().next().unwrap().help.as_deref(), Some("did you mean `replicas`?"));
    let (_, findings) = render_as("a: {{ nmae }}\n", SourceKind::User, "4.19");
    assert_eq!(findings.iter().next().unwrap().help.as_deref(), Some("did you mean `name`?"));
}

#[test]
fn what_templates_do_not_have_is_refused_when_they_are_read() {
    for text in [
        "{% set x %}a{% endset %}",
        "{% set x | lower %}a{% endset %}",
        "{% filter lower %}a{% endfilter %}",
        "{% autoescape true %}a{% endautoescape %}",
        "{% macro x() %}{% endmacro %}",
        "{% call x() %}{% endcall %}",
        "{% block x %}{% endblock %}",
        "{% include 'x' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{% do x() %}",
        "{% break %}",
        "{% for x in registry.zones recursive %}{% endfor %}",
        "{% set registry.replicas = 1 %}",
        "{{ debug() }}",
        "{{ range(3) }}",
        "{{ dict(a=1) }}",
        "{{ name.upper() }}",
        "{{ loop(1) }}",
        "{{ name[0:2] }}",
        "{{ {'a': 1} }}",
        "{{ name ~ name }}",
        "{{ 2 ** 3 }}",
        "{{ name | default(value=1) }}",
        "{{ name | default(*registry.zones) }}",
        "{{ name | replace('a') }}",
        "{{ 99999999999999999999 }}",
    ] {
        let (rendered, findings) = render_as(text, SourceKind::User, "4.19");
        assert!(rendered.is_none(), "{text}");
        let codes: Vec<_> = findings.iter().map(|finding| finding.code.id).collect();
        assert_eq!(codes, ["RC0431"], "{text} {findings:?}");
    }
    for filter in ["safe", "tojson", "escape", "e", "pprint", "upper", "defualt", "string", "map", "attr"] {
        let (_, findings) = render_as(&format!("a: {{{{ name | {filter} }}}}"), SourceKind::User, "4.19");
        assert!(findings.iter().all(|finding| finding.code.id == "RC0433") && !findings.is_empty(), "{filter}");
    }
    refused("a: {{ name is odd }}\nb: {{ name | x.y }}\n", "RC0433 1:15, RC0433 2:14");
    refused("a: {{ name \n", "RC0430 1:7");
    refused("a: {% if name %}", "RC0430 1:15");
    refused("a: {% endif %}", "RC0430 1:7");
    refused("a: {# ", "RC0430 1:7");
    refused("a: {{ 1 + }}", "RC0430 1:11");
    refused("a: \u{fdd0}0\u{fdd1}", "RC0108 1:4");
    refused("a: {{ '\\uFDD0' }}", "RC0108 1:7");
    refused("a: \"\\uFDD00\\uFDD1{{ name }}\"", "RC0108 1:4");
}

#[test]
fn values_stand_where_they_can() {
    refused("a: {{ registry.zones }}-x\n", "RC0442 1:7");
    refused("a: \"{{ registry.labels }}\"\n", "RC0442 1:8");
    refused("a: x{{ registry.nothing }}\n", "RC0442 1:8");
    refused("a: {{ ['x'] }}x\n", "RC0442 1:7");
    refused("{{ registry.replicas }}: 1\n", "RC0443 1:4");
    refused("{{ registry.zones }}: 1\n", "RC0443 1:4");
    refused("a: 1 # {{ name }}\n", "RC0441 1:11");
    refused("a: &{{ name }} 1\n", "RC0447 1:16");
    refused("a: |{{ registry.replicas }}\n  x\n", "RC0440 1:4");
    refused("a: {{ name }}: {{ name }}\n", "RC0440 1:14");
    refused("{{ name }}: 1\n{{ name }}: 2\n", "RC0444 1:7");
    refused("a: 1\na: 2\n", "RC0444 2:1");
    refused("a: {{ loop }}\n", "RC0432 1:7");
    refused("{% for z in registry.zones %}{{ loop }}{% endfor %}\n", "RC0434 1:33");
    refused("{% for z in registry.zones %}{{ [loop] }}{% endfor %}\n", "RC0434 1:33");
    refused("a: {{ name.x }}\n", "RC0434 1:7");
    refused("a: {{ name - 1 }}\n", "RC0434 1:7");
    refused("a: {{ name + name }}\n", "RC0434 1:7");
    refused("a: {{ 1 // 0 }}\n", "RC0434 1:7");
    refused("a: {{ 9223372036854775807 + 1 }}\n", "RC0434 1:7");
    refused("{% for a, b in registry.zones %}{% endfor %}\n", "RC0434 1:8");
    refused("{% for a in name %}{% endfor %}\n", "RC0434 1:13");
}

#[test]
fn literals_that_readers_disagree_on_are_refused_at_their_place() {
    refused("a: {{ name }}\nb: yes\nc: 0123\n", "RC0103 2:4, RC0103 3:4");
    refused("no: 1\n", "RC0103 1:1, RC0107 1:1");
    refused("a: !x 1\n", "RC0447 1:7");
    refused("a: &x 1\nb: *x\n", "RC0447 1:7, RC0447 2:4");
    refused("a: {<<: {b: 1}}\n", "RC0447 1:5");
    refused("a: [b\n", "RC0440 1:4");
    check("8080: 1\n", r#"{"8080": 1}"#);
}

#[test]
fn a_block_around_a_value_that_ends_in_a_line_break_is_warned_of() {
    let (rendered, findings) = render_as("a: |\n  {{ registry.pem }}\n", SourceKind::User, "4.19");
    assert!(rendered.is_some());
    assert_eq!(findings.iter().next().unwrap().code.id, "RC0446");
    check("a: {{ registry.pem }}\nb: |\n  {{ name }}\n", r#"{"a": "-----BEGIN-----\nAAAA\n", "b": "prod\n"}"#);
}

#[test]
fn a_secret_is_placed_whole() {
    check(
        "a: {{ secret }}\nb: {{ credentials }}\nc: {{ secrets }}\n{% set x = secret %}\nd: {{ x }}\ne: {{ credentials.accessKey if name else secret }}\n{% for k, v in credentials | items %}\nf-{{ k }}: {{ v }}\n{% endfor %}\ng: {{ secret is defined }}\nh: [{{ secrets | first }}, {{ secrets | length }}]\n",
        r#"{"a": [secret], "b": {"accessKey": [secret], "secretKey": [secret]}, "c": [[secret], [secret]], "d": [secret], "e": [secret], "f-accessKey": [secret], "f-secretKey": [secret], "g": true, "h": [[secret], 2]}"#,
    );
}

#[test]
fn a_secret_is_not_looked_at() {
    for text in [
        "a: {{ secret == 'x' }}",
        "a: {{ 'x' == secret }}",
        "a: {{ secret != secret }}",
        "a: {{ secret < 'x' }}",
        "a: {{ secret in ['x'] }}",
        "a: {{ 'x' in secret }}",
        "a: {{ secret in secrets }}",
        "a: {{ 'x' in secrets }}",
        "a: {{ credentials == credentials }}",
        "a: {{ secrets == ['x', 'y'] }}",
        "a: {{ secret | length }}",
        "a: {{ secret | first }}",
        "a: {{ secret | lower }}",
        "a: {{ secret | replace('a', 'b') }}",
        "a: {{ name | replace('a', secret) }}",
        "a: {{ secret | join(',') }}",
        "a: {{ secrets | join(',') }}",
        "a: {{ registry.zones | join(secret) }}",
        "a: {{ secrets | sort }}",
        "a: {{ secret | sort }}",
        "a: {{ secret | items }}",
        "a: {{ secret | default('x') }}",
        "a: {{ nope | default(secret) }}",
        "{% for x in secret %}{% endfor %}",
        "a: {{ secret is string }}",
        "a: {{ secret is none }}",
        "a: {{ secret is startingwith('x') }}",
        "a: {{ name is endingwith(secret) }}",
        "{% if secret %}a: 1{% endif %}",
        "a: {{ 1 if secret else 2 }}",
        "a: {{ not secret }}",
        "a: {{ secret and 'x' }}",
        "a: {{ secret or 'x' }}",
        "a: {{ secret + 1 }}",
        "a: {{ 1 - secret }}",
        "a: {{ -secret }}",
        "a: {{ secret.length }}",
        "a: {{ secret[0] }}",
        "a: {{ registry[secret] }}",
        "a: {{ [secret] }}",
        "a: x{{ secret }}",
        "a: {{ secret }}x",
        "a: \"{{ secret }}\"",
        "a: |\n  {{ secret }}\n",
        "{{ secret }}: 1",
        "x{{ secret }}: 1",
        "{% set x = secret %}a: {{ x == 'x' }}",
        "{% for k, v in credentials | items %}{{ k }}: {{ v | length }}{% endfor %}",
        "{% for x in secrets if x %}{% endfor %}",
    ] {
        let (rendered, findings) = render_as(text, SourceKind::User, "4.19");
        let codes: Vec<_> = findings.iter().map(|finding| finding.code.id).collect();
        assert_eq!(codes, ["RC0438"], "{text} gave {rendered:?} and {findings:?}");
        assert!(!said(&findings).contains("REGCFG"), "{text}");
    }
    refused("a: {{ secret ~ 'x' }}", "RC0431 1:7");
    refused("a: {{ secret[0:1] }}", "RC0431 1:7");
    refused("{% for a, b in secrets %}{% endfor %}", "RC0438 1:8");
}

fn object(text: &str, kind: SourceKind) -> Node {
    let (rendered, findings) = render_as(text, kind, "4.19");
    rendered.unwrap_or_else(|| panic!("{findings:?}")).remove(0).object
}

#[test]
fn origins_are_exact_for_values_placed_whole() {
    let text = "\
a: {{ registry.replicas }}
b: {{ registry.defaultRoute }}
{% set n = registry.ratio %}
c:
{% for port in registry.ports %}
- {{ port }}
{% endfor %}
d: {{ n }}
e: {{ registry.labels }}
f: {{ registry.nope | default(name) }}
g: {{ registry.zones | sort | first }}
h: literal
{% for key in registry.labels %}
{{ key }}: 1
{% endfor %}
";
    let object = object(text, SourceKind::Profile);
    let origin = |path: &[&str]| format!("{:?}", object.at(path).unwrap().origin);
    assert_eq!(origin(&["a"]), "cluster.yaml:3:13 via t.j2:1:7");
    assert_eq!(origin(&["b"]), "cluster.yaml:6:17 via t.j2:2:7");
    assert_eq!(origin(&["d"]), "cluster.yaml:4:10 via t.j2:8:7");
    assert_eq!(origin(&["e", "tier"]), "cluster.yaml:11:29 via t.j2:9:7");
    assert_eq!(origin(&["f"]), "cluster.yaml:1:7 via t.j2:10:7");
    assert_eq!(origin(&["g"]), "cluster.yaml:9:11 via t.j2:11:7");
    assert_eq!(origin(&["h"]), "t.j2:12:4");
    let port = &object.get("c").unwrap().as_seq().unwrap()[1];
    assert_eq!(format!("{:?}", port.origin), "cluster.yaml:10:15 via t.j2:6:6");
    assert_eq!(format!("{:?}", object.entry("env").unwrap().key), "cluster.yaml:11:12 via t.j2:14:4");
    assert_eq!(format!("{:?}", object.entry("a").unwrap().key), "t.j2:1:1");
    let zone = object.get("g").unwrap().as_shared_str().unwrap();
    assert_eq!(&**zone, "eu-1");
}

#[test]
fn origins_are_sets_for_values_made_of_several() {
    let text = "\
a: {{ name }}-{{ platform }}-{{ name }}
b: {{ registry.replicas + registry.ports[0] }}
c: {{ registry.zones | join('-') }}
d: {{ 1 + 2 }}
e: {{ name == platform }}
f: {{ 'lit' if name else 'x' }}
g: pre-{{ 'lit' }}
";
    let object = object(text, SourceKind::Profile);
    let places = |key: &str| {
        let origin = &object.get(key).unwrap().origin;
        let places: Vec<String> = origin.places().map(ToString::to_string).collect();
        format!("{} {:?}", places.join(" "), origin.template())
    };
    assert_eq!(places("a"), "cluster.yaml:1:7 cluster.yaml:15:11 Some(t.j2:1:7)");
    assert_eq!(places("b"), "cluster.yaml:3:13 cluster.yaml:10:11 Some(t.j2:2:7)");
    assert_eq!(places("c"), "cluster.yaml:9:11 cluster.yaml:9:17 cluster.yaml:9:23 Some(t.j2:3:7)");
    assert_eq!(places("d"), "t.j2:4:7 None");
    assert_eq!(places("e"), "cluster.yaml:1:7 cluster.yaml:15:11 Some(t.j2:5:7)");
    assert_eq!(places("f"), "t.j2:6:7 None");
    assert_eq!(places("g"), "t.j2:7:4 None");
}

#[test]
fn findings_about_a_profile_point_at_what_the_user_wrote() {
    let first = |text: &str, kind| {
        let (_, findings) = render_as(text, kind, "4.19");
        let finding = findings.iter().next().unwrap().clone();
        let notes: Vec<String> = finding.notes.iter().map(|note| format!("{:?}", note.place)).collect();
        format!("{} {} {}", finding.code.id, finding.place, notes.join(" "))
    };
    assert_eq!(first("a: {{ nope }}", SourceKind::Profile), "RC0432 cluster.yaml:15:11 Some(t.j2:1:7)");
    assert_eq!(first("a: x{{ registry.zones }}", SourceKind::Profile), "RC0442 cluster.yaml:9:10 Some(t.j2:1:8)");
    assert_eq!(first("a: x{{ registry.zones }}", SourceKind::User), "RC0442 t.j2:1:8 Some(cluster.yaml:9:10)");
    assert_eq!(first("a: no", SourceKind::Profile), "RC0103 cluster.yaml:15:11 Some(t.j2:1:4)");
    assert_eq!(first("{{ registry.replicas }}: 1", SourceKind::Profile), "RC0443 cluster.yaml:3:13 Some(t.j2:1:4)");
    assert_eq!(first("{{ name | nope }}: 1", SourceKind::Profile), "RC0433 t.j2:1:11 ");
}

#[test]
fn what_a_template_may_use_is_bounded() {
    let loops = |n: usize, body: &str| {
        let open = "{% for z in registry.zones %}".repeat(n);
        format!("{open}{body}{}", "{% endfor %}".repeat(n))
    };
    // Steps, text, values, bytes, holes.
    for text in [
        loops(20, ""),
        loops(20, "x"),
        loops(14, "- {{ name }}\n"),
        loops(20, "{% set s = registry.zones | join(registry.pem) %}"),
        loops(12, "{{ registry.zones }}"),
        format!("a: \"{}\"", loops(12, "{{ registry.zones | join(registry.pem) }}")),
        // Doubling of text, and of lists.
        format!("{{% set s = 'xxxxxxxxxxxxxxxx' %}}{}a: {{{{ s }}}}", "{% set s = [s, s] | join('') %}".repeat(60)),
        format!("{{% set s = 'xxxxxxxxxxxxxxxx' %}}{}a: {{{{ s }}}}", "{% set s = s | replace('x', s) %}".repeat(60)),
        format!("{{% set s = ['x'] %}}{}a: {{{{ s }}}}", "{% set s = [s, s] %}".repeat(31)),
        format!("{{% set s = ['x'] %}}{}a: {{{{ s == s }}}}", "{% set s = [s, s] %}".repeat(31)),
        format!("{{% set s = ['x'] %}}{}a: {{{{ s }}}}", "{% set s = [s] %}".repeat(5000)),
        // Depth of expressions and of tags.
        format!("{{{{ {}1 }}}}", "not ".repeat(50_000)),
        format!("{{{{ {}1 }}}}", "- ".repeat(50_000)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(50_000)),
        format!("{{{{ a{} }}}}", ".a".repeat(50_000)),
        format!("{{{{ a{} }}}}", "|first".repeat(30_000)),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(20_000)),
        format!("{{% set {}", "(".repeat(200_000)),
        format!("{{% if name %}}{}{{% endif %}}", "{% elif name %}".repeat(10_000)),
        format!("a: {}", "x".repeat(300_000)),
        // Depth and number of values in the YAML.
        format!("a: {}", "[".repeat(200)),
        format!("a: [{}]", "1,".repeat(110_000)),
    ] {
        let (rendered, findings) = render_once(&text);
        let codes: Vec<_> = findings.iter().map(|finding| finding.code.id).collect();
        assert_eq!(codes, ["RC0439"], "{} gave {:?} {:?}", &text[..80], rendered.map(|all| all.len()), said(&findings));
    }
    for text in ["(".repeat(100_000), "[".repeat(100_000), "{".repeat(100_000)] {
        let (_, findings) = render_once(&format!("{{{{ {text}"));
        assert!(findings.has_errors());
    }
    let (_, findings) = render_once(&"{% if name %}".repeat(10_000));
    assert!(findings.has_errors());
}
#[test]
fn comments_are_read_over() {
    check("# x\na: {{ name }} # y\n# {# not a value: {{ name }} #}\nb: 1 #\n", r#"{"a": "prod", "b": 1}"#);
}
