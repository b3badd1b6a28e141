//! What leaves the house: the evidence of one record, for whom and what for. Each export is in the trail
//! before the file is made, so that none is missing there.

use super::access::Access;
use super::error::{AccessError, Refusal};
use super::permission::Permission;
use super::principal::Principal;
use super::trail::{Action, Note};
use crate::consent::credential::check_receipt;
use crate::proof::certificate::{Certified, certificate};
use crate::proof::checked::{Checked, Checker};
use crate::proof::keys::Keys;
use crate::store::StoreError;
use constat_shared::proof::{StepResult, Verdict};
use constat_shared::{ConsentId, EventId, Problem, Record, SiteId, Timestamp, dpv, names};
use jiff::tz::TimeZone;

/// The most characters of the name of a recipient, and of a purpose: both fit into an entry of the trail.
pub const RECIPIENT_CHARS_MAX: usize = 100;
pub const PURPOSE_CHARS_MAX: usize = 120;

names! {
    /// Which file, as addresses and the trail name it.
    ExportKind;
    /// The evidence bundle.
    Bundle = "bundle";
    /// The certificate.
    Certificate = "certificate";
    /// The consent record after ISO/IEC TS 27560.
    ConsentRecord = "consent-record";
}

names! {
    /// Why somebody exports a record without a receipt of it. A consent id is not a secret: whoever has one
    /// need not be the visitor.
    ExportReason;
    /// The person asked, and gave the id in a letter for instance.
    PersonAsked = "person_asked";
    /// A supervisory authority asked, and named it.
    AuthorityAsked = "authority_asked";
    /// It is needed in a dispute, or a court asks for it.
    Dispute = "dispute";
    /// An audit drew it.
    Audit = "audit";
}

/// For whom a file is, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    recipient: String,
    purpose: String,
    /// None with a receipt.
    reason: Option<ExportReason>,
}

/// What is wrong with a field of a [`Handover`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is empty.
    Missing,
    /// It has more characters than that.
    TooLong(usize),
    /// It is none of the list.
    NotListed,
}

/// The record that is exported.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its site.
    pub site: &'a SiteId,
    /// Its consent id.
    pub consent_id: &'a ConsentId,
    /// Which of its events.
    pub event_id: &'a EventId,
}

/// A file that leaves the house.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// Its name, without the ids.
    pub name: String,
}

/// What files are made with.
pub struct Workshop<'a> {
    /// The key that signs the heads of logs.
    pub keys: &'a Keys,
    /// The zone of the site.
    pub zone: &'a TimeZone,
    /// The address of the verifier.
    pub verifier: &'a str,
}

impl Handover {
    /// Reads the three fields. With a receipt no reason is needed.
    ///
    /// # Errors
    /// What is wrong with each field, by its name.
    pub fn read(
        recipient: &str,
        purpose: &str,
        reason: &str,
        has_receipt: bool,
    ) -> Result<Handover, Vec<(&'static str, Wrong)>> {
        let mut wrong = Vec::new();
        let mut text = |name, text: &str, chars_max| {
            let text: String = text.trim().chars().filter(|char| !char.is_control()).collect();
            match text.chars().count() {
                0 => wrong.push((name, Wrong::Missing)),
                count if count > chars_max => wrong.push((name, Wrong::TooLong(chars_max))),
                _ => {}
            }
            text
        };
        let recipient = text("recipient", recipient, RECIPIENT_CHARS_MAX);
        let purpose = text("purpose", purpose, PURPOSE_CHARS_MAX);
        let reason = match (reason, ExportReason::parse(reason)) {
            (_, Ok(reason)) => Some(reason),
            ("", Err(_)) if has_receipt => None,
            ("", Err(_)) => {
                wrong.push(("reason", Wrong::Missing));
                None
            }
            _ => {
                wrong.push(("reason", Wrong::NotListed));
                None
            }
        };
        if wrong.is_empty() { Ok(Handover { recipient, purpose, reason }) } else { Err(wrong) }
    }

    /// What the trail says.
    fn note(&self, kind: ExportKind, wanted: &Wanted<'_>) -> String {
        let reason = self.reason.map_or("receipt", ExportReason::as_str);
        let (Wanted { consent_id, event_id, .. }, kind) = (wanted, kind.as_str());
        let Handover { recipient, purpose, .. } = self;
        format!(
            "{consent_id} {kind} {event_id}; recipient: {recipient}; purpose: {purpose}; reason: {reason}"
        )
    }
}

impl ExportKind {
    fn media_type(self) -> &'static str {
        match self {
            ExportKind::Bundle => "application/json",
            ExportKind::Certificate => "application/pdf",
            ExportKind::ConsentRecord => dpv::MEDIA_TYPE,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            ExportKind::Bundle => "json",
            ExportKind::Certificate => "pdf",
            ExportKind::ConsentRecord => "jsonld",
        }
    }
}

/// Whether a text is a receipt of the consent id.
///
/// # Errors
/// A [`Problem`], as [`check_receipt`].
pub fn has_receipt(
    keys: &Keys,
    receipt: &str,
    site: &SiteId,
    consent_id: &ConsentId,
    now: Timestamp,
) -> Result<(), Problem> {
    check_receipt(keys, receipt.trim(), site, &consent_id.to_string(), now).map(drop)
}

