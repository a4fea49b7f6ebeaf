//! Codes about regcfg itself.

use super::Code;

codes! {
    /// A fault of regcfg itself.
    INTERNAL_ERROR = "RC0901" "internal-error";
}
