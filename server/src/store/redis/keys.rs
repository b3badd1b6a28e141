//! The names of everything in Redis.
//!
//! What belongs to a site begins with the site's hash tag, so that all of it is
//! in one slot of a cluster and one script changes it as one. The month of a
//! log is not part of the tag: an event that is repeated months later has to
//! find its first record, and an expiry of old records writes into this
//! month's log, both in one step. That the event id is looked up within its
//! site's slot, and nowhere else, is what makes it unique in its site.

use constat_shared::{ConsentId, EventId, Hash, SiteId};

/// The list of notices in the order of their publication; their numbers are their places.
pub const NOTICES: &str = "notices";
/// The list of public keys, oldest first.
pub const KEYS: &str = "keys";
/// The set of sites that have records or logs.
pub const SITES: &str = "sites";
/// The version of all this.
pub const VERSION: &str = "version";
/// Who deletes what has expired.
pub const EXPIRY_JOB: &str = "job:expiry";
/// That something was deleted whose bytes are still in the file of changes.
pub const REWRITE_DUE: &str = "rewrite-due";

/// A published notice: its canonical JSON, terms hash and time of publication.
pub fn notice(hash: &Hash) -> String {
    format!("notice:{hash}")
}

/// A site's hash tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag(String);

impl Tag {
    /// The tag of a site.
    pub fn of(site: &SiteId) -> Tag {
        Tag(format!("{{{site}}}"))
    }

    /// The tag itself, by which a script finds its slot.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// What is there once for the site: `logs` (size by month), `live` (stored
    /// records by month), `heads` (signed head by month), `x` (the index of
    /// expiries), `tree:MONTH:LEVEL:CHUNK`, `entries:MONTH`.
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.0)
    }

    /// A record.
    pub fn record(&self, event_id: &EventId) -> Vec<u8> {
        [self.bytes(), b"r", event_id.as_bytes()].concat()
    }

    /// The event ids of a consent id by the time of their records.
    pub fn history(&self, consent_id: &ConsentId) -> Vec<u8> {
        [self.bytes(), b"h", consent_id.as_bytes()].concat()
    }
}
