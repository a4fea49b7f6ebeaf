//! Composes the docker config of a pull secret from its logins, and judges one that comes whole, when it is revealed.
//!
//! In come slots and texts, out comes `{"auths": {REGISTRY: {"auth": BASE64}}}`, sorted by registry, in bytes that are
//! wiped on drop. What would sign nobody in is a finding at the place that asked for it; no message says anything of a value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{SecretBytes, SecretSlot};
use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::pull_secret::{ConfigFault, Layout, faults};
use crate::tree::Place;

/// A docker config whose bytes are not here.
#[derive(Clone, Debug)]
pub enum DockerConfig {
    /// One that is made of logins.
    Composed(Vec<DockerLogin>),
    /// One that is a value of its own.
    Whole(SecretSlot),
}

/// A login of a docker config.
#[derive(Clone, Debug)]
pub struct DockerLogin {
    /// What it is for: a host, with its port and a path where there are some.
    pub registry: String,
    /// Who signs in.
    pub sign_in: SignIn,
}

/// Who signs in, and with what.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// A name and a password.
    Password(TextPart, SecretSlot),
    /// Both in one, as the base64 of `name:password`.
    Auth(SecretSlot),
}

/// A part that need not be a secret.
#[derive(Clone, Debug)]
pub enum TextPart {
    /// The text, which is none.
    Text(String),
    /// A secret.
    Slot(SecretSlot),
}

/// Two are the same where nothing can tell them apart, which is never asked of what holds slots.
impl PartialEq for DockerConfig {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for DockerConfig {}

/// Reads the bytes of a slot, or says why not.
type Read<'a> = dyn FnMut(&SecretSlot, &mut Findings) -> Option<SecretBytes> + 'a;

/// Returns the bytes of a docker config, or none where a finding says why not.
pub(super) fn docker_config(
    config: &DockerConfig,
    read: &mut Read<'_>,
    findings: &mut Findings,
) -> Option<SecretBytes> {
    match config {
        DockerConfig::Whole(slot) => {
            let bytes = read(slot, findings)?;
            judge(&bytes, slot.place(), findings).then_some(bytes)
        }
        DockerConfig::Composed(logins) => {
            let mut logins: Vec<&DockerLogin> = logins.iter().collect();
            logins.sort_by(|a, b| a.registry.cmp(&b.registry));
            // Every login is read, so that all that is wrong is said at once.
            let auths: Vec<_> = logins.iter().map(|login| auth(&login.sign_in, read, findings)).collect();
            let auths: Option<Vec<_>> = auths.into_iter().collect();
            Some(composed(logins.iter().map(|login| &*login.registry).zip(&auths?)))
        }
    }
}

/// Writes the entries as JSON.
fn composed<'a>(entries: impl Iterator<Item = (&'a str, &'a Zeroizing<String>)> + Clone) -> SecretBytes {
    // Room for all of it, so that no part is left behind in a buffer that was too small.
    let room = entries.clone().map(|(registry, auth)| 6 * registry.len() + auth.len() + 16).sum::<usize>();
    let mut json = String::with_capacity(room + 16);
    json += "{\"auths\":{";
    for (at, (registry, auth)) in entries.enumerate() {
        json += if at == 0 { "" } else { "," };
        json += &serde_json::Value::from(registry).to_string();
        json += ":{\"auth\":\"";
        json += auth;
        json += "\"}";
    }
    json += "}}";
    SecretBytes::new(json.into_bytes())
}

