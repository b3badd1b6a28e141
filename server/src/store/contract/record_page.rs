//! Pages of records, and look-ups by the first digits of a consent id.

use super::sample::{self, append, at, notice, publish, record, record_of, request};
use crate::store::{
    CommittedRecord, CopyStore, IdRange, PlacedRecord, RecordFilter, RecordPage, RecordPlace, RecordStore,
    Store,
};
use constat_shared::{
    Action, CommitmentKey, ConsentId, Language, LogShards, PublishedNotice, Record, SiteId, Timestamp,
};

/// The time of all samples.
fn all() -> RecordFilter {
    RecordFilter::of_time(at("2026-01-01T00:00:00Z"), at("2027-12-31T00:00:00Z"))
}

fn page(store: &dyn RecordStore, site: &SiteId, filter: &RecordFilter) -> RecordPage {
    store.page(site, filter, None, 50).unwrap()
}

/// All records of a site, read in pages of `limit`.
pub fn in_pages(store: &dyn RecordStore, site: &SiteId, filter: &RecordFilter, limit: usize) -> Vec<Record> {
    let (mut records, mut after): (_, Option<RecordPlace>) = (Vec::new(), None);
    loop {
        let page = store.page(site, filter, after.as_ref(), limit).unwrap();
        assert!(page.records.len() <= limit && page.records.len() <= page.examined);
        records.extend(page.records);
        assert!(page.next.is_none() || page.next < after || after.is_none(), "every page goes on");
        after = page.next;
        if after.is_none() {
            return records;
        }
    }
}

fn answer(notice: &PublishedNotice, action: Action, language: Language, recorded_at: &str) -> Record {
    Record { language, ..record_of(request(notice, action), notice, at(recorded_at)) }
}

/// A page has the newest records first, and each part of a filter leaves out what it does not name.
pub fn a_page_has_what_the_filter_wants_the_newest_first(store: &dyn Store) {
    let (notice, other) = (notice("boreale"), sample::notice("other"));
    let mut renamed = (*notice).clone();
    renamed.controller.name.push_str(" SA");
    let renamed = PublishedNotice::new(renamed);
    for notice in [&notice, &renamed, &other] {
        publish(store, notice);
    }
    let refused = answer(&notice, Action::RefuseAll, Language::Fr, "2026-03-01T09:30:00.000Z");
    let allowed = answer(&notice, Action::AllowAll, Language::Nl, "2026-03-01T09:30:00.001Z");
    let later = answer(&renamed, Action::AllowAll, Language::Fr, "2026-04-02T09:30:00Z");
    let elsewhere = record(&other, "2026-03-02T09:30:00Z");
    append(store, &[refused.clone(), later.clone(), allowed.clone(), elsewhere]).unwrap();
    let site = &notice.site;
    let whole = page(store, site, &all());
    assert_eq!(whole.records, [later.clone(), allowed.clone(), refused.clone()]);
    assert_eq!((whole.examined, whole.next), (3, None));
    let answered = store.answered(site).unwrap();
    assert_eq!(answered, Some((refused.recorded_at, later.recorded_at)));

    let (vendor, _) = allowed.vendors.iter().next().unwrap();
    let id = allowed.consent_id.as_bytes();
    let vendor = |allowed| RecordFilter { vendor: Some((vendor.clone(), allowed)), ..all() };
    for (filter, expected) in [
        (RecordFilter { action: Some(Action::RefuseAll), ..all() }, vec![&refused]),
        (RecordFilter { action: Some(Action::Withdraw), ..all() }, vec![]),
        (RecordFilter { language: Some(Language::Nl), ..all() }, vec![&allowed]),
        (RecordFilter { notice_hash: Some(notice.notice_hash()), ..all() }, vec![&allowed, &refused]),
        (RecordFilter { notice_hash: Some(other.notice_hash()), ..all() }, vec![]),
        (vendor(Some(true)), vec![&later, &allowed]),
        (vendor(Some(false)), vec![&refused]),
        (vendor(None), vec![&later, &allowed, &refused]),
        (RecordFilter { id_end: Some([id[14], id[15]]), ..all() }, vec![&allowed]),
        (RecordFilter { from: allowed.recorded_at, ..all() }, vec![&later, &allowed]),
        (RecordFilter { until: allowed.recorded_at, ..all() }, vec![&refused]),
    ] {
        let found = page(store, site, &filter);
        assert_eq!(found.records.iter().collect::<Vec<_>>(), expected, "{filter:?}");
        let wanted = whole.records.iter().filter(|record| filter.wants(record));
        assert_eq!(wanted.collect::<Vec<_>>(), expected, "{filter:?}");
        assert!(found.next.is_none());
    }
    let nowhere = SiteId::parse("nowhere").unwrap();
    assert_eq!(page(store, &nowhere, &all()).records, []);
    assert_eq!(store.answered(&nowhere).unwrap(), None);
}

