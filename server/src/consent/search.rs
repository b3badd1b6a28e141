//! Finds records of a site: by what somebody has of a consent id, by days, and by what was answered.

use super::sought::Sought;
use crate::store::{
    EXAMINED_MAX, Holder, IdRange, RECORD_PAGE_MAX, RecordFilter, RecordPage, RecordPlace, Store, StoreError,
    UnreadableRecord,
};
use constat_shared::{ConsentId, Record, SiteId, Timestamp, names};

/// The most consent ids that begin with the same digits and are shown.
pub const IDS_MAX: usize = 50;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// What of a consent id.
    pub sought: Sought,
    /// Which records.
    pub filter: RecordFilter,
    /// Where the page before ended.
    pub after: Option<RecordPlace>,
    /// The most records of the page.
    pub limit: usize,
}

names! {
    /// How well what was found fits.
    Fit;
    /// It is what was asked for.
    Exact = "exact";
    /// It begins or ends with the digits, or letters were read as digits.
    Part = "part";
    /// Nothing was found on this page.
    Nothing = "none";
}

names! {
    /// Why nothing was found.
    Why;
    /// The text is no consent id, and holds none.
    NotAnId = "not_an_id";
    /// The id was made after the server's clock.
    Future = "future";
    /// The id was made before the oldest record that is kept.
    BeforeOldest = "before_oldest";
    /// It has records on another site that the reader may see.
    OtherSite = "other_site";
    /// None of these: erased, or never delivered.
    Unknown = "unknown";
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The records, the newest first.
    pub records: Vec<Record>,
    /// Those that cannot be read, on their page in no order.
    pub unreadable: Vec<UnreadableRecord>,
    /// Where the next page begins; `None` when there is none.
    pub next: Option<RecordPlace>,
    /// How well they fit.
    pub fit: Fit,
    /// Why there are none.
    pub why: Option<Why>,
    /// How many records were looked at.
    pub examined: usize,
    /// The consent id that was named whole, if it has records.
    pub consent_id: Option<ConsentId>,
    /// The site that has the records, with [`Why::OtherSite`].
    pub other_site: Option<SiteId>,
}

impl Answer {
    /// Whether the page has nothing.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.unreadable.is_empty()
    }
}

/// One page of what is looked for. `others` are further sites that the reader may see.
///
/// # Errors
/// When the store fails.
pub fn search(
    store: &dyn Store,
    site: &SiteId,
    question: &Question,
    others: &[SiteId],
    now: Timestamp,
) -> Result<Answer, StoreError> {
    let (mut answer, exact) = match &question.sought {
        Sought::All => (page(store, site, question, "")?, Fit::Exact),
        Sought::End(digits) => (page(store, site, question, digits)?, Fit::Part),
        Sought::Id(id, is_guess) => {
            let fit = if *is_guess { Fit::Part } else { Fit::Exact };
            let answer = of_ids(store, site, question, &[*id])?;
            (Answer { consent_id: (answer.examined > 0).then_some(*id), ..answer }, fit)
        }
        Sought::Start(digits) => {
            let ids = match IdRange::of_digits(digits) {
                Some(range) => store.consent_ids(site, &range, IDS_MAX)?,
                None => Vec::new(),
            };
            (of_ids(store, site, question, &ids)?, Fit::Part)
        }
        Sought::NotAnId => (of_ids(store, site, question, &[])?, Fit::Nothing),
    };
    if !answer.is_empty() {
        answer.fit = exact;
    } else if answer.examined == 0 {
        answer.other_site = other_site(store, site, question, others)?;
        answer.why = match answer.other_site {
            Some(_) => Some(Why::OtherSite),
            None => why(store, site, question, now)?,
        };
    }
    Ok(answer)
}

/// A page by the time recorded; of a consent id that ends with these digits, when there are any.
fn page(store: &dyn Store, site: &SiteId, question: &Question, end: &str) -> Result<Answer, StoreError> {
    let mut filter = question.filter.clone();
    // The index has the last four digits.
    let last = end.len().checked_sub(4).and_then(|from| u16::from_str_radix(&end[from..], 16).ok());
    filter.id_end = last.map(u16::to_be_bytes);
    let page = store.page(site, &filter, question.after.as_ref(), question.limit)?;
    let ends = |record: &Record| record.consent_id.to_string().replace('-', "").ends_with(end);
    let RecordPage { records, unreadable, next, examined } = page;
    let records = records.into_iter().filter(ends).collect();
    Ok(Answer { unreadable, next, examined, ..found(records) })
}

