use super::sample::{Installation, at, command, refusal, scope, site};
use crate::access::access::Access;
use crate::access::error::Refusal;
use crate::access::people;
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;
use crate::access::trail::audit::{TrailAudit, audit};
use crate::access::trail::read::{Filter, TrailPage, Who, names, read};
use crate::access::trail::{Action, NewestHead, Note};
use crate::cli::{KeyArgs, StoreArgs};
use crate::proof::keys::Keys;
use crate::store::sqlite::SqliteStore;
use crate::store::{KeyStore, TrailEntry, TrailStore};
use constat_shared::{CommitmentKey, ConsentId, Hash, Month, SignedCheckpoint, TreeHead};
use std::sync::Arc;

const DAY: i64 = 24 * 3600;
const MONTH: i64 = 31 * DAY;

fn consent_id() -> ConsentId {
    ConsentId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c07398f").unwrap()
}

/// Five entries in two months, one of which names a consent id, and the head after each.
fn written(here: &Installation) -> Vec<(TrailEntry, SignedCheckpoint)> {
    let notes = [
        (0, Note::of(Action::SignedIn).by_name("ana@x")),
        (1, Note::of(Action::NoticeAcknowledged).by_name("ana@x").on(Some(&site("helvia"))).to("a notice")),
        (1, Note::of(Action::RecordsViewed).by_name("ana@x").on(Some(&site("helvia"))).about(consent_id())),
        (MONTH, Note::of(Action::SignInFailed).to(3)),
        (MONTH + 1, Note::of(Action::LogAudited).by_name("reports").on(Some(&site("boreale"))).to("2027-01")),
    ];
    let noted = notes.into_iter().enumerate().map(|(index, (seconds, note))| {
        here.access.note(note, at(seconds)).unwrap();
        let entry = here.store.trail(index as u64, 1).unwrap().pop().unwrap();
        (entry, here.store.trail_segments().unwrap().pop().unwrap().head)
    });
    noted.collect()
}

/// The audit of a store that holds these entries and heads instead.
fn audit_of(here: &Installation, entries: &[(TrailEntry, SignedCheckpoint)]) -> Result<TrailAudit, String> {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    for key in here.store.keys().unwrap() {
        store.add_key(&key, at(0)).unwrap();
    }
    for (index, (entry, head)) in entries.iter().enumerate() {
        let entry = TrailEntry { index: index as u64, ..entry.clone() };
        assert!(store.append_to_trail(&entry, head).unwrap());
    }
    audit(&store, None, at(2 * MONTH)).map_err(|failure| failure.to_string())
}

#[test]
fn a_trail_that_is_whole_verifies_as_often_as_it_grows() {
    let here = Installation::new();
    assert_eq!(audit(&*here.store, None, at(0)).unwrap(), TrailAudit::default());
    let entries = written(&here);
    let found = audit(&*here.store, None, at(2 * MONTH)).unwrap();
    assert_eq!((found.entry_count, found.forgotten_count), (5, 0));
    assert_eq!(found.head.map(|head| (head.size, head.root)), Some((5, entries[4].0.link)));
    assert_eq!(audit_of(&here, &entries), Ok(found));
    for number in 0..1200 {
        here.access.note(Note::of(Action::SignedOut).by_name("ana@x").to(number), at(MONTH + 2)).unwrap();
    }
    assert_eq!(audit(&*here.store, None, at(2 * MONTH)).unwrap().entry_count, 1205);
}

