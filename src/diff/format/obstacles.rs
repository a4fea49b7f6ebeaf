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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::format::samples::{cluster, unchanged, unknown};
    use crate::live::Why;

    fn without_right(object: &str, namespace: &str) -> Unknown {
        let right =
            Right { namespace: namespace.into(), group: String::new(), resource: "secrets".into(), verb: "get" };
        let of_one = Unknown::new(Why::Forbidden, format!("cannot read {object}: forbidden"), "ask");
        Unknown { rights: vec![right], ..of_one.about(object, "user \"reader\" lacks rights") }
    }

    fn hidden(name: &str) -> ClusterDiff {
        let of = |object: &str, namespace| {
            let what = What::Unknown(without_right(object, namespace));
            crate::diff::ObjectDiff { what, ..unchanged(object) }
        };
        let mut one = cluster(name, vec![of("Secret a/x", "a"), unchanged("c"), of("Secret b/y", "b")]);
        one.unknown.push(without_right("what is rendered no more of Secret in a", "a"));
        one
    }

    #[test]
    fn rights_that_lack_are_said_once_of_a_cluster_and_of_many() {
        let one = hidden("prod");
        let [obstacle] = &*of(&one) else { panic!("{:?}", of(&one)) };
        assert_eq!(obstacle.title(&one), "prod is not known as a whole");
        let notes: Vec<String> =
            obstacle.notes().into_iter().map(|note| format!("{}: {}", note.label, note.text)).collect();
        assert_eq!(
            notes,
            [
                "unknown: user \"reader\" lacks rights",
                "not told: Secret a/x, Secret b/y",
                "not told: what is rendered no more of Secret in a",
                "missing: get secrets in a",
                "missing: get secrets in b",
                "help: bind what `deploy/rbac/diff.yaml` of regcfg has, which are the rights of this command as roles",
            ]
        );
        let thirty: Vec<ClusterDiff> = (0..30).map(|at| hidden(&format!("c-{at}"))).collect();
        let [line] = &*lines(&thirty.iter().collect::<Vec<_>>()) else { panic!("more than a line") };
        assert_eq!(line.clusters.len(), 30);
        assert!(
            line.text
                .starts_with("user \"reader\" lacks rights; missing: get secrets in a; get secrets in b; not told:")
        );
    }

    #[test]
    fn what_one_object_alone_meets_is_told_of_it() {
        let one = cluster("prod", vec![unknown("x", "the answer is no JSON"), unchanged("c")]);
        let [obstacle] = &*of(&one) else { panic!("{:?}", of(&one)) };
        assert_eq!(obstacle.title(&one), "ConfigMap openshift-config/x on prod cannot be told");
        assert_eq!(obstacle.notes()[0].text, "the answer is no JSON");
    }
}
