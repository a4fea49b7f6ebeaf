//! A template as it is evaluated: statements and expressions that were checked when the template was read.
//!
//! What templates do not have (macros, captured blocks, calls, text operators) has no form here, so that evaluation need
//! not refuse it. Every part knows its place in the template.

use std::sync::Arc;

use crate::target::Minor;
use crate::tree::{Node, Place, Source};

/// A template that was read.
pub(super) struct Program {
    /// The template's text.
    pub(super) source: Arc<Source>,
    /// What is done, in order.
    pub(super) body: Vec<Statement>,
    /// What can reach the output, by number.
    pub(super) outputs: Vec<Output>,
}

/// Something that reaches the output.
#[derive(Clone, Copy)]
pub(super) enum Output {
    /// Text of the template.
    Text(Stretch),
    /// A value, placed by the expression that stands here.
    Hole(Stretch),
}

/// A byte range of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The first byte.
    pub(super) start: usize,
    /// The byte after the last one.
    pub(super) end: usize,
}

/// A statement.
pub(super) enum Statement {
    /// Writes text of the template; the number is of [`Program::outputs`].
    Text(u32),
    /// Places a value.
    Place(u32, Expr),
    /// Chooses between two bodies.
    If { condition: Expr, then: Vec<Statement>, otherwise: Vec<Statement> },
    /// Repeats a body for the items of a list or the keys of a mapping.
    For(Box<For>),
    /// Names values within a body.
    With { names: Vec<(Names, Expr)>, body: Vec<Statement> },
    /// Names a value until the body around it ends.
    Set { names: Names, value: Expr },
}

/// A loop.
pub(super) struct For {
    pub(super) names: Names,
    pub(super) items: Expr,
    pub(super) only_if: Option<Expr>,
    pub(super) body: Vec<Statement>,
    pub(super) otherwise: Vec<Statement>,
}

/// What a value is bound to.
pub(super) enum Names {
    /// A name.
    One(Box<str>),
    /// One name, or more names, for each item of a list.
    Several(Vec<Names>, Stretch),
}

/// An expression with its place.
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) at: Stretch,
}

/// What an expression is.
pub(super) enum Kind {
    Literal(Node),
    Variable(Box<str>),
    List(Vec<Expr>),
    Attribute(Box<Expr>, Box<str>),
    Item(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    Compute(Operator, Box<Expr>, Box<Expr>),
    /// `then if condition else otherwise`
    Choose {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Option<Box<Expr>>,
    },
    Filter(Filter, Box<Expr>, Vec<Expr>),
    Test(Test, Box<Expr>, Vec<Expr>),
    /// `target is since("4.13")`
    Since(Minor),
    /// `target is until("4.13")`
    Until(Minor),
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// An operation on numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
}

/// The filters that templates have: few, since what is more than placing a value belongs into `lower`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// Gives what an optional field is without it.
    Default,
    /// Takes the first item, for fields of the API that hold one where the spec holds several.
    First,
    /// Gives the pairs of a mapping, for loops over both.
    Items,
    /// Joins texts, for fields of the API that hold a list in one text.
    Join,
    /// Takes the last item, as `First`.
    Last,
    /// Counts, for conditions.
    Length,
    /// Writes in small letters, as the names of Kubernetes are.
    Lower,
    /// Replaces text, for names that are made of host names.
    Replace,
    /// Sorts, where the API compares lists by order and the order means nothing.
    Sort,
}

impl Filter {
    /// Every filter with its name and how many arguments it takes.
    pub(super) const ALL: &'static [(&'static str, Self, usize)] = &[
        ("default", Self::Default, 1),
        ("first", Self::First, 0),
        ("items", Self::Items, 0),
        ("join", Self::Join, 1),
        ("last", Self::Last, 0),
        ("length", Self::Length, 0),
        ("lower", Self::Lower, 0),
        ("replace", Self::Replace, 2),
        ("sort", Self::Sort, 0),
    ];
}

/// The tests that templates have, beside `since` and `until` of `target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Boolean,
    Defined,
    EndingWith,
    Mapping,
    None,
    Number,
    Sequence,
    StartingWith,
    String,
    Undefined,
}

impl Test {
    /// Every test with its name and how many arguments it takes.
    pub(super) const ALL: &'static [(&'static str, Self, usize)] = &[
        ("boolean", Self::Boolean, 0),
        ("defined", Self::Defined, 0),
        ("endingwith", Self::EndingWith, 1),
        ("mapping", Self::Mapping, 0),
        ("none", Self::None, 0),
        ("number", Self::Number, 0),
        ("sequence", Self::Sequence, 0),
        ("startingwith", Self::StartingWith, 1),
        ("string", Self::String, 0),
        ("undefined", Self::Undefined, 0),
    ];
}

impl Program {
    /// Returns the place of a stretch of the template.
    pub(super) fn place(&self, at: Stretch) -> Place {
        Place::new(&self.source, at.start..at.end)
    }

    /// Returns the text of a stretch of the template.
    pub(super) fn text(&self, at: Stretch) -> &str {
        self.source.text().get(at.start..at.end).unwrap_or_default()
    }
}
