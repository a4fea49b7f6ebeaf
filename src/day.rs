//! Days of the calendar, as people write them: `YYYY-MM-DD`, in UTC. No clock is asked here.

use time::{Date, Month};

/// The seconds of a day.
pub const SECONDS: i64 = 86_400;

/// Returns the first second of a day since 1970; none for what is no day of the calendar.
pub fn first_second(text: &str) -> Option<i64> {
    let is_shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let [year, month, day] = *text.split('-').collect::<Vec<_>>() else { return None };
    if !is_shaped || year.len() != 4 || month.len() != 2 {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(first_second("1970-01-02"), Some(SECONDS));
        assert_eq!(first_second("2024-02-29"), Some(1_709_164_800));
        for wrong in ["2023-02-29", "2023-2-9", "20230209", "2023-02-29T00:00:00Z", "", "----------", "2023-1-111"] {
            assert_eq!(first_second(wrong), None, "{wrong}");
        }
    }
}
