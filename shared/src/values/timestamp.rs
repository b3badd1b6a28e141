//! Points in time, and their text.

use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A text that is not a time in RFC 3339 form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 time such as 2026-03-01T09:30:00.000Z")]
pub struct TimestampError;

/// A moment in UTC with a resolution of one millisecond, between the years 1
/// and 9999. Written as `2026-03-01T09:30:00.000Z` (RFC 3339).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01T00:00:00Z. A value outside the years 1
    /// to 9999 becomes the nearest bound.
    pub fn from_unix_ms(ms: i64) -> Timestamp {
        const MIN_MS: i64 = -62_135_596_800_000;
        const MAX_MS: i64 = 253_402_300_799_999;
        Timestamp(ms.clamp(MIN_MS, MAX_MS))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// Parses an RFC 3339 time; digits finer than a millisecond are cut off.
    ///
    /// # Errors
    /// [`TimestampError`] for any other text.
    pub fn parse(text: &str) -> Result<Timestamp, TimestampError> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| TimestampError)?;
        let ms = at.unix_timestamp_nanos().div_euclid(1_000_000);
        i64::try_from(ms).map(Timestamp::from_unix_ms).map_err(|_| TimestampError)
    }

    /// The moment 24 hours before.
    pub fn day_before(self) -> Timestamp {
        Timestamp::from_unix_ms(self.0 - 86_400_000)
    }

    pub(crate) fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .expect("from_unix_ms stays within the years of the calendar")
    }

    pub(crate) fn from_date_time(at: OffsetDateTime) -> Timestamp {
        let ms = at.unix_timestamp_nanos().div_euclid(1_000_000);
        Timestamp::from_unix_ms(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.date_time();
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second, ms) = at.to_hms_milli();
        let month = u8::from(month);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;
    fn try_from(text: String) -> Result<Self, TimestampError> {
        Timestamp::parse(&text)
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> String {
        at.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_with_milliseconds_and_read_back() {
        let at = Timestamp::parse("2026-03-01T09:30:00.007Z").unwrap();
        assert_eq!(at.to_string(), "2026-03-01T09:30:00.007Z");
        assert_eq!(Timestamp::from_unix_ms(at.unix_ms()), at);
        let offset = Timestamp::parse("2026-03-01T10:30:00.0079+01:00").unwrap();
        assert_eq!(offset, at);
        assert_eq!(Timestamp::parse("yesterday"), Err(TimestampError));
    }

    #[test]
    fn no_number_of_milliseconds_is_out_of_the_calendar() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            let at = Timestamp::from_unix_ms(ms);
            assert_eq!(Timestamp::parse(&at.to_string()), Ok(at));
        }
    }
}
