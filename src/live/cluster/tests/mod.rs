//! A client before a server that behaves well and badly, over real sockets.

mod bad;
mod reached;
mod server;
mod well;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::{Client, Kubeconfigs, Limits, NoAccess, Pool, Terms};
use crate::live::{Answer, ObjectId, Resource, Unknown, Why};
use crate::tree::Node;
use server::{Authority, Reply, Server};

/// The token by which the client logs in.
const TOKEN: &str = "sha256~the-token-of-eve";

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        request: Duration::from_millis(400),
        overall: Duration::from_secs(20),
        in_flight: 16,
    }
}

/// Returns a kubeconfig whose context is `prod`, with what its cluster and user say.
fn kubeconfig(cluster: &Json, user: &Json) -> Kubeconfigs {
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "prod",
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": user}],
    });
    Kubeconfigs::read(&[(PathBuf::from("/home/eve/.kube/config"), config.to_string())]).unwrap()
}

fn terms() -> Terms {
    Terms { patience: Duration::from_secs(5), ..Terms::default() }
}

fn connect(cluster: &Json, user: &Json, terms: &Terms, limits: Limits) -> Result<Client, NoAccess> {
    let access = kubeconfig(cluster, user).access(None, terms)?;
    Client::new(access, Arc::new(Pool::start(limits).unwrap()))
}

/// Returns a client of a server without TLS.
fn client_of(port: u16) -> Client {
    client_within(port, limits())
}

fn client_within(port: u16, limits: Limits) -> Client {
    let cluster = json!({"server": format!("http://127.0.0.1:{port}")});
    connect(&cluster, &json!({"token": TOKEN}), &terms(), limits).unwrap()
}

/// Returns a client that trusts an authority.
fn tls_client(url: &str, authority: &Authority) -> Client {
    let cluster = json!({"server": url, "certificate-authority-data": STANDARD.encode(authority.pem())});
    connect(&cluster, &json!({"token": TOKEN}), &terms(), limits()).unwrap()
}

fn resource(group: &str, version: &str, plural: &str, kind: &str, namespaced: bool) -> Resource {
    let [group, version, plural, kind] = [group, version, plural, kind].map(str::to_owned);
    Resource { group, version, plural, kind, namespaced }
}

fn config() -> ObjectId {
    let resource = resource("imageregistry.operator.openshift.io", "v1", "configs", "Config", false);
    ObjectId { resource, namespace: String::new(), name: "cluster".into() }
}

fn config_map(namespace: &str, name: &str) -> ObjectId {
    let resource = resource("", "v1", "configmaps", "ConfigMap", true);
    ObjectId { resource, namespace: namespace.into(), name: name.into() }
}

/// Returns an object as a server has it.
fn body(id: &ObjectId) -> Json {
    let mut metadata = json!({"name": id.name});
    if !id.namespace.is_empty() {
        metadata["namespace"] = id.namespace.clone().into();
    }
    json!({"apiVersion": id.resource.api_version(), "kind": id.resource.kind, "metadata": metadata})
}

fn there<T>(answer: &Answer<T>) -> &T {
    match answer {
        Answer::There(there) => there,
        Answer::Absent(absent) => panic!("{absent:?}"),
        Answer::Unknown(unknown) => panic!("{unknown:?}"),
    }
}

fn obstacle<T: std::fmt::Debug>(answer: &Answer<T>) -> &Unknown {
    match answer {
        Answer::Unknown(unknown) => unknown,
        other => panic!("{other:?}"),
    }
}

/// Asks a server that always gives one answer for the config CR.
fn refused(reply: Reply) -> (Unknown, usize) {
    use crate::live::Live;
    let server = Server::start(move |_, _| reply.clone());
    let answers = client_of(server.port).get(&[config()]);
    let unknown = obstacle(&answers[0]).clone();
    assert_eq!(without_port(&unknown.message, server.port), unknown.message.replace(&server.port.to_string(), "PORT"));
    let said = Unknown {
        message: without_port(&unknown.message, server.port),
        help: without_port(&unknown.help, server.port),
        ..unknown
    };
    (said, server.seen().len())
}

fn without_port(text: &str, port: u16) -> String {
    text.replace(&port.to_string(), "PORT")
}

fn assert_unknown(unknown: &Unknown, why: Why, message: &str) {
    assert_eq!((unknown.why, &*unknown.message), (why, message), "{unknown:?}");
    assert!(!unknown.help.is_empty());
    let shown = format!("{unknown:?}");
    assert!(!shown.contains(TOKEN), "{shown}");
}

fn text<'n>(node: &'n Node, path: &[&str]) -> &'n str {
    node.at(path).and_then(Node::as_str).unwrap_or_default()
}
