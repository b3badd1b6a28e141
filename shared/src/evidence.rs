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
use finding::plain;
use serde::{Deserialize, Serialize};

mod error;
pub mod finding;
mod statement;

pub use error::{EvidenceError, Fault};
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
            return Err(EvidenceError::TooLarge);
        }
        let evidence: Evidence = serde_json::from_slice(bytes)
            .map_err(|error| EvidenceError::Malformed(plain(&error.to_string())))?;
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
        choices
            .check(notice, record.action)
            .map_err(|problem| EvidenceError::Choices(problem.field.unwrap_or(problem.detail)))?;
        if !notice.languages.contains(&record.language) {
            return Err(EvidenceError::Language);
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
        let log = LogId::of(&self.record, self.log.shard.count());
        if log != self.log {
            return Err(EvidenceError::Log);
        }
        let checkpoint = Checkpoint::open(&self.checkpoint, &log, key).map_err(EvidenceError::Checkpoint)?;
        let leaf = merkle::leaf_hash(self.commitment_key.commit(&self.record).as_bytes());
        let Checkpoint { size, root } = checkpoint;
        match merkle::verify_inclusion(leaf, self.leaf_index, size, &self.inclusion_proof, root) {
            true => Ok(checkpoint),
            false => Err(EvidenceError::Inclusion),
        }
    }

    fn check_serving(&self, key: &VerifyingKey) -> Result<(), Fault> {
        let Some(logged) = &self.serving else { return Ok(()) };
        let Some(Serving { site, notice_hash, serving_at, .. }) = self.serving() else {
            return Err(Fault::OtherKind);
        };
        if (site, notice_hash) != (&self.record.site, &self.record.notice_hash) {
            return Err(Fault::OtherNotice);
        }
        if *serving_at > self.record.recorded_at {
            return Err(Fault::ServedLater);
        }
        logged.check(key)
    }

    fn check_snapshot(&self, key: &VerifyingKey) -> Result<(), Fault> {
        let Some(logged) = &self.snapshot else { return Ok(()) };
        let Some(Snapshot { site, notice_hash, .. }) = self.snapshot() else {
            return Err(Fault::OtherKind);
        };
        if (site, notice_hash) != (&self.record.site, &self.record.notice_hash) {
            return Err(Fault::OtherNotice);
        }
        logged.check(key)
    }

    fn check_timestamp(&self, key: &VerifyingKey, now: Checkpoint) -> Result<(), Fault> {
        let Some(stamped) = &self.timestamp else { return Ok(()) };
        let Some(token) = self.timestamp() else { return Err(Fault::OtherKind) };
        if token.log != self.log {
            return Err(Fault::OtherLog);
        }
        let then = Checkpoint::read(&token.checkpoint, &token.log).map_err(|_| Fault::NoCheckpoint)?;
        if then.size <= self.leaf_index {
            return Err(Fault::StampedEarlier);
        }
        if !merkle::verify_consistency(then.size, then.root, now.size, now.root, &stamped.consistency_proof) {
            return Err(Fault::NotConsistent);
        }
        stamped.logged.check(key)
    }
}

impl Logged {
    fn check(&self, key: &VerifyingKey) -> Result<(), Fault> {
        let checkpoint = Checkpoint::open(&self.checkpoint, &self.log, key).map_err(|_| Fault::NotLogged)?;
        let leaf = self.entry.leaf_hash();
        let Checkpoint { size, root } = checkpoint;
        let proven = merkle::verify_inclusion(leaf, self.leaf_index, size, &self.inclusion_proof, root);
        // Logs are a site's own: an entry of one site proves nothing in another's.
        if proven && self.log.site == *self.entry.site() { Ok(()) } else { Err(Fault::NotLogged) }
    }
}

#[cfg(test)]
mod tests;
