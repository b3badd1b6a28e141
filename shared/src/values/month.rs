//! Calendar months, which name the logs of a site.

use super::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A text that is not a month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a calendar month such as 2026-03")]
pub struct MonthError;

/// A calendar month in UTC, written `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// The month a moment lies in.
    pub fn of(at: Timestamp) -> Month {
        let (year, month, _) = at.date_time().to_calendar_date();
        // The years of a timestamp are 1 to 9999.
        Month { year: year.unsigned_abs() as u16, month: u8::from(month) }
    }

    /// The number of months from this one to another; negative when that is earlier.
    pub fn months_until(self, later: Month) -> i32 {
        later.count().cast_signed() - self.count().cast_signed()
    }

    /// This month and all earlier ones, newest first, back to January of year 1.
    pub fn back(self) -> impl Iterator<Item = Month> {
        (12..=self.count()).rev().filter_map(Month::of_count)
    }

    /// The number of months since January of a year 0.
    pub fn count(self) -> u32 {
        u32::from(self.year) * 12 + u32::from(self.month) - 1
    }

    /// The month with that [`Month::count`]; nothing outside the years 1 to 9999.
    pub fn of_count(count: u32) -> Option<Month> {
        // Below 120,000, so that its years are below 10,000.
        (12..120_000)
            .contains(&count)
            .then(|| Month { year: (count / 12) as u16, month: (count % 12) as u8 + 1 })
    }

    /// Parses `yyyy-mm`.
    ///
    /// # Errors
    /// [`MonthError`] for any other text.
    pub fn parse(text: &str) -> Result<Month, MonthError> {
        let (year, month) = text.split_once('-').ok_or(MonthError)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(MonthError);
        }
        let parsed = Month {
            year: year.parse().map_err(|_| MonthError)?,
            month: month.parse().map_err(|_| MonthError)?,
        };
        if parsed.year > 0 && (1..=12).contains(&parsed.month) { Ok(parsed) } else { Err(MonthError) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;
    fn try_from(text: String) -> Result<Self, MonthError> {
        Month::parse(&text)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_one_its_moments_lie_in_by_utc() {
        let month = |text| Month::of(Timestamp::parse(text).unwrap()).to_string();
        assert_eq!(month("2026-03-31T23:59:59.999Z"), "2026-03");
        assert_eq!(month("2026-04-01T00:00:00Z"), "2026-04");
        assert_eq!(month("2026-04-01T00:30:00+02:00"), "2026-03");
    }

    #[test]
    fn months_are_counted_across_years() {
        let month = |text| Month::parse(text).unwrap();
        assert_eq!(month("2026-11").months_until(month("2027-12")), 13);
        assert_eq!(month("2026-01").months_until(month("2025-12")), -1);
        let back: Vec<_> = month("2026-02").back().take(3).map(|month| month.to_string()).collect();
        assert_eq!(back, ["2026-02", "2026-01", "2025-12"]);
        assert_eq!(month("0001-02").back().count(), 2);
    }

    #[test]
    fn only_four_digits_a_hyphen_and_a_month_are_read() {
        assert_eq!(Month::parse("2026-12").unwrap().to_string(), "2026-12");
        for bad in ["", "2026", "2026-13", "2026-00", "2026-1", "26-01", "0000-01", "2026-01-01", "+026-01"] {
            assert_eq!(Month::parse(bad), Err(MonthError), "{bad}");
        }
    }
}
