//! From a request to a record that is stored, and its receipt.

use super::credential::unproven;
use super::writer::{WriteError, Writer};
use crate::clock::{Clock, ClockError};
use crate::crash;
use crate::proof::keys::Keys;
use crate::site::Site;
use crate::store::notice_of_site;
use crate::store::{Appended, CommittedRecord, DAY_MAX, HISTORY_MAX, Holder, NoticeStore, StoreError};
use constat_shared::{
    Code, CommitmentKey, ConsentRequest, ConsentResponse, Hash, LogId, LogShards, Problem, PublishedNotice,
    Receipt, Record,
};
use std::borrow::Cow;
use std::sync::Arc;

/// The result of a valid request.
pub enum Accepted<'a> {
    /// It is stored as a record, durably.
    Stored(Answer<'a>),
    /// It was stored before: this is the record of that time.
    Repeated(Answer<'a>),
}

/// An answer that is stored.
pub struct Answer<'a> {
    /// The record and its receipt.
    pub response: ConsentResponse,
    /// The notice that the record names.
    pub notice: Cow<'a, PublishedNotice>,
}

/// Why a request did not become a record.
#[derive(Debug)]
pub enum AcceptError {
    /// The request is invalid.
    Problem(Problem),
    /// The server's clock cannot date a record.
    Clock(ClockError),
    /// The record was not stored.
    Write(WriteError),
    /// The notice that it names could not be looked up.
    Store(StoreError),
}

impl From<StoreError> for AcceptError {
    fn from(error: StoreError) -> AcceptError {
        AcceptError::Store(error)
    }
}

impl From<Problem> for AcceptError {
    fn from(problem: Problem) -> AcceptError {
        AcceptError::Problem(problem)
    }
}

impl From<WriteError> for AcceptError {
    fn from(error: WriteError) -> AcceptError {
        AcceptError::Write(error)
    }
}

/// Checks a visitor's answer against the notice it names, stores it, and
/// returns the record with its signed receipt once the record is durable.
/// `holder` is what its sender has shown.
///
/// # Errors
/// [`AcceptError`]; nothing is then acknowledged.
pub async fn accept<'a>(
    request: ConsentRequest,
    holder: Holder,
    site: &'a Site,
    notices: Arc<dyn NoticeStore>,
    writer: &Writer,
    keys: &Keys,
    clock: &Clock,
) -> Result<Accepted<'a>, AcceptError> {
    let now = clock.time_of_record().map_err(AcceptError::Clock)?;
    let notice = shown(request.notice_hash, site, notices).await?;
    let entry = commit(Record::new(request, &notice, now)?, site.log_shards)?.held_by(holder);
    crash::at("route.before_queue");
    let written = writer.append(entry).await;
    if let Err(WriteError::Clock(refused)) = &written {
        clock.learn_refusal(refused);
    }
    match written? {
        (Appended::Stored(leaf_index), entry) => {
            let response = response(keys, entry.record, entry.log, leaf_index);
            Ok(Accepted::Stored(Answer { response, notice }))
        }
        (Appended::Repeated(first, leaf_index), entry) => {
            let log = LogId::of(&first, entry.log.shard.count());
            let response = response(keys, *first, log, leaf_index);
            Ok(Accepted::Repeated(Answer { response, notice }))
        }
        (Appended::Conflict, _) => {
            let detail = "Make a new event id for every answer; repeat one only with the same content.";
            Err(Problem::of_field(Code::EventConflict, "event_id", detail).into())
        }
        (Appended::NotHeld, _) => Err(unproven().into()),
        (Appended::TooMany, _) => {
            let detail =
                format!("Send it again later: {DAY_MAX} answers a day, and {HISTORY_MAX} in all, are kept.");
            Err(Problem::of_field(Code::TooManyEvents, "consent_id", detail).into())
        }
        (Appended::Erased, _) => {
            let detail = "Make a new event id for a new answer.";
            Err(Problem::of_field(Code::EventErased, "event_id", detail).into())
        }
        (Appended::Failed, _) => Err(WriteError::Store.into()),
    }
}

/// The notice that a request names: the current one of the site, or one that the page was loaded with before
/// it changed.
async fn shown(
    hash: Hash,
    site: &Site,
    notices: Arc<dyn NoticeStore>,
) -> Result<Cow<'_, PublishedNotice>, AcceptError> {
    if hash == site.notice.notice_hash() {
        return Ok(Cow::Borrowed(&site.notice));
    }
    let id = site.notice.site.clone();
    let found = tokio::task::spawn_blocking(move || notice_of_site(&*notices, &id, hash)).await;
    match found.map_err(|_| Problem::new(Code::Internal, "Ask again later."))?? {
        Some(earlier) => Ok(Cow::Owned(earlier)),
        None => {
            let detail = "Take the hash from the site's consent.js or its notice route.";
            Err(Problem::of_field(Code::NoticeNotPublished, "notice_hash", detail).into())
        }
    }
}

/// Commits to a record with a random key that only this record has.
fn commit(record: Record, shards: LogShards) -> Result<CommittedRecord, Problem> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| {
        tracing::error!(%error, "the system gave no random numbers");
        Problem::new(Code::Internal, "Send the same request again later, with the same event id.")
    })?;
    Ok(CommittedRecord::new(record, CommitmentKey::from_bytes(key), shards))
}

/// The record and its signed receipt.
fn response(keys: &Keys, record: Record, log: LogId, leaf_index: u64) -> ConsentResponse {
    crash::at("route.before_reply");
    let claims = Receipt::new(record, log, leaf_index);
    let receipt = keys.sign(&claims);
    ConsentResponse { record: claims.record, receipt }
}
