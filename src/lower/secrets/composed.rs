//! A docker config that is composed of logins: a slot of slots where they are at hand, a Go template where the External
//! Secrets Operator fetches them.
//!
//! The template names its parts by numbers of ours, so that nothing a user writes can act in it; registries and names of
//! users are quoted for JSON and for Go.

use std::fmt::Write as _;
use std::sync::Arc;

use super::plain::{named, slot};
use super::{ComposedLogin, Delivery, SecretSpec};
use crate::check::Checked;
use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::pull_secret::DOCKER_CONFIG_KEY;
use crate::secret::{DockerConfig, DockerLogin, PlainSource, SecretSlot, SignIn, TextPart};
use crate::spec::{Content, LoginPart, ValueSource};
use crate::tree::{Node, Origin, Value};

impl ComposedLogin<'_> {
    /// Returns what a part is called where it is fetched: `password0`.
    pub(crate) fn name_of(&self, part: &str) -> String {
        format!("{part}{}", self.number)
    }

    fn slot(&self, part: &str, checked: &Checked, findings: &mut Findings) -> Option<SecretSlot> {
        let LoginPart::Secret(content) = self.login.part(part)? else { return None };
        let Content::Secret(source) = Content::of(content)? else { return None };
        slot(source, part, checked, findings)
    }

    fn sign_in(&self, checked: &Checked, findings: &mut Findings) -> Option<SignIn> {
        if self.login.part("auth").is_some() {
            return Some(SignIn::Auth(self.slot("auth", checked, findings)?));
        }
        let name = match self.login.part("username")? {
            LoginPart::Text(name) => name.as_str().map(|name| TextPart::Text(name.to_owned())),
            LoginPart::Secret(_) => self.slot("username", checked, findings).map(TextPart::Slot),
        };
        // Both are looked for, so that all that is wrong is said at once.
        let password = self.slot("password", checked, findings);
        Some(SignIn::Password(name?, password?))
    }

    /// The entry of a login in a Go template, which makes JSON of it.
    fn template(&self) -> Option<String> {
        let registry = in_json(self.login.registry);
        if self.login.part("auth").is_some() {
            return Some(format!("{registry}:{{\"auth\":{{{{ .{} | toJson }}}}}}", self.name_of("auth")));
        }
        let name = match self.login.part("username")? {
            LoginPart::Text(name) => in_go(name.as_str()?),
            LoginPart::Secret(_) => format!(".{}", self.name_of("username")),
        };
        let password = self.name_of("password");
        Some(format!("{registry}:{{\"auth\":\"{{{{ printf \"%s:%s\" {name} .{password} | b64enc }}}}\"}}"))
    }
}

impl SecretSpec<'_> {
    /// Tells whether the parts of a docker config, if it has some, can be delivered; says why not where they cannot.
    pub(super) fn is_composable(&self, delivery: Delivery, findings: &mut Findings) -> bool {
        if self.composed.is_none() || is_off("login-delivery") {
            return true;
        }
        let (code, cause, help) = match delivery {
            Delivery::External | Delivery::Plain => return true,
            Delivery::Sealed | Delivery::Encrypted => (
                &codes::SEALED_LOGIN,
                "a docker config cannot be composed of what only the cluster can open",
                "seal or encrypt the whole docker config, and give it as `dockerConfig`",
            ),
            Delivery::There | Delivery::Public => (
                &codes::REFERENCED_LOGIN,
                "a docker config cannot be composed of what another Secret holds",
                "name a Secret that holds the whole docker config, as `dockerConfig`; nothing is copied between Secrets",
            ),
        };
        for asked in &self.asked {
            let source = Content::of(asked.content);
            let place = if let Some(Content::Secret(source)) = source { source.node() } else { asked.content };
            findings.push(Diagnostic::error(code, place.place(), cause).help(help));
        }
        false
    }

    /// `data` of a plain Secret with a composed docker config: one slot.
    pub(super) fn composed_data(
        &self,
        logins: &[ComposedLogin<'_>],
        checked: &Checked,
        findings: &mut Findings,
    ) -> Option<Node> {
        let mut parts = Vec::new();
        for login in logins {
            let sign_in = login.sign_in(checked, findings);
            parts.push(sign_in.map(|sign_in| DockerLogin { registry: login.login.registry.to_string(), sign_in }));
        }
        let config = DockerConfig::Composed(parts.into_iter().collect::<Option<_>>()?);
        let origin = self.origin(logins);
        let slot = SecretSlot::new(PlainSource::DockerConfig(Arc::new(config)), origin.place().clone());
        let entry = (DOCKER_CONFIG_KEY, Node::new(Value::Secret(slot), origin));
        Some(Node::map([entry], self.name.origin.clone()))
    }

    /// The docker config as a template of the External Secrets Operator, under its key; none where nothing is composed.
    pub(super) fn composed_template(&self) -> Option<(Arc<str>, Node)> {
        let logins = self.composed.as_ref()?;
        let entries: Option<Vec<String>> = logins.iter().map(ComposedLogin::template).collect();
        let template = format!("{{\"auths\":{{{}}}}}", entries?.join(","));
        Some((DOCKER_CONFIG_KEY.into(), Node::string(template, self.origin(logins))))
    }

    /// Where a composed docker config was written: at its secrets, then at the names that are none. What is fetched has
    /// a place of its own.
    fn origin(&self, logins: &[ComposedLogin<'_>]) -> Origin {
        let slots = self.asked.iter().filter_map(|asked| match Content::of(asked.content)? {
            Content::Secret(ValueSource::External(_)) => None,
            Content::Secret(source) => Some(named(source).place().clone()),
            _ => None,
        });
        let names = logins.iter().filter_map(|login| match login.login.part("username") {
            Some(LoginPart::Text(name)) => Some(name.place().clone()),
            _ => None,
        });
        Origin::rendered(slots.chain(names), self.name.place().clone())
    }
}

/// Returns the slot of a whole docker config, which is judged when it is revealed.
pub(super) fn judged(slot: SecretSlot) -> SecretSlot {
    let place = slot.place().clone();
    SecretSlot::new(PlainSource::DockerConfig(Arc::new(DockerConfig::Whole(slot))), place)
}

/// Quotes a text for JSON, with braces as escapes, so that it is no template either.
fn in_json(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('{', "\\u007b").replace('}', "\\u007d")
}

/// Quotes a text for Go: what is not plain stands as an escape.
fn in_go(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        if char.is_ascii_alphanumeric() || " !#$%&'()*+,-./:;<=>?@[]^_|~".contains(char) {
            quoted.push(char);
        } else {
            let _infallible = write!(quoted, "\\U{:08x}", u32::from(char));
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_quoted_can_act() {
        assert_eq!(in_json("quay.io/org"), "\"quay.io/org\"");
        assert_eq!(in_json("a\"{{ .password0 }}\n"), "\"a\\\"\\u007b\\u007b .password0 \\u007d\\u007d\\n\"");
        assert_eq!(in_go("1234|org+robot"), "\"1234|org+robot\"");
        assert_eq!(in_go("a\"}}\\\nü"), "\"a\\U00000022\\U0000007d\\U0000007d\\U0000005c\\U0000000a\\U000000fc\"");
    }
}