/// Makes the file of a record, also of one that is not proven: the file then says so.
///
/// # Errors
/// When it is not allowed, there is no such record, or the store fails.
pub fn export(
    access: &Access,
    by: &Principal,
    wanted: Wanted<'_>,
    kind: ExportKind,
    handover: &Handover,
    workshop: &Workshop<'_>,
    now: Timestamp,
) -> Result<Exported, AccessError> {
    by.require(Permission::RecordsExport, wanted.site)?;
    let Wanted { site, consent_id, event_id } = wanted;
    let stored = access.store().find(site, consent_id, event_id)?.ok_or(Refusal::RecordsUnknown)?;
    let checked = Checker::new(access.store(), workshop.keys)?.check(site, consent_id, stored)?;
    let note = Note::of(Action::RecordExported).by(by).on(Some(site));
    access.note(note.about(*consent_id).saying(&handover.note(kind, &wanted)), now)?;
    let name = name(kind, &wanted, &checked);
    let bytes = match kind {
        ExportKind::Bundle => checked.bundle.ok_or(Refusal::RecordsUnknown)?,
        ExportKind::Certificate => {
            let (zone, verifier, checked) = (workshop.zone, workshop.verifier, &checked);
            let of = Certified { site, consent_id, event_id, checked, zone, exported_at: now, verifier };
            certificate(&of).map_err(|error| fault(&error))?
        }
        ExportKind::ConsentRecord => consent_record(access, &wanted, &checked, now)?,
    };
    Ok(Exported { bytes, media_type: kind.media_type(), name })
}

/// The name of a file: the day, where it can be read, and the end of the event id.
fn name(kind: ExportKind, wanted: &Wanted<'_>, checked: &Checked) -> String {
    let day = checked.recorded_at().map(|at| at.to_string()).unwrap_or_default();
    let day = day.split_once('T').map(|(day, _)| format!("-{day}")).unwrap_or_default();
    let event = wanted.event_id.to_string();
    let end = event.get(event.len() - 4..).unwrap_or_default();
    format!("{}-{}{day}-{end}.{}", kind.as_str(), wanted.site, kind.extension())
}

/// The consent record, which says in its description how the checks of the bundle ended.
fn consent_record(
    access: &Access,
    wanted: &Wanted<'_>,
    checked: &Checked,
    now: Timestamp,
) -> Result<Vec<u8>, AccessError> {
    let named = |result| {
        let of_it = checked.steps.iter().filter(|step| step.result == result);
        of_it.map(|step| step.step.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (failed, open) = (named(StepResult::Failed), named(StepResult::NotProven));
    let said = match Verdict::of(&checked.steps) {
        Verdict::Proven => format!("Proven by its evidence bundle at {now}. Not proven by it: {open}."),
        Verdict::NotProven => {
            format!("Not proven. At {now} these checks of its evidence bundle failed: {failed}.")
        }
    };
    let json = match checked.evidence() {
        Some(evidence) => {
            let answers = access.store().answers(wanted.site, wanted.consent_id)?.into_iter();
            let history: Vec<Record> = answers.flatten().map(|placed| placed.entry.record).collect();
            dpv::json_ld_of(&evidence.record, &evidence.notice, &history, &said, now)
        }
        None => dpv::json_ld_of_unreadable(wanted.consent_id, wanted.event_id, &said),
    };
    serde_json::to_vec_pretty(&json).map_err(|error| fault(&error))
}

fn fault(error: &dyn std::fmt::Display) -> AccessError {
    StoreError::Engine(error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handover_names_recipient_and_purpose_and_without_a_receipt_the_reason() {
        let wrong = |recipient: &str, purpose: &str, reason: &str, has_receipt| {
            Handover::read(recipient, purpose, reason, has_receipt).err().unwrap_or_default()
        };
        assert_eq!(wrong("CNIL", "complaint 7", "dispute", false), []);
        assert_eq!(wrong("CNIL", "complaint 7", "", true), []);
        assert_eq!(
            wrong(" ", "\u{7}", "", false),
            [("recipient", Wrong::Missing), ("purpose", Wrong::Missing), ("reason", Wrong::Missing)]
        );
        assert_eq!(wrong("CNIL", "x", "because", true), [("reason", Wrong::NotListed)]);
        let long = "é".repeat(RECIPIENT_CHARS_MAX);
        assert_eq!(wrong(&long, &"é".repeat(PURPOSE_CHARS_MAX), "audit", false), []);
        assert_eq!(
            wrong(&format!("{long}é"), &"é".repeat(PURPOSE_CHARS_MAX + 1), "audit", false),
            [
                ("recipient", Wrong::TooLong(RECIPIENT_CHARS_MAX)),
                ("purpose", Wrong::TooLong(PURPOSE_CHARS_MAX))
            ]
        );
    }

    #[test]
    fn the_longest_handover_fits_into_an_entry_of_the_trail() {
        use constat_shared::sample::{consent_id, event_id};
        let (recipient, purpose) =
            ("\u{1f600}".repeat(RECIPIENT_CHARS_MAX), "\u{1f600}".repeat(PURPOSE_CHARS_MAX));
        let handover = Handover::read(&recipient, &purpose, "authority_asked", false).unwrap();
        let (site, consent_id, event_id) =
            (SiteId::parse(&"s".repeat(40)).unwrap(), consent_id(), event_id());
        let wanted = Wanted { site: &site, consent_id: &consent_id, event_id: &event_id };
        let note = handover.note(ExportKind::ConsentRecord, &wanted);
        assert!(note.len() <= crate::store::TRAIL_TEXT_BYTES_MAX, "{}", note.len());
        assert!(note.contains(&recipient) && note.contains(&purpose));
    }
}
