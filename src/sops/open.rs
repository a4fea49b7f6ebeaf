//! Decrypts all values of a file, verifies the MAC over them, and only then gives them out.

use super::key::{NoKey, RecipientKind, data_key};
use super::mac::Mac;
use super::rule::Rule;
use super::value::{Kind, Plain, Sealed, float_in_words, hashed_boolean};
use super::{Encrypted, Fault, in_words};
use crate::diag::codes;
use crate::diag::visible::quoted;
use crate::mutation::is_off;
use crate::secret::{Identity, SecretBytes};
use crate::tree::{Node, Value};

impl Encrypted {
    /// Decrypts every value, in the order of the text; those that are not encrypted are empty.
    pub fn open(&self, identities: &[Identity]) -> Result<Vec<SecretBytes>, Fault> {
        self.check()?;
        let file = quoted(self.source.name());
        let key = data_key(&self.metadata.recipients, identities).map_err(|why| match why {
            NoKey::NoneFits => {
                let message = format!("no age identity that was given opens {file}");
                let help = "give the identity of one of its recipients, or add a recipient with `sops updatekeys`";
                Fault::new(&codes::WRONG_IDENTITY, message, help).at(&self.metadata.place, "its recipients stand here")
            }
            NoKey::Broken(place) => self.tampered("sops.age", &place),
        })?;
        let mut mac = Mac::new(self.metadata.mac_only_encrypted);
        let mut values: Vec<SecretBytes> = Vec::new();
        self.each_leaf(&mut |path, node, is_encrypted| {
            if !is_encrypted {
                if !self.metadata.mac_only_encrypted {
                    mac.update(&plain_bytes(node));
                }
                values.push(SecretBytes::new(Vec::new()));
                return Ok(());
            }
            let text = node.as_str().unwrap_or_default();
            if text.is_empty() {
                values.push(SecretBytes::new(Vec::new()));
                return Ok(());
            }
            let sealed = Sealed::read(text);
            let plain = sealed.as_ref().and_then(|sealed| sealed.plain(&key, &(path.join(":") + ":")));
            let (Some(sealed), Some(Plain { mut bytes, hashed })) = (sealed, plain) else {
                return Err(self.tampered(&in_words(path), node.place()));
            };
            if sealed.kind != Kind::Comment {
                mac.update(hashed.as_ref().unwrap_or(&bytes));
            }
            values.push(SecretBytes::new(std::mem::take(&mut *bytes)));
            Ok(())
        })?;
        if mac.fits(&self.metadata, &key) || is_off("sops-mac") {
            return Ok(values);
        }
        let message = format!("the MAC of {file} does not fit its values, and nothing of the file is used");
        let help = "find out who changed the file without `sops`, and take it from before that; change values with `sops edit` or `sops set`";
        Err(Fault::new(&codes::SOPS_TAMPERED, message, help).at(&self.metadata.mac_place, "the MAC"))
    }

    /// Tells whether an identity opens the file, whatever its values and its MAC are.
    pub fn is_opened_by(&self, identities: &[Identity]) -> bool {
        data_key(&self.metadata.recipients, identities).is_ok()
    }

    /// Says what keeps an age identity from opening the file, as the file says it itself.
    pub(super) fn check_keys(&self) -> Result<(), Fault> {
        let file = quoted(self.source.name());
        let refused = |words: String, help: &str| {
            Fault::new(&codes::NO_AGE_RECIPIENT, format!("{file} {words}"), help)
                .at(&self.metadata.place, "as it says here")
        };
        if matches!(self.metadata.rule, Rule::Comments) && !is_off("sops-comments") {
            let words = "says by comments which values are encrypted, which is not read".to_owned();
            return Err(refused(words, "encrypt it again by keys, with `--encrypted-regex` or a suffix"));
        }
        if self.metadata.is_shared && !is_off("sops-shared") {
            let words =
                "shares its data key among several groups of keys (Shamir), which are not put together".to_owned();
            return Err(refused(words, "encrypt it for one group of keys, an age recipient among them"));
        }
        let kinds: Vec<RecipientKind> = self.metadata.recipients.iter().map(|recipient| recipient.kind).collect();
        if kinds.contains(&RecipientKind::X25519) || is_off("sops-recipient") {
            return Ok(());
        }
        let mut others: Vec<&str> = kinds.into_iter().map(RecipientKind::in_words).collect();
        others.extend(self.metadata.other_keys.iter());
        others.sort_unstable();
        others.dedup();
        let has = if others.is_empty() { "any key".into() } else { others.join(", ") };
        let words = if others.is_empty() {
            "is encrypted for nobody".to_owned()
        } else {
            format!("is encrypted for no age key of the usual kind, but for {has}")
        };
        let help =
            "add an age recipient (`age1…`) with `sops updatekeys`; other keys are not asked for, and no plugin is run";
        Err(refused(words, help))
    }
}

/// Returns a value that is not encrypted as the MAC takes it.
fn plain_bytes(node: &Node) -> Vec<u8> {
    match &node.value {
        Value::String(text) => text.as_bytes().to_vec(),
        Value::Int(value) => value.to_string().into_bytes(),
        Value::Float(value) => float_in_words(*value).into_bytes(),
        Value::Bool(value) => hashed_boolean(*value).into(),
        _ => Vec::new(),
    }
}
