//! What is asked -> the request, the only place where one is made.
//!
//! There are three questions and no other: each reads, or is a dry-run that the server forgets. No other method and no
//! request without `dryRun=All` that is not a GET can be built here.
//!
//! Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/endpoints/installer.go` for the paths.

use std::fmt::Write;

use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};
use kube::client::Body;

use crate::live::{Listing, ObjectId, Resource};

/// The most objects that one page of a list holds.
const PAGE: u32 = 500;

/// A question to an API server.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// What is there of one object?
    Get(ObjectId),
    /// Which objects are there? The word goes on behind the last page; empty for the first.
    List(Listing, String),
    /// What would become of an object?
    DryRun(Proposal),
}

/// An object that is never applied.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    /// Which object.
    pub(super) object: ObjectId,
    /// Its text, in JSON.
    pub(super) json: String,
    /// Who would apply it.
    pub(super) field_manager: String,
    /// Whether fields of others would be taken over.
    pub(super) force: bool,
}

impl Question {
    /// Makes the request; none where a name is none that any server can have.
    pub(super) fn request(&self) -> Option<Request<Body>> {
        let (method, url, body) = match self {
            Self::Get(object) => (Method::GET, url(&object.resource, &object.namespace, Some(&object.name))?, None),
            Self::List(listing, after) => {
                let mut url = url(&listing.resource, &listing.namespace, None)?;
                let _infallible = write!(url, "?limit={PAGE}");
                for (name, value) in [("labelSelector", &listing.labels), ("continue", after)] {
                    if !value.is_empty() {
                        let _infallible = write!(url, "&{name}={}", encoded(value));
                    }
                }
                (Method::GET, url, None)
            }
            Self::DryRun(proposal) => {
                let object = &proposal.object;
                let mut url = url(&object.resource, &object.namespace, Some(&object.name))?;
                let manager = encoded(&proposal.field_manager);
                let force = proposal.force;
                let _infallible =
                    write!(url, "?dryRun=All&fieldManager={manager}&fieldValidation=Strict&force={force}");
                (Method::PATCH, url, Some(&proposal.json))
            }
        };
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("regcfg/", env!("CARGO_PKG_VERSION")));
        match body {
            // JSON is YAML; servers before 1.34 know no other name for it.
            Some(json) => {
                request.header(CONTENT_TYPE, "application/apply-patch+yaml").body(json.clone().into_bytes().into())
            }
            None => request.body(Body::empty()),
        }
        .ok()
    }

    /// Returns what is asked for, for people: `Config cluster`.
    pub(super) fn about(&self) -> String {
        match self {
            Self::Get(object) | Self::DryRun(Proposal { object, .. }) => object.to_string(),
            Self::List(listing, _) => {
                let kind = crate::diag::visible::visible(&listing.resource.kind);
                match crate::diag::visible::visible(&listing.namespace) {
                    namespace if namespace.is_empty() => format!("all objects of kind {kind}"),
                    namespace => format!("the objects of kind {kind} in {namespace}"),
                }
            }
        }
    }

    /// Returns the kind that is asked for.
    pub(super) fn resource(&self) -> &Resource {
        match self {
            Self::Get(object) | Self::DryRun(Proposal { object, .. }) => &object.resource,
            Self::List(listing, _) => &listing.resource,
        }
    }

    /// Returns the namespace that is asked in, empty for none, and the name that is asked for.
    pub(super) fn target(&self) -> (&str, Option<&str>) {
        match self {
            Self::Get(object) | Self::DryRun(Proposal { object, .. }) => (&object.namespace, Some(&object.name)),
            Self::List(listing, _) => (&listing.namespace, None),
        }
    }

    /// Returns the verb by which roles allow the question.
    pub(super) fn verb(&self) -> &'static str {
        match self {
            Self::Get(_) => "get",
            Self::List(..) => "list",
            Self::DryRun(_) => "patch",
        }
    }
}

/// Returns the path of an object, or of all of a kind.
fn url(resource: &Resource, namespace: &str, name: Option<&str>) -> Option<String> {
    let mut url =
        if resource.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", segment(&resource.group)?) };
    let _infallible = write!(url, "/{}", segment(&resource.version)?);
    if resource.namespaced && !namespace.is_empty() {
        let _infallible = write!(url, "/namespaces/{}", segment(namespace)?);
    }
    let _infallible = write!(url, "/{}", segment(&resource.plural)?);
    match name {
        // An object of a kind with namespaces is in one; without it the path would be that of a list.
        Some(_) if resource.namespaced && namespace.is_empty() => None,
        Some(name) => Some(format!("{url}/{}", segment(name)?)),
        None => Some(url),
    }
}

