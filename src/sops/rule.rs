//! Which values of a file are encrypted, as the file says itself.
//!
//! Source: getsops/sops `sops.go` (`shouldBeEncrypted`).

use regex::Regex;

/// The rule of a file.
#[derive(Debug)]
pub(super) enum Rule {
    /// All but what stands below a key that ends so.
    UnencryptedSuffix(String),
    /// What stands below a key that ends so.
    EncryptedSuffix(String),
    /// All but what stands below a key that matches.
    UnencryptedRegex(Regex),
    /// What stands below a key that matches.
    EncryptedRegex(Regex),
    /// What comments say, which no tree here keeps.
    Comments,
}

impl Rule {
    /// Tells whether the value that these keys lead to is encrypted.
    pub(super) fn encrypts(&self, path: &[&str]) -> bool {
        self.encrypts_below(path.iter().any(|key| self.names(key)))
    }

    /// Tells whether the rule is about a key, and so about all that stands below it.
    pub(super) fn names(&self, key: &str) -> bool {
        match self {
            Self::UnencryptedSuffix(suffix) | Self::EncryptedSuffix(suffix) => key.ends_with(suffix),
            Self::UnencryptedRegex(regex) | Self::EncryptedRegex(regex) => regex.is_match(key),
            Self::Comments => false,
        }
    }

    /// Tells whether a value is encrypted, by whether one of the keys that lead to it is named.
    pub(super) fn encrypts_below(&self, is_named: bool) -> bool {
        match self {
            Self::UnencryptedSuffix(_) | Self::UnencryptedRegex(_) => !is_named,
            Self::EncryptedSuffix(_) | Self::EncryptedRegex(_) => is_named,
            Self::Comments => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_holds_for_all_below_a_key() {
        let regex = |pattern| Regex::new(pattern).unwrap();
        let check =
            |rule: Rule, path: &[&str], expected| assert_eq!(rule.encrypts(path), expected, "{rule:?} {path:?}");
        check(Rule::UnencryptedSuffix("_plain".into()), &["a_plain", "b"], false);
        check(Rule::UnencryptedSuffix("_plain".into()), &["a", "b"], true);
        check(Rule::EncryptedSuffix("_secret".into()), &["a_secret", "b"], true);
        check(Rule::EncryptedSuffix("_secret".into()), &["a", "b"], false);
        check(Rule::UnencryptedRegex(regex("^a$")), &["a", "b"], false);
        check(Rule::UnencryptedRegex(regex("^a$")), &["ab"], true);
        check(Rule::EncryptedRegex(regex("^(data|stringData)$")), &["data", "key"], true);
        check(Rule::EncryptedRegex(regex("^(data|stringData)$")), &["metadata", "name"], false);
    }
}
