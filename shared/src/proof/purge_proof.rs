//! The proof that an erasure stands in the log: the purge entry with its inclusion proof and the
//! signed head. It proves that records were deleted, how many and when, and names nobody.

use super::bundle::Logged;
use super::bundle_error::EvidenceError;
use super::finding::{Finding, GivenFiles};
use super::public_key::Jwk;
use super::statement::purge_statement;
use super::verification::CheckedStep;
use crate::log::{LogEntry, LogId, Purge, SignedCheckpoint, TreeHead, merkle};
use crate::values::plain_text::plain;
use crate::values::{Hash, Language, canonical};
use serde::{Deserialize, Serialize};

/// The format of these proofs that this code makes and reads.
pub const PURGE_FORMAT: u8 = 1;
/// The most bytes of one that is read: an entry has a number for each month.
pub const PURGE_BYTES_MAX: usize = 256 * 1024;

/// The proof of a purge entry. Its bytes are canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurgeProof {
    /// Always 1; no bundle has this field.
    pub purge_format: u8,
    /// The language of the statement.
    pub language: Language,
    /// The entry in a few sentences.
    pub statement: String,
    /// The entry ([`LogEntry::Purge`]).
    pub entry: LogEntry,
    /// The log that has it.
    pub log: LogId,
    /// The index of its leaf there, from 0.
    pub leaf_index: u64,
    /// The proof that it is in the tree of the checkpoint.
    pub inclusion_proof: Vec<Hash>,
    /// The log's signed head.
    pub checkpoint: SignedCheckpoint,
    /// The public key that signed it.
    pub public_key: Jwk,
}

/// What tells such a proof from a bundle.
#[derive(Deserialize)]
struct Marked {
    #[serde(rename = "purge_format")]
    _format: u64,
}

impl PurgeProof {
    /// The proof of a purge entry that a log has.
    pub fn new(purge: Purge, language: Language, logged: Logged, public_key: Jwk) -> PurgeProof {
        let Logged { log, leaf_index, inclusion_proof, checkpoint, .. } = logged;
        PurgeProof {
            purge_format: PURGE_FORMAT,
            statement: purge_statement(&purge, language),
            language,
            entry: LogEntry::Purge(purge),
            log,
            leaf_index,
            inclusion_proof,
            checkpoint,
            public_key,
        }
    }

    /// The bytes of the file.
    pub fn to_vec(&self) -> Vec<u8> {
        canonical::to_vec(self)
    }

