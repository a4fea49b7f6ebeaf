//! A program that a kubeconfig names for credentials -> the credentials.
//!
//! It is run once for a login, without a terminal and for a bounded time. Neither what it prints nor what it says on
//! standard error is ever shown: both may hold a token.
//!
//! Source: kubernetes/client-go `plugin/pkg/client/auth/exec/exec.go`.

use std::io::ErrorKind;
use std::time::Duration;

use kube::config::{Cluster, ExecConfig, ExecInteractiveMode};
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::access::NoAccess;
use crate::diag::visible::{quoted, visible};
use crate::shell;
use crate::world::Plugin;

/// The most bytes that such a program may print.
const MOST_BYTES: usize = 1 << 20;

/// The extension of a cluster in which a kubeconfig says something to such programs.
const EXTENSION: &str = "client.authentication.k8s.io/exec";

/// What such a program gave.
pub(super) enum Credential {
    /// A bearer token.
    Token(String),
    /// A client certificate and its key, in PEM.
    Certificate(String, String),
}

/// Credentials, and until when they hold, in seconds since 1970; none where the program does not say it.
pub(super) struct Given {
    pub(super) credential: Credential,
    pub(super) until: Option<i64>,
}

/// Runs the program.
pub(super) fn login(exec: &ExecConfig, cluster: &Cluster, patience: Duration) -> Result<Given, NoAccess> {
    let Some(command) = exec.command.as_deref().filter(|command| !command.is_empty()) else {
        let help = "write its name as `exec.command` of the user in the kubeconfig";
        return Err(NoAccess::new("the kubeconfig names no program for its `exec` credentials", help));
    };
    let name = visible(command.rsplit('/').next().unwrap_or(command)).into_owned();
    let called = format!("the credential program `{name}`");
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        let help = "log in by hand, and use a context with a token: `oc login`, or `oc whoami -t`";
        return Err(NoAccess::new(format!("{called} asks for a terminal, and gets none here"), help));
    }
    let args = exec.args.clone().unwrap_or_default();
    let env = exec.env.iter().flatten().filter_map(|one| Some((one.get("name")?.clone(), one.get("value")?.clone())));
    let env = env.chain([("KUBERNETES_EXEC_INFO".to_owned(), info(exec, cluster).to_string())]).collect();
    let by_hand = || format!("see by hand what it says: `{}`", shell::word(command).unwrap_or_else(|| name.clone()));
    let printed = match (Plugin { command, args: &args, env, patience }).run(MOST_BYTES) {
        Ok(Some(printed)) => printed,
        Ok(None) => return Err(NoAccess::new(format!("{called} ended with an error"), by_hand())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let hint = exec.install_hint.as_deref().map(|hint| visible(&bounded(hint)).into_owned());
            let help = hint.unwrap_or_else(|| "install it, or use a context with another login".into());
            return Err(NoAccess::new(format!("{called} is not there"), help));
        }
        Err(error) if error.kind() == ErrorKind::TimedOut => {
            let message = format!("{called} did not end within {} seconds", patience.as_secs_f32().ceil());
            return Err(NoAccess::new(message, format!("it may wait for somebody to log in; {}", by_hand())));
        }
        Err(error) => return Err(NoAccess::new(format!("{called} cannot be run: {}", error.kind()), by_hand())),
    };
    credential(&printed, exec)
        .ok_or_else(|| NoAccess::new(format!("{called} printed no credentials that can be read"), by_hand()))
}

/// Returns what the program is told of the cluster.
fn info(exec: &ExecConfig, cluster: &Cluster) -> Json {
    let mut spec = json!({"interactive": false});
    if exec.provide_cluster_info {
        let extensions = cluster.extensions.iter().flatten();
        let config = extensions.into_iter().find(|one| one.name == EXTENSION).map(|one| &one.extension);
        let mut told = json!({"server": cluster.server});
        for (name, value) in [
            ("tls-server-name", json!(cluster.tls_server_name)),
            ("insecure-skip-tls-verify", json!(cluster.insecure_skip_tls_verify)),
            ("certificate-authority-data", json!(cluster.certificate_authority_data)),
            ("proxy-url", json!(cluster.proxy_url)),
            ("config", json!(config)),
        ] {
            if !value.is_null() {
                told[name] = value;
            }
        }
        spec["cluster"] = told;
    }
    json!({"apiVersion": exec.api_version, "kind": "ExecCredential", "spec": spec})
}

/// Reads what the program printed; none where it holds nothing to log in with.
fn credential(printed: &[u8], exec: &ExecConfig) -> Option<Given> {
    let printed: Json = serde_json::from_slice(printed).ok()?;
    let is_of_version = |version: &String| printed["apiVersion"].as_str() == Some(version);
    if printed["kind"] != "ExecCredential" || !exec.api_version.as_ref().is_none_or(is_of_version) {
        return None;
    }
    let text = |name: &str| printed["status"][name].as_str().map(str::trim).filter(|text| !text.is_empty());
    let credential = match (text("clientCertificateData"), text("clientKeyData"), text("token")) {
        (Some(certificate), Some(key), _) => Credential::Certificate(certificate.into(), key.into()),
        (.., Some(token)) => Credential::Token(token.into()),
        _ => return None,
    };
    let until = text("expirationTimestamp").and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    Some(Given { credential, until: until.map(OffsetDateTime::unix_timestamp) })
}

/// Returns the beginning of a text, quoted where it says more.
fn bounded(text: &str) -> String {
    const MOST: usize = 200;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST { line.to_owned() } else { quoted(&line.chars().take(MOST).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exec(script: &str) -> ExecConfig {
        ExecConfig {
            api_version: Some("client.authentication.k8s.io/v1".into()),
            command: Some("sh".into()),
            args: Some(vec!["-c".into(), script.into()]),
            provide_cluster_info: true,
            ..ExecConfig::default()
        }
    }

    fn run(exec: &ExecConfig) -> Result<Given, NoAccess> {
        let cluster = Cluster { server: Some("https://api:6443".into()), ..Cluster::default() };
        login(exec, &cluster, Duration::from_millis(800))
    }

    const PRINTED: &str = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":"#;

    #[test]
    fn a_program_is_told_of_the_cluster_and_gives_a_token() {
        let script = format!(
            r#"case "$KUBERNETES_EXEC_INFO" in *'"server":"https://api:6443"'*) printf %s '{PRINTED}{{"token":" told ","expirationTimestamp":"1970-01-01T01:00:00+00:00"}}}}';; esac"#
        );
        let Given { credential, until } = run(&exec(&script)).ok().unwrap();
        assert!(matches!(credential, Credential::Token(token) if token == "told"));
        assert_eq!(until, Some(3600));
    }

    #[test]
    fn a_program_that_gives_nothing_is_named_and_nothing_that_it_says_is_shown() {
        for (script, expected) in [
            ("echo s3cr3t; echo s3cr3t >&2; exit 1", "the credential program `sh` ended with an error"),
            ("echo s3cr3t", "the credential program `sh` printed no credentials that can be read"),
            ("sleep 5", "the credential program `sh` did not end within 1 seconds"),
        ] {
            let refused = run(&exec(script)).err().unwrap();
            assert_eq!(refused.message, expected);
            assert!(!format!("{refused:?}").contains("s3cr3t"), "{refused:?}");
        }
        let mut absent = exec("");
        (absent.command, absent.install_hint) = (Some("no-such".into()), Some("brew install it\u{1b}".into()));
        let refused = run(&absent).err().unwrap();
        assert_eq!(refused.message, "the credential program `no-such` is not there");
        assert_eq!(refused.help, "brew install it\\u{1b}");
    }
}
