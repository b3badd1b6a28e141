//! The consent request, and the record it becomes.

use super::action::{Action, Layer, Signals};
use super::choices::Choices;
use crate::notice::{Category, PublishedNotice};
use crate::values::{
    Code, ConsentId, EventId, Hash, Language, Problem, SiteId, Timestamp, VendorId, unique_keys,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most bytes of a consent request.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// What the browser sends: `POST /v1/sites/{site}/consents`. Unknown fields are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRequest {
    /// The id of this answer; every retry sends the same.
    pub event_id: EventId,
    /// The visitor's pseudonym.
    pub consent_id: ConsentId,
    /// The event id of the answer before, if the browser still has it.
    pub previous_event_id: Option<EventId>,
    /// What the visitor did.
    pub action: Action,
    /// The layer of the answer.
    pub layer: Layer,
    /// The language in which the notice was shown.
    pub language: Language,
    /// The notice that was shown.
    pub notice_hash: Hash,
    /// The choice for each category.
    #[serde(deserialize_with = "unique_keys::switches")]
    pub categories: BTreeMap<Category, bool>,
    /// The choice for each vendor.
    #[serde(deserialize_with = "unique_keys::switches")]
    pub vendors: BTreeMap<VendorId, bool>,
    /// The browser's preference signals.
    pub signals: Signals,
}

/// One event of one consent id, which is stored, proven, exported and erased.
/// Never edited (invariant 6). Holds no IP address, user agent, URL, referrer
/// or account (invariant 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// As in the request.
    pub event_id: EventId,
    /// As in the request.
    pub consent_id: ConsentId,
    /// As in the request.
    pub previous_event_id: Option<EventId>,
    /// The site of the answer.
    pub site: SiteId,
    /// As in the request.
    pub action: Action,
    /// As in the request.
    pub layer: Layer,
    /// As in the request.
    pub language: Language,
    /// As in the request.
    pub categories: BTreeMap<Category, bool>,
    /// As in the request.
    pub vendors: BTreeMap<VendorId, bool>,
    /// As in the request.
    pub signals: Signals,
    /// As in the request.
    pub notice_hash: Hash,
    /// The hash of what consent depended on.
    pub terms_hash: Hash,
    /// When the server accepted it, by the server's clock.
    pub recorded_at: Timestamp,
    /// When the choice expires and the visitor is asked again.
    pub choice_expires_at: Timestamp,
    /// When the record itself is deleted.
    pub expires_at: Timestamp,
}

impl Record {
    /// The record of a request: the request checked against the notice that it
    /// names, with the time at which the server accepts it and both expiries
    /// (invariant 4). The caller has found the notice by its hash.
    ///
    /// # Errors
    /// A [`Problem`] that names the field at fault.
    pub fn new(request: ConsentRequest, notice: &PublishedNotice, now: Timestamp) -> Result<Record, Problem> {
        if !notice.languages.contains(&request.language) {
            let codes: Vec<_> = notice.languages.iter().map(|language| language.as_str()).collect();
            let detail = format!("The notice speaks {}.", codes.join(", "));
            return Err(Problem::of_field(Code::LanguageNotInNotice, "language", detail));
        }
        let choices = Choices { categories: request.categories, vendors: request.vendors };
        choices.check(notice, request.action)?;
        Ok(Record {
            event_id: request.event_id,
            consent_id: request.consent_id,
            previous_event_id: request.previous_event_id,
            site: notice.site.clone(),
            action: request.action,
            layer: request.layer,
            language: request.language,
            categories: choices.categories,
            vendors: choices.vendors,
            signals: request.signals,
            notice_hash: request.notice_hash,
            terms_hash: notice.terms_hash(),
            recorded_at: now,
            choice_expires_at: notice.lifetimes.choice().after(now),
            expires_at: notice.lifetimes.proof().after(now),
        })
    }

    /// Whether both came from the same request: all that the browser sent is
    /// equal. The times that the server added may differ.
    pub fn same_request(&self, other: &Record) -> bool {
        let dated = Record {
            recorded_at: self.recorded_at,
            choice_expires_at: self.choice_expires_at,
            expires_at: self.expires_at,
            ..other.clone()
        };
        *self == dated
    }
}

