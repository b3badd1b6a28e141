//! The generated records of the demo site: a few hundred answers over the last 13 months, in the log like
//! real ones. Their consent ids end in [`MARK`].

use crate::clock::StoreTimes;
use crate::failure::{Failure, fail, failed};
use crate::render::site::ServedSite;
use crate::store::{ClockStore, CommittedRecord, Holder, LogStore, RecordStore, StoreError};
use constat_shared::consent::{Choices, DIGEST_LEN};
use constat_shared::log::Serving;
use constat_shared::{
    Action, CommitmentKey, ConsentId, ConsentRequest, EventId, Hash, HolderDigest, Layer, LogEntry, LogId,
    Month, Notice, PublishedNotice, Record, Signals, Timestamp,
};
use uuid::Builder;

/// The last bytes of every generated consent id: in its text, `63-6f6e73746174` at the end. The random part of
/// a visitor's own ends so once in 2^56 times.
const MARK: &[u8; 7] = b"constat";
/// How many calendar months before the present one have records.
const MONTHS: u32 = 13;
/// The fewest answers of a whole month.
const ANSWERS_MIN: u64 = 22;
const OF_VERSION_7: &str = "the builder sets version and variant";
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// Whether a consent id is a generated one. It says so only of the demo site: any browser may send one that ends
/// like it.
pub fn is_generated(consent_id: &ConsentId) -> bool {
    consent_id.as_bytes().ends_with(MARK)
}

