//! A value in another form than the one that is read: the file that a key came in, another backend's, its base64, or a key
//! that is none without another one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Fault, Reader, S3Key};
use crate::diag::{Severity, codes};

/// A form that keys of a cloud come in, and what the value is then called.
struct Form {
    is: fn(&str) -> bool,
    said: &'static str,
    help: &'static str,
}

/// Forms that no single key has.
const FORMS: &[Form] = &[
    Form {
        is: |text| text.contains("DefaultEndpointsProtocol=") || text.contains(";AccountKey="),
        said: "is a connection string of Azure",
        help: "write what stands behind `AccountKey=` up to the next `;`, and `accountName` into the spec",
    },
    Form {
        is: |text| text.contains("-----BEGIN "),
        said: "is PEM",
        help: "write the key that the store knows; PEM is for certificates, and for CloudFront",
    },
    Form {
        is: |text| line_begins(text, &["aws_access_key_id", "aws_secret_access_key"]),
        said: "is a whole AWS credentials file",
        help: "write the value of one key alone: `accessKey` is its `aws_access_key_id`, `secretKey` its `aws_secret_access_key`",
    },
    Form {
        is: |text| line_begins(text, &["export ", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="]),
        said: "is an assignment of a shell",
        help: "write what stands behind the `=` alone",
    },
    Form {
        is: |text| line_begins(text, &["clouds:"]) && text.contains("auth"),
        said: "is a `clouds.yaml`",
        help: "write the one value out of it, and the others into the spec",
    },
    Form {
        is: |text| text.trim_start().starts_with('{') && serde_json::from_str::<serde_json::Value>(text).is_ok(),
        said: "is JSON",
        help: "write the one value out of it",
    },
];

/// Says that a value has another form than a single key.
pub(super) fn fault(reader: Reader, text: &str) -> Option<Fault> {
    let fault =
        |severity, said, note, help| Some(Fault { code: &codes::SECRET_OF_OTHER_FORM, severity, said, note, help });
    if let Some(form) = FORMS.iter().find(|form| (form.is)(text)) {
        // By chance the SDK reads a whole file that stands where one of its lines belongs.
        let is_read = form.said.contains("credentials file") && matches!(reader, Reader::CredentialsFile(_));
        let severity = if is_read { Severity::Warning } else { Severity::Error };
        return fault(severity, form.said, reader.refused(), form.help);
    }
    let Reader::CredentialsFile(key) = reader else { return None };
    if key == S3Key::Access && text.starts_with("ASIA") && is_aws(key, text.trim_end()) {
        return fault(
            Severity::Warning,
            "looks like a temporary key of AWS, whose session token nothing reads",
            reader.refused(),
            "give the key of an IAM user, or leave the credentials to the cluster, with `credentials: minted`",
        );
    }
    let decoded = STANDARD.decode(text.trim()).ok()?;
    let is_key = std::str::from_utf8(&decoded).is_ok_and(|text| is_aws(key, text.trim_end()));
    if !is_key {
        return None;
    }
    fault(
        Severity::Warning,
        "is the base64 of what looks like a key of AWS",
        reader.refused(),
        "write the key itself: `data` of a Secret is base64 already, once",
    )
}

fn line_begins(text: &str, starts: &[&str]) -> bool {
    text.lines().any(|line| starts.iter().any(|start| line.trim_start().starts_with(start)))
}

/// Tells whether a text has the form of a key that AWS makes; keys of other stores have any.
pub(super) fn is_aws(key: S3Key, text: &str) -> bool {
    match key {
        S3Key::Access => {
            let rest = ["AKIA", "ASIA"].iter().find_map(|start| text.strip_prefix(start));
            rest.is_some_and(|rest| {
                rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            })
        }
        S3Key::Secret => {
            let is_of = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
            let has = |class: fn(&u8) -> bool| text.as_bytes().iter().any(class);
            text.len() == 40
                && text.bytes().all(is_of)
                && has(u8::is_ascii_uppercase)
                && has(u8::is_ascii_lowercase)
                && has(u8::is_ascii_digit)
        }
    }
}
