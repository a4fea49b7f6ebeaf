//! What holds for every value and every template.

use proptest::prelude::*;

use crate::diag::Findings;
use crate::render::{Rendered, Template, Templates};
use crate::tree::{Node, Place, Source, SourceKind, Value};

/// Text of every kind that has ever changed the shape of a YAML file.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~\\n\\t]{0,40}",
        proptest::sample::select(vec![
            "",
            " ",
            "no",
            "~",
            "null",
            "0123",
            "1_000",
            "1e3",
            "---",
            "...",
            "- a",
            "a: b",
            ": ",
            "#",
            " #",
            "{{ x }}",
            "{% if %}",
            "{#",
            "${x}",
            "&a",
            "*a",
            "!x",
            "|",
            ">",
            "'",
            "\"",
            "'''",
            "\\",
            "[",
            "]",
            "{",
            "}",
            ",",
            "%",
            "@",
            "`",
            "\n",
            "\r\n",
            "a\nb: c",
            "\ttab",
            "  lead",
            "trail  ",
            "\u{0}",
            "\u{1b}[31m",
            "\u{202e}",
            "\u{feff}",
            "\u{fdd0}0\u{fdd1}",
            "\u{fdd0}",
            "\u{fdd1}9\u{fdd0}",
            "\u{85}",
            "\u{2028}",
            "<<",
            "=",
            "?",
            "? a",
            "true",
        ])
        .prop_map(str::to_owned),
    ]
}

/// A value that stands in a file of its own, which is nothing but the value.
fn written(text: &str) -> Node {
    let source = Source::new(format!("value {text:?}"), text, SourceKind::User);
    Node::string(text, Place::new(&source, 0..text.len()))
}

fn context(a: &str, b: &str) -> Node {
    let place = Place::start_of(&Source::new("cluster.yaml", "", SourceKind::User));
    Node::map([("a", written(a)), ("b", written(b))], place)
}

fn templates(text: &str, findings: &mut Findings) -> Option<Templates> {
    let source = Source::new("t.j2", text, SourceKind::User);
    Templates::new(vec![Template { name: "t.j2".into(), source }], findings)
}

fn render(templates: &Templates, context: &Node, findings: &mut Findings) -> Option<Vec<Rendered>> {
    templates.render(context, "4.5..4.19".parse().unwrap(), context, findings)
}

/// Every scalar and key with its origins, in order.
fn flat(node: &Node, path: &str, all: &mut Vec<String>) {
    all.push(format!("{path} {} {:?} {:?}", node.type_name(), node.origin, node.origin.places().collect::<Vec<_>>()));
    match &node.value {
        Value::Seq(items) => items.iter().enumerate().for_each(|(at, item)| flat(item, &format!("{path}/{at}"), all)),
        Value::Map(map) => {
            for (key, entry) in map {
                all.push(format!("{path}/{key} {:?}", entry.key));
                flat(&entry.node, &format!("{path}/{key}"), all);
            }
        }
        scalar => all.push(format!("{scalar:?}")),
    }
}

const FORMS: &str = "\
plain: {{ a }}
quoted: \"{{ a }}\"
single: '{{ a }}'
glued: <{{ a }}|{{ b }}>
inner: \"<{{ a }}>\"
block: |-
  <{{ a }}
  {{ b }}>
folded: >-
  <{{ a }}
  {{ b }}>
