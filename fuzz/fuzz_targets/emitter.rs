//! Any tree, written and read back: our parser and another one give the same tree.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use regcfg::diag::Findings;
use regcfg::tree::emit::to_yaml;
use regcfg::tree::parse::{Reading, document};
use regcfg::tree::{Node, Place, Source, SourceKind, Value};

/// The deepest nesting that is tried.
const DEEPEST: usize = 12;

/// The largest whole number that every reader keeps exactly.
const EXACT: i64 = 1 << 53;

#[derive(Debug)]
struct Tree(Node);

impl<'a> Arbitrary<'a> for Tree {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let place = Place::start_of(&Source::new("t.yaml", "", SourceKind::User));
        // An object is a mapping; an empty document is no document.
        let entries = entries(input, &place, 0)?;
        Ok(Self(Node::map(entries, place)))
    }
}

fn node(input: &mut Unstructured<'_>, place: &Place, depth: usize) -> arbitrary::Result<Node> {
    let n_kinds = if depth < DEEPEST { 8 } else { 6 };
    let value = match input.int_in_range(0..=n_kinds - 1)? {
        0 => Value::Null,
        1 => Value::Bool(input.arbitrary()?),
        2 => Value::Int(input.int_in_range(-EXACT..=EXACT)?),
        3 => {
            let float: f64 = input.arbitrary()?;
            Value::Float(if float.is_finite() { float } else { 0.5 })
        }
        4 | 5 => Value::String(text(input)?.into()),
        6 => {
            let n_items = input.int_in_range(0..=4)?;
            Value::Seq((0..n_items).map(|_| node(input, place, depth + 1)).collect::<Result<_, _>>()?)
        }
        _ => return Ok(Node::map(entries(input, place, depth + 1)?, place.clone())),
    };
    Ok(Node::new(value, place.clone()))
}

fn entries(input: &mut Unstructured<'_>, place: &Place, depth: usize) -> arbitrary::Result<Vec<(String, Node)>> {
    let n_entries = input.int_in_range(0..=4)?;
    (0..n_entries).map(|_| Ok((text(input)?, node(input, place, depth)?))).collect()
}

/// Any text but the two characters that no text of a user may hold.
fn text(input: &mut Unstructured<'_>) -> arbitrary::Result<String> {
    let text: &str = input.arbitrary()?;
    Ok(text.replace(['\u{fdd0}', '\u{fdd1}'], "x"))
}

fuzz_target!(|tree: Tree| {
    let Tree(tree) = tree;
    let text = to_yaml(&tree).expect("no secret, nothing infinite, nothing too deep");
    let mut findings = Findings::new();
    let source = Source::new("t.yaml", text.clone(), SourceKind::User);
    let read = document(&source, Reading::Strict, &mut findings);
    let Some(read) = read else { panic!("{text}\n{findings:?}") };
    assert_eq!(read, tree, "{text}");
    let other: serde_json::Value = match serde_yaml::from_str(&text) {
        Ok(other) => other,
        Err(error) => panic!("{error}\n{text}"),
    };
    assert_eq!(other, tree.to_json(), "{text}");
});
