//! What stands in the place of a bundle when the server cannot read any more what a bundle is made of.

use super::step::Step;
use crate::values::{ConsentId, EventId, SiteId, canonical};
use serde::{Deserialize, Serialize};

/// A record that cannot be proven, because something of it cannot be read. It proves nothing, and names
/// the check that this breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unreadable {
    /// As that of a bundle.
    pub format: u8,
    /// The site of the record.
    pub site: SiteId,
    /// Its consent id.
    pub consent_id: ConsentId,
    /// Its event id.
    pub event_id: EventId,
    /// The check that cannot be made.
    pub unreadable: Step,
}

impl Unreadable {
    /// The bytes of the file.
    pub fn to_vec(&self) -> Vec<u8> {
        canonical::to_vec(self)
    }
}
