//! Kubeconfigs and a context -> how a cluster is reached, and as whom.
//!
//! Which files are read is for the command line to say; files that those name (authorities, client certificates, tokens)
//! are the invoker's own choice. No message quotes what a kubeconfig holds but names, hosts and programs.
//!
//! Source: kubernetes/client-go `tools/clientcmd/{client_config,loader}.go`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use kube::Config;
use kube::config::{AuthInfo, Cluster, Kubeconfig};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::exec::{self, Credential, Given};
use super::hide::Hide;
use super::proxy::Proxies;
use crate::diag::nearest;
use crate::diag::visible::{quoted, visible};
use crate::tree::sensitive::without_passwords;
use crate::world::fs::{clock, read_of_invoker};

/// The largest file that a kubeconfig may name.
const MOST_BYTES: u64 = 4 << 20;

/// How long what a token's file holds is taken for good, in seconds (kubernetes/client-go: `transport/token_source.go`).
const TOKEN_FILE_HOLDS: i64 = 50;

/// The most contexts that a help names.
const MOST_NAMES: usize = 8;

/// Why a cluster cannot be asked at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAccess {
    /// What stands in the way, one line.
    pub message: String,
    /// What can be done about it.
    pub help: String,
}

impl NoAccess {
    /// Makes one.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// The kubeconfigs of the invoker, merged: the first to name a thing wins.
pub struct Kubeconfigs {
    merged: Kubeconfig,
    /// The files, as messages name them.
    called: String,
}

/// Whom the invoker acts as; nobody else where the user is none.
#[derive(Clone, Debug, Default)]
pub struct As {
    /// The user to impersonate.
    pub user: Option<String>,
    /// The groups to impersonate.
    pub groups: Vec<String>,
}

/// What the invoker says of every cluster alike.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// What the environment says of proxies.
    pub proxies: Proxies,
    /// Whom the invoker acts as.
    pub act_as: As,
    /// Whether the invoker wants certificates of servers not to be verified.
    pub insecure: bool,
    /// How long a program for credentials may take.
    pub patience: Duration,
}

/// How one cluster is reached, and as whom.
#[derive(Clone)]
pub struct Access {
    pub(super) config: Config,
    pub(super) host: String,
    pub(super) context: Option<String>,
    /// The proxy on the way, without its password.
    pub(super) proxy: Option<String>,
    pub(super) hide: Hide,
    warnings: Vec<String>,
    renewal: Option<Renewal>,
}

/// What a login is made of that does not last: a program's credentials, a file that somebody else rewrites.
#[derive(Clone)]
struct Renewal {
    user: AuthInfo,
    cluster: Cluster,
    terms: Terms,
    /// When it is made anew, in seconds since 1970; none where nobody knows how long it lasts.
    due: Option<i64>,
}

impl Kubeconfigs {
    /// Reads the texts of kubeconfigs, each with the path that it was read from.
    pub fn read(files: &[(PathBuf, String)]) -> Result<Self, NoAccess> {
        let mut merged = Kubeconfig::default();
        for (path, text) in files {
            let shown = shown(path);
            // What the parser says may quote a line with a token.
            let unreadable = || {
                let help = format!("`kubectl config view --kubeconfig {shown}` says more");
                NoAccess::new(format!("`{shown}` is no kubeconfig that can be read"), help)
            };
            let mut one = Kubeconfig::from_yaml(text).map_err(|_| unreadable())?;
            if let Some(dir) = path.parent() {
                make_absolute(&mut one, dir);
            }
            merged = merged.merge(one).map_err(|_| unreadable())?;
        }
        let called = files.iter().map(|(path, _)| format!("`{}`", shown(path))).collect::<Vec<_>>().join(", ");
        Ok(Self { merged, called })
    }

    /// Returns the context that is used where nobody names one.
    pub fn current(&self) -> Option<&str> {
        self.merged.current_context.as_deref().filter(|name| !name.is_empty())
    }

