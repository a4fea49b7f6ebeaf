//! The table of codes: `RCnnnn`, by stage (01 load, 02 resolve, 03 check, 04 lower and render, 05 validate, 06 diff,
//! 07 publish and emit, 09 internal). A code is never renumbered or reused.
//!
//! To add one: a line in order in one of the tables below `codes/`, `explain/RCnnnn.md` beside this file, and a golden case
//! that shows it.

macro_rules! codes {
    ($($(#[$doc:meta])* $constant:ident = $id:literal $name:literal;)*) => {
        $($(#[$doc])* pub static $constant: Code =
            Code { id: $id, name: $name, explanation: include_str!(concat!("../explain/", $id, ".md")) };)*

        /// These codes, in order of id.
        pub(super) const TABLE: &[&Code] = &[$(&$constant),*];
    };
}

mod itself;
mod live;
mod objects;
mod output;
mod specs;

pub use itself::*;
pub use live::*;
pub use objects::*;
pub use output::*;
pub use specs::*;

/// Every code, in order of id.
pub static ALL: &[&Code] = &joined::<
    { specs::TABLE.len() + objects::TABLE.len() + output::TABLE.len() + live::TABLE.len() + itself::TABLE.len() },
>();

/// A kind of finding.
#[derive(Debug)]
pub struct Code {
    /// The stable id, such as `RC0203`.
    pub id: &'static str,
    /// The fault in kebab-case, such as `layer-cycle`.
    pub name: &'static str,
    /// What `regcfg explain` prints, in Markdown.
    pub explanation: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

/// Whose answer a finding is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nobody's on a cluster: it is about the files, and without it there is no answer.
    Files,
    /// The API server's: what it refuses, and what of its answer cannot be told.
    Schema,
    /// The operator's, and what else goes wrong with what the API server takes.
    Rules,
}

impl Code {
    /// Returns whose answer findings of this code are a part of.
    pub fn side(&self) -> Side {
        match self.id {
            // About files and what stands in them; about objects that are taken and do not work.
            "RC0511" | "RC0512" | "RC0514" => Side::Files,
            "RC0515" | "RC0516" | "RC0520" | "RC0526" => Side::Rules,
            id if ("RC0319".."RC0330").contains(&id) => Side::Rules,
            id if ("RC0501".."RC0530").contains(&id) => Side::Schema,
            id if ("RC0530".."RC0600").contains(&id) => Side::Rules,
            // What the bytes of a secret do to what reads them.
            id if ("RC0745".."RC0749").contains(&id) => Side::Rules,
            id if matches!(id.get(..4), Some("RC06")) || ("RC0330".."RC0400").contains(&id) => Side::Rules,
            _ => Side::Files,
        }
    }

    /// Tells whether a finding of this code says that something was not checked, so that nobody may call it valid.
    pub fn leaves_unchecked(&self) -> bool {
        [&KIND_NOT_CHECKED, &ENCRYPTED_VALUE, &NOT_DECIDED].contains(&self)
    }
}

/// Joins the tables when regcfg is compiled.
const fn joined<const N: usize>() -> [&'static Code; N] {
    let tables = [specs::TABLE, objects::TABLE, output::TABLE, live::TABLE, itself::TABLE];
    let mut all = [tables[0][0]; N];
    let (mut table, mut at) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            all[at] = tables[table][row];
            at += 1;
            row += 1;
        }
        table += 1;
    }
    all
}

/// Returns the code with an id, in either case.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
}

/// Returns the code with an id or a name, in either case.
pub fn named(word: &str) -> Option<&'static Code> {
    find(word).or_else(|| ALL.iter().copied().find(|code| code.name.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_of_one_judge() {
        let of = |side: Side| ALL.iter().filter(move |code| code.side() == side);
        assert!(of(Side::Schema).all(|code| code.id.starts_with("RC05")));
        assert!(of(Side::Schema).any(|code| **code == API_RULE));
        assert!(of(Side::Rules).any(|code| **code == SEVERAL_BACKENDS));
        assert!(of(Side::Rules).any(|code| **code == BOOTSTRAPPED_BACKEND));
        assert!(of(Side::Files).any(|code| **code == MALFORMED_YAML));
    }
}
