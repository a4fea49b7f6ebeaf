//! What a panic shows: one line that says where in regcfg, and never the panic's own words.
//!
//! A panic is a bug. Its message may quote a value, and a value may be a secret, so only the place in the source is told.

use std::io::Write;
use std::panic::{self, PanicHookInfo};

use crate::diag::codes::INTERNAL_ERROR;

/// Makes panics of the whole process show one line on standard error.
pub(super) fn install_hook() {
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let at = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        let _nowhere_left = std::io::stderr().write_all(message(&at).as_bytes());
    }));
}

fn message(at: &str) -> String {
    let id = INTERNAL_ERROR.id;
    format!("error[{id}]: internal error{at}, please report it\n  = help: run `regcfg explain {id}`\n")
}
