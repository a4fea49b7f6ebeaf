//! The keyfile of Google Cloud: the JSON of a service account.

use serde_json::Value;

use super::{Fault, Reader};
use crate::diag::{Severity, codes};

/// Kinds of credentials that the library reads, and the registry signs nothing with.
const OTHERS: &[&str] =
    &["authorized_user", "impersonated_service_account", "external_account_authorized_user", "gdch_service_account"];

/// Judges whether the keyfile is one of a service account, or of one that the cluster's own tokens stand for.
pub(super) fn fault(text: &str) -> Option<Fault> {
    let fault = |severity, said| {
        Some(Fault {
            code: &codes::SECRET_OF_OTHER_FORM,
            severity,
            said,
            note: Reader::Keyfile.refused(),
            help: "write the JSON file of a key of a service account as it was downloaded, all of it: `gcloud iam service-accounts keys create` makes one",
        })
    };
    let Ok(Value::Object(keyfile)) = serde_json::from_str(text) else {
        return fault(Severity::Error, "is no keyfile: it is not the JSON of a service account");
    };
    let said = |field: &str| keyfile.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    match said("type") {
        Some("external_account") => None,
        Some("service_account") if said("client_email").is_none() => {
            fault(Severity::Error, "has no `client_email`, which every key of a service account has")
        }
        Some("service_account") => match said("private_key") {
            None => fault(Severity::Error, "has no `private_key`, which every key of a service account has"),
            Some(key) if !key.contains("-----BEGIN ") => fault(Severity::Error, "has a `private_key` that is not PEM"),
            Some(_) => None,
        },
        Some(kind) if OTHERS.contains(&kind) => {
            fault(Severity::Warning, "is of another kind of account than a service account")
        }
        _ => fault(Severity::Error, "is no keyfile: its `type` is not `service_account`"),
    }
}
