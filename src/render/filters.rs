//! The filters of templates. Each gives a value of the context, or one made of such with its places; none sees a secret.

use super::machine::{Machine, Step};
use super::operate::order;
use super::program::{Filter, Stretch};
use super::value::{Val, to_text};
use crate::diag::codes;
use crate::tree::{Node, Value};

impl<'a> Machine<'a> {
    /// Applies a filter.
    pub(super) fn filter(&mut self, filter: Filter, input: Val<'a>, args: &[Val<'a>], at: Stretch) -> Step<Val<'a>> {
        if let Val::Absent(absent) = input {
            return match (filter, args.first()) {
                (Filter::Default, Some(given)) => Ok(given.clone()),
                _ => Err(self.absent(absent)),
            };
        }
        match filter {
            Filter::Default => Ok(input),
            Filter::First => self.end(&input, at, |_| Some(0)),
            Filter::Last => self.end(&input, at, |n_items| n_items.checked_sub(1)),
            Filter::Items => self.pairs(&input, at),
            Filter::Join => self.join(&input, &args[0], at),
            Filter::Length => self.length(&input, at),
            Filter::Lower => {
                let Some(text) = input.text() else { return Err(self.no_text(&input, at)) };
                let used = self.meter.bytes(text.len());
                self.limited(at, used)?;
                let lower = text.to_lowercase();
                Ok(self.derived(Value::String(lower.into()), input.places(), at))
            }
            Filter::Replace => self.replace(&input, &args[0], &args[1], at),
            Filter::Sort => self.sort(&input, at),
        }
    }

    fn no_text(&self, value: &Val<'a>, at: Stretch) -> super::fault::Fault {
        self.wrong_type(at, value, "is taken for text", "give it text")
    }

    fn no_list(&self, value: &Val<'a>, at: Stretch) -> super::fault::Fault {
        self.wrong_type(at, value, "is taken for a list", "give it a list")
    }

    /// Returns the item at the index that `which` gives for the length.
    fn end(&mut self, input: &Val<'a>, at: Stretch, which: impl Fn(usize) -> Option<usize>) -> Step<Val<'a>> {
        let Some(items) = input.items() else { return Err(self.no_list(input, at)) };
        let item = which(items.len()).and_then(|index| items.get(index));
        Ok(item.unwrap_or(Val::Absent(super::value::Absent::Item { at })))
    }

    fn pairs(&mut self, input: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
        let Some(map) = input.map() else {
            return Err(self.wrong_type(at, input, "is taken for a mapping", "give it a mapping"));
        };
        let used = self.meter.steps(map.len()).and_then(|()| self.meter.values(map.len() * 3));
        self.limited(at, used)?;
        let pair = |(key, entry): (&std::sync::Arc<str>, &'a crate::tree::Entry)| {
            let key = Val::made(Value::String(std::sync::Arc::clone(key)), entry.key.clone());
            Val::list(vec![key, Val::Node(&entry.node)])
        };
        Ok(Val::list(map.iter().map(pair).collect()))
    }

    fn join(&mut self, input: &Val<'a>, between: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
        let Some(items) = input.items() else { return Err(self.no_list(input, at)) };
        let Some(between) = between.text() else { return Err(self.no_text(between, at)) };
        let mut joined = String::new();
        let mut places = Vec::new();
        for index in 0..items.len() {
            let Some(item) = items.get(index) else { break };
            self.not_secret(at, &item)?;
            let Some(text) = item.node().and_then(to_text) else {
                return Err(self.wrong_type(at, &item, "is joined", "join text and numbers"));
            };
            let used = self.meter.steps(1).and_then(|()| self.meter.bytes(text.len() + between.len()));
            self.limited(at, used)?;
            if index > 0 {
                joined.push_str(between);
            }
            joined.push_str(&text);
            places.extend(item.places());
        }
        Ok(self.derived(Value::String(joined.into()), places, at))
    }

    fn length(&mut self, input: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
        let length = match (input.items(), input.map(), input.text()) {
            (Some(items), ..) => items.len(),
            (_, Some(map), _) => map.len(),
            (_, _, Some(text)) => {
                let used = self.meter.read(text.len());
                self.limited(at, used)?;
                text.chars().count()
            }
            _ => return Err(self.wrong_type(at, input, "is measured", "measure lists, mappings and text")),
        };
        let length = Value::Int(i64::try_from(length).unwrap_or(i64::MAX));
        Ok(self.derived(length, input.places(), at))
    }

    fn replace(&mut self, input: &Val<'a>, from: &Val<'a>, to: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
        let Some(text) = input.text() else { return Err(self.no_text(input, at)) };
        let Some(from) = from.text() else { return Err(self.no_text(from, at)) };
        let Some(to) = to.text() else { return Err(self.no_text(to, at)) };
        let used = self.meter.read(text.len() * 4);
        self.limited(at, used)?;
        let n_matches = text.matches(from).count();
        let used = self.meter.bytes(text.len().saturating_add(n_matches.saturating_mul(to.len())));
        self.limited(at, used)?;
        Ok(self.derived(Value::String(text.replace(from, to).into()), input.places(), at))
    }

    fn sort(&mut self, input: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
        let Some(items) = input.items() else { return Err(self.no_list(input, at)) };
        let mut items = items.to_vec();
        // Each of the comparisons of a sort is a step, and reads its texts.
        let depth = usize::BITS as usize - items.len().leading_zeros() as usize;
        let n_bytes: usize = items.iter().map(|item| item.text().map_or(1, str::len)).sum();
        let used = self.meter.steps(items.len() * depth).and_then(|()| self.meter.read(n_bytes * depth));
        let used = used.and_then(|()| self.meter.values(items.len()));
        self.limited(at, used)?;
        for item in &items {
            self.not_secret(at, item)?;
        }
        if items.iter().all(|item| item.text().is_some()) {
            items.sort_by(|left, right| left.text().cmp(&right.text()));
        } else if items.iter().all(|item| item.node().is_some_and(|node| order(node, node).is_some())) {
            let ordering = |left: Option<&Node>, right: Option<&Node>| order(left?, right?);
            items.sort_by(|left, right| ordering(left.node(), right.node()).unwrap_or(std::cmp::Ordering::Equal));
        } else {
            let fault = self.fault(&codes::TEMPLATE_TYPE, at, "a list is sorted whose items have no common order");
            return Err(fault.help("sort lists of text, or of numbers"));
        }
        Ok(Val::list(items))
    }
}
