//! The checks of a bundle, part by part.

use super::bundle::{Evidence, Logged};
use super::bundle_error::{EvidenceError, Fault};
use super::statement::statement;
use crate::consent::Choices;
use crate::log::{CheckpointError, LogId, Serving, Snapshot, TreeHead, merkle};
use ed25519_dalek::VerifyingKey;

impl Evidence {
    /// Reads a bundle that is whole.
    ///
    /// # Errors
    /// The first [`EvidenceError`] found.
    pub fn verify(bytes: &[u8]) -> Result<(Evidence, TreeHead), EvidenceError> {
        let evidence = Evidence::read(bytes)?;
        if evidence.to_vec() != bytes {
            return Err(EvidenceError::NotCanonical);
        }
        let checks = Checks::of(&evidence);
        if let Some(fault) = checks.faults().next() {
            return Err(fault);
        }
        let head = checks.head().ok_or(EvidenceError::Key)?;
        Ok((evidence, head))
    }
}

type Check = fn(&Checks<'_>) -> Result<(), EvidenceError>;

/// A bundle with what several checks need of it.
pub struct Checks<'a> {
    evidence: &'a Evidence,
    holds_its_notice: bool,
    key: Option<VerifyingKey>,
    /// Nothing without a key.
    head: Option<Result<TreeHead, CheckpointError>>,
}

