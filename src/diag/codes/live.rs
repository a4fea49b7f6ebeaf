//! Codes about what a live cluster says, and about what is brought from one.

use super::Code;

codes! {}
