//! What every store does with the console's documents.

use super::sample::at;
use crate::store::account_store::{DOCUMENT_BYTES_MAX, DOCUMENT_ID_BYTES_MAX};
use crate::store::{AccountStore, CopyStore, DOCUMENTS_MAX, Document, DocumentKind, RECORDS_MAX, StoreError};

/// The first version of a document without an end.
pub fn document(kind: DocumentKind, id: &str, json: &str) -> Document {
    Document { kind, id: id.to_owned(), version: 1, ends_at: None, json: json.to_owned() }
}

fn account(id: &str) -> Document {
    document(DocumentKind::Account, id, "{}")
}

/// With quotes, line breaks and marks for the direction of writing; each kind by itself.
pub fn a_document_comes_back_as_it_was_stored(store: &dyn AccountStore) {
    let texts = ["", "2 - {}", "a \"b\" 'c' \\ %d\n{\"x\":1}", "\u{202e}moc.live\u{202c} \u{5d0}\u{1f600}"];
    for (kind, ends_at) in
        DocumentKind::ALL.into_iter().zip([None, Some(at("2026-03-01T09:30:00Z"))].into_iter().cycle())
    {
        for text in texts {
            assert_eq!(store.document(kind, text).unwrap(), None);
            let put = Document { ends_at, ..document(kind, text, text) };
            assert!(store.put_document(&put).unwrap());
            assert_eq!(store.document(kind, text).unwrap(), Some(put));
        }
    }
}

/// A change names the version that it replaces.
pub fn a_document_changes_one_version_at_a_time(store: &dyn AccountStore) {
    let first = account("ada@example.org");
    for version in [0, 2, u64::MAX] {
        assert!(!store.put_document(&Document { version, ..first.clone() }).unwrap());
    }
    assert!(store.put_document(&first).unwrap());
    let second = Document { version: 2, json: "[]".to_owned(), ..first.clone() };
    assert!(store.put_document(&second).unwrap());
    for version in [0, 1, 2, 4] {
        assert!(!store.put_document(&Document { version, ..first.clone() }).unwrap());
    }
    assert_eq!(store.document(first.kind, &first.id).unwrap(), Some(second));
    assert_eq!(store.documents(DocumentKind::Session).unwrap(), []);
}

/// Also when all of them write the same: a link is used once.
pub fn of_many_writers_of_a_version_one_wins(store: &dyn AccountStore) {
    for version in [1, 2] {
        let put = Document { version, ..document(DocumentKind::Link, "a hash", "used") };
        let write = || store.put_document(&put).unwrap();
        let won: Vec<bool> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8).map(|_| scope.spawn(write)).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
    }
}

/// By the bytes of the id.
pub fn documents_are_listed_by_id(store: &dyn AccountStore) {
    let sorted = ["", " ", "Z", "a", "a b", "a-b", "ab", "\u{e9}"];
    for id in ["ab", "Z", "\u{e9}", "a-b", "", "a", " ", "a b"] {
        assert!(store.put_document(&account(id)).unwrap());
    }
    assert_eq!(store.documents(DocumentKind::Account).unwrap(), sorted.map(account));
}

/// An end can be moved or taken away; the other documents stay.
pub fn a_document_is_deleted_when_its_end_has_come(store: &dyn AccountStore) {
    let [soon, late] = ["2026-03-01T09:30:00Z", "2026-03-01T09:30:00.001Z"].map(|text| Some(at(text)));
    let session = |id, ends_at| Document { ends_at, ..document(DocumentKind::Session, id, "{}") };
    let ends = [("due", soon), ("moved", soon), ("kept", soon), ("given an end", None), ("later", late)];
    for (id, ends_at) in ends {
        assert!(store.put_document(&session(id, ends_at)).unwrap());
    }
    for (id, ends_at) in [("moved", late), ("kept", None), ("given an end", soon)] {
        assert!(store.put_document(&Document { version: 2, ..session(id, ends_at) }).unwrap());
    }
    assert!(
        store.put_document(&Document { ends_at: soon, ..document(DocumentKind::Link, "due", "") }).unwrap()
    );
    assert_eq!(store.expire_documents(at("2026-03-01T09:29:59.999Z")).unwrap(), 0);
    assert_eq!(store.expire_documents(soon.unwrap()).unwrap(), 3);
    assert_eq!(store.expire_documents(soon.unwrap()).unwrap(), 0);
    let left = |kind| store.documents(kind).unwrap().into_iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(left(DocumentKind::Session), ["kept", "later", "moved"]);
    assert_eq!(left(DocumentKind::Link), [""; 0]);
    assert_eq!(store.expire_documents(late.unwrap()).unwrap(), 2);
    assert_eq!(left(DocumentKind::Session), ["kept"]);
}