/// Whether a store takes generated records: no log of any site has had a record.
///
/// # Errors
/// When the store fails.
pub fn are_wanted<S: LogStore + ?Sized>(store: &S) -> Result<bool, StoreError> {
    for log in store.logs()? {
        let Some(head) = store.head(&log)? else { continue };
        if head.size > store.entries_but_purges(&log)?.len() as u64 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Since when the demo site seems to be served.
pub fn start(now: Timestamp) -> Timestamp {
    let first = Month::of_count(Month::of(now).count().saturating_sub(MONTHS));
    first.and_then(first_moment).unwrap_or(now)
}

/// Adds them, each month after an entry that names the files served: none that has expired, and none dated
/// before the last entry of its log. The caller has found that [`are_wanted`], and stored the notice.
///
/// # Errors
/// A sentence, when the store fails. What was added then stays.
pub fn add<S: RecordStore + LogStore + ClockStore + ?Sized>(
    store: &S,
    served: &ServedSite,
    now: Timestamp,
) -> Result<(), Failure> {
    let (notice, shards) = (served.notice(), served.site.log_shards);
    let times = store.times().map_err(not_added)?;
    if times.newest.is_none() {
        // Cut off here, the store would only have times that are long past, and the next start would doubt the clock.
        let times = StoreTimes { newest: Some(now), engine_now: None, ..times };
        store.set_times(&times).map_err(not_added)?;
    }
    let mut entries = Vec::new();
    let mut month = None;
    let mut last = None;
    for (at, request) in answers(notice, now) {
        let log = LogId::first(notice.site.clone(), Month::of(at), shards);
        if month.replace(log.month) != Some(log.month) {
            last = last_entry(store, &log)?;
            if last.is_none() {
                let serving_at = first_moment(log.month).unwrap_or(at);
                let (site, notice_hash) = (notice.site.clone(), notice.notice_hash());
                let serving = Serving { site, notice_hash, serving_at, files: served.files.clone() };
                store.append_entry(&log, &LogEntry::Serving(serving)).map_err(not_added)?;
            }
        }
        if last.is_none_or(|last| last <= at) {
            let holder = holder(&request.consent_id);
            let record = Record::new(request, notice, at).map_err(|problem| Failure::new(problem.detail))?;
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(fail("the system gave no random numbers"))?;
            entries
                .push(CommittedRecord::new(record, CommitmentKey::from_bytes(key), shards).held_by(holder));
        }
    }
    store.append(&entries).map_err(not_added)?;
    tracing::info!(record_count = entries.len(), "the demo site has generated records");
    Ok(())
}

fn not_added(error: StoreError) -> Failure {
    failed(format!("the records of the demo could not be added: {error}"))
}

/// When the last entry of a log was written.
fn last_entry<S: LogStore + ?Sized>(store: &S, log: &LogId) -> Result<Option<Timestamp>, Failure> {
    let entries = store.entries_but_purges(log).map_err(not_added)?;
    Ok(entries.iter().filter_map(|(_, entry)| entry.written_at()).max())
}

/// The answers, oldest first: those of a month are always the same, as far as they are neither ahead of
/// `now` nor expired.
fn answers(notice: &PublishedNotice, now: Timestamp) -> Vec<(Timestamp, ConsentRequest)> {
    let this = Month::of(now).count();
    let months = (this.saturating_sub(MONTHS)..=this).filter_map(Month::of_count);
    let mut moments: Vec<_> = months.flat_map(moments).collect();
    moments.retain(|(at, _)| *at < now && notice.lifetimes.proof().after(*at) > now);
    moments.sort_by_key(|(at, _)| *at);
    let mut answers: Vec<(Timestamp, ConsentRequest)> = Vec::new();
    for (at, draws) in moments {
        let earlier = follows(&draws, &answers);
        answers.push((at, answer(notice, at, &draws, earlier)));
    }
    answers
}

/// What decides an answer: 32 bytes that look random.
struct Draws([u8; 32]);

impl Draws {
    /// A number below `end`, which is at most 256.
    fn below(&self, place: usize, end: u16) -> u16 {
        u16::from(self.0[place]) * end / 256
    }
}

/// The moments of the answers of a month: between seven in the morning and eleven at night.
fn moments(month: Month) -> Vec<(Timestamp, Draws)> {
    let next = Month::of_count(month.count() + 1).and_then(first_moment);
    let (Some(first), Some(next)) = (first_moment(month), next) else { return Vec::new() };
    let days = (next.unix_ms() - first.unix_ms()) / DAY_MS;
    // A few more in winter, when people compare insurers.
    let count = ANSWERS_MIN + u64::from(month.count() % 12);
    let moment = |number: u64| {
        let draws = Draws(*Hash::of(format!("constat demo {month} {number}").as_bytes()).as_bytes());
        let day = i64::from(draws.0[0]) * days / 256;
        let minute = 7 * 60 + i64::from(u16::from_be_bytes([draws.0[1], draws.0[2]])) * (16 * 60) / 65_536;
        let ms = i64::from(u16::from_be_bytes([draws.0[3], draws.0[4]])) % MINUTE_MS;
        (Timestamp::from_unix_ms(first.unix_ms() + day * DAY_MS + minute * MINUTE_MS + ms), draws)
    };
    (0..count).map(moment).collect()
}

/// The last answer of a visitor who comes back: one in eight answers changes an earlier one.
fn follows<'a>(draws: &Draws, answers: &'a [(Timestamp, ConsentRequest)]) -> Option<&'a ConsentRequest> {
    let place = usize::from(draws.0[5]) * answers.len() / 256;
    let (_, earlier) = answers.get(place).filter(|_| draws.below(6, 8) == 0)?;
    let of_visitor = |(_, answer): &&(Timestamp, ConsentRequest)| answer.consent_id == earlier.consent_id;
    answers.iter().rev().find(of_visitor).map(|(_, answer)| answer)
}

fn answer(
    notice: &PublishedNotice,
    at: Timestamp,
    draws: &Draws,
    earlier: Option<&ConsentRequest>,
) -> ConsentRequest {
    let has_allowed =
        earlier.is_some_and(|earlier| matches!(earlier.action, Action::AllowAll | Action::Save));
    let action = match (draws.below(7, 100), earlier.is_some()) {
        (..50, true) if has_allowed => Action::Withdraw,
        (_, true) => Action::Save,
        (..48, _) => Action::AllowAll,
        (48..76, _) => Action::RefuseAll,
        (76..86, _) => Action::ContinueWithoutAccepting,
        _ => Action::Save,
    };
    let is_configured = matches!(action, Action::Save | Action::Withdraw);
    let others = notice.languages.len().saturating_sub(1) as u16;
    // Three of five in the main language.
    let language = match draws.below(8, 5) {
        ..3 => 0,
        _ => 1 + usize::from(draws.below(9, others.max(1))),
    };
    let choices = choices(notice, action, draws);
    ConsentRequest {
        event_id: EventId::from_bytes(id(at, draws, false)).expect(OF_VERSION_7),
        consent_id: match earlier {
            Some(earlier) => earlier.consent_id,
            None => ConsentId::from_bytes(id(at, draws, true)).expect(OF_VERSION_7),
        },
        previous_event_id: earlier.map(|earlier| earlier.event_id),
        action,
        layer: if is_configured { Layer::Configuration } else { Layer::Banner },
        language: notice.languages.get(language).copied().unwrap_or(notice.main_language()),
        notice_hash: notice.notice_hash(),
        categories: choices.categories,
        vendors: choices.vendors,
        signals: Signals { gpc: draws.below(10, 12) == 0, dnt: draws.below(11, 16) == 0 },
    }
}

