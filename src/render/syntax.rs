//! Reads the text of a template into a [`Program`], and refuses what templates do not have.
//!
//! minijinja reads the language; this module alone knows its syntax tree. Recursion in its parser is bounded here by
//! counting tokens first, since a template may be anyone's.

use std::sync::Arc;

use minijinja::machinery::{Span, Token, ast, parse, tokenize};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;

use super::layout::{self, Layout};
use super::program::{Comparison, Expr, Filter, For, Kind, Names, Operator, Output, Program, Statement, Stretch, Test};
use crate::diag::visible::quoted;
use crate::diag::{Code, Diagnostic, Findings, codes, nearest};
use crate::target::Minor;
use crate::tree::{Node, Place, Source, Value};

/// The longest template.
const LONGEST: usize = 256 * 1024;

/// The most tokens in one tag, which bounds how deep an expression can nest.
const MOST_TOKENS: usize = 400;

/// The most `elif`s in a template, each of which nests in the one before.
const MOST_ELIFS: usize = 100;

const STATEMENTS: &str = "templates have `if`, `for`, `set` and `with`";

/// Reads a template; returns none where an error was added to the findings.
pub(super) fn read(source: &Arc<Source>, findings: &mut Findings) -> Option<Program> {
    let n_errors = findings.n_errors();
    let text = source.text();
    if let Err(finding) = check_text(source) {
        findings.push(finding);
        return None;
    }
    // Lines that hold only tags vanish by `layout`; minijinja's own trimming also eats the line break after `{% endif %}`
    // at the end of a line of text.
    let config = SyntaxConfig::builder().keep_trailing_newline(true).build().ok()?;
    let layout = match check_tokens(source, &config) {
        Ok(layout) => layout,
        Err(finding) => {
            findings.push(finding);
            return None;
        }
    };
    let stmt = match parse(text, source.name(), config) {
        Ok(stmt) => stmt,
        Err(error) => {
            findings.push(syntax_error(source, &error));
            return None;
        }
    };
    let mut reader = Reader { source, layout, findings, outputs: Vec::new() };
    let body = match stmt {
        ast::Stmt::Template(template) => reader.body(&template.children),
        _ => Vec::new(),
    };
    let outputs = reader.outputs;
    (findings.n_errors() == n_errors).then(|| Program { source: Arc::clone(source), body, outputs })
}

fn check_text(source: &Arc<Source>) -> Result<(), Diagnostic> {
    let text = source.text();
    if text.len() > LONGEST {
        let message = format!("a template longer than {} KiB", LONGEST / 1024);
        let finding = Diagnostic::error(&codes::TEMPLATE_LIMIT, &Place::start_of(source), message);
        return Err(finding.help("split the template into several files"));
    }
    if let Some(at) = text.find(['\u{fdd0}', '\u{fdd1}']) {
        let message = "a template with U+FDD0 or U+FDD1, which Unicode reserves as no characters";
        let place = Place::new(source, at..at + 3);
        return Err(Diagnostic::error(&codes::RESERVED_CHARACTER, &place, message).help("remove the character"));
    }
    Ok(())
}

/// Goes through the tokens once: bounds them, and finds the text that is written.
fn check_tokens(source: &Arc<Source>, config: &SyntaxConfig) -> Result<Layout, Diagnostic> {
    let mut layout = layout::Builder::new(source.text());
    let (mut n_tokens, mut n_elifs) = (0, 0);
    for token in tokenize(source.text(), false, config.clone()) {
        let (token, span) = token.map_err(|error| syntax_error(source, &error))?;
        n_tokens += 1;
        match token {
            Token::TemplateData(raw) => {
                layout.text(offset_in(source.text(), raw).unwrap_or(span.start_offset as usize), raw);
                n_tokens = 0;
            }
            Token::VariableStart => layout.hole(),
            Token::BlockEnd | Token::VariableEnd => n_tokens = 0,
            Token::Ident("elif") => n_elifs += 1,
            _ => {}
        }
        if n_tokens > MOST_TOKENS || n_elifs > MOST_ELIFS {
            let what = if n_elifs > MOST_ELIFS {
                format!("more than {MOST_ELIFS} `elif` in a template")
            } else {
                format!("more than {MOST_TOKENS} words and signs in one tag")
            };
            let place = Place::new(source, stretch(span).start..stretch(span).end);
            return Err(Diagnostic::error(&codes::TEMPLATE_LIMIT, &place, what).help("write it in smaller parts"));
        }
    }
    Ok(layout.finish())
}

