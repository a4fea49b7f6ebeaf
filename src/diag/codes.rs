//! The table of codes: `RCnnnn`, by stage (01 load, 02 resolve, 03 check, 04 lower and render, 05 validate, 06 diff,
//! 07 publish and emit, 09 internal). A code is never renumbered or reused.
//!
//! To add one: a line here in order, `explain/RCnnnn.md` beside this file, and a golden case that shows it.

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

/// Returns the code with an id, in either case.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
}

macro_rules! codes {
    ($($(#[$doc:meta])* $constant:ident = $id:literal $name:literal;)*) => {
        $($(#[$doc])* pub static $constant: Code =
            Code { id: $id, name: $name, explanation: include_str!(concat!("explain/", $id, ".md")) };)*

        /// Every code, in order of id.
        pub static ALL: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    /// Text that YAML cannot read.
    MALFORMED_YAML = "RC0101" "malformed-yaml";
    /// A fault of regcfg itself.
    INTERNAL_ERROR = "RC0901" "internal-error";
}
