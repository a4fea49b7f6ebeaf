//! What the emitter writes is read back to the same values: by our own parser, by serde-saphyr, by kubectl (go-yaml) and
//! by `PyYAML`, its C parser included. For a table of hostile texts, and for generated texts and trees.
//!
//! kubectl and `python3` with `PyYAML` are asked where they are installed. `REGCFG_CASES` asks for more generated cases.

#![expect(clippy::disallowed_methods, reason = "a test asks for the number of its cases")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use regcfg::diag::Findings;
use regcfg::tree::emit::{lines_with_origins, no_secrets, stream, to_yaml};
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Node, Origin, Place, Source, SourceKind, Value};
use serde_json::Value as Json;

/// Texts that one reader or another has taken for something else, or has choked on.
#[rustfmt::skip]
const HOSTILE: &[&str] = &[
    "", " ", "  ", "\t", "\n", "\n\n", "\r", "\r\n", "~", "null", "Null", "NULL", "nil", "none", "true", "True",
    "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF",
    "y", "Y", "n", "N", "t", "f", "0", "-0", "+0", "00", "01", "007", "0123", "-0123", "08", "09", "0x1F", "0X1f",
    "0x", "0o17", "0O17", "0b11", "0B11", "0b", "0b2", "0x1p4", "1_000", "1_", "_1", "1__0", "1,000", "1e3", "1E3",
    "1e", "1e+3", "1.5e-3", "1.", ".5", "-.5", "+.5", ".", "..", "...", "....", "._", "._1", ".1_", "1.2.3",
    "192.168.0.1", "10.0.0.0/8", "::1", "fe80::1", "12:30", "12:30:45", "190:20:30", "1:2", "-1:2", "2001-01-01",
    "2001-1-1", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "2001-01-01T00:00:00Z", ".inf", ".Inf",
    ".INF", "-.inf", "+.INF", "inf", "Inf", "-inf", "infinity", "Infinity", ".nan", ".NaN", ".NAN", "nan", "NaN",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "12345678901234567890",
    "340282366920938463463374607431768211456", "1e400", "0.1", "1e-400", "4.19", "5.0", "v1", "1.0.0-rc1", "-", "--",
    "---", "--- a", "---\n", "a\n---\nb", "a\n---\n", "a\n...\nb", "- a", "-a", "-1", "-\ta", "?", "? a", "?a", ":",
    ": a", ":a", "a:", "a: ", "a: b", "a :b", "a : b", "a:b", "a:\tb", "a::", "a #b", "a#b", "a\t#b", "#", "#a",
    "# a", "&", "&a", "*", "*a", "**", "!", "!a", "!!str a", "|", "|-", "|2", ">", ">-", "'", "''", "'a'", "a'b",
    "\"", "\"\"", "\"a\"", "a\"b", "\\", "\\n", "a\\", "%", "%a", "%YAML 1.2", "@", "@a", "`", "`a`", "{", "}", "{}",
    "{a", "{a: b}", "{{ a }}", "${a}", "$(a)", "$", "[", "]", "[]", "[a", "[a, b]", ",", ",a", "a,b", "a, b", "=",
    "=a", "<<", "<", " a", "a ", " a ", "\ta", "a\t", "a\tb", "a  b", "a\n", "a\nb", "a\nb\n", "a\nb\n\n", "\na",
    "\n a", " \na", "a\n\nb", "a\n b", "a\n\tb", "\ta\nb", "\ta\n\tb\n", " a\n b", "  a\nb", "a \nb", "a\t\nb",
    "a\nb ", "a\n \nb", "a\n  ", "a\n\n\n", "# a\nb", "a\n# b\nc", "a: b\nc: d\n", "- a\n- b\n", "a\rb", "a\r\nb",
    "a\r\nb\r\n", "\u{0}", "a\u{0}b", "\u{1}", "\u{7}", "\u{8}", "\u{b}", "\u{c}", "\u{1b}[31m", "\u{1f}", "\u{7f}",
    "\u{80}", "\u{85}", "a\u{85}b", "a\u{85}", "\u{9f}", "\u{a0}", "\u{a0}a", "a\u{a0}", "\u{ad}", "\u{2028}",
    "a\u{2028}b", "a\u{2029}b", "\u{200b}", "\u{200e}", "\u{202e}abc", "\u{2066}a", "\u{feff}", "\u{feff}a",
    "a\u{feff}", "\u{fdd0}", "\u{fdd1}", "\u{fdef}", "\u{fffd}", "\u{fffe}", "\u{ffff}", "\u{1fffe}", "\u{10ffff}",
    "\u{e000}", "\u{d7ff}", "\u{3000}", "\u{3000}a", "é", "éa\nü\n", "日本", "日本\n語", "😀", "a😀\nb", "e\u{301}", "٣",
    "①", "¼", "Ⅷ", "ſ", "K", "YES\u{307}", "a\u{ad}\nb", "a\u{85}\nb", "a\u{2028}\nb", "a\u{1b}\nb", "a\u{a0}\nb",
    "0xdeadbeef", "1e5f", "deadbeef", "12e03", "1_0.5", "0.0.0.0", "0 0 * * *", "*/5 * * * *", "10Gi", "100m", "30s",
    "1h30m", "5E", "5e", "1Ei", "0644", "0o644", "registry.example.com:5000", "registry.example.com..5000",
    "https://a.b/c?d=e&f=g#h", "s3://b/k", "arn:aws:kms:eu-west-1:1:key/a", "system:image-puller", "aGVsbG8=", "MTIz",
    "MDEy", "1234", "12==", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n", "{\"auths\":{}}", "{\n  \"a\": 1\n}\n",
    "key = value\n[section]\n",
];

/// What texts are made of when they are generated: pieces that mean something to YAML, and a few that do not.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    " ", "  ", "\t", "\n", "\n\n", "\r", ":", ": ", " #", "#", "-", "- ", "---", "...", "?", "? ", "!", "&", "*", "|",
    ">", "%", "@", "`", "'", "\"", "\\", "{", "}", "[", "]", ",", "=", "<<", "~", ".", "_", "+", "0", "1", "7", "9",
    "e", "E", "x", "o", "b", "T", "Z", "y", "n", "no", "yes", "on", "true", "null", ".inf", ".nan", "a", "word", "é",
    "日", "😀", "\u{85}", "\u{a0}", "\u{2028}", "\u{feff}", "\u{0}", "\u{1b}", "\u{fffe}", "\u{202e}", "\u{301}", "٣",
];