/// Returns the base64 of `name:password`.
fn auth(sign_in: &SignIn, read: &mut Read<'_>, findings: &mut Findings) -> Option<Zeroizing<String>> {
    match sign_in {
        SignIn::Auth(slot) => {
            let bytes = read(slot, findings)?;
            let decoded = crate::pull_secret::decoded(bytes.expose()).map(Zeroizing::new);
            let fault = match decoded.as_deref() {
                None => Some("the value is not base64"),
                Some(login) if !is_login(login) && !is_off("login-form") => {
                    Some("the value is not the base64 of `name:password`")
                }
                Some(login) if has_control(login) => Some("the login that the value holds has a control character"),
                Some(_) => None,
            };
            if let Some(fault) = fault {
                let help =
                    "write the base64 of the name, a colon and the password, as `auth` of a docker config has it";
                findings.push(Diagnostic::error(&codes::UNUSABLE_LOGIN, slot.place(), fault).help(help));
                return None;
            }
            Some(Zeroizing::new(STANDARD.encode(decoded?.as_slice())))
        }
        SignIn::Password(name, password) => {
            let name = match name {
                TextPart::Text(text) => Some(SecretBytes::new(text.clone().into_bytes())),
                TextPart::Slot(slot) => {
                    read(slot, findings).filter(|bytes| is_name(bytes.expose(), slot.place(), findings))
                }
            };
            let password = read(password, findings)
                .filter(|bytes| is_free_of_control(bytes.expose(), "password", password.place(), findings));
            let (name, password) = (name?, password?);
            let login = Zeroizing::new([name.expose(), b":", password.expose()].concat());
            Some(Zeroizing::new(STANDARD.encode(login.as_slice())))
        }
    }
}

fn is_name(bytes: &[u8], place: &Place, findings: &mut Findings) -> bool {
    if bytes.contains(&b':') && !is_off("login-colon") {
        let finding = Diagnostic::error(&codes::UNUSABLE_LOGIN, place, "the name has a colon in it")
            .note("whatever follows the first colon is read as the password")
            .help("give the name alone, and the password under `password`");
        findings.push(finding);
        return false;
    }
    is_free_of_control(bytes, "name", place, findings)
}

/// Says where a line break or another control character is in a login, which HTTP has no form for.
fn is_free_of_control(bytes: &[u8], what: &str, place: &Place, findings: &mut Findings) -> bool {
    if !has_control(bytes) || is_off("login-control") {
        return true;
    }
    let message = if bytes.ends_with(b"\n") {
        format!("the {what} ends in a line break, which would be a part of it")
    } else {
        format!("the {what} has a control character in it")
    };
    let finding = Diagnostic::error(&codes::UNUSABLE_LOGIN, place, message)
        .note("no registry takes such a login, and the pull would fail with `unauthorized`")
        .help("write the value without a line break at its end, for instance with `printf %s`");
    findings.push(finding);
    false
}

fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_control)
}

/// Tells whether it is a name, a colon and a password.
fn is_login(login: &[u8]) -> bool {
    let colon = login.iter().position(|byte| *byte == b':');
    colon.is_some_and(|colon| colon > 0 && colon + 1 < login.len())
}