#[test]
fn whatever_is_changed_in_an_entry_is_found() {
    let here = Installation::new();
    let entries = written(&here);
    let changes: [fn(&mut TrailEntry); 12] = [
        |entry| entry.at = at(0),
        |entry| entry.who = Some("bob@x".into()),
        |entry| entry.who = None,
        |entry| entry.action = "signed_out".into(),
        |entry| entry.site = Some(site("polaire")),
        |entry| entry.target = Some("another notice".into()),
        |entry| entry.target = None,
        |entry| entry.consent_id = Some(consent_id()),
        |entry| entry.key = Some(CommitmentKey::from_bytes([7; 32])),
        |entry| entry.commitment = Hash::of(b"other"),
        |entry| entry.link = Hash::of(b"other"),
        |entry| (entry.key, entry.target) = (None, None),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut changed = entries.clone();
        change(&mut changed[1].0);
        let words = audit_of(&here, &changed).unwrap_err();
        assert!(words.starts_with("audit trail: entry 1 "), "{number}: {words}");
    }
}

#[test]
fn an_entry_removed_moved_or_added_and_a_missing_tail_are_found() {
    let here = Installation::new();
    let entries = written(&here);
    let is_found = |entries: &[(TrailEntry, SignedCheckpoint)]| {
        let words = audit_of(&here, entries).unwrap_err();
        assert!(words.starts_with("audit trail: "), "{words}");
    };
    for removed in 0..4 {
        let mut fewer = entries.clone();
        fewer.remove(removed);
        is_found(&fewer);
    }
    let mut moved = entries.clone();
    moved.swap(1, 2);
    is_found(&moved);
    let mut twice = entries.clone();
    twice.insert(1, entries[1].clone());
    is_found(&twice);
    let mut without_tail = entries[..4].to_vec();
    without_tail[3].1 = entries[4].1.clone();
    is_found(&without_tail);
    let mut with_more = entries.clone();
    with_more[4].1 = entries[3].1.clone();
    is_found(&with_more);
}

#[test]
fn a_head_signed_by_another_key_or_changed_is_found() {
    let (here, there) = (Installation::new(), Installation::new());
    let (mut entries, others) = (written(&here), written(&there));
    entries[4].1 = others[4].1.clone();
    let words = audit_of(&here, &entries).unwrap_err();
    assert!(words.contains("2027-02") && words.contains("is not signed by any key"), "{words}");
}

#[test]
fn a_trail_cut_back_to_an_earlier_head_is_older_than_the_accounts() {
    let here = Installation::new();
    let before = here.store.trail_segments().unwrap();
    assert!(before.is_empty());
    here.welcome("ana@x", Role::Dpo, &["helvia"]);
    assert!(audit(&*here.store, None, at(0)).is_ok());
    crate::access::account::change(here.access.store(), "ana@x", None, at(0), |account| {
        account.last_sign_in = Some(at(DAY));
        Ok(())
    })
    .unwrap();
    let words = audit(&*here.store, None, at(DAY)).unwrap_err().to_string();
    assert!(words.contains("its last entries are missing"), "{words}");
}

#[test]
fn a_trail_goes_on_from_the_newest_head_that_was_signed_here() {
    let (here, there) = (Installation::new(), Installation::new());
    let trail = here.access.trail();
    assert_eq!(trail.newest_head().unwrap(), None);
    let entries = written(&here);
    assert_eq!(trail.newest_head().unwrap().as_ref(), Some(&entries[4].1));
    assert_eq!(trail.lost_head().unwrap(), None);
    let audit_with = |newest: &SignedCheckpoint| {
        audit(&*here.store, Some(newest), at(2 * MONTH)).map_err(|error| error.to_string())
    };
    for (_, head) in &entries {
        assert_eq!(audit_with(head).unwrap().entry_count, 5, "an older one is no fault");
    }
    let others = written(&there);
    assert!(audit_with(&others[4].1).unwrap_err().contains("not signed by any key"));
    let signing = here.signing.signing();
    let later = TreeHead { size: 6, root: entries[4].0.link }.sign_as("constat/audit-trail", signing);
    assert!(audit_with(&later).unwrap_err().contains("it has 5, and a head of 6"));
    let other = TreeHead { size: 3, root: entries[4].0.link }.sign_as("constat/audit-trail", signing);
    assert!(audit_with(&other).unwrap_err().contains("of the first 3"));
}