fn origin() -> Origin {
    Origin::at(Place::start_of(&Source::new("t.yaml", "", SourceKind::User)))
}

fn text(text: &str) -> Node {
    Node::string(text, origin())
}

fn map(entries: Vec<(&str, Node)>) -> Node {
    Node::map(entries, origin())
}

fn seq(items: Vec<Node>) -> Node {
    Node::new(Value::Seq(items), origin())
}

/// Puts a tree into an object that kubectl takes.
fn object(at: usize, spec: Node) -> Node {
    let metadata = map(vec![("name", text(&format!("t{at}")))]);
    map(vec![("apiVersion", text("example.com/v1")), ("kind", text("Thing")), ("metadata", metadata), ("spec", spec)])
}

/// Puts a text wherever one can stand.
fn everywhere(value: &str) -> Node {
    let items =
        seq(vec![text(value), map(vec![("first", text(value)), ("second", text(value))]), seq(vec![text(value)])]);
    let keys = seq(vec![
        map(vec![(value, text("v"))]),
        map(vec![(value, map(vec![(value, text(value))]))]),
        map(vec![(value, seq(vec![text(value)]))]),
    ]);
    map(vec![("value", text(value)), ("items", items), ("keys", keys), ("last", text(value))])
}

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..8).prop_map(|pieces| pieces.concat());
    let chars = prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect());
    let long = (prop::sample::select(PIECES), 900..1200usize).prop_map(|(piece, n)| format!("a{}", piece.repeat(n)));
    prop_oneof![12 => pieces, 6 => chars, 1 => long]
}

fn trees() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        6 => texts().prop_map(|value| text(&value)),
        1 => any::<i64>().prop_map(|value| Node::new(Value::Int(value), origin())),
        1 => prop::num::f64::NORMAL.prop_map(|value| Node::new(Value::Float(value), origin())),
        1 => any::<bool>().prop_map(|value| Node::new(Value::Bool(value), origin())),
        1 => Just(Node::new(Value::Null, origin())),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(seq),
            prop::collection::btree_map(texts(), inner, 0..5).prop_map(|entries| Node::map(entries, origin())),
        ]
    })
}

