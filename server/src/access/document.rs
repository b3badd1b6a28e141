//! Documents of the store as values: read, made, and changed by comparing versions.

use super::error::AccessError;
use crate::store::{AccountStore, Document, DocumentKind, StoreError};
use constat_shared::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How often a change is tried again when somebody else's came first.
const ATTEMPTS_MAX: usize = 20;

/// A value that is kept as a document.
pub trait Kept: Serialize + DeserializeOwned {
    /// The kind of its documents.
    const KIND: DocumentKind;

    /// When it is deleted; `None` when it has no end.
    fn ends_at(&self) -> Option<Timestamp>;
}

/// The value of that id, unless it has ended.
pub fn read<T: Kept>(
    store: &(impl AccountStore + ?Sized),
    id: &str,
    now: Timestamp,
) -> Result<Option<T>, StoreError> {
    let found = store.document(T::KIND, id)?.filter(|document| !has_ended(document, now));
    found.map(|document| parse(&document)).transpose()
}

/// Every value of a kind that has not ended, by id.
pub fn list<T: Kept>(
    store: &(impl AccountStore + ?Sized),
    now: Timestamp,
) -> Result<Vec<(String, T)>, StoreError> {
    let found = store.documents(T::KIND)?.into_iter().filter(|document| !has_ended(document, now));
    found.map(|document| Ok((document.id.clone(), parse(&document)?))).collect()
}

/// Stores a value under an id that has none. Returns whether it did.
pub fn insert<T: Kept>(
    store: &(impl AccountStore + ?Sized),
    id: &str,
    value: &T,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if store.document(T::KIND, id)?.is_some_and(|document| has_ended(&document, now)) {
        store.remove_document(T::KIND, id)?;
    }
    put(store, id, 1, value)
}

/// Changes the value of that id, if there is one that has not ended. `change` is called
/// again when somebody else's change came first; when it refuses, nothing is written.
pub fn change<T: Kept, R>(
    store: &(impl AccountStore + ?Sized),
    id: &str,
    now: Timestamp,
    mut change: impl FnMut(&mut T) -> Result<R, AccessError>,
) -> Result<Option<R>, AccessError> {
    for _ in 0..ATTEMPTS_MAX {
        let Some(document) = store.document(T::KIND, id)?.filter(|document| !has_ended(document, now)) else {
            return Ok(None);
        };
        let mut value: T = parse(&document)?;
        let result = change(&mut value)?;
        if put(store, id, document.version + 1, &value)? {
            return Ok(Some(result));
        }
    }
    let words = format!("{} changed {ATTEMPTS_MAX} times meanwhile", T::KIND.as_str());
    Err(StoreError::Engine(words).into())
}

fn put<T: Kept>(
    store: &(impl AccountStore + ?Sized),
    id: &str,
    version: u64,
    value: &T,
) -> Result<bool, StoreError> {
    let json = serde_json::to_string(value)
        .map_err(|error| StoreError::Unreadable(format!("a {} as JSON: {error}", T::KIND.as_str())))?;
    store.put_document(&Document {
        kind: T::KIND,
        id: id.to_owned(),
        version,
        ends_at: value.ends_at(),
        json,
    })
}

fn has_ended(document: &Document, now: Timestamp) -> bool {
    document.ends_at.is_some_and(|end| end <= now)
}

fn parse<T: Kept>(document: &Document) -> Result<T, StoreError> {
    let unreadable = |error| StoreError::Unreadable(format!("a {}: {error}", T::KIND.as_str()));
    serde_json::from_str(&document.json).map_err(unreadable)
}
