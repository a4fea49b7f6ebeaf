//! The `regcfg` binary: arguments in, an exit code out. Everything else is the library's.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// All memory is wiped as it is given back, so that no secret stays where a buffer was that grew, moved or went, in the
/// code of any crate. The library chooses no allocator for those that embed it.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    regcfg::cli::main().into()
}
