//! Codes about what a live cluster says, and about what is brought from one.

use super::Code;

codes! {
    /// A context of a kubeconfig that a spec names, and the invoker did not allow.
    CONTEXT_NOT_ALLOWED = "RC0801" "context-not-allowed";
    /// The invoker asks another context than the spec names.
    OTHER_CONTEXT = "RC0802" "other-context";
    /// One of several specs that does not name its context.
    CONTEXT_NOT_SAID = "RC0803" "context-not-said";
    /// An object that the API server refuses.
    REFUSED_BY_SERVER = "RC0810" "refused-by-server";
    /// An object of which the API server warns.
    SERVER_WARNS = "RC0811" "server-warns";
    /// An object that a webhook or policy refuses.
    DENIED_BY_POLICY = "RC0812" "denied-by-policy";
    /// An apply that was computed, since no dry-run could be had.
    NO_DRY_RUN = "RC0813" "no-dry-run";
    /// A kind that the cluster does not serve.
    KIND_NOT_SERVED = "RC0814" "kind-not-served";
    /// A namespace that is not there.
    NAMESPACE_NOT_THERE = "RC0815" "namespace-not-there";
}
