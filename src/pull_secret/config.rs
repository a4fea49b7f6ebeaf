//! What a docker config holds for the kubelet, which reads it when a pod's image is pulled.
//!
//! The kubelet reads a Secret's entries all or none: one that it cannot read fails every pull with that Secret. Upstream:
//! kubernetes/kubernetes `pkg/credentialprovider/config.go`, `pkg/credentialprovider/secrets/secrets.go`. A fault says
//! which entry it is about by its number, and nothing of what stands there.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value as Json;

use super::registry::{KeyFault, key_fault, normalised};

/// Base64 as the kubelet reads it: padded or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The most faults of a kind that are said one by one; the others are counted.
const MOST_SAID: usize = 10;

/// How a docker config is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `{"auths": {…}}`, in Secrets of the type `kubernetes.io/dockerconfigjson`.
    ConfigJson,
    /// The entries alone, in those of the type `kubernetes.io/dockercfg`.
    Legacy,
}

/// What is wrong with a docker config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigFault {
    /// It is no JSON object, so that the API server refuses the Secret.
    NotAnObject,
    /// The kubelet cannot read it, and pulls fail: what is wrong.
    Unreadable(String),
    /// Some of it has no effect: what, and what to do.
    Useless(String, &'static str),
}

/// Returns everything that is wrong with a docker config.
pub fn faults(bytes: &[u8], layout: Layout) -> Vec<ConfigFault> {
    let Some(config) = object(bytes) else { return vec![ConfigFault::NotAnObject] };
    let mut faults = Vec::new();
    let entries = match (layout, field(&config, "auths")) {
        (Layout::Legacy, _) => &config,
        (Layout::ConfigJson, Some(auths)) => auths,
        (Layout::ConfigJson, None) => {
            faults.push(ConfigFault::Useless(
                "it has no `auths`, and so no login".into(),
                "put the logins under `auths`",
            ));
            return faults;
        }
    };
    let helper = ["credsStore", "credHelpers"].into_iter().find(|name| field(&config, name).is_some());
    if let Some(helper) = helper.filter(|_| layout == Layout::ConfigJson) {
        let message = format!("it names programs under `{helper}`, which no kubelet runs");
        faults.push(ConfigFault::Useless(
            message,
            "sign in without a credential helper, and take the logins as they are",
        ));
    }
    let Some(entries) = entries.as_object() else {
        if !entries.is_null() {
            faults.push(ConfigFault::Unreadable("its `auths` is no mapping".into()));
        }
        return faults;
    };
    faults.extend(of_entries(entries, helper.is_some()));
    faults
}

/// Returns what is wrong with logins. One without an `auth` is left to a credential helper where there is one.
fn of_entries(entries: &serde_json::Map<String, Json>, has_helper: bool) -> Vec<ConfigFault> {
    let mut faults = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (at, (key, entry)) in entries.iter().enumerate() {
        let at = at + 1;
        if let Some(why) = unreadable(entry) {
            faults.push(ConfigFault::Unreadable(format!("its entry {at} {why}")));
        } else if !has_helper && let Some(why) = useless(entry) {
            faults.push(ConfigFault::Useless(format!("its entry {at} {why}"), "give it an `auth`, or remove it"));
        }
        if let Some(KeyFault::Never(why) | KeyFault::Doubtful(why)) = key_fault(key) {
            let message = format!("the registry of its entry {at} is in a doubtful form: {why}");
            faults.push(ConfigFault::Useless(message, "write `host`, `host:port`, or either with a path"));
        }
        let other = *seen.entry(normalised(key)).or_insert(at);
        if other != at {
            let message = format!("its entries {other} and {at} are for one registry");
            let help = "remove one of the two: which of them is used is up to the program";
            faults.push(ConfigFault::Useless(message, help));
        }
    }
    the_first(faults)
}

