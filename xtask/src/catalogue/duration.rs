//! How long a cookie lives, as the Open Cookie Database writes it.

/// Additions that do not change how long a cookie lives from when it was last set.
const REMARKS: [&str; 3] = [" after last activity", " by default, modifiable", " from set/ update"];

/// What stands for a cookie that goes when the browser is closed, one of them mistyped.
const SESSION: [&str; 5] = ["session", "sessions", "seesion", "session cookie", "end of session (browser)"];

/// The days of a retention period, rounded up; 0 is a browser session.
///
/// A year is 365 days, and a month its twelfth: 12 months are 365 days, 13 months the 396 days that the rule
/// for trackers allows. No days at all are less than a day, so they round up to one. A range (`1 week to
/// 1 year`) has its longer end. What is no period, such as `Varies` or `forever`, has no days.
pub fn days(text: &str) -> Option<u16> {
    let lower = text.trim().to_lowercase();
    let period = REMARKS.iter().find_map(|remark| lower.strip_suffix(remark)).unwrap_or(&lower);
    if SESSION.contains(&period) {
        return Some(0);
    }
    match period.split_once(" to ").or_else(|| period.split_once(" till ")) {
        Some((shorter, longer)) => Some(days(shorter)?.max(days(longer)?)),
        None => number_and_unit(period),
    }
}

/// Whether the period says where the entry is, not how long.
pub fn is_local_storage(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("local storage")
}

fn number_and_unit(period: &str) -> Option<u16> {
    let (number, unit) = period.split_once(' ')?;
    let number: u64 = number.parse().ok()?;
    let seconds = match unit.trim().strip_suffix('s').unwrap_or(unit.trim()) {
        "sec" | "second" => number,
        "min" | "minute" => number * 60,
        "hour" => number * 3_600,
        "day" => number * 86_400,
        "week" => number * 7 * 86_400,
        "month" => number * 365 * 86_400 / 12,
        "year" => number * 365 * 86_400,
        _ => return None,
    };
    u16::try_from(seconds.div_ceil(86_400).max(1)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_days_rounded_up() {
        for (text, expected) in [
            ("Session", 0),
            ("End of session (browser)", 0),
            ("30 minutes", 1),
            ("90 sec", 1),
            ("0 days", 1),
            ("24 hours", 1),
            ("48 hours", 2),
            ("3 weeks", 21),
            ("1 month", 31),
            ("6 months", 183),
            ("12 months", 365),
            ("1 Year", 365),
            ("13 months by default, modifiable", 396),
            ("2 years after last activity", 730),
            ("1 week to 1 year", 365),
            ("60 days till 3650 days", 3_650),
            (" 20 years ", 7_300),
        ] {
            assert_eq!(days(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_has_no_days() {
        for text in [
            "",
            "Varies",
            "forever",
            "Unknown",
            "1 hour or longer",
            "10 Nov 2030",
            "Local Storage",
            "1000 years",
        ] {
            assert_eq!(days(text), None, "{text}");
        }
        assert!(is_local_storage("Local Storage"));
    }
}
