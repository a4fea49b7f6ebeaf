//! Any bytes as the files of a project, through the whole pipeline: no panic, no hang, every finding with a place, and
//! nothing printed that acts. What is rendered parses.
//!
//! The input is split at lines `=== PATH`; what stands before the first is `cluster.yaml`.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use regcfg::diag::format::{json, text};
use regcfg::diag::{Findings, Outcome};
use regcfg::emit::stream::join;
use regcfg::emit::{DecryptedBy, Secrets, manifests};
use regcfg::load::Project;
use regcfg::lower::Day;
use regcfg::pipeline::{Session, compile};
use regcfg::profile::Profiles;
use regcfg::secret::{AllowedEnv, Identities, Reveal};
use regcfg::world::{MemWorld, ProjectPath};

/// Made once: the built-in profiles are the same for every input.
static BUILTIN: LazyLock<Profiles> = LazyLock::new(Profiles::builtin);

fuzz_target!(|bytes: &[u8]| {
    let Ok(input) = std::str::from_utf8(bytes) else { return };
    let mut files = vec![("cluster.yaml", String::new())];
    for line in input.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(path) => files.push((path.trim_end(), String::new())),
            None => files.last_mut().expect("there is always one").1.push_str(line),
        }
    }
    let world = MemWorld::new(files.iter().map(|(path, text)| (*path, text.as_str())));
    let world = world.with_env("REGCFG_SECRET_A", "hunter2-hunter2").with_now(1_750_000_000);
    let project = Project::new(&world);
    let mut findings = Findings::new();
    let own = files.iter().any(|(path, _)| *path == "regcfg.yaml").then(|| Profiles::of(&project, &mut findings));
    if findings.has_errors() {
        return;
    }
    let day = if bytes.len() % 2 == 0 { Day::Running } else { Day::Zero };
    let profiles = own.as_ref().unwrap_or(&BUILTIN);
    let session = Session { project: &project, profiles, day, as_of: 1_750_000_000, in_force: Arc::default() };
    let path = ProjectPath::new("cluster.yaml").expect("a path");
    if let Some(bundle) = compile(&session, &path, &mut findings) {
        assert!(!findings.has_errors(), "objects in spite of errors: {findings:?}");
        let allowed = AllowedEnv::default();
        let secrets = Secrets { reveal: Reveal::Reveal, allowed: &allowed, identities: &Identities::default(), world: &world, decrypted_by: DecryptedBy::Engine };
        let rendered = manifests(&bundle.cluster, bundle.objects, bundle.name.place(), &secrets, &mut findings);
        if let Some(rendered) = rendered {
            let stream = join([&rendered]);
            let read: Result<Vec<serde_json::Value>, _> = serde_yaml::from_multiple(&stream);
            assert!(read.is_ok(), "{read:?}\n{}", *stream);
        }
    } else {
        assert!(findings.has_errors(), "nothing rendered, and nothing said");
    }
    let outcome = Outcome::new(findings);
    for finding in outcome.findings() {
        assert!(!finding.place.source.name().is_empty(), "no place: {finding:?}");
    }
    let shown = text::findings(&outcome, &text::Styles::plain()) + &json::document(&outcome);
    let acts = |char: char| char.is_control() && char != '\n' || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!shown.contains(acts), "{shown:?}");
    assert!(!shown.contains("hunter2"), "a secret is shown: {shown}");
});
