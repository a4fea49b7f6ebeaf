//! What a server says -> what may be shown of it: one line, bounded, that acts on nothing and holds no secret of ours.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::config::AuthInfo;

use super::refusal::names_secret;
use crate::diag::visible::visible;
use crate::tree::hush::hushed;
use crate::tree::sensitive::{CONCEALED, concealed};
use crate::tree::{Node, Value};

/// The most characters of a server's words that are shown.
const MOST_CHARS: usize = 400;

/// Words before what logs somebody in, in small letters.
const BEFORE_LOGINS: [&str; 2] = ["bearer ", "basic "];

/// The shortest that logs somebody in; a word of prose is shorter.
const SHORTEST_LOGIN: usize = 12;

/// The texts that are never shown.
#[derive(Clone, Default)]
pub(super) struct Hide(Vec<Arc<str>>);

impl Hide {
    /// Hides a text wherever it stands. One too short to be a secret would make holes in every word.
    pub(super) fn add(&mut self, secret: &str) {
        const SHORTEST: usize = 4;
        let secret = secret.trim();
        if secret.len() >= SHORTEST && !self.0.iter().any(|one| **one == *secret) {
            self.0.push(secret.into());
            // A text that begins with another must not leave its end.
            self.0.sort_by_key(|one| std::cmp::Reverse(one.len()));
        }
    }

    /// Hides what logs a user in.
    pub(super) fn add_login(&mut self, user: &AuthInfo) {
        // Secrets are exposed by being serialised alone.
        let Ok(login) = serde_json::to_value(user) else { return };
        let text = |name: &str| login[name].as_str().unwrap_or_default().to_owned();
        for name in ["token", "password", "client-key-data"] {
            self.add(&text(name));
            // As webhooks are told of it, and as `data` of a Secret holds it.
            self.add(STANDARD.encode(text(name)).trim_end_matches('='));
        }
        if let Some(user) = user.username.as_ref().filter(|_| user.password.is_some()) {
            self.add(&STANDARD.encode(format!("{user}:{}", text("password"))));
        }
        if let Some(provider) = &user.auth_provider {
            let secret = |name: &str| name.contains("token") || name.contains("secret");
            provider.config.iter().filter(|(name, _)| secret(name)).for_each(|(_, value)| self.add(value));
        }
    }

    /// Returns the same, with what may be a secret in an object hidden as well.
    pub(super) fn with_secrets_of(&self, object: &Node) -> Self {
        let mut all = self.clone();
        collect(object, &concealed(object), &mut all);
        all
    }

    /// Returns a server's words as they may be shown.
    pub(super) fn said(&self, words: &str) -> String {
        // Bounded first, for what is looked through is the server's to make long; a secret that is cut is hidden whole.
        let longest = self.0.iter().map(|one| one.len()).max().unwrap_or_default();
        let room = boundary(words, MOST_CHARS * 4 + longest);
        let mut text = words[..room].to_owned();
        for secret in &self.0 {
            if text.contains(&**secret) {
                text = text.replace(&**secret, CONCEALED);
            }
            let escaped = serde_json::Value::from(&**secret).to_string();
            let escaped = escaped.trim_matches('"');
            if escaped != &**secret && text.contains(escaped) {
                text = text.replace(escaped, CONCEALED);
            }
        }
        if room < words.len() {
            // What was cut through stands at the end.
            text.truncate(boundary(&text, text.len().saturating_sub(longest)));
        }
        let text = without_logins(&hushed(without_refused(&text).as_ref()));
        let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = line.chars().take(MOST_CHARS).collect();
        let is_cut = shown.len() < line.len() || room < words.len();
        let shown = visible(shown.trim_end_matches('.')).into_owned();
        if is_cut { format!("{shown} …") } else { shown }
    }
}

