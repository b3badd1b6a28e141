//! What somebody looks for among the records of a site, as a form or a body says it.

use super::day;
use crate::consent::search::Question;
use crate::consent::sought::Sought;
use crate::store::{RecordFilter, RecordPlace};
use constat_shared::{Action, EventId, Hash, Language, Timestamp, VendorId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// The most days of a search.
pub const DAYS_MAX: i32 = 31;

/// What was typed. An empty text asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// What of a consent id.
    pub text: String,
    /// The first day, in the time zone of the site.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The visitor's action.
    pub action: String,
    /// The language.
    pub language: String,
    /// The notice.
    pub notice_hash: String,
    /// A vendor.
    pub vendor: String,
    /// `true` or `false`.
    pub vendor_allowed: String,
    /// Where the page before ended.
    pub cursor: String,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: &'static str,
    /// What it has to be.
    pub fault: Fault,
}

/// What a field has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A day such as 2026-11-24.
    Day,
    /// Not before the first day.
    Order,
    /// At most [`DAYS_MAX`] days from the first.
    TooManyDays,
    /// One of the values that the field has.
    Value,
    /// A vendor, because an answer is asked about.
    Vendor,
}

impl Typed {
    /// What is asked for, of at most `limit` records.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn question(&self, zone: &TimeZone, limit: usize) -> Result<Question, Wrong> {
        let days = days(&self.from, &self.to, zone)?;
        let (from, until) = days.unwrap_or((Timestamp::from_unix_ms(0), Timestamp::from_unix_ms(i64::MAX)));
        let allowed = match &*self.vendor_allowed {
            "" => None,
            "true" => Some(true),
            "false" => Some(false),
            _ => return Err(wrong("vendor_allowed", Fault::Value)),
        };
        let vendor = parsed("vendor", &self.vendor, |text| VendorId::parse(text).ok())?;
        if allowed.is_some() && vendor.is_none() {
            return Err(wrong("vendor", Fault::Vendor));
        }
        let filter = RecordFilter {
            action: parsed("action", &self.action, Action::parse)?,
            language: parsed("language", &self.language, Language::parse)?,
            notice_hash: parsed("notice_hash", &self.notice_hash, |text| Hash::parse(text).ok())?,
            vendor: vendor.map(|vendor| (vendor, allowed)),
            ..RecordFilter::of_time(from, until)
        };
        Ok(Question {
            sought: Sought::read(&self.text, days.is_some()),
            filter,
            after: parsed("cursor", &self.cursor, place)?,
            limit,
        })
    }

    /// Whether anything but a text was typed.
    pub fn is_filtered(&self) -> bool {
        let Typed { from, to, action, language, notice_hash, vendor, vendor_allowed, .. } = self;
        [from, to, action, language, notice_hash, vendor, vendor_allowed].iter().any(|text| !text.is_empty())
    }
}

fn wrong(field: &'static str, fault: Fault) -> Wrong {
    Wrong { field, fault }
}

