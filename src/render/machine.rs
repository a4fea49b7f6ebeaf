//! Evaluates a [`Program`] on a context: what is written in which order, and the value of each hole.
//!
//! Values are looked at where they stand and never turned into text, so that each keeps its type and origin. A secret can
//! be named, handed on and placed; everything else done to one is a fault. Steps and bytes are metered.

use std::sync::Arc;

use super::fault::Fault;
use super::meter::{Limit, Meter};
use super::program::{Comparison, Expr, For, Kind, Names, Operator, Output, Program, Statement, Stretch, Test};
use super::value::{Absent, Items, MOST_PLACES, Turn, Val};
use crate::diag::visible::quoted;
use crate::diag::{codes, nearest};
use crate::target::Target;
use crate::tree::{Node, Origin, Place, Value};

/// How deep lists that a template makes may nest.
const DEEPEST_LIST: usize = 32;

/// What a template wrote.
pub(super) struct Written<'a> {
    /// The numbers of the program's outputs, in the order in which they were reached.
    pub(super) trace: Vec<u32>,
    /// The value of each hole in the trace.
    pub(super) holes: Vec<Hole<'a>>,
    /// What was used, for what is still to be done with the values.
    pub(super) meter: Meter,
}

/// A value that is to be placed.
pub(super) struct Hole<'a> {
    /// The value, which is there.
    pub(super) value: Val<'a>,
    /// Where the template asks for it.
    pub(super) at: Stretch,
}

/// Evaluates a program.
pub(super) fn run<'a>(program: &'a Program, context: &'a Node, target: Target) -> Result<Written<'a>, Fault> {
    let (trace, holes) = (Vec::with_capacity(64), Vec::with_capacity(32));
    let mut machine = Machine { program, context, target, names: Vec::new(), meter: Meter::default(), trace, holes };
    machine.body(&program.body)?;
    let Machine { trace, holes, meter, .. } = machine;
    Ok(Written { trace, holes, meter })
}

/// The state of an evaluation.
pub(super) struct Machine<'a> {
    pub(super) program: &'a Program,
    context: &'a Node,
    target: Target,
    /// What the template named, innermost last.
    names: Vec<(&'a str, Val<'a>)>,
    pub(super) meter: Meter,
    trace: Vec<u32>,
    holes: Vec<Hole<'a>>,
}

/// The result of a step.
pub(super) type Step<T> = Result<T, Fault>;

