//! OpenShift minors as an ordered table, and the range of them that a spec targets.
//!
//! A version is an index here, never a string: `"4.9" >= "4.13"` is true of texts and false of releases.

use std::fmt;
use std::str::FromStr;

/// Every OpenShift minor known, in order of release.
const MINORS: &[(u8, u8)] = &[
    (4, 4),
    (4, 5),
    (4, 6),
    (4, 7),
    (4, 8),
    (4, 9),
    (4, 10),
    (4, 11),
    (4, 12),
    (4, 13),
    (4, 14),
    (4, 15),
    (4, 16),
    (4, 17),
    (4, 18),
    (4, 19),
    (4, 20),
    (4, 21),
    (4, 22),
    (4, 23),
    (5, 0),
    (5, 1),
];

/// The newest minor with evidence of general availability; later ones are in development.
const NEWEST_RELEASED: (u8, u8) = (4, 22);

/// An OpenShift minor such as 4.19; ordered by release.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(u8);

impl Minor {
    /// The first minor known: 4.4.
    pub const FIRST: Self = Self(0);
    /// The last minor known, which may be in development.
    pub const LAST: Self = Self(MINORS.len() as u8 - 1);

    /// Returns the minor of a version that is in the table.
    ///
    /// Made for constants (`const X: Minor = Minor::of(4, 13)`), where an unknown version does not compile.
    ///
    /// # Panics
    /// Panics on a version that is not in the table.
    pub const fn of(major: u8, minor: u8) -> Self {
        let mut at = 0;
        while at < MINORS.len() {
            if MINORS[at].0 == major && MINORS[at].1 == minor {
                return Self(at as u8);
            }
            at += 1;
        }
        panic!("not an OpenShift minor in the table")
    }

    /// Returns every minor from the first to the last.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (0..MINORS.len() as u8).map(Self)
    }

    /// Returns the newest released minor.
    pub const fn newest_released() -> Self {
        Self::of(NEWEST_RELEASED.0, NEWEST_RELEASED.1)
    }

    /// Tells whether the minor was in development when this table was written.
    pub fn is_in_development(self) -> bool {
        self > Self::newest_released()
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = MINORS[self.0 as usize];
        write!(f, "{major}.{minor}")
    }
}

impl fmt::Debug for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAMinor {
    /// Not of the form `major.minor`.
    Malformed,
    /// Of the form, but not in the table.
    Unknown,
    /// A range whose end comes before its start.
    Backwards,
}

impl FromStr for Minor {
    type Err = NotAMinor;

    fn from_str(text: &str) -> Result<Self, NotAMinor> {
        let (major, minor) = text.split_once('.').ok_or(NotAMinor::Malformed)?;
        let number = |digits: &str| {
            let canonical = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let canonical = canonical && (digits == "0" || !digits.starts_with('0'));
            if canonical { Ok(digits.parse::<u8>().ok()) } else { Err(NotAMinor::Malformed) }
        };
        let (Some(major), Some(minor)) = (number(major)?, number(minor)?) else {
            return Err(NotAMinor::Unknown);
        };
        let at = MINORS.iter().position(|known| *known == (major, minor)).ok_or(NotAMinor::Unknown)?;
        Ok(Self(at as u8))
    }
}

/// The minors that a spec is for: one, or a range that one rendering must be right on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Target {
    first: Minor,
    last: Minor,
}

impl Target {
    /// Makes the target of one minor.
    pub fn only(minor: Minor) -> Self {
        Self { first: minor, last: minor }
    }

    /// Makes the target of a range, both ends included.
    pub fn range(first: Minor, last: Minor) -> Result<Self, NotAMinor> {
        if first <= last { Ok(Self { first, last }) } else { Err(NotAMinor::Backwards) }
    }

    /// Returns the oldest minor of the target.
    pub fn first(self) -> Minor {
        self.first
    }

    /// Returns the newest minor of the target.
    pub fn last(self) -> Minor {
        self.last
    }

    /// Returns every minor of the target, oldest first.
    pub fn minors(self) -> impl DoubleEndedIterator<Item = Minor> {
        (self.first.0..=self.last.0).map(Minor)
    }

    /// Returns the minors of the target that were in development when regcfg was made, oldest first.
    pub fn in_development(self) -> impl Iterator<Item = Minor> {
        self.minors().filter(|minor| minor.is_in_development())
    }

    /// Tells whether every minor of the target is `minor` or newer.
    ///
    /// This is what a template asks: the newer form is written only where it is right on the whole range.
    pub fn is_since(self, minor: Minor) -> bool {
        self.first >= minor
    }
}

impl FromStr for Target {
    type Err = NotAMinor;

    fn from_str(text: &str) -> Result<Self, NotAMinor> {
        match text.split_once("..") {
            Some((first, last)) => Self::range(first.parse()?, last.parse()?),
            None => Ok(Self::only(text.parse()?)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minors_are_ordered_by_release_and_not_as_text() {
        assert!(Minor::of(4, 9) < Minor::of(4, 13));
        assert!(Minor::of(4, 23) < Minor::of(5, 0));
    }

    #[test]
    fn what_is_no_minor_says_why() {
        assert_eq!("four".parse::<Minor>(), Err(NotAMinor::Malformed));
        assert_eq!("4.04".parse::<Minor>(), Err(NotAMinor::Malformed));
        assert_eq!("4.3".parse::<Minor>(), Err(NotAMinor::Unknown));
        assert_eq!("4.999".parse::<Minor>(), Err(NotAMinor::Unknown));
        assert_eq!("4.19..4.16".parse::<Target>(), Err(NotAMinor::Backwards));
    }

    #[test]
    fn a_range_is_since_what_its_oldest_minor_is_since() {
        let target: Target = "4.5..4.7".parse().unwrap();
        assert!(target.is_since(Minor::of(4, 5)));
        assert!(!target.is_since(Minor::of(4, 6)));
        assert_eq!(target.minors().count(), 3);
    }
}