    /// Whether a file is meant to be one.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.first() == Some(&b'{') && serde_json::from_slice::<Marked>(bytes).is_ok()
    }

    /// Reads one and checks every part of it; those that failed first. `given` may have the keys
    /// that the operator publishes. Returns the proof too, when it can be read.
    pub fn check(bytes: &[u8], given: &GivenFiles) -> (Option<PurgeProof>, Vec<CheckedStep>) {
        let failed = |error| (None, vec![CheckedStep::failed(error)]);
        if bytes.len() > PURGE_BYTES_MAX {
            return failed(EvidenceError::TooLarge);
        }
        let proof: PurgeProof = match serde_json::from_slice(bytes) {
            Ok(proof) => proof,
            Err(error) => return failed(EvidenceError::Malformed(plain(&error.to_string()))),
        };
        if proof.purge_format != PURGE_FORMAT {
            let found = proof.purge_format;
            return failed(EvidenceError::Format { found, expected: PURGE_FORMAT });
        }
        let mut faults = proof.faults();
        if proof.to_vec() != bytes {
            faults.insert(0, EvidenceError::NotCanonical);
        }
        if !faults.is_empty() {
            return (Some(proof), faults.into_iter().map(CheckedStep::failed).collect());
        }
        let steps = proof.findings(given).into_iter().map(CheckedStep::from);
        let mut steps: Vec<_> = steps.collect();
        steps.sort_by_key(|step| step.result != super::step::StepResult::Failed);
        (Some(proof), steps)
    }

    fn purge(&self) -> Option<&Purge> {
        match &self.entry {
            LogEntry::Purge(purge) => Some(purge),
            _ => None,
        }
    }

    fn head(&self) -> Result<TreeHead, EvidenceError> {
        let key = self.public_key.key().ok_or(EvidenceError::Key)?;
        self.checkpoint.open(&self.log, &key).map_err(EvidenceError::Checkpoint)
    }

    fn faults(&self) -> Vec<EvidenceError> {
        let mut faults = Vec::new();
        match self.purge() {
            Some(purge) if self.statement == purge_statement(purge, self.language) => {}
            _ => faults.push(EvidenceError::Statement),
        }
        // Each site has its own logs.
        if self.log.site != *self.entry.site() || self.purge().is_none() {
            faults.push(EvidenceError::Log);
        }
        match self.head() {
            Err(error) => faults.push(error),
            Ok(TreeHead { size, root }) => {
                let leaf = self.entry.leaf_hash();
                if !merkle::verify_inclusion(leaf, self.leaf_index, size, &self.inclusion_proof, root) {
                    faults.push(EvidenceError::Inclusion);
                }
            }
        }
        faults
    }

    fn findings(&self, given: &GivenFiles) -> Vec<Finding> {
        let mut findings = vec![Finding::PurgeWhole];
        if let Some(purge) = self.purge() {
            findings.push(Finding::Purged {
                record_count: purge.record_counts.values().sum(),
                site: purge.site.clone(),
                purged_at: purge.purged_at,
            });
        }
        if let Ok(TreeHead { size, .. }) = self.head() {
            let (leaf_index, log) = (self.leaf_index, self.log.clone());
            findings.push(Finding::PurgeLeaf { leaf_index, size, log });
            findings.push(Finding::Signed { key_id: self.public_key.kid.clone() });
        }
        findings.push(Finding::key(given.keys.as_ref(), &self.public_key));
        findings.push(Finding::PurgeNamesNobody);
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::super::public_key::KeySet;
    use super::super::step::{StepResult, Verdict};
    use super::*;
    use crate::log::PurgeReason;
    use crate::log::merkle::tests::Leaves;
    use crate::values::{Month, SiteId, Timestamp};
    use ed25519_dalek::SigningKey;

    fn proof() -> PurgeProof {
        let site = SiteId::parse("boreale").unwrap();
        let month = Month::parse("2026-03").unwrap();
        let purge = Purge {
            site: site.clone(),
            purged_at: Timestamp::parse("2026-03-02T09:30:00.000Z").unwrap(),
            reason: PurgeReason::Erased,
            record_counts: [(month, 2)].into(),
        };
        let log = LogId::named(site, "2026-03").unwrap();
        let entry = LogEntry::Purge(purge.clone());
        let mut tree = Leaves(vec![Hash::of(b"one"), Hash::of(b"two"), entry.leaf_hash()]);
        let key = SigningKey::from_bytes(&[3; 32]);
        let head = TreeHead { size: 3, root: merkle::root(3, &mut tree).unwrap() };
        let inclusion_proof = merkle::inclusion_proof(2, 3, &mut tree).unwrap();
        let checkpoint = head.sign(&log, &key);
        let logged = Logged { entry, log, leaf_index: 2, inclusion_proof, checkpoint };
        PurgeProof::new(purge, Language::Fr, logged, Jwk::of(&key.verifying_key()))
    }

    fn failed(proof: &PurgeProof, given: &GivenFiles) -> Vec<&'static str> {
        let (_, steps) = PurgeProof::check(&proof.to_vec(), given);
        let failed: Vec<_> = steps
            .iter()
            .filter(|step| step.result == StepResult::Failed)
            .map(|step| step.step.as_str())
            .collect();
        assert_eq!(Verdict::of(&steps) == Verdict::Proven, failed.is_empty());
        failed
    }

    #[test]
    fn a_purge_entry_is_proven_and_names_nobody() {
        let whole = proof();
        assert!(PurgeProof::is_one(&whole.to_vec()));
        assert!(!PurgeProof::is_one(&super::super::bundle::tests::evidence().to_vec()));
        let keys = |keys| GivenFiles { keys: Some(KeySet { keys }), ..GivenFiles::default() };
        assert!(failed(&whole, &GivenFiles::default()).is_empty());
        assert!(failed(&whole, &keys(vec![whole.public_key.clone()])).is_empty());
        assert_eq!(failed(&whole, &keys(Vec::new())), ["published_key"]);
        assert!(whole.statement.contains("2") && whole.statement.contains("personne"), "{}", whole.statement);
    }

    #[test]
    fn every_changed_part_is_named() {
        let whole = proof();
        let more = |count: u64| {
            let Some(purge) = whole.purge() else { panic!("it is a purge") };
            let record_counts = purge.record_counts.keys().map(|month| (*month, count)).collect();
            LogEntry::Purge(Purge { record_counts, ..purge.clone() })
        };
        let other = LogId { site: SiteId::parse("polaire").unwrap(), ..whole.log.clone() };
        let none = GivenFiles::default();
        assert_eq!(
            failed(&PurgeProof { entry: more(3), ..whole.clone() }, &none),
            ["statement", "inclusion_proof"]
        );
        assert_eq!(failed(&PurgeProof { leaf_index: 1, ..whole.clone() }, &none), ["inclusion_proof"]);
        assert_eq!(failed(&PurgeProof { log: other, ..whole.clone() }, &none), ["log", "checkpoint"]);
        assert_eq!(failed(&PurgeProof { purge_format: 2, ..whole.clone() }, &none), ["format"]);
        let spaced = [&whole.to_vec()[..], b"\n"].concat();
        let (_, steps) = PurgeProof::check(&spaced, &none);
        assert_eq!(Verdict::of(&steps), Verdict::NotProven);
    }
}