impl<'a> Machine<'a> {
    fn body(&mut self, statements: &'a [Statement]) -> Step<()> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    /// Runs a body whose names end with it.
    fn scope(&mut self, statements: &'a [Statement]) -> Step<()> {
        let n_names = self.names.len();
        let done = self.body(statements);
        self.names.truncate(n_names);
        done
    }

    fn statement(&mut self, statement: &'a Statement) -> Step<()> {
        match statement {
            Statement::Text(number) => {
                if let Output::Text(at) = self.program.outputs[*number as usize] {
                    let used = self.meter.steps(1).and_then(|()| self.meter.text(at.end - at.start));
                    self.limited(at, used)?;
                    self.trace.push(*number);
                }
                Ok(())
            }
            Statement::Place(number, expr) => {
                let value = self.present(expr)?;
                self.not_loop(expr.at, &value)?;
                let used = self.meter.text(0).and_then(|()| self.meter.values(1));
                self.limited(expr.at, used)?;
                self.trace.push(*number);
                self.holes.push(Hole { value, at: expr.at });
                Ok(())
            }
            Statement::If { condition, then, otherwise } => {
                let chosen = if self.holds(condition)? { then } else { otherwise };
                self.body(chosen)
            }
            Statement::For(for_loop) => self.for_loop(for_loop),
            Statement::With { names, body } => {
                let n_names = self.names.len();
                for (names, value) in names {
                    let value = self.present(value)?;
                    self.bind(names, value)?;
                }
                let done = self.body(body);
                self.names.truncate(n_names);
                done
            }
            Statement::Set { names, value } => {
                let value = self.present(value)?;
                self.bind(names, value)
            }
        }
    }

    fn for_loop(&mut self, for_loop: &'a For) -> Step<()> {
        let over = self.seen(&for_loop.items)?;
        let at = for_loop.items.at;
        let used = self.meter.steps(over.items().map_or(0, |items| items.len()));
        // Each key becomes a value of its own.
        let used = used.and_then(|()| self.meter.steps(over.map().map_or(0, |map| map.len() * 4)));
        self.limited(at, used)?;
        let mut items = match (over.items(), over.map()) {
            (Some(items), _) => items.to_vec(),
            (None, Some(map)) => {
                map.iter().map(|(key, entry)| Val::made(Value::String(Arc::clone(key)), entry.key.clone())).collect()
            }
            (None, None) => return Err(self.wrong_type(at, &over, "is looped over", "loop over a list or a mapping")),
        };
        let n_names = self.names.len();
        if let Some(condition) = &for_loop.only_if {
            let mut kept = Vec::new();
            for item in items {
                self.bind(&for_loop.names, item.clone())?;
                if self.holds(condition)? {
                    kept.push(item);
                }
                self.names.truncate(n_names);
            }
            items = kept;
        }
        if items.is_empty() {
            return self.scope(&for_loop.otherwise);
        }
        let n_turns = items.len();
        for (index, item) in items.into_iter().enumerate() {
            self.names.push(("loop", Val::Turn(Turn { index, n_turns })));
            self.bind(&for_loop.names, item)?;
            self.body(&for_loop.body)?;
            self.names.truncate(n_names);
        }
        Ok(())
    }

    fn bind(&mut self, names: &'a Names, value: Val<'a>) -> Step<()> {
        match names {
            Names::One(name) => {
                self.names.push((name, value));
                Ok(())
            }
            Names::Several(names, at) => {
                let Some(items) = value.items() else {
                    return Err(self.wrong_type(*at, &value, "is taken apart", "take only lists apart"));
                };
                if items.len() != names.len() {
                    let message = format!("{} names for a list of {} items", names.len(), items.len());
                    return Err(self.fault(&codes::TEMPLATE_TYPE, *at, message).help("give as many names as items"));
                }
                let items = items.to_vec();
                names.iter().zip(items).try_for_each(|(names, item)| self.bind(names, item))
            }
        }
    }

    /// Evaluates an expression to a value that is there.
    fn present(&mut self, expr: &'a Expr) -> Step<Val<'a>> {
        match self.eval(expr)? {
            Val::Absent(absent) => Err(self.absent(absent)),
            value => Ok(value),
        }
    }

    /// Evaluates an expression to a value that may be looked at.
    fn seen(&mut self, expr: &'a Expr) -> Step<Val<'a>> {
        let value = self.present(expr)?;
        self.not_secret(expr.at, &value)?;
        Ok(value)
    }

    /// Evaluates an expression, which may be absent.
    fn eval(&mut self, expr: &'a Expr) -> Step<Val<'a>> {
        let used = self.meter.steps(1);
        self.limited(expr.at, used)?;
        match &expr.kind {
            Kind::Literal(node) => Ok(Val::Node(node)),
            Kind::Variable(name) => Ok(self.variable(name, expr.at)),
            Kind::List(items) => self.list(items, expr.at),
            Kind::Attribute(of, name) => {
                let value = self.seen(of)?;
                self.field(&value, name, Some(name), expr.at)
            }
            Kind::Item(of, key) => self.item(of, key, expr.at),
            Kind::Not(operand) => {
                let value = self.seen(operand)?;
                let holds = self.truth(&value)?;
                Ok(self.derived(Value::Bool(!holds), value.places(), expr.at))
            }
            Kind::Negative(operand) => {
                let value = self.seen(operand)?;
                self.negative(&value, expr.at)
            }
            Kind::And(left, right) => {
                let left = self.seen(left)?;
                if self.truth(&left)? { self.present(right) } else { Ok(left) }
            }
            Kind::Or(left, right) => {
                let left = self.seen(left)?;
                if self.truth(&left)? { Ok(left) } else { self.present(right) }
            }
            Kind::Compare(first, rest) => self.compare(first, rest, expr.at),
            Kind::Compute(operator, left, right) => {
                let (left, right) = (self.seen(left)?, self.seen(right)?);
                self.compute(*operator, &left, &right, expr.at)
            }
            Kind::Choose { condition, then, otherwise } => match (self.holds(condition)?, otherwise) {
                (true, _) => self.eval(then),
                (false, Some(otherwise)) => self.eval(otherwise),
                (false, None) => Ok(Val::Absent(Absent::Else { at: expr.at })),
            },
            Kind::Filter(filter, input, args) => {
                let input = self.eval(input)?;
                let args = args.iter().map(|arg| self.seen(arg)).collect::<Step<Vec<_>>>()?;
                self.not_secret(expr.at, &input)?;
                self.filter(*filter, input, &args, expr.at)
            }
            Kind::Test(test, input, args) => self.test(*test, input, args, expr.at),
            Kind::Since(minor) => {
                let since = self.target.is_since(*minor);
                Ok(self.derived(Value::Bool(since), Vec::new(), expr.at))
            }
            Kind::Until(minor) => {
                let until = self.target.last() < *minor;
                Ok(self.derived(Value::Bool(until), Vec::new(), expr.at))
            }
        }
    }

    fn variable(&self, name: &'a str, at: Stretch) -> Val<'a> {
        let named = self.names.iter().rev().find(|(known, _)| *known == name);
        if let Some((_, value)) = named {
            return value.clone();
        }
        match self.context.get(name) {
            Some(node) => Val::Node(node),
            None => Val::Absent(Absent::Variable { at, name }),
        }
    }

    fn list(&mut self, items: &'a [Expr], at: Stretch) -> Step<Val<'a>> {
        let items = items.iter().map(|item| self.seen(item)).collect::<Step<Vec<_>>>()?;
        items.iter().try_for_each(|item| self.not_loop(at, item))?;
        let used = self.meter.values(items.len() + 1);
        self.limited(at, used)?;
        let list = Val::list(items);
        match &list {
            Val::List(made) if made.depth > DEEPEST_LIST => {
                self.limited(at, Err(Limit("lists nested deeper than 32 levels")))?;
                Ok(list)
            }
            _ => Ok(list),
        }
    }

    /// Returns the value under a key; `written` is the key, where it lives as long as the rendering.
    fn field(&mut self, value: &Val<'a>, name: &str, written: Option<&'a str>, at: Stretch) -> Step<Val<'a>> {
        if let Some(map) = value.map() {
            let found = map.get(name).map(|entry| Val::Node(&entry.node));
            return Ok(found.unwrap_or(Val::Absent(Absent::Key { at, map, name: written })));
        }
        if let Val::Turn(turn) = value {
            return self.turn_field(*turn, name, at);
        }
        Err(self.wrong_type(at, value, &format!("is asked for its {}", quoted(name)), "only mappings have fields"))
    }

    fn turn_field(&mut self, turn: Turn, name: &str, at: Stretch) -> Step<Val<'a>> {
        let number = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let value = match name {
            "index" => number(turn.index + 1),
            "index0" => number(turn.index),
            "length" => number(turn.n_turns),
            "first" => Value::Bool(turn.index == 0),
            "last" => Value::Bool(turn.index + 1 == turn.n_turns),
            _ => {
                let fault = self.fault(&codes::UNKNOWN_VARIABLE, at, format!("`loop` has no {}", quoted(name)));
                return Err(fault.help("`loop` has `index`, `index0`, `first`, `last` and `length`"));
            }
        };
        Ok(self.derived(value, Vec::new(), at))
    }

    fn item(&mut self, of: &'a Expr, key: &'a Expr, at: Stretch) -> Step<Val<'a>> {
        let (of, key) = (self.seen(of)?, self.seen(key)?);
        if let Some(name) = key.text() {
            let written = if let Val::Node(node) = key { node.as_str() } else { None };
            return self.field(&of, name, written, at);
        }
        let (Some(items), Some(index)) = (of.items(), key.node().and_then(Node::as_int)) else {
            let message = format!("{} is asked for an item by {}", of.type_name(), key.type_name());
            let fault = self.fault(&codes::TEMPLATE_TYPE, at, message);
            return Err(fault.help("mappings have items by name, and lists by number"));
        };
        let index = if index < 0 { index.saturating_add_unsigned(items.len() as u64) } else { index };
        let item = usize::try_from(index).ok().and_then(|index| items.get(index));
        Ok(item.unwrap_or(Val::Absent(Absent::Item { at })))
    }

    fn holds(&mut self, condition: &'a Expr) -> Step<bool> {
        let value = self.seen(condition)?;
        self.truth(&value)
    }

    fn truth(&mut self, value: &Val<'a>) -> Step<bool> {
        Ok(match value {
            Val::List(list) => !list.items.is_empty(),
            Val::Turn(_) => true,
            Val::Absent(absent) => return Err(self.absent(*absent)),
            Val::Node(_) | Val::Made(_) => match value.node().map(|node| &node.value) {
                Some(Value::Bool(value)) => *value,
                Some(Value::Int(value)) => *value != 0,
                Some(Value::Float(value)) => *value != 0.0,
                Some(Value::String(text)) => !text.is_empty(),
                Some(Value::Seq(items)) => !items.is_empty(),
                Some(Value::Map(map)) => !map.is_empty(),
                Some(Value::Null | Value::Secret(_)) | None => false,
            },
        })
    }

    fn compare(&mut self, first: &'a Expr, rest: &'a [(Comparison, Expr)], at: Stretch) -> Step<Val<'a>> {
        let mut left = self.seen(first)?;
        let mut places = left.places();
        let mut holds = true;
        for (comparison, right) in rest {
            let right = self.seen(right)?;
            places.extend(right.places());
            holds = match comparison {
                Comparison::Equal => self.same(&left, &right, at)?,
                Comparison::Unequal => !self.same(&left, &right, at)?,
                Comparison::In => self.contains(&right, &left, at)?,
                Comparison::NotIn => !self.contains(&right, &left, at)?,
                order => self.ordered(*order, &left, &right, at)?,
            };
            if !holds {
                break;
            }
            left = right;
        }
        Ok(self.derived(Value::Bool(holds), places, at))
    }

    /// Compares by type and value; numbers by value alone.
    pub(super) fn same(&mut self, left: &Val<'a>, right: &Val<'a>, at: Stretch) -> Step<bool> {
        let used = self.meter.steps(1);
        self.limited(at, used)?;
        self.not_secret(at, left)?;
        self.not_secret(at, right)?;
        if let (Some(left), Some(right)) = (left.items(), right.items()) {
            let same_length = left.len() == right.len();
            return Ok(same_length && self.same_items(&left, &right, at)?);
        }
        if let (Some(left), Some(right)) = (left.map(), right.map()) {
            let mut same = left.len() == right.len();
            for (key, entry) in left {
                let other = right.get(key).map(|other| Val::Node(&other.node));
                same = same && matches!(other, Some(other) if self.same(&Val::Node(&entry.node), &other, at)?);
            }
            return Ok(same);
        }
        let (Some(left), Some(right)) = (left.node(), right.node()) else { return Ok(false) };
        match (&left.value, &right.value) {
            (Value::String(left), Value::String(right)) => {
                let used = self.meter.read(left.len().min(right.len()));
                self.limited(at, used)?;
                Ok(left == right)
            }
            (Value::Null, Value::Null) => Ok(true),
            (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
            _ => Ok(order(left, right) == Some(std::cmp::Ordering::Equal)),
        }
    }

    fn same_items(&mut self, left: &Items<'_, 'a>, right: &Items<'_, 'a>, at: Stretch) -> Step<bool> {
        for index in 0..left.len() {
            let (Some(left), Some(right)) = (left.get(index), right.get(index)) else { return Ok(false) };
            if !self.same(&left, &right, at)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn contains(&mut self, container: &Val<'a>, value: &Val<'a>, at: Stretch) -> Step<bool> {
        if let Some(items) = container.items() {
            for index in 0..items.len() {
                if let Some(item) = items.get(index)
                    && self.same(&item, value, at)?
                {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        match (container.map(), container.text(), value.text()) {
            (Some(map), _, Some(key)) => Ok(map.contains_key(key)),
            (None, Some(text), Some(part)) => {
                let used = self.meter.read(text.len() * 4);
                self.limited(at, used)?;
                Ok(text.contains(part))
            }
            _ => {
                let message = format!("{} is looked for in {}", value.type_name(), container.type_name());
                let fault = self.fault(&codes::TEMPLATE_TYPE, at, message);
                Err(fault.help("look for items in lists, for keys in mappings, and for text in text"))
            }
        }
    }

    fn ordered(&mut self, comparison: Comparison, left: &Val<'a>, right: &Val<'a>, at: Stretch) -> Step<bool> {
        let ordering = match (left.node(), right.node()) {
            (Some(left), Some(right)) => order(left, right),
            _ => None,
        };
        let Some(ordering) = ordering else {
            let message = format!("{} and {} are compared by size", left.type_name(), right.type_name());
            let fault = self.fault(&codes::TEMPLATE_TYPE, at, message);
            return Err(
                fault.help("compare numbers; versions by `target is since(\"4.13\")`, as text orders them wrongly")
            );
        };
        Ok(match comparison {
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            _ => ordering.is_ge(),
        })
    }

    fn negative(&mut self, value: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
        let negative = match value.node().map(|node| &node.value) {
            Some(Value::Int(number)) => number.checked_neg().map(Value::Int),
            Some(Value::Float(number)) => Some(Value::Float(-number)),
            _ => return Err(self.wrong_type(at, value, "is made negative", "compute with numbers")),
        };
        match negative {
            Some(negative) => Ok(self.derived(negative, value.places(), at)),
            None => Err(self.out_of_range(at)),
        }
    }

    fn compute(&mut self, operator: Operator, left: &Val<'a>, right: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
        let (Some(a), Some(b)) = (left.node(), right.node()) else { return Err(self.not_numbers(left, right, at)) };
        let result = match (&a.value, &b.value) {
            (Value::Int(a), Value::Int(b)) => whole(operator, *a, *b),
            _ => match (number(a), number(b)) {
                (Some(a), Some(b)) => float(operator, a, b),
                _ => return Err(self.not_numbers(left, right, at)),
            },
        };
        let Some(result) = result else { return Err(self.out_of_range(at)) };
        let places = left.places().into_iter().chain(right.places()).collect();
        Ok(self.derived(result, places, at))
    }

    fn not_numbers(&self, left: &Val<'a>, right: &Val<'a>, at: Stretch) -> Fault {
        let message = format!("computed with {} and {}", left.type_name(), right.type_name());
        let fault = self.fault(&codes::TEMPLATE_TYPE, at, message);
        fault.help("compute with numbers; text is joined by standing side by side, as in `{{ a }}-{{ b }}`")
    }

    fn out_of_range(&self, at: Stretch) -> Fault {
        let fault = self.fault(&codes::TEMPLATE_TYPE, at, "a result that is no number, or one too large");
        fault.help("compute within what a number can hold")
    }

    fn test(&mut self, test: Test, input: &'a Expr, args: &'a [Expr], at: Stretch) -> Step<Val<'a>> {
        let value = self.eval(input)?;
        let holds = match test {
            Test::Defined => !matches!(value, Val::Absent(_)),
            Test::Undefined => matches!(value, Val::Absent(_)),
            _ => {
                if let Val::Absent(absent) = value {
                    return Err(self.absent(absent));
                }
                self.not_secret(input.at, &value)?;
                let args = args.iter().map(|arg| self.seen(arg)).collect::<Step<Vec<_>>>()?;
                self.type_test(test, &value, &args, at)?
            }
        };
        Ok(self.derived(Value::Bool(holds), value.places(), at))
    }

    fn type_test(&mut self, test: Test, value: &Val<'a>, args: &[Val<'a>], at: Stretch) -> Step<bool> {
        let inner = value.node().map(|node| &node.value);
        Ok(match test {
            Test::Boolean => matches!(inner, Some(Value::Bool(_))),
            Test::Mapping => matches!(inner, Some(Value::Map(_))),
            Test::None => matches!(inner, Some(Value::Null)),
            Test::Number => matches!(inner, Some(Value::Int(_) | Value::Float(_))),
            Test::Sequence => value.items().is_some(),
            Test::String => matches!(inner, Some(Value::String(_))),
            Test::Defined | Test::Undefined => false,
            Test::StartingWith | Test::EndingWith => {
                let (Some(text), Some(part)) = (value.text(), args.first().and_then(Val::text)) else {
                    return Err(self.wrong_type(at, value, "is tested as text", "test text against text"));
                };
                if test == Test::StartingWith { text.starts_with(part) } else { text.ends_with(part) }
            }
        })
    }

    /// Makes a scalar of others; without a place it is the template's own.
    pub(super) fn derived(&self, value: Value, places: Vec<Place>, at: Stretch) -> Val<'a> {
        let mut distinct: Vec<Place> = Vec::new();
        for place in places {
            add_place(&mut distinct, place, self.program);
        }
        Val::made(value, Origin::rendered(distinct, self.program.place(at)))
    }

    pub(super) fn fault(&self, code: &'static crate::diag::Code, at: Stretch, message: impl Into<String>) -> Fault {
        Fault::new(self.program, code, at, message)
    }

    pub(super) fn wrong_type(&self, at: Stretch, value: &Val<'a>, what: &str, help: &str) -> Fault {
        if let Err(fault) = self.not_secret(at, value) {
            return fault;
        }
        let subject = quoted(self.program.text(at));
        let message = format!("{} {what}: {subject}", value.type_name());
        let fault = self.fault(&codes::TEMPLATE_TYPE, at, message).help(help);
        match value.places().first() {
            Some(place) => fault.about(place),
            None => fault,
        }
    }

    pub(super) fn limited(&self, at: Stretch, used: Result<(), Limit>) -> Step<()> {
        used.map_err(|Limit(what)| {
            let fault = self.fault(&codes::TEMPLATE_LIMIT, at, format!("a template that uses {what}"));
            fault.help("loop over less, or place values in place of making new ones")
        })
    }

    /// Refuses a secret; says nothing of it but where it was asked for.
    pub(super) fn not_secret(&self, at: Stretch, value: &Val<'a>) -> Step<()> {
        if !value.is_secret() {
            return Ok(());
        }
        let message = format!("a secret is looked at: {}", quoted(self.program.text(at)));
        let fault = self.fault(&codes::SECRET_TOUCHED, at, message);
        let fault =
            fault.help("place the secret as a whole value, as in `key: {{ secret }}`; nothing else can be done");
        Err(match value.places().first() {
            Some(place) => fault.about(place),
            None => fault,
        })
    }

    fn not_loop(&self, at: Stretch, value: &Val<'a>) -> Step<()> {
        match value {
            Val::Turn(_) => Err(self.wrong_type(at, value, "is placed", "place what it has, such as `loop.index`")),
            _ => Ok(()),
        }
    }

    pub(super) fn absent(&self, absent: Absent<'a>) -> Fault {
        match absent {
            Absent::Variable { at, name } => {
                let named = self.names.iter().map(|(name, _)| *name);
                let known = named.chain(self.context.as_map().into_iter().flatten().map(|(key, _)| &**key));
                let fault = self.fault(&codes::UNKNOWN_VARIABLE, at, format!("unknown variable {}", quoted(name)));
                fault.help(known_names(name, known))
            }
            Absent::Key { at, map, name } => {
                let message = format!("{} is not there", quoted(self.program.text(at)));
                let fault = self.fault(&codes::UNKNOWN_VARIABLE, at, message);
                fault.help(known_names(name.unwrap_or_default(), map.keys().map(|key| &**key)))
            }
            Absent::Item { at } => {
                let message = format!("{} is not there: the list is shorter", quoted(self.program.text(at)));
                let fault = self.fault(&codes::UNKNOWN_VARIABLE, at, message);
                fault.help("test it with `is defined`, or loop over the list")
            }
            Absent::Else { at } => {
                let message = format!("an `if` without `else` has nothing to place: {}", quoted(self.program.text(at)));
                let fault = self.fault(&codes::MISSING_ELSE, at, message);
                fault.help("write an `else`, or put the whole field between `{% if %}` and `{% endif %}`")
            }
        }
    }
}

/// Adds a place that a value was made of, unless it is there, is the template's own, or is one too many to be shown.
pub(super) fn add_place(places: &mut Vec<Place>, place: Place, program: &Program) {
    let own = Arc::ptr_eq(&place.source, &program.source);
    if !own && places.len() < MOST_PLACES && !places.contains(&place) {
        places.push(place);
    }
}

/// Says what the name could have been.
fn known_names<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> String {
    const SHOWN: usize = 12;
    const COMPARED: usize = 500;
    let known: Vec<&str> = known.take(COMPARED).collect();
    if let Some(near) = nearest(name, known.iter().copied()) {
        return format!("did you mean {}?", quoted(near));
    }
    if known.is_empty() {
        return "nothing is known here; test it with `is defined`, or give a `default(...)`".to_owned();
    }
    let names: Vec<String> = known.iter().take(SHOWN).map(|name| quoted(name)).collect();
    let more = if known.len() > SHOWN { ", ..." } else { "" };
    format!("known here: {}{more}; what may be missing is tested with `is defined`", names.join(", "))
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        #[expect(clippy::cast_precision_loss, reason = "as every language that mixes the two")]
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// Orders numbers; nothing else has an order here.
pub(super) fn order(left: &Node, right: &Node) -> Option<std::cmp::Ordering> {
    match (&left.value, &right.value) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

fn whole(operator: Operator, a: i64, b: i64) -> Option<Value> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::FloorDivide => floor_divide(a, b),
        Operator::Remainder => floor_divide(a, b).and_then(|quotient| a.checked_sub(quotient.checked_mul(b)?)),
        #[expect(clippy::cast_precision_loss, reason = "`/` gives a float, as in Jinja")]
        Operator::Divide => return float(operator, a as f64, b as f64),
    };
    result.map(Value::Int)
}

/// Divides and rounds down, as Jinja does.
fn floor_divide(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    let inexact = a.checked_rem(b)? != 0;
    if inexact && (a < 0) != (b < 0) { quotient.checked_sub(1) } else { Some(quotient) }
}

fn float(operator: Operator, a: f64, b: f64) -> Option<Value> {
    let result = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::FloorDivide => (a / b).floor(),
        Operator::Remainder => a - b * (a / b).floor(),
    };
    result.is_finite().then_some(Value::Float(result))
}
