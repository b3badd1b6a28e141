//! The history of a consent id as consent records after ISO/IEC TS 27560:2023,
//! in JSON-LD with the terms of the Data Privacy Vocabulary (DPV).
//!
//! It follows "Consent Records and Receipts as per ISO/IEC TS 27560:2023 using
//! DPV" (W3C Data Privacy Vocabularies and Controls Community Group, final
//! report of 1 August 2024), section "DPV-27560 Consent Record", and the terms
//! of DPV 2.2 and of its extensions for the GDPR and for locations. That page
//! is a community group's, not a W3C standard, and its own examples are not
//! all in its vocabulary: only terms that DPV 2.2 defines are used here.
//!
//! Each stored record is one consent record, which replaces the one that it
//! follows (same section, "Additional Metadata"), with one event: a status for
//! what it gave, one for what it refused, one for what it withdrew. What several
//! records share is written once, as nodes below the name of the notice. What is
//! exempt from consent is left out.
//!
//! `dct:conformsTo` names the schema of the records. What is in neither record
//! nor notice is left out: where a vendor stores data on its own machines, a
//! vendor's postal address, personal data other than what is kept in the
//! browser. DPV has no term for the browser's preference signals.

use super::notice;
use crate::consent::{Action, Record};
use crate::notice::Notice;
use crate::values::{ConsentId, EventId, Hash, Language, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The media type of JSON-LD (JSON-LD 1.1, appendix C).
pub const MEDIA_TYPE: &str = "application/ld+json";

/// The schema of the records ("Namespaces" of the page).
const SCHEMA: &str = "https://w3id.org/dpv/schema/dpv-27560#record";

/// The JSON-LD document over the records of one consent id on one site, oldest
/// first, each with the notice it names. `now` decides which consents have
/// expired.
pub fn json_ld(history: &[(&Record, &Notice)], now: Timestamp) -> Value {
    let by_event: BTreeMap<_, _> = history.iter().map(|(record, _)| (record.event_id, *record)).collect();
    let mut shown: BTreeMap<Hash, (&Notice, BTreeSet<Language>)> = BTreeMap::new();
    let mut graph = Vec::new();
    for (index, (record, notice)) in history.iter().enumerate() {
        let (_, languages) = shown.entry(record.notice_hash).or_insert((notice, BTreeSet::new()));
        languages.insert(record.language);
        let previous = record.previous_event_id.and_then(|id| by_event.get(&id).copied());
        let next = history.get(index + 1).map(|(record, _)| *record);
        graph.push(consent_record(record, notice, previous, expired_at(record, next, now)));
    }
    for (hash, (notice, languages)) in shown {
        graph.extend(notice::nodes(&notice_iri(hash), hash, notice, &languages));
    }
    json!({ "@context": context(), "@graph": graph })
}

/// The JSON-LD document over one record of a history (oldest first, the record among them) with its notice.
/// What came before and after decides its statuses; `said` becomes its `dct:description`.
pub fn json_ld_of(record: &Record, notice: &Notice, history: &[Record], said: &str, now: Timestamp) -> Value {
    let place = history.iter().position(|one| one.event_id == record.event_id);
    let next = place.and_then(|place| history.get(place + 1));
    let previous = history.iter().find(|one| Some(one.event_id) == record.previous_event_id);
    let mut node = consent_record(record, notice, previous, expired_at(record, next, now));
    node["dct:description"] = said.into();
    let mut graph = vec![node];
    let (hash, languages) = (record.notice_hash, BTreeSet::from([record.language]));
    graph.extend(notice::nodes(&notice_iri(hash), hash, notice, &languages));
    json!({ "@context": context(), "@graph": graph })
}

/// The JSON-LD document over a record that cannot be read; `said` becomes its `dct:description`.
pub fn json_ld_of_unreadable(consent_id: &ConsentId, event_id: &EventId, said: &str) -> Value {
    let node = json!({
        "@id": uuid_iri(event_id),
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": SCHEMA,
        "dct:identifier": event_id,
        "dct:description": said,
        "dpv:hasDataSubject": {
            "@id": uuid_iri(consent_id), "@type": "dpv:DataSubject", "dct:identifier": consent_id,
        },
    });
    json!({ "@context": context(), "@graph": [node] })
}

/// The whole context, so that a reader of the document has to fetch nothing.
pub(super) fn context() -> Value {
    let iri = json!({ "@type": "@id" });
    let time = json!({ "@type": "xsd:dateTime" });
    json!({
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "loc": "https://w3id.org/dpv/loc#",
        "dct": "http://purl.org/dc/terms/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dct:conformsTo": iri,
        "dct:created": time,
        "dct:date": time,
        "dct:replaces": iri,
        "dct:valid": time,
        "dpv:hasAuthority": iri,
        "dpv:hasConsentControl": iri,
        "dpv:hasContact": iri,
        "dpv:hasDataController": iri,
        "dpv:hasJurisdiction": iri,
        "dpv:hasLegalBasis": iri,
        "dpv:hasLocation": iri,
        "dpv:hasNotice": iri,
        "dpv:hasOrganisationalMeasure": iri,
        "dpv:hasProcess": iri,
        "dpv:hasPurpose": iri,
        "dpv:hasRecipientThirdParty": iri,
        "dpv:hasRight": iri,
        "dpv:isIndicatedAtTime": time,
        "dpv:isIndicatedBy": iri,
    })
}

/// The notice by the hash of its bytes (RFC 6920, section 3).
pub(super) fn notice_iri(hash: Hash) -> String {
    format!("ni:///sha-256;{}", BASE64URL.encode(hash.as_bytes()))
}

fn uuid_iri(uuid: impl std::fmt::Display) -> String {
    format!("urn:uuid:{uuid}")
}

fn consent_record(
    record: &Record,
    notice: &Notice,
    previous: Option<&Record>,
    expired_at: Option<Timestamp>,
) -> Value {
    let iri = notice_iri(record.notice_hash);
    let subject = uuid_iri(record.consent_id);
    let choices = choices(record, notice, previous, &iri);
    let processes: Vec<_> = choices.values().flatten().collect();
    let mut statuses: Vec<_> =
        choices.iter().map(|(state, processes)| status(record, state.term(), &subject, processes)).collect();
    let given = choices.get(&State::Given);
    if let (Some(at), Some(processes)) = (expired_at, given) {
        // Time passed: nobody indicated it.
        statuses.push(json!({ "@type": "dpv:ConsentExpired", "dct:date": at, "dpv:hasProcess": processes }));
    }
    let mut node = json!({
        "@id": uuid_iri(record.event_id),
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": SCHEMA,
        "dct:identifier": record.event_id,
        "dct:created": record.recorded_at,
        "dct:valid": record.expires_at,
        "dct:language": record.language,
        "dpv:hasDataSubject": {
            "@id": subject, "@type": "dpv:DataSubject", "dct:identifier": record.consent_id,
        },
        "dpv:hasDataController": format!("{iri}#controller"),
        "dpv:hasAuthority": format!("{iri}#authority"),
        // The authority is one of the GDPR (article 77): no other law gives the notice one.
        "dpv:hasJurisdiction": "loc:EU",
        "dpv:hasNotice": iri,
        "dpv:hasConsentControl": format!("{iri}#withdrawal"),
        "dpv:hasRight": [format!("{iri}#right-to-withdraw"), format!("{iri}#right-to-complain")],
        "dpv:hasProcess": processes,
        "dpv:hasConsentStatus": statuses,
    });
    if let Some(previous) = record.previous_event_id {
        node["dct:replaces"] = uuid_iri(previous).into();
    }
    node
}

/// The state that an answer gives one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Given,
    Refused,
    Withdrawn,
}