/// Pages follow each other without a gap or a repetition, also where records have one time, and in several shards.
pub fn pages_follow_each_other_without_a_gap_or_a_repetition(store: &dyn Store) {
    let notice = notice("boreale");
    let shards = LogShards::new(3).unwrap();
    store.set_shards(&notice.site, shards).unwrap();
    publish(store, &notice);
    let times = ["2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z", "2026-03-01T09:30:00.001Z"];
    let mut records: Vec<Record> = times.iter().cycle().take(23).map(|time| record(&notice, time)).collect();
    // One event id of one moment in several shards.
    let event_id = records[0].event_id;
    records.extend((0..4).map(|_| Record { event_id, ..record(&notice, times[0]) }));
    let entry = |record: &Record| {
        CommittedRecord::new(record.clone(), CommitmentKey::from_bytes([7; 32]), shards)
            .held_by(sample::sample_holder())
    };
    let stored = store.append(&records.iter().map(entry).collect::<Vec<_>>()).unwrap();
    let is_stored = |result: &crate::store::Appended| matches!(result, crate::store::Appended::Stored(_));
    let mut expected: Vec<Record> =
        records.into_iter().zip(&stored).filter(|(_, it)| is_stored(it)).map(|(record, _)| record).collect();
    assert!(expected.len() >= 23);
    expected.sort_by_key(|record| {
        std::cmp::Reverse((record.recorded_at, record.event_id, shards.of(&record.consent_id)))
    });
    for limit in [1, 2, 5, 50] {
        assert_eq!(in_pages(store, &notice.site, &all(), limit), expected, "{limit}");
    }
}

/// A consent id is found by its first digits, 8 or more, on its own site.
pub fn a_consent_id_is_found_by_its_first_digits(store: &dyn Store) {
    let (notice, other) = (notice("boreale"), sample::notice("other"));
    publish(store, &notice);
    publish(store, &other);
    let id = |text: &str| ConsentId::parse(text).unwrap();
    let ids = [
        "0190aaaa-0000-7000-8000-000000000001",
        "0190aaaa-0001-7000-8000-000000000002",
        "0190aaab-0000-7000-8000-000000000003",
    ]
    .map(id);
    for id in ids {
        for _ in 0..2 {
            let record = Record { consent_id: id, ..record(&notice, "2026-03-01T09:30:00Z") };
            append(store, &[record]).unwrap();
        }
    }
    let elsewhere = Record { consent_id: ids[0], ..record(&other, "2026-03-01T09:30:00Z") };
    append(store, &[elsewhere]).unwrap();
    let found = |site: &PublishedNotice, digits: &str, limit| {
        store.consent_ids(&site.site, &IdRange::of_digits(digits).unwrap(), limit).unwrap()
    };
    assert_eq!(found(&notice, "0190aaaa", 5), ids[..2]);
    assert_eq!(found(&notice, "0190aaaa", 1), ids[..1]);
    assert_eq!(found(&notice, "0190aaaa0001", 5), ids[1..2]);
    assert_eq!(found(&notice, "0190aaab000070008000000000000003", 5), ids[2..]);
    assert_eq!(found(&notice, "0190aaac", 5), []);
    assert_eq!(found(&other, "0190aaaa", 5), ids[..1]);
}

/// What was erased or has expired is in no page and under no digits.
pub fn a_deleted_record_is_in_no_page(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let gone = record(&notice, "2026-03-01T09:30:00Z");
    let again = Record { event_id: sample::event_id(), action: Action::AllowAll, ..gone.clone() };
    let due = Record { expires_at: at("2026-04-01T09:30:00Z"), ..record(&notice, "2026-03-01T09:31:00Z") };
    let stays = record(&notice, "2026-03-01T09:32:00Z");
    append(store, &[gone.clone(), again, due.clone(), stays.clone()]).unwrap();
    let ids = |record: &Record| {
        let digits = record.consent_id.to_string().replace('-', "");
        store.consent_ids(&notice.site, &IdRange::of_digits(&digits).unwrap(), 5).unwrap()
    };
    assert_eq!(page(store, &notice.site, &all()).records.len(), 4);
    assert_eq!(ids(&gone), [gone.consent_id]);
    assert_eq!(sample::erase(store, &notice.site, &gone.consent_id, at("2026-03-02T09:30:00Z")).unwrap(), 2);
    assert_eq!(page(store, &notice.site, &all()).records, [stays.clone(), due.clone()]);
    assert_eq!((ids(&gone), ids(&due)), (vec![], vec![due.consent_id]));
    store.expire(due.expires_at).unwrap();
    assert_eq!(page(store, &notice.site, &all()).records, std::slice::from_ref(&stays));
    assert_eq!((ids(&due), ids(&stays)), (vec![], vec![stays.consent_id]));
}

/// A record that was put by a copy is in the pages, until the copy forgets it.
pub fn a_copied_record_is_in_the_pages(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let copied = record(&notice, "2026-03-01T09:30:00Z");
    let placed = PlacedRecord { leaf_index: 0, entry: sample::entry(&copied) };
    assert_eq!(store.put_records(std::slice::from_ref(&placed)).unwrap(), 1);
    let range = IdRange { first: *copied.consent_id.as_bytes(), last: *copied.consent_id.as_bytes() };
    assert_eq!(page(store, &notice.site, &all()).records, std::slice::from_ref(&copied));
    assert_eq!(store.consent_ids(&notice.site, &range, 5).unwrap(), [copied.consent_id]);
    store.forget(Timestamp::from_unix_ms(copied.expires_at.unix_ms())).unwrap();
    assert_eq!(page(store, &notice.site, &all()).records, []);
    assert_eq!(store.consent_ids(&notice.site, &range, 5).unwrap(), []);
}
