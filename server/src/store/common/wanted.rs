//! Whether a record is one that a page wants, from the few of its facts that the
//! indexes of both engines have.

use super::NoticeDigits;
use crate::store::{EXAMINED_MAX, RecordFilter, RecordPlace, StoreError, readable};
use constat_shared::{Action, Language};
use std::borrow::Borrow;
use std::collections::HashMap;

/// What the index of times has of a record.
pub struct Facts<'a> {
    /// The number of its notice.
    pub notice: i64,
    /// The visitor's action; `None` when it is unknown.
    pub action: Option<Action>,
    /// The language; `None` when it is unknown.
    pub language: Option<Language>,
    /// A digit for each vendor.
    pub vendors: &'a [u8],
    /// The last two bytes of the consent id.
    pub id_end: &'a [u8],
}

/// What a filter asks of the records of a notice.
#[derive(Clone, Copy)]
enum Asked {
    /// None of them is wanted.
    Excluded,
    /// The notice does not matter.
    Nothing,
    /// The digit of a vendor.
    Vendor(usize, Option<bool>),
}

/// Applies a filter to one record after the other.
pub struct Wanted<'a> {
    filter: &'a RecordFilter,
    notices: HashMap<i64, Asked>,
}

impl<'a> Wanted<'a> {
    /// Applies this filter.
    pub fn new(filter: &'a RecordFilter) -> Wanted<'a> {
        Wanted { filter, notices: HashMap::new() }
    }

    /// Whether the filter wants the record of these facts, but for its time. `read`
    /// reads a notice, each once.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn has<N: Borrow<NoticeDigits>>(
        &mut self,
        facts: &Facts<'_>,
        read: impl FnOnce(i64) -> Result<N, StoreError>,
    ) -> Result<bool, StoreError> {
        let filter = self.filter;
        if filter.action.is_some_and(|action| facts.action != Some(action))
            || filter.language.is_some_and(|language| facts.language != Some(language))
            || filter.id_end.is_some_and(|end| facts.id_end != end)
        {
            return Ok(false);
        }
        if filter.notice_hash.is_none() && filter.vendor.is_none() {
            return Ok(true);
        }
        let asked = match self.notices.get(&facts.notice) {
            Some(asked) => *asked,
            None => {
                // A notice that is gone says nothing of what was asked.
                let notice = readable(read(facts.notice))?;
                let asked = notice.map_or(Asked::Excluded, |notice| asked(filter, notice.borrow()));
                self.notices.insert(facts.notice, asked);
                asked
            }
        };
        Ok(match asked {
            Asked::Excluded => false,
            Asked::Nothing => true,
            Asked::Vendor(place, allowed) => match facts.vendors.get(place) {
                Some(b'1') => allowed != Some(false),
                Some(b'0') => allowed != Some(true),
                _ => false,
            },
        })
    }
}

fn asked(filter: &RecordFilter, notice: &NoticeDigits) -> Asked {
    if filter.notice_hash.is_some_and(|hash| hash != notice.notice_hash) {
        return Asked::Excluded;
    }
    let Some((vendor, allowed)) = &filter.vendor else { return Asked::Nothing };
    match notice.vendors.iter().position(|id| id == vendor) {
        Some(place) => Asked::Vendor(place, *allowed),
        None => Asked::Excluded,
    }
}

/// A page while it is read, the newest record first.
pub struct Examination {
    limit: usize,
    /// The records that are wanted.
    pub wanted: Vec<RecordPlace>,
    /// How many were looked at.
    pub examined: usize,
    last: Option<RecordPlace>,
    is_cut: bool,
}

impl Examination {
    /// Nothing was looked at, and at most `limit` records are wanted.
    pub fn new(limit: usize) -> Examination {
        Examination { limit, wanted: Vec::new(), examined: 0, last: None, is_cut: false }
    }

    /// Counts the next record. Returns whether it is looked at: it is not when the page
    /// is full, which it then ends.
    pub fn takes(&mut self, place: RecordPlace) -> bool {
        self.is_cut = self.wanted.len() >= self.limit || self.examined >= EXAMINED_MAX;
        if !self.is_cut {
            self.examined += 1;
            self.last = Some(place);
        }
        !self.is_cut
    }

    /// The record that was looked at last, where there are more.
    pub fn next(&self) -> Option<RecordPlace> {
        self.last.filter(|_| self.is_cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::{EventId, Timestamp};

    fn place(number: usize) -> RecordPlace {
        let mut id = [0; 16];
        (id[6], id[8]) = (0x70, 0x80);
        let recorded_at = Timestamp::from_unix_ms(-(number as i64));
        RecordPlace { recorded_at, event_id: EventId::from_bytes(id).unwrap(), shard: 1 }
    }

    #[test]
    fn a_page_that_finds_nothing_ends_and_says_where_it_goes_on() {
        let mut page = Examination::new(50);
        assert!((0..EXAMINED_MAX).all(|number| page.takes(place(number))));
        assert_eq!(page.next(), None, "it may be the last");
        assert!(!page.takes(place(EXAMINED_MAX)));
        assert_eq!((page.examined, page.next()), (EXAMINED_MAX, Some(place(EXAMINED_MAX - 1))));
    }

    #[test]
    fn a_page_that_has_its_records_goes_on_after_the_last_of_them() {
        let mut page = Examination::new(1);
        assert!(page.takes(place(0)));
        page.wanted.push(place(0));
        assert!(!page.takes(place(1)));
        assert_eq!((page.examined, page.next()), (1, Some(place(0))));
    }
}
