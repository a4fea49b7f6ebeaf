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
    /// One key twice in a mapping.
    DUPLICATE_KEY = "RC0102" "duplicate-key";
    /// A plain scalar that YAML readers disagree on.
    AMBIGUOUS_SCALAR = "RC0103" "ambiguous-scalar";
    /// Nesting beyond the limit.
    TOO_DEEP = "RC0104" "too-deep";
    /// More bytes or values than the limit.
    TOO_LARGE = "RC0105" "too-large";
    /// A YAML tag.
    TAG = "RC0106" "yaml-tag";
    /// A key that is not text.
    KEY_NOT_TEXT = "RC0107" "key-not-text";
    /// A character that marks holes.
    RESERVED_CHARACTER = "RC0108" "reserved-character";
    /// Several documents in a file of one.
    SEVERAL_DOCUMENTS = "RC0109" "several-documents";
    /// A file with nothing in it.
    EMPTY_FILE = "RC0110" "empty-file";
    /// A template that cannot be read.
    TEMPLATE_SYNTAX = "RC0430" "template-syntax";
    /// Something that templates do not have.
    TEMPLATE_CONSTRUCT = "RC0431" "template-construct";
    /// A variable or field that is not there.
    UNKNOWN_VARIABLE = "RC0432" "unknown-variable";
    /// A filter or test that templates do not have.
    UNKNOWN_FILTER = "RC0433" "unknown-filter";
    /// An operation on a value of another type.
    TEMPLATE_TYPE = "RC0434" "template-type";
    /// An inline `if` that has nothing to place.
    MISSING_ELSE = "RC0435" "missing-else";
    /// `target` placed or compared.
    TARGET_USE = "RC0436" "target-use";
    /// A version in a template that is not known.
    TARGET_VERSION = "RC0437" "target-version";
    /// A secret that is looked at.
    SECRET_TOUCHED = "RC0438" "secret-touched";
    /// A template beyond a limit.
    TEMPLATE_LIMIT = "RC0439" "template-limit";
    /// A template whose text is no YAML.
    RENDERED_YAML = "RC0440" "rendered-yaml";
    /// A value where YAML has none.
    VALUE_MISPLACED = "RC0441" "value-misplaced";
    /// A list, mapping or null among text.
    VALUE_IN_TEXT = "RC0442" "value-in-text";
    /// A value as a key that is not text.
    VALUE_AS_KEY = "RC0443" "value-as-key";
    /// A key rendered twice.
    RENDERED_KEY_TWICE = "RC0444" "rendered-key-twice";
    /// A rendered document that is no object.
    NOT_AN_OBJECT = "RC0445" "not-an-object";
    /// A line break that a block adds to a value that has one.
    BLANK_LINE_ADDED = "RC0446" "blank-line-added";
    /// A feature of YAML that templates do without.
    TEMPLATE_YAML = "RC0447" "template-yaml";
}