fn found(records: Vec<Record>) -> Answer {
    Answer {
        records,
        unreadable: Vec::new(),
        next: None,
        fit: Fit::Nothing,
        why: None,
        examined: 0,
        consent_id: None,
        other_site: None,
    }
}

/// A page of the records of some consent ids.
fn of_ids(
    store: &dyn Store,
    site: &SiteId,
    question: &Question,
    ids: &[ConsentId],
) -> Result<Answer, StoreError> {
    let (mut records, mut unreadable, mut examined) = (Vec::new(), Vec::new(), 0);
    let shards = store.shards(site)?;
    for id in ids {
        let answers = store.answers(site, id)?;
        examined += answers.len();
        for answer in answers {
            let record = match answer {
                Ok(placed) => placed.entry.record,
                // On the first page, which is the only one that is sure to be seen.
                Err(rest) => {
                    unreadable.extend(question.after.is_none().then_some(rest));
                    continue;
                }
            };
            if question.filter.wants(&record) {
                let shard = shards.of(id).number();
                let Record { recorded_at, event_id, .. } = record;
                records.push((RecordPlace { recorded_at, event_id, shard }, record));
            }
        }
        if examined >= EXAMINED_MAX {
            break;
        }
    }
    records.retain(|(place, _)| question.after.is_none_or(|after| *place < after));
    records.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    let limit = question.limit.min(RECORD_PAGE_MAX);
    let next = if records.len() > limit { records.get(limit - 1).map(|(place, _)| *place) } else { None };
    records.truncate(limit);
    let records = records.into_iter().map(|(_, record)| record).collect();
    Ok(Answer { unreadable, next, examined, ..found(records) })
}

/// The site among others on which a whole id has records.
fn other_site(
    store: &dyn Store,
    site: &SiteId,
    question: &Question,
    others: &[SiteId],
) -> Result<Option<SiteId>, StoreError> {
    let Sought::Id(id, _) = &question.sought else { return Ok(None) };
    for other in others.iter().filter(|other| *other != site) {
        if store.is_holder(other, id, Holder::Unknown)?.is_some() {
            return Ok(Some(other.clone()));
        }
    }
    Ok(None)
}

/// Why nothing was found; `None` where no id was looked for.
fn why(
    store: &dyn Store,
    site: &SiteId,
    question: &Question,
    now: Timestamp,
) -> Result<Option<Why>, StoreError> {
    let range = match &question.sought {
        Sought::All => return Ok(None),
        Sought::NotAnId => return Ok(Some(Why::NotAnId)),
        Sought::End(_) => return Ok(question.after.is_none().then_some(Why::Unknown)),
        Sought::Start(digits) => IdRange::of_digits(digits),
        Sought::Id(id, _) => Some(IdRange { first: *id.as_bytes(), last: *id.as_bytes() }),
    };
    let Some(range) = range else { return Ok(Some(Why::NotAnId)) };
    if made_at(&range.first) > now {
        return Ok(Some(Why::Future));
    }
    let oldest = store.answered(site)?.map(|(first, _)| first);
    let is_older = oldest.is_some_and(|oldest| made_at(&range.last) < oldest);
    Ok(Some(if is_older { Why::BeforeOldest } else { Why::Unknown }))
}

