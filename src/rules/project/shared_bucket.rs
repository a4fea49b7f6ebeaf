//! One bucket for two clusters: the pruner of each knows nothing of the other's images, and a registry that is removed
//! with its storage takes both.

use std::collections::BTreeMap;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::project::BucketFacts;
use crate::rules::{Check, ClusterFacts, ProjectContext, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SHARED_BUCKET, check: Check::Project(check) };

fn check(ctx: &ProjectContext<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<&[String], (&ClusterFacts, &BucketFacts)> = BTreeMap::new();
    for cluster in ctx.right() {
        let Some(bucket) = &cluster.bucket else { continue };
        let Some((first, firsts)) = seen.get(&*bucket.identity) else {
            seen.insert(&bucket.identity, (cluster, bucket));
            continue;
        };
        // One name for both is another rule's.
        if cluster.name.0 == first.name.0 {
            continue;
        }
        let message =
            format!("{} keeps its images in the bucket of {}", quoted(&cluster.name.0), quoted(&first.name.0));
        // A layer names it for both: then each cluster is told apart by its own name.
        let place = if bucket.place == firsts.place { &cluster.name.1 } else { &bucket.place };
        let finding = Diagnostic::info(RULE.code, place, message)
            .note_at(&firsts.place, "the bucket is named here")
            .note("the pruner and the hard pruning of one cluster know nothing of the other's images")
            .help("give each cluster a bucket of its own");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_project;

    #[test]
    fn each_cluster_has_a_bucket_of_its_own() {
        let cluster = |name: &'static str, platform: &str, storage: &str| {
            let spec = format!("openshift: \"4.19\", platform: {platform}, storage: {{{storage}}}");
            (name, format!("metadata: {{name: {}}}\nspec: {{{spec}}}", name.trim_end_matches(".yaml")))
        };
        let two = |platform: &str, a: &str, b: &str, expected: &[&str]| {
            check_project(&[cluster("a.yaml", platform, a), cluster("b.yaml", platform, b)], expected);
        };
        let s3 = |rest: &str| format!("s3: {{bucket: images, {rest}}}");
        two("aws-upi", &s3("region: r1"), &s3("region: r1"), &["info RC0392 at b.yaml images"]);
        two("aws-upi", &s3("region: r1"), &s3("region: r2"), &[]);
        let endpoint = |slash: &str| s3(&format!("region: r1, regionEndpoint: \"https://s3.example.com{slash}\""));
        two("aws-upi", &endpoint(""), &endpoint("/"), &["info RC0392 at b.yaml images"]);
        two("aws-upi", &s3("region: r1"), &endpoint(""), &[]);
        let gcs = |region: &str| format!("gcs: {{bucket: images, region: {region}, projectID: p}}");
        two("gcp-upi", &gcs("r1"), &gcs("r2"), &["info RC0392 at b.yaml images"]);
        let azure = |account: &str| format!("azure: {{container: images{account}}}");
        two("azure-upi", &azure(", accountName: a"), &azure(", accountName: a"), &["info RC0392 at b.yaml images"]);
        two("azure-upi", &azure(", accountName: a"), &azure(", accountName: b"), &[]);
        two("azure", &azure(""), &azure(""), &[]);
    }

    #[test]
    fn a_bucket_in_a_layer_is_told_at_the_second_name() {
        let layer =
            ("org.yaml", "spec: {openshift: \"4.19\", platform: aws-upi, storage: {s3: {bucket: i}}}".to_owned());
        let cluster = |name: &str| format!("metadata: {{name: {name}}}\nextends: [org.yaml]\nspec: {{}}");
        let expected = ["info RC0392 at b.yaml second"];
        check_project(&[("a.yaml", cluster("first")), ("b.yaml", cluster("second")), layer], &expected);
    }
}
