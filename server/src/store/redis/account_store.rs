//! The console's documents in Redis.

use super::data::key_names::{self, CONSOLE};
use super::scripts::{EXPIRE_DOCUMENTS, PUT_DOCUMENT, REMOVE_DOCUMENT, token};
use super::store::RedisStore;
use crate::store::account_store::too_many;
use crate::store::error::unreadable;
use crate::store::{AccountStore, DOCUMENTS_MAX, Document, DocumentKind, StoreError};
use constat_shared::Timestamp;
use redis::Cmd;

/// The most documents that one script deletes, so that other writers wait only briefly.
const EXPIRE_CHUNK: u64 = 1000;

impl AccountStore for RedisStore {
    fn document(&self, kind: DocumentKind, id: &str) -> Result<Option<Document>, StoreError> {
        let value: Option<String> = self.link.call().ask(&Cmd::hget(key_names::documents(kind), id))?;
        value.map(|value| read(kind, id.to_owned(), &value)).transpose()
    }

    fn documents(&self, kind: DocumentKind) -> Result<Vec<Document>, StoreError> {
        let mut values: Vec<(String, String)> =
            self.link.call().ask(&Cmd::hgetall(key_names::documents(kind)))?;
        values.sort_unstable();
        values.into_iter().map(|(id, value)| read(kind, id, &value)).collect()
    }

    fn put_document(&self, document: &Document) -> Result<bool, StoreError> {
        document.check()?;
        let Document { kind, id, version, ends_at, json } = document;
        let put = PUT_DOCUMENT.on(CONSOLE.as_bytes()).arg(token()?).arg(kind.as_str()).arg(id);
        let put = put.arg(version).arg(end(*ends_at)).arg(json).arg(DOCUMENTS_MAX);
        match self.link.call().run::<i64>(&put)? {
            -1 => Err(too_many(*kind)),
            stored => Ok(stored == 1),
        }
    }

    fn remove_document(&self, kind: DocumentKind, id: &str) -> Result<bool, StoreError> {
        let remove = REMOVE_DOCUMENT.on(CONSOLE.as_bytes()).arg(token()?).arg(kind.as_str()).arg(id);
        Ok(self.link.call().run::<u64>(&remove)? == 1)
    }

    fn expire_documents(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let expire = EXPIRE_DOCUMENTS.on(CONSOLE.as_bytes()).arg(token()?);
            let count: u64 = self.link.call().run(&expire.arg(now.unix_ms()).arg(EXPIRE_CHUNK))?;
            total += count;
            if count < EXPIRE_CHUNK {
                return Ok(total);
            }
        }
    }
}

/// The text of an end.
fn end(ends_at: Option<Timestamp>) -> String {
    ends_at.map_or("-".to_owned(), |ends_at| ends_at.unix_ms().to_string())
}

fn read(kind: DocumentKind, id: String, value: &str) -> Result<Document, StoreError> {
    let mut parts = value.splitn(3, ' ');
    let mut part = || parts.next().ok_or_else(|| unreadable("a document has too few parts"));
    let (version, ends_at, json) = (part()?, part()?, part()?);
    let ends_at = match ends_at {
        "-" => None,
        ms => Some(Timestamp::from_unix_ms(ms.parse().map_err(unreadable)?)),
    };
    Ok(Document { kind, id, version: version.parse().map_err(unreadable)?, ends_at, json: json.to_owned() })
}

/// The arguments of `copy_documents.lua` for a document.
pub(super) fn arguments(document: &Document) -> [String; 4] {
    let Document { kind, id, version, ends_at, json } = document;
    let end = end(*ends_at);
    [kind.as_str().to_owned(), id.clone(), end.clone(), format!("{version} {end} {json}")]
}
