//! Reads the text of a template into a [`Program`], and refuses what templates do not have.
//!
//! minijinja reads the language; this module alone, and its `expr`, know its syntax tree. Recursion in its parser is bounded here by
//! counting tokens first, since a template may be anyone's.

mod expr;

use std::sync::Arc;

use minijinja::machinery::{Span, Token, ast, parse, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::layout::{self, Layout};
use super::program::{For, Names, Output, Program, Statement, Stretch};
use crate::diag::visible::quoted;
use crate::diag::{Code, Diagnostic, Findings, codes};
use crate::tree::skeleton::{MARKS, refused_mark};
use crate::tree::{Place, Source};

/// The longest template.
const LONGEST: usize = 256 * 1024;

/// The most tokens in one tag, which bounds how deep an expression can nest.
const MOST_TOKENS: usize = 400;

/// The most `elif`s in a template, each of which nests in the one before.
const MOST_ELIFS: usize = 100;

const STATEMENTS: &str = "use `if`, `for`, `set` or `with`";

/// Reads a template; returns none where an error was added to the findings.
pub(super) fn read(source: &Arc<Source>, findings: &mut Findings) -> Option<Program> {
    let n_errors = findings.n_errors();
    check_text(source, findings)?;
    // Lines that hold only tags vanish by `layout`; minijinja's own trimming also eats the line break after `{% endif %}`
    // at the end of a line of text.
    let config = SyntaxConfig::builder().keep_trailing_newline(true).build().ok()?;
    let layout = check_tokens(source, &config, findings)?;
    let stmt = match parse(source.text(), source.name(), config) {
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

fn check_text(source: &Arc<Source>, findings: &mut Findings) -> Option<()> {
    let text = source.text();
    let finding = if text.len() > LONGEST {
        let message = format!("a template longer than {} KiB", LONGEST / 1024);
        Diagnostic::error(&codes::TEMPLATE_LIMIT, &Place::start_of(source), message)
            .help("split the template into several files")
    } else if let Some(at) = text.find(MARKS) {
        refused_mark("a template", &Place::new(source, at..at + MARKS[0].len_utf8()))
    } else {
        return Some(());
    };
    findings.push(finding);
    None
}

/// Goes through the tokens once: bounds them, and finds the text that is written.
fn check_tokens(source: &Arc<Source>, config: &SyntaxConfig, findings: &mut Findings) -> Option<Layout> {
    let mut layout = layout::Builder::new(source.text());
    let (mut n_tokens, mut n_elifs) = (0, 0);
    for token in tokenize(source.text(), false, config.clone()) {
        let (token, span) = match token {
            Ok(token) => token,
            Err(error) => {
                findings.push(syntax_error(source, &error));
                return None;
            }
        };
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
            let Stretch { start, end } = stretch(span);
            let finding = Diagnostic::error(&codes::TEMPLATE_LIMIT, &Place::new(source, start..end), what);
            findings.push(finding.help("write it in smaller parts"));
            return None;
        }
    }
    Some(layout.finish())
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
}
