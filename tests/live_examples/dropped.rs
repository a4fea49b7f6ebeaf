//! What somebody takes out of a spec: a line, without which one field of one object is gone, and nothing else is other.

use std::fs;

use serde_json::{Map, Value as Json};

use crate::cluster::crds;
use crate::cluster::objects::path;
use crate::diffs::ordered;
use crate::retargeted::{decrypted, take_away};
use crate::scene::{Scene, read};

/// The manager by which Argo CD applies.
pub(crate) const ARGO_CD: &str = "argocd-controller";

impl Scene<'_> {
    /// Takes a line out of the spec, or of a layer where the spec has none that will do: another one on each minor. Calls
    /// `check` with how diff tells it, and puts the line back.
    pub(crate) fn without_a_field(&self, check: impl Fn(String)) {
        let before = &self.objects;
        for file in [self.project.dir().join(&self.spec)].into_iter().chain(self.project.layers()) {
            let text = read(&file);
            for line in self.lines_of_spec(&text) {
                take_away(&file, line);
                let after = self.render().map(|rendered| decrypted(&rendered));
                let gone = after.and_then(|after| gone(before, &after));
                let gone = gone.filter(|gone| !self.others_wrote(gone));
                if let Some(gone) = &gone {
                    check(gone.told());
                }
                fs::write(&file, &text).unwrap();
                if gone.is_some() {
                    return;
                }
            }
        }
        panic!("no field of {} can go", self.spec.display());
    }

    /// Tells whether somebody beside Argo CD wrote a field, too, which stays then.
    fn others_wrote(&self, gone: &Gone<'_>) -> bool {
        let live = self.cluster.raw("GET", &path(gone.object), None).json();
        let others = live["metadata"]["managedFields"].as_array().unwrap().iter();
        let mut others = others.filter(|entry| entry["manager"] != ARGO_CD);
        let owns = |entry: &Json| {
            gone.path.iter().try_fold(&entry["fieldsV1"], |at, name| at.get(format!("f:{name}"))).is_some()
        };
        others.any(owns)
    }

    /// Returns the numbers of the lines below `spec`, from a place that differs from minor to minor.
    fn lines_of_spec(&self, text: &str) -> Vec<usize> {
        let n_lines = text.lines().count();
        let begin = text.lines().position(|line| line == "spec:").map_or(n_lines, |at| at + 1);
        let mut lines: Vec<usize> = (begin + 1..=n_lines).collect();
        let minor = crds::minors().iter().position(|minor| *minor == self.minor).unwrap();
        let n_passed = (minor * 5).checked_rem(lines.len()).unwrap_or_default();
        lines.rotate_left(n_passed);
        lines
    }
}

/// A field that is gone of an object.
struct Gone<'a> {
    object: &'a Json,
    path: Vec<&'a str>,
    value: &'a Json,
}

impl Gone<'_> {
    fn told(&self) -> String {
        let is_plain = |name: &str| name.chars().all(|char| char.is_ascii_alphanumeric() || "_-".contains(char));
        let step = |name: &&str| if is_plain(name) { format!(".{name}") } else { format!("[{name:?}]") };
        let path: String = self.path.iter().map(step).collect();
        // What a Secret is made of is not shown.
        let is_concealed = self.object["kind"] == "SealedSecret" && self.path.contains(&"data");
        let value = if is_concealed { "\"(a secret)\"".to_owned() } else { ordered(self.value) };
        format!("{} {}: {value} -> -", self.object["kind"].as_str().unwrap(), &path[1..])
    }
}

/// Returns the field that is gone, where that is all that differs. None in a claim, which cannot change.
fn gone<'a>(before: &'a [Json], after: &[Json]) -> Option<Gone<'a>> {
    if before.len() != after.len() {
        return None;
    }
    let differ: Vec<_> = before.iter().zip(after).filter(|(before, after)| before != after).collect();
    let [(object, after)] = *differ else { return None };
    let mut path = Vec::new();
    let value = gone_of(object.as_object()?, after.as_object()?, &mut path)?;
    (object["kind"] != "PersistentVolumeClaim").then_some(Gone { object, path, value })
}

fn gone_of<'a>(before: &'a Map<String, Json>, after: &Map<String, Json>, path: &mut Vec<&'a str>) -> Option<&'a Json> {
    let differ: Vec<_> = before.iter().filter(|(name, value)| after.get(*name) != Some(value)).collect();
    let [(name, value)] = *differ else { return None };
    path.push(name);
    match after.get(name) {
        None => Some(value),
        Some(left) => gone_of(value.as_object()?, left.as_object()?, path),
    }
}
