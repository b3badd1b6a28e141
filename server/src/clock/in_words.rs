//! Days and moments in words, in the language of the reader.

use constat_shared::{Language, Timestamp};
use jiff::ZonedDateTime;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The name of a month, short where the language has a short form.
pub fn month(language: Language, month: i8) -> &'static str {
    let names = match language {
        Language::De => {
            ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."]
        }
        Language::En => ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        Language::Fr => [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "août", "sept.", "oct.", "nov.",
            "déc.",
        ],
        Language::Nl => {
            ["jan.", "feb.", "mrt.", "apr.", "mei", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."]
        }
    };
    usize::try_from(month - 1).ok().and_then(|at| names.get(at).copied()).unwrap_or_default()
}

/// A calendar day in words.
pub fn day(date: Date, language: Language) -> String {
    let dot = if language == Language::De { "." } else { "" };
    // The first of a month is an ordinal number in French.
    let ordinal = if language == Language::Fr && date.day() == 1 { "er" } else { dot };
    format!("{}{ordinal} {} {}", date.day(), month(language, date.month()), date.year())
}

/// A moment on the clocks of a zone; `None` when it is further off than their calendar.
pub fn local(at: Timestamp, zone: &TimeZone) -> Option<ZonedDateTime> {
    let instant = jiff::Timestamp::from_millisecond(at.unix_ms()).ok()?;
    Some(instant.to_zoned_datetime(zone.clone()))
}
