//! Requests and records for tests.

use super::action::{Action, Layer, Signals};
use super::choices::Choices;
use super::record::{ConsentRequest, Record};
use crate::notice::PublishedNotice;
use crate::values::{ConsentId, EventId, Timestamp};

/// A consent id, always the same.
pub fn consent_id() -> ConsentId {
    ConsentId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c07398f").expect("it is a UUIDv7")
}

/// An event id, always the same.
pub fn event_id() -> EventId {
    EventId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c073990").expect("it is a UUIDv7")
}

/// An answer on the first layer that allows everything, when the action is
/// [`Action::AllowAll`], and otherwise refuses everything that is not exempt.
/// In the notice's main language, with [`consent_id`] and [`event_id`].
pub fn request(notice: &PublishedNotice, action: Action) -> ConsentRequest {
    let choices = Choices::uniform(notice, action == Action::AllowAll);
    ConsentRequest {
        event_id: event_id(),
        consent_id: consent_id(),
        previous_event_id: None,
        action,
        layer: Layer::Banner,
        language: notice.main_language(),
        notice_hash: notice.notice_hash(),
        categories: choices.categories,
        vendors: choices.vendors,
        signals: Signals { gpc: true, dnt: false },
    }
}

/// The record of a refusal of everything, accepted at that time.
pub fn record(notice: &PublishedNotice, recorded_at: Timestamp) -> Record {
    let request = request(notice, Action::RefuseAll);
    Record::new(request, notice, recorded_at).expect("the request answers the notice")
}
