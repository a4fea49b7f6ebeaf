//! What templates are refused, with the place of the fault.

use super::*;

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
    refused("%YAML 1.2\n---\na: 1\n", "RC0440 1:1");
    check("8080: 1\n", r#"{"8080": 1}"#);
}
