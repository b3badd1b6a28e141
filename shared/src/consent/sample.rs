//! Ids for tests.

use crate::values::{ConsentId, EventId};

/// A consent id, always the same.
pub fn consent_id() -> ConsentId {
    ConsentId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c07398f").expect("it is a UUIDv7")
}

/// An event id, always the same.
pub fn event_id() -> EventId {
    EventId::parse("019376c0-5b1a-7cc3-98c4-dc0c0c073990").expect("it is a UUIDv7")
}