#[test]
fn servers_with_folders_of_their_own_keep_heads_of_one_trail() {
    let here = Installation::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let data = StoreArgs::in_folder(elsewhere.path().to_owned());
    let args = KeyArgs { data, key_file: Some(here.key_file()) };
    let keys = Arc::new(Keys::open(&args, &*here.store).unwrap());
    let second = Access::new(Arc::clone(&here.store), keys);
    let note = |access: &Access| access.note(Note::of(Action::SignedIn).by_name("ana@x"), at(0)).unwrap();
    for access in [&here.access, &second, &second, &here.access] {
        note(access);
    }
    for (access, size) in [(&here.access, 4), (&second, 3)] {
        let newest = access.trail().newest_head().unwrap().unwrap();
        assert!(newest.as_str().contains(&format!("\n{size}\n")), "{newest:?}");
        assert_eq!(access.trail().lost_head().unwrap(), None);
        assert!(audit(&*here.store, Some(&newest), at(0)).is_ok());
    }
}

#[test]
fn a_head_that_the_trail_has_lost_stays_until_the_operator_accepts_it() {
    let (here, set_back) = (Installation::new(), Installation::new());
    let entries = written(&here);
    // Another store, with the beginning of the same trail, beside the head of the whole.
    for (entry, head) in &entries[..2] {
        assert!(set_back.store.append_to_trail(entry, head).unwrap());
    }
    NewestHead::of_folder(set_back.folder()).keep(&entries[4].1).unwrap();
    let trail = set_back.access.trail();
    for _ in 0..2 {
        trail.note(Note::of(Action::SignedIn).by_name("ana@x"), at(MONTH)).unwrap();
        assert_eq!(trail.newest_head().unwrap().as_ref(), Some(&entries[4].1), "it stays as evidence");
    }
    let lost = trail.accept_missing(at(MONTH)).unwrap().unwrap();
    assert_eq!((lost.size, lost.root), (5, entries[4].0.link));
    assert_eq!(trail.lost_head().unwrap(), None);
    let last = set_back.store.trail(4, 10).unwrap();
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].target, Some(format!("5 {}", entries[4].0.link)));
    assert_eq!(trail.accept_missing(at(MONTH)).unwrap(), None);
}

#[test]
fn months_are_dropped_whole_and_a_consent_id_is_forgotten_and_the_rest_verifies() {
    let here = Installation::new();
    written(&here);
    assert_eq!(here.store.forget_in_trail(&consent_id()).unwrap(), 1);
    let found = audit(&*here.store, None, at(MONTH)).unwrap();
    assert_eq!((found.entry_count, found.forgotten_count), (5, 1));
    assert!(here.trail().iter().all(|line| !line.contains(&consent_id().to_string())));
    assert!(here.store.drop_trail_segment(Month::of(at(0))).unwrap());
    let found = audit(&*here.store, None, at(90 * MONTH)).unwrap();
    assert_eq!((found.entry_count, found.dropped_months), (2, 1));
    assert_eq!(here.trail().len(), 2);
    here.access.note(Note::of(Action::SignedIn).by_name("ana@x"), at(90 * MONTH)).unwrap();
    assert_eq!(audit(&*here.store, None, at(90 * MONTH)).unwrap().head.unwrap().size, 6);
}

#[test]
fn entries_of_many_threads_are_one_chain_and_none_is_dated_before_another() {
    let here = Installation::new();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let access = &here.access;
            threads.spawn(move || {
                for number in 0..10 {
                    let note = Note::of(Action::SignedIn).by_name("ana@x").to(number);
                    access.note(note, at(100 - 10 * thread)).unwrap();
                }
            });
        }
    });
    assert_eq!(audit(&*here.store, None, at(100)).unwrap().entry_count, 40);
    let times: Vec<_> = here.store.trail(0, 40).unwrap().iter().map(|entry| entry.at).collect();
    assert!(times.is_sorted());
}

