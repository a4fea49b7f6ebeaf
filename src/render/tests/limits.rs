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

#[test]
fn what_nests_as_deep_as_it_may_does_not_exhaust_the_stack() {
    let nested = |n: usize, inner: &str| format!("{}{inner}{}", "{% if name %}".repeat(n), "{% endif %}".repeat(n));
    let chains = ["not ".repeat(390), "- ".repeat(390), "(".repeat(70), "[".repeat(70), "1 + ".repeat(195)];
    for chain in &chains {
        let close = chain.replace(['n', 'o', 't', '-', ' ', '1', '+'], "").replace('(', ")").replace('[', "]");
        for n in [0, 70, 140, 160] {
            let (rendered, findings) = render_once(&nested(n, &format!("a: {{{{ {chain}1{close} }}}}")));
            assert_eq!(rendered.is_none(), findings.has_errors());
        }
    }
    for body in ["{{ name.a }}", "x"] {
        let loops = format!("{}{body}{}", "{% for z in ['x'] %}".repeat(149), "{% endfor %}".repeat(149));
        let (rendered, findings) = render_once(&loops);
        assert!(rendered.is_none() && findings.has_errors());
    }
    let deep = (0..99).fold(String::new(), |text, depth| format!("{text}{}a:\n", " ".repeat(depth)));
    let (rendered, findings) = render_once(&format!("{deep}{}{{{{ registry }}}}\n", " ".repeat(99)));
    assert!(rendered.is_some(), "{findings:?}");
}
