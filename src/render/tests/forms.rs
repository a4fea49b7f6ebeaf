//! What templates give.

use std::fmt::Write;

use super::*;

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
        r#"{"a": "prod-3", "b": "pre-prod", "c": "prod # 2.0", "d": "33"}"#,
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
fn lines_may_end_as_on_windows() {
    check(
        "a: |\r\n  {% if name %}\r\n  x {{ name }}\r\n  {% endif %}\r\n  y\r\nb: 1\r\n",
        r#"{"a": "x prod\ny\n", "b": 1}"#,
    );
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
fn comments_are_read_over() {
    check("# x\na: {{ name }} # y\n# {# not a value: {{ name }} #}\nb: 1 #\n", r#"{"a": "prod", "b": 1}"#);
}

#[test]
fn a_block_around_a_value_that_ends_in_a_line_break_is_warned_of() {
    let (rendered, findings) = render_as("a: |\n  {{ registry.pem }}\n", SourceKind::User, "4.19");
    assert!(rendered.is_some());
    assert_eq!(findings.iter().next().unwrap().code.id, "RC0446");
    check("a: {{ registry.pem }}\nb: |\n  {{ name }}\n", r#"{"a": "-----BEGIN-----\nAAAA\n", "b": "prod\n"}"#);
}

#[test]
fn threads_that_share_templates_render_the_same() {
    let mut text = String::new();
    for number in 0..20 {
        let _infallible = writeln!(text, "{{% if name != 'n{number}' %}}\nk{number}: {{{{ name }}}}\n{{% endif %}}");
    }
    let source = Source::new("t.j2", text, SourceKind::User);
    let templates = Templates::new(vec![Template { name: "t.j2".into(), source }], &mut Findings::new()).unwrap();
    let rendered: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20)
            .map(|number| {
                let templates = &templates;
                scope.spawn(move || {
                    let mut context = context();
                    let name = Node::string(format!("n{}", number % 5), context.place().clone());
                    context.insert("name", name);
                    let target = "4.19".parse().unwrap();
                    let rendered = templates.render(&context, target, fallback(&context), &mut Findings::new());
                    format!("{} {}", number % 5, shown(rendered.as_ref(), true))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (number, one) in rendered.iter().enumerate() {
        assert_eq!(one, &rendered[number % 5]);
    }
}
