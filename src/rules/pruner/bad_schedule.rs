//! A schedule of the pruner that no CronJob can have, so that the operator makes none.

use super::cron;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_SCHEDULE, check: Check::Bundle(check) };

/// The first minor whose Kubernetes (1.29) refuses a time zone in a schedule.
const ZONES_REFUSED: Minor = Minor::of(4, 16);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(schedule) = ctx.pruner().and_then(|pruner| pruner.get("schedule")) else { return };
    // The empty text is the operator's default, midnight.
    let Some(text) = schedule.as_str().filter(|text| !text.is_empty()) else { return };
    let zoned = cron::without_time_zone(text);
    let (severity, says) = match cron::check(zoned.unwrap_or(text)) {
        Err(says) => (Severity::Error, says),
        Ok(()) if zoned.is_none() => return,
        Ok(()) => {
            let severity = if ctx.last() >= ZONES_REFUSED { Severity::Error } else { Severity::Warning };
            (severity, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead".to_owned())
        }
    };
    let message = match zoned {
        Some(_) if says.starts_with("cannot use TZ") => format!("the schedule {} names a time zone", quoted(text)),
        _ => format!("{} is no schedule of a CronJob", quoted(text)),
    };
    let refused = format!("CronJob.batch \"image-pruner\" is invalid: spec.schedule: Invalid value: {text:?}: {says}");
    let finding = Diagnostic::new(RULE.code, severity, schedule.place(), message);
    let finding = match severity {
        Severity::Error => finding
            .note(format!("the ImagePruner would show Degraded=True, reason `SyncError`: `… {refused}`"))
            .note("nothing is pruned, or goes on by the schedule that was there before"),
        _ => finding
            .note(format!("Kubernetes never supported it, and from OpenShift {ZONES_REFUSED} on refuses it: `{says}`")),
    };
    findings.push(finding.help("write five fields (minute, hour, day, month, weekday from 0 to 6, in UTC), such as `0 2 * * *`, or a macro such as `@daily`"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, pruner};

    #[test]
    fn a_schedule_is_one_of_a_cronjob() {
        let with = |schedule: &str| pruner(&format!("{{suspend: false, schedule: \"{schedule}\"}}"));
        check_objects("4.16", &with("0 0 2 * * *"), &["error RC0554 at \"0 0 2 * * *\""]);
        check_objects_say(
            "4.16",
            &with("0 0 * * 7"),
            "spec.schedule: Invalid value: \"0 0 * * 7\": end of range (7) above maximum (6): 7`",
        );
        check_objects("4.16", &with("0 2 * * *"), &[]);
        check_objects("4.16", &with("@every 1h"), &[]);
        check_objects("4.16", &with(""), &[]);
    }

    #[test]
    fn a_schedule_has_no_time_zone() {
        let with = |schedule: &str| pruner(&format!("{{suspend: false, schedule: \"{schedule}\"}}"));
        check_objects(
            "4.16",
            &with("CRON_TZ=Europe/Berlin 0 2 * * *"),
            &["error RC0554 at \"CRON_TZ=Europe/Berlin 0 2 * * *\""],
        );
        check_objects("4.15", &with("TZ=UTC 0 2 * * *"), &["warning RC0554 at \"TZ=UTC 0 2 * * *\""]);
        check_objects("4.15", &with("TZ=UTC 0 2 * *"), &["error RC0554 at \"TZ=UTC 0 2 * *\""]);
    }

    #[test]
    fn a_schedule_of_a_spec_is_judged() {
        let spec =
            |schedule: &str| format!("pruner: {{schedule: \"{schedule}\"}}\nstorage: {{s3: {{bucket: b, region: r}}}}");
        check("aws-upi 4.16", &spec("daily"), &["error RC0554 at \"daily\""]);
        check("aws-upi 4.16", &spec("@daily"), &[]);
    }
}
