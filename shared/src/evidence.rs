//! The evidence bundle: one file that proves one record to anybody, offline,
//! without trusting the server that made it.
//!
//! Its bytes are canonical JSON and every part of it is covered: the record by
//! its commitment, the commitment by the log, the log by the checkpoint, the
//! checkpoint by the key, the notice by the record, what the server wrote down
//! itself by its own leaf, and the statement by being worked out again.

use crate::log::checkpoint::Checkpoint;
use crate::log::entry::{LogEntry, Serving, Snapshot, TimestampToken};
use crate::log::merkle;
use crate::receipt::Jwk;
use crate::{CommitmentKey, Hash, LogId, Notice, Record, canonical};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

pub mod finding;
mod statement;

pub use statement::statement;

/// The format of bundles this code makes and reads.
pub const FORMAT: u8 = 2;

/// The most bytes of a bundle that is read: a notice in four languages with
/// every vendor a site may have fits several times.
pub const EVIDENCE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// All that proves one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Always [`FORMAT`].
    pub format: u8,
    /// What is proven, in a few sentences of the record's language.
    pub statement: String,
    /// The record.
    pub record: Record,
    /// The key of its commitment.
    pub commitment_key: CommitmentKey,
    /// The notice the visitor was shown, whole.
    pub notice: Notice,
    /// The log the commitment is in.
    pub log: LogId,
    /// Its place there.
    pub leaf_index: u64,
    /// The proof that it is in the tree of the checkpoint.
    pub inclusion_proof: Vec<Hash>,
    /// The log's signed head (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// The public key that signed it, and every other checkpoint in the bundle.
    pub public_key: Jwk,
    /// The files that were served with the notice when the record was taken
    /// ([`LogEntry::Serving`]); nothing when the server had not written them down.
    pub serving: Option<Logged>,
    /// The pictures of what the notice shows ([`LogEntry::Snapshot`]); nothing
    /// when none were taken.
    pub snapshot: Option<Logged>,
    /// The word of an outside clock; nothing when none was asked.
    pub timestamp: Option<Stamped>,
}

/// An entry of the server's own, and the proof that it is in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logged {
    /// The entry.
    pub entry: LogEntry,
    /// The log it is in, which may be another month's than the record's.
    pub log: LogId,
    /// Its place there.
    pub leaf_index: u64,
    /// The proof that it is in the tree of the checkpoint.
    pub inclusion_proof: Vec<Hash>,
    /// That log's signed head.
    pub checkpoint: String,
}

/// A time-stamp over a head of the record's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamped {
    /// The token ([`LogEntry::Timestamp`]), which is in a log itself.
    pub logged: Logged,
    /// The proof that the bundle's checkpoint only adds to the one that was stamped.
    pub consistency_proof: Vec<Hash>,
}

