//! How long a choice and its proof are kept (invariant 4).

use crate::values::Timestamp;
use serde::{Deserialize, Serialize};
use time::{Date, Month};

/// A number of months outside the bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of months from {min} to {max}", min = Months::MIN.get(), max = Months::MAX.get())]
pub struct MonthsError;

/// A lifetime in calendar months, from 6 (the good practice of the French
/// authority: deliberation 2020-092, article 2) to 13.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Months(u8);

impl Months {
    /// The shortest lifetime, in months.
    pub const MIN: Months = Months(6);
    /// The longest lifetime, in months.
    pub const MAX: Months = Months(13);

    /// Takes a number of months.
    ///
    /// # Errors
    /// [`MonthsError`] below 6 or above 13.
    pub fn new(months: u8) -> Result<Months, MonthsError> {
        let within = (Months::MIN.0..=Months::MAX.0).contains(&months);
        if within { Ok(Months(months)) } else { Err(MonthsError) }
    }

    /// The number of months.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The same day of the month that many calendar months later, or the last
    /// day of that month when it is shorter: 31 August and six months is 28 or
    /// 29 February. The time of day stays.
    pub fn after(self, start: Timestamp) -> Timestamp {
        let at = start.date_time();
        let months = i32::from(u8::from(at.month())) - 1 + i32::from(self.0);
        let year = at.year() + months / 12;
        let month = Month::January.nth_next((months % 12) as u8);
        let day = at.day().min(month.length(year));
        match Date::from_calendar_date(year, month, day) {
            Ok(date) => Timestamp::from_date_time(at.replace_date(date)),
            // Only a date after the year 9999 fails: the calendar ends there.
            Err(_) => Timestamp::from_unix_ms(i64::MAX),
        }
    }
}

impl TryFrom<u8> for Months {
    type Error = MonthsError;
    fn try_from(months: u8) -> Result<Self, MonthsError> {
        Months::new(months)
    }
}

impl From<Months> for u8 {
    fn from(months: Months) -> u8 {
        months.0
    }
}

/// The proof would be deleted before the choice it proves ends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof must be kept at least as long as the choice it proves")]
pub struct ProofShorterThanChoice;

/// How long a site keeps a visitor's choice, and the record that proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifetimes {
    choice_months: Months,
    proof_months: Months,
}

impl Lifetimes {
    /// Takes both lifetimes.
    ///
    /// # Errors
    /// [`ProofShorterThanChoice`] when the proof would end before the choice.
    pub fn new(choice: Months, proof: Months) -> Result<Lifetimes, ProofShorterThanChoice> {
        if proof < choice {
            return Err(ProofShorterThanChoice);
        }
        Ok(Lifetimes { choice_months: choice, proof_months: proof })
    }

    /// How long the choice is valid; after that the visitor is asked again.
    pub fn choice(self) -> Months {
        self.choice_months
    }

    /// How long the record is kept.
    pub fn proof(self) -> Months {
        self.proof_months
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(start: &str, months: u8) -> String {
        let start = Timestamp::parse(start).unwrap();
        Months::new(months).unwrap().after(start).to_string()
    }

    #[test]
    fn a_month_that_is_too_short_gives_its_last_day() {
        assert_eq!(after("2026-08-31T12:00:00Z", 6), "2027-02-28T12:00:00.000Z");
        assert_eq!(after("2027-08-31T12:00:00Z", 6), "2028-02-29T12:00:00.000Z");
        assert_eq!(after("2028-02-29T23:59:59.999Z", 12), "2029-02-28T23:59:59.999Z");
        assert_eq!(after("2026-12-31T00:00:00Z", 6), "2027-06-30T00:00:00.000Z");
        assert_eq!(after("2026-11-22T18:00:00Z", 13), "2027-12-22T18:00:00.000Z");
    }

    #[test]
    fn six_and_thirteen_months_are_the_bounds() {
        assert_eq!(Months::new(5), Err(MonthsError));
        assert!(Months::new(6).is_ok() && Months::new(13).is_ok());
        assert_eq!(Months::new(14), Err(MonthsError));
        assert!(MonthsError.to_string().contains("6 to 13"));
    }

    #[test]
    fn a_proof_never_ends_before_its_choice() {
        assert_eq!(Lifetimes::new(Months(7), Months(6)), Err(ProofShorterThanChoice));
        assert!(Lifetimes::new(Months(6), Months(6)).is_ok());
    }

    proptest! {
        #[test]
        fn a_lifetime_moves_the_calendar_month_by_its_number(ms in 0i64..4_102_444_800_000, months in 6u8..=13) {
            let start = Timestamp::from_unix_ms(ms);
            let (from, to) = (start.date_time(), Months(months).after(start).date_time());
            let count = |at: time::OffsetDateTime| at.year() * 12 + i32::from(u8::from(at.month()));
            prop_assert_eq!(count(to) - count(from), i32::from(months));
            prop_assert!(to.day() == from.day() || to.day() == to.month().length(to.year()));
            prop_assert_eq!(to.time(), from.time());
        }
    }
}
