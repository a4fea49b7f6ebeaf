//! Lists of an object as it is and as it would be: items found by their keys, by their value, or by what both have in
//! common.
//!
//! The order of keyed lists and of sets is no difference. A list that is replaced as a whole is shown item by item all the
//! same, and its order counts.

use std::sync::Arc;

use super::compare::{Shown, Side, Spot, Walk};
use crate::apply::{Element, Scalar};
use crate::schema::{Keywords, ListType};
use crate::tree::{Node, Value};

/// Names of fields that tell items of plain lists apart for people, the better before the worse.
const TELLING: [&str; 4] = ["name", "source", "domainName", "uid"];

/// The most pairs of items that are looked at for what two lists have in common.
const MOST_PAIRS: usize = 1 << 20;

/// Tells whether a list is owned and replaced as a whole.
pub(super) fn is_atomic(keywords: Option<&Keywords>) -> bool {
    keywords.is_none_or(|keywords| keywords.list_type == ListType::Atomic)
}

/// Items that stand for one another, each by its place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    before: Option<usize>,
    after: Option<usize>,
}

/// What items are told apart by.
enum By {
    /// Fields of each; whether their order counts.
    Keys { fields: Vec<String>, in_order: bool },
    /// Their value.
    Value,
    /// What both lists have in common, in their order.
    Place,
}

/// Compares two lists.
pub(super) fn compare(walk: &mut Walk<'_, '_>, spot: &Spot<'_>, before: Side<'_>, after: Side<'_>) -> Shown {
    let (old, new) = (before.items(), after.items());
    let git = spot.git.and_then(Node::as_seq).unwrap_or_default();
    let by = by(walk.keywords(spot.schema), &old, &new);
    let (pairs, is_moved) = match &by {
        By::Keys { fields, in_order } => {
            let pairs = pairs_by(&old, &new, |item| keys_of(item, fields));
            let is_moved = *in_order && is_moved(&pairs);
            (pairs, is_moved)
        }
        By::Value => (pairs_by(&old, &new, |item| telling(item)), false),
        By::Place => (pairs_in_common(&old, &new), false),
    };
    let is_atomic = is_atomic(walk.keywords(spot.schema));
    let n_changes = walk.changes.len();
    let mut shown: Vec<(Pair, Shown)> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let (old, new) = (pair.before.map(|at| old[at]), pair.after.map(|at| new[at]));
        let Some(item) = new.or(old) else { continue };
        let step = step(&by, item.raw, pair);
        let below = Spot {
            schema: spot.schema.and_then(|schema| schema.items),
            before: old,
            after: new,
            git: git_item(&by, git, item.raw, pair.after),
            owners: spot.owners.below(&step, is_atomic),
            path: spot.path.below(step),
        };
        shown.push((pair, walk.visit(&below)));
    }
    let list = |at: fn(&Pair) -> Option<usize>, part: fn(&Shown) -> Option<&Node>, side: Side<'_>| {
        let mut items: Vec<(usize, Node)> =
            shown.iter().filter_map(|(pair, shown)| Some((at(pair)?, part(shown)?.clone()))).collect();
        // Only where order counts the old list is shown in its own.
        if matches!(by, By::Place | By::Keys { in_order: true, .. }) {
            items.sort_by_key(|(at, _)| *at);
        }
        let is_left = !items.is_empty() || spot.git.is_some() || side.items().is_empty();
        let items = items.into_iter().map(|(_, item)| item).collect();
        is_left.then(|| Node::new(Value::Seq(items), side.raw.origin.clone()))
    };
    let both = Shown {
        before: list(|pair| pair.before, |shown| shown.before.as_ref(), before),
        after: list(|pair| pair.after, |shown| shown.after.as_ref(), after),
    };
    if is_moved && walk.changes.len() == n_changes {
        walk.changed(spot, both.before.clone(), both.after.clone());
    }
    both
}

/// Returns what tells the items of two lists apart.
fn by(keywords: Option<&Keywords>, old: &[Side<'_>], new: &[Side<'_>]) -> By {
    let is_telling = |fields: &Vec<String>| is_unique(old, fields) && is_unique(new, fields);
    match keywords.map(|keywords| keywords.list_type) {
        Some(ListType::Map(keys)) => {
            let fields: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            if is_telling(&fields) {
                return By::Keys { fields, in_order: false };
            }
        }
        Some(ListType::Set) if old.iter().chain(new).all(|item| telling(item.raw).is_some()) => return By::Value,
        _ => {}
    }
    let telling = TELLING.iter().map(|name| vec![(*name).to_owned()]).find(is_telling);
    telling.map_or(By::Place, |fields| By::Keys { fields, in_order: true })
}

