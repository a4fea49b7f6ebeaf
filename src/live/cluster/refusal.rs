//! A server's answer that is no object -> that something is not there, or what stands in the way.
//!
//! Source: kubernetes/apimachinery `pkg/apis/meta/v1/types.go` (`Status`), `pkg/api/errors/errors.go`; kubernetes/apiserver
//! `pkg/admission/plugin/webhook/errors/statuserror.go`, `pkg/endpoints/handlers/patch.go`.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use serde_json::Value as Json;

use super::failure::{Again, Host, Lack, Obstacle, seconds};
use super::hide::Hide;
use super::request::Question;
use crate::live::{Absent, Cause, Resource, Right, Why};
use crate::shell;
use crate::tree::sensitive::{CONCEALED, may_name_a_secret};

/// The most causes that are kept of one refusal.
const MOST_CAUSES: usize = 50;

/// What the API server says to those who would grant more than they have (kubernetes/kubernetes:
/// `pkg/registry/rbac/validation/rule.go`, `ConfirmNoEscalation`).
const ESCALATION: &str = "attempting to grant RBAC permissions not currently held";

/// The longest text of a refusal that is looked into.
const MOST_BYTES: usize = 1 << 20;

/// What an answer that is no object says.
#[derive(Debug)]
pub(super) enum Refusal {
    /// What was asked for is not there.
    Absent(Absent),
    /// The word that goes on with a list is too old; the list begins anew.
    Expired,
    /// It cannot be told.
    Obstacle(Obstacle),
}

/// What a `Status` says.
struct Said {
    message: String,
    reason: String,
    /// The kind of object that it is about, in the plural; empty for none.
    kind: String,
    causes: Vec<Cause>,
}

/// Reads an answer with a code that is not 200 or 201.
pub(super) fn read(
    question: &Question,
    code: u16,
    headers: &HeaderMap,
    body: &[u8],
    host: &Host,
    hide: &Hide,
) -> Refusal {
    let after = retry_after(headers);
    let Some(said) = Said::read(body, hide) else { return without_status(question, code, after, body) };
    let Said { message, reason, kind, causes } = &said;
    let obstacle =
        |why: Why, what: String, help: String| Obstacle { causes: causes.clone(), ..Obstacle::new(why, what, help) };
    let words = if message.is_empty() { format!("code {code}") } else { message.clone() };
    Refusal::Obstacle(match code {
        404 if kind == "namespaces" && question.resource().plural != "namespaces" => {
            return Refusal::Absent(Absent::Namespace);
        }
        404 if kind.is_empty() || matches!(question, Question::List(..)) => return Refusal::Absent(Absent::Kind),
        404 => return Refusal::Absent(Absent::Object),
        410 if matches!(question, Question::List(..)) => return Refusal::Expired,
        401 => unauthorized(host),
        400 | 403 | 422 | 500 if is_without_dry_run(message) => {
            let help =
                "its webhook must say `sideEffects: None` or `NoneOnDryRun`; until then the result is computed here";
            obstacle(Why::NoDryRun, words, help.into())
        }
        _ if is_denied(message) => {
            let help = "change what the policy refuses, or ask those who own it";
            obstacle(Why::Denied, words, help.into())
        }
        // Forbidden for who asks, whatever RBAC says of the request itself.
        403 if message.contains(ESCALATION) => obstacle(
            Why::NoDryRun,
            "who asks may not grant the rights that it grants".into(),
            "allow `bind` on the role that is bound, or `escalate` on the one that is written".into(),
        ),
        // Forbidden for what it is, not for who asks: a quota, a constraint.
        403 if !message.contains("cannot ") => {
            obstacle(Why::Denied, words, "change what is refused, or ask those who set it".into())
        }
        403 => {
            let lacks = Lack { who: who(message), right: right(question) };
            Obstacle { lacks: Some(lacks), ..obstacle(Why::Forbidden, words, allow_help(question, host)) }
        }
        409 if reason == "Conflict" && !causes.iter().any(|cause| cause.reason == "FieldManagerConflict") => {
            obstacle(Why::Conflict, words, "somebody changes it at this moment; ask again".into()).again(Again::Soon)
        }
        409 => obstacle(
            Why::Conflict,
            words,
            "apply with the manager that owns these fields, or with `--force-conflicts`".into(),
        ),
        400 | 422 => obstacle(Why::Invalid, words, "correct what the server names".into()),
        // What a typed patch has wrong is an internal error by its code.
        500 if !causes.is_empty() || message.contains("typed patch object") => {
            obstacle(Why::Invalid, words, "correct what the server names".into())
        }
        _ => by_code(code, words, after),
    })
}

