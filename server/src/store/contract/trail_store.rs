//! What every store does with the audit trail.

use super::sample::{at, consent_id, month};
use crate::store::trail_store::TRAIL_TEXT_BYTES_MAX;
use crate::store::{CopyStore, StoreError, TRAIL_PAGE_MAX, TrailEntry, TrailSegment, TrailStore};
use constat_shared::{CommitmentKey, ConsentId, Hash, SignedCheckpoint, SiteId};

/// An entry that names a consent id when there is one.
pub fn trail_entry(index: u64, time: &str, consent_id: Option<ConsentId>) -> TrailEntry {
    TrailEntry {
        index,
        at: at(time),
        who: Some("ada@example.org".to_owned()),
        action: "records_read".to_owned(),
        site: Some(SiteId::parse("boreale").unwrap()),
        target: consent_id.as_ref().map(ToString::to_string),
        key: consent_id.as_ref().map(|_| CommitmentKey::from_bytes([7; 32])),
        consent_id,
        commitment: Hash::of(&index.to_be_bytes()),
        link: Hash::of(&[1, index as u8]),
    }
}

/// The head that ends with an entry.
pub fn trail_head(entry: &TrailEntry) -> SignedCheckpoint {
    format!("constat/audit-trail\n{}\n{}\n\n\u{2014} a signature\n", entry.index + 1, entry.link)
        .as_str()
        .into()
}

/// Appends entries, each with its head.
pub fn append_trail(store: &dyn TrailStore, entries: &[TrailEntry]) {
    for entry in entries {
        assert!(store.append_to_trail(entry, &trail_head(entry)).unwrap(), "{}", entry.index);
    }
}

/// Four entries in February, March and May.
pub fn three_months() -> Vec<TrailEntry> {
    let times = ["02-27T10:00:00Z", "02-28T10:00:00Z", "03-01T00:00:00Z", "05-31T10:00:00.123Z"];
    (0..)
        .zip(times)
        .map(|(index, time)| trail_entry(index, &format!("2026-{time}"), Some(consent_id())))
        .collect()
}

fn segment(name: &str, first: u64, last: &TrailEntry, is_dropped: bool) -> TrailSegment {
    TrailSegment { month: month(name), first, end: last.index + 1, is_dropped, head: trail_head(last) }
}

/// Everything of an entry, with quotes, line breaks and marks for the direction of writing.
pub fn a_trail_entry_comes_back_as_it_was_stored(store: &dyn TrailStore) {
    let texts = ["", "-", "- -", "1 2 3", "\"a\" 'b' \\ %1\n", "\u{202e}gro.elpmaxe\u{202c}\u{5d0}\u{1f600}"];
    let mut entries = Vec::new();
    for (index, text) in (0..).zip(texts) {
        let mut entry = trail_entry(index, "2026-03-01T09:30:00.001Z", (index % 2 == 0).then(consent_id));
        (entry.who, entry.action, entry.target) = (Some(text.into()), text.into(), Some(text.into()));
        entries.push(entry);
    }
    let nobody = trail_entry(6, "2026-03-01T09:30:00.002Z", None);
    entries.push(TrailEntry { who: None, site: None, ..nobody.clone() });
    // A target that no consent id is in.
    let key = Some(CommitmentKey::from_bytes([9; 32]));
    entries.push(TrailEntry { index: 7, key, target: Some("a target".to_owned()), ..nobody });
    append_trail(store, &entries);
    assert_eq!(store.trail(0, 100).unwrap(), entries);
}

/// What does not follow is refused and changes nothing.
pub fn the_trail_grows_at_its_end_only(store: &dyn TrailStore) {
    let entries = three_months();
    let refused = |entry: TrailEntry| {
        let before = (store.trail(0, 10).unwrap(), store.trail_segments().unwrap());
        assert!(!store.append_to_trail(&entry, &"another head".into()).unwrap(), "{entry:?}");
        assert_eq!((store.trail(0, 10).unwrap(), store.trail_segments().unwrap()), before);
    };
    refused(entries[1].clone());
    append_trail(store, &entries[..3]);
    for index in [0, 2, 4, 1 << 60] {
        refused(TrailEntry { index, ..entries[3].clone() });
    }
    // Older than the last entry, in its month and in the one before.
    append_trail(store, &entries[3..]);
    for time in ["2026-05-31T10:00:00.122Z", "2026-04-30T10:00:00Z", "2026-02-28T10:00:00Z"] {
        refused(trail_entry(4, time, None));
    }
    append_trail(store, &[trail_entry(4, "2026-05-31T10:00:00.123Z", None)]);
}

