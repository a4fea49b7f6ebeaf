//! Tests of the text: what is quoted, and what is read back.

use super::*;
use crate::secret::PlainSource;
use crate::tree::{Source, SourceKind};

fn origin() -> Origin {
    Origin::at(Place::start_of(&Source::new("t.yaml", "", SourceKind::User)))
}

fn text(text: &str) -> Node {
    Node::string(text, origin())
}

fn map<const N: usize>(entries: [(&str, Node); N]) -> Node {
    Node::map(entries, origin())
}

fn seq<const N: usize>(items: [Node; N]) -> Node {
    Node::new(Value::Seq(items.into()), origin())
}

#[track_caller]
fn check(node: &Node, expected: &str) {
    assert_eq!(to_yaml(node).unwrap(), expected);
}

#[test]
fn collections_are_laid_out_as_kubectl_does() {
    let tree = map([
        ("a", map([("b", text("c")), ("empty", map([])), ("none", seq([]))])),
        ("list", seq([map([("x", text("1")), ("w", seq([text("z")]))]), seq([text("p"), seq([text("q")])]), map([])])),
    ]);
    let expected = "\
a:
  b: c
  empty: {}
  none: []
list:
- x: \"1\"
  w:
  - z
- - p
  - - q
- {}
";
    check(&tree, expected);
}

#[test]
fn what_another_reader_would_take_for_something_else_is_quoted() {
    for plain in [
        "abc",
        "10Gi",
        "100m",
        "30s",
        "v1",
        "a:b",
        "https://x.io/a?b=c#d",
        "a#b",
        "/dev/x",
        ".dockerconfigjson",
        "é",
        "a b",
    ] {
        check(&text(plain), &format!("{plain}\n"));
    }
    for quoted in [
        "",
        " ",
        "~",
        "y",
        "N",
        "Yes",
        "NO",
        "on",
        "OFF",
        "true",
        "Null",
        ".inf",
        ".NaN",
        "0",
        "0123",
        "1_000",
        "0x1F",
        "0o17",
        "0b11",
        "1e3",
        "+1",
        "-1",
        ".5",
        "1.",
        "12:30:45",
        "2001-01-01",
        "2001-01-01T00:00:00Z",
        "-",
        "- a",
        "? a",
        ": a",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "'a",
        "%a",
        "@a",
        "`a",
        "{a",
        "[a",
        "]",
        ",",
        "---",
        "...",
        "<<",
        "=",
        " a",
        "a ",
        "4.19",
        "192.168.0.1",
        "1,000",
        "٣",
    ] {
        check(&text(quoted), &format!("\"{quoted}\"\n"));
    }
    check(
        &text("a\"\\\u{7}\u{85}\u{2028}\u{feff}\u{fffe}\u{1fffe}\u{202e}\0"),
        "\"a\\\"\\\\\\u0007\\u0085\\u2028\\uFEFF\\uFFFE\\U0001FFFE\\u202E\\u0000\"\n",
    );
}

#[test]
fn lines_stand_under_a_bar_only_where_they_survive() {
    let under = |value: &str| to_yaml(&map([("k", text(value))])).unwrap();
    assert_eq!(under("a\nb\n"), "k: |\n  a\n  b\n");
    assert_eq!(under("a\n\n  b"), "k: |-\n  a\n\n    b\n");
    for quoted in ["\na", " a\nb", "a\n\n", "\n", "a\n\tb", "a \nb", "\ta\nb", "a\r\nb", "a\u{1}\nb"] {
        assert!(under(quoted).starts_with("k: \""), "{quoted:?}");
    }
    check(&seq([text("a\nb")]), "- |-\n  a\n  b\n");
    check(&text("a\nb"), "\"a\\nb\"\n");
}

#[test]
fn numbers_keep_their_type() {
    for (value, expected) in
        [(2.0, "2.0"), (-0.5, "-0.5"), (1e21, "1.0e+21"), (1.5e-9, "1.5e-9"), (f64::MAX, "1.7976931348623157e+308")]
    {
        check(&Node::new(Value::Float(value), origin()), &format!("{expected}\n"));
    }
    check(&Node::new(Value::Int(i64::MIN), origin()), "-9223372036854775808\n");
    let error = to_yaml(&Node::new(Value::Float(f64::NAN), origin())).unwrap_err();
    assert!(matches!(error, EmitError::NotFinite(_)));
}

#[test]
fn a_key_too_long_for_other_readers_is_written_with_a_question_mark() {
    let long = "k".repeat(2000);
    check(&map([(&long, text("v"))]), &format!("? {long}\n: v\n"));
    check(&map([(&long, map([("a", text("b"))]))]), &format!("? {long}\n:\n  a: b\n"));
    check(&seq([map([(&long, seq([text("b")]))])]), &format!("- ? {long}\n  :\n    - b\n"));
}

#[test]
fn a_secret_is_written_only_where_its_text_is_given() {
    let place = Place::start_of(&Source::new("t.yaml", "", SourceKind::User));
    let slot = |name: &str| {
        let slot = SecretSlot::new(PlainSource::Env(name.into()), place.clone());
        Node::new(Value::Secret(slot), place.clone())
    };
    let tree = map([("a", slot("A")), ("b", slot("B"))]);
    assert!(matches!(to_yaml(&tree), Err(EmitError::Secret(_))));
    assert!(matches!(to_json(&tree, &mut no_secrets), Err(EmitError::Secret(_))));
    let mut asked = 0;
    let filled = to_yaml_filled(&tree, &mut |_| {
        asked += 1;
        Some(Zeroizing::new("MTIz".into()))
    });
    assert_eq!(filled.unwrap(), "a: MTIz\nb: MTIz\n");
    assert_eq!(asked, 2);
}

#[test]
fn a_tree_too_deep_is_an_error_and_no_crash() {
    let mut deep = text("x");
    for _ in 0..2 * MAX_DEPTH {
        deep = seq([deep]);
    }
    assert!(matches!(to_yaml(&deep), Err(EmitError::TooDeep(_))));
    assert!(matches!(to_json(&deep, &mut no_secrets), Err(EmitError::TooDeep(_))));
}

#[test]
fn each_line_knows_the_value_it_shows() {
    let source = Source::new("t.yaml", "key value other lines", SourceKind::User);
    let at = |word: &str| {
        let start = source.text().find(word).unwrap();
        Place::new(&source, start..start + word.len())
    };
    let mut tree = Node::map([("k", Node::map([("v", Node::string("x", at("value")))], at("key")))], at("key"));
    tree.insert("l", seq([Node::string("a\nb\n", at("lines"))]));
    let lines = lines_with_origins(&tree, &mut no_secrets).unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|(line, origin)| (&**line, origin.as_ref().map_or("", |origin| origin.place().text())))
        .collect();
    assert_eq!(
        shown,
        [("k:", "key"), ("  v: x", "value"), ("l:", ""), ("- |", "lines"), ("  a", "lines"), ("  b", "lines")]
    );
    let joined: String = lines.iter().flat_map(|(line, _)| [line, "\n"]).collect();
    assert_eq!(joined, to_yaml(&tree).unwrap());
}

#[test]
fn documents_of_a_stream_are_separated() {
    let documents = [map([("a", text("b"))]), map([("c", text("d"))])];
    assert_eq!(stream(&documents).unwrap(), "a: b\n---\nc: d\n");
    assert_eq!(stream(&[]).unwrap(), "");
}