impl Said {
    fn read(body: &[u8], hide: &Hide) -> Option<Self> {
        let body = body.get(..MOST_BYTES).unwrap_or(body);
        let status: Json = serde_json::from_slice(body).ok()?;
        if status["kind"] != "Status" {
            return None;
        }
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let message = text(&status["message"]);
        let listed = status["details"]["causes"].as_array().into_iter().flatten();
        let mut causes: Vec<Cause> = listed
            .map(|cause| Cause {
                field: hide.said(&text(&cause["field"])),
                reason: hide.said(&text(&cause["reason"])),
                message: text(&cause["message"]),
            })
            .take(MOST_CAUSES)
            .collect();
        let has_listed = !causes.is_empty();
        if !has_listed {
            causes = causes_in(&message, hide);
        }
        let is_secret = |cause: &Cause| names_secret(&cause.field);
        let message = if causes.iter().any(is_secret) {
            // The whole repeats what its parts say, values and all.
            causes.iter().map(|cause| format!("{}: {CONCEALED}", cause.field)).collect::<Vec<_>>().join(", ")
        } else {
            hide.said(&message)
        };
        for cause in &mut causes {
            cause.message =
                if is_secret(cause) { without_value(&cause.message, hide) } else { hide.said(&cause.message) };
        }
        Some(Self { message, reason: text(&status["reason"]), kind: text(&status["details"]["kind"]), causes })
    }
}

/// Tells whether a field may hold a secret by its name, or by that of a field above it.
pub(super) fn names_secret(field: &str) -> bool {
    field.split(['.', '[', ']']).any(may_name_a_secret)
}

/// Returns the words of a cause without the value that they quote: what stands behind the last quotation mark.
fn without_value(message: &str, hide: &Hide) -> String {
    match message.split_once(':') {
        Some((what, _)) => format!("{}: {CONCEALED}", hide.said(what)),
        None => hide.said(message.split(['"', '\'']).next().unwrap_or_default()),
    }
}

/// Returns the causes that only the words of a message name: unknown and duplicate fields, and what a typed patch has wrong.
fn causes_in(message: &str, hide: &Hide) -> Vec<Cause> {
    let mut causes = Vec::new();
    if let Some((_, listed)) = message.split_once("strict decoding error: ") {
        for (reason, word) in [("FieldValueUnknown", "unknown field \""), ("FieldValueDuplicate", "duplicate field \"")]
        {
            let fields = listed.split(word).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0));
            let words = word.trim_end_matches(" \"");
            causes.extend(fields.map(|field| Cause {
                field: hide.said(field),
                reason: reason.into(),
                message: words.into(),
            }));
        }
    } else if let Some((_, listed)) =
        message.split_once("typed patch object (").and_then(|(_, rest)| rest.split_once("): "))
    {
        for line in listed.lines().map(str::trim) {
            let Some((field, words)) = line.split_once(": ") else { continue };
            let Some(field) = field.strip_prefix('.') else { continue };
            let is_unknown = words == "field not declared in schema";
            let reason = if is_unknown { "FieldValueUnknown" } else { "FieldValueTypeInvalid" };
            causes.push(Cause { field: hide.said(field), reason: reason.into(), message: words.into() });
        }
    }
    causes.truncate(MOST_CAUSES);
    causes
}

fn is_without_dry_run(message: &str) -> bool {
    message.contains("does not support dry run") || message.contains("does not support dryRun")
}

fn is_denied(message: &str) -> bool {
    (message.contains("admission webhook ") && (message.contains(" denied the request")))
        || (message.contains("ValidatingAdmissionPolicy ") && message.contains(" denied request"))
}

fn unauthorized(host: &Host) -> Obstacle {
    let help = match &host.context {
        Some(context) => {
            let context = shell::word(context).unwrap_or_default();
            format!(
                "log in anew: `oc login --server=https://{}`, then check with `oc whoami --context={context}`",
                host.name
            )
        }
        None => {
            "the token of the service account is refused: check that the pod has `automountServiceAccountToken`".into()
        }
    };
    Obstacle::new(Why::Unauthorized, "the login is not accepted, or has run out (401)", help)
}

