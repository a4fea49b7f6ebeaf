//! The output of every example against the CRDs that OpenShift ships, each example re-targeted to older and newer minors
//! as far as its fields allow. The judge shares no code with our validator. Skipped, saying so, where the CRDs are not
//! beside the repository.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/crds.rs"]
mod crds;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/retargeted.rs"]
mod retargeted;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crds::{MINORS, openshift, violations};
use regcfg::target::Target;
use retargeted::{EXAMPLES, Retargeted};

#[test]
fn every_example_is_right_by_the_real_crds() {
    if openshift().is_none() {
        return;
    }
    let mut n_right = 0;
    let mut impossible = Vec::new();
    for example in EXAMPLES {
        for minor in MINORS {
            let project = Retargeted::new(example, minor);
            for spec in project.specs() {
                match project.rendered(&spec) {
                    Some([partial, complete]) => {
                        // A part of an object that the operator bootstraps may lack what the whole must have.
                        let lacks = |violation: &String| violation.contains("is a required property");
                        let wrong = violations(minor, &partial).unwrap();
                        let wrong: Vec<String> = wrong.into_iter().filter(|violation| !lacks(violation)).collect();
                        assert!(wrong.is_empty(), "{example} on {minor}: {wrong:#?}\n{partial}");
                        let wrong = violations(minor, &complete).unwrap();
                        assert!(wrong.is_empty(), "{example} on {minor}, --day0: {wrong:#?}\n{complete}");
                        n_right += 1;
                    }
                    None => impossible.push(format!("{example} on {minor}")),
                }
            }
        }
    }
    println!("{n_right} renderings are right; fields do not allow {impossible:?}");
    assert_eq!(impossible, ["azure on 4.4", "azure on 4.8", "azure on 4.12"], "the private endpoint is of 4.15");
    let n_specs = EXAMPLES.len() + ["baremetal", "flux", "flux-sops"].len();
    assert_eq!(n_right, n_specs * MINORS.len() - impossible.len(), "some have two clusters");
}

/// What is rendered for a range is right on each of its minors, though each has another CRD.
#[test]
fn what_is_rendered_for_a_range_is_right_on_all_of_it() {
    if openshift().is_none() {
        return;
    }
    let clusters = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/clusters");
    let (mut n_specs, mut judged) = (0, BTreeSet::new());
    for entry in fs::read_dir(clusters).unwrap() {
        let spec = entry.unwrap().path();
        let text = fs::read_to_string(&spec).unwrap();
        let target = text.lines().find_map(|line| line.trim_start().strip_prefix("openshift: ")).unwrap();
        let target: Target = target.trim_matches('"').parse().unwrap();
        let covered = MINORS.into_iter().filter(|minor| target.minors().any(|on| on.to_string() == **minor));
        let covered: Vec<&str> = covered.collect();
        for (args, is_complete) in
            [(&["render", "--omit-secrets"][..], false), (&["render", "--omit-secrets", "--day0"], true)]
        {
            let output = Command::new(env!("CARGO_BIN_EXE_regcfg")).args(args).arg(&spec).output().unwrap();
            assert!(output.status.success(), "{}: {}", spec.display(), String::from_utf8_lossy(&output.stderr));
            let stream = String::from_utf8(output.stdout).unwrap();
            for minor in &covered {
                // A part of an object that the operator bootstraps may lack what the whole must have.
                let mut wrong = violations(minor, &stream).unwrap();
                wrong.retain(|violation| is_complete || !violation.contains("is a required property"));
                assert!(wrong.is_empty(), "{} on {minor}, {args:?}: {wrong:#?}\n{stream}", spec.display());
            }
        }
        n_specs += 1;
        judged.extend(covered);
    }
    println!("{n_specs} specs are right on all of their range");
    assert_eq!(judged, BTreeSet::from(MINORS), "each copied minor has specs that target it");
}
