//! What went wrong between here and the server -> words for people, told apart by what has to be done.
//!
//! Nothing of a login is in these errors; what a certificate says of itself is hostile text all the same.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;
use time::OffsetDateTime;
use time::macros::format_description;

use super::hide::Hide;
use super::request::Question;
use crate::live::{Cause, Right, Unknown, Why};

/// The most names of a certificate that are shown.
const MOST_NAMES: usize = 3;

/// Who is asked, as messages name it.
#[derive(Clone)]
pub(super) struct Host {
    /// Its name and port.
    pub(super) name: String,
    /// The proxy on the way.
    pub(super) proxy: Option<String>,
    /// The context of the kubeconfig that leads there.
    pub(super) context: Option<String>,
    /// What is never shown.
    pub(super) hide: Hide,
}

/// What stands between a question and its answer.
#[derive(Clone, Debug)]
pub(super) struct Obstacle {
    pub(super) why: Why,
    /// What happened, to follow `cannot read X of HOST: `.
    pub(super) what: String,
    pub(super) help: String,
    pub(super) causes: Vec<Cause>,
    pub(super) lacks: Option<Lack>,
    pub(super) again: Again,
}

/// A right that somebody lacks.
#[derive(Clone, Debug)]
pub(super) struct Lack {
    /// Whose it is not, as the server names him: `user "reader"`.
    pub(super) who: String,
    /// The right.
    pub(super) right: Right,
}

/// Whether asking again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It does not.
    Never,
    /// Once, at once.
    Once,
    /// A few times, after a moment.
    Soon,
    /// A few times, each after the time that the server asks for.
    After(Duration),
}

impl Obstacle {
    pub(super) fn new(why: Why, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { why, what: what.into(), help: help.into(), causes: Vec::new(), lacks: None, again: Again::Never }
    }

    pub(super) fn again(self, again: Again) -> Self {
        Self { again, ..self }
    }

    /// Returns how long to wait before asking for the next time; none to give up.
    pub(super) fn wait(&self, n_tries: u32) -> Option<Duration> {
        const SHORT: Duration = Duration::from_millis(200);
        match self.again {
            Again::Never => None,
            Again::Once => (n_tries < 2).then_some(Duration::ZERO),
            Again::Soon => (n_tries < 3).then(|| SHORT * 3_u32.pow(n_tries - 1)),
            Again::After(wait) => (n_tries < 5).then_some(wait),
        }
    }

    /// Returns the answer that cannot be given.
    pub(super) fn unknown(self, question: &Question, host: &Host, n_tries: u32) -> Unknown {
        let Self { why, what, help, causes, lacks, .. } = self;
        if why.is_of_the_host() {
            let cannot = if why == Why::Unauthorized { "log in to" } else { "reach" };
            let message = format!("cannot {cannot} {}: {what}", host.called());
            return Unknown { obstacle: format!("cannot {cannot} it: {what}"), ..Unknown::new(why, message, help) };
        }
        let cannot = match question {
            Question::Get(_) => "read",
            Question::List(..) => "list",
            Question::DryRun(_) => "dry-run",
        };
        let tried = if n_tries > 1 { format!(" (asked {n_tries} times)") } else { String::new() };
        let message = format!("cannot {cannot} {} on {}: {what}{tried}", question.about(), host.name);
        let obstacle = lacks.as_ref().map_or(what, |lack| format!("{} lacks rights", lack.who));
        let rights = lacks.map(|lack| lack.right).into_iter().collect();
        Unknown { rights, causes, ..Unknown::new(why, message, help).about(question.about(), obstacle) }
    }
}

impl Host {
    /// Returns what is asked, for people: the server, and the context that leads there.
    pub(super) fn called(&self) -> String {
        match &self.context {
            Some(context) => format!("{} (context {context})", self.name),
            None => format!("{} (this cluster)", self.name),
        }
    }
}

/// Says that no answer came in the time for one.
pub(super) fn too_slow(limit: Duration) -> Obstacle {
    let help = "`--request-timeout` waits longer; `oc get --raw /readyz` tells whether the server is well";
    Obstacle::new(Why::TimedOut, format!("no answer within {}", seconds(limit)), help)
}

