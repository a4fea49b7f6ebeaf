//! What cannot be told of clusters, in every form for people: each obstacle once, with all that it hides.
//!
//! Where rights are all that lacks, it is said which, and where they stand as roles. Nothing said here is safe yet.

use crate::diff::{ClusterDiff, What};
use crate::live::{Right, Unknown, each_once};

use super::values::cut;
use super::words::{self, Note, bounded, note};

/// The most obstacles of one cluster that have a line of their own.
const MOST_LINES: usize = 5;

/// What stands in the way on one cluster.
#[derive(Clone, Debug)]
pub(super) struct Obstacle {
    unknown: Unknown,
    /// How many of what it hides are objects; they come first.
    n_objects: usize,
}

/// An obstacle in a line, and the clusters on which it is the same.
pub(super) struct Line<'a> {
    pub(super) clusters: Vec<&'a str>,
    pub(super) text: String,
    pub(super) help: String,
}

/// Returns what stands in the way on a cluster.
pub(super) fn of(cluster: &ClusterDiff) -> Vec<Obstacle> {
    let of_objects = cluster.objects.iter().filter_map(|object| match &object.what {
        What::Unknown(unknown) => Some(unknown),
        _ => None,
    });
    let of_objects = each_once(of_objects).into_iter();
    let mut all: Vec<Obstacle> =
        of_objects.map(|unknown| Obstacle { n_objects: unknown.about.len(), unknown }).collect();
    for more in &cluster.unknown {
        match all.iter_mut().find(|known| known.unknown.is_alike(more)) {
            Some(known) => known.unknown.add(more),
            None => all.push(Obstacle { n_objects: 0, unknown: more.clone() }),
        }
    }
    all
}

/// Returns the obstacles of clusters in lines, those that read the same once.
pub(super) fn lines<'a>(clusters: &[&'a ClusterDiff]) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for cluster in clusters {
        let all = of(cluster);
        let more = all.len().saturating_sub(MOST_LINES);
        let said = all.iter().take(MOST_LINES).map(|obstacle| (obstacle.line(), obstacle.help()));
        let more = (more > 0).then(|| (format!("and {}", words::counted(more, "other reason")), String::new()));
        for (text, help) in said.chain(more) {
            match lines.iter_mut().find(|line| line.text == text) {
                Some(line) => line.clusters.push(&cluster.cluster),
                None => lines.push(Line { clusters: vec![&cluster.cluster], text, help }),
            }
        }
    }
    lines
}

impl Obstacle {
    /// Says what it is that cannot be told.
    pub(super) fn title(&self, cluster: &ClusterDiff) -> String {
        let name = &cluster.cluster;
        match &self.unknown.about[..self.n_objects.min(self.unknown.about.len())] {
            [object] if !self.unknown.is_general() => format!("{object} on {name} cannot be told"),
            _ if cluster.objects.is_empty() => format!("{name} could not be compared"),
            _ => format!("{name} is not known as a whole"),
        }
    }

    /// Says what is not told, why, and what can be done about it.
    pub(super) fn notes(&self) -> Vec<Note> {
        let Unknown { message, obstacle, about, rights, causes, .. } = &self.unknown;
        let mut notes = Vec::new();
        if self.unknown.is_general() {
            notes.push(note("unknown", obstacle));
            let (objects, others) = about.split_at(self.n_objects);
            if !objects.is_empty() {
                notes.push(note("not told", bounded(objects.iter())));
            }
            notes.extend(others.iter().map(|other| note("not told", other)));
            notes.extend(Right::said(rights).into_iter().map(|right| note("missing", right)));
        } else {
            notes.push(note("unknown", message));
        }
        notes.extend(causes.iter().map(|cause| match &*cause.field {
            "" => note("cause", &*cause.message),
            field => note("cause", format!("{field}: {}", cause.message)),
        }));
        let help = self.help();
        notes.extend((!help.is_empty()).then(|| note("help", help)));
        notes
    }

    fn line(&self) -> String {
        /// As much as a line takes.
        const LONGEST: usize = 400;
        let Unknown { message, about, .. } = &self.unknown;
        if !self.unknown.is_general() {
            return cut(message, LONGEST);
        }
        cut(&format!("{}; not told: {}", self.unknown.reason(), bounded(about.iter())), LONGEST)
    }

    fn help(&self) -> String {
        let Unknown { rights, help, .. } = &self.unknown;
        if rights.is_empty() {
            return help.clone();
        }
        let is_dry = rights.iter().any(|right| right.verb == "patch");
        let file = if is_dry { "deploy/rbac/diff-dry-run.yaml" } else { "deploy/rbac/diff.yaml" };
        format!("bind what `{file}` of regcfg has, which are the rights of this command as roles")
    }
}
