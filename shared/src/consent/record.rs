//! The consent request, and the record it becomes.

use super::action::{Action, Layer, Signals};
use crate::notice::Category;
use crate::values::{ConsentId, EventId, Hash, Language, SiteId, Timestamp, VendorId, unique_keys};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most bytes a consent request may have.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// What the browser sends: `POST /v1/sites/{site}/consents`. Unknown fields are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRequest {
    /// Names this answer; sent again with every retry.
    pub event_id: EventId,
    /// The visitor's pseudonym.
    pub consent_id: ConsentId,
    /// The answer this one follows, if the browser still knows it.
    pub previous_event_id: Option<EventId>,
    /// What the visitor did.
    pub action: Action,
    /// Where.
    pub layer: Layer,
    /// The language it was shown in.
    pub language: Language,
    /// The notice it was shown by.
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

/// One event of one consent id: what is stored, proven, exported and erased.
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
    /// What consent depended on.
    pub terms_hash: Hash,
    /// When the server took it, by the server's clock.
    pub recorded_at: Timestamp,
    /// When the choice becomes void and the visitor is asked again.
    pub choice_expires_at: Timestamp,
    /// When the record itself is deleted.
    pub expires_at: Timestamp,
}

impl Record {
    /// Whether both came from the same request: all that the browser sent is
    /// equal, whatever the server added.
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

    proptest! {
        #[test]
        fn every_record_survives_its_canonical_json(record in records()) {
            let json = canonical::to_vec(&record);
            let read: Record = serde_json::from_slice(&json).unwrap();
            prop_assert_eq!(canonical::to_vec(&read), json);
            prop_assert_eq!(read, record);
        }

        #[test]
        fn two_records_are_of_one_request_whatever_the_clock_said(record in records(), other in records()) {
            let later = Record { recorded_at: other.recorded_at, expires_at: other.expires_at, ..record.clone() };
            prop_assert!(record.same_request(&later));
            let renamed = Record { event_id: other.event_id, ..record.clone() };
            prop_assert_eq!(record.same_request(&renamed), record.event_id == other.event_id);
        }
    }
}
