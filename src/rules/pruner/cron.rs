//! Schedules as a CronJob of Kubernetes reads them: five fields, or a macro.
//!
//! Source: robfig/cron `parser.go` (`ParseStandard`), and kubernetes/kubernetes `pkg/apis/batch/validation`. The words of
//! errors are those of the parser, so that they are the ones that the cluster shows.

use crate::schema::format::is_go_duration;

/// A field of a schedule: its least and greatest number, and the names that stand for numbers, from the least on.
struct Field {
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { least: 0, most: 59, names: &[] },
    Field { least: 0, most: 23, names: &[] },
    Field { least: 1, most: 31, names: &[] },
    Field {
        least: 1,
        most: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Field { least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

const MACROS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Checks a schedule that names no time zone.
///
/// # Errors
/// Says what is wrong with it, in the parser's words.
pub(super) fn check(schedule: &str) -> Result<(), String> {
    if schedule.starts_with('@') {
        return descriptor(schedule);
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
    }
    fields.iter().zip(&FIELDS).try_for_each(|(text, field)| {
        text.split(',').filter(|range| !range.is_empty()).try_for_each(|range| field.check(range))
    })
}

/// Returns the schedule behind a time zone, if it names one.
pub(super) fn without_time_zone(schedule: &str) -> Option<&str> {
    let zoned = schedule.strip_prefix("TZ=").or_else(|| schedule.strip_prefix("CRON_TZ="))?;
    Some(zoned.split_once(' ').map_or("", |(_, rest)| rest.trim()))
}

fn descriptor(text: &str) -> Result<(), String> {
    match text.strip_prefix("@every ") {
        Some(duration) if is_go_duration(duration) => Ok(()),
        Some(_) => Err(format!("failed to parse duration {text}: …")),
        None if MACROS.contains(&text) => Ok(()),
        None => Err(format!("unrecognized descriptor: {text}")),
    }
}

impl Field {
    /// Checks one range, `a`, `a-b`, `*` or `?`, each perhaps with `/step`.
    fn check(&self, range: &str) -> Result<(), String> {
        let mut parts = range.split('/');
        let bounds = parts.next().unwrap_or_default();
        let step = parts.next();
        if parts.next().is_some() {
            return Err(format!("too many slashes: {range}"));
        }
        let mut ends = bounds.split('-');
        let first = ends.next().unwrap_or_default();
        let (start, mut end) = if matches!(first, "*" | "?") {
            (self.least, self.most)
        } else {
            let start = self.number(first)?;
            let end = ends.next().map_or(Ok(start), |end| self.number(end))?;
            if ends.next().is_some() {
                return Err(format!("too many hyphens: {range}"));
            }
            (start, end)
        };
        if let Some(step) = step {
            if number(step)? == 0 {
                return Err(format!("step of range should be a positive number: {range}"));
            }
            if !bounds.contains('-') {
                end = self.most;
            }
        }
        self.check_bounds(start, end, range)
    }

    fn check_bounds(&self, start: u32, end: u32, range: &str) -> Result<(), String> {
        if start < self.least {
            return Err(format!("beginning of range ({start}) below minimum ({}): {range}", self.least));
        }
        if end > self.most {
            return Err(format!("end of range ({end}) above maximum ({}): {range}", self.most));
        }
        if start > end {
            return Err(format!("beginning of range ({start}) beyond end of range ({end}): {range}"));
        }
        Ok(())
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        named.and_then(|at| u32::try_from(at).ok()).map_or_else(|| number(text), |at| Ok(self.least + at))
    }
}

fn number(text: &str) -> Result<u32, String> {
    let number: i64 = text.parse().map_err(|_| format!("failed to parse int from {text}: …"))?;
    if number < 0 {
        return Err(format!("negative number ({number}) not allowed: {text}"));
    }
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_that_kubernetes_takes() {
        for right in [
            "0 0 * * *",
            "*/15 * * * *",
            "0 2 * * SUN",
            "0 2 * jan-Mar mon,wed",
            "5/20 0-6/2 1,15 * ?",
            "0  2\t* * *",
            "1,,2 * * * *",
            "*/61 * * * *",
            "@hourly",
            "@midnight",
            "@every 1h",
            "@every 90m30s",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
    }

    #[test]
    fn schedules_that_kubernetes_refuses() {
        for (wrong, says) in [
            ("0 2 * *", "expected exactly 5 fields, found 4: [0 2 * *]"),
            ("0 0 2 * * *", "expected exactly 5 fields, found 6"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("0 24 * * *", "above maximum (23)"),
            ("0 0 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("0 0 * * 7", "end of range (7) above maximum (6): 7"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1/2/3 * * * *", "too many slashes: 1/2/3"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("a * * * *", "failed to parse int from a"),
            ("0 0 * * MOON", "failed to parse int from MOON"),
            ("*/-2 * * * *", "negative number (-2) not allowed: -2"),
            ("@reboot", "unrecognized descriptor: @reboot"),
            ("@Daily", "unrecognized descriptor: @Daily"),
            ("@every day", "failed to parse duration @every day"),
            ("daily", "expected exactly 5 fields, found 1: [daily]"),
        ] {
            let said = check(wrong).expect_err(wrong);
            assert!(said.contains(says), "{wrong}: {said}");
        }
    }

    #[test]
    fn a_time_zone_comes_first() {
        assert_eq!(without_time_zone("CRON_TZ=Europe/Berlin 0 2 * * *"), Some("0 2 * * *"));
        assert_eq!(without_time_zone("TZ=UTC @daily"), Some("@daily"));
        assert_eq!(without_time_zone("0 2 * * *"), None);
    }
}
