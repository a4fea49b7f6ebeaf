//! A spec that was imported -> what it renders, beside what it was imported from.

use std::sync::Arc;

use crate::diag::Findings;
use crate::diag::visible::visible;
use crate::import::Imported;
use crate::load::Project;
use crate::lower::Day;
use crate::name::ObjectName;
use crate::pem;
use crate::pipeline::{Session, compile};
use crate::profile::Profiles;
use crate::tree::{Node, Value};
use crate::world::{MemWorld, ProjectPath};

/// What came of rendering a spec.
pub(super) struct Proof {
    /// What is found on the spec.
    pub(super) findings: Findings,
    /// The values that it renders otherwise than they were, one line each.
    pub(super) differs: Vec<String>,
}

/// Renders a spec, and compares each value with the one that it was made of. What is rendered beside them is no difference:
/// `regcfg diff` tells it.
pub(super) fn proof(imported: &Imported, originals: &[Node], profiles: &Profiles, as_of: i64) -> Proof {
    let spec = format!("{}.yaml", imported.name);
    let files = imported.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let world = MemWorld::new(files.chain([(spec.as_str(), imported.spec.as_str())])).with_now(as_of);
    let project = Project::new(&world);
    let session = Session { project: &project, profiles, day: Day::Running, as_of, in_force: Arc::default() };
    let mut findings = Findings::new();
    let bundle = ProjectPath::new(&spec).ok().and_then(|path| compile(&session, &path, &mut findings));
    let mut differs = Vec::new();
    for object in bundle.iter().flat_map(|bundle| &bundle.objects) {
        let name = ObjectName::of(object);
        let Some(original) = originals.iter().find(|original| ObjectName::of(original) == name) else { continue };
        for part in ["spec", "data", "roleRef", "subjects", "rules"] {
            if let (Some(new), Some(old)) = (object.get(part), original.get(part)) {
                compare(old, new, part, &mut |path| {
                    differs.push(format!("{}: {}", visible(&name.to_string()), visible(path)));
                });
            }
        }
    }
    Proof { findings, differs }
}

/// Visits the paths of values that are in both and are not the same.
fn compare(old: &Node, new: &Node, path: &str, visit: &mut dyn FnMut(&str)) {
    match (&old.value, &new.value) {
        (Value::Map(old), Value::Map(new)) => {
            for (name, entry) in new {
                if let Some(before) = old.get(name).filter(|before| !before.node.is_null()) {
                    compare(&before.node, &entry.node, &format!("{path}.{name}"), visit);
                }
            }
        }
        (Value::Seq(old), Value::Seq(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(old, new, &format!("{path}[{index}]"), visit);
            }
        }
        (Value::String(old), Value::String(new)) => {
            // Of certificates nothing else that stands there counts; what was left out of them is on the list.
            let text = |text: &str| match pem::certificates_only(text) {
                certificates if certificates.is_empty() => text.to_owned(),
                certificates => certificates,
            };
            let words = |of: &str| text(of).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            if words(old) != words(new) {
                visit(path);
            }
        }
        (old, new) if old == new => {}
        _ => visit(path),
    }
}
