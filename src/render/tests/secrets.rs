//! A secret is placed whole, or not at all.

use super::*;

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
