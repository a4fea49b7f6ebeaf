//! The laws of `regcfg import`: what is imported renders again, what is rendered is imported again, and nothing of an object
//! changes or goes without a word.

#![expect(clippy::disallowed_methods, reason = "tests read the disk, where the library may not")]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../properties/choices.rs"]
mod choices;
mod examples;
mod filled;
#[allow(dead_code, clippy::unwrap_used, reason = "other tests use the rest, and panic where they cannot go on")]
#[path = "../common/generate.rs"]
mod generate;
mod generated;
mod laws;
mod objects;
mod odd;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../properties/spec.rs"]
mod spec;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../properties/tree.rs"]
mod tree;

use std::sync::Arc;

use regcfg::diag::Findings;
use regcfg::import::Imported;
use regcfg::load::Project;
use regcfg::lower::Day;
use regcfg::pipeline::Session;
use regcfg::policy::InForce;
use regcfg::profile::Profiles;
use regcfg::tree::emit::to_json;
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Node, Source, SourceKind};
use regcfg::world::MemWorld;
use serde_json::Value as Json;

/// When the certificates of the specs are good.
const NOW: i64 = 1_798_761_600;

fn n_cases() -> u32 {
    std::env::var("REGCFG_PROPTEST_CASES").ok().and_then(|n_cases| n_cases.parse().ok()).unwrap_or(96)
}

fn session<'w>(project: &'w Project<'w>, profiles: &'w Profiles) -> Session<'w> {
    let mut findings = Findings::new();
    let in_force = Arc::new(InForce::of(&project.settings(&mut findings), None, &mut findings));
    Session { project, profiles, day: Day::Running, as_of: NOW, in_force }
}

/// Returns what was found, in one line.
fn said(findings: &Findings) -> String {
    let said = findings.iter().map(|finding| format!("{} {} {}", finding.place, finding.code.id, finding.message));
    said.collect::<Vec<_>>().join("; ")
}

/// Returns a spec that was imported, with its files, as `spec.yaml` of a project with a project file, if there is any; such a
/// project has the platform of generated specs, too.
fn world(imported: &Imported, settings: &str) -> MemWorld {
    let files = imported.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let project = [("regcfg.yaml", settings), spec::PROJECT[1]].into_iter().filter(|_| !settings.is_empty());
    MemWorld::new(files.chain([("spec.yaml", imported.spec.as_str())]).chain(project)).with_now(NOW)
}

/// Reads objects as a manifest of somebody's is read.
fn nodes(objects: &[Json]) -> Vec<Node> {
    let read = |object: &Json| {
        let source = Source::new("objects.yaml", object.to_string(), SourceKind::User);
        documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("JSON is YAML").remove(0)
    };
    objects.iter().map(read).collect()
}

/// Returns an object as JSON, without its secrets.
fn json(node: &Node) -> Json {
    to_json(node, &mut |_| Some("hidden".to_owned().into())).expect("it can be written")
}