/// Two servers write it.
pub fn of_many_entries_of_an_index_one_is_appended(store: &dyn TrailStore) {
    for index in [0, 1] {
        let entry = trail_entry(index, "2026-03-01T09:30:00Z", None);
        let append = || store.append_to_trail(&entry, &trail_head(&entry)).unwrap();
        let appended: Vec<bool> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8).map(|_| scope.spawn(append)).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        assert_eq!(appended.iter().filter(|appended| **appended).count(), 1);
    }
    assert_eq!(store.trail(0, 10).unwrap().len(), 2);
}

/// Each with the head after its last entry.
pub fn the_trail_has_a_segment_for_each_month(store: &dyn TrailStore) {
    assert_eq!(store.trail_segments().unwrap(), []);
    let entries = three_months();
    append_trail(store, &entries);
    let expected = [
        segment("2026-02", 0, &entries[1], false),
        segment("2026-03", 2, &entries[2], false),
        segment("2026-05", 3, &entries[3], false),
    ];
    assert_eq!(store.trail_segments().unwrap(), expected);
}

/// From any entry on, across the months, and never more than a page.
pub fn the_trail_is_read_in_pages(store: &dyn CopyStore) {
    assert_eq!(store.trail(0, 10).unwrap(), []);
    let entries = three_months();
    append_trail(store, &entries);
    for first in 0..5 {
        for count in 0..5 {
            let end = (first + count).min(4);
            assert_eq!(
                store.trail(first as u64, count).unwrap(),
                entries[first.min(4)..end.max(first.min(4))]
            );
        }
    }
    assert_eq!(store.trail(u64::MAX, 10).unwrap(), []);
    let many = many_entries(TRAIL_PAGE_MAX + 10, |_| None);
    put_all(store, &many[4..]);
    let page = store.trail(3, usize::MAX).unwrap();
    assert_eq!((page.len(), page[TRAIL_PAGE_MAX - 1].index), (TRAIL_PAGE_MAX, 2 + TRAIL_PAGE_MAX as u64));
    assert_eq!(store.trail(3 + TRAIL_PAGE_MAX as u64, TRAIL_PAGE_MAX).unwrap().len(), 7);
}

/// Entries of one month.
fn many_entries(count: usize, id: impl Fn(usize) -> Option<ConsentId>) -> Vec<TrailEntry> {
    let of = |index| trail_entry(index as u64, "2026-05-31T11:00:00Z", id(index));
    (0..count).map(of).collect()
}

/// Stores entries of the month of the last segment, or of the first one.
fn put_all(store: &dyn CopyStore, entries: &[TrailEntry]) {
    entries.chunks(TRAIL_PAGE_MAX).for_each(|page| store.put_trail(page).unwrap());
    let first = store.trail_segments().unwrap().last().map_or(0, |segment| segment.first);
    store.put_trail_segments(&[segment("2026-05", first, &entries[entries.len() - 1], false)]).unwrap();
}

/// The last month stays, because the trail goes on from its last entry.
pub fn a_dropped_month_of_the_trail_keeps_its_head(store: &dyn TrailStore) {
    let entries = three_months();
    append_trail(store, &entries);
    for untouched in ["2026-05", "2026-04", "2026-01", "2026-06"] {
        assert!(!store.drop_trail_segment(month(untouched)).unwrap());
    }
    assert!(store.drop_trail_segment(month("2026-02")).unwrap());
    assert!(!store.drop_trail_segment(month("2026-02")).unwrap());
    assert_eq!(store.trail(0, 10).unwrap(), entries[2..]);
    assert_eq!(store.trail_segments().unwrap()[0], segment("2026-02", 0, &entries[1], true));
    let left: Vec<_> = entries[2..].iter().filter_map(|entry| entry.consent_id).collect();
    assert_eq!(store.consent_ids_in_trail(None).unwrap(), left);
    assert!(store.drop_trail_segment(month("2026-03")).unwrap());
    append_trail(store, &[trail_entry(4, "2026-06-01T00:00:00Z", None)]);
    assert!(store.drop_trail_segment(month("2026-05")).unwrap());
    assert_eq!(store.trail(0, 10).unwrap().len(), 1);
    let dropped: Vec<_> = store.trail_segments().unwrap().iter().map(|segment| segment.is_dropped).collect();
    assert_eq!(dropped, [true, true, true, false]);
}