    /// Returns how the cluster of a context is reached; runs the program that it names for credentials.
    pub fn access(&self, context: Option<&str>, terms: &Terms) -> Result<Access, NoAccess> {
        let name = context.or_else(|| self.current()).ok_or_else(|| {
            let help = format!("name one with `--context`; {}", self.known());
            NoAccess::new(format!("{} names no current context", self.called), help)
        })?;
        let named = self.merged.contexts.iter().find(|one| one.name == name).and_then(|one| one.context.as_ref());
        let Some(named) = named else {
            let message = format!("there is no context {} in {}", quoted(name), self.called);
            return Err(NoAccess::new(message, self.known_like(name)));
        };
        let missing = |what: &str, missing: &str| {
            let message = format!(
                "the context {} names the {what} {}, which {} does not have",
                quoted(name),
                quoted(missing),
                self.called
            );
            NoAccess::new(
                message,
                format!("add it with `oc login`, or correct `contexts` there: `oc config get-{what}s`"),
            )
        };
        let cluster = self.merged.clusters.iter().find(|one| one.name == named.cluster);
        let cluster = cluster.and_then(|one| one.cluster.as_ref()).ok_or_else(|| missing("cluster", &named.cluster))?;
        let user = match named.user.as_deref().filter(|user| !user.is_empty()) {
            None => AuthInfo::default(),
            Some(user) => {
                let found = self.merged.auth_infos.iter().find(|one| one.name == user);
                found.and_then(|one| one.auth_info.clone()).ok_or_else(|| missing("user", user))?
            }
        };
        let server = self.server(cluster)?;
        let mut access = Access::new(server, Some(name));
        access.trust(cluster, terms)?;
        access.go_through(cluster.proxy_url.as_deref().filter(|url| !url.is_empty()), terms)?;
        access.log_in(user, cluster, terms)?;
        Ok(access)
    }

    fn server(&self, cluster: &Cluster) -> Result<Uri, NoAccess> {
        let text = cluster.server.as_deref().unwrap_or_default();
        let server = text.parse::<Uri>().ok().filter(|server| {
            matches!(server.scheme_str(), Some("http" | "https")) && server.host().is_some_and(|host| !host.is_empty())
        });
        server.ok_or_else(|| {
            let message =
                format!("{} names the server {}, which is no address", self.called, quoted(&without_passwords(text)));
            NoAccess::new(message, "write it as `https://api.example.com:6443`")
        })
    }

    fn known(&self) -> String {
        let names: Vec<String> = self.merged.contexts.iter().take(MOST_NAMES).map(|one| quoted(&one.name)).collect();
        if names.is_empty() {
            "there is none in it; `oc login` makes one".into()
        } else {
            format!("there are {}", names.join(", "))
        }
    }

    fn known_like(&self, name: &str) -> String {
        match nearest(name, self.merged.contexts.iter().map(|one| one.name.as_str())) {
            Some(near) => format!("did you mean {}?", quoted(near)),
            None => self.known(),
        }
    }
}

impl Access {
    /// Returns the access of a pod by its service account; none outside of one.
    pub fn in_cluster(terms: &Terms) -> Result<Self, NoAccess> {
        let config = Config::incluster_env().map_err(|_| {
            let help = "log in with `oc login`, or name a kubeconfig with `--kubeconfig` or `KUBECONFIG`";
            NoAccess::new("there is no kubeconfig, and this is no pod of a cluster with a service account", help)
        })?;
        let mut access = Self::new(config.cluster_url.clone(), None);
        access.config.root_cert = config.root_cert;
        access.config.root_cert_file = config.root_cert_file;
        access.config.accept_invalid_certs = terms.insecure;
        access.log_in(config.auth_info, &Cluster::default(), terms)?;
        Ok(access)
    }

    /// Returns the server's host and port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Tells whether the login has run out, or will at once.
    pub(super) fn is_over(&self) -> bool {
        self.renewal.as_ref().and_then(|renewal| renewal.due).is_some_and(|due| due <= clock())
    }

    /// Returns the same access with a new login; none where there is none but the one that it has. What the old one held stays
    /// hidden.
    pub(super) fn renewed(&self) -> Option<Result<Self, NoAccess>> {
        let Renewal { user, cluster, terms, .. } = self.renewal.as_ref()?;
        let mut access = self.clone();
        Some(access.log_in(user.clone(), cluster, terms).map(|()| access))
    }