/// The answer to a consent request: `201` when stored, `200` when repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentResponse {
    /// The record as stored.
    pub record: Record,
    /// The signed receipt over it, a JWT ([`crate::Receipt`]).
    pub receipt: String,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::notice::sample::notice;
    use crate::values::canonical;
    use proptest::prelude::*;

    fn ids() -> impl Strategy<Value = [u8; 16]> {
        any::<[u8; 16]>().prop_map(|mut bytes| {
            bytes[6] = bytes[6] & 0x0f | 0x70;
            bytes[8] = bytes[8] & 0x3f | 0x80;
            bytes
        })
    }

    pub fn records() -> impl Strategy<Value = Record> {
        let choices = prop::collection::vec(any::<bool>(), 5);
        let times = prop::array::uniform3(0_i64..253_402_300_799_999);
        (ids(), ids(), prop::option::of(ids()), 0..5_usize, 0..4_usize, choices, times, any::<[bool; 3]>())
            .prop_map(|(event, consent, previous, action, language, choices, times, flags)| {
                let event_id = |bytes| EventId::from_bytes(bytes).unwrap();
                let notice = notice(5);
                Record {
                    event_id: event_id(event),
                    consent_id: ConsentId::from_bytes(consent).unwrap(),
                    previous_event_id: previous.map(event_id),
                    site: notice.site.clone(),
                    action: Action::ALL[action],
                    layer: if flags[0] { Layer::Banner } else { Layer::Configuration },
                    language: Language::ALL[language],
                    categories: Category::ALL.into_iter().zip(choices.clone()).collect(),
                    vendors: notice.vendors.iter().map(|v| v.id.clone()).zip(choices).collect(),
                    signals: Signals { gpc: flags[1], dnt: flags[2] },
                    notice_hash: Hash::of(&event),
                    terms_hash: Hash::of(&consent),
                    recorded_at: Timestamp::from_unix_ms(times[0]),
                    choice_expires_at: Timestamp::from_unix_ms(times[1]),
                    expires_at: Timestamp::from_unix_ms(times[2]),
                }
            })
    }

    fn published(vendors: usize) -> PublishedNotice {
        PublishedNotice::new(notice(vendors))
    }

    /// A refusal of everything that the notice asks for. The sample of `sample.rs`
    /// would make the two files import each other.
    fn request(notice: &PublishedNotice) -> ConsentRequest {
        let choices = Choices::uniform(notice, false);
        ConsentRequest {
            event_id: EventId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c073990").unwrap(),
            consent_id: ConsentId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c07398f").unwrap(),
            previous_event_id: None,
            action: Action::RefuseAll,
            layer: Layer::Banner,
            language: Language::Fr,
            notice_hash: notice.notice_hash(),
            categories: choices.categories,
            vendors: choices.vendors,
            signals: Signals::default(),
        }
    }

    #[test]
    fn a_record_has_what_was_sent_and_the_notice_s_site_terms_and_lifetimes() {
        let (notice, now) = (published(2), Timestamp::parse("2026-03-01T09:30:00Z").unwrap());
        let request = request(&notice);
        let record = Record::new(request.clone(), &notice, now).unwrap();
        assert_eq!((&record.site, record.terms_hash), (&notice.site, notice.terms_hash()));
        assert_eq!((record.event_id, record.consent_id), (request.event_id, request.consent_id));
        assert_eq!((&record.categories, &record.vendors), (&request.categories, &request.vendors));
        assert_eq!(record.recorded_at, now);
        // The sample's choice is kept for 6 calendar months, its proof for 13.
        assert_eq!(record.choice_expires_at.to_string(), "2026-09-01T09:30:00.000Z");
        assert_eq!(record.expires_at.to_string(), "2027-04-01T09:30:00.000Z");
    }

    #[test]
    fn a_request_that_does_not_answer_the_notice_names_the_field_at_fault() {
        let (notice, now) = (published(2), Timestamp::from_unix_ms(0));
        let fault = |request| {
            let problem = Record::new(request, &notice, now).unwrap_err();
            (problem.code, problem.field.unwrap())
        };
        let good = request(&notice);
        let dutch = ConsentRequest { language: Language::Nl, ..good.clone() };
        assert_eq!(fault(dutch), (Code::LanguageNotInNotice, "language".to_owned()));
        let all = ConsentRequest { action: Action::AllowAll, ..good.clone() };
        assert_eq!(fault(all), (Code::ActionContradicted, "categories.audience".to_owned()));
        let of_another = ConsentRequest { vendors: request(&published(3)).vendors, ..good };
        assert_eq!(fault(of_another), (Code::VendorUnknown, "vendors.vendor-002".to_owned()));
    }

    proptest! {
        #[test]
        fn every_record_survives_its_canonical_json(record in records()) {
            let json = canonical::to_vec(&record);
            let read: Record = serde_json::from_slice(&json).unwrap();
            prop_assert_eq!(canonical::to_vec(&read), json);
            prop_assert_eq!(read, record);
        }

        #[test]
        fn two_records_of_one_request_may_differ_in_their_times(record in records(), other in records()) {
            let later = Record { recorded_at: other.recorded_at, expires_at: other.expires_at, ..record.clone() };
            prop_assert!(record.same_request(&later));
            let renamed = Record { event_id: other.event_id, ..record.clone() };
            prop_assert_eq!(record.same_request(&renamed), record.event_id == other.event_id);
        }
    }
}
