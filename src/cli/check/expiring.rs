//! `check --expiring TIME`: every certificate of a fleet that ends within a time, once, with the clusters that have it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::day;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Ending, Findings, Weigh, codes};
use crate::policy::Acknowledgement;
use crate::rules::Dated;
use crate::tree::Place;

/// The most clusters and places that a finding names.
const MOST: usize = 5;

/// The most days that can be asked for: a hundred years.
const MOST_DAYS: i64 = 36_525;

/// Reads a time, such as `30d` or `12w`, and returns its seconds.
pub(super) fn seconds(text: &str) -> Result<i64, String> {
    let expected = || "expected a number of days or weeks, such as 30d or 12w".to_owned();
    let (number, n_days) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 7),
        _ => return Err(expected()),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(expected());
    }
    let days = number.parse::<i64>().ok().and_then(|number| number.checked_mul(n_days));
    match days.filter(|days| (1..=MOST_DAYS).contains(days)) {
        Some(days) => Ok(days * day::SECONDS),
        None => Err("expected a time from one day to a hundred years".into()),
    }
}

/// The certificates of a fleet that end, by the day on which they do.
#[derive(Default)]
pub(super) struct Fleet {
    certificates: BTreeMap<(i64, String, u128), Held>,
    /// What the clusters acknowledge.
    pub(super) acknowledged: Vec<Arc<[Acknowledgement]>>,
}

/// Who has a certificate, and where it stands.
#[derive(Default)]
struct Held {
    day: String,
    clusters: BTreeSet<String>,
    places: BTreeMap<(String, u32), Place>,
}

impl Fleet {
    /// Adds the certificates of a cluster.
    pub(super) fn add(&mut self, cluster: &str, dated: Vec<Dated>) {
        for Dated { until: (until, day), subject, digest, place } in dated {
            let held = self.certificates.entry((until, subject, digest)).or_default();
            held.day = day;
            held.clusters.insert(cluster.to_owned());
            held.places.insert((place.source.name().to_owned(), place.start), place);
        }
    }

    /// Returns what is found, which counts as `ruling` says, and the rows of a table of it by the day.
    pub(super) fn report(&self, as_of: i64, ruling: &Arc<dyn Weigh>) -> (Findings, Vec<Ending>) {
        let (mut all, mut rows) = (Findings::new(), Vec::new());
        for ((until, subject, _), held) in &self.certificates {
            let days = (until - as_of).div_euclid(day::SECONDS);
            let Some(finding) = held.finding(subject, days) else { continue };
            let mut found = Findings::new();
            found.weigh_by(Arc::clone(ruling));
            found.push(finding);
            if found.iter().any(|finding| finding.suppressed.is_none()) {
                let places = held.places.values().map(Place::to_string).collect();
                let (day, subject, n_clusters) = (held.day.clone(), subject.clone(), held.clusters.len());
                rows.push(Ending { day, days, subject, n_clusters, places });
            }
            all.extend(found);
        }
        (all, rows)
    }
}

impl Held {
    fn finding(&self, subject: &str, days: i64) -> Option<Diagnostic> {
        let mut places = self.places.values();
        let message = format!("the certificate of {} expires on {}, {}", quoted(subject), self.day, in_days(days));
        let mut finding = Diagnostic::warning(&codes::EXPIRING_CERTIFICATE, places.next()?, message);
        for place in places.by_ref().take(MOST - 1) {
            finding = finding.note_at(place, "it stands here, too");
        }
        let n_more = places.count();
        if n_more > 0 {
            finding = finding.note(format!("and in {n_more} more places"));
        }
        let shown: Vec<String> = self.clusters.iter().take(MOST).map(|cluster| quoted(cluster)).collect();
        let more = self.clusters.len().saturating_sub(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let have = if self.clusters.len() == 1 {
            "1 cluster has it".into()
        } else {
            format!("{} clusters have it", self.clusters.len())
        };
        let help = "renew it before that day; an authority is trusted beside its successor until all that it signed is renewed";
        Some(finding.note(format!("{have}: {}{more}", shown.join(", "))).help(help))
    }
}

fn in_days(days: i64) -> String {
    match days {
        0 => "within a day".into(),
        1 => "in 1 day".into(),
        days => format!("in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_days_or_weeks() {
        assert_eq!(seconds("30d"), Ok(30 * 86_400));
        assert_eq!(seconds("12w"), Ok(84 * 86_400));
        for wrong in ["", "d", "30", "30m", "1y", "-1d", "+1d", "1.5d", "30 d", "0x1d"] {
            assert!(seconds(wrong).unwrap_err().contains("such as 30d"), "{wrong}");
        }
        for wrong in ["0d", "0w", "36526d", "99999999999999999999w", "9223372036854775807w"] {
            assert!(seconds(wrong).unwrap_err().contains("one day to a hundred years"), "{wrong}");
        }
    }
}