fn page(
    here: &Installation,
    by: &Principal,
    filter: &Filter,
    cursor: Option<u64>,
    count: usize,
) -> TrailPage {
    read(&*here.store, by, filter, cursor, count, at(2 * MONTH)).unwrap()
}

#[test]
fn entries_are_read_newest_first_by_pages_and_filters() {
    let here = Installation::new();
    written(&here);
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = page(&here, &command(), &Filter::default(), cursor, 2);
        seen.extend(page.items.iter().map(|entry| entry.action.clone()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["log_audited", "sign_in_failed", "records_viewed", "notice_acknowledged", "signed_in"]);
    let count = |filter: Filter| page(&here, &command(), &filter, None, 100).items.len();
    let filter = Filter::default;
    assert_eq!(count(Filter { who: Who::parse("reports").ok(), ..filter() }), 1);
    assert_eq!(count(Filter { action: Some(Action::SignedIn), ..filter() }), 1);
    assert_eq!(count(Filter { site: Some(site("helvia")), ..filter() }), 2);
    assert_eq!(count(Filter { from: Some(at(MONTH)), ..filter() }), 2);
    assert_eq!(count(Filter { until: Some(at(MONTH)), ..filter() }), 3);
    assert_eq!(count(Filter { from: Some(at(1)), until: Some(at(MONTH)), ..filter() }), 2);
}

#[test]
fn who_reads_a_trail_sees_its_site_and_the_people_of_its_site() {
    let here = Installation::new();
    for (email, role, of) in [
        ("ana@x", Role::Dpo, "helvia"),
        ("far@x", Role::Auditor, "boreale"),
        ("owner@x", Role::Owner, "helvia"),
    ] {
        here.welcome(email, role, &[of]);
    }
    people::grant(&here.access, &command(), "owner@x", Role::Auditor, &[scope("polaire")], at(0)).unwrap();
    let sees = |email: &str| {
        let items = page(&here, &here.principal(email), &Filter::default(), None, 100).items;
        let sites: std::collections::BTreeSet<_> =
            items.iter().filter_map(|entry| entry.site.as_ref().map(ToString::to_string)).collect();
        let who: std::collections::BTreeSet<_> =
            items.iter().filter(|entry| entry.site.is_none()).filter_map(|entry| entry.who.clone()).collect();
        (sites.into_iter().collect::<Vec<_>>().join(" "), who.into_iter().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(sees("ana@x"), ("helvia".into(), "ana@x owner@x".into()));
    assert_eq!(sees("far@x"), ("boreale".into(), "far@x".into()));
    assert_eq!(sees("owner@x"), ("polaire".into(), "owner@x".into()));
    people::remove(&here.access, &command(), "owner@x", at(0)).unwrap();
    assert_eq!(
        sees("ana@x"),
        ("helvia".into(), "ana@x constat user add owner@x".into()),
        "removed people too"
    );
    let by = here.principal("ana@x");
    let names = names(&*here.store, &by, at(0)).unwrap();
    assert_eq!(names.people.keys().collect::<Vec<_>>(), ["ana@x", "owner@x"]);
    let theirs = Filter { who: Who::parse(&names.people["owner@x"]).ok(), ..Filter::default() };
    let items = page(&here, &by, &theirs, None, 100).items;
    assert!(!items.is_empty() && items.iter().all(|entry| entry.who.as_deref() == Some("owner@x")));
    assert!(Who::parse("owner@x").is_err(), "an address in a query would stand in the logs of proxies");
    let foreign = Filter { site: Some(site("boreale")), ..Filter::default() };
    assert_eq!(refusal(read(&*here.store, &by, &foreign, None, 10, at(0))), Refusal::SiteUnknown);
    here.welcome("admin@x", Role::Admin, &["helvia"]);
    let refused =
        refusal(read(&*here.store, &here.principal("admin@x"), &Filter::default(), None, 10, at(0)));
    assert_eq!(refused, Refusal::PermissionMissing(Permission::AuditTrailRead));
}
