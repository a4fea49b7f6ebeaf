//! Takes what may be a secret out of the messages of a cluster, which quote what their writers met.
//!
//! Rather too much than too little: a message without a word of it still says what happened.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::sensitive::{CONCEALED, without_passwords};

/// The longest message that is looked at; a log at its end is shorter.
const LONGEST: usize = 4096;

/// Names with a value behind `=` or `:`, what authorises a request, and ids of keys.
const SAID: &str = concat!(
    r#"(?i:(?P<name>[\w.-]*(?:password|passwd|passphrase|secret_?key|secretkey|token|account_?key|api_?key|signature|\bsig)"?\s*[=:]\s*"?)(?P<value>[^\s"',;&]+))"#,
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}",
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}",
);

/// What a text calls a secret.
static CALLED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(SAID).ok());

/// The same, and long words of mixed letters and digits.
static SECRETS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!("{SAID}|(?P<word>[A-Za-z0-9+/_=-]{{32,}})")).ok());

/// Returns a text of any kind and length without what it calls a secret itself.
pub(crate) fn without_called(text: &str) -> Cow<'_, str> {
    let Some(called) = &*CALLED else { return CONCEALED.into() };
    called.replace_all(text, |found: &Captures<'_>| {
        let kept = found.name("name").or(found.name("scheme")).map_or("", |kept| kept.as_str());
        format!("{kept}{CONCEALED}")
    })
}

/// Returns a message without what may be a secret, cut to a length that people read.
pub(crate) fn hushed(message: &str) -> String {
    let mut end = message.len().min(LONGEST);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let message = without_passwords(message[..end].trim());
    let Some(secrets) = &*SECRETS else { return CONCEALED.into() };
    let replaced = secrets.replace_all(&message, |found: &Captures<'_>| {
        let kept = found.name("name").or(found.name("scheme"));
        match (kept, found.name("word")) {
            (Some(kept), _) => format!("{}{CONCEALED}", kept.as_str()),
            (None, Some(word)) if !looks_random(word.as_str()) => word.as_str().to_owned(),
            _ => CONCEALED.to_owned(),
        }
    });
    replaced.into_owned()
}

/// Tells whether a long word is made as keys are: of small and capital letters and digits. Names on a cluster have no
/// capitals, digests neither; the names of settings have words between underscores.
fn looks_random(word: &str) -> bool {
    let longest = word.split(['_', '-', '/']).max_by_key(|part| part.len()).unwrap_or_default();
    let has = |of: fn(&u8) -> bool| word.bytes().any(|byte| of(&byte));
    longest.len() >= 8 && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &str) {
        assert_eq!(hushed(message), expected);
    }

    #[test]
    fn what_may_be_a_secret_is_not_said() {
        check("dial https://joe:hush@proxy:3128: refused", "dial https://(a secret)@proxy:3128: refused");
        check("login failed: password=hush, user=joe", "login failed: password=(a secret), user=joe");
        check(r#"{"token":"abc.def","a":1}"#, r#"{"token":"(a secret)","a":1}"#);
        check("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer (a secret)");
        check("key AKIAIOSFODNN7EXAMPLE is unknown", "key (a secret) is unknown");
        check("got wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY here", "got (a secret) here");
        check("?sv=1&sig=a%2Bb&se=2", "?sv=1&sig=(a secret)&se=2");
    }

    #[test]
    fn a_text_of_any_kind_loses_what_it_calls_a_secret_alone() {
        let block = format!("-----BEGIN CERTIFICATE-----\n{}\n", "MIIB7Qa9".repeat(1000));
        assert_eq!(without_called(&block), block);
        assert_eq!(without_called("Bearer abcdefgh12345678, password: a"), "Bearer (a secret), password: (a secret)");
    }

    #[test]
    fn what_a_cluster_says_of_its_objects_stays() {
        for message in [
            r#"secret "openshift-image-registry/image-registry-private-configuration-user" does not contain required key "REGISTRY_STORAGE_SWIFT_APPLICATIONCREDENTIALSECRET""#,
            r#"unable to get cluster minted credentials "openshift-image-registry/installer-cloud-credentials": secret "installer-cloud-credentials" not found"#,
            "image-registry@sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 not found",
            "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
            "route default-route (host default-route-openshift-image-registry.apps.example.com, router default) not admitted: x",
        ] {
            check(message, message);
        }
    }

    #[test]
    fn a_message_of_megabytes_is_cut_between_two_characters() {
        assert!(hushed(&"é".repeat(1 << 20)).len() <= LONGEST);
    }
}