/// Returns where a part of a text begins in it.
fn offset_in(text: &str, part: &str) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (text.get(at..at + part.len())? == part).then_some(at)
}

fn syntax_error(source: &Arc<Source>, error: &minijinja::Error) -> Diagnostic {
    let range = error.range().unwrap_or_else(|| {
        let line = error.line().unwrap_or(1).saturating_sub(1);
        let start = source.text().split_inclusive('\n').take(line).map(str::len).sum();
        start..start
    });
    // The lexer points at a byte, which may be within a character.
    let boundary =
        |at: usize| (0..=at.min(source.text().len())).rfind(|at| source.text().is_char_boundary(*at)).unwrap_or(0);
    let place = Place::new(source, boundary(range.start)..boundary(range.end));
    let detail = error.detail().unwrap_or("unreadable");
    let unknown = detail.strip_prefix("unknown statement ");
    if let Some(name) = unknown.filter(|name| name.starts_with("end") || matches!(*name, "else" | "elif")) {
        let finding =
            Diagnostic::error(&codes::TEMPLATE_SYNTAX, &place, format!("{} without its beginning", quoted(name)));
        return finding.help("remove it, or write the tag that it belongs to");
    }
    if let Some(name) = unknown {
        let finding =
            Diagnostic::error(&codes::TEMPLATE_CONSTRUCT, &place, format!("templates have no {}", quoted(name)));
        return finding.help(STATEMENTS);
    }
    let finding = Diagnostic::error(&codes::TEMPLATE_SYNTAX, &place, format!("malformed template: {}", detail.trim()));
    finding.help("correct the template at, or just before, this place")
}

fn stretch(span: Span) -> Stretch {
    Stretch { start: span.start_offset as usize, end: span.end_offset.max(span.start_offset) as usize }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    layout: Layout,
    findings: &'a mut Findings,
    outputs: Vec<Output>,
}

