//! What is remembered of erased records, so that a browser that repeats the request
//! for one does not bring it back.

use constat_shared::{EventId, Hash, Shard, SiteId, Timestamp};

/// The most events that are remembered of a shard; those with the earliest end are
/// forgotten first.
pub const ERASED_MAX: usize = 100_000;

/// Begins the text under the hash, which then is no hash of anything else.
const LABEL: &[u8] = b"constat erased event\0";
const DAY_MS: i64 = 86_400_000;

/// The event of an erased record. Nothing in it leads to a visitor: an event id is
/// random, and only somebody who has it can find its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErasedEvent {
    /// The site.
    pub site: SiteId,
    /// The shard of the consent id.
    pub shard: Shard,
    /// See [`fingerprint`].
    pub fingerprint: [u8; 16],
    /// When it is forgotten.
    pub until: Timestamp,
}

/// The first 16 bytes of SHA-256 over a label, the site and the event id.
pub fn fingerprint(site: &SiteId, event_id: &EventId) -> [u8; 16] {
    let text = [LABEL, site.as_str().as_bytes(), &[0], event_id.as_bytes()].concat();
    let mut first = [0; 16];
    first.copy_from_slice(&Hash::of(&text).as_bytes()[..16]);
    first
}

/// Until when an erased event is remembered: the first midnight (UTC) after its
/// choice would have ended. From then on no browser sends it any more, and the
/// time of day would tell when the choice was made.
pub fn remembered_until(choice_expires_at: Timestamp) -> Timestamp {
    Timestamp::from_unix_ms((choice_expires_at.unix_ms().div_euclid(DAY_MS) + 1) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another form would let an erased record come back.
    #[test]
    fn a_fingerprint_has_the_bytes_it_always_had() {
        let site = SiteId::parse("boreale").unwrap();
        let event_id = EventId::parse("0372a000-0000-7000-8000-000000000a00").unwrap();
        let hex: String = fingerprint(&site, &event_id).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "c41f2a655a2b9212aa626a4f5c8f078f");
        assert_ne!(fingerprint(&SiteId::parse("polaire").unwrap(), &event_id), fingerprint(&site, &event_id));
    }

    #[test]
    fn an_event_is_forgotten_at_the_midnight_after_its_choice() {
        for (end, until) in [
            ("2026-05-27T00:00:00.000Z", "2026-05-28T00:00:00.000Z"),
            ("2026-05-27T13:01:02.003Z", "2026-05-28T00:00:00.000Z"),
            ("2026-05-31T23:59:59.999Z", "2026-06-01T00:00:00.000Z"),
        ] {
            assert_eq!(remembered_until(Timestamp::parse(end).unwrap()).to_string(), until);
        }
    }
}
