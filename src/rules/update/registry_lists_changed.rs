//! Blocked, allowed or insecure registries that change: every node is drained for it.

use super::UpdateContext;
use super::mirrors::what_nodes_do;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::REGISTRY_LISTS_CHANGED, check: Check::Update(check) };

const LISTS: &[&str] = &["blockedRegistries", "allowedRegistries", "insecureRegistries"];

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    // A cluster whose image.config was nobody's has lists that are not known, mostly none.
    let Some(new) = ctx.new.image() else { return };
    let listed = |list: Option<&Node>| {
        let mut items: Vec<String> = list
            .and_then(Node::as_seq)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect();
        items.sort_unstable();
        items
    };
    let list =
        |of: &BundleContext<'_>, name: &str| listed(of.image().and_then(|image| image.at(&["registrySources", name])));
    let changed: Vec<&&str> = LISTS.iter().filter(|name| list(&ctx.old, name) != list(&ctx.new, name)).collect();
    let Some(first) = changed.first() else { return };
    let names: Vec<String> = changed.iter().map(|name| format!("`{name}`")).collect();
    let verb = if names.len() == 1 { "changes" } else { "change" };
    let message = format!("{} {verb}, and the nodes take it", names.join(" and "));
    let at = new.at(&["registrySources", first]).or_else(|| new.get("registrySources"));
    let finding = match at {
        Some(at) => Diagnostic::about(RULE.code, Severity::Info, &at.origin, message),
        None => ctx.gone(RULE.code, Severity::Info, message),
    };
    let was = ctx.old.image().and_then(|image| image.at(&["registrySources", first]));
    let finding = match was {
        Some(was) => ctx.was(finding, was, "the list before"),
        None => finding,
    };
    findings.push(finding.note(what_nodes_do(&ctx.new)).help("apply it when nodes may be drained"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::image;

    #[test]
    fn lists_of_registries_drain_the_nodes() {
        let sources = |lists: &str| image(&format!("registrySources: {{{lists}}}"));
        let (old, new) = (sources("blockedRegistries: [a.io]"), sources("blockedRegistries: [a.io, b.io]"));
        check_update("4.16", &old, &new, &["info RC0617 at ["]);
        check_update_says("4.7..4.8", &old, &new, "each node is drained, and before 4.8 rebooted");
        check_update("4.16", &old, &sources(""), &["info RC0617 at {"]);
        check_update("4.16", &old, &image(""), &["info RC0617 at name"]);
        check_update("4.16", "", &new, &["info RC0617 at ["]);
        let both = sources("blockedRegistries: [c.io], insecureRegistries: [d.io]");
        check_update_says("4.16", &old, &both, "`blockedRegistries` and `insecureRegistries` change");
    }

    #[test]
    fn lists_that_only_look_otherwise_change_nothing() {
        let sources = |list: &str| image(&format!("registrySources: {{blockedRegistries: [{list}]}}"));
        check_update("4.16", &sources("a.io, b.io"), &sources("b.io, a.io"), &[]);
        check_update("4.16", "", &image("registrySources: {}"), &[]);
        check_update("4.16", &sources(""), &image(""), &[]);
    }
}