/// Keeps the first faults of each kind, and counts the others: a config has thousands of entries where somebody wants to
/// bury a run in findings.
fn the_first(faults: Vec<ConfigFault>) -> Vec<ConfigFault> {
    let (mut n_unreadable, mut n_useless) = (0, 0);
    let mut first = faults;
    first.retain(|fault| {
        let n = if matches!(fault, ConfigFault::Useless(..)) { &mut n_useless } else { &mut n_unreadable };
        *n += 1;
        *n <= MOST_SAID
    });
    if n_unreadable > MOST_SAID {
        first.push(ConfigFault::Unreadable(format!("there are {} more such faults", n_unreadable - MOST_SAID)));
    }
    if n_useless > MOST_SAID {
        let message = format!("there are {} more such faults", n_useless - MOST_SAID);
        first.push(ConfigFault::Useless(message, "correct those that are named first"));
    }
    first
}

/// Returns the registries of a docker config, normalised; none of one that cannot be read.
pub fn registries(bytes: &[u8], layout: Layout) -> Vec<String> {
    let config = object(bytes);
    let entries = config.as_ref().and_then(|config| match layout {
        Layout::Legacy => Some(config),
        Layout::ConfigJson => field(config, "auths"),
    });
    entries.and_then(Json::as_object).into_iter().flatten().map(|(key, _)| normalised(key)).collect()
}

/// Reads JSON that is an object, or null, which is one without fields to the API server.
fn object(bytes: &[u8]) -> Option<Json> {
    let config: Json = serde_json::from_slice(bytes).ok()?;
    (config.is_object() || config.is_null()).then_some(config)
}

/// Returns a field by its name in any case, as Go reads JSON; null is none.
fn field<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    let fields = json.as_object()?;
    let found = fields
        .get(name)
        .or_else(|| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value));
    found.filter(|value| !value.is_null())
}

/// Tells why the kubelet cannot read an entry.
fn unreadable(entry: &Json) -> Option<&'static str> {
    if !entry.is_object() && !entry.is_null() {
        return Some("is no mapping");
    }
    if ["username", "password", "email", "auth"]
        .iter()
        .any(|name| field(entry, name).is_some_and(|value| !value.is_string()))
    {
        return Some("has a field that is no text");
    }
    let auth = field(entry, "auth").and_then(Json::as_str).filter(|auth| !auth.is_empty())?;
    match decoded(auth.as_bytes()) {
        None => Some("has an `auth` that is not base64"),
        Some(login) if !login.contains(&b':') => Some("has an `auth` that is not the base64 of `name:password`"),
        Some(_) => None,
    }
}

/// Tells why an entry that can be read signs nobody in.
fn useless(entry: &Json) -> Option<&'static str> {
    let text = |name: &str| field(entry, name).and_then(Json::as_str).filter(|text| !text.is_empty());
    if let Some(auth) = text("auth") {
        let login = decoded(auth.as_bytes()).unwrap_or_default();
        let colon = login.iter().position(|byte| *byte == b':');
        let is_half = colon.is_none_or(|colon| colon == 0 || colon + 1 == login.len());
        return is_half.then_some("has an `auth` without a name or without a password");
    }
    if text("username").is_some() && text("password").is_some() {
        return None;
    }
    let has_token = ["identitytoken", "registrytoken"].iter().any(|name| text(name).is_some());
    Some(if has_token { "has a token alone, which no kubelet reads" } else { "has no login" })
}