/// Returns a name as one part of a path; none for what is no part of any.
fn segment(name: &str) -> Option<String> {
    // Source: kubernetes/apimachinery `pkg/api/validation/path/name.go`.
    let is_part = !matches!(name, "" | "." | "..") && !name.contains(['/', '%']);
    is_part.then(|| encoded(name))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Resource {
        Resource {
            group: "imageregistry.operator.openshift.io".into(),
            version: "v1".into(),
            plural: "configs".into(),
            kind: "Config".into(),
            namespaced: false,
        }
    }

    fn config_map() -> Resource {
        let core = |text: &str| text.to_owned();
        Resource {
            group: core(""),
            version: core("v1"),
            plural: core("configmaps"),
            kind: core("ConfigMap"),
            namespaced: true,
        }
    }

    fn id(resource: Resource, namespace: &str, name: &str) -> ObjectId {
        ObjectId { resource, namespace: namespace.into(), name: name.into() }
    }

    /// Every question that can be asked.
    fn all() -> Vec<Question> {
        let listing =
            Listing { resource: config_map(), namespace: String::new(), labels: "regcfg.dev/cluster=a,b".into() };
        let proposal = Proposal {
            object: id(config(), "", "cluster"),
            json: "{}".into(),
            field_manager: "a&dryRun=None#".into(),
            force: true,
        };
        vec![
            Question::Get(id(config(), "", "cluster")),
            Question::Get(id(config_map(), "openshift-config", "system:x")),
            Question::List(listing.clone(), String::new()),
            Question::List(listing, "a/b=".into()),
            Question::DryRun(proposal.clone()),
            Question::DryRun(Proposal { force: false, ..proposal }),
        ]
    }

    #[test]
    fn nothing_is_asked_that_could_change_a_cluster() {
        for question in all() {
            // A question more is a question to think about.
            match question {
                Question::Get(_) | Question::List(..) | Question::DryRun(_) => {}
            }
            let request = question.request().unwrap();
            let query = request.uri().query().unwrap_or_default();
            let dry_runs: Vec<&str> = query.split('&').filter(|pair| pair.starts_with("dryRun")).collect();
            match *request.method() {
                Method::GET => assert_eq!(dry_runs, [""; 0]),
                Method::PATCH => assert_eq!(dry_runs, ["dryRun=All"]),
                ref other => panic!("{other} {}", request.uri()),
            }
        }
    }

    #[test]
    fn questions_are_asked_at_the_paths_of_the_api() {
        let urls: Vec<String> = all().iter().map(|question| question.request().unwrap().uri().to_string()).collect();
        assert_eq!(
            urls,
            [
                "/apis/imageregistry.operator.openshift.io/v1/configs/cluster",
                "/api/v1/namespaces/openshift-config/configmaps/system:x",
                "/api/v1/configmaps?limit=500&labelSelector=regcfg.dev%2Fcluster%3Da%2Cb",
                "/api/v1/configmaps?limit=500&labelSelector=regcfg.dev%2Fcluster%3Da%2Cb&continue=a%2Fb%3D",
                "/apis/imageregistry.operator.openshift.io/v1/configs/cluster?dryRun=All&fieldManager=a%26dryRun%3DNone%23&fieldValidation=Strict&force=true",
                "/apis/imageregistry.operator.openshift.io/v1/configs/cluster?dryRun=All&fieldManager=a%26dryRun%3DNone%23&fieldValidation=Strict&force=false",
            ]
        );
    }

    #[test]
    fn a_name_never_leads_to_another_object() {
        for name in ["", ".", "..", "a/b", "../secrets", "a%2fb"] {
            assert!(Question::Get(id(config(), "", name)).request().is_none(), "{name}");
            assert!(Question::Get(id(config_map(), name, "a")).request().is_none(), "{name}");
        }
        let odd = Question::Get(id(config_map(), "n", "a?b#c é")).request().unwrap();
        assert_eq!(odd.uri().path(), "/api/v1/namespaces/n/configmaps/a%3Fb%23c%20%C3%A9");
    }
}
