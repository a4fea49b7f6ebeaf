//! Mirrors that leave one object and come back in another, in one step: another kind, or another name.
//!
//! Where the old objects held them in both already, the step is the second of two, and right.

use super::UpdateContext;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::{MirrorEntry, mirror_entries};
use crate::rules::{Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MIRRORS_MOVED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let (old, new) = (mirror_entries(&ctx.old), mirror_entries(&ctx.new));
    let mut told = Vec::new();
    for gone in old.iter().filter(|gone| gone.has_effect() && !new.iter().any(|kept| kept.object == gone.object)) {
        let is_same = |other: &&MirrorEntry<'_>| {
            other.source_text() == gone.source_text() && other.is_by_digest() == gone.is_by_digest()
        };
        let was_elsewhere = old.iter().any(|other| other.object != gone.object && is_same(&other));
        let Some(moved) = new.iter().find(is_same).filter(|_| !was_elsewhere) else { continue };
        // One step moves all that an object holds.
        if told.contains(&gone.object) {
            continue;
        }
        told.push(gone.object);
        let message = format!(
            "the mirrors of {} move from {} to {} in one step",
            quoted(moved.source_text()),
            quoted(&gone.object.to_string()),
            quoted(&moved.object.to_string())
        );
        let finding = Diagnostic::warning(RULE.code, moved.source.place(), message);
        findings.push(
            ctx.was(finding, gone.source, "where they were")
                .note("what prunes deletes the old object before nodes have the new one, and pulls fail in between; what does not prune leaves it behind")
                .help("apply both at once (in a spec, by `mirrors.kind: Both`), wait until `oc get machineconfigpool` shows every pool updated, then take the old one away"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};

    fn policy(name: &str, source: &str) -> String {
        format!(
            "---\napiVersion: operator.openshift.io/v1alpha1\nkind: ImageContentSourcePolicy\nmetadata: {{name: {name}}}\nspec: {{repositoryDigestMirrors: [{{source: {source}, mirrors: [m.io]}}]}}\n"
        )
    }

    fn set(name: &str, source: &str) -> String {
        format!(
            "---\napiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {{name: {name}}}\nspec: {{imageDigestMirrors: [{{source: {source}, mirrors: [m.io]}}]}}\n"
        )
    }

    #[test]
    fn mirrors_stand_in_both_objects_before_they_leave_one() {
        let (old, new) = (policy("m", "a.io"), set("m", "a.io"));
        check_update("4.16", &old, &new, &["warning RC0589 at a.io"]);
        check_update_says(
            "4.16",
            &old,
            &new,
            "from `ImageContentSourcePolicy m` to `ImageDigestMirrorSet m` in one step",
        );
        let both = old.clone() + &new;
        check_update("4.16", &old, &both, &[]);
        check_update("4.16", &both, &new, &[]);
    }

    #[test]
    fn another_name_is_another_object() {
        check_update("4.16", &set("m", "a.io"), &set("n", "a.io"), &["warning RC0589 at a.io"]);
        check_update("4.16", &set("m", "a.io"), &set("m", "a.io"), &[]);
    }

    #[test]
    fn mirrors_that_are_gone_or_other_ones_have_not_moved() {
        check_update("4.16", &set("m", "a.io"), &set("n", "b.io"), &[]);
        check_update("4.16", &set("m", "a.io"), "", &[]);
        let tags = set("m", "a.io")
            .replace("ImageDigestMirrorSet", "ImageTagMirrorSet")
            .replace("imageDigestMirrors", "imageTagMirrors");
        check_update("4.16", &set("m", "a.io"), &tags, &[]);
    }
}
