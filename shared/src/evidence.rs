//! The evidence bundle: one file that proves one record to anybody, offline,
//! without trusting the server that made it.
//!
//! Its bytes are canonical JSON and every part of it is covered: the record by
//! its commitment, the commitment by the log, the log by the checkpoint, the
//! checkpoint by the key, the notice by the record, and the statement by being
//! worked out again.

use crate::log::checkpoint::Checkpoint;
use crate::log::merkle;
use crate::receipt::Jwk;
use crate::{Action, CommitmentKey, Hash, Language, LogId, Notice, Record, canonical};
use serde::{Deserialize, Serialize};

/// The format of bundles this code makes and reads.
pub const FORMAT: u8 = 1;

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
    /// The public key that signed it.
    pub public_key: Jwk,
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
        let checkpoint = evidence.check_log()?;
        Ok((evidence, checkpoint))
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

    fn check_log(&self) -> Result<Checkpoint, EvidenceError> {
        let log = LogId::of(&self.record);
        if log != self.log {
            return Err(EvidenceError::Log);
        }
        let key = self.public_key.key().ok_or(EvidenceError::Key)?;
        let checkpoint = Checkpoint::open(&self.checkpoint, &log, &key)
            .map_err(|error| EvidenceError::Checkpoint(error.to_string()))?;
        let leaf = merkle::leaf_hash(self.commitment_key.commit(&self.record).as_bytes());
        let Checkpoint { size, root } = checkpoint;
        match merkle::verify_inclusion(leaf, self.leaf_index, size, &self.inclusion_proof, root) {
            true => Ok(checkpoint),
            false => Err(EvidenceError::Inclusion),
        }
    }
}

/// What a record says, in a few sentences of its own language.
pub fn statement(record: &Record) -> String {
    let (site, at, id) = (&record.site, record.recorded_at, record.consent_id);
    let allowed = record.vendors.values().filter(|on| **on).count();
    let count = record.vendors.len();
    let did = action_in_words(record.language, record.action);
    match record.language {
        Language::Fr => format!(
            "Le {at} (UTC), un navigateur portant l’identifiant de consentement {id} a répondu sur le site {site} : {did}. Services autorisés : {allowed} sur {count}. Ceci ne prouve pas quelle personne a répondu."
        ),
        Language::Nl => format!(
            "Op {at} (UTC) antwoordde een browser met toestemmings-ID {id} op de site {site}: {did}. Toegestane diensten: {allowed} van {count}. Dit bewijst niet welke persoon heeft geantwoord."
        ),
        Language::De => format!(
            "Am {at} (UTC) antwortete ein Browser mit der Einwilligungs-ID {id} auf der Website {site}: {did}. Erlaubte Dienste: {allowed} von {count}. Dies beweist nicht, welche Person geantwortet hat."
        ),
        Language::En => format!(
            "On {at} (UTC), a browser with the consent id {id} answered on the site {site}: {did}. Services allowed: {allowed} of {count}. This does not prove which person answered."
        ),
    }
}

fn action_in_words(language: Language, action: Action) -> &'static str {
    use Action::{AllowAll, ContinueWithoutAccepting, RefuseAll, Save, Withdraw};
    match (language, action) {
        (Language::Fr, AllowAll) => "tout accepter",
        (Language::Fr, RefuseAll) => "tout refuser",
        (Language::Fr, ContinueWithoutAccepting) => "continuer sans accepter",
        (Language::Fr, Save) => "choix enregistrés un par un",
        (Language::Fr, Withdraw) => "retrait du consentement",
        (Language::Nl, AllowAll) => "alles toestaan",
        (Language::Nl, RefuseAll) => "alles weigeren",
        (Language::Nl, ContinueWithoutAccepting) => "doorgaan zonder te accepteren",
        (Language::Nl, Save) => "keuzes één voor één opgeslagen",
        (Language::Nl, Withdraw) => "toestemming ingetrokken",
        (Language::De, AllowAll) => "alle erlauben",
        (Language::De, RefuseAll) => "alle ablehnen",
        (Language::De, ContinueWithoutAccepting) => "ohne Einwilligung fortfahren",
        (Language::De, Save) => "einzeln gespeicherte Auswahl",
        (Language::De, Withdraw) => "Widerruf der Einwilligung",
        (Language::En, AllowAll) => "allow all",
        (Language::En, RefuseAll) => "refuse all",
        (Language::En, ContinueWithoutAccepting) => "continue without accepting",
        (Language::En, Save) => "choices saved one by one",
        (Language::En, Withdraw) => "consent withdrawn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Choices, Layer, Signals, sample};
    use ed25519_dalek::SigningKey;

    fn evidence() -> Evidence {
        let notice = sample::notice(3);
        let choices = Choices::uniform(&notice, false);
        let recorded_at = crate::Timestamp::parse("2026-03-01T09:30:00.000Z").unwrap();
        let record = Record {
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
        };
        let key = CommitmentKey::from_bytes([9; 32]);
        let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
        let others = [merkle::leaf_hash(b"before"), merkle::leaf_hash(b"after")];
        let root = merkle::node_hash(merkle::node_hash(others[0], leaf), others[1]);
        let log = LogId::of(&record);
        let signing = SigningKey::from_bytes(&[3; 32]);
        Evidence {
            format: FORMAT,
            statement: statement(&record),
            record,
            commitment_key: key,
            notice,
            checkpoint: Checkpoint { size: 3, root }.sign(&log, &signing),
            log,
            leaf_index: 1,
            inclusion_proof: others.to_vec(),
            public_key: Jwk::of(&signing.verifying_key()),
        }
    }

    #[test]
    fn a_bundle_that_is_whole_is_proven() {
        let bytes = evidence().to_vec();
        let (read, checkpoint) = Evidence::verify(&bytes).unwrap();
        assert_eq!((read, checkpoint.size), (evidence(), 3));
    }

    #[test]
    fn any_changed_byte_is_found() {
        let bytes = evidence().to_vec();
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
            (
                Evidence { commitment_key: CommitmentKey::from_bytes([8; 32]), ..whole.clone() },
                "inclusion_proof",
            ),
            (
                Evidence { checkpoint: whole.checkpoint.replace("\n3\n", "\n4\n"), ..whole.clone() },
                "checkpoint",
            ),
            (Evidence { format: 2, ..whole }, "format"),
        ];
        for (bundle, part) in faults {
            let error = Evidence::verify(&bundle.to_vec()).unwrap_err().to_string();
            assert!(error.starts_with(part), "{part}: {error}");
        }
    }
}
