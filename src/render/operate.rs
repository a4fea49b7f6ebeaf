//! Comparisons, arithmetic and tests of templates. All look at values where they stand, and none at a secret.

use std::cmp::Ordering;

use super::fault::Fault;
use super::machine::{Machine, Step};
use super::program::{Comparison, Expr, Operator, Stretch, Test};
use super::value::{Items, Val};
use crate::diag::codes;
use crate::tree::{Node, Value};

impl<'a> Machine<'a> {
    pub(super) fn compare(&mut self, first: &'a Expr, rest: &'a [(Comparison, Expr)], at: Stretch) -> Step<Val<'a>> {
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
    fn same(&mut self, left: &Val<'a>, right: &Val<'a>, at: Stretch) -> Step<bool> {
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
            _ => Ok(order(left, right) == Some(Ordering::Equal)),
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

    pub(super) fn negative(&mut self, value: &Val<'a>, at: Stretch) -> Step<Val<'a>> {
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

    pub(super) fn compute(
        &mut self,
        operator: Operator,
        left: &Val<'a>,
        right: &Val<'a>,
        at: Stretch,
    ) -> Step<Val<'a>> {
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

    pub(super) fn test(&mut self, test: Test, input: &'a Expr, args: &'a [Expr], at: Stretch) -> Step<Val<'a>> {
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
                let (Some(whole), Some(part)) = (value.text(), args.first().and_then(Val::text)) else {
                    return Err(self.wrong_type(at, value, "is tested as text", "test text against text"));
                };
                if test == Test::StartingWith { whole.starts_with(part) } else { whole.ends_with(part) }
            }
        })
    }
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
pub(super) fn order(left: &Node, right: &Node) -> Option<Ordering> {
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
