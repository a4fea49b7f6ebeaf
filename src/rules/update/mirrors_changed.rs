//! Mirrors that are taken away, or mirrors of tags that change: every node is drained for it.

use super::mirrors::{Mirrors, mirrors, what_nodes_do};
use super::{UpdateContext, is_kept};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::name::ObjectName;
use crate::rules::{Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MIRRORS_CHANGED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let (old, new) = (mirrors(&ctx.old), mirrors(&ctx.new));
    // What nobody prunes stays in the cluster.
    let gone = |was: &&Mirrors<'_>| {
        new.iter().any(|now| ObjectName::of(now.object) == ObjectName::of(was.object)) || !is_kept(was.object)
    };
    let lost = old.iter().filter(gone).find_map(|was| {
        let all =
            |mirror: &str| new.iter().filter(|now| now.is_like(was)).any(|now| now.mirrors().any(|it| it == mirror));
        let lost = was.mirrors().find(|mirror| !all(mirror))?;
        Some((was, lost))
    });
    let tags = new.iter().filter(|now| now.is_for_tags).find(|now| {
        let had =
            |mirror: &str| old.iter().filter(|was| was.is_like(now)).any(|was| was.mirrors().any(|it| it == mirror));
        now.mirrors().any(|mirror| !had(mirror))
    });
    let finding = match (lost, tags) {
        (Some((was, mirror)), _) => {
            let source = was.source.as_str().unwrap_or_default();
            let message = format!("{} is no mirror of {} any more", quoted(mirror), quoted(source));
            let now = new.iter().find(|now| now.is_like(was));
            let finding = match now {
                Some(now) => Diagnostic::about(RULE.code, Severity::Info, &now.source.origin, message),
                None => ctx.gone(RULE.code, Severity::Info, message),
            };
            ctx.was(finding, was.source, "mirrored before").help("apply it when nodes may be drained")
        }
        (None, Some(now)) => {
            let source = quoted(now.source.as_str().unwrap_or_default());
            let message = format!("the mirrors of {source} change for tags, too");
            Diagnostic::about(RULE.code, Severity::Info, &now.source.origin, message)
                .help("apply it when nodes may be drained; mirrors of digests are added without")
        }
        (None, None) => return,
    };
    findings.push(finding.note(what_nodes_do(&ctx.new)));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::{KEPT, object};

    fn set(tags: bool, mirrors: &str) -> String {
        let (kind, list) = if tags {
            ("ImageTagMirrorSet", "imageTagMirrors")
        } else {
            ("ImageDigestMirrorSet", "imageDigestMirrors")
        };
        let spec = format!("spec: {{{list}: [{{source: quay.io/a, mirrors: [{mirrors}]}}]}}");
        object("config.openshift.io/v1", kind, "name: s", &spec)
    }

    #[test]
    fn a_mirror_that_is_taken_away_drains_the_nodes() {
        check_update("4.16", &set(false, "m.x/a, n.x/a"), &set(false, "m.x/a"), &["info RC0616 at quay.io/a"]);
        check_update_says("4.16", &set(false, "m.x/a"), "", "each node is drained");
        check_update_says("4.7", &set(false, "m.x/a"), "", "each node is rebooted");
        check_update("4.16", &set(false, "m.x/a"), "", &["info RC0616 at name"]);
        check_update("4.16", &set(false, "m.x/a").replace("name: s", &format!("name: s, {KEPT}")), "", &[]);
    }

    #[test]
    fn mirrors_of_digests_are_added_without_a_drain_and_those_of_tags_are_not() {
        check_update("4.16", "", &set(false, "m.x/a"), &[]);
        check_update("4.16", &set(false, "m.x/a"), &set(false, "n.x/a, m.x/a"), &[]);
        check_update("4.16", "", &set(true, "m.x/a"), &["info RC0616 at quay.io/a"]);
        check_update("4.16", &set(true, "m.x/a"), &set(true, "m.x/a"), &[]);
    }
}
