//! Gives a predicted object the origins of what was rendered, so that what is found on it points into the user's files.
//!
//! What the cluster alone has gets the origin of the nearest field around it that was rendered.

use crate::tree::{Entry, Map, Node, Origin, Place, Value};

/// Returns the predicted object with the origins of the rendered one.
pub(super) fn originated(predicted: &Node, rendered: &Node) -> Node {
    let place = rendered.at(&["metadata", "name"]).unwrap_or(rendered).place();
    // A place of its own: the whole object's would take its secrets with it.
    let start = Place { end: place.start, ..place.clone() };
    placed(predicted, Some(rendered), &Origin::at(start))
}

fn placed(node: &Node, rendered: Option<&Node>, around: &Origin) -> Node {
    if let Some(rendered) = rendered.filter(|rendered| *rendered == node) {
        return rendered.clone();
    }
    let value = match &node.value {
        Value::Map(map) => Value::Map(placed_fields(map, rendered, around)),
        Value::Seq(items) => {
            let rendered = rendered.and_then(Node::as_seq).unwrap_or_default();
            let item = |(at, item): (usize, &Node)| placed(item, twin(item, at, rendered), around);
            Value::Seq(items.iter().enumerate().map(item).collect())
        }
        value => value.clone(),
    };
    let is_scalar = !matches!(value, Value::Map(_) | Value::Seq(_));
    let origin = rendered.filter(|_| is_scalar).map_or_else(|| around.clone(), |rendered| rendered.origin.clone());
    Node::new(value, origin)
}

fn placed_fields(map: &Map, rendered: Option<&Node>, around: &Origin) -> Map {
    let field = |(name, entry): (&std::sync::Arc<str>, &Entry)| {
        let rendered = rendered.and_then(|rendered| rendered.entry(name));
        let key = rendered.map_or(around, |rendered| &rendered.key).clone();
        let node = placed(&entry.node, rendered.map(|rendered| &rendered.node), &key);
        (name.clone(), Entry { key, node })
    };
    map.iter().map(field).collect()
}

/// Finds the rendered item that an item of a list stands for: its equal, the one of its name, or the one of its place.
fn twin<'r>(item: &Node, at: usize, rendered: &'r [Node]) -> Option<&'r Node> {
    if let Some(equal) = rendered.iter().find(|other| *other == item) {
        return Some(equal);
    }
    let name = item.get("name").filter(|name| name.as_str().is_some());
    let named = name.and_then(|name| rendered.iter().find(|other| other.get("name") == Some(name)));
    named.or_else(|| rendered.get(at).filter(|_| name.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    fn node(name: &str, text: &str) -> Node {
        document(&Source::new(name, text, SourceKind::User), Reading::Strict, &mut Findings::new()).unwrap()
    }

    #[test]
    fn what_was_rendered_points_to_what_the_user_wrote() {
        let rendered = node("spec.yaml", "metadata: {name: x}\nspec:\n  a: 1\n  list: [{name: b, c: 2}]\n");
        let live = node("live", "metadata: {name: x}\nspec:\n  z: 9\n  a: 1\n  list: [{name: a}, {name: b, c: 3}]\n");
        let placed = originated(&live, &rendered);
        let at = |path: &[&str]| placed.at(path).unwrap().place().to_string();
        assert_eq!(at(&["spec", "a"]), "spec.yaml:3:6");
        // The cluster's own field points to the nearest one around it.
        assert_eq!(at(&["spec", "z"]), "spec.yaml:2:1");
        let items = placed.at(&["spec", "list"]).unwrap().as_seq().unwrap();
        assert_eq!(items[1].get("c").unwrap().place().to_string(), "spec.yaml:4:23");
        assert_eq!(items[0].get("name").unwrap().place().to_string(), "spec.yaml:4:3");
        assert_eq!(placed, live);
    }
}