/// Tells whether every item has one of the fields, and no two have the same in all of them.
fn is_unique(items: &[Side<'_>], fields: &[String]) -> bool {
    let mut seen = Vec::with_capacity(items.len());
    for item in items {
        match keys_of(item.raw, fields) {
            Some(keys) => seen.push(keys),
            None => return false,
        }
    }
    seen.sort_unstable();
    seen.windows(2).all(|pair| pair[0] != pair[1])
}

/// Returns the values of an item's fields that tell it from others.
fn keys_of(item: &Node, fields: &[String]) -> Option<Vec<(Arc<str>, Scalar)>> {
    let keys: Vec<(Arc<str>, Scalar)> =
        fields.iter().filter_map(|field| Some((field.as_str().into(), telling(item.get(field)?)?))).collect();
    (!keys.is_empty()).then_some(keys)
}

/// Pairs items that are told apart by the same, in the order of the new list; what is old alone comes last.
fn pairs_by<K: PartialEq>(old: &[Side<'_>], new: &[Side<'_>], key: impl Fn(&Node) -> Option<K>) -> Vec<Pair> {
    let old_keys: Vec<Option<K>> = old.iter().map(|item| key(item.raw)).collect();
    let mut left = vec![true; old.len()];
    let mut pairs = Vec::with_capacity(new.len());
    for (at, item) in new.iter().enumerate() {
        let wanted = key(item.raw);
        let found = old_keys.iter().zip(&left).position(|(key, left)| *left && key.is_some() && *key == wanted);
        if let Some(found) = found {
            left[found] = false;
        }
        pairs.push(Pair { before: found, after: Some(at) });
    }
    let rest = left.iter().enumerate().filter(|(_, left)| **left);
    pairs.extend(rest.map(|(at, _)| Pair { before: Some(at), after: None }));
    pairs
}

/// Tells whether items that both lists have stand in another order.
fn is_moved(pairs: &[Pair]) -> bool {
    let order: Vec<usize> = pairs.iter().filter(|pair| pair.after.is_some()).filter_map(|pair| pair.before).collect();
    !order.is_sorted()
}

/// Pairs items by the longest run that both lists have in common; between two equal ones, mappings are paired in order.
fn pairs_in_common(old: &[Side<'_>], new: &[Side<'_>]) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    let (mut from_old, mut from_new) = (0, 0);
    let mut common = in_common(old, new);
    common.push((old.len(), new.len()));
    for (at_old, at_new) in common {
        let (olds, news) = (from_old..at_old, from_new..at_new);
        let n_replaced = olds.len().min(news.len());
        for n in 0..n_replaced {
            let (at_old, at_new) = (olds.start + n, news.start + n);
            if old[at_old].raw.as_map().is_some() && new[at_new].raw.as_map().is_some() {
                pairs.push(Pair { before: Some(at_old), after: Some(at_new) });
            } else {
                pairs.push(Pair { before: Some(at_old), after: None });
                pairs.push(Pair { before: None, after: Some(at_new) });
            }
        }
        pairs.extend(olds.skip(n_replaced).map(|at| Pair { before: Some(at), after: None }));
        pairs.extend(news.skip(n_replaced).map(|at| Pair { before: None, after: Some(at) }));
        if at_old < old.len() && at_new < new.len() {
            pairs.push(Pair { before: Some(at_old), after: Some(at_new) });
        }
        (from_old, from_new) = (at_old + 1, at_new + 1);
    }
    pairs
}

/// Returns the places of the longest run of equal items.
fn in_common(old: &[Side<'_>], new: &[Side<'_>]) -> Vec<(usize, usize)> {
    let is_equal = |a: usize, b: usize| old[a].raw == new[b].raw;
    let n_start = (0..old.len().min(new.len())).take_while(|at| is_equal(*at, *at)).count();
    let mut common: Vec<(usize, usize)> = (0..n_start).map(|at| (at, at)).collect();
    let (rows, columns) = (old.len() - n_start, new.len() - n_start);
    if rows.saturating_mul(columns) > MOST_PAIRS {
        return common;
    }
    let width = columns + 1;
    let mut lengths = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            lengths[row * width + column] = if is_equal(n_start + row, n_start + column) {
                lengths[(row + 1) * width + column + 1] + 1
            } else {
                lengths[(row + 1) * width + column].max(lengths[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        if is_equal(n_start + row, n_start + column) {
            common.push((n_start + row, n_start + column));
            (row, column) = (row + 1, column + 1);
        } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
    common
}

/// Returns a value that tells items apart: text, a whole number, a boolean.
fn telling(node: &Node) -> Option<Scalar> {
    Some(Scalar::of(node)).filter(|scalar| matches!(scalar, Scalar::String(_) | Scalar::Int(_) | Scalar::Bool(_)))
}

fn step(by: &By, item: &Node, pair: Pair) -> Element {
    match by {
        By::Keys { fields, .. } => Element::key(keys_of(item, fields).unwrap_or_default()),
        By::Value => Element::Value(Scalar::of(item)),
        By::Place => match telling(item) {
            // A plain text is told by itself; its number is another one after every change.
            Some(value) if pair.before.is_none() || pair.after.is_none() => Element::Value(value),
            _ => {
                let at = pair.after.or(pair.before).unwrap_or_default();
                Element::Index(i64::try_from(at).unwrap_or(i64::MAX))
            }
        },
    }
}

/// Returns what Git says of an item.
fn git_item<'g>(by: &By, git: &'g [Node], item: &Node, at: Option<usize>) -> Option<&'g Node> {
    match by {
        By::Keys { fields, .. } => {
            let keys = keys_of(item, fields);
            git.iter().find(|other| keys_of(other, fields) == keys)
        }
        By::Value => git.iter().find(|other| telling(other) == telling(item)),
        By::Place => git.iter().find(|other| *other == item).or_else(|| at.and_then(|at| git.get(at))),
    }
}