/// Why a bundle proves nothing. The part at fault comes first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The file is not a bundle.
    #[error("file: it is not an evidence bundle ({0})")]
    Malformed(String),
    /// The file's bytes are not the ones its content has.
    #[error("file: its bytes are not canonical JSON, so it was changed or written by another program")]
    NotCanonical,
    /// Another version made it.
    #[error("format: it is {0}, this program reads {FORMAT}")]
    Format(u8),
    /// The statement says something else than the record.
    #[error("statement: it is not the one of this record")]
    Statement,
    /// The notice is not the one the record names.
    #[error("notice: it is not the one the record names")]
    Notice,
    /// The record does not answer the notice.
    #[error("record: it does not answer the notice ({0})")]
    Record(String),
    /// The record's expiries are not those of its notice.
    #[error("record: its dates are not the ones of its notice")]
    Dates,
    /// The log is not the one of the record.
    #[error("log: it is not the one of the record's site and month")]
    Log,
    /// The key is not well formed.
    #[error("public_key: it is not an Ed25519 key under its own name")]
    Key,
    /// The checkpoint is not good.
    #[error("checkpoint: {0}")]
    Checkpoint(String),
    /// The record's commitment is not in the log.
    #[error("inclusion_proof: the record, its key and its place do not give the root of the checkpoint")]
    Inclusion,
    /// The files served are not proven.
    #[error("serving: {0}")]
    Serving(&'static str),
    /// The pictures are not proven.
    #[error("snapshot: {0}")]
    Snapshot(&'static str),
    /// The time-stamp does not belong to the record.
    #[error("timestamp: {0}")]
    Timestamp(&'static str),
}

const NOT_LOGGED: &str =
    "its entry, place and proof do not give the root of a checkpoint of its log by the key";
const OTHER_NOTICE: &str = "it is about another site or notice than the record's";

impl Evidence {
    /// The bundle's bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        canonical::to_vec(self)
    }

    /// Reads a bundle and checks every part of it.
    ///
    /// # Errors
    /// [`EvidenceError`], by what is wrong first.
    pub fn verify(bytes: &[u8]) -> Result<(Evidence, Checkpoint), EvidenceError> {
        if bytes.len() > EVIDENCE_BYTES_MAX {
            return Err(EvidenceError::Malformed("it is too large".into()));
        }
        let evidence: Evidence =
            serde_json::from_slice(bytes).map_err(|error| EvidenceError::Malformed(error.to_string()))?;
        if evidence.format != FORMAT {
            return Err(EvidenceError::Format(evidence.format));
        }
        if evidence.to_vec() != bytes {
            return Err(EvidenceError::NotCanonical);
        }
        evidence.check_content()?;
        let key = evidence.public_key.key().ok_or(EvidenceError::Key)?;
        let checkpoint = evidence.check_log(&key)?;
        evidence.check_serving(&key).map_err(EvidenceError::Serving)?;
        evidence.check_snapshot(&key).map_err(EvidenceError::Snapshot)?;
        evidence.check_timestamp(&key, checkpoint).map_err(EvidenceError::Timestamp)?;
        Ok((evidence, checkpoint))
    }

    /// What was served with the notice, when it is in the bundle.
    pub fn serving(&self) -> Option<&Serving> {
        match self.serving.as_ref().map(|logged| &logged.entry) {
            Some(LogEntry::Serving(serving)) => Some(serving),
            _ => None,
        }
    }

    /// The pictures of the notice, when they are in the bundle.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match self.snapshot.as_ref().map(|logged| &logged.entry) {
            Some(LogEntry::Snapshot(snapshot)) => Some(snapshot),
            _ => None,
        }
    }

    /// The word of an outside clock, when it is in the bundle.
    pub fn timestamp(&self) -> Option<&TimestampToken> {
        match self.timestamp.as_ref().map(|stamped| &stamped.logged.entry) {
            Some(LogEntry::Timestamp(token)) => Some(token),
            _ => None,
        }
    }

    fn check_content(&self) -> Result<(), EvidenceError> {
        let (record, notice) = (&self.record, &self.notice);
        let same = record.notice_hash == notice.notice_hash() && record.terms_hash == notice.terms_hash();
        if !same || record.site != notice.site {
            return Err(EvidenceError::Notice);
        }
        let choices =
            crate::Choices { categories: record.categories.clone(), vendors: record.vendors.clone() };
        choices.check(notice, record.action).map_err(|problem| EvidenceError::Record(problem.detail))?;
        if !notice.languages.contains(&record.language) {
            return Err(EvidenceError::Record("its language is not one of the notice".into()));
        }
        let (choice, proof) = (notice.lifetimes.choice(), notice.lifetimes.proof());
        if record.choice_expires_at != choice.after(record.recorded_at)
            || record.expires_at != proof.after(record.recorded_at)
        {
            return Err(EvidenceError::Dates);
        }
        if self.statement == statement(record) { Ok(()) } else { Err(EvidenceError::Statement) }
    }

    fn check_log(&self, key: &VerifyingKey) -> Result<Checkpoint, EvidenceError> {
        let log = LogId::of(&self.record);
        if log != self.log {
            return Err(EvidenceError::Log);
        }
        let checkpoint = Checkpoint::open(&self.checkpoint, &log, key)
            .map_err(|error| EvidenceError::Checkpoint(error.to_string()))?;
        let leaf = merkle::leaf_hash(self.commitment_key.commit(&self.record).as_bytes());
        let Checkpoint { size, root } = checkpoint;
        match merkle::verify_inclusion(leaf, self.leaf_index, size, &self.inclusion_proof, root) {
            true => Ok(checkpoint),
            false => Err(EvidenceError::Inclusion),
        }
    }

    fn check_serving(&self, key: &VerifyingKey) -> Result<(), &'static str> {
        let Some(logged) = &self.serving else { return Ok(()) };
        let Some(Serving { site, notice_hash, serving_at, .. }) = self.serving() else {
            return Err("its entry is of another kind");
        };
        if (site, notice_hash) != (&self.record.site, &self.record.notice_hash) {
            return Err(OTHER_NOTICE);
        }
        if *serving_at > self.record.recorded_at {
            return Err("it says what was served after the record was taken");
        }
        logged.check(key)
    }

    fn check_snapshot(&self, key: &VerifyingKey) -> Result<(), &'static str> {
        let Some(logged) = &self.snapshot else { return Ok(()) };
        let Some(Snapshot { site, notice_hash, .. }) = self.snapshot() else {
            return Err("its entry is of another kind");
        };
        if (site, notice_hash) != (&self.record.site, &self.record.notice_hash) {
            return Err(OTHER_NOTICE);
        }
        logged.check(key)
    }

    fn check_timestamp(&self, key: &VerifyingKey, now: Checkpoint) -> Result<(), &'static str> {
        let Some(stamped) = &self.timestamp else { return Ok(()) };
        let Some(token) = self.timestamp() else { return Err("its entry is of another kind") };
        if token.log != self.log {
            return Err("it is about another log than the record's");
        }
        let then = Checkpoint::read(&token.checkpoint, &token.log)
            .map_err(|_| "what it stamps is not a checkpoint of the record's log")?;
        if then.size <= self.leaf_index {
            return Err("the log did not hold the record yet when it was stamped");
        }
        if !merkle::verify_consistency(then.size, then.root, now.size, now.root, &stamped.consistency_proof) {
            return Err("the log does not begin with what was stamped");
        }
        stamped.logged.check(key)
    }
}

impl Logged {
    fn check(&self, key: &VerifyingKey) -> Result<(), &'static str> {
        let checkpoint = Checkpoint::open(&self.checkpoint, &self.log, key).map_err(|_| NOT_LOGGED)?;
        let leaf = self.entry.leaf_hash();
        let Checkpoint { size, root } = checkpoint;
        let proven = merkle::verify_inclusion(leaf, self.leaf_index, size, &self.inclusion_proof, root);
        // Logs are a site's own: an entry of one site proves nothing in another's.
        if proven && self.log.site == *self.entry.site() { Ok(()) } else { Err(NOT_LOGGED) }
    }
}

#[cfg(test)]
mod tests;
