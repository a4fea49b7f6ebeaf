//! What hostile templates may use.

use super::*;

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
