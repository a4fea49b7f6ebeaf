//! Templates tell nothing of a secret: every attempt is an error with a place, and what is printed is the same whatever
//! the secret is, and whether it is there at all.

use crate::sandbox::{Run, Sandbox};

const SPEC: &str = r#"apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: a}
spec:
  openshift: "4.19"
  platform: aws-upi
  storage:
    s3: {bucket: b, region: eu-west-1}
    credentials:
      accessKey: {valueFrom: {env: REGCFG_SECRET_A}}
      secretKey: {valueFrom: {env: REGCFG_SECRET_B}}
"#;

/// What every template begins with; `s` is a secret, `m` a mapping of two.
const START: &str = "{% set m = secrets[0].data %}{% set s = m.REGISTRY_STORAGE_S3_ACCESSKEY %}{% set t = m.REGISTRY_STORAGE_S3_SECRETKEY %}";

/// What a user's template could try, each in place of the value of a ConfigMap.
#[rustfmt::skip]
const EXPRESSIONS: &[&str] = &[
    // Compare.
    "{{ s == 'hunter2' }}", "{{ 'hunter2' == s }}", "{{ s != t }}", "{{ s == s }}", "{{ s < 'i' }}", "{{ s >= t }}",
    "{{ s == none }}", "{{ m == m }}", "{{ [s] == [t] }}", "{{ {'a': s} == {'a': t} }}", "{{ s < t < s }}",
    // Look for something in it, and for it in something.
    "{{ 'h' in s }}", "{{ s in 'hunter2' }}", "{{ s in ['hunter2'] }}", "{{ s in m }}", "{{ 'x' not in s }}",
    // Measure, index, slice.
    "{{ s | length }}", "{{ s[0] }}", "{{ s[-1] }}", "{{ s.length }}", "{{ s['a'] }}", "{{ s[0:1] }}", "{{ s | first }}",
    "{{ s | last }}", "{{ s.0 }}",
    // Make other text of it.
    "{{ s ~ '' }}", "{{ '' ~ s }}", "{{ s + 'x' }}", "{{ s * 2 }}", "{{ s - 1 }}", "{{ -s }}", "{{ s % 2 }}",
    "{{ '%s' % s }}", "{{ '{}'.format(s) }}", "{{ s.upper() }}", "{{ s | lower }}", "{{ s | upper }}",
    "{{ s | replace('h', '') }}", "{{ 'h' | replace('h', s) }}", "{{ 'h' | replace(s, '') }}", "{{ s | string }}",
    "{{ s | int }}", "{{ s | b64encode }}", "{{ s | tojson }}", "{{ s | list }}", "{{ s | hash }}", "{{ s | trim }}",
    "{{ s | format }}", "{{ s | reverse }}", "{{ s | unique }}",
    // Join, sort, pair, default.
    "{{ [s, t] | join }}", "{{ ['a', 'b'] | join(s) }}", "{{ [s] | join(',') }}", "{{ [s, t] | sort | first }}",
    "{{ s | sort }}", "{{ s | items }}", "{{ s | default('x') }}", "{{ nothing | default(s) }}", "{{ s | join(',') }}",
    // Ask what it is.
    "{{ s is string }}", "{{ s is none }}", "{{ s is startingwith('h') }}", "{{ s is endingwith('2') }}",
    "{{ 'hunter2' is startingwith(s) }}", "{{ s is number }}", "{{ s is sequence }}", "{{ s is eq('x') }}",
    "{{ s is true }}",
    // Decide by it.
    "{% if s %}1{% else %}2{% endif %}", "{{ 1 if s else 2 }}", "{{ not s }}", "{{ s and 1 }}", "{{ s or 1 }}",
    "{{ 1 if s == 'hunter2' else 2 }}", "{{ 1 and s == 'x' }}",
    // Loop over it, as often as it is long, until memory or time says so.
    "{% for c in s %}x{% endfor %}", "{% for c in range(s) %}x{% endfor %}", "{% for c in range(s | length) %}x{% endfor %}",
    "{% for c in [1, 2] if s %}x{% endfor %}", "{% for c in [s] if c == 'x' %}x{% endfor %}",
    "{% for c in [s, t] %}{{ loop.changed(c) }}{% endfor %}", "{% for a, b in [s, t] %}x{% endfor %}",
    "{% for c in [s] recursive %}{{ loop(c) }}{% endfor %}",
    // Use it as a key, a name of a template, a target.
    "{{ config[s] }}", "{{ m[s] }}", "{{ {s: 1} }}", "{{ {'a': 1}[s] }}", "{% include s %}", "{% import s as x %}",
    "{% extends s %}", "{% from s import x %}", "{% set x = s %}{{ x == 'hunter2' }}",
    "{% set ns = namespace(a=s) %}{{ ns.a == 'x' }}", "{% macro x(a) %}{{ a | length }}{% endmacro %}{{ x(s) }}",
    "{% filter length %}{{ s }}{% endfilter %}", "{% set x %}{{ s }}{% endset %}{{ x | length }}",
    "{% with x = s %}{{ x | length }}{% endwith %}", "{% autoescape true %}{{ s }}{% endautoescape %}",
    "{{ debug() }}", "{{ s.__class__ }}", "{{ s | attr('length') }}", "{{ s() }}", "{{ m.values() }}",
    // Place it beside other text, with and without space.
    "x{{ s }}", "{{ s }}x", "\"{{ s }}\"", "'{{ s }}'", "{{s}}{{t}}", "{{ s }} # {{ t }}", "|\n    {{ s }}",
    "{{- s -}}x", "[{{ s }}, x{{ t }}]", "{a: {{ s }}{{ t }}}", "!!str x{{ s }}", "&a x{{ s }}",
];

