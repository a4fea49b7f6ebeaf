//! What one call may keep of a server's answers, all of them together: a server must not be able to fill the memory by
//! answering many questions at once, or one without end.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::tree::{Node, Value};

/// The most bytes of all answers to one call.
pub(super) const MOST_BYTES: usize = 128 << 20;

/// The most values in all answers to one call: a few bytes of a text become many of a tree.
const MOST_VALUES: usize = 2_000_000;

/// How much of the room is taken.
#[derive(Default)]
pub(super) struct Room {
    n_bytes: AtomicUsize,
    n_values: AtomicUsize,
}

impl Room {
    /// Takes room for bytes that were read; tells whether there is any left.
    pub(super) fn take_bytes(&self, n_bytes: usize) -> bool {
        self.n_bytes.fetch_add(n_bytes, Ordering::Relaxed).saturating_add(n_bytes) <= MOST_BYTES
    }

    /// Gives back the room of bytes that nobody keeps.
    pub(super) fn give_back(&self, n_bytes: usize) {
        self.n_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
    }

    /// Takes room for a tree; tells whether there is any left.
    pub(super) fn take_values(&self, tree: &Node) -> bool {
        let n_values = count(tree);
        self.n_values.fetch_add(n_values, Ordering::Relaxed).saturating_add(n_values) <= MOST_VALUES
    }
}

fn count(tree: &Node) -> usize {
    1 + match &tree.value {
        Value::Map(map) => map.values().map(|entry| count(&entry.node)).sum(),
        Value::Seq(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Source, SourceKind, json};

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let room = Room::default();
        assert!(room.take_bytes(MOST_BYTES));
        assert!(!room.take_bytes(1));
        room.give_back(2);
        assert!(room.take_bytes(1));
    }

    #[test]
    fn trees_take_room_by_their_values() {
        let text = format!("{{\"a\": [{}0]}}", "0,".repeat(200_000));
        let tree = json::value(&Source::new("", text, SourceKind::User)).unwrap();
        let room = Room::default();
        let fitting = (0..100).take_while(|_| room.take_values(&tree)).count();
        assert_eq!(fitting, 9);
    }
}
