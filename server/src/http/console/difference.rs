//! What an audit has found, in words.

use super::moment;
use super::texts::Texts;
use crate::access::audited::{Audited, Difference};
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;
use serde_json::Value;

/// What was found, in the language of the reader; in English where an earlier version kept nothing else.
pub fn sentence(audited: &Audited, language: Language) -> Option<String> {
    let translated = audited.difference.as_ref().and_then(|difference| words(difference, language));
    translated.or_else(|| audited.finding.clone())
}

/// A difference in words; `None` for one that this version does not know.
pub fn words(difference: &Difference, language: Language) -> Option<String> {
    let text = Texts::of(language).differences.get(&difference.id)?;
    let filled = difference.places.iter().fold(text.clone(), |text, (place, value)| {
        let value = match value {
            Value::String(name) => match Timestamp::parse(name) {
                Ok(at) => moment::moment(at, &TimeZone::UTC, language).local,
                Err(_) => name.clone(),
            },
            other => other.to_string(),
        };
        text.plain(place, &value)
    });
    Some(filled.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::audited::{Finding, Unfinished};
    use crate::access::trail::difference::TrailDifference;
    use crate::store::LogDifference;
    use constat_shared::{LogId, Month, SiteId};

    /// The one after it, until each was named once.
    fn next_in_log(difference: &LogDifference) -> Option<LogDifference> {
        use LogDifference::*;
        Some(match difference {
            LeafDiffers { .. } => KeptHashDiffers { level: 71, index: 72 },
            KeptHashDiffers { .. } => LeafUnknown { leaf: 71 },
            LeafUnknown { .. } => LeavesMissing { stored: 71, expected: 72 },
            LeavesMissing { .. } => RecordsMissing { missing: 71, purged: 72 },
            RecordsMissing { .. } => Empty,
            Empty => CheckpointUnsigned,
            CheckpointUnsigned => CheckpointDiffers { size: 71 },
            CheckpointDiffers { .. } => return None,
        })
    }

    fn next_in_trail(difference: &TrailDifference) -> Option<TrailDifference> {
        use TrailDifference::*;
        let month = Month::of_count(2026 * 12 + 10).unwrap();
        let (at, newest) = (Timestamp::from_unix_ms(0), Timestamp::from_unix_ms(86_400_000));
        Some(match difference {
            HeadMissing { .. } => MonthsMoved,
            MonthsMoved => MonthBegins { month, first: 71, expected: 72 },
            MonthBegins { .. } => MonthEnds { month, end: 71, signed: 72 },
            MonthEnds { .. } => MonthRemoved,
            MonthRemoved => HeadEmpty { month },
            HeadEmpty { .. } => HeadUnsigned { month },
            HeadUnsigned { .. } => HeadDiffers { month },
            HeadDiffers { .. } => EntriesMissing { entry: 71 },
            EntriesMissing { .. } => EntryMissing { entry: 71, found: 72 },
            EntryMissing { .. } => EntryChanged { entry: 71 },
            EntryChanged { .. } => EntryMoved { entry: 71, at },
            EntryMoved { .. } => TargetChanged { entry: 71 },
            TargetChanged { .. } => TargetLost { entry: 71 },
            TargetLost { .. } => EndMissing { at, newest },
            EndMissing { .. } => Missing { newest },
            Missing { .. } => NewestUnsigned,
            NewestUnsigned => Cut { entries: 71, signed: 72 },
            Cut { .. } => Replaced { signed: 71 },
            Replaced { .. } => return None,
        })
    }

    #[test]
    fn whatever_an_audit_finds_is_said_in_every_language_with_what_it_names() {
        let log = LogId::named(SiteId::parse("boreale").unwrap(), "2026-11/2of4").unwrap();
        let in_log = std::iter::successors(Some(LogDifference::LeafDiffers { leaf: 71 }), next_in_log);
        let in_trail = std::iter::successors(Some(TrailDifference::HeadMissing { entry: 71 }), next_in_trail);
        let mut all = vec![Finding::of(&Unfinished::StoreFailed)];
        all.extend(in_log.map(|one| Finding::of(&one).in_log(&log)));
        all.extend(in_trail.map(|one| Finding::of(&one)));
        for language in Language::ALL {
            for finding in &all {
                let difference = finding.difference.as_ref().unwrap();
                let words = words(difference, language).unwrap_or_else(|| panic!("{language} {finding:?}"));
                assert!(!words.contains('{') && words.ends_with('.'), "{language}: {words}");
                for value in difference.places.values() {
                    let said = match value.as_str() {
                        Some(name) if name.starts_with("1970") => "1970",
                        Some(name) => name,
                        None => &value.to_string(),
                    };
                    assert!(words.contains(said), "{language}: {said} in {words}");
                }
            }
            assert_eq!(Texts::of(language).differences.len(), all.len(), "{language}: none is for nothing");
        }
    }

    #[test]
    fn what_an_earlier_version_kept_is_shown_as_it_is() {
        let kept = r#"{"at":"2026-11-24T08:12:30.000Z","by":"a","leaf_count":3,"finding":"leaf 2 differs"}"#;
        let audited: Audited = serde_json::from_str(kept).unwrap();
        assert_eq!(sentence(&audited, Language::Fr).as_deref(), Some("leaf 2 differs"));
        let unknown = Difference { id: "of a later version".to_owned(), places: Default::default() };
        let audited = Audited { difference: Some(unknown), ..audited };
        assert_eq!(sentence(&audited, Language::Fr).as_deref(), Some("leaf 2 differs"));
    }
}