/// Says that the time of the run is over.
pub(super) fn run_is_over(limit: Duration) -> Obstacle {
    let what = format!("the {} of the whole run were over", seconds(limit));
    Obstacle::new(Why::TimedOut, what, "`--timeout` gives the run more time")
}

/// Says that an answer is larger than is read.
pub(super) fn too_large(limit: usize) -> Obstacle {
    let what = format!("the answer is larger than {} MiB", limit >> 20);
    Obstacle::new(Why::TooLarge, what, "see what fills it: `oc get -o yaml`")
}

/// Says that the answers to all that was asked at once are larger than is kept.
pub(super) fn too_large_together(limit: usize) -> Obstacle {
    let what = format!("the answers together are larger than the {} MiB that are kept", limit >> 20);
    Obstacle::new(Why::TooLarge, what, "see what fills them: `oc get -o yaml`")
}

/// Says what is wrong with the connection, or with the login that was tried.
pub(super) fn of(error: &(dyn Error + 'static), host: &Host, connect: Duration) -> Obstacle {
    let mut words: Vec<String> = Vec::new();
    let mut kinds: Vec<ErrorKind> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(kube::Error::Auth(_)) = error.downcast_ref() {
            return no_login();
        }
        if error.is::<kube::client::AuthError>() {
            return no_login();
        }
        let mut inner = error;
        while let Some(io) = inner.downcast_ref::<io::Error>() {
            kinds.push(io.kind());
            match io.get_ref() {
                Some(deeper) => inner = deeper,
                None => break,
            }
        }
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            return of_tls(tls, host);
        }
        words.push(error.to_string());
        if !std::ptr::addr_eq(inner, error) {
            words.push(inner.to_string());
        }
        // What an `io::Error` holds is not among its causes.
        next = if inner.is::<io::Error>() { error.source() } else { inner.source() };
    }
    of_words(&words, &kinds, host, connect)
}

fn of_words(words: &[String], kinds: &[ErrorKind], host: &Host, connect: Duration) -> Obstacle {
    let says = |text: &str| words.iter().any(|word| word.contains(text));
    let is = |kind: ErrorKind| kinds.contains(&kind);
    let proxy = host.proxy.as_deref();
    let unreachable = |what: String| Obstacle::new(Why::Unreachable, what, reach_help(host));
    if says("proxy authorization required") {
        let what = format!("the proxy {} wants a password", proxy.unwrap_or_default());
        return Obstacle::new(Why::Unreachable, what, "write it into the address: `http://user:password@proxy:3128`");
    }
    if (says("tunnel error") || says("socks error") || says("SOCKS error")) && !says("underlying connection") {
        let what = format!("the proxy {} refuses to lead there", proxy.unwrap_or_default());
        return Obstacle::new(Why::Unreachable, what, "allow the host on the proxy, or name it in `NO_PROXY`");
    }
    let there = proxy.map_or_else(String::new, |proxy| format!(" of the proxy {proxy}"));
    if says("dns error") || says("failed to lookup address") {
        return unreachable(format!("no address{there} is found by that name"));
    }
    if is(ErrorKind::ConnectionRefused) {
        return unreachable(if proxy.is_some() {
            format!("the connection{there} is refused")
        } else {
            "the connection is refused".into()
        });
    }
    if is(ErrorKind::TimedOut) {
        return unreachable(format!("no connection{} within {}", there.replace(" of", " to"), seconds(connect)));
    }
    if is(ErrorKind::HostUnreachable) || is(ErrorKind::NetworkUnreachable) || is(ErrorKind::NetworkDown) {
        return unreachable("no way leads there".into());
    }
    if says("invalid HTTP") || says("parsed") {
        let help = "check `server` of the kubeconfig: it may name something else, or lack `https://`";
        return Obstacle::new(Why::Malformed, "what answers speaks no HTTP", help);
    }
    if says("client error (Connect)") && !is(ErrorKind::ConnectionReset) && !is(ErrorKind::UnexpectedEof) {
        return unreachable(host.hide.said(words.last().map_or("", |word| word)));
    }
    let help = "ask again; a load balancer or proxy on the way may cut answers off";
    Obstacle::new(Why::Closed, "the connection was closed in the middle of the answer", help).again(Again::Once)
}

