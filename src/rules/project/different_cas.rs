//! One registry that clusters trust by different certificates: it shows one chain to all of them.
//!
//! Certificates are compared, not texts. Where two sets share one, a change of authority is most likely under way, and
//! either may be right. Which set is right is not known: the one that most clusters have is taken to be.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::project::CaFacts;
use crate::rules::{Check, ProjectContext, Rule};
use crate::tree::Place;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::DIFFERENT_CAS, check: Check::Project(check) };

/// A set of certificates, and by how many clusters and where it is trusted.
struct Trusted<'p> {
    certificates: &'p BTreeSet<u128>,
    n_clusters: usize,
    places: Vec<&'p Place>,
}

fn check(ctx: &ProjectContext<'_>, findings: &mut Findings) {
    let mut hosts: BTreeMap<&str, Vec<Trusted<'_>>> = BTreeMap::new();
    for ca in ctx.right().flat_map(|cluster| &cluster.cas) {
        add(hosts.entry(&ca.host).or_default(), ca);
    }
    for (host, sets) in hosts {
        // The first of those that most clusters have.
        let most = sets.iter().map(|set| set.n_clusters).max().unwrap_or_default();
        let Some(usual) = sets.iter().find(|set| set.n_clusters == most) else { continue };
        for set in sets.iter().filter(|set| set.certificates != usual.certificates) {
            let shares = !set.certificates.is_disjoint(usual.certificates);
            let (severity, how) = if shares { (Severity::Info, "partly other") } else { (Severity::Warning, "other") };
            for place in &set.places {
                let message = format!("{} is trusted by {how} certificates than on other clusters", quoted(host));
                let mut finding = Diagnostic::new(RULE.code, severity, place, message);
                if let Some(first) = usual.places.first() {
                    finding = finding.note_at(first, "the certificates of most");
                }
                findings.push(finding.help(
                    "give every cluster the certificates that signed what the registry shows, such as by a layer",
                ));
            }
        }
    }
}

fn add<'p>(sets: &mut Vec<Trusted<'p>>, ca: &'p CaFacts) {
    match sets.iter_mut().find(|set| *set.certificates == ca.certificates) {
        Some(set) => {
            set.n_clusters += 1;
            // What a layer says is said once, however many clusters extend it.
            if !set.places.contains(&&ca.place) {
                set.places.push(&ca.place);
            }
        }
        None => sets.push(Trusted { certificates: &ca.certificates, n_clusters: 1, places: vec![&ca.place] }),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_project;

    #[test]
    fn a_registry_has_the_same_certificates_on_every_cluster() {
        let cluster = |name: &'static str, host: &str, file: &str| {
            let spec =
                format!("openshift: \"4.19\", platform: vsphere, trust: {{registryCAs: {{{host}: {{file: {file}}}}}}}");
            (name, format!("metadata: {{name: {}}}\nspec: {{{spec}}}", name.trim_end_matches(".yaml")))
        };
        let of = |second: &str, third: &str| {
            [
                cluster("a.yaml", "r.example.com", "ca.crt"),
                cluster("b.yaml", "R.example.com", second),
                cluster("c.yaml", "r.example.com", third),
            ]
        };
        check_project(&of("same.crt", "ca.crt"), &[]);
        check_project(&of("leaf.crt", "ca.crt"), &["warning RC0391 at b.yaml R.example.com"]);
        check_project(&of("leaf.crt", "leaf.crt"), &["warning RC0391 at a.yaml r.example.com"]);
        check_project(&of("bundle.crt", "ca.crt"), &["info RC0391 at b.yaml R.example.com"]);
    }
}
