//! Evaluates a [`Program`] on a context: what is written in which order, and the value of each hole.
//!
//! Values are looked at where they stand and never turned into text, so that each keeps its type and origin. A secret can
//! be named, handed on and placed; everything else done to one is a fault. Steps and bytes are metered.

use std::sync::Arc;

use super::fault::Fault;
use super::meter::{Limit, Meter};
use super::program::{Expr, For, Kind, Names, Output, Program, Statement, Stretch};
use super::value::{Absent, MOST_PLACES, Turn, Val};
use crate::diag::codes;
use crate::diag::visible::quoted;
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
    pub(super) context: &'a Node,
    target: Target,
    /// What the template named, innermost last.
    pub(super) names: Vec<(&'a str, Val<'a>)>,
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
    pub(super) fn present(&mut self, expr: &'a Expr) -> Step<Val<'a>> {
        match self.eval(expr)? {
            Val::Absent(absent) => Err(self.absent(absent)),
            value => Ok(value),
        }
    }

    /// Evaluates an expression to a value that may be looked at.
    pub(super) fn seen(&mut self, expr: &'a Expr) -> Step<Val<'a>> {
        let value = self.present(expr)?;
        self.not_secret(expr.at, &value)?;
        Ok(value)
    }

    /// Evaluates an expression, which may be absent.
    pub(super) fn eval(&mut self, expr: &'a Expr) -> Step<Val<'a>> {
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
                return Err(fault.help("use one of `index`, `index0`, `first`, `last` and `length`"));
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

    pub(super) fn truth(&mut self, value: &Val<'a>) -> Step<bool> {
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

    /// Makes a scalar of others; without a place it is the template's own.
    pub(super) fn derived(&self, value: Value, places: Vec<Place>, at: Stretch) -> Val<'a> {
        let mut distinct: Vec<Place> = Vec::new();
        for place in places {
            add_place(&mut distinct, place, self.program);
        }
        Val::made(value, Origin::rendered(distinct, self.program.place(at)))
    }
}

/// Adds a place that a value was made of, unless it is there, is the template's own, or is one too many to be shown.
pub(super) fn add_place(places: &mut Vec<Place>, place: Place, program: &Program) {
    let own = Arc::ptr_eq(&place.source, &program.source);
    if !own && places.len() < MOST_PLACES && !places.contains(&place) {
        places.push(place);
    }
}
