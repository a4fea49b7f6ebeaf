//! Codes about what a live cluster says, and about what is brought from one.

use super::Code;

codes! {
    /// A context of a kubeconfig that a spec names, and the invoker did not allow.
    CONTEXT_NOT_ALLOWED = "RC0801" "context-not-allowed";
    /// The invoker asks another context than the spec names.
    OTHER_CONTEXT = "RC0802" "other-context";
    /// One of several specs that does not name its context.
    CONTEXT_NOT_SAID = "RC0803" "context-not-said";
}
