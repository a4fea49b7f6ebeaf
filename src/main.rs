//! The `regcfg` binary: arguments in, an exit code out. Everything else is the library's.

use std::process::ExitCode;

fn main() -> ExitCode {
    regcfg::cli::main().into()
}
