//! The hashes of an entry: the commitment to what may be forgotten, and the link.

use crate::store::TrailEntry;
use constat_shared::canonical;
use constat_shared::{CommitmentKey, ConsentId, Hash, SiteId, Timestamp};
use ring::hmac;
use serde::Serialize;

/// The name of the trail in its signed heads.
pub const ORIGIN: &str = "constat/audit-trail";

/// Hashed before a link, as before the inner nodes of a log's tree (RFC 9162, section 2.1.1).
const LINK: u8 = 0x01;

/// What stands in the place of a link before the first entry.
pub const START: [u8; 32] = [0; 32];

/// What the link of an entry is worked out from.
#[derive(Serialize)]
struct Linked<'a> {
    index: u64,
    at: Timestamp,
    who: Option<&'a str>,
    action: &'a str,
    site: Option<&'a SiteId>,
    commitment: Hash,
}

/// The link of an entry: SHA-256 over 0x01, the link before it, and its canonical JSON
/// (RFC 8785), in which the commitment stands for the target.
pub fn link(entry: &TrailEntry, previous: Hash) -> Hash {
    let linked = canonical::to_vec(&Linked {
        index: entry.index,
        at: entry.at,
        who: entry.who.as_deref(),
        action: &entry.action,
        site: entry.site.as_ref(),
        commitment: entry.commitment,
    });
    Hash::of(&[&[LINK], previous.as_bytes().as_slice(), &linked].concat())
}

/// The commitment to a target: HMAC-SHA-256 under the entry's own key. The consent id
/// is in it too, so that neither can be changed alone.
pub fn commitment(key: &CommitmentKey, target: Option<&str>, consent_id: Option<&ConsentId>) -> Hash {
    let committed = canonical::to_vec(&(target, consent_id));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), &committed);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    Hash::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored trails depend on it: these values never change. They were worked out
    /// by another program.
    #[test]
    fn the_hashes_of_an_entry_are_what_they_always_were() {
        let key = CommitmentKey::from_bytes([1; 32]);
        let entry = TrailEntry {
            index: 1,
            at: Timestamp::from_unix_ms(1_800_000_000_000),
            who: Some("ana@x".into()),
            action: "notice_acknowledged".into(),
            site: SiteId::parse("helvia").ok(),
            target: Some("a notice".into()),
            consent_id: None,
            commitment: commitment(&key, Some("a notice"), None),
            key: Some(key),
            link: Hash::from_bytes(START),
        };
        assert_eq!(
            entry.commitment.to_string(),
            "2c2144c39645d3b21f14432af6ebe6bab2568cd481b220fa3b91e03e172b4a23"
        );
        assert_eq!(
            link(&entry, Hash::from_bytes(START)).to_string(),
            "ccded4c2ae73a8b36e6c73221016c2023d048510712313afbc8446dec3a4bad3"
        );
    }
}
