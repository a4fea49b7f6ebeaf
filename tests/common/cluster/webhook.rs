//! An admission webhook: what a policy engine on a cluster says of objects that regcfg or a test sends.

use std::io;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::listen::{Client, Listener};
use super::{Cluster, http, wait_until};

const WEBHOOKS: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// What a webhook says of each object that it is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// It is refused, for a reason.
    No(&'static str),
    /// It is taken, with a warning.
    Warns(&'static str),
}

/// A webhook, which the API server asks until this is dropped.
pub(crate) struct Webhook<'a> {
    cluster: &'a Cluster,
    name: String,
    _listener: Listener,
    asked: Arc<Mutex<Vec<Json>>>,
}

impl Cluster {
    /// Has a webhook judge the objects of resources of an API group, such as `configmaps`, and waits until it is asked.
    pub(crate) fn webhook(&self, group: &str, resources: &[&str], says: Says) -> Webhook<'_> {
        let asked = Arc::<Mutex<Vec<Json>>>::default();
        let asks = asked.clone();
        let identity = self.authority.server(&["127.0.0.1"]);
        let listener = Listener::start(&identity, move |client| judge(client, says, &asks));
        let name = format!("port-{}.regcfg.test", listener.port);
        let rule = |group: &str, resources: &[&str]| json!({"apiGroups": [group], "apiVersions": ["*"], "resources": resources, "operations": ["CREATE", "UPDATE"]});
        // By a kind of its own it is seen that the API server has learnt of the webhook.
        let object = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [{
                "name": name, "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail",
                "rules": [rule(group, resources), rule("coordination.k8s.io", &["leases"])],
                "clientConfig": {
                    "url": format!("https://127.0.0.1:{}/", listener.port),
                    "caBundle": STANDARD.encode(&self.authority.certificate),
                },
            }],
        });
        let made = self.raw("POST", WEBHOOKS, Some(&object));
        assert_eq!(made.status, 201, "{}", made.text());
        let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "asked"}});
        let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases?dryRun=All";
        wait_until("the webhook is asked", || {
            self.raw("POST", leases, Some(&lease));
            !asked.lock().unwrap().is_empty()
        });
        Webhook { cluster: self, name, _listener: listener, asked }
    }
}

impl Webhook<'_> {
    /// Returns the objects that the webhook was asked about, but those by which it was seen to be there.
    pub(crate) fn asked(&self) -> Vec<Json> {
        self.asked.lock().unwrap().iter().filter(|object| object["kind"] != "Lease").cloned().collect()
    }
}

impl Drop for Webhook<'_> {
    fn drop(&mut self) {
        self.cluster.raw("DELETE", &format!("{WEBHOOKS}/{}", self.name), None);
    }
}

/// Answers reviews, one after the other.
fn judge(client: &mut Client, says: Says, asked: &Mutex<Vec<Json>>) -> io::Result<()> {
    while let Some((_, body)) = http::request(client)? {
        let review: Json = serde_json::from_slice(&body)?;
        asked.lock().unwrap().push(review["request"]["object"].clone());
        let mut response = json!({"uid": review["request"]["uid"]});
        match says {
            Says::No(message) => {
                response["allowed"] = false.into();
                response["status"] = json!({"code": 403, "message": message});
            }
            Says::Warns(warning) => {
                response["allowed"] = true.into();
                response["warnings"] = json!([warning]);
            }
        }
        let answer = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response});
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        http::answer(client.get_mut(), 200, headers, answer.to_string().as_bytes())?;
    }
    Ok(())
}