impl<'a> Checks<'a> {
    /// The checks of a bundle.
    pub fn of(evidence: &'a Evidence) -> Checks<'a> {
        let (record, notice) = (&evidence.record, &evidence.notice);
        let same = record.notice_hash == notice.notice_hash() && record.terms_hash == notice.terms_hash();
        let key = evidence.public_key.key();
        let head = key.as_ref().map(|key| evidence.checkpoint.open(&evidence.log, key));
        Checks { evidence, holds_its_notice: same && record.site == notice.site, key, head }
    }

    /// The head of the log, if the bundle's key signed it.
    pub fn head(&self) -> Option<TreeHead> {
        self.head.as_ref()?.as_ref().ok().copied()
    }

    /// What is wrong with the parts. A check whose ground is missing (the notice, the key, the head)
    /// says nothing: the check of that ground does.
    pub fn faults(&self) -> impl Iterator<Item = EvidenceError> {
        const CHECKS: [Check; 12] = [
            |checks| when(checks.holds_its_notice, EvidenceError::Notice),
            |checks| checks.choices(),
            |checks| checks.language(),
            |checks| checks.dates(),
            |checks| checks.statement(),
            |checks| checks.log(),
            |checks| when(checks.key.is_some(), EvidenceError::Key),
            |checks| checks.checkpoint(),
            |checks| checks.inclusion(),
            |checks| checks.serving().map_err(EvidenceError::Serving),
            |checks| checks.snapshot().map_err(EvidenceError::Snapshot),
            |checks| checks.timestamp().map_err(EvidenceError::Timestamp),
        ];
        CHECKS.into_iter().filter_map(|check| check(self).err())
    }

    fn choices(&self) -> Result<(), EvidenceError> {
        if !self.holds_its_notice {
            return Ok(());
        }
        let record = &self.evidence.record;
        let choices = Choices { categories: record.categories.clone(), vendors: record.vendors.clone() };
        choices
            .check(&self.evidence.notice, record.action)
            .map_err(|problem| EvidenceError::Choices(problem.field.unwrap_or(problem.detail)))
    }

    fn language(&self) -> Result<(), EvidenceError> {
        let known = self.evidence.notice.languages.contains(&self.evidence.record.language);
        when(known || !self.holds_its_notice, EvidenceError::Language)
    }

    fn dates(&self) -> Result<(), EvidenceError> {
        let (record, lifetimes) = (&self.evidence.record, &self.evidence.notice.lifetimes);
        let right = record.choice_expires_at == lifetimes.choice().after(record.recorded_at)
            && record.expires_at == lifetimes.proof().after(record.recorded_at);
        when(right || !self.holds_its_notice, EvidenceError::Dates)
    }

    fn statement(&self) -> Result<(), EvidenceError> {
        when(self.evidence.statement == statement(&self.evidence.record), EvidenceError::Statement)
    }

    fn log(&self) -> Result<(), EvidenceError> {
        let log = &self.evidence.log;
        when(LogId::of(&self.evidence.record, log.shard.count()) == *log, EvidenceError::Log)
    }

    fn checkpoint(&self) -> Result<(), EvidenceError> {
        match &self.head {
            Some(Err(error)) => Err(EvidenceError::Checkpoint(error.clone())),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    fn inclusion(&self) -> Result<(), EvidenceError> {
        let Some(TreeHead { size, root }) = self.head() else { return Ok(()) };
        let Evidence { record, commitment_key, leaf_index, inclusion_proof, .. } = self.evidence;
        let leaf = merkle::leaf_hash(commitment_key.commit(record).as_bytes());
        let proven = merkle::verify_inclusion(leaf, *leaf_index, size, inclusion_proof, root);
        when(proven, EvidenceError::Inclusion)
    }

    fn serving(&self) -> Result<(), Fault> {
        let Some(logged) = &self.evidence.serving else { return Ok(()) };
        let Some(Serving { site, notice_hash, serving_at, .. }) = self.evidence.serving() else {
            return Err(Fault::OtherKind);
        };
        if (site, notice_hash) != (&self.evidence.record.site, &self.evidence.record.notice_hash) {
            return Err(Fault::OtherNotice);
        }
        if *serving_at > self.evidence.record.recorded_at {
            return Err(Fault::ServedLater);
        }
        self.logged(logged)
    }

    fn snapshot(&self) -> Result<(), Fault> {
        let Some(logged) = &self.evidence.snapshot else { return Ok(()) };
        let Some(Snapshot { site, notice_hash, .. }) = self.evidence.snapshot() else {
            return Err(Fault::OtherKind);
        };
        if (site, notice_hash) != (&self.evidence.record.site, &self.evidence.record.notice_hash) {
            return Err(Fault::OtherNotice);
        }
        self.logged(logged)
    }

    fn timestamp(&self) -> Result<(), Fault> {
        let Some(stamped) = &self.evidence.timestamp else { return Ok(()) };
        let Some(token) = self.evidence.timestamp() else { return Err(Fault::OtherKind) };
        if token.log != self.evidence.log {
            return Err(Fault::OtherLog);
        }
        let then = token.checkpoint.read(&token.log).map_err(|_| Fault::NoCheckpoint)?;
        if then.size <= self.evidence.leaf_index {
            return Err(Fault::StampedEarlier);
        }
        let follows = |now: TreeHead| {
            merkle::verify_consistency(then.size, then.root, now.size, now.root, &stamped.consistency_proof)
        };
        if !self.head().is_none_or(follows) {
            return Err(Fault::NotConsistent);
        }
        self.logged(&stamped.logged)
    }

    fn logged(&self, logged: &Logged) -> Result<(), Fault> {
        self.key.as_ref().map_or(Ok(()), |key| logged.check(key))
    }
}

fn when(right: bool, otherwise: EvidenceError) -> Result<(), EvidenceError> {
    if right { Ok(()) } else { Err(otherwise) }
}

impl Logged {
    fn check(&self, key: &VerifyingKey) -> Result<(), Fault> {
        let head = self.checkpoint.open(&self.log, key).map_err(|_| Fault::NotLogged)?;
        let leaf = self.entry.leaf_hash();
        let TreeHead { size, root } = head;
        let proven = merkle::verify_inclusion(leaf, self.leaf_index, size, &self.inclusion_proof, root);
        // Each site has its own logs: an entry of one site proves nothing in the log of another.
        if proven && self.log.site == *self.entry.site() { Ok(()) } else { Err(Fault::NotLogged) }
    }
}
