//! What SOPS says of a file under its key `sops`: for whom it is encrypted, which values are, and the MAC.
//!
//! Source: getsops/sops `stores/stores.go`, `stores/metadata.go`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fault::Fault;
use super::key::{Recipient, RecipientKind};
use super::rule::Rule;
use super::value::Sealed;
use crate::diag::codes;
use crate::diag::visible::quoted;
use crate::schema::re2;
use crate::tree::go_scalar::{GoScalar, timestamp};
use crate::tree::{Node, Place};

/// The key that SOPS keeps its own data under.
pub(super) const KEY: &str = "sops";

/// The most recipients of a file.
const MOST_RECIPIENTS: usize = 100;

/// The most bytes of one data key that is encrypted for an age key of the usual kind; age writes some four hundred. Each
/// further stanza costs every identity a multiplication.
const LONGEST: usize = 2 << 10;

/// The most bytes for other kinds of recipients, of which nothing is tried.
const LONGEST_OF_OTHERS: usize = 8 << 10;

/// The kinds of keys beside age, and what they are called.
const OTHER_KEYS: [(&str, &str); 6] = [
    ("kms", "AWS KMS"),
    ("gcp_kms", "GCP KMS"),
    ("hckms", "Huawei Cloud KMS"),
    ("azure_kv", "Azure Key Vault"),
    ("hc_vault", "HashiCorp Vault"),
    ("pgp", "PGP"),
];

/// The rules of which a file has one.
const RULES: [&str; 6] = [
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
];

/// Other fields that SOPS reads.
const OTHER_FIELDS: [&str; 7] =
    ["age", "key_groups", "shamir_threshold", "lastmodified", "mac", "mac_only_encrypted", "version"];

/// What a file says of how it is encrypted.
pub(super) struct Metadata {
    pub(super) recipients: Vec<Recipient>,
    /// What else opens it, in words.
    pub(super) other_keys: BTreeSet<&'static str>,
    /// Whether several groups of keys each hold a part of the data key.
    pub(super) is_shared: bool,
    pub(super) rule: Rule,
    pub(super) mac_only_encrypted: bool,
    /// The time that the MAC is bound to.
    pub(super) modified: Arc<str>,
    pub(super) mac: Sealed,
    pub(super) mac_place: Place,
    pub(super) place: Place,
}

/// Reads the metadata of a file, which `file` names.
pub(super) struct Reader<'f> {
    pub(super) file: &'f str,
    pub(super) node: &'f Node,
}

