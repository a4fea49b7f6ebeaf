//! Exit codes: what a run answers, and how the answers of several clusters become one.
//!
//! The only place where a code is a number. Codes are public: pipelines branch on them.

use std::process::ExitCode;

use crate::diag::Outcome;

/// The answer of a run, the better before the worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, and nothing is wrong or different.
    #[default]
    Done,
    /// The answer is "no": errors were found, or output is out of date.
    No,
    /// There is no answer: wrong usage, something unreadable, an internal error.
    NoAnswer,
}

impl Exit {
    /// Returns the answer over two clusters: the worse one.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        self.max(other)
    }

    /// Returns the answer that an outcome gives.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        match (outcome.faults(), outcome.has_errors()) {
            ([], false) => Self::Done,
            ([], true) => Self::No,
            _ => Self::NoAnswer,
        }
    }

    /// Returns the number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::NoAnswer => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Answers for all: the worst answer, and `Done` for none.
impl FromIterator<Exit> for Exit {
    fn from_iter<I: IntoIterator<Item = Exit>>(answers: I) -> Self {
        answers.into_iter().fold(Self::Done, Self::merge)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{self, Done, No, NoAnswer};

    #[test]
    fn the_worst_of_several_answers_wins_in_any_order() {
        assert_eq!(Done.merge(No), No);
        assert_eq!(NoAnswer.merge(No), NoAnswer);
        assert_eq!([No, NoAnswer, Done].into_iter().collect::<Exit>(), NoAnswer);
        assert_eq!([No, Done].into_iter().collect::<Exit>(), No);
        assert_eq!([].into_iter().collect::<Exit>(), Done);
    }

    #[test]
    fn the_codes_are_those_that_the_readme_promises() {
        assert_eq!([Done, No, NoAnswer].map(Exit::code), [0, 1, 2]);
    }
}