/// A document that is made again begins at its first version, without the former end.
pub fn a_removed_document_is_gone(store: &dyn AccountStore) {
    let ends_at = Some(at("2026-03-01T09:30:00Z"));
    let (kept, gone) = (account("kept"), Document { ends_at, ..account("gone") });
    [&kept, &gone].into_iter().for_each(|put| assert!(store.put_document(put).unwrap()));
    assert!(store.remove_document(gone.kind, &gone.id).unwrap());
    assert!(!store.remove_document(gone.kind, &gone.id).unwrap());
    assert!(!store.remove_document(DocumentKind::Session, &kept.id).unwrap());
    assert_eq!(store.documents(DocumentKind::Account).unwrap(), [kept]);
    assert!(!store.put_document(&Document { version: 2, ..gone.clone() }).unwrap());
    assert!(store.put_document(&account("gone")).unwrap());
    assert_eq!(store.expire_documents(at("2027-03-01T09:30:00Z")).unwrap(), 0);
}

/// A kind that is full takes changes, and others are not full.
pub fn a_document_that_is_too_large_or_one_too_many_is_refused(store: &dyn CopyStore) {
    let largest =
        document(DocumentKind::Account, &"i".repeat(DOCUMENT_ID_BYTES_MAX), &"j".repeat(DOCUMENT_BYTES_MAX));
    let is_over = |put: &Document| matches!(store.put_document(put), Err(StoreError::OverLimit(_)));
    assert!(is_over(&Document { id: largest.id.clone() + "i", ..largest.clone() }));
    assert!(is_over(&Document { json: largest.json.clone() + "j", ..largest.clone() }));
    assert!(store.put_document(&largest).unwrap());
    let request = |number: usize| document(DocumentKind::Request, &format!("{number:05}"), "{}");
    let all: Vec<_> = (0..DOCUMENTS_MAX).map(request).collect();
    all.chunks(RECORDS_MAX).for_each(|page| store.put_documents(page).unwrap());
    assert!(is_over(&request(DOCUMENTS_MAX)));
    assert!(!store.put_document(&request(7)).unwrap());
    assert!(store.put_document(&Document { version: 2, ..request(7) }).unwrap());
    assert!(store.put_document(&account("ada@example.org")).unwrap());
    assert_eq!(store.documents(DocumentKind::Request).unwrap().len(), DOCUMENTS_MAX);
    assert!(store.remove_document(DocumentKind::Request, "00000").unwrap());
    assert!(store.put_document(&request(DOCUMENTS_MAX)).unwrap());
}

/// With its version and end, in the place of any other.
pub fn a_copied_document_replaces_what_was_there(store: &dyn CopyStore) {
    let end = at("2026-03-01T09:30:00Z");
    let mine = Document { ends_at: Some(end), ..account("ada@example.org") };
    assert!(store.put_document(&mine).unwrap());
    let copied = Document { version: 7, ends_at: None, json: "[7]".to_owned(), ..mine.clone() };
    let ending = Document { ends_at: Some(end), ..account("bob@example.org") };
    for _ in 0..2 {
        store.put_documents(&[copied.clone(), ending.clone()]).unwrap();
        assert_eq!(store.documents(DocumentKind::Account).unwrap(), [copied.clone(), ending.clone()]);
    }
    store.put_documents(&[]).unwrap();
    assert_eq!(store.expire_documents(end).unwrap(), 1);
    assert!(store.put_document(&Document { version: 8, ..copied }).unwrap());
}
