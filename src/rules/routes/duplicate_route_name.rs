//! Two routes of one name in the config CR.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::DUPLICATE_ROUTE_NAME, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(routes) = ctx.written("routes").filter(|_| ctx.is_managed()).and_then(|entry| entry.node.as_seq()) else {
        return;
    };
    let names: Vec<&Node> = routes.iter().filter_map(|route| route.get("name")).collect();
    for (at, name) in names.iter().enumerate() {
        let Some(first) = names[..at].iter().find(|first| first == &name) else { continue };
        let message = format!("a second route named {}", quoted(name.as_str().unwrap_or_default()));
        let text = "unable to complete resource: duplication of names has been detected in the additional routes";
        let finding = Diagnostic::error(RULE.code, name.place(), message)
            .note_at(first.place(), "the first one")
            .note(ctx.degraded("VerificationFailed", text))
            .help("give each route a name of its own");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, check_objects_say, config};

    #[test]
    fn routes_have_names_of_their_own() {
        let routes = |names: [&str; 2]| {
            config(&format!("{{managementState: Managed, routes: [{{name: {}}}, {{name: {}}}]}}", names[0], names[1]))
        };
        check_objects("4.16", &routes(["a", "a"]), &["error RC0534 at a"]);
        check_objects("4.16", &routes(["a", "b"]), &[]);
        check_objects_say("4.16", &routes(["a", "a"]), "Degraded=True, reason `VerificationFailed`: `Error: unable to");
        check_objects_say("4.4", &routes(["a", "a"]), "`VerificationFailed`: `unable to complete resource");
        check_objects("4.16", &routes(["a", "a"]).replace("Managed", "Unmanaged"), &["info RC0566 at Unmanaged"]);
    }
}