fn parsed<T>(
    field: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Wrong> {
    match text {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or(wrong(field, Fault::Value)),
    }
}

/// The first moment of the first day, and that after the last one. With one day given, it is
/// the first, or the last, of [`DAYS_MAX`].
fn days(from: &str, to: &str, zone: &TimeZone) -> Result<Option<(Timestamp, Timestamp)>, Wrong> {
    let date = |field, text: &str| match text {
        "" => Ok(None),
        text => day::parse(text).map(Some).ok_or(wrong(field, Fault::Day)),
    };
    let more: Span = (DAYS_MAX - 1).days();
    let moved = |date: Date, by: Span| date.checked_add(by).unwrap_or(date);
    let (from, to) = match (date("from", from)?, date("to", to)?) {
        (None, None) => return Ok(None),
        (Some(from), None) => (from, moved(from, more)),
        (None, Some(to)) => (moved(to, -more), to),
        (Some(from), Some(to)) => (from, to),
    };
    if to < from {
        return Err(wrong("to", Fault::Order));
    }
    if to > moved(from, more) {
        return Err(wrong("to", Fault::TooManyDays));
    }
    let bounds = |date: Date| day::in_zone(&date.to_string(), zone);
    match (bounds(from), bounds(to)) {
        (Some((start, _)), Some((_, end))) => Ok(Some((start, end))),
        (None, _) => Err(wrong("from", Fault::Day)),
        (_, None) => Err(wrong("to", Fault::Day)),
    }
}

/// A place as a cursor: when the record was recorded in milliseconds since 1970, its event id, the
/// number of its shard.
pub fn cursor(place: &RecordPlace) -> String {
    format!("{}.{}.{}", place.recorded_at.unix_ms(), place.event_id, place.shard)
}

fn place(text: &str) -> Option<RecordPlace> {
    let [at, event_id, shard] = text.split('.').collect::<Vec<_>>()[..] else { return None };
    Some(RecordPlace {
        recorded_at: Timestamp::from_unix_ms(at.parse().ok()?),
        event_id: EventId::parse(event_id).ok()?,
        shard: shard.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days_of(from: &str, to: &str) -> Result<Option<(String, String)>, Wrong> {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let found = days(from, to, &zone)?;
        Ok(found.map(|(from, until)| (from.to_string(), until.to_string())))
    }

    #[test]
    fn days_are_those_of_the_site_and_31_at_most() {
        let some = |from: &str, until: &str| Ok(Some((from.to_owned(), until.to_owned())));
        let day = some("2026-11-23T23:00:00.000Z", "2026-11-24T23:00:00.000Z");
        assert_eq!(days_of("2026-11-24", "2026-11-24"), day);
        let month = some("2026-10-31T23:00:00.000Z", "2026-12-01T23:00:00.000Z");
        for (from, to) in [("2026-11-01", "2026-12-01"), ("2026-11-01", ""), ("", "2026-12-01")] {
            assert_eq!(days_of(from, to), month, "{from} {to}");
        }
        assert_eq!(days_of("", ""), Ok(None));
        for (from, to, field, fault) in [
            ("24.11.2026", "", "from", Fault::Day),
            ("", "2026-02-30", "to", Fault::Day),
            ("2026-11-24", "2026-11-23", "to", Fault::Order),
            ("2026-11-01", "2026-12-02", "to", Fault::TooManyDays),
        ] {
            assert_eq!(days_of(from, to), Err(Wrong { field, fault }), "{from} {to}");
        }
    }

    #[test]
    fn a_field_that_is_wrong_is_named() {
        let typed = |change: fn(&mut Typed)| {
            let mut typed = Typed::default();
            change(&mut typed);
            typed.question(&TimeZone::UTC, 50).map(drop).map_err(|wrong| wrong.field)
        };
        assert_eq!(typed(|_| {}), Ok(()));
        assert_eq!(typed(|typed| typed.action = "accept".into()), Err("action"));
        assert_eq!(typed(|typed| typed.language = "xx".into()), Err("language"));
        assert_eq!(typed(|typed| typed.notice_hash = "0".into()), Err("notice_hash"));
        assert_eq!(typed(|typed| typed.vendor = "No vendor".into()), Err("vendor"));
        assert_eq!(typed(|typed| typed.vendor_allowed = "true".into()), Err("vendor"));
        assert_eq!(typed(|typed| typed.vendor_allowed = "yes".into()), Err("vendor_allowed"));
        assert_eq!(typed(|typed| typed.cursor = "1.2.3".into()), Err("cursor"));
    }

    #[test]
    fn a_cursor_names_the_place_of_a_record() {
        let event_id = EventId::parse("0190abcd-1234-7abc-8def-0123456789ab").unwrap();
        let here =
            RecordPlace { recorded_at: Timestamp::from_unix_ms(1_800_000_000_000), event_id, shard: 3 };
        assert_eq!(place(&cursor(&here)), Some(here));
    }
}