impl Reader<'_> {
    fn place(&self, at: Stretch) -> Place {
        Place::new(self.source, at.start..at.end)
    }

    fn quote(&self, at: Stretch) -> String {
        quoted(self.source.text().get(at.start..at.end).unwrap_or_default())
    }

    fn refuse<T>(&mut self, code: &'static Code, at: Stretch, message: impl Into<String>, help: &str) -> Option<T> {
        self.findings.push(Diagnostic::error(code, &self.place(at), message).help(help));
        None
    }

    fn output(&mut self, output: Output) -> u32 {
        self.outputs.push(output);
        u32::try_from(self.outputs.len() - 1).unwrap_or(u32::MAX)
    }

    fn body(&mut self, stmts: &[ast::Stmt<'_>]) -> Vec<Statement> {
        stmts.iter().filter_map(|stmt| self.statement(stmt)).collect()
    }

    fn statement(&mut self, stmt: &ast::Stmt<'_>) -> Option<Statement> {
        match stmt {
            ast::Stmt::EmitRaw(raw) => {
                let start = offset_in(self.source.text(), raw.raw)?;
                let kept = self.layout.kept(start);
                (kept.start < kept.end).then(|| Statement::Text(self.output(Output::Text(kept))))
            }
            ast::Stmt::EmitExpr(emit) => {
                let expr = self.expr(&emit.expr)?;
                Some(Statement::Place(self.output(Output::Hole(expr.at)), expr))
            }
            ast::Stmt::IfCond(cond) => {
                let condition = self.expr(&cond.expr);
                let (then, otherwise) = (self.body(&cond.true_body), self.body(&cond.false_body));
                Some(Statement::If { condition: condition?, then, otherwise })
            }
            ast::Stmt::ForLoop(for_loop) => self.for_loop(for_loop),
            ast::Stmt::WithBlock(with) => {
                let names: Vec<_> = with
                    .assignments
                    .iter()
                    .map(|(target, value)| Some((self.names(target)?, self.expr(value)?)))
                    .collect();
                let body = self.body(&with.body);
                Some(Statement::With { names: names.into_iter().collect::<Option<_>>()?, body })
            }
            ast::Stmt::Set(set) => {
                let (names, value) = (self.names(&set.target), self.expr(&set.expr));
                Some(Statement::Set { names: names?, value: value? })
            }
            ast::Stmt::SetBlock(block) => self.no_statement(block.span(), "`set` without `=`"),
            ast::Stmt::FilterBlock(block) => self.no_statement(block.span(), "`filter` blocks"),
            ast::Stmt::AutoEscape(block) => self.no_statement(block.span(), "`autoescape`"),
            ast::Stmt::Do(block) => self.no_statement(block.span(), "`do`"),
            ast::Stmt::Template(_) => None,
            #[expect(unreachable_patterns, reason = "features of minijinja that another crate turns on add statements")]
            _ => self.no_statement(Span::default(), "this statement"),
        }
    }

    fn no_statement<T>(&mut self, span: Span, what: &str) -> Option<T> {
        self.refuse(&codes::TEMPLATE_CONSTRUCT, stretch(span), format!("templates have no {what}"), STATEMENTS)
    }

    fn for_loop(&mut self, ast: &ast::Spanned<ast::ForLoop<'_>>) -> Option<Statement> {
        if ast.recursive {
            return self.no_statement(ast.span(), "`recursive` loops");
        }
        let names = self.names(&ast.target);
        let items = self.expr(&ast.iter);
        let only_if = ast.filter_expr.as_ref().map(|expr| self.expr(expr));
        let (body, otherwise) = (self.body(&ast.body), self.body(&ast.else_body));
        let only_if = match only_if {
            Some(expr) => Some(expr?),
            None => None,
        };
        Some(Statement::For(Box::new(For { names: names?, items: items?, only_if, body, otherwise })))
    }

    fn names(&mut self, target: &ast::Expr<'_>) -> Option<Names> {
        let at = stretch(target.span());
        match target {
            ast::Expr::Var(var) if var.id == "target" => {
                self.refuse(&codes::TARGET_USE, at, "`target` is given another value", "take another name")
            }
            ast::Expr::Var(var) => Some(Names::One(var.id.into())),
            ast::Expr::List(list) => {
                let names: Vec<_> = list.items.iter().map(|item| self.names(item)).collect();
                Some(Names::Several(names.into_iter().collect::<Option<_>>()?, at))
            }
            _ => self.refuse(
                &codes::TEMPLATE_CONSTRUCT,
                at,
                format!("{} is given a value", self.quote(at)),
                "values are given to names; what is in the spec is not changed",
            ),
        }
    }

    fn exprs(&mut self, exprs: &[ast::Expr<'_>]) -> Option<Vec<Expr>> {
        let read: Vec<_> = exprs.iter().map(|expr| self.expr(expr)).collect();
        read.into_iter().collect()
    }

    fn boxed(&mut self, expr: &ast::Expr<'_>) -> Option<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    fn expr(&mut self, expr: &ast::Expr<'_>) -> Option<Expr> {
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
            let message = "text with U+FDD0 or U+FDD1, which Unicode reserves as no characters";
            return self.refuse(&codes::RESERVED_CHARACTER, at, message, "remove the character");
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
        let Some(text) = const_text(&test.args) else {
            let message = format!("`is {name}` without one version in quotes");
            let help = format!("write the version out, as in `target is {name}(\"4.13\")`");
            return self.refuse(&codes::TARGET_USE, at, message, &help);
        };
        let Ok(minor) = text.parse::<Minor>() else {
            let message = format!("{} is no OpenShift version that regcfg knows", quoted(&text));
            let help = format!("versions are {} to {}", Minor::FIRST, Minor::LAST);
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
            None => format!("templates have {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
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
    matches!(value, Value::String(text) if text.contains(['\u{fdd0}', '\u{fdd1}']))
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
