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
pub(super) struct Candidate<'a> {
    /// The project that it belongs to.
    pub(super) opened: &'a Opened,
    /// The files of that project.
    pub(super) project: &'a Project<'a>,
    /// Its path in the project.
    pub(super) path: ProjectPath,
    /// Its path from where the process stands.
    shown: String,
    /// The cluster's name; none where the file is too broken to have one.
    name: Option<String>,
}

/// Returns every spec of the projects, with a finding for each directory that cannot be listed.
pub(super) fn candidates<'a>(projects: &'a [(&'a Opened, Project<'a>)], findings: &mut Findings) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    for (opened, project) in projects {
        for path in opened.specs(project, findings) {
            let document = project.document(&path, None, &mut Findings::new());
            let name =
                document.and_then(|document| Some(document.node.at(&["metadata", "name"])?.as_str()?.to_owned()));
            let shown = opened.world.display(&path);
            candidates.push(Candidate { opened, project, path, shown, name });
        }
    }
    candidates
}

/// Returns the one spec that the parameters leave.
pub(super) fn choose<'c, 'a>(
    candidates: &'c [Candidate<'a>],
    parameters: &Parameters,
) -> Result<&'c Candidate<'a>, Refusal> {
    if candidates.is_empty() {
        let message = "no spec to render: no `kind: ClusterRegistry` in this directory or below";
        return Err(Refusal::new(message, "point the Application's `path` at the directory of a cluster's spec"));
    }
    // Both are relative to where the process stands; a path that leads above is none of them.
    let asked = parameters.spec.as_deref().map(|spec| ProjectPath::new(spec).ok());
    let is_meant = |candidate: &&Candidate<'_>| {
        asked.as_ref().is_none_or(|path| path.is_some() && *path == ProjectPath::new(&candidate.shown).ok())
            && parameters.cluster.as_ref().is_none_or(|name| candidate.name.as_ref() == Some(name))
    };
    let meant: Vec<&Candidate<'a>> = candidates.iter().filter(is_meant).collect();
    match *meant {
        [one] => Ok(one),
        [] => Err(Refusal::new(format!("no spec here is {}", described(parameters)), listed(candidates.iter()))),
        _ => {
            let message = format!("{} specs stand here, and an Application renders one", meant.len());
            let help = format!("set the plugin's parameter `cluster` or `spec`; {}", listed(meant.into_iter()));
            Err(Refusal::new(message, help))
        }
    }
}

/// Tells whether the directory that was opened is another tool's.
pub(super) fn is_another_tools(opened: &Opened) -> bool {
    let Some(dir) = opened.dirs.first() else { return false };
    let is_there = |name: &str| dir.join(name).is_ok_and(|path| opened.world.is_file(&path).unwrap_or(false));
    OTHER_TOOLS.into_iter().any(is_there)
}

/// Returns the first spec in the directory that was opened, or with `right_here` unset also below.
pub(super) fn first_spec(opened: &Opened, right_here: bool) -> Option<String> {
    let project = Project::new(&opened.world);
    // Directories that cannot be listed hold nothing for us.
    let files = opened.files_below(&project, &mut Findings::new());
    let is_here = |path: &ProjectPath| opened.dirs.first().is_some_and(|dir| path.parent() == *dir);
    let mut files = files.into_iter().filter(|path| !right_here || is_here(path));
    let spec = files.find(|path| project.kind_of(path) == Some(DocumentKind::Spec))?;
    Some(opened.world.display(&spec))
}

/// Says what the parameters ask for.
fn described(parameters: &Parameters) -> String {
    let file = parameters.spec.iter().map(|spec| format!("the file {}", quoted(spec)));
    let cluster = parameters.cluster.iter().map(|name| format!("for a cluster {}", quoted(name)));
    file.chain(cluster).collect::<Vec<_>>().join(" and ")
}

/// Names the specs that there are, or the first of them.
fn listed<'c, 'a: 'c>(candidates: impl ExactSizeIterator<Item = &'c Candidate<'a>>) -> String {
    let n_more = candidates.len().saturating_sub(LISTED);
    let shown = candidates.take(LISTED).map(|candidate| match &candidate.name {
        Some(name) => format!("{} for the cluster {}", quoted(&candidate.shown), quoted(name)),
        None => quoted(&candidate.shown),
    });
    let more = (n_more > 0).then(|| format!("{n_more} more"));
    format!("the specs are {}", shown.chain(more).collect::<Vec<_>>().join(", "))
}
