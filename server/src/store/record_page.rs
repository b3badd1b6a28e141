//! What a page of a site's records is asked by, and what it answers.

use super::unreadable_record::UnreadableRecord;
use constat_shared::{Action, EventId, Hash, Language, Record, Timestamp, VendorId};

/// The most records that one page looks at.
pub const EXAMINED_MAX: usize = 20_000;
/// The most records of one page.
pub const RECORD_PAGE_MAX: usize = 100;
/// The most records that a look-up by the first digits of a consent id looks at.
pub const ID_RANGE_MAX: usize = 20_000;

/// Which records of a site are wanted. A part that is `None` excludes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFilter {
    /// Recorded at this time or later.
    pub from: Timestamp,
    /// Recorded before this time.
    pub until: Timestamp,
    /// The visitor's action.
    pub action: Option<Action>,
    /// The language in which they were asked.
    pub language: Option<Language>,
    /// The notice that they were shown.
    pub notice_hash: Option<Hash>,
    /// A vendor that they were asked about, and whether they allowed it.
    pub vendor: Option<(VendorId, Option<bool>)>,
    /// The last two bytes of the consent id.
    pub id_end: Option<[u8; 2]>,
}

impl RecordFilter {
    /// Every record of a time.
    pub fn of_time(from: Timestamp, until: Timestamp) -> RecordFilter {
        RecordFilter {
            from,
            until,
            action: None,
            language: None,
            notice_hash: None,
            vendor: None,
            id_end: None,
        }
    }

    /// Whether it wants a record that was read whole.
    pub fn wants(&self, record: &Record) -> bool {
        let fits = |vendor: &VendorId, allowed: Option<bool>| {
            let chosen = record.vendors.get(vendor);
            chosen.is_some_and(|chosen| allowed.is_none_or(|allowed| allowed == *chosen))
        };
        (self.from..self.until).contains(&record.recorded_at)
            && self.action.is_none_or(|action| action == record.action)
            && self.language.is_none_or(|language| language == record.language)
            && self.notice_hash.is_none_or(|hash| hash == record.notice_hash)
            && self.vendor.as_ref().is_none_or(|(vendor, allowed)| fits(vendor, *allowed))
            && self.id_end.is_none_or(|end| record.consent_id.as_bytes().ends_with(&end))
    }
}

/// The place of a record among those of its site: by the time recorded, then by the
/// bytes of the event id, then by the number of the shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its event id, which is unique within a shard.
    pub event_id: EventId,
    /// The number of its shard, from 1.
    pub shard: u8,
}

/// Records of a site, the newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPage {
    /// Those that the filter wants.
    pub records: Vec<Record>,
    /// Those of them that cannot be read.
    pub unreadable: Vec<UnreadableRecord>,
    /// How many records were looked at, at most [`EXAMINED_MAX`].
    pub examined: usize,
    /// The last record that was looked at, where there may be more: the next page begins
    /// after it. `None` when there is nothing more.
    pub next: Option<RecordPlace>,
}

/// The consent ids between two, which are among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// The bytes of the first.
    pub first: [u8; 16],
    /// The bytes of the last.
    pub last: [u8; 16],
}

impl IdRange {
    /// The fewest digits that make a range.
    pub const DIGITS_MIN: usize = 8;

    /// The ids that begin with these hexadecimal digits, 8 to 32 of them; `None` for
    /// anything else. The first four bytes of all of them are the same.
    pub fn of_digits(digits: &str) -> Option<IdRange> {
        if !(IdRange::DIGITS_MIN..=32).contains(&digits.len()) {
            return None;
        }
        let mut range = IdRange { first: [0; 16], last: [0xff; 16] };
        for (place, digit) in digits.chars().enumerate() {
            let digit = digit.to_digit(16)? as u8;
            for bytes in [&mut range.first, &mut range.last] {
                let byte = &mut bytes[place / 2];
                *byte = if place % 2 == 0 { digit << 4 | *byte & 0x0f } else { *byte & 0xf0 | digit };
            }
        }
        Some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_the_ids_that_begin_with_the_digits() {
        let range = IdRange::of_digits("0190abcd7").unwrap();
        assert_eq!(range.first, [0x01, 0x90, 0xab, 0xcd, 0x70, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let mut last = [0xff; 16];
        last[..5].copy_from_slice(&[0x01, 0x90, 0xab, 0xcd, 0x7f]);
        assert_eq!(range.last, last);
        let whole = IdRange::of_digits("0190abcd00007000800000000000000f").unwrap();
        assert_eq!((whole.first, whole.last[15]), (whole.last, 0x0f));
        for refused in ["0190abc", "0190abcg", "", "0190abcd00007000800000000000000f0"] {
            assert_eq!(IdRange::of_digits(refused), None, "{refused}");
        }
    }
}