    /// Returns what the invoker must be told on every run.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn new(server: Uri, context: Option<&str>) -> Self {
        let authority = server.authority().map_or("", |authority| authority.as_str());
        let host = visible(authority.rsplit_once('@').map_or(authority, |(_, host)| host)).into_owned();
        let mut hide = Hide::default();
        if let Some((user, _)) = authority.rsplit_once('@') {
            hide.add(user);
        }
        let mut config = Config::new(server);
        // Retries are the client's: they end with the run, and are said.
        config.default_retry = false;
        config.read_timeout = None;
        let context = context.map(|context| visible(context).into_owned());
        Self { config, host, context, proxy: None, hide, warnings: Vec::new(), renewal: None }
    }

    /// Decides how the server's certificate is verified.
    fn trust(&mut self, cluster: &Cluster, terms: &Terms) -> Result<(), NoAccess> {
        let is_plain = self.config.cluster_url.scheme_str() == Some("http");
        let asks = cluster.insecure_skip_tls_verify == Some(true);
        let host = &self.host;
        if !terms.insecure && (asks || (is_plain && !is_here(&self.config.cluster_url))) {
            let message = if is_plain {
                format!("{host} would be asked without TLS: the kubeconfig names it as `http://`")
            } else {
                format!(
                    "the certificate of {host} would not be verified: the kubeconfig says `insecure-skip-tls-verify`"
                )
            };
            let help = "add the server's authority as `certificate-authority-data`; `--insecure-skip-tls-verify` asks all the same, and shows the login to whoever answers";
            return Err(NoAccess::new(message, help));
        }
        if terms.insecure && !(is_plain && is_here(&self.config.cluster_url)) {
            let what = if is_plain { "is asked without TLS" } else { "is not verified by its certificate" };
            self.warnings
                .push(format!("{host} {what}, as `--insecure-skip-tls-verify` says: whoever answers sees the login"));
        }
        self.config.accept_invalid_certs = terms.insecure;
        self.config.tls_server_name = cluster.tls_server_name.clone().filter(|name| !name.is_empty());
        let unusable = || {
            let help =
                "renew it: `oc login`, or `oc config set-cluster NAME --embed-certs --certificate-authority=FILE`";
            NoAccess::new(format!("the certificate authority of {host} in the kubeconfig cannot be read"), help)
        };
        let data = cluster.certificate_authority_data.as_deref().filter(|data| !data.is_empty());
        let pem = match (data, cluster.certificate_authority.as_deref().filter(|path| !path.is_empty())) {
            (Some(data), _) => Some(STANDARD.decode(data.trim()).map_err(|_| unusable())?),
            (None, Some(path)) => Some(read_of_invoker(Path::new(path), MOST_BYTES).map_err(|error| {
                let message = format!("cannot read the certificate authority `{}`: {}", visible(path), error.kind());
                NoAccess::new(message, "correct `certificate-authority` in the kubeconfig")
            })?),
            (None, None) => None,
        };
        if let Some(pem) = pem {
            let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
            let certificates = certificates.ok().filter(|all| !all.is_empty()).ok_or_else(unusable)?;
            self.config.root_cert = Some(certificates.into_iter().map(|one| one.to_vec()).collect());
        }
        Ok(())
    }

    /// Decides which proxy leads to the server.
    fn go_through(&mut self, named: Option<&str>, terms: &Terms) -> Result<(), NoAccess> {
        let Some(proxy) = named.or_else(|| terms.proxies.to(&self.config.cluster_url)) else { return Ok(()) };
        let with_scheme = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
        // Names are always looked up by the proxy.
        let with_scheme = with_scheme.replacen("socks5h://", "socks5://", 1);
        let parsed = with_scheme.parse::<Uri>().ok().filter(|uri| uri.host().is_some_and(|host| !host.is_empty()));
        let parsed = parsed.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https" | "socks5")));
        let from = if named.is_some() { "`proxy-url` of the kubeconfig" } else { "`HTTPS_PROXY`" };
        let uri = parsed.ok_or_else(|| {
            let message = format!("the proxy {} of {from} is no address", quoted(&without_passwords(proxy)));
            NoAccess::new(message, "write it as `http://proxy.example.com:3128`; `https` and `socks5` are known, too")
        })?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if let Some((_, password)) = user.split_once(':') {
            self.hide.add(password);
        }
        self.proxy = Some(visible(host).into_owned());
        self.config.proxy_url = Some(uri);
        Ok(())
    }

    /// Decides as whom the server is asked.
    fn log_in(&mut self, mut user: AuthInfo, cluster: &Cluster, terms: &Terms) -> Result<(), NoAccess> {
        let as_named = user.clone();
        let renewal =
            |due| Some(Renewal { user: as_named.clone(), cluster: cluster.clone(), terms: terms.clone(), due });
        if let Some(provider) = user.auth_provider.as_ref().filter(|provider| provider.name != "oidc") {
            let message =
                format!("the kubeconfig logs in by the auth provider {}, which is gone", quoted(&provider.name));
            return Err(NoAccess::new(
                message,
                "use its program under `exec`: `gke-gcloud-auth-plugin`, or `kubelogin` for azure",
            ));
        }
        if let Some(path) = user.token_file.take() {
            // As client-go has it, the file wins over a token beside it, and spaces around are no part of it.
            let read = read_of_invoker(Path::new(&path), MOST_BYTES).map_err(|error| error.kind().to_string());
            let token = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8".into()));
            match token {
                Ok(token) => {
                    user.token = Some(token.trim().to_owned().into());
                    self.renewal = renewal(Some(clock() + TOKEN_FILE_HOLDS));
                }
                Err(_) if user.token.is_some() => {}
                Err(why) => {
                    let message = format!("cannot read the token `{}`: {why}", visible(&path));
                    return Err(NoAccess::new(message, "correct `tokenFile` in the kubeconfig, or log in anew"));
                }
            }
        }
        if user.client_certificate_data.as_ref().is_none_or(String::is_empty) {
            let read = self.read_login("client-certificate", user.client_certificate.take())?;
            user.client_certificate_data = read.or(user.client_certificate_data);
        }
        if user.client_key_data.is_none() {
            user.client_key_data = self.read_login("client-key", user.client_key.take())?.map(Into::into);
        }
        let has_basic = user.username.is_some() && user.password.is_some();
        let exec = user.exec.take().filter(|_| user.token.is_none() && user.auth_provider.is_none() && !has_basic);
        if let Some(exec) = exec {
            let Given { credential, until } = exec::login(&exec, cluster, terms.patience)?;
            self.renewal = renewal(until);
            match credential {
                Credential::Token(token) => user.token = Some(token.into()),
                Credential::Certificate(certificate, key) => {
                    user.client_certificate_data = Some(STANDARD.encode(certificate));
                    user.client_key_data = Some(STANDARD.encode(key).into());
                }
            }
        }
        if let Some(other) = &terms.act_as.user {
            user.impersonate = Some(other.clone());
            user.impersonate_groups = Some(terms.act_as.groups.clone()).filter(|groups| !groups.is_empty());
            (user.impersonate_uid, user.impersonate_user_extra) = (None, None);
        }
        self.hide.add_login(&user);
        // Secrets are exposed by being serialised alone.
        let token = serde_json::to_value(&user).ok().and_then(|user| Some(user["token"].as_str()?.to_owned()));
        if token.is_some_and(|token| HeaderValue::from_str(&format!("Bearer {token}")).is_err()) {
            let message = format!("the token for {} is none: it has a character that no token has", self.host);
            return Err(NoAccess::new(message, "log in anew, or correct the user in the kubeconfig"));
        }
        self.config.auth_info = user;
        Ok(())
    }

    /// Reads a file of a login, in PEM, and returns it as a kubeconfig holds it; none where none is named.
    fn read_login(&self, field: &str, path: Option<String>) -> Result<Option<String>, NoAccess> {
        let Some(path) = path.filter(|path| !path.is_empty()) else { return Ok(None) };
        let read = read_of_invoker(Path::new(&path), MOST_BYTES).map_err(|error| {
            let message = format!("cannot read the login `{}` for {}: {}", visible(&path), self.host, error.kind());
            NoAccess::new(message, format!("correct `{field}` in the kubeconfig, or log in anew"))
        })?;
        Ok(Some(STANDARD.encode(read)))
    }
}

/// Tells whether a server is on this machine, as `kubectl proxy` is.
fn is_here(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Makes paths in a kubeconfig absolute: they are relative to where it stands. A program without `/` is on the `PATH`.
fn make_absolute(kubeconfig: &mut Kubeconfig, dir: &Path) {
    let absolute = |path: &mut Option<String>| {
        if let Some(text) = path.as_mut().filter(|text| !text.is_empty() && Path::new(text).is_relative()) {
            *text = dir.join(&*text).to_string_lossy().into_owned();
        }
    };
    for cluster in kubeconfig.clusters.iter_mut().filter_map(|one| one.cluster.as_mut()) {
        absolute(&mut cluster.certificate_authority);
    }
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|one| one.auth_info.as_mut()) {
        absolute(&mut user.client_certificate);
        absolute(&mut user.client_key);
        absolute(&mut user.token_file);
        if let Some(exec) = user.exec.as_mut().filter(|exec| exec.command.as_ref().is_some_and(|one| one.contains('/')))
        {
            absolute(&mut exec.command);
        }
    }
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}
