//! What a panic shows: one line that says where in regcfg, and never the panic's own words.
//!
//! A panic is a bug. Its message may quote a value, and a value may be a secret, so only the place in the source is told.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use super::exit::Exit;
use crate::diag::codes::INTERNAL_ERROR;

/// Runs a whole process's work. A panic, in any thread, shows one line on standard error; one that ends the work leaves
/// the run without an answer.
pub(super) fn guard(work: impl FnOnce() -> Exit) -> Exit {
    panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let at = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        let _nowhere_left = std::io::stderr().write_all(message(&at).as_bytes());
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Exit::NoAnswer)
}

fn message(at: &str) -> String {
    let id = INTERNAL_ERROR.id;
    format!("error[{id}]: internal error{at}, please report it\n  = help: run `regcfg explain {id}`\n")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test is told by a variable that it runs as its own child")]
mod tests {
    use super::*;
    use std::process::Command;

    /// The hook is the whole process's, so the panic happens in a child: this same test, told by a variable.
    #[test]
    fn a_panic_tells_where_it_was_and_not_what_it_said() {
        const CHILD: &str = "REGCFG_TEST_PANICS";
        if std::env::var_os(CHILD).is_some() {
            let exit = guard(|| {
                let worker = std::thread::scope(|scope| scope.spawn(|| panic!("hunter2 in a thread")).join());
                worker.map_or_else(|_| panic!("hunter2"), |()| Exit::Done)
            });
            assert_eq!(exit, Exit::NoAnswer);
            return;
        }
        let name = "cli::panic::tests::a_panic_tells_where_it_was_and_not_what_it_said";
        let mut child = Command::new(std::env::current_exe().unwrap());
        let output = child.args(["--exact", name, "--nocapture"]).env(CHILD, "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.matches("error[RC0901]: internal error at src/cli/panic.rs:").count(), 2, "{said}");
        assert!(!said.contains("hunter2") && !String::from_utf8_lossy(&output.stdout).contains("hunter2"), "{said}");
    }
}
