//! Two objects that try the same mirrors of a source in opposite orders.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::{MirrorEntry, mirror_entries};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::CONFLICTING_MIRROR_ORDERS, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let entries = mirror_entries(ctx);
    for (at, entry) in entries.iter().enumerate() {
        let is_joined = |other: &&MirrorEntry<'_>| {
            other.source_text() == entry.source_text() && other.is_by_digest() == entry.is_by_digest()
        };
        for other in entries[..at].iter().filter(is_joined) {
            let Some((node, before)) = reversed(other, entry) else { continue };
            let message = format!(
                "{} is tried before another mirror of {} here, and after it there",
                quoted(node.as_str().unwrap_or_default()),
                quoted(entry.source_text())
            );
            let finding = Diagnostic::info(RULE.code, node.place(), message)
                .note_at(before.place(), "there it comes later")
                .note("nodes join the mirrors of a source, and in which order they try these is not settled")
                .help("write the mirrors of one source in one list");
            findings.push(finding);
        }
    }
}

/// Returns a mirror of the second entry that comes before one that it follows in the first: here, and there.
fn reversed<'o>(first: &MirrorEntry<'o>, second: &MirrorEntry<'o>) -> Option<(&'o Node, &'o Node)> {
    let there: Vec<(&str, &Node)> = first.mirrors().collect();
    let mut latest: Option<(usize, &Node)> = None;
    for (mirror, node) in second.mirrors() {
        let Some(at) = there.iter().position(|(known, _)| *known == mirror) else { continue };
        match latest {
            Some((highest, here)) if at < highest => return Some((here, there[highest].1)),
            Some((highest, _)) if at == highest => {}
            _ => latest = Some((at, node)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_objects;

    fn sets(first: &str, second: &str) -> String {
        let set = |name: &str, mirrors: &str| {
            format!(
                "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {{name: {name}}}\nspec: {{imageDigestMirrors: [{{source: a.io, mirrors: [{mirrors}]}}]}}\n"
            )
        };
        format!("{}---\n{}", set("one", first), set("two", second))
    }

    #[test]
    fn two_lists_of_a_source_agree_on_the_order() {
        check_objects("4.19", &sets("m.io, n.io", "n.io, m.io"), &["info RC0577 at n.io"]);
        check_objects("4.19", &sets("m.io, n.io", "m.io, x.io, n.io"), &[]);
        check_objects("4.19", &sets("m.io, n.io", "n.io, o.io"), &[]);
        check_objects("4.19", &sets("m.io", "m.io"), &[]);
    }

    #[test]
    fn digests_and_tags_have_orders_of_their_own() {
        let other = sets("m.io, n.io", "n.io, m.io").replacen("ImageDigestMirrorSet", "ImageTagMirrorSet", 1).replacen(
            "imageDigestMirrors",
            "imageTagMirrors",
            1,
        );
        check_objects("4.19", &other, &[]);
    }
}
