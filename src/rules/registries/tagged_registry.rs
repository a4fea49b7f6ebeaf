//! A tag or digest in `registrySources`, which 4.23 refuses; until then it stands for that one image.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::entries;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::TAGGED_REGISTRY, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for list in ["allowedRegistries", "blockedRegistries", "insecureRegistries"] {
        for (entry, node) in entries(ctx, list) {
            let Some(at) = image_part(entry) else { continue };
            let message = format!("{} in `{list}` names one image, which OpenShift 4.23 refuses", quoted(entry));
            let finding = Diagnostic::info(RULE.code, node.place(), message)
                .note("from 4.23 on, the API server says `each registry must be a valid hostname[:port][/path] or wildcard *.hostname format without tags or digests`")
                .help(format!("before that release, write {}", quoted(&entry[..at])));
            findings.push(finding);
        }
    }
}

/// Returns where the tag or digest of an entry begins. A port is none: a path follows it, or nothing precedes it.
fn image_part(entry: &str) -> Option<usize> {
    // A URL is none of a registry, as another rule says.
    if entry.contains("://") {
        return None;
    }
    if let Some(at) = entry.find('@') {
        return Some(at);
    }
    let path = entry.find('/')?;
    entry[path..].find(':').map(|at| path + at)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn an_entry_is_a_repository_and_no_image() {
        let spec = |entry: &str| format!("images: {{registrySources: {{blockedRegistries: [\"{entry}\"]}}}}");
        check("aws-upi 4.19", &spec("a.io/b/c:latest"), &["info RC0578 at \"a.io/b/c:latest\""]);
        check_says("aws-upi 4.19", &spec("a.io:5000/b@sha256:00"), "write `a.io:5000/b`");
        for good in ["a.io:5000", "a.io:5000/b", "*.a.io", "a"] {
            check("aws-upi 4.19", &spec(good), &[]);
        }
    }
}