/// Returns the last place up to one at which a text can be cut.
fn boundary(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// Adds the texts that are concealed in one of two trees of the same shape.
fn collect(open: &Node, concealed: &Node, hide: &mut Hide) {
    match (&open.value, &concealed.value) {
        (Value::Map(open), Value::Map(concealed)) => {
            for ((_, open), (_, concealed)) in open.iter().zip(concealed.iter()) {
                collect(&open.node, &concealed.node, hide);
            }
        }
        (Value::Seq(open), Value::Seq(concealed)) => {
            open.iter().zip(concealed.iter()).for_each(|(open, concealed)| collect(open, concealed, hide));
        }
        (Value::String(open), Value::String(concealed)) if open != concealed => hide.add(open),
        _ => {}
    }
}

/// Hides all behind the name of a field that may hold a secret, where its value is quoted as one that is refused.
///
/// Source: kubernetes/apimachinery `pkg/util/validation/field/errors.go`.
fn without_refused(text: &str) -> Cow<'_, str> {
    const SAYS: [&str; 4] = [": Invalid value: ", ": Unsupported value: ", ": Duplicate value: ", ": Not found: "];
    let ends = SAYS.iter().flat_map(|says| text.match_indices(says)).filter_map(|(at, says)| {
        let field = text[..at].rsplit(|char: char| char.is_whitespace() || char == '"').next()?;
        names_secret(field).then_some(at + says.len())
    });
    match ends.min() {
        Some(end) => format!("{}{CONCEALED}", &text[..end]).into(),
        None => text.into(),
    }
}

/// Hides what stands behind `Bearer` and `Basic`.
fn without_logins(text: &str) -> String {
    let small = text.to_ascii_lowercase();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let next = BEFORE_LOGINS.iter().filter_map(|word| Some(small[at..].find(word)? + at + word.len())).min();
        let Some(start) = next else { break };
        let ends = |char: char| char.is_whitespace() || matches!(char, '"' | '\'' | ',' | ';' | ')' | ']' | '}');
        let end = text[start..].find(ends).map_or(text.len(), |end| start + end);
        shown.push_str(&text[at..start]);
        shown.push_str(if end - start >= SHORTEST_LOGIN { CONCEALED } else { &text[start..end] });
        at = end;
    }
    shown.push_str(&text[at..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_bounded_line_that_acts_on_nothing() {
        let hide = Hide::default();
        assert_eq!(hide.said("a\n\tb \u{1b}[2J\u{202e}."), "a b \\u{1b}[2J\\u{202e}");
        let long = hide.said(&"é".repeat(100_000));
        assert!(long.ends_with(" …") && long.chars().count() == MOST_CHARS + 2, "{long}");
    }

    #[test]
    fn a_value_that_is_refused_is_not_shown_where_its_field_may_hold_a_secret() {
        let hide = Hide::default();
        let said = hide.said("Config \"cluster\" is invalid: [spec.a: Required value, spec.httpSecret: Invalid value: \"hush, hush\": too short]");
        assert!(said.ends_with(&format!("spec.httpSecret: Invalid value: {CONCEALED}")), "{said}");
        let said = hide.said("spec.replicas: Invalid value: -1: must be more");
        assert_eq!(said, "spec.replicas: Invalid value: -1: must be more");
        assert_eq!(hide.said("refused: password=hush"), format!("refused: password={CONCEALED}"));
    }

    #[test]
    fn no_login_is_shown_whole_or_in_part() {
        let mut user = AuthInfo { username: Some("eve".into()), ..AuthInfo::default() };
        user.token = Some("sha256~abcdef".to_owned().into());
        user.password = Some("correct\"horse".to_owned().into());
        let mut hide = Hide::default();
        hide.add_login(&user);
        let said = hide.said("token sha256~abcdef, correct\"horse, correct\\\"horse, ZXZlOmNvcnJlY3QiaG9yc2U=");
        assert_eq!(said, format!("token {CONCEALED}, {CONCEALED}, {CONCEALED}, {CONCEALED}"));
        let said = hide.said("Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.x.y and basic training");
        assert_eq!(said, format!("Authorization: Bearer {CONCEALED} and basic training"));
        let across = format!("{}sha256~abcdef", "x".repeat(MOST_CHARS - 3));
        assert!(!hide.said(&across).contains("sha256"), "{}", hide.said(&across));
    }
}
