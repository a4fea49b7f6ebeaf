//! The pull secrets of a spec: each a Secret with a docker config in each of its namespaces.
//!
//! Nothing is rendered that would replace what others own: neither the cluster's own pull secret nor the list of a service
//! account. `pull_secret::commands` has the commands for those.

use super::secrets::{Asked, ComposedLogin, SecretSpec};
use crate::check::Checked;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::pull_secret::{DOCKER_CONFIG_KEY, DOCKER_CONFIG_TYPE};
use crate::spec::{Login, LoginPart, PullSecret};
use crate::tree::Node;

/// The parts of a login that may be secrets.
const PARTS: [&str; 3] = ["username", "password", "auth"];

/// Says what a pull secret lacks without which it cannot be made, or has twice.
pub(super) fn check(checked: &Checked, findings: &mut Findings) {
    for secret in checked.spec().pull_secrets() {
        let key = secret.entry.key.place();
        let name = quoted(secret.name);
        let mut lacks = |message: String, help: &'static str| {
            findings.push(Diagnostic::error(&codes::INCOMPLETE_PULL_SECRET, key, message).help(help));
        };
        if secret.namespaces().is_empty() {
            lacks(format!("the pull secret {name} is in no namespace"), "say where it stands: `namespaces: [team-a]`");
        }
        match (secret.logins().next(), secret.docker_config()) {
            (None, None) => {
                lacks(
                    format!("the pull secret {name} has no login"),
                    "give it `registries`, or a whole `dockerConfig`",
                );
            }
            (Some(_), Some(whole)) => {
                let message = format!("the pull secret {name} has both `registries` and `dockerConfig`");
                let finding = Diagnostic::error(&codes::INCOMPLETE_PULL_SECRET, whole.key.place(), message);
                let at = secret.registries().map_or(key, |registries| registries.key.place());
                findings.push(finding.note_at(at, "the logins").help("keep one of the two: they are not merged"));
            }
            _ => secret.logins().for_each(|login| check_login(login, findings)),
        }
    }
}

fn check_login(login: Login<'_>, findings: &mut Findings) {
    let has = |part: &str| login.part(part).is_some();
    let message = match (has("username"), has("password"), has("auth")) {
        (true, true, false) | (false, false, true) => return,
        (true, false, false) => "a login without a password",
        (false, true, false) => "a login without a name",
        (false, false, false) => "a login without a name and a password",
        (_, _, true) => "a login with `auth` beside a name or a password",
    };
    let finding = Diagnostic::error(&codes::INCOMPLETE_LOGIN, login.entry.key.place(), message);
    findings.push(finding.help("give `username` and `password`, or `auth`, which is both in one"));
}

/// Returns the Secrets of `pullSecrets`.
pub(super) fn secrets(checked: &Checked) -> impl Iterator<Item = SecretSpec<'_>> {
    checked
        .spec()
        .pull_secrets()
        .flat_map(|secret| secret.namespaces().iter().map(move |namespace| in_namespace(secret, namespace)))
}

fn in_namespace<'r>(secret: PullSecret<'r>, namespace: &Node) -> SecretSpec<'r> {
    let (asked, composed) = match secret.docker_config() {
        Some(whole) => (vec![Asked { key: DOCKER_CONFIG_KEY.into(), content: &whole.node }], None),
        None => composed(secret),
    };
    SecretSpec {
        name: Node::string(secret.name.clone(), secret.entry.key.clone()),
        namespace: namespace.clone(),
        kind: DOCKER_CONFIG_TYPE,
        asked,
        composed,
        fixed_name: false,
    }
}

/// The logins sorted by registry, and their parts that are secrets.
fn composed(secret: PullSecret<'_>) -> (Vec<Asked<'_>>, Option<Vec<ComposedLogin<'_>>>) {
    let mut logins: Vec<_> = secret.logins().collect();
    logins.sort_by(|a, b| a.registry.cmp(b.registry));
    let logins: Vec<ComposedLogin<'_>> =
        logins.into_iter().enumerate().map(|(number, login)| ComposedLogin { login, number }).collect();
    let mut asked = Vec::new();
    for login in &logins {
        for part in PARTS {
            if let Some(LoginPart::Secret(content)) = login.login.part(part) {
                asked.push(Asked { key: login.name_of(part).into(), content });
            }
        }
    }
    (asked, Some(logins))
}