/// Says what is wrong with a whole docker config; tells whether it can be written.
fn judge(bytes: &SecretBytes, place: &Place, findings: &mut Findings) -> bool {
    let mut is_usable = true;
    for fault in faults(bytes.expose(), Layout::ConfigJson) {
        findings.push(match fault {
            ConfigFault::NotAnObject => {
                is_usable = false;
                Diagnostic::error(&codes::BAD_DOCKER_CONFIG, place, "the docker config is no JSON object")
                    .note("the API server would refuse the Secret: `data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\"`")
                    .help("give the JSON of a docker config, `{\"auths\": {…}}`")
            }
            ConfigFault::Unreadable(why) => {
                is_usable = false;
                Diagnostic::error(&codes::BAD_DOCKER_CONFIG, place, format!("the docker config cannot be read: {why}"))
                    .note("the kubelet reads all of its entries or none, and the pull would fail")
                    .help("write each entry as `{\"auth\": BASE64}`, the base64 of `name:password`")
            }
            ConfigFault::Useless(why, help) => {
                Diagnostic::warning(&codes::DOCKER_CONFIG_WITHOUT_EFFECT, place, format!("some of the docker config has no effect: {why}"))
                    .help(help)
            }
        });
    }
    is_usable
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::secret::{AllowedEnv, Identities, PlainSource, fill};
    use crate::tree::{Source, SourceKind};
    use crate::world::MemWorld;

    fn slot(name: &str) -> SecretSlot {
        let text = Source::new("spec.yaml", "password: {valueFrom: {env: X}}", SourceKind::User);
        SecretSlot::new(PlainSource::Env(format!("REGCFG_SECRET_{name}")), Place::new(&text, 28..29))
    }

    fn login(registry: &str, sign_in: SignIn) -> DockerLogin {
        DockerLogin { registry: registry.into(), sign_in }
    }

    fn password(name: &str, password: &str) -> SignIn {
        SignIn::Password(TextPart::Text(name.into()), slot(password))
    }

    const VALUES: &[(&str, &str)] = &[
        ("PLAIN", "pass:\"word\"\\ {{x}} ${y} ü"),
        ("LINE", "HUSHHUSH\n"),
        ("TAB", "HUSH\tHUSH"),
        ("NAME", "org+robot"),
        ("COLON", "HUSH:HUSH"),
        ("AUTH", "YTpi\n"),
        ("NOBASE", "HUSHHUSH!"),
        ("HALF", "SFVTSEhVU0g6"),
        ("CONFIG", "{\"auths\": {\"quay.io\": {\"auth\": \"YTpi\"}}}"),
        ("NOJSON", "HUSHHUSH"),
        ("BADAUTH", "{\"auths\": {\"quay.io\": {\"auth\": \"HUSHHUSH\"}}}"),
        ("USELESS", "{\"auths\": {\"quay.io\": {\"identitytoken\": \"HUSHHUSH\"}}}"),
    ];

    #[track_caller]
    fn check(config: DockerConfig, expected: Option<&str>, codes: &[&str]) {
        let world = VALUES
            .iter()
            .fold(MemWorld::new([]), |world, (name, value)| world.with_env(&format!("REGCFG_SECRET_{name}"), value));
        let whole = SecretSlot::new(PlainSource::DockerConfig(Arc::new(config)), slot("X").place().clone());
        let mut findings = Findings::new();
        let filled = fill(&whole, &world, &AllowedEnv::default(), &Identities::default(), &mut findings);
        let filled = filled.map(|text| String::from_utf8(STANDARD.decode(&*text).unwrap()).unwrap());
        let found: Vec<&str> = findings.iter().map(|finding| finding.code.id).collect();
        assert_eq!((filled.as_deref(), &*found), (expected, codes), "{findings:?}");
        for finding in &findings {
            assert!(!format!("{finding:?}").contains("HUSH") && finding.help.is_some(), "{finding:?}");
            assert_eq!(finding.place.to_string(), "spec.yaml:1:29");
        }
    }

    #[test]
    fn logins_are_composed_in_order_of_their_registries() {
        let auth = STANDARD.encode("org+robot:pass:\"word\"\\ {{x}} ${y} ü");
        let logins = vec![
            login("registry.example.com:5000", SignIn::Auth(slot("AUTH"))),
            login("quay.io/org", SignIn::Password(TextPart::Slot(slot("NAME")), slot("PLAIN"))),
            login("a\"b", password("1|x", "NAME")),
        ];
        let expected = format!(
            r#"{{"auths":{{"a\"b":{{"auth":"{}"}},"quay.io/org":{{"auth":"{auth}"}},"registry.example.com:5000":{{"auth":"YTpi"}}}}}}"#,
            STANDARD.encode("1|x:org+robot")
        );
        check(DockerConfig::Composed(logins), Some(&expected), &[]);
    }

    #[test]
    fn a_login_that_no_registry_takes_is_refused() {
        for sign_in in [
            password("a", "LINE"),
            password("a", "TAB"),
            SignIn::Password(TextPart::Slot(slot("COLON")), slot("NAME")),
            SignIn::Password(TextPart::Slot(slot("LINE")), slot("NAME")),
            SignIn::Auth(slot("NOBASE")),
            SignIn::Auth(slot("NAME")),
            SignIn::Auth(slot("HALF")),
        ] {
            check(DockerConfig::Composed(vec![login("quay.io", sign_in)]), None, &["RC0735"]);
        }
        let both = vec![login("quay.io", password("a", "LINE")), login("docker.io", password("a", "NONE"))];
        check(DockerConfig::Composed(both), None, &["RC0703", "RC0735"]);
    }

    #[test]
    fn a_whole_docker_config_is_looked_at() {
        check(DockerConfig::Whole(slot("CONFIG")), Some(VALUES[8].1), &[]);
        check(DockerConfig::Whole(slot("NOJSON")), None, &["RC0734"]);
        check(DockerConfig::Whole(slot("BADAUTH")), None, &["RC0734"]);
        check(DockerConfig::Whole(slot("USELESS")), Some(VALUES[11].1), &["RC0736"]);
    }
}
