//! Moments in words: day, time and zone, in the language of the reader.

use super::view::moment::Moment;
pub use crate::clock::in_words::day;
use crate::clock::in_words::{self, month};
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;

/// A moment in a time zone.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> Moment {
    let Some(local) = in_words::local(at, zone) else {
        return Moment { utc: at.to_string(), local: at.to_string() };
    };
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
