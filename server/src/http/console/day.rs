//! Calendar days, as forms take them.

use constat_shared::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The first moment of a day (`2026-11-24`) in a zone, and of the day after it; `None` when it is no day.
pub fn in_zone(text: &str, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let date = parse(text)?;
    let start = |date: Date| {
        let zoned = date.to_zoned_datetime(zone.clone()).ok()?;
        Some(Timestamp::from_unix_ms(zoned.timestamp().as_millisecond()))
    };
    Some((start(date)?, start(date.tomorrow().ok()?)?))
}

/// A day of the years 1970 to 9998.
pub fn parse(text: &str) -> Option<Date> {
    // Only this form, as browsers send it.
    let is_formed = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date: Date = if is_formed { text.parse().ok()? } else { return None };
    (1970..=9998).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_of_its_zone() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let (start, end) = in_zone("2026-03-29", &paris).unwrap();
        assert_eq!(start.to_string(), "2026-03-28T23:00:00.000Z");
        assert_eq!(
            end.to_string(),
            "2026-03-29T22:00:00.000Z",
            "the day on which clocks go forward has 23 hours"
        );
        for bad in ["", "2026-13-01", "2026-02-30", "29.03.2026", "2026-3-29", "0001-01-01", "2026-03-29T00"]
        {
            assert!(in_zone(bad, &paris).is_none(), "{bad}");
        }
    }
}