impl Reader<'_> {
    pub(super) fn read(&self) -> Result<Metadata, Fault> {
        let Some(fields) = self.node.as_map() else {
            return Err(self.malformed(self.node, &format!("`{KEY}` is not a mapping")));
        };
        let known = || OTHER_FIELDS.iter().chain(&RULES).chain(OTHER_KEYS.iter().map(|(field, _)| field));
        // SOPS takes its fields in any case, so that a second spelling would be a second value.
        let twice = |key: &str| known().any(|field| *field != key && field.eq_ignore_ascii_case(key));
        if let Some((key, entry)) = fields.iter().find(|(key, _)| twice(key)) {
            return Err(self.malformed(&entry.node, &format!("{} is misspelt", quoted(key))));
        }
        let version = self.text("version")?;
        if !version.0.starts_with(|char: char| char.is_ascii_digit()) {
            return Err(self.malformed(version.1, "`version` is no version"));
        }
        let modified = self.text("lastmodified")?;
        if timestamp(&modified.0) != Some(GoScalar::Time(modified.0.to_string())) || modified.0.contains('.') {
            return Err(self.malformed(modified.1, "`lastmodified` is no time as SOPS writes it"));
        }
        let mac = self.text("mac")?;
        let Some(sealed) = Sealed::read(&mac.0) else {
            return Err(self.malformed(mac.1, "`mac` is not an encrypted value"));
        };
        let (holder, is_shared) = self.keys()?;
        Ok(Metadata {
            recipients: if is_shared { Vec::new() } else { self.recipients(holder)? },
            other_keys: OTHER_KEYS
                .into_iter()
                .filter(|(field, _)| has(holder, field))
                .map(|(_, words)| words)
                .collect(),
            is_shared,
            rule: self.rule()?,
            mac_only_encrypted: self.flag("mac_only_encrypted")?,
            modified: modified.0,
            mac: sealed,
            mac_place: mac.1.place().clone(),
            place: self.node.place().clone(),
        })
    }

    fn malformed(&self, node: &Node, words: &str) -> Fault {
        let message = format!("the data of SOPS in {} is malformed: {words}", quoted(self.file));
        let help = "write the file with `sops` again, from what it held, or take it from before the change";
        Fault::new(&codes::SOPS_METADATA, message, help).at(node.place(), "here")
    }

    /// Returns a field that every file has.
    fn text(&self, field: &str) -> Result<(Arc<str>, &Node), Fault> {
        let Some(node) = self.node.get(field).filter(|node| !node.is_null()) else {
            return Err(self.malformed(self.node, &format!("there is no `{field}`")));
        };
        match node.as_shared_str().filter(|text| !text.is_empty()) {
            Some(text) => Ok((Arc::clone(text), node)),
            None => Err(self.malformed(node, &format!("`{field}` is not a text"))),
        }
    }

    fn flag(&self, field: &str) -> Result<bool, Fault> {
        match self.node.get(field).filter(|node| !node.is_null()) {
            None => Ok(false),
            Some(node) => node.as_bool().ok_or_else(|| self.malformed(node, &format!("`{field}` is not a boolean"))),
        }
    }

    /// Returns what holds the keys: the metadata itself, or its only group; and whether there are several groups.
    fn keys(&self) -> Result<(&Node, bool), Fault> {
        let any = OTHER_KEYS.iter().map(|(field, _)| *field).chain(["age"]).any(|field| has(self.node, field));
        let groups = self.node.get("key_groups").filter(|groups| !groups.is_null() && !any);
        match groups.map(|groups| (groups, groups.as_seq())) {
            None => Ok((self.node, false)),
            Some((_, Some([only]))) => Ok((only, false)),
            Some((_, Some(groups))) => Ok((self.node, !groups.is_empty())),
            Some((groups, None)) => Err(self.malformed(groups, "`key_groups` is not a list")),
        }
    }

    fn recipients(&self, holder: &Node) -> Result<Vec<Recipient>, Fault> {
        let Some(list) = holder.get("age").filter(|list| !list.is_null()) else { return Ok(Vec::new()) };
        let Some(items) = list.as_seq() else { return Err(self.malformed(list, "`age` is not a list")) };
        if items.len() > MOST_RECIPIENTS {
            return Err(self.malformed(list, &format!("more than {MOST_RECIPIENTS} recipients")));
        }
        items.iter().map(|item| self.recipient(item)).collect()
    }

    fn recipient(&self, item: &Node) -> Result<Recipient, Fault> {
        let text = |field: &str| item.get(field).and_then(Node::as_shared_str).cloned();
        let (Some(name), Some(sealed)) = (text("recipient"), text("enc")) else {
            return Err(self.malformed(item, "an entry of `age` without `recipient` and `enc`"));
        };
        let place = item.get("enc").unwrap_or(item).place().clone();
        let recipient = Recipient { kind: RecipientKind::of(&name), sealed, place };
        let longest = if recipient.kind == RecipientKind::X25519 { LONGEST } else { LONGEST_OF_OTHERS };
        if recipient.sealed.len() > longest {
            return Err(self.malformed(item, "a data key that is longer than any that age writes"));
        }
        if recipient.kind == RecipientKind::X25519 && !recipient.is_whole() {
            return Err(self.malformed(item, "an encrypted data key that is not whole"));
        }
        Ok(recipient)
    }

    fn rule(&self) -> Result<Rule, Fault> {
        let said = |field: &&str| self.node.get(field).is_some_and(|node| !node.is_null() && node.as_str() != Some(""));
        let mut fields = RULES.iter().copied().filter(said);
        let Some(field) = fields.next() else { return Ok(Rule::UnencryptedSuffix("_unencrypted".into())) };
        let node = self.node.get(field).unwrap_or(self.node);
        if let Some(second) = fields.next() {
            return Err(self.malformed(node, &format!("`{field}` beside `{second}`")));
        }
        let text = node.as_str().ok_or_else(|| self.malformed(node, &format!("`{field}` is not a text")))?;
        let regex = || re2::compile(text).map_err(|_| self.malformed(node, &format!("`{field}` is no pattern")));
        Ok(match field {
            "unencrypted_suffix" => Rule::UnencryptedSuffix(text.to_owned()),
            "encrypted_suffix" => Rule::EncryptedSuffix(text.to_owned()),
            "unencrypted_regex" => Rule::UnencryptedRegex(regex()?),
            "encrypted_regex" => Rule::EncryptedRegex(regex()?),
            _ => Rule::Comments,
        })
    }
}

/// Tells whether a field says anything.
fn has(node: &Node, field: &str) -> bool {
    node.get(field).is_some_and(|node| !node.is_null() && node.as_seq().is_none_or(|items| !items.is_empty()))
}
