//! The evidence bundle: one file that proves one record to anybody, offline,
//! without trusting the server that made it.
//!
//! Its bytes are canonical JSON, and every part is covered: the record by its
//! commitment, the commitment by the log, the log by the checkpoint, the
//! checkpoint by the key, the notice by the record, the entries of the server by
//! their leaves. The statement is computed again and compared.

use super::bundle_error::EvidenceError;
use super::public_key::Jwk;
use super::unreadable::Unreadable;
use crate::consent::Record;
use crate::log::{CommitmentKey, LogEntry, LogId, Serving, SignedCheckpoint, Snapshot, TimestampToken};
use crate::notice::Notice;
use crate::values::plain_text::plain;
use crate::values::{Hash, canonical};
use serde::{Deserialize, Serialize};

/// The format of bundles this code makes and reads.
pub const FORMAT: u8 = 2;

/// The most bytes of a bundle that is read: several times a notice in four
/// languages with the most vendors of a site.
pub const EVIDENCE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The evidence for one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Always [`FORMAT`].
    pub format: u8,
    /// The record in a few sentences of its language.
    pub statement: String,
    /// The record.
    pub record: Record,
    /// The key of its commitment.
    pub commitment_key: CommitmentKey,
    /// The whole notice that the visitor was shown.
    pub notice: Notice,
    /// The log that holds the commitment.
    pub log: LogId,
    /// The index of its leaf there, from 0.
    pub leaf_index: u64,
    /// The proof that it is in the tree of the checkpoint.
    pub inclusion_proof: Vec<Hash>,
    /// The log's signed head (C2SP tlog-checkpoint).
    pub checkpoint: SignedCheckpoint,
    /// The public key that signed it, and every other checkpoint in the bundle.
    pub public_key: Jwk,
    /// The files that were served with the notice when the record was taken
    /// ([`LogEntry::Serving`]); nothing when the log had no such entry.
    pub serving: Option<Logged>,
    /// The pictures of what the notice shows ([`LogEntry::Snapshot`]); nothing
    /// when none were taken.
    pub snapshot: Option<Logged>,
    /// The token of a time-stamping authority; nothing when none was asked.
    pub timestamp: Option<Stamped>,
}

/// An entry by the server, and the proof that it is in a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logged {
    /// The entry.
    pub entry: LogEntry,
    /// The log that holds it, which may be of another month than the record's.
    pub log: LogId,
    /// The index of its leaf there, from 0.
    pub leaf_index: u64,
    /// The proof that it is in the tree of the checkpoint.
    pub inclusion_proof: Vec<Hash>,
    /// That log's signed head.
    pub checkpoint: SignedCheckpoint,
}

/// A time-stamp over a head of the record's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamped {
    /// The token ([`LogEntry::Timestamp`]), which is an entry of a log.
    pub logged: Logged,
    /// The proof that the bundle's checkpoint only adds to the one that was stamped.
    pub consistency_proof: Vec<Hash>,
}