/// Makes the same objects on every machine: the hostile texts, and generated ones.
fn objects() -> Vec<Node> {
    let n_cases: usize = std::env::var("REGCFG_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(500);
    let mut runner = TestRunner::deterministic();
    let mut specs: Vec<Node> = HOSTILE.iter().map(|value| everywhere(value)).collect();
    for _ in 0..n_cases {
        specs.push(everywhere(&texts().new_tree(&mut runner).expect("a text").current()));
        specs.push(trees().new_tree(&mut runner).expect("a tree").current());
    }
    specs.into_iter().enumerate().map(|(at, spec)| object(at, spec)).collect()
}

/// Compares what a reader made of the objects with what they are.
#[track_caller]
fn compare(reader: &str, objects: &[Node], read: &[Json]) {
    let wrong: Vec<String> = objects
        .iter()
        .zip(read)
        .filter(|(object, read)| !is_same(&object.get("spec").expect("a spec").to_json(), &read["spec"]))
        .map(|(object, read)| format!("{}\nis read as {}\n", to_yaml(object).expect("it is written"), read["spec"]))
        .take(5)
        .collect();
    assert!(wrong.is_empty(), "{reader} reads otherwise:\n{}", wrong.join("\n"));
    assert_eq!(objects.len(), read.len(), "{reader} reads another number of objects");
}

/// Compares values; a number is the same number however it is written.
fn is_same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => match (a.as_i64(), b.as_i64(), a.as_f64(), b.as_f64()) {
            (Some(a), Some(b), ..) => a == b,
            // The last bit is lost between two readers of JSON.
            (_, _, Some(a), Some(b)) => (a - b).abs() <= a.abs() * 1e-15,
            _ => false,
        },
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| is_same(value, other)))
        }
        (a, b) => a == b,
    }
}

#[test]
fn our_parser_reads_the_same() {
    // The marks of holes are refused in every input.
    let is_marked = |node: &Node| to_yaml(node).expect("it is written").contains("\\uFDD");
    for object in objects().iter().filter(|object| !is_marked(object)) {
        let yaml = to_yaml(object).expect("it is written");
        let mut findings = Findings::new();
        let source = Source::new("out.yaml", yaml.clone(), SourceKind::User);
        let read = documents(&source, Reading::AsKubectl, &mut findings);
        let said: Vec<_> = findings.iter().filter(|finding| !finding.message.contains("round")).collect();
        assert!(said.is_empty(), "{yaml}\n{said:?}");
        assert!(read.as_deref() == Some(std::slice::from_ref(object)), "{yaml}\nis read as {read:?}");
    }
}

#[test]
fn serde_saphyr_reads_the_same() {
    let objects = objects();
    let read: Vec<Json> = objects
        .iter()
        .map(|object| serde_yaml::from_str(&to_yaml(object).expect("it is written")).expect("YAML"))
        .collect();
    compare("serde-saphyr", &objects, &read);
}

#[test]
fn kubectl_reads_the_same() {
    let objects = objects();
    let Some(json) = run("kubectl", &["label", "--local", "-o", "json", "-f", "-", "x=y"], &objects) else { return };
    let read: Result<Vec<Json>, _> = serde_json::Deserializer::from_str(&json).into_iter().collect();
    compare("kubectl", &objects, &read.expect("kubectl writes JSON"));
}

#[test]
fn pyyaml_reads_the_same() {
    let objects = objects();
    for loader in ["SafeLoader", "CSafeLoader"] {
        let script = format!(
            "import json, sys, yaml\nif not hasattr(yaml, '{loader}'): sys.exit(3)\n\
             for read in yaml.load_all(sys.stdin.buffer.read(), yaml.{loader}): print(json.dumps(read))"
        );
        let Some(json) = run("python3", &["-c", &script], &objects) else { continue };
        let read: Vec<Json> = json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        compare(loader, &objects, &read);
    }
}

#[test]
fn lines_with_origins_are_the_lines() {
    for object in objects() {
        let lines = lines_with_origins(&object, &mut no_secrets).expect("it is written");
        let joined: String = lines.iter().flat_map(|(line, _)| [line, "\n"]).collect();
        assert_eq!(joined, to_yaml(&object).expect("it is written"));
        assert!(lines.iter().all(|(_, origin)| origin.is_some()));
    }
}

#[test]
fn nothing_that_acts_on_a_terminal_is_written() {
    let written = stream(&objects()).expect("it is written");
    let acts =
        |char: &char| char.is_control() && !matches!(char, '\n' | '\t') || ('\u{202a}'..='\u{202e}').contains(char);
    assert_eq!(written.chars().find(acts), None);
}

/// Gives a program the objects, and returns what it prints; says why where it is not there.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn run(program: &str, arguments: &[&str], objects: &[Node]) -> Option<String> {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(program);
    command.args(arguments).env("HOME", home.path()).env("PYTHONIOENCODING", "utf-8").env_remove("KUBECONFIG");
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        println!("skipped: there is no `{program}` here");
        return None;
    };
    let yaml: Arc<str> = stream(objects).expect("it is written").into();
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(yaml.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    if program == "python3" && (output.status.code() == Some(3) || said.contains("No module named")) {
        println!("skipped: `python3` has no such loader: {said}");
        return None;
    }
    assert!(output.status.success(), "{program} refuses what is written: {said}");
    writer.join().expect("the writer ends").expect("all of it is read");
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}
