//! Fingerprints of findings: the same for a finding that only moved to another line, different for any two of a run.

use std::collections::BTreeMap;

use super::Outcome;
use crate::diag::Diagnostic;

/// Returns the fingerprint of each finding, in their order; those that somebody acknowledged come after those that count.
///
/// It is made of the code, the file, the object, the message, and of how often the same was said before. Places are left
/// out: an edit above a finding must not make it a new one.
pub(super) fn fingerprints(outcome: &Outcome) -> Vec<String> {
    let mut seen: BTreeMap<u128, u32> = BTreeMap::new();
    outcome.findings().chain(outcome.acknowledged()).map(|finding| one(finding, &mut seen)).collect()
}

/// Returns the fingerprint of texts that stand for one thing.
pub(super) fn of_texts(texts: &[&str]) -> String {
    format!("{:032x}", hash(texts))
}

fn one(finding: &Diagnostic, seen: &mut BTreeMap<u128, u32>) -> String {
    let object = finding.object.as_deref().unwrap_or_default();
    let texts = [finding.code.id, finding.place.source.name(), object, &finding.message];
    let n_before = seen.entry(hash(&texts)).or_default();
    let ordinal = n_before.to_string();
    *n_before += 1;
    of_texts(&[&texts[..], &[&ordinal]].concat())
}

/// FNV-1a of 128 bits, which never changes; nobody gains by two findings of one fingerprint, so it need not be more. A
/// zero byte ends each text.
fn hash(texts: &[&str]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::diag::codes::MALFORMED_YAML;
    use crate::tree::{Place, Source, SourceKind};

    fn of(places: &[usize]) -> Vec<String> {
        let source = Source::new("a.yaml", "a: 1\nb: 2\nc: 3\n", SourceKind::User);
        let mut findings = Findings::new();
        let made = places.iter().map(|at| Diagnostic::error(&MALFORMED_YAML, &Place::new(&source, *at..at + 1), "x"));
        findings.extend(made);
        fingerprints(&Outcome::new(findings))
    }

    #[test]
    fn a_finding_that_moves_keeps_its_fingerprint_and_two_never_share_one() {
        assert_eq!(of(&[0]), of(&[5]));
        let two = of(&[0, 5]);
        assert_ne!(two[0], two[1]);
        assert_eq!(two, of(&[5, 10]));
        assert_ne!(of_texts(&["ab", "c"]), of_texts(&["a", "bc"]));
        // Written into baselines of other programs, so it must never change.
        assert_eq!(of_texts(&[]), "6c62272e07bb014262b821756295c58d");
    }
}