flow: [{{ a }}, {x: {{ b }}, \"y\": <{{ a }}>}]
list:
- {{ a }}
- - {{ b }}
under:
  {{ a }}-key: {{ b }}
after: 1 # {# not a value #}
";

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_changes_a_shape(a in hostile(), b in hostile()) {
        let mut findings = Findings::new();
        let templates = templates(FORMS, &mut findings).unwrap();
        let context = context(&a, &b);
        let rendered = render(&templates, &context, &mut findings);
        prop_assert!(!findings.has_errors(), "{findings:?}");
        let object = rendered.unwrap().remove(0).object;
        let text = |path: &[&str]| object.at(path).and_then(Node::as_str).unwrap().to_owned();
        prop_assert_eq!(object.as_map().unwrap().len(), 11);
        prop_assert_eq!(text(&["plain"]), a.clone());
        prop_assert_eq!(text(&["quoted"]), a.clone());
        prop_assert_eq!(text(&["single"]), a.clone());
        prop_assert_eq!(text(&["glued"]), format!("<{a}|{b}>"));
        prop_assert_eq!(text(&["inner"]), format!("<{a}>"));
        prop_assert_eq!(text(&["block"]), format!("<{a}\n{b}>"));
        prop_assert_eq!(text(&["folded"]), format!("<{a} {b}>"));
        prop_assert_eq!(text(&["under", &format!("{a}-key")]), b.clone());
        let flow = object.get("flow").unwrap().as_seq().unwrap();
        prop_assert_eq!(flow[0].as_str(), Some(&*a));
        prop_assert_eq!(flow[1].get("x").unwrap().as_str(), Some(&*b));
        let list = object.get("list").unwrap().as_seq().unwrap();
        prop_assert_eq!(list[1].as_seq().unwrap()[0].as_str(), Some(&*b));
        // The origin points at the text that holds the value.
        for path in ["plain", "quoted", "single", "inner"] {
            prop_assert_eq!(object.get(path).unwrap().place().text(), &*a);
        }
        let places: Vec<_> = object.get("glued").unwrap().origin.places().map(Place::text).collect();
        prop_assert_eq!(places, if a == b { vec![&*a] } else { vec![&*a, &*b] });
    }

    #[test]
    fn a_kept_skeleton_gives_the_same_as_a_new_one(a in hostile(), b in hostile(), c in hostile()) {
        let text = "{% if a == b %}\nsame: {{ a }}\n{% else %}\n{{ a }}x: {{ b }}\n{% endif %}\nz: {{ a }}{{ b }}\n";
        let mut findings = Findings::new();
        let kept = templates(text, &mut findings).unwrap();
        for (a, b) in [(&a, &b), (&b, &c), (&c, &c), (&a, &a), (&a, &b)] {
            let context = context(a, b);
            let fresh = templates(text, &mut findings).unwrap();
            let (mut old, mut new) = (Vec::new(), Vec::new());
            for rendered in render(&kept, &context, &mut findings).unwrap() {
                flat(&rendered.object, "", &mut old);
            }
            for rendered in render(&fresh, &context, &mut findings).unwrap() {
                flat(&rendered.object, "", &mut new);
            }
            prop_assert_eq!(old, new);
        }
    }

    #[test]
    fn no_template_panics_and_each_finding_has_a_place_in_what_was_written(text in template()) {
        let mut findings = Findings::new();
        let context = context("x", "y");
        if let Some(templates) = templates(&text, &mut findings) {
            let once = render(&templates, &context, &mut findings);
            let mut again = Findings::new();
            let twice = render(&templates, &context, &mut again);
            prop_assert_eq!(once.is_some(), twice.is_some());
            let shown = |findings: &Findings| findings.iter().map(|finding| format!("{finding:?}")).collect::<Vec<_>>();
            prop_assert_eq!(shown(&findings), shown(&again));
        } else {
            prop_assert!(findings.has_errors());
        }
        for finding in &findings {
            let place = &finding.place;
            prop_assert!(place.source.text().get(place.start as usize..place.end as usize).is_some(), "{finding:?}");
            prop_assert!(finding.help.is_some() && !finding.message.contains('\n'), "{finding:?}");
        }
    }

    #[test]
    fn text_that_no_tag_touches_is_what_yaml_says(text in "[a-z: \\n\\-#\"'|>\\[\\]{},0-9]{0,60}") {
        let text = text.replace('{', "{ ");
        let mut findings = Findings::new();
        let source = Source::new("t.j2", &*text, SourceKind::User);
        let parsed = crate::tree::parse::documents(&source, crate::tree::parse::Reading::Strict, &mut findings);
        let mut found = Findings::new();
        let rendered = templates(&text, &mut found).and_then(|templates| render(&templates, &context("", ""), &mut found));
        if let (Some(parsed), Some(rendered)) = (&parsed, &rendered) {
            let objects: Vec<_> = rendered.iter().map(|rendered| &rendered.object).collect();
            prop_assert_eq!(parsed.iter().collect::<Vec<_>>(), objects);
        }
        let all_objects = parsed.iter().flatten().all(|node| node.as_map().is_some());
        prop_assert_eq!(parsed.is_some() && all_objects, rendered.is_some(), "{:?} {:?}", findings, found);
    }
}

/// Templates made of the words of the language, and of anything.
fn template() -> impl Strategy<Value = String> {
    let words = vec![
        "{{ ",
        " }}",
        "{% ",
        " %}",
        "{%- ",
        " -%}",
        "{{- ",
        "{# ",
        " #}",
        "if ",
        "else",
        "elif ",
        "endif",
        "for ",
        " in ",
        "endfor",
        "set ",
        "with ",
        "endwith",
        "endset",
        " = ",
        "a",
        "b",
        "nope",
        "loop",
        "target",
        " is since('4.13')",
        " is ",
        "defined",
        "not ",
        " and ",
        " or ",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".",
        "|",
        "default(",
        "items",
        "first",
        "join(",
        "length",
        "'x'",
        "\"y\"",
        "1",
        "2.5",
        "-",
        "+",
        "*",
        "/",
        "//",
        "%",
        "~",
        "**",
        "==",
        "<",
        "\n",
        "\n  ",
        "\n- ",
        "k: ",
        "---\n",
        "#",
        "|",
        ">",
        "&x ",
        "*x",
        "!t ",
        "<<: ",
        "\"",
        "'",
        "\u{fdd0}",
        "é",
        "\u{1f600}",
        "\r\n",
        "\t",
        "{% for x in a %}",
        "{% endfor %}",
        "{% if a %}",
        "{% endif %}",
        "{{ a }}",
        "{{ b }}",
        "raw",
        "endraw",
        "true",
        "none",
    ];
    let piece = prop_oneof![8 => proptest::sample::select(words).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
