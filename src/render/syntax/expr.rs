//! Reads the expressions of a template, and refuses what templates do not have.

use std::sync::Arc;

use minijinja::machinery::{Span, ast};
use minijinja::value::ValueKind;

use super::{Reader, stretch};
use crate::diag::visible::quoted;
use crate::diag::{codes, nearest};
use crate::render::program::{Comparison, Expr, Filter, Kind, Operator, Stretch, Test};
use crate::target::Minor;
use crate::tree::skeleton::{MARKS, refused_mark};
use crate::tree::{Node, Value};

impl Reader<'_> {
    fn exprs(&mut self, exprs: &[ast::Expr<'_>]) -> Option<Vec<Expr>> {
        let read: Vec<_> = exprs.iter().map(|expr| self.expr(expr)).collect();
        read.into_iter().collect()
    }

    fn boxed(&mut self, expr: &ast::Expr<'_>) -> Option<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    pub(super) fn expr(&mut self, expr: &ast::Expr<'_>) -> Option<Expr> {
        let at = Stretch { start: leftmost(expr), ..stretch(expr.span()) };
        let kind = match expr {
            ast::Expr::Const(constant) => self.literal(constant, at)?,
            ast::Expr::Var(var) if var.id == "target" => return self.target_use(at),
            ast::Expr::Var(var) => Kind::Variable(var.id.into()),
            ast::Expr::List(list) => Kind::List(self.exprs(&list.items)?),
            ast::Expr::Tuple(tuple) => Kind::List(self.exprs(&tuple.items)?),
            ast::Expr::GetAttr(attr) => Kind::Attribute(self.boxed(&attr.expr)?, attr.name.into()),
            ast::Expr::GetItem(item) => {
                let (of, key) = (self.boxed(&item.expr), self.boxed(&item.subscript_expr));
                Kind::Item(of?, key?)
            }
            ast::Expr::UnaryOp(unary) => self.unary(unary)?,
            ast::Expr::BinOp(binary) => self.binary(binary, at)?,
            ast::Expr::Compare(compare) => {
                let first = self.boxed(&compare.expr);
                let rest: Vec<_> =
                    compare.ops.iter().map(|op| Some((comparison(op.op), self.expr(&op.expr)?))).collect();
                Kind::Compare(first?, rest.into_iter().collect::<Option<_>>()?)
            }
            ast::Expr::IfExpr(choice) => {
                let then = self.boxed(&choice.true_expr);
                let condition = self.boxed(&choice.test_expr);
                let otherwise = choice.false_expr.as_ref().map(|expr| self.boxed(expr));
                let otherwise = match otherwise {
                    Some(expr) => Some(expr?),
                    None => None,
                };
                Kind::Choose { condition: condition?, then: then?, otherwise }
            }
            ast::Expr::Filter(filter) => self.filter(filter, at)?,
            ast::Expr::Test(test) => self.test(test, at)?,
            ast::Expr::Slice(_) => return self.no_expr(at, "slices", "take items one by one"),
            ast::Expr::Call(_) => return self.no_expr(at, "functions", "use a filter or a test"),
            ast::Expr::Map(_) => return self.no_expr(at, "mappings", "write the mapping as YAML around the tags"),
        };
        Some(Expr { kind, at })
    }

    fn no_expr<T>(&mut self, at: Stretch, what: &str, help: &str) -> Option<T> {
        let message = format!("templates have no {what}: {}", self.quote(at));
        self.refuse(&codes::TEMPLATE_CONSTRUCT, at, message, help)
    }

    fn target_use<T>(&mut self, at: Stretch) -> Option<T> {
        let help = "ask `target is since(\"4.13\")` or `target is until(\"4.6\")`";
        self.refuse(&codes::TARGET_USE, at, "`target` can be neither placed nor compared", help)
    }

    fn literal(&mut self, constant: &ast::Spanned<ast::Const>, at: Stretch) -> Option<Kind> {
        let value = &constant.value;
        let value = match value.kind() {
            ValueKind::None => Value::Null,
            ValueKind::Bool => Value::Bool(value.is_true()),
            ValueKind::Number if value.is_integer() => match value.as_i64() {
                Some(number) => Value::Int(number),
                None => return self.no_expr(at, "numbers that large", "write it as text"),
            },
            ValueKind::Number => match f64::try_from(value.clone()) {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => return self.no_expr(at, "numbers that large", "write it as text"),
            },
            _ => Value::String(Arc::from(value.as_str().unwrap_or_default())),
        };
        if value_has_marks(&value) {
            self.findings.push(refused_mark("text", &self.place(at)));
            return None;
        }
        Some(Kind::Literal(Node::new(value, self.place(at))))
    }

    fn unary(&mut self, unary: &ast::Spanned<ast::UnaryOp<'_>>) -> Option<Kind> {
        let operand = self.boxed(&unary.expr)?;
        Some(match unary.op {
            ast::UnaryOpKind::Not => Kind::Not(operand),
            ast::UnaryOpKind::Neg => match &operand.kind {
                Kind::Literal(Node { value: Value::Int(number), .. }) => {
                    Kind::Literal(Node::new(Value::Int(-number), self.place(stretch(unary.span()))))
                }
                _ => Kind::Negative(operand),
            },
        })
    }

    fn binary(&mut self, binary: &ast::Spanned<ast::BinOp<'_>>, at: Stretch) -> Option<Kind> {
        use ast::BinOpKind as Op;
        let (left, right) = (self.boxed(&binary.left), self.boxed(&binary.right));
        let (left, right) = (left?, right?);
        let compared = |op, left, right: Box<Expr>| Kind::Compare(left, vec![(op, *right)]);
        Some(match binary.op {
            Op::ScAnd => Kind::And(left, right),
            Op::ScOr => Kind::Or(left, right),
            Op::Eq => compared(Comparison::Equal, left, right),
            Op::Ne => compared(Comparison::Unequal, left, right),
            Op::Lt => compared(Comparison::Less, left, right),
            Op::Lte => compared(Comparison::LessOrEqual, left, right),
            Op::Gt => compared(Comparison::Greater, left, right),
            Op::Gte => compared(Comparison::GreaterOrEqual, left, right),
            Op::In => compared(Comparison::In, left, right),
            Op::Add => Kind::Compute(Operator::Add, left, right),
            Op::Sub => Kind::Compute(Operator::Subtract, left, right),
            Op::Mul => Kind::Compute(Operator::Multiply, left, right),
            Op::Div => Kind::Compute(Operator::Divide, left, right),
            Op::FloorDiv => Kind::Compute(Operator::FloorDivide, left, right),
            Op::Rem => Kind::Compute(Operator::Remainder, left, right),
            Op::Pow => return self.no_expr(at, "powers", "multiply"),
            Op::Concat => {
                return self.no_expr(at, "`~`", "write the values side by side, as in `{{ a }}-{{ b }}`");
            }
        })
    }

    fn filter(&mut self, filter: &ast::Spanned<ast::Filter<'_>>, at: Stretch) -> Option<Kind> {
        let at_name = named(filter.span(), filter.name);
        let input = filter.expr.as_ref().map(|expr| self.boxed(expr));
        let Some(&(name, kind, n_args)) = Filter::ALL.iter().find(|(name, ..)| *name == filter.name) else {
            return self.unknown("filter", filter.name, at_name, Filter::ALL.iter().map(|(name, ..)| *name));
        };
        let args = self.args(name, n_args, &filter.args, at)?;
        Some(Kind::Filter(kind, input??, args))
    }

    fn test(&mut self, test: &ast::Spanned<ast::Test<'_>>, at: Stretch) -> Option<Kind> {
        let at_name = named(test.span(), test.name);
        let on_target = matches!(&test.expr, ast::Expr::Var(var) if var.id == "target");
        if matches!(test.name, "since" | "until") {
            return self.target_test(test, on_target, at);
        }
        let Some(&(name, kind, n_args)) = Test::ALL.iter().find(|(name, ..)| *name == test.name) else {
            let known = Test::ALL.iter().map(|(name, ..)| *name).chain(["since", "until"]);
            return self.unknown("test", test.name, at_name, known);
        };
        let args = self.args(name, n_args, &test.args, at)?;
        let input = self.boxed(&test.expr)?;
        Some(Kind::Test(kind, input, args))
    }

    fn target_test(&mut self, test: &ast::Spanned<ast::Test<'_>>, on_target: bool, at: Stretch) -> Option<Kind> {
        let name = test.name;
        if !on_target {
            let message = format!("`is {name}` asked of something else than `target`");
            return self.refuse(&codes::TARGET_USE, named(test.span(), name), message, "ask it of `target`");
        }
        let Some(version) = const_text(&test.args) else {
            let message = format!("`is {name}` without one version in quotes");
            let help = format!("write the version out, as in `target is {name}(\"4.13\")`");
            return self.refuse(&codes::TARGET_USE, at, message, &help);
        };
        let Ok(minor) = version.parse::<Minor>() else {
            let message = format!("{} is no OpenShift version that regcfg knows", quoted(&version));
            let help = format!("write one from \"{}\" to \"{}\"", Minor::FIRST, Minor::LAST);
            return self.refuse(&codes::TARGET_VERSION, at, message, &help);
        };
        Some(if name == "since" { Kind::Since(minor) } else { Kind::Until(minor) })
    }

    fn args(&mut self, name: &str, n_args: usize, args: &[ast::CallArg<'_>], at: Stretch) -> Option<Vec<Expr>> {
        let read: Vec<_> = args
            .iter()
            .filter_map(|arg| match arg {
                ast::CallArg::Pos(expr) => Some(self.expr(expr)),
                _ => None,
            })
            .collect();
        if read.len() != args.len() || read.len() != n_args {
            let message = format!("`{name}` takes {}", numbered(n_args));
            let help = "give it what it takes, without names or `*`";
            return self.refuse(&codes::TEMPLATE_CONSTRUCT, at, message, help);
        }
        read.into_iter().collect()
    }

    fn unknown<'k, T>(
        &mut self,
        what: &str,
        name: &str,
        at: Stretch,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Option<T> {
        let help = match nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        self.refuse(&codes::UNKNOWN_FILTER, at, format!("unknown {what} {}", quoted(name)), &help)
    }
}

/// Returns where the name of a filter or test stands.
fn named(span: Span, name: &str) -> Stretch {
    let at = stretch(span);
    Stretch { end: at.start + name.len(), ..at }
}

/// Returns where an expression begins; spans of minijinja begin with the last operator, or a token early.
fn leftmost(mut expr: &ast::Expr<'_>) -> usize {
    loop {
        expr = match expr {
            ast::Expr::Filter(filter) => match &filter.expr {
                Some(input) => input,
                None => return stretch(filter.span()).start,
            },
            ast::Expr::Test(test) => &test.expr,
            ast::Expr::BinOp(binary) => &binary.left,
            ast::Expr::Compare(compare) => &compare.expr,
            ast::Expr::IfExpr(choice) => &choice.true_expr,
            ast::Expr::GetAttr(attr) => &attr.expr,
            ast::Expr::GetItem(item) => &item.expr,
            ast::Expr::Slice(slice) => &slice.expr,
            ast::Expr::Call(call) => &call.expr,
            other => return stretch(other.span()).start,
        };
    }
}

fn numbered(n_args: usize) -> String {
    match n_args {
        0 => "no argument".to_owned(),
        1 => "one argument".to_owned(),
        n => format!("{n} arguments"),
    }
}

fn value_has_marks(value: &Value) -> bool {
    matches!(value, Value::String(text) if text.contains(MARKS))
}

fn const_text(args: &[ast::CallArg<'_>]) -> Option<String> {
    match args {
        [ast::CallArg::Pos(ast::Expr::Const(constant))] => constant.value.as_str().map(str::to_owned),
        _ => None,
    }
}

fn comparison(op: ast::CompareOpKind) -> Comparison {
    match op {
        ast::CompareOpKind::Eq => Comparison::Equal,
        ast::CompareOpKind::Ne => Comparison::Unequal,
        ast::CompareOpKind::Lt => Comparison::Less,
        ast::CompareOpKind::Lte => Comparison::LessOrEqual,
        ast::CompareOpKind::Gt => Comparison::Greater,
        ast::CompareOpKind::Gte => Comparison::GreaterOrEqual,
        ast::CompareOpKind::In => Comparison::In,
        ast::CompareOpKind::NotIn => Comparison::NotIn,
    }
}