/// Returns who may not do it, as the server names him (kubernetes/kubernetes: `pkg/endpoints/handlers/responsewriters/errors.go`).
fn who(message: &str) -> String {
    let named = message.split_once("User \"").and_then(|(_, rest)| rest.split_once("\" cannot "));
    named.map_or_else(|| "who asks".into(), |(user, _)| format!("user \"{user}\""))
}

/// Returns the right that a question needs.
fn right(question: &Question) -> Right {
    let Resource { group, plural, .. } = question.resource();
    let (namespace, _) = question.target();
    Right { namespace: namespace.into(), group: group.clone(), resource: plural.clone(), verb: question.verb() }
}

/// Returns the command that says whether the question is allowed, and the rule that allows it.
fn allow_help(question: &Question, host: &Host) -> String {
    let resource = question.resource();
    let (namespace, name) = question.target();
    let dotted = if resource.group.is_empty() {
        resource.plural.clone()
    } else {
        format!("{}.{}", resource.plural, resource.group)
    };
    let named = match name {
        Some(name) => format!("{dotted}/{name}"),
        None => dotted,
    };
    let mut command = format!("oc auth can-i {} {}", question.verb(), shell::word(&named).unwrap_or_default());
    match (resource.namespaced, namespace) {
        (true, "") => command += " --all-namespaces",
        (true, namespace) => command.extend([" --namespace=", &shell::word(namespace).unwrap_or_default()]),
        _ => {}
    }
    if let Some(context) = host.context.as_deref().and_then(shell::word) {
        command.extend([" --context=", &context]);
    }
    let rule = format!(
        "{{apiGroups: [\"{}\"], resources: [{}], verbs: [{}]}}",
        resource.group,
        resource.plural,
        question.verb()
    );
    let otherwise =
        if matches!(question, Question::DryRun(_)) { "; without it the result is computed here" } else { "" };
    format!("`{command}` tells; this rule of a role allows it: `{rule}`{otherwise}")
}

/// Says what a code without anything to read means.
fn by_code(code: u16, words: String, after: Option<Duration>) -> Obstacle {
    let wait = after.map_or(Again::Soon, Again::After);
    match code {
        429 => {
            let after = after.unwrap_or(Duration::from_secs(1));
            let what = format!("too many requests; the server asks to wait {}", seconds(after));
            let help = "ask again later, or with a smaller `--concurrency`";
            Obstacle::new(Why::TooManyRequests, what, help).again(Again::After(after))
        }
        // It takes as long as the webhook may, each time.
        500 if words.contains("failed calling webhook") => {
            Obstacle::new(Why::Server, words, "the webhook that it names does not answer: see to its pods and service")
        }
        500 | 502 | 503 | 504 => {
            let help =
                "`oc get clusteroperator kube-apiserver openshift-apiserver` and `oc get --raw /readyz` tell more";
            Obstacle::new(Why::Server, words, help).again(wait)
        }
        _ => Obstacle::new(Why::Server, words, "`oc get` with `-v=8` shows the same request"),
    }
}

/// Reads an answer that is no `Status`: of a proxy, a load balancer, or of something that is no API server.
fn without_status(question: &Question, code: u16, after: Option<Duration>, body: &[u8]) -> Refusal {
    let no_server = |what: String| {
        let help = "check `server` of the kubeconfig, and what stands before it: a console, a login page, a proxy";
        Refusal::Obstacle(Obstacle::new(Why::Malformed, what, help))
    };
    match code {
        404 if body.trim_ascii() == b"404 page not found" => Refusal::Absent(Absent::Kind),
        401 | 403 | 407 => {
            let what = format!("something on the way refuses to ask the server (code {code})");
            let (why, help) = if code == 401 {
                (Why::Unauthorized, "log in anew with `oc login`")
            } else {
                (Why::Forbidden, "check the proxy or gateway before the server")
            };
            Refusal::Obstacle(Obstacle::new(why, what, help))
        }
        300..=399 => no_server(format!("it sends the request elsewhere (code {code}), as no API server does")),
        429 | 500..=599 => Refusal::Obstacle(by_code(code, format!("code {code}"), after)),
        410 if matches!(question, Question::List(..)) => Refusal::Expired,
        _ => no_server(format!("it answers with code {code} and no words of an API server")),
    }
}

/// Reads `Retry-After` in seconds; the form of a date is not one that API servers write.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
