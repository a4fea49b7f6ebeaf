//! A ClusterOperator's conditions taken apart: each is the union of many, by how their types end.
//!
//! Its reason is the reasons of the parts, each behind the prefix of its type, joined by `::`; its message has a line
//! `Type: text` for each (openshift/library-go `pkg/operator/status/condition.go`, openshift/cluster-image-registry-operator
//! `pkg/resource/clusteroperator.go`). Parts that are well may stand among them.

use super::super::health::{self, Health};
use super::{Symptom, conditions};
use crate::tree::Node;

/// How the types end that a ClusterOperator is made of.
const ENDINGS: [&str; 3] = ["Available", "Progressing", "Degraded"];

/// The prefix of what comes from the pruner.
const PRUNER: &str = "ImagePruner";

/// The reasons that say of a part that all is well, or that it is as its configuration wants it.
const WELL: [&str; 7] = ["", "AsExpected", "Ready", "MinimumAvailability", "Removed", "Unmanaged", "Complete"];

/// Returns the parts of a ClusterOperator's conditions that do not look well, as conditions of the objects that have them.
pub(super) fn parts(operator: &Node) -> Vec<Symptom> {
    let ill = conditions("ClusterOperator", operator).into_iter().filter(|symptom| {
        let condition = &symptom.condition;
        ENDINGS.contains(&&*condition.kind)
            && health::of("ClusterOperator", &condition.kind, &condition.status) == Health::Ill
    });
    ill.flat_map(|symptom| of_one(&symptom)).collect()
}

/// A line of the message: the prefix of its type, and its text.
struct Line<'m> {
    prefix: &'m str,
    text: String,
}

fn of_one(symptom: &Symptom) -> Vec<Symptom> {
    let condition = &symptom.condition;
    let lines = lines(&condition.message, &condition.kind);
    let mut parts: Vec<Symptom> = condition
        .reason
        .split("::")
        .filter_map(|reason| {
            let line = lines.iter().filter(|line| reason.starts_with(line.prefix)).max_by_key(|line| line.prefix.len());
            let prefix = match line {
                Some(line) if !line.prefix.is_empty() => line.prefix,
                // A part whose message is empty has no line.
                _ if reason.starts_with(PRUNER) => PRUNER,
                _ => "",
            };
            let of_part = &reason[prefix.len()..];
            let text = line.filter(|line| line.prefix == prefix).map_or("", |line| &line.text);
            (!WELL.contains(&of_part)).then(|| part(symptom, prefix, of_part, text))
        })
        .collect();
    if parts.is_empty() {
        let of_none: Vec<&Line<'_>> = lines.iter().filter(|line| !line.text.is_empty()).collect();
        let text = of_none.first().map_or(&*condition.message, |line| &line.text);
        parts.push(part(symptom, of_none.first().map_or("", |line| line.prefix), &condition.reason, text));
    }
    parts
}

fn part(symptom: &Symptom, prefix: &str, reason: &str, text: &str) -> Symptom {
    let condition = &symptom.condition;
    let (of, kind) = match prefix.strip_prefix(PRUNER) {
        Some(rest) => ("ImagePruner", format!("{rest}{}", condition.kind)),
        None => ("Config", format!("{prefix}{}", condition.kind)),
    };
    let mut part = Symptom::new(of, "cluster", [&kind, &condition.status, reason], text);
    part.condition.object.clone_from(&symptom.condition.object);
    part
}

/// Reads the lines of a message; several of one type are one text.
fn lines<'m>(message: &'m str, ending: &str) -> Vec<Line<'m>> {
    let mut lines: Vec<Line<'m>> = Vec::new();
    for line in message.lines() {
        let typed = line.split_once(": ").and_then(|(kind, text)| Some((kind.strip_suffix(ending)?, text)));
        match typed.filter(|(prefix, _)| prefix.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            Some((prefix, text)) => match lines.last_mut().filter(|last| last.prefix == prefix) {
                Some(last) => last.text = format!("{}\n{text}", last.text),
                None => lines.push(Line { prefix, text: text.into() }),
            },
            None => {
                if let Some(last) = lines.last_mut() {
                    last.text = format!("{}\n{line}", last.text);
                }
            }
        }
    }
    if lines.is_empty() {
        lines.push(Line { prefix: "", text: message.into() });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: &str, reason: &str, message: &str, expected: &[[&str; 4]]) {
        let symptom = Symptom::new("ClusterOperator", "image-registry", [kind, "True", reason], message);
        let parts = of_one(&symptom);
        let shown: Vec<[&str; 4]> = parts
            .iter()
            .map(|part| [part.of, &*part.condition.kind, &*part.condition.reason, &*part.condition.message])
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_union_is_taken_apart_by_its_reasons_and_lines() {
        check(
            "Degraded",
            "ImagePrunerJobFailed::Removed",
            "Degraded: The registry is removed\nImagePrunerDegraded: Job has reached the specified backoff limit",
            &[["ImagePruner", "Degraded", "JobFailed", "Job has reached the specified backoff limit"]],
        );
        check(
            "Available",
            "NodeCADaemonNoAvailableReplicas::NoReplicasAvailable",
            "Available: The deployment does not have available replicas\n\
             NodeCADaemonAvailable: The daemon set node-ca does not have available replicas\n\
             ImagePrunerAvailable: Pruner CronJob has been created",
            &[
                [
                    "Config",
                    "NodeCADaemonAvailable",
                    "NoAvailableReplicas",
                    "The daemon set node-ca does not have available replicas",
                ],
                ["Config", "Available", "NoReplicasAvailable", "The deployment does not have available replicas"],
            ],
        );
        check(
            "Degraded",
            "ImageRegistryCertificatesControllerError",
            "ImageRegistryCertificatesControllerDegraded: one\nImageRegistryCertificatesControllerDegraded: two",
            &[["Config", "ImageRegistryCertificatesControllerDegraded", "Error", "one\ntwo"]],
        );
    }

    #[test]
    fn a_union_of_one_is_that_one() {
        check(
            "Progressing",
            "Error",
            "Progressing: Unable to apply resources: a: b",
            &[["Config", "Progressing", "Error", "Unable to apply resources: a: b"]],
        );
        check("Degraded", "Odd", "no line of a type", &[["Config", "Degraded", "Odd", "no line of a type"]]);
        check("Degraded", "Removed", "Degraded: x", &[["Config", "Degraded", "Removed", "x"]]);
    }
}
