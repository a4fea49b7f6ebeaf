//! A host of the registry's that a Route of somebody else claims too: the router admits one of them.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::lower::REGISTRY_NAMESPACE;
use crate::rules::bundle::is_live;
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::HOST_OF_OTHER_ROUTE, check: Check::Bundle(check) };

/// The first minor whose operator reports a route that is not admitted.
const REPORTED: Minor = Minor::of(4, 8);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(routes) = ctx.written("routes").filter(|_| ctx.is_managed()).and_then(|entry| entry.node.as_seq()) else {
        return;
    };
    let text = |node: Option<&Node>| node.and_then(Node::as_str).unwrap_or_default().to_ascii_lowercase();
    for route in routes {
        let (name, host) = (text(route.get("name")), text(route.get("hostname")));
        let claims = |called: &str, namespace: &str, object: &Node| {
            let is_itself = namespace == REGISTRY_NAMESPACE && called == name;
            let has_path = !text(object.at(&["spec", "path"])).is_empty();
            !is_itself && !has_path && !is_live(object) && text(object.at(&["spec", "host"])) == host
        };
        let mut others =
            ctx.objects().filter(|(called, _)| called.group == "route.openshift.io" && called.kind == "Route");
        let other = others.find(|(called, object)| claims(called.name, called.namespace, object));
        let (Some((called, object)), Some(hostname)) = (other.filter(|_| !host.is_empty()), route.get("hostname"))
        else {
            continue;
        };
        let message = format!("the host {} is claimed by a second Route", quoted(&host));
        let place = object.at(&["spec", "host"]).unwrap_or(object).place();
        let mut finding = Diagnostic::error(RULE.code, hostname.place(), message)
            .note_at(place, format!("Route {}", quoted(&format!("{}/{}", called.namespace, called.name))));
        if ctx.last() >= REPORTED {
            let shown = format!("route {name} (host {host}, router default) not admitted: …");
            finding = finding.note(format!(
                "the router admits the older one; if that is the other, the cluster would show Degraded=True, reason `RouteDegraded`: `{shown}`"
            ));
        }
        findings.push(finding.help("give one of the two another host, or remove it"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, check_objects_say, config, manifest};

    #[test]
    fn a_host_has_one_route() {
        let config = config("{managementState: Managed, routes: [{name: public, hostname: images.example.com}]}");
        let with = |name: &str, more: &str| {
            let spec = format!("spec: {{host: Images.example.com{more}, to: {{kind: Service, name: web}}}}");
            config.clone() + &manifest("route.openshift.io/v1 Route", name, &spec)
        };
        check_objects("4.16", &with("shop/web", ""), &["error RC0568 at images.example.com"]);
        check_objects_say(
            "4.16",
            &with("shop/web", ""),
            "reason `RouteDegraded`: `route public (host images.example.com",
        );
        check_objects("4.16", &with("shop/web", ", path: /shop"), &[]);
        check_objects("4.16", &with("openshift-image-registry/public", ""), &[]);
        check_objects("4.16", &with("shop/web", "").replace("host: Images", "host: shop"), &[]);
    }
}