/// In every entry that names it; what the trail is verified by stays.
pub fn what_is_forgotten_of_the_trail_is_the_target_alone(store: &dyn TrailStore) {
    let (gone, kept) = (consent_id(), consent_id());
    let mut entries = three_months();
    for (entry, id) in entries.iter_mut().zip([gone, kept, gone, gone]) {
        *entry = TrailEntry { consent_id: Some(id), ..entry.clone() };
    }
    append_trail(store, &entries);
    assert_eq!(store.forget_in_trail(&gone).unwrap(), 3);
    assert_eq!(store.forget_in_trail(&gone).unwrap(), 0);
    let forgotten =
        |entry: &TrailEntry| TrailEntry { target: None, consent_id: None, key: None, ..entry.clone() };
    for index in [0, 2, 3] {
        entries[index] = forgotten(&entries[index]);
    }
    assert_eq!(store.trail(0, 10).unwrap(), entries);
    assert_eq!(store.consent_ids_in_trail(None).unwrap(), [kept]);
    assert_eq!(store.trail_segments().unwrap()[2], segment("2026-05", 3, &entries[3], false));
}

/// Each once, in the order of their text, from any of them on; also when one is
/// named by more entries than a page has.
pub fn consent_ids_in_the_trail_are_listed_in_pages(store: &dyn CopyStore) {
    assert_eq!(store.consent_ids_in_trail(None).unwrap(), []);
    let mut ids: Vec<_> = (0..TRAIL_PAGE_MAX + 2).map(|_| consent_id()).collect();
    ids.sort_unstable_by_key(ToString::to_string);
    let busy = 3;
    let id = |index: usize| ids.get(index).copied().or(Some(ids[busy]));
    put_all(store, &many_entries(ids.len() + 2 * TRAIL_PAGE_MAX + 5, id));
    let first = store.consent_ids_in_trail(None).unwrap();
    assert_eq!(first, ids[..TRAIL_PAGE_MAX]);
    assert_eq!(store.consent_ids_in_trail(first.last().copied()).unwrap(), ids[TRAIL_PAGE_MAX..]);
    assert_eq!(store.consent_ids_in_trail(ids.last().copied()).unwrap(), []);
    assert_eq!(store.consent_ids_in_trail(Some(ids[busy])).unwrap()[0], ids[busy + 1]);
    assert_eq!(store.forget_in_trail(&ids[busy]).unwrap(), 2 * TRAIL_PAGE_MAX as u64 + 6);
    assert_eq!(store.consent_ids_in_trail(Some(ids[busy - 1])).unwrap()[0], ids[busy + 1]);
}

/// Nothing of it is stored.
pub fn a_text_that_is_too_long_for_the_trail_is_refused(store: &dyn TrailStore) {
    let (entry, long) = (trail_entry(0, "2026-03-01T09:30:00Z", None), "x".repeat(TRAIL_TEXT_BYTES_MAX + 1));
    for entry in [
        TrailEntry { who: Some(long.clone()), ..entry.clone() },
        TrailEntry { action: long.clone(), ..entry.clone() },
        TrailEntry { target: Some(long.clone()), ..entry.clone() },
    ] {
        let refused = store.append_to_trail(&entry, &trail_head(&entry));
        assert!(matches!(refused, Err(StoreError::OverLimit(_))), "{refused:?}");
    }
    assert_eq!((store.trail(0, 10).unwrap(), store.trail_segments().unwrap()), (vec![], vec![]));
    append_trail(store, &[TrailEntry { target: Some(long[1..].to_owned()), ..entry }]);
}

/// Twice as once. What the other store has forgotten or dropped goes here too, and an
/// entry that is another one is refused.
pub fn a_copied_trail_goes_on_where_the_other_ended(store: &dyn CopyStore) {
    let mut entries = three_months();
    let mut segments = vec![
        segment("2026-02", 0, &entries[1], false),
        segment("2026-03", 2, &entries[2], false),
        segment("2026-05", 3, &entries[3], false),
    ];
    store.put_trail(&[]).unwrap();
    for _ in 0..2 {
        store.put_trail(&entries).unwrap();
        store.put_trail_segments(&segments).unwrap();
        assert_eq!(
            (store.trail(0, 10).unwrap(), store.trail_segments().unwrap()),
            (entries.clone(), segments.clone())
        );
    }
    let changed = TrailEntry { action: "another".to_owned(), ..entries[2].clone() };
    store.put_trail(&[changed]).unwrap_err();
    assert_eq!(store.trail(0, 10).unwrap(), entries);
    entries[2] = TrailEntry { target: None, consent_id: None, key: None, ..entries[2].clone() };
    segments[0].is_dropped = true;
    store.put_trail(&entries[2..]).unwrap();
    store.put_trail_segments(&segments).unwrap();
    assert_eq!(
        (store.trail(0, 10).unwrap(), store.trail_segments().unwrap()),
        (entries[2..].to_vec(), segments)
    );
    assert_eq!(store.consent_ids_in_trail(None).unwrap(), [entries[3].consent_id.unwrap()]);
    assert!(!store.append_to_trail(&trail_entry(4, "2026-05-31T10:00:00Z", None), &"older".into()).unwrap());
    append_trail(store, &[trail_entry(4, "2026-05-31T10:00:01Z", None)]);
}
