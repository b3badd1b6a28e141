use super::*;
use crate::log::entry::Image;
use crate::{Action, Choices, Language, Layer, LogShards, Signals, sample};
use ed25519_dalek::SigningKey;
use std::convert::Infallible;

/// Every leaf of a small log.
struct Leaves(Vec<Hash>);

impl merkle::Subtrees for Leaves {
    type Error = Infallible;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        if level == 0 {
            return Ok(self.0[index as usize]);
        }
        let left = self.subtree(level - 1, index * 2)?;
        Ok(merkle::node_hash(left, self.subtree(level - 1, index * 2 + 1)?))
    }
}

impl Leaves {
    fn proof(&mut self, index: u64) -> Vec<Hash> {
        merkle::inclusion_proof(index, self.0.len() as u64, self).unwrap()
    }

    fn checkpoint(&mut self, size: u64, log: &LogId) -> String {
        Checkpoint { size, root: merkle::root(size, self).unwrap() }.sign(log, &signing())
    }
}

fn signing() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn record(notice: &Notice) -> Record {
    let choices = Choices::uniform(notice, false);
    let recorded_at = crate::Timestamp::parse("2026-03-01T09:30:00.000Z").unwrap();
    Record {
        event_id: sample::event_id(),
        consent_id: sample::consent_id(),
        previous_event_id: None,
        site: notice.site.clone(),
        action: Action::RefuseAll,
        layer: Layer::Banner,
        language: Language::Fr,
        categories: choices.categories,
        vendors: choices.vendors,
        signals: Signals { gpc: true, dnt: false },
        notice_hash: notice.notice_hash(),
        terms_hash: notice.terms_hash(),
        recorded_at,
        choice_expires_at: notice.lifetimes.choice().after(recorded_at),
        expires_at: notice.lifetimes.proof().after(recorded_at),
    }
}

fn serving(record: &Record) -> Serving {
    Serving {
        site: record.site.clone(),
        notice_hash: record.notice_hash,
        serving_at: crate::Timestamp::from_unix_ms(record.recorded_at.unix_ms() - 1000),
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

/// A bundle with every part: the log holds what was served, the record, the
/// pictures, and the stamp of its first two leaves.
pub fn evidence() -> Evidence {
    evidence_in(|record| LogId::of(record, LogShards::ONE))
}

fn evidence_in(log: impl Fn(&Record) -> LogId) -> Evidence {
    let notice = sample::notice(3);
    let record = record(&notice);
    let (key, log) = (CommitmentKey::from_bytes([9; 32]), log(&record));
    let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
    let (serving, snapshot) = (LogEntry::Serving(serving(&record)), LogEntry::Snapshot(snapshot(&record)));
    let mut tree = Leaves(vec![serving.leaf_hash(), leaf, snapshot.leaf_hash()]);
    let token =
        TimestampToken { log: log.clone(), checkpoint: tree.checkpoint(2, &log), token: "AAAA".into() };
    let token = LogEntry::Timestamp(token);
    tree.0.push(token.leaf_hash());
    let checkpoint = tree.checkpoint(4, &log);
    let mut logged = |entry, leaf_index| {
        let (log, checkpoint) = (log.clone(), checkpoint.clone());
        Some(Logged { entry, log, leaf_index, inclusion_proof: tree.proof(leaf_index), checkpoint })
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
        inclusion_proof: tree.proof(1),
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
    let (read, checkpoint) = Evidence::verify(&bytes).unwrap();
    assert_eq!((&read, checkpoint.size), (&evidence(), 4));
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
    let other = sample::notice(2);
    let later = crate::Timestamp::from_unix_ms(whole.record.expires_at.unix_ms() + 1);
    let redated = Record { expires_at: later, ..whole.record.clone() };
    let faults = [
        (Evidence { statement: "Rien.".into(), ..whole.clone() }, "statement"),
        (Evidence { notice: other, ..whole.clone() }, "notice"),
        (Evidence { record: redated, ..whole.clone() }, "record"),
        (Evidence { leaf_index: 0, ..whole.clone() }, "inclusion_proof"),
        (Evidence { commitment_key: CommitmentKey::from_bytes([8; 32]), ..whole.clone() }, "inclusion_proof"),
        (Evidence { checkpoint: whole.checkpoint.replace("\n4\n", "\n5\n"), ..whole.clone() }, "checkpoint"),
        (Evidence { format: 3, ..whole }, "format"),
    ];
    for (bundle, part) in faults {
        let error = Evidence::verify(&bundle.to_vec()).unwrap_err().to_string();
        assert!(error.starts_with(part), "{part}: {error}");
    }
}

#[test]
fn a_bundle_may_lack_what_the_server_had_not_written_down() {
    let bare = Evidence { serving: None, snapshot: None, timestamp: None, ..evidence() };
    let (read, _) = Evidence::verify(&bare.to_vec()).unwrap();
    assert!(read.serving().is_none() && read.snapshot().is_none() && read.timestamp().is_none());
}

#[test]
fn what_the_server_wrote_down_belongs_to_the_record_or_is_refused() {
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
    token.checkpoint = token.checkpoint.replace("\n2\n", "\n1\n");
    let faults = [
        (
            Evidence { serving: logged(&whole.serving, LogEntry::Serving(late)), ..whole.clone() },
            "serving: it says",
        ),
        (
            Evidence { serving: logged(&whole.serving, LogEntry::Serving(other)), ..whole.clone() },
            "serving: it is about",
        ),
        (
            Evidence { serving: logged(&whole.serving, LogEntry::Serving(forged)), ..whole.clone() },
            "serving: its entry, place",
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
            Evidence { snapshot: logged(&whole.snapshot, LogEntry::Snapshot(retouched)), ..whole.clone() },
            "snapshot: its entry, place",
        ),
        (Evidence { timestamp: Some(stamped), ..whole.clone() }, "timestamp: the log does not begin"),
        (Evidence { timestamp: Some(early), ..whole }, "timestamp: the log did not hold"),
    ];
    for (bundle, part) in faults {
        let error = Evidence::verify(&bundle.to_vec()).unwrap_err().to_string();
        assert!(error.starts_with(part), "{part}: {error}");
    }
}