impl State {
    /// `was` is the choice in the answer before, if that is known and had not
    /// expired. Switching off what was on is a withdrawal with any button (GDPR,
    /// article 7, 3); "Withdraw my consent" withdraws nothing that was never given.
    fn of(allowed: bool, was: Option<bool>, action: Action) -> State {
        match was {
            _ if allowed => State::Given,
            Some(true) => State::Withdrawn,
            None if action == Action::Withdraw => State::Withdrawn,
            Some(false) | None => State::Refused,
        }
    }

    fn term(self) -> &'static str {
        match self {
            State::Given => "dpv:ConsentGiven",
            State::Refused => "dpv:ConsentRefused",
            State::Withdrawn => "dpv:ConsentWithdrawn",
        }
    }
}

/// The processes that need consent, by the state that the record gives them.
fn choices(
    record: &Record,
    notice: &Notice,
    previous: Option<&Record>,
    iri: &str,
) -> BTreeMap<State, Vec<String>> {
    let held = previous.filter(|previous| record.recorded_at < previous.choice_expires_at);
    let mut choices: BTreeMap<State, Vec<String>> = BTreeMap::new();
    let mut add = |process: String, now: Option<&bool>, was: Option<bool>| {
        let state = State::of(now.copied().unwrap_or_default(), was, record.action);
        choices.entry(state).or_default().push(process);
    };
    for category in notice.categories.iter().filter(|category| !category.exempt) {
        let was = held.map(|held| held.categories.get(&category.id).copied().unwrap_or_default());
        let process = notice::category_process(iri, category.id);
        add(process, record.categories.get(&category.id), was);
    }
    for vendor in notice.vendors.iter().filter(|vendor| !notice.is_exempt(vendor.category)) {
        let was = held.map(|held| held.vendors.get(&vendor.id).copied().unwrap_or_default());
        add(notice::vendor_process(iri, &vendor.id), record.vendors.get(&vendor.id), was);
    }
    choices
}

/// One event of the record ("Consent Event Fields").
fn status(record: &Record, state: &str, subject: &str, processes: &[String]) -> Value {
    json!({
        "@type": state,
        "dpv:isIndicatedAtTime": record.recorded_at,
        "dpv:isIndicatedBy": subject,
        "dpv:hasIndicationMethod": record.action,
        "dpv:hasNoticeLayer": { "@type": "dpv:NoticeLayer", "dct:identifier": record.layer },
        "dpv:hasDuration": {
            "@type": "dpv:UntilTimeDuration",
            "rdf:value": { "@type": "xsd:dateTime", "@value": record.choice_expires_at },
        },
        "dpv:hasProcess": processes,
    })
}

/// When the record's choice became void, unless another answer came first.
fn expired_at(record: &Record, next: Option<&Record>, now: Timestamp) -> Option<Timestamp> {
    let end = record.choice_expires_at;
    (end <= now && next.is_none_or(|next| end <= next.recorded_at)).then_some(end)
}