fn reach_help(host: &Host) -> String {
    match &host.proxy {
        Some(_) => "check `proxy-url` of the kubeconfig, or `HTTPS_PROXY` and `NO_PROXY`".into(),
        None => "check `server` of the kubeconfig and the way to it: VPN, firewall, `HTTPS_PROXY`".into(),
    }
}

fn no_login() -> Obstacle {
    let help = "log in anew: what the kubeconfig holds under `auth-provider` was not renewed";
    Obstacle::new(Why::Unauthorized, "the login provider gives no token", help)
}

fn of_tls(error: &rustls::Error, host: &Host) -> Obstacle {
    let tls = |what: String, help: &str| Obstacle::new(Why::Tls, what, help);
    let bad = match error {
        rustls::Error::InvalidCertificate(bad) => bad,
        rustls::Error::AlertReceived(alert) => {
            let what = format!("it refuses the TLS connection ({alert:?})");
            return tls(what, "the client certificate of the kubeconfig may have expired: log in anew");
        }
        rustls::Error::InvalidMessage(_) => {
            return tls("what answers speaks no TLS".into(), "check the port of `server` in the kubeconfig");
        }
        other => {
            return tls(
                format!("TLS fails: {}", host.hide.said(&other.to_string())),
                "see `openssl s_client` on the same host",
            );
        }
    };
    let clock = "have the server's certificate renewed (`oc adm certificate approve`, `oc get clusteroperator kube-apiserver`), or correct the clock here";
    match bad {
        // An authority of the same name has signed it by another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => tls(
            "its certificate is of an authority that is not trusted here".into(),
            "write the authority into `certificate-authority-data` of the kubeconfig (`oc login --certificate-authority=FILE`); a proxy that looks into TLS has one of its own",
        ),
        CertificateError::Expired => tls("its certificate has expired".into(), clock),
        CertificateError::ExpiredContext { time, not_after } => {
            let what = format!(
                "its certificate expired on {}, and the clock here says {}",
                date(not_after.as_secs()),
                date(time.as_secs())
            );
            tls(what, clock)
        }
        CertificateError::NotValidYet => tls("its certificate is not valid yet".into(), clock),
        CertificateError::NotValidYetContext { time, not_before } => {
            let what = format!(
                "its certificate is not valid before {}, and the clock here says {}",
                date(not_before.as_secs()),
                date(time.as_secs())
            );
            tls(what, clock)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = match bad {
                CertificateError::NotValidForNameContext { presented, .. } => &**presented,
                _ => &[],
            };
            let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| host.hide.said(&plain(name))).collect();
            let more = if names.len() > MOST_NAMES { " and others" } else { "" };
            let whose = if shown.is_empty() { "another name".into() } else { format!("{}{more}", shown.join(", ")) };
            tls(
                format!("its certificate is for {whose}"),
                "ask by a name that the certificate has, or write that as `tls-server-name` of the cluster in the kubeconfig",
            )
        }
        other => tls(
            format!("its certificate is refused: {}", host.hide.said(&other.to_string())),
            "see what it presents: `openssl s_client -showcerts` on the same host",
        ),
    }
}

/// Returns the name in `DnsName("name")`, as rustls writes those of a certificate.
fn plain(name: &str) -> String {
    name.split('"').nth(1).unwrap_or(name).to_owned()
}

fn date(seconds: u64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let moment = i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    moment.and_then(|moment| moment.format(format).ok()).unwrap_or_else(|| "a day of no calendar".into())
}

/// Returns a time as people say it.
pub(super) fn seconds(time: Duration) -> String {
    let text = format!("{:.3}", time.as_secs_f64());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} second{}", if text == "1" { "" } else { "s" })
}
