//! Says the faults of a tree as findings: once each, naming the minors where a fault does not hold on the whole target.

use super::fault::{Fault, What};
use super::interpret::{self, Manner};
use super::{Kind, Segment};
use crate::diag::{Code, Diagnostic, Findings, Severity};
use crate::target::{Minor, Target};
use crate::tree::Node;

/// The codes under which faults are said: objects and regcfg's own files have their own.
#[derive(Debug)]
pub struct Codes {
    /// A field that is not known.
    pub unknown_field: &'static Code,
    /// A field that other minors have.
    pub other_minor: &'static Code,
    /// A value of another type.
    pub wrong_type: &'static Code,
    /// A required field that is not there.
    pub missing_field: &'static Code,
    /// A value that is none of the allowed ones.
    pub not_allowed: &'static Code,
    /// A text that is not in its form.
    pub malformed: &'static Code,
    /// A duration that the API server takes, and that no operator can read.
    pub lax_duration: &'static Code,
    /// Too many, too few, too long, too small.
    pub out_of_bounds: &'static Code,
    /// The same twice.
    pub duplicate: &'static Code,
    /// Fields that do not go together.
    pub not_together: &'static Code,
}

impl Codes {
    fn of(&self, what: &What<'_>) -> &'static Code {
        match what {
            What::Unknown { .. } => self.unknown_field,
            What::OtherMinor { .. } => self.other_minor,
            What::WrongType { .. } | What::NoneOfTypes { .. } => self.wrong_type,
            What::Missing { .. } => self.missing_field,
            What::NotAmong { .. } => self.not_allowed,
            What::Malformed { pattern, .. } if !pattern.words.is_empty() => self.not_allowed,
            What::Malformed { .. } | What::BadFormat { .. } | What::BadName { .. } => self.malformed,
            What::LaxDuration { .. } => self.lax_duration,
            What::OutOfBounds { .. } => self.out_of_bounds,
            What::Duplicate { .. } => self.duplicate,
            What::NoAlternative { .. } => self.not_together,
        }
    }
}

/// Checks a tree against a kind's schema on every minor of a target.
pub fn check(kind: &'static Kind, node: &Node, target: Target, manner: Manner, codes: &Codes, findings: &mut Findings) {
    let mut merged = ByMinor::new(target);
    for segment in kind.segments(target) {
        for fault in interpret::walk(kind.schema, node, segment.first, manner).faults {
            merged.add(finding(&fault, target, codes), segment);
        }
    }
    findings.extend(merged.finish());
}

/// Says one fault as a finding.
pub fn finding(fault: &Fault<'_>, target: Target, codes: &Codes) -> Diagnostic {
    let code = codes.of(&fault.what);
    let is_put_in_later = fault.is_put_in_later();
    let severity = if is_put_in_later { Severity::Info } else { Severity::Error };
    let mut finding = Diagnostic::about(code, severity, fault.origin, fault.message(target));
    if is_put_in_later {
        finding = finding.note("it stands for a value that another program puts in, and that is not checked here");
    }
    if let Some((origin, says)) = fault.also() {
        finding = finding.note_at(origin.place(), says);
    }
    match fault.help() {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// Findings of several minors, the same said once.
#[derive(Debug)]
pub struct ByMinor {
    target: Target,
    found: Vec<(Diagnostic, Vec<Segment>)>,
}

impl ByMinor {
    /// Makes an empty collection for a target.
    pub fn new(target: Target) -> Self {
        Self { target, found: Vec::new() }
    }

    /// Adds a finding of some minors.
    pub fn add(&mut self, finding: Diagnostic, on: Segment) {
        let same = |other: &Diagnostic| {
            other.code == finding.code
                && other.place == finding.place
                && other.message == finding.message
                && other.object == finding.object
        };
        match self.found.iter_mut().find(|(other, _)| same(other)) {
            Some((_, segments)) => match segments.last_mut() {
                Some(last) if Minor::all().find(|minor| *minor > last.last) == Some(on.first) => last.last = on.last,
                Some(last) if *last == on => {}
                _ => segments.push(on),
            },
            None => self.found.push((finding, vec![on])),
        }
    }

    /// Returns the findings, those that hold on a part of the target with the minors of that part.
    pub fn finish(self) -> impl Iterator<Item = Diagnostic> {
        let whole = Segment { first: self.target.first(), last: self.target.last() };
        self.found.into_iter().map(move |(mut finding, segments)| {
            // A field of other minors says itself which those are.
            let says_minors = finding.message.ends_with(&format!("; the target is {}", self.target));
            if segments != [whole] && !says_minors {
                let on: Vec<String> = segments.iter().map(ToString::to_string).collect();
                finding.message.push_str(", on ");
                finding.message.push_str(&on.join(" and "));
            }
            finding
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    static ANY: Code = Code { id: "RC0000", name: "any", explanation: "" };
    static CODES: Codes = Codes {
        unknown_field: &ANY,
        other_minor: &ANY,
        wrong_type: &ANY,
        missing_field: &ANY,
        not_allowed: &ANY,
        malformed: &ANY,
        lax_duration: &ANY,
        out_of_bounds: &ANY,
        duplicate: &ANY,
        not_together: &ANY,
    };

    /// Checks the spec of a config on a target; an expected finding is `text at its place: message`.
    fn check_spec(target: &str, spec: &str, expected: &[&str]) {
        let head =
            "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\nspec:\n  ";
        let source = Source::new("a.yaml", head.to_owned() + &spec.replace('\n', "\n  "), SourceKind::User);
        let mut findings = Findings::new();
        let node = document(&source, Reading::Strict, &mut findings).unwrap();
        let kind = find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
        check(kind, &node, target.parse().unwrap(), Manner::OBJECT, &CODES, &mut findings);
        findings.sort_for_showing();
        let shown: Vec<String> =
            findings.iter().map(|finding| format!("{}: {}", finding.place.text(), finding.message)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_right_has_no_finding() {
        check_spec("4.4", "{logging: 2, managementState: Managed, replicas: 2.0}", &[]);
        let spec = "replicas: 2\nresources: {requests: {cpu: 1, memory: 256Mi}}\nobservedConfig: null\nproxy: null";
        check_spec("4.12..5.1", spec, &[]);
    }

    #[test]
    fn unknown_fields_point_at_their_key() {
        let spec = "replicas: 1\nstorage: {s3: {bukcet: b}}";
        check_spec("4.19", spec, &["bukcet: unknown field `bukcet` in `spec.storage.s3`"]);
    }

    #[test]
    fn fields_of_other_minors_say_since_when_they_exist() {
        let spec = "managementState: Managed\nreplicas: 1\nstorage: {s3: {trustedCA: {name: a}}}";
        let since = "trustedCA: `spec.storage.s3.trustedCA` exists since OpenShift 4.11; the target is";
        check_spec("4.10", spec, &[&format!("{since} 4.10")]);
        check_spec("4.9..4.12", spec, &[&format!("{since} 4.9..4.12")]);
        check_spec("4.11", spec, &[]);
    }

    #[test]
    fn required_fields_are_those_of_the_minor() {
        check_spec("4.12", "readOnly: true\nreplicas: 1", &[]);
        let missing = ["spec: `spec.logging` is missing, on 4.5", "spec: `spec.managementState` is missing"];
        check_spec("4.5..4.6", "replicas: 1", &missing);
        check_spec("4.12", "replicas: null", &["spec: `spec.replicas` is missing"]);
    }

    #[test]
    fn values_are_checked_where_they_stand() {
        let check = |spec: &str, expected: &str| {
            let spec = if spec.contains("replicas") { spec.to_owned() } else { format!("replicas: 1\n{spec}") };
            check_spec("4.19", &spec, &[expected]);
        };
        check("replicas: two", "two: `spec.replicas` must be a whole number, not a string");
        check("replicas: 3000000000", "3000000000: `spec.replicas` must be at most 2147483647");
        check(
            "managementState: managed",
            "managed: `spec.managementState` must be one of `Managed`, `Unmanaged`, `Force`, `Removed`, not `managed`",
        );
        check(
            "storage: {azure: {container: A--b}}",
            "A--b: `spec.storage.azure.container` must be lowercase letters and digits in groups joined by single `-`, \
             not `A--b`",
        );
        check("storage: {s3: {chunkSizeMiB: 4}}", "4: `spec.storage.s3.chunkSizeMiB` must be at least 5");
        let soon = "requests: {read: {maxWaitInQueue: soon}}";
        let wait = "soon: `spec.requests.read.maxWaitInQueue` must be a duration such as `30s` or `1h30m`, not `soon`";
        check(soon, wait);
        check_spec("4.4", &format!("replicas: 1\nlogging: 1\nmanagementState: Managed\n{soon}"), &[]);
    }

    #[test]
    fn an_item_that_stands_twice_points_at_both() {
        let spec = "replicas: 1\nresources:\n  claims:\n  - {name: a}\n  - {name: b}\n  - {name: a, request: c}";
        let twice = "a: `name` `a` stands twice in `spec.resources.claims`";
        check_spec("4.19", spec, &[twice]);
    }

    #[test]
    fn alternatives_see_defaults() {
        let check = |encryption: &str, expected: &[&str]| {
            check_spec("4.16", &format!("replicas: 1\nstorage: {{oss: {{encryption: {encryption}}}}}"), expected);
        };
        let says = "`spec.storage.oss.encryption` must have `kms` with the method `KMS`, and only with it";
        check("{}", &[]);
        check("{method: KMS, kms: {keyID: a}}", &[]);
        check("{kms: {keyID: a}}", &[&format!("encryption: {says}")]);
        check("{method: KMS}", &[&format!("encryption: {says}")]);
    }
}
