//! What the bytes of a secret may hold, by what reads them.
//!
//! In come the key that a Secret gives a value under and the plain bytes; out comes what is wrong with them, once: the
//! first thing found explains the rest. A [`Fault`] says what kind of bytes it met, and never which, how many or where.
//! Where the bytes come from is not known here. Files of an editor, of a download or of another cloud end up in secrets,
//! and what reads them says no more than that it was refused.

mod account_key;
mod credentials_file;
mod ends;
mod form;
mod keyfile;
mod not_text;
mod signing_key;

use crate::diag::{Code, Diagnostic, Severity, codes};
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::mutation::is_off;
use crate::tree::{Node, Place};

/// What reads a value of a Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The AWS SDK, out of a credentials file that the operator writes a line of.
    ///
    /// Source: openshift/cluster-image-registry-operator `pkg/storage/s3/s3.go`, aws/aws-sdk-go `internal/ini`.
    CredentialsFile(S3Key),
    /// The driver for Azure, as base64.
    ///
    /// Source: distribution/distribution `registry/storage/driver/azure`, which decodes it when it starts.
    AccountKey,
    /// The library of Google, as JSON.
    ///
    /// Source: openshift/cluster-image-registry-operator `pkg/storage/gcs/gcs.go`, golang/oauth2 `google/google.go`.
    Keyfile,
    /// Keystone, byte for byte.
    ///
    /// Source: openshift/cluster-image-registry-operator `pkg/storage/swift/swift.go`.
    Keystone,
    /// IAM of IBM Cloud, byte for byte.
    ///
    /// Source: openshift/cluster-image-registry-operator `pkg/storage/ibmcos/ibmcos.go`, IBM/go-sdk-core `core/utils.go`.
    Iam,
    /// The middleware for CloudFront, as PEM.
    ///
    /// Source: distribution/distribution `registry/storage/driver/middleware/cloudfront/middleware.go`.
    CloudFront,
}

/// Which of the two keys of S3 a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum S3Key {
    /// The one that requests name.
    Access,
    /// The one that they are signed with.
    Secret,
}

/// What is wrong with the bytes of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    code: &'static Code,
    severity: Severity,
    /// What follows the name of the key: `ends in a line break`.
    said: &'static str,
    note: &'static str,
    help: &'static str,
}

impl Reader {
    /// Returns what reads a key of a Secret; none for what nothing here knows. `signing_key` is the name and the key
    /// that the config CR gives of CloudFront's private key.
    pub fn of(namespace: &str, name: &str, key: &str, signing_key: Option<(&str, &str)>) -> Option<Self> {
        if namespace != REGISTRY_NAMESPACE {
            return None;
        }
        if name != USER_SECRET {
            return (signing_key == Some((name, key))).then_some(Self::CloudFront);
        }
        match key {
            "REGISTRY_STORAGE_S3_ACCESSKEY" => Some(Self::CredentialsFile(S3Key::Access)),
            "REGISTRY_STORAGE_S3_SECRETKEY" => Some(Self::CredentialsFile(S3Key::Secret)),
            "REGISTRY_STORAGE_AZURE_ACCOUNTKEY" => Some(Self::AccountKey),
            "REGISTRY_STORAGE_GCS_KEYFILE" => Some(Self::Keyfile),
            "REGISTRY_STORAGE_IBMCOS_IAMAPIKEY" => Some(Self::Iam),
            _ => key.starts_with("REGISTRY_STORAGE_SWIFT_").then_some(Self::Keystone),
        }
    }

    /// Returns the backend whose key it reads, as the config CR calls it.
    pub fn backend(self) -> &'static str {
        match self {
            Self::CredentialsFile(_) | Self::CloudFront => "s3",
            Self::AccountKey => "azure",
            Self::Keyfile => "gcs",
            Self::Keystone => "swift",
            Self::Iam => "ibmcos",
        }
    }

    /// Returns what is wrong with bytes for this reader.
    pub fn fault(self, bytes: &[u8]) -> Option<Fault> {
        if bytes.is_empty() {
            return self.empty();
        }
        let text = match not_text::text(self, bytes) {
            Ok(text) => text,
            Err(fault) => return Some(fault),
        };
        match self {
            Self::CredentialsFile(key) => form::fault(self, text)
                .or_else(|| credentials_file::fault(key, text).filter(|_| !is_off("secret-credentials-file"))),
            Self::AccountKey => {
                form::fault(self, text).or_else(|| account_key::fault(text).filter(|_| !is_off("secret-account-key")))
            }
            Self::Keyfile => keyfile::fault(text).filter(|_| !is_off("secret-keyfile")),
            Self::Keystone | Self::Iam => form::fault(self, text),
            Self::CloudFront => signing_key::fault(text).filter(|_| !is_off("secret-signing-key")),
        }
        .or_else(|| not_text::control(self, text).filter(|_| !is_off("secret-control")))
        .or_else(|| ends::fault(self, text).filter(|_| !is_off("secret-ends")))
    }

    /// Swift on some minors wants every key of every way to sign in, the others empty; the account key has a rule.
    fn empty(self) -> Option<Fault> {
        let is_wanted = !matches!(self, Self::Keystone | Self::AccountKey);
        is_wanted.then_some(Fault {
            code: &codes::EMPTY_SECRET,
            severity: Severity::Error,
            said: "is empty",
            note: "a key that is there counts, and nothing else is asked in its place",
            help: "give the value, or remove the Secret where the cluster mints credentials",
        })
    }

    /// What happens on the cluster with another value than the right one.
    fn refused(self) -> &'static str {
        match self {
            Self::CredentialsFile(S3Key::Access) => {
                "the store knows no such key, and the cluster would show StorageExists=False, reason `InvalidAccessKeyId`"
            }
            Self::CredentialsFile(S3Key::Secret) => {
                "requests are signed with another key, and the cluster would show StorageExists=False, reason `SignatureDoesNotMatch`"
            }
            Self::AccountKey => "the operator checks nothing; the registry ends when it starts: `illegal base64 data`",
            Self::Keyfile => {
                "the cluster would show Progressing=True, reason `Error`: `unable to sync storage configuration: …`"
            }
            Self::Keystone => {
                "Keystone answers 401, and the cluster would show StorageExists=Unknown, reason `Could not connect to registry storage`: `Failed to authenticate provider client: …`"
            }
            Self::Iam => "IAM answers 400: `Provided API key could not be found`",
            Self::CloudFront => {
                "the operator checks nothing; the registry ends when it starts: `failed to decode private key as an rsa private key`"
            }
        }
    }
}

impl Fault {
    /// Makes the finding about the value of a key.
    pub fn finding(&self, key: &str, place: &Place) -> Diagnostic {
        let message = format!("`{key}` {}", self.said);
        Diagnostic::new(self.code, self.severity, place, message).note(self.note).help(self.help)
    }

    /// Returns its code.
    pub fn code(&self) -> &'static Code {
        self.code
    }
}

/// Returns the name and the key that a config CR among objects gives of CloudFront's private key.
pub fn signing_key<'o>(objects: impl IntoIterator<Item = &'o Node>) -> Option<(&'o str, &'o str)> {
    let is_config = |object: &&Node| {
        object.get("kind").and_then(Node::as_str) == Some("Config")
            && object
                .get("apiVersion")
                .and_then(Node::as_str)
                .is_some_and(|version| version.starts_with("imageregistry."))
    };
    let key = objects.into_iter().find(is_config)?.at(&["spec", "storage", "s3", "cloudFront", "privateKey"])?;
    Some((key.get("name")?.as_str()?, key.get("key")?.as_str()?))
}

#[cfg(test)]
mod tests;