impl Evidence {
    /// The bundle's bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        canonical::to_vec(self)
    }

    /// Reads a bundle without checking it.
    pub(super) fn read(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
        if bytes.len() > EVIDENCE_BYTES_MAX {
            return Err(EvidenceError::TooLarge);
        }
        let evidence: Evidence =
            serde_json::from_slice(bytes).map_err(|error| match serde_json::from_slice(bytes) {
                Ok(Unreadable { unreadable, .. }) => EvidenceError::Unreadable(unreadable),
                Err(_) => EvidenceError::Malformed(plain(&error.to_string())),
            })?;
        match evidence.format {
            FORMAT => Ok(evidence),
            found => Err(EvidenceError::Format { found, expected: FORMAT }),
        }
    }

    /// The files served with the notice, if the bundle has them.
    pub fn serving(&self) -> Option<&Serving> {
        match self.serving.as_ref().map(|logged| &logged.entry) {
            Some(LogEntry::Serving(serving)) => Some(serving),
            _ => None,
        }
    }

    /// The pictures of the notice, if the bundle has them.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match self.snapshot.as_ref().map(|logged| &logged.entry) {
            Some(LogEntry::Snapshot(snapshot)) => Some(snapshot),
            _ => None,
        }
    }

    /// The token of a time-stamping authority, if the bundle has one.
    pub fn timestamp(&self) -> Option<&TimestampToken> {
        match self.timestamp.as_ref().map(|stamped| &stamped.logged.entry) {
            Some(LogEntry::Timestamp(token)) => Some(token),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::statement::statement;
    use super::super::step::Step;
    use super::*;
    use crate::consent::{Layer, sample};
    use crate::log::merkle::tests::Leaves;
    use crate::log::{Image, LogShards, TreeHead, merkle};
    use crate::notice::PublishedNotice;
    use crate::notice::sample::notice as sample_notice;
    use crate::values::{Language, Timestamp};
    use ed25519_dalek::SigningKey;

    fn proof(tree: &mut Leaves, index: u64) -> Vec<Hash> {
        merkle::inclusion_proof(index, tree.0.len() as u64, tree).unwrap()
    }

    fn checkpoint(tree: &mut Leaves, size: u64, log: &LogId) -> SignedCheckpoint {
        TreeHead { size, root: merkle::root(size, tree).unwrap() }.sign(log, &signing())
    }

    fn signing() -> SigningKey {
        SigningKey::from_bytes(&[3; 32])
    }

    fn record(notice: &Notice) -> Record {
        let recorded_at = Timestamp::parse("2026-03-01T09:30:00.000Z").unwrap();
        sample::record(&PublishedNotice::new(notice.clone()), recorded_at)
    }

    fn serving(record: &Record) -> Serving {
        Serving {
            site: record.site.clone(),
            notice_hash: record.notice_hash,
            serving_at: Timestamp::from_unix_ms(record.recorded_at.unix_ms() - 1000),
            files: [("consent.js".to_owned(), Hash::of(b"loader"))].into(),
        }
    }

    fn snapshot(record: &Record) -> Snapshot {
        let image = Image {
            language: Language::Fr,
            layer: Layer::Banner,
            width: 360,
            height: 740,
            sha256: Hash::of(b"png"),
        };
        Snapshot {
            site: record.site.clone(),
            notice_hash: record.notice_hash,
            taken_at: record.recorded_at,
            browser: "Chromium 140".into(),
            images: vec![image],
        }
    }

    /// A bundle with every part: the log holds the served files, the record, the
    /// pictures, and the time-stamp of its first two leaves.
    pub fn evidence() -> Evidence {
        evidence_in(|record| LogId::of(record, LogShards::ONE))
    }

    fn evidence_in(log: impl Fn(&Record) -> LogId) -> Evidence {
        let notice = sample_notice(3);
        let record = record(&notice);
        let (key, log) = (CommitmentKey::from_bytes([9; 32]), log(&record));
        let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
        let (serving, snapshot) =
            (LogEntry::Serving(serving(&record)), LogEntry::Snapshot(snapshot(&record)));
        let mut tree = Leaves(vec![serving.leaf_hash(), leaf, snapshot.leaf_hash()]);
        let token = TimestampToken {
            log: log.clone(),
            checkpoint: checkpoint(&mut tree, 2, &log),
            token: "AAAA".into(),
        };
        let token = LogEntry::Timestamp(token);
        tree.0.push(token.leaf_hash());
        let checkpoint = checkpoint(&mut tree, 4, &log);
        let mut logged = |entry, leaf_index| {
            let (log, checkpoint) = (log.clone(), checkpoint.clone());
            Some(Logged { entry, log, leaf_index, inclusion_proof: proof(&mut tree, leaf_index), checkpoint })
        };
        let (serving, snapshot, stamp) = (logged(serving, 0), logged(snapshot, 2), logged(token, 3));
        let consistency_proof = merkle::consistency_proof(2, 4, &mut tree).unwrap();
        Evidence {
            format: FORMAT,
            statement: statement(&record),
            record,
            commitment_key: key,
            notice,
            log,
            leaf_index: 1,
            inclusion_proof: proof(&mut tree, 1),
            checkpoint,
            public_key: Jwk::of(&signing().verifying_key()),
            serving,
            snapshot,
            timestamp: stamp.map(|logged| Stamped { logged, consistency_proof }),
        }
    }

    #[test]
    fn a_bundle_that_is_whole_is_proven() {
        let bytes = evidence().to_vec();
        let (read, head) = Evidence::verify(&bytes).unwrap();
        assert_eq!((&read, head.size), (&evidence(), 4));
        assert!(read.serving().is_some() && read.snapshot().is_some() && read.timestamp().is_some());
    }

    #[test]
    fn a_record_is_proven_by_the_one_of_several_logs_that_its_consent_id_belongs_to() {
        let shards = LogShards::new(3).unwrap();
        let whole = evidence_in(|record| LogId::of(record, shards));
        let (read, _) = Evidence::verify(&whole.to_vec()).unwrap();
        assert!(read.log.origin().ends_with("of3"), "{}", read.log.origin());
        let others = shards.all().filter(|shard| *shard != whole.log.shard);
        for shard in others {
            let elsewhere = evidence_in(|record| LogId { shard, ..LogId::of(record, shards) });
            assert_eq!(Evidence::verify(&elsewhere.to_vec()).unwrap_err(), EvidenceError::Log);
        }
        any_changed_byte_is_found_in(&whole);
    }

    #[test]
    fn what_a_server_could_not_read_is_named_by_the_check_that_needs_it() {
        let Record { site, consent_id, event_id, .. } = evidence().record;
        for step in Step::ALL {
            let site = site.clone();
            let bundle = Unreadable { format: FORMAT, site, consent_id, event_id, unreadable: *step };
            let error = Evidence::verify(&bundle.to_vec()).unwrap_err();
            assert_eq!((&error, error.step()), (&EvidenceError::Unreadable(*step), *step));
        }
    }

    #[test]
    fn any_changed_byte_is_found() {
        any_changed_byte_is_found_in(&evidence());
    }

    fn any_changed_byte_is_found_in(evidence: &Evidence) {
        let bytes = evidence.to_vec();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(
                Evidence::verify(&changed).is_err(),
                "byte {at}: {:?}",
                bytes.get(at.saturating_sub(20)..at + 1)
            );
        }
    }

    #[test]
    fn the_part_at_fault_is_named() {
        let whole = evidence();
        let other = sample_notice(2);
        let later = Timestamp::from_unix_ms(whole.record.expires_at.unix_ms() + 1);
        let redated = Record { expires_at: later, ..whole.record.clone() };
        let larger = whole.checkpoint.as_str().replace("\n4\n", "\n5\n").into();
        let faults = [
            (Evidence { statement: "Rien.".into(), ..whole.clone() }, "statement"),
            (Evidence { notice: other, ..whole.clone() }, "notice"),
            (Evidence { record: redated, ..whole.clone() }, "dates"),
            (Evidence { leaf_index: 0, ..whole.clone() }, "inclusion_proof"),
            (
                Evidence { commitment_key: CommitmentKey::from_bytes([8; 32]), ..whole.clone() },
                "inclusion_proof",
            ),
            (Evidence { checkpoint: larger, ..whole.clone() }, "checkpoint"),
            (Evidence { format: 3, ..whole }, "format"),
        ];
        for (bundle, part) in faults {
            let error = Evidence::verify(&bundle.to_vec()).unwrap_err().to_string();
            assert!(error.starts_with(part), "{part}: {error}");
        }
    }

    #[test]
    fn a_bundle_may_lack_entries_that_the_log_does_not_have() {
        let bare = Evidence { serving: None, snapshot: None, timestamp: None, ..evidence() };
        let (read, _) = Evidence::verify(&bare.to_vec()).unwrap();
        assert!(read.serving().is_none() && read.snapshot().is_none() && read.timestamp().is_none());
    }

    #[test]
    fn an_entry_that_does_not_belong_to_the_record_is_refused() {
        let whole = evidence();
        let logged = |part: &Option<Logged>, entry| Some(Logged { entry, ..part.clone().unwrap() });
        let (record, good) = (&whole.record, serving(&whole.record));
        let late = Serving { serving_at: record.choice_expires_at, ..good.clone() };
        let other = Serving { notice_hash: Hash::of(b"other"), ..good.clone() };
        let forged = Serving { files: [("consent.js".to_owned(), Hash::of(b"forged"))].into(), ..good };
        let retouched = Snapshot { images: Vec::new(), ..snapshot(record) };
        let mut stamped = whole.timestamp.clone().unwrap();
        stamped.consistency_proof.pop();
        let mut early = whole.timestamp.clone().unwrap();
        let LogEntry::Timestamp(token) = &mut early.logged.entry else { panic!("it is a token") };
        token.checkpoint = token.checkpoint.as_str().replace("\n2\n", "\n1\n").into();
        let faults = [
            (
                Evidence { serving: logged(&whole.serving, LogEntry::Serving(late)), ..whole.clone() },
                "serving: it names files",
            ),
            (
                Evidence { serving: logged(&whole.serving, LogEntry::Serving(other)), ..whole.clone() },
                "serving: it is about",
            ),
            (
                Evidence { serving: logged(&whole.serving, LogEntry::Serving(forged)), ..whole.clone() },
                "serving: its entry, leaf index",
            ),
            (
                Evidence { serving: whole.snapshot.clone(), ..whole.clone() },
                "serving: its entry is of another kind",
            ),
            (
                Evidence { snapshot: whole.serving.clone(), ..whole.clone() },
                "snapshot: its entry is of another kind",
            ),
            (
                Evidence {
                    snapshot: logged(&whole.snapshot, LogEntry::Snapshot(retouched)),
                    ..whole.clone()
                },
                "snapshot: its entry, leaf index",
            ),
            (Evidence { timestamp: Some(stamped), ..whole.clone() }, "timestamp: the log does not begin"),
            (Evidence { timestamp: Some(early), ..whole }, "timestamp: the log did not hold"),
        ];
        for (bundle, part) in faults {
            let error = Evidence::verify(&bundle.to_vec()).unwrap_err().to_string();
            assert!(error.starts_with(part), "{part}: {error}");
        }
    }
}
