//! What the process asks of the system before it reads anything: that its memory, which may hold secrets, stays its own.
//!
//! Nothing comes in and nothing goes out. What the system does not let us have is gone without: a sandbox that forbids
//! the calls (`seccomp`) or lacks them must not keep regcfg from running. Nothing here knows what a secret is.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Keeps the memory of the process from being dumped or read by others.
///
/// No core file is written when it crashes, on any Unix, nor when a program that it starts does. On Linux the process is
/// not dumpable either: no pipe of `core_pattern` gets its memory, which a limit of 0 alone does not keep from it
/// (core(5)), and no other process of the same user can attach to it or read `/proc/PID/mem`, `environ` or `fd`. Who has
/// `CAP_SYS_PTRACE`, as root has, still can.
pub(crate) fn keep_memory_private() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Lowering a limit needs no right, and fails only where a sandbox forbids the call.
    let _goes_without = setrlimit(Resource::Core, none);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _goes_without = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
