//! Mirrors that move to another object in one step: the old one can go before the new one is on the nodes.

use super::mirrors::mirrors;
use super::{UpdateContext, is_kept, name_of, naming};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::name::ObjectName;
use crate::rules::{Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MIRRORS_SWITCHED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let (old, new) = (mirrors(&ctx.old), mirrors(&ctx.new));
    let is_in = |object, all: &[super::mirrors::Mirrors<'_>]| {
        let name = ObjectName::of(object);
        all.iter().any(|mirrors| ObjectName::of(mirrors.object) == name)
    };
    let mut told: Vec<ObjectName<'_>> = Vec::new();
    for was in old.iter().filter(|was| !is_in(was.object, &new) && !is_kept(was.object)) {
        let mut now = new.iter().filter(|now| now.is_like(was));
        let Some(first) = now.next() else { continue };
        // One that was there before serves while the other one goes.
        let is_new_only = [first].into_iter().chain(now).all(|now| !is_in(now.object, &old));
        let name = ObjectName::of(was.object);
        if !is_new_only || told.contains(&name) {
            continue;
        }
        told.push(name);
        let message = format!(
            "the mirrors of {} move from {} to {} in one step",
            quoted(was.source.as_str().unwrap_or_default()),
            quoted(&format!("{} {}", was.kind, name_of(was.object))),
            quoted(&format!("{} {}", first.kind, name_of(first.object)))
        );
        let finding = Diagnostic::about(RULE.code, Severity::Warning, &first.source.origin, message);
        findings.push(
            ctx.was(finding, naming(was.object), "rendered before")
                .note("an engine that prunes can delete the old one before the nodes have the new one; in between they pull from the source, which a disconnected cluster cannot")
                .help("render both, wait until `oc get machineconfigpool` says UPDATED, then take the old one away"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::{KEPT, object};

    fn policy(metadata: &str) -> String {
        object(
            "operator.openshift.io/v1alpha1",
            "ImageContentSourcePolicy",
            metadata,
            "spec: {repositoryDigestMirrors: [{source: quay.io/a, mirrors: [m.example.com/a]}]}",
        )
    }

    fn set(name: &str) -> String {
        object(
            "config.openshift.io/v1",
            "ImageDigestMirrorSet",
            &format!("name: {name}"),
            "spec: {imageDigestMirrors: [{source: quay.io/a, mirrors: [m.example.com/a]}]}",
        )
    }

    #[test]
    fn mirrors_move_in_two_steps() {
        check_update("4.16", &policy("name: p"), &set("s"), &["warning RC0615 at quay.io/a"]);
        check_update("4.16", &set("p"), &set("s"), &["warning RC0615 at quay.io/a"]);
        check_update("4.16", &policy("name: p"), &(policy("name: p") + &set("s")), &[]);
        check_update("4.16", &(policy("name: p") + &set("s")), &set("s"), &[]);
    }

    #[test]
    fn mirrors_that_nobody_prunes_stay_meanwhile() {
        check_update("4.16", &policy(&format!("name: p, {KEPT}")), &set("s"), &[]);
    }
}
