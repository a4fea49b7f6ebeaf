//! The format for people of the certificates that end within a time, by the day on which they do.
//!
//! ```text
//! 2 certificates expire soon
//!   2026-12-01    10 days  CN=Root       1000 clusters  certificates/root.crt:1:1
//!   2026-12-24    33 days  CN=Corporate  1 cluster      certificates/a.crt:1:1 and 2 more
//! ```
//!
//! Every line goes through [`inert`], as those of findings do.

use crate::diag::Ending;
use crate::diag::outcome::counted;
use crate::diag::visible::inert;

/// Writes the table; nothing where there is none.
pub fn text(rows: &[Ending]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let subjects: Vec<String> = rows.iter().map(|row| inert(&row.subject).into_owned()).collect();
    let clusters: Vec<String> = rows.iter().map(|row| counted(row.n_clusters, "cluster")).collect();
    let days: Vec<String> =
        rows.iter().map(|row| counted(usize::try_from(row.days).unwrap_or_default(), "day")).collect();
    let widest = |of: &[String]| of.iter().map(|text| text.chars().count()).max().unwrap_or_default();
    let (for_days, for_subjects, for_clusters) = (widest(&days), widest(&subjects), widest(&clusters));
    let verb = if rows.len() == 1 { "expires" } else { "expire" };
    let mut text = format!("{} {verb} soon\n", counted(rows.len(), "certificate"));
    for (((row, subject), clusters), days) in rows.iter().zip(&subjects).zip(&clusters).zip(&days) {
        let place = match &*row.places {
            [] => String::new(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        };
        let row =
            format!("  {}  {days:>for_days$}  {subject:<for_subjects$}  {clusters:<for_clusters$}  {place}", row.day);
        text.push_str(&inert(row.trim_end()));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::visible::acts;

    #[test]
    fn rows_stand_in_columns_and_nothing_in_them_acts() {
        let row = |days, subject: &str, n_clusters, places: &[&str]| Ending {
            day: "2026-12-01".into(),
            days,
            subject: subject.into(),
            n_clusters,
            places: places.iter().map(|place| (*place).to_owned()).collect(),
        };
        let shown = text(&[row(1, "CN=A", 1, &["a.crt:1:1"]), row(10, "CN=Bé", 1000, &["b.crt:1:1", "c.crt:1:1"])]);
        assert_eq!(
            shown,
            "2 certificates expire soon\n  2026-12-01    1 day  CN=A   1 cluster      a.crt:1:1\n  \
             2026-12-01  10 days  CN=Bé  1000 clusters  b.crt:1:1 and 1 more\n"
        );
        let hostile = text(&[row(1, "CN=\u{1b}[2J\n::error::x", 1, &["\u{202e}.crt"])]);
        assert!(hostile.chars().all(|char| char == '\n' || !acts(char)), "{hostile:?}");
        assert_eq!((hostile.lines().count(), text(&[])), (2, String::new()));
    }
}