/// Documents that place a secret whole where no secret belongs.
const DOCUMENTS: &[&str] = &[
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: x}\ndata:\n  a: {{ s }}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: x}\nbinaryData:\n  a: {{ s }}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: x, annotations: {a: {{ s }}}}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: x, labels: {a: {{ s }}}}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ s }}, namespace: x}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: {{ s }}}\n",
    "apiVersion: v1\nkind: {{ s }}\nmetadata: {name: notes}\n",
    "apiVersion: {{ s }}\nkind: Secret\nmetadata: {name: notes}\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: notes, namespace: x}\nstringData:\n  a: {{ s }}\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: notes, namespace: x}\ntype: {{ s }}\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: notes, namespace: x}\nimmutable: {{ s }}\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: notes, namespace: x}\ndata:\n  {{ s }}: a\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: notes, namespace: x}\ndata:\n  a: [{{ s }}]\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: notes, namespace: x}\ndata: {{ s }}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes, namespace: x}\ndata: {{ m }}\n",
    "{{ s }}: 1\n",
    "{{ s }}\n",
];

fn attempt(template: &str, secrets: &[(&str, &str)]) -> Run {
    let sandbox = Sandbox::new();
    sandbox.write("regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec:\n  profiles: [profiles]\n");
    sandbox.write("cluster.yaml", SPEC);
    sandbox.write("profiles/aws-upi/templates/notes.yaml.j2", template);
    let mut command = sandbox.command();
    command.args(["render", "--reveal-secrets", "cluster.yaml"]).envs(secrets.iter().copied());
    sandbox.finish(command)
}

#[test]
fn a_template_tells_nothing_of_a_secret() {
    let map = |value: &&str| {
        format!(
            "{START}\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: notes, namespace: x}}\ndata:\n  a: {value}\n"
        )
    };
    let documents = DOCUMENTS.iter().map(|document| format!("{START}\n{document}"));
    let templates: Vec<String> = EXPRESSIONS.iter().map(map).chain(documents).collect();
    assert!(templates.len() >= 30);
    let mut wrong = String::new();
    for template in &templates {
        let [short, long, none] = [
            &[("REGCFG_SECRET_A", "hunter2"), ("REGCFG_SECRET_B", "hunter2")][..],
            &[("REGCFG_SECRET_A", "qkzvqkzvqkzvqkzvqkzv: [wjhx"), ("REGCFG_SECRET_B", "0")],
            &[],
        ]
        .map(|secrets| attempt(template, secrets));
        let told = |run: &Run| (run.stdout.clone(), run.stderr.clone(), run.exit.clone());
        let is_refused = short.exit == "1" && short.stdout.is_empty() && short.stderr.contains("error[RC");
        let has_place = short.stderr.contains("--> profiles/aws-upi/templates/notes.yaml.j2:")
            || short.stderr.contains("--> cluster.yaml:");
        // Refused for the secret, and not for a slip of the test.
        let is_slip = ["RC0103", "RC0102"].iter().any(|code| short.stderr.contains(code));
        let shows = ["qkzv", "wjhx", "aHVudGVyMg"]
            .iter()
            .any(|value| long.stderr.contains(value) || short.stderr.contains(value));
        if told(&short) != told(&long) || told(&short) != told(&none) || !is_refused || !has_place || shows || is_slip {
            wrong += &format!("--- {template}\n{}\n{}\n", short.stdout, short.stderr);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_template_may_place_a_secret_whole_and_ask_whether_it_is_asked_for() {
    let template = format!(
        "{START}\napiVersion: v1\nkind: Secret\nmetadata: {{name: notes, namespace: x}}\ndata:\n  a: {{{{ s }}}}\n  b: {{{{ t if m is defined else s }}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: notes, namespace: x}}\ndata:\n  a: \"{{{{ s is defined }}}}\"\n"
    );
    let of = |a: &str, b: &str| attempt(&template, &[("REGCFG_SECRET_A", a), ("REGCFG_SECRET_B", b)]);
    let (first, second) = (of("hunter2", "0"), of("another", "1"));
    assert_eq!((&*first.exit, &*first.stderr), ("0", ""), "{first:?}");
    let put = |run: &Run, a: &str, b: &str| run.stdout.replace(a, "[a]").replace(b, "[b]");
    assert_eq!(put(&first, "aHVudGVyMg==", "MA=="), put(&second, "YW5vdGhlcg==", "MQ=="));
    assert!(first.stdout.contains("  a: \"true\"\n"), "{first:?}");
}