/// What the action says; for [`Action::Save`], each category with its vendors.
fn choices(notice: &Notice, action: Action, draws: &Draws) -> Choices {
    let mut choices = Choices::uniform(notice, action.verdict().unwrap_or(false));
    if action == Action::Save {
        for (number, (category, allowed)) in choices.categories.iter_mut().enumerate() {
            *allowed = notice.is_exempt(*category) || draws.0[12] >> (number % 8) & 1 == 1;
        }
        for vendor in &notice.vendors {
            let allowed = choices.categories.get(&vendor.category).copied().unwrap_or(false);
            choices.vendors.insert(vendor.id.clone(), allowed);
        }
    }
    choices
}

/// The bytes of a UUIDv7 (RFC 9562) of a moment.
fn id(at: Timestamp, draws: &Draws, is_marked: bool) -> [u8; 16] {
    let mut random = [0; 10];
    random.copy_from_slice(&draws.0[13..23]);
    if is_marked {
        random[3..].copy_from_slice(MARK);
    }
    *Builder::from_unix_timestamp_millis(at.unix_ms().unsigned_abs(), &random).into_uuid().as_bytes()
}

/// Nobody's browser: no secret has this digest that anybody knows.
fn holder(consent_id: &ConsentId) -> Holder {
    let mut digest = [0; DIGEST_LEN];
    digest.copy_from_slice(&Hash::of(consent_id.as_bytes()).as_bytes()[..DIGEST_LEN]);
    Holder::Secret(HolderDigest::from_bytes(digest))
}

/// When a month begins.
fn first_moment(month: Month) -> Option<Timestamp> {
    Timestamp::parse(&format!("{month}-01T00:00:00Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use constat_shared::sample::published_notice;
    use std::collections::BTreeSet;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn there_are_a_few_hundred_in_time_order_none_expired_and_all_marked() {
        let notice = published_notice("boreale");
        for now in ["2026-03-01T00:00:00Z", "2026-11-28T12:00:00Z", "2028-02-29T23:59:59Z"].map(at) {
            let answers = answers(&notice, now);
            assert!((250..600).contains(&answers.len()), "{}", answers.len());
            assert!(answers.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            for (at, request) in &answers {
                assert!(is_generated(&request.consent_id) && start(now) <= *at && *at < now);
                let record = Record::new(request.clone(), &notice, *at).unwrap();
                assert!(record.expires_at > now);
            }
            let events: BTreeSet<_> = answers.iter().map(|(_, request)| request.event_id).collect();
            assert_eq!(events.len(), answers.len());
        }
    }

    #[test]
    fn every_action_occurs_and_who_comes_back_names_the_answer_before() {
        let answers = answers(&published_notice("boreale"), at("2026-11-28T12:00:00Z"));
        for action in Action::ALL {
            assert!(answers.iter().any(|(_, request)| request.action == action), "{}", action.as_str());
        }
        for (place, (_, request)) in answers.iter().enumerate() {
            let of_visitor = |(_, one): &&(_, ConsentRequest)| one.consent_id == request.consent_id;
            let before = answers[..place].iter().rev().find(of_visitor).map(|(_, one)| one.event_id);
            assert_eq!(request.previous_event_id, before);
        }
        assert!(answers.iter().filter(|(_, request)| request.previous_event_id.is_some()).count() > 20);
    }

    #[test]
    fn they_are_the_same_within_a_month() {
        let notice = published_notice("boreale");
        let [early, late] = ["2026-11-10T00:00:00Z", "2026-11-10T00:00:00.001Z"].map(at);
        assert_eq!(answers(&notice, early), answers(&notice, late));
    }
}