/// When an id was made: the first 48 bits of a UUIDv7 are milliseconds since 1970 (RFC 9562, section 5.7).
fn made_at(id: &[u8; 16]) -> Timestamp {
    let ms = id[..6].iter().fold(0, |ms: i64, byte| ms << 8 | i64::from(*byte));
    Timestamp::from_unix_ms(ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::{self, append, at, notice, publish, record};
    use crate::store::sqlite::SqliteStore;

    struct Setup {
        _dir: tempfile::TempDir,
        store: SqliteStore,
        site: SiteId,
        other: SiteId,
        records: Vec<Record>,
    }

    fn set_up() -> Setup {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        let (one, two) = (notice("boreale"), notice("polaire"));
        [&one, &two].into_iter().for_each(|notice| publish(&store, notice));
        let id = |text: &str| ConsentId::parse(text).unwrap();
        let mut records = Vec::new();
        for (consent_id, time) in [
            ("0190abcd-0000-7000-8000-00000000aaaa", "2026-03-01T09:30:00Z"),
            ("0190abcd-0000-7000-8000-00000000aaaa", "2026-03-02T09:30:00Z"),
            ("0190abcd-0001-7000-8000-00000001aaaa", "2026-03-03T09:30:00Z"),
        ] {
            records.push(Record { consent_id: id(consent_id), ..record(&one, time) });
        }
        append(&store, &records).unwrap();
        let elsewhere = id("0190abce-0000-7000-8000-00000000bbbb");
        append(&store, &[Record { consent_id: elsewhere, ..record(&two, "2026-03-01T09:30:00Z") }]).unwrap();
        Setup { _dir: dir, store, site: one.site.clone(), other: two.site.clone(), records }
    }

    impl Setup {
        fn ask(&self, text: &str, has_days: bool, others: &[SiteId]) -> Answer {
            let sought = Sought::read(text, has_days);
            let filter = RecordFilter::of_time(at("2026-01-01T00:00:00Z"), at("2027-12-31T00:00:00Z"));
            let question = Question { sought, filter, after: None, limit: 50 };
            search(&self.store, &self.site, &question, others, at("2026-06-01T00:00:00Z")).unwrap()
        }
    }

    #[test]
    fn a_whole_id_is_found_exactly_and_digits_in_part() {
        let setup = set_up();
        let [first, second, other] = &setup.records[..] else { panic!("three records") };
        let newest_first = [other.clone(), second.clone(), first.clone()];
        let whole = first.consent_id.to_string();
        for (text, has_days, fit, expected) in [
            (&*whole, false, Fit::Exact, &newest_first[1..]),
            (&whole.replace('0', "o"), false, Fit::Part, &newest_first[1..]),
            ("0190abcd", false, Fit::Part, &newest_first[..]),
            ("0190abcd0001", false, Fit::Part, &newest_first[..1]),
            ("aaaa", true, Fit::Part, &newest_first[..]),
            ("1aaaa", true, Fit::Part, &newest_first[..1]),
            ("", false, Fit::Exact, &newest_first[..]),
        ] {
            let answer = setup.ask(text, has_days, &[]);
            assert_eq!((answer.records.as_slice(), answer.fit, answer.why), (expected, fit, None), "{text}");
            assert_eq!(answer.consent_id.is_some(), text.len() == 36, "{text}");
        }
    }

    #[test]
    fn when_nothing_is_found_the_answer_says_why() {
        let setup = set_up();
        let others = [setup.site.clone(), setup.other.clone()];
        for (text, why) in [
            ("somebody", Why::NotAnId),
            ("aaaa", Why::NotAnId),
            ("ffffffff-ffff-7fff-8fff-ffffffffffff", Why::Future),
            ("ffffffff", Why::Future),
            ("00000001-0000-7000-8000-000000000000", Why::BeforeOldest),
            ("00000001", Why::BeforeOldest),
            ("0190abce-0000-7000-8000-00000000bbbb", Why::OtherSite),
        ] {
            let answer = setup.ask(text, false, &others);
            assert_eq!((answer.fit, answer.why), (Fit::Nothing, Some(why)), "{text}");
        }
        // Made after the oldest record, before now.
        let digits = format!("{:012x}", at("2026-04-01T00:00:00Z").unix_ms());
        assert_eq!(setup.ask(&digits, false, &others).why, Some(Why::Unknown));
        let unseen = setup.ask("0190abce-0000-7000-8000-00000000bbbb", false, &others[..1]);
        assert_ne!(unseen.why, Some(Why::OtherSite), "nobody learns of a site that they do not see");
    }

    #[test]
    fn pages_of_an_id_follow_each_other() {
        let setup = set_up();
        let filter = RecordFilter::of_time(at("2026-01-01T00:00:00Z"), at("2027-12-31T00:00:00Z"));
        let mut question =
            Question { sought: Sought::Start("0190abcd".into()), filter, after: None, limit: 1 };
        let mut seen = Vec::new();
        loop {
            let answer =
                search(&setup.store, &setup.site, &question, &[], contract::at("2026-06-01T00:00:00Z"));
            let answer = answer.unwrap();
            seen.extend(answer.records);
            question.after = answer.next;
            if question.after.is_none() {
                break;
            }
        }
        seen.reverse();
        assert_eq!(seen, setup.records);
    }
}
