//! Which spec of a directory an Application is about: the only one, or the one that its parameters name.

use super::parameters::Parameters;
use crate::cli::failure::Refusal;
use crate::cli::workspace::Opened;
use crate::diag::Findings;
use crate::diag::visible::quoted;
use crate::load::{DocumentKind, Project};
use crate::world::{ProjectPath, World};

/// Files that make a directory another tool's.
const OTHER_TOOLS: [&str; 4] = ["Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Specs that a refusal lists.
const LISTED: usize = 10;

/// A spec that may be meant.
struct Candidate<'a> {
    path: &'a ProjectPath,
    /// How the user would write the path.
    shown: String,
    /// The cluster's name; none where the file is too broken to have one.
    name: Option<String>,
}

/// Returns the one spec that the parameters leave.
pub(super) fn choose<'a>(
    specs: &'a [ProjectPath],
    parameters: &Parameters,
    opened: &Opened,
    project: &Project<'_>,
) -> Result<&'a ProjectPath, Refusal> {
    if specs.is_empty() {
        let message = "no spec to render: no `kind: ClusterRegistry` in this directory or below";
        return Err(Refusal::new(message, "point the Application's `path` at the directory of a cluster's spec"));
    }
    let all: Vec<Candidate<'a>> = specs.iter().map(|path| candidate(path, opened, project)).collect();
    // A path that leads out of the project is none of them.
    let dir = opened.dirs.first();
    let asked = parameters.spec.as_deref().map(|spec| dir.and_then(|dir| dir.join(spec).ok()));
    let is_meant = |candidate: &&Candidate<'_>| {
        asked.as_ref().is_none_or(|path| path.as_ref() == Some(candidate.path))
            && parameters.cluster.as_ref().is_none_or(|name| candidate.name.as_ref() == Some(name))
    };
    let meant: Vec<&Candidate<'a>> = all.iter().filter(is_meant).collect();
    match *meant {
        [one] => Ok(one.path),
        [] => Err(Refusal::new(format!("no spec here is {}", described(parameters)), listed(all.iter()))),
        _ => {
            let message = format!("{} specs stand here, and an Application renders one", meant.len());
            let help = format!("set the plugin's parameter `cluster` or `spec`; {}", listed(meant.into_iter()));
            Err(Refusal::new(message, help))
        }
    }
}

/// Returns the first spec in the directory or below, unless the directory is another tool's.
pub(super) fn first_spec(opened: &Opened, project: &Project<'_>) -> Option<ProjectPath> {
    let dir = opened.dirs.first()?;
    let is_there =
        |name: &&'static str| dir.join(name).is_ok_and(|path| project.world().is_file(&path).unwrap_or(false));
    let is_another_tools = OTHER_TOOLS.iter().any(is_there);
    // Directories that cannot be listed hold nothing for us.
    let mut files = project.yaml_files(dir, &mut Findings::new());
    files.retain(|path| !is_another_tools || path.parent() == *dir);
    files.into_iter().find(|path| project.kind_of(path) == Some(DocumentKind::Spec))
}

fn candidate<'a>(path: &'a ProjectPath, opened: &Opened, project: &Project<'_>) -> Candidate<'a> {
    let document = project.document(path, None, &mut Findings::new());
    let name = document.and_then(|document| Some(document.node.at(&["metadata", "name"])?.as_str()?.to_owned()));
    Candidate { path, shown: opened.world.display(path), name }
}

/// Says what the parameters ask for.
fn described(parameters: &Parameters) -> String {
    let file = parameters.spec.iter().map(|spec| format!("the file {}", quoted(spec)));
    let cluster = parameters.cluster.iter().map(|name| format!("for a cluster {}", quoted(name)));
    file.chain(cluster).collect::<Vec<_>>().join(" and ")
}

/// Names the specs that there are, or the first of them.
fn listed<'a>(candidates: impl ExactSizeIterator<Item = &'a Candidate<'a>>) -> String {
    let n_more = candidates.len().saturating_sub(LISTED);
    let shown = candidates.take(LISTED).map(|candidate| match &candidate.name {
        Some(name) => format!("{} for the cluster {}", quoted(&candidate.shown), quoted(name)),
        None => quoted(&candidate.shown),
    });
    let more = (n_more > 0).then(|| format!("{n_more} more"));
    format!("the specs are {}", shown.chain(more).collect::<Vec<_>>().join(", "))
}