/// Decodes base64 as the kubelet does, which passes over line breaks.
pub(crate) fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &[&str]) {
        let said: Vec<String> = faults(json.as_bytes(), Layout::ConfigJson)
            .iter()
            .map(|fault| match fault {
                ConfigFault::NotAnObject => "refused".into(),
                ConfigFault::Unreadable(why) => format!("unreadable: {why}"),
                ConfigFault::Useless(why, _) => format!("useless: {why}"),
            })
            .collect();
        assert_eq!(said.len(), expected.len(), "{json}: {said:?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.contains(expected), "{json}: {said}");
        }
    }

    fn auths(entries: &str) -> String {
        format!("{{\"auths\": {{{entries}}}}}")
    }

    #[test]
    fn what_the_kubelet_reads_is_right() {
        check(&auths(""), &[]);
        check(&auths(r#""quay.io": {"auth": "YTpi"}"#), &[]);
        check(
            &auths(r#""quay.io": {"auth": "YTpiYw=="}, "quay.io/org": {"auth": "YTpiYw", "email": "a@example.com"}"#),
            &[],
        );
        check(&auths(r#""quay.io": {"username": "a", "password": "b"}"#), &[]);
        check(&auths(r#""quay.io": {"username": "", "password": "", "auth": "YTpi\n"}"#), &[]);
        check(r#"{"Auths": {"quay.io": {"Auth": "YTpi"}}, "HttpHeaders": {}}"#, &[]);
    }

    #[test]
    fn what_the_api_server_refuses_is_no_object() {
        for json in ["", "x", "[]", "\"auths\"", "{\"auths\": ", "{} {}", "auths: {}"] {
            check(json, &["refused"]);
        }
    }

    #[test]
    fn one_entry_that_cannot_be_read_spoils_all() {
        check("{\"auths\": []}", &["unreadable: its `auths` is no mapping"]);
        check(
            &auths(r#""quay.io": {"auth": "YTpi"}, "docker.io": "YTpi""#),
            &["unreadable: its entry 2 is no mapping"],
        );
        check(&auths(r#""quay.io": {"auth": 1}"#), &["no text"]);
        check(&auths(r#""quay.io": {"auth": "a:b"}"#), &["not base64"]);
        check(&auths(r#""quay.io": {"auth": "YWI="}"#), &["not the base64 of `name:password`"]);
    }

    #[test]
    fn what_signs_nobody_in_is_named() {
        check("{}", &["useless: it has no `auths`"]);
        check("null", &["useless: it has no `auths`"]);
        check(&auths(r#""quay.io": {}"#), &["has no login"]);
        check(&auths(r#""quay.io": null"#), &["has no login"]);
        check(&auths(r#""quay.io": {"username": "a"}"#), &["has no login"]);
        check(&auths(r#""quay.io": {"identitytoken": "x"}"#), &["a token alone"]);
        check(&auths(r#""quay.io": {"auth": "YTo="}"#), &["without a name or without a password"]);
        check(&auths(r#""quay.io": {"auth": "OmI="}"#), &["without a name or without a password"]);
        check(r#"{"auths": {"quay.io": {}}, "credsStore": "desktop"}"#, &["`credsStore`, which no kubelet runs"]);
        check(r#"{"auths": {}, "credHelpers": {"quay.io": "x"}}"#, &["`credHelpers`"]);
    }

    #[test]
    fn a_registry_stands_there_once_and_in_its_form() {
        check(&auths(r#""quay.io": {"auth": "YTpi"}, "https://quay.io/": {"auth": "YTpi"}"#), &["entries 1 and 2"]);
        check(&auths(r#""quay.io/a:1": {"auth": "YTpi"}"#), &["doubtful form: it has a tag"]);
    }

    #[test]
    fn of_many_faults_the_first_are_said_and_the_others_counted() {
        let useless: Vec<String> = (0..30_000).map(|n| format!(r#""r{n}.example.com": {{}}"#)).collect();
        let said = faults(auths(&(useless.join(",") + r#","z.example.com": 1"#)).as_bytes(), Layout::ConfigJson);
        assert_eq!(said.len(), 12);
        assert_eq!(said[10], ConfigFault::Unreadable("its entry 30001 is no mapping".into()));
        assert!(matches!(&said[11], ConfigFault::Useless(why, _) if why == "there are 29990 more such faults"));
    }

    #[test]
    fn entries_of_the_old_layout_stand_alone() {
        assert_eq!(faults(br#"{"quay.io": {"auth": "YTpi"}}"#, Layout::Legacy), []);
        assert_eq!(registries(br#"{"https://quay.io/": {"auth": "YTpi"}}"#, Layout::Legacy), ["quay.io"]);
        assert_eq!(registries(auths(r#""docker.io": {}"#).as_bytes(), Layout::ConfigJson), ["docker.io"]);
        assert_eq!(registries(b"x", Layout::ConfigJson), [""; 0]);
    }
}
