//! The stories of `regcfg diff` before a real API server, told of every spec of every example on every minor whose CRDs are
//! beside the repository: what is applied is no difference, what a hand changes is told alone, what operators write is silent,
//! and what Argo CD applies no more goes. Each is the same whether the server is asked, in a dry-run, or the merge is computed.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on panics, and says what it saw")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/diffs.rs"]
mod diffs;
#[path = "live_examples/dropped.rs"]
mod dropped;
#[path = "live_examples/hand.rs"]
mod hand;
#[path = "common/operator.rs"]
mod operator;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/retargeted.rs"]
mod retargeted;
#[path = "live_examples/scene.rs"]
mod scene;

use std::process::ExitCode;

use cluster::{Cluster, live};
use regcfg::target::Minor;
use scene::{Scene, for_every_spec};

fn main() -> ExitCode {
    live::run(live::tests_on_each_minor![every_story_is_told_of_every_example])
}

/// All in one, for a server of its own would take longer than each.
fn every_story_is_told_of_every_example(cluster: &Cluster, minor: Minor) {
    for_every_spec(
        cluster,
        minor,
        &[
            an_applied_example_is_no_difference,
            fields_that_are_changed_by_hand_are_told_alone,
            what_operators_write_is_silent,
            a_field_that_argo_cd_applies_no_more_goes,
        ],
    );
}

fn an_applied_example_is_no_difference(scene: &Scene<'_>) {
    scene.apply_with_kubectl();
    scene.check_same();
}

/// One field of each object, all at once: none of them hides another, and none has more to say.
fn fields_that_are_changed_by_hand_are_told_alone(scene: &Scene<'_>) {
    scene.apply_as("kubectl");
    let edits: Vec<String> = scene.objects.iter().map(|object| hand::edit(scene.cluster, object)).collect();
    scene.check_changes(&edits, hand::MANAGER);
}

fn what_operators_write_is_silent(scene: &Scene<'_>) {
    scene.apply_as("kubectl");
    operator::write(scene.cluster, scene.minor, &scene.objects);
    scene.check_same();
}

fn a_field_that_argo_cd_applies_no_more_goes(scene: &Scene<'_>) {
    scene.apply_as(dropped::ARGO_CD);
    scene.track();
    scene.without_a_field(|gone| scene.check_changes(&[gone], dropped::ARGO_CD));
}
