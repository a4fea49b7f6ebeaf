//! Who may ask a cluster, how, and what: tokens, kubeconfigs, rights, and the proxy in between.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::pki::{Authority, Identity};
use super::proxy::Proxy;
use super::{ADMIN, Cluster, USERS, wait_until};

/// The group that may do everything, whatever RBAC says.
const MASTERS: &str = "system:masters";

/// The certificate that a proxy shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// One that every kubeconfig trusts.
    Right,
    /// One of an authority of the same name, which nobody trusts.
    OfAnotherAuthority,
    /// One that was right until 2020.
    Expired,
    /// One that is right from 2099 on, as to a clock that is slow.
    NotYetValid,
    /// One of another host.
    OfAnotherHost,
}

impl Cluster {
    /// Returns the admin's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.kubeconfig_of(ADMIN)
    }

    /// Returns the kubeconfig of a user, which knows them by their token.
    pub(crate) fn kubeconfig_of(&self, user: &str) -> PathBuf {
        self.kubeconfig_at(user, self.port)
    }

    /// Returns the kubeconfig of a user who comes through a proxy.
    pub(crate) fn kubeconfig_through(&self, proxy: &Proxy, user: &str) -> PathBuf {
        self.kubeconfig_at(user, proxy.port)
    }

    fn kubeconfig_at(&self, user: &str, port: u16) -> PathBuf {
        assert!(user == ADMIN || USERS.contains(&user), "no user {user}");
        let file = self.dir.path().join(format!("{user}-{port}.kubeconfig"));
        if !file.exists() {
            fs::write(&file, self.config(user, port, &json!({"token": token(user)})).to_string()).unwrap();
        }
        file
    }

    /// Returns a kubeconfig of a user whom a certificate makes known; any name will do.
    pub(crate) fn kubeconfig_with_certificate(&self, user: &str) -> PathBuf {
        let Identity { certificate, key } = self.authority.client(user);
        let [certificate, key] = [certificate, key].map(|pem| STANDARD.encode(pem));
        let known_by = json!({"client-certificate-data": certificate, "client-key-data": key});
        let file = self.dir.path().join(format!("{user}-certificate.kubeconfig"));
        fs::write(&file, self.config(user, self.port, &known_by).to_string()).unwrap();
        file
    }

    fn config(&self, user: &str, port: u16, known_by: &Json) -> Json {
        let authority = STANDARD.encode(&self.authority.certificate);
        let cluster = json!({"server": format!("https://127.0.0.1:{port}"), "certificate-authority-data": authority});
        json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": user, "user": known_by}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": user}}],
        })
    }

    /// Returns the address of the server.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Returns the file with the certificate of the authority that the server is trusted by.
    pub(crate) fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.crt")
    }

    /// Stands a proxy before the server.
    pub(crate) fn proxy(&self) -> Proxy {
        self.proxy_showing(Shown::Right)
    }

    /// Stands a proxy before the server that shows a right or a wrong certificate.
    pub(crate) fn proxy_showing(&self, shown: Shown) -> Proxy {
        let here = ["127.0.0.1", "localhost"];
        let identity = match shown {
            Shown::Right => self.authority.server(&here),
            Shown::OfAnotherAuthority => Authority::new("cluster").server(&here),
            Shown::Expired => self.authority.server_between(&here, 2019, 2020),
            Shown::NotYetValid => self.authority.server_between(&here, 2099, 2100),
            Shown::OfAnotherHost => self.authority.server(&["api.elsewhere.example"]),
        };
        Proxy::start(self.port, self.trust.clone(), &identity, self.judged.clone())
    }

    /// Lets a user do what rules of RBAC say, in the whole cluster, and waits until it holds.
    pub(crate) fn grant(&self, user: &str, rules: &Json) {
        self.grant_by("ClusterRole", "", user, rules);
    }

    /// Lets a user do what rules of RBAC say in a namespace, and waits until it holds.
    pub(crate) fn grant_in(&self, namespace: &str, user: &str, rules: &Json) {
        self.grant_by("Role", namespace, user, rules);
    }

    fn grant_by(&self, role: &str, namespace: &str, user: &str, rules: &Json) {
        const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
        let path = if namespace.is_empty() { RBAC.into() } else { format!("{RBAC}/namespaces/{namespace}") };
        let metadata = json!({"generateName": format!("{user}-")});
        let api_version = "rbac.authorization.k8s.io/v1";
        let object = json!({"apiVersion": api_version, "kind": role, "metadata": metadata, "rules": rules});
        let made = self.raw("POST", &format!("{path}/{}s", role.to_lowercase()), Some(&object));
        assert_eq!(made.status, 201, "{}", made.text());
        let object = json!({
            "apiVersion": api_version, "kind": format!("{role}Binding"), "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": made.json()["metadata"]["name"]},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        });
        let made = self.raw("POST", &format!("{path}/{}bindings", role.to_lowercase()), Some(&object));
        assert_eq!(made.status, 201, "{}", made.text());
        for rule in rules.as_array().unwrap() {
            wait_until(&format!("{user} may do {rule}"), || self.may(namespace, user, rule));
        }
    }

    /// Asks the server whether a user may do the first thing that a rule allows.
    fn may(&self, namespace: &str, user: &str, rule: &Json) -> bool {
        let first = |field: &str| rule[field].get(0).and_then(Json::as_str).unwrap_or_default();
        let (resource, subresource) = first("resources").split_once('/').unwrap_or((first("resources"), ""));
        let mut asked = json!({"user": user});
        if first("nonResourceURLs").is_empty() {
            asked["resourceAttributes"] = json!({
                "namespace": namespace, "verb": first("verbs"), "group": first("apiGroups"),
                "resource": resource, "subresource": subresource, "name": first("resourceNames"),
            });
        } else {
            asked["nonResourceAttributes"] = json!({"path": first("nonResourceURLs"), "verb": first("verbs")});
        }
        let review = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": asked});
        let answer = self.raw("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", Some(&review));
        answer.json()["status"]["allowed"] == true
    }
}

/// Returns the token of a user.
pub(crate) fn token(user: &str) -> String {
    format!("token-of-{user}")
}

/// Returns the tokens of all users.
pub(super) fn all_tokens() -> Vec<String> {
    USERS.into_iter().chain([ADMIN]).map(token).collect()
}

/// Returns the users and their tokens, as the API server reads them.
pub(super) fn tokens() -> String {
    let users = USERS.map(|user| format!("{0},{user},{user}\n", token(user))).concat();
    format!("{0},{ADMIN},{ADMIN},{MASTERS}\n{users}", token(ADMIN))
}
