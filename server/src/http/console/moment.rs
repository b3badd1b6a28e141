//! Moments in words: day, time and zone, in the language of the reader.

use super::view::moment::Moment;
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;

/// The names of the months, short where the language has a short form.
fn month(language: Language, month: i8) -> &'static str {
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

/// A moment in a time zone.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> Moment {
    let Ok(instant) = jiff::Timestamp::from_millisecond(at.unix_ms()) else {
        return Moment { utc: at.to_string(), local: at.to_string() };
    };
    let local = instant.to_zoned_datetime(zone.clone());
    let day = day(local.date(), language);
    let zone = local.strftime("%Z");
    let local = format!("{day}, {:02}:{:02} {zone}", local.hour(), local.minute());
    Moment { utc: at.to_string(), local: local.replace(' ', "\u{a0}") }
}

/// A calendar month in words.
pub fn month_of(of: constat_shared::Month, language: Language) -> String {
    let text = of.to_string();
    let number = text.split_once('-').and_then(|(year, number)| Some((year, number.parse().ok()?)));
    number.map_or_else(|| text.clone(), |(year, number)| format!("{} {year}", month(language, number)))
}

/// A calendar day in words.
pub fn day(date: jiff::civil::Date, language: Language) -> String {
    let dot = if language == Language::De { "." } else { "" };
    // The first of a month is an ordinal number in French.
    let ordinal = if language == Language::Fr && date.day() == 1 { "er" } else { dot };
    format!("{}{ordinal} {} {}", date.day(), month(language, date.month()), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_day_time_and_zone() {
        let at = Timestamp::parse("2026-11-24T08:12:30.000Z").unwrap();
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let local = |language| moment(at, &zone, language).local.replace('\u{a0}', " ");
        assert_eq!(local(Language::Fr), "24 nov. 2026, 09:12 CET");
        assert_eq!(local(Language::De), "24. Nov. 2026, 09:12 CET");
        assert_eq!(local(Language::En), "24 Nov 2026, 09:12 CET");
        assert_eq!(
            moment(at, &TimeZone::UTC, Language::Nl).local.replace('\u{a0}', " "),
            "24 nov. 2026, 08:12 UTC"
        );
    }
}
