//! What `regcfg diff --against` tells of a revision.

use std::fs;

use super::{RAISED, Repository, one, two};

#[test]
fn differences_to_a_revision_come_with_their_impact_and_what_they_do() {
    let repository = Repository::of(&[("a.yaml", &one("a"))]);
    let same = repository.diff(&["--against", "HEAD"]);
    assert_eq!((same.exit, &*same.stderr), (0, ""), "{same:?}");
    repository.write("a.yaml", &two("a"));
    let run = repository.diff(&["--against", "HEAD"]);
    assert_eq!(run.exit, 1, "{run:?}");
    assert!(run.stdout.contains("-  replicas: 1\n+  replicas: 2\n"), "{run:?}");
    assert!(run.stdout.contains("--- BEFORE/a/") && !run.stdout.contains("predicted"), "{run:?}");
    assert_eq!(run.stderr.matches(RAISED).count(), 1, "{run:?}");
    let summary = repository.diff(&["--against", "HEAD", "--format", "summary", "--max-impact", "data-loss"]);
    assert_eq!(summary.exit, 1, "an error stays one: {summary:?}");
}

#[test]
fn an_old_state_that_cannot_be_told_is_no_answer_and_one_that_is_wrong_now_is_not_gone() {
    let broken = one("b").replace("openshift:", "openshfit:");
    let repository = Repository::of(&[("a.yaml", &one("a")), ("b.yaml", &broken)]);
    repository.write("b.yaml", &one("b"));
    let run = repository.diff(&["--against", "HEAD"]);
    assert_eq!(run.exit, 2, "{run:?}");
    assert!(run.stdout.contains("what b was in `HEAD` cannot be told"), "{run:?}");
    assert!(!run.stderr.contains("RC0628"), "said once: {run:?}");
    fs::remove_file(repository.root().join("b.yaml")).unwrap();
    assert_eq!(repository.diff(&["--against", "HEAD"]).exit, 2, "nobody knows what goes");
    repository.commit(&[("b.yaml", &one("b"))]);
    repository.write("b.yaml", &broken);
    for run in [repository.diff(&["--against", "HEAD"]), repository.check(&["--against", "HEAD", "."])] {
        assert_eq!(run.exit, 1, "{run:?}");
        assert!(!run.stderr.contains("RC0629") && !run.stdout.contains("no longer rendered"), "{run:?}");
    }
    fs::remove_file(repository.root().join("b.yaml")).unwrap();
    let gone = repository.diff(&["--against", "HEAD"]);
    assert!(gone.stderr.contains("RC0629") && gone.stdout.contains("on b is no longer rendered"), "{gone:?}");
}
